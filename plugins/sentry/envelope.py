"""The bodies of Sentry's webhooks: ids are numbers in one place and texts in another, and anything may be null."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from psfbot.plugin import Payload, Said, Time, loose

MOST = 200
"""Tags and projects that are looked at."""
PRIVATE = re.compile(r"(?<=//)[^/?#@]*@|[?#].*")
"""Parts of an address that may hold a password or a token."""
PROJECT = re.compile(r"/api/0/projects/[^/]+/([^/]+)/")
"""Where the address of an event in Sentry's API names the project, which the event itself gives as a number."""


def tags_of(value: object) -> dict[str, str]:
    """Tags by name: events have pairs, and other places of Sentry objects with key and value."""
    found = value[:MOST] if isinstance(value, list) else []
    pairs = [(tag.get("key"), tag.get("value")) if isinstance(tag, dict) else tag for tag in found]
    return {
        pair[0]: pair[1]
        for pair in pairs
        if isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(part, str) for part in pair)  # noqa: PLR2004 - a pair
    }


def listed(value: object) -> list[object]:
    """A list that is short enough to read; anything else is empty."""
    return value[:MOST] if isinstance(value, list) else []


Tags = Annotated[dict[Said, Said], BeforeValidator(tags_of)]
Names = Annotated[tuple[Said, ...], BeforeValidator(listed), AfterValidator(lambda names: tuple(filter(None, names)))]


class Who(Payload):
    """A person or an application."""

    type: Said = ""
    name: Said = ""


class Project(Payload):
    """A project of Sentry."""

    slug: Said = ""
    name: Said = ""


class Issue(Payload):
    """A group of events, or a monitor that missed its job."""

    id: Said = ""
    shortId: Said = ""  # noqa: N815 - as Sentry spells it
    title: Said = ""
    culprit: Said = ""
    level: Said = ""
    status: Said = ""
    substatus: Said = ""
    permalink: Said = ""
    web_url: Said = ""
    issueCategory: Said = ""  # noqa: N815 - as Sentry spells it
    issueType: Said = ""  # noqa: N815 - as Sentry spells it
    project: Annotated[Project, loose(Project())] = Project()
    assignedTo: Annotated[Who, loose(Who())] = Who()  # noqa: N815 - as Sentry spells it
    firstSeen: Time = None  # noqa: N815 - as Sentry spells it

    @property
    def place(self) -> str:
        """What the project is called."""
        return self.project.slug or self.project.name


class Monitor(Payload):
    """The cron monitor that an event is about."""

    slug: Said = ""


class Contexts(Payload):
    """What surrounds an event."""

    monitor: Annotated[Monitor, loose(Monitor())] = Monitor()


class Request(Payload):
    """The request that failed."""

    url: Said = ""


class Event(Payload):
    """One event that made an alert rule fire."""

    event_id: Said = ""
    issue_id: Said = ""
    title: Said = ""
    culprit: Said = ""
    level: Said = ""
    environment: Said = ""
    url: Said = ""
    web_url: Said = ""
    tags: Tags = Field(default_factory=dict)
    request: Annotated[Request, loose(Request())] = Request()
    contexts: Annotated[Contexts, loose(Contexts())] = Contexts()
    datetime: Time = None

    @property
    def project(self) -> str:
        """The project's slug, which only the address of the event tells."""
        found = PROJECT.search(self.url)
        return found[1] if found else ""

    @property
    def page(self) -> str:
        """The page that failed, without what may be secret in its address."""
        address = self.tags.get("url", "") or self.request.url
        return PRIVATE.sub("", address) if address.startswith(("https://", "http://")) else ""

    @property
    def monitor(self) -> str:
        """The cron monitor, if it is about one."""
        return self.tags.get("monitor.slug", "") or self.contexts.monitor.slug


class Rule(Payload):
    """The rule that watches a number."""

    id: Said = ""
    name: Said = ""
    environment: Said = ""


class Metric(Payload):
    """A number that crossed a threshold."""

    id: Said = ""
    title: Said = ""
    projects: Names = ()
    alert_rule: Annotated[Rule, loose(Rule())] = Rule()
    date_started: Time = None
    date_detected: Time = None
    date_closed: Time = None


class Data(Payload):
    """What the webhook is about: the part that is there says which kind it is, because only the body is signed."""

    issue: Annotated[Issue | None, loose(None)] = None
    event: Annotated[Event | None, loose(None)] = None
    metric_alert: Annotated[Metric | None, loose(None)] = None
    triggered_rule: Said = ""
    description_title: Said = ""
    description_text: Said = ""
    web_url: Said = ""


class Envelope(Payload):
    """Any webhook of an integration."""

    action: Said = ""
    data: Annotated[Data, loose(Data())] = Data()
    actor: Annotated[Who, loose(Who())] = Who()
