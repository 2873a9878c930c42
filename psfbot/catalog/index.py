"""Queries answered from sets: what each field holds is gathered once, and a query only joins the sets.

A set of services is a whole number with one bit for each service, in the catalog's order.
"""

import operator
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import accumulate, compress, count
from typing import Protocol, TypeAlias, get_args

from psfbot.catalog import query
from psfbot.catalog.model import Architecture, Catalog, Host, Lifecycle, Link, Service, Tier, partial_date
from psfbot.catalog.near import fold
from psfbot.catalog.query import BY_NAME, BY_ROLE, FIELDS, Op, QueryError, Value, shown, suggest
from psfbot.text import and_join

Bits: TypeAlias = int
Read: TypeAlias = Callable[[Service], Iterable[str | None]]
Names: TypeAlias = Mapping[str, tuple[str, ...]]
"""What may stand in a field -> all its spellings."""

UNKNOWN = "unknown"
"""As a value of any field: what the catalog does not know."""
LINKS = frozenset(get_args(Link.model_fields["type"].annotation)) - {"source", "other"}
"""Kinds of link that `has:` knows; `has:source` asks whether a source is cited."""
MAIN_NAMES = frozenset(known.name for known in FIELDS)
REMEMBERED = 1000
FEW = 12
"""So many values are all named to somebody who wrote another one."""
RARE = 64
"""Keys that fewer than one service in so many has are kept as lists: those are smaller than their bits."""

_FLAGS = bytes.maketrans(b"01", b"\0\1")


def find(text: str, index: "Index") -> tuple[Service, ...]:
    """The services that a query asks for, in the catalog's order."""
    return index.run(query.parse(text))


class Index:
    """A catalog ready for queries; each field is gathered when it is first asked for."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._services = tuple(catalog.services.values())
        self._all: Bits = (1 << len(self._services)) - 1
        self._columns: dict[str, Column] = {}
        self._seen: dict[tuple[str, Op, Value], Bits] = {}

    def run(self, node: query.Node) -> tuple[Service, ...]:
        """The services that fit, in the catalog's order; values that the catalog cannot hold raise QueryError."""
        return tuple(compress(self._services, _flags(self._fit(node))))

    def _fit(self, node: query.Node) -> Bits:
        """The set of services that fit; every term is looked at, so that a mistake is never passed over."""
        match node:
            case query.And(parts):
                return reduce(operator.and_, [self._fit(part) for part in parts], self._all)
            case query.Or(parts):
                return reduce(operator.or_, [self._fit(part) for part in parts], 0)
            case query.Not(part):
                return self._all ^ self._fit(part)
            case query.Term(name, op, values):
                return reduce(operator.or_, [self._remember(name, op, value) for value in values], 0)
            case _:
                return self._remember("", ":", Value(node.text, not node.whole))

    def _remember(self, name: str, op: Op, value: Value) -> Bits:
        """The same as `_value`, at once for what was asked for before."""
        found = self._seen.get((name, op, value))
        if found is None:
            found = self._value(name, op, value)
            self._seen = self._seen if len(self._seen) < REMEMBERED else {}
            self._seen[name, op, value] = found
        return found

    def _value(self, name: str, op: Op, value: Value) -> Bits:
        """The services whose field fits one value."""
        if name == "has":
            return self._has(value)
        column = self._column(name)
        if op == ":" and value == Value("", begins=True):
            return column.known
        if not fold(value.text):
            raise QueryError(value.position, f"{shown(value.text)} has no letter or digit", "write what to look for")
        if name and op == ":" and not value.begins and fold(value.text) == UNKNOWN:
            return column.unknown
        return column.fits(op, value)

    def _has(self, value: Value) -> Bits:
        """The services of which the field is known, or that have such a link."""
        key = value.text.casefold() + "*" * value.begins
        names = {name: name for name in (*BY_NAME, *LINKS) if name != "has"}
        if key not in names:
            remedy = suggest(key, names, "name a field or a kind of link, as has:owner or has:runbook")
            raise QueryError(value.position, f"no field {shown(key)}", remedy)
        link = self._column("link").fits(":", Value(key)) if key in LINKS else 0
        return link if key not in MAIN_NAMES and key in LINKS else link | self._column(BY_NAME[key].name).known

    def _column(self, name: str) -> "Column":
        """What all services hold in this field; the empty name stands for free words."""
        if name not in self._columns:
            self._columns[name] = self._gather(name)
        return self._columns[name]

    def _gather(self, name: str) -> "Column":
        """Read the field of all services."""
        if name in TEXTS:
            return Texts([TEXTS[name](service) for service in self._services])
        if name in DATES:
            return Dates([DATES[name](service) for service in self._services])
        noun, names = CLOSED.get(name, (name, None))
        held = [READ[name](service) for service in self._services]
        return Values(held, noun, names(self._catalog) if names else None)


class Column(Protocol):
    """What all services hold in one field: of some of them something is known, of some nothing or not all."""

    known: Bits
    unknown: Bits

    def fits(self, op: Op, value: Value) -> Bits:
        """Those that fit this value."""


class Sets:
    """Key -> the services under it."""

    def __init__(self, size: int, under: Mapping[str, Sequence[int]]) -> None:
        """Keep what many services have as bits, and the long tail as lists."""
        self._size = size
        self._rare = {key: places for key, places in under.items() if len(places) * RARE < size}
        self._bits = {key: packed(under[key], size) for key in under.keys() - self._rare.keys()}
        self._keys = sorted(under)

    def under(self, keys: Iterable[str]) -> Bits:
        """The services under any of the keys."""
        bits, rare = 0, list[int]()
        for key in keys:
            bits |= self._bits.get(key, 0)
            rare += self._rare.get(key, ())
        return bits | packed(rare, self._size)

    def matching(self, op: Op, key: str, *, begins: bool = False) -> list[str]:
        """The key itself if it is there, or all that begin with it, or all before or after it."""
        start = bisect_left(self._keys, key)
        end = bisect_left(self._keys, key + "\U0010ffff", start) if begins else bisect_right(self._keys, key, start)
        least, most = {":": (start, end), "<": (0, start), "<=": (0, end), ">": (end, None), ">=": (start, None)}[op]
        return self._keys[least:most]


class Values:
    """A field of short values that fit as a whole, or by their beginning."""

    def __init__(self, held: Sequence[Iterable[str | None]], noun: str, names: Names | None) -> None:
        """Gather the values; where `names` are given, nothing else can be asked for."""
        self._noun, self._names = noun, names
        spellings = {one: {_key(name) for name in many} for one, many in (names or {}).items()}
        under: dict[str, list[int]] = {key: [] for keys in spellings.values() for key in keys}
        known, unknown = [], []
        for place, values in enumerate(held):
            keys = [spellings.get(value) or {_key(value)} if value else {UNKNOWN} for value in set(values)]
            some = set().union(*keys) - {UNKNOWN}
            for key in some:
                under.setdefault(key, []).append(place)
            known += [place] if some else []
            unknown += [place] if {UNKNOWN} in keys or not some else []
        self._sets = Sets(len(held), under)
        self.known, self.unknown = packed(known, len(held)), packed(unknown, len(held))

    def fits(self, op: Op, value: Value) -> Bits:
        """Those that fit; a value that no service can ever have is a mistake."""
        key = _key(value.text)
        keys = self._sets.matching(":", key, begins=value.begins)
        if self._names is not None and (not keys or (op != ":" and value.begins)):
            raise self._no_such(op, value, self._names)
        return self._sets.under(keys if op == ":" else self._sets.matching(op, key))

    def _no_such(self, op: Op, value: Value, names: Names) -> QueryError:
        """What is wrong with the value, and what was probably meant."""
        first = [many[0] for many in names.values()] + [UNKNOWN] * (op == ":")
        known = {fold(name): name for many in (*names.values(), first) for name in many}
        few = f"write {and_join(first, 'or')}" if len(first) <= FEW else "try less of it and a star, or a free word"
        wrong = f"no {self._noun} {'begins with ' * value.begins}{shown(value.text)}"
        return QueryError(value.position, wrong, suggest(fold(value.text), known, few))


class Dates:
    """A field of one date; of a date without its day or month only what is certain fits."""

    def __init__(self, held: Sequence[str | None]) -> None:
        """Sort the services by the first and by the last day that their date may mean."""
        spans = [_span(when) if when else None for when in held]
        self.known = packed((place for place, span in enumerate(spans) if span), len(held))
        self.unknown = self.known ^ ((1 << len(held)) - 1)
        self._first, self._up_to_first = _running([span and span[0] for span in spans])
        self._last, self._up_to_last = _running([span and span[1] for span in spans])

    def fits(self, op: Op, value: Value) -> Bits:
        """Those whose date compares so with a day, or with a whole month or year."""
        if value.begins or not _is_date(value.text):
            wrong = shown(value.text + "*" * value.begins)
            raise QueryError(value.position, f"no date {wrong}", "write 2026, 2026-01 or 2026-01-31")
        first, last = _span(value.text)
        since = self.known ^ self._up_to_first[bisect_left(self._first, first)]
        until = self._up_to_last[bisect_right(self._last, last)]
        before = self._up_to_last[bisect_left(self._last, first)]
        after = self.known ^ self._up_to_first[bisect_right(self._first, last)]
        return {":": since & until, "<": before, "<=": until, ">": after, ">=": since}[op]


class Texts:
    """A field of running text, of which words fit."""

    def __init__(self, held: Sequence[Iterable[str]]) -> None:
        """Gather the words of all texts."""
        self._lines = ["".join(f" {fold(text)} \n" for text in texts) for texts in held]
        under: dict[str, list[int]] = {}
        for place, line in enumerate(self._lines):
            for word in set(line.split()):
                under.setdefault(word, []).append(place)
        self._sets = Sets(len(held), under)
        self.known = packed((place for place, line in enumerate(self._lines) if line), len(held))
        self.unknown = self.known ^ ((1 << len(held)) - 1)

    def fits(self, op: Op, value: Value) -> Bits:  # noqa: ARG002 - words have no order
        """Those that hold the words side by side; of the last word the beginning may be enough."""
        *others, last = fold(value.text).split()
        bits = self._sets.under(self._sets.matching(":", last, begins=value.begins))
        for word in others:
            bits &= self._sets.under([word])
        phrase = f" {fold(value.text)}" + " " * (not value.begins)
        likely = compress(count(), _flags(bits)) if others else ()
        together = packed((place for place in likely if phrase in self._lines[place]), len(self._lines))
        return together if others else bits


def packed(places: Iterable[int], size: int) -> Bits:
    """A set from the places of its services."""
    flags = bytearray(size // 8 + 1)
    for place in places:
        flags[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(flags, "little")


def _flags(bits: Bits) -> bytes:
    """One 0 or 1 for each place, far faster than asking for one bit after another."""
    return f"{bits:b}"[::-1].encode().translate(_FLAGS)


def _key(text: str) -> str:
    """How values are compared: without case and punctuation, but a wildcard domain is not its parent."""
    return "* " + fold(text) if text.startswith("*.") else fold(text)


def _is_date(text: str) -> bool:
    """Is this a year, a month or a day?"""
    try:
        return text.isascii() and bool(partial_date(text))
    except ValueError:
        return False


def _span(when: str) -> tuple[str, str]:
    """The first and the last day that a date may mean; a month is as good as 31 days long."""
    return when + "-01-01"[len(when) - 4 :], when + "-12-31"[len(when) - 4 :]


def _running(days: Sequence[str | None]) -> tuple[list[str], list[Bits]]:
    """All days in order, and the services up to each of them."""
    under: dict[str, list[int]] = {}
    for place, day in enumerate(days):
        if day:
            under.setdefault(day, []).append(place)
    ordered = sorted(under)
    sets = (packed(under[day], len(days)) for day in ordered)
    return ordered, list(accumulate(sets, operator.or_, initial=0))


def _owners(*roles: str) -> Read:
    """Read the owners with one of these roles."""
    return lambda service: (owner.ref for owner in service.owners if owner.role in roles)


def _in(*roles: str) -> Read:
    """Read the providers with one of these roles."""
    return lambda service: (entry.provider for entry in service.hosting if entry.role in roles)


def _hosts(service: Service) -> list[Host]:
    """All machines of a service."""
    return [host for entry in service.hosting for host in entry.hosts]


def _logins(service: Service) -> list[str]:
    """Who may log in to some host."""
    return [ref for host in _hosts(service) for ref in host.access]


def _repos(service: Service) -> Iterator[str]:
    """All repositories by address, by path and by bare name: `python/peps` and `peps` are enough."""
    urls = [repo.url for repo in service.repos] + [service.config.repo or "" if service.config else ""]
    for url in filter(None, urls):
        yield url
        path = url.rpartition("://")[2].rstrip("/").removesuffix(".git")
        _, *steps = path.split("/")
        names = (path, "/".join(steps), "/".join(steps[:2]), *steps[1:2], *steps[-1:])
        yield from filter(None, names)


READ: dict[str, Read] = {
    "id": lambda service: (service.id,),
    "domain": lambda service: service.domains,
    "alias": lambda service: service.aliases,
    "owner": _owners("primary", "backup", "escalation"),
    "primary": _owners("primary"),
    "backup": _owners("backup"),
    "escalation": _owners("escalation"),
    "team": lambda service: (o.ref for o in service.owners if o.ref.startswith("team:")),
    "person": lambda s: (r for r in (*_logins(s), *(o.ref for o in s.owners)) if r.startswith("person:")),
    "provider": _in(*BY_ROLE),
    "region": lambda service: (h.region for h in service.hosting if h.region or h.role == "origin"),
    "arch": lambda service: (entry.architecture for entry in service.hosting if entry.architecture),
    "os": lambda service: (host.os for host in _hosts(service)),
    "host": lambda service: (name for host in _hosts(service) for name in (host.name, host.name.partition(".")[0])),
    "access": _logins,
    "type": lambda service: (service.type,),
    "lifecycle": lambda service: (service.lifecycle,),
    "tier": lambda service: (str(service.tier),),
    "system": lambda service: (service.system,),
    "tag": lambda service: service.tags,
    "repo": _repos,
    "tool": lambda service: (service.config.tool,) if service.config else (),
    "depends": lambda service: (needed.service for needed in service.depends_on),
    "link": lambda service: (link.type for link in service.links),
    "alert": lambda service: (name for plugin, checks in service.alerts.items() for name in (plugin, *checks)),
    "oncall": lambda service: (service.oncall,),
    "room": lambda service: service.rooms,
    "source": lambda service: (cite for entry in service.provenance.values() for cite in entry.cites),
    **{known.name: _in(role) for role, known in BY_ROLE.items()},
}
"""Field -> its values in a service; nothing and `unknown` mean that a value is there but nobody knows which."""
TEXTS: dict[str, Callable[[Service], Iterable[str]]] = {
    "": lambda s: (s.id, s.name, s.description, *s.aliases, *s.domains, *s.tags),
    "name": lambda service: (service.name,),
    "history": lambda service: (event.fact for event in service.history),
}
"""Field -> its texts, of which words are compared; the empty name stands for free words."""
DATES: dict[str, Callable[[Service], str | None]] = {
    "verified": lambda s: max((str(e.verified) for e in s.provenance.values() if e.verified), default=None),
    "as_of": lambda s: max((e.as_of for e in s.provenance.values() if e.as_of), default=None),
}


def _people(catalog: Catalog) -> Names:
    """People by id, name, alias and GitHub login."""
    people = catalog.people.values()
    return {f"person:{p.id}": (p.id, p.name, *p.aliases, p.github or p.id, f"person:{p.id}") for p in people}


def _teams(catalog: Catalog) -> Names:
    """Teams by id, name and alias."""
    return {f"team:{one.id}": (one.id, one.name, *one.aliases, f"team:{one.id}") for one in catalog.teams.values()}


def _only(annotation: object) -> Callable[[Catalog], Names]:
    """The values of a Literal."""
    known: Names = {str(one): (str(one), *ALSO.get(one, ())) for one in get_args(annotation) if one != UNKNOWN}
    return lambda _: known


ALSO: Names = {"amd64": ("x86_64", "x86", "x64"), "arm64": ("aarch64", "arm"), "archive": ("archived",)}
"""Other spellings of fixed values."""
CLOSED: dict[str, tuple[str, Callable[[Catalog], Names]]] = {
    **dict.fromkeys(
        ("owner", "primary", "backup", "escalation", "access"),
        ("person or team", lambda catalog: {**_people(catalog), **_teams(catalog)}),
    ),
    "person": ("person", _people),
    "team": ("team", _teams),
    **dict.fromkeys(
        ("provider", *(known.name for known in BY_ROLE.values())),
        ("provider", lambda c: {p.id: (p.id, p.name, *p.aliases) for p in c.providers.values() if p.id != UNKNOWN}),
    ),
    "region": ("region", lambda c: {r.id: (r.id, r.code, *r.aliases, r.location or r.id) for r in c.regions.values()}),
    "depends": ("service", lambda c: {s.id: (s.id, s.name, *s.domains, *s.aliases) for s in c.services.values()}),
    "source": ("source", lambda catalog: {one: (one,) for one in catalog.sources}),
    "oncall": ("rota", lambda catalog: {one: (one,) for one in catalog.oncall}),
    "room": ("room", lambda catalog: {one: (one,) for one in catalog.rooms}),
    "type": ("type", _only(Service.model_fields["type"].annotation)),
    "lifecycle": ("lifecycle", _only(Lifecycle)),
    "arch": ("architecture", _only(Architecture)),
    "tier": ("tier", _only(Tier)),
    "link": ("kind of link", _only(Link.model_fields["type"].annotation)),
}
"""Field -> what its values are called, and all that there are: any other is a mistake."""
