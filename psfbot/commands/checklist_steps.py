"""What people do on a checklist: tick, skip, check, assign, undo, rest, give up."""

from collections.abc import Callable

from psfbot.catalog.model import Person
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.checklists import progress, words
from psfbot.checklists.progress import Decision, Refused
from psfbot.checklists.run import Kind, Run, State
from psfbot.checklists.view import view
from psfbot.commands.checklist_shown import doing, given, name_of, told, way_back
from psfbot.errors import UserError
from psfbot.flows.checklist import Checklists, Doing, Done
from psfbot.flows.checklist_start import checked
from psfbot.text import count, cut, one_line

topic = Topic("checklist steps", "Tick, skip, check and assign the steps of a checklist.")

NONE_OF_YOURS = "You have done nothing on an open checklist that could be undone. Name the step: undo 3.4"
NO_CHECKS = "Checklist {number} has no step with a check that could be made now."
NO_CHECK = "{spot} has no check: whoever does it says so."
AWAY = "{name} is inactive in the catalog, and would not hear of it. Give the step to somebody else."
LONGEST = 500
MOST = 1000
"""Open checklists that are searched for what somebody did last."""


async def act(ask: Ask, number: int, decide: Callable[[Run, Doing], Decision]) -> Done:
    """Do something to a run as whoever asks."""
    lists = ask.port(Checklists)
    mine = doing(ask, (await lists.get(number)).service)
    return await lists.change(number, lambda run: decide(run, mine), mine)


def kept(text: str) -> str:
    """Somebody's own words as they are kept."""
    return cut(one_line(text), LONGEST)


def grounds(text: str) -> str:
    """A reason as it is kept; `because` alone is none."""
    said = kept(text)
    return "" if said.lower().rstrip(" .…") in {"because", "due to", "since"} else said


@topic.says(
    "(done|did|tick|finish|tick off|check off) [step] {run}.{step}",
    "(done|did|tick|finish|tick off|check off) [step] {run}.{step} {text}",
    "(done|did|tick|finish|tick off|check off) [step] {run}.{step} anyway because {reason}",
    "(done|did|tick|finish|tick off|check off) [step] {run}.{step} {text} anyway because {reason}",
    "mark [step] {run}.{step} [as] done",
    "[step] {run}.{step} [is] done",
    level=Level.MEMBER,
    writes=True,
)
async def done(ask: Ask, run: int, step: int, text: str = "", reason: str = "") -> Answer:
    """Tick a step, with its evidence; a check of the step is made first, and must pass.

    Nobody ticks past a gate, but for an admin with a reason, which is told and kept.

    >>> done 3.4 https://github.com/python/pythondotorg/pull/1
    'done' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    lists = ask.port(Checklists)
    mine = doing(ask, (await lists.get(run)).service)
    made = await lists.done(run, str(step), mine, kept(text), kept(reason) if reason else None)
    return told(ask, made, said(made, str(step), public=ask.message.public))


def said(made: Done, step: str, *, public: bool = False) -> str:
    """What a tick came to; in public without the evidence, and without what a check saw."""
    run = made.run
    deed = next((one for one in made.deeds if one.kind in {Kind.DONE, Kind.FIRST}), None)
    found = run.find(step)
    if deed is None or found is None:
        return words.headline(run)
    gate = "" if public else f" ({deed.past.rstrip('.')})"
    past = f" Past a gate{gate}, because {deed.anyway}." if deed.past else ""
    if deed.kind is Kind.FIRST:
        spot = run.spot(found.id)
        return f"{spot} is a point of no return: a second person says `confirm {spot}` within a day. Nothing is ticked yet.{past}"
    text = f": {deed.text.rstrip('.')}" if deed.text and not public else ""
    return f"{run.spot(found.id)} is done{text}.{past} {run.over} of {len(run.template.steps)}."


@topic.says(
    "confirm [step] {run}.{step}",
    "confirm [step] {run}.{step} anyway because {reason}",
    level=Level.MEMBER,
    writes=True,
)
async def confirm(ask: Ask, run: int, step: int, reason: str = "") -> Answer:
    """Confirm a point of no return as the second person.

    >>> confirm 3.7
    'confirm' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    lists = ask.port(Checklists)
    mine = doing(ask, (await lists.get(run)).service)
    made = await lists.confirm(run, str(step), mine, kept(reason) if reason else None)
    return told(ask, made, said(made, str(step), public=ask.message.public))


@topic.says(
    "skip [step] {run}.{step}",
    "skip [step] {run}.{step} (because|due to|since) {reason}",
    "skip [step] {run}.{step} {reason}",
    level=Level.MEMBER,
    writes=True,
)
async def skip(ask: Ask, run: int, step: int, reason: str = "") -> Answer:
    """Leave a step out, with a reason.

    >>> skip 3.5 because the service has no database
    'skip' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    made = await act(ask, run, lambda now, i: progress.skip(now, str(step), i.hand, grounds(reason), i.now))
    return told(
        ask,
        made,
        f"{run}.{step} is skipped, because {kept(reason)}. {made.run.over} of {len(made.run.template.steps)}.",
    )


@topic.says(
    "block [step] {run}.{step}",
    "block [step] {run}.{step} (because|due to|since) {reason}",
    "block [step] {run}.{step} {reason}",
    level=Level.MEMBER,
    writes=True,
)
async def block(ask: Ask, run: int, step: int, reason: str = "") -> Answer:
    """Say that something outside holds a step up; `undo` says that it is over.

    >>> block 3.4 because the provider has no such hosts yet
    'block' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    made = await act(ask, run, lambda now, i: progress.block(now, str(step), i.hand, grounds(reason), i.now))
    return told(ask, made, f"{run}.{step} is blocked: {kept(reason)}. When that is over: undo {run}.{step}")


@topic.says(
    "(check|recheck|verify) [step] {run}.{step}",
    level=Level.MEMBER,
    writes=True,
)
async def check_step(ask: Ask, run: int, step: int) -> Answer:
    """Make the check of one step now, and say what it saw.

    >>> check 3.4
    'check step' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    lists = ask.port(Checklists)
    known = await lists.get(run)
    found = progress.step_of(known, str(step))
    if isinstance(found, Refused):
        raise UserError(found.words)
    if found.check is None:
        raise UserError(NO_CHECK.format(spot=known.spot(found.id)))
    then, seen = await lists.check(run, (found,), doing(ask, known.service))
    fact = f"{known.spot(found.id)} {words.looks(seen[found.id], ask.now, public=ask.message.public)}"
    return Answer(fact, data={"checklist": view(then, ask.now, public=ask.message.public).model_dump(mode="json")})


@topic.says("(check|recheck) [checklist] {number}", level=Level.MEMBER, writes=True)
async def check_all(ask: Ask, number: int) -> Answer:
    """Make every check of a checklist whose step can be done or is done.

    >>> check 3
    'check all' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    lists = ask.port(Checklists)
    run = await lists.get(number)
    ready = {step.id for step in run.next}
    steps = tuple(
        step
        for step in run.template.steps
        if step.check and (step.id in ready or run.mark(step.id).state is State.DONE)
    )
    if not steps:
        raise UserError(NO_CHECKS.format(number=number))
    then, seen = await lists.check(number, steps, doing(ask, run.service))
    passed = sum(one.verdict == "passed" for one in seen.values())
    lines = [f"{then.spot(step.id)} {words.looks(seen[step.id], ask.now, public=ask.message.public)}" for step in steps]
    fact = f"Checklist {number}: {passed} of {count(len(steps), 'check')} passed."
    return Answer(
        fact, lines=lines, data={"checklist": view(then, ask.now, public=ask.message.public).model_dump(mode="json")}
    )


@topic.says(
    "(assign|give) [step] {run}.{step} [to] {person}",
    "(assign|give) [step] {run}.{step} [to] (me|myself)",
    "(i take|i will do|take) [step] {run}.{step}",
    level=Level.MEMBER,
    writes=True,
)
async def assign(ask: Ask, run: int, step: int, person: Person | None = None) -> Answer:
    """Give a step to somebody; they are reminded of it once, a day after it can be done.

    >>> assign 3.6 mdk
    'assign' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    whom = person or ask.person
    if whom is None:
        raise UserError(f"Say to whom: assign {run}.{step} PERSON")
    if whom.status == "inactive":
        raise UserError(AWAY.format(name=whom.name))
    made = await act(ask, run, lambda now, i: progress.assign(now, str(step), i.hand, whom.id, i.now))
    return Answer(
        f"{run}.{step} is for {name_of(ask, whom.id)}.",
        data={"checklist": view(made.run, ask.now, public=ask.message.public).model_dump(mode="json")},
    )


@topic.says(
    "(undo|uncheck|untick|unblock|reopen) [step] {run}.{step}",
    level=Level.MEMBER,
    writes=True,
)
async def undo_step(ask: Ask, run: int, step: int) -> Answer:
    """Open a step again that was ticked, skipped or blocked.

    >>> undo 3.4
    'undo step' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    made = await act(ask, run, lambda now, i: progress.undo(now, str(step), i.hand, i.now))
    return told(ask, made, f"{run}.{step} is open again. {words.standing(made.run)}.")


@topic.says("(undo|undo that|undo it|undo my last tick)", level=Level.MEMBER, writes=True)
async def undo(ask: Ask) -> Answer:
    """Undo what you did last on any open checklist.

    >>> undo
    'undo' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    lists = ask.port(Checklists)
    found = await lists.read(lambda runs: runs.runs(limit=MOST))
    me = doing(ask).hand.who
    mine = [(at, run.number, id_) for run in found for at, id_ in progress.done_by(run, me, ask.now)]
    if not mine:
        return Answer(NONE_OF_YOURS, outcome=Outcome.NOT_FOUND)
    _, number, id_ = max(mine)
    made = await act(ask, number, lambda now, i: progress.undo(now, id_, i.hand, i.now))
    return told(ask, made, f"{made.run.spot(id_)} is open again. {words.standing(made.run)}.")


@topic.says(
    "pause [checklist] {number}",
    "pause [checklist] {number} (because|due to|since) {reason}",
    level=Level.MEMBER,
    writes=True,
)
async def pause(ask: Ask, number: int, reason: str = "") -> Answer:
    """Let a checklist rest: nobody is reminded, nothing is checked, and a silence of it ends.

    >>> pause 3 because of the release
    'pause' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    made = await act(ask, number, lambda now, i: progress.pause(now, i.hand, kept(reason), i.now))
    return told(ask, made, f"Checklist {number} is paused. Go on with: resume {number}")


@topic.says("(resume|continue) [checklist] {number}", level=Level.MEMBER, writes=True)
async def resume(ask: Ask, number: int) -> Answer:
    """Go on with a checklist that was paused.

    >>> resume 3
    'resume' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    made = await act(ask, number, lambda now, i: progress.resume(now, i.hand, i.now))
    return told(ask, made, f"Checklist {number} goes on: {words.standing(made.run)}.")


@topic.says(
    "(abort|cancel) [checklist] {number}",
    "(abort|cancel) [checklist] {number} (because|due to|since) {reason}",
    level=Level.MEMBER,
    writes=True,
)
async def abort(ask: Ask, number: int, reason: str = "") -> Answer:
    """Give a checklist up, and list how to take back what was done, the last first.

    >>> abort 3 because the wheels are missing
    'abort' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    made = await act(ask, number, lambda now, i: progress.abort(now, i.hand, kept(reason), i.now))
    back = way_back(made.run)
    last = "Nothing was done, so there is nothing to take back."
    fact = f"Checklist {number} is given up, because {kept(reason)}. " + ("The way back:" if back else last)
    return Answer(
        fact,
        lines=back,
        data={"checklist": view(made.run, ask.now, public=ask.message.public).model_dump(mode="json"), "back": back},
    )


@topic.says(
    "checklist note {number} {text}",
    "note checklist {number} {text}",
    level=Level.MEMBER,
    writes=True,
)
async def checklist_note(ask: Ask, number: int, text: str) -> Answer:
    """Write something down about a checklist, also when it is over.

    >>> checklist note 3 the old host stays until Monday
    'checklist note' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    await act(ask, number, lambda now, i: progress.note(now, "", i.hand, kept(text), i.now))
    return Answer(f"Checklist {number}: noted.")


@topic.says(
    "checklist set {number} {text}",
    "checklist {number} with {text}",
    level=Level.MEMBER,
    writes=True,
)
async def checklist_set(ask: Ask, number: int, text: str) -> Answer:
    """Say what a checklist asks for and was not known when it was started, such as an image or a pull request.

    >>> checklist set 3 image=ghcr.io/python/planet
    'checklist set' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    run = await ask.port(Checklists).get(number)
    values = checked(run.template, given(text), ask.book)
    await act(ask, number, lambda now, i: progress.tell(now, i.hand, values, i.now))
    return Answer(f"Checklist {number}: {', '.join(f'{name} is {value}' for name, value in values.items())}.")


@topic.says("note [step] {run}.{step} {text}", level=Level.MEMBER, writes=True)
async def step_note(ask: Ask, run: int, step: int, text: str) -> Answer:
    """Write something down about a step.

    >>> note 3.4 it took two hours
    'step note' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    await act(ask, run, lambda now, i: progress.note(now, str(step), i.hand, kept(text), i.now))
    return Answer(f"{run}.{step}: noted.")
