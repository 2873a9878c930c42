"""A storm of webhooks: what five senders post while two hundred services go up and down, and how it is poured out.

Each sender's recorded body is sent again and again about other checks, as its plugin rehearses it: with the time at
which it is due, ids of its own, and its signature where the sender signs. The seed fixes everything else.
"""

import asyncio
import contextlib
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from chaos import PATIENCE, SEED

from psfbot import plugins
from psfbot.app.secrets import settings_of

RATE = 10_000 / 60
"""Webhooks a second: ten thousand in a minute."""
SECRETS = {
    "PSFBOT_PAGERDUTY_WEBHOOK_SECRETS": "a-secret-of-the-storm", "PSFBOT_SENTRY_CLIENT_SECRET": "a-secret-of-the-storm",
    "PSFBOT_PINGDOM_HOOK_SECRET": "sesame", "PSFBOT_DATADOG_HOOK_SECRET": "sesame",
    "PSFBOT_ALERTMANAGER_HOOK_SECRET": "sesame",
}  # fmt: skip
SOURCES = ("pagerduty", "sentry", "pingdom", "datadog", "alertmanager")
SIGNED = frozenset({"pagerduty", "sentry"})
TURNS = 0.4
"""How often a check that is asked again has changed: the rest says the same once more."""
ROOMS = 3
VITALS = 3
"""Services of tier 1, one a room, each of which fails once."""
URGENT = ("pagerduty", "datadog", "alertmanager")
"""Who tells of these: the first calls it critical, the others an error."""
SHARING, MACHINES = 2, 20
"""How many services of five share machines, and how many machines there are."""
FOUND = {name: plugin for name, plugin in plugins.find().items() if name in SOURCES}
SETTINGS = settings_of(FOUND, SECRETS)[0]
RECORDED = {
    ("pagerduty", True): "incident.triggered", ("pagerduty", False): "incident.resolved",
    ("sentry", True): "issue.created", ("sentry", False): "issue.resolved",
    ("pingdom", True): "http_down", ("pingdom", False): "http_up",
    ("datadog", True): "triggered", ("datadog", False): "recovered",
    ("alertmanager", True): "v4_firing_3", ("alertmanager", False): "v4_resolved_3",
}  # fmt: skip
BODIES = {key: json.loads(plugins.payloads(key[0])[name].read_bytes()) for key, name in RECORDED.items()}


def named(number: int) -> str:
    """A service's id."""
    return f"s{number}.example.org"


def catalog(folder: Path, services: int) -> Path:
    """Invented services of tiers 2 to 4, of which two in five share machines; the last ones are vital: of tier 1."""
    lines = ["schema_version: 1", "providers:", "  shared:", "    name: Shared Example", "rooms:"]
    for one in range(ROOMS):
        lines += [f"  room-{one}:", f'    irc: "#room-{one}"', "    public: false"]
    lines.append("services:")
    for number in range(services):
        lines += [
            f"  {named(number)}:", f"    name: Service {number}", "    description: Invented for a test.",
            "    lifecycle: production", f"    tier: {1 if number >= services - VITALS else 2 + number % 3}",
            f"    domains: [{named(number)}]", f"    alerts: {{sentry: [project-{number}]}}",
            f"    rooms: [room-{number % ROOMS}]",
        ]  # fmt: skip
        if number % 5 < SHARING:
            machine = f"hosts: [{{name: host-{number % MACHINES}.example.net}}]"
            lines += ["    hosting:", f"      - {{role: origin, provider: shared, architecture: unknown, {machine}}}"]
    file = folder / "catalog.yaml"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


@dataclass(frozen=True)
class Post:
    """One webhook, ready to be sent so many seconds after the beginning; `vital` names a service of tier 1."""

    due: float
    source: str
    request: bytes
    vital: str = ""


@dataclass
class Check:
    """What one source watches of one service, and how it last stood."""

    source: str
    service: int
    down: bool = False
    turns: int = 0

    def moved(self, draw: random.Random) -> bool:
        """Let it be asked once more; is it down now? Pingdom tells of changes only."""
        if not self.turns or self.source == "pingdom" or draw.random() < TURNS:
            self.down, self.turns = not self.down, self.turns + 1
        return self.down

    @property
    def fields(self) -> dict[str, Any]:
        """What the sender says of it, and nobody else."""
        say: Callable[[str, str], dict[str, Any]] = getattr(self, f"of_{self.source}")
        return say(named(self.service), f"{self.service:05}")

    def of_pagerduty(self, name: str, number: str) -> dict[str, Any]:
        """Each outage is an incident of its own."""
        incident = {"id": f"Q{number}{self.turns - (not self.down):06}", "title": f"{name}: 5xx rate"}
        return {"event": {"data": incident | {"incident_key": name, "service": {"summary": name}}}}

    def of_sentry(self, name: str, number: str) -> dict[str, Any]:
        """One issue, of a project that the catalog lists."""
        project = {"id": number, "name": name, "slug": f"project-{self.service}"}
        return {"action": self.issue, "data": {"issue": {"id": f"9{number}", "project": project}}}

    @property
    def issue(self) -> str:
        """What happens to an issue: what is created once is unresolved later."""
        return ("created" if self.turns == 1 else "unresolved") if self.down else "resolved"

    def of_pingdom(self, name: str, number: str) -> dict[str, Any]:
        """One check of one page."""
        target = {"hostname": name, "full_url": f"https://{name}/"}
        return {"check_id": int(f"8{number}"), "check_name": f"{name} HTTP", "check_params": target, "tags": []}

    def of_datadog(self, name: str, number: str) -> dict[str, Any]:
        """One group of one monitor."""
        scope = f"host:{name}"
        words = {"title": f"load on {name}", "alert_status": f"load on {name} was > 8.0"}
        return {"alert_id": number, "alert_cycle_key": f"7{number}", "alert_scope": scope, "tags": scope} | words

    def of_alertmanager(self, name: str, number: str) -> dict[str, Any]:
        """A group of one."""
        labels = {"alertname": "HighLatency", "instance": f"{name}:9100", "severity": "error"}
        member = {"status": "firing" if self.down else "resolved", "labels": labels, "fingerprint": f"6{number:0>15}"}
        return {"alerts": [member | {"annotations": {"summary": f"{name} is slow"}}]}


def merged(recorded: Any, changes: Any) -> Any:
    """A recorded body with some of its fields changed, however deep."""
    if isinstance(recorded, dict) and isinstance(changes, dict):
        return recorded | {name: merged(recorded.get(name), value) for name, value in changes.items()}
    return changes


def posted(check: Check, due: float, began: datetime, vital: str = "") -> Post:
    """A check's word as its sender posts it."""
    body = json.dumps(merged(BODIES[check.source, check.down], check.fields)).encode()
    at = began + timedelta(seconds=due)
    hook = FOUND[check.source].rehearsal(body, at, SETTINGS.get(check.source))
    path = f"/hooks/{check.source}" + (f"/{hook.secret}" if check.source not in SIGNED else "")
    headers = {"host": "psfbot", **hook.headers, "content-length": str(len(hook.body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return Post(due, check.source, f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + hook.body, vital)


def storm(count: int, services: int, began: datetime) -> list[Post]:
    """So many webhooks in their order: round after round each check says something, and now and then a vital one."""
    draw = random.Random(SEED)  # noqa: S311
    checks = [Check(source, number) for source in SOURCES for number in range(services - VITALS)]
    part = count // (VITALS + 1)
    vital = {part * (one + 1) + draw.randrange(part // 4): services - VITALS + one for one in range(VITALS)}
    asked, told = rounds(checks, draw), iter(URGENT)
    posts = []
    for number in range(count):
        one = Check(next(told), vital[number]) if number in vital else next(asked)
        name = named(one.service) if number in vital else ""
        one.moved(draw)
        posts.append(posted(one, number / RATE, began, name))
    return posts


def rounds(checks: list[Check], draw: random.Random) -> Iterator[Check]:
    """Each check once, in some order, then each once more."""
    while True:
        draw.shuffle(checks)
        yield from list(checks)


@dataclass
class Poured:
    """How it went: how each was answered and after how long, and when each vital one was sent."""

    took: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    vital: dict[str, float] = field(default_factory=dict)
    late: float = 0.0

    def part(self, share: float) -> float:
        """So much of all was answered within this many seconds of the moment when it was due."""
        return sorted(self.took)[min(int(len(self.took) * share), len(self.took) - 1)]


async def pour(posts: Sequence[Post], port: int, connections: int = 16) -> Poured:
    """Post each when it is due, over so many connections; while all of them are busy, what is due waits and counts."""
    clock = asyncio.get_running_loop().time
    found, waiting, began = Poured(), iter(posts), clock()

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.closing(writer):
            for post in waiting:
                await asyncio.sleep(max(0.0, began + post.due - clock()))
                if post.vital:
                    found.vital[post.vital] = clock()
                async with asyncio.timeout(PATIENCE):
                    found.answers[await exchange(reader, writer, post.request)] += 1
                found.took.append(clock() - began - post.due)

    await asyncio.gather(*(work() for _ in range(connections)))
    found.late = clock() - began - posts[-1].due
    return found


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    """Send one request; the status of its answer."""
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return int(head[9:12])
