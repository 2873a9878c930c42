"""What a source reports: one alert about one problem, in the source's own words."""

from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, StringConstraints

from psfbot.text import cut, one_line, printable


def tidy(value: object) -> object:
    """A key without control characters and stray spaces; it is compared and shown, so nothing may hide in it."""
    return one_line(value) if isinstance(value, str) else value


Words = Annotated[str, AfterValidator(lambda text: cut(printable(text).strip(), 4000))]
Line = Annotated[str, AfterValidator(lambda text: cut(" ".join(printable(text).split()), 500))]
Key = Annotated[str, StringConstraints(min_length=1, max_length=500), BeforeValidator(tidy)]


class State(StrEnum):
    """How a problem stands, as its source sees it."""

    FIRING = "firing"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Severity(StrEnum):
    """How bad it is, in the words of the Events API that most sources share."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return list(Severity).index(self)


class AlertLink(BaseModel):
    """A page of the source about this problem."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    title: Line
    url: Words


def in_utc(at: datetime) -> datetime:
    """A time in UTC; one without a zone is taken as UTC, as Pingdom means it."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Alert(BaseModel):
    """One report from one source.

    Two alerts with the same source and key are about the same problem: the later one
    repeats, acknowledges or resolves the earlier. `about` is what the source says is
    ill (a host, a URL or a service's name), `names` are the check's names and ids under
    which the catalog may list it, `hints` more hosts and tags. `event` is the source's
    own id of this report, where it has one. `at` is when the source says it happened.
    `polled` marks what the source was asked for, and did not say by itself. `up` marks what lies ahead while all
    still works, as the end of a certificate. `holds` marks what the source says of the moment in which it sends, also
    where it repeats when that began.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    source: Key
    key: Key
    about: Line = ""
    names: tuple[Line, ...] = ()
    hints: tuple[Line, ...] = ()
    state: State
    severity: Severity = Severity.ERROR
    summary: Line
    detail: Words = ""
    links: tuple[AlertLink, ...] = ()
    by: Line = ""
    event: Annotated[str, StringConstraints(max_length=500), BeforeValidator(tidy)] = ""
    at: Annotated[datetime, AfterValidator(in_utc)]
    polled: bool = False
    up: bool = False
    holds: bool = False

    @property
    def fingerprint(self) -> str:
        """The same for every delivery of the same report, however often and under whatever delivery id it came."""
        said = self.event or f"{self.state}|{self.at.isoformat()}|{self.summary}"
        return sha256(f"{self.source}\n{self.key}\n{said}".encode()).hexdigest()
