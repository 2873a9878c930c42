"""What the doctor found, on the terminal: a line for each part, how to mend it below, and how many of each."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from textwrap import wrap

from psfbot.plugin import Finding, Health
from psfbot.text import and_join, one_line

WIDTH = 100
INDENT = 6
TOLD = {Health.OK: "{n} ok", Health.WRONG: "{n} wrong", Health.OFF: "{n} off"}


def as_data(found: Iterable[Finding]) -> str:
    """The findings for programs."""
    return json.dumps([asdict(one) for one in found], indent=2)


def as_text(found: Sequence[Finding]) -> str:
    """The findings for people, a line each, and how to mend what is wrong or off below it."""
    return "\n".join([*(line for one in found for line in lines(one)), "", summary(found)])


def lines(finding: Finding) -> Iterator[str]:
    """One finding."""
    said = f"{finding.health:<{INDENT}}{finding.what}: {one_line(finding.seen)}"
    yield from indented(said, "")
    if finding.mend and finding.health is not Health.OK:
        yield from indented(one_line(finding.mend), " " * INDENT + "-> ")


def indented(text: str, first: str) -> list[str]:
    """A text in lines of a bearable length; a path or an address is never broken."""
    rest = " " * (INDENT + 3 if first else INDENT)
    return wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def summary(found: Iterable[Finding]) -> str:
    """How many of each there are."""
    counts = Counter(one.health for one in found)
    return f"{and_join([TOLD[health].format(n=counts[health]) for health in Health])}."
