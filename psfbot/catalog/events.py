"""YAML text into plain data, the quick way: for a file in which nothing is out of the ordinary.

libyaml reads events; they are folded here, because every loader on offer either lets a duplicate key pass, takes
`no` for false and `22:22` for a number, or forgets the lines. Of YAML 1.2 only null, true, false and plain whole
numbers are more than text. Whatever the catalog refuses (anchors, tags, duplicate keys …) ends the quick way;
`places` then looks closer.
"""

import re
from collections.abc import Callable
from sys import intern
from typing import Any

import yaml
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

DEPTH = 32
"""So many levels may be nested; the catalog needs seven, and a bomb brings thousands."""
MERGE = "<<"
WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
DIGITS = frozenset("-0123456789")
NUMBER = re.compile(r"0|-?[1-9][0-9]{0,17}")
"""Whole numbers that are written back as they were read: `010` and `1_000` stay text."""

TABBED = re.compile(rb"^ *\t[\t ]*[^\s]", re.MULTILINE)
"""A tab in the indentation: YAML forbids it in some places and takes it for a space in others."""
QUOTES = frozenset("\"'")

NextEvent = Callable[[], Any]
"""Hands out YAML's events one by one, `None` after the last."""


class Odd(yaml.YAMLError):
    """Something that the quick way does not settle."""


class PurePython(Reader, Scanner, Parser):
    """PyYAML's own parser, which stands in for libyaml where that was not built."""

    def __init__(self, stream: bytes) -> None:
        """Get ready to read the stream."""
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)


def events(data: bytes, *, libyaml: bool = yaml.__with_libyaml__) -> NextEvent:
    """The events of a text in UTF-8."""
    if not libyaml:
        return PurePython(data).get_event
    from yaml._yaml import CParser  # noqa: PLC0415 - it cannot be imported where libyaml was not built

    return CParser(data).get_event


def scalar(event: Any) -> bool | int | str | None:
    """What an unquoted word means; a quoted one is always text."""
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in WORDS:
        return WORDS[text]
    return int(text) if text[0] in DIGITS and NUMBER.fullmatch(text) else text


class Quick:
    """One quick reading: `root` is the file's mapping, `lines` the line of each record by section and id.

    `quotes` are the first and last lines (from 0) of quoted texts that go over several lines.

    It raises `YAMLError` for what is not YAML, and `Odd` for YAML that the catalog refuses.
    """

    def __init__(self, data: bytes) -> None:
        """Read all of it."""
        self.lines: dict[tuple[str, str], int] = {}
        self.quotes: list[tuple[int, int]] = []
        if b"\t" in data and TABBED.search(data):
            raise Odd
        self._next = events(data)
        self._expect(StreamStartEvent, DocumentStartEvent, MappingStartEvent)
        self.root = self._mapping(1, None)
        self._expect(DocumentEndEvent, StreamEndEvent)

    def _expect(self, *kinds: type) -> None:
        for kind in kinds:
            if type(self._next()) is not kind:
                raise Odd

    def _quoted(self, event: Any) -> str:
        """A text in quotes; if it has several lines, remember which: perhaps it was never closed."""
        start, end = event.start_mark.line, event.end_mark.line
        if start != end and event.style in QUOTES:
            self.quotes.append((start, end))
        text: str = event.value
        return text

    def _mapping(self, depth: int, section: str | None) -> dict[str, object]:
        """Fold one mapping; in a section, note the line of each record. Kept flat and tight: it runs for every key."""
        if depth > DEPTH:
            raise Odd
        get = self._next
        here: dict[str, object] = {}
        while type(event := get()) is ScalarEvent:
            key = intern(event.value)
            if key in here or key == MERGE or event.anchor or event.tag:
                raise Odd
            if section is not None:
                self.lines[section, key] = event.start_mark.line + 1  # type: ignore[union-attr]
            event = get()
            if event.anchor or event.tag:
                raise Odd
            kind = type(event)
            if kind is ScalarEvent:
                here[key] = scalar(event) if event.implicit[0] else self._quoted(event)
            elif kind is SequenceStartEvent:
                here[key] = self._sequence(depth + 1)
            else:
                here[key] = self._mapping(depth + 1, key if depth == 1 else None)
        if type(event) is not MappingEndEvent:
            raise Odd
        return here

    def _sequence(self, depth: int) -> list[object]:
        """Fold one list."""
        if depth > DEPTH:
            raise Odd
        get = self._next
        here: list[object] = []
        while type(event := get()) is not SequenceEndEvent:
            if event.anchor or event.tag:
                raise Odd
            kind = type(event)
            if kind is ScalarEvent:
                here.append(scalar(event) if event.implicit[0] else self._quoted(event))
            elif kind is SequenceStartEvent:
                here.append(self._sequence(depth + 1))
            else:
                here.append(self._mapping(depth + 1, None))
        return here
