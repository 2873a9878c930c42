"""Which replica leads: only one at a time speaks, ticks and delivers, and another takes over when it is gone."""

import asyncio
import fcntl
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Protocol, Self

from sqlalchemy import Connection, Engine, Executable, text
from sqlalchemy.exc import DBAPIError

from psfbot.store.db import Database
from psfbot.store.sqlite import SqliteFile

POLL = 2.0
"""Seconds between two polls, for whoever runs the loop."""
ANSWER = 3.0
"""Seconds that the database has to answer a poll."""
TRUST = 6.0
"""Seconds after which a leader that got no answer leads no more; PostgreSQL frees its lock later than that."""
KEY = (0x7073, 0x66626F74)
"""The advisory lock, per PostgreSQL database: `ps`, `fbot`."""

TRY = text("SELECT pg_try_advisory_lock(:first, :second)")
HELD = text(
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid = CAST(:first AS bigint) AND objid = CAST(:second AS bigint)"
)


class Lock(Protocol):
    """Something that one process at a time can hold, and that is free again when the process is gone."""

    def take(self) -> bool:
        """Take it, or make sure that it is still held; False when it is not."""

    def drop(self) -> None:
        """Let it go."""


class FileLock:
    """A lock beside an SQLite file; the system frees it with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        """Keep where it lies."""
        self._path = path
        self._fd: int | None = None

    def take(self) -> bool:
        """Lock the file, or see that what is locked still bears its name."""
        try:
            if self._fd is None:
                self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(self._fd), self._path.stat()):
                return True
        except OSError:
            pass  # another holds it, or the file was taken away: either way this process does not lead
        self.drop()
        return False

    def drop(self) -> None:
        """Close the file, which unlocks it."""
        if self._fd is not None:
            os.close(self._fd)
        self._fd = None


class ServerLock:
    """An advisory lock on a connection of its own; PostgreSQL frees it with the connection."""

    def __init__(self, engine: Engine) -> None:
        """Keep how to connect."""
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Lock, or see that this very session still holds the lock."""
        try:
            if self._connection is not None and _ask(self._connection, HELD):
                return True
            self.drop()
            self._connection = self._engine.connect()
            if _ask(self._connection, TRY):
                return True
        except DBAPIError:
            pass  # nobody leads whom the database cannot hear
        self.drop()
        return False

    def drop(self) -> None:
        """Close the connection, which unlocks."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None


def _ask(connection: Connection, question: Executable) -> bool:
    """Ask the server about the lock."""
    return bool(connection.execute(question, {"first": KEY[0], "second": KEY[1]}).scalar_one())


def lock_of(db: Database) -> Lock:
    """The lock that everybody who uses this database shares."""
    home = db.home
    return FileLock(Path(f"{home.path}-leader")) if isinstance(home, SqliteFile) else ServerLock(home.writing)


class Leader:
    """Whether this process leads; `poll` is to be called every two seconds, and takes over what is free."""

    def __init__(self, lock: Lock, clock: Callable[[], float] = monotonic) -> None:
        """Begin as a follower."""
        self._lock = lock
        self._clock = clock
        self._until = float("-inf")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="psfbot-leader")

    @property
    def leads(self) -> bool:
        """Is this process the leader now? True only for some seconds after a poll said so."""
        return self._clock() < self._until

    async def poll(self) -> bool:
        """Take the lead if it is free, or confirm it; False when another has it, or the database does not answer."""
        asked = self._clock()
        try:
            async with asyncio.timeout(ANSWER):
                held = await asyncio.get_running_loop().run_in_executor(self._thread, self._lock.take)
        except TimeoutError:
            return self.leads
        self._until = asked + TRUST if held else float("-inf")
        return self.leads

    async def resign(self) -> None:
        """Let another lead."""
        self._until = float("-inf")
        await asyncio.get_running_loop().run_in_executor(self._thread, self._lock.drop)

    async def __aenter__(self) -> Self:
        """Begin as a follower."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """Resign, and stop the thread."""
        await self.resign()
        self._thread.shutdown(wait=False)
