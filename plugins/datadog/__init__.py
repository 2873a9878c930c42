"""Datadog: which monitors are alerting, told by a template of ours?"""

from hashlib import sha256
from typing import Self

from pydantic import Field, model_validator

from psfbot.plugin import Alert, Configuration, Hook, Payload, Plugin, Secrets, Severity, Time, links, when

from .template import Filled, Message, Tags, Title, state_of

SCHEMA = "psfbot-1"
UNTOLD = (
    "There is no alert_transition, so nobody could tell a recovery from an alert, as in the body that Datadog sends "
    "unless told otherwise. Paste the template of plugins/datadog/README.md into the webhook's Payload; "
    "events that no monitor sent have no transition either."
)
UNKEYED = "alert_cycle_key and aggreg_key are both empty, so nobody could tell which alert this one ends or repeats."
PRIORITIES = (Severity.CRITICAL, Severity.ERROR, Severity.WARNING, Severity.INFO, Severity.INFO)
LONGEST_KEY = 300


class Settings(Configuration):
    """What an operator sets for Datadog."""

    names_start_with = "PSFBOT_DATADOG_"

    hook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Last part of the address that Datadog posts to, `/hooks/datadog/<secret>`; two while one replaces the other."""


plugin = Plugin("datadog", about="Alerts and recoveries of Datadog monitors.", settings=Settings)


class Event(Payload):
    """A monitor's event in our template; Datadog fills in texts, and people make numbers of them."""

    schema_: Filled = Field(default="", alias="schema")
    id: Filled = ""
    alert_id: Filled = ""
    alert_cycle_key: Filled = ""
    aggreg_key: Filled = ""
    alert_transition: Filled = ""
    alert_scope: Tags = ()
    alert_status: Filled = ""
    hostname: Filled = ""
    priority: Filled = ""
    title: Title = ""
    body: Message = ""
    date: Time = None
    last_updated: Time = None
    link: Filled = ""
    tags: Tags = ()

    @model_validator(mode="after")
    def it_is_our_template(self) -> Self:
        """Another template may mean other things by the same names."""
        if not self.alert_transition:
            raise ValueError(UNTOLD)
        if self.schema_ not in {SCHEMA, ""}:
            msg = f"schema is '{self.schema_[:50]}', and I know {SCHEMA} only: paste the template again."
            raise ValueError(msg)
        if not self.key:
            raise ValueError(UNKEYED)
        return self

    @property
    def key(self) -> str:
        """One cycle from alert to recovery; without it, one group of one monitor."""
        if self.alert_cycle_key:
            return self.alert_cycle_key
        key = " ".join((self.aggreg_key, *sorted(self.alert_scope))) if self.aggreg_key else ""
        return key if len(key) <= LONGEST_KEY else sha256(key.encode()).hexdigest()

    @property
    def subjects(self) -> tuple[str, ...]:
        """What is ill: the host, then whatever tags name a host, a service or a page."""
        tags = dict(reversed([tag.partition(":")[::2] for tag in (*self.alert_scope, *self.tags)]))
        named = (tags.get(name, "") for name in ("host", "url", "instance", "service"))
        return tuple(dict.fromkeys(filter(None, (self.hostname, *named))))


@plugin.alerts(Event)
def read(event: Event, hook: Hook) -> Alert:
    """One cycle of one monitor's group is one problem."""
    state, usual = state_of(event.alert_transition)
    about, *more = event.subjects or (event.title or event.alert_id or event.key,)
    return Alert(
        source=plugin.name,
        key=event.key,
        about=about,
        names=tuple(filter(None, (event.alert_id, event.title))),
        hints=(*more, *event.tags),
        state=state,
        severity=severity(event.priority, usual),
        summary=event.title or event.alert_status or f"Monitor {event.alert_id or event.key}",
        detail=" · ".join(dict.fromkeys(filter(None, (event.alert_transition, event.alert_status, event.body)))),
        links=links(("Datadog", event.link)),
        event=f"{event.id} {event.alert_transition}" if event.id else "",
        at=when(event.date or event.last_updated, hook),
    )


def severity(priority: str, usual: Severity) -> Severity:
    """P1 to P5, with or without the letter; a warning is never worse than that."""
    digit = priority.upper().removeprefix("P")
    given = PRIORITIES[int(digit) - 1] if digit in {"1", "2", "3", "4", "5"} else usual
    return min(given, usual, key=lambda one: one.rank) if usual is Severity.WARNING else given


@plugin.delivery
def delivery(hook: Hook) -> str:
    """The body, if it says which event it is; otherwise the next alert may look the same, so each one counts."""
    fields = hook.fields
    marked = any(fields.get(name) for name in ("id", "date", "last_updated"))
    return sha256(hook.body).hexdigest() if marked or not fields else ""


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let the recorded event happen now, as an event of its own."""
    now = str(int(hook.received_at.timestamp() * 1000))
    return hook.altered(id=now, date=now, last_updated=now)
