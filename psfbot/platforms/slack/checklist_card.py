"""A checklist as one message: what can be done now with its buttons, then what waits and what is done."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from psfbot.checklists import words
from psfbot.checklists.view import Row, View
from psfbot.platforms.slack.blocks import (
    Block,
    Element,
    Post,
    button,
    fallback,
    markup,
    sections,
    whole,
)
from psfbot.platforms.slack.blocks import (
    words as plain,
)
from psfbot.platforms.slack.words import marked

OURS = "list:"
"""How the action of everything begins that is pressed on a checklist; its value is `VERB RUN.STEP`."""
FORM, START, TEMPLATE, BEGIN = "list:form", "list:start", "list:template", "list:begin"
SIGNS = {
    "ready": "☐", "confirm": "✋", "slipped": "⚠️", "blocked": "⛔", "waiting": "☐", "done": "☑", "skipped": "☒",
}  # fmt: skip
AT_ONCE = 5
"""Steps of a message that have buttons: the others follow when these are done."""
TEXT, SMALL, LINE = 700, 160, 110
LINES = 40
BAR = 12
FEW = 8
"""Steps on one page of the window that shows all of them."""
LATER, LEFT, OVER, ALSO = "*Later*", "*Left undone*", "*Done*", "*Can be done as well*"
NO_RETURN = "⚠️ *Point of no return*: two people confirm it."
SAY = "Also by words, here or on IRC: `done {number}.1`, `checklist {number}`"
SURE = "This cannot be undone. It counts once two people have said so."

Names = Callable[[str], str]


def card(shown: View, now: datetime, name: Names = str, after: Sequence[str] = ()) -> Post:
    """The message; `after` is what its end brings with it, `name` knows what people are called."""
    going = shown.course in {"running", "paused"}
    rows = shown.first if going else shown.rows
    acts = [row for row in rows if going and (row.open or row.state == "blocked")]
    blocks: list[Block] = [*top(shown), *sections(marked(line, TEXT) for line in after[:FEW])]
    for row in acts[:AT_ONCE]:
        blocks += stepped(row, name, rests=shown.course == "paused")
    blocks += group(ALSO, (line(row, now, name) for row in acts[AT_ONCE:]))
    blocks += group(
        LATER if going else LEFT,
        (line(row, now, name) for row in rows if row.state == "waiting" or (not going and row.open)),
    )
    blocks += group(OVER, (line(row, now, name) for row in rows if row.state in {"done", "skipped"}))
    said = f"Checklist {shown.number}, {shown.name} for {shown.service}: {standing(shown)}"
    return whole(blocks, foot(shown), fallback(said))


def top(shown: View) -> list[Block]:
    """What it is, how far, and what else holds for the whole of it."""
    head = f"📋 *Checklist {shown.number}: {marked(shown.title.replace('*', ''), 300)}*\n{marked(shown.service, 200)}"
    facts = [f"{drawn(shown)} *{standing(shown)}*", f"started by {marked(shown.started_by, 80)}"]
    facts += [f"to be done by {shown.target}"] if shown.target else []
    facts += ["alerts silenced meanwhile"] if shown.muted else []
    facts += ["nobody has done anything for long"] if shown.stale else []
    facts += [f"because {marked(shown.because, 300)}"] if shown.because else []
    return [
        {"type": "section", "text": markup(head)},
        {"type": "context", "elements": [markup(" · ".join(facts))]},
    ]


def drawn(shown: View) -> str:
    """How far it is, as a picture."""
    full = BAR * shown.over // max(shown.total, 1)
    return "▰" * full + "▱" * (BAR - full)


def standing(shown: View) -> str:
    """How far it is, in words."""
    course = "" if shown.course == "running" else f"{shown.course}, "
    return f"{course}{shown.over} of {shown.total} done"


def stepped(row: Row, name: Names, *, rests: bool = False, menu: bool = True) -> list[Block]:
    """A step that can be done: what it asks, what is known, and its buttons, unless the run rests."""
    said = [f"{SIGNS[row.state]}  *{row.spot}*  {marked(row.text, TEXT)}"]
    said += [NO_RETURN] if row.point_of_no_return else []
    said += [f"_Gate:_ {marked(row.gate, SMALL)}"] if row.gate else []
    small = [marked(row.seen, 2 * SMALL)] if row.seen else [looked(row)] if row.check else []
    small += [f"evidence: {'a link' if row.evidence == 'url' else 'a few words'}"] if proves(row) else []
    small += [f"for {marked(name(row.assigned), LINE)}"] if row.assigned else []
    small += [f"blocked by {marked(row.by, LINE)}: {marked(row.said, SMALL)}"] if row.state == "blocked" else []
    blocks: list[Block] = [{"type": "section", "text": markup("\n".join(said))}]
    if small:
        blocks.append({"type": "context", "elements": [markup(" · ".join(small))]})
    if not rests:
        blocks.append({"type": "actions", "elements": buttons(row, menu=menu)})
    return blocks


def looked(row: Row) -> str:
    """Which check a step has, and what it said last, where more than that is not for this room."""
    return f"check: {row.check}{f', {row.verdict}' if row.verdict else ''}"


def buttons(row: Row, *, menu: bool = True) -> list[Element]:
    """What may be done about a step: tick it, have its check look, leave it out, and what is done more rarely."""
    found: list[Element] = []
    if row.state == "blocked":
        found.append(act("Unblock", "unblock", row.spot))
    elif row.state == "confirm":
        found.append(warned(act("Confirm", "confirm", row.spot, "danger")))
    elif proves(row):
        found.append(act("Done…", "prove", row.spot, "danger" if row.point_of_no_return else "primary"))
    elif row.point_of_no_return:
        found.append(warned(act("Done", "done", row.spot, "danger")))
    elif row.state == "ready":
        found.append(act("Done", "done", row.spot, "primary"))
    found += [act("Check", "check", row.spot)] if row.check else []
    found += [act("Reopen", "reopen", row.spot)] if row.state == "slipped" else []
    found += [act("Skip…", "skip", row.spot)] if row.state == "ready" else []
    return [*found, more(row)] if menu else found


def proves(row: Row) -> bool:
    """Must somebody show what they did?"""
    return row.state == "ready" and row.evidence in {"text", "url"}


def more(row: Row) -> Element:
    """What is done more rarely."""
    offers = {"about": "Why, and where from", "take": "I take it"}
    offers |= {"block": "Something holds it up…"} if row.state == "ready" else {}
    offers |= {"undo": "Take that back"} if row.state == "confirm" else {}
    return overflow(row.spot, offers)


def overflow(spot: str, offers: dict[str, str]) -> Element:
    """A menu behind three dots."""
    options = [{"text": plain(said, 75), "value": f"{verb} {spot}"} for verb, said in offers.items()]
    return {"type": "overflow", "action_id": f"{OURS}menu:{spot}", "options": options}


def act(title: str, verb: str, spot: str, style: str = "") -> Element:
    """A button that does something to a step, or to a run."""
    return button(title, f"{OURS}{verb}:{spot}", f"{verb} {spot}", style)


def warned(pressed: Element) -> Element:
    """The same, asked once more."""
    confirm = {
        "title": plain("Point of no return", 100), "text": plain(SURE, 300),
        "confirm": plain("Yes, do it", 30), "deny": plain("Not yet", 30), "style": "danger",
    }  # fmt: skip
    return {**pressed, "confirm": confirm}


def line(row: Row, now: datetime, name: Names) -> str:
    """A step in one line: one that cannot be done now."""
    text = f"{SIGNS[row.state]} {row.spot} {marked(words.first_words(row.text), LINE)}"
    parts = [text]
    parts += [f"after {', '.join(row.needs)}"] if row.state == "waiting" and row.needs else []
    parts += (
        [f"for {marked(name(row.assigned), LINE)}"] if row.assigned and row.state not in {"done", "skipped"} else []
    )
    parts += [f"_{marked(row.by, LINE)}{when(row, now)}_"] if row.by and row.state in {"done", "skipped"} else []
    parts += [marked(row.said, LINE)] if row.said and row.state in {"done", "skipped"} else []
    parts += ["*past a gate*"] if row.past else []
    return " · ".join(parts)


def when(row: Row, now: datetime) -> str:
    """When it was done."""
    return f", {words.clock(row.at, now)}" if row.at else ""


def group(title: str, lines: Iterable[str]) -> list[Block]:
    """Several lines under a title; no more than people read."""
    found = list(lines)
    rest = [f"… and {len(found) - LINES} more"] if len(found) > LINES else []
    return sections([title, *found[:LINES], *rest]) if found else []


def foot(shown: View) -> list[Element]:
    """What may be done to the whole run."""
    spot = f"{shown.number}.0"
    look = act(f"All {shown.total} steps", "page", f"{shown.number}.1")
    if shown.course not in {"running", "paused"}:
        return [look]
    rest = {"resume": "Go on"} if shown.course == "paused" else {"pause": "Let it rest…"}
    return [look, overflow(spot, {"mine": "Undo what I did last", **rest, "abort": "Give it up…"})]


def every_step(shown: View, number: int, now: datetime, name: Names) -> tuple[list[Block], int]:
    """One page of all steps in their order, and how many pages there are."""
    pages = max(1, -(-len(shown.rows) // FEW))
    at = min(max(number, 1), pages)
    blocks: list[Block] = top(shown)
    for row in shown.rows[(at - 1) * FEW : at * FEW]:
        if row.state in {"done", "skipped", "waiting"} or shown.course != "running":
            text = f"{SIGNS[row.state]}  *{row.spot}*  {marked(row.text, TEXT)}"
            blocks += sections(["\n".join([text, *filter(None, [line(row, now, name).partition(" · ")[2]])])])
        else:
            blocks += stepped(row, name, rests=True)
    turn = [act("Back", "page", f"{shown.number}.{at - 1}")] if at > 1 else []
    turn += [act(f"More ({at}/{pages})", "page", f"{shown.number}.{at + 1}")] if at < pages else []
    return [*blocks, *([{"type": "actions", "elements": turn}] if turn else [])], pages
