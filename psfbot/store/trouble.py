"""Which errors of a database are the machine's and not the program's, and how to say them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from psfbot.errors import StoreBusy

SQLITE = {
    sqlite3.SQLITE_BUSY: "another process holds it",
    sqlite3.SQLITE_LOCKED: "another process holds it",
    sqlite3.SQLITE_PROTOCOL: "another process holds it",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_IOERR: "the disk refuses to read or write",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_PERM: "the file's permissions forbid it",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_CORRUPT: "the file is damaged",
    sqlite3.SQLITE_NOTADB: "the file is not an SQLite database",
    sqlite3.SQLITE_NOMEM: "memory ran out",
    sqlite3.SQLITE_INTERRUPT: "it was interrupted",
}
"""SQLite's primary result code -> what hinders it."""
DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

LOST = "the connection was lost"
POSTGRES = {
    "08": LOST,
    "25006": "it is read-only",
    "28": "it refuses the user or password",
    "3D": "there is no such database",
    "40": "another transaction was in the way",
    "53": "the server ran out of something",
    "53100": "the disk is full",
    "53300": "it has too many connections",
    "55P03": "another process holds it",
    "57": "the server stopped or cut it short",
    "58": "the disk refuses to read or write",
    "XX001": "the data is damaged",
    "XX002": "an index is damaged",
}
"""PostgreSQL's SQLSTATE, or its class -> what hinders it."""


def trouble(error: DBAPIError) -> str | None:
    """What hinders the database, in words that follow "The database:"; None when the statement itself is at fault."""
    if isinstance(error.orig, sqlite3.Error):
        return SQLITE.get(code(error.orig))
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state:
        return POSTGRES.get(state) or POSTGRES.get(state[:2])
    return LOST if error.connection_invalidated or _never_connected(error) else None


def code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; -1 for what the driver itself complains about."""
    found: int = getattr(error, "sqlite_errorcode", -1)
    return found & 0xFF if found >= 0 else found


def _never_connected(error: DBAPIError) -> bool:
    """Did the driver fail before the server said anything? It then raises an OperationalError without a state."""
    return type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}


def busy(words: str) -> StoreBusy:
    """What to raise when the database cannot take something now."""
    return StoreBusy(f"The database cannot take this now: {words}. Try again in a minute.")


@contextmanager
def machine_errors() -> Iterator[None]:
    """Turn the machine's trouble into `StoreBusy`; every other error passes."""
    try:
        yield
    except DBAPIError as error:
        words = trouble(error)
        if words is None:
            raise
        raise busy(words) from error
