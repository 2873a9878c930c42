"""Machines: who may log in, what they run, and which are on an old system."""

import re
from collections.abc import Iterator

from psfbot.catalog import words
from psfbot.catalog.model import Host, Service
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.commands.places import fold
from psfbot.commands.wording import based_on
from psfbot.errors import UserError
from psfbot.text import and_join, count, cut, unique

HELD = re.compile(r"\b(?:wait|block|hold|held|upgrade|postpone|needs)", re.IGNORECASE)
"""What a note says when it is about something that keeps a machine on an old system."""

topic = Topic("hosts", "Machines: who may log in, which system they run, what is on them.")


@topic.says(
    "(host|machine|server|vm) {host}",
    "(what|which) (os|operating system|system|distribution|ubuntu|release) (is|does|runs on) [the] {host} [on|run|running|have]",
    "(what|which services) (is|are|runs|run) on (host|machine|server) {host}",
    "(os|operating system) (of|on) [the] {host}",
)
def host(ask: Ask, host: Host | Service) -> Answer:
    """Describe a machine: its system, the services on it, who may log in.

    >>> what os is mail.ams1.psf.io on
    mail.ams1.psf.io: Ubuntu 14.04; on it: mail.python.org.

    >>> which os is docs.python.org on
    docs.python.org: docs.nyc1.psf.io (Ubuntu 24.04).
    """
    if isinstance(host, Service):
        machines = [f"{h.name} ({h.os or 'system unknown'})" for entry in host.hosting for h in entry.hosts]
        cites, notes = based_on(ask, host, "hosting.origin.hosts")
        named = and_join(unique(machines)) or "the catalog names no machine of it"
        return Answer(f"{host.id}: {named}.", notes=notes, cites=cites)
    services = ask.book.names.services_on(host.name)
    fact = f"{host.name}: {host.os or 'system unknown'}; on it: {', '.join(s.id for s in services)}."
    who = logins(ask, host)
    lines = [f"May log in: {who}."] if who else []
    lines += [host.note] if host.note else []
    cites, notes = based_on(ask, services[0], "hosting.origin.hosts") if services else ((), ())
    data = {"host": host.name, "os": host.os, "services": [s.id for s in services], "access": list(host.access)}
    return Answer(fact, lines=lines, notes=notes, cites=cites, data=data)


@topic.says(
    "what (blocks|stops|keeps|holds) [the] {host} (from|on|back from|back on) {system}",
    "what holds back [the] {host}",
    "why is [the] {host} [still] on {system}",
    "why is [the] {host} not (upgraded|on) [yet|to|a newer] [ubuntu|release]",
)
def blocks(ask: Ask, host: Host | Service, system: str = "") -> Answer:
    """Say what keeps a machine, or those of a service, on its system, as far as the catalog knows.

    >>> what blocks mail.python.org from ubuntu 24.04?
    mail.python.org: the catalog does not say what holds it back; mail.ams1.psf.io is on Ubuntu 14.04.
    """
    pairs = [(h, s) for h, s in machines(ask) if host in (h, s)]
    name = host.id if isinstance(host, Service) else host.name
    if not pairs:
        return Answer(f"{name}: the catalog names no machine of it.")
    kept = unique(note for h, s in pairs for note in (h.note, *notes_of(s, h)) if note and HELD.search(note))
    now = and_join(unique(f"{h.name} is on {h.os or 'an unknown system'}" for h, _ in pairs))
    cites, notes = based_on(ask, pairs[0][1], "hosting.origin.hosts")
    fact = f"{'; '.join(kept)}. {now}." if kept else f"the catalog does not say what holds it back; {now}."
    data = {"host": name, "notes": list(kept)}
    return Answer(f"{name}: {fact}", notes=notes, cites=cites, data=data)


def notes_of(service: Service, host: Host) -> Iterator[str | None]:
    """What is written about the entries in which a machine stands."""
    return (entry.note for entry in service.hosting if host in entry.hosts)


def logins(ask: Ask, host: Host) -> str:
    """Who may log in, by name."""
    return ", ".join(words.person(ask.catalog, ref) for ref in host.access)


@topic.says(
    "who (has|have) (access|ssh|root|sudo|ssh access|root access|an account|a login) (to|on|at) [the] {host}",
    "who (can|may) (log in|login|ssh|log into|get) (to|into|on|in to|on to) [the] {host}",
    "who (can|may) (access|reach|reboot) [the] {host}",
    "(access|logins|ssh) (to|of|for|on) [the] {host}",
    "(can i get|how do i get|how can i get|who gives) (access|ssh|sudo|an account|ssh access|root) (to|on) [the] {host}",
)
def access(ask: Ask, host: Host | Service) -> Answer:
    """Name those who may log in to a machine, or to the machines of a service.

    >>> who has access to docs.nyc1.psf.io?
    docs.nyc1.psf.io: PSF Infrastructure Team and Julien Palard may log in.
    """
    pairs = [(h, s) for h, s in machines(ask) if host in (h, s)]
    if not pairs:
        return Answer(f"{host.id if isinstance(host, Service) else host.name}: the catalog names no machine of it.")
    lines = [f"{h.name}: {logins(ask, h) or 'nobody is written down'}." for h in dict.fromkeys(h for h, _ in pairs)]
    first = pairs[0][0]
    names = [words.person(ask.catalog, ref) for ref in first.access]
    said = f"{and_join(names)} may log in" if names else "the catalog does not say who may log in"
    lead = f"{first.name}: {said}."
    cites, notes = based_on(ask, pairs[0][1], "hosting.origin.hosts")
    ask_for = f"To get access, ask {words.ask_whom(ask.catalog, pairs[0][1]).rpartition(', then ')[2]}."
    return Answer(lead, lines=[*lines[1:], ask_for], notes=notes, cites=cites, data={"access": list(first.access)})


def machines(ask: Ask) -> Iterator[tuple[Host, Service]]:
    """Every machine with each service on it."""
    for service in ask.catalog.services.values():
        for entry in service.hosting:
            for machine in entry.hosts:
                yield machine, service


@topic.says(
    "(which|what) (hosts|machines|servers|vms) (are|run|is) [still] (on|running|at) {system}",
    "(which|what) (hosts|machines|servers|vms) (run|runs|still run|have|use) {system}",
    "(hosts|machines|servers|list hosts|list machines|list servers) [on|with|running] {system}",
    "(hosts|machines|servers|list hosts|list machines|list servers|list all hosts|all hosts|all machines|all servers)",
)
def hosts(ask: Ask, system: str = "all") -> Answer:
    """List the machines of one operating system, or all of them by age of the system.

    >>> which hosts are still on ubuntu 20.04?
    2 hosts on Ubuntu 20.04: hg.nyc1.psf.io, salt.nyc1.psf.io.
    """
    wanted = fold(system.lower().removeprefix("an ").removeprefix("old "))
    known = sorted({m.name: m for m, _ in machines(ask)}.values(), key=lambda m: (m.os or "~", m.name))
    found = [m for m in known if m.os and wanted and fold(m.os).startswith(wanted)]
    if "old" in system.lower().split():
        newest = max((m.os for m in found if m.os), default="")
        found = [m for m in found if m.os != newest]
    if not found and wanted != "all":
        systems = ", ".join(unique(m.os for m in known if m.os))
        raise UserError(f"No host of the catalog is on '{cut(system, 60)}'. There are: {systems}.")
    shown = found or known
    names = unique(m.os or "" for m in shown)
    on = f" on {names[0]}" if len(names) == 1 else ""
    items = [] if on else [Item(m.name, " - ".join(filter(None, (m.os, m.note))), "host") for m in shown]
    listed = f": {', '.join(m.name for m in shown)}." if on else ", the oldest system first."
    return Answer(f"{count(len(shown), 'host')}{on}{listed}", items=items, data={"hosts": [m.name for m in shown]})
