"""How long an incident was down each time, and how soon somebody took it: what statistics and postmortems count."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import NamedTuple

from psfbot.relay.incident import Happening, Incident

TURNS = frozenset({Happening.OPENED, Happening.REOPENED, Happening.ACKNOWLEDGED, Happening.RESOLVED})
"""The lines of a timeline that begin, take or end a spell."""


class Turn(NamedTuple):
    """A line of a timeline that changed how an incident stands."""

    incident: int
    at: datetime
    kind: Happening
    who: str


@dataclass(frozen=True, slots=True)
class Spell:
    """One time that an incident was down: from an opening to the next end."""

    began: datetime
    acked: datetime | None = None
    acked_by: str = ""
    ended: datetime | None = None

    @property
    def to_acknowledge(self) -> timedelta | None:
        """How long nobody had it, if somebody took it."""
        return max(self.acked - self.began, timedelta()) if self.acked else None

    @property
    def to_resolve(self) -> timedelta | None:
        """How long it lasted, if it is over."""
        return max(self.ended - self.began, timedelta()) if self.ended else None


def spells(incident: Incident, turns: Iterable[Turn]) -> tuple[Spell, ...]:
    """Each time that an incident was down, the first one first; `turns` are in the order of its timeline.

    A timeline has the time at which psfbot was told. The incident knows better when its first
    spell began, and all of its last: the sources said so.
    """
    found = [Spell(incident.opened_at)]
    for turn in turns:
        last = found[-1]
        if turn.kind is Happening.REOPENED:
            found.append(Spell(turn.at))
        elif turn.kind is Happening.ACKNOWLEDGED and last.acked is None:
            found[-1] = replace(last, acked=turn.at, acked_by=turn.who)
        elif turn.kind is Happening.RESOLVED:
            found[-1] = replace(last, ended=turn.at)
    last = replace(found[-1], ended=incident.resolved_at)
    found[-1] = replace(last, began=incident.reopened_at) if len(found) > 1 and incident.reopened_at else last
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Tally:
    """What several incidents come to: how many, how often down, and how long until they were taken and over."""

    incidents: int
    spells: int
    acknowledged: int
    resolved: int
    to_acknowledge: timedelta | None
    to_resolve: timedelta | None
    longest: timedelta | None

    @property
    def more_spells(self) -> bool:
        """Did one of them come back?"""
        return self.spells > self.incidents

    @property
    def seconds(self) -> dict[str, float | None]:
        """The same as plain numbers."""
        return {
            name: value.total_seconds() if isinstance(value, timedelta) else value
            for name, value in asdict(self).items()
        }


def tally(incidents: Sequence[Incident], turns: Mapping[int, Sequence[Turn]]) -> Tally:
    """Count incidents; times are medians, which one long night does not move."""
    found = [spell for one in incidents for spell in spells(one, turns.get(one.number, ()))]
    taken = [time for spell in found if (time := spell.to_acknowledge) is not None]
    over = [time for spell in found if (time := spell.to_resolve) is not None]
    return Tally(
        incidents=len(incidents),
        spells=len(found),
        acknowledged=len(taken),
        resolved=len(over),
        to_acknowledge=middle(taken),
        to_resolve=middle(over),
        longest=max(over, default=None),
    )


def middle(times: Sequence[timedelta]) -> timedelta | None:
    """The median; nothing of nothing."""
    return timedelta(seconds=median(time.total_seconds() for time in times)) if times else None
