"""The catalog's text while it is changed: what is cut out, what takes its place, and the unified diff of both."""

import re
from collections.abc import Iterable, Iterator

from yaml import YAMLError

from psfbot.catalog.editing import cutout, hunks, quoting
from psfbot.catalog.editing.cutout import Span
from psfbot.catalog.editing.node import parsed
from psfbot.catalog.model import KINDS
from psfbot.errors import UserError

LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789._-")
SPACED = frozenset({"teams", "providers", "services"})
"""Sections whose records stand apart by an empty line; `tidy` has the same."""
BLANK = re.compile(r"[ \t]*\r?\n")
CLOSED = re.compile(r"[^\n]*:[ \t]*[\[{]")
NO_RECORDS = re.compile(r"[^\n:#]*:([ \t]*\{[ \t]*\})(?=[ \t]*(?:#[^\n]*|\r)?(?:\n|$))")
"""A section that says in braces that it is empty."""

NOT_FOUND = "{}: I cannot find where {} {} is written. Try `psfbot catalog fmt`, then again."
NOT_YAML = "{}:{}: I cannot cut {} out of the file without breaking it. Try `psfbot catalog fmt`, then again."
BRACES = "{}:{}: {} is written in braces: write it as a block, one record below the other, then try again."


class Page:
    """A text and the parts of it that are replaced; nothing is replaced twice."""

    def __init__(self, text: str, name: str, sections: Iterable[str] = KINDS) -> None:
        """Start with the text as it is; `sections` are those that have records."""
        self.text, self.name = text, name
        self.newline = "\r\n" if "\r\n" in text[:10000] else "\n"
        self._patches: list[tuple[int, int, str]] = []
        self._sections = cutout.sections(text, sections)
        self._records: dict[tuple[str, str], Span] = {}

    def section(self, kind: str) -> Span | None:
        """Where a section stands."""
        if kind not in self._sections:
            self._sections = cutout.sections(self.text, [*self._sections, kind])
        return self._sections.get(kind)

    def record(self, kind: str, id_: str) -> Span:
        """Where a record stands."""
        if (kind, id_) not in self._records:
            around = self.section(kind)
            found = cutout.record(self.text, around, id_) if around else None
            if found is None:
                raise UserError(NOT_FOUND.format(self.name, kind, id_))
            self._records[kind, id_] = found
        return self._records[kind, id_]

    def holding(self, kind: str, word: str) -> Iterator[str]:
        """The ids of a section's records in whose text a word stands by itself, each once."""
        around = self.section(kind)
        at = self.text.find(word, around.start, around.end) if around else -1
        while around and at >= 0:
            if self.text[at - 1 : at] in LETTERS or self.text[at + len(word) : at + len(word) + 1] in LETTERS:
                at = self.text.find(word, at + len(word), around.end)
                continue
            start = cutout.enclosing(self.text, at, around)
            id_ = self.text[start : self.text.find(":", start)].strip().strip("\"'")
            span = Span(start, cutout.end(self.text, start, around), around.column)
            if start > around.start:
                self._records[kind, id_] = span
                yield id_
            at = self.text.find(word, max(span.end, at + len(word)), around.end)

    def data(self, kind: str, id_: str, text: str) -> dict[str, object]:
        """What a record's lines say when they are read alone."""
        try:
            found = parsed(text)
        except YAMLError:
            raise UserError(NOT_YAML.format(self.name, self.line(self.record(kind, id_).start), id_)) from None
        inner = found.data.get(id_) if isinstance(found.data, dict) else None
        if not isinstance(inner, dict) or len(found.keys) != 1:
            raise UserError(NOT_YAML.format(self.name, self.line(self.record(kind, id_).start), id_))
        return inner

    def line(self, at: int) -> int:
        """The number of the line at a place."""
        return self.text.count("\n", 0, at) + 1

    def put(self, start: int, end: int, new: str) -> None:
        """Replace a part."""
        self._patches.append((start, end, new))

    def begin(self, kind: str, id_: str, fields: dict[str, object], ids: list[str]) -> None:
        """Write a new record at its place among those that are there (`ids`, in the order of the file)."""
        around = self.section(kind)
        column = around.column if around and ids else quoting.STEP
        self.insert(kind, id_, self.newline.join(quoting.record(id_, fields, column)) + self.newline, ids)

    def insert(self, kind: str, id_: str, lines: str, ids: list[str]) -> None:
        """Put the lines of a record before the first one whose id is greater, else at the end of its section."""
        around = self.section(kind)
        gap = self.newline if kind in SPACED else ""
        if around is None:
            lead = "" if self.text.endswith("\n") or not self.text else self.newline
            self.put(len(self.text), len(self.text), f"{lead}{self.newline}{kind}:{self.newline}{lines}")
            return
        empty = NO_RECORDS.match(self.text, around.start) if not ids else None
        if empty:
            self.put(empty.start(1), empty.end(1), "")
        elif CLOSED.match(self.text, around.start):
            raise UserError(BRACES.format(self.name, self.line(around.start), kind))
        following = min((one for one in ids if one > id_), default="")
        if following:
            at = cutout.whole(self.text, self.record(kind, following), around).start
            self.put(at, at, lines + gap)
            return
        last = cutout.whole(self.text, self.record(kind, ids[-1]), around).end if ids else 0
        at = last or self.text.find("\n", around.start) + 1 or len(self.text)
        lead = "" if self.text[:at].endswith("\n") else self.newline
        self.put(at, at, lead + (gap if ids else "") + lines)

    def take_out(self, kind: str, id_: str) -> tuple[str, str]:
        """Remove a record with its comments and the empty line that parted it from the next.

        What stood above its key is returned, and what of its lines stays because it belongs to others.
        """
        around = self.section(kind)
        span = self.record(kind, id_)
        whole = cutout.whole(self.text, span, around) if around else span
        start, end = whole.start, whole.end
        blank = BLANK.match(self.text, end)
        if blank and (kind in SPACED or self._blank_before(start)):
            end = blank.end()
        self.put(start, end, "")
        return self.text[start : span.start], self.text[whole.end : span.end]

    def _blank_before(self, start: int) -> bool:
        """Is the line before this one empty?"""
        return not self.text[self.text.rfind("\n", 0, max(start - 1, 0)) + 1 : start].strip()

    def done(self) -> str:
        """The whole new text."""
        parts, at = [], 0
        for start, end, new in sorted(self._patches):
            parts += [self.text[at:start], new]
            at = end
        return "".join([*parts, self.text[at:]])

    def diff(self) -> str:
        """The unified diff of the changed parts."""
        return hunks.unified(self.name, self.text, self._patches)
