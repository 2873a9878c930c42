"""Which record of the catalog do somebody's words mean?

The first step that finds anything decides, from exact to vague: exact name, region of a provider, address, declared
wildcard, labels of an unlisted host, contact, repository, beginning of a name, words of a name. The last two are
guesses: they give way to a name that is one slip away. Misspelt names are offered and never taken.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from psfbot.catalog import address
from psfbot.catalog.filler import COMMON, FILLER, MEANS
from psfbot.catalog.model import Catalog, Region, Service
from psfbot.catalog.near import cuts, fold, one_slip, plain, slipped
from psfbot.catalog.spelling import ANY_KIND, Entry, Kind, Named, Spellings, reach, repository
from psfbot.catalog.unlisted import Unlisted
from psfbot.text import one_line

__all__ = ["ANY_KIND", "Found", "Hit", "How", "Kind", "Named", "Names"]

LONGEST = 255
"""No name and no host is longer; of an address that is longer, only the start is looked up."""
READ = 2000
"""Characters of an address that are read at all."""
SHORTEST = 3
"""Fewer letters are no beginning of a name …"""
BROKEN = 4
"""… and fewer are none of a name that goes on in the middle of a word, of which they must be half."""
TURNED: frozenset[Kind] = frozenset({"person", "platform"})
OFFERED = 3
"""So many misspelt names are offered."""
_WRAPPING = "()[]{}<>,;:!?\"'`."


class How(StrEnum):
    """What makes a record fit the words, from certain to doubtful."""

    EXACT = "exact"
    HOST = "host"
    WILDCARD = "wildcard"
    LABELS = "labels"
    CONTACT = "contact"
    REPO = "repo"
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

    def parts_as(self, entry: Entry) -> bool:
        """Is this name parted where the words are? People are turned round, and platforms have notes."""
        apart = cuts(self.text)
        return not apart or entry.kind in TURNED or apart <= cuts(entry.name)


class Names:
    """Every name in the catalog, ready to be found; built once and never changed.

    Only what an exact name needs is built at once. The rest waits for the first question that needs it.
    """

    def __init__(self, catalog: Catalog) -> None:
        """Index every spelling in the catalog."""
        self._spellings = Spellings(catalog)
        self._hidden = Unlisted(catalog)

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
            guessed = self._by_beginning(asked) or self._by_words(asked)
            slipped = self._one_slip(asked)
            others = {(hit.kind, hit.id) for hit in slipped} - {(hit.kind, hit.id) for hit in guessed}
            if not all(_vague(asked, hit) for hit in guessed) and (len(guessed) > 1 or not others):
                return Found(said, guessed, ())
            alike = (*slipped, *self._by_slips(asked)) or self._by_name_of_host(asked)
            near = _offered((*alike, *guessed), kinds) or near
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
        """The ways to find a record that leave no doubt, the most certain first."""
        return (
            self._by_name,
            self._by_folded_name,
            self._by_provider_and_region,
            self._by_address,
            self._by_wildcard,
            self._by_labels,
            self._by_contact,
            self._by_repository,
        )

    def _by_name(self, asked: Asked) -> tuple[Hit, ...]:
        """A name, whatever its case; of one kind, whoever is spelt just so goes before others."""
        entries = self._spellings.exact.get(asked.text.casefold(), ())
        return _hits(entries if len(entries) == 1 else _as_written(entries, asked.text), How.EXACT, asked.kinds)

    def _by_folded_name(self, asked: Asked) -> tuple[Hit, ...]:
        """A name or a title, whatever its accents and the signs between its words: `Test PyPI`, `test-pypi`."""
        if asked.literal:
            return ()
        entries = self._spellings.folded.get(fold(asked.text), ())
        return _hits([entry for entry in entries if asked.parts_as(entry)], How.EXACT, asked.kinds)

    def _by_provider_and_region(self, asked: Asked) -> tuple[Hit, ...]:
        """A region by its provider and any of its own names: `DigitalOcean nyc1`."""
        words, exact = asked.text.split(), self._spellings.exact
        found: list[Entry] = []
        for at in range(1, len(words)) if "region" in asked.kinds else ():
            whose, name = " ".join(words[:at]).casefold(), " ".join(words[at:])
            providers = {entry.id for entry in exact.get(whose, ()) if entry.kind == "provider"}
            regions = [entry for entry in exact.get(name.casefold(), ()) if isinstance(entry.record, Region)]
            found += _as_written(
                [entry for entry in regions if getattr(entry.record, "provider", "") in providers], name
            )
        return _hits(found, How.EXACT, asked.kinds)

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
        entries = self._hidden.called(asked.host, labels)
        if entries and self._mistyped(asked.host):
            entries = [entry for entry in entries if entry.id == labels[-1]]
        return _hits(entries, How.LABELS, asked.kinds)

    def _by_name_of_host(self, asked: Asked) -> tuple[Hit, ...]:
        """What is called as a host that nobody listed: worth an offer and no more."""
        labels = address.labels(asked.address.host) if asked.address else ()
        return _hits(self._spellings.folded.get(fold(" ".join(labels)), ()), How.NEAR, asked.kinds)

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

    def _by_repository(self, asked: Asked) -> tuple[Hit, ...]:
        """The services whose source is in this repository, or in the one that the page belongs to."""
        keys = asked.address.lookups() if asked.address and "service" in asked.kinds else ()
        found = (_hits(self._spellings.repos.get(repository(key), ()), How.REPO, asked.kinds) for key in keys)
        return next((hits for hits in found if hits), ())

    def _by_beginning(self, asked: Asked) -> tuple[Hit, ...]:
        """Names that begin so, best at the end of a word; a full address is not the beginning of another."""
        key, start = fold(asked.host), plain(asked.host)
        full = asked.address and (asked.address.path or address.labels(asked.address.host))
        if len(key) < SHORTEST or full or key in COMMON:
            return ()
        literal = asked.literal or asked.address is not None
        found = []
        for longer in self._spellings.beginning(key):
            for entry in self._spellings.folded[longer]:
                name, begun = (plain(entry.name), start) if literal else (longer, key)
                fits = entry.kind in asked.kinds and (literal or asked.parts_as(entry))
                if fits and name.startswith(begun) and not (literal and "/" in name):
                    broken = name[len(begun) : len(begun) + 1].isalnum()
                    found.append((_Fit(broken, longer.count(" ") - key.count(" ")), entry))
        hits = _settle(found, How.PREFIX)
        first_names = all(hit.kind == "person" for hit in hits) and not all(fit.loose for fit, _ in found)
        return tuple(replace(hit, how=How.WORDS) for hit in hits) if first_names else hits

    def _by_words(self, asked: Asked) -> tuple[Hit, ...]:
        """Names that hold all the words, in any order; a host among the words must be there in full."""
        words, whole = _words(asked.text)
        if len("".join(words)) < SHORTEST - 1 or words <= COMMON:
            return ()
        kinds = TURNED.intersection(asked.kinds) if cuts(asked.text) else asked.kinds
        keys = [self._spellings.by_word.get(word, frozenset()) for word in words]
        found = [
            (_Fit(extra > 0, extra), entry)
            for key in frozenset.intersection(*sorted(keys, key=len))
            for extra in (len(set(key.split())) - len(words),)
            for entry in self._spellings.folded[key]
            if entry.kind in kinds and _told(entry.name, words, whole)
        ]
        return _settle(found, How.WORDS)

    def _one_slip(self, asked: Asked) -> tuple[Hit, ...]:
        """Names of any kind that are a single slip away, however short they are."""
        folded, said = self._spellings.folded, fold(asked.host)
        slips = {key for key in one_slip(said) if key != said} if len(said) >= SHORTEST else set()
        entries = [entry for key in slips & folded.keys() for entry in folded[key]]
        return _hits(entries, How.NEAR, ANY_KIND)

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
    """The words as they are, then without filler, as the kind that it names; nothing where nothing is said."""
    text = one_line(said) if len(said) <= LONGEST else _shortened(said)
    filler = [word for word in map(fold, text.split()) if word in FILLER]
    rest = " ".join(word for word in text.split() if fold(word) not in FILLER)
    meant = tuple(MEANS[word] for word in filler if MEANS.get(word) in kinds)
    for words, asked in dict.fromkeys(((text, tuple(kinds)), (rest, meant or tuple(kinds)), (rest, tuple(kinds)))):
        if words:
            yield Asked(words, address.read(words), asked)


def _shortened(said: str) -> str:
    """The start of an address that is too long to be looked up; other words of that length are no name."""
    found = address.read(said) if len(said) <= READ else None
    start = found.host + found.path if found else ""
    return start if len(start) <= LONGEST else start[:LONGEST].rpartition("/")[0]


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


def _lead(rest: str) -> int:
    """How many letters the first word goes on for."""
    return next((at for at, letter in enumerate(rest) if not letter.isalnum()), len(rest))


def _vague(asked: Asked, hit: Hit) -> bool:
    """Does so little of the name say too little? Less than half a word, or of a thing one word from within its name."""
    said, name = fold(asked.host), fold(hit.name)
    if hit.how is How.WORDS:
        return hit.kind not in {"person", "team"} and " " not in said and name.partition(" ")[0] != said
    typed, left = _lead(said[::-1]), _lead(name[len(said) :])
    return left > typed or (left > 0 and len(said) < BROKEN)


def _told(name: str, words: frozenset[str], whole: frozenset[str]) -> bool:
    """Do the words tell this name? A host in it must be there in full or by its first label: `ssl` means no host."""
    if whole:
        return whole <= _words(name)[1]
    parts = (part.strip(_WRAPPING) for part in plain(name).split())
    heads = ((part, fold(part.removeprefix("www.").partition(".")[0]).split()) for part in parts)
    said = (fold(part).split() for part, head in heads if "." not in part or words.issuperset(head))
    return words <= {word for part in said for word in part}


def _offered(hits: Iterable[Hit], kinds: Sequence[Kind]) -> tuple[Hit, ...]:
    """Each record once, as one that is offered and not taken."""
    found: dict[tuple[Kind, str], Hit] = {}
    for hit in hits:
        if hit.kind in kinds:
            found.setdefault((hit.kind, hit.id), replace(hit, how=How.NEAR))
    return tuple(found.values())


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
    for _, entry in sorted(found, key=lambda pair: (pair[0], pair[1].rank)) if len(found) > 1 else found:
        best.setdefault((entry.kind, entry.id), Hit(entry.kind, entry.record, how, entry.name))
    return tuple(best.values())
