"""Checks of psf-salt: which hosts a role's pattern matches, and which hosts Salt lists."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from psfbot.plugin import Arguments, Evidence, Sight, csv_table

from .github import File, Inside, text_of
from .verdicts import Name, Repo, Words, failed, judged, listed, unknown

ROLE = re.compile(r"^  (\"?)([\w.-]+)\1:\s*$")
FIELD = re.compile(r"^    (pattern|contact|purpose):\s*(\"[^\"]*\"|'[^']*'|[^#\s][^#]*?)\s*(?:#.*)?$")
COMPOUND = re.compile(r"@|(?:^|\s)(?:and|or|not)(?:\s|$)|[()]")
"""Compound matchers ask for more than a name, which nobody but the Salt master can answer."""


class Matching(Arguments):
    """A role, and the hosts that its pattern should match, or with `absent` should not match."""

    role: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$")]
    host: Annotated[Words, Field(min_length=1)]
    absent: bool = False
    repo: Repo = "python/psf-salt"
    path: Inside = "pillar/prod/roles.sls"
    ref: str = ""


class Server(Arguments):
    """A host that Salt's list of servers should have once, or with `absent` should not have; `os` as it is listed."""

    host: Name
    absent: bool = False
    os: str = ""
    repo: Repo = "python/psf-salt"
    path: Inside = "docs/salt-server-list.rst"
    ref: str = ""


class Host(NamedTuple):
    """A row of the list of servers."""

    name: str
    purpose: str
    contact: str
    os: str


async def salt_role(wanted: Matching, sight: Sight) -> Evidence:
    """The pattern of a Salt role matches these hosts."""
    file = File(repo=wanted.repo, path=wanted.path, ref=wanted.ref)
    roles = dict(roles_of(await text_of(sight, file)))
    if not roles:
        return unknown(f"no roles can be read in {wanted.path} of {wanted.repo}")
    pattern = roles.get(wanted.role)
    if pattern is None:
        return failed(f"{wanted.path} of {wanted.repo} has no role {wanted.role}: there are {listed(list(roles))}")
    seen = f"role {wanted.role} has the pattern {pattern}"
    if COMPOUND.search(pattern):
        return unknown(f"{seen}, a compound matcher, which only the Salt master can answer")
    met = [host for host in wanted.host if fnmatchcase(host, pattern)]
    missed = [host for host in wanted.host if host not in met]
    told = [f"it matches {listed(met)}"] if met else []
    told += [f"it does not match {listed(missed, 'or')}"] if missed else []
    return judged(not (met if wanted.absent else missed), f"{seen}: {'; '.join(told)}", pattern=pattern)


def roles_of(text: str) -> Iterator[tuple[str, str]]:
    """Every role of a pillar file with its pattern."""
    role = ""
    for line in text.splitlines():
        if found := ROLE.match(line):
            role = found[2]
        elif role and (found := FIELD.match(line)) and found[1] == "pattern":
            yield role, found[2].strip("\"'")


async def salt_listed(wanted: Server, sight: Sight) -> Evidence:
    """Salt's list of servers has a host once, or has it no more."""
    file = File(repo=wanted.repo, path=wanted.path, ref=wanted.ref)
    hosts = list(hosts_of(await text_of(sight, file)))
    if not hosts:
        return unknown(f"no servers can be read in {wanted.path} of {wanted.repo}")
    found = [host for host in hosts if host.name == wanted.host]
    times = {0: "does not list", 1: "lists"}.get(len(found), f"lists {len(found)} times")
    seen = f"{wanted.path} {times} {wanted.host}{f' with {found[0].os}' if found else ''}"
    if wanted.absent:
        return judged(not found, seen)
    wrong_os = bool(found) and bool(wanted.os) and found[0].os.casefold() != wanted.os.casefold()
    return judged(len(found) == 1 and not wrong_os, f"{seen}, not {wanted.os}" if wrong_os else seen)


def hosts_of(text: str) -> Iterator[Host]:
    """Every row of the list of servers."""
    for row in csv_table(text):
        if len(row) >= 4 and row[0] != "Name":  # noqa: PLR2004 - name, purpose, contact, system
            yield Host(*row[:4])
