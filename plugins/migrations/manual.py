"""The page of the checks, written from the code: `python -m psfbot.plugins.migrations.manual` prints it.

`README.md` holds what this prints between two marks, and a test keeps both the same.
"""

import sys
from collections.abc import Iterator
from inspect import cleandoc
from typing import Any

from psfbot.plugin import Arguments, Plugin

from .verdicts import several

BEGIN = "<!-- checks: written by `python -m psfbot.plugins.migrations.manual` -->"
END = "<!-- end of the checks -->"
KINDS = {"boolean": "`true` or `false`", "integer": "a whole number", "number": "a number", "string": "a text"}
SEVERAL = "one, or several with commas or as a list"
LIST = "one, or several as a list"
LENGTH, TICKET = "a time such as `30min`, `6h` or `7d`", "an address, or `owner/name#number`"
MEANINGS = {
    "url": "an address", "host": "a host's name", "domain": "a name", "repo": "`owner/name`", "path": "a path inside",
    "ref": "a branch, a tag or a commit", "image": "as `registry.example.org/team/name:tag`", "pull": TICKET,
    "ticket": TICKET, "issue": TICKET, "younger_than": LENGTH, "at_least": LENGTH, "query": "a query of the catalog",
    "step": "a step's id", "service": "a service's id", "workflow": "the name of its file",
    "platform": "a platform's id in the catalog", "matches": "a regular expression",
    "python": "a version such as `3.12`",
    "glibc": "a version such as `2.36`", "musl": "a version such as `1.2`",
    "requirements": "lines of a requirements file",
}  # fmt: skip
"""Argument -> what may stand there, where its type alone says little."""


def listing(plugin: Plugin) -> str:
    """Every check with its arguments, as Markdown."""
    return "\n".join(line for name in plugin.checks for line in described(plugin, name)).rstrip() + "\n"


def described(plugin: Plugin, name: str) -> Iterator[str]:
    """One check: what it looks at, its arguments in words, and a table of them."""
    check = plugin.checks[name]
    yield from (f"### `{name}`", "", f"{check.about} {' '.join(cleandoc(check.shape.__doc__ or '').split())}", "")
    yield from ("| Argument | What may stand there | If left out |", "| --- | --- | --- |")
    schema = check.shape.model_json_schema()
    for argument, said in schema["properties"].items():
        yield f"| `{argument}` | {may_be(argument, said, check.shape)} | {left_out(check.shape, argument)} |"
    yield ""


def may_be(argument: str, said: dict[str, Any], shape: type[Arguments]) -> str:
    """What an argument may be, from the schema of its shape."""
    parts = [one for one in said.get("anyOf", [said]) if one.get("type") != "null"]
    one = parts[0]
    if "enum" in one:
        return ", ".join(f"`{value}`" for value in one["enum"])
    if one.get("type") == "array":
        parted = any(getattr(rule, "func", None) is several for rule in shape.model_fields[argument].metadata)
        return SEVERAL if parted else LIST
    kind = KINDS.get(one.get("type", ""), "a text")
    return MEANINGS.get(argument, kind) if kind == KINDS["string"] else kind


def left_out(shape: type[Arguments], argument: str) -> str:
    """What an argument is where nobody writes it."""
    field = shape.model_fields[argument]
    if field.is_required():
        return "must be given"
    value = field.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    text = ",".join(value) if isinstance(value, tuple) else str(value if value is not None else "")
    return f"`{text}`" if text else "nothing"


if __name__ == "__main__":
    from . import plugin as ours

    sys.stdout.write(listing(ours))
