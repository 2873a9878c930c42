"""Whose turn comes when: my next one, somebody's, and all of a rota's."""

from collections.abc import Iterator

from psfbot.catalog.model import Person, Service, Team
from psfbot.chat.answer import Answer, Item, Outcome
from psfbot.chat.command import Ask, Topic
from psfbot.commands.duty import NO_PAGE, age, clock, meant, name, reach_team, span, until, watches
from psfbot.errors import UserError
from psfbot.oncall import find
from psfbot.oncall.shift import Shift

topic = Topic("shifts", "Whose turn comes when.")

STRANGER = "I do not know who you are, so I cannot tell your shifts. `whoami` tells more; `shifts` lists everybody's."
NO_ROTA = "No rota is known."
NEVER = "{who} no shift in the next {days} days."
SHOWN = 10


@topic.says(
    "am i on call [now|right now|today|tonight|tomorrow|this week]",
    "when (am|will) i [be|next] on call [next|again]",
    "when am i next",
    "(my shifts|my next shift|when is my next shift|when is my shift)",
)
async def my_shifts(ask: Ask) -> Answer:
    """Say whether you are on call, until when, and when you are next.

    >>> am I on call?
    I do not know who you are, so I cannot tell your shifts. `whoami` tells more; `shifts` lists everybody's.
    """
    if ask.person is None:
        raise UserError(STRANGER)
    return await shifts_of(ask, ask.person)


@topic.says(
    "when (is|will) {person} [be|next] on call [next|again]",
    "is {person} on call [now|right now|today|tonight|tomorrow|this week]",
)
async def when_on_call(ask: Ask, person: Person) -> Answer:
    """Say when somebody is on call next.

    >>> when is Julien Palard on call next?
    No rota is known. Reach PSF Infrastructure Team: infrastructure-staff@python.org · #python-infra (on Libera.Chat) (this does not page).
    """
    return await shifts_of(ask, person)


async def shifts_of(ask: Ask, person: Person) -> Answer:
    """A person's shifts over all rotas: the one that they have, else the next one, and those after it."""
    if not ask.catalog.oncall:
        team = ask.catalog.teams.get(find.LAST)
        return Answer(f"{NO_ROTA} {reach_team(ask, team)} ({NO_PAGE}).", data={"person": person.id, "shifts": []})
    known = await watches(ask)
    mine = [(watch.rota, shift) for watch in known.values() for shift in watch.of(person.id, ask.now)]
    mine.sort(key=lambda pair: (pair[1].since or ask.now, pair[1].level))
    notes = tuple(note for watch in known.values() for note in age(ask, watch))
    data = {"person": person.id, "shifts": [{"rota": r, **s.model_dump(mode="json")} for r, s in mine[:SHOWN]]}
    you = person == ask.person
    if not mine:
        who = "You have" if you else f"{person.name} has"
        return Answer(NEVER.format(who=who, days=find.AHEAD.days) + backup_of(ask, person), notes=notes, data=data)
    lines = [f"{rota}: {span(ask, shift)}{why(shift)}" for rota, shift in mine[:SHOWN]]
    return Answer(first_of(ask, mine[0], person, you=you), lines=lines[1:], notes=notes, data=data)


def first_of(ask: Ask, first: tuple[str, Shift], person: Person, *, you: bool) -> str:
    """Now or later, until when, and for which rota."""
    rota, shift = first
    who = "You are" if you else f"{person.name} is"
    if shift.covers(ask.now):
        return f"{who} on call for {rota} {until(ask, shift)}{why(shift)}."
    start = clock(ask, shift.since or ask.now, person)
    return f"{who} not on call; next for {rota} from {start} {until(ask, shift)}{why(shift)}."


def backup_of(ask: Ask, person: Person) -> str:
    """The rotas that somebody stands behind at any time, which is no shift."""
    behind = [duty.id for duty in ask.catalog.oncall.values() if person.id in duty.backup]
    return f" Back-up at any time: {', '.join(behind)}." if behind else ""


def why(shift: Shift) -> str:
    """By which override it is their turn, or at which level they are called."""
    behind = "" if shift.level == 1 else f", called after {shift.level - 1} other" + ("s" if shift.level > 2 else "")  # noqa: PLR2004
    return behind + (f" ({shift.reason})" if shift.reason else "")


@topic.says(
    "(shifts|rotation|schedules|who is on call next|who is next on call|all shifts)",
    "(shifts|rotation) [of|for] [the] {target}",
    "who is (on call next|next on call) (for|of) [the] {target}",
    "(shifts|rotation) [of|for] [the] (rota|schedule) {rota}",
)
async def shifts(ask: Ask, target: Service | Team | Person | None = None, rota: str = "") -> Answer:
    """List the shifts of a rota or of a person, from the one that is on to those of the next weeks.

    >>> shifts
    No rota is known. Reach PSF Infrastructure Team: infrastructure-staff@python.org · #python-infra (on Libera.Chat) (this does not page).
    """
    if isinstance(target, Person):
        return await shifts_of(ask, target)
    duty = meant(ask, rota) if rota else find.rota_of(ask.catalog, target)
    if duty is None:
        team = target if isinstance(target, Team) else ask.catalog.teams.get(find.LAST)
        return Answer(f"{NO_ROTA} {reach_team(ask, team)} ({NO_PAGE}).", data={"rota": None, "shifts": []})
    watch = (await watches(ask))[duty.id]
    ahead = [shift for shift in watch.shifts if shift.since and shift.until and shift.until > ask.now]
    ahead.sort(key=lambda shift: (shift.since or ask.now, shift.level))
    data = {"rota": duty.id, "shifts": [shift.model_dump(mode="json") for shift in ahead[:SHOWN]]}
    if not ahead:
        return Answer(f"{duty.id}: no shifts are known.", notes=age(ask, watch), data=data, outcome=Outcome.NOT_FOUND)
    items = list(rows(ask, ahead[:SHOWN]))
    more = f", the first {SHOWN}" if len(ahead) > SHOWN else ""
    return Answer(f"{duty.id}: the shifts from now on{more}.", items=items, notes=age(ask, watch), data=data)


def rows(ask: Ask, ahead: list[Shift]) -> Iterator[Item]:
    """Each shift as an entry of a list."""
    for shift in ahead:
        yield Item(name(ask, shift), f"{span(ask, shift)}{why(shift)}", "shift")
