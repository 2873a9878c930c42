"""A sound catalog line by line: what each line is, and in which column it belongs.

The places come from the YAML reader, so that no text of several lines is taken for a key, and no way to write a key or
a step of indentation is missed. What has no place in block style is named, never passed over.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal

from yaml import MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent
from yaml.events import CollectionEndEvent, CollectionStartEvent

from psfbot.catalog.events import QUOTES, events

STEP = 2
SECTION, RECORD, FIELD = 1, 2, 3
"""How deep the keys of sections, records and their fields are."""
IN_BRACES = "{} is written in braces: write it as a block, one key a line"
EXPLICIT = 'this key is not written as "key:" on one line: write it so'
KEEPS = "with a + here the empty lines below are a part of the text: leave the + out"
STRAY = "this line belongs to no section"
EVERYTHING = "the whole catalog"

ENDS = re.compile(r"\r\n|\r|\n")
AFTER_KEY = re.compile(r"[ \t]*:(\s|$)")
BEFORE_KEY = re.compile(r"\s*(-\s+)*")
DASHES = re.compile(r"(?:-[ \t]+)+")
MARKER = re.compile(r"(---|\.\.\.|%)")
HEADER = re.compile(r"[|>]([+-]?[1-9]?[+-]?)$")

Role = Literal["section", "record", "field", "body", "text", "comment", "blank", "marker"]
ROLES: dict[int, Role] = {SECTION: "section", RECORD: "record", FIELD: "field"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its indentation: the column it has, the one it should have, and the key it starts with.

    `text` lies inside a text of several lines, where a blank line or a # means what it says.
    """

    body: str
    old: int
    new: int
    role: Role
    key: str = ""

    def __str__(self) -> str:
        """The line as it should be."""
        return " " * self.new + self.body if self.body else ""


@dataclass(frozen=True, slots=True)
class Unruly:
    """What cannot be laid out, and the number of its line."""

    line: int
    message: str


class Ruled:
    """All lines of a catalog; `unruly` is what stands in the way of laying them out."""

    def __init__(self, text: str) -> None:
        """Read all of it: it must be a catalog without errors."""
        self._texts = ENDS.split(text.removeprefix("\ufeff"))
        while len(self._texts) > 1 and not self._texts[-1].strip():
            self._texts.pop()
        self.unruly: list[Unruly] = []
        self._known: dict[int, Line] = {}
        self._next = events(("\n".join(self._texts) + "\n").encode())
        self._root()
        self.lines = [self._known.get(at) or self._other(at) for at in range(len(self._texts))]

    def _root(self) -> None:
        """The mapping of sections, where there is one."""
        self._next(), self._next()
        event = self._next()
        if type(event) is MappingStartEvent and not event.flow_style:
            self._mapping(event, 0, SECTION)
        elif isinstance(event, CollectionStartEvent):
            self._refuse(event, IN_BRACES.format(EVERYTHING))

    def _other(self, at: int) -> Line:
        """A line that holds no data: a comment, nothing, or a mark between documents."""
        text = self._texts[at].strip()
        old = len(self._texts[at]) - len(self._texts[at].lstrip())
        if not text or text.startswith("#"):
            return Line(text, old, old, "comment" if text else "blank")
        if not MARKER.match(text) and not self.unruly:
            self.unruly.append(Unruly(at + 1, STRAY))
        return Line(text, old, old, "marker")

    def _refuse(self, event: Any, message: str) -> None:
        self.unruly.append(Unruly(event.start_mark.line + 1, message))

    def _put(self, at: int, new: int, role: Role = "body", key: str = "") -> None:
        """Give a line its column, unless something to the left of it has done so."""
        raw = self._texts[at]
        if at not in self._known:
            text = raw.strip()
            dashes = found[0] if (found := DASHES.match(text)) else ""
            body = "- " * dashes.count("-") + text[len(dashes) :]
            self._known[at] = Line(body, len(raw) - len(raw.lstrip()), new, role, key)

    def _mapping(self, start: Any, new: int, depth: int) -> None:
        """The keys of a block, each with its value."""
        while type(event := self._next()) is ScalarEvent:
            mark: Any = event.start_mark
            end: Any = event.end_mark
            at, text = mark.line, self._texts[mark.line]
            found = BEFORE_KEY.match(text)
            plain = at == end.line and AFTER_KEY.match(text, end.column)
            if not plain or found is None or found.end() != mark.column:
                self._refuse(event, EXPLICIT)
            self._put(at, new, ROLES.get(depth, "body"), event.value)
            self._value(self._next(), at, start.start_mark.column, new, depth, event.value)
        assert type(event) is MappingEndEvent  # noqa: S101 - a sound catalog has no other keys

    def _value(self, event: Any, at: int, old: int, new: int, depth: int, name: str) -> None:
        """A value whose key or dash stands in line `at`."""
        if type(event) is ScalarEvent:
            self._scalar(event, at, old, new)
        elif event.flow_style:
            last = self._flow_end()
            if depth < FIELD and isinstance(event, MappingStartEvent) and last.start_mark.index > self._inside(event):
                self._refuse(event, IN_BRACES.format(f'"{name}"'))
            self._continued(event.start_mark.line, last.end_mark.line, at, new)
        elif type(event) is SequenceStartEvent:
            self._sequence(event, new + STEP, depth)
        else:
            self._mapping(event, new + STEP, depth + 1)

    def _inside(self, event: Any) -> int:
        """Where the closing brace of an empty pair stands at the latest."""
        mark = event.start_mark
        rest = self._texts[mark.line][mark.column + 1 :]
        return int(mark.index) + 1 + len(rest) - len(rest.lstrip())

    def _flow_end(self) -> Any:
        """The end of a list or mapping in brackets that has begun."""
        event, depth = None, 1
        while depth:
            event = self._next()
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        return event

    def _sequence(self, start: Any, new: int, depth: int) -> None:
        """The items of a block list, each behind its dash."""
        old = start.start_mark.column
        while type(event := self._next()) is not SequenceEndEvent:
            at = event.start_mark.line
            while self._texts[at][old : old + 1] != "-" or self._texts[at][:old].strip(" -"):
                at -= 1
            self._put(at, new)
            if type(event) is MappingStartEvent and not event.flow_style:
                self._mapping(event, new + STEP, max(depth, FIELD) + 1)
            elif type(event) is SequenceStartEvent and not event.flow_style:
                self._sequence(event, new + STEP, max(depth, FIELD))
            else:
                self._value(event, at, old, new, FIELD, "")

    def _scalar(self, event: Any, at: int, old: int, new: int) -> None:
        """A text; one of several lines moves with its key."""
        first, last = event.start_mark.line, event.end_mark
        if event.style in {"|", ">"}:
            self._block(first, last.line - (last.column == 0), old, new)
        elif event.value or event.style in QUOTES:
            self._continued(first, last.line, at, new)

    def _continued(self, first: int, last: int, at: int, new: int) -> None:
        """Lines that go on with a text or a list in brackets: they stand further right than their key."""
        for number in range(max(first, at + 1), last + 1):
            raw = self._texts[number]
            old = len(raw) - len(raw.lstrip())
            self._known[number] = Line(raw.strip(), old, new + STEP, "text")

    def _block(self, head: int, last: int, old: int, new: int) -> None:
        """The lines of a text behind | or >: the indentation that all of them share is not a part of it."""
        inside = range(head + 1, min(last, len(self._texts) - 1) + 1)
        full = (len(raw) - len(raw.lstrip(" ")) for number in inside if (raw := self._texts[number]).strip())
        header = HEADER.search(self._texts[head].partition(" #")[0].rstrip())
        signs = header[1] if header else ""
        counted = next((int(sign) for sign in signs if sign.isdecimal()), 0)
        own, column = (old + counted, new + counted) if counted else (next(full, 0), new + STEP)
        for number in inside:
            self._known[number] = Line(self._texts[number][own:], own, column, "text")
        if "+" in signs:
            self.unruly.append(Unruly(head + 1, KEEPS))
        for number in reversed(inside):
            if self._texts[number][own:]:
                break
            self._known[number] = Line("", 0, 0, "blank")
