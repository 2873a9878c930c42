"""One service drawn with what it hangs on, to its right, and what hangs on it, to its left, a few steps far."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from psfbot.catalog.graph import BY_ROLE, RANK, UNKNOWN
from psfbot.catalog.model import Catalog, Hosting, Role, Service
from psfbot.web.graph.bundled import bundled, page
from psfbot.web.graph.layered import lay
from psfbot.web.graph.picture import Arrow, Card, Firm, Picture, Row
from psfbot.web.graph.whole import FIRM, GONE

MOST, ARROWS = 120, 300
"""Boxes and arrows that a person can still look through."""
MOST_USERS = 200
"""So many users of one step are drawn; the table has the others."""

Steps = dict[str, dict[str, Firm]]


@dataclass(frozen=True, slots=True)
class Around:
    """The drawing, and how many steps of what was asked for it shows."""

    picture: Picture
    steps: int


def around(catalog: Catalog, service: Service, levels: int) -> Around:
    """Draw it: of the first step everything, of the further ones only what brings it down or slows it.

    Steps are left out, the furthest first, until a person can look through what is left.
    """
    users = by_need(catalog)
    for steps in range(levels, 0, -1):
        needs, places = below(catalog, service, steps)
        for user, its in above(users, service, steps).items():
            needs.setdefault(user, {}).update(its)
        cards, arrows = boxed(catalog, service, needs, places)
        if (len(cards) <= MOST and len(arrows) <= ARROWS) or steps == 1:
            break
    return Around(lay(cards, arrows), steps)


def boxed(
    catalog: Catalog, service: Service, needs: Steps, places: Mapping[str, Hosting]
) -> tuple[list[Card], list[Arrow]]:
    """The boxes, in which those share one that are alike, and the arrows between them."""
    names = dict.fromkeys([service.id, *needs, *(need for its in needs.values() for need in its)])
    services = [name for name in names if name not in places]
    cards, arrows = bundled(services, needs, apart=frozenset({service.id}))
    shared = grouped(needs, places)
    first = {key: group[0] for group in shared for key in group}
    kept = [one for one in arrows if first.get(one.need, one.need) == one.need]
    return [*cards, *(card(catalog, service, [places[key] for key in group]) for group in shared)], kept


def grouped(needs: Steps, places: Mapping[str, Hosting]) -> list[list[str]]:
    """The places that the same services need, as firmly: they share a box, and one arrow is enough for it."""
    groups: dict[object, list[str]] = {}
    for key in places:
        users = frozenset((user, its[key]) for user, its in needs.items() if key in its)
        groups.setdefault(users, []).append(key)
    return list(groups.values())


def below(catalog: Catalog, service: Service, levels: int) -> tuple[Steps, dict[str, Hosting]]:
    """What each one needs, from the service on, and the places among that by their keys."""
    needs: Steps = {}
    places: dict[str, Hosting] = {}
    edge = [service.id]
    for step in range(levels):
        following: dict[str, None] = {}
        for name in edge:
            one = catalog.services[name]
            its = {need: firm for need, firm in needed(catalog, one) if step == 0 or firm != "later"}
            following |= dict.fromkeys(need for need in its if need not in needs and need not in edge)
            for entry in one.hosting:
                firm = FIRM[BY_ROLE[entry.role]]
                if entry.provider != UNKNOWN and (step == 0 or firm != "later"):
                    key = place(entry)
                    places.setdefault(key, entry)
                    its[key] = min(its.get(key, firm), firm, key=("hard", "soft", "later").index)
            needs[name] = its
        edge = list(following)
    return needs, places


def needed(catalog: Catalog, service: Service) -> Iterator[tuple[str, Firm]]:
    """The services that it needs, and how firmly."""
    for one in service.depends_on:
        if one.service in catalog.services and one.service != service.id:
            yield one.service, FIRM[one.strength]


def by_need(catalog: Catalog) -> Steps:
    """For each service, who needs it and runs, and how firmly."""
    by: Steps = {}
    for one in catalog.services.values():
        if one.lifecycle not in GONE:
            for need, firm in needed(catalog, one):
                by.setdefault(need, {})[one.id] = firm
    return by


def above(by: Steps, service: Service, levels: int) -> Steps:
    """Who needs the service, and who needs those: for each, what of these it needs."""
    found: Steps = {}
    seen, edge = {service.id}, [service.id]
    for step in range(levels):
        following: dict[str, None] = {}
        for name in edge:
            users = [(user, firm) for user, firm in by.get(name, {}).items() if step == 0 or firm != "later"]
            for user, firm in users[:MOST_USERS]:
                found.setdefault(user, {})[name] = firm
                following |= {} if user in seen else {user: None}
        seen |= following.keys()
        edge = list(following)
    return found


def place(entry: Hosting) -> str:
    """The key of a provider with its region; no service has a space in its id."""
    return f"{entry.provider} {entry.region or ''}"


def card(catalog: Catalog, service: Service, entries: Sequence[Hosting]) -> Card:
    """Places, each with its region and with what it does for the service itself."""
    found: list[Row] = []
    for entry in entries:
        known = catalog.providers.get(entry.provider)
        found.append(Row(known.name if known else entry.provider, page(entry.provider, "providers")))
        roles: set[Role] = {one.role for one in service.hosting if place(one) == place(entry)}
        ordered: list[Role] = sorted(roles, key=firmest)
        said = ", ".join(ordered)
        remark = ": ".join(part for part in (entry.region, said) if part)
        found += [Row(remark)] if remark else []
    return Card(place(entries[0]), tuple(found), "place")


def firmest(role: Role) -> tuple[int, str]:
    """Sorts roles by what is lost without them."""
    return RANK[BY_ROLE[role]], role
