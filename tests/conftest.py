"""What most tests stand on: a small catalog, a fixed moment, and a desk to ask."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse
from psfbot.chat.message import Message, Speaker
from psfbot.commands import commands, live
from psfbot.flows.ask import Desk, Reply
from psfbot.flows.understand import Table

SAMPLE = Path(__file__).parent / "sample.yaml"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
GUEST = Speaker("guest")


class Asking:
    """A desk with the sample catalog, asked by a guest in a public room unless told otherwise."""

    def __init__(self, book: Book) -> None:
        self.moment = NOON
        self.desk = Desk(Table(commands(), live.commands), lambda: book, lambda: self.moment)

    def __call__(self, text: str, speaker: Speaker = GUEST, *, public: bool = True, page: int = 0) -> Reply:
        coroutine = self.desk.answer(Message(text, speaker, "test", "#room", public=public, page=page))
        try:
            coroutine.send(None)
        except StopIteration as done:
            return done.value
        raise AssertionError("a question about the catalog waited for something")


@pytest.fixture(scope="session")
def book() -> Book:
    loaded = load_or_refuse(SAMPLE)
    assert loaded.catalog is not None
    return Book.of(loaded.catalog, places=loaded.places, path="catalog.yaml")


@pytest.fixture
def ask(book: Book) -> Callable[..., Reply]:
    return Asking(book)
