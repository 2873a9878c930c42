"""What people are shown of a change that they want: its words, whether it is meant, and what came of it."""

from pathlib import Path

from psfbot.catalog.change import Change, said_in_chat
from psfbot.catalog.exchange.private import hushed
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.command import Ask
from psfbot.commands.waiting import place_of
from psfbot.errors import UserError
from psfbot.flows.propose import CONFIRM, WRONG, Proposing, Sent, Wish
from psfbot.flows.relay import Relay
from psfbot.proposals.making import Made, make
from psfbot.proposals.proposal import Author, Proposal, State
from psfbot.proposals.reviewers import login_of, reviewers, touches_rights
from psfbot.proposals.wording import ADMIN, impact
from psfbot.text import and_join, count, cut, one_line

ASKED = "{words}. Say `yes` within {minutes} minutes, and I propose it as {form}."
ASKED_SEVERAL = "{count} for {about}. Say `yes` within {minutes} minutes, and I propose them as {form}."
AS_PATCH = "As a patch, for `git apply`; `psfbot catalog` makes the same edits in the file."
SENT = "Proposal {p.number} is there: {p.link}"
LATER = "Proposal {p.number} is kept but not sent: {why} I try again until it is, and tell you here."
STANDS = "Proposal {p.number} is kept but not sent: {why} I try again every hour; an operator has to mend that."
NOT_MADE = "{p.about} was not changed: {why}"
OVERTAKEN = "Proposal {p.number} was replaced by a later one of the same change."
LOOK = "{who} should look at it."
LONGEST = 300
MOST = 80
"""Lines of a diff that a terminal shows before the yes."""


def author(ask: Ask) -> Author:
    """Who asks, as the author of a commit."""
    person = ask.person
    if person is None:
        return Author(name=ask.message.speaker.name)
    login = login_of(ask.catalog, person.id)
    return Author(person=person.id, name=person.name, github=login, email=person.email or "")


def lane(ask: Ask) -> str:
    """Where what becomes of it is told: in this room; in private, to the one who asks."""
    said = ask.message
    own = getattr(ask.person, said.platform, None) or ""
    room = said.room or own or (ask.port(Relay).platforms.get(said.platform, "") if said.local else "")
    return f"{said.platform} {room}" if room else ""


async def proposed(
    ask: Ask, changes: tuple[Change, ...], about: tuple[str, str, str], reason: str = "", source: str = "chat"
) -> Answer:
    """Show what a change does, and ask whether it is meant; where nothing is kept, it is shown as a patch."""
    section, id_, field = about
    because = cut(one_line(reason), LONGEST)
    if ask.ports is None:
        return preview(ask, changes, because)
    wish = Wish(
        changes=changes,
        section=section,
        id=id_,
        field=field,
        by=author(ask),
        because=because,
        place=place_of(ask),
        room=lane(ask),
        source=source,
    )
    flow = ask.port(Proposing)
    try:
        proposal, made = await flow.ask(wish, ask.now, ask.catalog)
    except UserError as error:
        if not ask.message.public:
            raise
        raise UserError(hushed(str(error), ask.catalog, section, id_, ask.message.text)) from None
    return question(ask, proposal, made, flow.forge.form)


def question(ask: Ask, proposal: Proposal, made: Made, form: str) -> Answer:
    """The change in words, and whether it is meant."""
    words = shown(ask, proposal)
    minutes = int(CONFIRM.total_seconds()) // 60
    if len(words) == 1:
        fact, lines = ASKED.format(words=one_line(words[0]).rstrip("."), minutes=minutes, form=form), []
    else:
        changes = count(len(words), "change")
        fact = ASKED_SEVERAL.format(count=changes, about=proposal.id, minutes=minutes, form=form)
        lines = list(map(one_line, words))
    data = {"number": proposal.number, "words": list(words), "branch": proposal.branch, "because": proposal.because}
    code = made.diff if ask.message.local and made.diff.count("\n") <= MOST else ""
    return Answer(fact, lines=[*lines, *supporting(made, proposal.by)], data=data, code=code)


def supporting(made: Made, by: Author) -> list[str]:
    """What else is worth knowing before a yes."""
    lines = [ADMIN] if touches_rights(made) else []
    if asked := reviewers(made, by.github):
        lines.append(LOOK.format(who=and_join(asked)))
    return [*lines, *(one_line(line) for line in impact(made) if "nothing" not in line), *made.warnings]


def preview(ask: Ask, changes: tuple[Change, ...], because: str) -> Answer:
    """A change where no bot runs: as a patch."""
    today, person = ask.now.date(), ask.person
    said = said_in_chat(person.id if person else "", today, because)
    made = make(Path(ask.book.path).read_bytes().decode(), changes, said, today)
    fact, *lines = map(one_line, made.words)
    data = {"words": list(made.words), "patch": made.diff}
    return Answer(fact, lines=[*lines, AS_PATCH], data=data, code=made.diff)


def shown(ask: Ask, proposal: Proposal) -> tuple[str, ...]:
    """A change in words, as far as this room may see it."""
    return proposal.shown if ask.message.public else proposal.words


def came_of(sent: Sent) -> Answer:
    """What came of a yes."""
    proposal = sent.proposal
    data = {"number": proposal.number, "state": proposal.state.value, "link": proposal.link}
    if proposal.state is State.OPEN:
        return Answer(SENT.format(p=proposal), lines=list(sent.told), data=data)
    if proposal.state is State.REPLACED:
        return Answer(OVERTAKEN.format(p=proposal), data=data)
    if proposal.state is State.SENDING:
        shape = STANDS if proposal.tries >= WRONG else LATER
        return Answer(shape.format(p=proposal, why=sent.trouble), outcome=Outcome.REFUSED, data=data)
    return Answer(NOT_MADE.format(p=proposal, why=sent.trouble), outcome=Outcome.REFUSED, data=data)
