"""The catalog as a graph: what each service hangs on and how firmly, which services hang in a ring, and drawings of it."""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from psfbot.catalog import words
from psfbot.catalog.model import Catalog, Hosting, Role, Service
from psfbot.text import and_join, one_line

Kind = Literal["service", "provider", "region", "host"]
Strength = Literal["hard", "soft", "build", "operate"]
Node = tuple[Kind, str]

STRENGTHS: tuple[Strength, ...] = ("hard", "soft", "operate", "build")
"""From down with it to merely not released."""
RANK: dict[Strength, int] = {strength: rank for rank, strength in enumerate(STRENGTHS)}
BY_ROLE: dict[Role, Strength] = {
    "origin": "hard", "cdn": "hard", "waf": "hard", "dns": "hard", "loadbalancer": "hard", "database": "hard",
    "search": "hard", "cache": "hard", "queue": "hard", "storage": "hard", "discovery": "hard", "email": "soft",
    "registrar": "operate", "certificates": "operate", "archive": "operate", "backup": "operate", "source": "operate",
    "ci": "operate", "registry": "operate", "packages": "operate", "iac": "operate", "monitoring": "operate",
    "logs": "operate", "errors": "operate", "oncall": "operate", "status": "operate", "tracker": "operate",
    "support": "operate", "hardware": "operate", "funding": "operate",
}  # fmt: skip
"""What a service loses with the provider that does this for it."""
UNKNOWN = "unknown"
"""The provider of hosting about which nobody knows anything: it stands for no provider at all."""
MOST_RINGS = 50
"""So many rings of one knot are named: whoever opens these finds the rest."""

CARRY_ON = "{service} may carry on with {others}"


class Link(NamedTuple):
    """One place hangs on another; links sort by strength, the certain before the doubtful."""

    rank: int
    doubt: str
    node: Node
    why: str


Links = Mapping[Node, Sequence[Link]]
Touched = Sequence[tuple[Hosting, Sequence[Node]]]


def links(catalog: Catalog) -> Links:
    """For each service, all that it hangs on directly: other services, providers, regions and hosts."""
    return {("service", id_): _links(catalog, service) for id_, service in sorted(catalog.services.items())}


def _links(catalog: Catalog, service: Service) -> tuple[Link, ...]:
    """What one service hangs on, each place once, by its strongest and most certain link."""
    offers = [
        Link(RANK[one.strength], _disputed(service, "depends_on", one.service), ("service", one.service), one.strength)
        for one in service.depends_on
        if one.service in catalog.services
    ]
    touched = [(entry, _touched(catalog, entry)) for entry in service.hosting]
    offers += [_hosting(service, entry, node, touched) for entry, nodes in touched for node in nodes]
    best: dict[Node, Link] = {}
    for link in offers:
        known = best.get(link.node)
        if known is None or (link.rank, link.doubt != "") < (known.rank, known.doubt != ""):
            best[link.node] = link
    return tuple(sorted(best.values()))


def _touched(catalog: Catalog, entry: Hosting) -> tuple[Node, ...]:
    """The provider, region and hosts of an entry, as far as they are known."""
    region = catalog.regions.get(entry.region or UNKNOWN)
    nodes: list[Node] = [("provider", entry.provider), ("region", entry.region or UNKNOWN)]
    nodes += [("provider", region.provider)] if region else []
    nodes += [("host", host.name) for host in entry.hosts]
    return tuple(dict.fromkeys(node for node in nodes if node[1] != UNKNOWN))


def _hosting(service: Service, entry: Hosting, node: Node, touched: Touched) -> Link:
    """How firmly a service hangs on one place of its hosting, and what may stand in for that place."""
    kind, id_ = node
    rank = RANK[BY_ROLE[entry.role]]
    why: str = "host" if kind == "host" and entry.role == "origin" else entry.role
    others: list[str] = []
    if kind == "host":
        others += [host.name for host in entry.hosts if host.name != id_]
        rank = max(rank, RANK["soft"]) if others else rank
    if BY_ROLE[entry.role] == "hard":
        others += [_place(other) for other, nodes in touched if other.role == entry.role and nodes and node not in nodes]
    doubts = [CARRY_ON.format(service=service.id, others=and_join(others, "or"))] if others else []
    doubts += [note] if (note := _disputed(service, "hosting", entry.role)) else []
    return Link(rank, "; ".join(doubts), node, why)


def _place(entry: Hosting) -> str:
    """Where an entry is, in ids: `aws us-east-2`."""
    return f"{entry.provider} {entry.region}" if entry.region else entry.provider


def _disputed(service: Service, field: str, part: str) -> str:
    """What the catalog notes against a fact; the record's default provenance says nothing about one link."""
    paths = (f"{field}.{part}", f"{field}.{part}.provider", f"{field}.{part}.region", field)
    notes = [entry.note for path in paths if (entry := service.provenance.get(path)) and entry.note]
    return f"{service.id}: {notes[0]}" if notes else ""


def rings(needs: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Short rings of services that need each other, so that every service that is on any ring is on one of them."""
    found = []
    for knot in knots(needs):
        named: set[str] = set()
        for id_ in sorted(knot):
            if id_ not in named and len(named) < MOST_RINGS:
                found.append(_ring(needs, knot, id_))
                named.update(found[-1])
    return found
