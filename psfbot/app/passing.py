"""What people did about incidents is passed on to the pager, for as long as it takes: a round of the running bot."""

from psfbot import logs
from psfbot.app import now
from psfbot.app.running import Running
from psfbot.flows.passing import go_on

PASSINGS = 5.0
"""Seconds between looks at what waits."""

log = logs.get(__name__)


async def pass_on(bot: Running) -> None:
    """Try again what the pager has not heard of yet."""
    if bot.leads and (tried := await go_on(bot.roster, bot.app.book, now())):
        log.info("passed on to the pager", tried=tried)
