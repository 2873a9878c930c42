"""Tables as reStructuredText writes them, as rows of cells: what several plugins read out of other people's files."""

import csv
import re
from collections.abc import Iterator

RULE = re.compile(r"^=+(?: +=+)+ *$")
RULES = 3
"""Lines of a simple table that are drawn: above and below its heads, and at its end."""
ROW = re.compile(r'^\s+"[^"]+",.*$', re.MULTILINE)


def simple_table(text: str) -> Iterator[list[str]]:
    """The rows of the first simple table of a text, without its heads; the last cell goes on to the end of its line."""
    lines = text.splitlines()
    rules = [number for number, line in enumerate(lines) if RULE.match(line)]
    if len(rules) < RULES:
        return
    starts = [found.start() for found in re.finditer("=+", lines[rules[0]])]
    for line in lines[rules[1] + 1 : rules[2]]:
        cells = [line[at:end].strip() for at, end in zip(starts, [*starts[1:], None], strict=True)]
        if any(cells):
            yield cells


def csv_table(text: str) -> Iterator[list[str]]:
    """The rows of the csv-tables of a text, whose cells are in quotes; their heads are an option, and no row."""
    yield from csv.reader((line.strip() for line in ROW.findall(text)), skipinitialspace=True)
