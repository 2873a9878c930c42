"""What people may say: a command is its phrases, the function that answers, and what its slots take."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from inspect import cleandoc, iscoroutinefunction
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog, Host, Person, Platform, Provider, Region, Room, Service, Team
from psfbot.catalog.names import Kind
from psfbot.chat.answer import Answer
from psfbot.chat.grammar import Phrase
from psfbot.chat.message import Message
from psfbot.chat.permit import Level
from psfbot.errors import UserError

P = TypeVar("P")
Reply = Answer | str
Function = TypeVar("Function", bound=Callable[..., Reply | Awaitable[Reply]])

KINDS: dict[type, Kind] = {
    Service: "service", Team: "team", Person: "person", Provider: "provider",
    Region: "region", Platform: "platform", Room: "room", Host: "host",
}  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """Somebody asked something: what they said, when, and what the bot knows.

    `port(Kind)` hands out what a command needs beyond the catalog (incidents, rotas …);
    it is made on first use, so a question about the catalog opens no database.
    """

    message: Message
    now: datetime
    book: Book
    all_commands: Callable[[], Sequence["Command"]] = tuple
    ports: Callable[[type[Any]], Any] | None = None
    edit_url: str = ""

    @property
    def catalog(self) -> Catalog:
        """All records."""
        return self.book.catalog

    @property
    def commands(self) -> Sequence["Command"]:
        """Every command that this bot has, the plugins' too."""
        return self.all_commands()

    @property
    def person(self) -> Person | None:
        """The catalog's record of who asks, when their account proves it."""
        return self.catalog.people.get(self.message.speaker.person or "")

    def port(self, kind: type[P]) -> P:
        """The one implementation of a port that this bot runs with."""
        if self.ports is None:
            msg = "This needs the running bot: start it with `psfbot run` or `psfbot demo`."
            raise UserError(msg)
        found: P = self.ports(kind)
        return found

    @property
    def edit_page(self) -> str:
        """Where to propose a change: the page of the repository, else the file; who is elsewhere sees no path of it."""
        return self.edit_url or (self.book.path if self.message.local else None) or "catalog.yaml"

    def edit_link(self, section: str, id: str) -> str:  # noqa: A002
        """Where to propose a change of this record: the page of the repository, else file and line."""
        line = self.book.line_of(section, id)
        at = self.edit_page
        if not self.edit_url:
            return f"{at}:{line}" if line else at
        return f"{at}#L{line}" if line else at


@dataclass(frozen=True)
class Slot:
    """What may stand in one `{slot}` of a phrase: records of some kinds, a number, or free words."""

    name: str
    kinds: tuple[Kind, ...]
    number: bool
    words: bool


@dataclass(frozen=True)
class Command:
    """One thing that people may say, in all its phrasings, and the function that answers."""

    topic: str
    function: Callable[..., Reply | Awaitable[Reply]]
    phrases: tuple[Phrase, ...]
    level: Level = Level.ANYONE
    writes: bool = False
    per_incident: bool = False

    @property
    def name(self) -> str:
        """The word that `help` lists it under."""
        return self.function.__name__.rstrip("_").replace("_", " ")

    @cached_property
    def waits(self) -> bool:
        """Does answering take an event loop?"""
        return iscoroutinefunction(self.function)

    @cached_property
    def doc(self) -> str:
        """The docstring: help, documentation and test at once."""
        return cleandoc(self.function.__doc__ or "")

    @property
    def about(self) -> str:
        """The first line of the docstring."""
        return self.doc.partition("\n")[0]

    @cached_property
    def examples(self) -> tuple[tuple[str, str], ...]:
        """The (asked, answered) pairs of the docstring; the test suite asks each of them."""
        parts = re.split(r"^>>> ", self.doc, flags=re.MULTILINE)[1:]
        pairs = (part.partition("\n") for part in parts)
        return tuple((asked.strip(), answered.partition("\n\n")[0].strip()) for asked, _, answered in pairs)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Every kind of record that one of its slots takes."""
        return tuple(dict.fromkeys(kind for slot in self.slots.values() for kind in slot.kinds))

    @cached_property
    def slots(self) -> dict[str, Slot]:
        """What each slot takes, read from the function's annotations."""
        hints = get_type_hints(self.function)
        return {name: slot(name, hint) for name, hint in hints.items() if name not in {"ask", "return"}}


def slot(name: str, hint: Any) -> Slot:
    """Read one annotation: record types, `int` and `str`, alone or joined by `|`."""
    options = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    unknown = [o for o in options if o not in {*KINDS, int, str, NoneType}]
    if unknown:
        msg = f"a slot cannot be {unknown[0]!r}: use a record of the catalog, int or str"
        raise TypeError(msg)
    return Slot(name, tuple(KINDS[o] for o in options if o in KINDS), int in options, str in options)


@dataclass
class Topic:
    """A named group of commands; `help` shows them together."""

    name: str
    about: str
    commands: list[Command] = field(default_factory=list)

    def says(
        self, *phrases: str, level: Level = Level.ANYONE, writes: bool = False, per_incident: bool = False
    ) -> Callable[[Function], Function]:
        """Answer any of these phrases; `{service}` stands for words that the annotation gives a meaning.

        A command that `writes` is never reached by a near miss or a typing slip. One that is
        `per_incident` asks by itself whether the speaker may do it, because that depends on
        the incident's service.
        """

        def keep(function: Function) -> Function:
            self.commands.append(Command(self.name, function, tuple(map(Phrase, phrases)), level, writes, per_incident))
            return function

        return keep
