"""A run as platforms show it: plain data, from which each makes lines, boxes or buttons."""

import re
from datetime import date, datetime

from psfbot.checklists import words
from psfbot.checklists.progress import waiting_first
from psfbot.checklists.run import Kept, Run, State
from psfbot.checklists.template import Step

ROOM = re.compile(r" in \S+$")
"""The room behind who did something."""


class Row(Kept):
    """One step as it is shown.

    `state` is where it stands, or `ready` where it can be done now, `waiting` where others come before,
    `confirm` where a second person must say yes, and `slipped` where it was done and is true no more.
    """

    number: int
    spot: str
    id: str
    text: str
    state: str
    why: str = ""
    gate: str = ""
    needs: tuple[str, ...] = ()
    who: str
    evidence: str
    check: str = ""
    seen: str = ""
    verdict: str = ""
    by: str = ""
    at: datetime | None = None
    said: str = ""
    past: str = ""
    assigned: str = ""
    rollback: str = ""
    point_of_no_return: bool = False
    sources: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Can something be done about it now?"""
        return self.state in {"ready", "confirm", "slipped"}


class View(Kept):
    """A run as it is shown, its steps in their order."""

    number: int
    name: str
    title: str
    service: str
    course: str
    because: str = ""
    over: int
    total: int
    stale: bool = False
    started_by: str
    started_at: datetime
    changed_at: datetime
    target: date | None = None
    campaign: int | None = None
    muted: bool = False
    version: int
    rows: tuple[Row, ...]

    @property
    def first(self) -> tuple[Row, ...]:
        """The steps with the next ones first, then those that wait, then those that are over."""
        order = ("confirm", "slipped", "ready", "blocked", "waiting", "done", "skipped")
        return tuple(sorted(self.rows, key=lambda row: order.index(row.state)))


def state_of(run: Run, step: Step, now: datetime) -> str:
    """Where a step stands, for people."""
    mark = run.mark(step.id)
    if mark.slipped:
        return "slipped"
    if mark.state is not State.TODO:
        return mark.state.value
    if waiting_first(mark, now):
        return "confirm"
    return "waiting" if run.waits_for(step) else "ready"


def row(run: Run, step: Step, now: datetime) -> Row:
    """One step."""
    mark = run.mark(step.id)
    return Row(
        number=run.template.number(step.id),
        spot=run.spot(step.id),
        id=step.id,
        text=words.said(run, step.text),
        state=state_of(run, step, now),
        why=words.said(run, step.why or ""),
        gate=words.said(run, step.gate or ""),
        needs=tuple(run.spot(one.id) for one in run.waits_for(step)),
        who=step.who,
        evidence=step.evidence,
        check=step.check.name if step.check else "",
        seen=words.looks(mark.seen, now) if mark.seen else "",
        verdict=mark.seen.verdict if mark.seen else "",
        by=words.by_whom(mark.by) if mark.by else "",
        at=mark.at,
        said=mark.text,
        past=f"{mark.past} — {mark.anyway}" if mark.past else "",
        assigned=mark.whom,
        rollback=words.said(run, step.rollback or ""),
        point_of_no_return=step.point_of_no_return,
        sources=step.cites,
    )


def bare(shown: Row) -> Row:
    """A step without what is for the team alone: evidence, what a check saw, and in which room it was done."""
    by = ROOM.sub("", shown.by)
    return shown.model_copy(update={"said": "", "seen": "", "by": by, "past": "a gate" if shown.past else ""})


def view(run: Run, now: datetime, *, public: bool = False) -> View:
    """A whole run; in public without evidence."""
    rows = (row(run, step, now) for step in run.template.steps)
    return View(
        number=run.number,
        name=run.template.name,
        title=run.template.title,
        service=run.service,
        course=run.course.value,
        because=run.because,
        over=run.over,
        total=len(run.template.steps),
        stale=run.stale,
        started_by=run.started_by.name,
        started_at=run.started_at,
        changed_at=run.changed_at,
        target=run.target,
        campaign=run.campaign,
        muted=run.silence is not None,
        version=run.version,
        rows=tuple(bare(one) if public else one for one in rows),
    )
