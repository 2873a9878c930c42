"""Forms and the Home tab: what Slack shows outside of messages."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from psfbot.chat.answer import Answer
from psfbot.platforms.slack import limits
from psfbot.platforms.slack.blocks import Block, headline, markup, rows, sections, size, words

View = dict[str, Any]

TIMES = {"30m": "30 minutes", "1h": "1 hour", "2h": "2 hours", "4h": "4 hours", "8h": "8 hours", "1d": "1 day"}
LONGEST_REASON, LONGEST_NOTE, LONGEST_QUESTION = 300, 1500, 300
HOME = 30_000
"""Characters of the Home tab; Slack takes more of it than of a message."""
PART = 6000
"""Characters of one part of it, so that a long list leaves room for the others."""
SEARCH = "home:search"


@dataclass(frozen=True, slots=True)
class About:
    """What a form is about, kept in it while somebody fills it in."""

    number: int
    service: str = ""
    channel: str = ""
    message: str = ""

    @property
    def packed(self) -> str:
        """As the form carries it."""
        return json.dumps(asdict(self))[: limits.PRIVATE]

    @classmethod
    def unpacked(cls, text: str) -> "About | None":
        """Read it back; nothing when it is not ours."""
        try:
            found = json.loads(text)
            return cls(int(found["number"]), str(found["service"]), str(found["channel"]), str(found["message"]))
        except (ValueError, KeyError, TypeError):
            return None


def mute(about: About) -> View:
    """Ask for how long, and why."""
    options = [{"text": words(said, limits.BUTTON), "value": value} for value, said in TIMES.items()]
    length = {"type": "static_select", "action_id": "value", "options": options, "initial_option": options[1]}
    said = markup(headline(f"{about.service}: alerts are kept but not told; the end of a problem always is."))
    return form(
        "mute",
        "Mute for a while",
        "Mute",
        about,
        [
            {"type": "section", "text": said},
            field("time", "For how long?", length),
            field("reason", "Why?", typed(LONGEST_REASON, "we rebuild it")),
        ],
    )


def note(about: About) -> View:
    """Ask for a line of the timeline."""
    text = {**typed(LONGEST_NOTE, "what you found, or did"), "multiline": True}
    return form("note", f"Note on #{about.number}", "Write down", about, [field("text", "Note", text)])


def form(name: str, title: str, submit: str, about: About, blocks: Sequence[Block]) -> View:
    """A form with two buttons at its end."""
    return {
        "type": "modal",
        "callback_id": name,
        "title": words(title, limits.TITLE),
        "submit": words(submit, limits.TITLE),
        "close": words("Cancel", limits.TITLE),
        "private_metadata": about.packed,
        "blocks": list(blocks),
    }


def field(name: str, label: str, element: Block) -> Block:
    """One thing to fill in."""
    return {"type": "input", "block_id": name, "label": words(label, limits.LABEL), "element": element}


def typed(longest: int, example: str) -> Block:
    """A line to type."""
    hint = words(example, limits.HINT)
    return {"type": "plain_text_input", "action_id": "value", "max_length": longest, "placeholder": hint}


def shown(title: str, answer: Answer) -> View:
    """An answer in a window of its own."""
    blocks = within(sections(rows(answer)), limits.IN_ALL)
    return {
        "type": "modal",
        "title": words(title, limits.TITLE),
        "close": words("Close", limits.TITLE),
        "blocks": blocks,
    }


def home(parts: Mapping[str, Answer], mine: Sequence[Block] = ()) -> View:
    """The Home tab: a search box, what is their own to do, then each part under its heading."""
    hint = words("who owns docs.python.org", limits.HINT)
    box = {"type": "plain_text_input", "action_id": SEARCH, "max_length": LONGEST_QUESTION, "placeholder": hint}
    search = {**field("search", "Ask the catalog", box), "dispatch_action": True}
    blocks: list[Block] = [search, *mine]
    for heading, answer in parts.items():
        blocks += [{"type": "divider"}, {"type": "header", "text": words(heading, 150)}]
        blocks += within(sections(rows(answer)), PART)
    return {"type": "home", "blocks": within(blocks, HOME)[: limits.HOME_BLOCKS]}


def within(blocks: Sequence[Block], most: int) -> list[Block]:
    """As many of the first blocks as fit, and at least one."""
    kept = list(blocks)
    while len(kept) > 1 and size(kept) > most:
        kept.pop()
    return kept
