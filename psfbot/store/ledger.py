"""Everything that the relay remembers, on one connection: inside one transaction, so all of it is kept or none."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import Connection, Select, Table, and_, bindparam, insert, select, update

from psfbot.relay.alert import Alert
from psfbot.relay.incident import CAUSE, Down, Entry, Incident, Problem, Silence
from psfbot.relay.letter import Fate
from psfbot.relay.notice import Notice, Parcel, Room
from psfbot.relay.passing import Passing
from psfbot.relay.ports import Ledger, Store
from psfbot.relay.spell import Turn
from psfbot.relay.storm import Pace
from psfbot.store import inbox, outbox, passings, past, silences, together
from psfbot.store.columns import LARGEST_ID, Moment, given
from psfbot.store.db import Database
from psfbot.store.tables import alerts, incidents, problems, timeline
from psfbot.store.together import IS_OPEN, MADE

MOST_CAUSES = 200
"""Shared causes that are open at once: more would be a catalog in which everything is one's cause."""

M = TypeVar("M", bound=BaseModel)
Result = TypeVar("Result")


def _columns(kind: type[BaseModel], table: Table) -> Select[Any]:
    """The columns of a table that make a model."""
    return select(*(table.c[name] for name in kind.model_fields))


PROBLEMS = _columns(Problem, problems)
PROBLEM = PROBLEMS.where(problems.c.source == bindparam("b_source"), problems.c.key == bindparam("b_key"))
PROBLEMS_OF = PROBLEMS.where(problems.c.incident == bindparam("number")).order_by(problems.c.source, problems.c.key)
CHANGE_PROBLEM = update(problems).where(
    problems.c.source == bindparam("b_source"), problems.c.key == bindparam("b_key")
)

INCIDENTS = _columns(Incident, incidents).order_by(incidents.c.number.desc()).limit(bindparam("most"))
INCIDENT = _columns(Incident, incidents).where(incidents.c.number == bindparam("b_number"))
LATEST = INCIDENTS.where(incidents.c.subject == bindparam("subject"))
OPEN = INCIDENTS.where(IS_OPEN)
TOPS = OPEN.where(incidents.c.cause.is_(None))
CHILDREN = _columns(Incident, incidents).where(incidents.c.cause == bindparam("number")).order_by(incidents.c.number)
CAUSES = OPEN.where(incidents.c.subject.startswith(CAUSE, autoescape=True))
DUE = (
    _columns(Incident, incidents)
    .where(incidents.c.due_at <= bindparam("now", type_=Moment()))
    .order_by(MADE, incidents.c.due_at, incidents.c.number)
    .limit(bindparam("most"))
)
CHANGE_INCIDENT = update(incidents).where(incidents.c.number == bindparam("b_number"))

_REPORT = and_(alerts.c.source == bindparam("b_source"), alerts.c.fingerprint == bindparam("b_fingerprint"))
KNOWN = select(alerts.c.id).where(_REPORT)
EXPLAIN = update(alerts).where(_REPORT)
ALERTS = select(alerts.c.alert).where(alerts.c.incident == bindparam("number")).order_by(alerts.c.id)
TIMELINE = _columns(Entry, timeline).where(timeline.c.incident == bindparam("number")).order_by(timeline.c.id)


class SqlLedger(Ledger):
    """The ledger on one connection; it lives as long as the transaction."""

    def __init__(self, connection: Connection) -> None:
        """Keep the connection."""
        self._connection = connection

    def _all(self, kind: type[M], statement: Select[Any], **values: object) -> Sequence[M]:
        """The rows that a statement finds, as models."""
        rows = self._connection.execute(statement, values).mappings()
        return [kind.model_validate(dict(row)) for row in rows]

    def _one(self, kind: type[M], statement: Select[Any], **values: object) -> M | None:
        """The first row that a statement finds, as a model."""
        return next(iter(self._all(kind, statement, **values)), None)

    def file(self, letter: int, fate: Fate, reason: str, now: datetime) -> None:
        """Say what became of a letter."""
        inbox.file(self._connection, letter, fate, reason, now)

    def problem(self, source: str, key: str) -> Problem | None:
        """What this source last said under this key."""
        return self._one(Problem, PROBLEM, b_source=source, b_key=key)

    def problems(self, incident: int) -> Sequence[Problem]:
        """All problems of an incident."""
        return self._all(Problem, PROBLEMS_OF, number=incident)

    def keep_problem(self, problem: Problem) -> None:
        """Remember what a source said."""
        values = problem.model_dump()
        keys = {"b_source": problem.source, "b_key": problem.key}
        if not self._connection.execute(CHANGE_PROBLEM, values | keys).rowcount:
            self._connection.execute(insert(problems), values)

    def incident(self, number: int) -> Incident | None:
        """One incident."""
        return self._one(Incident, INCIDENT, b_number=number) if number <= LARGEST_ID else None

    def latest(self, subject: str) -> Incident | None:
        """The newest incident of a subject, whatever its state."""
        return self._one(Incident, LATEST, subject=subject, most=1)

    def incidents(self, *, open_only: bool = True, limit: int = 100) -> Sequence[Incident]:
        """Incidents, newest first."""
        return self._all(Incident, OPEN if open_only else INCIDENTS, most=limit)

    def tops(self, limit: int = 100) -> Sequence[Incident]:
        """Open incidents that stand below no shared cause, newest first."""
        return self._all(Incident, TOPS, most=limit)

    def below(self) -> Mapping[int, int]:
        """How many open incidents stand below each shared cause."""
        return together.below(self._connection)

    def children(self, cause: int) -> Sequence[Incident]:
        """All incidents below a shared cause, in the order of their numbers."""
        return self._all(Incident, CHILDREN, number=cause)

    def down(self, since: datetime) -> Sequence[Down]:
        """Open incidents of services that began since then, or that stand below a shared cause."""
        return together.down(self._connection, since)

    def causes(self) -> Sequence[Incident]:
        """Open incidents that are shared causes."""
        return self._all(Incident, CAUSES, most=MOST_CAUSES)

    def due(self, now: datetime, limit: int = 100) -> Sequence[Incident]:
        """Incidents about which time may have something to say: causes and digests, then those that wait longest."""
        return self._all(Incident, DUE, now=now, most=limit)

    def moves(self, incident: int, since: datetime) -> Sequence[datetime]:
        """When an incident ended or came back since then."""
        return together.moves(self._connection, incident, since)

    def pace(self, lane: str) -> Pace | None:
        """How much a room was told of late."""
        return together.pace(self._connection, lane)

    def keep_pace(self, pace: Pace) -> None:
        """Remember how much a room was told."""
        together.keep_pace(self._connection, pace)

    def open_incident(self, incident: Incident) -> Incident:
        """Keep a new incident; its number is given here, whatever it had."""
        result = self._connection.execute(insert(incidents), incident.model_dump(exclude={"number"}))
        return incident.model_copy(update={"number": given(result)})

    def keep_incident(self, incident: Incident) -> None:
        """Replace what is known of an incident."""
        values = incident.model_dump(exclude={"number"}) | {"b_number": incident.number}
        if not self._connection.execute(CHANGE_INCIDENT, values).rowcount:
            msg = f"there is no incident #{incident.number} to replace"
            raise LookupError(msg)

    def add_alert(self, alert: Alert, *, letter: int | None, incident: int | None, now: datetime) -> bool:
        """Keep one alert; False when the very same report was kept before."""
        same = {"b_source": alert.source, "b_fingerprint": alert.fingerprint}
        if self._connection.execute(KNOWN, same).first():
            return False
        values = {"source": alert.source, "fingerprint": alert.fingerprint, "alert": alert, "letter": letter}
        self._connection.execute(insert(alerts), values | {"incident": incident, "reason": "", "kept_at": now})
        return True

    def explain(self, alert: Alert, *, incident: int | None, reason: str) -> None:
        """Say to which incident an alert belongs, and why it was judged so."""
        same = {"b_source": alert.source, "b_fingerprint": alert.fingerprint}
        self._connection.execute(EXPLAIN, same | {"incident": incident, "reason": reason})

    def alerts(self, incident: int) -> Sequence[Alert]:
        """All alerts of an incident, in the order they came."""
        return self._connection.execute(ALERTS, {"number": incident}).scalars().all()

    def add_entry(self, incident: int, entry: Entry) -> None:
        """Write a line of the timeline."""
        self._connection.execute(insert(timeline), entry.model_dump() | {"incident": incident})

    def timeline(self, incident: int) -> Sequence[Entry]:
        """The timeline, oldest first."""
        return self._all(Entry, TIMELINE, number=incident)

    def opened(self, since: datetime, until: datetime, subject: str | None = None) -> Sequence[Incident]:
        """Incidents that first opened in this span of time, oldest first; shared causes and storms are none."""
        return past.opened(self._connection, since, until, subject)

    def turns(self, since: datetime, until: datetime, subject: str | None = None) -> Mapping[int, Sequence[Turn]]:
        """The turns that the same incidents took, by number, each in their order."""
        return past.turns(self._connection, since, until, subject)

    def posted(self, incident: int) -> Sequence[Parcel]:
        """Every notice about an incident that is still kept, in the order in which they were made."""
        return past.posted(self._connection, incident)

    def led_to(self, letter: int, since: datetime) -> Sequence[tuple[int | None, str]]:
        """The incidents that the alerts of a letter belong to, and how each was judged; `since` is when it came."""
        return past.led_to(self._connection, letter, since)

    def silences(self, now: datetime) -> Sequence[Silence]:
        """Silences that hold now or later."""
        return silences.holding(self._connection, now)

    def add_silence(self, silence: Silence) -> Silence:
        """Keep a silence; its id is given here."""
        return silences.add(self._connection, silence)

    def end_silence(self, id: int, now: datetime) -> None:  # noqa: A002
        """Let a silence end now."""
        silences.end(self._connection, id, now)

    def told(self, incident: int) -> Sequence[Room]:
        """The rooms that were told of an incident, or will be."""
        return list(self.heard(incident))

    def heard(self, incident: int) -> Mapping[Room, str]:
        """The same rooms, and the kind of what each was last told aloud."""
        return outbox.told_rooms(self._connection, incident)

    def post(self, notice: Notice, now: datetime) -> int:
        """Put a notice in the outbox; an older version to the same room that nobody has sent yet is replaced."""
        return outbox.post(self._connection, notice, now)

    def pass_on(self, passing: Passing) -> None:
        """Keep a deed that a source is to hear of; its id is given here."""
        passings.add(self._connection, passing)

    def passings(self, incident: int | None = None) -> Sequence[Passing]:
        """Deeds that their sources have not heard of yet, oldest first: of one incident, or of all."""
        return passings.waiting(self._connection, incident)

    def keep_passing(self, passing: Passing, attempts: int) -> bool:
        """Replace a deed that still waits after so many attempts; False when somebody else was quicker."""
        return passings.keep(self._connection, passing, attempts)


class SqlStore(Store):
    """Transactions over the ledger in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def write(self, work: Callable[[Ledger], Result]) -> Result:
        """Run work in a transaction that is durable when this returns; nothing of it stays when it raises."""
        return await self._db.write(lambda connection: work(SqlLedger(connection)))

    async def read(self, work: Callable[[Ledger], Result]) -> Result:
        """Run work that only reads, and sees everything as of one moment."""
        return await self._db.read(lambda connection: work(SqlLedger(connection)))
