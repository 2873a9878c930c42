"""What people do about an incident reaches the pager that opened it: kept with the deed, tried until it is through.

Only people's deeds are passed on, never what the pager itself reported, so nothing goes round in circles. Each attempt
is written down before it is made: after a crash the pager is told again, and that it may know already.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from psfbot.catalog.book import Book
from psfbot.flows.oncall import Roster, post
from psfbot.flows.scene import Scene
from psfbot.oncall.page import Paging, Signal
from psfbot.oncall.ports import OutOfReach
from psfbot.relay.incident import Happening, Incident
from psfbot.relay.passing import Passed, Passing
from psfbot.relay.retry import GIVE_UP_AFTER, Attempt, GiveUp, after
from psfbot.text import cut, unique

LEASE = timedelta(seconds=60)
"""How long an attempt may be under way: a pager answers within seconds, or the bot has died meanwhile."""
KIND = "not passed on"
LONGEST = 300
"""Characters of a pager's word that are kept."""
DID = {
    Signal.ACKNOWLEDGE: "acknowledged it",
    Signal.RESOLVE: "resolved it",
    Signal.NOTE: "wrote a note",
}
WAITS = "{source} does not know yet: {why} I try again for {hours} hours"
BUSY = "{source} has not answered to what was done before."
FAILED = "psfbot failed at it, which is a bug: its log says more."
LOST = "{source} was not told: {why}"
GAVE_UP = (
    "NOT PASSED ON #{number} {named}: {by} {did} here, and {source} does not know of it ({why}). Do it there, too."
)
NOTED = {Passed.DONE: "{source}: {did}", Passed.HOPELESS: "{source} was not told that {by} {did}"}
"""How a timeline says what became of it."""


def queue(numbers: Iterable[int], signal: Signal, by: str, text: str, source: str, scene: Scene) -> None:
    """Keep what a pager is to hear of these incidents, in the transaction of the deed; its own problems only."""
    for number in numbers:
        for problem in scene.ledger.problems(number):
            if problem.source == source:
                values = {"incident": number, "source": source, "key": problem.key, "signal": signal, "by": by}
                made = {"text": text, "made_at": scene.now, "not_before": scene.now}
                scene.ledger.pass_on(Passing.model_validate(values | made))


def changed_with(number: int, scene: Scene) -> tuple[int, ...]:
    """An incident, and what stands below it and was changed with it just now."""
    below = scene.ledger.children(number)
    return (number, *(one.number for one in below if one.changed_at == scene.now))


async def pass_on(roster: Roster, numbers: Sequence[int], book: Book, now: datetime) -> tuple[str, ...]:
    """Tell the pager at once what waits for it about these incidents; its words, for whoever has just done it.

    A pager that does not answer holds up nobody else, and these for seconds only: it is tried again by itself.
    """
    if roster.pager is None:
        return ()
    waiting = await roster.relay.look(lambda ledger: [one for number in numbers for one in ledger.passings(number)])
    said = await all_of(roster, waiting, book, now, aloud=False)
    return tuple(unique(filter(None, said)))


async def go_on(roster: Roster, book: Book, now: datetime) -> int:
    """Try again whatever is due; say how much that was."""
    if roster.pager is None:
        return 0
    return len(await all_of(roster, await roster.relay.look(lambda ledger: ledger.passings()), book, now, aloud=True))


async def all_of(
    roster: Roster, waiting: Iterable[Passing], book: Book, now: datetime, *, aloud: bool
) -> tuple[str, ...]:
    """Tell the pager of deeds: about one problem in their order, about several beside one another."""
    mine = sorted((one for one in waiting if one.source == roster.pager_name), key=lambda one: (one.key, one.id))
    lines = [tuple(found) for _, found in groupby(mine, key=lambda one: one.key)]
    said = await asyncio.gather(*(in_order(roster, line, book, now, aloud=aloud) for line in lines))
    return tuple(word for words in said for word in words)


async def in_order(
    roster: Roster, line: Sequence[Passing], book: Book, now: datetime, *, aloud: bool
) -> tuple[str, ...]:
    """Tell the pager of the deeds about one problem; the first that waits holds up those behind it.

    Whoever has just done the last of them is told that it waits, too.
    """
    said: list[str] = []
    for passing in line:
        if passing.not_before > now:
            said += [] if aloud else [waits(passing)]
            break
        word, through = await attempt(roster, passing, book, now, aloud=aloud)
        said.append(word)
        if not through:
            break
    return tuple(said)


async def attempt(roster: Roster, passing: Passing, book: Book, now: datetime, *, aloud: bool) -> tuple[str, bool]:
    """Tell the pager once: its word, and whether this deed is off the list. Another process may be at it already."""
    begun = passing.model_copy(update={"attempts": passing.attempts + 1, "not_before": now + LEASE})
    mine = await roster.relay.store.write(lambda ledger: ledger.keep_passing(begun, passing.attempts))
    if not mine or roster.pager is None:
        return "", False
    try:
        word = await roster.pager.tell(paging(passing))
    except OutOfReach as error:
        return await failed(roster, begun, error, book, now, aloud=aloud)
    except Exception:  # a plugin's own bug, told by whoever called: without an end it would be tried for ever
        await failed(roster, begun, OutOfReach(FAILED, unsure=True), book, now, aloud=aloud)
        raise
    await roster.relay.change(lambda scene: end(begun, Passed.DONE, word, scene), book, now)
    return word, True


def paging(passing: Passing) -> Paging:
    """A deed as a pager takes it; one that it may know already says so."""
    return Paging(
        signal=Signal(passing.signal),
        key=passing.key,
        incident=passing.key,
        by=passing.by,
        text=passing.text,
        before=passing.made_at if passing.attempts else None,
    )


async def failed(
    roster: Roster, begun: Passing, error: OutOfReach, book: Book, now: datetime, *, aloud: bool
) -> tuple[str, bool]:
    """Write down when to try again, or that there is no use in it."""
    why = cut(str(error), LONGEST)
    then = after(Attempt(begun.attempts, begun.made_at, now, final=error.wrong), jitter=1.0)
    if isinstance(then, GiveUp):
        await roster.relay.change(lambda scene: end(begun, Passed.HOPELESS, why, scene, aloud=aloud), book, now)
        return LOST.format(source=begun.source, why=why), True
    later = begun.model_copy(update={"not_before": then.at, "answer": why})
    await roster.relay.store.write(lambda ledger: ledger.keep_passing(later, begun.attempts))
    return waits(later), False


def waits(passing: Passing) -> str:
    """That the pager does not know yet, why, and that it will be tried again."""
    hours = GIVE_UP_AFTER // timedelta(hours=1)
    return WAITS.format(source=passing.source, why=passing.answer or BUSY.format(source=passing.source), hours=hours)


def end(begun: Passing, state: Passed, answer: str, scene: Scene, *, aloud: bool = False) -> None:
    """Take a deed off the list, once: its end goes into the timeline, and a hopeless one to the rooms."""
    over = begun.model_copy(update={"state": state, "answer": answer})
    incident = scene.ledger.incident(begun.incident)
    if not scene.ledger.keep_passing(over, begun.attempts) or incident is None:
        return
    said = NOTED[state].format(source=begun.source, by=begun.by, did=DID[Signal(begun.signal)])
    scene.log(incident, Happening.TOLD, said, answer)
    if aloud and state is Passed.HOPELESS:
        tell(begun, incident, answer, scene)


def tell(passing: Passing, incident: Incident, why: str, scene: Scene) -> None:
    """Tell the rooms of an incident what a pager will not hear, so that somebody does it by hand."""
    said = GAVE_UP.format(
        number=incident.number,
        named=cut(incident.named, 100),
        by=passing.by,
        did=DID[Signal(passing.signal)],
        source=passing.source,
        why=cut(why.rstrip("."), 120),
    )
    for room in scene.ledger.told(incident.number):
        post(room, said, KIND, scene)
