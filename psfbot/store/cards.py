"""Messages that show a checklist and are kept up to date: where each is, and which version of the run it shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select, text, update

from psfbot.checklists.run import Course
from psfbot.store.columns import Moment
from psfbot.store.db import Database
from psfbot.store.tables import cards, runs

GONE = "-"
"""The id of a message that is not there any more, or that its room will never take."""
MOST = 100

CLAIM = text(
    "INSERT INTO cards (platform, run, room, message, shown, made_at) VALUES (:on, :this, :place, '', 0, :now) "
    "ON CONFLICT (platform, run, room) DO NOTHING"
).bindparams(bindparam("now", type_=Moment()))
_MINE = cards.c.platform == bindparam("on")
_CARDS = select(cards.c.run, cards.c.room, cards.c.message, cards.c.shown, cards.c.made_at, runs.c.version).join_from(
    cards, runs, runs.c.number == cards.c.run
)
ONE = _CARDS.where(_MINE, cards.c.run == bindparam("this"), cards.c.room == bindparam("place"))
BEHIND = (
    _CARDS.where(_MINE, cards.c.message != GONE, runs.c.version != cards.c.shown)
    .order_by(cards.c.run.desc(), cards.c.room)
    .limit(MOST)
)
NEWER = (
    select(runs.c.run, runs.c.number)
    .where(runs.c.number > bindparam("last"), runs.c.course.in_([Course.RUNNING, Course.PAUSED]))
    .order_by(runs.c.number)
    .limit(MOST)
)
KEEP = (
    update(cards)
    .where(
        and_(
            _MINE,
            cards.c.run == bindparam("this"),
            cards.c.room == bindparam("place"),
            cards.c.shown == bindparam("known"),
        )
    )
    .values(message=bindparam("new_message"), shown=bindparam("new_shown"))
)


@dataclass(frozen=True, slots=True)
class Card:
    """The message of one run in one room.

    `message` is its id there, empty until it is known; `shown` is the version that it shows, and `version` that of
    the run now.
    """

    run: int
    room: str
    message: str
    shown: int
    made_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Fresh:
    """An open run, and the lanes that hear of it; `alone` unless it is one of a campaign."""

    run: int
    rooms: tuple[str, ...]
    alone: bool


class SqlCards:
    """The messages of one platform, in the database."""

    def __init__(self, db: Database, platform: str) -> None:
        """Keep the database and the platform's name."""
        self._db = db
        self._platform = platform

    async def claim(self, run: int, room: str, now: datetime) -> bool:
        """Say, before anything is posted, that a room is to have a message; False when that was said before."""
        values = {"on": self._platform, "this": run, "place": room, "now": now}
        return await self._db.write(lambda connection: connection.execute(CLAIM, values).rowcount == 1)

    async def card(self, run: int, room: str) -> Card | None:
        """The message of a run in a room."""
        values = {"on": self._platform, "this": run, "place": room}
        row = await self._db.read(lambda connection: connection.execute(ONE, values).first())
        return Card(**row._mapping) if row else None  # noqa: SLF001 - SQLAlchemy's own name for it

    async def behind(self) -> Sequence[Card]:
        """Messages that do not show their run as it is now."""
        rows = await self._db.read(lambda connection: connection.execute(BEHIND, {"on": self._platform}).all())
        return [Card(**row._mapping) for row in rows]  # noqa: SLF001 - as above

    async def newer(self, last: int) -> Sequence[Fresh]:
        """Open runs with a higher number than this."""
        rows = await self._db.read(lambda connection: connection.execute(NEWER, {"last": last}).all())
        return [Fresh(row.number, row.run.rooms, row.run.campaign is None) for row in rows]

    async def keep(self, card: Card, message: str, shown: int) -> bool:
        """Remember where the message is, and what it shows; False when another process did so meanwhile."""
        values = {
            "on": self._platform, "this": card.run, "place": card.room, "known": card.shown, "new_message": message,
            "new_shown": shown,
        }  # fmt: skip
        return await self._db.write(lambda connection: connection.execute(KEEP, values).rowcount == 1)
