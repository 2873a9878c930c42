"""What breaks when a service, provider, region or host goes away, and what a service needs to run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Literal, NamedTuple

from psfbot.catalog.model import Catalog, Hosting, Role, Service
from psfbot.errors import UserError
from psfbot.text import and_join, unique

Kind = Literal["service", "provider", "region", "host"]
Strength = Literal["hard", "soft", "build", "operate"]
Node = tuple[Kind, str]

STRENGTHS: tuple[Strength, ...] = ("hard", "soft", "operate", "build")
"""From down with it to merely not released; a path is as strong as its weakest link."""
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
SPECIFIC: tuple[Kind, ...] = ("host", "service", "region", "provider")
"""Of two causes that explain the same, the smaller one is the better guess."""

UNKNOWN = "unknown"
"""The provider of hosting about which nobody knows anything: it stands for no provider at all."""
NOT_RUNNING = frozenset({"planned", "retired"})
"""What does not run cannot break, so nothing strikes it."""
MOST_ROUNDS = 50
"""So many rounds of one knot are named: whoever unties these finds the rest."""

NOBODY_KNOWS = "'unknown' marks hosting that nobody knows; it is no {kind}. Name one that the catalog lists."
NO_SUCH = "I know no {kind} called '{id}'. {hint}"


@dataclass(frozen=True, slots=True)
class Step:
    """One place on a path, and what joins it to the place before: a strength, a role, or `host`; first it is empty."""

    kind: Kind
    id: str
    why: str


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Struck:
    """A service that suffers from the cause, by the strongest path, the shortest where several are as strong.

    `uncertain` says why the path may not hold: something may carry on, or the sources disagree.
    """

    service: Service
    strength: Strength
    path: Path
    depth: int
    uncertain: str


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything that one cause strikes: the hard hit first, then the near, then the important.

    Each of `cycles` names services that need each other in a ring: every one needs the next, the last the first.
    """

    cause: Step
    struck: tuple[Struck, ...]
    cycles: tuple[tuple[str, ...], ...]

    @property
    def hard(self) -> tuple[Struck, ...]:
        """Down with the cause."""
        return tuple(one for one in self.struck if one.strength == "hard")

    @property
    def soft(self) -> tuple[Struck, ...]:
        """Degraded, but there."""
        return tuple(one for one in self.struck if one.strength == "soft")

    @property
    def later(self) -> tuple[Struck, ...]:
        """Running, until somebody has to manage or release it."""
        return tuple(one for one in self.struck if RANK[one.strength] > RANK["soft"])


@dataclass(frozen=True, slots=True)
class Needed:
    """Something that a service needs: the path leads from the service to it."""

    strength: Strength
    path: Path
    depth: int
    uncertain: str

    @property
    def what(self) -> Step:
        """The needed service, provider, region or host."""
        return self.path[-1]


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that a service needs; `unknown` holds the paths to hard needs that nobody can name."""

    service: Service
    needed: tuple[Needed, ...]
    unknown: tuple[Path, ...]
    cycles: tuple[tuple[str, ...], ...]

    @property
    def hard(self) -> tuple[Needed, ...]:
        """Without these it is down."""
        return tuple(one for one in self.needed if one.strength == "hard")

    @property
    def soft(self) -> tuple[Needed, ...]:
        """Without these it is degraded."""
        return tuple(one for one in self.needed if one.strength == "soft")

    @property
    def later(self) -> tuple[Needed, ...]:
        """Without these it runs, but cannot be managed or released."""
        return tuple(one for one in self.needed if RANK[one.strength] > RANK["soft"])


@dataclass(frozen=True, slots=True)
class Shared:
    """A hard need that all or most of some services have in common; a path for each leads from it to the service."""

    node: Step
    covered: tuple[str, ...]
    paths: tuple[Path, ...]
    uncertain: str


class Link(NamedTuple):
    """One place hangs on another; links sort by strength, the certain before the doubtful."""

    rank: int
    doubt: str
    node: Node
    why: str


Links = Mapping[Node, Sequence[Link]]
Came = dict[Node, tuple[Node, Link]]
"""How a place was reached: from which other, by which link."""


class Web:
    """Who hangs on whom, indexed once for each catalog; the indexes are made when the first question comes."""

    def __init__(self, catalog: Catalog) -> None:
        """Keep the catalog, cheaply."""
        self._catalog = catalog

    def breaks(self, kind: Kind, id: str) -> Impact:  # noqa: A002 - the catalog's own word
        """Everything that suffers when this goes away, through however many others."""
        cause = self._node(kind, id)
        struck = []
        for node, (rank, came) in spread(self._below, cause).items():
            path, doubts = trail(came, cause, node)
            service = self._catalog.services[node[1]]
            struck.append(Struck(service, STRENGTHS[rank], path, len(path) - 1, doubts))
        struck.sort(key=_worst_first)
        return Impact(Step(kind, id, ""), tuple(struck), self._rounds_of([cause, *(("service", s.service.id) for s in struck)]))

    def needs(self, service_id: str) -> Needs:
        """Everything that must be there for this service to run, to run well, and to be managed."""
        start = self._node("service", service_id)
        needed = []
        for node, (rank, came) in spread(self._above, start).items():
            path, doubts = trail(came, start, node)
            needed.append(Needed(STRENGTHS[rank], path, len(path) - 1, doubts))
        needed.sort(key=lambda one: (RANK[one.strength], one.depth, SPECIFIC.index(one.what.kind), one.what.id))
        ways: list[Path] = [(Step(*start, ""),), *(one.path for one in needed if one.strength == "hard")]
        unknown = tuple(way for path in ways for way in self._unknown(path))
        cycles = self._rounds_of([start, *((one.what.kind, one.what.id) for one in needed)])
        return Needs(self._catalog.services[service_id], tuple(needed), unknown, cycles)

    def shared(self, service_ids: Sequence[str]) -> tuple[Shared, ...]:
        """What all or most of these services cannot do without, the best explanation of a common failure first.

        The more it explains the better, then the more specific, then the nearer. Services that the catalog does
        not know are left out: an open incident may outlive the entry of its service.
        """
        asked = [id_ for id_ in unique(service_ids) if id_ in self._catalog.services]
        found: dict[Node, list[tuple[str, Came]]] = {}
        for id_ in asked:
            came, _ = flood(self._above, ("service", id_), RANK["hard"])
            for node in (("service", id_), *came):
                found.setdefault(node, []).append((id_, came))
        most = max(len(asked) // 2, 1)
        common = [_shared(node, ways) for node, ways in found.items() if len(ways) > most]
        return tuple(sorted(common, key=_best_guess_first))

    def _node(self, kind: Kind, id_: str) -> Node:
        """The place by this name, or a complaint that offers the nearest one."""
        node = (kind, id_)
        if node in self._known:
            return node
        if id_ == UNKNOWN:
            raise UserError(NOBODY_KNOWS.format(kind=kind))
        near = get_close_matches(id_, [other for its_kind, other in self._known if its_kind == kind], n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Try the {kind}'s name as the catalog spells it."
        raise UserError(NO_SUCH.format(kind=kind, id=id_, hint=hint))

    @cached_property
    def _known(self) -> frozenset[Node]:
        """Every place that can be asked about: listed, or named by some service's hosting."""
        listed: list[Node] = [("service", id_) for id_ in self._catalog.services]
        listed += [("provider", id_) for id_ in self._catalog.providers]
        listed += [("region", id_) for id_ in self._catalog.regions]
        return frozenset(listed).union(link.node for links in self._above.values() for link in links) - {
            ("provider", UNKNOWN),
            ("region", UNKNOWN),
        }

    @cached_property
    def _above(self) -> Links:
        """For each service, what it hangs on."""
        services = self._catalog.services
        return {("service", id_): self._links(service) for id_, service in sorted(services.items())}

    @cached_property
    def _below(self) -> Links:
        """For each place, the running services that hang on it."""
        below: dict[Node, list[Link]] = {}
        for user, links in self._above.items():
            if self._catalog.services[user[1]].lifecycle not in NOT_RUNNING:
                for link in links:
                    below.setdefault(link.node, []).append(link._replace(node=user))
        return {node: sorted(links) for node, links in below.items()}

    @cached_property
    def _rounds(self) -> dict[str, list[tuple[str, ...]]]:
        """For each service on a ring of needs, the rings on which it is."""
        needs = {
            user[1]: [link.node[1] for link in links if link.node[0] == "service"]
            for user, links in self._above.items()
        }
        found: dict[str, list[tuple[str, ...]]] = {}
        for ring in rounds(needs):
            for id_ in ring:
                found.setdefault(id_, []).append(ring)
        return found

    def _rounds_of(self, nodes: Iterable[Node]) -> tuple[tuple[str, ...], ...]:
        """The rings that touch any of these places."""
        return tuple(sorted({ring for kind, id_ in nodes if kind == "service" for ring in self._rounds.get(id_, ())}))

    def _links(self, service: Service) -> tuple[Link, ...]:
        """All that a service hangs on directly, each once, by its strongest and most certain link."""
        offers = [
            Link(RANK[one.strength], _note(service, "depends_on", one.service), ("service", one.service), one.strength)
            for one in service.depends_on
            if one.service in self._catalog.services
        ]
        touched = [(entry, self._touched(entry)) for entry in service.hosting]
        offers += [_hosting(service, entry, node, touched) for entry, nodes in touched for node in nodes]
        best: dict[Node, Link] = {}
        for link in offers:
            known = best.get(link.node)
            if known is None or (link.rank, link.doubt != "") < (known.rank, known.doubt != ""):
                best[link.node] = link
        return tuple(sorted(best.values()))

    def _touched(self, entry: Hosting) -> tuple[Node, ...]:
        """The provider, region and hosts of an entry, as far as they are known."""
        region = self._catalog.regions.get(entry.region or "")
        nodes: list[Node] = [("provider", entry.provider)]
        nodes += [("region", entry.region)] if entry.region else []
        nodes += [("provider", region.provider)] if region else []
        nodes += [("host", host.name) for host in entry.hosts]
        return tuple(dict.fromkeys(node for node in nodes if node[1] != UNKNOWN))

    def _unknown(self, path: Path) -> Iterable[Path]:
        """The same path with a last step to each hard need of its end that nobody can name."""
        service = self._catalog.services.get(path[-1].id) if path[-1].kind == "service" else None
        for entry in service.hosting if service else ():
            if entry.provider == UNKNOWN and BY_ROLE[entry.role] == "hard":
                yield (*path, Step("provider", UNKNOWN, entry.role))
