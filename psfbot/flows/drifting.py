"""Drift as people are told of it: once a week, by itself, and whenever they ask for what was found last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from psfbot.catalog.book import Book
from psfbot.flows.handoff import Mark, Marks
from psfbot.flows.oncall import ALONE
from psfbot.flows.relay import Relay
from psfbot.flows.scene import Scene
from psfbot.flows.verify import Report
from psfbot.relay.alert import Severity
from psfbot.relay.drifted import Drifted, merged
from psfbot.relay.notice import Notice, Priority
from psfbot.relay.route import route
from psfbot.text import count, cut, one_line

LOOKED, SINCE = "drift looked", "drift since"
"""The marks of the last survey, and of the moment from which a week is waited for the first."""
KIND = "drift"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOUR = 9
"""When the weekly survey begins, in UTC: on a working day somebody is there to read it."""
WEEK = timedelta(days=7)
SHOWN = 3
LONGEST = 400
TOLD = "DRIFT {facts} of the catalog {differ} from what is out there{new}."
NONE = "DRIFT none: the catalog agrees with all that I could look at."
LOST = " {things} could not be looked at."
MORE = " `what drifted` lists all of it."


class Memory(Protocol):
    """The drift that was found last."""

    async def change(self, work: Callable[[Sequence[Drifted]], Sequence[Drifted]]) -> Sequence[Drifted]:
        """Replace what is kept by what becomes of it; returns that."""

    async def all(self) -> Sequence[Drifted]:
        """What the last survey left."""


@dataclass
class Drifting:
    """What commands ask about drift; `begin` starts a survey, or says why there can be none."""

    memory: Memory
    marks: Marks
    begin: Callable[[], None]

    async def all(self) -> Sequence[Drifted]:
        """What the last survey left."""
        return await self.memory.all()

    async def looked(self) -> Mark | None:
        """When the last survey was, and what it could not look at; nothing where there was none."""
        return (await self.marks.all()).get(LOOKED)

    async def due(self, now: datetime, day: str) -> bool:
        """Is it time for the weekly survey? The first comes on the first such day after the bot began."""
        known = await self.marks.all()
        last = known.get(LOOKED) or known.get(SINCE)
        if last is None:
            await self.marks.set(SINCE, now)
            return False
        return last.at < latest(day, now) or last.at > now + WEEK  # the clock was wrong when that was noted

    async def keep(self, report: Report) -> Sequence[Drifted]:
        """Remember what a survey found, and since when each of it is known."""
        return await self.memory.change(lambda known: merged(known, report.kept(), report.blind, report.at))

    async def tell(self, report: Report, kept: Sequence[Drifted], relay: Relay, book: Book) -> None:
        """Tell the rooms how the survey went, then note that it is done: a crash between the two tells them twice."""
        said = summary(kept, len(report.troubles), report.at)
        await relay.change(lambda scene: post(said, scene), book, report.at)
        await self.marks.set(LOOKED, report.at, lost(report))


def latest(day: str, now: datetime) -> datetime:
    """The last time that the hour came on this day of the week."""
    at = now.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    at -= timedelta(days=(at.weekday() - DAYS.index(day)) % len(DAYS))
    return at if at <= now else at - WEEK


def summary(kept: Sequence[Drifted], troubles: int, at: datetime) -> str:
    """The weekly line: how much differs, what of it is new, how much nobody could see."""
    told = [one for one in kept if one.ignored_until is None]
    fresh = [one for one in told if one.first_seen_at >= at]
    names = ", ".join(f"{one.id or one.section} ({one.kind})" for one in fresh[:SHOWN])
    names += f" and {len(fresh) - SHOWN} more" if len(fresh) > SHOWN else ""
    new = f", {len(fresh)} of them new: {names}" if fresh else ", nothing of it new"
    facts, differ = count(len(told), "fact"), "differs" if len(told) == 1 else "differ"
    said = TOLD.format(facts=facts, differ=differ, new=new) if told else NONE
    return said + (LOST.format(things=count(troubles, "thing")) if troubles else "") + (MORE if told else "")


def lost(report: Report) -> str:
    """What could not be looked at, in one line; nothing where everything could."""
    found = list(report.troubles.items())
    return cut("; ".join(f"{what}: {why}" for what, why in found), LONGEST) if found else ""


def post(said: str, scene: Scene) -> None:
    """Put the line in the outbox for the rooms that hear of everything; it can wait for what is urgent."""
    text = cut(one_line(said), LONGEST)
    for routed in route(None, Severity.INFO, scene.book.catalog, scene.platforms):
        if routed.hears:
            notice = Notice(incident=ALONE, version=1, room=routed.room, kind=KIND, text=text, priority=Priority.BULK)
            scene.ledger.post(notice, scene.now)
