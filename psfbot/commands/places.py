"""Where things run: by provider, region, architecture, host, operating system and role."""

from dataclasses import replace

from psfbot.catalog import words
from psfbot.catalog.model import Hosting, Platform, Provider, Region, Service
from psfbot.catalog.names import How, Kind, Named
from psfbot.catalog.words import UNKNOWN
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.commands.impact import path_of
from psfbot.commands.wording import based_on, listed
from psfbot.errors import UserError
from psfbot.text import and_join, count, unique

topic = Topic("places", "Where things run: provider, region, architecture, host.")

ARCHITECTURES = {
    "arm64": "arm64", "arm": "arm64", "aarch64": "arm64", "graviton": "arm64", "amd64": "amd64", "x86": "amd64",
    "x86_64": "amd64", "x86-64": "amd64", "x64": "amd64", "intel": "amd64", "multi": "multi",
    "multi-arch": "multi", "both": "multi", "unknown": "unknown",
}  # fmt: skip


SIGNS = "?!.,;:'\"()"


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
    "(what|which services) (do we have|is there|are there) (on|in|at|behind) [the] {place}",
    "(services|list services|show services|everything|things) (on|in|at|behind) [the] {place}",
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

    >>> what runs on salt
    salt-master is a service on salt.nyc1.psf.io; nothing else runs there. 1 service needs it: docs.python.org.
    """
    if isinstance(place, Provider) and (processor := processor_of(ask, place)):
        also = f"{place.name} is a provider as well: provider {place.id}"
        answer = on_architecture(ask, processor)
        return replace(answer, notes=(also, *answer.notes))
    if isinstance(place, Provider):
        other = namesake(ask, place, "service")
        return (
            on_service(ask, other) if isinstance(other, Service) and not used(ask, place) else on_provider(ask, place)
        )
    if isinstance(place, Region):
        return in_region(ask, place)
    if isinstance(place, Service):
        return on_service(ask, place)
    return on_words(ask, place)


def processor_of(ask: Ask, provider: Provider) -> str:
    """The architecture that the question names by the same word as the provider: `arm`, and not `Arm Ltd`."""
    said = f" {' '.join(name.strip(SIGNS) for name in ask.message.text.casefold().split())} "
    names = [name.casefold() for name in (provider.id, provider.name, *provider.aliases)]
    told = max((name for name in names if f" {name} " in said), key=len, default="")
    return ARCHITECTURES.get(told, "")


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
    record = begun.hits[0].record if len(begun.hits) == 1 else None
    if isinstance(record, Provider | Region | Service):
        answer = runs_on(ask, record)
        return replace(answer, notes=(f"'{place}' taken as {begun.hits[0].name}", *answer.notes))
    near = unique(hit.name for hit in ask.book.names.nearest(place, ("provider", "region", "service")))
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
    name = f"{region.id} ({spelt_out(ask, region)})"
    found = [s for s in running(ask) if any(entry.region == region.id for entry in s.hosting)]
    return several(ask, found, f"in {name}", "hosting.origin.region")


def code_of(region: Region) -> str:
    """What the provider calls a region, also that nobody knows."""
    return "code unknown" if region.code == UNKNOWN else region.code


def spelt_out(ask: Ask, region: Region) -> str:
    """A region as its provider knows it: `DigitalOcean NYC3`."""
    provider = ask.catalog.providers.get(region.provider)
    gap = ", " if region.code == UNKNOWN else " "
    return f"{provider.name if provider else region.provider}{gap}{code_of(region)}"


def needing(ask: Ask, service: Service, *strengths: str) -> list[Service]:
    """The services that need another one."""
    return [s for s in running(ask) if any(d.service == service.id and d.strength in strengths for d in s.depends_on)]


def on_service(ask: Ask, service: Service) -> Answer:
    """What shares the machines of a service, and what needs it: people ask for either in the same words."""
    hosts = unique(host.name for entry in service.hosting for host in entry.hosts)
    found = needing(ask, service, "hard")
    if not hosts and not found:
        where = words.runs(ask.catalog, service)
        lines = [] if where == words.NOWHERE else [f"It runs {where}."]
        fact = f"{service.id} is a service: the catalog names no machine of it and no service that needs it."
        return Answer(fact, lines=lines, data={"service": service.id, "services": []})
    if not hosts:
        return several(ask, found, f"on {service.id}", f"depends_on.{service.id}")
    there = unique(s.id for host in hosts for s in ask.book.names.services_on(host) if s is not service)
    shared = f"with it there: {', '.join(there)}" if there else "nothing else runs there"
    needs = (
        f"{count(len(found), 'service')} {'needs' if len(found) == 1 else 'need'} it: {', '.join(s.id for s in found)}."
    )
    fact = f"{service.id} is a service on {and_join(hosts)}; {shared}.{f' {needs}' if found else ''}"
    cites, notes = based_on(ask, service, "hosting.origin.hosts")
    data = {"service": service.id, "hosts": list(hosts), "services": list(there), "needed_by": [s.id for s in found]}
    return Answer(fact, notes=notes, cites=cites, data=data)


@topic.says(
    "(what|which services|what services) (uses|use) [the] {thing}",
    "(services|everything|things) using [the] {thing}",
)
def uses(ask: Ask, thing: Service | Provider | Region | str) -> Answer:
    """List what uses a service, a provider or a region.

    >>> what uses fastly?
    3 services use Fastly (cdn): docs.python.org, downloads, www.python.org.

    >>> what uses salt
    1 service uses salt-master: docs.python.org.
    """
    if not isinstance(thing, Service):
        return runs_on(ask, thing)
    found = needing(ask, thing, "hard", "soft", "build", "operate")
    provider = namesake(ask, thing, "provider")
    if not found and isinstance(provider, Provider):
        return on_provider(ask, provider)
    if not found:
        return Answer(f"No service of the catalog uses {thing.id}.", data={"services": []})
    verb = "uses" if len(found) == 1 else "use"
    fact = f"{count(len(found), 'service')} {verb} {thing.id}: {', '.join(s.id for s in found)}."
    return Answer(fact, data={"service": thing.id, "services": [s.id for s in found]})


def namesake(ask: Ask, record: Service | Provider, kind: Kind) -> Named | None:
    """The record of another kind that goes by one of the same names."""
    found = (ask.book.names.find(name, (kind,)).hits for name in (record.id, record.name, *record.aliases))
    return next((hits[0].record for hits in found if len(hits) == 1 and hits[0].how is How.EXACT), None)


def used(ask: Ask, provider: Provider) -> bool:
    """Does any service use this provider?"""
    return any(entry.provider == provider.id for service in running(ask) for entry in service.hosting)


def on_host(ask: Ask, host: str) -> Answer:
    """Services on one machine."""
    return several(ask, list(ask.book.names.services_on(host)), f"on {host}", "hosting.origin")


def origins(service: Service) -> tuple[Hosting, ...]:
    """Where the service itself runs."""
    return service.hosted("origin")


@topic.says(
    "(providers|list providers|list all providers|all providers)",
    "(which|what) providers (are there|do we have|do we use)",
)
def providers(ask: Ask) -> Answer:
    """List every provider that is not retired, with what it does.

    >>> list providers
    5 providers in the catalog.
    """
    found = [p for p in ask.catalog.providers.values() if p.lifecycle != "retired"]
    items = [Item(p.id, ", ".join(p.provides), "provider") for p in found]
    return Answer(
        f"{count(len(found), 'provider')} in the catalog.", items=items, data={"providers": [p.id for p in found]}
    )


@topic.says(
    "(regions|list regions|list all regions|all regions|datacenters|list datacenters)",
    "(which|what) (regions|datacenters) (are there|do we have|do we use)",
)
def regions(ask: Ask) -> Answer:
    """List every region, with its provider.

    >>> list regions
    3 regions in the catalog.
    """
    found = list(ask.catalog.regions.values())
    items = [Item(r.id, spelt_out(ask, r), "region") for r in found]
    return Answer(
        f"{count(len(found), 'region')} in the catalog.", items=items, data={"regions": [r.id for r in found]}
    )


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
    answer = several(ask, found, f"on {known}", "hosting.origin.architecture")
    untold = sum(any(e.architecture in {None, UNKNOWN} for e in origins(s)) for s in running(ask) if s not in found)
    if not untold:
        return answer
    more = f"Of {count(untold, 'more service')} no source states the architecture (`arch unknown`)."
    return replace(answer, lines=[*answer.lines, more]) if found else replace(answer, fact=f"{answer.fact} {more}")


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
    code = ", code unknown" if region.code == UNKNOWN else f", {region.code}"
    fact = f"{region.id}: {region.kind} of {name}{code}{at}."
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
