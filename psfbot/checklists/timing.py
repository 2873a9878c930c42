"""What time alone brings about in a run: who is reminded, which check looks again, and when a run counts as stale."""

from datetime import datetime, timedelta

from psfbot.checklists.run import Course, Deed, Kind, Run, State
from psfbot.checklists.template import Step, span
from psfbot.checklists.words import long

REMIND = timedelta(days=1)
"""How long somebody may have a step to do before they are reminded of it."""
SOONEST = timedelta(minutes=5)
"""No check is made again sooner."""


def ready_since(run: Run, step: Step) -> datetime:
    """Since when a step can be done."""
    before = [run.mark(id_).at for id_ in run.template.needed(step)]
    return max((at for at in before if at), default=run.started_at)


def reminders(run: Run, now: datetime) -> tuple[Deed, ...]:
    """Who is reminded now: whoever has had a step for a day that could be done; once, until it is given away anew."""
    if run.course is not Course.RUNNING:
        return ()
    found = []
    for step in run.next:
        mark = run.mark(step.id)
        if mark.whom and mark.whom_at and not mark.reminded:
            since = max(mark.whom_at, ready_since(run, step))
            if now - since >= REMIND:
                found.append(Deed(kind=Kind.REMINDED, at=now, step=step.id, whom=mark.whom))
    return tuple(found)


def turns_stale(run: Run, now: datetime) -> tuple[Deed, ...]:
    """Has nobody done anything for too long? It is told once, until somebody does."""
    waited = now - run.changed_at
    if run.course is not Course.RUNNING or run.stale or waited < span(run.template.stale_after):
        return ()
    return (Deed(kind=Kind.STALE, at=now, text=f"nobody did anything for {long(waited)}"),)


def due_looks(run: Run, now: datetime) -> tuple[Step, ...]:
    """The steps whose checks are to look again: those that are done, and those that can be."""
    if run.course is not Course.RUNNING:
        return ()
    ready = {step.id for step in run.next}
    return tuple(
        step
        for step in run.template.steps
        if step.check
        and step.recheck
        and (step.id in ready or run.mark(step.id).state is State.DONE)
        and _again(run, step, now)
    )


def _again(run: Run, step: Step, now: datetime) -> bool:
    """Has it been long enough since the last look? The first is due as long after the step could be done."""
    seen = run.mark(step.id).seen
    since = seen.at if seen else ready_since(run, step)
    return now - since >= max(span(step.recheck or "1d"), SOONEST)
