"""A bot on a fake clock that asks a fake world: polls, the letters they write, and what rooms hear of it."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from fake_world import FakeWorld
from stage import FOUND, MINUTE, NOON, SECOND, sample
from watch import Watch

from psfbot.app.polling import Polling, Turn
from psfbot.catalog.book import Book
from psfbot.flows.poll import Asker
from psfbot.flows.tick import bring_about
from psfbot.plugin import Configuration, Plugin
from psfbot.store.db import Database
from psfbot.store.marks import SqlMarks

STEP = 5 * SECOND


@dataclass
class Asking(Watch):
    """A bot with polls."""

    world: FakeWorld = field(default_factory=FakeWorld)
    settings: Mapping[str, Configuration] = field(default_factory=dict)
    asking: Mapping[str, Plugin] = field(default_factory=dict)
    leads: bool = True
    bugs: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.polling = self.started()

    def started(self) -> Polling:
        """The polls of a process that begins anew."""
        marks: Any = SqlMarks(self.db)
        clock: Callable[[], datetime] = lambda: self.now  # noqa: E731 - a clock in one line
        asker = Asker(self.inbox, self.store, marks, lambda: self.book, self.world, clock, deadline=1.0)
        return Polling(
            asker,
            self.asking,
            self.settings,
            lambda: self.leads,
            lambda: None,
            lambda error: self.bugs.append(error) or "abc",  # type: ignore[func-returns-value]
            chance=lambda low, _: low if low > 1 else 1.0,
        )

    @property
    def turn(self) -> Turn:
        return self.polling.turns[0]

    def pass_(self, time: timedelta) -> None:
        """Let time pass: every five seconds whatever poll is due is made, and what it found is read and told."""
        end = self.now + time
        while self.now < end:
            self.now = min(self.now + (STEP if time < 20 * MINUTE else 6 * STEP), end)
            asyncio.run(self.step())
            self.change(lambda scene: bring_about(scene, self.now - STEP))

    async def step(self) -> None:
        await self.polling.look()
        await self.polling.idle()
        await self.work()


@contextmanager
def asking(folder: Path, *plugins: str, book: Book | None = None, **more: Any) -> Iterator[Asking]:
    with Database.open(f"sqlite:///{folder / 'bot.sqlite3'}") as db:
        found = {name: FOUND[name] for name in plugins}
        yield Asking(db, book or sample(), asking=more.pop("asking", found), now=NOON, **more)
