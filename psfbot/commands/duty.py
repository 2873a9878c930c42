"""Shifts in words: who, until when by which clock, how to reach them, and how old that knowledge is."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from psfbot.catalog import words
from psfbot.catalog.model import OnCall, Person, Service, Team
from psfbot.catalog.names import How
from psfbot.chat.command import Ask
from psfbot.chat.times import stamp, zone_of
from psfbot.errors import UserError
from psfbot.oncall import find
from psfbot.oncall.shift import PRIMARY, Shift, Watch
from psfbot.text import and_join, count

NO_PAGE = "this does not page"
NO_ROTA = "I know no rota, service or team called '{said}'.{more}"
FRESH = timedelta(minutes=15)
"""What a source said less than this long ago is as good as new."""
ALWAYS = "at any time"


async def watches(ask: Ask, at: datetime | None = None) -> Mapping[str, Watch]:
    """What is known of every rota around a moment; without the running bot, what the catalog alone knows."""
    if ask.ports is None:
        return find.watches(ask.catalog, {}, (), ask.now, at)
    from psfbot.flows.oncall import Roster  # noqa: PLC0415 - a question at the command line needs no store

    return await ask.port(Roster).watches(ask.catalog, ask.now, at)


def meant(ask: Ask, said: str, *, exact: bool = False) -> OnCall:
    """The rota that somebody names by its own name, or by a service's or a team's; guesses count only where asked."""
    duty = find.called(ask.catalog, said)
    if duty:
        return duty
    found = ask.book.names.find(said, ("service", "team"))
    sure = not exact or all(hit.how is How.EXACT for hit in found.hits)
    if sure and len(found.hits) == 1 and isinstance(found.hits[0].record, Service | Team):
        duty = find.rota_of(ask.catalog, found.hits[0].record)
        if duty:
            return duty
        raise UserError(f"No rota is known for {found.hits[0].record.id}.")
    near = [getattr(hit.record, "id", hit.name) for hit in (*found.hits, *found.near)][:3]
    rotas = list(ask.catalog.oncall)[:5]
    more = f" Did you mean {and_join(near, 'or')}?" if near else f" The rotas are {and_join(rotas)}." if rotas else ""
    raise UserError(NO_ROTA.format(said=said, more=more))


def name(ask: Ask, shift: Shift) -> str:
    """What people call whoever has a shift."""
    known = ask.catalog.people.get(shift.person)
    return known.name if known else shift.name or shift.person or "somebody unknown"


def zone(ask: Ask) -> str | None:
    """The reader's time zone, where the catalog knows it."""
    return ask.person.timezone if ask.person else None


def clock(ask: Ask, at: datetime, of: Person | None = None) -> str:
    """A moment in UTC, on the reader's clock, and on the clock of whom it is about, where those differ."""
    told = [f"{stamp(at.astimezone(UTC), ask.now.astimezone(UTC))} UTC"]
    theirs = of.timezone if of and of != ask.person else None
    for place, whose in ((zone(ask), "for you"), (theirs, "for them")):
        there = zone_of(place)
        if place and at.astimezone(there).utcoffset() != timedelta(0):
            told.append(f"{stamp(at.astimezone(there), ask.now.astimezone(there))} {whose}")
    return told[0] if len(told) == 1 else f"{told[0]} ({', '.join(told[1:])})"


def until(ask: Ask, shift: Shift) -> str:
    """When a shift ends."""
    if shift.until is None:
        return ALWAYS
    return f"until {clock(ask, shift.until, ask.catalog.people.get(shift.person))}"


def span(ask: Ask, shift: Shift) -> str:
    """When a shift begins and ends."""
    if shift.since is None or shift.until is None:
        return until(ask, shift) if shift.since is None else f"from {clock(ask, shift.since)} on"
    person = ask.catalog.people.get(shift.person)
    return f"{clock(ask, shift.since, person)} to {clock(ask, shift.until, person)}"


def behind(ask: Ask, shifts: Sequence[Shift]) -> str:
    """Those who are called next, in their order."""
    names = [name(ask, shift) for shift in shifts if shift.level > PRIMARY]
    return and_join(names, "then")


def reach(ask: Ask, shift: Shift) -> str:
    """How to reach a person: what is private only where nobody else listens."""
    known = ask.catalog.people.get(shift.person)
    if known is None:
        return ""
    ways = [f"GitHub {known.github}"] if known.github else []
    if not ask.message.public:
        ways += [f"{kind} {value}" for kind, value in (("mail", known.email), ("IRC", known.irc)) if value]
    return " · ".join(ways)


def reach_team(ask: Ask, team: Team | None) -> str:
    """How to reach a team: where somebody reads and answers, else its tracker."""
    if team is None:
        return "the catalog names no team to reach"
    direct = [c for c in words.direct(team.contacts) if c.public or not ask.message.public]
    others = words.reach_team(team, public=ask.message.public)
    ways = " · ".join(map(words.contact, direct)) or " · ".join(others) or "no contact is written down"
    return f"Reach {team.name}: {ways}"


def age(ask: Ask, watch: Watch) -> tuple[str, ...]:
    """How old what we know is, where that matters: a source that does not answer, or has not been asked lately."""
    if watch.known_at is None:
        return (f"{watch.source or 'The source of this rota'} never told who is on call: {watch.trouble}",)
    old = ask.now - watch.known_at
    if watch.trouble:
        return (f"{watch.source} does not answer; this is what it said {ago(old)}. {watch.trouble}",)
    return () if old < FRESH else (f"This is what {watch.source} said {ago(old)}.",)


def ago(length: timedelta) -> str:
    """How long ago, in the unit that matters."""
    minutes = int(length.total_seconds()) // 60
    if minutes < 1:
        return "just now"
    if minutes < 120:  # noqa: PLR2004 - two hours
        return f"{count(minutes, 'minute')} ago"
    hours = minutes // 60
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"  # noqa: PLR2004 - two days
