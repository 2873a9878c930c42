"""Stored webhooks put back into the inbox, for the running bot to read again."""

import asyncio
from datetime import UTC, datetime

from psfbot.app import now, start
from psfbot.chat.times import length
from psfbot.errors import UserError
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox
from psfbot.text import count, cut

NOTHING = "There is nothing to read again."
NONE = "No webhook has the number {ids}. `psfbot replay --list` shows those in quarantine."
BOTH = "Name numbers or a time, not both."
BATCH = 500
"""Letters that are put back in one statement: a database takes only so many values at once."""
WRONG_TIME = "'{said}' is no time. Write 2026-11-20, 2026-11-20T12:00 (UTC) or a length such as 2h."


async def replay_letters(ids: tuple[int, ...], since: str) -> str:
    """Put letters back: these, or all since a time, or those in quarantine."""
    if ids and since:
        raise UserError(BOTH)
    with await asyncio.to_thread(Database.open, start().database_url(), create=False) as db:
        inbox = SqlInbox(db)
        wanted = list(ids) or await chosen(inbox, since)
        again = sum([await inbox.read_again(wanted[at : at + BATCH]) for at in range(0, len(wanted), BATCH)])
    if ids and not again:
        raise UserError(NONE.format(ids=", ".join(map(str, ids))))
    return f"{count(again, 'webhook')} will be read again by the running bot." if again else NOTHING


async def chosen(inbox: SqlInbox, since: str) -> list[int]:
    """The letters that the options mean."""
    if not since:
        return [letter.id for letter in await inbox.quarantined(limit=10_000)]
    at, found = moment(since), [0]
    while batch := await inbox.since(at, after=found[-1]):
        found += [letter.id for letter in batch]
    return found[1:]


def moment(said: str) -> datetime:
    """A time as an operator writes it."""
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        try:
            return now() - length(said)
        except UserError:
            raise UserError(WRONG_TIME.format(said=said)) from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


async def listed() -> str:
    """What is in quarantine, and why."""
    with await asyncio.to_thread(Database.open, start().database_url(), create=False) as db:
        found = await SqlInbox(db).quarantined()
    lines = [f"{one.id}  {one.received_at:%Y-%m-%d %H:%M} UTC  {one.source}  {cut(one.reason, 200)}" for one in found]
    return "\n".join(lines) or "Nothing is in quarantine."
