"""Where things run: by provider, region, architecture, host, operating system and role."""

from dataclasses import replace

from psfbot.catalog import words
from psfbot.catalog.model import Hosting, Platform, Provider, Region, Service
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.commands.impact import path_of
from psfbot.commands.wording import based_on, listed
from psfbot.errors import UserError
from psfbot.text import count, unique

topic = Topic("places", "Where things run: provider, region, architecture, host.")

ARCHITECTURES = {
    "arm64": "arm64", "arm": "arm64", "aarch64": "arm64", "graviton": "arm64", "amd64": "amd64", "x86": "amd64",
    "x86_64": "amd64", "x86-64": "amd64", "x64": "amd64", "intel": "amd64", "multi": "multi",
    "multi-arch": "multi", "both": "multi", "unknown": "unknown",
}  # fmt: skip


@topic.says(
    "where (is|are|does|do) [the] {service} (hosted|run|running|live|located|served from|deployed|reside|sit)",
    "where (is|are) [the] {service}",
    "(who|what) (hosts|serves) [the] {service}",
    "(what|which) (provider|host|region|datacenter|data center|dc|machine|server|architecture|arch|cdn) "
    "(is|are|hosts|runs) [the] {service}",
    "(what|which) (provider|host|region|datacenter|data center|dc|machine|server|architecture|arch|cdn) "
    "(is|are|does) [the] {service} (on|use|in|behind|run on|running on|hosted on|hosted in|hosted by)",
    "is [the] {service} (on|hosted on|running on|hosted by|hosted in) (arm|arm64|x86|amd64|heroku|cabotage|aws|fastly) "
    "[or x86|or arm|or cabotage|or heroku]",
    "(where|hosting|hosting of|location of|host of|provider of|region of|architecture of|arch of) {service}",
)
def where(ask: Ask, service: Service) -> Answer:
    """Say where a service runs: provider, region, architecture, hosts, and what stands in front of it.

    >>> where is docs.python.org hosted?
    docs.python.org runs on DigitalOcean nyc1 (architecture unknown), behind Fastly.
    """
    hosts = [host for entry in service.hosting for host in entry.hosts]
    lines = []
    if hosts:
        named = unique(f"{host.name} ({host.os})" if host.os else host.name for host in hosts)
        lines.append(f"Hosts: {', '.join(named)}.")
    other = words.others(ask.catalog, service)
    lines += [f"Also: {'; '.join(other)}."] if other else []
    lines += [f"{entry.provider} ({entry.role}): {entry.note}" for entry in service.hosting if entry.note]
    cites, notes = based_on(ask, service, "hosting.origin", "hosting.origin.architecture")
    data = {"service": service.id, "hosting": [entry.model_dump(mode="json") for entry in service.hosting]}
    runs = words.runs(ask.catalog, service)
    fact = f"{service.id}: {runs}." if runs == words.NOWHERE else f"{service.id} runs {runs}."
    hops = path_of(ask, service)
    lines += [f"The way of a request: {hops}."] if hops.count("->") > 1 else []
    return Answer(fact, lines=lines, notes=notes, cites=cites, data=data)


@topic.says(
    "(what|which services|what services) (runs|run|is|are|lives|live|is hosted|are hosted|is running|are running|is "
    "served|are served|sits|sit|resides) (on|in|at|behind|by|from|with) [the] {place}",
    "(what|which services|what services) (uses|use) [the] {place}",
    "(what|which services) (do we have|is there|are there) (on|in|at|behind) [the] {place}",
    "(services|everything|things) (on|in|at|behind|using) [the] {place}",
    "(provider|region|datacenter|data center|dc|what is in) [the] {place}",
    "what (else is|else runs) (on|in|at|behind) [the] {place}",
)
def runs_on(ask: Ask, place: Provider | Region | Service | str) -> Answer:
    """List what runs on a provider, in a region, on an architecture, on a host or on another service.

    >>> what runs on fastly?
    3 services use Fastly (cdn): docs.python.org, downloads, www.python.org.

    >>> what is in ams1
    1 service runs in ams1 (DigitalOcean AMS3): mail.python.org.

    >>> which services are on arm64
    1 service runs on arm64: exampleindex.
    """
    if isinstance(place, Provider):
        return on_provider(ask, place)
    if isinstance(place, Region):
        return in_region(ask, place)
    if isinstance(place, Service):
        return on_service(ask, place)
    return on_words(ask, place)


def on_words(ask: Ask, place: str) -> Answer:
    """An architecture, a host or an operating system by its name."""
    if place.lower() in ARCHITECTURES:
        return on_architecture(ask, ARCHITECTURES[place.lower()])
    found = ask.book.names.find(place, ("host",))
    if len(found.hits) == 1:
        return on_host(ask, found.hits[0].name)
    wanted = fold(place)
    by_os = [s for s in running(ask) if any(fold(h.os or "").startswith(wanted) for e in s.hosting for h in e.hosts)]
    if by_os and wanted:
        return several(ask, by_os, f"on {place}", "hosting.origin")
    begun = ask.book.names.find(place, ("provider", "region", "service"))
    if len(begun.hits) == 1:
        answer = runs_on(ask, begun.hits[0].record)  # type: ignore[arg-type]  # one of these kinds
        return replace(answer, notes=(f"'{place}' taken as {begun.hits[0].name}", *answer.notes))
    near = [hit.name for hit in ask.book.names.nearest(place, ("provider", "region", "service"))]
    said = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UserError(f"I know no provider, region, architecture, host or system called '{place}'.{said}")


def fold(text: str) -> str:
    """A name without case, spaces and punctuation, so that `ubuntu 14.04` is `Ubuntu-14.04`."""
    return "".join(c for c in text.casefold() if c.isalnum())


def running(ask: Ask) -> tuple[Service, ...]:
    """The services that are not retired."""
    return tuple(s for s in ask.catalog.services.values() if s.lifecycle != "retired")


def several(ask: Ask, found: list[Service], where: str, path: str) -> Answer:
    """`3 services run on arm64: a, b, c.`, with the source where there is one to name."""
    verbs = "runs" if len(found) < 2 else "run"  # noqa: PLR2004
    if not found:
        return Answer(f"The catalog knows no service that {verbs} {where}.", data={"services": []})
    names = ", ".join(service.id for service in found)
    fact = f"{count(len(found), 'service')} {verbs} {where}: {names}."
    cites = based_on(ask, found[0], path)[0] if len(found) == 1 else ()
    return Answer(fact, cites=cites, data={"services": [service.id for service in found]})


def on_provider(ask: Ask, provider: Provider) -> Answer:
    """Services by what the provider does for them."""
    by_role: dict[str, list[Service]] = {}
    for service in running(ask):
        for role in unique(entry.role for entry in service.hosting if entry.provider == provider.id):
            by_role.setdefault(role, []).append(service)
    found = list(dict.fromkeys(s.id for group in by_role.values() for s in group))
    if not found:
        gone = f" It is {provider.lifecycle}." if provider.lifecycle != "production" else ""
        return Answer(f"No service of the catalog uses {provider.name}.{gone}", data={"services": []})
    uses = "uses" if len(found) == 1 else "use"
    if len(by_role) == 1:
        role = next(iter(by_role))
        fact = f"{count(len(found), 'service')} {uses} {provider.name} ({role}): {', '.join(found)}."
        return Answer(fact, data={"provider": provider.id, "services": found})
    lines = [f"{role}: {', '.join(s.id for s in group)}." for role, group in by_role.items()]
    fact = f"{count(len(found), 'service')} {uses} {provider.name}: {', '.join(found)}."
    return Answer(fact, lines=lines, data={"provider": provider.id, "services": found})


def in_region(ask: Ask, region: Region) -> Answer:
    """Services with any part in a region."""
    provider = ask.catalog.providers.get(region.provider)
    name = f"{region.id} ({provider.name if provider else region.provider} {region.code})"
    found = [s for s in running(ask) if any(entry.region == region.id for entry in s.hosting)]
    return several(ask, found, f"in {name}", "hosting.origin.region")


def on_service(ask: Ask, host: Service) -> Answer:
    """Services that need another service to be up."""
    found = [s for s in running(ask) if any(d.service == host.id and d.strength == "hard" for d in s.depends_on)]
    return several(ask, found, f"on {host.id}", f"depends_on.{host.id}")


def on_host(ask: Ask, host: str) -> Answer:
    """Services on one machine."""
    return several(ask, list(ask.book.names.services_on(host)), f"on {host}", "hosting.origin")


def origins(service: Service) -> tuple[Hosting, ...]:
    """Where the service itself runs."""
    return service.hosted("origin")


@topic.says(
    "(arch|architecture) {name}",
    "(which|what) services are {name}",
    "(whose|which services have|what has) [an] (architecture|arch) (is|of) {name}",
    "whose architecture is {name}",
    "(services|which services are|what is) (of|with) (unknown architecture|architecture unknown)",
)
def arch(ask: Ask, name: str = "unknown") -> Answer:
    """List the services of one architecture; `unknown` counts those that nobody has stated.

    >>> whose architecture is unknown
    8 services run on an architecture that no source states: docs.python.org, downloads, hg.python.org, loadbalancer, …
    """
    known = ARCHITECTURES.get(name.lower())
    if known is None:
        raise UserError(f"I know no architecture called '{name}'. Try arm64, amd64, multi or unknown.")
    return on_architecture(ask, known)


def on_architecture(ask: Ask, known: str) -> Answer:
    """Services whose origin has this architecture."""
    found = [s for s in running(ask) if any(e.architecture == known for e in origins(s))]
    if known == "unknown":
        return several(ask, found, "on an architecture that no source states", "hosting.origin.architecture")
    return several(ask, found, f"on {known}", "hosting.origin.architecture")


def provider_card(ask: Ask, provider: Provider) -> Answer:
    """What a provider does, and for whom."""
    gone = "" if provider.lifecycle == "production" else f" ({provider.lifecycle})"
    does = f": {', '.join(provider.provides)}" if provider.provides else ""
    fact = f"{provider.name}{gone}{does}."
    used = [s for s in running(ask) if any(entry.provider == provider.id for entry in s.hosting)]
    lines = [provider.note] if provider.note else []
    lines += [f"{event.date}: {event.fact}" for event in provider.history]
    lines += [f"Status page: {provider.status_page}"] if provider.status_page else []
    cites, notes = based_on(ask, provider, "default")
    data = {"provider": provider.model_dump(mode="json"), "services": [s.id for s in used]}
    return Answer(fact, lines=lines, items=listed(ask, used), notes=notes, cites=cites, data=data)


def region_card(ask: Ask, region: Region) -> Answer:
    """A region, and what runs there."""
    answer = in_region(ask, region)
    provider = ask.catalog.providers.get(region.provider)
    name = provider.name if provider else region.provider
    at = f", {region.location}" if region.location else ""
    cites, notes = based_on(ask, region, "default")
    fact = f"{region.id}: {region.kind} {region.code} of {name}{at}."
    lines = [answer.fact, *([region.note] if region.note else [])]
    return Answer(fact, lines=lines, notes=notes, cites=cites, data={**answer.data, "region": region.id})


def platform_card(ask: Ask, platform: Platform) -> Answer:
    """A row of PEP 11: its tier, and whom to ask."""
    flavour = f" ({platform.notes})" if platform.notes else ""
    contacts = [words.person(ask.catalog, f"person:{p}") for p in platform.contacts]
    whom = f"; contacts: {', '.join(contacts)}" if contacts else "; contacts: all core developers"
    tier = "unsupported" if platform.tier == "unsupported" else f"tier {platform.tier}"
    cites, notes = based_on(ask, platform, "default")
    items = [Item(f"{event.date} {event.fact}") for event in platform.history]
    return Answer(f"{platform.triple}{flavour}: {tier}{whom}.", items=items, notes=notes, cites=cites)
