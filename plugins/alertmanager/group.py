"""The body of Alertmanager's webhook, version 4: a group and its members, whose labels say what they are about."""

import json
import re
from hashlib import sha256
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from psfbot.plugin import Payload, Said, Severity, Time

UNKEYED = "There is neither a fingerprint nor a label, so nobody could tell this alert from another."
SUBJECTS = ("instance", "service", "host", "url", "target", "hostname", "domain", "node", "job")
"""Labels that name what is ill, the most exact first."""
OURSELVES = {"localhost", "127.0.0.1", "::1", "0.0.0.0"}  # noqa: S104 - names of the exporter's own machine, not a place to listen
"""An exporter's own name for itself, which is everybody's."""
PORT = re.compile(r"\[?([^/\s]+?)\]?:\d+")
SEVERITIES = {
    "critical": Severity.CRITICAL, "page": Severity.CRITICAL, "emergency": Severity.CRITICAL,
    "fatal": Severity.CRITICAL, "disaster": Severity.CRITICAL, "p1": Severity.CRITICAL,
    "error": Severity.ERROR, "major": Severity.ERROR, "high": Severity.ERROR, "p2": Severity.ERROR,
    "warning": Severity.WARNING, "warn": Severity.WARNING, "minor": Severity.WARNING, "p3": Severity.WARNING,
    "info": Severity.INFO, "informational": Severity.INFO, "low": Severity.INFO, "none": Severity.INFO,
    "p4": Severity.INFO, "p5": Severity.INFO,
}  # fmt: skip


def lower(value: object) -> object:
    """A state as we write it; nothing where there is none."""
    return value.lower() if isinstance(value, str) and value else None


def texts(value: object) -> dict[object, object]:
    """Labels and annotations are maps of texts; whatever is none of both says nothing."""
    return value if isinstance(value, dict) else {}


Status = Annotated[Literal["firing", "resolved"] | None, BeforeValidator(lower)]
Texts = Annotated[dict[str, Said], BeforeValidator(texts), Field(default_factory=dict)]


class Member(Payload):
    """One alert of a group."""

    status: Status = None
    labels: Texts
    annotations: Texts
    starts_at: Time = Field(default=None, alias="startsAt")
    ends_at: Time = Field(default=None, alias="endsAt")
    generator: Said = Field(default="", alias="generatorURL")
    dashboard: Said = Field(default="", alias="dashboardURL")
    fingerprint: Said = ""

    @model_validator(mode="after")
    def it_can_be_told_from_others(self) -> Self:
        """Labels are what makes an alert one of a kind."""
        if not self.fingerprint and not self.labels:
            raise ValueError(UNKEYED)
        return self

    @property
    def key(self) -> str:
        """Alertmanager's fingerprint; older ones send none, so a digest of the labels stands for it."""
        return self.fingerprint or sha256(json.dumps(sorted(self.labels.items())).encode()).hexdigest()[:16]

    @property
    def name(self) -> str:
        """The rule's name."""
        return self.labels.get("alertname") or "An unnamed alert"

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is ill, most exact first: hosts without the exporter's port, which names no service."""
        found = (host(self.labels.get(name, "")) for name in SUBJECTS)
        return tuple(dict.fromkeys(name for name in found if name and name not in OURSELVES))

    @property
    def severity(self) -> Severity:
        """What the label says, in our words."""
        return SEVERITIES.get(self.labels.get("severity", "").lower(), Severity.ERROR)

    @property
    def summary(self) -> str:
        """The first annotation that sums it up; how they are called is a matter of custom."""
        return next(filter(None, (self.annotations.get(name) for name in ("summary", "title", "message"))), "")


class Group(Payload):
    """One webhook: the alerts that Alertmanager groups, each with a state of its own."""

    alerts: tuple[Member, ...]
    status: Status = None
    external: Said = Field(default="", alias="externalURL")
    truncated: Said = Field(default="", alias="truncatedAlerts")

    @property
    def left_out(self) -> str:
        """How many alerts Alertmanager did not send, if any: only people can go and look."""
        if self.truncated in {"", "0"}:
            return ""
        return f"Alertmanager left {self.truncated} more of this group out: raise max_alerts"


def host(value: str) -> str:
    """A host without its port and brackets; a URL stays as it is."""
    match = PORT.fullmatch(value)
    return match[1] if match else value
