"""A Pingdom that keeps its checks and answers its API over real HTTP; and a GitHub that keeps its runs."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "read-only"  # noqa: S105 - of the stand-in


@dataclass
class Api:
    """Answers by path; it counts what it was asked, and says 304 to whoever knows the answer."""

    asked: list[str] = field(default_factory=list)
    unchanged: int = 0
    crowded_until: int = 0
    port: int = 0

    def answer(self, path: str, query: dict[str, str], token: str) -> tuple[int, Any]:
        raise NotImplementedError

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Pingdom(Api):
    """Uptime checks by number, with every change that they ever made."""

    checks: dict[int, dict[str, Any]] = field(default_factory=dict)
    moves: dict[int, list[tuple[str, datetime]]] = field(default_factory=dict)

    def check(self, number: int, hostname: str) -> None:
        self.checks[number] = {
            "id": number,
            "name": f"{hostname} home",
            "hostname": hostname,
            "type": "http",
            "status": "up",
            "tags": [],
        }
        self.moves[number] = []

    def move(self, number: int, status: str, at: datetime) -> None:
        """A check goes down, or up again."""
        stamp = int(at.timestamp())
        more = {"lastdownstart": stamp} if status == "down" else {"lastdownend": stamp}
        self.checks[number] |= {"status": status, "lasterrortime": stamp, **more}
        self.moves[number].append((status, at))

    def answer(self, path: str, query: dict[str, str], token: str) -> tuple[int, Any]:
        if token != f"Bearer {TOKEN}":
            return 401, {"error": {"statuscode": 401}}
        if path == "/checks":
            return 200, {"checks": list(self.checks.values()), "counts": {}}
        if path.startswith("/summary.outage/"):
            number, since = int(path.rpartition("/")[2]), int(query["from"])
            told = [
                {"status": s, "timefrom": int(at.timestamp())}
                for s, at in self.moves[number]
                if at.timestamp() >= since
            ]
            return 200, {"summary": {"states": [{"status": "up", "timefrom": since}, *told]}}
        return 403, {}


@dataclass
class GitHub(Api):
    """Repositories with the runs of their workflows."""

    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)

    def run(self, repository: str, number: int, conclusion: str, at: datetime, **more: Any) -> None:
        """A workflow has ended."""
        told = {
            "id": number, "run_attempt": 1, "workflow_id": 7, "name": "Tests", "event": "push", "head_branch": "main",
            "head_sha": "abc", "conclusion": conclusion, "updated_at": at.isoformat(), "html_url": f"https://github.com/{repository}",
            "head_repository": {"full_name": repository}, **more,
        }  # fmt: skip
        self.runs.setdefault(repository, []).insert(0, told)

    def answer(self, path: str, query: dict[str, str], token: str) -> tuple[int, Any]:
        del token
        name = "/".join(path.split("/")[2:4])
        if name not in self.runs:
            return 404, {"message": "Not Found"}
        if path.endswith("/actions/runs"):
            return 200, {"workflow_runs": [run for run in self.runs[name] if run["head_branch"] == query["branch"]]}
        return 200, {
            "full_name": name,
            "html_url": f"https://github.com/{name}",
            "default_branch": self.branches.get(name, "main"),
        }


@dataclass
class Hooks(Api):
    """Deliveries of one webhook, the newest first; whoever asks gets one sent again."""

    deliveries: list[dict[str, Any]] = field(default_factory=list)
    resent: list[int] = field(default_factory=list)
    refuses: bool = False

    def deliver(self, number: int, guid: str, status: int, at: datetime) -> None:
        told = {
            "id": number,
            "guid": guid,
            "status_code": status,
            "delivered_at": at.isoformat(),
            "event": "workflow_run",
        }
        self.deliveries.insert(0, told)

    def answer(self, path: str, query: dict[str, str], token: str) -> tuple[int, Any]:
        del query
        if token != f"Bearer {TOKEN}" or self.refuses:
            return 403, {}
        if path.endswith("/attempts"):
            self.resent.append(int(path.split("/")[-2]))
            return 202, {}
        return (200, self.deliveries) if path == "/repos/psf/one/hooks/9/deliveries" else (404, {})


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """The same over HTTP on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            api.asked.append(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            status, value = api.answer(parts.path, query, self.headers.get("authorization", ""))
            body, headers = json.dumps(value).encode(), {}
            if api.crowded_until:
                status, headers = 429, {"retry-after": str(api.crowded_until)}
            etag = f'"{sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("if-none-match") == etag:
                api.unchanged += 1
                status, body = 304, b""
            self.send_response(status)
            for name, text in {**headers, "etag": etag, "content-length": str(len(body))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - as the server wants it called

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
