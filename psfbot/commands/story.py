"""What happened in an incident, why people were told, and what to keep of it when it is over."""

from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.chat.times import moment
from psfbot.commands.incidents import known, state, zone
from psfbot.flows.relay import Relay
from psfbot.flows.review import postmortem_of
from psfbot.relay.incident import Entry
from psfbot.text import count

topic = Topic("story", "What happened in an incident, why you were told, and a page to begin a postmortem with.")


@topic.says("(timeline|log|story) [of] {number}", "what happened (in|during) [incident] {number}")
async def timeline(ask: Ask, number: int) -> Answer:
    """Tell an incident from its first alert to now.

    >>> timeline 12
    There is no incident #12. `incidents` lists the open ones.
    """
    found, entries = await ask.port(Relay).look(lambda ledger: (known(ledger, number), ledger.timeline(number)))
    lines = [line(ask, entry) for entry in entries]
    data = {"timeline": [entry.model_dump(mode="json") for entry in entries]}
    return Answer(f"#{number} {found.named}: {state(ask, found)}.", lines=lines, data=data)


def line(ask: Ask, entry: Entry) -> str:
    """One line of a timeline."""
    who = f" by {entry.who}" if entry.who else ""
    text = "" if entry.text == entry.kind.value else f": {entry.text}"
    return f"{moment(entry.at, ask.now, zone(ask))} {entry.kind}{who}{text}"


@topic.says(
    "(timeline|log|story) [of] [incident] {number} (--markdown|-markdown|as markdown|in markdown|markdown)",
    "(postmortem|post-mortem|post mortem|export|markdown) [of|for] [incident] {number}",
)
async def postmortem(ask: Ask, number: int) -> Answer:
    """Give an incident as Markdown to begin a postmortem with: UTC times, who, what was told where, how long it took.

    >>> timeline 12 --markdown
    There is no incident #12. `incidents` lists the open ones.
    """
    page = await ask.port(Relay).look(lambda ledger: postmortem_of(ledger, number, ask.catalog))
    first, *rest = (line for section in page.sections for line in section)
    return Answer(first, lines=rest, data={"markdown": page.text})


@topic.says(
    "why {number}", "why (was i told|did you tell me|were we told|was i not told) [of|about|of incident] {number}"
)
async def why(ask: Ask, number: int) -> Answer:
    """Give the reason for each thing that was told, or not told, about an incident.

    >>> why 12
    There is no incident #12. `incidents` lists the open ones.
    """
    found, entries = await ask.port(Relay).look(lambda ledger: (known(ledger, number), ledger.timeline(number)))
    lines = [f"{moment(e.at, ask.now, zone(ask))} {e.kind}: {e.reason or 'no reason is kept'}" for e in entries]
    return Answer(f"#{number} {found.named}: {count(len(lines), 'decision')}.", lines=lines)
