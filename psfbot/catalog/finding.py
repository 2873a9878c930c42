"""What a check of the catalog found, and how it is told: to people, to programs, to GitHub."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Literal

from psfbot.text import cut, one_line

LONGEST = 60
"""So much of a wrong value is quoted."""

Severity = Literal["error", "warning"]
Path = tuple[str | int, ...]
"""The way from the top of the file to a value: `("services", "docs.python.org", "owners", 0, "ref")`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in one place, in words that say what to try.

    `path` is the way to the value with slashes, such as `services/docs.python.org/owners/0/ref`.
    """

    file: str
    line: int
    column: int
    message: str
    rule: str
    severity: Severity = "error"
    path: str = ""


@dataclass(frozen=True, slots=True)
class Slip:
    """Something wrong with the text itself, found at a place before anybody knows what is written there."""

    line: int
    column: int
    message: str
    rule: str
    severity: Severity = "error"
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a value, known by its path; places are looked up only when there is a fault to tell.

    `at` says whether the key or the value is to blame; `earlier` is the path of the twin that a clash is with; where
    one `letter` of a text is to blame, or one `word` of it, its own place is told.
    """

    path: Path
    message: str
    rule: str
    at: Literal["key", "value"] = "value"
    severity: Severity = "error"
    earlier: Path | None = None
    letter: str = ""
    word: str = ""


def shown(value: object) -> str:
    """A value as it is quoted in a message: short, on one line, and a container by its kind only."""
    if isinstance(value, str):
        return f'"{cut(one_line(value), LONGEST)}"'
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return json.dumps(value)


def as_text(findings: Iterable[Finding]) -> str:
    """One line each, as compilers write it: `FILE:LINE:COL: message`, whatever an id in the message may be."""
    return "\n".join(
        f"{one.file}:{one.line}:{one.column}: {'warning: ' if one.severity == 'warning' else ''}{one_line(one.message)}"
        for one in findings
    )


def as_json(findings: Iterable[Finding]) -> str:
    """A JSON list with one object for each finding."""
    return json.dumps([asdict(one) for one in findings], indent=2, ensure_ascii=False)


def as_github(findings: Iterable[Finding]) -> str:
    """Workflow commands: GitHub shows each one at its line of the pull request."""
    return "\n".join(
        f"::{one.severity} file={_property(one.file)},line={one.line},col={one.column},title={_property(one.rule)}"
        f"::{_data(one.message)}"
        for one in findings
    )


def _data(text: str) -> str:
    """The text of a workflow command, in which a line break would end the command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A property of a workflow command, in which a colon or a comma would end the property."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
