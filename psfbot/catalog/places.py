"""YAML text into plain data, the thorough way: every key and value with its place, every refusal with its reason.

It is read so only when there is something to tell; a sound file is read by `events.Quick` alone.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

from yaml import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent
from yaml.error import Mark
from yaml.events import CollectionEndEvent, CollectionStartEvent, DocumentStartEvent
from yaml.parser import ParserError

from psfbot.catalog.events import DEPTH, MERGE, events, scalar
from psfbot.catalog.finding import Path, Slip, shown

TOO_DEEP = "nested too deep"

ANCHOR = "an anchor (&{}) is not allowed here: write the value where it is needed"
ALIAS = "an alias (*{}) is not allowed here: write the value itself; text that starts with * needs quotes"
TAG = "a tag ({}) is not allowed here: write the plain value; text that starts with ! needs quotes"
HASHED = re.compile(r"[ \t]+(#[^\s#].*)")
"""What is a comment for YAML, and was probably meant as text: `#python-infra`, `#125`."""
FIELD = 3
"""So deep are the values of fields: a section or a record is no text that anybody could cut off."""
STANDARD = "tag:yaml.org,2002:"
MERGED = "a merge key (<<) is not allowed here: write the fields themselves"
COMPLEX = "a key is one word or text: lists and mappings cannot be keys"
SWALLOWED = (
    "YAML takes {} for a comment, so nothing is written here: put it in quotes; a comment has a space behind its #"
)
CUT = "YAML takes {} for a comment: put the whole text in quotes, or a space behind the # of a comment"
DUPLICATE = "duplicate key {} (lines {} and {})"

WRITTEN = re.compile(r"\\x[0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\.|.")
"""One letter of a text in double quotes."""
SHORT = dict(zip("0abtnvfreN_LP", "\0\a\b\t\n\v\f\r\x1b\x85\xa0\u2028\u2029", strict=True))

ALIASED = 0
"""What an alias stands for: no record, so that it is not taken for an empty one."""

Spot = tuple[Mark, Mark]
"""Where a key starts, and where its value does; the two are the same in a list."""


class Thorough:
    """One thorough reading: `root` is the data, `slips` what was refused; `place` tells where anything is.

    What is refused is left out or taken for plain text, so that the rest can be checked too. It raises `YAMLError` for
    what is not YAML.
    """

    def __init__(self, data: bytes) -> None:
        """Read all of it."""
        self.slips: list[Slip] = []
        self.lines: dict[tuple[str, str], int] = {}
        self._spots: dict[tuple[int, str | int], Spot] = {}
        self._kept: list[object] = []
        self._trail: list[str] = []
        self._text = data.decode().split("\n")
        self._next = events(data)
        self.root = self._document()

    def place(self, path: Path, at: Literal["key", "value"]) -> tuple[int, int]:
        """Line and column of a value or its key; what is missing is where the nearest thing around it starts."""
        here: Any = self.root
        line, column = 1, 1
        for number, step in enumerate(path, 1):
            spot = self._spots.get((id(here), step))
            if spot is None:
                break
            here = here[step]
            mark = spot[1] if at == "value" and number == len(path) else spot[0]
            line, column = mark.line + 1, mark.column + 1
        return line, column

    def letter(self, line: int, column: int, letter: str) -> tuple[int, int]:
        """Where a letter stands in the text that starts here, as it is or by an escape; else where the text starts."""
        last = len(self._text) if letter != "\n" else line
        for at in range(line - 1, last):
            for found in WRITTEN.finditer(self._text[at], column - 1 if at == line - 1 else 0):
                if letter in {found[0], _unescaped(found[0])}:
                    return at + 1, found.start() + 1
        return line, column

    def word(self, line: int, column: int, word: str) -> tuple[int, int]:
        """Where a word stands in the text that starts here, which may go on below; else where the text starts."""
        for at in range(line - 1, len(self._text)):
            found = self._text[at].find(word, column - 1 if at == line - 1 else 0)
            if found >= 0:
                return at + 1, found + 1
        return line, column

    def _document(self) -> object:
        """The content of the file: `recovery` has seen to it that there is but one document."""
        self._next()
        start = self._next()
        root = self._value(self._next()) if type(start) is DocumentStartEvent else None
        while self._next() is not None:
            pass
        return root

    def _value(self, event: Any) -> object:
        """Any value, with its refusals."""
        if type(event) is AliasEvent:
            self._refuse(event, ALIAS.format(event.anchor), "alias")
            return ALIASED
        self._plainly(event)
        if type(event) is ScalarEvent:
            if event.implicit[0] and len(self._trail) >= FIELD:
                self._commented(event)
            return scalar(event)
        if len(self._trail) >= DEPTH:
            raise ParserError(None, None, TOO_DEEP, event.start_mark)
        return self._mapping({}) if type(event) is MappingStartEvent else self._sequence()

    def _plainly(self, event: Any) -> None:
        """Refuse anchors and tags."""
        if event.anchor:
            self._refuse(event, ANCHOR.format(event.anchor), "anchor")
        if event.tag:
            self._refuse(event, TAG.format(event.tag.replace(STANDARD, "!!")), "tag")

    def _commented(self, event: Any) -> None:
        """Tell where a text without quotes was cut off, or swallowed whole, because a word of it starts with #."""
        end = event.end_mark
        found = HASHED.match(self._text[end.line], end.column) if end.line < len(self._text) else None
        if found:
            place = end.line + 1, found.start(1) + 1
            told = Slip(*place, SWALLOWED.format(shown(found[1])), "swallowed", path=tuple(self._trail[:2]))
            cut = replace(told, message=CUT.format(shown(found[1])), rule="comment", severity="warning")
            self.slips.append(cut if event.value else told)

    def _mapping(self, here: dict[str, object]) -> dict[str, object]:
        """Fill a mapping; the first of two equal keys counts."""
        self._kept.append(here)
        for event in self._until(MappingEndEvent):
            key = self._key(event, here)
            self._trail.append(key or "")
            if key is None:
                self._skip(self._next())
            else:
                if len(self._trail) == 2:  # noqa: PLR2004 - a section and a record in it
                    self.lines.setdefault((self._trail[0], key), event.start_mark.line + 1)
                self._entry(here, key, event.start_mark)
            self._trail.pop()
        return here

    def _entry(self, here: dict[str, object], key: str, mark: Mark) -> None:
        """Put the value of a key in its place; what a section has in a second half goes to its first."""
        event = self._next()
        first = here.get(key)
        if len(self._trail) == 1 and isinstance(first, dict) and type(event) is MappingStartEvent:
            self._mapping(first)
            return
        value = self._value(event)
        if key not in here:
            here[key] = value
            self._spots[id(here), key] = mark, event.start_mark

    def _key(self, event: Any, here: dict[str, object]) -> str | None:
        """A key, or nothing where it and its value are refused."""
        line = event.start_mark.line + 1
        if type(event) is AliasEvent:
            self._value(event)
            return None
        if type(event) is not ScalarEvent:
            self._skip(event)
            self._refuse(event, COMPLEX, "key")
            return None
        self._plainly(event)
        key: str = event.value
        if key == MERGE:
            self._refuse(event, MERGED, "merge-key")
            return None
        if key in here:
            first = self._spots[id(here), key][0].line + 1
            self._refuse(event, DUPLICATE.format(shown(key), first, line), "duplicate-key")
        return key

    def _sequence(self) -> list[object]:
        """A list."""
        here: list[object] = []
        self._kept.append(here)
        for event in self._until(SequenceEndEvent):
            self._trail.append("")
            self._spots[id(here), len(here)] = event.start_mark, event.start_mark
            here.append(self._value(event))
            self._trail.pop()
        return here

    def _until(self, end: type) -> Iterator[Any]:
        """The events up to the end of a mapping or list."""
        while type(event := self._next()) is not end:
            yield event

    def _skip(self, event: Any) -> None:
        """Pass over a whole value."""
        depth = int(isinstance(event, CollectionStartEvent))
        while depth:
            event = self._next()
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > DEPTH:
                raise ParserError(None, None, TOO_DEEP, event.start_mark)

    def _refuse(self, event: Any, message: str, rule: str) -> None:
        mark = event.start_mark
        self.slips.append(Slip(mark.line + 1, mark.column + 1, message, rule, path=tuple(self._trail[:2])))


def _unescaped(text: str) -> str:
    """The letter that an escape of double quotes stands for."""
    code = text[2:]
    return chr(int(code, 16) % 0x110000) if code else SHORT.get(text[1:], "")
