"""When is a problem that nobody has taken told once more?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psfbot.relay.incident import Happening, Incident, Standing
from psfbot.relay.word import MILD, span

FIRST = timedelta(minutes=30)
"""How long a problem may go on before somebody is asked to take it; each further pause is twice as long."""
MOST = 5
"""Reminders of one incident: after them, fifteen hours later, it stands in the list and is told of no more."""
STARTS = frozenset({Happening.OPENED, Happening.REOPENED, Happening.RELEASED, Happening.WORSE})


@dataclass(frozen=True, slots=True)
class Reminder:
    """Whether to remind people, why or why not, from which age of the incident on, and when again; never, if empty."""

    tell: bool
    reason: str
    next: datetime | None
    age: timedelta = timedelta()


def wound(incident: Incident, happened: Happening, now: datetime) -> Incident:
    """The incident with its clock set: it runs while nobody has a problem that is no mere warning.

    Nobody is asked to take what a provider has to mend. One that flaps is looked at when it may have settled, and a
    cause as long as it goes on: neither loses its time.
    """
    if incident.flapping_since or (incident.node and incident.state is not Standing.RESOLVED):
        return incident
    if incident.state is not Standing.OPEN or incident.severity in MILD or incident.provider:
        return incident.model_copy(update={"due_at": None})
    if happened in STARTS:
        return incident.model_copy(update={"due_at": now + FIRST, "reminded": 0})
    return incident


def remind(incident: Incident, now: datetime) -> Reminder:
    """Is it time to ask who takes this?"""
    if incident.state is not Standing.OPEN:
        return Reminder(tell=False, reason=f"it is {incident.state}", next=None)
    if incident.severity in MILD:
        return Reminder(tell=False, reason="nobody is asked to take a warning", next=None)
    if incident.reminded >= MOST:
        return Reminder(tell=False, reason=f"people were reminded {MOST} times", next=None)
    after = FIRST * 2 ** (incident.reminded + 1)
    why = f"nobody has taken it for {span(now - incident.began)}; reminder {incident.reminded + 1} of {MOST}"
    last = incident.reminded + 1 >= MOST
    age = FIRST * (2 ** (incident.reminded + 1) - 1)
    return Reminder(tell=True, reason=why, next=None if last else now + after, age=age)
