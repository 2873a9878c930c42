"""Foreign words as Slack's own markup: nothing in them can ring a bell, make a link of its own, or break a limit."""

import re

from psfbot.text import printable

URL = re.compile(r"https?://[^\s<>|\"'`]+", re.IGNORECASE)
TRAILING = ".,;:!?)]}*_~"
"""What ends a sentence, not an address."""
LOUD = re.compile(r"@(?=channel|here|everyone|group)", re.IGNORECASE)
JOINER = "\u2060"
"""Shows nothing, and keeps `@here` from being read as more than two words."""
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
MORE = "…"
READ = 8
"""Of foreign words, this many times what may be shown is looked at: some of them show nothing."""


def calm(text: str) -> str:
    """One line that calls nobody: control characters, `@here` and the fence of a code block lose their meaning."""
    words = " ".join(printable(text).split())
    return LOUD.sub(f"@{JOINER}", words).replace("```", "'''")


def hushed(line: str) -> str:
    """A line of a code block as it is, but that it calls nobody and does not end the block."""
    return LOUD.sub(f"@{JOINER}", printable(line)).replace("```", "'''")


def escape(text: str) -> str:
    """The three characters that Slack gives a meaning, spelled out."""
    return "".join(ENTITIES.get(character, character) for character in text)


def fit(text: str, most: int) -> str:
    """Escaped text of at most `most` characters; no entity is cut in two, and an ellipsis says where it was cut."""
    whole = escape(text)
    if len(whole) <= most:
        return whole
    kept: list[str] = []
    room = most - len(MORE)
    for character in text:
        spelled = ENTITIES.get(character, character)
        if len(spelled) > room:
            break
        room -= len(spelled)
        kept.append(spelled)
    return "".join(kept).rstrip() + MORE if most > 0 else ""


def marked(text: str, most: int) -> str:
    """Foreign words as markup of at most `most` characters, with the addresses in them as links."""
    words, said, room, at = calm(text[: most * READ]), "", most, 0
    for found in URL.finditer(words):
        url = found[0].rstrip(TRAILING)
        if not is_page(url):
            continue
        before, linked = fit(words[at : found.start()], room), f"<{address(url)}>"
        if len(before) + len(linked) + len(MORE) > room:
            return said + fit(words[at:], room)
        said, room, at = said + before + linked, room - len(before) - len(linked), found.start() + len(url)
    return said + fit(words[at:], room)


def link(title: str, url: str, most: int) -> str:
    """A title that leads somewhere; the title alone where the address is none that Slack opens, or is too long."""
    leads = address(url)
    whole = f"<{leads}|{fit(calm(title[: most * READ]).replace('|', '/'), max(1, most - len(leads) - 3))}>"
    return whole if is_page(url) and len(whole) <= most else fit(calm(title[: most * READ]), most)


def address(url: str) -> str:
    """An address as it stands in a link: in other letters, `HTTP:` might be none to Slack."""
    scheme, colon, rest = url.partition(":")
    return escape(f"{scheme.lower()}{colon}{rest}")


def is_page(url: str) -> bool:
    """Is this an address that a button may open?"""
    return URL.fullmatch(url) is not None


def plain(text: str, most: int) -> str:
    """Words for a place where Slack reads no markup: a button, a title, a field."""
    words = calm(text[: most * READ])
    return words if len(words) <= most else words[: most - 1].rstrip() + MORE
