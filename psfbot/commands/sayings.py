"""How people say an edit: `docs.python.org owner mdk because …`, `the owner of docs.python.org to mdk`."""

import re
from dataclasses import dataclass

from psfbot.catalog.editing.spot import WORDS, has
from psfbot.catalog.editing.target import target
from psfbot.catalog.fields import fields
from psfbot.catalog.model import KINDS, Catalog
from psfbot.errors import UserError
from psfbot.text import cut

BECAUSE = re.compile(r"^(.*\S)\s+because(?: of)?\s+(.+)$", re.IGNORECASE | re.DOTALL)
OF = re.compile(r"^(?:the\s+)?(.+?)\s+of\s+(.+?)\s+(?:to|=|is|as)\s+(.+)$", re.IGNORECASE | re.DOTALL)
UNSAID = re.compile(r"\s+because[\s.:\u2026]*$", re.IGNORECASE)
"""A reason that was begun and not given."""
TO = re.compile(r"^(?:to|is|as|:?=|:)\s+", re.IGNORECASE)
QUOTES = "\"'`\u201c\u201d\u2018\u2019"
MOST = 5
"""Words that the name of a record has at most."""
FIELD = 3
"""Words that the name of a field has at most."""
UNCLEAR = "I cannot set '{said}'. Say which, what and to what: set docs.python.org owner mdk because …"


@dataclass(frozen=True, slots=True)
class Said:
    """One edit as it was said: of which record, which field, to what, and why; `where` is the record that is meant."""

    where: tuple[str, str]
    record: str
    field: str
    value: str
    reason: str = ""


def understood(text: str, catalog: Catalog) -> Said:
    """Which record, field and value are meant; a `UserError` that offers the nearest record where none is."""
    rest, reason = reasoned(text)
    for name, behind in splits(rest.split(" ")):
        if where := exactly(catalog, name, behind):
            field, value = parted(where[0], behind)
            if field and value:
                return Said(where, name, field, bared(value), reason)
    if (turned := OF.match(rest)) and (where := exactly(catalog, turned[2], turned[1])):
        return Said(where, turned[2], turned[1].strip(), bared(turned[3]), reason)
    words = rest.split(" ")
    if len(words) > 2:  # noqa: PLR2004 - a record, a field and a value
        target(catalog, turned[2] if turned else words[0], turned[1] if turned else words[1])
    raise UserError(UNCLEAR.format(said=cut(text, 80)))


def reasoned(text: str) -> tuple[str, str]:
    """What is to be done, and why: what stands behind the last `because` that is in no quotes."""
    found = BECAUSE.match(text.strip())
    if found and found[1].count('"') % 2 == 0:
        return found[1].rstrip(",; "), bared(found[2])
    return UNSAID.sub("", text.strip()), ""


def splits(words: list[str]) -> list[tuple[str, str]]:
    """The ways to read the first words as a name."""
    sizes = range(1, min(MOST, len(words) - 1) + 1)
    return [(" ".join(words[:size]).strip(QUOTES), " ".join(words[size:])) for size in sizes]


def exactly(catalog: Catalog, name: str, behind: str) -> tuple[str, str] | None:
    """The record of just this name; nothing where there is none, or none that is meant for certain."""
    try:
        return target(catalog, name, first_field(behind))
    except UserError:
        return None


def first_field(text: str) -> str:
    """The field with which a text begins, of any kind of record: the first word where it is none of several words."""
    words = text.casefold().split(" ")
    longer = ("_".join(words[:size]) for size in range(FIELD, 1, -1))
    return next((one for one in longer if any(one in fields((kind, "")) for kind in KINDS)), words[0])


def parted(section: str, text: str) -> tuple[str, str]:
    """The field and its value: the longest known name of a field, else the first word."""
    words = text.split(" ")
    for size in range(min(FIELD, len(words) - 1), 1, -1):
        name = " ".join(words[:size]).casefold()
        own = name.replace(" ", "_")
        known = name if name in WORDS.get(section, {}) else own if own in fields((section, "")) else ""
        if known:
            return known, TO.sub("", " ".join(words[size:]))
    field, sign, glued = words[0].partition("=")
    if sign and has(section, field):
        return field, " ".join([glued, *words[1:]]).strip()
    return words[0], TO.sub("", " ".join(words[1:]))


def bared(value: str) -> str:
    """A value without the quotes around it."""
    value = value.strip()
    if len(value) > 1 and value[0] in QUOTES and value[-1] in QUOTES:
        return value[1:-1]
    return value


def pairs(text: str) -> dict[str, str]:
    """`owner mdk; provider=fastly; description Try it.` as fields with their values."""
    found = {}
    for part in filter(str.strip, re.split(r"\s*[;\n]\s*", text.strip())):
        field, sign, value = part.strip().partition("=")
        if not sign or " " in field.strip():
            field, _, value = part.strip().partition(" ")
        found[field.strip().rstrip(":").casefold()] = bared(TO.sub("", value.strip()))
    return found
