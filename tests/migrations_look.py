"""A check of a step made in a test: its arguments as a template writes them, and a world that the test lays out."""

import asyncio
import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fake_world import NOON, FakeWorld, page
from stage import sample

from psfbot import plugins
from psfbot.catalog.book import Book
from psfbot.plugin import Configuration, Evidence, Plugin, Sight, Unreachable, Verdict

API = "https://api.github.com"
BOOK = sample()
PASSED, FAILED, UNKNOWN = Verdict.PASSED, Verdict.FAILED, Verdict.UNKNOWN


def plugin() -> Plugin:
    return plugins.find()["migrations"]


@dataclass
class Calm:
    """A relay that knows of these incidents, and of these silences."""

    incidents: Mapping[str, list[str]] = field(default_factory=dict)
    silences: Mapping[str, datetime] = field(default_factory=dict)

    async def open_incidents(self, service: str) -> list[str]:
        return list(self.incidents.get(service, ()))

    async def silent_until(self, service: str) -> datetime | None:
        return self.silences.get(service)


@dataclass(frozen=True)
class Look:
    """Everything that a check may look at; calling it makes one."""

    world: FakeWorld = field(default_factory=FakeWorld)
    book: Book = BOOK
    service: str = "docs.python.org"
    relaying: Calm = field(default_factory=Calm)
    now: datetime = NOON
    settings: Configuration | None = None
    done: Mapping[str, datetime] = field(default_factory=dict)

    def __call__(self, name: str, **arguments: Any) -> Evidence:
        check = plugin().checks[name]
        sight = Sight(
            self.book.catalog.services[self.service],
            self.book,
            self.world,
            self.relaying,
            self.now,
            self.settings,
            self.done,
        )
        try:
            return asyncio.run(check.look(check.shape.model_validate(arguments), sight))
        except Unreachable as error:
            return Evidence(UNKNOWN, str(error))


def pages(found: Mapping[str, Any], **more: Any) -> Look:
    """A look at a world of pages."""
    return Look(FakeWorld(dict(found)), **more)


def content(text: str) -> dict[str, Any]:
    """A file as GitHub's API answers it."""
    return {"type": "file", "encoding": "base64", "content": base64.encodebytes(text.encode()).decode()}


def github(found: Mapping[str, Any], **more: Any) -> Look:
    """A look at a GitHub that has these paths, and answers 404 to the others that the test names with None."""
    return pages({f"{API}/{path}": page(404) if one is None else one for path, one in found.items()}, **more)


def a_file(repo: str, path: str, text: str | None, **more: Any) -> Look:
    """A look at a GitHub with one file of one repository."""
    found = {f"repos/{repo}/contents/{path}": None if text is None else content(text), f"repos/{repo}": {"id": 1}}
    return github(found, **more)
