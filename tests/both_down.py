"""Both chats are gone at once, while alerts go on: the real platforms on fakes of their networks, on a clock by hand.

The bot is all that runs: flows, store, courier, and the code of both platforms, whose connections really break and are
really made again. Only minutes pass at a word.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chaos import rows
from conftest import Asking
from fake_ircd import FakeIrcd, fake_ircd
from irc_stage import QUICK
from slack_kit.front import Front
from slack_kit.stage import APP_TOKEN, TOKEN
from slack_kit.workspace import OTHER, ROOM, Workspace
from stage import MINUTE, SECOND, acked, ended, fired, sample

from psfbot.catalog.book import Book
from psfbot.flows.alert import take
from psfbot.flows.deliver import Courier
from psfbot.flows.relay import Relay
from psfbot.flows.tick import bring_about
from psfbot.platforms.irc.platform import Irc
from psfbot.platforms.slack.plan import Plan
from psfbot.platforms.slack.platform import Slack
from psfbot.relay.alert import Alert
from psfbot.relay.incident import Incident
from psfbot.store.db import Database
from psfbot.store.heard import SqlHeard
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox

TICK = 10 * SECOND
VITAL = 8
INFRA, OPS = "#python-infra", "#ops"
ROOMS = {"irc": INFRA, "slack": ROOM}
SLACK = {INFRA: ROOM, OPS: OTHER}
"""The channel of Slack that is the same room."""
AGO = 40 * MINUTE
"""How long before now a story begins, so that nothing of it lies in the future of Slack's own clock."""


def book() -> Book:
    """Services of our own invention: those that begin with `o` have a room of their own, and the last is vital."""
    services = {
        f"{room}{number}.example": {
            "name": "Invented", "description": "For a test.", "lifecycle": "production",
            "tier": 1 if number == VITAL else 3,
            "domains": (f"{room}{number}.example",), "rooms": ("ops",) if room == "o" else (),
        }
        for room in "so"
        for number in range(9)
    }  # fmt: skip
    return sample(services=services, rooms={"ops": {"irc": OPS, "slack": OTHER, "public": False, "alerts": "owned"}})


def on_one_day(began: datetime) -> datetime:
    """Long enough before midnight, or after it, that no time of the story is told with its date."""
    return began if (began + AGO).date() == began.date() else began - AGO


@dataclass
class World:
    """A bot on both platforms, and the two networks."""

    db: Database
    url: str
    ircd: FakeIrcd
    front: Front
    book: Book = field(default_factory=book)
    bugs: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.began = self.now = on_one_day(datetime.now(UTC).replace(microsecond=0) - AGO)
        self.store, self.outbox = SqlStore(self.db), SqlOutbox(self.db)
        self.irc = Irc(replace(QUICK, port=self.ircd.port, channels=(INFRA,)), lambda: self.book, self.bugs.append)
        plan = Plan(TOKEN, APP_TOKEN, url=self.front.url, interval=0.0)
        self.slack = Slack(plan, lambda: self.book, SqlHeard(self.db, "slack"), lambda: self.now, self.bugs.append)
        platforms = {"irc": self.irc, "slack": self.slack}
        self.courier = Courier(self.outbox, platforms, lambda: self.now, bug=self.bug, draw=lambda: 1.0, alone=True)
        self.relay = Relay(self.store, SqlInbox(self.db), self.outbox, ROOMS, lambda: None)
        self.desk = Asking(self.book, self.relay).desk

    def bug(self, error: Exception) -> str:
        """Nothing here is one; the test says so in the end."""
        self.bugs.append(error)
        return "ref1"

    async def takes(self, alert: Alert) -> Incident | None:
        """Take one alert, as it comes in."""
        taken = await self.relay.change(lambda scene: take(alert, replace(scene, came=self.now)), self.book, self.now)
        await self.deliver()
        return taken.incident

    async def fails(self, name: str, **more: Any) -> Incident | None:
        """A service fails."""
        return await self.takes(fired(self.now, key=name, about=name, summary=f"{name} answers 503", **more))

    async def taken(self, name: str) -> Incident | None:
        """Somebody takes it, where nobody needs chat for that."""
        return await self.takes(acked(self.now, key=name, about=name, by="ned", summary=f"{name} answers 503"))

    async def ends(self, name: str) -> Incident | None:
        """A service is up again."""
        return await self.takes(ended(self.now, key=name, about=name))

    async def deliver(self) -> None:
        """Empty every lane that can be emptied now."""
        await self.courier.round()
        await asyncio.gather(*self.courier.busy.values())

    async def at(self, minute: float) -> None:
        """Let time pass until so many minutes after the beginning: every few seconds the bot looks what is due."""
        while self.now < self.began + minute * MINUTE:
            self.now += TICK
            await self.relay.change(lambda scene: bring_about(scene, self.now - TICK), self.book, self.now)
            await self.deliver()

    async def cut(self) -> None:
        """Both networks are gone: connections break, and new ones are refused."""
        self.ircd.refuses = True
        self.ircd.visit.reset()
        await self.front.stop()
        await self.until(lambda: not self.irc.ready and "hears nothing" in self.slack.status)

    async def mend(self) -> None:
        """Both are back, and the platforms have found that out."""
        self.ircd.refuses = False
        await self.front.start()
        await self.until(lambda: self.irc.ready and self.slack.status == "ok")

    async def until(self, true: Any) -> None:
        """Wait for the platforms' own tasks."""
        async with asyncio.timeout(20):
            while not true():  # noqa: ASYNC110 - what is waited for is told nowhere
                await asyncio.sleep(0.005)

    def clock(self, minute: float) -> str:
        """So many minutes after the beginning, as people are told of it."""
        return f"{self.began + minute * MINUTE:%H:%M}"

    def lanes(self) -> dict[str, list[str]]:
        """The numbers of the incidents that wait to be told, for each room in the order in which they were to be."""
        waiting = (
            "SELECT lane, json_extract(notice, '$.incident') FROM outbox WHERE state NOT IN ('sent', 'dead') "
            "ORDER BY lane, state = 'pending', priority, queued_at, id"
        )
        found: dict[str, list[str]] = {}
        for lane, number in rows(self.url, waiting):
            found.setdefault(str(lane), []).append(f"#{number}")
        return found

    def heard(self, room: str) -> list[str]:
        """What was said in a channel of IRC, in its order."""
        said = (line.partition(f"PRIVMSG {room} :") for line in self.ircd.lines("PRIVMSG"))
        return [text for _, found, text in said if found]

    async def cards(self, room: str) -> list[str]:
        """The messages of the room in Slack as they stand now, without their threads."""
        found = await self.front.workspace.listed(SLACK[room])
        return [one["text"] for one in found if one.get("thread_ts", one["ts"]) == one["ts"]]


@asynccontextmanager
async def world(folder: Path) -> AsyncIterator[World]:
    """A bot that is on both platforms."""
    async with AsyncExitStack() as stack:
        ircd = await stack.enter_async_context(fake_ircd())
        front = Front(Workspace())
        await front.start()
        stack.push_async_callback(front.stop)
        url = f"sqlite:///{folder / 'bot.sqlite3'}"
        one = World(stack.enter_context(Database.open(url)), url, ircd, front)
        stop = asyncio.Event()
        running = [asyncio.ensure_future(chat.run(one.desk, stop)) for chat in (one.irc, one.slack)]
        try:
            await one.until(lambda: one.irc.ready and one.slack.status == "ok")
            yield one
        finally:
            stop.set()
            await asyncio.gather(*running)
        assert one.bugs == []
