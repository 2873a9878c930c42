"""The whole bot without HTTP: webhooks go in as their senders write them, and rooms keep what they heard."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fake_forge import FakeForge
from fake_world import showing

from psfbot import plugins
from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse
from psfbot.chat.message import Message, Speaker
from psfbot.commands import commands, live
from psfbot.errors import DeliveryError
from psfbot.flows.alert import Scene, Taken, take
from psfbot.flows.ask import Desk, Reply
from psfbot.flows.deliver import Courier
from psfbot.flows.drifting import Drifting
from psfbot.flows.history import History, Unkept
from psfbot.flows.inbox import Reader
from psfbot.flows.oncall import Roster
from psfbot.flows.propose import Proposing
from psfbot.flows.relay import Relay
from psfbot.flows.respond import Actor
from psfbot.flows.tick import after_silence
from psfbot.flows.understand import Table
from psfbot.plugin import Plugin
from psfbot.relay.alert import Alert, AlertLink, Severity, State
from psfbot.relay.incident import Incident, Problem
from psfbot.relay.letter import Arrival, Fate, Letter
from psfbot.relay.notice import Notice, Parcel
from psfbot.relay.ports import Ledger
from psfbot.store.audit import Deed, SqlAudit
from psfbot.store.db import Database
from psfbot.store.drifts import SqlDrifts
from psfbot.store.duties import SqlDuties
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.store.marks import SqlMarks
from psfbot.store.outbox import SqlOutbox
from psfbot.store.proposals import SqlProposals

SHOWING = showing()
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
SAMPLE = Path(__file__).parent / "sample.yaml"
FOUND = plugins.find()
NED = Actor("ned", "on irc in #python-infra")
BOSS = Speaker("boss", operator=True)
ADMIN = Speaker("jacob", account="coffee", person="coffee")
OWNER = Speaker("julien", account="mdk", person="mdk")
STRANGER = Speaker("dustin", account="di", person="di")
GONE = Speaker("alex", account="gaynor", person="gaynor")
GUEST = Speaker("guest", account="guest")


def sample(**changes: Any) -> Book:
    """The sample catalog, with some of its records changed or added: `services={"id": {...}}`."""
    catalog = load_or_refuse(SAMPLE).catalog
    assert catalog is not None
    for section, records in changes.items():
        model = type(next(iter(getattr(catalog, section).values())))
        old = getattr(catalog, section)
        given = {id_: (old[id_].model_dump() if id_ in old else {"id": id_}) | new for id_, new in records.items()}
        new = {id_: model.model_validate(record) for id_, record in given.items()}
        catalog = catalog.model_copy(update={section: {**old, **new}})
    return Book.of(catalog)


def alert(state: State = State.FIRING, *, at: datetime = NOON, **more: Any) -> Alert:
    """A report about docs.python.org that nobody numbered, unless told otherwise."""
    values = {"source": "pingdom", "key": "1", "about": "docs.python.org", "summary": f"HTTP is {state}"}
    return Alert(**{**values, "state": state, "at": at, **more})


def fired(at: datetime = NOON, **more: Any) -> Alert:
    return alert(State.FIRING, at=at, **more)


def acked(at: datetime = NOON, **more: Any) -> Alert:
    return alert(State.ACKNOWLEDGED, at=at, **more)


def ended(at: datetime = NOON, **more: Any) -> Alert:
    return alert(State.RESOLVED, at=at, **more)


@dataclass
class Ear:
    """A platform that keeps what each room heard; while it is deaf, nothing arrives."""

    name: str
    ready: bool = True
    refuses: str = ""
    parcels: list[Parcel] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> str:
        if self.refuses:
            raise DeliveryError(self.refuses, final=True)
        self.parcels.append(parcel)
        return f"seen {len(self.parcels)}"

    async def find(self, parcel: Parcel) -> str | None:
        del parcel
        return None


@dataclass
class Bot:
    """Plugins, inbox, reader, ledger, outbox, courier and desk, on a clock that is moved by hand."""

    db: Database
    book: Book = field(default_factory=sample)
    rooms: Mapping[str, str] = field(default_factory=lambda: {"irc": "#python-infra"})
    plugins: dict[str, Plugin] = field(default_factory=lambda: dict(FOUND))
    now: datetime = NOON
    forge: FakeForge = field(default_factory=lambda: FakeForge(SAMPLE.read_text("utf-8")))

    def __post_init__(self) -> None:
        clock = lambda: self.now  # noqa: E731 - a clock in one line
        self.store, self.inbox, self.outbox = SqlStore(self.db), SqlInbox(self.db), SqlOutbox(self.db)
        self.ears = {name: Ear(name) for name in self.rooms}
        self.reader = Reader(self.inbox, self.store, self.plugins, lambda: self.book, self.rooms, clock)
        self.courier = Courier(self.outbox, self.ears, clock)
        self.relay = Relay(self.store, self.inbox, self.outbox, self.rooms, lambda: None)
        self.roster = Roster(SqlDuties(self.db), self.relay)
        forge, text = self.forge, lambda: self.forge.main
        self.proposing = Proposing(SqlProposals(self.db), forge, text, lambda _: "", lambda: None)
        self.drifting = Drifting(SqlDrifts(self.db), SqlMarks(self.db), lambda: None)
        audit = SqlAudit(self.db)
        self.desk = Desk(
            Table(commands(), live.commands),
            lambda: self.book,
            clock,
            lambda kind: {
                Relay: self.relay,
                Roster: self.roster,
                History: Unkept(),
                Drifting: self.drifting,
                Proposing: self.proposing,
                **SHOWING,
            }[kind],
            audit=lambda message, outcome: audit.add(message, outcome, self.now),
        )
        self.ticked = self.now

    def hook(self, plugin: str, payload: str = "", *, after: timedelta = SECOND, **fields: Any) -> list[Taken]:
        """Let a recorded webhook come, with the time of now and some fields changed, and all that follows from it."""
        self.arrive(plugin, payload, after=after, **fields)
        return asyncio.run(self.work())

    def arrive(self, plugin: str, payload: str = "", *, after: timedelta = SECOND, **fields: Any) -> Letter:
        """Let a webhook come, and keep it as the web server does; nobody reads it yet."""
        self.now += after
        body = plugins.payloads(plugin)[payload].read_bytes() if payload else json.dumps(fields).encode()
        hook = FOUND[plugin].rehearsal(body, self.now).altered(**fields)
        delivery = FOUND[plugin].delivery_of(hook) or f"unnumbered {self.now.isoformat()}"
        arrival = Arrival(
            source=plugin, delivery=delivery, headers={**hook.headers}, body=hook.body, received_at=hook.received_at
        )
        asyncio.run(self.inbox.keep(arrival))
        return asyncio.run(self.inbox.since(NOON))[-1]

    async def work(self) -> list[Taken]:
        """Read what waits, then tell who is to be told."""
        taken = [one for letter in await self.inbox.waiting() for one in (await self.reader.read(letter))[1]]
        await self.deliver()
        return taken

    async def deliver(self) -> None:
        """Empty every lane that can be emptied now."""
        await self.courier.round()
        await asyncio.gather(*self.courier.busy.values())

    def pass_(self, time: timedelta) -> None:
        """Let time pass, then do what time brings about."""
        since, self.now = self.ticked, self.now + time
        self.ticked = self.now
        self.change(lambda scene: after_silence(scene, since))

    def change(self, work: Callable[[Scene], Any]) -> Any:
        """Do something in a transaction, and tell people of it."""

        async def act() -> Any:
            done = await self.relay.change(work, self.book, self.now)
            await self.deliver()
            return done

        return asyncio.run(act())

    def takes(self, *alerts: Alert, after: timedelta = SECOND) -> list[Taken]:
        """Take alerts one after the other, as they come in, and deliver what follows."""
        found = []
        for one in alerts:
            self.now += after
            found.append(self.change(lambda scene, one=one: take(one, replace(scene, came=self.now))))
        return found

    def by_hand(self, deed: Callable[[int, Actor, Scene], Any], number: int = 1, *, after: timedelta = SECOND) -> Any:
        """Let Ned take or end an incident."""
        self.now += after
        return self.change(lambda scene: deed(number, NED, scene))

    def look(self, work: Callable[[Ledger], Any]) -> Any:
        return asyncio.run(self.store.read(work))

    def ask(self, text: str, speaker: Speaker = BOSS, *, public: bool = False) -> Reply:
        """Say something to the bot."""

        async def answer() -> Reply:
            reply = await self.desk.answer(Message(text, speaker, "irc", "#room", public=public))
            await self.deliver()
            return reply

        return asyncio.run(answer())

    def says(self, text: str, speaker: Speaker = BOSS, *, public: bool = False) -> str:
        """The first line of the answer, which carries the fact."""
        return self.ask(text, speaker, public=public).lines[0]

    @property
    def heard(self) -> list[str]:
        """What was said in each room, in order: what only brings a message up to date is not said."""
        return [f"{p.notice.room.name} {p.notice.text}" for p in self.parcels if not p.notice.quiet]

    @property
    def heads(self) -> list[str]:
        """The first words of what was said, up to the name."""
        return [text.split(" ", 1)[1].split(":")[0].split(" ·")[0] for text in self.heard]

    @property
    def parcels(self) -> list[Parcel]:
        return [parcel for ear in self.ears.values() for parcel in ear.parcels]

    @property
    def incidents(self) -> list[Incident]:
        """All incidents, the oldest first."""
        return list(reversed(self.look(lambda ledger: ledger.incidents(open_only=False, limit=1000))))

    def problem(self, source: str = "pingdom", key: str = "1") -> Problem:
        return self.look(lambda ledger: ledger.problem(source, key))

    def timeline(self, number: int = 1) -> list[tuple[str, str]]:
        """Kinds and reasons of all that happened."""
        return [(entry.kind.value, entry.reason) for entry in self.look(lambda ledger: ledger.timeline(number))]

    @property
    def deeds(self) -> list[Deed]:
        """The audit, the oldest first."""
        return list(reversed(asyncio.run(SqlAudit(self.db).recent())))

    def fates(self) -> dict[Fate, int]:
        """How many letters there are of each fate that occurs."""
        return {fate: count for fate, count in asyncio.run(self.inbox.counts()).items() if count}


@contextmanager
def stage(folder: Path, book: Book | None = None, rooms: Mapping[str, str] | None = None) -> Iterator[Bot]:
    """A bot on a new database."""
    with Database.open(f"sqlite:///{folder / 'bot.sqlite3'}") as db:
        more: dict[str, Any] = {"rooms": rooms} if rooms else {}
        yield Bot(db, book or sample(), **more)


class Watched:
    """A ledger that notes every notice, and fails at one of its calls if it is told to."""

    def __init__(self, ledger: Ledger, fails_at: int = 0) -> None:
        self.ledger, self.fails_at = ledger, fails_at
        self.calls: list[str] = []
        self.posted: list[Notice] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) == self.fails_at:
                raise ArithmeticError(name)
            self.posted += args[:1] if name == "post" else ()
            return getattr(self.ledger, name)(*args, **named)

        return call


def two_incidents(bot: Bot) -> Bot:
    """The same bot ten minutes after #1, docs.python.org, and #2, a full disk of hg.python.org, were told."""
    pages = (AlertLink(title="Pingdom", url="https://my.pingdom.example/1"),)
    bot.takes(fired(links=pages, detail="Error 503"))
    bot.takes(fired(key="2", about="hg.python.org", summary="hg.python.org: disk full", severity=Severity.WARNING))
    bot.now = NOON + 10 * MINUTE
    return bot
