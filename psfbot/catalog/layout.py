"""The catalog as lines, before it is YAML: which lines are a record, so that a broken one can be set aside alone."""

import re
import sys
from collections.abc import Sequence

RECORD = 2
"""So many spaces stand before the key of a record."""
KEY = re.compile(r""" *(["']?)[^\s#:"'-][^:"']*\1 *:(\s|$)""")
"""A line that starts with a key."""
SECTION = re.compile(r"""(["']?)([^\s#:"'-][^:"']*)\1 *:\s*(#.*)?$""")
"""The line that starts a section, with nothing but a comment behind its key."""
FIELD = re.compile(r"([ \t]*(?:- )*)[a-z_]+:(\s|$)")
"""A line that starts with a field, perhaps the first of a list item."""
WORD = re.compile(r"[^\w.]*([\w.-]+)")
CONTENT = re.compile(r"\s*[^\s#]")
HASHED = re.compile(rb" #[^\s#]")
LEAD = re.compile(r"""[ ]*(?:-[ ]+)*(?:[^\s#:"'-][^:"']*:(?=[ ]))?[ ]*""")
"""What stands before a value: indentation, dashes, a key."""
BLOCK = re.compile(r"(.*[ ])?[|>][+-]?\d?[+-]?[ ]*(#.*)?$")
"""A line after which a text of several lines begins, in which a # means nothing."""


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


def end(lines: Sequence[str], at: int) -> int:
    """Where the section that this line is in ends: at the next line with text in the first column."""
    return next((n for n in range(at + 1, len(lines)) if CONTENT.match(lines[n]) and not indent(lines[n])), len(lines))


def width(lines: Sequence[str], at: int) -> int:
    """How far the records of the section that this line is in are indented: two spaces, unless all have more."""
    top = max(above(lines, at, 0), 0)
    first = below(lines, top)
    depth = indent(lines[first]) if first < len(lines) else 0
    if depth <= RECORD:
        return RECORD
    inside = range(first, end(lines, top))
    return RECORD if any(indent(lines[n]) < depth and CONTENT.match(lines[n]) for n in inside) else depth


def starts(line: str, most: int = RECORD) -> bool:
    """Does this line start a section or a record, whose key has at most so much indentation?"""
    return KEY.match(line) is not None and indent(line) <= most


def extent(lines: Sequence[str], at: int) -> range:
    """The lines of the record that this line is in; of the whole section if the line starts one, or stands outside.

    A record reaches from its key to the next line that starts a record or a section.
    """
    most = width(lines, at)
    start = max(above(lines, at, most), 0)
    if start < at and SECTION.match(lines[start]):
        start = min(below(lines, start), at)
    outside = indent(lines[start]) == 0
    ends = (n for n in range(at + 1, len(lines)) if starts(lines[n], most) and not (outside and indent(lines[n])))
    return range(start, next(ends, len(lines)))


def sections(lines: Sequence[str]) -> list[int]:
    """The lines that start a section."""
    return [at for at, line in enumerate(lines) if not indent(line) and CONTENT.match(line)]


def swallows(lines: Sequence[str], start: int, end: int) -> bool:
    """Does a quoted text in these lines hide a field as far left as its own, and so was never closed?"""
    own = FIELD.match(lines[start])
    column = len(own[1]) if own else indent(lines[start])
    inside = lines[start + 1 : end + 1]
    return any(starts(line) or ((field := FIELD.match(line)) and len(field[1]) <= column) for line in inside)


def words(lines: Sequence[str]) -> set[tuple[str, str]]:
    """The first word of each line that may start a record, even one out of line by a space or two, and its section."""
    found = set()
    section, most = "", RECORD
    for at, line in enumerate(lines):
        if not indent(line) and CONTENT.match(line):
            most = width(lines, at)
        if indent(line) <= most + 1 and CONTENT.match(line) and (first := WORD.match(line)):
            section = section if indent(line) else first[1]
            found.add((section, first[1]))
    return found


def commented(data: bytes) -> bool:
    """May a word that begins with # have ended a text without quotes, though it was meant as a part of it?"""
    places = [found.start() for found in HASHED.finditer(data)]
    lines = data.decode(errors="replace").split("\n") if places else []
    return any(_cuts(lines, data.count(b"\n", 0, place)) for place in places)


def _cuts(lines: Sequence[str], at: int) -> bool:
    """May the first # of this line cut off a value? Not in a comment, nor in quotes, nor in a block of text."""
    line = lines[at]
    mark = line.find(" #")
    value = LEAD.match(line)
    start = value.end() if value else 0
    if not CONTENT.match(line) or line[mark + 2] in " #" or line[start : start + 1] in {'"', "'", "[", "{"}:
        return False
    return not inside_text(lines, at)


def inside_text(lines: Sequence[str], at: int) -> bool:
    """Is this line in a block of text, where signs mean nothing?"""
    return BLOCK.match(lines[max(above(lines, at - 1, indent(lines[at]) - 1), 0)]) is not None
