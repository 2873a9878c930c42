"""The weekly search for drift: on the leader alone, never in a demo, and at once when an admin asks for it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from psfbot import logs
from psfbot.app import now
from psfbot.app.every import Round, bug
from psfbot.app.running import Running
from psfbot.errors import UserError
from psfbot.flows.drifting import Drifting
from psfbot.flows.verify import searches, verify
from psfbot.plugin import Configuration
from psfbot.store.drifts import SqlDrifts
from psfbot.store.marks import SqlMarks

LOOK = 300.0
"""Seconds between looks whether the weekly survey is due."""
STAYS = "A demo asks nobody else, so there is nothing to compare the catalog with. `psfbot catalog verify` does."
OFF = "off"
KEPT_AS = "weekly survey"
"""Under this name a bot keeps it: a name that no attribute has."""
log = logs.get(__name__)


@dataclass
class Weekly:
    """Surveys once a week, or when asked; one survey at a time."""

    bot: Running
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    asked: bool = False

    @property
    def drifting(self) -> Drifting:
        """What commands are handed."""
        return Drifting(SqlDrifts(self.bot.db), SqlMarks(self.bot.db), self.begin)

    @property
    def settings(self) -> Mapping[str, Configuration]:
        """The plugins' own settings."""
        return self.bot.secrets[0]

    def begin(self) -> None:
        """Survey now rather than on its day."""
        if self.bot.world.stays_here:
            raise UserError(STAYS)
        self.asked = True
        self.bell.set()

    async def look(self) -> None:
        """Survey where that is due, keep what was found, and tell the rooms."""
        day, drifting = self.bot.app.settings.drift_day, self.drifting
        if not self.bot.leads or self.bot.world.stays_here:
            return
        if not self.asked and (day == OFF or not await drifting.due(now(), day)):
            return
        self.asked = False
        plugins, book = self.bot.app.plugins.found, self.bot.app.book
        report = await verify(searches(plugins, self.settings), book, self.bot.world, now(), bug=bug)
        kept = await drifting.keep(report)
        await drifting.tell(report, kept, self.bot.relay, book)
        log.info("drift searched", found=len(report.drifts), ignored=len(report.ignored), lost=len(report.troubles))


def weekly_of(bot: Running) -> Weekly:
    """The weekly round of a bot, made when somebody first needs it."""
    parts = vars(bot)
    if KEPT_AS not in parts:
        parts[KEPT_AS] = Weekly(bot)
    made: Weekly = parts[KEPT_AS]
    return made


def drifting_of(bot: Running) -> Drifting:
    """What commands are handed to ask about drift."""
    return weekly_of(bot).drifting


def drift_round(bot: Running) -> Round:
    """What is done over and over for it."""
    weekly = weekly_of(bot)
    return Round("drift", LOOK, weekly.look, weekly.bell)
