"""The catalog in its one layout: records sorted by id, fields in their order, comments kept; doing it twice is once.

A comment stays with its record: with the one that it touches; where it touches two, its column tells; where it touches
none, with the next.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TypeAlias

from psfbot.catalog.model import KINDS
from psfbot.catalog.ruled import STEP, Line, Role, Ruled, Unruly

Share: TypeAlias = Callable[[Sequence[Line], Line, bool], int]
RECORD_AT, FIELD_AT = STEP, 2 * STEP

LAST = ("history", "note", "provenance")
"""Fields that end a record, wherever the model has them."""
SPACED = frozenset({"teams", "providers", "services"})
"""Sections whose records are long enough to stand apart."""
FIRST = "schema_version"
BLANK = Line("", 0, 0, "blank")


class Untidy(ValueError):
    """A catalog that cannot be laid out, and every reason with its line."""

    def __init__(self, reasons: Iterable[Unruly]) -> None:
        """Keep the reasons in the order of the file."""
        self.reasons = sorted(reasons, key=lambda one: one.line)
        super().__init__(self.reasons)


@dataclass(frozen=True, slots=True)
class Block:
    """A key with the comment above it, its own line, and everything below it."""

    key: str
    above: tuple[Line, ...]
    lines: tuple[Line, ...]


def tidy(text: str) -> str:
    """The same data in the one layout; what cannot be put into it raises `Untidy`."""
    ruled = Ruled(text)
    if ruled.unruly:
        raise Untidy(ruled.unruly)
    head, sections, foot = parts(ruled.lines, "section", between_sections)
    done = [*head, *(line for section in sections for line in laid(section)), *foot]
    return "\n".join(map(str, squeezed(done))) + "\n"


def laid(section: Block) -> list[Line]:
    """A section with its records in order, and an empty line before it unless it only gives the version."""
    head, records, foot = parts(section.lines[1:], "record", between_records)
    apart = [BLANK] if section.key in SPACED else []
    done = [*([] if section.key == FIRST else [BLANK]), *section.above, section.lines[0]]
    done += [*placed(head, RECORD_AT), BLANK] if comments(head) else []
    for number, record in enumerate(sorted(records, key=lambda block: block.key)):
        done += [*(apart if number else []), *placed(record.above, RECORD_AT), *ordered(record, section.key)]
    return [*done, *(replace(line, new=RECORD_AT) for line in foot)]


def ordered(record: Block, section: str) -> list[Line]:
    """A record with its fields in the model's order; a field that the model does not know stays last."""
    head, fields, foot = parts(record.lines[1:], "field", between_fields)
    known = [name for name in KINDS[section].model_fields if name not in {"id", *LAST}] if section in KINDS else []
    order = {name: place for place, name in enumerate([*known, *LAST])}
    done = [record.lines[0], *placed(head, FIELD_AT)]
    for block in sorted(fields, key=lambda block: order.get(block.key, len(order))):
        done += [*placed(block.above, FIELD_AT), *nested(block.lines)]
    return [*done, *placed(foot, FIELD_AT)]


def parts(lines: Sequence[Line], role: Role, share: Share) -> tuple[list[Line], list[Block], list[Line]]:
    """What stands before the first key of this role, a block for each, and what ends them all.

    `share` tells how many of the lines between two keys (or behind the last) belong to the one above.
    """
    starts = [at for at, line in enumerate(lines) if line.role == role]
    if not starts:
        return list(lines), [], []
    first = starts[0] - len(run(reversed(lines[: starts[0]])))
    above, found = lines[first : starts[0]], []
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        end = max(at for at in range(start, stop) if lines[at].role not in {"comment", "blank"}) + 1
        end += share(lines[end:stop], lines[start], stop == len(lines))
        found.append(Block(lines[start].key, tuple(above), tuple(lines[start:end])))
        above = lines[end:stop]
    return list(lines[:first]), found, list(above)


def between_sections(gap: Sequence[Line], key: Line, last: bool) -> int:  # noqa: ARG001, FBT001 - one of three
    """What is indented belongs to the section above, and what starts in the first column to the next."""
    return max((number for number, line in enumerate(gap, 1) if line.role == "comment" and line.old), default=0)


def between_records(gap: Sequence[Line], key: Line, last: bool) -> int:  # noqa: FBT001 - one of three
    """What touches only the record above belongs to it; of what touches both, what is further right than their keys."""
    touching = run(gap)
    return deeper(touching, key) if len(touching) == len(gap) and not last else len(touching)


def between_fields(gap: Sequence[Line], key: Line, last: bool) -> int:  # noqa: FBT001 - one of three
    """The same; but behind the last field only what is further right is its own, and the rest its record's."""
    touching = run(gap)
    return deeper(touching, key) if len(touching) == len(gap) or last else len(touching)


def run(lines: Iterable[Line]) -> list[Line]:
    """The comments up to the first line that is none."""
    return list(takewhile(lambda line: line.role == "comment", lines))


def deeper(lines: Iterable[Line], key: Line) -> int:
    """So many of the first lines are further right than a key."""
    return len(list(takewhile(lambda line: line.old > key.old, lines)))


def comments(lines: Iterable[Line]) -> list[Line]:
    """Without the empty lines."""
    return [line for line in lines if line.role == "comment"]


def placed(lines: Iterable[Line], column: int) -> list[Line]:
    """Comments in the column of what they belong to, without the empty lines."""
    return [replace(line, new=column) for line in comments(lines)]


def nested(lines: Sequence[Line]) -> Iterator[Line]:
    """A field; comments in it move with the line that they stand above, else with the one that they stand below."""
    end = max(at for at, line in enumerate(lines) if line.role != "blank") + 1
    last = lines[0]
    for at, line in enumerate(lines[:end]):
        if line.role != "comment":
            last = last if line.role == "blank" else line
            yield line
            continue
        near = next((one for one in lines[at:] if one.role == "body"), None)
        near = near or next(one for one in reversed(lines[:at]) if one.role in {"body", "field"})
        column = line.old + near.new - near.old if line.old > lines[0].old else near.new
        yield replace(line, new=clear_of(last, max(column, FIELD_AT + STEP)))


def clear_of(last: Line, column: int) -> int:
    """The column of a comment: behind a text of several lines it must not become a part of it."""
    return min(column, last.new - 1) if last.role == "text" else column


def squeezed(lines: Iterable[Line]) -> Iterator[Line]:
    """Never two empty lines together, none at the start and none at the end; those within a text are a part of it."""
    pending = False
    begun = False
    for line in lines:
        if line.role == "blank":
            pending = begun
            continue
        if pending:
            yield BLANK
        pending, begun = False, True
        yield line
