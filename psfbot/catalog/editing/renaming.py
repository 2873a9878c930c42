"""Another id for a record: who names it, and the steps by which every reference follows."""

from collections.abc import Iterator
from typing import Any

from psfbot.catalog.editing.newly import plain
from psfbot.catalog.editing.page import Page
from psfbot.catalog.editing.splice import Op, Put, Rekey
from psfbot.catalog.finding import Path
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.references import EVERY, HOST, KINDS_OF, OWNER, PERSON, REFERS

PREFIX = {"people": "person:", "teams": "team:"}


def naming(page: Page, catalog: Catalog, kind: str, id_: str) -> list[tuple[str, str]]:
    """The records that name this one, found by looking for its id in the text: far faster than to read all of them."""
    sections = [one for one in KINDS if one != "sources" and _may_name(one, kind)]
    if "\\" in page.text:
        found = [(section, one) for section in sections for one in getattr(catalog, section)]
    else:
        found = [
            (section, one) for section in sections if getattr(catalog, section) for one in page.holding(section, id_)
        ]
    return [where for where in found if any(references(where[0], _data(catalog, where), kind, id_))]


def _may_name(section: str, kind: str) -> bool:
    """Can a record of one section name one of the other at all?"""
    return any(_written(names_a, kind, "x") for names_a in (REFERS.get(section, {}) | EVERY).values())


def _data(catalog: Catalog, where: tuple[str, str]) -> dict[str, Any]:
    """A record as plain data; nothing where there is none."""
    record = getattr(catalog, where[0]).get(where[1])
    return plain(record) if record is not None else {}


def references(section: str, data: dict[str, Any], kind: str, id_: str) -> Iterator[tuple[Path, str]]:
    """The places in a record that name another one, and how they write it."""
    for pattern, names_a in ({} if section == "sources" else REFERS.get(section, {}) | EVERY).items():
        wanted = _written(names_a, kind, id_)
        if wanted:
            yield from ((path, wanted) for path in _places(data, pattern.split("."), ()) if _at(data, path) == wanted)


def _written(names_a: str, kind: str, id_: str) -> str:
    """How a reference of this sort writes the record; nothing where it names another kind."""
    if names_a in {OWNER, PERSON}:
        prefix = PREFIX.get(kind, "")
        return prefix + id_ if prefix in KINDS_OF[names_a] else ""
    return id_ if names_a == kind or (names_a == HOST and kind == "providers") else ""


def _places(value: Any, steps: list[str], path: Path) -> Iterator[Path]:
    """Every path that fits a pattern, in which `*` is any item or key."""
    if not steps:
        yield path
    elif steps[0] == "*":
        items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
        for key, one in items:
            yield from _places(one, steps[1:], (*path, key))
    elif isinstance(value, dict) and steps[0] in value:
        yield from _places(value[steps[0]], steps[1:], (*path, steps[0]))


def _at(value: Any, path: Path) -> Any:
    """What stands at a path; a number where an id belongs is that text."""
    for step in path:
        value = value[step]
    return str(value) if type(value) is int else value


def following(section: str, owner: str, data: dict[str, Any], kind: str, id_: str, new: str) -> Iterator[Op]:
    """The steps by which one record names another by its new id, in its provenance too."""
    for path, written in references(section, data, kind, id_):
        yield Put((owner, *path), written[: len(written) - len(id_)] + new)
    for key in data.get("provenance") or ():
        field, _, rest = key.partition(".")
        if kind == "services" and field == "depends_on" and rest == id_:
            yield Rekey((owner, "provenance", key), f"{field}.{new}")
