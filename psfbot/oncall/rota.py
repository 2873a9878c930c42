"""A rota of our own: whose turn it is at any moment, by the clock on the wall, with overrides and swaps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import takewhile
from zoneinfo import ZoneInfo

from psfbot.catalog.model import OnCall, Rotation
from psfbot.oncall.clock import instant, length_of, on_wall, zone_of
from psfbot.oncall.shift import BACKUP, PRIMARY, ROTATION, Override, Shift, Watch

MOST = 1000
"""Shifts that are looked at in one go: a rotation of minutes asked about a year needs an end."""
AHEAD = timedelta(days=366)
"""How far ahead somebody's next shift is looked for."""
AFTER = timedelta(days=2)
LONGEST = timedelta(days=31)
"""An override that outlives its reason is forgotten by everybody but the pager."""


@dataclass(frozen=True, slots=True)
class Rota:
    """A rotation, read: from `start` on the wall clock of a zone, each of the people in turn for a length of time.

    Lengths are counted on that clock too, so a hand-off is at the same time of day all year.
    """

    zone: ZoneInfo
    start: datetime
    length: timedelta
    people: tuple[str, ...]

    def begins(self, number: int) -> datetime:
        """When the turn of this number begins, in UTC; the first one is 0."""
        return instant(self.start + number * self.length, self.zone)

    def turn(self, at: datetime) -> int | None:
        """The number of the turn at a moment; nothing before the first one.

        A clock that was put back shows an hour again in which a turn may have begun the first time.
        """
        number = (on_wall(at, self.zone) - self.start) // self.length
        while self.begins(number + 1) <= at:
            number += 1
        return number if number >= 0 else None

    def whose(self, number: int) -> str:
        """Who has the turn of this number."""
        return self.people[number % len(self.people)]


@cache
def rota(rotation: Rotation) -> Rota:
    """Read a rotation of the catalog; raises `ValueError` for a length or start that is none."""
    start = datetime.fromisoformat(rotation.start).replace(tzinfo=None)
    return Rota(zone_of(rotation.timezone), start, length_of(rotation.length), rotation.people)


def on_call(of: Rota, overrides: Sequence[Override], at: datetime) -> Shift | None:
    """Whose turn it is at a moment, with the whole of that turn; nobody's before the rota starts."""
    first = next(following(of, overrides, at))
    return first if first.covers(at) else None


def next_shift(person: str, of: Rota, overrides: Sequence[Override], now: datetime) -> Shift | None:
    """When a person's turn comes next, or the one that they have now."""
    ahead = shifts(of, overrides, now, now + AHEAD)
    return next((shift for shift in ahead if shift.person == person), None)


def shifts(of: Rota, overrides: Sequence[Override], since: datetime, until: datetime) -> tuple[Shift, ...]:
    """The shifts between two moments, whole ones, in order."""
    soon = takewhile(lambda shift: shift.since is None or shift.since < until, following(of, overrides, since))
    return tuple(shift for shift, _ in zip(soon, range(MOST), strict=False))


def following(of: Rota, overrides: Sequence[Override], at: datetime) -> Iterator[Shift]:
    """The shifts from the one at a moment on, without end; parts of a turn that an override leaves stay apart."""
    held: tuple[Shift, str] | None = None
    here = first_edge(of, overrides, at)
    while True:
        until = next_edge(of, overrides, here)
        found = holder(of, overrides, here, until)
        if held and found and found[1] == held[1]:
            held = held[0].model_copy(update={"until": until}), held[1]
        else:
            if held and (held[0].until or at) > at:
                yield held[0]
            held = found
        here = until


def holder(of: Rota, overrides: Sequence[Override], here: datetime, until: datetime) -> tuple[Shift, str] | None:
    """Whose turn it is from one edge to the next, and what makes it one turn."""
    over = max((one for one in overrides if one.covers(here)), key=lambda one: (one.made_at, one.id), default=None)
    if over:
        why = f"{over.kind} by {over.author}" + (f": {over.reason}" if over.reason else "")
        key = f"{over.kind} {over.id} {over.since} {over.person}"
        return Shift(person=over.person, since=here, until=until, source=over.kind, reason=why), key
    number = of.turn(here)
    if number is None:
        return None
    return Shift(person=of.whose(number), since=here, until=until, source=ROTATION), f"turn {number}"


def first_edge(of: Rota, overrides: Sequence[Override], at: datetime) -> datetime:
    """Where to begin, so that the shift at a moment is seen from its start."""
    number = of.turn(at)
    starts = [of.begins(number)] if number is not None else []
    return min([*starts, *(one.since for one in overrides if one.covers(at))], default=at)


def next_edge(of: Rota, overrides: Sequence[Override], here: datetime) -> datetime:
    """The next moment at which it may become somebody else's turn."""
    number = of.turn(here)
    number = 0 if number is None else number + 1
    edges = (edge for one in overrides for edge in (one.since, one.until) if edge > here)
    return min([of.begins(number), *edges])


def watch(duty: OnCall, overrides: Sequence[Override], now: datetime, ahead: timedelta) -> Watch:
    """What the catalog's own rotation and back-ups make of a rota, as of now."""
    own = [one for one in overrides if one.rota == duty.id]
    found = shifts(rota(duty.rotation), own, now - AFTER, now + ahead) if duty.rotation else ()
    return Watch(rota=duty.id, source=ROTATION, shifts=(*found, *backups(duty)), known_at=now.astimezone(UTC))


def backups(duty: OnCall) -> tuple[Shift, ...]:
    """Those who are asked when the first does not answer, in the catalog's order, at any time."""
    return tuple(
        Shift(person=person, since=None, until=None, level=PRIMARY + number, source=BACKUP)
        for number, person in enumerate(duty.backup, 1)
    )


def swapped(mine: Shift, other: Shift, rota_id: str, author: str, now: datetime) -> tuple[Override, Override]:
    """Two overrides by which two people trade their shifts; what has begun is traded from now on."""
    return (
        taken(mine, other.person, rota_id, author, now, kind="swap"),
        taken(other, mine.person, rota_id, author, now, kind="swap"),
    )


def taken(shift: Shift, person: str, rota_id: str, author: str, now: datetime, *, kind: str = "cover") -> Override:
    """An override by which somebody takes what is left of a shift."""
    since, until = max(shift.since or now, now), shift.until or now + LONGEST
    values = {"rota": rota_id, "person": person, "since": since, "until": until, "author": author, "made_at": now}
    return Override.model_validate(values | {"kind": kind})
