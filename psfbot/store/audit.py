"""Who changed what, where, and how it ended: written once, never changed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, insert, select

from psfbot.chat.message import Message
from psfbot.relay.incident import Fact
from psfbot.store.db import Database
from psfbot.store.tables import audit


class Deed(Fact):
    """One changing command: who said what where, and the outcome."""

    at: datetime
    name: str
    account: str | None
    person: str | None
    platform: str
    room: str | None
    said: str
    outcome: str


RECENT = select(*(audit.c[name] for name in Deed.model_fields)).order_by(audit.c.id.desc()).limit(bindparam("most"))


class SqlAudit:
    """The audit table in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def add(self, message: Message, outcome: str, now: datetime) -> None:
        """Write down a command and how it ended."""
        who = message.speaker
        values = {
            "at": now, "name": who.name, "account": who.account, "person": who.person,
            "platform": message.platform, "room": message.room, "said": message.text, "outcome": outcome,
        }  # fmt: skip
        await self._db.write(lambda connection: connection.execute(insert(audit), values))

    async def recent(self, limit: int = 100) -> Sequence[Deed]:
        """The latest deeds, newest first."""
        rows = await self._db.read(lambda connection: connection.execute(RECENT, {"most": limit}).mappings().all())
        return [Deed.model_validate(dict(row)) for row in rows]
