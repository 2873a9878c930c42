"""Values as the catalog writes them: without quotes where that says the same, else with those that were there."""

import re
from collections.abc import Mapping, Sequence

from psfbot.catalog.events import NUMBER, WORDS

ALIKE = frozenset({"yes", "no", "on", "off", "y", "n", "<<", "="})
"""Words that are text here and something else to other readers of YAML."""
NUMBERISH = re.compile(
    r"[-+.]?\d[\d_]*(\.\d*)?([eE][-+]?\d+)?|0[xo][0-9a-fA-F]+|[-+]?\d+(:\d+)+|[-+]?\.(inf|nan)", re.IGNORECASE
)
FIRST = frozenset("-?:,[]{}#&*!|>'\"%@`=~<")
SIGNS = re.compile(r": |:$| #")
IN_FLOW = re.compile(r"[,\[\]{}?]|:(?=[^/\w]|$)")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}
BLOCK_LISTS = frozenset({"domains"})
"""Lists of words that the catalog writes one a line; all others stand in brackets."""
STEP = 2


class OneLine(dict[str, object]):
    """A mapping that is written in braces, on one line."""


def quoted(value: object, style: str = "", *, flow: bool = False) -> str:
    """A scalar as text; `style` is the quote that was there before, `flow` whether it stands in brackets."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        return str(value)
    text = str(value)
    if style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    return double(text) if style == '"' or not plain(text, flow=flow) else text


def plain(text: str, *, flow: bool = False) -> bool:
    """Does this text mean itself without quotes?"""
    if not text or text != text.strip() or not text.isprintable() or text[0] in FIRST:
        return False
    if text in WORDS or text.casefold() in ALIKE or NUMBER.fullmatch(text) or NUMBERISH.fullmatch(text):
        return False
    return not (SIGNS.search(text) or (flow and IN_FLOW.search(text)))


def double(text: str) -> str:
    """A text in double quotes."""
    return '"' + "".join(_escaped(letter) for letter in text) + '"'


def _escaped(letter: str) -> str:
    """A letter as it stands in double quotes."""
    if letter in ESCAPES or letter.isprintable():
        return ESCAPES.get(letter, letter)
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"  # noqa: PLR2004


def inline(value: object) -> str:
    """Any value on one line, as it stands in brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quoted(key, flow=True)}: {inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(inline, value)) + "]"
    return quoted(value, flow=True)


def field(name: str, value: object, column: int) -> list[str]:
    """A key with its value, as lines that start in this column."""
    lead = " " * column + name + ":"
    if isinstance(value, OneLine) or (isinstance(value, Mapping) and not value):
        return [f"{lead} {inline(value)}"]
    if isinstance(value, Mapping):
        return [lead, *(line for key, one in value.items() for line in field(quoted(key), one, column + STEP))]
    if isinstance(value, list | tuple):
        if name not in BLOCK_LISTS and not any(isinstance(one, Mapping) for one in value):
            return [f"{lead} {inline(value)}"]
        return [lead, *(line for one in value for line in item(one, column + STEP))]
    return [f"{lead} {quoted(value)}"]


def item(value: object, column: int) -> list[str]:
    """An item of a list behind its dash, which stands in this column."""
    if isinstance(value, Mapping) and value and not isinstance(value, OneLine):
        lines = [line for key, one in value.items() for line in field(quoted(key), one, column + STEP)]
        return [" " * column + "- " + lines[0][column + STEP :], *lines[1:]]
    return [" " * column + "- " + (inline(value) if isinstance(value, Mapping | list) else quoted(value))]


def record(name: str, fields: Mapping[str, object], column: int) -> Sequence[str]:
    """A whole record as lines."""
    return field(quoted(name), fields, column)
