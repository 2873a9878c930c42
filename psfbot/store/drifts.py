"""The drift that was found last: all of it replaced by each survey, in one transaction."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, delete, insert, select

from psfbot.relay.drifted import Drifted
from psfbot.store.db import Database
from psfbot.store.tables import drifts

MOST = 2000
"""So many are kept: a catalog that differs in more facts is about something else."""
ALL = select(drifts.c.drifted).order_by(drifts.c.place)


class SqlDrifts:
    """The drift in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def change(self, work: Callable[[Sequence[Drifted]], Sequence[Drifted]]) -> Sequence[Drifted]:
        """Replace what is kept by what becomes of it; returns that."""
        return await self._db.write(lambda connection: _change(connection, work))

    async def all(self) -> Sequence[Drifted]:
        """What the last survey left."""
        return await self._db.read(lambda connection: connection.scalars(ALL).all())


def _change(connection: Connection, work: Callable[[Sequence[Drifted]], Sequence[Drifted]]) -> Sequence[Drifted]:
    """Read, think, write."""
    kept = work(connection.scalars(ALL).all())[:MOST]
    connection.execute(delete(drifts))
    if kept:
        connection.execute(insert(drifts), [{"place": place, "drifted": one} for place, one in enumerate(kept)])
    return kept
