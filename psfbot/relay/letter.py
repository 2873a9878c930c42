"""A webhook as it came: raw bytes, kept before anything is made of them."""

from datetime import datetime
from enum import StrEnum

from psfbot.relay.incident import Fact


class Fate(StrEnum):
    """What became of a letter."""

    NEW = "new"
    DONE = "done"
    IGNORED = "ignored"
    STALE = "stale"
    QUARANTINED = "quarantined"


class Arrival(Fact):
    """A webhook at the door.

    `delivery` makes it one of a kind for its source: the sender's delivery id where
    there is one, else a digest of the body. Headers are lower-case and hold no secret.
    """

    source: str
    delivery: str
    headers: dict[str, str]
    body: bytes
    received_at: datetime


class Letter(Arrival):
    """A webhook in the inbox; `reason` says why it ended as it did."""

    id: int
    fate: Fate = Fate.NEW
    reason: str = ""
