"""The catalog as a graph: what each service hangs on and how firmly, who hangs in a ring, and drawings of it."""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from psfbot.catalog import words
from psfbot.catalog.model import Catalog, Dependency, Hosting, Role, Service
from psfbot.text import and_join, one_line, unique

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

UNSURE = re.compile(
    r"\b(infer|guess|assum|presum|probabl|perhaps|uncertain|unsure|unclear|certainty|not certain)", re.IGNORECASE
)
"""Notes of the provenance also tell what is merely of interest; one that holds such a word makes its link uncertain."""

CARRY_ON = "{service} may carry on with {others}"


@dataclass(frozen=True, slots=True)
class Step:
    """One place on a path, and what joins it to the place before: a strength, a role or `host`; empty on the first."""

    kind: Kind
    id: str
    why: str


class Link(NamedTuple):
    """One place hangs on another; links sort by strength, the certain before the doubtful.

    The step to the place is made once here, for all the paths that will go through it.
    """

    rank: int
    doubt: str
    node: Node
    step: Step


Links = Mapping[Node, Sequence[Link]]
Touched = Sequence[tuple[Hosting, Sequence[Node]]]
Spot = tuple[str, ...]
"""A box of a drawing: a service, or a provider with its region."""


def links(catalog: Catalog) -> Links:
    """For each service, all that it hangs on directly: other services, providers, regions and hosts."""
    return {("service", id_): _links(catalog, service) for id_, service in sorted(catalog.services.items())}


def _links(catalog: Catalog, service: Service) -> tuple[Link, ...]:
    """What one service hangs on, each place once, by its strongest and most certain link."""
    offers = [_link(service, one) for one in service.depends_on if one.service in catalog.services]
    touched = [(entry, _touched(catalog, entry)) for entry in service.hosting]
    offers += [_hosting(service, entry, node, touched) for entry, nodes in touched for node in nodes]
    best: dict[Node, Link] = {}
    for link in offers:
        known = best.get(link.node)
        if known is None or (link.rank, link.doubt != "") < (known.rank, known.doubt != ""):
            best[link.node] = link
    return tuple(sorted(best.values()))


def _link(service: Service, one: Dependency) -> Link:
    """How firmly a service hangs on another."""
    doubt = _unsure(service, "depends_on", one.service)
    return Link(RANK[one.strength], doubt, ("service", one.service), Step("service", one.service, one.strength))


def _touched(catalog: Catalog, entry: Hosting) -> tuple[Node, ...]:
    """The provider, region and hosts of an entry, as far as they are known."""
    region = catalog.regions.get(entry.region or UNKNOWN)
    nodes: list[Node] = [("provider", entry.provider)]
    nodes += [("provider", region.provider)] if region else []
    nodes += [("region", entry.region or UNKNOWN)]
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
        rivals = (nodes for other, nodes in touched if other.role == entry.role and nodes and node not in nodes)
        others += map(_place, rivals)
    doubts = [CARRY_ON.format(service=service.id, others=and_join(unique(others), "or"))] if others else []
    doubts += [note] if (note := _unsure(service, "hosting", entry.role)) else []
    return Link(rank, "; ".join(doubts), node, Step(kind, id_, why))


def _place(nodes: Sequence[Node]) -> str:
    """Where an entry is, in ids, as far as that is known: `aws us-east-2`, else its hosts."""
    return " ".join(id_ for kind, id_ in nodes if kind != "host") or and_join([id_ for _, id_ in nodes])


def _unsure(service: Service, field: str, part: str) -> str:
    """What the catalog notes against a link; the record's default provenance says nothing about one link."""
    paths = (f"{field}.{part}", f"{field}.{part}.provider", f"{field}.{part}.region", field)
    notes = (entry.note for path in paths if (entry := service.provenance.get(path)) and entry.note)
    return next((f"{service.id}: {note}" for note in notes if UNSURE.search(note)), "")


def rings(needs: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Short rings of services that need each other: each one needs the next, the last the first.

    Whoever is on any ring is on one of these, unless the knot is so tangled that only its first rings are named.
    """
    found: list[tuple[str, ...]] = []
    for knot in _knots(needs):
        named: set[str] = set()
        enough = len(found) + MOST_RINGS
        for id_ in sorted(knot):
            if id_ not in named and len(found) < enough:
                found.append(_ring(needs, knot, id_))
                named.update(found[-1])
    return sorted(set(found))


def _knots(needs: Mapping[str, Sequence[str]]) -> Iterable[set[str]]:
    """The sets of services that all need each other: walks back from where walks through the needs end last."""
    users: dict[str, list[str]] = {}
    for id_, others in needs.items():
        for other in others:
            users.setdefault(other, []).append(id_)
    taken: set[str] = set()
    for root in reversed(_left(needs)):
        knot, stack = set(), [root]
        while stack:
            id_ = stack.pop()
            if id_ not in taken:
                taken.add(id_)
                knot.add(id_)
                stack += users.get(id_, ())
        if len(knot) > 1 or root in needs[root]:
            yield knot


def _left(needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Services in the order in which a walk through their needs leaves them, without recursion: chains may be long."""
    seen: set[str] = set()
    left = []
    for root in needs:
        stack = [] if root in seen else [(root, iter(needs[root]))]
        seen.add(root)
        while stack:
            id_, rest = stack[-1]
            other = next((one for one in rest if one not in seen), None)
            if other is None:
                left.append(id_)
                stack.pop()
            else:
                seen.add(other)
                stack.append((other, iter(needs[other])))
    return left


def _ring(needs: Mapping[str, Sequence[str]], knot: set[str], start: str) -> tuple[str, ...]:
    """The shortest way through a knot from a service back to it, told from the first of its names."""
    came: dict[str, str] = {}
    queue = deque([start])
    while start not in came:
        here = queue.popleft()
        for other in needs[here]:
            if other in knot and other not in came:
                came[other] = here
                queue.append(other)
    ring = [start]
    while came[ring[-1]] != start:
        ring.append(came[ring[-1]])
    ring.reverse()
    first = ring.index(min(ring))
    return (*ring[first:], *ring[:first])


def mermaid(catalog: Catalog, services: Iterable[Service] | None = None) -> str:
    """A Mermaid flowchart of these services, or of all: what each needs, and where it runs."""
    spots, arrows = _drawing(catalog, services)
    lines = ["flowchart LR"]
    for spot, label in spots.items():
        shown = _mermaid_text(label)
        lines.append(
            f'    {_mermaid_id(spot)}["{shown}"]' if spot[0] == "service" else f'    {_mermaid_id(spot)}(["{shown}"])'
        )
    for user, used, why in arrows:
        arrow = {"hard": "-->", "soft": "-. soft .->"}.get(why, f"-- {why} ---")
        lines.append(f"    {_mermaid_id(user)} {arrow} {_mermaid_id(used)}")
    return "\n".join(lines) + "\n"


def dot(catalog: Catalog, services: Iterable[Service] | None = None) -> str:
    """The same drawing in Graphviz's language."""
    spots, arrows = _drawing(catalog, services)
    lines = ["digraph catalog {", "    rankdir=LR;", "    node [shape=box];"]
    for spot, label in spots.items():
        shape = "" if spot[0] == "service" else ", shape=oval"
        lines.append(f"    {_dot_text(' '.join(spot))} [label={_dot_text(label)}{shape}];")
    for user, used, why in arrows:
        style = {"hard": "", "soft": " [style=dashed, label=soft]"}.get(why, f" [dir=none, label={why}]")
        lines.append(f"    {_dot_text(' '.join(user))} -> {_dot_text(' '.join(used))}{style};")
    return "\n".join([*lines, "}"]) + "\n"


def _drawing(
    catalog: Catalog, services: Iterable[Service] | None
) -> tuple[dict[Spot, str], list[tuple[Spot, Spot, str]]]:
    """What to draw, in an order that only the facts decide: spots with their labels, and arrows between them."""
    spots: dict[Spot, str] = {}
    arrows: set[tuple[Spot, Spot, str]] = set()
    for service in catalog.services.values() if services is None else services:
        here = ("service", service.id)
        spots[here] = service.id
        for one in service.depends_on:
            if one.strength in {"hard", "soft"} and one.service in catalog.services:
                spots["service", one.service] = one.service
                arrows.add((here, ("service", one.service), one.strength))
        for entry in service.hosted("origin"):
            if entry.provider != UNKNOWN:
                there = ("place", entry.provider, entry.region or "")
                spots[there] = words.provider(catalog, entry)
                arrows.add((here, there, "origin"))
    return dict(sorted(spots.items())), sorted(arrows)


def _mermaid_id(spot: Spot) -> str:
    """A name of letters, digits and underscores that no other spot has, whatever its ids are made of."""
    return "__".join("".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in part) for part in spot)


def _mermaid_text(label: str) -> str:
    """A label in which nothing can end the quotes, start Markdown or be HTML."""
    return "".join(f"#{ord(c)};" if c in '"#<>&`\\' else c for c in one_line(label))


def _dot_text(label: str) -> str:
    """A quoted string in which nothing is a quote or an escape."""
    escaped = one_line(label).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
