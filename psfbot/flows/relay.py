"""The relay as commands reach it: look at incidents, or change them, in one transaction each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from psfbot.catalog.book import Book
from psfbot.flows.alert import Scene
from psfbot.oncall.shift import Watch
from psfbot.relay.ports import Inbox, Ledger, Outbox, Store

Result = TypeVar("Result")


@dataclass(frozen=True)
class Relay:
    """What is kept, the platforms that are on with their default rooms, and the bell that wakes the courier.

    `watches` is asked who is on call, as far as that is known without waiting for anybody.
    """

    store: Store
    inbox: Inbox
    outbox: Outbox
    platforms: Mapping[str, str]
    ring: Callable[[], None]
    watches: Callable[[], Mapping[str, Watch]] = dict

    async def change(self, work: Callable[[Scene], Result], book: Book, now: datetime) -> Result:
        """Do something about incidents; what people are told of it is on its way when this returns."""
        watches = self.watches()
        done = await self.store.write(lambda ledger: work(Scene(ledger, book, self.platforms, now, watches=watches)))
        self.ring()
        return done

    async def look(self, work: Callable[[Ledger], Result]) -> Result:
        """Look at what is kept."""
        return await self.store.read(work)
