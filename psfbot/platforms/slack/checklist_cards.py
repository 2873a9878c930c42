"""Every checklist has one message in each of its Slack rooms, which shows it as it is, whoever changed it and where.

That it is there is written down before it is posted; where nobody knows whether it was, it is looked for first.
What it shows is compared with the run again and again, so whatever happens on another platform shows here as well.
"""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from psfbot import logs
from psfbot.checklists.run import Course, Run
from psfbot.checklists.view import view
from psfbot.commands.checklist_shown import ending, way_back
from psfbot.errors import StoreBusy, UserError
from psfbot.flows.ask import Desk
from psfbot.flows.checklist import Checklists
from psfbot.platforms.slack import who
from psfbot.platforms.slack.blocks import Post
from psfbot.platforms.slack.calls import Calls, Refused
from psfbot.platforms.slack.checklist_card import card
from psfbot.platforms.slack.trouble import LOST
from psfbot.store.cards import GONE, Card, SqlCards

LOOK = 1.0
"""Seconds between looks for what has changed elsewhere."""
PATIENT = 2.0
"""Seconds of silence that are waited out; while Slack asks for more, other rooms come first."""
BEFORE = timedelta(minutes=10)
LANE = "slack "
WAY_BACK = "How to take back what was done, the last first:"

log = logs.get(__name__)


@dataclass
class Cards:
    """Posts the messages of checklists, and keeps them true."""

    desk: Desk
    calls: Calls
    kept: SqlCards
    bug: Callable[[Exception], object] = str
    last: int = 0
    leads: bool = False
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def tend(self) -> None:
        """Look after all of them, until cancelled; one process of several does so."""
        self.leads = True
        while True:
            with contextlib.suppress(StoreBusy):  # it mends by itself, and what is behind stays behind until then
                await self.round()
            self.bell.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):  # where `wait_for` may swallow the wish to end
                    await self.bell.wait()

    async def round(self) -> None:
        """Post what has no message yet, and bring the others up to date."""
        while found := await self.kept.newer(self.last):
            for room, fresh in ((room, one) for one in found if one.alone for room in rooms(one.rooms)):
                await self.kept.claim(fresh.run, room, self.desk.now())
            self.last = found[-1].run
        for one in await self.kept.behind():
            try:
                await self.show(one.run, one.room)
            except StoreBusy:
                raise
            except Exception as error:  # noqa: BLE001 - a bug in one message is told, and harms no other
                self.bug(error)

    async def thread(self, run: int, room: str) -> str:
        """The message of a run in a room, posted if it is not there yet; nothing where there is none to be."""
        if run > self.last:
            await self.round()
        await self.show(run, room)
        found = await self.kept.card(run, room)
        return found.message if found and found.message != GONE else ""

    async def place(self, run: int, room: str) -> None:
        """Let a room have a message, because somebody asks for it there."""
        await self.kept.claim(run, room, self.desk.now())
        await self.show(run, room)

    async def show(self, number: int, room: str) -> bool:
        """Bring one message up to date, or post it: one at a time, so that nothing older replaces what is newer."""
        if not self.leads:
            return False
        async with self.busy:
            known = await self.kept.card(number, room)
            if known is None or known.message == GONE or known.shown == known.version:
                return known is not None
            if self.calls.pacer.held(room) > PATIENT:
                return False
            run = await self.run(number)
            if run is None:
                return False
            message = await self.put(known, self.drawn(run, room))
            if message is None:
                return False
            return await self.kept.keep(known, message, run.version)

    async def put(self, known: Card, post: Post) -> str | None:
        """Say it to Slack; the message's id, or nothing when it is to be tried again."""
        about = {"checklist": str(known.run), "made": known.made_at.isoformat()}
        try:
            message = known.message or await self.found(known, about)
            if not message:
                return (await self.calls.post(known.room, post, about))[1]
            await self.calls.update(known.room, message, post)
        except Refused as refused:
            refusal = refused.refusal
            if refusal.wait is None and not refusal.doubtful and not refusal.revoked:
                log.warning("checklist not shown", run=known.run, room=known.room, reason=refusal.sentence)
                return GONE if refusal.final or refusal.code in LOST else None
            return None
        return message

    async def found(self, known: Card, about: Mapping[str, str]) -> str:
        """A message that was posted before somebody could write down where it is; nothing where nobody can tell."""
        try:
            return await self.calls.find(known.room, about, (known.made_at - BEFORE).timestamp()) or ""
        except Refused as refused:
            if refused.refusal.settled:
                return ""
            raise

    def drawn(self, run: Run, room: str) -> Post:
        """The message as it should be now."""
        catalog, now = self.desk.book().catalog, self.desk.now()
        people: Mapping[str, str] = {person.id: person.name for person in catalog.people.values()}
        shown = view(run, now, public=who.is_public(room, catalog))
        return card(shown, now, lambda person: people.get(person, person), self.after(run))

    def after(self, run: Run) -> Sequence[str]:
        """What the end of a run brings with it."""
        if run.course is Course.FINISHED and (lists := self.lists):
            return ending(run, lists.proposal(run, self.desk.now().date()))
        back = way_back(run) if run.course is Course.ABORTED else []
        return [WAY_BACK, *back] if back else []

    @property
    def lists(self) -> Checklists | None:
        """What is kept of runs, where this bot keeps any."""
        found: Checklists | None = self.desk.ports(Checklists) if self.desk.ports else None
        return found

    async def run(self, number: int) -> Run | None:
        """One run."""
        if self.lists is None:
            return None
        try:
            return await self.lists.get(number)
        except UserError:
            return None


def rooms(lanes: Sequence[str]) -> list[str]:
    """Those of a run's rooms that are on Slack."""
    return [lane.removeprefix(LANE) for lane in lanes if lane.startswith(LANE)]


def in_room(desk: Desk, room: str | None) -> Desk:
    """The same desk, whose audit names the room where somebody acted although the room is not told by the answer."""
    audit = desk.audit
    if audit is None:
        return desk
    return replace(desk, audit=lambda message, outcome: audit(replace(message, room=room), outcome))
