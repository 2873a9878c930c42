"""An alert as Block Kit: what happened, where and whom to ask, and buttons to take it, end it, silence it or note."""

from collections.abc import Sequence
from itertools import takewhile

from psfbot.platforms.slack.blocks import NOTHING, Block, Element, Post, button, fallback, opens, sections, small, whole
from psfbot.platforms.slack.words import is_page, link, marked
from psfbot.relay.notice import Notice, Parcel

RED, YELLOW, BLUE, GREEN, WHITE = "🔴", "🟡", "🔵", "🟢", "⚪"
LIGHTS = {"NOT": RED, "DOWN": RED, "WARN": YELLOW, "ACKED": BLUE, "UP": GREEN, "OVER": GREEN, "RESOLVED": GREEN}
"""What the words at the beginning of a notice look like from across the room; the first that fits counts."""
OVER = frozenset({"UP", "OVER", "RESOLVED"})
SEVERAL = frozenset({"TOGETHER", "STORM"})
"""Notices about more than one service have none to silence."""
REPEAT = " (repeat?)"
HEAD = 2000
ROW = 1200
ROWS = 12
LINKS = 3
RUNBOOK = "Runbook: "


def light(notice: Notice) -> str:
    """The colour of a notice."""
    said = head(notice)
    return next((LIGHTS[word] for word in LIGHTS if word in said), YELLOW if said else WHITE)


def head(notice: Notice) -> tuple[str, ...]:
    """What happened, in capital letters, as every notice begins: `DOWN`, `NOT ACKED ANY MORE`."""
    return tuple(takewhile(str.isupper, notice.text.split()))


def is_over(notice: Notice) -> bool:
    """Is there nothing to be done about it any more?"""
    return bool(OVER & set(head(notice)))


def card(parcel: Parcel, below: Sequence[str] = ()) -> Post:
    """The message about an incident; `below` stands under it where the notice itself says no more than its line."""
    notice = parcel.notice
    said = notice.text + REPEAT * parcel.repeat
    lines = notice.lines or below
    name, colon, rest = said.partition(": ")
    top = f"{light(notice)} *{plainly(name) or NOTHING}*{': ' if colon else ''}{marked(rest, HEAD)}"
    body = [marked(line, ROW) for line in list(lines)[:ROWS] if not is_page(line.removeprefix(RUNBOOK))]
    blocks: list[Block] = [*sections([top]), *(sections(body) if body else [])]
    pages = [link(title, url, ROW // 2) for title, url in notice.links[:LINKS]]
    return whole(
        [*blocks, *small([f"See: {pages[0]}", *pages[1:]] if pages else [])], acts(notice, lines), fallback(said)
    )


def plainly(words: str) -> str:
    """Words that can stand between two stars."""
    return marked(words.replace("*", "∗"), HEAD // 2)  # noqa: RUF001 - it looks like the star that would end the bold


def acts(notice: Notice, lines: Sequence[str]) -> list[Element]:
    """The buttons that make sense as the incident stands."""
    runbook = next((line.removeprefix(RUNBOOK) for line in lines if line.startswith(RUNBOOK)), "")
    leads = [one for one in (opens("Runbook", runbook, "open:runbook"),) if one]
    number = str(notice.incident)
    said = head(notice)
    if not notice.incident or is_over(notice):
        return leads
    take = [] if said[:1] == ("ACKED",) else [button("Acknowledge", "incident:ack", number, "primary")]
    mute = [] if SEVERAL & set(said) else [button("Mute…", "incident:mute", number)]
    return [
        *take,
        button("Resolve", "incident:resolve", number),
        *mute,
        button("Note…", "incident:note", number),
        *leads,
    ]


def entry(parcel: Parcel) -> Post:
    """A line of the log, in the thread below the message that was brought up to date."""
    said = parcel.notice.text + REPEAT * parcel.repeat
    return Post(fallback(said), tuple(sections([marked(said, HEAD) or NOTHING])))
