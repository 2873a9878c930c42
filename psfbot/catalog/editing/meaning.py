"""What a person wrote, as the catalog writes it: `mdk` where an owner belongs is `person:mdk`, `x86_64` is `amd64`."""

import re
from collections.abc import Iterator
from datetime import date

from psfbot.catalog.fields import allowed, kind
from psfbot.catalog.finding import Path
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.near import fold
from psfbot.catalog.nearest import nearest
from psfbot.catalog.references import EVERY, HOST, KINDS_OF, ONE, OWNER, PERSON, REFERS, ZONE, zones
from psfbot.errors import UserError
from psfbot.text import and_join, one_line

UNKNOWN = "unknown"
NOTHING = frozenset({"", "-", "none", "nobody", "nothing", "null"})
"""Words for a field that is to have no value."""
ALSO = {
    "x86_64": "amd64", "x86": "amd64", "x64": "amd64", "intel": "amd64", "aarch64": "arm64", "arm": "arm64",
    "archived": "archive", "live": "production", "retire": "retired",
}  # fmt: skip
YES = {**dict.fromkeys(("true", "yes", "on"), True), **dict.fromkeys(("false", "no", "off"), False)}
OFFERED = 3
SCHEME = re.compile(r"https?://", re.IGNORECASE)
LOGIN = re.compile(r"@|(https?://)?(www\.)?github\.com/", re.IGNORECASE)
"""What people write before the login of somebody on GitHub."""

NONE = "I know no {} called '{}'. {}"
OFFER = "Did you mean {}?"
LOOK = "Try a name from the catalog, such as {}."
SEVERAL = "'{}' may be {}: write one of them."
CHOICE = "{} cannot be '{}': write {}."
MEANT = "{} cannot be '{}'. Did you mean {}?"
NO_FLAG = "{} is true or false, not '{}'."
NO_DAY = "'{}' is no day: write it as 2026-01-31, or today."

SECTIONS = {
    OWNER: ("people", "teams"),
    PERSON: ("people",),
    HOST: ("providers",),
}
PREFIX = {"people": "person:", "teams": "team:"}


def named_at(path: Path) -> str:
    """What a value at this path names, as `REFERS` says it; nothing where it is plain text."""
    section, _, *steps = path
    known = REFERS.get(str(section), {}) | ({} if section == "sources" else EVERY)
    pattern = ".".join("*" if isinstance(step, int) else step for step in steps)
    if pattern in known:
        return known[pattern]
    if steps[:1] == ["provenance"] and len(steps) > len(("provenance", "key")):
        return known.get(".".join(["provenance", "*", *map(str, steps[2:])]).replace(".0", ".*"), "")
    return ""


def meaning(catalog: Catalog, path: Path, said: str, today: date) -> object:
    """The value that belongs at a path of the file, or a `UserError` that offers what was probably meant."""
    text = one_line(said) if "\n" not in said else said.strip()
    if names_a := named_at(path):
        return reference(catalog, names_a, text)
    words = allowed(path)
    field = next(str(step) for step in reversed(path) if isinstance(step, str))
    if words:
        return _choice(field, text, words)
    of = kind(path)
    if of is bool:
        return _flag(field, text)
    if of is date:
        return _day(text, today)
    if text.casefold() == "today" and field in {"as_of", "date"}:
        return today.isoformat()
    if "domains" in path:
        return _domain(text)
    return LOGIN.sub("", text).rstrip("/") if path[0] == "people" and field == "github" else text


def _domain(text: str) -> str:
    """A domain without its scheme, perhaps with a path; only the host is put in lower case."""
    host, _, path = SCHEME.sub("", text).partition("/")
    return host.lower().rstrip(".") + (f"/{path}" if path else "")


def _choice(field: str, text: str, words: list[int | str]) -> int | str:
    """One of the words that may stand here."""
    known = {str(word).casefold(): word for word in words}
    key = text.casefold()
    if key in known or ALSO.get(key) in known:
        return known[key if key in known else ALSO[key]]
    near = nearest(text, [str(word) for word in words])
    if near:
        raise UserError(MEANT.format(field, text, near[0]))
    raise UserError(CHOICE.format(field, text, and_join([str(word) for word in words], "or")))


def _flag(field: str, text: str) -> bool:
    """True or false, as people say it."""
    if text.casefold() not in YES:
        raise UserError(NO_FLAG.format(field, text))
    return YES[text.casefold()]


def _day(text: str, today: date) -> str:
    """A day as it is written; the model says what is wrong with another."""
    if text.casefold() == "today":
        return today.isoformat()
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        raise UserError(NO_DAY.format(text))
    return text


def reference(catalog: Catalog, names_a: str, said: str) -> str:
    """The id of the record that somebody names, with its kind where the catalog writes that too."""
    if names_a == ZONE:
        return _zone(said)
    if names_a == HOST and said.casefold() == UNKNOWN:
        return UNKNOWN
    sections = SECTIONS.get(names_a, (names_a,))
    what, colon, rest = said.partition(":")
    if names_a in KINDS_OF and colon and f"{what.casefold()}:" in KINDS_OF[names_a]:
        sections = tuple(one for one in sections if PREFIX[one] == f"{what.casefold()}:")
        said = rest.strip()
    found = [(one, id_) for one in sections for id_ in matching(catalog, one, said)]
    refs = [PREFIX[one] + id_ if names_a in KINDS_OF else id_ for one, id_ in found]
    if len(refs) > 1:
        raise UserError(SEVERAL.format(said, and_join(refs, "or")))
    if not refs:
        noun = "person or team" if len(sections) > 1 else ONE.get(sections[0], names_a)
        raise UserError(NONE.format(noun, said, _offer(catalog, sections, said, prefixed=names_a in KINDS_OF)))
    return refs[0]


def matching(catalog: Catalog, section: str, said: str) -> list[str]:
    """The ids of the records of a section that are called exactly so: by id, else by any name, else by its words."""
    key = said.strip().removeprefix("@").casefold()
    return exactly(catalog, section, key) or worded(catalog, section, said)


def exactly(catalog: Catalog, section: str, key: str) -> list[str]:
    """The ids of the records with this id or name, in lower case; kept flat, because it looks at every record."""
    records = getattr(catalog, section)
    if key in records:
        return [key]
    one, many = _names_of(section)
    found = []
    for id_, record in records.items():
        names = [getattr(record, field) for field in one]
        for field in many:
            names += getattr(record, field)
        for name in names:
            if name and name.casefold() == key:
                found.append(id_)
                break
    return found


def worded(catalog: Catalog, section: str, said: str) -> list[str]:
    """The ids of the records with a name of the same words, whatever their case and punctuation."""
    words = fold(said)
    return list(dict.fromkeys(id_ for id_, name in spelt(catalog, section) if words and fold(name) == words))


def _names_of(section: str) -> tuple[list[str], list[str]]:
    """The fields of a section's records that are names, and those that are lists of names."""
    fields_ = KINDS[section].model_fields
    one: list[str] = [field for field in ("name", "github", "irc", "code") if field in fields_]
    return one, [field for field in ("aliases", "domains") if field in fields_]


def spelt(catalog: Catalog, section: str) -> Iterator[tuple[str, str]]:
    """Every name of every record of a section, with its id."""
    one, many = _names_of(section)
    for id_, record in getattr(catalog, section).items():
        yield id_, id_
        yield from ((id_, name) for field in one if (name := getattr(record, field)))
        yield from ((id_, name) for field in many for name in getattr(record, field))


def _offer(catalog: Catalog, sections: tuple[str, ...], said: str, *, prefixed: bool) -> str:
    """What was probably meant, or what such a name looks like."""
    called = {
        fold(name): (PREFIX.get(section, "") if prefixed else "") + id_
        for section in reversed(sections)
        for id_, name in spelt(catalog, section)
    }
    near = list(dict.fromkeys(called[one] for one in nearest(fold(said), called, OFFERED)))
    some = near or list(dict.fromkeys(called.values()))[:OFFERED]
    if not some:
        return "The catalog has none yet."
    return (OFFER if near else LOOK).format(and_join(some, "or"))


def _zone(said: str) -> str:
    """A time zone by its name, whatever the case."""
    known = {name.casefold(): name for name in zones()}
    key = said.replace(" ", "_").casefold()
    if key not in known:
        near = nearest(said, zones())
        raise UserError(NONE.format(ZONE, said, OFFER.format(near[0]) if near else LOOK.format("Europe/Paris")))
    return known[key]
