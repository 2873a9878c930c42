"""A shift: somebody's turn to be called, from when to when, and who says so."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

PRIMARY = 1
"""The level of those who are called first; a higher one is called later."""
ROTATION, BACKUP = "rotation", "backup"
"""Sources of shifts that the catalog itself names; a plugin's are called like the plugin."""


class Known(BaseModel):
    """Anything that is known about on-call duty: it is replaced, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Shift(Known):
    """Somebody's turn to be called.

    `person` is an id of the catalog, or empty where the catalog does not know them;
    `name` is what the source calls them. A missing end is open: somebody may always be
    the last to be called. `source` says who knows of it: `rotation`, `backup`, an
    override's kind, or a plugin's name.
    """

    person: str
    since: datetime | None
    until: datetime | None
    level: int = PRIMARY
    source: str
    name: str = ""
    reason: str = ""

    @property
    def who(self) -> str:
        """What tells this person from others: the id, else the name."""
        return self.person or self.name

    def covers(self, at: datetime) -> bool:
        """Is it their turn at this moment? The end belongs to whoever comes next."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def overlaps(self, since: datetime, until: datetime) -> bool:
        """Is any part of it between these two moments?"""
        return (self.until is None or since < self.until) and (self.since is None or self.since < until)


class Override(Known):
    """Somebody else's turn, for a while: it goes before the rotation, and before every override made earlier."""

    id: int = 0
    rota: str
    person: str
    since: datetime
    until: datetime
    author: str
    made_at: datetime
    kind: Literal["override", "cover", "swap"] = "override"
    reason: str = ""

    def covers(self, at: datetime) -> bool:
        """Does it hold at this moment?"""
        return self.since <= at < self.until


class Watch(Known):
    """What is known of one rota: its shifts, who said so, and how old that is.

    `known_at` is when the source was asked last with success; none at all when it never
    answered. `trouble` says why it could not be asked since.
    """

    rota: str
    source: str
    shifts: tuple[Shift, ...] = ()
    known_at: datetime | None = None
    trouble: str = ""

    def at(self, moment: datetime) -> tuple[Shift, ...]:
        """Who is called at this moment: those who are called first come first, and nobody twice."""
        found: dict[str, Shift] = {}
        for shift in in_order(one for one in self.shifts if one.covers(moment)):
            found.setdefault(shift.who, shift)
        return tuple(found.values())

    def primary(self, moment: datetime) -> Shift | None:
        """Who is called first at this moment."""
        return next(iter(self.at(moment)), None)

    def of(self, person: str, since: datetime) -> tuple[Shift, ...]:
        """A person's shifts that are not over then, the first first; being a back-up for ever is no shift."""
        own = [s for s in self.shifts if s.person == person and (s.since or s.until) and ends_after(s, since)]
        return tuple(sorted(own, key=lambda shift: (shift.since or since, shift.level)))


def ends_after(shift: Shift, moment: datetime) -> bool:
    """Does a shift go on after this moment?"""
    return shift.until is None or shift.until > moment


def in_order(shifts: Iterable[Shift]) -> list[Shift]:
    """By level, and within one as the source gave them."""
    return sorted(shifts, key=lambda shift: shift.level)
