"""Records against the models, and every error of every record in plain words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from psfbot.catalog import model
from psfbot.catalog.fields import allowed, fields
from psfbot.catalog.finding import Fault, Path, shown
from psfbot.catalog.model import Catalog
from psfbot.catalog.nearest import did_you_mean, nearest

MANY = 12
"""So many allowed words are listed; of more, only the nearest is named."""
ALLOWED_ID = "an id has lower-case letters, digits, dots, hyphens and underscores only, at most 63"
PATTERNS: dict[str, str] = {
    "Id": f"not an id: {{}}; {ALLOWED_ID}",
    "Url": "not a URL: {}; write all of it, such as https://docs.python.org/",
    "Domain": "not a domain: {}; write it in lower case, without https:// or a last dot, such as docs.python.org",
    "OwnerRef": "expected person:ID or team:ID, found {}",
    "PersonRef": "expected person:ID, found {}",
    "Country": "expected two capital letters such as NL, found {}",
}
"""The name of a type in `model` -> what to say when a text does not fit its pattern."""
OTHER_FORM = "{} is not of the form that belongs here"
SCHEMES = ("https", "http", "irc", "ircs", "mailto", "git", "ssh", "git+ssh", "git+https")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+-]*):(?!\d)")
NO_LINK = "a link cannot start with {}: allowed are {}"
BY_PATTERN = {get_args(getattr(model, name))[1].pattern: words for name, words in PATTERNS.items()}
EXPECTED = {
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "a mapping with fields",
    "dict_type": "a mapping",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "list_type": "a list",
    "date_type": "a day as YYYY-MM-DD",
}
HINTS = {
    ("tuple_type", str): ' — write it as a list: "- …" on a line of its own, or […]',
    ("tuple_type", type(None)): " — leave the field out, or write []",
    ("string_type", bool): " — put it in quotes if it is a text",
    ("string_type", type(None)): " — write something, or leave the field out",
}


def validate(whole: Mapping[str, object]) -> tuple[Catalog | None, list[Fault]]:
    """The catalog, or everything that is wrong with its records; one call, because it is the fastest."""
    try:
        return Catalog.model_validate(whole), []
    except ValidationError as error:
        return None, list(told(error.errors(include_url=False)))


def told(
    errors: Iterable[ErrorDetails], top: type[BaseModel] = Catalog, forms: Mapping[str, str] = BY_PATTERN
) -> Iterator[Fault]:
    """Each error in words; a field that is missing because it is misspelt is told once.

    `top` is the model of the whole file, and `forms` say what a text is not that does not fit its pattern.
    """
    errors = list(errors)
    meant: dict[Path, str] = {}
    for error in errors:
        if error["type"] == "extra_forbidden":
            *parent, name = error["loc"]
            near = nearest(str(name), fields(tuple(parent), top))
            meant.update(((*parent, one), str(name)) for one in near)
    return (_fault(error, top, forms) for error in errors if error["type"] != "missing" or error["loc"] not in meant)


def _fault(error: ErrorDetails, top: type[BaseModel], forms: Mapping[str, str]) -> Fault:
    """One error in words."""
    kind, path = error["type"], error["loc"]
    name = shown(str(path[-1]))
    if kind == "missing":
        return Fault(path, f"missing field {name}", "missing-field", at="key")
    if kind == "extra_forbidden":
        choices = fields(path[:-1], top)
        hint = did_you_mean(str(path[-1]), choices) or f": here may stand {', '.join(choices)}"
        return Fault(path, f"unknown field {name}{hint}", "unknown-field", at="key")
    message, rule = _words(error, top, forms)
    if path[-1] == "[key]":
        return Fault(path[:-1], message, rule, at="key")
    if path[-1] == "id" and top is Catalog:
        return Fault(path[:-1], message, rule, at="key")
    return Fault(path, message, rule)


def _words(error: ErrorDetails, top: type[BaseModel], forms: Mapping[str, str]) -> tuple[str, str]:
    """The message about a wrong value, and the rule it breaks."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind in EXPECTED:
        return f"expected {EXPECTED[kind]}, found {shown(value)}{HINTS.get((kind, type(value)), '')}", "type"
    if kind == "string_pattern_mismatch" and (scheme := _scheme(context["pattern"], value, forms)):
        return NO_LINK.format(shown(scheme), ", ".join(f"{one}:" for one in SCHEMES[:7])), "form"
    if kind == "string_pattern_mismatch":
        return forms.get(context["pattern"], OTHER_FORM).format(shown(value)), "form"
    if kind == "literal_error":
        return _literal(error, top), "choice"
    if kind == "value_error":
        return f"{shown(value)} is {context['error']}" if isinstance(value, str) else str(context["error"]), "value"
    if kind == "string_too_long":
        return f"too long: {len(value)} characters, and {context['max_length']} may be", "length"
    if kind in {"string_too_short", "too_short"}:
        return "empty: write something, or leave the field out", "length"
    return f"{shown(value)} cannot stand here", "value"


def _scheme(pattern: str, value: object, forms: Mapping[str, str]) -> str:
    """What a link starts with and may not; nothing where that is not what is wrong."""
    found = SCHEME.match(str(value)) if forms.get(pattern) == PATTERNS["Url"] else None
    return f"{found[1]}:" if found and found[1] not in SCHEMES else ""


def _literal(error: ErrorDetails, top: type[BaseModel]) -> str:
    """What may stand here instead."""
    value, words = error["input"], allowed(error["loc"], top)
    if isinstance(value, str) and value.isdecimal() and int(value) in words:
        plainly = "it without quotes" if value == str(int(value)) else int(value)
        return f"expected a number, found the text {shown(value)} — write {plainly}"
    listed = f" (allowed: {', '.join(map(str, words))})" if len(words) <= MANY else ""
    near = did_you_mean(str(value), map(str, words)) if isinstance(value, str) else ""
    found = shown(value) if listed or near else f"{shown(value)}; see `psfbot catalog schema` for all words"
    field = next(step for step in reversed(error["loc"]) if isinstance(step, str))
    return f"{field} cannot be {found}{near}{listed}"
