"""A change from chat to the catalog: ask, confirm, send, follow.

A proposal that was confirmed is being sent until the forge has it, through faults and restarts: its branch has a name
of its own, so that nothing is there twice. It is made on the catalog as the forge has it then; what would not be what
was agreed to any more is refused, and said.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psfbot.catalog.change import Change, said_in_chat
from psfbot.catalog.model import Catalog
from psfbot.errors import UserError
from psfbot.flows.told import DELAYED, GAVE_UP, LEFT, NOW_FAILS, REFUSED, STANDS, WITHDRAWN, decided, failing
from psfbot.proposals import making, wording
from psfbot.proposals.making import Made
from psfbot.proposals.ports import Draft, Fate, Filed, Forge, ForgeDown, Proposals, Standing, Told
from psfbot.proposals.proposal import Author, Proposal, State, branch_of
from psfbot.proposals.reviewers import reviewers

CONFIRM = timedelta(minutes=2)
"""How long a proposal waits for its `yes`."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (0, 30, 60, 120, 300, 900, 3600))
"""How long after each failed try the next one comes."""
WRONG = len(PAUSES) - 1
"""Counts as so many tries, where trying again is pointless before an operator mends something."""
GIVE_UP = timedelta(days=7)
"""A proposal that could not be sent for so long is given up, and its room told."""
FRUITLESS = 3
"""Proposals that could not be sent one after the other, before a round leaves the rest for later: a forge that says
nothing takes long about it, and people who say `yes` wait meanwhile."""
LOOKS = 10
"""Proposals that are looked after in one round: a code host counts questions."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants changed: the changes, what they are about, who says so and why, and where it was said."""

    changes: tuple[Change, ...]
    section: str
    id: str
    field: str
    by: Author
    because: str
    place: str
    room: str
    source: str = "chat"


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of an attempt to send: the proposal as it stands, what the forge left out, and why it failed."""

    proposal: Proposal
    told: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a round found: whether anything was merged, and why the forge could not be asked."""

    merged: bool = False
    trouble: str = ""


@dataclass
class Proposing:
    """Proposals as commands and the clock reach them.

    `catalog` is the text of the file in force, `page` the address at which psfbot shows a proposal (or nothing), and
    `ring` wakes whoever tells rooms. One is sent at a time.
    """

    kept: Proposals
    forge: Forge
    catalog: Callable[[], str]
    page: Callable[[int], str]
    ring: Callable[[], None]
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _turn: int = field(default=0, init=False)

    async def ask(self, wish: Wish, now: datetime, known: Catalog | None = None) -> tuple[Proposal, Made]:
        """Make a change on the catalog in force, to be shown, and keep it until its yes; a `UserError` if it cannot.

        `known` is what was read of the file last: with it a big catalog is not read as a whole, unless it has changed.
        """
        said, today = said_in_chat(wish.by.person, now.date(), wish.because), now.date()
        text = await asyncio.to_thread(self.catalog)
        try:
            made = await asyncio.to_thread(making.make, text, wish.changes, said, today, known)
        except UserError:
            if known is None:
                raise
            made = await asyncio.to_thread(making.make, text, wish.changes, said, today)
        proposal = Proposal(
            changes=wish.changes,
            section=wish.section,
            id=wish.id,
            field=wish.field,
            words=made.words,
            shown=made.shown,
            diff=made.diff,
            bares=made.bares,
            by=wish.by,
            because=wish.because,
            source=wish.source,
            place=wish.place,
            room=wish.room,
            asked_at=now,
            changed_at=now,
            branch=branch_of(wish.section, wish.id, wish.field, wish.changes[0], wish.source.removeprefix("chat")),
        )
        return await self.kept.ask(proposal), made

    async def confirm(self, place: str, now: datetime) -> Sent | None:
        """Send the proposal that waits in a place; nothing when none does."""
        found = await self.kept.confirm(place, now - CONFIRM, now)
        return await self.send(found, now, answering=True) if found else None

    async def send(self, proposal: Proposal, now: datetime, *, answering: bool = False) -> Sent:
        """Let the forge have a proposal; who waits for the answer is told there, and else its room is."""
        async with self.lock:
            fresh = await self.kept.one(proposal.number)
            if fresh is None or fresh.version != proposal.version:
                return Sent(fresh or proposal)  # somebody else was quicker
            if await self._overtaken(proposal):
                return Sent(await self._end(proposal, State.REPLACED, now))
            try:
                made, filed = await self._file(proposal)
            except ForgeDown as error:
                return await self._failed(proposal, error, now, answering=answering)
            except UserError as error:
                return await self._impossible(proposal, error, now, answering=answering)
            return await self._filed(proposal, made, filed, now, answering=answering)

    async def _file(self, proposal: Proposal) -> tuple[Made, Filed]:
        """Make the change on the catalog as the forge has it, and file that."""
        text = await self.forge.text()
        made = await asyncio.to_thread(making.again, text, proposal)
        body = await asyncio.to_thread(wording.body, proposal, made)
        draft = Draft(
            branch=proposal.branch,
            title=wording.title(proposal),
            body=body,
            message=wording.message(proposal),
            author=proposal.by,
            at=proposal.asked_at,
            reviewers=reviewers(made, proposal.by.github),
            page=self.page(proposal.number),
        )
        return made, await self.forge.file(draft, lambda base: making.again(base, proposal).text)

    async def _filed(
        self, proposal: Proposal, made: Made, filed: Filed, now: datetime, *, answering: bool
    ) -> Sent:  # fmt: skip
        """It is where people look at it; earlier ones on the same branch are replaced by it."""
        update = {"state": State.OPEN, "link": filed.link, "reference": filed.reference, "tries": 0, "remark": ""}
        new = proposal.model_copy(update={**update, "changed_at": now, "diff": made.diff, "bares": made.bares})
        words = [DELAYED.format(p=new, title=wording.title(new)), *filed.told]
        told = () if answering else tell(new, " ".join(words))
        done = await self.kept.keep(proposal, new, told)
        for other in await self.kept.under_way():
            if other.branch == new.branch and other.number < new.number:
                await self._end(other, State.REPLACED, now)
        self.ring()
        return Sent(done or new, filed.told)

    async def _failed(self, proposal: Proposal, error: ForgeDown, now: datetime, *, answering: bool) -> Sent:
        """It is tried again later, and given up after long."""
        if now - proposal.asked_at > GIVE_UP:
            told = tell(proposal, GAVE_UP.format(p=proposal, why=str(error).rstrip(".")))
            return Sent(await self._end(proposal, State.REFUSED, now, told, remark=str(error)), trouble=str(error))
        tries = max(proposal.tries + 1, WRONG if error.wrong else 0)
        update = {"tries": tries, "changed_at": now, "remark": str(error)}
        first = error.wrong and proposal.remark != str(error) and not answering
        told = tell(proposal, STANDS.format(p=proposal, why=str(error).rstrip("."))) if first else ()
        done = await self.kept.keep(proposal, proposal.model_copy(update=update), told)
        self.ring()
        return Sent(done or proposal, trouble=str(error))

    async def _impossible(self, proposal: Proposal, error: UserError, now: datetime, *, answering: bool) -> Sent:
        """It cannot be made any more. An earlier try may have got there unheard: then it was merged, or goes again."""
        left = ""
        if not answering:
            try:
                text = await self.forge.text()
            except ForgeDown as down:
                return await self._failed(proposal, down, now, answering=answering)
            if await asyncio.to_thread(making.holds, text, proposal):
                told = tell(proposal, decided(proposal, Standing(Fate.MERGED)))
                return Sent(await self._end(proposal, State.MERGED, now, told))
            left = await self._take_back(proposal)
        told = () if answering else tell(proposal, REFUSED.format(p=proposal, why=str(error).rstrip(".")))
        done = await self._end(proposal, State.REFUSED, now, told, remark=str(error).rstrip(".") + left)
        return Sent(done, trouble=str(error))

    async def _take_back(self, proposal: Proposal) -> str:
        """Leave nothing of it at the forge, though nobody knows whether it got there; what may be left, if any."""
        if any(one.branch == proposal.branch and one.number != proposal.number for one in await self.kept.under_way()):
            return ""
        try:
            await self.forge.drop("", proposal.branch)
        except ForgeDown as error:
            return LEFT.format(p=proposal, why=str(error).rstrip("."))
        return ""

    async def _overtaken(self, proposal: Proposal) -> bool:
        """Is a later one of the same branch on its way, or there?"""
        others = await self.kept.under_way()
        return any(one.branch == proposal.branch and one.number > proposal.number for one in others)

    async def _end(
        self, proposal: Proposal, state: State, now: datetime, told: Sequence[Told] = (), *, remark: str = ""
    ) -> Proposal:
        """Let it be over, and tell."""
        new = proposal.model_copy(update={"state": state, "changed_at": now, "remark": remark})
        done = await self.kept.keep(proposal, new, told)
        self.ring()
        return done or new

    async def follow(self, now: datetime, *, at_once: bool = False) -> Followed:
        """Send what is still to be sent, after its pause or at once, and see what became of the rest."""
        found = await self.kept.under_way()
        if trouble := await self._send_due([one for one in found if one.state is State.SENDING], now, at_once=at_once):
            return Followed(trouble=trouble)
        return await self._look_after([one for one in found if one.state is State.OPEN], now)

    async def _look_after(self, waiting: Sequence[Proposal], now: datetime) -> Followed:
        """See what became of some, in turn: one that cannot be looked at keeps no other from that."""
        newest = {one.branch: one for one in waiting}
        for one in waiting:
            if newest[one.branch] is not one:  # a crash came before that was noted
                await self._end(one, State.REPLACED, now)
        there = list(newest.values())
        start = self._turn % max(1, len(there))
        merged, trouble, fruitless = False, "", 0
        for one in (there[start:] + there[:start])[:LOOKS]:
            self._turn += 1
            try:
                merged |= await self.look(one, now)
            except ForgeDown as error:
                trouble, fruitless = str(error), fruitless + 1
                if fruitless == FRUITLESS:
                    break
            else:
                fruitless = 0
        return Followed(merged, trouble)

    async def _send_due(self, waiting: Sequence[Proposal], now: datetime, *, at_once: bool) -> str:
        """Send those whose pause is over; why the forge takes none, where that is so."""
        fruitless = 0
        for one in waiting:
            if at_once or now >= one.changed_at + PAUSES[min(one.tries, WRONG)]:
                sent = await self.send(one, now)
                fruitless = fruitless + 1 if sent.trouble and sent.proposal.state is State.SENDING else 0
                if fruitless == FRUITLESS:
                    return sent.trouble
        return ""

    async def look(self, proposal: Proposal, now: datetime) -> bool:
        """See what became of one, and tell its room what is new; was it merged?"""
        async with self.lock:
            standing = await self.forge.look(
                proposal.reference, proposal.branch, lambda text: making.holds(text, proposal)
            )  # fmt: skip
            await self._tell(proposal, standing, now)
        return standing.fate is Fate.MERGED

    async def _tell(self, proposal: Proposal, standing: Standing, now: datetime) -> None:
        """Keep what is new, and tell it once."""
        if standing.fate is not Fate.OPEN:
            state = State.MERGED if standing.fate is Fate.MERGED else State.CLOSED
            await self._end(proposal, state, now, tell(proposal, decided(proposal, standing)))
            return
        names = failing(standing)
        if names == proposal.remark:
            return
        new = proposal.model_copy(update={"remark": names, "changed_at": now})
        told = tell(proposal, NOW_FAILS.format(p=proposal, failing=names)) if names else ()
        await self.kept.keep(proposal, new, told)
        self.ring()

    async def withdraw(self, proposal: Proposal, who: str, now: datetime) -> Proposal:
        """Take one back: nobody is asked to look at it any more."""
        async with self.lock:
            fresh = await self.kept.one(proposal.number) or proposal
            if not fresh.lasting:
                return fresh
            left = ""
            if fresh.reference:
                await self.forge.drop(fresh.reference, fresh.branch)
            else:
                left = await self._take_back(fresh)
            return await self._end(fresh, State.CLOSED, now, remark=WITHDRAWN.format(who=who) + left)


def tell(proposal: Proposal, text: str) -> tuple[Told, ...]:
    """What the room of a proposal is told; nothing where it was asked at a terminal."""
    return ((proposal.room, text),) if proposal.room else ()
