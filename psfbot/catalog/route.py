"""The way of a request to a service: registrar, DNS, CDN, firewall, load balancer, origin."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from psfbot.catalog.graph import UNKNOWN
from psfbot.catalog.model import Catalog, Hosting, Role, Service

FRONT: tuple[Role, ...] = ("registrar", "dns", "cdn", "waf")
"""What a request meets before anything of ours, in its order."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One station of a request: a provider in a role, or the service that balances the load."""

    role: Role
    kind: Literal["provider", "service"]
    id: str
    region: str
    note: str


def route(catalog: Catalog, service: Service) -> tuple[Hop, ...]:
    """The stations that the catalog knows, from the registrar to the origin.

    A station that nobody knows is left out, but the origin: every service runs somewhere, so that one says `unknown`.
    """
    front = [_hop(entry) for role in FRONT for entry in service.hosted(role) if entry.provider != UNKNOWN]
    origins = [_hop(entry) for entry in service.hosted("origin")]
    return (*front, *_balancers(catalog, service), *(origins or [Hop("origin", "provider", UNKNOWN, "", "")]))


def _hop(entry: Hosting) -> Hop:
    """A hosting entry as a station."""
    return Hop(entry.role, "provider", entry.provider, entry.region or "", entry.note or "")


def _balancers(catalog: Catalog, service: Service) -> Iterator[Hop]:
    """The load balancers: a provider's, and services of ours on which this one hangs hard."""
    yield from (_hop(entry) for entry in service.hosted("loadbalancer") if entry.provider != UNKNOWN)
    for one in service.depends_on:
        used = catalog.services.get(one.service)
        if used and one.strength == "hard" and _balances(used):
            regions = dict.fromkeys(entry.region for entry in used.hosted("origin") if entry.region)
            yield Hop("loadbalancer", "service", used.id, ", ".join(regions), one.note or "")


def _balances(service: Service) -> bool:
    """Is this a load balancer, by any of its names?"""
    folded = ("".join(filter(str.isalpha, name.casefold())) for name in (service.id, service.name, *service.aliases))
    return any("loadbalancer" in name for name in folded)
