"""Paging: call people on purpose, after asking once whether that is meant."""

from dataclasses import dataclass

from psfbot.catalog.model import OnCall, Person, Service, Team
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level, standing
from psfbot.commands.duty import name, reach, reach_team, until, watches
from psfbot.commands.oncall import team_of
from psfbot.commands.proposed import came_of
from psfbot.commands.waiting import place_of
from psfbot.errors import UserError
from psfbot.flows import propose
from psfbot.flows.oncall import CONFIRM, Called, Roster
from psfbot.flows.propose import Proposing
from psfbot.oncall import find
from psfbot.oncall.page import LONGEST, Page, page_key
from psfbot.oncall.shift import PRIMARY, Shift, Watch
from psfbot.text import and_join, cut

topic = Topic("paging", "Call people on purpose.")

NOBODY = "Nobody was paged: no rota is known for {about}, so there is nobody whom I could call. {reach}."
NO_ONE = "Nobody was paged: I know of nobody who is on call for {about}. {reach}."
UNREACHABLE = "Nobody was paged: I know no way to reach {who}. {reach}."
ASKED = 'Page {who} about {about} with "{text}"? {how}. Say `yes` within {seconds} seconds.'
RINGS = "{pager} will call, and I send a message"
WRITES = "There is no pager, so no telephone rings: I send a message"
DROPPED = "Dropped: nobody is called, and nothing changes."
NOTHING = (
    "There is nothing that waits for a yes; a page waits {seconds} seconds, a change of the catalog {minutes} minutes."
)
DONE = "Paged {who} about {about}: {word}."
FAILED = "{who} was NOT called: {why} Reach them by hand: {reach}."
UNSURE = "I do not know whether {who} was called: {why} Reach them by hand as well: {reach}."
MESSAGE = "I sent a message to {lanes}"


@dataclass(frozen=True, slots=True)
class Target:
    """Who is called, about what, by which rota."""

    about: str
    people: tuple[Shift, ...]
    duty: OnCall | None
    team: Team | None


@topic.says(
    "page [the] {target} (because|for|about|due to) {reason}",
    "page [the] {target}: {reason}",
    level=Level.RESPONDER,
    writes=True,
)
async def page(ask: Ask, target: Service | Team | Person, reason: str) -> Answer:
    """Call whoever is on call for a service or a team, or one person; it asks once before it does.

    >>> page docs.python.org because uploads fail
    'page' needs a responder, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    found = await sought(ask, target)
    roster = ask.port(Roster)
    who = and_join([name(ask, shift) for shift in found.people])
    text = cut(reason, LONGEST)
    place = place_of(ask)
    asked = Page(
        key=page_key(place, found.about, text, ask.now),
        place=place,
        rota=found.duty.id if found.duty else "",
        people=tuple(shift.person for shift in found.people if shift.person),
        about=found.about,
        text=text,
        author=ask.person.name if ask.person else ask.message.speaker.name,
        asked_at=ask.now,
    )
    await roster.duties.ask_page(asked)
    how = RINGS.format(pager=roster.pager_name) if roster.pager else WRITES
    shift = f"On call {until(ask, found.people[0])}. " if found.people[0].until else ""
    fact = ASKED.format(who=who, about=found.about, text=cut(text, 200), how=shift + how, seconds=CONFIRM.seconds)
    return Answer(fact, data={"key": asked.key, "people": list(asked.people), "about": asked.about})


@topic.says("page {rest}")
async def page_help(ask: Ask, rest: str) -> Answer:
    """Say what a page needs, when something is missing.

    >>> page docs.python.org
    I cannot page 'docs.python.org'. Say the exact name and why: page docs.python.org because …
    """
    raise UserError(f"I cannot page '{cut(rest, 80)}'. Say the exact name and why: page docs.python.org because …")


async def sought(ask: Ask, target: Service | Team | Person) -> Target:
    """Whom to call; where that is nobody, the honest way to reach somebody."""
    if isinstance(target, Person):
        known = Shift(person=target.id, since=None, until=None, source="asked for")
        return Target(target.name, (known,), None, ask.catalog.teams.get(find.LAST))
    duty, about = find.rota_of(ask.catalog, target), target.id
    team = ask.catalog.teams.get(duty.team) if duty else team_of(ask, target)
    if duty is None:
        raise UserError(NOBODY.format(about=about, reach=reach_team(ask, team)))
    watch = (await watches(ask))[duty.id]
    people = first_of(watch, ask)
    if not people:
        raise UserError(NO_ONE.format(about=about, reach=reach_team(ask, team)))
    return Target(about, people, duty, team)


def first_of(watch: Watch, ask: Ask) -> tuple[Shift, ...]:
    """Those who are called first now; where nobody has a shift, the first who stands behind it."""
    now = watch.at(ask.now)
    return tuple(shift for shift in now if shift.level == PRIMARY) or now[:1]


@topic.says("(yes|y|yep|yeah|confirm|do it|go ahead|yes page|page yes)", writes=True)
async def yes(ask: Ask) -> Answer:
    """Confirm what you asked for last in the same room: a page, or a change of the catalog.

    >>> yes
    There is nothing that waits for a yes; a page waits 60 seconds, a change of the catalog 2 minutes.
    """
    found = await ask.port(Roster).duties.confirm_page(place_of(ask), ask.now - CONFIRM) if ask.ports else None
    if found:
        return outcome(ask, found, await ask.port(Roster).page(found, ask.book, ask.now))
    if standing(ask.message.speaker, ask.catalog).level < Level.MEMBER:
        return nothing()
    sent = await ask.port(Proposing).confirm(place_of(ask), ask.now) if ask.ports else None
    return came_of(sent) if sent else nothing()


@topic.says("(no|n|nope|no thanks|never mind|nevermind|forget it)", writes=True)
async def no(ask: Ask) -> Answer:
    """Drop what waits for your yes in this room.

    >>> no
    There is nothing that waits for a yes; a page waits 60 seconds, a change of the catalog 2 minutes.
    """
    if ask.ports and await ask.port(Proposing).kept.dismiss(place_of(ask)):
        return Answer(DROPPED)
    return nothing()


def nothing() -> Answer:
    """Nothing waits."""
    minutes = propose.CONFIRM.seconds // 60
    return Answer(NOTHING.format(seconds=CONFIRM.seconds, minutes=minutes), outcome=Outcome.NOT_FOUND)


def outcome(ask: Ask, asked: Page, called: Called) -> Answer:
    """What came of a page; where it failed, how to reach people by hand."""
    people = [ask.catalog.people[one] for one in asked.people if one in ask.catalog.people]
    who = and_join([person.name for person in people]) or "whoever is on call"
    word = MESSAGE.format(lanes=and_join(called.told)) if called.told else ""
    data = {"key": asked.key, "told": list(called.told), "pager": called.pager, "failed": called.failed}
    hand = by_hand(ask, asked)
    lines = [f"{person.name}: {ways}" for person in people if (ways := ways_to(ask, person))]
    if called.failed:
        shape = UNSURE if called.unsure else FAILED
        said = [f"{word}."] if word else []
        fact = shape.format(who=who, why=called.failed, reach=hand)
        return Answer(fact, lines=[*said, *lines], outcome=Outcome.REFUSED, data=data)
    if not (called.pager or called.told):
        fact = UNREACHABLE.format(who=who, reach=hand)
        return Answer(fact, lines=lines, outcome=Outcome.REFUSED, data=data)
    told = "; ".join(filter(None, (called.pager, word)))
    return Answer(DONE.format(who=who, about=asked.about, word=told), data=data)


def ways_to(ask: Ask, person: Person) -> str:
    """How to reach one person."""
    return reach(ask, Shift(person=person.id, since=None, until=None, source="asked for"))


def by_hand(ask: Ask, asked: Page) -> str:
    """How to reach the team of a page."""
    duty = ask.catalog.oncall.get(asked.rota)
    return reach_team(ask, ask.catalog.teams.get(duty.team if duty else find.LAST))
