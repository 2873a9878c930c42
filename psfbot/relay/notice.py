"""What one room should see about one incident, and how far its delivery has come."""

from datetime import datetime
from enum import IntEnum, StrEnum

from psfbot.relay.incident import Fact

PERHAPS = "perhaps told before"
"""How the error of an attempt begins after which nobody knows whether the room has seen the notice."""


class Priority(IntEnum):
    """Which notice goes first when a room's lane is busy; lower is sooner. What is vital is of tier 1."""

    VITAL = -1
    URGENT = 0
    NORMAL = 1
    BULK = 2


class Room(Fact):
    """A place on one platform: `irc #python-infra`."""

    platform: str
    name: str

    @property
    def lane(self) -> str:
        """The name of its queue: what waits for one room never holds up another."""
        return f"{self.platform} {self.name}"


class Notice(Fact):
    """What one room should see about one incident as of one version of it.

    `text` is the one line that says it all; `lines` are what platforms with room for
    it show below. `kind` is the happening that it tells. A `quiet` one only brings a
    message up to date that is already there; platforms that cannot do that leave it out.
    `began` and `ended` are the incident's times, and `about` what is wrong where `text` does
    not say that: they are told only when the notice comes late. `run` is the checklist that it
    is about, if it is about one.
    """

    incident: int
    version: int
    room: Room
    kind: str
    text: str
    lines: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    priority: Priority = Priority.NORMAL
    quiet: bool = False
    began: datetime | None = None
    ended: datetime | None = None
    about: str = ""
    run: int = 0


class Delivery(StrEnum):
    """Where a notice stands on its way."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DEAD = "dead"


class Ending(Fact):
    """How one attempt at delivery ended: with proof, with an error, or nobody knows."""

    state: Delivery
    proof: str = ""
    error: str = ""
    not_before: datetime | None = None


class Parcel(Fact):
    """A notice in the outbox.

    `token` names one attempt, so that a late answer of an earlier attempt counts for
    nothing. `proof` is what the platform gave back: a message's id, or how it was seen
    to arrive. `posted` is the id of the message of an earlier version in this room,
    for platforms that update in place.
    """

    id: int
    notice: Notice
    state: Delivery
    attempts: int
    created_at: datetime
    not_before: datetime
    token: str = ""
    proof: str = ""
    posted: str = ""
    error: str = ""

    @property
    def repeat(self) -> bool:
        """May the room have seen it before? Then the platform marks it "(repeat?)"."""
        return self.error.startswith(PERHAPS)
