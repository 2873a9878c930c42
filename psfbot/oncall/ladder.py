"""Escalation: who is asked next about a problem that nobody has taken, when, and why not yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from psfbot.oncall.clock import awake, zone_of

AFTER = timedelta(minutes=15)
"""How long each step waits for somebody to take the problem, where the catalog does not say."""
EVENING, MORNING = time(22), time(8)
"""Between these times of their own clock people are left alone, unless the service is an important one."""
LOW_TIERS = frozenset({3, 4})
"""Tiers for which nobody is woken; a tier that nobody set is not among them."""


class Rung(StrEnum):
    """A step of the ladder, lowest first."""

    PRIMARY = "primary"
    BACKUP = "backup"
    ROOM = "team room"


@dataclass(frozen=True, slots=True)
class Plight:
    """A problem, as far as the ladder looks at it.

    `since` is when it last began to wait for somebody: a problem that came back, or was
    given back, climbs from the bottom again. `held` says why nobody is asked at all:
    it is taken, over, silenced, mild; empty while it waits.
    """

    number: int
    since: datetime
    held: str = ""
    tier: int | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Whom to ask, in which order, and how long each has: people by id, with the zones that their clocks are in."""

    primary: tuple[str, ...] = ()
    backup: tuple[str, ...] = ()
    team: str = ""
    after: timedelta = AFTER
    zones: Mapping[str, str | None] | None = None

    def people(self, rung: Rung) -> tuple[str, ...]:
        """Who stands on a rung."""
        return {Rung.PRIMARY: self.primary, Rung.BACKUP: self.backup, Rung.ROOM: ()}[rung]

    @property
    def rungs(self) -> tuple[Rung, ...]:
        """The rungs that somebody stands on; the team's room is asked last."""
        return tuple(rung for rung in Rung if self.people(rung) or (rung is Rung.ROOM and self.team))


@dataclass(frozen=True, slots=True)
class Step:
    """Ask these people, or the team's room if there are none. `key` names the step once and for all."""

    key: str
    rung: Rung
    people: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Climb:
    """What to do now, why or why not, and when to look again; never, if that is empty."""

    reason: str
    step: Step | None = None
    next: datetime | None = None


def key(plight: Plight, rung: Rung) -> str:
    """The name of a step: the same after a restart, another one when the problem starts to wait anew."""
    return f"{plight.number}/{plight.since:%Y%m%dT%H%M%S%f}/{rung}"


def climb(plight: Plight, ladder: Ladder, taken: Mapping[str, datetime], now: datetime) -> Climb:
    """Is it time for the next step? `taken` holds the keys of the steps that were taken, and when."""
    if plight.held:
        return Climb(plight.held)
    last, waited_for = plight.since, "anybody"
    for rung in ladder.rungs:
        done = taken.get(key(plight, rung))
        if done is None:
            return step(plight, ladder, rung, last + ladder.after, now, waited_for)
        last, waited_for = done, f"the {rung}"
    return Climb("everybody was asked" if ladder.rungs else "no rota says whom to ask")


def step(plight: Plight, ladder: Ladder, rung: Rung, due: datetime, now: datetime, waited_for: str) -> Climb:
    """One rung: too early, at night, or now."""
    if now < due:
        return Climb(f"the {rung} is asked {minutes(due - now)} from now", next=due)
    people, reason = ladder.people(rung), f"nobody has taken it {minutes(ladder.after)} after {waited_for} was told"
    if plight.tier in LOW_TIERS and people:
        wakes = {person: wake(person, ladder, now) for person in people}
        people = tuple(person for person in people if wakes[person] <= now)
        if not people:
            first = min(wakes.values())
            return Climb(f"it is night for the {rung}, and tier {plight.tier} wakes nobody", next=first)
        if asleep := [person for person in wakes if person not in people]:
            reason += f"; it is night for {', '.join(asleep)}, and tier {plight.tier} wakes nobody"
    return Climb(reason, Step(key(plight, rung), rung, people, reason))


def wake(person: str, ladder: Ladder, now: datetime) -> datetime:
    """When a person may be asked, by their own clock; one whose zone nobody knows may be asked at once."""
    zone = (ladder.zones or {}).get(person)
    return awake(now, zone_of(zone), evening=EVENING, morning=MORNING) if zone else now


def minutes(length: timedelta) -> str:
    """A length in whole minutes, as people say it; what is left of one counts as one."""
    whole = -(-length // timedelta(minutes=1))
    return f"{whole} minute" if whole == 1 else f"{whole} minutes"
