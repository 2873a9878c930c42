"""What several incidents have to do with each other: who stands below which cause, and how much each room was told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, case, func, insert, not_, or_, select, update

from psfbot.relay.incident import CAUSE, OWN, PROVIDER, STORM, UNMAPPED, Down, Happening, Standing
from psfbot.relay.storm import Pace
from psfbot.relay.word import MILD
from psfbot.store.columns import Moment
from psfbot.store.tables import incidents, paces, timeline

_SINCE = bindparam("since", type_=Moment())
IS_OPEN = incidents.c.state.in_([Standing.OPEN, Standing.ACKNOWLEDGED])
_OTHERS = (UNMAPPED, OWN, PROVIDER, CAUSE, STORM)
_SERVICE = and_(*(not_(incidents.c.subject.startswith(start, autoescape=True)) for start in _OTHERS))
MADE = case((or_(*(incidents.c.subject.startswith(start, autoescape=True) for start in (CAUSE, STORM))), 0), else_=1)
"""What psfbot made of several incidents comes before them: many reminders at once must not hold up a cause."""
_BEGAN = func.coalesce(incidents.c.reopened_at, incidents.c.opened_at)

_FAILS = and_(incidents.c.severity.not_in(MILD), not_(incidents.c.up))
"""What warns, or lies ahead, is no failure: it shares no cause with those that are down."""

DOWN = (
    select(incidents.c.number, incidents.c.subject, _BEGAN, incidents.c.cause)
    .where(IS_OPEN, _SERVICE, or_(and_(_BEGAN >= _SINCE, _FAILS), incidents.c.cause.is_not(None)))
    .order_by(incidents.c.number)
)
BELOW = (
    select(incidents.c.cause, func.count().label("number"))
    .where(IS_OPEN, incidents.c.cause.is_not(None))
    .group_by(incidents.c.cause)
)
MOVES = select(timeline.c.at).where(
    timeline.c.incident == bindparam("of_incident"),
    timeline.c.kind.in_([Happening.RESOLVED, Happening.REOPENED]),
    timeline.c.at >= _SINCE,
)
PACE = select(paces).where(paces.c.lane == bindparam("in_lane"))
CHANGE_PACE = update(paces).where(paces.c.lane == bindparam("in_lane"))


def down(connection: Connection, since: datetime) -> Sequence[Down]:
    """Open failures of services that began since then, or that stand below a shared cause."""
    return [Down(*row) for row in connection.execute(DOWN, {"since": since})]


def below(connection: Connection) -> Mapping[int, int]:
    """How many open incidents stand below each shared cause."""
    return {row.cause: row.number for row in connection.execute(BELOW)}


def moves(connection: Connection, incident: int, since: datetime) -> Sequence[datetime]:
    """When an incident ended or came back since then."""
    return connection.execute(MOVES, {"of_incident": incident, "since": since}).scalars().all()


def pace(connection: Connection, lane: str) -> Pace | None:
    """How much a room was told of late."""
    row = connection.execute(PACE, {"in_lane": lane}).mappings().first()
    return Pace.model_validate(dict(row)) if row else None


def keep_pace(connection: Connection, new: Pace) -> None:
    """Remember how much a room was told."""
    values = new.model_dump()
    if not connection.execute(CHANGE_PACE, values | {"in_lane": new.lane}).rowcount:
        connection.execute(insert(paces), values)
