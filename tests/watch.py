"""A bot on whose clock time brings about what is due, and catalogs to watch it with."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from stage import HOUR, MINUTE, NOON, SECOND, Bot, ended, fired, sample

from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse
from psfbot.flows.tick import bring_about
from psfbot.store.db import Database

TICK = 5 * SECOND
"""How often the running bot asks what is due."""
STEPS = ((2 * MINUTE, TICK), (30 * MINUTE, MINUTE), (100 * HOUR, 10 * MINUTE))
"""The longer nothing comes, the less often these tests ask."""


def real() -> Book:
    catalog = load_or_refuse(Path(__file__).parents[1] / "catalog.yaml").catalog
    assert catalog is not None
    return Book.of(catalog)


REAL = real()
"""The PSF's own catalog: what happens to it is what these stories are about."""


class Watch(Bot):
    """A bot that does every five seconds what time brings about, and tells how much later each thing was said."""

    def pass_(self, time: timedelta) -> None:
        began, end = self.now, self.now + time
        while self.now < end:
            step = next(step for until, step in STEPS if self.now - began < until)
            self.now = min(self.now + step, end)
            self.change(lambda scene: bring_about(scene, self.now - TICK))

    def fail(self, *services: str, pause: timedelta = SECOND, **more: Any) -> None:
        for service in services:
            more_of_it = {"key": service, "about": service, "summary": f"{service} is down", **more}
            self.takes(fired(self.now, **more_of_it), after=0 * SECOND)
            self.pass_(pause)

    def recover(self, *services: str, pause: timedelta = SECOND) -> None:
        for service in services:
            self.takes(ended(self.now, key=service, about=service), after=0 * SECOND)
            self.pass_(pause)

    @property
    def told(self) -> list[tuple[float, str]]:
        """Each thing that was said aloud, with the seconds from noon."""
        loud = [parcel for parcel in self.parcels if not parcel.notice.quiet]
        return [((parcel.created_at - NOON).total_seconds(), parcel.notice.text) for parcel in loud]

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.told]


@contextmanager
def watch(folder: Path, book: Book) -> Iterator[Watch]:
    with Database.open(f"sqlite:///{folder / 'bot.sqlite3'}") as db:
        yield Watch(db, book)


def invented(services: int = 200, tier: int = 3, **more: Any) -> Book:
    """Services that have nothing in common, unless they are told to."""
    record = {"name": "Invented", "description": "For a test.", "lifecycle": "production", "tier": tier}
    return sample(services={f"s{n}.example": record | {"domains": (f"s{n}.example",)} | more for n in range(services)})
