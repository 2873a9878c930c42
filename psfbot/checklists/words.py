"""What people are told of a run: why something cannot be done, how a step stands, what was done."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from psfbot.checklists.run import FAILED, PASSED, Course, Deed, Kind, Mark, Run, Seen, State, Who
from psfbot.checklists.template import Step
from psfbot.checklists.variables import filled
from psfbot.text import and_join, count, cut, one_line

SHORT, MEDIUM = 60, 160
WHY = "Say why: {what} because …"
ANYWAY_WHY = "Say why you go past the gate: … anyway because …"
RUNS = "Checklist {number} is not paused."
LOOKED_SINCE = "A later look is known already."
NOTHING_OF_YOURS = "You have done nothing on checklist {number} that could be undone. Name the step: undo {number}.1"
ALONE = "confirmed by one person alone"
NEEDS_TWO = "A second person must confirm it."
UNPROVEN = "The evidence that it asks for is missing."
SLIPPED = "; it was done, and is true no more"
SECOND = "a second person says: confirm {spot}"
SIGNS = {State.TODO: "[ ]", State.BLOCKED: "[!]", State.DONE: "[x]", State.SKIPPED: "[-]"}


def clock(at: datetime, now: datetime) -> str:
    """A moment in UTC, with its day where that is another one."""
    at, now = at.astimezone(UTC), now.astimezone(UTC)
    return f"{at:%H:%M} UTC" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M} UTC"


def long(time: timedelta) -> str:
    """A length of time in words: `40 minutes`, `5 hours`, `3 days`."""
    for noun, size in (("day", timedelta(days=1)), ("hour", timedelta(hours=1))):
        if time >= size:
            return count(time // size, noun)
    return count(time // timedelta(minutes=1), "minute")


def said(run: Run, text: str, width: int = 1000) -> str:
    """A text of the template with the variables of the run, on one line."""
    return cut(one_line(filled(text, run.values)), width)


def title(run: Run, step: Step, width: int = SHORT) -> str:
    """A step in few words: its number and the beginning of its text."""
    return f"{run.spot(step.id)} ({said(run, first_words(step.text), width)})"


def first_words(text: str) -> str:
    """The first sentence."""
    line = one_line(text)
    head, dot, _ = line.partition(". ")
    return (head if dot else line).rstrip(".")


def by_whom(who: Who | None, *, public: bool = False) -> str:
    """Who did it, and where they said so; in public not in which room."""
    place = who.place.partition(" in ")[0] if who and public else who.place if who else ""
    return f"{who.name} {place}".strip() if who else "psfbot"


def over(run: Run) -> str:
    """The run is over."""
    return f"Checklist {run.number} is {run.course}; `checklist export {run.number}` tells its story."


def paused(run: Run) -> str:
    """The run rests."""
    because = f", because {run.because}" if run.because else ""
    return f"Checklist {run.number} is paused{because}. Go on with: resume {run.number}"


def no_step(run: Run, said_: str) -> str:
    """No step of this name."""
    last = len(run.template.steps)
    number = run.number
    return f"There is no step '{cut(said_, SHORT)}' in checklist {number}: it has {number}.1 to {number}.{last}."


def already(run: Run, step: Step, mark: Mark, now: datetime, *, public: bool = False) -> str:
    """Somebody was first: who, where and when; in public without their evidence."""
    when = clock(mark.at, now) if mark.at else "before"
    what = "done" if mark.state is State.DONE else "skipped"
    shown = mark.text and not (public and mark.state is State.DONE)
    with_ = f" ({cut(mark.text, MEDIUM)})" if shown else ""
    return (
        f"{run.spot(step.id)} is {what} already: {by_whom(mark.by, public=public)}, at {when}{with_}. Nothing changed."
    )


def rights(run: Run, step: Step, name: str, reason: str) -> str:
    """Somebody may not tick this step."""
    who = {"owner": "an owner of {service}", "admin": "an admin"}.get(step.who, f"a {step.who}")
    who = who.format(service=run.service)
    return f"{run.spot(step.id)} is for {who}, and {reason or f'{name} is none'}. `whoami` tells more."


def blocked(run: Run, step: Step, mark: Mark) -> str:
    """Something outside holds it up."""
    who = mark.by.name if mark.by else "psfbot"
    spot = run.spot(step.id)
    return f"{spot} is blocked by {who}: {cut(mark.text, MEDIUM)}. When that is over: undo {spot}"


def needs(run: Run, step: Step, waiting: Iterable[Step], *, public: bool = False) -> str:
    """Other steps come before."""
    parts = []
    for one in waiting:
        mark = run.mark(one.id)
        saw = f": {cut(mark.known.text, MEDIUM).rstrip('.')}" if mark.known and not public else ""
        parts.append(title(run, one) + (f"{SLIPPED}{saw}" if mark.slipped else ""))
    gates = [said(run, one.gate, MEDIUM).rstrip(".") for one in waiting if one.gate]
    gate = f" The gate: {and_join(gates)}." if gates else ""
    return f"{run.spot(step.id)} waits for {and_join(parts)}.{gate}"


def unchecked(run: Run, step: Step) -> str:
    """Its check has not looked lately."""
    return f"{run.spot(step.id)} has a check that has not looked yet: check {run.spot(step.id)}"


def not_passed(run: Run, step: Step, seen: Seen, *, public: bool = False) -> str:
    """Its check says no, or nothing; in public not what it saw."""
    spot = run.spot(step.id)
    if public:
        return f"{spot} is not done: its check " + ("failed." if seen.verdict == FAILED else "could not tell.")
    if seen.verdict == FAILED:
        return f"{spot} is not done: {cut(seen.text, MEDIUM).rstrip('.')}."
    return f"{spot} could not be checked, because {cut(lower(seen.text), MEDIUM).rstrip('.')}."


def way_past(run: Run, step: Step, *, admin: bool) -> str:
    """How to go on where a gate is shut."""
    return f"To go past it: done {run.spot(step.id)} anyway because …" if admin else "An admin may go past it."


def lower(text: str) -> str:
    """A sentence to go on with: its first letter small, unless it begins with an abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def not_admin(shut: str, reason: str) -> str:
    """Only an admin goes past a gate."""
    return f"{shut} Only an admin goes past a gate, and {reason or 'you are none'}."


def evidence(run: Run, step: Step) -> str:
    """Something must be shown."""
    spot = run.spot(step.id)
    if step.evidence == "url":
        return f"{spot} needs a link as evidence: done {spot} https://…"
    return f"{spot} needs evidence, a few words on what you saw: done {spot} …"


def nothing_to_confirm(run: Run, step: Step) -> str:
    """Nobody waits for a second confirmation."""
    spot = run.spot(step.id)
    if step.point_of_no_return:
        return f"Nobody has said yet that {spot} is to be done: done {spot} … comes first, then somebody else confirms."
    return f"{spot} is no point of no return: done {spot} is enough."


def second(run: Run, step: Step, first: Who) -> str:
    """The second person must be another."""
    spot = run.spot(step.id)
    return (
        f"{spot} is a point of no return, and you, {first.name}, were the first: somebody else says: confirm {spot}. "
        f"Where there is nobody else, an admin may say: confirm {spot} anyway because …; that is written down."
    )


def both(first: str, second_: str, text: str) -> str:
    """Who passed the point of no return."""
    who = f"confirmed by {first} and {second_}" if first != second_ else f"confirmed by {first}"
    return f"{who}: {text}" if text else who


def nothing_to_undo(run: Run, step: Step) -> str:
    """It is open as it is."""
    return f"{run.spot(step.id)} is open: there is nothing to undo."


def gone(run: Run, step: Step) -> str:
    """It cannot be taken back."""
    how = f" What is left: {said(run, step.rollback, MEDIUM)}" if step.rollback else ""
    return f"{run.spot(step.id)} was the point of no return: it cannot be undone.{how}"


def later(run: Run, step: Step, later_: Iterable[Step]) -> str:
    """Others stand on it."""
    spots = [run.spot(one.id) for one in later_]
    return f"{and_join(spots)} stand{'s' * (len(spots) == 1)} on {run.spot(step.id)}: undo {spots[-1]} first."


def no_abort(run: Run, reason: str) -> str:
    """Not theirs to give up."""
    return (
        f"Checklist {run.number} is given up by {run.started_by.name}, who started it, by an owner of {run.service} "
        f"or by a responder; {reason or 'you are none of them'}. `pause {run.number}` lets it rest."
    )


def standing(run: Run) -> str:
    """How far a run is, in a few words."""
    total = len(run.template.steps)
    if run.course is Course.FINISHED:
        return f"finished, {total} of {total}"
    stale = ", stale" if run.stale else ""
    course = "" if run.course is Course.RUNNING else f"{run.course}, "
    return f"{course}{run.over} of {total} done{stale}"


def headline(run: Run) -> str:
    """What a run is, and how far."""
    return f"Checklist {run.number}, {run.template.name} for {run.service}: {standing(run)}"


def sign(run: Run, step: Step) -> str:
    """A box with what stands in it."""
    mark = run.mark(step.id)
    return "[?]" if mark.slipped else SIGNS[mark.state]


def looks(seen: Seen, now: datetime, *, public: bool = False) -> str:
    """What a check saw; in public only what it came to."""
    verdict = {PASSED: "check passed", FAILED: "check failed"}.get(seen.verdict, "could not be checked")
    return f"{verdict} at {clock(seen.at, now)}" + ("." if public else f": {cut(seen.text, MEDIUM)}")


def happened(run: Run, deed: Deed, *, public: bool = False) -> str:
    """A deed as a room is told of it; nothing where a room need not hear of it. A public one sees no evidence."""
    step = run.template.step(deed.step) if deed.step else None
    spot = title(run, step) if step else ""
    number = run.spot(step.id) if step else ""
    who = deed.by.name if deed.by else "psfbot"
    text = f": {cut(deed.text, MEDIUM)}" if deed.text and not public else ""
    gate = f" ({cut(deed.past, MEDIUM)})" if not public else ""
    gate = f" PAST A GATE{gate} because {deed.anyway}" if deed.past else ""
    lines = {
        Kind.STARTED: f"{who} started it",
        Kind.DONE: f"{who} did {spot}{text}{gate}",
        Kind.FIRST: f"{who} wants to pass the point of no return {spot}{text}{gate}; {SECOND.format(spot=number)}",
        Kind.SKIPPED: f"{who} skipped {spot}, because {deed.text}",
        Kind.BLOCKED: f"{who} blocked {spot}, because {deed.text}",
        Kind.UNDONE: f"{who} undid {spot}",
        Kind.PAUSED: f"{who} paused it{', because ' + deed.text if deed.text else ''}",
        Kind.RESUMED: f"{who} goes on with it",
        Kind.ABORTED: f"{who} gave it up, because {deed.text}",
        Kind.FINISHED: "it is finished",
        Kind.ASSIGNED: f"{spot} is for {deed.whom}",
        Kind.TOLD: f"{who} said what it asks for{text}",
    }
    return lines.get(deed.kind, "")
