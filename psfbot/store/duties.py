"""What is kept of on-call duty: what sources last said, overrides, and pages that were asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from psfbot.oncall.page import Asked, Page
from psfbot.oncall.ports import Duties
from psfbot.oncall.shift import Override, Watch
from psfbot.store.columns import Moment, given
from psfbot.store.db import Database
from psfbot.store.tables import overrides, pages, watches
from psfbot.store.waiting import DROP_PAGES, DROP_PROPOSALS

KEPT = timedelta(days=30)
"""How long pages and overrides that are over are kept."""

_SAME = watches.c.rota == bindparam("of_rota")
REPLACE = update(watches).where(_SAME).values(source=bindparam("said_by"), watch=bindparam("new"), trouble="")
FAILED = update(watches).where(_SAME).values(trouble=bindparam("why"))
HOLDING = (
    select(overrides)
    .where(overrides.c.until > bindparam("since", type_=Moment()))
    .order_by(overrides.c.made_at, overrides.c.id)
)
_WAITING = (pages.c.place == bindparam("here"), pages.c.state == Asked.ASKED)
WAITING = select(pages.c.page).where(*_WAITING, pages.c.asked_at >= bindparam("since", type_=Moment()))
MOVE = (
    update(pages)
    .where(pages.c.key == bindparam("this"), pages.c.state == bindparam("old"))
    .values(state=bindparam("new"), answer=bindparam("said"))
)
UNFINISHED = select(pages.c.page).where(
    pages.c.state == Asked.SENDING, pages.c.asked_at >= bindparam("since", type_=Moment())
)
FORGET_PAGES = delete(pages).where(pages.c.asked_at < bindparam("before", type_=Moment()))
FORGET_OVERRIDES = delete(overrides).where(overrides.c.until < bindparam("before", type_=Moment()))


class SqlDuties(Duties):
    """On-call duty in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def watches(self) -> Mapping[str, Watch]:
        """What the sources last said, by rota."""
        rows = await self._db.read(lambda connection: connection.execute(select(watches)).all())
        return {row.rota: row.watch.model_copy(update={"trouble": row.trouble}) for row in rows}

    async def keep(self, watch: Watch) -> None:
        """Remember what a source said of a rota."""
        await self._db.write(lambda connection: _keep(connection, watch))

    async def fail(self, rotas: Sequence[str], source: str, trouble: str) -> None:
        """Remember why a source could not be asked; what it said before stays."""
        await self._db.write(lambda connection: _fail(connection, rotas, source, trouble))

    async def overrides(self, now: datetime) -> Sequence[Override]:
        """Overrides that hold, will hold, or held until lately, in the order in which they were made."""
        values = {"since": now - KEPT}
        rows = await self._db.read(lambda connection: connection.execute(HOLDING, values).mappings().all())
        return [Override.model_validate(dict(row)) for row in rows]

    async def add_overrides(self, overrides: Sequence[Override]) -> None:
        """Keep overrides, all or none; their ids are given here."""
        await self._db.write(lambda connection: [_add(connection, one) for one in overrides])

    async def ask_page(self, page: Page) -> None:
        """Keep a page until somebody confirms it; an older one that waits in the same place is dropped."""
        await self._db.write(lambda connection: _ask(connection, page))

    async def confirm_page(self, place: str, since: datetime) -> Page | None:
        """The page that waits in a place and was asked for since then, marked as being sent: nobody gets it twice."""
        return await self._db.write(lambda connection: _confirm(connection, place, since))

    async def end_page(self, key: str, state: Asked, answer: str) -> None:
        """Say what became of a page."""
        values = {"this": key, "old": Asked.SENDING, "new": state, "said": answer}
        await self._db.write(lambda connection: connection.execute(MOVE, values).rowcount)

    async def unfinished(self, since: datetime) -> Sequence[Page]:
        """Pages that were being sent when psfbot stopped, if they were asked for since then."""
        values = {"since": since}
        return await self._db.read(lambda connection: connection.execute(UNFINISHED, values).scalars().all())

    async def forget(self, now: datetime) -> int:
        """Drop what is long over; say how much that was."""
        return await self._db.write(lambda connection: _forget(connection, now - KEPT))


def _keep(connection: Connection, watch: Watch) -> None:
    """Replace what is known of a rota, or begin to know it."""
    values = {"of_rota": watch.rota, "said_by": watch.source, "new": watch}
    if not connection.execute(REPLACE, values).rowcount:
        connection.execute(insert(watches), {"rota": watch.rota, "source": watch.source, "watch": watch})


def _fail(connection: Connection, rotas: Sequence[str], source: str, trouble: str) -> None:
    """Keep the reason beside what was known, also where nothing was."""
    for rota in rotas:
        if not connection.execute(FAILED, {"of_rota": rota, "why": trouble}).rowcount:
            empty = {"rota": rota, "source": source, "watch": Watch(rota=rota, source=source), "trouble": trouble}
            connection.execute(insert(watches), empty)


def _add(connection: Connection, override: Override) -> int:
    """Keep one override."""
    return given(connection.execute(insert(overrides), override.model_dump(exclude={"id"})))


def _ask(connection: Connection, page: Page) -> None:
    """Keep a page that waits, instead of anything else that does in its place; the same one asked twice is one."""
    if connection.execute(select(pages.c.key).where(pages.c.key == page.key)).first():
        return
    for drop in (DROP_PAGES, DROP_PROPOSALS):
        connection.execute(drop, {"here": page.place})
    values = {"key": page.key, "place": page.place, "state": page.state, "asked_at": page.asked_at, "page": page}
    connection.execute(insert(pages), values)


def _confirm(connection: Connection, place: str, since: datetime) -> Page | None:
    """Take the page that waits; of two who confirm at once, one gets it."""
    found: Page | None = connection.execute(WAITING, {"here": place, "since": since}).scalars().first()
    if found is None:
        return None
    values = {"this": found.key, "old": Asked.ASKED, "new": Asked.SENDING, "said": ""}
    return found if connection.execute(MOVE, values).rowcount else None


def _forget(connection: Connection, before: datetime) -> int:
    """Drop pages and overrides of before then."""
    values = {"before": before}
    return sum(connection.execute(work, values).rowcount for work in (FORGET_PAGES, FORGET_OVERRIDES))
