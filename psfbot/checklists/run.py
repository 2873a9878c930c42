"""A run: one template that somebody works through for one service, and everything that was done to it.

What is kept for good are deeds, in their order. How a run stands is what they add up to (`after`), and nothing else.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import reduce
from typing import Literal

from pydantic import BaseModel, ConfigDict

from psfbot.checklists.template import Step, Template

PASSED, FAILED, UNKNOWN = "passed", "failed", "could not check"


class Kept(BaseModel):
    """Anything that a run remembers: it is replaced, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Who(Kept):
    """Somebody who did something: `key` tells people apart on all platforms, `place` is where they said it.

    `person` is their id in the catalog, where their account proves it.
    """

    name: str
    key: str
    place: str = ""
    person: str = ""


class Seen(Kept):
    """What a check saw, and when."""

    verdict: Literal["passed", "failed", "could not check"]
    text: str
    at: datetime


class Kind(StrEnum):
    """What was done."""

    STARTED = "started"
    DONE = "done"
    FIRST = "confirmed first"
    SKIPPED = "skipped"
    BLOCKED = "blocked"
    UNDONE = "undone"
    ASSIGNED = "assigned"
    NOTED = "noted"
    TOLD = "told"
    LOOKED = "checked"
    MUTED = "silenced"
    HEARD = "silence ended"
    PAUSED = "paused"
    RESUMED = "resumed"
    ABORTED = "aborted"
    FINISHED = "finished"
    REMINDED = "reminded"
    STALE = "stale"


OF_PEOPLE = frozenset(Kind) - {Kind.LOOKED, Kind.REMINDED, Kind.STALE, Kind.MUTED, Kind.HEARD}
"""What shows that somebody is at it."""


class Deed(Kept):
    """One thing that happened to a run; `by` is empty where psfbot did it of its own.

    `text` is evidence, a reason or a note; `anyway` is the reason for going past a gate, and `past` what that gate
    was; `whom` is a person's id, `silence` that of a silence; `values` are variables that somebody told.
    """

    kind: Kind
    at: datetime
    by: Who | None = None
    step: str = ""
    text: str = ""
    anyway: str = ""
    past: str = ""
    whom: str = ""
    seen: Seen | None = None
    silence: int | None = None
    values: Mapping[str, str] = {}


class State(StrEnum):
    """Where a step stands, as people left it."""

    TODO = "todo"
    BLOCKED = "blocked"
    DONE = "done"
    SKIPPED = "skipped"


OVER = frozenset({State.DONE, State.SKIPPED})


class Mark(Kept):
    """How one step stands.

    `seen` is what its check saw last, `known` the last time that it could tell. `first` is the one who confirmed a
    point of no return before anybody else did, with their evidence.
    """

    state: State = State.TODO
    by: Who | None = None
    at: datetime | None = None
    text: str = ""
    anyway: str = ""
    past: str = ""
    seen: Seen | None = None
    known: Seen | None = None
    first: Deed | None = None
    whom: str = ""
    whom_at: datetime | None = None
    reminded: bool = False

    @property
    def over(self) -> bool:
        """Is it done or skipped?"""
        return self.state in OVER

    @property
    def slipped(self) -> bool:
        """Was it done, and is it true no more?"""
        return self.state is State.DONE and self.known is not None and self.known.verdict == FAILED and self.later

    @property
    def forced(self) -> bool:
        """Was it ticked although its check said no, and has that said nothing else since?"""
        return bool(self.past and self.known and self.known.verdict == FAILED and not self.later)

    @property
    def later(self) -> bool:
        """Did the check look again after the step was done?"""
        return bool(self.known and self.at and self.known.at > self.at)


TODO = Mark()


class Course(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    PAUSED = "paused"
    ABORTED = "aborted"
    FINISHED = "finished"


class Run(Kept):
    """One template for one service. The template is a copy: what becomes of the file does not change the run.

    `version` counts its deeds. `values` are the variables. `rooms` are the lanes that hear of its progress.
    `changed_at` is when a person last did something.
    """

    number: int
    template: Template
    service: str
    values: Mapping[str, str] = {}
    course: Course = Course.RUNNING
    because: str = ""
    started_at: datetime
    started_by: Who
    changed_at: datetime
    ended_at: datetime | None = None
    version: int = 1
    marks: Mapping[str, Mark] = {}
    rooms: tuple[str, ...] = ()
    campaign: int | None = None
    target: date | None = None
    mute: bool = False
    silence: int | None = None
    stale: bool = False

    @property
    def open(self) -> bool:
        """Does it go on, perhaps after a pause?"""
        return self.course in {Course.RUNNING, Course.PAUSED}

    def mark(self, step: str) -> Mark:
        """How a step stands."""
        return self.marks.get(step, TODO)

    def spot(self, step: str) -> str:
        """A step as people call it: `3.4`."""
        return f"{self.number}.{self.template.number(step)}"

    def find(self, said: str) -> Step | None:
        """The step that people mean by a number or an id."""
        if said.isdecimal() and len(said) < 4:  # noqa: PLR2004 - a template has at most 200 steps
            at = int(said) - 1
            return self.template.steps[at] if 0 <= at < len(self.template.steps) else None
        return self.template.step(said.lower())

    def waits_for(self, step: Step) -> tuple[Step, ...]:
        """The steps that must come before and are neither done nor skipped, or are true no more.

        The last step waits for every step that is true no more: with it the run ends.
        """
        needed = self.template.needed(step)
        last = not self.mark(step.id).over and self.over == len(self.template.steps) - 1
        return tuple(
            one
            for one in self.template.steps
            if (one.id in needed and not self.mark(one.id).over)
            or ((last or one.id in needed) and self.mark(one.id).slipped)
        )

    @property
    def next(self) -> tuple[Step, ...]:
        """The steps that can be done now."""
        return tuple(
            step for step in self.template.steps if self.mark(step.id).state is State.TODO and not self.waits_for(step)
        )

    @property
    def over(self) -> int:
        """How many steps are done or skipped."""
        return sum(self.mark(step.id).over for step in self.template.steps)


COURSES = {
    Kind.PAUSED: Course.PAUSED,
    Kind.RESUMED: Course.RUNNING,
    Kind.ABORTED: Course.ABORTED,
    Kind.FINISHED: Course.FINISHED,
}
STATES = {Kind.DONE: State.DONE, Kind.SKIPPED: State.SKIPPED, Kind.BLOCKED: State.BLOCKED}


def after(run: Run, deed: Deed) -> Run:
    """The run as it stands after a deed."""
    update: dict[str, object] = {"version": run.version + 1}
    if deed.kind in OF_PEOPLE:
        update |= {"changed_at": deed.at, "stale": False}
    if deed.kind in COURSES:
        course = COURSES[deed.kind]
        update |= {"course": course, "because": deed.text}
        update |= {"ended_at": deed.at} if course in {Course.ABORTED, Course.FINISHED} else {}
    if deed.kind in {Kind.MUTED, Kind.HEARD}:
        update["silence"] = deed.silence if deed.kind is Kind.MUTED else None
    if deed.values:
        update["values"] = {**run.values, **deed.values}
    if deed.kind is Kind.STALE:
        update["stale"] = True
    if deed.step:
        update["marks"] = {**run.marks, deed.step: marked(run.mark(deed.step), deed)}
    return run.model_copy(update=update)


def marked(mark: Mark, deed: Deed) -> Mark:
    """A step as it stands after a deed about it."""
    kept = {"seen": mark.seen, "known": mark.known, "whom": mark.whom, "whom_at": mark.whom_at}
    if deed.kind in STATES:
        told = {"by": deed.by, "at": deed.at, "text": deed.text, "anyway": deed.anyway, "past": deed.past}
        return Mark(state=STATES[deed.kind], first=mark.first, reminded=mark.reminded, **kept, **told)
    if deed.kind is Kind.UNDONE:
        return Mark(reminded=mark.reminded, **kept)
    if deed.kind is Kind.LOOKED and deed.seen:
        same = deed.seen.verdict == UNKNOWN or (mark.forced and deed.seen.verdict == FAILED)
        return mark.model_copy(update={"seen": deed.seen, "known": mark.known if same else deed.seen})
    if deed.kind is Kind.ASSIGNED:
        return mark.model_copy(update={"whom": deed.whom, "whom_at": deed.at, "reminded": False})
    if deed.kind is Kind.REMINDED:
        return mark.model_copy(update={"reminded": True})
    return mark.model_copy(update={"first": deed}) if deed.kind is Kind.FIRST else mark


def after_all(run: Run, deeds: Iterable[Deed]) -> Run:
    """The run as it stands after several deeds."""
    return reduce(after, deeds, run)
