"""A file that is not YAML as a whole, read as far as it can be: one broken record must not hide the others' faults."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from yaml import MarkedYAMLError

from psfbot.catalog import layout, syntax
from psfbot.catalog.encoding import scrub
from psfbot.catalog.finding import Slip
from psfbot.catalog.places import Thorough

ROUNDS = 50
"""So many broken records are set aside, one at a time …"""
BUDGET = 100_000_000
"""… and so many bytes are read in all, so that a big broken file still has an answer within a minute."""
ENOUGH = "so many syntax errors that the rest was not checked: mend these and check again"


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read, the line of each record, and what was wrong with the text.

    `words` start a line that may start a record, each with its section: the ids of what was set aside are among them.
    `tree` tells places, where it is there already.
    """

    root: object
    lines: Mapping[tuple[str, str], int]
    slips: tuple[Slip, ...] = ()
    words: frozenset[tuple[str, str]] = frozenset()
    tree: Thorough | None = None


def salvage(data: bytes) -> Reading:
    """Read, and at each syntax error blank out the record that it is in and read again."""
    data, scrubbed = scrub(data)
    broken = _Broken(data.decode().split("\n"), scrubbed)
    words = frozenset(layout.words(broken.lines))
    for slip, at in list(syntax.stray(broken.lines)):
        if slip.rule == "tab":
            broken.set_aside(slip, at)
        else:
            broken.drop(slip, at)
    for _ in range(max(2, min(ROUNDS, BUDGET // (len(data) + 1)))):
        if found := syntax.runaway(broken.lines):
            broken.set_aside(*found)
            continue
        try:
            tree = Thorough("\n".join(broken.lines).encode())
        except MarkedYAMLError as error:
            broken.set_aside(*syntax.explain(error, broken.lines))
        else:
            slips = (*broken.slips, *tree.slips)
            return Reading(tree.root, tree.lines, slips, words, tree)
    last = replace(broken.slips[-1], message=ENOUGH, rule="too-many-errors", path=())
    return Reading(None, {}, (*broken.slips, last))


class _Broken:
    """A file under repair: its lines, those that are set aside blank, and what was wrong."""

    def __init__(self, lines: list[str], slips: list[Slip]) -> None:
        """Start with all lines."""
        self.lines = lines
        self.slips = slips

    def drop(self, slip: Slip, at: int) -> None:
        """Blank out one line."""
        self.lines[at] = ""
        self.slips.append(slip)

    def set_aside(self, slip: Slip, at: int) -> None:
        """Blank out the record that this line is in."""
        span = layout.extent(self.lines, at)
        self.slips.append(replace(slip, path=layout.path(self.lines, span.start)))
        self.lines[span.start : span.stop] = [""] * len(span)
