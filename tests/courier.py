"""A courier with a real outbox, a clock that is moved by hand, and a platform that fails as it is told to.

`pytest_plugins = ("stores", "courier")` brings the fixtures; tests also import from here: PYTEST_DONT_REWRITE.
"""

import asyncio
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select
from stores import NOON, SECOND, eventually

from psfbot.errors import DeliveryError
from psfbot.flows.deliver import LEASE, Courier
from psfbot.relay.notice import Delivery
from psfbot.store.db import Database
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox
from psfbot.store.tables import outbox as table

OPS, WEB = "irc #ops", "irc #web"
MINUTE, HOUR = 60 * SECOND, timedelta(hours=1)
BLINK = timedelta(milliseconds=50)
"""A lease so short that a platform that hangs may really hang for all of it."""
DOWN = DeliveryError("the network is down", final=False)
GONE = DeliveryError("channel_not_found", final=True)


def slow_down(seconds):
    return DeliveryError("ratelimited", final=False, wait=seconds)


@dataclass
class Arrived:
    """What happens after the room has heard the notice, so that nobody knows."""

    error: Exception | None = None


@dataclass
class Chat:
    """A platform that does to each room what its plan says, and takes everything once that is done.

    A plan holds errors to raise, events to wait for, and `Arrived` for what goes wrong after
    the room has heard the notice. `finds` is the same for `find`, and then what it returns.
    """

    name: str = "irc"
    ready: bool = True
    plans: dict[str, deque] = field(default_factory=lambda: defaultdict(deque))
    finds: deque = field(default_factory=deque)
    found: dict[str, str] | None = None
    heard: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    inside: Counter = field(default_factory=Counter)
    crowded: set[str] = field(default_factory=set)

    def plan(self, lane, *steps):
        self.plans[lane].extend(steps)

    async def send(self, parcel):
        lane, step = parcel.notice.room.lane, None
        self.inside[lane] += 1
        try:
            if self.inside[lane] > 1:
                self.crowded.add(lane)
            await asyncio.sleep(0)
            if self.plans[lane]:
                step = self.plans[lane].popleft()
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, Exception):
                raise step
            self.heard.append((lane, parcel.notice.text + " (repeat?)" * parcel.repeat))
            if isinstance(step, Arrived):
                if step.error is None:
                    await asyncio.Event().wait()
                raise step.error
            return f"seen {parcel.id}"
        finally:
            self.inside[lane] -= 1

    async def find(self, parcel):
        self.asked.append(parcel.notice.text)
        step = self.finds.popleft() if self.finds else None
        if isinstance(step, asyncio.Event):
            await step.wait()
        if isinstance(step, Exception):
            raise step
        if self.found is None:
            return step if isinstance(step, str) else None
        return self.found.get(parcel.notice.text, "")

    def of(self, lane):
        return [text for place, text in self.heard if place == lane]


class Office:
    """A courier with a real outbox and a clock that is moved by hand."""

    def __init__(self, db, **more):
        self.db, self.now, self.chat, self.bugs = db, NOON, Chat(), []
        self.outbox = SqlOutbox(db)
        self.courier = self.hire(**more)

    def hire(self, **more):
        draw = more.pop("draw", lambda: 1.0)
        return Courier(self.outbox, {"irc": self.chat}, lambda: self.now, bug=self.bug, draw=draw, tick=0.01, **more)

    def bug(self, error):
        self.bugs.append(error)
        return "ref1"

    async def post(self, *notices):
        store = SqlStore(self.db)
        return [await store.write(lambda ledger, one=one: ledger.post(one, self.now)) for one in notices]

    async def work(self, after=timedelta(0)):
        """Let time pass, then one round, until nobody is busy any more."""
        self.now += after
        await self.courier.round()
        await asyncio.gather(*self.courier.busy.values())

    async def take(self, lane=OPS, lease=LEASE):
        """Lease a parcel and die, as a process that is killed does."""
        return await self.outbox.lease(lane, self.now, self.now + lease)

    async def states(self):
        return {state.value: count for state, count in (await self.outbox.counts()).items() if count}

    async def due(self):
        """When the next attempt of anything may be made."""
        waits = select(table.c.not_before).where(table.c.state.in_([Delivery.PENDING, Delivery.UNKNOWN]))
        return await self.db.read(lambda connection: connection.execute(waits).scalars().first())

    async def begin(self, lane=OPS):
        """One round, until something is on its way to this room."""

        async def sending():
            await asyncio.sleep(0)
            return self.chat.inside[lane]

        await self.courier.round()
        await eventually(sending)

    async def until_heard(self, count, lane=""):
        async def enough():
            await asyncio.sleep(0)
            return len([one for one, _ in self.chat.heard if one.startswith(lane)]) >= count

        await eventually(enough)


@pytest.fixture
def both(db):
    """On SQLite and on PostgreSQL."""
    return Office(db)


@pytest.fixture
def office(tmp_path):
    with Database.open(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}") as db:
        yield Office(db)
