"""The hosts of a service that can be looked at, and where each stands in the catalog."""

from typing import NamedTuple

from psfbot.plugin import Service


class Domain(NamedTuple):
    """A domain of a service: the host alone, the page to ask for, and its place in the list."""

    service: Service
    host: str
    url: str
    place: int

    @property
    def path(self) -> str:
        """Where it stands in the record."""
        return f"domains/{self.place}"


def domains_of(service: Service) -> list[Domain]:
    """Each host once; a wildcard names no host that could be asked."""
    found: dict[str, Domain] = {}
    for place, domain in enumerate(service.domains):
        host, _, rest = domain.partition("/")
        if "*" not in host:
            found.setdefault(host, Domain(service, host, f"https://{host}/{rest}", place))
    return list(found.values())
