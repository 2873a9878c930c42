"""The running bot: the server, the worker that reads letters, the courier, the clock; one leader at a time."""

import asyncio
import contextlib
import gc
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, partial
from time import monotonic
from typing import Any

from psfbot import logs
from psfbot.app import App, now
from psfbot.app.calendars import calendar_of
from psfbot.app.checklists import ROUND, checklists_of, kept_runs, move_on, wake_of
from psfbot.app.drifting import drift_round, drifting_of
from psfbot.app.duty import more_rounds, roster_of
from psfbot.app.every import Round, bug, every
from psfbot.app.forge import ROUND as FORGE
from psfbot.app.forge import attend, bell_of, gear_of, heed, proposing_of, reloading_of
from psfbot.app.heartbeat import Heartbeat
from psfbot.app.platforms import Asked, Chat, speak, state
from psfbot.app.polling import Polling
from psfbot.app.portion import MANY, Portion
from psfbot.app.secrets import settings_of
from psfbot.app.trial import LoopbackTrial
from psfbot.app.watching import amiss, heartbeat_of, polling_of
from psfbot.app.world import Outside, certificates_of, world_of
from psfbot.chat.message import Message
from psfbot.errors import StoreBusy
from psfbot.flows.alert import Scene
from psfbot.flows.ask import Desk
from psfbot.flows.beat import SOURCE
from psfbot.flows.certificates import Certificates
from psfbot.flows.checklist import Checklists
from psfbot.flows.climb import climb
from psfbot.flows.deliver import Courier
from psfbot.flows.drifting import Drifting
from psfbot.flows.elsewhere import Elsewhere
from psfbot.flows.fate import became
from psfbot.flows.handoff import hand_off
from psfbot.flows.history import History
from psfbot.flows.inbox import Reader
from psfbot.flows.oncall import Roster
from psfbot.flows.propose import Proposing
from psfbot.flows.relay import Relay
from psfbot.flows.reload import Reloading
from psfbot.flows.tick import bring_about
from psfbot.flows.trial import Trial
from psfbot.oncall.shift import Watch
from psfbot.plugin import Configuration
from psfbot.relay.letter import Fate, Letter
from psfbot.relay.notice import Ending, Parcel
from psfbot.relay.ports import Ledger, Platform
from psfbot.store.audit import SqlAudit
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox
from psfbot.store.leader import POLL, Leader, lock_of
from psfbot.store.ledger import SqlStore
from psfbot.store.marks import SqlMarks
from psfbot.store.outbox import SqlOutbox
from psfbot.store.retention import forget
from psfbot.store.sqlite import SqliteFile
from psfbot.web.app import make_app
from psfbot.web.metrics import Counters
from psfbot.web.parts import Parts
from psfbot.web.server import serve

TICK = 5.0
BEAT = 15.0
"""Seconds between looks whether a heartbeat is due, and whether the last ones came through."""
ROTAS = 60.0
"""Seconds between questions about who is on call; what is asked for in chat is answered from what is kept."""
TICKED = "tick"
CLEAN = timedelta(hours=6).total_seconds()
PATIENCE = 5.0
"""Seconds that the loops have to finish what they began."""
SETTLED = 30.0
"""Seconds that a trial waits for the last room to be told; a busy machine needs some of them."""

log = logs.get(__name__)


@dataclass
class Bot:
    """One process of psfbot: everything that runs until `stop` is set."""

    app: App
    db: Database
    platforms: dict[str, Platform]
    rooms: Mapping[str, str]
    stop: asyncio.Event
    invent_secrets: bool = False
    stays_here: bool = False
    letters: asyncio.Event = field(default_factory=asyncio.Event)
    hush: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    portion: Portion = field(default_factory=Portion)
    watches: Mapping[str, Watch] = field(default_factory=dict)

    @cached_property
    def secrets(self) -> tuple[dict[str, Configuration], tuple[str, ...]]:
        """The plugins' own settings, and warnings about them."""
        return settings_of(self.app.plugins.found, self.app.environ, make_up=self.invent_secrets)

    @cached_property
    def world(self) -> Outside:
        """What plugins may look at; checks of checklists take its `for_checks`."""
        return world_of(self.app, self.secrets[0].values(), self.db, lambda: self.port, stays_here=self.stays_here)

    @cached_property
    def store(self) -> SqlStore:
        """Where incidents are kept."""
        return SqlStore(self.db)

    @cached_property
    def inbox(self) -> SqlInbox:
        """Where webhooks are kept."""
        return SqlInbox(self.db)

    @cached_property
    def outbox(self) -> SqlOutbox:
        """What people will be told."""
        return SqlOutbox(self.db)

    @cached_property
    def counters(self) -> Counters:
        """Numbers for Prometheus."""
        counters = Counters(now)
        counters.catalog(now())
        for chat in self.chats:
            counters.platform(chat.name, chat.numbers)
        return counters

    @cached_property
    def chats(self) -> tuple[Chat, ...]:
        """The platforms that have to be kept connected."""
        return tuple(platform for platform in self.platforms.values() if isinstance(platform, Chat))

    @cached_property
    def courier(self) -> Courier:
        """Tells people."""
        alone = isinstance(self.db.home, SqliteFile)  # whose lock is free only when its last holder is gone
        leads = lambda: self.leader.leads  # noqa: E731 - the leader may change
        everyone = {**self.platforms, self.heartbeat.name: self.heartbeat}
        return Courier(self.outbox, everyone, now, leads, bug, gave_up=self.tell_elsewhere, alone=alone)

    async def tell_elsewhere(self, parcel: Parcel, ending: Ending) -> None:
        """What one platform will never take is told on the others."""
        log.error("notice undeliverable", lane=parcel.notice.room.lane, parcel=parcel.id, reason=ending.error)
        await Elsewhere(self.store, self.rooms).tell(parcel, ending, now())

    @cached_property
    def leader(self) -> Leader:
        """Whether this process is the one that acts."""
        return Leader(lock_of(self.db))

    @cached_property
    def reader(self) -> Reader:
        """Makes alerts of letters."""
        plugins, watches = {**self.app.plugins.found, SOURCE: self.heartbeat.plugin}, lambda: self.watches
        return Reader(self.inbox, self.store, plugins, lambda: self.app.book, self.rooms, now, watches)

    @cached_property
    def polling(self) -> Polling:
        """What psfbot asks for itself."""
        return polling_of(self)

    @cached_property
    def heartbeat(self) -> Heartbeat:
        """Proves that alerts come through."""
        return heartbeat_of(self)

    def courier_bell(self) -> None:
        """Something is to be told."""
        self.courier.bell.set()

    @cached_property
    def relay(self) -> Relay:
        """What commands about incidents are handed."""
        return Relay(self.store, self.inbox, self.outbox, self.rooms, self.courier.bell.set, lambda: self.watches)

    @cached_property
    def desk(self) -> Desk:
        """Where questions are answered, with everything that runs at hand."""
        desk = self.app.desk
        desk.ports, desk.audit, desk.bug = self.port_of, self.write_down, bug
        return desk

    def port_of(self, kind: type[Any]) -> Any:
        """The one implementation of a port, made when somebody first needs it."""
        return PORTS[kind](self)

    @cached_property
    def roster(self) -> Roster:
        """Who is on call, and how to call them."""
        return roster_of(self.app.plugins.found, self.secrets[0], self.db, self.relay)

    @cached_property
    def trial(self) -> LoopbackTrial:
        """Posts recorded webhooks to this very process."""
        host = self.app.settings.host
        url = f"http://[{host}]" if ":" in host else f"http://{host}"
        return LoopbackTrial(
            self.app.plugins.found, self.secrets[0], lambda: f"{url}:{self.port}", now, self.settled, self.became
        )

    async def became(self, plugin: str, body: bytes) -> str:
        """What became of a webhook that was posted to this bot."""
        letter = await self.inbox.newest(plugin, body)
        return await self.store.read(lambda ledger: became(letter, ledger)) if letter else ""

    async def settled(self) -> None:
        """Wait until every letter is read and every room that can be reached was told."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLED):
                while await self.inbox.waiting(1) or await self.outbox.lanes(now()) or self.courier.busy:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)  # the database rings no bell

    async def write_down(self, message: Message, outcome: str) -> None:
        """Keep who changed what."""
        await SqlAudit(self.db).add(message, outcome, now())

    async def run(self, bound: Callable[[int], None] = lambda _: None) -> None:
        """Run until told to stop; what was begun is finished."""
        await self.leader.poll()
        self.watches = await self.roster.watches(self.app.book.catalog, now())

        def listening(port: int) -> None:
            gc.collect()
            gc.freeze()  # what is here now stays; to walk through it again and again would stop everything for 0.1 s
            self.port = port
            bound(port)

        loops = [asyncio.ensure_future(every(*one, self.stop)) for one in rounds(self)]
        loops.append(asyncio.ensure_future(self.courier.run(self.stop)))
        leads = lambda: self.leader.leads  # noqa: E731 - the leader may change
        chats = [asyncio.ensure_future(speak(chat, self.desk, leads, self.hush, bug)) for chat in self.chats]
        host = self.app.settings.host
        try:
            await serve(make_app(self.parts()), host, self.app.settings.port, stop=self.stop, bound=listening)
        finally:
            self.stop.set()
            self.polling.close()
            await asyncio.wait(loops, timeout=PATIENCE)
            self.hush.set()  # only now, so that what was being told has its proof
            if chats:
                await asyncio.wait(chats, timeout=PATIENCE)
            for task in (*loops, *chats):
                task.cancel()
            await asyncio.gather(*loops, *chats, return_exceptions=True)
            await asyncio.gather(*(one.close() for one in self.platforms.values() if isinstance(one, Asked)))
            self.roster.close()
            await self.leader.resign()

    def parts(self) -> Parts:
        """What the web server is handed."""
        slack = self.platforms.get("slack")
        return Parts(
            inbox=self.inbox,
            store=self.store,
            plugins={**self.app.plugins.found, SOURCE: self.heartbeat.plugin},
            plugin_settings=ChainMap({SOURCE: self.heartbeat.settings}, self.secrets[0]),
            now=now,
            ready=self.ready,
            bell=self.ring,
            counters=self.counters,
            slack=partial(slack.request, self.desk) if isinstance(slack, Asked) else None,
            checklists=kept_runs(self.db),
            proposals=proposing_of(self).kept,
            calendar=partial(calendar_of, self.roster, self.app),
            desk=self.desk,
        )

    async def ready(self) -> Mapping[str, str]:
        """Which platforms can speak; a follower need not."""
        found = {"store": self.db.trouble or "ok"}
        if self.leader.leads:
            found |= {name: state(platform) for name, platform in self.platforms.items()} | amiss(self)
        return found

    async def lead(self) -> None:
        """Take the lead if it is free, and tell how things stand; who takes it over does at once what is due."""
        led, leads = self.leader.leads, await self.leader.poll()
        for bell in (self.letters, self.courier.bell, bell_of(self), wake_of(self)) if leads and not led else ():
            bell.set()
        self.counters.leads(leader=leads)
        self.counters.outbox({s.value: n for s, n in (await self.outbox.counts()).items()}, await self.outbox.oldest())

    async def read(self) -> None:
        """Make alerts of the letters that wait; one that psfbot fails at is put aside, and the others go on.

        Some are handed to the store together, in their order, and become durable together; inside it each
        letter is a transaction of its own.
        """
        while self.leads and (waiting := await self.inbox.waiting(MANY)):
            self.portion.behind = len(waiting) >= MANY
            while waiting and self.leads:
                self.letters.clear()
                began, together, waiting = monotonic(), waiting[: self.portion.size], waiting[self.portion.size :]
                await asyncio.gather(*map(self.read_one, together))
                self.portion.adjust(len(together), monotonic() - began, self.db.flush)
            self.courier.bell.set()

    def ring(self) -> None:
        """A webhook was kept: let it be read."""
        self.portion.ring()
        self.letters.set()

    @property
    def leads(self) -> bool:
        """Is this process the one that acts, and not about to end?"""
        return self.leader.leads and not self.stop.is_set()

    async def read_one(self, letter: Letter) -> None:
        """Read one letter."""
        try:
            fate, taken = await self.reader.read(letter)
        except StoreBusy:
            raise
        except Exception as error:  # noqa: BLE001 - a bug must not stop the letters behind this one
            reference = bug(error)
            why = f"psfbot failed at it, reference {reference}; `psfbot replay` reads it again"
            await self.store.write(lambda ledger: ledger.file(letter.id, Fate.QUARANTINED, why, now()))
            return
        self.counters.letter(fate)
        heed(self, letter)
        for one in taken:
            self.counters.alert(one.verdict)
            log.info("alert judged", source=letter.source, verdict=one.verdict.value, letter=letter.id)

    async def tick(self) -> None:
        """What time brings about; how far it came is kept, so that a restart or another leader leaves nothing out."""
        await gear_of(self).reloader.look()
        if not self.leader.leads:
            return
        at, book, marks = now(), self.app.book, SqlMarks(self.db)
        last = (await marks.all()).get(TICKED)
        since = last.at if last else at
        watches = self.watches = await self.roster.watches(book.catalog, at)

        def due(ledger: Ledger) -> int:
            scene = Scene(ledger, book, self.rooms, at, watches=watches)
            return len(bring_about(scene, since)) + len(climb(scene, watches))

        told = await self.store.write(due)
        await hand_off(self.roster, marks, watches, book, at)
        await marks.set(TICKED, max(at, since))
        if told:
            self.courier.bell.set()

    async def rotas(self) -> None:
        """Ask who is on call, and keep that: whoever asks in chat is answered from there."""
        if not self.leader.leads:
            return
        if resumed := await self.roster.resume(self.app.book, now()):
            log.warning("pages sent again", count=resumed)
        if trouble := await self.roster.refresh(self.app.book.catalog, now()):
            log.warning("rotas not known", reason=trouble)

    async def clean(self) -> None:
        """Forget what is old."""
        if self.leader.leads:
            await self.roster.duties.forget(now())
            log.info("old rows forgotten", **await forget(self.db, now()))


PORTS: dict[type[Any], Callable[[Bot], Any]] = {
    History: lambda bot: bot.app.history,
    Relay: lambda bot: bot.relay,
    Roster: lambda bot: bot.roster,
    Certificates: certificates_of,
    Drifting: drifting_of,
    Trial: lambda bot: bot.trial,
    Checklists: checklists_of,
    Proposing: proposing_of,
    Reloading: reloading_of,
}
"""What commands may be handed, by the kind that they ask for."""


def rounds(bot: Bot) -> tuple[Round, ...]:
    """Everything that is done over and over."""
    return (
        Round("leader", POLL, bot.lead),
        Round("letters", 1.0, bot.read, bot.letters),
        Round("tick", TICK, bot.tick),
        Round("rotas", ROTAS, bot.rotas),
        Round("polls", 1.0, bot.polling.look),
        Round("heartbeat", BEAT, bot.heartbeat.beat),
        Round("watch", BEAT, bot.heartbeat.look_out),
        *more_rounds(bot),
        Round("checklists", ROUND, partial(move_on, bot), wake_of(bot)),
        Round("forge", FORGE, partial(attend, bot), bell_of(bot)),
        drift_round(bot),
        Round("retention", CLEAN, bot.clean),
    )
