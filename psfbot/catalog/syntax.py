"""What a YAML parser complains about, in plain words, and the line that is to blame."""

import re
from collections.abc import Iterator, Sequence

from yaml import MarkedYAMLError, ScalarEvent, YAMLError
from yaml.error import Mark
from yaml.events import CollectionEndEvent, CollectionStartEvent

from psfbot.catalog import layout
from psfbot.catalog.events import DEPTH, QUOTES, events
from psfbot.catalog.finding import Slip, shown
from psfbot.catalog.places import TOO_DEEP

TAB = "a tab in the indentation: use spaces"
CONFLICT = "a merge conflict was left in the file: choose one side and remove this line"
SECOND = "another document starts here: the catalog is one document, so remove this line"
QUOTE = "this quote is never closed"
BRACKET = "this {} is never closed, or a comma is missing after it"
ANOTHER_COLON = 'text with ": " in it needs quotes'
NO_COLON = 'expected "key: value", found no ": " in this line'
DEEPER = "this line is indented deeper than the line above, which already has a value"
UNFIT = "this line does not fit the lines above: check its indentation"
LEFTOVER = "text after the end of a value: put all of it in one pair of quotes"
ENDS = "the file ends in the middle of a value"
TOO_DEEP_HERE = f"nested deeper than {DEPTH} levels"
WORDS = {
    "found character that cannot start any token": "a value cannot start with {}: put it in quotes",
    "did not find expected node content": "a value cannot start with {}: put it in quotes",
    "did not find expected alphabetic or numeric character": "text that starts with {} needs quotes",
    "block sequence entries are not allowed in this context": 'a list item ("- …") cannot stand here: start a new line',
    "mapping keys are not allowed in this context": "text that starts with {} needs quotes",
    "found unknown escape character": "no such escape in double quotes: double the backslash or use single quotes",
    "found undefined tag handle": "a tag is not allowed here: text that starts with ! needs quotes",
    "found unexpected end of stream": QUOTE,
    "found unexpected document indicator": QUOTE,
    "could not find expected ':'": NO_COLON,
    TOO_DEEP: TOO_DEEP_HERE,
}
OTHER = "this is not YAML: "

TABBED = re.compile(r" *\t[\t ]*[^\s]")
CONFLICTED = re.compile(r"(<{7}|={7}|>{7}|\|{7})( |$)")
DOCUMENT = re.compile(r"(---|\.\.\.)(\s|$)")

Blamed = tuple[Slip, int]
"""What to say, and the index of the line whose record is to be set aside."""


def stray(lines: Sequence[str]) -> Iterator[Blamed]:
    """Lines that stand out before any parsing: tabs, conflict markers, second documents."""
    begun = False
    for at, line in enumerate(lines):
        if TABBED.match(line):
            yield Slip(at + 1, line.index("\t") + 1, TAB, "tab"), at
        elif CONFLICTED.match(line):
            yield Slip(at + 1, 1, CONFLICT, "merge-conflict"), at
        elif begun and DOCUMENT.match(line) and (line[0] == "-" or layout.below(lines, at) < len(lines)):
            yield Slip(at + 1, 1, SECOND, "second-document"), at
        begun = begun or (layout.CONTENT.match(line) is not None and line[0] != "%")


def runaway(lines: Sequence[str]) -> Blamed | None:
    """The first quoted text that swallows a field: its end quote is some later text's first one, or it has none."""
    get = events("\n".join(lines).encode())
    depth = 0
    try:
        while (event := get()) is not None and depth <= DEPTH:
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            start, end = event.start_mark, event.end_mark
            quoted = type(event) is ScalarEvent and event.style in QUOTES
            if quoted and layout.swallows(lines, start.line, end.line):
                return _blame(start.line, start.column, QUOTE)
    except YAMLError:
        pass
    return None


def explain(error: MarkedYAMLError, lines: Sequence[str]) -> Blamed:
    """Put an error in words, and find the line to blame, which is often above the one the parser stopped at."""
    mark, problem = _mark(error), error.problem or ""
    at = min(mark.line, len(lines) - 1)
    if problem.startswith("mapping values are not allowed"):
        return _extra_colon(lines, at, mark.column)
    if problem == "did not find expected key":
        return _unfit(lines, at, mark.column)
    if problem.startswith("did not find expected ','"):
        start = error.context_mark or mark
        return _blame(
            start.line, start.column, BRACKET.format(shown(lines[start.line][start.column : start.column + 1]))
        )
    letter = lines[at][mark.column : mark.column + 1]
    message = WORDS.get(problem, OTHER + problem)
    if "{}" in message:
        message = message.replace("{}", shown(letter)) if letter else ENDS
    return _blame(at, mark.column, message)


def _blame(at: int, column: int, message: str) -> Blamed:
    return Slip(at + 1, column + 1, message, "syntax"), at


def _mark(error: MarkedYAMLError) -> Mark:
    """Scanners complain where something unfinished began, parsers where they met what they did not expect."""
    began = (error.context or "").startswith("while scanning")
    mark = error.context_mark if began and error.context_mark else error.problem_mark
    return mark or Mark("", 0, 0, 0, None, 0)


def _extra_colon(lines: Sequence[str], at: int, column: int) -> Blamed:
    """A second colon in one line; or a value that runs on into the next line, which has one of its own."""
    if re.search(r":\s", lines[at][:column]):
        return _blame(at, column, ANOTHER_COLON)
    before = max(layout.above(lines, at - 1), 0)
    if layout.indent(lines[before]) == layout.indent(lines[at]):
        return _blame(before, layout.indent(lines[before]), NO_COLON)
    slip, _ = _blame(at, layout.indent(lines[at]), DEEPER)
    return slip, before


def _unfit(lines: Sequence[str], at: int, column: int) -> Blamed:
    """A line that belongs to nothing above it: where only a section's first record sticks out, that one."""
    if column > layout.indent(lines[at]):
        return _blame(at, column, LEFTOVER)
    top = layout.above(lines, at - 1, 0)
    first = layout.below(lines, top)
    if column == 2 and layout.indent(lines[first]) != column:  # noqa: PLR2004 - the indentation of all records
        return _blame(first, layout.indent(lines[first]), UNFIT)
    return _blame(at, column, UNFIT)
