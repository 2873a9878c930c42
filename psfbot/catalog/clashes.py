"""One name for one record: ids, aliases and (for services) domains share one namespace a kind, whatever their case."""

from collections.abc import Iterator
from typing import Literal

from psfbot.catalog.finding import Fault, Path, shown
from psfbot.catalog.shape import Record, Table

NAMED = {
    "people": ("aliases",),
    "teams": ("aliases",),
    "providers": ("aliases",),
    "regions": ("aliases",),
    "services": ("domains", "aliases"),
}
"""Kind -> the lists of further names of its records."""
TWICE = "{} is listed twice in this record"
TAKEN = "{} is already a name of {}"

Names = dict[str, Path]
"""A name in lower case -> where it stands first."""


def names(table: Table, kind: str, faults: list[Fault]) -> Names:
    """All names of a kind; those that stand twice become faults, but a service's main domain may be its id."""
    taken: Names = {}
    for id_, record in table.records[kind].items():
        top = kind, id_
        listed: set[str] = set()
        for name, path in _names(kind, id_, record):
            key = name.casefold()
            first = taken.setdefault(key, path)
            if first[1] != id_:
                at: Literal["key", "value"] = "key" if path == top else "value"
                faults.append(Fault(path, TAKEN.format(shown(name), first[1]), "name-clash", at, earlier=first))
            elif first != path and (key in listed or first != top or path[2] != "domains"):
                faults.append(Fault(path, TWICE.format(shown(name)), "listed-twice", earlier=first))
            if path != top:
                listed.add(key)
    return taken


def _names(kind: str, id_: str, record: Record) -> Iterator[tuple[str, Path]]:
    """Every name of a record with its path, the id first."""
    yield id_, (kind, id_)
    for field in NAMED[kind]:
        listed = record.get(field)
        if isinstance(listed, list):
            for number, name in enumerate(listed):
                if isinstance(name, str):
                    yield name, (kind, id_, field, number)
