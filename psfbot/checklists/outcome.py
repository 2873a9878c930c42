"""What a finished run changes in the catalog: the fields that its template names, with who did it and when."""

from datetime import date

from psfbot.catalog.change import Set, said_in_chat
from psfbot.catalog.model import Provenance
from psfbot.checklists.run import Course, Run, State
from psfbot.checklists.variables import filled, missing
from psfbot.text import count

PLACE = "{of}: {set} = {to}"


def changes(run: Run) -> tuple[Set, ...]:
    """The changes that the run stands for; one whose variables nobody gave a value is left out.

    A run that was given up stands for none.
    """
    if run.course is Course.ABORTED:
        return ()
    wanted = [one for one in run.template.ends_in if not missing(f"{one.of} {one.set} {one.to}", run.values)]
    return tuple(Set(*(filled(text, run.values) for text in (one.of, one.set, one.to))) for one in wanted)


def because(run: Run) -> str:
    """Why the catalog changes, for its provenance: the checklist, and who saw it through."""
    skipped = sum(run.mark(step.id).state is State.SKIPPED for step in run.template.steps)
    left = f", {count(skipped, 'step')} skipped" if skipped else ""
    ends = f", not finished: {run.over} of {len(run.template.steps)} steps done"
    if run.ended_at and run.course is Course.FINISHED:
        ends = f", finished {run.ended_at:%Y-%m-%d}"
    return f"checklist {run.number}, {run.template.title}, started by {run.started_by.name}{ends}{left}"


def provenance(run: Run, today: date) -> Provenance:
    """Who says so, and when."""
    return said_in_chat(run.started_by.person, today, because(run))


def in_words(run: Run) -> tuple[str, ...]:
    """The changes, a line each."""
    return tuple(PLACE.format(of=one.record, set=one.field, to=one.value) for one in changes(run))
