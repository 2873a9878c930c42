"""What people said on a platform that may tell it twice: each of it counts once, also after a restart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, select, text, update

from psfbot.store.columns import Moment
from psfbot.store.db import Database
from psfbot.store.tables import heard

KEPT = timedelta(days=2)
"""How long an id is remembered; no platform tells the same thing again after so long."""

KEEP = text(
    "INSERT INTO heard (platform, key, body, at) VALUES (:on, :this, :body, :now) "
    "ON CONFLICT (platform, key) DO NOTHING"
).bindparams(bindparam("now", type_=Moment()))
_THIS = (heard.c.platform == bindparam("on"), heard.c.key == bindparam("this"))
DONE = update(heard).where(*_THIS).values(body="")
WAITING = (
    select(heard.c.key, heard.c.body, heard.c.at)
    .where(heard.c.platform == bindparam("on"), heard.c.body != "", heard.c.at <= bindparam("before", type_=Moment()))
    .order_by(heard.c.at, heard.c.key)
)
FORGET = delete(heard).where(heard.c.platform == bindparam("on"), heard.c.at < bindparam("before", type_=Moment()))


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Something that was heard, and of which nobody knows whether it was answered."""

    key: str
    body: str
    at: datetime


class SqlHeard:
    """What one platform heard, in the database."""

    def __init__(self, db: Database, platform: str) -> None:
        """Keep the database and the platform's name."""
        self._db = db
        self._platform = platform

    async def keep(self, key: str, body: str, now: datetime) -> bool:
        """Remember that something was said, durably; False when it was heard before. No body: nothing is to do."""
        values = {"on": self._platform, "this": key, "body": body, "now": now}
        return await self._db.write(lambda connection: connection.execute(KEEP, values).rowcount == 1)

    async def done(self, key: str) -> None:
        """It is answered: only its id is still remembered."""
        values = {"on": self._platform, "this": key}
        await self._db.write(lambda connection: connection.execute(DONE, values).rowcount)

    async def waiting(self, before: datetime) -> Sequence[Unanswered]:
        """What was said until then and is not answered, oldest first."""
        values = {"on": self._platform, "before": before}
        rows = await self._db.read(lambda connection: connection.execute(WAITING, values).all())
        return [Unanswered(row.key, row.body, row.at) for row in rows]

    async def forget(self, now: datetime) -> int:
        """Drop what nobody tells again; say how much that was."""
        values = {"on": self._platform, "before": now - KEPT}
        return await self._db.write(lambda connection: connection.execute(FORGET, values).rowcount)
