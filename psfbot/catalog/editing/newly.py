"""Does a change make a fault that was not there before? Asked of the changed records and of those that they touch.

The same checks run as over a whole file, on the few records that a change can break: the changed ones, those that they
name or that name them, and those with the same names.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from psfbot.catalog.clashes import ACCOUNTS, CALLED, NAMED
from psfbot.catalog.faults import validate
from psfbot.catalog.finding import Fault
from psfbot.catalog.hidden import hidden
from psfbot.catalog.model import KINDS, Catalog, Record, Source
from psfbot.catalog.references import check
from psfbot.catalog.sense import senseless
from psfbot.catalog.shape import Table

Where: TypeAlias = tuple[str, str]
"""A section and an id."""
Data: TypeAlias = dict[str, Any]
LOOPS = {"services": ("depends_on", "system"), "teams": ("escalates_to",)}


def plain(record: Record | Source) -> Data:
    """A record as the file's plain data, without its id."""
    return record.model_dump(mode="json", exclude_defaults=True, exclude={"id"})


def faults(
    catalog: Catalog,
    before: Mapping[Where, Data | None],
    after: Mapping[Where, Data | None],
    around: Iterable[Where],
    today: date,
) -> tuple[Catalog | None, list[Fault]]:
    """The records after the change as models, and the faults that are new; `around` are those that name them."""
    near = {*around, *_named_like(catalog, before, after), *_on_the_way(catalog, after)}
    near |= {where for data in (*before.values(), *after.values()) for where in _named_by(catalog, data)}
    stubs = {where: _stub(catalog, where) for where in near - before.keys() - after.keys()}
    whole, new = _look(_table(catalog, {**stubs, **after}, before), today)
    _, old = _look(_table(catalog, {**stubs, **before}, after), today) if new else (None, ())
    known = Counter(map(_same, old))
    fresh = []
    for fault in new:
        known[_same(fault)] -= 1
        if known[_same(fault)] < 0:
            fresh.append(fault)
    return whole, fresh


def _same(fault: Fault) -> tuple[object, ...]:
    """What makes two faults the same one, though the items of a list moved."""
    return fault.path[:2], fault.rule, fault.message


def _look(table: Table, today: date) -> tuple[Catalog | None, list[Fault]]:
    """The records as models, and all that is wrong with them."""
    whole, wrong = validate(table.whole())
    return whole, [*hidden(table), *wrong, *check(table), *senseless(table, today)]


def _table(catalog: Catalog, records: Mapping[Where, Data | None], others: Mapping[Where, Data | None]) -> Table:
    """A table of these records, in which all others are known by their ids."""
    made = Table(top={"schema_version": 1})
    for kind in KINDS:
        made.known[kind].update(dict.fromkeys(getattr(catalog, kind)))
    for kind, id_ in others:
        made.known[kind].pop(id_, None)
    for (kind, id_), data in records.items():
        if data is not None:
            made.records[kind][id_] = {**data, "id": id_}
            made.known[kind][id_] = None
    return made


def _stub(catalog: Catalog, where: Where) -> Data | None:
    """An unchanged record."""
    kind, id_ = where
    found = getattr(catalog, kind).get(id_)
    return plain(found) if found is not None else None


def _named_by(catalog: Catalog, data: Data | None) -> Iterator[Where]:
    """The regions and people that a record names: its faults hang on theirs."""
    for entry in (data or {}).get("hosting") or ():
        if isinstance(entry, dict) and entry.get("region") in catalog.regions:
            yield "regions", entry["region"]
    for owner in (data or {}).get("owners") or ():
        ref = str(owner.get("ref")) if isinstance(owner, dict) else ""
        if ref.removeprefix("person:") in catalog.people:
            yield "people", ref.removeprefix("person:")


def _named_like(
    catalog: Catalog, before: Mapping[Where, Data | None], after: Mapping[Where, Data | None]
) -> Iterator[Where]:
    """The records with a name, an account or a check that the change gives to another."""
    for kind in {kind for kind, _ in after}:
        fresh = {name for where, data in after.items() if where[0] == kind for name in _names(where, data)}
        fresh -= {name for where, data in before.items() if where[0] == kind for name in _names(where, data)}
        if fresh:
            yield from ((kind, id_) for id_ in _called(getattr(catalog, kind), kind, fresh))


def _names(where: Where, data: Data | None) -> Iterator[str]:
    """Everything by which a record is known, from its plain data."""
    if data is None:
        return
    kind, id_ = where
    yield id_.casefold()
    for field in NAMED.get(kind, ()):
        yield from (str(one).casefold().rstrip("/") for one in data.get(field) or ())
    for field in (*(("name",) if kind in CALLED else ()), *(ACCOUNTS if kind == "people" else ())):
        if data.get(field):
            yield str(data[field]).casefold()
    for checks in (data.get("alerts") or {}).values() if kind == "services" else ():
        yield from (str(one).casefold() for one in checks or ())


def _called(records: Mapping[str, Any], kind: str, wanted: set[str]) -> list[str]:
    """The ids of the models that are known by one of these names; kept flat, because it is asked of every record."""
    fields = [*(("name",) if kind in CALLED else ()), *(ACCOUNTS if kind == "people" else ())]
    lists = NAMED.get(kind, ())
    found = []
    for id_, record in records.items():
        names = [id_, *(getattr(record, field) or "" for field in fields)] if fields else [id_]
        for field in lists:
            names += getattr(record, field)
        if kind == "services" and record.alerts:
            for checks in record.alerts.values():
                names += checks
        for name in names:
            if name.casefold().rstrip("/") in wanted:
                found.append(id_)
                break
    return found


def _on_the_way(catalog: Catalog, after: Mapping[Where, Data | None]) -> Iterator[Where]:
    """The records between a changed one and itself, where what it needs now leads back to it."""
    for (kind, id_), data in after.items():
        for field in LOOPS.get(kind, ()) if data else ():
            came: dict[str, str] = {}
            todo = [(one, "") for one in _above(field, data)]
            while todo:
                one, by = todo.pop()
                record = getattr(catalog, kind).get(one)
                if one in came or record is None:
                    continue
                came[one] = by
                if one == id_:
                    continue
                todo += [(other, one) for other in _above(field, record)]
            step = came.get(id_, "")
            while step:
                yield kind, step
                step = came[step]


def _above(field: str, record: Any) -> list[str]:
    """What a record needs, is a part of or escalates to, from plain data or a model."""
    if isinstance(record, dict):
        listed = record.get(field)
        if isinstance(listed, str):
            return [listed]
        return [str(one.get("service")) for one in listed or () if one.get("strength", "hard") == "hard"]
    value = getattr(record, field)
    if isinstance(value, str) or value is None:
        return [value] if value else []
    return [one.service for one in value if one.strength == "hard"]
