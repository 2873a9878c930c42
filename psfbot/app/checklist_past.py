"""A checklist from the database, as a page or as the patch that it ends in, without a running bot."""

import asyncio
from collections.abc import Sequence

from psfbot.app import App, now, start
from psfbot.checklists.export import markdown
from psfbot.checklists.run import Deed, Run
from psfbot.errors import UserError
from psfbot.flows.checklist import NO_RUN
from psfbot.flows.checklist_end import proposal
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database


async def kept(app: App, number: int) -> tuple[Run, Sequence[Deed]]:
    """A run and what was done."""
    with await asyncio.to_thread(Database.open, app.database_url(), create=False) as db:
        run, deeds = await SqlChecklists(db).read(lambda runs: (runs.run(number), runs.deeds(number)))
    if run is None:
        raise UserError(NO_RUN.format(number=number))
    return run, deeds


async def page_of(number: int) -> str:
    """A checklist as Markdown."""
    return markdown(*await kept(start(), number))


async def patch_of(number: int) -> str:
    """The patch that a checklist ends in, made on the catalog as it is now."""
    app = start()
    run, _ = await kept(app, number)
    ends = proposal(run, lambda: app.catalog_path.read_bytes().decode(), now().date())
    if ends.trouble:
        raise UserError(ends.trouble)
    return ends.diff
