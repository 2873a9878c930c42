"""Which findings are new since another version of the file? Told apart by what they say, not by where they stand."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from psfbot.catalog.finding import Finding

LINES = re.compile(r" \(lines \d+ and \d+\)")
PARTS = 2
"""Steps of a path that name a record."""


def new_since(before: Iterable[Finding], after: Iterable[Finding]) -> Sequence[Finding]:
    """The findings of a version that another one did not have: the same fault on another line is not new."""
    known = Counter(map(same, before))
    fresh = []
    for finding in after:
        known[same(finding)] -= 1
        if known[same(finding)] < 0:
            fresh.append(finding)
    return fresh


def same(finding: Finding) -> tuple[object, ...]:
    """What makes two findings the same one: the rule, the record, and the words without the numbers of lines."""
    record = tuple(finding.path.split("/")[:PARTS])
    return finding.rule, record, finding.severity, LINES.sub("", finding.message)
