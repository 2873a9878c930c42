"""Where a changed fact comes from, written beside it: one line where nothing was said of it before."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from psfbot.catalog.change import LONGEST
from psfbot.catalog.editing.quoting import OneLine
from psfbot.catalog.editing.splice import Append, Drop, Op, Put, Rekey
from psfbot.catalog.model import Provenance

NO_PROVENANCE = frozenset({"provenance", "note", "history"})
"""Fields that speak for themselves: an event of the history has a source of its own."""
DEFAULT = "default"


def steps(record: Mapping[str, Any], id_: str, facts: Iterable[str], said: Provenance | None) -> Iterator[Op]:
    """The steps that note this of some facts of a record; a field that is gone takes its provenance with it."""
    given = record.get("provenance") or {}
    for fact in facts:
        field = fact.partition(".")[0]
        if field in NO_PROVENANCE:
            continue
        if field != DEFAULT and field not in record:
            if fact in given:
                yield Drop((id_, "provenance", fact))
        elif said and not given.get(fact):
            yield Put((id_, "provenance", fact), OneLine(plain(said)), (DEFAULT,))
        elif said:
            held = record.get(fact)
            yield from _again((id_, "provenance", fact), said, given[fact], isinstance(held, list) and len(held) > 1)


def plain(said: Provenance) -> dict[str, object]:
    """A provenance entry as the file's data."""
    return said.model_dump(mode="json", exclude_none=True, exclude_defaults=True)


def _again(path: tuple[str, ...], said: Provenance, there: Mapping[str, Any], several: bool) -> Iterator[Op]:  # noqa: FBT001 - one of four
    """Another word on a fact: it joins what was said of a list of several, and takes the place of what it corrects.

    No line goes, so that no comment goes with it.
    """
    new = plain(said)
    source = new.pop("source", None)
    if source and several:
        if "source" in there and there["source"] != source:
            yield Rekey((*path, "source"), "sources")
            yield Put((*path, "sources"), [there["source"], source])
        elif "sources" in there and source not in there["sources"]:
            yield Append((*path, "sources"), source)
        elif not {"source", "sources"} & there.keys():
            new["source"] = source
    elif source and "sources" in there:
        new["sources"] = [source]
    elif source:
        new["source"] = source
    if source and not several and "as_of" in there:
        new["as_of"] = new.get("verified", there["as_of"])
    if several and said.note and there.get("note"):
        new["note"] = f"{said.note}; {there['note']}"[:LONGEST]
    order = tuple(Provenance.model_fields)
    yield from (Put((*path, key), one, order) for key, one in new.items() if there.get(key) != one)
