"""Checklists put together: templates and checks of all plugins, runs that are kept, the round that moves them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from psfbot import logs
from psfbot.app import now
from psfbot.app.every import bug
from psfbot.app.library import Stamp, stamp
from psfbot.app.running import Running
from psfbot.app.templates import Templates, files, gather
from psfbot.catalog.finding import as_text
from psfbot.checklists.template import Template
from psfbot.flows.checklist import Checklists
from psfbot.flows.checklist_look import Looker
from psfbot.flows.checklist_tick import bring_about
from psfbot.plugin import Configuration, Plugin, World
from psfbot.plugin.looking import Check
from psfbot.relay.incident import Standing
from psfbot.relay.mute import holding
from psfbot.relay.ports import Store
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database

ROUND = 30.0
"""Seconds between looks at what time brings about in checklists."""
KEPT_AS, WOKEN_BY = "checklists", "checklists' bell"
MOST = 100
"""Open incidents that are looked through for those of one service, beside its newest."""

log = logs.get(__name__)


@dataclass(frozen=True)
class Known:
    """What the relay knows of a service, for checks."""

    store: Store

    async def open_incidents(self, service: str) -> Sequence[str]:
        """The open incidents of a service, a line each."""
        found = await self.store.read(lambda ledger: (ledger.latest(service), *ledger.incidents(limit=MOST)))
        open_ = {one.number: one for one in found if one and one.subject == service}
        mine = [one for one in open_.values() if one.state is not Standing.RESOLVED]
        return [f"#{one.number} {one.title}" for one in mine]

    async def silent_until(self, service: str) -> datetime | None:
        """When the silence of a service ends; nothing where there is none now."""
        at = now()
        held = holding(service, await self.store.read(lambda ledger: ledger.silences(at)), at)
        return held.ends_at if held else None


@dataclass(frozen=True)
class Eyes:
    """The checks of all plugins, and what they may look at."""

    plugins: Mapping[str, Plugin]
    configured: Mapping[str, Configuration]
    world: World
    relaying: Known

    @cached_property
    def checks(self) -> dict[str, tuple[str, Check]]:
        """Every check with the plugin that brings it; of two with one name the first counts."""
        found: dict[str, tuple[str, Check]] = {}
        for plugin, one in self.plugins.items():
            for name, check in one.checks.items():
                found.setdefault(name, (plugin, check))
        return found

    def check(self, name: str) -> Check | None:
        """A check of a plugin that is on."""
        found = self.checks.get(name)
        return found[1] if found else None

    def settings(self, check: str) -> Configuration | None:
        """The settings of the plugin that brings it."""
        found = self.checks.get(check)
        return self.configured.get(found[0]) if found else None


@dataclass
class Shelf:
    """Templates in their files: read when somebody asks for them, and again when a file came, changed or went."""

    plugins: Mapping[str, Plugin]
    drop_ins: Sequence[Path] = ()
    made: Templates = field(default_factory=Templates)
    stamps: Mapping[Path, Stamp | None] | None = None

    def look(self) -> Templates:
        """The templates as their files are now."""
        stamps = {path: stamp(path) for path in files(self.plugins, self.drop_ins)}
        if stamps != self.stamps:
            self.stamps, self.made = stamps, gather(self.plugins, self.drop_ins)
        return self.made

    @property
    def templates(self) -> Mapping[str, Template]:
        """Those that are sound, by name."""
        return self.look().found

    @property
    def faulty(self) -> Sequence[str]:
        """What is wrong with the others, each by file, line and column."""
        return [as_text(findings) for findings in self.look().faulty.values()]


def checklists_of(bot: Running) -> Checklists:
    """Checklists of a running bot: made when somebody first needs them, and kept beside its other parts."""
    parts = vars(bot)
    if KEPT_AS not in parts:
        parts[KEPT_AS] = make(bot)
    made: Checklists = parts[KEPT_AS]
    return made


def kept_runs(db: Database) -> SqlChecklists:
    """Where runs are kept, for who only looks: that needs no template."""
    return SqlChecklists(db)


def make(bot: Running) -> Checklists:
    """Read the templates, and put everything together."""
    plugins, settings = bot.app.plugins.found, bot.app.settings
    eyes = Eyes(plugins, bot.secrets[0], bot.world.for_checks, Known(bot.store))
    return Checklists(
        kept=SqlChecklists(bot.db),
        shelf=Shelf(plugins, settings.plugin_dirs),
        looker=Looker(eyes, bug),
        platforms=bot.rooms,
        ring=bot.courier.bell.set,
        catalog_text=lambda: bot.app.catalog_path.read_bytes().decode(),
    )


def wake_of(bot: Running) -> asyncio.Event:
    """What wakes the round that moves them on."""
    bell: asyncio.Event = vars(bot).setdefault(WOKEN_BY, asyncio.Event())
    return bell


async def move_on(bot: Running) -> None:
    """What time brings about in checklists; only the leader acts."""
    if bot.leads and (made := await bring_about(checklists_of(bot), bot.app.book, now())):
        log.info("checklists moved on", deeds=made)
