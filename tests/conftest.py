"""What most tests stand on: a small catalog, a fixed moment, and a desk to ask."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from fake_world import showing

from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse
from psfbot.chat.message import Message, Speaker
from psfbot.commands import commands, live
from psfbot.flows.ask import Desk, Reply
from psfbot.flows.checklist import Checklists
from psfbot.flows.checklist_look import Looker
from psfbot.flows.drifting import Drifting
from psfbot.flows.history import History, Unkept
from psfbot.flows.oncall import Roster
from psfbot.flows.propose import Proposing
from psfbot.flows.relay import Relay
from psfbot.flows.understand import Table
from psfbot.forge.patch import PatchForge
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database
from psfbot.store.drifts import SqlDrifts
from psfbot.store.duties import SqlDuties
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.store.marks import SqlMarks
from psfbot.store.outbox import SqlOutbox
from psfbot.store.proposals import SqlProposals

SAMPLE = Path(__file__).parent / "sample.yaml"
SHOWING = showing()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GUEST = Speaker("guest")


class Asking:
    """A desk with the sample catalog, asked by a guest in a public room unless told otherwise."""

    def __init__(self, book: Book, relay: Relay | None = None) -> None:
        self.moment = NOON
        ports = (
            (
                lambda kind: {
                    Relay: relay,
                    Roster: roster(relay),
                    History: Unkept(),
                    Drifting: nothing_drifted(relay),
                    Checklists: none_kept(relay),
                    Proposing: nothing_proposed(relay),
                    **SHOWING,
                }[kind]
            )
            if relay
            else None
        )
        self.desk = Desk(Table(commands(), live.commands), lambda: book, lambda: self.moment, ports)

    def __call__(self, text: str, speaker: Speaker = GUEST, *, public: bool = True, page: int = 0) -> Reply:
        message = Message(text, speaker, "test", "#room", public=public, page=page)
        if self.desk.waits(message):
            return asyncio.run(self.desk.answer(message))
        coroutine = self.desk.answer(message)
        try:
            coroutine.send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("a question about the catalog waited for something")


def nothing_drifted(relay: Relay) -> Drifting:
    """Nothing was compared yet."""
    assert isinstance(relay.store, SqlStore)
    db = relay.store._db  # noqa: SLF001 - as below
    return Drifting(SqlDrifts(db), SqlMarks(db), lambda: None)


def none_kept(relay: Relay) -> Checklists:
    """Checklists without a template, kept beside what the relay keeps."""
    assert isinstance(relay.store, SqlStore)
    kept = SqlChecklists(relay.store._db)  # noqa: SLF001 - as below
    nothing = SimpleNamespace(templates={}, faulty=())
    return Checklists(kept, nothing, Looker(None, str), relay.platforms, relay.ring, str)  # type: ignore[arg-type]


def nothing_proposed(relay: Relay) -> Proposing:
    """Proposals that would go into a folder, kept beside what the relay keeps."""
    assert isinstance(relay.store, SqlStore)
    forge = PatchForge(SAMPLE.parent / "nowhere", SAMPLE)
    return Proposing(SqlProposals(relay.store._db), forge, SAMPLE.read_text, str, relay.ring)  # noqa: SLF001 - as below


def roster(relay: Relay) -> Roster:
    """Who is on call, by the catalog alone, kept beside what the relay keeps."""
    assert isinstance(relay.store, SqlStore)
    return Roster(SqlDuties(relay.store._db), relay)  # noqa: SLF001 - the database that the fixture opened


@pytest.fixture(scope="session")
def book() -> Book:
    loaded = load_or_refuse(SAMPLE)
    assert loaded.catalog is not None
    return Book.of(loaded.catalog, places=loaded.places, path="catalog.yaml")


@pytest.fixture
def relay(tmp_path: Path) -> Iterator[Relay]:
    """A real store in a file that holds nothing yet, and one platform that is on."""
    with Database.open(f"sqlite:///{tmp_path / 'test.sqlite3'}") as db:
        yield Relay(SqlStore(db), SqlInbox(db), SqlOutbox(db), {"console": "here"}, lambda: None)


@pytest.fixture
def ask(book: Book) -> Callable[..., Reply]:
    return Asking(book)
