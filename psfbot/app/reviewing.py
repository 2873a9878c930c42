"""One incident from the database as a page of Markdown, without a running bot."""

import asyncio

from psfbot.app import start
from psfbot.flows.review import postmortem_of
from psfbot.store.db import Database
from psfbot.store.ledger import SqlStore


async def postmortem(number: int) -> str:
    """The page to begin the postmortem of an incident with."""
    app = start()
    with await asyncio.to_thread(Database.open, app.database_url(), create=False) as db:
        page = await SqlStore(db).read(lambda ledger: postmortem_of(ledger, number, app.book.catalog))
    return page.text
