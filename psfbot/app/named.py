"""The hosts that the catalog names, which are all that checks may ask."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self
from urllib.parse import urlsplit

from psfbot.catalog.model import Catalog
from psfbot.plugin import Configuration


class Named(NamedTuple):
    """The hosts that a catalog names; `parents` is what stands behind the `*.` of declared wildcards."""

    hosts: frozenset[str]
    parents: frozenset[str]
    zones: frozenset[str]
    yards: frozenset[str] = frozenset()
    """Where machines stand, as nyc1.psf.io: the DNS may be asked for a new one there before it is written down."""

    @classmethod
    def of(cls, catalog: Catalog) -> Self:
        """Domains of services, their machines and links, and the pages of providers."""
        found = set(filter(None, hosts_of(catalog)))
        wild = frozenset(name.removeprefix("*.") for name in found if name.startswith("*."))
        hosts = frozenset(name for name in found if not name.startswith("*."))
        zones = frozenset(zone for name in hosts | wild for zone in above(name) if "." in zone)
        machines = (host.name.lower() for one in catalog.services.values() for h in one.hosting for host in h.hosts)
        yards = frozenset(yard for name in machines if (yard := name.partition(".")[2]).count(".") > 1)
        return cls(hosts, wild, zones, yards)

    def host(self, host: str) -> bool:
        """Is this host named?"""
        return host in self.hosts or any(parent in self.parents for parent in above(host))

    def name(self, name: str) -> bool:
        """May this be asked for in the DNS: a host that is named, what stands below one, beside a machine, or above?"""
        beside = name.partition(".")[2] in self.yards
        return (
            beside
            or self.host(name)
            or name in self.zones | self.parents
            or any(one in self.hosts for one in above(name))
        )


def hosts_of(catalog: Catalog) -> Iterator[str]:
    """Every host that is written as a place to ask, in small letters."""
    for service in catalog.services.values():
        yield from (domain.partition("/")[0] for domain in service.domains)
        yield from (host.name.lower() for entry in service.hosting for host in entry.hosts)
        yield from (host_of(link.url) for link in service.links)
    for provider in catalog.providers.values():
        yield from (host_of(page) for page in (provider.homepage, provider.status_page) if page)


def host_of(url: str) -> str:
    """The host of a page; nothing where it is no page of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "").lower() if parts.scheme in {"http", "https"} else ""


def above(host: str) -> Iterator[str]:
    """The names above a host, the nearest first."""
    _, dot, parent = host.partition(".")
    while dot:
        yield parent
        _, dot, parent = parent.partition(".")


def given_hosts(settings: Iterable[Configuration]) -> frozenset[str]:
    """Hosts of the addresses that an operator set, or left as they are by default."""
    values = (getattr(one, name) for one in settings for name in type(one).model_fields)
    return frozenset(filter(None, (host_of(value) for value in values if isinstance(value, str))))
