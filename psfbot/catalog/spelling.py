"""Every spelling under which a record of the catalog may be asked for, indexed for each way of asking."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Literal, NamedTuple, get_args

from psfbot.catalog.address import listed
from psfbot.catalog.model import Catalog, Host, Person, Platform, Provider, Region, Room, Service, Team
from psfbot.catalog.near import Near, fold

Kind = Literal["service", "team", "person", "provider", "region", "platform", "room", "host"]
_Other = Team | Person | Provider | Region | Platform | Room
Named = Service | Host | _Other

ANY_KIND: tuple[Kind, ...] = get_args(Kind)
UNRANKED = 9
"""Stands after every tier."""

RUNS = frozenset({"code", "config", "infra"})
"""Roles of a repository whose owners are the service's own; text for a site may come from anybody's repository."""

_END = "\U0010ffff"
"""Sorts after every letter."""
_SCHEME = re.compile(r"(mailto:|https?://)")


class Entry(NamedTuple):
    """One spelling of one record."""

    kind: Kind
    record: Named
    name: str

    @property
    def id(self) -> str:
        """The record's id; a host has its name."""
        return self.record.name if isinstance(self.record, Host) else self.record.id

    @property
    def rank(self) -> tuple[int, int, str]:
        """Where it stands among others that fit as well: by tier, then by kind and id."""
        tier = self.record.tier if isinstance(self.record, Service | Platform) else None
        return tier if isinstance(tier, int) else UNRANKED, ANY_KIND.index(self.kind), self.id


class Spellings:
    """The spellings of one catalog, under the keys by which they are looked up.

    Only what an exact name or an address needs is noted at once. The rest waits for the first question that needs it.
    """

    def __init__(self, catalog: Catalog) -> None:
        """Note every exact name, every address, and which services share a machine."""
        self._catalog = catalog
        self.exact: dict[str, list[Entry]] = {}
        self.addresses: dict[str, list[Entry]] = {}
        self.on_host: dict[str, list[Service]] = {}
        for entry in names(catalog):
            _note(self.exact, entry.name.casefold(), entry)
        for service in catalog.services.values():
            for domain in service.domains:
                _note(self.addresses, listed(domain), Entry("service", service, domain))
        for entry, service in hosts(catalog):
            self._place(listed(entry.name), entry, service)

    def _place(self, key: str, entry: Entry, service: Service) -> None:
        """Note a machine once, however many services run on it."""
        services = self.on_host.setdefault(key, [])
        if not services:
            _note(self.exact, key, entry)
            _note(self.addresses, key, entry)
        if not services or services[-1] is not service:
            services.append(service)

    def beginning(self, key: str) -> list[str]:
        """The folded names that begin so."""
        keys = self._sorted
        return keys[bisect_left(keys, key) : bisect_left(keys, key + _END)]

    @cached_property
    def folded(self) -> Mapping[str, list[Entry]]:
        """Every name and title by its words alone."""
        found: dict[str, list[Entry]] = {}
        exact = (entry for entries in self.exact.values() for entry in entries)
        for entry in (*exact, *titles(self._catalog)):
            if key := fold(entry.name):
                _note(found, key, entry)
        return found

    @cached_property
    def _sorted(self) -> list[str]:
        """The folded names in order."""
        return sorted(self.folded)

    @cached_property
    def by_word(self) -> Mapping[str, frozenset[str]]:
        """The folded names in which a word stands."""
        found: dict[str, list[str]] = {}
        for key in self.folded:
            for word in key.split():
                found.setdefault(word, []).append(key)
        return {word: frozenset(keys) for word, keys in found.items()}

    @cached_property
    def near(self) -> Near:
        """The folded names by their trigrams."""
        return Near(self._sorted)

    @cached_property
    def repos(self) -> Mapping[str, list[Entry]]:
        """Whose source is where: a whole repository goes before a folder of one that others share."""
        found: dict[str, list[Entry]] = {}
        for whole in (True, False):
            shared = repositories(self._catalog, whole=whole)
            for key, entries in shared.items():
                found.setdefault(key, entries)
        return found

    @cached_property
    def contacts(self) -> Mapping[str, list[Entry]]:
        """Who is reached where."""
        found: dict[str, list[Entry]] = {}
        for entry in contacts(self._catalog):
            _note(found, reach(entry.name), entry)
        return found


def _note(index: dict[str, list[Entry]], key: str, entry: Entry) -> None:
    """Put an entry under its key, once for each spelling of a record."""
    entries = index.get(key)
    if entries is None:
        index[key] = [entry]
    elif not any(other.record is entry.record and other.name == entry.name for other in entries):
        entries.append(entry)


def names(catalog: Catalog) -> Iterator[Entry]:
    """What every record is called, its id first. Hosts are not records, and a service's title is not unique."""
    for service in catalog.services.values():
        for name in (service.id, *service.domains, *service.aliases):
            yield Entry("service", service, name)
    for kind, record, spelt in _others(catalog):
        yield from (Entry(kind, record, name) for name in (record.id, *spelt) if name)


def _others(catalog: Catalog) -> Iterator[tuple[Kind, _Other, tuple[str | None, ...]]]:
    """What the records are called that are no services, besides their ids."""
    for team in catalog.teams.values():
        yield "team", team, (team.name, *team.aliases)
    for person in catalog.people.values():
        yield "person", person, (person.name, *person.aliases, person.github, person.irc, person.slack)
    for provider in catalog.providers.values():
        yield "provider", provider, (provider.name, *provider.aliases)
    for region in catalog.regions.values():
        yield "region", region, (region.code, *region.aliases, region.location)
    for platform in catalog.platforms.values():
        yield "platform", platform, (platform.triple, f"{platform.triple} {platform.notes or ''}".strip())
    for room in catalog.rooms.values():
        yield "room", room, ()


def titles(catalog: Catalog) -> Iterator[Entry]:
    """What the services are called on a page: two of them may share that, so an id, domain or alias goes first."""
    for service in catalog.services.values():
        yield Entry("service", service, service.name)


def hosts(catalog: Catalog) -> Iterator[tuple[Entry, Service]]:
    """The machines, each with a service that runs on it: a machine stands here once for each."""
    for service in catalog.services.values():
        for hosting in service.hosting:
            for host in hosting.hosts:
                yield Entry("host", host, host.name), service


def contacts(catalog: Catalog) -> Iterator[Entry]:
    """Where teams, services and rooms are reached. People's addresses are no way to ask who they are."""
    for team in catalog.teams.values():
        for contact in team.contacts:
            yield Entry("team", team, contact.value)
    for service in catalog.services.values():
        for contact in service.contacts:
            yield Entry("service", service, contact.value)
    for room in catalog.rooms.values():
        yield from (Entry("room", room, name) for name in (room.irc, room.slack, f"#{room.id}") if name)


def repositories(catalog: Catalog, *, whole: bool) -> dict[str, list[Entry]]:
    """The services by the repository of their code; not `whole` are also those that have a folder or the text there."""
    found: dict[str, list[Entry]] = {}
    for service in catalog.services.values():
        for repo in service.repos:
            if not whole or (repo.path is None and repo.role in RUNS):
                _note(found, repository(repo.url), Entry("service", service, repo.url))
    return found


def repository(url: str) -> str:
    """The key of a repository: its address without the scheme and the ending that git puts there."""
    return _SCHEME.sub("", url.casefold(), count=1).rstrip("/").removesuffix(".git")


def reach(contact: str) -> str:
    """The key of a contact: a link without its scheme, a handle without its `@`, a channel without its network."""
    key = _SCHEME.sub("", contact.casefold().strip(), count=1).rstrip("/").lstrip("@")
    return key.split()[0] if key.startswith("#") else key
