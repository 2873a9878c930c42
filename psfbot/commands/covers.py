"""Somebody else's turn: overrides, covering for one another, swapping shifts."""

from psfbot.catalog.model import OnCall, Person
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level, standing
from psfbot.chat.times import until as until_time
from psfbot.commands.duty import clock, meant, span, watches, zone
from psfbot.errors import UserError
from psfbot.flows.oncall import Roster
from psfbot.oncall import find
from psfbot.oncall.rota import swapped
from psfbot.oncall.shift import PRIMARY, Override, Shift
from psfbot.text import cut

topic = Topic("covering", "Let somebody else be on call for a while.")

NOT_ON_CALL = "{who} not on call now, so there is nothing to cover."
NOBODY = "No back-up is known for {rota}. Say who covers you: cover me with NAME until 18:00"
NOT_YOURS = "That changes somebody else's shift, which needs a responder or a member of the team, and {reason}."
STRANGER = "I do not know who you are; `whoami` tells more."
UNKNOWN_ROTA = "No rota is known, so there is nothing to change."
SELF = "{who} on call then anyway."
NO_NEXT = "{who} no shift to swap in the next {days} days."
ELSEWHERE = (
    "The rota {rota} is kept elsewhere, where shifts are swapped. Here you can say: cover me with NAME until 18:00"
)


def me(ask: Ask) -> Person:
    """Who asks, for whom it must be known."""
    if ask.person is None:
        raise UserError(STRANGER)
    return ask.person


def allow(ask: Ask, duty: OnCall) -> None:
    """Refuse unless the speaker is a responder, on the rota, or in its team."""
    held = standing(ask.message.speaker, ask.catalog)
    team = ask.catalog.teams.get(duty.team)
    people = {member.person for member in team.members} if team else set()
    people |= {*duty.backup, *(duty.rotation.people if duty.rotation else ())}
    if held.level < Level.RESPONDER and not (held.level >= Level.MEMBER and ask.message.speaker.person in people):
        raise UserError(NOT_YOURS.format(reason=held.reason))


@topic.says(
    "override {rota} {person} (for|until) {time}",
    "override {rota} (with|to|by) {person} (for|until) {time}",
    "put {person} on call (for|on|in) {rota} (for|until) {time}",
    level=Level.MEMBER,
    writes=True,
)
async def override(ask: Ask, rota: str, person: Person, time: str) -> Answer:
    """Put somebody on call for a while, from now on, whatever the rota says.

    >>> override main mdk for 2h
    'override' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    duty = meant(ask, rota, exact=True)
    allow(ask, duty)
    return await hand_over(ask, duty, person, time, kind="override")


@topic.says(
    "cover me (for|until) {time}",
    "cover me (with|by) {person} (for|until) {time}",
    "{person} covers me (for|until) {time}",
    level=Level.MEMBER,
    writes=True,
)
async def cover_me(ask: Ask, time: str, person: Person | None = None) -> Answer:
    """Let somebody take over your shift for a while: who you say, else the first back-up.

    >>> cover me until 18:00
    'cover me' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    mine = me(ask)
    duty, shift = await held(ask, mine, "You are")
    deputy = person or backup(ask, duty, mine)
    return await hand_over(ask, duty, deputy, time, kind="cover", shift=shift)


@topic.says(
    "(cover|cover for|i cover|i cover for|take over from) {person} (for|until) {time}", level=Level.MEMBER, writes=True
)
async def cover(ask: Ask, person: Person, time: str) -> Answer:
    """Take over somebody's shift for a while.

    >>> cover mdk until 18:00
    'cover' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    mine = me(ask)
    duty, shift = await held(ask, person, f"{person.name} is")
    allow(ask, duty)
    return await hand_over(ask, duty, mine, time, kind="cover", shift=shift)


async def held(ask: Ask, person: Person, who: str) -> tuple[OnCall, Shift]:
    """The rota and the shift by which somebody is called first now."""
    for rota, watch in (await watches(ask)).items():
        first = watch.primary(ask.now)
        if first and first.person == person.id:
            return ask.catalog.oncall[rota], first
    raise UserError(NOT_ON_CALL.format(who=who))


def backup(ask: Ask, duty: OnCall, mine: Person) -> Person:
    """The first of those who stand behind a rota."""
    found = next((ask.catalog.people[one] for one in duty.backup if one != mine.id), None)
    if found is None:
        raise UserError(NOBODY.format(rota=duty.id))
    return found


async def hand_over(
    ask: Ask, duty: OnCall, person: Person, time: str, *, kind: str, shift: Shift | None = None
) -> Answer:
    """Make an override from now on; of a shift that is covered, no more than what is left of it."""
    ends = until_time(time, ask.now, zone(ask))
    if shift and shift.person == person.id:
        raise UserError(SELF.format(who="You are" if person == ask.person else f"{person.name} is"))
    if shift and shift.until:
        ends = min(ends, shift.until)
    values = {"rota": duty.id, "person": person.id, "since": ask.now, "until": ends, "kind": kind}
    author = ask.person.id if ask.person else ask.message.speaker.name
    made = Override.model_validate(values | {"author": author, "made_at": ask.now})
    roster = ask.port(Roster)
    await roster.hand_over(duty, [made], ask.catalog, ask.now)
    who = "You are" if person == ask.person else f"{person.name} is"
    data = {"rota": duty.id, "person": person.id, "until": ends.isoformat(), "kind": kind}
    fact = f"{duty.id}: {who} on call until {clock(ask, ends, person)}. {told(person, ask, roster)}"
    return Answer(fact.rstrip(), data=data)


def told(person: Person, ask: Ask, roster: Roster) -> str:
    """Whether they will know of it: a hand-off is told to both people, where psfbot can reach them."""
    if person == ask.person:
        return ""
    reached = any(getattr(person, platform, None) for platform in roster.relay.platforms)
    name = cut(person.name, 60)
    return f"{name} gets a message." if reached else f"Please make sure that {name} knows."


@topic.says("swap [my|my next] [shift|shifts] with {person}", level=Level.MEMBER, writes=True)
async def swap(ask: Ask, person: Person) -> Answer:
    """Swap your next shift with somebody's next one, in a rota of our own.

    >>> swap with mdk
    'swap' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    mine = me(ask)
    if not ask.catalog.oncall:
        raise UserError(UNKNOWN_ROTA)
    duty, my_shift, other = await both(ask, mine, person)
    await ask.port(Roster).hand_over(duty, swapped(my_shift, other, duty.id, mine.id, ask.now), ask.catalog, ask.now)
    lines = [f"{person.name}: {span(ask, my_shift)}.", f"{mine.name}: {span(ask, other)}."]
    fact = f"{duty.id}: you and {person.name} have swapped shifts. Please make sure that {person.name} knows."
    return Answer(fact, lines=lines, data={"rota": duty.id, "with": person.id})


async def both(ask: Ask, mine: Person, person: Person) -> tuple[OnCall, Shift, Shift]:
    """The next shifts of two people in one rota."""
    elsewhere = ""
    for rota, watch in (await watches(ask)).items():
        first, other = ([s for s in watch.of(one.id, ask.now) if s.level == PRIMARY] for one in (mine, person))
        if first and other and ask.catalog.oncall[rota].pagerduty_schedule:
            elsewhere = rota
        elif first and other and first[0] != other[0]:
            return ask.catalog.oncall[rota], first[0], other[0]
    if elsewhere:
        raise UserError(ELSEWHERE.format(rota=elsewhere))
    raise UserError(NO_NEXT.format(who=f"You and {person.name} have", days=find.AHEAD.days))
