"""On-call duty put together: whichever plugins know rotas or call people, and what is kept of it."""

from collections.abc import Mapping
from functools import partial

from psfbot import logs
from psfbot.app.every import Round
from psfbot.app.fresh import SECRETS, Fresh
from psfbot.app.passing import PASSINGS, pass_on
from psfbot.app.running import Running
from psfbot.flows.oncall import Roster
from psfbot.flows.relay import Relay
from psfbot.oncall.ports import Pager, RotaSource
from psfbot.plugin import Configuration, Plugin
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database
from psfbot.store.duties import SqlDuties

log = logs.get(__name__)


def roster_of(
    plugins: Mapping[str, Plugin], settings: Mapping[str, Configuration], db: Database, relay: Relay
) -> Roster:
    """On-call duty with the first plugin that is set up to know rotas, and the first that is set up to call people."""
    source_name, source = first_source(plugins, settings)
    pager_name, pager = first_pager(plugins, settings)
    return Roster(SqlDuties(db), relay, source, source_name, pager, pager_name, running=partial(running, db))


async def running(db: Database) -> tuple[str, ...]:
    """The checklists that run, in few words each."""
    found = await SqlChecklists(db).read(lambda runs: runs.runs())
    return tuple(f"{run.number} ({run.template.name} for {run.service})" for run in reversed(found))


def more_rounds(bot: Running) -> tuple[Round, ...]:
    """What is done over and over for it: deeds are passed on, and secrets in files read again."""
    fresh = Fresh(bot.app, bot.secrets[0])
    return (Round("passings", PASSINGS, partial(pass_on, bot)), Round("secrets", SECRETS, fresh.look))


def first_source(plugins: Mapping[str, Plugin], settings: Mapping[str, Configuration]) -> tuple[str, RotaSource | None]:
    """The first plugin that knows who is on call."""
    for name, plugin in plugins.items():
        if plugin.makes_rota and (made := plugin.makes_rota(settings.get(name))):
            log.info("rotas come from a plugin", plugin=name)
            return name, made
    return "", None


def first_pager(plugins: Mapping[str, Plugin], settings: Mapping[str, Configuration]) -> tuple[str, Pager | None]:
    """The first plugin that calls people."""
    for name, plugin in plugins.items():
        if plugin.makes_pager and (made := plugin.makes_pager(settings.get(name))):
            log.info("pages go out by a plugin", plugin=name)
            return name, made
    return "", None
