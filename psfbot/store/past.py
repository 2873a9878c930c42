"""What was: incidents by when they opened, the turns they took, what rooms were told, what a webhook led to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, not_, or_, select

from psfbot.relay.incident import CAUSE, PROVIDER, STORM, Happening, Incident
from psfbot.relay.notice import Parcel
from psfbot.relay.spell import TURNS, Turn
from psfbot.store.columns import Moment
from psfbot.store.outbox import PARCELS
from psfbot.store.tables import alerts, incidents, outbox, timeline

_SINCE, _UNTIL = bindparam("since", type_=Moment()), bindparam("until", type_=Moment())
_MADE = or_(*(incidents.c.subject.startswith(start, autoescape=True) for start in (CAUSE, STORM, PROVIDER)))
"""What psfbot made of several incidents is none by itself, and what a provider says of itself is none of ours."""


def _opened(subject: str | None) -> ColumnElement[bool]:
    """Incidents that opened in a span of time, all or those of one subject."""
    wanted = and_(incidents.c.opened_at >= _SINCE, incidents.c.opened_at < _UNTIL)
    return and_(wanted, not_(_MADE) if subject is None else incidents.c.subject == bindparam("of_subject"))


def opened(connection: Connection, since: datetime, until: datetime, subject: str | None) -> Sequence[Incident]:
    """Incidents that first opened in this span of time, the oldest first."""
    columns = (incidents.c[name] for name in Incident.model_fields)
    found = select(*columns).where(_opened(subject)).order_by(incidents.c.opened_at, incidents.c.number)
    values = {"since": since, "until": until, "of_subject": subject}
    return [Incident.model_validate(dict(row)) for row in connection.execute(found, values).mappings()]


def turns(
    connection: Connection, since: datetime, until: datetime, subject: str | None
) -> Mapping[int, Sequence[Turn]]:
    """The turns that the same incidents took, each in their order."""
    lines = (timeline.c.incident, timeline.c.at, timeline.c.kind, timeline.c.who)
    theirs = timeline.c.incident == incidents.c.number
    found = select(*lines).join_from(timeline, incidents, theirs).where(_opened(subject), timeline.c.kind.in_(TURNS))
    values = {"since": since, "until": until, "of_subject": subject}
    taken: defaultdict[int, list[Turn]] = defaultdict(list)
    for number, at, kind, who in connection.execute(found.order_by(timeline.c.id), values):
        taken[number].append(Turn(number, at, Happening(kind), who))
    return taken


def posted(connection: Connection, incident: int) -> Sequence[Parcel]:
    """Every notice about an incident that is still kept, in the order in which they were made."""
    found = PARCELS.where(outbox.c.incident == incident).order_by(outbox.c.id)
    return [Parcel.model_validate(dict(row)) for row in connection.execute(found).mappings()]


def led_to(connection: Connection, letter: int, since: datetime) -> Sequence[tuple[int | None, str]]:
    """Which incidents the alerts of a letter belong to, and how each was judged; `since` is when it was read first."""
    wanted = and_(alerts.c.kept_at >= since, alerts.c.letter == letter)
    found = select(alerts.c.incident, alerts.c.reason).where(wanted).order_by(alerts.c.id)
    return [(row.incident, row.reason) for row in connection.execute(found)]
