"""Can those who are named be reached, and does everything rest on something? Owners who left, and circles."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from psfbot.catalog.finding import Fault, Path, shown
from psfbot.catalog.graph import rings
from psfbot.catalog.shape import Record, Table
from psfbot.text import and_join

LIVE = ("planned", "experimental", "production", "unknown")
"""Services in these lifecycles need somebody who answers for them."""
GONE = frozenset({"inactive", "emeritus"})
LONGEST_RING = 8
"""So many names of a circle are told."""

SOLE = "inactive sole owner: {}, so nobody answers for this service; name somebody active, or a team"
LEFT = "{}: name somebody active instead, or a team"
HIMSELF = "{} depends on itself"
ITSELF = "{} escalates to itself"
PART = "{} is a part of itself: name the service that it is a part of, or leave the field out"
CIRCLE = "{} goes round in a circle: {}"


class _Owner(NamedTuple):
    path: Path
    ref: str
    primary: bool
    status: str


def inactive_owners(table: Table) -> Iterator[Fault]:
    """Owners who left: an error where nobody else is the primary owner of something live, else a warning."""
    statuses = {f"person:{id_}": record.get("status") for id_, record in table.records["people"].items()}
    gone = {ref: status for ref, status in statuses.items() if isinstance(status, str) and status in GONE}
    for id_, service in table.records["services"].items() if gone else ():
        if service.get("lifecycle") not in LIVE:
            continue
        owners = list(_owners(id_, service, gone))
        primary = [owner for owner in owners if owner.primary]
        sole = bool(primary) and all(owner.status for owner in primary)
        if sole:
            who = and_join([f"{owner.ref} is {owner.status}" for owner in primary])
            yield Fault(primary[0].path, SOLE.format(who), "inactive-sole-owner")
        for owner in owners:
            if owner.status and not (sole and owner.primary):
                message = LEFT.format(f"{owner.ref} is {owner.status}")
                yield Fault(owner.path, message, "inactive-owner", severity="warning")


def _owners(id_: str, service: Record, gone: Mapping[str, str]) -> Iterator[_Owner]:
    """The owners of a service, as far as they are well written, with the status of those who left."""
    listed = service.get("owners")
    for number, owner in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(owner, dict) and isinstance(ref := owner.get("ref"), str):
            path = ("services", id_, "owners", number, "ref")
            yield _Owner(path, ref, owner.get("role", "primary") == "primary", gone.get(ref, ""))


def loops(table: Table) -> Iterator[Fault]:
    """Whatever rests on itself: services by what they need or are a part of, teams by whom they escalate to."""
    yield from _needs(table)
    yield from _climbs(table, "teams", "escalates_to", ITSELF, "escalation")
    yield from _climbs(table, "services", "system", PART, "system")


def _needs(table: Table) -> Iterator[Fault]:
    """Services that depend on themselves, directly or (hard) through others."""
    needs: dict[str, dict[str, Path]] = {id_: {} for id_ in table.records["services"]}
    for id_, service in table.records["services"].items():
        listed = service.get("depends_on")
        for number, one in enumerate(listed if isinstance(listed, list) else ()):
            if not isinstance(one, dict) or not isinstance(other := one.get("service"), str):
                continue
            path = ("services", id_, "depends_on", number, "service")
            if other == id_:
                yield Fault(path, HIMSELF.format(shown(id_)), "self-dependency")
            elif other in needs and one.get("strength", "hard") == "hard":
                needs[id_][other] = path
    yield from _circles(needs, "hard dependency", "dependency-cycle")


def _climbs(table: Table, kind: str, field: str, itself: str, what: str) -> Iterator[Fault]:
    """Records that lead up to themselves, directly or through others, by a field that names the one above."""
    above: dict[str, dict[str, Path]] = {id_: {} for id_ in table.records[kind]}
    for id_, record in table.records[kind].items():
        other = record.get(field)
        path = (kind, id_, field)
        if other == id_:
            yield Fault(path, itself.format(shown(id_)), f"{what}-cycle")
        elif isinstance(other, str) and other in above:
            above[id_][other] = path
    yield from _circles(above, what, f"{what}-cycle")


def _circles(needs: Mapping[str, Mapping[str, Path]], what: str, rule: str) -> Iterator[Fault]:
    """Each circle, told where its first step is written."""
    for ring in rings({id_: list(others) for id_, others in needs.items()}):
        told = [*ring, ring[0]]
        if len(told) > LONGEST_RING:
            told[LONGEST_RING - 2 : -1] = [f"… {len(ring) - LONGEST_RING + 2} more …"]
        path = needs[ring[0]][ring[1]]
        yield Fault(path, CIRCLE.format(what, " -> ".join(told)), rule)
