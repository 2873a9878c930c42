"""A whole bot whose Slack is a front on loopback: store, relay, courier, desk, and the platform that people talk to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from checklist_kit import SAMPLE, Sights, template
from stage import Ear, fired, sample
from stores import eventually

from psfbot.catalog.book import Book
from psfbot.commands import commands, live
from psfbot.flows.alert import Scene, take
from psfbot.flows.ask import Desk
from psfbot.flows.checklist import Checklists
from psfbot.flows.checklist_look import Looker
from psfbot.flows.deliver import Courier
from psfbot.flows.oncall import Roster
from psfbot.flows.relay import Relay
from psfbot.flows.understand import Table
from psfbot.platforms.slack.plan import Plan
from psfbot.platforms.slack.platform import Slack
from psfbot.store.audit import SqlAudit
from psfbot.store.cards import SqlCards
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database
from psfbot.store.duties import SqlDuties
from psfbot.store.heard import SqlHeard
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox
from slack_kit import said
from slack_kit.front import Front
from slack_kit.workspace import JACOB, JULIEN

TOKEN, APP_TOKEN, SIGNING = "xoxb-test", "xapp-test", "shhh"
EDIT = "https://git.example.org/edit/catalog.yaml"


@dataclass
class Stage:
    """One bot on one front; `room` hears its alerts."""

    front: Front
    db: Database
    book: Book
    plan: Plan
    bugs: list[Exception] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.store, self.outbox = SqlStore(self.db), SqlOutbox(self.db)
        self.irc = Ear("irc")
        rooms = {"slack": self.front.workspace.room, "irc": "#python-infra"}
        self.relay = Relay(self.store, SqlInbox(self.db), self.outbox, rooms, self.ring)
        self.roster = Roster(SqlDuties(self.db), self.relay)
        self.sights, moves = Sights(), template()
        self.lists = Checklists(
            kept=SqlChecklists(self.db),
            shelf=SimpleNamespace(templates={moves.name: moves}, faulty=()),
            looker=Looker(self.sights, self.bug),
            platforms=rooms,
            ring=self.ring,
            catalog_text=SAMPLE.read_text,
        )
        audit = SqlAudit(self.db)
        self.desk = Desk(
            Table(commands(), live.commands),
            lambda: self.book,
            self.now,
            lambda kind: {Relay: self.relay, Roster: self.roster, Checklists: self.lists}[kind],
            edit_url=EDIT,
            audit=lambda message, outcome: audit.add(message, outcome, self.now()),
        )
        self.slack = Slack(
            self.plan,
            lambda: self.book,
            SqlHeard(self.db, "slack"),
            self.now,
            self.bugs.append,
            alone=True,
            cards=SqlCards(self.db, "slack"),
        )
        self.courier = Courier(
            self.outbox,
            {"slack": self.slack, "irc": self.irc},
            self.now,
            bug=self.bug,
            draw=lambda: 0.0,
            alone=True,
            tick=0.05,
        )
        self.tasks: list[asyncio.Future[Any]] = []

    def bug(self, error: Exception) -> str:
        self.bugs.append(error)
        return "ref1"

    def ring(self) -> None:
        self.courier.bell.set()

    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def room(self) -> str:
        return str(self.front.workspace.room)

    async def open(self) -> None:
        """Begin, and wait until Slack has said hello."""
        self.stop = asyncio.Event()
        self.tasks = [
            asyncio.ensure_future(self.slack.run(self.desk, self.stop)),
            asyncio.ensure_future(self.courier.run(self.stop)),
        ]
        await until(lambda: self.slack.status == "ok" or any(task.done() for task in self.tasks))

    async def close(self) -> None:
        self.stop.set()
        await asyncio.gather(*self.tasks)

    async def kill(self) -> None:
        """End as a process does that is killed: nothing is finished."""
        office = self.slack.office
        for task in (*self.tasks, *(office.lanes.tasks if office else ())):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def alert(self, **more: Any) -> None:
        """Let an alert about docs.python.org come in."""
        one = fired(at=self.now(), **more)
        await self.relay.change(
            lambda scene: take(one, Scene(**{**vars(scene), "came": scene.now})), self.book, self.now()
        )

    async def messages(self, channel: str = "") -> list[dict[str, Any]]:
        """What the bot said in a channel, oldest first."""
        found: list[dict[str, Any]] = await self.front.workspace.listed(channel or self.room)
        return [message for message in found if message["user"] == self.front.workspace.bot]

    async def said(self, count: int, channel: str = "") -> list[dict[str, Any]]:
        """The messages of the bot in a channel, once there are so many."""

        async def enough() -> bool:
            await asyncio.sleep(0.005)
            return len(await self.messages(channel)) >= count

        await eventually(enough)
        return await self.messages(channel)

    async def replied(self, count: int) -> list[dict[str, Any]]:
        """What came by response_url, once there is so much."""
        await until(lambda: len(self.front.replies) >= count)
        return self.front.replies

    async def mention(self, text: str, user: str = JACOB, *, thread: str = "", **more: Any) -> str:
        """Somebody mentions the bot in the room; the id of what they said."""
        workspace = self.front.workspace
        words = f"<@{workspace.bot}> {text}"
        ts = str(await workspace.say(words, user, self.room, thread))
        await self.front.send("events_api", said.mention(words, user, self.room, ts=ts, thread=thread, **more))
        return ts

    async def direct(self, text: str, user: str = JACOB, **more: Any) -> str:
        """Somebody writes to the bot alone; the id of what they said."""
        workspace = self.front.workspace
        ts = str(await workspace.say(text, user, workspace.direct))
        await self.front.send("events_api", said.direct(text, user, workspace.direct, ts=ts, **more))
        return ts

    async def command(self, text: str, user: str = JACOB) -> str:
        """Somebody types `/psfbot`."""
        trigger = await self.front.workspace.trigger(user)
        payload = said.command(text, user, self.room, self.respond, trigger)
        return await self.front.send("slash_commands", payload)

    async def press(self, message: dict[str, Any], action: str, user: str = JACOB) -> str:
        """Somebody presses a button."""
        trigger = await self.front.workspace.trigger(user)
        payload = said.press(message, action, user, self.room, self.respond, trigger)
        return await self.front.send("interactive", payload)

    @property
    def respond(self) -> str:
        return f"http://127.0.0.1:{self.front.port}/respond/1"


async def until(ask: Callable[[], bool]) -> None:
    """Wait until it is so."""

    async def asked() -> bool:
        await asyncio.sleep(0.005)
        return ask()

    await eventually(asked)


def peopled(**users: str) -> Book:
    """The sample catalog, whose people have Slack ids."""
    jacob, julien = users.get("jacob", JACOB), users.get("julien", JULIEN)
    return sample(people={"coffee": {"slack": jacob}, "mdk": {"slack": julien}})


@asynccontextmanager
async def stage(folder: Path, front: Front, **plan: Any) -> AsyncIterator[Stage]:
    """A bot that is connected."""
    workspace = front.workspace
    users = getattr(workspace, "users", {})
    told = Plan(TOKEN, APP_TOKEN, url=front.url, interval=0.0)
    given = Plan(**{**{name: getattr(told, name) for name in told.__dataclass_fields__}, **plan})
    with Database.open(f"sqlite:///{folder / 'slack.sqlite3'}") as db:
        one = Stage(front, db, peopled(**users), given)
        await one.open()
        try:
            yield one
        finally:
            await one.close()
