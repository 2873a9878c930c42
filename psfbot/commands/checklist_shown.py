"""What commands about checklists share: who acts, and how a run, its steps and its end are shown."""

import re

from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask
from psfbot.chat.permit import standing
from psfbot.checklists import words
from psfbot.checklists.progress import Hand, rollback
from psfbot.checklists.run import Run, Who
from psfbot.checklists.variables import service_of
from psfbot.checklists.view import Row, view
from psfbot.errors import UserError
from psfbot.flows.checklist import Checklists, Doing, Done
from psfbot.flows.checklist_end import Proposal
from psfbot.flows.checklist_tell import here
from psfbot.text import cut, one_line

OPERATOR = "operator"
"""Who sits at the bot's own terminal is one person, whatever their login."""
GIVEN = re.compile(r"""([a-z][a-z0-9_]*)\s*=\s*("[^"]*"|'[^']*'|[^\s,]+(?:,[^\s,]+)*)""", re.IGNORECASE)
NOT_GIVEN = "I cannot read '{said}'. Say for example: with target_region=nyc3 window=\"Monday 10:00\""
LINE, BRIEF = 380, 90
"""Characters of a step that can be done now, and of the text of one that cannot."""
SIGNS = {
    "ready": "[ ]", "confirm": "[2]", "slipped": "[?]", "blocked": "[!]", "waiting": "[.]", "done": "[x]",
    "skipped": "[-]",
}  # fmt: skip
NOTHING_MORE = "The catalog says so already: there is nothing to change in it."
CHANGES = "It changes the catalog: {words}."
WILL_CHANGE = "Not finished yet ({standing}); at its end it changes the catalog: {words}."
PATCH = "For review: propose checklist {number}. As a patch: checklist patch {number}"
BY_HAND = "I could not make the patch ({why}); change by hand: {words}."


def doing(ask: Ask, service_id: str = "") -> Doing:
    """Who acts, in which room, and how much they may do for the service of a run."""
    lists = ask.port(Checklists)
    service = service_of(ask.catalog, service_id)
    held = standing(ask.message.speaker, ask.catalog, service)
    hand = Hand(who(ask), held.level.word, owns(ask, service_id), held.reason)
    return Doing(hand, here(ask.message, lists.platforms), ask.book, ask.now, ask.message.public)


def owns(ask: Ask, service_id: str) -> bool:
    """Is the speaker an owner of the service, as a person or by a team?"""
    service, person = service_of(ask.catalog, service_id), ask.person
    if service is None or person is None or person.status == "inactive":
        return False
    teams = {
        f"team:{team.id}"
        for team in ask.catalog.teams.values()
        if any(member.person == person.id and member.role != "observer" for member in team.members)
    }
    return any(owner.ref == f"person:{person.id}" or owner.ref in teams for owner in service.owners)


def who(ask: Ask) -> Who:
    """The speaker, told apart from others on every platform."""
    speaker, person = ask.message.speaker, ask.person
    place = f"on {ask.message.platform}" + (f" in {ask.message.room}" if ask.message.room else "")
    key = person.id if person else OPERATOR if speaker.operator else f"{ask.message.platform}:{speaker.account}"
    return Who(name=person.name if person else speaker.name, key=key, place=place, person=person.id if person else "")


def given(said: str) -> dict[str, str]:
    """The variables that somebody gave: `region=nyc3 window="Monday 10:00"`."""
    found = {name.lower(): value.strip("\"'") for name, value in GIVEN.findall(said)}
    rest = GIVEN.sub("", said).replace(",", "").strip()
    if rest or not found:
        raise UserError(NOT_GIVEN.format(said=cut(rest or said, 60)))
    return found


def line_of(ask: Ask, row: Row) -> str:
    """One step on one line: its number, its text, and what else must be known now."""
    text = row.text if row.open or row.state == "blocked" else cut(words.first_words(row.text), BRIEF)
    parts = [f"{SIGNS[row.state]} {row.spot} {text}"]
    parts += ["POINT OF NO RETURN, two people confirm"] if row.point_of_no_return and row.state != "done" else []
    if row.state in {"ready", "confirm", "slipped"}:
        parts += [f"gate: {row.gate}"] if row.gate else []
        parts += [f"check: {row.check}"] if row.check and not row.seen else []
        parts += [f"evidence: {row.evidence}"] if row.evidence not in {"none", "check"} else []
    parts += [row.seen] if (row.seen and row.state not in {"done", "skipped"}) or row.state == "slipped" else []
    parts += [f"for {name_of(ask, row.assigned)}"] if row.assigned and row.state not in {"done", "skipped"} else []
    parts += [f"after {', '.join(row.needs)}"] if row.state == "waiting" else []
    parts += [f"{row.by}: {row.said}".rstrip(": ")] if row.by else []
    parts += [f"PAST A GATE: {row.past}"] if row.past else []
    return cut(" · ".join(dict.fromkeys(parts)), LINE)


def name_of(ask: Ask, person: str) -> str:
    """A person's name."""
    known = ask.catalog.people.get(person)
    return known.name if known else person


def card(ask: Ask, run: Run) -> Answer:
    """A whole run: how far it is and what comes next in the first line, then a line for each step."""
    shown = view(run, ask.now, public=ask.message.public)
    following = ", ".join(row.spot for row in shown.first if row.open)
    after = f"; next: {following}" if following and run.open else ""
    stale = " Nobody has done anything for long." if run.stale else ""
    target = f" To be done by {run.target}." if run.target else ""
    muted = " Its alerts are silenced." if run.silence is not None else ""
    fact = f"{words.headline(run)}{after}.{stale}{target}{muted}"
    lines = [line_of(ask, row) for row in (shown.first if run.open else shown.rows)]
    return Answer(fact, lines=lines, data={"checklist": shown.model_dump(mode="json")})


def item(run: Run) -> Item:
    """A run in a list."""
    following = ", ".join(run.spot(step.id) for step in run.next[:3])
    after = f", next {following}" if following and run.open else ""
    return Item(f"{run.number} {run.template.name} {run.service}", f"{words.standing(run)}{after}", "checklist")


def told(ask: Ask, done: Done, fact: str) -> Answer:
    """What came of a change: the fact, what can be done next, and at the end what changes in the catalog."""
    run = done.run
    data: dict[str, object] = {"checklist": view(run, ask.now, public=ask.message.public).model_dump(mode="json")}
    if done.finished:
        ends = ask.port(Checklists).proposal(run, ask.now.date())
        lines = [f"Checklist {run.number} is finished, {run.over} of {run.over}.", *ending(run, ends)]
        code = ends.diff if ask.message.local else ""
        data = {**data, "patch": ends.diff, "changes": list(ends.words)}
        return Answer(fact, lines=lines, data=data, code=code)
    following = [words.title(run, step) for step in run.next[:2]]
    lines = [f"Next: {', '.join(following)}."] if following and run.open else []
    return Answer(fact, lines=lines, data=data)


def ending(run: Run, ends: Proposal) -> list[str]:
    """What a run changes in the catalog, and how to get the patch."""
    if ends.trouble and not ends.words:
        return [one_line(f"{ends.trouble[:1].upper()}{ends.trouble[1:]}.")]
    if ends.trouble:
        return [BY_HAND.format(why=one_line(ends.trouble).rstrip("."), words="; ".join(ends.words))]
    if ends.nothing:
        return [NOTHING_MORE] if run.template.ends_in else []
    fact = (WILL_CHANGE if run.open else CHANGES).format(
        standing=words.standing(run), words="; ".join(ends.words).rstrip(".")
    )
    return [fact, PATCH.format(number=run.number)]


def way_back(run: Run) -> list[str]:
    """How to undo what was done, a line each, the last first."""
    lines, beyond = [], False
    for one in rollback(run):
        if one.beyond and not beyond:
            lines.append("BEHIND THE POINT OF NO RETURN; what follows cannot simply be taken back:")
            beyond = True
        lines.append(f"{words.title(run, one.step)}: {words.said(run, one.how) or 'nothing to take back'}")
    return lines
