"""What may be done to a run now: each decision is the deeds that come of it, or the reason why not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from psfbot.checklists import words
from psfbot.checklists.run import (
    FAILED,
    PASSED,
    Course,
    Deed,
    Kind,
    Mark,
    Run,
    Seen,
    State,
    Who,
    after_all,
)
from psfbot.checklists.template import Step

FRESH = timedelta(minutes=10)
"""How old what a check saw may be when a step is ticked by it."""
LAPSES = timedelta(days=1)
"""How long the first confirmation of a point of no return waits for the second."""
PAGE = re.compile(r"https?://\S+")
RANKS = {"anyone": 0, "member": 1, "responder": 2, "owner": 2, "admin": 3}


class Why(StrEnum):
    """Why something cannot be done."""

    OVER = "the run is over"
    PAUSED = "the run is paused"
    RUNNING = "the run is not paused"
    NO_STEP = "there is no such step"
    ALREADY = "somebody was first"
    RIGHTS = "not their step"
    BLOCKED = "the step is blocked"
    NEEDS = "steps before it are not done"
    FAILED = "its check fails"
    UNKNOWN = "its check could not tell"
    UNCHECKED = "its check has not looked yet"
    EVIDENCE = "evidence is missing"
    SECOND = "a second person must confirm"
    NOTHING = "there is nothing to do"
    REASON = "a reason is missing"
    GONE = "the point of no return is behind"
    LATER = "later steps stand on it"
    NOT_ADMIN = "only an admin goes past a gate"


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that cannot be done: the reason, and what people are told; `bare` is that without any evidence."""

    why: Why
    words: str
    bare: str = ""

    def said(self, *, public: bool) -> str:
        """What is told in a room."""
        return (public and self.bare) or self.words


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody who acts: who they are, how much they may do, whether they own the service, and why that is so."""

    who: Who
    level: str
    owner: bool = False
    reason: str = ""

    def may(self, step: Step) -> bool:
        """May they tick this step?"""
        if step.who == "owner":
            return self.owner or self.admin
        return RANKS[self.level] >= RANKS[step.who] or (step.who == "responder" and self.owner)

    @property
    def admin(self) -> bool:
        """May they go past a gate?"""
        return self.level == "admin"


Decision = tuple[Deed, ...] | Refused
LOOKS = frozenset({Why.FAILED, Why.UNKNOWN, Why.UNCHECKED})
"""The gates that a step's own check keeps shut."""


def idle(run: Run) -> Refused | None:
    """Why nothing can be done to a run, if that is so."""
    if not run.open:
        return Refused(Why.OVER, words.over(run))
    return Refused(Why.PAUSED, words.paused(run)) if run.course is Course.PAUSED else None


def step_of(run: Run, said: str) -> Step | Refused:
    """The step that somebody means."""
    found = run.find(said)
    return found or Refused(Why.NO_STEP, words.no_step(run, said))


def gates(run: Run, step: Step, now: datetime) -> tuple[Refused, ...]:
    """Everything that keeps a step from being done: a block, what comes before it, its own check."""
    mark, waiting = run.mark(step.id), run.waits_for(step)
    shut = [Refused(Why.BLOCKED, words.blocked(run, step, mark))] if mark.state is State.BLOCKED else []
    shut += (
        [Refused(Why.NEEDS, words.needs(run, step, waiting), words.needs(run, step, waiting, public=True))]
        if waiting
        else []
    )
    seen = mark.seen
    if step.check and (seen is None or abs(now - seen.at) > FRESH):
        shut.append(Refused(Why.UNCHECKED, words.unchecked(run, step)))
    elif step.check and seen and seen.verdict != PASSED:
        why = Why.FAILED if seen.verdict == FAILED else Why.UNKNOWN
        shut.append(Refused(why, words.not_passed(run, step, seen), words.not_passed(run, step, seen, public=True)))
    return tuple(shut)


def ready_to_tick(run: Run, step: Step, hand: Hand, now: datetime) -> Refused | None:
    """Why a step cannot be ticked or skipped by anybody, or not by them; gates are another matter."""
    if refused := idle(run):
        return refused
    mark = run.mark(step.id)
    if mark.over:
        hidden = words.already(run, step, mark, now, public=True)
        return Refused(Why.ALREADY, words.already(run, step, mark, now), hidden)
    return None if hand.may(step) else Refused(Why.RIGHTS, words.rights(run, step, hand.who.name, hand.reason))


def tick(run: Run, said: str, hand: Hand, text: str, now: datetime, anyway: str | None = None) -> Decision:
    """Is a step done? Never past a gate without a word: `anyway` is an admin's reason to do so, and is kept."""
    step = step_of(run, said)
    if isinstance(step, Refused):
        return step
    if refused := ready_to_tick(run, step, hand, now):
        return refused
    first = waiting_first(run.mark(step.id), now) if step.point_of_no_return else None
    if first:
        return confirm(run, said, hand, now, anyway, text)
    lacks = unproven(run, step, text)
    shut = (*gates(run, step, now), *((lacks,) if lacks else ()))
    past = " ".join(words.UNPROVEN if one is lacks else one.words for one in shut)
    if shut:
        if anyway is None:
            return hinted(shut[0], run, step, hand)
        if refused := no_override(hand, anyway, shut[0]):
            return refused
    kind = Kind.FIRST if step.point_of_no_return else Kind.DONE
    reason, evidence = (anyway or "") if past else "", proof(run, step, text)
    deed = Deed(kind=kind, at=now, by=hand.who, step=step.id, text=evidence, anyway=reason, past=past)
    return ended(run, (deed,))


def hinted(shut: Refused, run: Run, step: Step, hand: Hand) -> Refused:
    """A refusal with what else can be tried, where only the step's own check keeps it from being done."""
    if shut.why not in LOOKS or (shut.why is Why.FAILED and not hand.admin):
        return shut
    hint = words.way_past(run, step, admin=hand.admin)
    return replace(shut, words=f"{shut.words} {hint}", bare=f"{shut.bare} {hint}" if shut.bare else "")


def no_override(hand: Hand, anyway: str, shut: Refused) -> Refused | None:
    """Why a gate cannot be passed."""
    if not hand.admin:
        bare = words.not_admin(shut.bare, hand.reason) if shut.bare else ""
        return Refused(Why.NOT_ADMIN, words.not_admin(shut.words, hand.reason), bare)
    return None if anyway.strip() else Refused(Why.REASON, words.ANYWAY_WHY)


def unproven(run: Run, step: Step, text: str) -> Refused | None:
    """Why a step is not shown to be done, if that is so: a gate like all others."""
    lacks = {"url": not PAGE.search(text), "text": not text}.get(step.evidence)
    return Refused(Why.EVIDENCE, words.evidence(run, step)) if lacks else None


def proof(run: Run, step: Step, text: str) -> str:
    """The evidence of a step as it is kept: what somebody shows, and what its check saw."""
    seen = run.mark(step.id).seen
    saw = seen.text if step.check and seen and seen.verdict == PASSED else ""
    return "; ".join(filter(None, (text, saw)))


def waiting_first(mark: Mark, now: datetime) -> Deed | None:
    """The first confirmation, while it waits for the second."""
    return mark.first if mark.first and not mark.over and now - mark.first.at <= LAPSES else None


def confirm(run: Run, said: str, hand: Hand, now: datetime, anyway: str | None = None, text: str = "") -> Decision:
    """May the point of no return be passed? Two people must say so; an admin alone only with a reason that is kept."""
    step = step_of(run, said)
    if isinstance(step, Refused):
        return step
    if refused := ready_to_tick(run, step, hand, now):
        return refused
    first = waiting_first(run.mark(step.id), now)
    if not step.point_of_no_return or first is None or first.by is None:
        return Refused(Why.NOTHING, words.nothing_to_confirm(run, step))
    shut = gates(run, step, now)
    if shut and not first.anyway:
        return shut[0]
    new = [one.words for one in shut if one.words not in first.past]
    past, reason = " ".join(filter(None, (first.past, *new))), first.anyway
    if first.by.key == hand.who.key:
        if anyway is None:
            return Refused(Why.SECOND, words.second(run, step, first.by))
        alone = Refused(Why.SECOND, words.NEEDS_TWO)
        if refused := no_override(hand, anyway, alone):
            return refused
        past = "; ".join(filter(None, (past.rstrip("."), words.ALONE)))
        reason = "; ".join(filter(None, (reason, anyway)))
    both = words.both(first.by.name, hand.who.name, "; ".join(filter(None, (first.text, text))))
    deed = Deed(kind=Kind.DONE, at=now, by=hand.who, step=step.id, text=both, anyway=reason, past=past)
    return ended(run, (deed,))


def ended(run: Run, deeds: tuple[Deed, ...]) -> tuple[Deed, ...]:
    """The same deeds, and the end of the run where nothing is left to do."""
    then = after_all(run, deeds)
    if then.over < len(then.template.steps):
        return deeds
    return (*deeds, Deed(kind=Kind.FINISHED, at=deeds[-1].at))


def skip(run: Run, said: str, hand: Hand, because: str, now: datetime) -> Decision:
    """Is a step left out? With a reason, by somebody who might have done it."""
    step = step_of(run, said)
    if isinstance(step, Refused):
        return step
    if refused := ready_to_tick(run, step, hand, now):
        return refused
    if not because.strip():
        return Refused(Why.REASON, words.WHY.format(what=f"skip {run.spot(step.id)}"))
    return ended(run, (Deed(kind=Kind.SKIPPED, at=now, by=hand.who, step=step.id, text=because),))


def block(run: Run, said: str, hand: Hand, because: str, now: datetime) -> Decision:
    """Is a step held up by something outside of the run?"""
    step = step_of(run, said)
    if isinstance(step, Refused):
        return step
    if refused := ready_to_tick(run, step, hand, now):
        return refused
    if not because.strip():
        return Refused(Why.REASON, words.WHY.format(what=f"block {run.spot(step.id)}"))
    mark = run.mark(step.id)
    if mark.state is State.BLOCKED and mark.by == hand.who and mark.text == because:
        return Refused(Why.ALREADY, words.blocked(run, step, mark))
    return (Deed(kind=Kind.BLOCKED, at=now, by=hand.who, step=step.id, text=because),)


def undo(run: Run, said: str, hand: Hand, now: datetime) -> Decision:
    """Is a step open again? Only while nothing that was done stands on it, and never behind the point of no return."""
    if refused := idle(run):
        return refused
    step = step_of(run, said) if said else last_of(run, hand.who, now)
    if isinstance(step, Refused):
        return step
    mark = run.mark(step.id)
    if mark.state is State.TODO and waiting_first(mark, now) is None:
        return Refused(Why.NOTHING, words.nothing_to_undo(run, step))
    if not hand.may(step):
        return Refused(Why.RIGHTS, words.rights(run, step, hand.who.name, hand.reason))
    if mark.state is State.DONE and step.point_of_no_return:
        return Refused(Why.GONE, words.gone(run, step))
    if mark.over and (later := standing_on(run, step)):
        return Refused(Why.LATER, words.later(run, step, later))
    return (Deed(kind=Kind.UNDONE, at=now, by=hand.who, step=step.id, text=mark.state),)


def last_of(run: Run, who: Who, now: datetime) -> Step | Refused:
    """What somebody last did."""
    mine = done_by(run, who, now)
    found = run.template.step(max(mine)[1]) if mine else None
    return found or Refused(Why.NOTHING, words.NOTHING_OF_YOURS.format(number=run.number))


def done_by(run: Run, who: Who, now: datetime) -> list[tuple[datetime, str]]:
    """When somebody did which step; a first confirmation that still waits for the second is something done, too."""
    waiting = [(first.at, id_, first.by) for id_, mark in run.marks.items() if (first := waiting_first(mark, now))]
    made = [(mark.at, id_, mark.by) for id_, mark in run.marks.items() if mark.at]
    return [(at, id_) for at, id_, by in (*made, *waiting) if by and by.key == who.key]


def standing_on(run: Run, step: Step) -> tuple[Step, ...]:
    """The steps that are done and need this one."""
    return tuple(
        one
        for one in run.template.steps
        if run.mark(one.id).state is State.DONE and step.id in run.template.needed(one)
    )


def assign(run: Run, said: str, hand: Hand, person: str, now: datetime) -> Decision:
    """Does somebody have a step to do?"""
    if not run.open:
        return Refused(Why.OVER, words.over(run))
    step = step_of(run, said)
    if isinstance(step, Refused):
        return step
    if run.mark(step.id).over:
        return Refused(Why.ALREADY, words.already(run, step, run.mark(step.id), now))
    return (Deed(kind=Kind.ASSIGNED, at=now, by=hand.who, step=step.id, whom=person),)


def tell(run: Run, hand: Hand, values: Mapping[str, str], now: datetime) -> Decision:
    """Is something known now that the template asks for? It counts for every check from now on."""
    if not run.open:
        return Refused(Why.OVER, words.over(run))
    text = ", ".join(f"{name}={value}" for name, value in values.items())
    return (Deed(kind=Kind.TOLD, at=now, by=hand.who, text=text, values=values),)


def note(run: Run, said: str, hand: Hand, text: str, now: datetime) -> Decision:
    """Is something written down, about a step or the run? Also when it is over."""
    step = step_of(run, said) if said else None
    if isinstance(step, Refused):
        return step
    return (Deed(kind=Kind.NOTED, at=now, by=hand.who, step=step.id if step else "", text=text),)


def pause(run: Run, hand: Hand, because: str, now: datetime) -> Decision:
    """Does a run rest? Nobody is reminded then, and nothing is checked."""
    if refused := idle(run):
        return refused
    return (Deed(kind=Kind.PAUSED, at=now, by=hand.who, text=because),)


def resume(run: Run, hand: Hand, now: datetime) -> Decision:
    """Does a run go on?"""
    if not run.open:
        return Refused(Why.OVER, words.over(run))
    if run.course is not Course.PAUSED:
        return Refused(Why.RUNNING, words.RUNS.format(number=run.number))
    return (Deed(kind=Kind.RESUMED, at=now, by=hand.who),)


def abort(run: Run, hand: Hand, because: str, now: datetime) -> Decision:
    """Is a run given up? With a reason, by whoever started it or answers for the service."""
    if not run.open:
        return Refused(Why.OVER, words.over(run))
    if not because.strip():
        return Refused(Why.REASON, words.WHY.format(what=f"abort {run.number}"))
    if RANKS[hand.level] < RANKS["responder"] and not hand.owner and hand.who.key != run.started_by.key:
        return Refused(Why.RIGHTS, words.no_abort(run, hand.reason))
    return (Deed(kind=Kind.ABORTED, at=now, by=hand.who, text=because),)


def looked(run: Run, step: str, seen: Seen) -> Decision:
    """Does what a check saw count? Not when the run is over, nor when a later look is known already.

    A look that is much later was made before the clock was put back: it must not hold off all others.
    """
    found = run.template.step(step)
    if found is None or found.check is None or not run.open:
        return Refused(Why.OVER, words.over(run))
    last = run.mark(step).seen
    if last and seen.at < last.at <= seen.at + FRESH:
        return Refused(Why.ALREADY, words.LOOKED_SINCE)
    return (Deed(kind=Kind.LOOKED, at=seen.at, step=step, seen=seen),)


@dataclass(frozen=True, slots=True)
class Back:
    """One step of the way back: what was done, and how to undo it; `beyond` is behind the point of no return."""

    step: Step
    how: str
    beyond: bool = False


def rollback(run: Run) -> tuple[Back, ...]:
    """How to undo what was done, the last first; behind the point of no return it cannot simply be taken back."""
    done = [step for step in run.template.steps if run.mark(step.id).state is State.DONE]
    done.sort(key=lambda step: (run.mark(step.id).at or run.started_at, run.template.number(step.id)))
    passed = max((at for at, step in enumerate(done) if step.point_of_no_return), default=-1)
    back = [Back(step, step.rollback or "", at <= passed) for at, step in enumerate(done)]
    return tuple(reversed(back))
