"""A visitor whom nobody knows: what they are told on a page or as JSON, from a catalog without what is not for them."""

from collections import OrderedDict
from collections.abc import Container, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from psfbot.catalog.book import Book
from psfbot.catalog.exchange.private import PERSONAL
from psfbot.catalog.model import Catalog, Person, Provider, Record, Service, Team
from psfbot.catalog.names import How, Kind, Names
from psfbot.chat import clean
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.command import Slot
from psfbot.chat.message import Message, Speaker
from psfbot.flows.ask import Desk
from psfbot.flows.understand import Bound, Ways, bind, understand

VISITOR = Speaker("a visitor")
PLATFORM = "web"
WRITES = "That would change something, and a page changes nothing. Say it in chat, where I know who you are."
LONGEST = 200
"""Characters of a name that are looked up."""
SPELT = frozenset({"irc", "slack"})
"""Of what is a person's own, the accounts by which chat finds them."""
Reached = TypeVar("Reached", Service, Team, Provider)


def in_public(catalog: Catalog) -> Catalog:
    """A catalog as anybody may see it, or the same one where there is nothing to hide: most records stay as they are.

    A person is still found by the accounts that chat knows them by; no answer and no shape has these.
    """
    rooms = {id_: room for id_, room in catalog.rooms.items() if room.public}
    seen: dict[str, Mapping[str, Record]] = {
        "rooms": rooms,
        "people": {id_: impersonal(person) for id_, person in catalog.people.items()},
        "teams": {id_: reachable(team, rooms) for id_, team in catalog.teams.items()},
        "providers": {id_: reachable(provider, rooms) for id_, provider in catalog.providers.items()},
        "services": {id_: reachable(service, rooms) for id_, service in catalog.services.items()},
    }
    changed = {section: records for section, records in seen.items() if not same(records, getattr(catalog, section))}
    return catalog.model_copy(update=changed) if changed else catalog


def same(records: Mapping[str, Record], known: Mapping[str, Record]) -> bool:
    """Is every record the very one that was there, and none gone?"""
    return len(records) == len(known) and all(one is known[id_] for id_, one in records.items())


def impersonal(person: Person) -> Person:
    """A person without what is theirs alone."""
    hidden = [name for name in PERSONAL if name not in SPELT and getattr(person, name)]
    return person.model_copy(update=dict.fromkeys(hidden)) if hidden else person


def reachable(record: Reached, rooms: Container[str]) -> Reached:
    """A record with only those contacts and rooms that everybody may see."""
    contacts = tuple(one for one in record.contacts if one.public)
    known = getattr(record, "rooms", ())
    talks = tuple(room for room in known if room in rooms)
    update: dict[str, object] = {} if len(contacts) == len(record.contacts) else {"contacts": contacts}
    update |= {} if len(talks) == len(known) else {"rooms": talks}
    return record.model_copy(update=update) if update else record


class Visitors:
    """Answers those who come without a name, and remembers nothing of what one asked for another."""

    def __init__(self, desk: Desk) -> None:
        """Keep who answers; the catalog is looked through when the first one comes, and again after a reload."""
        self._desk = desk
        self._whole: Book | None = None
        self._seen: Book | None = None

    @property
    def book(self) -> Book:
        """The catalog in force without private contacts, people's own data, and rooms that are not public."""
        whole = self._desk.book()
        if self._seen is None or self._whole is not whole:
            catalog = in_public(whole.catalog)
            bare = catalog is not whole.catalog
            self._whole, self._seen = whole, replace(whole, catalog=catalog, names=Names(catalog)) if bare else whole
        return self._seen

    async def answer(self, question: str) -> Answer:
        """What a visitor is told; what would change something is not done."""
        return (await self._asked(question))[0]

    async def plain(self, question: str) -> Answer:
        """The same for programs; where it is of more than the catalog, `data` is left out: it may say too much."""
        answer, beyond = await self._asked(question)
        return replace(answer, data={}) if beyond else answer

    def find(self, name: str, kind: Kind) -> Bound:
        """What a name stands for among the records of one kind: as it is spelt, or as it is understood in chat."""
        found = self.book.find(name[:LONGEST], (kind,))
        if len(found.hits) == 1 and found.hits[0].how is How.EXACT:
            return Bound(0, found.hits[0].record, found.hits[0], found)
        return bind(Slot(kind, (kind,), number=False, words=False), name[:LONGEST], Ways(self.book, VISITOR))

    async def _asked(self, question: str) -> tuple[Answer, bool]:
        """The answer, and whether anything but the catalog was asked for it."""
        beyond: list[type[Any]] = []
        known = self._desk.ports

        def ports(kind: type[Any]) -> Any:
            beyond.append(kind)
            return known(kind) if known else None

        book = self.book
        desk = replace(self._desk, memories=OrderedDict(), book=lambda: book, ports=ports if known else None)
        reading = understand(clean.question(question)[: clean.LONGEST], desk.table, book, VISITOR)
        if reading and reading.command.writes:
            return Answer(WRITES, outcome=Outcome.REFUSED), True
        reply = await desk.answer(Message(question, VISITOR, PLATFORM))
        return reply.answer, bool(beyond)
