"""What breaks when a service, provider, region or host goes away, and what a service needs to run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple, TypeVar

from psfbot.catalog.graph import (
    BY_ROLE,
    RANK,
    STRENGTHS,
    UNKNOWN,
    Kind,
    Link,
    Links,
    Node,
    Step,
    Strength,
    links,
    rings,
)
from psfbot.catalog.model import Catalog, Service
from psfbot.errors import UserError
from psfbot.text import unique

__all__ = ["Impact", "Kind", "Needed", "Needs", "Path", "Shared", "Step", "Strength", "Struck", "Web"]

SPECIFIC: tuple[Kind, ...] = ("host", "service", "region", "provider")
"""Of two causes that explain the same, the smaller one is the better guess."""
NOT_RUNNING = frozenset({"planned", "retired"})
"""What does not run cannot break, so nothing strikes it."""
LEAST_TIER = 5
"""A service whose tier nobody set comes after those of tier 4."""

NOBODY_KNOWS = "'unknown' marks hosting that nobody knows; it is no {kind}. Name one that the catalog lists."
NO_SUCH = "I know no {kind} called '{id}'. {hint}"

Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Struck:
    """A service that suffers from the cause, by its strongest path, the shortest where several are as strong.

    A path is as strong as its weakest link. `uncertain` says why it may not hold: something else may carry on,
    or a link is inferred.
    """

    service: Service
    strength: Strength
    path: Path
    depth: int
    uncertain: str


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


Hit = TypeVar("Hit", Struck, Needed)


def _only(hits: Sequence[Hit], *strengths: Strength) -> tuple[Hit, ...]:
    """Those of these strengths, in the same order."""
    return tuple(hit for hit in hits if hit.strength in strengths)


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
        return _only(self.struck, "hard")

    @property
    def soft(self) -> tuple[Struck, ...]:
        """Degraded, but there."""
        return _only(self.struck, "soft")

    @property
    def later(self) -> tuple[Struck, ...]:
        """Running, until somebody has to manage or release it."""
        return _only(self.struck, "operate", "build")


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
        return _only(self.needed, "hard")

    @property
    def soft(self) -> tuple[Needed, ...]:
        """Without these it is degraded."""
        return _only(self.needed, "soft")

    @property
    def later(self) -> tuple[Needed, ...]:
        """Without these it runs, but cannot be managed or released."""
        return _only(self.needed, "operate", "build")


@dataclass(frozen=True, slots=True)
class Shared:
    """A hard need that all or most of some services have in common; the path of each leads from the need to it."""

    node: Step
    covered: tuple[str, ...]
    paths: tuple[Path, ...]
    uncertain: str


class Web:
    """Who hangs on whom, indexed once for each catalog; the indexes are made when the first question comes."""

    def __init__(self, catalog: Catalog) -> None:
        """Keep the catalog, cheaply."""
        self._catalog = catalog

    def breaks(self, kind: Kind, id: str) -> Impact:  # noqa: A002 - the catalog's own word
        """Everything that suffers when this goes away, through however many others."""
        cause = self._node(kind, id)
        services = self._catalog.services
        struck = []
        for (_, name), (rank, path, doubts) in _ways(self._below, cause).items():
            struck.append(Struck(services[name], STRENGTHS[rank], path, len(path) - 1, "; ".join(doubts)))
        struck.sort(key=_worst_first)
        ids = [one.service.id for one in struck]
        return Impact(Step(kind, id, ""), tuple(struck), self._cycles([id, *ids] if kind == "service" else ids))

    def needs(self, service_id: str) -> Needs:
        """Everything that must be there for this service to run, to run well, and to be managed."""
        start = self._node("service", service_id)
        needed = [
            Needed(STRENGTHS[rank], path, len(path) - 1, "; ".join(doubts))
            for rank, path, doubts in _ways(self._above, start).values()
        ]
        needed.sort(key=lambda one: (RANK[one.strength], one.depth, SPECIFIC.index(one.what.kind), one.what.id))
        ways: list[Path] = [(Step(*start, ""),), *(one.path for one in _only(needed, "hard"))]
        unknown = tuple(gap for way in ways if way[-1].kind == "service" for gap in self._gaps(way))
        ids = [service_id, *(one.what.id for one in needed if one.what.kind == "service")]
        return Needs(self._catalog.services[service_id], tuple(needed), unknown, self._cycles(ids))

    def shared(self, service_ids: Sequence[str]) -> tuple[Shared, ...]:
        """What all or most of these services cannot do without, the best explanation of a common failure first.

        The more it explains the better, then the more specific, then the nearer. Services that the catalog does
        not know are left out: an open incident may outlive the entry of its service.
        """
        asked = [name for name in unique(service_ids) if name in self._catalog.services]
        found: dict[Node, list[_Way]] = {}
        for name in asked:
            found.setdefault(("service", name), []).append(_Way(0, (Step("service", name, ""),), ()))
            for node, way in _ways(self._above, ("service", name), RANK["hard"]).items():
                found.setdefault(node, []).append(way)
        least = max(len(asked) // 2 + 1, 2)
        common = [_common(node, its) for node, its in found.items() if len(its) >= least]
        return tuple(sorted(common, key=_best_guess_first))

    def _node(self, kind: Kind, name: str) -> Node:
        """The place by this name, or a complaint that offers the nearest one."""
        if (kind, name) in self._known:
            return kind, name
        if name == UNKNOWN:
            raise UserError(NOBODY_KNOWS.format(kind=kind))
        near = get_close_matches(name, sorted(other for its_kind, other in self._known if its_kind == kind), n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Try the {kind}'s name as the catalog spells it."
        raise UserError(NO_SUCH.format(kind=kind, id=name, hint=hint))

    @cached_property
    def _known(self) -> frozenset[Node]:
        """Every place that can be asked about: listed, or named by the hosting of some service."""
        listed: list[Node] = [("provider", name) for name in self._catalog.providers if name != UNKNOWN]
        listed += [("region", name) for name in self._catalog.regions]
        return frozenset(listed).union(self._above, (link.node for its in self._above.values() for link in its))

    @cached_property
    def _above(self) -> Links:
        """For each service, what it hangs on."""
        return links(self._catalog)

    @cached_property
    def _below(self) -> Links:
        """For each place, the running services that hang on it."""
        below: dict[Node, list[Link]] = {}
        for user, its in self._above.items():
            if self._catalog.services[user[1]].lifecycle not in NOT_RUNNING:
                for link in its:
                    back = Link(link.rank, link.doubt, user, Step(*user, link.step.why))
                    below.setdefault(link.node, []).append(back)
        return {node: sorted(its) for node, its in below.items()}

    @cached_property
    def _rings(self) -> dict[str, list[tuple[str, ...]]]:
        """For each service on a ring of needs, the rings on which it is."""
        needs = {
            name: [link.node[1] for link in its if link.node[0] == "service"] for (_, name), its in self._above.items()
        }
        found: dict[str, list[tuple[str, ...]]] = {}
        for ring in rings(needs):
            for name in ring:
                found.setdefault(name, []).append(ring)
        return found

    def _cycles(self, names: Iterable[str]) -> tuple[tuple[str, ...], ...]:
        """The rings that touch any of these services."""
        return tuple(sorted({ring for name in names for ring in self._rings.get(name, ())}))

    def _gaps(self, way: Path) -> Iterable[Path]:
        """The way to a service, with one more step for each hard need of it that nobody can name."""
        for entry in self._catalog.services[way[-1].id].hosting:
            if entry.provider == UNKNOWN and BY_ROLE[entry.role] == "hard":
                yield (*way, Step("provider", UNKNOWN, entry.role))


class _Way(NamedTuple):
    """A path, how weak its weakest link is, and what speaks against its links."""

    rank: int
    path: Path
    doubts: tuple[str, ...]


def _ways(by: Links, start: Node, weakest: int = len(STRENGTHS)) -> dict[Node, _Way]:
    """The strongest way to each place that links reach, the shortest of these, and the surer of two that are alike.

    The search goes outwards one step at a time, so a weak short cut is found before a strong detour. Both count: a
    place is entered again when a longer way is stronger, and what was found through the short cut stays.
    """
    ways = {start: _Way(0, (Step(*start, ""),), ())}
    edge = list(ways.items())
    while edge:
        best: dict[Node, tuple[int, int, int, Link]] = {}
        for turn, (here, way) in enumerate(edge):
            for link in by.get(here, ()):
                if link.rank > weakest:
                    break
                rank = max(way.rank, link.rank)
                known, offered = ways.get(link.node), best.get(link.node)
                if known is None or rank < known.rank:
                    offer = (rank, len(way.doubts) + (link.doubt != ""), turn, link)
                    best[link.node] = offer if offered is None else min(offer, offered)
        found = [(link.node, _longer(edge[turn][1], rank, link)) for rank, _, turn, link in sorted(best.values())]
        ways.update(found)
        edge = found
    del ways[start]
    return ways


def _longer(way: _Way, rank: int, link: Link) -> _Way:
    """The way with one more step."""
    return _Way(rank, (*way.path, link.step), (*way.doubts, link.doubt) if link.doubt else way.doubts)


def _worst_first(one: Struck) -> tuple[int, int, int, str]:
    """Strength, then nearness, then tier, then id."""
    tier = one.service.tier
    return RANK[one.strength], one.depth, LEAST_TIER if tier == "unknown" else tier, one.service.id


def _common(node: Node, ways: Sequence[_Way]) -> Shared:
    """One common need with the way from it to each service that has it."""
    doubts = unique(doubt for way in ways for doubt in way.doubts)
    paths = tuple(_turned(way.path) for way in ways)
    return Shared(Step(*node, ""), tuple(way.path[0].id for way in ways), paths, "; ".join(doubts))


def _turned(path: Path) -> Path:
    """The same path from its other end: each link now stands on the step to which it leads there."""
    whys = ("", *(step.why for step in reversed(path)))
    return tuple(Step(step.kind, step.id, why) for step, why in zip(reversed(path), whys, strict=False))


def _best_guess_first(one: Shared) -> tuple[int, int, bool, int, str]:
    """Coverage, then how specific it is, then certainty, then nearness, then id."""
    far = sum(map(len, one.paths))
    return -len(one.covered), SPECIFIC.index(one.node.kind), one.uncertain != "", far, one.node.id
