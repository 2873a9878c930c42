"""When something last happened: the heartbeat of each stage, and how far a poll has come."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from psfbot.relay.incident import Fact
from psfbot.store.db import Database
from psfbot.store.tables import marks

MOVE = update(marks).where(marks.c.name == bindparam("this")).values(at=bindparam("now"), value=bindparam("what"))


class Mark(Fact):
    """A moment to remember, perhaps with a word about it."""

    at: datetime
    value: str = ""


class SqlMarks:
    """The marks in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def set(self, name: str, now: datetime, value: str = "") -> None:
        """Remember that something happened now; its last time is forgotten."""
        await self._db.write(lambda connection: _set(connection, name, now, value))

    async def all(self) -> Mapping[str, Mark]:
        """All marks by name."""
        rows = await self._db.read(lambda connection: connection.execute(select(marks)).all())
        return {row.name: Mark(at=row.at, value=row.value) for row in rows}


def _set(connection: Connection, name: str, now: datetime, value: str) -> None:
    """Move a mark, or make it."""
    if not connection.execute(MOVE, {"this": name, "now": now, "what": value}).rowcount:
        connection.execute(insert(marks), {"name": name, "at": now, "value": value})
