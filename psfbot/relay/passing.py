"""What a source must hear of people's deeds: kept until it has, or until it surely never will."""

from datetime import datetime
from enum import StrEnum

from psfbot.relay.incident import Fact


class Passed(StrEnum):
    """How far a deed has come on its way to its source."""

    WAITING = "waiting"
    DONE = "done"
    HOPELESS = "hopeless"


class Passing(Fact):
    """One deed that a source is to hear of: somebody took an incident that it opened, ended it, or noted something.

    `signal` is what the source's pager is told, `source` and `key` name the problem there. `attempts` counts the tries
    that were begun: after the first, nobody knows for sure that the source has not heard of it.
    """

    id: int = 0
    incident: int
    source: str
    key: str
    signal: str
    by: str = ""
    text: str = ""
    made_at: datetime
    not_before: datetime
    attempts: int = 0
    state: Passed = Passed.WAITING
    answer: str = ""
