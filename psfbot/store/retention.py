"""What is forgotten, and when: the numbers, the choice, and the deletion in small steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, tuple_

from psfbot.proposals.proposal import State as Proposed
from psfbot.relay.alert import State
from psfbot.relay.incident import Standing
from psfbot.relay.letter import Fate
from psfbot.relay.notice import Delivery
from psfbot.relay.passing import Passed
from psfbot.store.db import Database
from psfbot.store.tables import alerts, inbox, incidents, outbox, passings, problems, proposals, told

READ_LETTERS = timedelta(days=30)
"""How long a webhook that was read is kept; senders try again for two days, so none of them comes back later."""
QUARANTINED_LETTERS = timedelta(days=400)
"""How long a webhook that nobody could read is kept."""
SENT_NOTICES = timedelta(days=30)
"""How long a delivered notice is kept."""
DEAD_LETTERS = timedelta(days=400)
"""How long a notice that could not be delivered is kept."""
ALERTS = timedelta(days=400)
"""How long alerts are kept once their incident is resolved. The incident, its timeline and the audit stay."""
BATCH = 500
"""How many rows one write deletes: a webhook waits no longer than that takes."""


@dataclass(frozen=True)
class Rule:
    """Rows of one table that are old enough to go."""

    table: Table
    old: ColumnElement[bool]

    @property
    def key(self) -> ColumnElement[Any]:
        """What tells the rows of the table apart."""
        columns = list(self.table.primary_key.columns)
        return columns[0] if len(columns) == 1 else tuple_(*columns)


def rules(now: datetime) -> Sequence[Rule]:
    """Everything that is to be forgotten as of now."""
    read = inbox.c.fate.in_([Fate.DONE, Fate.IGNORED, Fate.STALE])
    over = (incidents.c.state == Standing.RESOLVED) & (incidents.c.changed_at < now - ALERTS)
    closed = select(incidents.c.number).where(over)
    return (
        Rule(inbox, read & (inbox.c.received_at < now - READ_LETTERS)),
        Rule(inbox, (inbox.c.fate == Fate.QUARANTINED) & (inbox.c.received_at < now - QUARANTINED_LETTERS)),
        Rule(outbox, (outbox.c.state == Delivery.SENT) & (outbox.c.settled_at < now - SENT_NOTICES)),
        Rule(outbox, (outbox.c.state == Delivery.DEAD) & (outbox.c.settled_at < now - DEAD_LETTERS)),
        Rule(
            alerts, (alerts.c.kept_at < now - ALERTS) & or_(alerts.c.incident.is_(None), alerts.c.incident.in_(closed))
        ),
        Rule(problems, (problems.c.state == State.RESOLVED) & (problems.c.at < now - ALERTS)),
        Rule(told, told.c.incident.in_(closed)),
        Rule(proposals, (proposals.c.state == Proposed.ASKED) & (proposals.c.asked_at < now - SENT_NOTICES)),
        Rule(passings, (passings.c.state != Passed.WAITING) & (passings.c.made_at < now - SENT_NOTICES)),
    )


async def forget(db: Database, now: datetime) -> Mapping[str, int]:
    """Delete what is old enough, batch by batch; say how many rows of each table went."""
    gone: dict[str, int] = {}
    for rule in rules(now):
        name = rule.table.name
        gone.setdefault(name, 0)
        while keys := await db.read(partial(_oldest, rule=rule)):
            gone[name] += await db.write(partial(_delete, rule=rule, keys=keys))
    return gone


def _oldest(connection: Connection, *, rule: Rule) -> Sequence[Any]:
    """The keys of some rows to delete: they are looked for beside the writer, so nothing waits for it."""
    columns = list(rule.table.primary_key.columns)
    rows = connection.execute(select(*columns).where(rule.old).limit(BATCH)).all()
    return [row[0] if len(columns) == 1 else tuple(row) for row in rows]


def _delete(connection: Connection, *, rule: Rule, keys: Sequence[Any]) -> int:
    """Delete these rows as far as they are still to go: a letter may have been taken up again meanwhile."""
    return connection.execute(delete(rule.table).where(rule.key.in_(keys), rule.old)).rowcount
