"""What became of proposed changes; the catalog read again."""

from dataclasses import replace
from datetime import datetime

from psfbot.catalog.change import Change
from psfbot.chat.answer import Answer, Item, Link, Outcome
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level, standing
from psfbot.chat.times import moment
from psfbot.checklists.outcome import because, changes
from psfbot.checklists.words import standing as of_run
from psfbot.commands.incidents import zone
from psfbot.commands.proposed import proposed, shown
from psfbot.errors import UserError
from psfbot.flows.checklist import Checklists
from psfbot.flows.propose import Proposing
from psfbot.flows.reload import Reloading
from psfbot.proposals.proposal import Proposal, State
from psfbot.proposals.wording import origin
from psfbot.text import count, one_line

topic = Topic("proposals", "What became of proposed changes of the catalog.")

HOW = "Say the change itself: set docs.python.org owner mdk because … (`help edits` has more)."
NONE = "There is no proposal {number}. `proposals` lists the newest."
EMPTY = "Nobody has proposed a change yet. Say one: set docs.python.org owner mdk because …"
OVER = "Proposal {number} is {state} already."
NOT_YOURS = "Proposal {number} is {who}'s. They can withdraw it, or an admin."
GONE = "Proposal {number} ({about}) is withdrawn."
NOT_YET = "Checklist {number} is not finished ({stands}), and the proposal says so."
NO_CHANGE = "Checklist {number} changes nothing in the catalog."
STATES = {
    State.SENDING: "on its way",
    State.OPEN: "waits for review",
    State.MERGED: "merged",
    State.CLOSED: "closed",
    State.REFUSED: "not made",
    State.REPLACED: "replaced by a later one",
}


async def known(ask: Ask, number: int) -> Proposal:
    """A proposal by its number."""
    found = await ask.port(Proposing).kept.one(number) if ask.ports else None
    if found is None:
        raise UserError(NONE.format(number=number))
    return found


@topic.says(
    "(proposals|proposed changes|open proposals|edits|pending edits)",
    "(what|which) (changes are|edits are|is) proposed",
)
async def proposals(ask: Ask) -> Answer:
    """List the newest proposals and how they stand.

    >>> proposals
    Nobody has proposed a change yet. Say one: set docs.python.org owner mdk because …
    """
    found = await ask.port(Proposing).kept.newest() if ask.ports else ()
    if not found:
        return Answer(EMPTY)
    waiting = sum(one.lasting for one in found)
    items = [Item(f"{one.number} {one.about}", f"{stands(one)}, by {one.by.name}", "proposal") for one in found]
    data = {"proposals": [summary(ask, one) for one in found]}
    return Answer(f"{count(len(found), 'proposal')}, {waiting or 'none'} open.", items=items, data=data)


@topic.says("[show] proposal {number}", "(what became of|status of|how is) proposal {number}")
async def proposal(ask: Ask, number: int) -> Answer:
    """Show one proposal: what it changes, who wants it and why, and how it stands.

    >>> proposal 3
    There is no proposal 3. `proposals` lists the newest.
    """
    found = await known(ask, number)
    words = [one_line(word) for word in shown(ask, found)]
    when: datetime = found.asked_at
    lines = [*words, f"From {origin(found)} ({moment(when, ask.now, zone(ask))})"]
    lines += [f"Because {found.because}"] if found.because else []
    lines += [f"Last heard: {found.remark}"] if found.remark else []
    link = found.link if found.link.startswith("http") else ""
    fact = f"Proposal {number}, {found.about}: {stands(found)}{f', {found.link}' if found.link and not link else ''}."
    links = [Link(f"Proposal {number}", link)] if link else []
    code = found.diff if ask.message.local else ""
    return Answer(fact, lines=lines, links=links, data=summary(ask, found), code=code)


def stands(one: Proposal) -> str:
    """How it stands, in words."""
    return STATES.get(one.state, one.state.value)


def summary(ask: Ask, one: Proposal) -> dict[str, object]:
    """A proposal as data."""
    return {
        "number": one.number, "about": one.about, "state": one.state.value, "words": list(shown(ask, one)),
        "by": one.by.name, "because": one.because, "link": one.link, "asked_at": one.asked_at.isoformat(),
    }  # fmt: skip


@topic.says("(withdraw|take back) [proposal] {number}", level=Level.MEMBER, writes=True)
async def withdraw(ask: Ask, number: int) -> Answer:
    """Take a proposal of yours back: its pull request is closed. An admin may take back anybody's.

    >>> withdraw 3
    'withdraw' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    found = await known(ask, number)
    mine = found.by.person == (ask.person.id if ask.person else "")
    if not mine and standing(ask.message.speaker, ask.catalog).level < Level.ADMIN:
        raise UserError(NOT_YOURS.format(number=number, who=found.by.name))
    if not found.lasting:
        return Answer(OVER.format(number=number, state=stands(found)), outcome=Outcome.REFUSED)
    who = ask.person.name if ask.person else ask.message.speaker.name
    done = await ask.port(Proposing).withdraw(found, who, ask.now)
    if done.state is not State.CLOSED:
        return Answer(OVER.format(number=number, state=stands(done)), outcome=Outcome.REFUSED)
    return Answer(GONE.format(number=number, about=found.about), data=summary(ask, done))


@topic.says(
    "propose checklist {number}",
    "propose [the] (changes|change|outcome) of checklist {number}",
    level=Level.MEMBER,
    writes=True,
)
async def propose(ask: Ask, number: int) -> Answer:
    """Propose the changes of the catalog that a checklist ends in; of one that is not finished it says so.

    >>> propose checklist 3
    'propose' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    run = await ask.port(Checklists).get(number)
    wanted: tuple[Change, ...] = changes(run)
    if not wanted:
        raise UserError(NO_CHANGE.format(number=number))
    about = ("services", run.service, "")
    asked = await proposed(ask, wanted, about, because(run), f"checklist {number}")
    if not run.open:
        return asked
    return replace(asked, lines=(NOT_YET.format(number=number, stands=of_run(run)), *asked.lines))


@topic.says("(propose|propose a change|propose an edit|how do i propose a change)")
async def propose_help(ask: Ask) -> Answer:
    """Say how a change is proposed.

    >>> propose a change
    Say the change itself: set docs.python.org owner mdk because … (`help edits` has more).
    """
    return Answer(HOW)


@topic.says(
    "(reload|reload catalog|read the catalog again|reread the catalog)",
    "reload the catalog",
    level=Level.ADMIN,
    writes=True,
)
async def reload(ask: Ask) -> Answer:
    """Fetch the catalog from where it lives and read it again, all of it or nothing.

    >>> reload
    'reload' needs an admin, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    here = f"{ask.message.platform} {ask.message.room}" if ask.message.room else ""
    found = await ask.port(Reloading).work(here)
    news = found.public_news if ask.message.public else found.news
    outcome = Outcome.ANSWERED if found.well else Outcome.REFUSED
    return Answer(news or found.said, outcome=outcome, data={"well": found.well})
