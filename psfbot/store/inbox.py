"""Webhooks, kept as they came: the row is durable before anybody is told 2xx."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, RowMapping, Select, bindparam, func, select, update

from psfbot.relay.letter import Arrival, Fate, Letter
from psfbot.relay.ports import Inbox
from psfbot.store.columns import LARGEST_ID, Moment, storable
from psfbot.store.db import Database
from psfbot.store.tables import inbox

Row = tuple[str, str, str, bytes, Any]
"""Source, delivery, headers, body, received_at: as the driver takes them."""

COLUMNS = "source, delivery, headers, body, received_at"
LONGEST_DELIVERY = 500
"""A longer delivery id is kept as its digest: an index of PostgreSQL cannot hold it."""

LETTERS = select(*(c for c in inbox.c if c.name != "filed_at"))
WAITING = LETTERS.where(inbox.c.fate == Fate.NEW).order_by(inbox.c.id).limit(bindparam("most"))
QUARANTINED = LETTERS.where(inbox.c.fate == Fate.QUARANTINED).order_by(inbox.c.id.desc()).limit(bindparam("most"))
NAMED = LETTERS.where(inbox.c.id.in_(bindparam("ids", expanding=True))).order_by(inbox.c.id)
SINCE = (
    LETTERS.where(inbox.c.received_at >= bindparam("since"), inbox.c.id > bindparam("after"))
    .order_by(inbox.c.id)
    .limit(bindparam("most"))
)
SAME = (
    LETTERS.where(inbox.c.source == bindparam("of_source"), inbox.c.body == bindparam("with_body"))
    .order_by(inbox.c.id.desc())
    .limit(1)
)
NEWEST = select(inbox.c.source, inbox.c.delivery).order_by(inbox.c.id.desc()).limit(bindparam("most"))
COUNTS = select(inbox.c.fate, func.count()).group_by(inbox.c.fate)
FILE = (
    update(inbox)
    .where(inbox.c.id == bindparam("letter"))
    .values(fate=bindparam("new_fate"), reason=bindparam("why"), filed_at=bindparam("now"))
)
AGAIN = (
    update(inbox)
    .where(inbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(fate=Fate.NEW, reason="to be read again", filed_at=None)
)


class SqlInbox(Inbox):
    """The inbox in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db
        dialect = db.home.writing.dialect
        self._mark, self._returning = ("?", "") if dialect.name == "sqlite" else ("%s", " RETURNING source, delivery")
        self._moment = Moment().bind_processor(dialect)

    async def keep(self, letter: Arrival) -> bool:
        """Store one durably; False when its source delivered the same before."""
        row = (
            storable(letter.source),
            _delivery(letter.delivery),
            to_json(letter.headers).decode(),
            letter.body,
            self._moment(letter.received_at) if self._moment else letter.received_at,
        )
        return await self._db.write_row(self._keep_all, row)

    def _keep_all(self, connection: Connection, rows: Sequence[Row]) -> Sequence[bool]:
        """Insert rows with one statement; say for each whether it was new."""
        statement = _insert(len(rows), self._mark) + self._returning
        values = tuple(value for row in rows for value in row)
        result = connection.exec_driver_sql(statement, values, execution_options={"preserve_rowcount": True})
        if result.rowcount == len(rows):
            return [True] * len(rows)
        if not self._returning:  # nobody else inserts in this transaction, so what is new is what is newest
            result = connection.execute(NEWEST, {"most": result.rowcount})
        new = {(source, delivery) for source, delivery in result.all()}
        return [_take(new, row[:2]) for row in rows]

    async def waiting(self, limit: int = 100) -> Sequence[Letter]:
        """Letters that nobody has read, oldest first."""
        return await self._letters(WAITING, most=limit)

    async def quarantined(self, limit: int = 100) -> Sequence[Letter]:
        """Letters that no plugin could read, newest first."""
        return await self._letters(QUARANTINED, most=limit)

    async def named(self, ids: Sequence[int]) -> Sequence[Letter]:
        """The letters with these ids, as far as they are still kept."""
        return await self._letters(NAMED, ids=_possible(ids))

    async def newest(self, source: str, body: bytes) -> Letter | None:
        """The last letter of a source with this very body, if one is still kept."""
        found = await self._letters(SAME, of_source=storable(source), with_body=body)
        return next(iter(found), None)

    async def since(self, at: datetime, *, after: int = 0, limit: int = 100) -> Sequence[Letter]:
        """Letters that came at this time or later, oldest first; `after` an id, to go on where the last call ended."""
        return await self._letters(SINCE, since=at, after=after, most=limit)

    async def read_again(self, ids: Sequence[int]) -> int:
        """Let letters be read as if they had just come; alerts that they made before are known and stay single."""
        return await self._db.write(lambda connection: connection.execute(AGAIN, {"ids": _possible(ids)}).rowcount)

    async def counts(self) -> dict[Fate, int]:
        """How many letters there are of each fate."""
        found = await self._db.read(lambda connection: connection.execute(COUNTS).all())
        return dict.fromkeys(Fate, 0) | {Fate(fate): number for fate, number in found}

    async def _letters(self, statement: Select[Any], **values: object) -> Sequence[Letter]:
        """The letters that a statement finds."""
        rows = await self._db.read(lambda connection: connection.execute(statement, values).mappings().all())
        return [_letter(row) for row in rows]


def file(connection: Connection, letter: int, fate: Fate, reason: str, now: datetime) -> None:
    """Say what became of a letter."""
    connection.execute(FILE, {"letter": letter, "new_fate": fate, "why": reason, "now": now})


def _possible(ids: Sequence[int]) -> list[int]:
    """The ids that a letter may have; people type others."""
    return [one for one in ids if one <= LARGEST_ID]


def _letter(row: RowMapping) -> Letter:
    """A row as a letter."""
    return Letter.model_validate({**row, "headers": from_json(row["headers"])})


def _delivery(text: str) -> str:
    """A delivery id that both databases can index."""
    if len(text) > LONGEST_DELIVERY:
        return f"sha256:{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
    return storable(text)


def _take(new: set[tuple[str, str]], key: tuple[str, str]) -> bool:
    """Was this row the one that was inserted? Of several equal ones, the first was."""
    if key not in new:
        return False
    new.remove(key)
    return True


@cache
def _insert(rows: int, mark: str) -> str:
    """The statement for so many rows; it returns the keys of those that are new."""
    row = f"({', '.join([mark] * len(COLUMNS.split(', ')))}, 'new', '')"
    return (
        f"INSERT INTO inbox ({COLUMNS}, fate, reason) VALUES {', '.join([row] * rows)} "  # noqa: S608 - nothing but placeholders
        "ON CONFLICT (source, delivery) DO NOTHING"
    )
