"""A bot with checklists: templates as a test writes them, checks that see what a test says, a clock moved by hand."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent
from types import SimpleNamespace

from stage import NOON, Bot, sample

from psfbot.catalog.book import Book
from psfbot.chat.message import Message, Speaker
from psfbot.checklists.reading import read_template
from psfbot.checklists.run import Run
from psfbot.checklists.template import Template
from psfbot.flows.checklist import Checklists
from psfbot.flows.checklist_look import Looker
from psfbot.flows.checklist_tick import bring_about
from psfbot.plugin import Arguments, Evidence, Unreachable, Verdict
from psfbot.plugin.looking import Check
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database

DAY = timedelta(days=1)
SAMPLE = Path(__file__).parent / "sample.yaml"

MOVE = """
name: move
title: Move a service
about: For tests alone.
applies_to: "lifecycle:production"
variables:
  target: {ask: Where to?, default: nyc3}
ends_in: [{set: hosting.origin.architecture, to: arm64}]
steps:
  - id: prepare
    text: Prepare {service.id} for {target}.
    gate: everything is listed
    rollback: Throw the list away.
  - id: build
    text: Build it.
    evidence: url
    rollback: Delete the build.
  - id: look
    text: Look at https://{service.domain}/.
    check: {name: page, url: "https://{service.domain}/"}
    recheck: 6h
    rollback: Nothing to do.
  - id: destroy
    text: Destroy the old host.
    evidence: text
    point_of_no_return: true
    rollback: Restore it from the backup.
  - id: tell
    text: Tell people.
    needs: []
"""


class Page(Arguments):
    """What the check of these tests takes."""

    url: str
    status: int = 200


@dataclass
class Sights:
    """What the checks of a test see: a verdict for every check by name, or the same for all."""

    verdict: Verdict = Verdict.PASSED
    seen: str = "It answered 200."
    trouble: Exception | None = None
    made: list[object] = field(default_factory=list)
    shapes: Mapping[str, type[Arguments]] = field(default_factory=lambda: {"page": Page})

    async def look(self, arguments, sight):
        assert sight.service.id
        self.made.append(arguments)
        if self.trouble:
            raise self.trouble
        return Evidence(self.verdict, self.seen)

    def says(self, verdict: Verdict, seen: str) -> None:
        self.verdict, self.seen, self.trouble = verdict, seen, None

    def is_lost(self, why: str = "Nobody answered at www.python.org.") -> None:
        self.trouble = Unreachable(why)

    # As the eyes of a looker.

    def check(self, name: str) -> Check | None:
        return Check(name, "For tests.", self.shapes[name], self.look) if name in self.shapes else None

    def settings(self, check: str) -> None:
        assert check in self.shapes

    @property
    def world(self):
        return None

    @property
    def relaying(self):
        return None


def template(text: str = MOVE, shapes: Mapping[str, type[Arguments]] | None = None) -> Template:
    """A template as a file holds it; a faulty one fails the test with its faults."""
    sheet = read_template(dedent(text), "t.yaml", shapes or {"page": Page})
    assert sheet.model is not None, sheet.findings
    return sheet.model


@dataclass
class Works(Bot):
    """A bot on which checklists run."""

    templates: Sequence[Template] = ()
    sights: Sights = field(default_factory=Sights)
    bugs: list[Exception] = field(default_factory=list)
    catalog_text: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        found = {one.name: one for one in self.templates or (template(),)}
        self.lists = Checklists(
            kept=SqlChecklists(self.db),
            shelf=SimpleNamespace(templates=found, faulty=()),
            looker=Looker(self.sights, self.bug),
            platforms=self.rooms,
            ring=lambda: None,
            catalog_text=lambda: self.catalog_text or SAMPLE.read_text(),
        )
        known = self.desk.ports
        self.desk.ports = lambda kind: self.lists if kind is Checklists else known(kind)

    def bug(self, error: Exception) -> str:
        self.bugs.append(error)
        return "b1"

    def run(self, number: int = 1) -> Run:
        return asyncio.run(self.lists.get(number))

    def kinds(self, number: int = 1) -> list[str]:
        return [deed.kind.value for deed in asyncio.run(self.lists.read(lambda runs: runs.deeds(number)))]

    def wait(self, time: timedelta) -> int:
        """Let time pass, and what it brings about; say how many deeds came of it."""
        self.now += time

        async def act() -> int:
            made = await bring_about(self.lists, self.book, self.now)
            await self.deliver()
            return made

        return asyncio.run(act())

    def on(self, platform: str, text: str, speaker: Speaker, room: str | None = "#room") -> str:
        """Say something on another platform."""

        async def answer():
            reply = await self.desk.answer(Message(text, speaker, platform, room, public=False))
            await self.deliver()
            return reply

        return asyncio.run(answer()).lines[0]

    def do(self, *lines: str, speaker: Speaker | None = None, after: timedelta = timedelta(minutes=1)) -> list[str]:
        """Say several things, a minute apart; what each was answered first."""
        said = []
        for line in lines:
            self.now += after
            said.append(self.says(line, speaker) if speaker else self.says(line))
        return said


@contextmanager
def works(
    folder: Path,
    *templates: Template,
    book: Book | None = None,
    rooms: Mapping[str, str] | None = None,
    at: datetime = NOON,
) -> Iterator[Works]:
    """A bot with checklists on the database of a folder, which may be there already."""
    with Database.open(f"sqlite:///{folder / 'bot.sqlite3'}") as db:
        yield Works(db, book or sample(), rooms or {"irc": "#python-infra"}, now=at, templates=templates)
