"""HAProxy: the domains that the load balancer serves, and those of the services that need it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from psfbot.plugin import Drift, Service, Survey, Unreachable

LINE = re.compile(r"^( *)(?:- +)?([^\s#][^#]*?):?\s*(?:#.*)?$")
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
NO_MAP = "no domains can be read in psf-salt's HAProxy map"
UNLISTED = "psf-salt's HAProxy serves {domain} (as '{entry}'), which no service of the catalog has"
UNKNOWN = "{service} needs {balancer}, and psf-salt's HAProxy serves none of its domains ({domains})"


class Proxied(NamedTuple):
    """A domain that HAProxy serves, and the entry of the map that it stands in."""

    domain: str
    entry: str


def domains_of(text: str) -> Iterator[Proxied]:
    """The domains of all services and redirects of the map, which is read by its indents: it may hold templates."""
    trail: list[tuple[int, str]] = []
    for raw in text.splitlines():
        found = LINE.match(raw)
        if not found or "{%" in raw or "{#" in raw:
            continue
        indent, word = len(found[1]), found[2].strip("\"'").lower()
        listed = raw.lstrip().startswith("- ")
        while trail and (trail[-1][0] > indent or (trail[-1][0] == indent and not listed)):
            trail.pop()
        keys = [key for _, key in trail]
        if listed:
            if keys[-1:] == ["domains"] and HOST.fullmatch(word):
                yield Proxied(word, keys[-2] if len(keys) > 1 else "")
            continue
        if keys[-1:] == ["redirects"] and HOST.fullmatch(word):
            yield Proxied(word, "redirects")
        trail.append((indent, word))


def mapped(text: str, survey: Survey) -> Iterator[Drift]:
    """Compare the map with the catalog."""
    served = {one.domain: one for one in domains_of(text)}
    if not served:
        raise Unreachable(NO_MAP)
    services = survey.book.catalog.services
    owners = {domain.partition("/")[0]: service for service in services.values() for domain in service.domains}
    entries = {one.entry: owners[one.domain] for one in served.values() if one.domain in owners}
    for domain, one in served.items():
        wild = "*." + domain.partition(".")[2]
        if domain not in owners and wild not in owners:
            beside = entries.get(one.entry)
            edit = f"add {beside.id} domain {domain}" if beside else ""
            id_, path = (beside.id, "domains") if beside else ("", "")
            yield Drift("proxy-unlisted", "services", id_, path, UNLISTED.format(domain=domain, entry=one.entry), edit)
    for balancer in balancers(survey):
        yield from unserved(balancer, served, survey)


def balancers(survey: Survey) -> Iterator[Service]:
    """The services that psf-salt's HAProxy is: those that the catalog says are configured there."""
    for service in survey.book.catalog.services.values():
        config = service.config
        if config and config.tool == "salt" and (config.path or "").rstrip("/").endswith("haproxy"):
            yield service


def unserved(balancer: Service, served: dict[str, Proxied], survey: Survey) -> Iterator[Drift]:
    """The services that need the load balancer by the catalog, and that it does not serve."""
    for service in survey.book.catalog.services.values():
        domains = [domain.partition("/")[0] for domain in service.domains if "*" not in domain]
        if service.lifecycle in {"planned", "retired"} or not domains or not served.keys().isdisjoint(domains):
            continue
        for place, need in enumerate(service.depends_on):
            if need.service == balancer.id:
                said = UNKNOWN.format(service=service.id, balancer=balancer.id, domains=", ".join(domains))
                yield Drift("proxy-unknown", "services", service.id, f"depends_on/{place}/service", said)
