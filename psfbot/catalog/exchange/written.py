"""YAML for others and for us: data in, text out that every reader takes for the same data.

A text that some version of YAML takes for a number, a date, a switch or nothing is put in quotes.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from yaml import SafeDumper, ScalarNode, dump, dump_all
from yaml.cyaml import CSafeDumper
from yaml.representer import SafeRepresenter

WIDE = 2**20
"""Longer than any line, so that none is folded."""
ODD = re.compile(
    r"[-+]?(\d[\d_]*\.?[\d_]*|\.\d+)(e[-+]?\d+)?|0[xob][\da-f_]+|y|n|yes|no|on|off|true|false|null|~|[-+]?\.(inf|nan)"
    r"|[-+]?\d+(:\d+)+(\.\d*)?|\d{4}-\d\d?-\d\d?.*|=|<<",
    re.IGNORECASE,
)
"""What some reader takes for something else than text: YAML 1.1, 1.2 and Go's mixture of both."""
BREAKS = re.compile("[\\x85\\u2028\\u2029\\ufeff]")
"""What ends a line for YAML only: it is escaped, which only double quotes can."""
DAY, MONTH = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d")
"""What our own files have without quotes: they know no dates but as text."""
TEXT, TIMESTAMP = "tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"

Document = Mapping[str, Any]


class _Plain(CSafeDumper):
    """Block style, nothing abbreviated by anchors; in C, because a big catalog is a long file."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Write everything out: whoever reads a diff wants no anchors."""
        return True


class _Ours(SafeDumper):
    """The same as our own file has it: lists set in, days without quotes, and elsewhere the same quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Set lists in like everything else."""
        super().increase_indent(flow, False)  # noqa: FBT003 - the library's own signature

    def choose_scalar_style(self) -> str:
        """Double quotes where there must be some."""
        style: str = super().choose_scalar_style()
        return '"' if style == "'" else style

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Write everything out: our reader refuses anchors."""
        return True


def _for_others(dumper: SafeRepresenter, text: str) -> ScalarNode:
    """A text, quoted where anybody could take it for something else."""
    return dumper.represent_scalar(TEXT, text, style='"' if ODD.fullmatch(text) or BREAKS.search(text) else None)


def _for_us(dumper: SafeRepresenter, text: str) -> ScalarNode:
    """A text as our own file has it."""
    if DAY.fullmatch(text):
        return dumper.represent_scalar(TIMESTAMP, text)
    return dumper.represent_scalar(TEXT, text) if MONTH.fullmatch(text) else _for_others(dumper, text)


_Plain.add_representer(str, _for_others)
_Ours.add_representer(str, _for_us)


def documents(found: Iterable[Document]) -> str:
    """Several documents of one file, for other tools."""
    said: str = dump_all(
        list(found), Dumper=_Plain, sort_keys=False, allow_unicode=True, width=WIDE, explicit_start=True
    )
    return said


def sections(found: Document) -> str:
    """Sections of our own catalog, before `tidy` lays them out."""
    said: str = dump(dict(found), Dumper=_Ours, sort_keys=False, allow_unicode=True, width=WIDE)
    return said
