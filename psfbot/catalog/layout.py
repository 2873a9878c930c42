"""The catalog as lines, before it is YAML: which lines are a record, so that a broken one can be set aside alone."""

import re
import sys
from collections.abc import Iterable, Sequence

RECORD = 2
"""So many spaces stand before the key of a record."""
KEY = re.compile(r""" {0,2}(["']?)[^\s#:"'-][^:"']*\1 *:(\s|$)""")
"""A line that starts a section or a record: its key is indented by at most two spaces."""
SECTION = re.compile(r"""(["']?)([^\s#:"'-][^:"']*)\1 *:\s*(#.*)?$""")
"""The line that starts a section, with nothing but a comment behind its key."""
FIELD = re.compile(r"([ \t]*(?:- )*)[a-z_]+:(\s|$)")
"""A line that starts with a field, perhaps the first of a list item."""
WORD = re.compile(r"[^\w.]*([\w.-]+)")
CONTENT = re.compile(r"\s*[^\s#]")


def indent(line: str) -> int:
    """So many spaces stand before the line's text; a tab stands for more than any record has."""
    text = line.lstrip(" ")
    return len(line) - len(text) + 8 * text.startswith("\t")


def above(lines: Sequence[str], at: int, most: int = sys.maxsize) -> int:
    """The nearest line from here upwards that has text, and at most so much indentation; else -1."""
    while at >= 0 and not (CONTENT.match(lines[at]) and indent(lines[at]) <= most):
        at -= 1
    return at


def below(lines: Sequence[str], at: int) -> int:
    """The first line after this one that has text; else the number of lines."""
    return next((n for n in range(at + 1, len(lines)) if CONTENT.match(lines[n])), len(lines))


def extent(lines: Sequence[str], at: int) -> range:
    """The lines of the record that this line is in; of the whole section if the line starts one, or stands outside.

    A record reaches from its key to the next line that starts a record or a section.
    """
    start = max(above(lines, at, RECORD), 0)
    if start < at and SECTION.match(lines[start]):
        start = min(below(lines, start), at)
    outside = indent(lines[start]) == 0
    ends = (n for n in range(at + 1, len(lines)) if KEY.match(lines[n]) and not (outside and indent(lines[n])))
    return range(start, next(ends, len(lines)))


def sections(lines: Sequence[str]) -> list[int]:
    """The lines that start a section."""
    return [at for at, line in enumerate(lines) if not indent(line) and CONTENT.match(line)]


def swallows(lines: Sequence[str], start: int, end: int) -> bool:
    """Does a quoted text in these lines hide a field as far left as its own, and so was never closed?"""
    own = FIELD.match(lines[start])
    column = len(own[1]) if own else indent(lines[start])
    inside = lines[start + 1 : end + 1]
    return any(KEY.match(line) or ((field := FIELD.match(line)) and len(field[1]) <= column) for line in inside)


def words(lines: Iterable[str]) -> set[tuple[str, str]]:
    """The first word of each line that may start a record, even one out of line by a space or two, and its section."""
    found = set()
    section = ""
    for line in lines:
        if indent(line) <= RECORD + 1 and CONTENT.match(line) and (first := WORD.match(line)):
            section = section if indent(line) else first[1]
            found.add((section, first[1]))
    return found
