"""What a service cannot do without, and how many others hang on the same, worked out once for each catalog."""

from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakKeyDictionary

from psfbot.catalog.book import Book
from psfbot.catalog.graph import Node
from psfbot.catalog.impact import NOT_RUNNING, Needed, Web


class Tie(NamedTuple):
    """How many steps away a need is, whether the catalog is sure of the way, and through which services it leads."""

    steps: int
    sure: bool
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kin:
    """What was worked out so far."""

    needs: dict[str, dict[Node, Tie]] = field(default_factory=dict)
    struck: dict[Node, frozenset[str]] = field(default_factory=dict)
    running: list[int] = field(default_factory=list)


KNOWN: "WeakKeyDictionary[Web, Kin]" = WeakKeyDictionary()
"""What was worked out for the catalogs in use: a reload makes a new web. It must not hold the web itself."""


def kin(book: Book) -> Kin:
    """Everything worked out for this catalog so far."""
    return KNOWN.setdefault(book.web, Kin())


def needs(service: str, book: Book) -> dict[Node, Tie]:
    """What must be there for a service to run, itself among it; nothing for one that the catalog does not list."""
    known = kin(book).needs
    if service not in known:
        found: dict[Node, Tie] = {}
        if service in book.catalog.services:
            found[("service", service)] = Tie(0, sure=True)
            for need in book.web.needs(service).hard:
                found[need.what.kind, need.what.id] = tie(need)
        known[service] = found
    return known[service]


def tie(need: Needed) -> Tie:
    """The way to a need."""
    via = tuple(step.id for step in need.path[1:-1] if step.kind == "service")
    return Tie(need.depth, need.uncertain == "", via)


def struck(node: Node, book: Book) -> frozenset[str]:
    """The running services that are down when this is, without itself."""
    known = kin(book).struck
    if node not in known:
        known[node] = frozenset(one.service.id for one in book.web.breaks(*node).hard)
    return known[node]


def running(book: Book) -> int:
    """How many services run."""
    known = kin(book).running
    if not known:
        known.append(sum(one.lifecycle not in NOT_RUNNING for one in book.catalog.services.values()))
    return known[0]
