"""Rotas as calendars: for the web server, and for the command line with whatever the database knows."""

import asyncio
from contextlib import ExitStack

from psfbot.app import App, now, start
from psfbot.errors import UserError
from psfbot.flows.oncall import Roster, as_calendar
from psfbot.oncall import find
from psfbot.store.db import Database, find_home
from psfbot.store.duties import SqlDuties
from psfbot.store.sqlite import SqliteFile
from psfbot.text import and_join

NONE = "I know no rota called '{rota}'. {there}"
THERE_ARE, THERE_IS_NONE = "The rotas are {names}.", "The catalog names none: add one under `oncall`."


async def calendar_of(roster: Roster, app: App, rota: str) -> str | None:
    """A rota for anybody to read; nothing where there is none of this name."""
    catalog = app.book.catalog
    duty = find.called(catalog, rota)
    return None if duty is None else await roster.as_calendar(duty, catalog, now(), public=True)


async def ical(rota: str) -> str:
    """A rota for whoever sits at this machine: with overrides where a database holds some, else from the catalog."""
    app = start()
    catalog, at = app.book.catalog, now()
    duty = find.called(catalog, rota)
    if duty is None:
        names = and_join(sorted(catalog.oncall))
        raise UserError(NONE.format(rota=rota, there=THERE_ARE.format(names=names) if names else THERE_IS_NONE))
    with ExitStack() as stack:
        if not is_there(app):
            return as_calendar(find.watches(catalog, {}, (), at)[duty.id], catalog, at)
        db = stack.enter_context(await asyncio.to_thread(Database.open, app.database_url(), create=False))
        duties = SqlDuties(db)
        watches = find.watches(catalog, await duties.watches(), await duties.overrides(at), at)
        return as_calendar(watches[duty.id], catalog, at)


def is_there(app: App) -> bool:
    """Is there a database to look into?"""
    home = find_home(app.database_url())
    return not isinstance(home, SqliteFile) or home.path.exists()
