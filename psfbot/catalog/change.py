"""One change to the catalog, as somebody says it: which record, what of it, and what it shall be.

A `record` is named as people name it: `docs.python.org`, `docs`, `person:mdk`, `people/mdk`, `team:infra`. A `field` is
a path through the record (`hosting.origin.architecture`, `links.runbook`) or a word for one (`owner`, `backup`,
`runbook`). `edit.edited` makes the new text of it, or says why not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from psfbot.catalog.model import Provenance
from psfbot.errors import UserError
from psfbot.text import one_line

CHAT = "chat"
"""The source of what was said in a chat, where no document states it."""

LONGEST = 2000
"""So many characters a note may have."""
LONG = "That is too much for a reason: {} characters, and {} may be. Say it shorter, or link to a page that tells it."


class Unchanged(UserError):
    """The catalog says already what a change asks for: whoever makes several changes goes on with the next."""


@dataclass(frozen=True, slots=True)
class Set:
    """Give a field its value: `none` (or nothing) takes the field out; a list's values are parted by commas."""

    record: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Add:
    """Put one more value into a list: an alias, a domain, an owner (`owners.backup`), a link (`links.runbook`)."""

    record: str
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Take a value out of a list, or a whole field out of the record where no value is given."""

    record: str
    field: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rename:
    """Give a record another id: every reference follows, and the old id stays as an alias where the kind has them."""

    record: str
    id: str


@dataclass(frozen=True, slots=True)
class Verify:
    """Say that a record, or one field of it, was checked today and is right."""

    record: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class New:
    """Start a record: a service by its id, another kind as `people/ID`; `fields` are set as `Set` would."""

    record: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retire:
    """Say that a service is no more: its lifecycle becomes retired, and its history tells when and why."""

    record: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Delete:
    """Take a whole record out of the catalog; refused while something still names it."""

    record: str


Change: TypeAlias = Set | Add | Remove | Rename | Verify | New | Retire | Delete


def said_in_chat(by: str, today: date, because: str = "") -> Provenance:
    """The provenance of what a person said: `by` is their id in the catalog, or nothing where they have none."""
    ref = by if not by or by.startswith("person:") else f"person:{by}"
    why = one_line(because)
    if len(why) > LONGEST:
        raise UserError(LONG.format(len(why), LONGEST))
    return Provenance(source=CHAT, verified=today, by=ref or None, note=why or None)
