"""The facts of a drawing as tables and lists: for whoever cannot see it, and for what a drawing leaves out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from psfbot.catalog.graph import BY_ROLE, RANK, UNKNOWN, Step
from psfbot.catalog.impact import Needed, Struck
from psfbot.catalog.model import Catalog, Hosting, Provider, Role, Service
from psfbot.web.graph.bundled import page
from psfbot.web.graph.whole import GONE

MOST = 400
"""Rows of one table."""
NAMES = 60
"""Names in one line of a box."""
SECTIONS = {"service": "services", "provider": "providers", "region": "regions", "host": "services"}
Users = Mapping[str, Sequence[tuple[str, str]]]
STRENGTHS = {
    "hard": "down without it",
    "soft": "slower or in part without it",
    "operate": "to be managed",
    "build": "to be released",
}


@dataclass(frozen=True, slots=True)
class Name:
    """A name that leads to its page, perhaps with a remark."""

    text: str
    href: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One service with what it needs, and the first of those who need it."""

    service: Name
    needs: tuple[Name, ...]
    users: tuple[Name, ...]
    many: int


@dataclass(frozen=True, slots=True)
class Hang:
    """One thing that hangs on another: how firmly, through what, and what speaks against it."""

    what: Name
    how: str
    through: tuple[str, ...]
    doubt: str


@dataclass(frozen=True, slots=True)
class Side:
    """What hangs on a service, or what it hangs on: the first rows, and how many there are."""

    head: str
    rows: Sequence[Hang]
    many: int


@dataclass(frozen=True, slots=True)
class Place:
    """A provider with what it does for whom: a role, where, and the services."""

    name: Name
    many: int
    lines: tuple[tuple[str, tuple[Name, ...], int], ...]


def users(catalog: Catalog) -> Users:
    """For each service that is needed, who needs it, and how."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in catalog.services.values():
        for need in one.depends_on:
            found.setdefault(need.service, []).append((one.id, need.strength))
    return found


def line(service: Service, by: Users) -> Line:
    """One service with what it needs and who needs it, as far as a line holds them."""
    needs = tuple(Name(one.service, page(one.service), remark(one.strength)) for one in service.depends_on)
    its = by.get(service.id, ())
    shown = tuple(Name(user, page(user), remark(strength)) for user, strength in its[:NAMES])
    return Line(Name(service.id, page(service.id)), needs, shown, len(its))


def remark(strength: str) -> str:
    """How firmly, where it is not the usual way."""
    return "" if strength == "hard" else strength


def side(catalog: Catalog, head: str, found: Sequence[Needed] | Sequence[Struck]) -> Side:
    """All on one side of a service, through however many others, the firmest and the nearest first."""
    rows = [hang(catalog, one.path, one.strength, one.uncertain) for one in found[:MOST]]
    return Side(head, rows, len(found))


def hang(catalog: Catalog, path: tuple[Step, ...], strength: str, doubt: str) -> Hang:
    """The last step of a path, as one row."""
    last = path[-1]
    return Hang(named(catalog, last), STRENGTHS[strength], tuple(step.id for step in path[1:-1]), doubt)


def named(catalog: Catalog, step: Step) -> Name:
    """What a step is called, with what it is where that is no service."""
    known = catalog.providers.get(step.id) if step.kind == "provider" else None
    kind = "" if step.kind == "service" else step.kind
    why = step.why if step.kind in {"provider", "region"} else ""
    return Name(known.name if known else step.id, page(step.id, SECTIONS[step.kind]), f"{kind}: {why}" if why else kind)


def places(catalog: Catalog) -> list[Place]:
    """What runs on what: each provider with its roles, those first that most hangs on."""
    found: dict[str, list[tuple[Hosting, Service]]] = {}
    for service in catalog.services.values():
        for entry in service.hosting:
            if entry.provider != UNKNOWN:
                found.setdefault(entry.provider, []).append((entry, service))
    made = [placed(catalog.providers.get(key), key, its) for key, its in found.items()]
    return sorted(made, key=lambda one: (-one.many, one.name.text.casefold()))


def nowhere(catalog: Catalog) -> list[str]:
    """The running services of which nobody knows where they run, by id."""
    running = (one for one in catalog.services.values() if one.lifecycle not in GONE)
    return sorted(one.id for one in running if all(entry.provider == UNKNOWN for entry in one.hosted("origin")))


def placed(provider: Provider | None, key: str, its: Iterable[tuple[Hosting, Service]]) -> Place:
    """One provider."""

    def by(pair: tuple[Hosting, Service]) -> tuple[int, Role, str]:
        entry = pair[0]
        return RANK[BY_ROLE[entry.role]] if entry.role != "origin" else -1, entry.role, entry.region or ""

    rows = []
    every = sorted(its, key=lambda pair: (by(pair), pair[1].id))
    for (_, role, region), group in groupby(every, key=by):
        ids = list(dict.fromkeys(service.id for _, service in group))
        rows.append((f"{role} {region}".strip(), tuple(Name(id_, page(id_)) for id_ in ids[:NAMES]), len(ids) - NAMES))
    many = len({service.id for _, service in every})
    return Place(Name(provider.name if provider else key, page(key, "providers")), many, tuple(rows))
