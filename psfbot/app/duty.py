"""On-call duty put together: whichever plugins know rotas or call people, and what is kept of it."""

from collections.abc import Mapping

from psfbot import logs
from psfbot.flows.oncall import Roster
from psfbot.flows.relay import Relay
from psfbot.oncall.ports import Pager, RotaSource
from psfbot.plugin import Configuration, Plugin
from psfbot.store.db import Database
from psfbot.store.duties import SqlDuties

log = logs.get(__name__)


def roster_of(
    plugins: Mapping[str, Plugin], settings: Mapping[str, Configuration], db: Database, relay: Relay
) -> Roster:
    """On-call duty with the first plugin that is set up to know rotas, and the first that is set up to call people."""
    source_name, source = first_source(plugins, settings)
    pager_name, pager = first_pager(plugins, settings)
    return Roster(SqlDuties(db), relay, source, source_name, pager, pager_name)


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
