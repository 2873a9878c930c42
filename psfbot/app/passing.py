"""What people did about incidents is passed on to the pager, for as long as it takes: a round of the running bot."""

from typing import Protocol

from psfbot import logs
from psfbot.app import App, now
from psfbot.flows.oncall import Roster
from psfbot.flows.passing import go_on

PASSINGS = 5.0
"""Seconds between looks at what waits."""

log = logs.get(__name__)


class Passer(Protocol):
    """As much of a bot as this needs."""

    app: App

    @property
    def leads(self) -> bool:
        """Is this process the one that acts?"""

    @property
    def roster(self) -> Roster:
        """Who knows the pager."""


async def pass_on(bot: Passer) -> None:
    """Try again what the pager has not heard of yet."""
    if bot.leads and (tried := await go_on(bot.roster, bot.app.book, now())):
        log.info("passed on to the pager", tried=tried)
