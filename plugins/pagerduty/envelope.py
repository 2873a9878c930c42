"""The part of PagerDuty's V3 webhooks that is read: one event about one incident, with nulls almost anywhere."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, model_validator

from psfbot.plugin import Payload, Plain, Said, Severity, Time, loose

OLD = (
    "This is a V2 webhook, which carries no signature. In PagerDuty, add a Generic Webhook (v3) to the same address, "
    "and remove the old extension."
)
NO_TIME = "occurred_at is missing or is no time, so nobody could tell a replay from news."
NO_ID = "The event names no incident: data.id is empty."
HOST = re.compile(r"(?<![\w.-])(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]+(?![\w-])", re.IGNORECASE)
LEVEL = re.compile(r"(?:p|sev)[- ]?([1-5])\b", re.IGNORECASE)
LEVELS = (Severity.CRITICAL, Severity.ERROR, Severity.WARNING, Severity.INFO, Severity.INFO)
URGENCIES = {"high": Severity.CRITICAL, "low": Severity.WARNING}


class Reference(Payload):
    """Something that PagerDuty points to: a user, a service, a policy."""

    id: Said = ""
    summary: Said = ""

    @property
    def name(self) -> str:
        """What people call it, or its id where that is empty."""
        return self.summary or self.id


NOTHING = Reference()
Pointer = Annotated[Reference, loose(NOTHING)]


class Reason(Payload):
    """Why an incident was resolved, where PagerDuty gives a reason: it was merged into another."""

    incident: Pointer = NOTHING


class Incident(Payload):
    """An incident as the events about its state carry it; in 2021 it had fewer fields."""

    id: Said = ""
    number: Said = ""
    title: Said = ""
    incident_key: Said = ""
    html_url: Said = ""
    urgency: Said = ""
    service: Pointer = NOTHING
    priority: Pointer = NOTHING
    escalation_policy: Pointer = NOTHING
    assignees: Annotated[tuple[Pointer, ...], loose(())] = ()
    resolve_reason: Annotated[Reason, loose(Reason())] = Reason()

    @property
    def name(self) -> str:
        """Its title; untitled ones go by their number."""
        return self.title or f"Incident {self.number or self.id}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that its title and key speak of: many set-ups have one service in PagerDuty for all of theirs."""
        return tuple(dict.fromkeys(HOST.findall(f"{self.title} {self.incident_key}".lower())))

    @property
    def severity(self) -> Severity:
        """A priority is set on purpose, so it goes before the urgency, which only says whether a phone rings."""
        level = LEVEL.match(self.priority.summary)
        return LEVELS[int(level[1]) - 1] if level else URGENCIES.get(self.urgency, Severity.ERROR)

    @property
    def detail(self) -> str:
        """Who has it, under which policy, how urgent it is, and what it was merged into."""
        who = ", ".join(user.name for user in self.assignees if user.name)
        merged = self.resolve_reason.incident.name
        told = {"Assigned to": who, "Policy": self.escalation_policy.name, "Priority": self.priority.name,
                "Urgency": self.urgency, "Merged into": merged}  # fmt: skip
        return " · ".join(f"{label} {value}" for label, value in told.items() if value)


class Note(Payload):
    """What somebody wrote on an incident."""

    content: Annotated[Plain, loose("")] = ""
    incident: Pointer = NOTHING


class Event(Payload):
    """What happened. `data` has a shape for each type, so it stays a map until the type is known."""

    id: Said = ""
    event_type: Annotated[Said, Field(min_length=1)]
    occurred_at: Time = None
    agent: Pointer = NOTHING
    data: Annotated[dict[str, Any], loose({})] = Field(default_factory=dict)

    @property
    def happened(self) -> datetime:
        """When it happened; an event about an incident's state must say so."""
        if self.occurred_at is None:
            raise ValueError(NO_TIME)
        return self.occurred_at if self.occurred_at.tzinfo else self.occurred_at.replace(tzinfo=UTC)

    @property
    def incident(self) -> Incident:
        """The incident whose state changed."""
        incident = Incident.model_validate(self.data)
        if not incident.id:
            raise ValueError(NO_ID)
        return incident


class Envelope(Payload):
    """One webhook, one event."""

    event: Event

    @model_validator(mode="before")
    @classmethod
    def it_is_v3(cls, body: object) -> object:
        """V2 webhooks are still delivered, and hold `messages`."""
        if isinstance(body, dict) and "event" not in body and "messages" in body:
            raise ValueError(OLD)
        return body
