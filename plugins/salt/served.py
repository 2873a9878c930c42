"""Servers: the machines that Salt knows and those of the catalog, one by one."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from psfbot.plugin import Drift, Host, Service, Survey, Unreachable, csv_table

COLUMNS = 4
PATTERN = re.compile(r"^\s+pattern:\s*[\"']?([^\"'#\n]+?)[\"']?\s*(?:#.*)?$", re.MULTILINE)
COMPOUND = re.compile(r"@|(?:^|\s)(?:and|or|not)(?:\s|$)|[()]")
"""A matcher that asks for more than a name, which nobody but the Salt master can answer."""
NO_ROWS, NO_ROLES = "no servers can be read in psf-salt's list", "no patterns can be read in psf-salt's roles"
UNLISTED = "psf-salt's list of servers has no {host}, on which the catalog runs {service}"
UNKNOWN = "psf-salt lists {host} ({purpose}), and the catalog runs no service there"
OTHER_SYSTEM = "psf-salt lists {host} with {system}; the catalog says {said}"
UNMATCHED = "no role of psf-salt matches {host}, on which the catalog runs {service}"


class Server(NamedTuple):
    """A row of the list of servers."""

    name: str
    purpose: str
    contact: str
    system: str


class Machine(NamedTuple):
    """A machine of the catalog, and where it stands there."""

    service: Service
    host: Host
    path: str
    spot: str


def servers_of(text: str) -> dict[str, Server]:
    """The rows of the list by the names of the servers."""
    rows = (row for row in csv_table(text) if len(row) >= COLUMNS)
    return {row[0].lower(): Server(row[0].lower(), *row[1:COLUMNS]) for row in rows}


def machines(survey: Survey) -> Iterator[Machine]:
    """Every machine of the catalog, once for each service that runs on it."""
    for service in survey.book.catalog.services.values():
        for number, entry in enumerate(service.hosting if service.lifecycle != "retired" else ()):
            for place, host in enumerate(entry.hosts):
                path = f"hosting/{number}/hosts/{place}"
                yield Machine(service, host, path, f"hosting.{entry.role}.hosts.{host.name}")


def listed(text: str, survey: Survey) -> Iterator[Drift]:
    """Compare the list with the catalog; what lies in another zone than all that Salt lists is none of Salt's."""
    servers = servers_of(text)
    if not servers:
        raise Unreachable(NO_ROWS)
    zones, seen = {zone(name) for name in servers}, set()
    for one in machines(survey):
        name, service = one.host.name.lower(), one.service.id
        seen.add(name)
        found = servers.get(name)
        if found is None:
            if zone(name) in zones:
                said = UNLISTED.format(host=name, service=service)
                yield Drift("server-unlisted", "services", service, f"{one.path}/name", said)
        elif one.host.os and found.system and plain(one.host.os) != plain(found.system):
            said = OTHER_SYSTEM.format(host=name, system=found.system, said=one.host.os)
            edit = f'set {service} {one.spot}.os "{found.system.replace("-", " ")}"'
            yield Drift("server-system", "services", service, f"{one.path}/os", said, edit)
    for name, server in servers.items():
        if name not in seen:
            yield Drift("server-unknown", "services", "", "", UNKNOWN.format(host=name, purpose=server.purpose))


def matched(text: str, survey: Survey) -> Iterator[Drift]:
    """Find the machines that no role matches; a compound matcher might match anything."""
    patterns = PATTERN.findall(text)
    if not patterns:
        raise Unreachable(NO_ROLES)
    if compound := [one for one in patterns if COMPOUND.search(one)]:
        survey.troubles["roles"] = f"only the Salt master can tell what '{compound[0]}' matches"
        return
    zones = {zone(one) for one in patterns}
    for one in machines(survey):
        name = one.host.name.lower()
        if zone(name) in zones and not any(fnmatchcase(name, pattern) for pattern in patterns):
            said = UNMATCHED.format(host=name, service=one.service.id)
            yield Drift("role-unmatched", "services", one.service.id, f"{one.path}/name", said)


def zone(name: str) -> str:
    """The last two labels of a name."""
    return ".".join(name.split(".")[-2:])


def plain(system: str) -> str:
    """An operating system without what people write differently: `Ubuntu-22.04`, `ubuntu 22.04`."""
    return re.sub(r"[\s_-]+", " ", system).casefold().strip()
