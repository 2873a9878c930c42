"""Which record of the catalog do somebody's words mean?

The first step that finds anything decides, from exact to vague: exact name, address, declared wildcard, labels
of an unlisted host, contact, beginning of a name, words of a name. Misspelt names are offered and never taken.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from psfbot.catalog import address
from psfbot.catalog.model import Catalog, Service
from psfbot.catalog.near import fold, plain, slipped
from psfbot.catalog.spelling import ANY_KIND, Entry, Kind, Named, Spellings, reach
from psfbot.text import one_line

__all__ = ["ANY_KIND", "Found", "Hit", "How", "Kind", "Named", "Names"]

LONGEST = 255
"""No name and no host is longer; what is longer is not looked up."""
SHORTEST = 3
"""Fewer letters are no beginning of a name."""
OFFERED = 3
"""So many misspelt names are offered."""
FILLER = frozenset(
    {"the", "a", "an", "team", "service", "server", "site", "website", "host"}
    | {"people", "person", "folks", "provider", "region", "datacenter"}
)
"""Words that may stand around a name and are left out when nothing is found with them."""

_WRAPPING = "()[]{}<>,;:!?\"'`."


class How(StrEnum):
    """What makes a record fit the words, from certain to doubtful."""

    EXACT = "exact"
    HOST = "host"
    WILDCARD = "wildcard"
    LABELS = "labels"
    CONTACT = "contact"
    PREFIX = "prefix"
    WORDS = "words"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that the words may mean, and the spelling in the catalog that says so."""

    kind: Kind
    record: Named
    how: How
    name: str

    @property
    def id(self) -> str:
        """The record's id; a host has its name."""
        return Entry(self.kind, self.record, self.name).id


@dataclass(frozen=True, slots=True)
class Found:
    """What somebody's words mean: one hit is the answer, several must be chosen from.

    `near` is filled only when nothing hit, with what was probably meant, best first.
    """

    said: str
    hits: tuple[Hit, ...]
    near: tuple[Hit, ...]


class Asked(NamedTuple):
    """The words as they are looked up, the address they may be, and the kinds that would be an answer."""

    text: str
    address: address.Address | None
    kinds: Sequence[Kind]

    @property
    def host(self) -> str:
        """The host of an address; of other words, all of them."""
        return self.address.host if self.address else self.text

    @property
    def literal(self) -> bool:
        """Do dots and signs count, because this is a host, a mail address or a channel and no plain speech?"""
        word = self.text.strip(_WRAPPING).removeprefix("@")
        return " " not in word and any(sign in word for sign in ".#@")


class Names:
    """Every name in the catalog, ready to be found; built once and never changed.

    Only what an exact name needs is built at once. The rest waits for the first question that needs it.
    """

    def __init__(self, catalog: Catalog) -> None:
        """Index every spelling in the catalog."""
        self._spellings = Spellings(catalog)

    def services_on(self, host: str) -> tuple[Service, ...]:
        """The services that run on a host of this name, in the catalog's order."""
        return tuple(self._spellings.on_host.get(address.listed(host), ()))

    def find(self, said: str, kinds: Sequence[Kind] = ANY_KIND) -> Found:
        """The records that these words may mean: those that fit best, or else what is spelt almost so.

        Filler words (`the`, `team`, `server`) are left out only when nothing fits with them.
        """
        if hits := self._by_name(Asked(said, None, kinds)):
            return Found(said, hits, ())
        near: tuple[Hit, ...] = ()
        for asked in _tries(said, kinds):
            for step in self._steps():
                if hits := step(asked):
                    return Found(said, hits, ())
            near = self._by_slips(asked) or near
        return Found(said, (), near[:OFFERED])

    def nearest(self, said: str, kinds: Sequence[Kind] = ANY_KIND, limit: int = OFFERED) -> tuple[Hit, ...]:
        """The records whose names look most like these words, however little that is."""
        hits: dict[tuple[Kind, str], Hit] = {}
        for asked in _tries(said[:LONGEST], kinds):
            for hit in (*self._by_slips(asked), *self._by_likeness(asked, limit)):
                hits.setdefault((hit.kind, hit.id), hit)
        return tuple(hits.values())[:limit]

    def complete(self, prefix: str, kinds: Sequence[Kind] = ANY_KIND, limit: int = 50) -> list[str]:
        """The names that begin so, in alphabetical order, each in one of the ways that the catalog spells it."""
        start = plain(one_line(prefix[:LONGEST]))
        names: dict[str, str] = {}
        for key in self._spellings.beginning(fold(start)):
            for entry in self._spellings.folded[key]:
                if entry.kind in kinds and plain(entry.name).startswith(start):
                    names.setdefault(entry.name.casefold(), entry.name)
        return [name for _, name in sorted(names.items())][:limit]

    def _steps(self) -> tuple[Callable[[Asked], tuple[Hit, ...]], ...]:
        """The ways to find a record, from certain to doubtful."""
        return (
            self._by_name,
            self._by_folded_name,
            self._by_address,
            self._by_wildcard,
            self._by_labels,
            self._by_contact,
            self._by_beginning,
            self._by_words,
        )

    def _by_name(self, asked: Asked) -> tuple[Hit, ...]:
        """A name, whatever its case; of one kind, whoever is spelt just so goes before others."""
        entries = self._spellings.exact.get(asked.text.casefold(), ())
        return _hits(_as_written(entries, asked.text), How.EXACT, asked.kinds)

    def _by_folded_name(self, asked: Asked) -> tuple[Hit, ...]:
        """A name or a title, whatever its accents and the signs between its words: `Test PyPI`, `test-pypi`."""
        if asked.literal:
            return ()
        return _hits(self._spellings.folded.get(fold(asked.text), ()), How.EXACT, asked.kinds)

    def _by_address(self, asked: Asked) -> tuple[Hit, ...]:
        """The host of a URL with the longest path that is listed."""
        keys = asked.address.lookups() if asked.address else ()
        return self._listed(keys, How.HOST, asked.kinds)

    def _by_wildcard(self, asked: Asked) -> tuple[Hit, ...]:
        """The longest wildcard that was declared for the host."""
        above = asked.address.wildcards() if asked.address else ()
        return self._listed((key for pattern in above for key in pattern.lookups()), How.WILDCARD, asked.kinds)

    def _listed(self, keys: Iterable[str], how: How, kinds: Sequence[Kind]) -> tuple[Hit, ...]:
        """What stands under the first of the keys that is listed."""
        found = (_hits(self._spellings.addresses.get(key, ()), how, kinds) for key in keys)
        return next((hits for hits in found if hits), ())

    def _by_labels(self, asked: Asked) -> tuple[Hit, ...]:
        """A service whose address is not written in the catalog, by all that stands before the public suffix.

        A slip in somebody else's address is no address, unless the domain is called what the service is called.
        """
        labels = address.labels(asked.address.host) if asked.address else ()
        if not labels or "service" not in asked.kinds:
            return ()
        entries = self._unlisted(" ".join(labels))
        if entries and self._mistyped(asked.host):
            owners = [entry.record for entry in self._unlisted(labels[-1])]
            entries = [entry for entry in entries if entry.record in owners]
        return _hits(entries, How.LABELS, asked.kinds)

    def _unlisted(self, name: str) -> list[Entry]:
        """Services so called whose id is no address of theirs; a name with a dot is one, and has no labels."""
        return [
            entry
            for entry in self._spellings.folded.get(fold(name), ())
            if isinstance(entry.record, Service) and entry.id not in entry.record.domains and "." not in entry.name
        ]

    def _mistyped(self, host: str) -> bool:
        """Is this host a slip away from a domain that is listed?"""
        likely = (entry for _, key in self._spellings.near.slips(fold(host)) for entry in self._spellings.folded[key])
        domains = {address.listed(entry.name) for entry in likely} & self._spellings.addresses.keys()
        return any(slipped(host, domain) for domain in domains)

    def _by_contact(self, asked: Asked) -> tuple[Hit, ...]:
        """Whoever is reached so: a team goes before the services that name its address."""
        entries = self._spellings.contacts.get(reach(asked.text), ())
        found = (_hits(entries, How.CONTACT, [kind]) for kind in ("team", "service", "room") if kind in asked.kinds)
        return next((hits for hits in found if hits), ())

    def _by_beginning(self, asked: Asked) -> tuple[Hit, ...]:
        """Names that begin so, best at the end of a word; a full address is not the beginning of another."""
        key, start = fold(asked.host), plain(asked.host)
        full = asked.address and (asked.address.path or address.labels(asked.address.host))
        if len(key) < SHORTEST or full:
            return ()
        literal = asked.literal or asked.address is not None
        found = []
        for longer in self._spellings.beginning(key):
            for entry in self._spellings.folded[longer]:
                name, begun = (plain(entry.name), start) if literal else (longer, key)
                if entry.kind in asked.kinds and name.startswith(begun) and not (literal and "/" in name):
                    broken = name[len(begun) : len(begun) + 1].isalnum()
                    found.append((_Fit(broken, longer.count(" ") - key.count(" ")), entry))
        hits = _settle(found, How.PREFIX)
        first_names = all(hit.kind == "person" for hit in hits) and not all(fit.loose for fit, _ in found)
        return tuple(replace(hit, how=How.WORDS) for hit in hits) if first_names else hits

    def _by_words(self, asked: Asked) -> tuple[Hit, ...]:
        """Names that hold all the words, in any order; a host among the words must be there in full."""
        words, whole = _words(asked.text)
        if len("".join(words)) < SHORTEST - 1:
            return ()
        keys = [self._spellings.by_word.get(word, frozenset()) for word in words]
        found = [
            (_Fit(extra > 0, extra), entry)
            for key in frozenset.intersection(*sorted(keys, key=len))
            for extra in (len(set(key.split())) - len(words),)
            for entry in self._spellings.folded[key]
            if entry.kind in asked.kinds and (not whole or whole <= _words(entry.name)[1])
        ]
        return _settle(found, How.WORDS)

    def _by_slips(self, asked: Asked) -> tuple[Hit, ...]:
        """Names that are a slip or two away, the closest first."""
        found = [
            (slips, entry)
            for slips, key in self._spellings.near.slips(fold(asked.host))
            for entry in self._spellings.folded[key]
            if entry.kind in asked.kinds
        ]
        return _ordered(found, How.NEAR)

    def _by_likeness(self, asked: Asked, limit: int) -> tuple[Hit, ...]:
        """As many records as asked for, the most alike first."""
        hits: dict[tuple[Kind, str], Hit] = {}
        for key in self._spellings.near.closest(fold(asked.host)):
            for entry in self._spellings.folded[key]:
                if entry.kind in asked.kinds:
                    hits.setdefault((entry.kind, entry.id), Hit(entry.kind, entry.record, How.NEAR, entry.name))
            if len(hits) >= limit:
                break
        return tuple(hits.values())


class _Fit(NamedTuple):
    """How well a name fits: loosely or not, and how many words it has besides."""

    loose: bool
    extra: int


def _tries(said: str, kinds: Sequence[Kind]) -> Iterator[Asked]:
    """The words as they are, then without filler; nothing when there is nothing to look up."""
    text = one_line(said) if len(said) <= LONGEST else ""
    rest = " ".join(word for word in text.split() if fold(word) not in FILLER)
    for words in dict.fromkeys((text, rest)):
        if words:
            yield Asked(words, address.read(words), kinds)


def _as_written(entries: Sequence[Entry], text: str) -> list[Entry]:
    """Of several of one kind, the one whose id is spelt just so, else those with any name spelt just so."""
    ranks = [0 if entry.id == text else 1 if entry.name == text else 2 for entry in entries]
    best: dict[Kind, int] = {}
    for entry, rank in zip(entries, ranks, strict=True):
        best[entry.kind] = min(rank, best.get(entry.kind, rank))
    return [entry for entry, rank in zip(entries, ranks, strict=True) if rank == best[entry.kind]]


def _words(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """All words of a text, and those of its parts that mean nothing when cut: hosts, mail addresses, channels."""
    parts = (part.strip(_WRAPPING) for part in plain(text).split())
    whole = frozenset(part for part in parts if "." in part or "@" in part[1:] or part.startswith("#"))
    return frozenset(fold(text).split()), whole


def _hits(entries: Iterable[Entry], how: How, kinds: Sequence[Kind]) -> tuple[Hit, ...]:
    """One hit a record, for those of the right kind."""
    return _ordered([(0, entry) for entry in entries if entry.kind in kinds], how)


def _settle(found: Sequence[tuple[_Fit, Entry]], how: How) -> tuple[Hit, ...]:
    """The only one that does not fit loosely, or else all; a machine only where nothing else fits."""
    better = [(fit, entry) for fit, entry in found if entry.kind != "host"] or found
    close = _ordered([(fit, entry) for fit, entry in better if not fit.loose], how)
    return close if len(close) == 1 else _ordered(better, how)


def _ordered(found: Sequence[tuple[int | _Fit, Entry]], how: How) -> tuple[Hit, ...]:
    """One hit a record, the best fit first, and then by rank."""
    best: dict[tuple[Kind, str], Hit] = {}
    for _, entry in sorted(found, key=lambda pair: (pair[0], pair[1].rank)):
        best.setdefault((entry.kind, entry.id), Hit(entry.kind, entry.record, how, entry.name))
    return tuple(best.values())
