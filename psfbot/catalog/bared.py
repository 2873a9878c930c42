"""A text without the letters that nobody sees: each is told at its own place, and taken out for the rest of the check.

So that one of them is one finding: a name with a hidden letter in it would else lead nowhere, wherever it is used.
"""

import re
from collections.abc import Iterator, Sequence

from psfbot.catalog.encoding import CONTROL, MOST
from psfbot.catalog.finding import Slip
from psfbot.catalog.hidden import ODD_SPACE, invisible
from psfbot.catalog.model import ITEMS, KINDS, Catalog

WIDE = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""Spaces that are none for YAML: what a web page or a chat leaves in what is copied from it."""
NAMES = {name for part in (Catalog, *KINDS.values(), *ITEMS) for name in part.model_fields}
LEAD = re.compile(f"[ {WIDE}]*(?:-[ {WIDE}]+)*")
FIELD = re.compile(f"([\\w.-]+)([ {WIDE}]*:(?:[ {WIDE}]+|$))")
TRAIL = re.compile(f"[ {WIDE}]*$")
STEP = 2


class Bared:
    """The lines without hidden letters, what was told of them, and the columns (from 0) that went out of each line."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Look at every line that has anything but ordinary letters."""
        self.lines = list(lines)
        self.slips: list[Slip] = []
        self.gone: dict[int, list[int]] = {}
        for at, line in enumerate(self.lines):
            if not line.isprintable():
                self._bare(at, line)
        del self.slips[MOST:]

    def _bare(self, at: int, line: str) -> None:
        """Take out what is invisible, then set right the spaces that YAML takes for letters."""
        out = [here for here, letter in enumerate(line) if invisible(line[here - 1 : here] or " ", letter)]
        kept = [here for here in range(len(line)) if here not in set(out)]
        for here in out:
            if here - 1 not in out:
                self.slips.append(Slip(at + 1, here + 1, CONTROL.format(ord(line[here])), "control-character"))
        text = "".join(line[here] for here in kept)
        odd = [place for place in structure(text) if text[place] != " "]
        if odd:
            letter, column = text[odd[0]], kept[odd[0]] + 1
            self.slips.append(Slip(at + 1, column, ODD_SPACE.format(ord(letter)), "odd-space"))
            letters = [" " if place in set(odd) else one for place, one in enumerate(text)]
            lead = len(text) - len(text.lstrip())
            surplus = [place for place in odd if place < lead] if lead % STEP else []
            out += [kept[place] for place in surplus]
            text = "".join(one for place, one in enumerate(letters) if place not in surplus)
        if text != line:
            self.lines[at] = text
            self.gone[at] = sorted(out)


def structure(line: str) -> Iterator[int]:
    """The places in a line where a space means something to YAML: before it, behind a dash or key, and at its end."""
    lead = LEAD.match(line)
    start = lead.end() if lead else 0
    field = FIELD.match(line, start)
    spans = [range(start)]
    if field and (field[1] in NAMES or line.count(" ", 0, start) <= STEP):
        spans.append(range(field.start(2), field.end()))
    trail = TRAIL.search(line, start)
    spans.append(range(trail.start() if trail else len(line), len(line)))
    return (place for place in sorted({place for span in spans for place in span}) if line[place] not in "-:")


def veiled(data: bytes) -> bool:
    """Does this text hide anything that is to be taken out?"""
    return bool(Bared(data.decode(errors="replace").split("\n")).slips)


def written_at(column: int, gone: Sequence[int]) -> int:
    """The column (from 1) of the writer's own line."""
    for place in gone:
        column += column > place
    return column
