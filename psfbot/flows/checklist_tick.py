"""What time brings about in runs: reminders, runs that nobody touches, checks that look again; each kept and told once.

What is told goes into the outbox in the transaction that keeps it, so a crash in between tells nobody twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from psfbot.catalog.book import Book
from psfbot.checklists import words
from psfbot.checklists.ports import Runs
from psfbot.checklists.run import Deed, Kind, Run, Seen
from psfbot.checklists.timing import due_looks, reminders, turns_stale
from psfbot.flows.checklist import Checklists, looks_of, silenced
from psfbot.flows.checklist_tell import everywhere, remind, tell_news
from psfbot.flows.scene import Scene
from psfbot.relay.ports import Ledger

MOST = 500
"""Open runs that are looked at in one round."""
LOOKS = 20
"""Checks that are made in one round; what more is due comes with the next."""
RENEW = timedelta(days=1)
"""A silence that would end before its run is renewed so long before."""
STALE = "Nobody did anything for {long}. Next: {next}. Or rest it: pause {number}"


async def bring_about(lists: Checklists, book: Book, now: datetime) -> int:
    """Everything that is due now; say how many deeds came of it."""
    return await Hour(lists, book, now).strike()


@dataclass(frozen=True, slots=True)
class Hour:
    """One round: the time, the catalog, and the runs that it is about."""

    lists: Checklists
    book: Book
    now: datetime

    async def strike(self) -> int:
        """Look at every open run; say how many deeds came of it. Checks come last: a slow one delays no reminder."""
        found = await self.lists.read(lambda runs: runs.runs(limit=MOST))
        made, left = 0, LOOKS
        for run in found:
            if reminders(run, self.now) or turns_stale(run, self.now) or lapsing(run):
                made += await self.lists.write(partial(self.timely, run.number))
        for run in found:
            steps = due_looks(run, self.now)[:left]
            if steps:
                left -= len(steps)
                seen = await self.lists.looker.look_all(run, steps, self.book, self.now)
                made += await self.lists.write(partial(self.keep, run.number, seen))
        return made

    def scene(self, ledger: Ledger) -> Scene:
        """Where rooms are told."""
        return Scene(ledger, self.book, self.lists.platforms, self.now)

    def timely(self, number: int, runs: Runs, ledger: Ledger) -> int:
        """What is due for one run, decided on it as it is in this transaction."""
        run, scene = runs.run(number), self.scene(ledger)
        if run is None:
            return 0
        deeds = (*reminders(run, self.now), *turns_stale(run, self.now), *renewed(run, scene))
        then = runs.add(run, deeds) if deeds else run
        for deed in deeds:
            if deed.kind is Kind.REMINDED:
                remind(then, deed, scene)
            if deed.kind is Kind.STALE:
                first = ", ".join(words.title(then, step) for step in then.next[:2]) or "nothing that can be done"
                long = words.long(self.now - run.changed_at)
                everywhere(then, STALE.format(long=long, next=first, number=number), scene)
        return len(deeds)

    def keep(self, number: int, seen: Mapping[str, Seen], runs: Runs, ledger: Ledger) -> int:
        """Keep what checks saw, and tell what changed."""
        run = runs.run(number)
        looks = looks_of(run, seen) if run else ()
        if not run or not looks:
            return 0
        then = runs.add(run, looks)
        tell_news(run, then, looks, self.scene(ledger))
        return len(looks)


def lapsing(run: Run) -> bool:
    """May the silence of this run be over, or have to be renewed?"""
    return run.silence is not None


def renewed(run: Run, scene: Scene) -> tuple[Deed, ...]:
    """A new silence where that of the run ends soon, while somebody is at it; one that somebody ended stays ended."""
    if not lapsing(run) or not run.open:
        return ()
    held = next((one for one in scene.ledger.silences(scene.now) if one.id == run.silence), None)
    if held is None:
        return (Deed(kind=Kind.HEARD, at=scene.now, silence=run.silence),)
    if run.stale or held.ends_at - scene.now > RENEW:
        return ()
    scene.ledger.end_silence(held.id, scene.now)
    return (silenced(run, scene),)
