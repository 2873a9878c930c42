"""Services whose own address is written nowhere in the catalog, found by the labels of that address.

The addresses of a package registry may stand in no file of this project. Its services spell theirs in words instead:
the alias `test exampleindex` is the host `test.exampleindex` under the suffix that most listed domains have. Any other
service has its addresses listed, and the same word under somebody else's suffix says nothing about it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property

from psfbot.catalog.model import Catalog, Service
from psfbot.catalog.spelling import Entry


class Unlisted:
    """The addresses that a catalog does not write down, by their labels."""

    def __init__(self, catalog: Catalog) -> None:
        """Keep the catalog; nothing is gathered before the first address that is not listed."""
        self._catalog = catalog

    def called(self, host: str, labels: Sequence[str]) -> list[Entry]:
        """The services with this host for an address; `labels` is all of it but the public suffix."""
        suffix, home = host[len(".".join(labels)) + 1 :], host.split(".", len(labels) - 1)[-1]
        own = labels[-1] in self._zones and suffix == self._suffix
        entries = self._names.get(" ".join(labels), [])
        if not entries or not (own or self._listed(home)):
            return []
        return [entry for entry in entries if own or entry.id in self._hidden]

    @cached_property
    def _hidden(self) -> frozenset[str]:
        """The services that have a name in the DNS, but none of their domains is it."""
        services = self._catalog.services.values()
        return frozenset(service.id for service in services if service.hosted("dns") and not _written(service))

    @cached_property
    def _zones(self) -> frozenset[str]:
        """The hidden services in whose own domain an alias stands: `test exampleindex` in that of `exampleindex`."""
        aliases = (alias for key in self._hidden for alias in self._catalog.services[key].aliases)
        return self._hidden & {alias.casefold().rpartition(" ")[2] for alias in aliases if " " in alias}

    @cached_property
    def _names(self) -> dict[str, list[Entry]]:
        """What may be an address in words: the name of a zone, and the aliases that hold more than one word."""
        found: dict[str, list[Entry]] = {}
        for service in self._catalog.services.values():
            for name in _spelt(service, self._zones):
                found.setdefault(name.casefold(), []).append(Entry("service", service, name))
        return found

    @cached_property
    def _suffix(self) -> str:
        """The suffix that most listed domains have; the catalog's own services are under that one."""
        ends = Counter(_host(domain).rpartition(".")[2] for domain in self._domains())
        return next((end for end, _ in ends.most_common(1)), "")

    def _listed(self, home: str) -> bool:
        """Does any listed domain belong to this one?"""
        return any(f".{_host(domain)}".endswith(f".{home}") for domain in self._domains())

    def _domains(self) -> Iterator[str]:
        """Every domain that is listed."""
        return (domain for service in self._catalog.services.values() for domain in service.domains)


def _written(service: Service) -> bool:
    """Is its address known from its id, or from a domain that starts with its id?"""
    return "." in service.id or any(domain.partition(".")[0] == service.id for domain in service.domains)


def _spelt(service: Service, zones: frozenset[str]) -> Iterator[str]:
    """The names of a service that may be read as the labels of a host; a name with a dot is a host by itself."""
    if service.id in zones:
        yield service.id
    yield from (alias for alias in service.aliases if " " in alias and "." not in alias)


def _host(domain: str) -> str:
    """A listed domain without its path."""
    return domain.partition("/")[0]
