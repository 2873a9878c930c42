"""The catalog in its one layout: records sorted by id, fields in their order, comments kept; doing it twice is once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psfbot.catalog.model import KINDS

SECTION = re.compile(r"([a-z_]+):(\s|$)")
RECORD = re.compile(r"""  (["']?)([^\s#"'-][^:"']*)\1\s*:(\s|$)""")
FIELD = re.compile(r"    ([a-z_]+):(\s|$)")
LAST = ("history", "note", "provenance")
"""Fields that end a record, wherever the model has them."""
SPACED = frozenset({"teams", "providers", "services"})
"""Sections whose records are long enough to stand apart."""


@dataclass(frozen=True, slots=True)
class Block:
    """A key with the comment above it and everything below it."""

    key: str
    lines: tuple[str, ...]


def tidy(text: str) -> str:
    """The same data in the one layout; a text that is no valid catalog should not be handed in."""
    lines = [line.rstrip() for line in text.removeprefix("\ufeff").splitlines()]
    head, sections = blocks(lines, SECTION, 1)
    done = [*head, *(line for section in sections for line in (*spacing(section), *tidied(section)))]
    return "\n".join(squeezed(done)) + "\n"


def spacing(section: Block) -> tuple[str, ...]:
    """An empty line before each section, but not before the first, which only gives the version."""
    return () if section.key == "schema_version" else ("",)


def tidied(section: Block) -> list[str]:
    """A section with its records in order."""
    start = next(n for n, line in enumerate(section.lines) if SECTION.match(line))
    end = len(section.lines)
    while end > start + 1 and section.lines[end - 1][:1] in {"", "#"}:
        end -= 1
    head, records = blocks(section.lines[start + 1 : end], RECORD, 2)
    gap = [""] if section.key in SPACED else []
    done = [*section.lines[: start + 1], *(line for line in head if line)]
    for number, record in enumerate(sorted(records, key=lambda block: block.key)):
        done += [*(gap if number else []), *ordered(record, section.key)]
    return [*done, *section.lines[end:]]


def ordered(record: Block, section: str) -> list[str]:
    """A record with its fields in the model's order; a field that the model does not know stays last."""
    start = next(n for n, line in enumerate(record.lines) if RECORD.match(line))
    head, fields = blocks(record.lines[start + 1 :], FIELD, 1)
    known = [name for name in KINDS[section].model_fields if name not in {"id", *LAST}] if section in KINDS else []
    order = {name: place for place, name in enumerate([*known, *LAST])}
    body = sorted(fields, key=lambda block: order.get(block.key, len(order)))
    return [*record.lines[: start + 1], *trimmed(head), *(line for block in body for line in trimmed(block.lines))]


def trimmed(lines: Sequence[str]) -> Sequence[str]:
    """Without the empty lines at the end; those inside may belong to a text."""
    end = len(lines)
    while end and not lines[end - 1]:
        end -= 1
    return lines[:end]


def blocks(lines: Sequence[str], key: re.Pattern[str], group: int) -> tuple[list[str], list[Block]]:
    """What stands before the first key, and a block for each; a comment belongs to the key that follows it."""
    starts = [n for n, line in enumerate(lines) if key.match(line)]
    if not starts:
        return list(lines), []
    begins = [comment_above(lines, n, starts[i - 1] if i else -1) for i, n in enumerate(starts)]
    ends = [*begins[1:], len(lines)]
    found = [
        Block(name(key, lines[start], group), tuple(lines[begin:end]))
        for start, begin, end in zip(starts, begins, ends, strict=True)
    ]
    return list(lines[: begins[0]]), found


def name(key: re.Pattern[str], line: str, group: int) -> str:
    """The key that a line starts with."""
    match = key.match(line)
    return match[group].strip() if match else ""


def comment_above(lines: Sequence[str], at: int, after: int) -> int:
    """Where the comment begins that stands directly above this line, as far indented as it."""
    depth = len(lines[at]) - len(lines[at].lstrip())
    begin = at
    while begin - 1 > after and lines[begin - 1].startswith(" " * depth + "#"):
        begin -= 1
    return begin


def squeezed(lines: Sequence[str]) -> Iterator[str]:
    """Never two empty lines together, none at the start and none at the end."""
    pending = False
    begun = False
    for line in lines:
        if not line:
            pending = begun
            continue
        if pending:
            yield ""
        pending, begun = False, True
        yield line
