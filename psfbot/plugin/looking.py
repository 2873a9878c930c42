"""What a plugin may be asked to find out: polls, checks of a step, drift of the catalog, and a doctor's look.

Each is a coroutine that is handed all it may know, and returns plain facts. One that cannot find out raises
`Unreachable`: nothing is then known, which is never taken for good news.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict

from psfbot.catalog.book import Book
from psfbot.catalog.model import Service
from psfbot.plugin.world import World
from psfbot.relay.alert import Alert
from psfbot.settings import Configuration


class NotSetUp(Exception):
    """What a poll raises that the settings do not switch on: it is off, which is neither good nor bad."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a poll: what it may look at, and since when nobody looked.

    `memory` is the poll's own, from round to round, until psfbot starts anew. In `troubles` it says what it could
    not find out although the round as a whole is good: what was asked -> why it is not known.
    """

    settings: Configuration | None
    book: Book
    world: World
    now: datetime
    since: datetime | None = None
    memory: MutableMapping[str, object] = field(default_factory=dict)
    troubles: MutableMapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Poll:
    """Something that psfbot asks for itself, every so many seconds.

    Its alerts are judged like those of a webhook, and marked as found by poll where they tell something new.
    """

    name: str
    seconds: float
    look: Callable[[Round], Awaitable[Iterable[Alert]]]


class Arguments(BaseModel):
    """What a step hands to its check, from the template, with the variables filled in."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Verdict(StrEnum):
    """What a check found; `UNKNOWN` is never a pass."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "could not check"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A verdict, and in one line what was seen that led to it."""

    verdict: Verdict
    seen: str
    data: Mapping[str, Any] = field(default_factory=dict)


class Relaying(Protocol):
    """What the relay knows of a service, as far as a check may ask."""

    async def open_incidents(self, service: str) -> Sequence[str]:
        """The open incidents of a service, a line each."""

    async def silent_until(self, service: str) -> datetime | None:
        """When the silence of a service ends; nothing where there is none now."""


@dataclass(frozen=True, slots=True)
class Sight:
    """All that a check of a step may look at."""

    service: Service
    book: Book
    world: World
    relaying: Relaying
    now: datetime
    settings: Configuration | None = None
    done: Mapping[str, datetime] = field(default_factory=dict)
    """When each step of this run was done, by its id."""


@dataclass(frozen=True, slots=True)
class Check:
    """A check that steps of checklists name, with the shape of its arguments."""

    name: str
    about: str
    shape: type[Arguments]
    look: Callable[[Any, Sight], Awaitable[Evidence]]


@dataclass(frozen=True, slots=True)
class Survey:
    """All that a search for drift may look at.

    In `troubles` it says what it could not find out although the search as a whole goes on: what was asked -> why it
    is not known. That is never drift. Where nothing can be known, it raises `Unreachable`, or `NotSetUp`.
    """

    book: Book
    world: World
    now: datetime
    settings: Configuration | None = None
    only: frozenset[str] = frozenset()
    """The kinds that are wanted; none means all of them."""
    troubles: MutableMapping[str, str] = field(default_factory=dict)

    def wants(self, *kinds: str) -> bool:
        """Is any of these kinds wanted?"""
        return not self.only or not self.only.isdisjoint(kinds)


@dataclass(frozen=True, slots=True)
class Drift:
    """One fact of the catalog that reality contradicts.

    `kind` is the word that an exemption takes; `path` leads to the fact inside the record (`hosting/0/provider`);
    `edit` is what to say to the bot to put it right, where that is clear. An empty `id` is a record that is missing.
    """

    kind: str
    section: str
    id: str
    path: str
    message: str
    edit: str = ""
    ignored_until: date | None = None


@dataclass(frozen=True, slots=True)
class Surveyor:
    """A search for drift."""

    name: str
    about: str
    look: Callable[[Survey], Awaitable[Iterable[Drift]]]


class Health(StrEnum):
    """How a part of the set-up is; `OFF` is what nobody has switched on."""

    OK = "ok"
    WRONG = "wrong"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, how it is, and how to mend it."""

    what: str
    health: Health
    seen: str = ""
    mend: str = ""


class Keeping(Protocol):
    """Keeps a secret that was made just now, so that the bot finds it and nobody else reads it."""

    def trouble(self, field: str) -> str:
        """Why no secret could be kept for this setting of the plugin; nothing where one can."""

    async def keep(self, field: str, secret: str) -> str:
        """Add a secret to a setting; what a person must do before it counts, nothing where the running bot has it."""


@dataclass(frozen=True, slots=True)
class Examination:
    """All that a doctor's look may use; `fix` is set where it may also mend."""

    settings: Configuration | None
    book: Book
    world: World
    now: datetime
    public_url: str = ""
    fix: bool = False
    wait_for_hook: Callable[[str, float], Awaitable[bool]] | None = None
    """Wait for a genuine webhook whose body holds these words, for so many seconds; False when none came."""
    keeping: Keeping | None = None
    """Where a secret goes that a repair has made; nothing where it may not mend."""


Examine = Callable[[Examination], Awaitable[Iterable[Finding]]]
