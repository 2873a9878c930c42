"""The tables of PEP 11, as rows: tier, triple, notes and contacts."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from psfbot.plugin import simple_table

HEADING = re.compile(r"^Tier ([1-9])\n-+\s*$", re.MULTILINE)
TITLE = re.compile(r"^\S.*\n([-=~^\"'`#*+.:_])\1{2,}\s*$", re.MULTILINE)


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


def tiers_of(text: str) -> frozenset[int]:
    """The tiers that the PEP has a section for: of others it tells nothing."""
    return frozenset(int(heading[1]) for heading in HEADING.finditer(text))


def table(part: str, tier: int) -> Iterator[Row]:
    """The rows of the table in a section; a row without a triple is about the one above."""
    triple = ""
    for first, *more in simple_table(part):
        triple = first or triple
        people = tuple(filter(None, map(str.strip, more[1].split(",")))) if len(more) > 1 else None
        yield Row(tier, triple, more[0] if more else "", people)


def words(notes: str) -> frozenset[str]:
    """The words of notes: their order tells nothing."""
    return frozenset(re.findall(r"[\w.+-]+", notes.casefold()))
