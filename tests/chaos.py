"""A real bot in trouble: `psfbot run` as a child process that is killed and starved while its senders go on."""

import asyncio
import hmac
import json
import os
import random
import signal
import sqlite3
import sys
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from stores import ROOT, run_sql

SECRET = "a-secret-that-only-these-tests-know"  # noqa: S105
RECORDED = ROOT / "plugins" / "pagerduty" / "payloads" / "incident.triggered.json"
STRICT = ("-W", "error", "-W", "ignore:<psycopg.Connection:ResourceWarning")
"""Warnings are errors; but readers whose pool was given up in trouble are closed by the garbage collector only."""
RUN = ("-m", "psfbot", "run")
TELLING = (str(ROOT / "tests" / "telling.py"),)
"""The same bot, with a platform that writes what it was told into the file named by CHAOS_TOLD."""
PATIENCE = 30
SEED = int(os.environ.get("PSFBOT_TEST_SEED", "20261120"))


def amount(name: str, default: int) -> int:
    """How much of something: little in a normal run, as much as the environment says in a long one."""
    return int(os.environ.get(f"PSFBOT_TEST_{name}", default))


def figures(test: str, **found: object) -> None:
    """Print what a long run found, past pytest; a normal run keeps it to itself."""
    if kept := os.environ.get("PSFBOT_TEST_FIGURES"):
        with Path(kept).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"test": test, "seed": SEED} | found, default=str) + "\n")
    if any(name.startswith("PSFBOT_TEST_") and name != "PSFBOT_TEST_REQUIRE" for name in os.environ):
        said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in ({"seed": SEED} | found).items())
        print(f"\n{test}: {said}", file=sys.__stderr__, flush=True)


def catalog(folder: Path, services: int = 20, rooms: int = 1) -> Path:
    """A catalog of invented services, each with one of these rooms; of tier 1, so that no storm folds its alerts."""
    lines = ["schema_version: 1", "rooms:"]
    for number in range(rooms):
        lines += [f"  room-{number}:", f'    irc: "#room-{number}"', "    public: false"]
    lines += ["services:"]
    for number in range(services):
        lines += [
            f"  s{number}.example.org:", f"    name: Service {number}", "    description: Invented for a test.",
            "    lifecycle: production", "    tier: 1",
            f"    domains: [s{number}.example.org]", f"    rooms: [room-{number % rooms}]",
        ]  # fmt: skip
    file = folder / "catalog.yaml"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


@dataclass(frozen=True)
class Webhook:
    """One webhook of PagerDuty as its sender keeps it until it was taken."""

    event: str
    incident: str
    request: bytes


def webhooks(count: int, services: int = 20) -> list[Webhook]:
    """Signed webhooks, each with a delivery id, an event and an incident of its own, about so many services in turn."""
    recorded = json.loads(RECORDED.read_bytes())
    return [webhook(recorded, number, f"s{number % services}.example.org") for number in range(count)]


def webhook(recorded: dict[str, Any], number: int, service: str) -> Webhook:
    event, incident = f"01CHAOS{number:019}", f"QCHAOS{number:08}"
    data = recorded["event"]["data"] | {
        "id": incident, "number": number, "incident_key": f"{service}/{number}", "title": f"{service}: check {number}",
        "service": recorded["event"]["data"]["service"] | {"summary": service},
    }  # fmt: skip
    happened = datetime.now(UTC).isoformat()
    body = json.dumps({"event": recorded["event"] | {"id": event, "occurred_at": happened, "data": data}}).encode()
    head = (
        "POST /hooks/pagerduty HTTP/1.1\r\nhost: psfbot\r\nuser-agent: PagerDuty-Webhook/V3.0\r\n"
        f"content-type: application/json\r\nx-webhook-id: delivery-{number}\r\ncontent-length: {len(body)}\r\n"
        f"x-pagerduty-signature: v1={hmac.new(SECRET.encode(), body, sha256).hexdigest()}\r\n\r\n"
    )
    return Webhook(event, incident, head.encode() + body)


class Senders:
    """Senders that try each webhook again until it was answered 2xx; `port` tells where the bot listens now."""

    def __init__(self, letters: Sequence[Webhook], *ports: Callable[[], int], connections: int = 16) -> None:
        self.waiting = deque(letters)
        self.total = len(letters)
        self.ports = ports
        self.connections = connections
        self.accepted: list[str] = []
        self.answers: Counter[int] = Counter()
        self.retry_after: set[str] = set()
        self.slowest = 0.0
        self.broken = 0
        self.progress = asyncio.Condition()

    async def run(self) -> None:
        """Send all of them."""
        await asyncio.gather(*(self.keep_sending(number) for number in range(self.connections)))

    async def reach(self, count: int) -> None:
        """Wait until so many were accepted."""
        async with self.progress:
            await self.progress.wait_for(lambda: len(self.accepted) >= count)

    async def keep_sending(self, number: int) -> None:
        """One connection after the other, until nothing is left to send."""
        while len(self.accepted) < self.total:
            try:
                port = self.ports[number % len(self.ports)]()
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)  # nobody listens
                continue
            with closing(writer):
                await self.converse(reader, writer)
            await asyncio.sleep(0.005)  # what is left is in other hands, or the bot has hung up

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send over one connection until it breaks, the bot is busy, or nothing is left to send."""
        while self.waiting:
            letter = self.waiting.popleft()
            began = asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(PATIENCE):
                    status = await self.post(reader, writer, letter)
            except (OSError, EOFError):
                self.broken += 1
                self.waiting.append(letter)
                return
            self.slowest = max(self.slowest, asyncio.get_running_loop().time() - began)
            self.answers[status] += 1
            if status != 202:
                self.waiting.append(letter)
                return
            async with self.progress:
                self.accepted.append(letter.event)
                self.progress.notify_all()

    async def post(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, letter: Webhook) -> int:
        """Send one; how it was answered."""
        writer.write(letter.request)
        head = await reader.readuntil(b"\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:] if line)
        await reader.readexactly(int(headers["content-length"]))
        if "retry-after" in headers:
            self.retry_after.add(headers["retry-after"])
        return int(head[9:12])


@dataclass
class Bot:
    """The bot as a child process, which can be started as often as it is killed."""

    url: str
    folder: Path
    program: tuple[str, ...] = RUN
    environ: dict[str, str] = field(default_factory=dict)
    said: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0
    leads: bool = False
    lives: int = 0

    async def spawn(self) -> None:
        """Begin to start."""
        env = {
            "PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PSFBOT_PORT": "0",
            "PSFBOT_DATABASE_URL": self.url, "PSFBOT_CATALOG": str(self.folder / "catalog.yaml"),
            "PSFBOT_LOG_FORMAT": "json", "PSFBOT_PAGERDUTY_WEBHOOK_SECRETS": SECRET,
        }  # fmt: skip
        pipe, null = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        self.ready, self.lives = asyncio.Event(), self.lives + 1
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, *STRICT, *self.program, cwd=self.folder, env=env | self.environ, limit=2**20,
            stdin=null, stdout=null, stderr=pipe,
        )  # fmt: skip
        self.listener = asyncio.ensure_future(self.listen())

    async def start(self) -> None:
        """Start, and wait until it listens."""
        await self.spawn()
        ready = asyncio.ensure_future(self.ready.wait())
        await asyncio.wait([ready, self.listener], timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        assert self.ready.is_set(), self.said[-3:]

    async def listen(self) -> None:
        """Keep what it logs."""
        assert self.process.stderr
        async for line in self.process.stderr:
            told = json.loads(line) if line.startswith(b"{") else {"level": "error", "event": line.decode()}
            self.said.append(told)
            if told["event"] == "ready":
                self.port, self.leads = told["port"], told["leads"]
                self.ready.set()

    async def end(self, number: int) -> int:
        """Send it a signal, and wait for its end."""
        self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE):
            status = await self.process.wait()
            await self.listener
        return status

    async def kill(self) -> None:
        """Kill it as the kernel or a power cut would: it does not get to know."""
        assert await self.end(signal.SIGKILL) == -signal.SIGKILL, self.said[-3:]

    async def stop(self) -> None:
        """Tell it to stop."""
        assert await self.end(signal.SIGTERM) == 0, self.said[-3:]

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    @property
    def errors(self) -> list[str]:
        """What it logged that only a bug would."""
        return [str(told) for told in self.said if told["level"] not in {"debug", "info", "warning"}]

    async def ask(self, path: str) -> tuple[int, str]:
        """Get one page: its status, and all of its text."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        with closing(writer):
            writer.write(f"GET {path} HTTP/1.1\r\nhost: psfbot\r\nconnection: close\r\n\r\n".encode())
            async with asyncio.timeout(PATIENCE):
                answer = (await reader.read()).decode()
        return int(answer[9:12]), answer

    def count(self, statement: str) -> int:
        """The number that a statement finds in the database, on a connection of its own."""
        return int(next(iter(rows(self.url, statement)))[0])

    async def until(self, statement: str, number: int, seconds: float = 120) -> float:
        """Wait until a statement finds this number; how long that took."""
        began = asyncio.get_running_loop().time()
        while (found := await asyncio.to_thread(self.count, statement)) != number:
            took = asyncio.get_running_loop().time() - began
            assert took < seconds, f"{statement}: {found}, not {number}, after {took:.0f} s"
            await asyncio.sleep(0.05)
        return asyncio.get_running_loop().time() - began


UNREAD = "SELECT count(*) FROM inbox WHERE fate = 'new'"
TOLD = "SELECT count(*) FROM outbox WHERE state = 'sent' AND lane NOT LIKE 'heartbeat %'"


@asynccontextmanager
async def running(url: str, folder: Path, *program: str, **environ: str) -> AsyncIterator[Bot]:
    """A bot that is up; in the end it is gone, whatever has happened."""
    bot = Bot(url, folder, program or RUN, environ)
    try:
        await bot.start()
        yield bot
    finally:
        if bot.alive:
            await bot.kill()


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What a statement finds in a database, however little of it there is yet."""
    if not url.startswith("sqlite"):
        return run_sql(statement, url)
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=PATIENCE)) as connection:
        return connection.execute(statement).fetchall()


def moments(count: int, letters: int) -> Iterator[tuple[int, float, float | None]]:
    """When to kill: after so many letters and so many seconds more, and perhaps again, so soon after the restart."""
    draw = random.Random(SEED)  # noqa: S311
    for after in sorted(draw.sample(range(letters), count)):
        yield after, draw.uniform(0, 0.02), draw.uniform(0, 1.5) if draw.random() < 0.2 else None
