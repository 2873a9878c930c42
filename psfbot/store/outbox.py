"""Notices on their way: each lane sends one parcel at a time, and a parcel leaves with proof or as a dead letter."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_hex

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from psfbot.relay.notice import Delivery, Ending, Notice, Parcel, Room
from psfbot.relay.ports import Outbox
from psfbot.store.columns import LARGEST_ID, Moment, given
from psfbot.store.db import Database
from psfbot.store.tables import outbox, told

ALONE = 0
"""The incident of a notice that is about none: nothing replaces it, and it updates no earlier message."""

_PENDING = outbox.c.state == Delivery.PENDING
_OUT = outbox.c.state.in_([Delivery.SENDING, Delivery.UNKNOWN])
_IN_LANE = outbox.c.lane == bindparam("in_lane")
_THIS = outbox.c.id == bindparam("this")
_NOW = bindparam("now", type_=Moment())
_TOLD = and_(told.c.incident == outbox.c.incident, told.c.lane == outbox.c.lane)
_ORDER = (outbox.c.priority, outbox.c.queued_at, outbox.c.id)

PARCELS = select(
    outbox.c.id, outbox.c.notice, outbox.c.state, outbox.c.attempts, outbox.c.created_at, outbox.c.not_before,
    outbox.c.token, outbox.c.proof, outbox.c.error, func.coalesce(told.c.posted, "").label("posted"),
).select_from(outbox.outerjoin(told, _TOLD))  # fmt: skip

LANES = (
    select(outbox.c.lane)
    .where(_PENDING, outbox.c.lane.not_in(select(outbox.c.lane).where(_OUT)))
    .group_by(outbox.c.lane)
    .having(func.max(outbox.c.not_before) <= _NOW)
    .order_by(func.min(outbox.c.priority), func.min(outbox.c.queued_at))
)
RESTING = select(outbox.c.id).where(_IN_LANE, or_(_OUT, and_(_PENDING, outbox.c.not_before > _NOW))).limit(1)
FIRST = PARCELS.where(_IN_LANE, _PENDING).order_by(*_ORDER).limit(1)
LEASE = (
    update(outbox)
    .where(_THIS, _PENDING)
    .values(
        state=Delivery.SENDING,
        attempts=outbox.c.attempts + 1,
        token=bindparam("new_token"),
        lease_until=bindparam("until"),
    )
)
SETTLE = (
    update(outbox)
    .where(_THIS, _OUT, outbox.c.token == bindparam("held"))
    .values(
        state=bindparam("new_state"),
        proof=bindparam("new_proof"),
        error=bindparam("new_error"),
        token=bindparam("new_token"),
        not_before=func.coalesce(bindparam("again", type_=Moment()), outbox.c.not_before),
        settled_at=bindparam("settled"),
        lease_until=None,
    )
)
EXPIRED = PARCELS.where(
    or_(
        and_(outbox.c.state == Delivery.SENDING, outbox.c.lease_until <= _NOW),
        and_(outbox.c.state == Delivery.UNKNOWN, outbox.c.not_before <= _NOW),
    )
).order_by(*_ORDER)
DEAD = PARCELS.where(
    outbox.c.state == Delivery.DEAD, or_(told.c.seen.is_(None), told.c.seen <= outbox.c.version)
).order_by(outbox.c.id.desc())
RETRY = update(outbox).where(_THIS).values(state=Delivery.PENDING, attempts=0, not_before=_NOW, settled_at=None)
DROP = delete(outbox).where(_THIS)
COUNTS = select(outbox.c.state, func.count()).group_by(outbox.c.state)
OLDEST = select(func.min(outbox.c.queued_at)).where(_PENDING)

WAITING = (
    select(outbox.c.id, outbox.c.notice, outbox.c.priority, outbox.c.queued_at, outbox.c.not_before)
    .where(_IN_LANE, _PENDING, outbox.c.incident == bindparam("of_incident"))
    .order_by(outbox.c.id)
)
MOVE = (
    update(outbox)
    .where(_THIS)
    .values(priority=bindparam("sooner"), queued_at=bindparam("since"), not_before=bindparam("again"))
)
_ROOM_TOLD = and_(told.c.incident == bindparam("of_incident"), told.c.lane == bindparam("in_lane"))
IS_TOLD = select(told.c.lane).where(_ROOM_TOLD)
SEEN = (
    update(told)
    .where(_ROOM_TOLD, told.c.seen <= bindparam("new_seen"))
    .values(seen=bindparam("new_seen"), posted=bindparam("new_posted"))
)
HEARD = update(told).where(_ROOM_TOLD).values(heard=bindparam("new_heard"))
ROOMS = (
    select(told.c.lane, told.c.heard)
    .where(told.c.incident == bindparam("of_incident"))
    .order_by(told.c.told_at, told.c.lane)
)


class SqlOutbox(Outbox):
    """The outbox in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def lanes(self, now: datetime) -> Sequence[str]:
        """Lanes with something to deliver now, the most urgent first.

        A lane rests while one of its parcels is out, or while one that failed waits for its time: what
        a platform refuses for a minute, it refuses to the whole room.
        """
        return await self._db.read(lambda connection: connection.execute(LANES, {"now": now}).scalars().all())

    async def lease(self, lane: str, now: datetime, until: datetime) -> Parcel | None:
        """The first parcel of a lane, marked as being sent; nothing while the lane rests."""
        try:
            return await self._db.write(lambda connection: _lease(connection, lane, now, until))
        except IntegrityError:  # another leader was quicker: two parcels of a lane are never out together
            return None

    async def settle(self, parcel: Parcel, ending: Ending, now: datetime) -> bool:
        """Say how an attempt ended; False when its lease had gone to another, or was settled before."""
        return await self._db.write(lambda connection: _settle(connection, parcel, ending, now))

    async def expired(self, now: datetime) -> Sequence[Parcel]:
        """Parcels of which nobody knows whether they arrived: their sender died, or could not tell."""
        return await self._db.read(lambda connection: _parcels(connection, EXPIRED, now=now))

    async def dead(self) -> Sequence[Parcel]:
        """Dead letters, newest first; one whose room has seen a later version since no longer matters."""
        return await self._db.read(lambda connection: _parcels(connection, DEAD))

    async def retry(self, id: int, now: datetime) -> bool:  # noqa: A002
        """Put a dead letter back; False when there is none of this id."""
        return id <= LARGEST_ID and await self._db.write(lambda connection: _retry(connection, id, now))

    async def counts(self) -> dict[Delivery, int]:
        """How many parcels there are in each state."""
        found = await self._db.read(lambda connection: connection.execute(COUNTS).all())
        return dict.fromkeys(Delivery, 0) | {Delivery(state): number for state, number in found}

    async def oldest(self) -> datetime | None:
        """Since when the parcel that waits longest waits."""
        return await self._db.read(lambda connection: connection.execute(OLDEST).scalar_one())


def post(connection: Connection, notice: Notice, now: datetime) -> int:
    """Put a notice in the outbox; an older version to the same room that nobody has sent yet is replaced."""
    values = {
        "lane": notice.room.lane, "priority": int(notice.priority), "notice": notice, "incident": notice.incident,
        "version": notice.version, "state": Delivery.PENDING, "attempts": 0, "token": "", "proof": "", "error": "",
        "not_before": now, "created_at": now, "queued_at": now,
    }  # fmt: skip
    number = given(connection.execute(insert(outbox), values))
    if notice.incident != ALONE:
        _remember(connection, notice, now)
    _fold(connection, notice)
    return number


def _remember(connection: Connection, notice: Notice, now: datetime) -> None:
    """Note that a room hears of an incident, and what it heard last; a quiet notice is not heard."""
    about, heard = _about(notice), "" if notice.quiet else notice.kind
    if not connection.execute(IS_TOLD, about).first():
        first = {"incident": notice.incident, "lane": notice.room.lane, "seen": 0, "posted": "", "told_at": now}
        connection.execute(insert(told), first | {"heard": heard})
    elif heard:
        connection.execute(HEARD, about | {"new_heard": heard})


def _fold(connection: Connection, notice: Notice) -> None:
    """Of the notices about an incident that wait for a room, keep the latest, which takes over the place of all.

    A quiet one does not replace the loud one before it: the room must hear of the incident
    first. The longest back-off holds for what stays, since it is the room that must be left alone.
    """
    waiting = connection.execute(WAITING, _about(notice)).all() if notice.incident != ALONE else []
    if len(waiting) < 2:  # noqa: PLR2004 - one has nobody to give way to
        return
    loud = [row.id for row in waiting if not row.notice.quiet]
    stay = {waiting[-1].id, *loud[-1:]}
    place = {
        "sooner": min(row.priority for row in waiting),
        "since": min(row.queued_at for row in waiting),
        "again": max(row.not_before for row in waiting),
    }
    for row in waiting:
        if row.id in stay:
            connection.execute(MOVE, {"this": row.id, **place})
        else:
            connection.execute(DROP, {"this": row.id})


def told_rooms(connection: Connection, incident: int) -> Mapping[Room, str]:
    """The rooms that were told of an incident, or will be, in the order they were, and what each heard last."""
    rows = connection.execute(ROOMS, {"of_incident": incident})
    return {room_of(lane): heard for lane, heard in rows}


def room_of(lane: str) -> Room:
    """The room whose lane this is."""
    platform, _, name = lane.partition(" ")
    return Room(platform=platform, name=name)


def _parcels(connection: Connection, statement: Select[tuple[object, ...]], **values: object) -> Sequence[Parcel]:
    """The parcels that a statement finds."""
    return [Parcel.model_validate(dict(row)) for row in connection.execute(statement, values).mappings()]


def _lease(connection: Connection, lane: str, now: datetime, until: datetime) -> Parcel | None:
    """Mark the first parcel of a lane as being sent."""
    if connection.execute(RESTING, {"in_lane": lane, "now": now}).first():
        return None
    for parcel in _parcels(connection, FIRST, in_lane=lane):
        token = token_hex(8)
        if connection.execute(LEASE, {"this": parcel.id, "new_token": token, "until": until}).rowcount:
            change = {"state": Delivery.SENDING, "attempts": parcel.attempts + 1, "token": token}
            return parcel.model_copy(update=change)
    return None


def _settle(connection: Connection, parcel: Parcel, ending: Ending, now: datetime) -> bool:
    """Write down how an attempt ended, if it is still the one that counts."""
    if ending.state is Delivery.SENDING:
        msg = "an attempt does not end in sending"
        raise ValueError(msg)
    over = ending.state in {Delivery.SENT, Delivery.DEAD}
    values = {
        "this": parcel.id, "held": parcel.token, "new_state": ending.state, "new_proof": ending.proof,
        "new_error": ending.error, "new_token": parcel.token if ending.state is Delivery.UNKNOWN else "",
        "again": None if over else ending.not_before or now, "settled": now if over else None,
    }  # fmt: skip
    if not connection.execute(SETTLE, values).rowcount:
        return False
    notice = parcel.notice
    if ending.state is Delivery.SENT and (parcel.posted or not notice.quiet):  # else the room saw nothing of it
        connection.execute(
            SEEN, _about(notice) | {"new_seen": notice.version, "new_posted": ending.proof or parcel.posted}
        )
    if ending.state is Delivery.PENDING:
        _fold(connection, notice)
    return True


def _retry(connection: Connection, number: int, now: datetime) -> bool:
    """Put a dead letter back; a newer version that waits already takes it in."""
    for parcel in _parcels(connection, DEAD.where(_THIS), this=number):
        connection.execute(RETRY, {"this": number, "now": now})
        _fold(connection, parcel.notice)
        return True
    return False


def _about(notice: Notice) -> dict[str, object]:
    """The incident and the lane of a notice."""
    return {"of_incident": notice.incident, "in_lane": notice.room.lane}
