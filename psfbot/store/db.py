"""The open database: writes go through one thread, reads run beside it, and both wait without blocking the loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from psfbot.errors import UserError
from psfbot.store.home import READERS, Home
from psfbot.store.postgres import PostgresServer
from psfbot.store.schema import bring_up_to_date
from psfbot.store.sqlite import SqliteFile
from psfbot.store.trouble import busy, machine_errors
from psfbot.store.writer import STOPPING, Writer

R = TypeVar("R")
T = TypeVar("T")

FILE = "psfbot.sqlite3"
"""The file in the working folder where no other database is set."""


def find_home(url: str) -> Home:
    """Which database a URL means; a wrong URL is refused without being shown, since it may hold a password."""
    if not url:
        return SqliteFile(URL.create("sqlite", database=FILE))
    try:
        parsed: URL = make_url(url)
    except (ArgumentError, ValueError):  # such as a port that is no number
        parsed = URL.create("unreadable")
    if parsed.drivername in {"sqlite", "sqlite+pysqlite"}:
        return SqliteFile(parsed)
    if parsed.drivername in {"postgres", "postgresql", "postgresql+psycopg"}:
        return PostgresServer(parsed.set(drivername="postgresql+psycopg"))
    raise UserError(
        "PSFBOT_DATABASE_URL is no database that psfbot knows. "
        "Write sqlite:///path/to/psfbot.sqlite3 or postgresql+psycopg://user:password@host/name."
    )


class Database:
    """One database, sound and up to date, with its writer and its readers."""

    def __init__(self, home: Home) -> None:
        """Take a home that is known to be sound; `open` is the way to get here."""
        self.home = home
        self._writer = Writer(home)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="psfbot-reader")

    @classmethod
    def open(cls, url: str = "", *, create: bool = True) -> Self:
        """Open a database, check it and upgrade it; blocks, and raises `UserError` when it cannot be used.

        No URL means the SQLite file in the working folder. `create` also makes the SQLite
        file and the tables where there are none.
        """
        home = find_home(url)
        try:
            home.prepare(create=create)
            bring_up_to_date(home, create=create)
        finally:
            home.close()
        return cls(home)

    @property
    def name(self) -> str:
        """The file or the server, for people."""
        return self.home.name

    @property
    def trouble(self) -> str:
        """Why the last write failed; empty when it went well."""
        return self._writer.trouble

    @property
    def flush(self) -> float:
        """Seconds that the disk took for the last commit."""
        return self._writer.flush

    @property
    def waiting(self) -> int:
        """How many writes wait."""
        return self._writer.waiting

    async def write(self, work: Callable[[Connection], R]) -> R:
        """Do work in a transaction that is durable when this returns; nothing of it stays when it raises.

        Raises `StoreBusy` when the storage cannot take it now.
        """
        return await self._writer.put(work)

    async def write_row(self, keep: Callable[[Connection, Sequence[T]], Sequence[R]], row: T) -> R:
        """The same for one of many small rows; `keep` gets all that wait, and answers for each in order."""
        return await self._writer.put_row(keep, row)

    async def read(self, work: Callable[[Connection], R]) -> R:
        """Do work that only reads, and sees the database as of one moment."""
        if self._writer.closed:
            raise busy(STOPPING)
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Callable[[Connection], R]) -> R:
        """One read, in a reader's thread."""
        with machine_errors(), self.home.reading.connect() as connection, connection.begin():
            return work(connection)

    def close(self) -> None:
        """Finish what waits, then close; blocks."""
        self._writer.close()
        self._readers.shutdown()
        self.home.close()

    def __enter__(self) -> Self:
        """Nothing more to open."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close."""
        self.close()
