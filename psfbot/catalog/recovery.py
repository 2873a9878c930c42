"""A file that is not YAML as a whole, read as far as it can be: one broken record must not hide the others' faults."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from yaml import MarkedYAMLError

from psfbot.catalog import layout, syntax
from psfbot.catalog.bared import Bared
from psfbot.catalog.encoding import scrub
from psfbot.catalog.finding import Slip
from psfbot.catalog.places import Thorough
from psfbot.catalog.straight import Straight

ROUNDS = 50
"""So many broken records are set aside, one at a time …"""
BUDGET = 4_000_000
"""… and so many lines are read in all, so that a big broken file still has an answer within a minute."""
ENOUGH = "so many syntax errors that the rest was not checked: mend these and check again"


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read, the line of each record, and what was wrong with the text.

    `words` start a line that may start a record, each with its section: the ids of what was set aside are among them.
    `tree` tells places, where it is there already; `shifts` is by how much a line was moved to the right before, and
    `gone` the columns that were taken out of it. `told` are slips whose place is the one in the file.
    """

    root: object
    lines: Mapping[tuple[str, str], int]
    slips: tuple[Slip, ...] = ()
    words: frozenset[tuple[str, str]] = frozenset()
    tree: Thorough | None = None
    shifts: Mapping[int, int] = field(default_factory=dict)
    gone: Mapping[int, Sequence[int]] = field(default_factory=dict)
    told: tuple[Slip, ...] = ()


def salvage(data: bytes, budget: int = BUDGET) -> Reading:
    """Read, and at each syntax error blank out the record that it is in and read again."""
    data, scrubbed = scrub(data)
    bared = Bared(data.decode().split("\n"))
    straight = Straight(bared.lines)
    broken = _Broken(straight.lines, list(straight.slips))
    told = (*scrubbed, *bared.slips)
    words = frozenset(layout.words(broken.lines))
    for slip, at in list(syntax.stray(broken.lines)):
        broken.mend(slip, at)
    rounds = lines_read = 0
    while rounds < ROUNDS and lines_read < budget:
        fault = syntax.runaway(broken.lines)
        if not fault:
            try:
                tree = Thorough("\n".join(broken.lines).encode())
            except MarkedYAMLError as error:
                fault = syntax.explain(error, broken.lines)
            else:
                slips = (*broken.slips, *tree.slips)
                lost = words if slips else frozenset()
                return Reading(tree.root, tree.lines, slips, lost, tree, straight.shifts, bared.gone, told)
        broken.set_aside(*fault)
        rounds += 1
        lines_read += fault[1]
    last = replace(broken.slips[-1], message=ENOUGH, rule="too-many-errors", path=())
    return Reading(None, {}, (*broken.slips, last), shifts=straight.shifts, gone=bared.gone, told=told)


class _Broken:
    """A file under repair: its lines, those that are set aside blank, and what was wrong."""

    def __init__(self, lines: list[str], slips: list[Slip]) -> None:
        """Start with all lines."""
        self.lines = lines
        self.slips = slips
        self._text = tuple(lines)
        self._sections = layout.sections(lines)

    def mend(self, slip: Slip, at: int) -> None:
        """Blank out a line that can be done without; for a tab that is its record, once."""
        if slip.rule == "tab" and self.lines[at]:
            self.set_aside(slip, at)
        else:
            self.lines[at] = ""
            self.slips.append(slip)

    def set_aside(self, slip: Slip, at: int) -> None:
        """Blank out the record that this line is in."""
        span = layout.extent(self.lines, at)
        starts = self._sections[: bisect(self._sections, span.start)][-1:]
        starts += [span.start] * (layout.indent(self.lines[span.start]) > 0)
        path = tuple(found[1] for start in starts if (found := layout.WORD.match(self._text[start])))
        self.slips.append(replace(slip, path=path))
        self.lines[span.start : span.stop] = [""] * len(span)
