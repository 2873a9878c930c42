"""An account at PagerDuty: incidents open, are taken and end; rotas have overrides; webhooks are signed."""

import hmac
import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOKEN, EVENTS_KEY, SECRET = "test-token-0123456789", "e" * 32, "webhook-secret"
SENDER = "boss@example.org"
PEOPLE = {"PANNA01": "Anna Example", "PBEN001": "Ben Example", "PCHLOE1": "Chloe Example"}
MAILS = {"PANNA01": "anna@example.org", "PBEN001": "ben@example.org", "PCHLOE1": "chloe@example.org"}
MAILS["PBOSS01"] = SENDER
Json = dict[str, Any]
Answer = tuple[int, Json]


def reference(kind: str, id_: str, summary: str = "") -> Json:
    """A pointer to something, as PagerDuty writes it."""
    plain = kind.removesuffix("_reference")
    plural = "escalation_policies" if plain == "escalation_policy" else f"{plain}s"
    self_ = f"https://api.pagerduty.com/{plural}/{id_}"
    return {"id": id_, "type": kind, "summary": summary or id_, "self": self_, "html_url": self_.replace("api", "acme")}


def stamp(at: datetime | None) -> str | None:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


@dataclass
class Turn:
    """Somebody's turn in a schedule; open at either end for those who are always called."""

    user: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass
class PagerDuty:
    """What the account holds, and how it behaves."""

    now: datetime = NOON
    schedules: dict[str, list[Turn]] = field(default_factory=dict)
    upgraded: set[str] = field(default_factory=set)  # schedules of the new kind
    policies: dict[str, list[list[str]]] = field(default_factory=dict)  # policy -> level -> schedules and users
    overrides: list[Json] = field(default_factory=list)
    incidents: dict[str, Json] = field(default_factory=dict)
    notes: dict[str, list[Json]] = field(default_factory=dict)
    log: list[Json] = field(default_factory=list)
    subscriptions: dict[str, Json] = field(default_factory=dict)
    webhooks: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    sent: int = 0
    posts: bool = False  # does it send its webhooks by itself, as the real one does?
    seen: list[tuple[str, str, Json]] = field(default_factory=list)
    mood: Callable[[str, str], Answer | None] = lambda method, path: None  # noqa: ARG005
    hang: threading.Event | None = None
    url: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)

    # What happens in the account

    def event(self, body: Json) -> Answer:
        """The Events API: one key, one open incident; what fits none is dropped without a word."""
        if body.get("routing_key") != EVENTS_KEY:
            return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": ["routing_key"]}
        action, key = body.get("event_action"), body.get("dedup_key") or f"made-up-{len(self.incidents)}"
        known = next(
            (i for i in self.incidents.values() if i["incident_key"] == key and i["status"] != "resolved"), None
        )
        if action == "trigger":
            payload = body.get("payload", {})
            if not {"summary", "source", "severity"} <= payload.keys():
                return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": ["payload"]}
            known or self.open(key, payload["summary"])
        elif action in {"acknowledge", "resolve"}:
            if known:
                self.move(known, f"{action.removesuffix('e')}ed", None)
        else:
            return 400, {"status": "invalid event", "message": "Event object is invalid", "errors": ["event_action"]}
        return 202, {"status": "success", "message": "Event processed", "dedup_key": key}

    def open(self, key: str, title: str) -> Json:
        """A new incident, assigned to whoever is on call now."""
        number = len(self.incidents) + 1
        id_ = f"Q{number:06d}ABCDEFG"
        made = reference("incident", id_, f"[#{number}] {title}")
        service = reference("service_reference", "PSVC001", "docs.python.org")
        people = [self.user(one["user"]["id"]) for one in self.oncalls({"escalation_level": 1})]
        made |= {
            "incident_number": number,
            "number": number,
            "title": title,
            "status": "triggered",
            "incident_key": key,
            "urgency": "high",
            "created_at": stamp(self.now),
            "service": service,
            "assignees": people,
            "assignments": [{"at": stamp(self.now), "assignee": one} for one in people],
            "acknowledgements": [],
            "escalation_policy": reference("escalation_policy_reference", "PPOL001"),
        }
        self.incidents[id_] = made
        self.tell("triggered", made, None)
        return made

    def move(self, incident: Json, status: str, agent: Json | None) -> None:
        """Take or end an incident; what is so already stays so, and nobody hears of it again."""
        if incident["status"] == status:
            return
        incident["status"] = status
        if status == "acknowledged":
            incident["acknowledgements"] = [{"at": stamp(self.now), "acknowledger": agent}]
        if status == "resolved":
            incident["assignees"], incident["assignments"] = [], []
        self.tell(status, incident, agent)

    def tell(self, kind: str, incident: Json, agent: Json | None, data: Json | None = None) -> None:
        """Write it into the log, and into a signed webhook for each subscription."""
        self.log.append(
            {
                **reference(f"{kind}_log_entry", f"R{len(self.log):06d}"),
                "created_at": stamp(self.now),
                "agent": agent,
                "incident": reference("incident_reference", incident["id"], incident["summary"]),
                "channel": {"type": "auto" if agent is None else "api"},
            }
        )
        body = {
            key: incident[key] for key in ("id", "type", "summary", "self", "html_url", "number", "status", "title")
        }
        body |= {key: incident[key] for key in ("incident_key", "urgency", "service", "assignees", "escalation_policy")}
        self.send(f"incident.{kind}", "incident", data or body, agent)

    def send(self, kind: str, resource: str, data: Json, agent: Json | None) -> None:
        """A webhook, as each subscription gets it."""
        event = {
            "id": f"01{self.sent:024d}",
            "event_type": kind,
            "resource_type": resource,
            "occurred_at": self.now.isoformat().replace("+00:00", "Z"),
            "agent": agent,
            "client": None,
            "data": data,
        }
        self.sent += 1
        body = json.dumps({"event": event}).encode()
        for id_, subscription in self.subscriptions.items():
            secret = subscription["delivery_method"]["secret"]
            headers = {
                "content-type": "application/json",
                "user-agent": "PagerDuty-Webhook/V3.0",
                "x-webhook-id": f"{id_}-{self.sent}",
                "x-webhook-subscription": id_,
                "x-pagerduty-signature": f"v1={hmac.new(secret.encode(), body, sha256).hexdigest()}",
            }
            self.webhooks.append((headers, body))
            if self.posts:
                threading.Thread(target=post, args=(subscription["delivery_method"]["url"], headers, body)).start()

    def user(self, id_: str) -> Json:
        return reference("user_reference", id_, PEOPLE.get(id_, id_))

    def turns(self, schedule: str) -> list[Turn]:
        """The turns of a schedule, with its overrides."""
        made = [
            Turn(one["user"]["id"], datetime.fromisoformat(one["start"]), datetime.fromisoformat(one["end"]))
            for one in self.overrides
            if one["schedule"] == schedule
        ]
        found: list[Turn] = list(made)
        for turn in self.schedules.get(schedule, []):
            pieces = [turn]
            for over in made:
                pieces = [piece for whole in pieces for piece in around(whole, over)]
            found += pieces
        return found

    def oncalls(self, asked: Json) -> list[Json]:
        """Who is called between two times, at each level of each policy."""
        since, until = asked.get("since", self.now), asked.get("until", self.now + timedelta(seconds=1))
        return [
            self.entry(policy, level, schedule, turn)
            for policy, level, target in self.targets(asked)
            for schedule in [target if target in self.schedules else None]
            for turn in (self.turns(target) if schedule else [Turn(target)])
            if (turn.since or since) < until and (turn.until is None or since < turn.until)
        ]

    def targets(self, asked: Json) -> Iterator[tuple[str, int, str]]:
        """Schedules and users with the levels of the policies in which they are called."""
        for policy, levels in self.policies.items():
            for level, targets in enumerate(levels, 1):
                for target in targets:
                    if asked.get("escalation_level", level) != level:
                        continue
                    if target in (asked.get("schedules") or [target]) and policy in (asked.get("policies") or [policy]):
                        yield policy, level, target

    def entry(self, policy: str, level: int, schedule: str | None, turn: Turn) -> Json:
        kind = "schedule_v3_reference" if schedule in self.upgraded else "schedule_reference"
        return {
            "escalation_policy": reference("escalation_policy_reference", policy),
            "escalation_level": level,
            "schedule": reference(kind, schedule) if schedule else None,
            "user": self.user(turn.user),
            "start": stamp(turn.since),
            "end": stamp(turn.until),
        }


def post(url: str, headers: dict[str, str], body: bytes) -> None:
    """Send a webhook; what comes of it, only the other side knows."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with suppress(OSError), opener.open(urllib.request.Request(url, body, headers), timeout=10):  # noqa: S310
        pass


def around(turn: Turn, over: Turn) -> Iterator[Turn]:
    """What an override leaves of a turn."""
    assert over.since
    assert over.until
    if (turn.until or over.since + timedelta(1)) <= over.since or (turn.since or over.until) > over.until:
        yield turn
        return
    if turn.since is None or turn.since < over.since:
        yield Turn(turn.user, turn.since, over.since)
    if turn.until is None or over.until < turn.until:
        yield Turn(turn.user, over.until, turn.until)
