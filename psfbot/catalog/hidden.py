"""Letters that nobody sees: two names that look alike and are not, and marks that turn a line around.

A file hardly ever has any, so it is asked in no time whether a closer look is worth it.
"""

import re
import unicodedata
from collections.abc import Iterator

from psfbot.catalog.encoding import CONTROL
from psfbot.catalog.finding import Fault, Path
from psfbot.catalog.shape import Table

ASCII = bytes(range(128))
ESCAPE = re.compile(rb"\\[0abtnvfreN_LPxuU]")
LONG = frozenset({"note", "notes", "description", "fact"})
"""Fields of running text, which may have several lines."""
JOINERS = "\u200c\u200d"
"""They join or part the letters of some scripts and the parts of some emoji; after plain letters they only hide."""
SEEN = frozenset({"Zs", "Co", "Cn"})
"""What is not printable for Python, and yet shown: wide and narrow spaces, and letters newer than Python."""
BROKEN = "a line break: write it on one line"
ODD_SPACE = "an invisible character (U+{:04X}) in place of a space: write an ordinary space, or none"
PROSE = LONG | {"title"}
"""Here a space may keep two words on one line."""


def may_hide(data: bytes) -> bool:
    """Could there be anything invisible in this text? Rarely wrong, and never when it says no."""
    letters = data.translate(None, ASCII).decode(errors="replace")
    return not letters.isprintable() or b"\t" in data or bool(ESCAPE.search(data))


def hidden(table: Table) -> Iterator[Fault]:
    """Every text of the records with something invisible in it."""
    for kind, records in table.records.items():
        for id_, record in records.items():
            yield from _inside(record, (kind, id_))


def _inside(value: object, path: Path) -> Iterator[Fault]:
    """Look into a value and everything in it."""
    if isinstance(value, str):
        if not value.isprintable():
            yield from _text(value.rstrip("\n"), path)
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _inside(one, (*path, key)) if key != "id" or len(path) > 2 else ()  # noqa: PLR2004
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _inside(one, (*path, number))


def _text(text: str, path: Path) -> Iterator[Fault]:
    """The first thing in a text that cannot be seen."""
    for before, letter in zip(" " + text, text, strict=False):
        if letter == "\n":
            if path[-1] not in LONG:
                yield Fault(path, BROKEN, "line-break", letter=letter)
                return
        elif letter == "\t" or invisible(before, letter):
            yield Fault(path, CONTROL.format(ord(letter)), "control-character", letter=letter)
            return
        elif letter != " " and path[-1] not in PROSE and unicodedata.category(letter) == "Zs":
            yield Fault(path, ODD_SPACE.format(ord(letter)), "odd-space", letter=letter)
            return


def invisible(before: str, letter: str) -> bool:
    """Is this a letter that nobody sees? A tab is another matter, and a joiner between the letters of some scripts."""
    if letter.isprintable() or letter == "\t" or unicodedata.category(letter) in SEEN:
        return False
    return letter not in JOINERS or before.isascii()
