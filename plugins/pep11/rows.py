"""The tables of PEP 11, as rows: tier, triple, notes and contacts."""

import re
from collections.abc import Iterator
from typing import NamedTuple

HEADING = re.compile(r"^Tier ([1-9])\n-+\s*$", re.MULTILINE)
TITLE = re.compile(r"^\S.*\n([-=~^\"'`#*+.:_])\1{2,}\s*$", re.MULTILINE)
RULE = re.compile(r"^=+(?: +=+)+ *$")
RULES = 3
"""Lines of a simple table that are drawn: above and below its heads, and at its end."""


class Row(NamedTuple):
    """A platform as PEP 11 lists it; `contacts` is nothing where the table has no such column."""

    tier: int
    triple: str
    notes: str
    contacts: tuple[str, ...] | None

    @property
    def called(self) -> str:
        """The triple, with its notes where it has some."""
        return f"{self.triple} ({self.notes})" if self.notes else self.triple


def rows_of(text: str) -> Iterator[Row]:
    """Every platform of the PEP."""
    for heading in HEADING.finditer(text):
        end = TITLE.search(text, heading.end())
        yield from table(text[heading.end() : end.start() if end else len(text)], int(heading[1]))


def table(part: str, tier: int) -> Iterator[Row]:
    """The rows of the first simple table in a section; a row without a triple is about the one above."""
    lines = part.splitlines()
    rules = [number for number, line in enumerate(lines) if RULE.match(line)]
    if len(rules) < RULES:
        return
    starts = [found.start() for found in re.finditer("=+", lines[rules[0]])]
    triple = ""
    for line in lines[rules[1] + 1 : rules[2]]:
        cells = [line[at:end].strip() for at, end in zip(starts, [*starts[1:], None], strict=True)]
        if any(cells):
            triple = cells[0] or triple
            people = tuple(filter(None, map(str.strip, cells[2].split(",")))) if len(cells) > 2 else None  # noqa: PLR2004
            yield Row(tier, triple, cells[1] if len(cells) > 1 else "", people)


def words(notes: str) -> frozenset[str]:
    """The words of notes: their order tells nothing."""
    return frozenset(re.findall(r"[\w.+-]+", notes.casefold()))
