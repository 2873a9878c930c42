"""PagerDuty as a real HTTP server on loopback: what talks to it does so over a socket.

The account behind it remembers; its `mood` makes it behave as the real one does on a bad day.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pagerduty_account import MAILS, PEOPLE, SECRET, TOKEN, Answer, Json, PagerDuty, reference, stamp

Query = dict[str, list[str]]
NOT_FOUND: Answer = (404, {"error": {"message": "Not Found", "code": 2100}})


class Door(PagerDuty):
    """The account, as its REST API shows it."""

    def answer(self, method: str, path: str, query: Query, body: Json, headers: Json) -> Answer:
        """Find what an address means."""
        if path == "/v2/enqueue" and method == "POST":
            return self.event(body)
        if headers.get("authorization") != f"Token token={TOKEN}":
            return 401, {"error": {"message": "Unauthorized", "code": 2006}}
        for pattern, wanted, work in ROUTES:
            found = re.fullmatch(pattern, path)
            if found and method == wanted:
                return work(
                    self, [unquote(one) for one in found.groups()], query, {**body, "from": headers.get("from")}
                )
        return NOT_FOUND

    def list_oncalls(self, _: list[str], query: Query, __: Json) -> Answer:
        limit, offset = int(query.get("limit", ["25"])[0]), int(query.get("offset", ["0"])[0])
        if limit > 100 or limit + offset > 10_000:
            return 400, {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["limit"]}}
        asked: Json = {"schedules": query.get("schedule_ids[]"), "policies": query.get("escalation_policy_ids[]")}
        asked |= {key: datetime.fromisoformat(query[key][0]) for key in ("since", "until") if key in query}
        if asked.get("until", self.now) - asked.get("since", self.now) > timedelta(days=90):
            return 400, {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["range"]}}
        found = self.oncalls(asked)
        shown = found[offset : offset + limit]
        more = len(found) > offset + limit
        return 200, {"oncalls": shown, "limit": limit, "offset": offset, "more": more, "total": None}

    def add_override(self, ids: list[str], _: Query, body: Json) -> Answer:
        schedule = ids[0]
        if schedule not in self.schedules:
            return NOT_FOUND
        if schedule in self.upgraded:
            return 400, {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["schedule is v3"]}}
        made = []
        for one in body["overrides"]:
            user = self.user(one["user"]["id"])
            over = {"id": f"O{len(self.overrides):06d}", "start": one["start"], "end": one["end"], "user": user}
            self.overrides.append({**over, "schedule": schedule})
            made.append({"status": 201, "override": over})
        return 201, {"overrides": made} if len(made) > 1 else made[0]

    def list_incidents(self, _: list[str], query: Query, __: Json) -> Answer:
        keys = query.get("incident_key")
        found = [one for one in self.incidents.values() if not keys or one["incident_key"] in keys]
        return 200, {"incidents": found, "limit": 25, "offset": 0, "more": False, "total": None}

    def get_incident(self, ids: list[str], _: Query, __: Json) -> Answer:
        found = self.incidents.get(ids[0])
        return (200, {"incident": found}) if found else NOT_FOUND

    def put_incident(self, ids: list[str], _: Query, body: Json) -> Answer:
        found = self.incidents.get(ids[0])
        if found is None:
            return NOT_FOUND
        if not body["from"]:
            return 400, {"error": {"message": "Invalid Input Provided", "code": 2001, "errors": ["Requester"]}}
        status = body["incident"]["status"]
        if found["status"] == "resolved":
            return 400, {"error": {"message": "Incident Already Resolved", "code": 1001}}
        if found["status"] == status:
            return 400, {"error": {"message": "Incident Already Acknowledged", "code": 1002}}
        self.move(found, status, self.user("PBOSS01"))
        return 200, {"incident": found}

    def add_note(self, ids: list[str], _: Query, body: Json) -> Answer:
        found = self.incidents.get(ids[0])
        if found is None or not body["from"]:
            return NOT_FOUND
        content = body["note"]["content"]
        made = {"id": f"N{len(self.notes):06d}", "content": content, "created_at": stamp(self.now)}
        made |= {"user": self.user("PBOSS01"), "channel": {"summary": "The PagerDuty website or APIs"}}
        self.notes.setdefault(ids[0], []).append(made)
        incident = reference("incident_reference", found["id"], found["summary"])
        told = {"id": made["id"], "type": "incident_note", "content": content, "trimmed": False, "incident": incident}
        self.tell("annotated", found, self.user("PBOSS01"), told)
        return 200, {"note": made}

    def list_notes(self, ids: list[str], _: Query, __: Json) -> Answer:
        return (200, {"notes": self.notes.get(ids[0], [])}) if ids[0] in self.incidents else NOT_FOUND

    def list_log(self, ids: list[str], _: Query, __: Json) -> Answer:
        found = [one for one in self.log if one["incident"]["id"] == ids[0]]
        return 200, {"log_entries": found, "limit": 100, "offset": 0, "more": False, "total": None}

    def list_abilities(self, _: list[str], __: Query, ___: Json) -> Answer:
        return 200, {"abilities": ["sso", "advanced_reports"]}

    def get_schedule(self, ids: list[str], _: Query, __: Json) -> Answer:
        known = ids[0] in self.schedules and ids[0] not in self.upgraded
        return (200, {"schedule": {"id": ids[0], "type": "schedule"}}) if known else NOT_FOUND

    def get_v3_schedule(self, ids: list[str], _: Query, __: Json) -> Answer:
        known = ids[0] in self.upgraded
        return (200, {"schedule": {"id": ids[0], "type": "schedule_v3"}}) if known else NOT_FOUND

    def list_users(self, _: list[str], query: Query, __: Json) -> Answer:
        found = [
            {**self.user(one), "type": "user", "name": PEOPLE.get(one, one), "email": mail}
            for one, mail in MAILS.items()
        ]
        asked = query.get("query", [""])[0]
        return page("users", [user for user in found if asked in user["email"] or asked in user["name"]], query)

    def list_services(self, _: list[str], query: Query, __: Json) -> Answer:
        service = {**reference("service", "PSVC001", "docs.python.org"), "name": "docs.python.org", "status": "active"}
        return page("services", [service], query)

    def list_subscriptions(self, _: list[str], query: Query, __: Json) -> Answer:
        hidden = [
            {**one, "delivery_method": {**one["delivery_method"], "secret": None}}
            for one in self.subscriptions.values()
        ]
        return page("webhook_subscriptions", hidden, query)

    def unsubscribe(self, ids: list[str], _: Query, __: Json) -> Answer:
        return (204, {}) if self.subscriptions.pop(ids[0], None) else NOT_FOUND

    def enable(self, ids: list[str], _: Query, __: Json) -> Answer:
        if ids[0] not in self.subscriptions:
            return NOT_FOUND
        self.subscriptions[ids[0]]["active"] = True
        return 200, {"webhook_subscription": self.subscriptions[ids[0]]}

    def subscribe(self, _: list[str] | None = None, __: Any = None, body: Json | None = None) -> Answer:
        """A subscription to webhooks: its secret is told this once."""
        wanted = (body or {}).get("webhook_subscription", {})
        id_ = f"PWH{len(self.subscriptions):04d}"
        method = {
            "type": "http_delivery_method",
            "url": wanted.get("delivery_method", {}).get("url", ""),
            "secret": SECRET,
        }
        made = {"id": id_, "type": "webhook_subscription", "active": True, "delivery_method": method}
        made |= {"events": wanted.get("events", []), "filter": wanted.get("filter", {"type": "account_reference"})}
        self.subscriptions[id_] = made
        return 201, {"webhook_subscription": made}

    def ping(self, ids: list[str], _: Query, __: Json) -> Answer:
        if ids[0] not in self.subscriptions:
            return NOT_FOUND
        self.send("pagey.ping", "pagey", {"message": "Hello from your friend Pagey!", "type": "ping"}, None)
        return 202, {}


def page(name: str, found: list[Json], query: Query) -> Answer:
    """One page of a list."""
    limit, offset = int(query.get("limit", ["25"])[0]), int(query.get("offset", ["0"])[0])
    more = len(found) > offset + limit
    return 200, {name: found[offset : offset + limit], "limit": limit, "offset": offset, "more": more, "total": None}


ROUTES: list[tuple[str, str, Callable[[Door, list[str], Query, Json], Answer]]] = [
    (r"/oncalls", "GET", Door.list_oncalls),
    (r"/schedules/([^/]+)/overrides", "POST", Door.add_override),
    (r"/incidents", "GET", Door.list_incidents),
    (r"/incidents/([^/]+)", "GET", Door.get_incident),
    (r"/incidents/([^/]+)", "PUT", Door.put_incident),
    (r"/incidents/([^/]+)/notes", "POST", Door.add_note),
    (r"/incidents/([^/]+)/notes", "GET", Door.list_notes),
    (r"/incidents/([^/]+)/log_entries", "GET", Door.list_log),
    (r"/abilities", "GET", Door.list_abilities),
    (r"/schedules/([^/]+)", "GET", Door.get_schedule),
    (r"/v3/schedules/([^/]+)", "GET", Door.get_v3_schedule),
    (r"/users", "GET", Door.list_users),
    (r"/services", "GET", Door.list_services),
    (r"/webhook_subscriptions", "GET", Door.list_subscriptions),
    (r"/webhook_subscriptions", "POST", Door.subscribe),
    (r"/webhook_subscriptions/([^/]+)", "DELETE", Door.unsubscribe),
    (r"/webhook_subscriptions/([^/]+)/enable", "POST", Door.enable),
    (r"/webhook_subscriptions/([^/]+)/ping", "POST", Door.ping),
]


class Handler(BaseHTTPRequestHandler):
    """One connection; the account is the server's."""

    protocol_version = "HTTP/1.1"
    account: Door

    def work(self) -> None:
        account = self.account
        parts = urlsplit(self.path)
        size = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(size) or b"{}")
        with account.lock:
            account.seen.append((self.command, self.path, body))
        if account.hang:
            account.hang.wait(30)
        with account.lock:
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(parts.query)
            found = account.mood(self.command, parts.path)
            status, data = found or account.answer(self.command, parts.path, query, body, headers)
        answer = json.dumps(data).encode() if data else b""
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = work  # noqa: N815 - the names that the server looks for

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: Any) -> None:
        """Whoever asked has hung up: that is what some tests are about."""


@contextmanager
def pagerduty(**more: Any) -> Iterator[Door]:
    """An account that answers until the test is over."""
    account = Door(**more)
    handler = type("Ours", (Handler,), {"account": account})
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    account.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield account
    finally:
        if account.hang:
            account.hang.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
