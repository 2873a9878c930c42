"""Which rooms should hear of an incident, and why?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from psfbot.catalog.model import Catalog, Service
from psfbot.catalog.model import Room as CatalogRoom
from psfbot.relay.alert import Severity
from psfbot.relay.notice import Room


@dataclass(frozen=True, slots=True)
class Routed:
    """A room, whether it hears of the incident, and why or why not; a public one sees nothing that is private."""

    room: Room
    reason: str
    hears: bool = True
    public: bool = False


def route(
    service: Service | None,
    severity: Severity,
    catalog: Catalog,
    platforms: Mapping[str, str],
    told: Sequence[Room] = (),
) -> tuple[Routed, ...]:
    """The rooms for an incident on each platform that is on.

    The service's rooms, else those of its owner teams, else the rooms for all alerts,
    else the platform's default room (the value in `platforms`). Whoever was told of
    the incident before hears how it goes on, however mild it has become.
    """
    groups = candidates(service, catalog)
    routes = [routed for platform, default in platforms.items() for routed in on(platform, default, groups, severity)]
    routes += [Routed(room, "it was told of this before") for room in told if room.platform in platforms]
    found: dict[Room, Routed] = {}
    for routed in routes:
        if routed.room not in found or (routed.hears and not found[routed.room].hears):
            found[routed.room] = replace(routed, public=is_public(routed.room, catalog))
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
            yield from (heard(Room(platform=platform, name=name), room, reason, severity) for name, room in names)
            return
    if default:
        yield Routed(Room(platform=platform, name=default), "the first channel of this platform")


def heard(place: Room, room: CatalogRoom, reason: str, severity: Severity) -> Routed:
    """A room of the catalog; one that wants only worse is named, too, so that nobody wonders why it was silent."""
    if room.min_severity is None or severity.rank >= Severity(room.min_severity).rank:
        return Routed(place, reason)
    return Routed(place, f"{reason}, but it wants {room.min_severity} or worse, and this is {severity}", hears=False)


def is_public(place: Room, catalog: Catalog) -> bool:
    """Does the catalog mark this room as public?"""
    name = place.name.casefold()
    names = (getattr(room, place.platform, None) for room in catalog.rooms.values() if room.public)
    return any(known_as and known_as.casefold() == name for known_as in names)
