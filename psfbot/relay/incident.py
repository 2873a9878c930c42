"""One problem of one service, from the first alert to the last word about it."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from psfbot.relay.alert import Severity, State

UNMAPPED = "unmapped:"
"""Subjects that the catalog does not know start so; what they are about follows."""
EVERYTHING = "*"
"""The subject of a silence that holds for all of them."""


class Standing(StrEnum):
    """How an incident stands, for the people who answer for it."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Fact(BaseModel):
    """Anything that the relay remembers: it is replaced, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Problem(Fact):
    """What one source last said under one key.

    `at` is the source's time of the last alert that counted; an older one changes
    nothing. `closed_at` is set when a person resolved the incident while the source
    still called it firing.
    """

    source: str
    key: str
    state: State
    at: datetime
    since: datetime
    severity: Severity
    summary: str
    about: str
    incident: int | None = None
    closed_at: datetime | None = None


class Incident(Fact):
    """One problem of one service, or of one subject that the catalog does not know.

    `subject` is a service's id, or `unmapped:` and what the alert was about. `flaps`
    counts how often it came back, `repeats` how often it was reported again while it
    lasted. `version` grows with every change that people are told of. `cause` is the
    incident that this one follows from.
    """

    number: int
    subject: str
    title: str
    state: Standing
    severity: Severity
    opened_at: datetime
    changed_at: datetime
    acked_by: str = ""
    acked_at: datetime | None = None
    resolved_by: str = ""
    resolved_at: datetime | None = None
    flaps: int = 0
    repeats: int = 0
    version: int = 1
    cause: int | None = None

    @property
    def service(self) -> str | None:
        """The service's id, where the catalog knows it."""
        return None if self.subject.startswith(UNMAPPED) else self.subject

    @property
    def named(self) -> str:
        """The subject in words."""
        return self.subject.removeprefix(UNMAPPED) or "something unnamed"


class Happening(StrEnum):
    """What kind of thing an entry of the timeline tells."""

    OPENED = "opened"
    ALERT = "alert"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    RELEASED = "released"
    WORSE = "worse"
    NOTE = "note"
    MUTED = "muted"
    TOLD = "told"
    GROUPED = "grouped"
    ESCALATED = "escalated"


class Entry(Fact):
    """One line of an incident's timeline: what happened, who did it, and why the bot decided so."""

    at: datetime
    kind: Happening
    who: str = ""
    text: str
    reason: str = ""


class Silence(Fact):
    """A time during which a subject's alerts are kept but not told; its end and "resolved" always are.

    `subject` is a service's id, an unmapped subject, or `*` for everything.
    """

    id: int
    subject: str
    starts_at: datetime
    ends_at: datetime
    author: str
    reason: str
    maintenance: bool = False

    def covers(self, subject: str, now: datetime) -> bool:
        """Does it hold for this subject now?"""
        return self.starts_at <= now < self.ends_at and self.subject in {subject, EVERYTHING}
