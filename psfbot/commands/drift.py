"""Drift: where the catalog and what is out there differ, as it was last found; a search begins when an admin asks."""

from collections.abc import Sequence

from psfbot.catalog.model import Person, Platform, Service
from psfbot.catalog.rules import DRIFTS
from psfbot.chat.answer import Answer, Item, Outcome
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.chat.times import moment
from psfbot.commands.incidents import zone
from psfbot.flows.drifting import Drifting
from psfbot.flows.handoff import Mark
from psfbot.relay.drifted import Drifted
from psfbot.text import count

topic = Topic("drift", "Where the catalog and what is out there differ, and how to put it right.")

SHOWN = 20
PERSONAL = frozenset({"people", "oncall"})
"""Sections of which a public room sees the kind of drift, and no accounts."""
SECTIONS = {Service: "services", Person: "people", Platform: "platforms"}
NEVER = (
    "I have not compared the catalog with what is out there yet. I do so once a week; an admin can ask for it with "
    "`look for drift`, and `psfbot catalog verify` does it in a terminal."
)
BEGUN = "I compare the catalog with what is out there now. The rooms that hear of everything are told how it went."


@topic.says(
    "(drift|drifts|what drifted|what has drifted|show drift|show [the] drift|catalog drift|any drift|is there drift)",
    "(where|how) does the catalog (differ|deviate|drift) from (reality|what is out there)",
    "is the catalog [still] (true|right|correct|up to date)",
)
async def drifted(ask: Ask) -> Answer:
    """List what differed between the catalog and what is out there when that was last compared.

    >>> what drifted
    I have not compared the catalog with what is out there yet. I do so once a week; an admin can ask for it with `look for drift`, and `psfbot catalog verify` does it in a terminal.
    """
    drifting = ask.port(Drifting)
    found, looked = await drifting.all(), await drifting.looked()
    if looked is None:
        return Answer(NEVER, outcome=Outcome.NOT_FOUND)
    told, ignored = apart(found)
    when = moment(looked.at, ask.now, zone(ask))
    fact = f"{count(len(told), 'fact')} of the catalog {differs(told)} from what was out there at {when}."
    if not told:
        fact = f"No drift: at {when} the catalog agreed with all that I could look at."
    items = [
        Item(one.id or one.section, line(ask, one), "service" if one.section == "services" else "") for one in told
    ]
    notes = lost(ask, looked)
    notes += [f"{len(ignored)} more are ignored for now."] if ignored else []
    notes += [f"{len(items) - SHOWN} more are not shown."] if len(items) > SHOWN else []
    data = {"looked_at": looked.at.isoformat(), "drift": [visible(ask, one) for one in found]}
    return Answer(fact, items=items[:SHOWN], notes=notes, data=data)


@topic.says(
    "(drift|drifts) [in|of|for|about|on] [the] {thing}",
    "(what|how) has {thing} drifted",
    "what drifted (in|at|on|about) [the] {thing}",
)
async def drift_of(ask: Ask, thing: Service | Person | Platform) -> Answer:
    """Tell what differed about one record of the catalog, and what to say to put it right.

    >>> drift docs.python.org
    I have not compared the catalog with what is out there yet. I do so once a week; an admin can ask for it with `look for drift`, and `psfbot catalog verify` does it in a terminal.
    """
    drifting = ask.port(Drifting)
    looked = await drifting.looked()
    if looked is None:
        return Answer(NEVER, outcome=Outcome.NOT_FOUND)
    found = [one for one in await drifting.all() if (one.section, one.id) == (SECTIONS[type(thing)], thing.id)]
    told, ignored = apart(found)
    when = moment(looked.at, ask.now, zone(ask))
    fact = f"{thing.id}: {count(len(told), 'fact')} {differs(told)} from what was out there at {when}."
    if not told:
        fact = f"{thing.id}: no drift at {when}, as far as I could look."
    lines = [f"{line(ask, one)}{edit(one)}" for one in told]
    lines += [f"Ignored until {one.ignored_until}: {line(ask, one)}" for one in ignored]
    data = {"looked_at": looked.at.isoformat(), "drift": [visible(ask, one) for one in found]}
    return Answer(fact, lines=lines, notes=lost(ask, looked), data=data)


@topic.says(
    "(look|search) for drift [now]",
    "compare [the] catalog [with reality|with what is out there] [now]",
    level=Level.ADMIN,
    writes=True,
)
async def look(ask: Ask) -> Answer:
    """Compare the catalog with what is out there now; it takes a minute or two, and the rooms hear how it went.

    >>> look for drift
    'look' needs an admin, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    ask.port(Drifting).begin()
    return Answer(BEGUN)


def apart(found: Sequence[Drifted]) -> tuple[list[Drifted], list[Drifted]]:
    """What counts, and what an exemption covers."""
    return [one for one in found if one.ignored_until is None], [one for one in found if one.ignored_until]


def differs(told: Sequence[Drifted]) -> str:
    """The verb that goes with so many."""
    return "differs" if len(told) == 1 else "differ"


def line(ask: Ask, one: Drifted) -> str:
    """One drift in words, with its age where it is not new; accounts of people are not for public rooms."""
    hidden = ask.message.public and one.section in PERSONAL
    said = DRIFTS.get(one.kind, one.kind) if hidden else one.message
    since = f" (since {moment(one.first_seen_at, ask.now, zone(ask))})" if one.first_seen_at < one.seen_at else ""
    return f"{said}{since}"


def edit(one: Drifted) -> str:
    """What to say to put it right, where that is clear."""
    return f". To put it right: `{in_chat(one.edit)}`" if one.edit else ""


def in_chat(said: str) -> str:
    """An edit as it is said in chat: the terminal's `add ID FIELD VALUE` is `add FIELD VALUE to ID` there."""
    verb, _, rest = said.partition(" ")
    record, _, what = rest.partition(" ")
    return f"add {what} to {record}" if verb == "add" else said


def visible(ask: Ask, one: Drifted) -> dict[str, object]:
    """The same for programs."""
    data = one.model_dump(mode="json", include={"kind", "section", "id", "path", "ignored_until"})
    return data | {"message": line(ask, one), "first_seen_at": one.first_seen_at.isoformat()}


def lost(ask: Ask, looked: Mark) -> list[str]:
    """What could not be looked at; where a room is public, only that there was something."""
    if not looked.value:
        return []
    return ["Not everything could be looked at."] if ask.message.public else [f"Not looked at: {looked.value}"]
