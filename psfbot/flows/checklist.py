"""Checklists as commands reach them: start a run, change it, look at it; each change is one transaction.

A change is decided on the run as it is in that transaction, so of two people who tick at once the second is told who
was first, whatever either of them saw before.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from psfbot.catalog.book import Book
from psfbot.checklists import words
from psfbot.checklists.ports import Overtaken, Runs, Shelf, Store
from psfbot.checklists.progress import Decision, Hand, Refused, looked, tick
from psfbot.checklists.progress import confirm as confirmed
from psfbot.checklists.run import Course, Deed, Kind, Run, Seen, after_all
from psfbot.checklists.template import Step
from psfbot.errors import UserError
from psfbot.flows.checklist_end import Proposal, proposal
from psfbot.flows.checklist_look import Looker
from psfbot.flows.checklist_tell import announce, tell_news
from psfbot.flows.scene import Scene
from psfbot.relay.incident import Silence
from psfbot.relay.mute import LONGEST
from psfbot.relay.ports import Ledger

TRIES = 5
"""So often is a change decided anew because somebody else was quicker."""
NO_RUN = "There is no checklist {number}. `checklists` lists those that are open."
MUTED = "checklist {number}, {name}"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something to a run, in which room, with which catalog, and when; is that room public?"""

    hand: Hand
    lane: str
    book: Book
    now: datetime
    public: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A run as it stands after what was done, and those deeds."""

    run: Run
    deeds: tuple[Deed, ...]

    @property
    def finished(self) -> bool:
        """Did this end it?"""
        return any(deed.kind is Kind.FINISHED for deed in self.deeds)


@dataclass(frozen=True)
class Checklists:
    """What is kept of runs, the templates, whoever makes checks, and the bell that wakes the courier."""

    kept: Store
    shelf: Shelf
    looker: Looker
    platforms: Mapping[str, str]
    ring: Callable[[], None]
    catalog_text: Callable[[], str]

    async def read(self, work: Callable[[Runs], Result]) -> Result:
        """Look at what is kept."""
        return await self.kept.read(work)

    async def get(self, number: int) -> Run:
        """One run; a wrong number is answered."""
        found = await self.kept.read(lambda runs: runs.run(number))
        if found is None:
            raise UserError(NO_RUN.format(number=number))
        return found

    async def change(
        self, number: int, decide: Callable[[Run], Decision], doing: Doing, seen: Mapping[str, Seen] | None = None
    ) -> Done:
        """Do something to a run, or say why not; what checks saw before is kept either way."""

        def work(runs: Runs, ledger: Ledger) -> tuple[Done, Refused | None]:
            run = runs.run(number)
            if run is None:
                raise UserError(NO_RUN.format(number=number))
            looks = looks_of(run, seen or {})
            decision = decide(after_all(run, looks))
            deeds = () if isinstance(decision, Refused) else decision
            scene = Scene(ledger, doing.book, self.platforms, doing.now)
            then = runs.add(run, (*looks, *deeds)) if looks or deeds else run
            if not deeds:
                tell_news(run, then, looks, scene, doing.lane)
            if more := hush(then, deeds, scene):
                then = runs.add(then, more)
            announce(then, deeds, doing.lane, scene)
            return Done(then, deeds), decision if isinstance(decision, Refused) else None

        done, refused = await self.write(work)
        if refused:
            raise UserError(refused.said(public=doing.public))
        return done

    async def write(self, work: Callable[[Runs, Ledger], Result]) -> Result:
        """One transaction, made again where somebody else was quicker."""
        for _ in range(TRIES - 1):
            try:
                return await self._write(work)
            except Overtaken:
                continue
        return await self._write(work)

    async def _write(self, work: Callable[[Runs, Ledger], Result]) -> Result:
        """One try."""
        done = await self.kept.write(work)
        self.ring()
        return done

    async def done(self, number: int, said: str, doing: Doing, text: str, anyway: str | None = None) -> Done:
        """Tick a step; its check looks first."""
        run = await self.get(number)
        seen = await self.seen_now(run, said, doing, past=anyway is not None)
        decide = lambda now: tick(now, said, doing.hand, text, doing.now, anyway)  # noqa: E731 - one decision
        return await self.change(number, decide, doing, seen)

    async def confirm(self, number: int, said: str, doing: Doing, anyway: str | None = None, text: str = "") -> Done:
        """Pass the point of no return as the second of two people; its check looks first."""
        run = await self.get(number)
        seen = await self.seen_now(run, said, doing)
        decide = lambda now: confirmed(now, said, doing.hand, doing.now, anyway, text)  # noqa: E731 - one decision
        return await self.change(number, decide, doing, seen)

    async def seen_now(self, run: Run, said: str, doing: Doing, *, past: bool = False) -> dict[str, Seen]:
        """What the check of a step sees, where it can be ticked at all but for that, or past what comes before."""
        step = run.find(said)
        if step is None or step.check is None or run.course is not Course.RUNNING or run.mark(step.id).over:
            return {}
        return (
            {}
            if run.waits_for(step) and not past
            else {step.id: await self.looker.look(run, step, doing.book, doing.now)}
        )

    async def check(self, number: int, steps: tuple[Step, ...], doing: Doing) -> tuple[Run, dict[str, Seen]]:
        """Make the checks of these steps and keep what they saw."""
        run = await self.get(number)
        if not run.open:
            raise UserError(words.over(run))
        seen = await self.looker.look_all(run, steps, doing.book, doing.now)
        done = await self.change(number, lambda _: (), doing, seen)
        return done.run, seen

    def proposal(self, run: Run, today: date) -> Proposal:
        """What a run changes in the catalog."""
        return proposal(run, self.catalog_text, today)


def looks_of(run: Run, seen: Mapping[str, Seen]) -> tuple[Deed, ...]:
    """What checks saw, as deeds, as far as it still counts."""
    found: list[Deed] = []
    for step, one in seen.items():
        decision = looked(run, step, one)
        found += () if isinstance(decision, Refused) else decision
    return tuple(found)


def hush(run: Run, deeds: tuple[Deed, ...], scene: Scene) -> tuple[Deed, ...]:
    """The silence of a run that mutes alerts: it holds while the run goes on, and ends with it or when it rests."""
    kinds = {deed.kind for deed in deeds}
    if run.silence is not None and kinds & {Kind.ABORTED, Kind.FINISHED, Kind.PAUSED}:
        if any(one.id == run.silence for one in scene.ledger.silences(scene.now)):
            scene.ledger.end_silence(run.silence, scene.now)
        return (Deed(kind=Kind.HEARD, at=scene.now, silence=run.silence),)
    if run.mute and run.silence is None and kinds & {Kind.STARTED, Kind.RESUMED}:
        return (silenced(run, scene),)
    return ()


def silenced(run: Run, scene: Scene) -> Deed:
    """Keep a silence for a run; nobody hears of the service until the run ends."""
    silence = Silence(
        id=0,
        subject=run.service,
        starts_at=scene.now,
        ends_at=scene.now + LONGEST,
        author=run.started_by.name,
        reason=MUTED.format(number=run.number, name=run.template.name),
        maintenance=True,
    )
    return Deed(kind=Kind.MUTED, at=scene.now, silence=scene.ledger.add_silence(silence).id)
