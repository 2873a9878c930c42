"""Sections and records in the wrong column as a whole, and dashes too near: the cause is told once, and set right.

Without this, one section with two spaces too many is hundreds of unknown fields and names that lead nowhere.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from psfbot.catalog import layout
from psfbot.catalog.fields import fields
from psfbot.catalog.finding import Slip, shown
from psfbot.catalog.model import ITEMS, KINDS
from psfbot.text import count

KEY = re.compile(r"""\s*(["']?)([^\s#:"'-][^:"']*)\1 *:(\s|$)""")
STEP = 2
DASHED = re.compile(r" {3,}(?:- +)*(-)([a-z_]+):(?=\s|$)")
"""An item of a list without the space behind its dash: for YAML it is a key that begins with one."""
OF_ITEMS = {name for part in ITEMS for name in part.model_fields}

NARROW = 'a space is missing behind the dash: write "- {}:"'
INDENTED = "section {} is indented: it starts in the first column, and its records two spaces further"
FLUSH = "record {} starts in the first column, like a section: indent it by two spaces"
LEVEL = "the fields of {} stand as far left as {} itself: indent them by two spaces more"
MORE = " (the same with {} below)"
RULE = "indentation"


class Straight:
    """A file with its columns set right: `lines`, what was wrong with them, and by how much each line was moved."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Look for each kind of fault in turn: what is set right first may be the reason of the next."""
        self.lines = list(lines)
        self.shifts: dict[int, int] = {}
        self._moved: set[int] = set()
        self._found: list[tuple[int, str]] = []
        narrow = list(self._dashes())
        self._sections()
        self._records()
        self._fields()
        self.slips = [replace(one, column=one.column + self.shifts[one.line - 1] - 1) for one in narrow]
        self.slips += [self._slip(at, message) for at, message in sorted(self._found)]

    def _slip(self, at: int, message: str) -> Slip:
        """The place is the one after the move, as that of all other faults; whoever tells it takes the move back."""
        path = tuple(found[1] for found in [layout.WORD.match(self.lines[at])] if found)
        return Slip(at + 1, layout.indent(self.lines[at]) + 1, message, RULE, path=path)

    def _dashes(self) -> Iterator[Slip]:
        """Items of lists whose dash touches the field: a space is put between, unless the line is a part of a text."""
        for at, line in enumerate(self.lines):
            found = DASHED.match(line)
            if found and found[2] in OF_ITEMS and not layout.inside_text(self.lines, at):
                self.lines[at] = f"{line[: found.end(1)]} {line[found.end(1) :]}"
                self.shifts[at] = 1
                yield Slip(at + 1, found.end(1) + 1, NARROW.format(found[2]), "syntax", path=self._record(at))

    def _record(self, at: int) -> tuple[str, ...]:
        """The section and the record that a line is in."""
        top = layout.above(self.lines, at, 0)
        starts = [top, layout.above(self.lines, at, layout.width(self.lines, at))]
        return tuple(_key(self.lines[start]) for start in dict.fromkeys(starts) if start >= 0)

    def _move(self, numbers: Sequence[int], by: int) -> None:
        """Move lines to the right, or to the left."""
        for at in numbers:
            line = self.lines[at]
            if by and line.strip():
                self.lines[at] = " " * by + line if by > 0 else line[-by:]
                self.shifts[at] = self.shifts.get(at, 0) + by

    def _sections(self) -> None:
        """Sections that do not start in the first column, so that they are records of the one above."""
        tops = {_key(line) for line in self.lines if line[:1] not in {" ", ""}}
        for at, line in enumerate(self.lines):
            depth, name = layout.indent(line), _key(line)
            if depth and name in KINDS and name not in tops and layout.SECTION.match(line.strip()):
                first = layout.below(self.lines, at)
                if self._starts(at, first, name):
                    self._dedent(at, first, depth)
                    self._found.append((at, INDENTED.format(shown(name))))

    def _starts(self, at: int, first: int, name: str) -> bool:
        """Is this a section, and no record or field of the same name? Below it is a record with its fields."""
        record = first < len(self.lines) and layout.SECTION.match(self.lines[first].strip())
        above = layout.above(self.lines, at, 0)
        if not record or (above >= 0 and record[2] in known_fields(_key(self.lines[above]))):
            return False
        if above < 0 or layout.indent(self.lines[at]) <= layout.width(self.lines, above):
            return True
        second = layout.below(self.lines, first)
        return second < len(self.lines) and _key(self.lines[second]) in known_fields(name)

    def _dedent(self, at: int, first: int, depth: int) -> None:
        """Put a section into the first column, and its records back to where they belong if they moved with it."""
        own = layout.indent(self.lines[first])
        ends = (n for n in _content(self.lines, first) if layout.indent(self.lines[n]) <= depth)
        if own > depth:
            by = -depth if own >= depth + STEP else STEP - own
            self._move(range(first, next(ends, len(self.lines))), by)
        self._move([at], -depth)

    def _records(self) -> None:
        """Records that start in the first column, so that each is a section of its own."""
        section, told, others = "", -1, 0
        for at, line in [*enumerate(self.lines), (len(self.lines), "end:")]:
            name = _key(line) if line[:1] not in {" ", ""} else ""
            if not name:
                continue
            if name in KINDS or at == len(self.lines):
                self._tell(told, FLUSH, others)
                section, told, others = name, -1, 0
            elif section and layout.SECTION.match(line) and (body := self._body(at, known_fields(section))):
                self._move([at], STEP)
                self._move(body, max(2 * STEP - layout.indent(self.lines[body[0]]), 0))
                told, others = (at, 0) if told < 0 else (told, others + 1)

    def _body(self, at: int, known: Sequence[str]) -> list[int]:
        """The lines below a record in the first column, as far as they are its own."""
        first = layout.below(self.lines, at)
        if first == len(self.lines) or not layout.indent(self.lines[first]) or _key(self.lines[first]) not in known:
            return []
        depth = layout.indent(self.lines[first])
        ends = (n for n in _content(self.lines, first + 1) if layout.indent(self.lines[n]) < depth or (
            layout.indent(self.lines[n]) == depth and _key(self.lines[n]) and _key(self.lines[n]) not in known
        ))  # fmt: skip
        return list(range(first, next(ends, len(self.lines))))

    def _fields(self) -> None:
        """Fields as far left as their record, so that each is a record of its own."""
        for top in [at for at in _content(self.lines, 0) if _key(self.lines[at]) in KINDS]:
            if layout.indent(self.lines[top]):
                continue
            known, told, others = known_fields(_key(self.lines[top])), -1, 0
            depth, inside = layout.width(self.lines, top), range(top + 1, layout.end(self.lines, top))
            level = [n for n in inside if layout.indent(self.lines[n]) == depth and _key(self.lines[n])]
            for number, at in enumerate(level):
                if body := self._level(level, number, known, inside.stop):
                    self._move(body, STEP)
                    told, others = (at, 0) if told < 0 else (told, others + 1)
            self._tell(told, LEVEL, others)

    def _level(self, level: Sequence[int], number: int, known: Sequence[str], end: int) -> range | None:
        """The fields of one of these records, where they stand in its own column."""
        at, first = level[number], layout.below(self.lines, level[number])
        if not layout.SECTION.match(self.lines[at].strip()) or first not in level[number + 1 : number + 2]:
            return None
        if _key(self.lines[first]) not in known or at in self._moved:
            return None
        others = islice(level, number + 2, None)
        body = range(first, next((n for n in others if _key(self.lines[n]) not in known), end))
        self._moved.update(body)
        return body

    def _tell(self, at: int, message: str, others: int) -> None:
        """Tell of the first one, and how many more there are."""
        if at >= 0:
            name = shown(_key(self.lines[at]))
            more = MORE.format(count(others, "record")) if others else ""
            self._found.append((at, message.format(*[name] * message.count("{}")) + more))


def known_fields(section: str) -> list[str]:
    """The fields that a record of this section may have."""
    return fields((section, "")) if section in KINDS else []


def _key(line: str) -> str:
    """The key that a line starts with."""
    found = KEY.match(line)
    return found[2] if found else ""


def _content(lines: Sequence[str], start: int) -> Iterator[int]:
    """The lines from here on that have text."""
    return (at for at in range(start, len(lines)) if layout.CONTENT.match(lines[at]))
