"""An answer as Block Kit: the fact first, its support below, sources small, and buttons for what one asks next."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from psfbot.chat.answer import Answer, Item
from psfbot.platforms.slack import limits
from psfbot.platforms.slack.words import calm, escape, fit, hushed, is_page, link, marked, plain
from psfbot.text import unique

Block = dict[str, Any]
Element = dict[str, Any]

ROW = 2500
"""Characters of one row; together with the next one it may fill a section."""
PAGE = 6000
"""Characters of rows on one page: what is more waits behind a button, and nobody scrolls that far."""
NAME = 80
SENTENCE = re.compile(r"[.?!] |['*_~`\n]")
"""What is in no name, or would end the bold type of one."""
SOURCES = 1500
LINKS = 6
SHORT_TITLE = 40
LONGEST_URL = 500
"""Characters of an address on a button; a longer one would eat up the room for words."""
NOTHING = "There is nothing to show."
PICKED = "Say one of them, or its number:"
RUNBOOK, ON_CALL, EDIT, MORE = "Runbook", "Who is on call", "Suggest an edit", "More"


@dataclass(frozen=True, slots=True)
class Post:
    """A message: the blocks, and the text for notifications and screen readers."""

    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around an answer: the question that it answers, who asked, and where its subject leads.

    `subject` is the service that it is about. A `question` that may not be asked again by
    pressing a button is left empty.
    """

    question: str = ""
    asker: str = ""
    page: int = 1
    subject: str = ""
    runbook: str = ""
    edit: str = ""
    buttons: tuple[Element, ...] = field(default=())


NOBODY = Around()


def post(answer: Answer, around: Around = NOBODY) -> Post:
    """The whole message, within every limit."""
    pages = paged(rows(answer))
    number = min(max(around.page, 1), len(pages))
    blocks = [*sections(pages[number - 1]), *small(sources(answer)), *small(pages_of(answer))]
    buttons = [*around.buttons, *picks(answer, around), *leads(around)]
    if number < len(pages) and around.question:
        buttons.append(button(f"{MORE} ({number}/{len(pages)})", f"more:{number + 1}", around.question))
    return whole(blocks, buttons, fallback(answer.fact, answer.lines))


def whole(blocks: Sequence[Block], buttons: Sequence[Element], text: str) -> Post:
    """A message of these blocks; should they be too many after all, the last ones go, never the buttons."""
    act = actions(buttons)
    kept = list(blocks)[: limits.BLOCKS - len(act)]
    while len(kept) > 1 and size([*kept, *act]) > limits.IN_ALL:
        kept.pop()
    return Post(text, (*kept, *act))


def size(blocks: Iterable[Block | str]) -> int:
    """Characters of blocks or rows as they are sent."""
    return len(json.dumps(list(blocks), ensure_ascii=False))


def rows(answer: Answer) -> list[str]:
    """Everything that an answer says, in rows of markup."""
    said = [headline(answer.fact), *(marked(line, ROW) for line in answer.lines), *listed(answer.items)]
    said += [f"_Note:_ {marked(note, ROW - 10)}" for note in answer.notes]
    if answer.offers:
        said.append(PICKED)
        said += [f"{number}. {marked(offer, ROW - 10)}" for number, offer in enumerate(answer.offers, 1)]
    said += fenced(answer.code)
    return [row for row in said if row] or [NOTHING]


def fenced(code: str) -> list[str]:
    """A text whose lines and spaces matter, such as a patch, in as few rows as hold it."""
    rows_: list[str] = []
    for line in code.splitlines():
        text = fit(hushed(line), ROW // 2)
        if rows_ and len(rows_[-1]) + len(text) < ROW // 2:
            rows_[-1] += f"\n{text}"
        else:
            rows_.append(text)
    return [f"```\n{row}\n```" for row in rows_]


def headline(fact: str) -> str:
    """The fact, with the name that it begins with in bold."""
    name, colon, rest = fact.partition(": ")
    bold = colon and len(name) <= NAME and not SENTENCE.search(name)
    return f"*{escape(calm(name))}*: {marked(rest, ROW - NAME * 6)}" if bold else marked(fact, ROW)


def listed(items: Sequence[Item]) -> list[str]:
    """A list: a row for each entry that has something to tell, and names alone side by side."""
    if any(item.detail for item in items):
        return [f"• {marked(f'{item.name}: {item.detail}' if item.detail else item.name, ROW - 10)}" for item in items]
    found: list[str] = []
    for item in items:
        name = marked(item.name, ROW // 2)
        if found and len(found[-1]) + len(name) + 3 <= ROW // 2:
            found[-1] += f" · {name}"
        else:
            found.append(name)
    return found


def paged(said: Sequence[str]) -> list[list[str]]:
    """Rows in pages; every later page begins with the headline, so that it can be read alone."""
    pages: list[list[str]] = [[]]
    for row in said:
        if pages[-1] and size(pages[-1]) + size([row]) > PAGE:
            pages.append([said[0]] if size(said[:1]) < PAGE // 4 else [])
        pages[-1].append(row)
    return pages


def sections(said: Iterable[str]) -> list[Block]:
    """Rows in as few sections as hold them."""
    texts: list[str] = []
    for row in filter(None, said):
        if texts and len(texts[-1]) + 1 + len(row) <= limits.SECTION:
            texts[-1] += f"\n{row}"
        else:
            texts.append(row)
    return [{"type": "section", "text": markup(text)} for text in texts]


def markup(text: str) -> Element:
    """Markup in which nothing but what we linked is a link."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def words(text: str, most: int) -> Element:
    """Plain words."""
    return {"type": "plain_text", "text": plain(text, most) or "-", "emoji": False}


def small(said: Sequence[str]) -> list[Block]:
    """Small print, if there is any."""
    return [{"type": "context", "elements": [markup(" · ".join(said))]}] if said else []


def sources(answer: Answer) -> list[str]:
    """Where the facts are from, with dates, as links: as many as fit."""
    found: list[str] = []
    for cite in answer.cites:
        said = link(cite.title, cite.url, 300) + (f" ({escape(calm(cite.date)[:20])})" if cite.date else "")
        if said not in found and sum(map(len, found)) + len(said) < SOURCES:
            found.append(said)
    return [f"Source: {found[0]}", *found[1:]] if found else []


def pages_of(answer: Answer) -> list[str]:
    """Pages worth opening, each once."""
    found = [(one.title, one.url) for one in answer.links if is_page(one.url) and one.title != "Edit"]
    shown = list(unique(link(plain(title, SHORT_TITLE), url, SOURCES // LINKS) for title, url in found))
    return [f"See: {shown[0]}", *shown[1:LINKS]] if shown else []


def picks(answer: Answer, around: Around) -> list[Element]:
    """A button for each thing that the asker may have meant."""
    offers = answer.offers if around.asker else ()
    return [button(offer, f"pick:{n}", f"{around.asker} {n}") for n, offer in enumerate(offers[:5], 1)]


def leads(around: Around) -> list[Element]:
    """Buttons for what people ask next about a service."""
    found = [opens(RUNBOOK, around.runbook, "open:runbook")] if around.runbook else []
    if around.subject:
        found.append(button(ON_CALL, "ask:oncall", f"who is on call for {around.subject}"))
    if around.edit:
        found.append(opens(EDIT, around.edit, "open:edit"))
    return [one for one in found if one]


def button(title: str, action: str, value: str, style: str = "") -> Element:
    """A button that tells us when it is pressed."""
    made = {"type": "button", "text": words(title, limits.BUTTON), "action_id": action, "value": value[: limits.VALUE]}
    return {**made, "style": style} if style else made


def opens(title: str, url: str, action: str) -> Element:
    """A button that opens a page; nothing where the address is none that Slack opens."""
    if not is_page(url) or len(url) > LONGEST_URL:
        return {}
    return {"type": "button", "text": words(title, limits.BUTTON), "action_id": action, "url": url}


def actions(buttons: Sequence[Element]) -> list[Block]:
    """The row of buttons, if there are any."""
    return [{"type": "actions", "elements": list(buttons[: limits.BUTTONS])}] if buttons else []


def fallback(fact: str, lines: Sequence[str] = ()) -> str:
    """What notifications show; it is read as markup, so it is escaped as well."""
    said = [marked(fact, limits.FALLBACK // 2) or NOTHING]
    for line in lines:
        more = marked(line, ROW)
        if sum(map(len, said)) + len(more) + len(said) > limits.FALLBACK:
            break
        said.append(more)
    return "\n".join(said)
