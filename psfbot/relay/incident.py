"""One problem of one service, from the first alert to the last word about it."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, cast

from pydantic import BaseModel, ConfigDict

from psfbot.relay.alert import Severity, State

if TYPE_CHECKING:
    from psfbot.catalog.graph import Kind, Node

UNMAPPED = "unmapped:"
"""Subjects that the catalog does not know start so; what they are about follows."""
CAUSE = "cause:"
"""Subjects of incidents that stand for a shared cause start so; its kind and id follow: `cause:provider:fastly`."""
STORM = "storm:"
"""Subjects of storms start so; the lane of the room follows."""
PROVIDER = "provider:"
"""Subjects of what a provider says of itself start so; its id follows."""
OWN = "psfbot:"
"""Subjects of what is wrong with psfbot itself start so, unless the catalog lists it; what it is about follows."""
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
    still called it firing. `up` is that of the alert: nothing is down yet.
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
    up: bool = False


class Incident(Fact):
    """One problem of one service, or of one subject that the catalog does not know; or what psfbot makes of several.

    `subject` is a service's id, or `unmapped:` and what the alert was about; `psfbot:` and
    what is wrong with psfbot itself; `provider:` and the id of one that reports trouble of
    its own; `cause:` and a place of the catalog for what
    several services have in common; `storm:` and a lane for a time in which that room hears a
    digest. `flaps` counts how often it came back, `repeats`
    how often it was reported again while it lasted; for a cause, how many services its room
    last heard of, for a storm, what was folded. `version` grows with every change that people
    are told of. `cause` is the incident that this one follows from. `due_at` is when time
    alone may have something to say about it. `told_at` and `shown_at` say when a cause or
    storm was last told aloud, and last brought up to date. `resolved_by` is a person: it is
    empty where the sources said that it is over. `up` says that the worst of it lies ahead:
    nothing is down yet.
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
    due_at: datetime | None = None
    told_at: datetime | None = None
    shown_at: datetime | None = None
    flapping_since: datetime | None = None
    reminded: int = 0
    reopened_at: datetime | None = None
    up: bool = False

    @property
    def began(self) -> datetime:
        """When it was opened last: the time in which it was over does not count."""
        return self.reopened_at or self.opened_at

    @property
    def service(self) -> str | None:
        """The service's id, where the catalog knows it."""
        return None if self.subject.startswith((UNMAPPED, OWN, PROVIDER, CAUSE, STORM)) else self.subject

    @property
    def own(self) -> bool:
        """Is it about psfbot itself, which the catalog does not list?"""
        return self.subject.startswith(OWN)

    @property
    def provider(self) -> str:
        """The id of the provider that reports trouble of its own, if it is about that."""
        return self.subject.removeprefix(PROVIDER) if self.subject.startswith(PROVIDER) else ""

    @property
    def node(self) -> "Node | None":
        """The place of the catalog that it stands for, if it is a shared cause."""
        if not self.subject.startswith(CAUSE):
            return None
        _, kind, name = self.subject.split(":", 2)
        return cast("Kind", kind), name

    @property
    def storm(self) -> str | None:
        """The lane of the room that hears a digest, if it is a storm."""
        return self.subject.removeprefix(STORM) if self.subject.startswith(STORM) else None

    @property
    def named(self) -> str:
        """The subject in words."""
        if self.storm is not None:
            return f"storm in {self.storm}"
        if self.node:
            return self.node[1]
        return self.provider or self.subject.removeprefix(UNMAPPED).removeprefix(OWN) or "something unnamed"


class Down(NamedTuple):
    """An open incident of a service, as far as the search for a shared cause looks at it."""

    number: int
    service: str
    since: datetime
    cause: int | None = None


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
    UNGROUPED = "ungrouped"
    FLAPPING = "flapping"
    SETTLED = "settled"
    REMINDED = "reminded"
    STORM = "storm"
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
