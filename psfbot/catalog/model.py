"""The nouns of `catalog.yaml`: frozen records that forbid unknown fields."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from psfbot.catalog.dates import whole_day
from psfbot.catalog.rules import DriftKind, Rule

ID = re.compile(r"[a-z0-9._-]{1,63}")

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9._-]{1,63}$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Url = Annotated[
    str, StringConstraints(pattern=r"^((https?|ircs?|ssh|git(\+ssh|\+https)?)://[^\s/?#]\S*|mailto:\S+@\S+)$")
]
"""A page or a repository that is safe to open with a click: never `javascript:` or `data:`."""
Domain = Annotated[str, StringConstraints(pattern=r"^(\*\.)?[a-z0-9]([a-z0-9._-]*[a-z0-9])?(/\S*)?$")]
OwnerRef = Annotated[str, StringConstraints(pattern=r"^(person|team):[a-z0-9._-]{1,63}$")]
PersonRef = Annotated[str, StringConstraints(pattern=r"^person:[a-z0-9._-]{1,63}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


def no_flag(value: object) -> object:
    """Keep `true` from passing for the number 1, as it does in Python."""
    return str(value).lower() if isinstance(value, bool) else value


Lifecycle = Literal["planned", "experimental", "production", "archive", "deprecated", "retired", "unknown"]
Architecture = Literal["amd64", "arm64", "multi", "unknown"]
Tier = Literal[1, 2, 3, 4, "unknown"]
Role = Literal[
    "origin", "cdn", "waf", "dns", "registrar", "certificates", "loadbalancer",
    "database", "search", "cache", "queue", "storage", "archive", "backup",
    "email", "source", "ci", "registry", "packages", "iac", "discovery",
    "monitoring", "logs", "errors", "oncall", "status", "tracker", "support", "hardware", "funding",
]  # fmt: skip
"""What a provider does for a service; `origin` is where the service itself runs."""


@cache
def partial_date(value: str) -> str:
    """Accept a year, a month or a day (`2024`, `2024-03`, `2024-03-08`): sources are rarely more exact."""
    if not re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", value):
        msg = "not a date: write YYYY, YYYY-MM or YYYY-MM-DD"
        raise ValueError(msg)
    try:
        date.fromisoformat((value + "-01-01")[:10])
    except ValueError:
        msg = "no day in the calendar"
        raise ValueError(msg) from None
    return value


When = Annotated[str, AfterValidator(partial_date)]
Day = Annotated[date, Field(strict=True), BeforeValidator(whole_day)]
Flag = Annotated[bool, Field(strict=True)]
"""`true` or `false` as YAML 1.2 writes them; `no` is a text."""


class Part(BaseModel):
    """Anything written in the catalog: it never changes once read, and a misspelt field is an error.

    A number where a text belongs is that text: a check's id or a year needs no quotes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, coerce_numbers_to_str=True)


class Provenance(Part):
    """Where a fact comes from: who says so, as of when, and who checked it last."""

    source: Id | None = None
    sources: tuple[Id, ...] = ()
    as_of: When | None = None
    verified: Day | None = None
    by: PersonRef | None = None
    note: Text | None = None

    @property
    def cites(self) -> tuple[str, ...]:
        """Every source id named, whichever of the two spellings was used."""
        return ((self.source,) if self.source else ()) + self.sources


class Event(Part):
    """Something that happened to a record, with its date and source."""

    date: When
    fact: Text
    source: Id | None = None
    sources: tuple[Id, ...] = ()

    @property
    def cites(self) -> tuple[str, ...]:
        """Every source id named, whichever of the two spellings was used."""
        return ((self.source,) if self.source else ()) + self.sources


class Contact(Part):
    """One way to reach a team or the people behind a service."""

    type: Literal["email", "irc", "slack", "issues", "forum", "web", "github", "other"]
    value: Text
    note: Text | None = None
    public: Flag = True


class Link(Part):
    """A page worth opening: its type says why."""

    type: Literal[
        "runbook", "dashboard", "docs", "status", "tracker", "purge", "site", "source", "incident", "policy", "other"
    ]
    url: Url
    title: Text | None = None


class Exemption(Part):
    """A rule of the scorecard that a record need not keep, or a kind of drift; why, and up to which day."""

    rule: Literal[Rule, DriftKind]
    reason: Text
    until: Day


class TeamExemption(Exemption):
    """The same for a team, whatever service it answers for."""

    rule: Literal["team-has-lead"]


class ProviderExemption(Exemption):
    """The same for a provider, whatever runs there."""

    rule: Literal["provider-status-page-known"]


class DriftExemption(Exemption):
    """The same for a record that has no score: drift alone."""

    rule: DriftKind


class Record(Part):
    """What every kind of entry has: an id, perhaps a note, and where its facts come from."""

    id: Id
    note: Text | None = None
    provenance: Mapping[str, Provenance] = {}


class Source(Part):
    """A document or a file at a commit that facts are taken from."""

    id: Id
    title: Text
    url: Url | None = None
    date: When | None = None
    note: Text | None = None


class Person(Record):
    """Somebody who keeps Python's infrastructure up, or did.

    `irc` is a services account and never a nick; `slack` is a user id.
    """

    name: Text
    aliases: tuple[Text, ...] = ()
    github: Text | None = None
    irc: Text | None = None
    slack: Text | None = None
    email: Text | None = None
    pagerduty: Text | None = None
    timezone: Text | None = None
    status: Literal["active", "emeritus", "inactive"] = "active"
    exemptions: tuple[DriftExemption, ...] = ()


class Member(Part):
    """A person's place in a team."""

    person: Id
    role: Literal["lead", "member", "backup", "observer"] = "member"


class Team(Record):
    """A group of people who answer for something together."""

    name: Text
    aliases: tuple[Text, ...] = ()
    members: tuple[Member, ...] = ()
    contacts: tuple[Contact, ...] = ()
    escalates_to: Id | None = None
    rooms: tuple[Id, ...] = ()
    grants: tuple[Literal["responder", "admin"], ...] = ()
    exemptions: tuple[TeamExemption, ...] = ()


class Provider(Record):
    """A company, project or sponsor that runs something for the PSF, or did."""

    name: Text
    aliases: tuple[Text, ...] = ()
    provides: tuple[Role, ...] = ()
    architectures: tuple[Architecture, ...] = ()
    homepage: Url | None = None
    status_page: Url | None = None
    sponsored: Flag | None = None
    contacts: tuple[Contact, ...] = ()
    lifecycle: Lifecycle = "production"
    exemptions: tuple[ProviderExemption, ...] = ()
    history: tuple[Event, ...] = ()


class Region(Record):
    """A place where a provider runs things, by the name that operators use."""

    provider: Id
    code: Text
    kind: Literal["datacenter", "region", "zone", "edge"]
    location: Text | None = None
    country: Country | None = None
    aliases: tuple[Text, ...] = ()
    lifecycle: Lifecycle = "production"


class Platform(Record):
    """A row of PEP 11: a target that CPython supports, keyed by triple and notes."""

    triple: Text
    notes: Text | None = None
    tier: Annotated[Literal[1, 2, 3, "unsupported"], BeforeValidator(no_flag)]
    contacts: tuple[Id, ...] = ()
    exemptions: tuple[DriftExemption, ...] = ()
    history: tuple[Event, ...] = ()


class Room(Record):
    """A place where people talk and alerts are told, on IRC, Slack or both."""

    irc: Text | None = None
    slack: Text | None = None
    public: Flag
    alerts: Literal["all", "owned", "none"] = "owned"
    min_severity: Literal["info", "warning", "error", "critical"] | None = None


class Rotation(Part):
    """A rota of our own: who takes over from whom, when, in which time zone."""

    timezone: Text
    start: Text
    length: Text
    people: Annotated[tuple[Id, ...], Field(min_length=1)]


class OnCall(Record):
    """Who is called for a team: a PagerDuty schedule or a rotation of our own."""

    team: Id
    pagerduty_schedule: Text | None = None
    rotation: Rotation | None = None
    backup: tuple[Id, ...] = ()
    escalate_after: Text | None = None
    exemptions: tuple[DriftExemption, ...] = ()


class Owner(Part):
    """A person or team that answers for a service."""

    ref: OwnerRef
    role: Literal["primary", "backup", "escalation"] = "primary"


class Host(Part):
    """One machine, with its operating system and who may log in."""

    name: Text
    os: Text | None = None
    access: tuple[OwnerRef, ...] = ()
    note: Text | None = None


class Hosting(Part):
    """What one provider does for a service, and where."""

    role: Role
    provider: Id
    region: Id | None = None
    architecture: Architecture | None = None
    hosts: tuple[Host, ...] = ()
    note: Text | None = None

    @model_validator(mode="after")
    def an_origin_states_its_architecture(self) -> Self:
        """`unknown` is honest and countable; silence is not."""
        if self.role == "origin" and self.architecture is None:
            msg = "an origin needs an architecture: write amd64, arm64, multi or unknown"
            raise ValueError(msg)
        return self


class Dependency(Part):
    """Another service that this one needs.

    hard: down with it; soft: degraded; build: cannot release; operate: cannot be managed.
    """

    service: Id
    strength: Literal["hard", "soft", "build", "operate"] = "hard"
    note: Text | None = None


class Repo(Part):
    """Where the source is, and which path of it."""

    url: Url
    path: Text | None = None
    role: Literal["code", "content", "config", "infra", "docs", "other"] = "code"


class Config(Part):
    """What configures the service: the tool, and where its files are."""

    tool: Text
    repo: Url | None = None
    path: Text | None = None


class Service(Record):
    """One thing that people use or other services need."""

    name: Text
    description: Text
    type: Literal["website", "api", "mail", "ci", "bot", "infrastructure", "database", "job", "list", "redirect"] = (
        "website"
    )
    domains: tuple[Domain, ...] = ()
    aliases: tuple[Text, ...] = ()
    lifecycle: Lifecycle
    tier: Annotated[Tier, BeforeValidator(no_flag)] = "unknown"
    system: Id | None = None
    owners: tuple[Owner, ...] = ()
    contacts: tuple[Contact, ...] = ()
    hosting: tuple[Hosting, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    repos: tuple[Repo, ...] = ()
    config: Config | None = None
    links: tuple[Link, ...] = ()
    alerts: Mapping[Id, tuple[Text, ...]] = {}
    rooms: tuple[Id, ...] = ()
    oncall: Id | None = None
    tags: tuple[Id, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    history: tuple[Event, ...] = ()

    def hosted(self, role: Role) -> tuple[Hosting, ...]:
        """The entries of `hosting` with this role, in the catalog's order."""
        return tuple(entry for entry in self.hosting if entry.role == role)


class Catalog(Part):
    """The whole file: every record by kind and id."""

    schema_version: Annotated[Literal[1], BeforeValidator(no_flag)] = 1
    sources: Mapping[str, Source] = {}
    people: Mapping[str, Person] = {}
    teams: Mapping[str, Team] = {}
    providers: Mapping[str, Provider] = {}
    regions: Mapping[str, Region] = {}
    platforms: Mapping[str, Platform] = {}
    rooms: Mapping[str, Room] = {}
    oncall: Mapping[str, OnCall] = {}
    services: Mapping[str, Service] = {}


KINDS: dict[str, type[Record | Source]] = {
    "sources": Source, "people": Person, "teams": Team, "providers": Provider, "regions": Region,
    "platforms": Platform, "rooms": Room, "oncall": OnCall, "services": Service,
}  # fmt: skip
"""Section name in the file -> the model of its records, in the file's order."""

ITEMS: tuple[type[Part], ...] = (Event, Contact, Link, Member, Owner, Host, Hosting, Dependency, Repo, Exemption)
"""What lists of mappings hold."""
