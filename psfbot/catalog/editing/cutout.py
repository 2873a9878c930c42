"""Where a section and a record stand in the catalog's text, found without reading all of it as YAML."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

COLON = re.compile(r"[ \t]*:(?=\s|$)")
INDENTED = re.compile(r"\n( +)[^\s#]")
COMMENT = re.compile(r"[ \t]*#")
BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the text, from the start of its first line to behind its last; `column` is that of its key."""

    start: int
    end: int
    column: int = 0


def sections(text: str, names: Iterable[str]) -> dict[str, Span]:
    """These sections, as far as they are there: each from the line of its key to the next one of them."""
    starts = sorted((at, name) for name in names if (at := _start(text, name)) >= 0)
    spans = {}
    for (start, name), (end, _) in pairwise([*starts, (len(text), "")]):
        indented = INDENTED.search(text, _next_line(text, start) - 1, end)
        spans[name] = Span(start, end, len(indented[1]) if indented else 2)
    return spans


def _start(text: str, name: str) -> int:
    """Where the line with the key of a section is; a byte order mark before the first one is passed over."""
    for key in (name, f'"{name}"', f"'{name}'"):
        at = int(text.startswith(BOM)) if text.startswith((key, BOM + key)) else text.find("\n" + key) + 1
        while at or text.startswith(key):
            if COLON.match(text, at + len(key)):
                return at
            at = text.find("\n" + key, at) + 1
            if not at:
                break
    return -1


def record(text: str, around: Span, id_: str) -> Span | None:
    """A record's lines in its section: from its key to the next line with text that is no further right."""
    lead = "\n" + " " * around.column
    for key in (id_, f'"{id_}"', f"'{id_}'"):
        at = text.find(lead + key, around.start - 1 if around.start else 0, around.end)
        while at >= 0:
            behind = at + len(lead) + len(key)
            if COLON.match(text, behind):
                return Span(at + 1, end(text, at + 1, around), around.column)
            at = text.find(lead + key, behind, around.end)
    return None


def end(text: str, start: int, around: Span) -> int:
    """Where the record that starts here ends."""
    at = _next_line(text, start)
    while at < around.end:
        following = _next_line(text, at)
        line = text[at:following]
        bare = line.lstrip(" ")
        if bare.strip() and not bare.startswith("#") and len(line) - len(bare) <= around.column:
            return at
        at = following
    return around.end


def whole(text: str, span: Span, around: Span) -> Span:
    """A record with the comments that are its own, and without those that belong to its neighbours."""
    start = span.start
    while start > around.start:
        before = text.rfind("\n", 0, start - 1) + 1
        line = text[before:start]
        if before <= around.start or not COMMENT.match(line) or _indent(line) > span.column:
            break
        start = before
    last = at = span.start
    gap: list[tuple[int, str]] = []
    while at < span.end:
        end = _next_line(text, at)
        line = text[at:end]
        if line.strip() and not COMMENT.match(line):
            last, gap = end, []
        else:
            gap.append((end, line))
        at = end
    run = []
    for end, line in gap:
        if not COMMENT.match(line):
            break
        run.append((end, line))
    touching = len(run) == len(gap) and span.end < around.end
    for end, line in run:
        if touching and _indent(line) <= span.column:
            break
        last = end
    return Span(start, last, span.column)


def enclosing(text: str, at: int, around: Span) -> int:
    """The start of the line that begins the record around a place; the section's own start if there is none."""
    while at > around.start:
        start = text.rfind("\n", 0, at) + 1
        line = text[start : _next_line(text, start)]
        if line.strip() and not COMMENT.match(line) and _indent(line) <= around.column:
            return start
        at = start - 1
    return around.start


def _indent(line: str) -> int:
    """So many spaces stand before the text of a line."""
    return len(line) - len(line.lstrip(" "))


def _next_line(text: str, at: int) -> int:
    """Where the line after this one begins."""
    return text.find("\n", at) + 1 or len(text)
