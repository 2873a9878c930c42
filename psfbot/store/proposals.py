"""What is kept of proposals; that one moves on, and what rooms hear of it, are one transaction."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from psfbot.proposals.ports import Proposals, Told
from psfbot.proposals.proposal import Proposal, State
from psfbot.relay.notice import Notice, Room
from psfbot.store.columns import LARGEST_ID, Moment, given
from psfbot.store.db import Database
from psfbot.store.outbox import ALONE, post
from psfbot.store.tables import proposals
from psfbot.store.waiting import DROP_PAGES, DROP_PROPOSALS

KIND = "proposal"

_ROWS = select(proposals.c.number, proposals.c.version, proposals.c.proposal)
_CONFIRMED = proposals.c.state != State.ASKED
_WAITING = (proposals.c.place == bindparam("here"), proposals.c.state == State.ASKED)
WAITING = _ROWS.where(*_WAITING, proposals.c.asked_at >= bindparam("since", type_=Moment()))
ONE = _ROWS.where(proposals.c.number == bindparam("this"), _CONFIRMED)
UNDER_WAY = _ROWS.where(proposals.c.state.in_([State.SENDING, State.OPEN])).order_by(proposals.c.number)
NEWEST = _ROWS.where(_CONFIRMED).order_by(proposals.c.number.desc()).limit(bindparam("most"))
MOVE = (
    update(proposals)
    .where(proposals.c.number == bindparam("this"), proposals.c.version == bindparam("known"))
    .values(
        state=bindparam("new_state"),
        version=bindparam("new_version"),
        branch=bindparam("new_branch"),
        proposal=bindparam("new"),
    )
)


class SqlProposals(Proposals):
    """Proposals in the database."""

    def __init__(self, db: Database) -> None:
        """Keep the database."""
        self._db = db

    async def ask(self, proposal: Proposal) -> Proposal:
        """Keep one that waits for its yes, and number it; whatever else waits in the same place is dropped."""
        return await self._db.write(lambda connection: _ask(connection, proposal))

    async def confirm(self, place: str, since: datetime, now: datetime) -> Proposal | None:
        """The one that waits in a place and was asked for since then, marked as being sent: nobody gets it twice."""
        return await self._db.write(lambda connection: _confirm(connection, place, since, now))

    async def dismiss(self, place: str) -> bool:
        """Drop whatever waits for a yes in a place, be it this or a page; False where nothing does."""
        return await self._db.write(lambda connection: _dismiss(connection, place))

    async def keep(self, known: Proposal, new: Proposal, told: Sequence[Told] = ()) -> Proposal | None:
        """Replace what is known of one and tell rooms of it, both or neither; nothing when it has changed since."""
        return await self._db.write(lambda connection: _keep(connection, known, new, told))

    async def one(self, number: int) -> Proposal | None:
        """One by its number, if it was confirmed."""
        found = await self._read(ONE, this=number) if 0 < number <= LARGEST_ID else []
        return next(iter(found), None)

    async def under_way(self) -> Sequence[Proposal]:
        """Those that are being sent, or that people look at, oldest first."""
        return await self._read(UNDER_WAY)

    async def newest(self, limit: int = 20) -> Sequence[Proposal]:
        """The newest ones that were confirmed, newest first."""
        return await self._read(NEWEST, most=limit)

    async def _read(self, statement: object, **values: object) -> list[Proposal]:
        """The proposals that a statement finds."""
        return await self._db.read(lambda connection: _found(connection, statement, **values))


def _found(connection: Connection, statement: object, **values: object) -> list[Proposal]:
    """The proposals that a statement finds, with the numbers that the database gave."""
    rows = connection.execute(statement, values)  # type: ignore[call-overload]
    return [row.proposal.model_copy(update={"number": row.number, "version": row.version}) for row in rows]


def _ask(connection: Connection, proposal: Proposal) -> Proposal:
    """Keep one that waits, instead of anything else that does in its place."""
    for drop in (DROP_PAGES, DROP_PROPOSALS):
        connection.execute(drop, {"here": proposal.place})
    values = {
        "place": proposal.place, "state": proposal.state, "branch": proposal.branch, "version": proposal.version,
        "asked_at": proposal.asked_at, "proposal": proposal,
    }  # fmt: skip
    number = given(connection.execute(insert(proposals), values))
    return proposal.model_copy(update={"number": number})


def _confirm(connection: Connection, place: str, since: datetime, now: datetime) -> Proposal | None:
    """Take the one that waits; of two who confirm at once, one gets it."""
    found = next(iter(_found(connection, WAITING, here=place, since=since)), None)
    if found is None:
        return None
    return _keep(connection, found, found.model_copy(update={"state": State.SENDING, "changed_at": now}), ())


def _dismiss(connection: Connection, place: str) -> bool:
    """Drop what waits."""
    dropped = [connection.execute(drop, {"here": place}).rowcount for drop in (DROP_PAGES, DROP_PROPOSALS)]
    return any(dropped)


def _keep(connection: Connection, known: Proposal, new: Proposal, told: Sequence[Told]) -> Proposal | None:
    """Replace what is known, and tell of it, unless somebody else was quicker."""
    then = new.model_copy(update={"number": known.number, "version": known.version + 1})
    values = {
        "this": known.number, "known": known.version, "new_state": then.state, "new_version": then.version,
        "new_branch": then.branch, "new": then,
    }  # fmt: skip
    if not connection.execute(MOVE, values).rowcount:
        return None
    for lane, text in told:
        platform, _, name = lane.partition(" ")
        room = Room(platform=platform, name=name)
        post(connection, Notice(incident=ALONE, version=1, room=room, kind=KIND, text=text), then.changed_at)
    return then
