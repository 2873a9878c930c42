"""Which rooms should hear of an incident, and why?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psfbot.catalog.model import Catalog, Service
from psfbot.catalog.model import Room as CatalogRoom
from psfbot.relay.alert import Severity
from psfbot.relay.notice import Room


@dataclass(frozen=True, slots=True)
class Routed:
    """A room, and why it hears of the incident."""

    room: Room
    reason: str


def route(
    service: Service | None, severity: Severity, catalog: Catalog, platforms: Mapping[str, str]
) -> tuple[Routed, ...]:
    """The rooms for an incident on each platform that is on.

    The service's rooms, else those of its owner teams, else the rooms for all alerts,
    else the platform's default room (the value in `platforms`).
    """
    found: dict[Room, Routed] = {}
    for platform, default in platforms.items():
        for routed in on(platform, default, candidates(service, catalog), severity):
            found.setdefault(routed.room, routed)
    return tuple(found.values())


def candidates(service: Service | None, catalog: Catalog) -> Sequence[tuple[str, list[CatalogRoom]]]:
    """Groups of rooms with the reason for each, the best group first."""
    groups: list[tuple[str, list[CatalogRoom]]] = []
    if service:
        groups.append((f"a room of {service.id}", known(service.rooms, catalog)))
        teams = [catalog.teams[key] for o in service.owners if (key := o.ref.removeprefix("team:")) in catalog.teams]
        groups.append(("a room of its owners", [room for team in teams for room in known(team.rooms, catalog)]))
    groups.append(("a room for all alerts", [room for room in catalog.rooms.values() if room.alerts == "all"]))
    return groups


def known(ids: Sequence[str], catalog: Catalog) -> list[CatalogRoom]:
    """The catalog's rooms with these ids that take alerts."""
    return [catalog.rooms[i] for i in ids if i in catalog.rooms and catalog.rooms[i].alerts != "none"]


def on(
    platform: str, default: str, groups: Sequence[tuple[str, list[CatalogRoom]]], severity: Severity
) -> Iterator[Routed]:
    """The rooms on one platform: the first group that has one there, else the default."""
    for reason, rooms in groups:
        names = [(name, room) for room in rooms if (name := getattr(room, platform, None))]
        if names:
            yield from (Routed(Room(platform=platform, name=n), reason) for n, r in names if loud(r, severity))
            return
    if default:
        yield Routed(Room(platform=platform, name=default), "the first channel of this platform")


def loud(room: CatalogRoom, severity: Severity) -> bool:
    """Is it bad enough for this room?"""
    return room.min_severity is None or severity.rank >= Severity(room.min_severity).rank
