"""Who answers for it, and how to reach them."""

from dataclasses import replace

from psfbot.catalog import words
from psfbot.catalog.model import Host, Person, Platform, Provider, Region, Service, Team
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.commands import people as persons
from psfbot.commands.places import code_of, platform_card
from psfbot.commands.wording import based_on, weighed
from psfbot.text import a, and_join, count, cut, unique

topic = Topic("owners", "Who answers for a service, and how to reach them.")

GONE = frozenset({"retired", "deprecated", "archive"})
"""States that are told beside every owner: whoever asks may be looking for something newer."""


@topic.says(
    "(who|whom) (owns|own|runs|maintains|manages|operates|administers|supports|keeps) [the] {service} "
    "[now|today|nowadays|currently|at the moment|these days]",
    "(which|what) (team|person|people) (owns|own|runs|maintains|manages|looks after|is responsible for) [the] {service}",
    "(who|whom) to (contact|ask|ping|call|write to|email|reach) (about|for|regarding|on|re) [the] {service}",
    "who (is|are) [the] {service} (owner|owners|maintainer|maintainers|contact|contacts|admin|admins)",
    "(who|whom) (is responsible|is the contact|is the maintainer|is in charge|do i ping|do i write to) (for|of|about) "
    "[the] {service}",
    "who (looks after|takes care of|is the owner of|are the owners of|is the maintainer of) [the] {service}",
    "(who|whom) (do|should|can|must|would) (i|we|one) (contact|ask|ping|talk to|write to|email|mail|bug|poke|reach) "
    "(about|for|regarding|on|re) [the] {service}",
    "who (can|could|would) (fix|help with|restart|repair) [the] {service}",
    "whose [service] (is|are) [the] {service}",
    "whose {service}",
    "[the] (owner|owners|maintainer|maintainers|contact|contacts|responsible|admin|admins) (of|for) [the] {service}",
    "(owner|owners|who-owns|whoowns|owns|maintainer|maintainers|contact|contacts|responsible) {service}",
    "[the] {service} (owner|owners|maintainer|maintainers|contact|contacts)",
    "how (do|can) (i|we) (contact|reach) [the] (owner of|owners of|people behind|maintainers of) [the] {service}",
    "(who|whom) do i tell about [the] {service}",
    "{service} is (owned|run|maintained) by (who|whom)",
)
def owner(ask: Ask, service: Service | Host | Team | Provider | Region | Platform) -> Answer:
    """Name the people to ask about a service, in order, and how to reach them.

    >>> who owns docs.python.org?
    docs.python.org: ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team.

    >>> owner of dosc.python.org
    I know nothing called 'dosc.python.org'. Did you mean docs.python.org?

    >>> whose is www.python.org/ftp/python/3.12.0
    downloads: ask CPython release managers, then PSF Infrastructure Team.

    >>> who owns hg.nyc1.psf.io
    hg.nyc1.psf.io runs hg.python.org: ask PSF Infrastructure Team.

    >>> who owns https://github.com/python/docsbuild-scripts
    docs.python.org: ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team.
    """
    return of_service(ask, service) if isinstance(service, Service) else of_other(ask, service)


def of_other(ask: Ask, thing: Host | Team | Provider | Region | Platform) -> Answer:
    """What is no service has people too."""
    if isinstance(thing, Host):
        return of_host(ask, thing)
    if isinstance(thing, Team):
        return persons.team_card(ask, thing)
    if isinstance(thing, Provider):
        return of_provider(ask, thing)
    return of_region(ask, thing) if isinstance(thing, Region) else platform_card(ask, thing)


def of_service(ask: Ask, service: Service) -> Answer:
    """The people of a service, how to reach them, and where it runs."""
    card = ask.book.cards.of(service)
    fact = f"{service.id}: {whom(ask, service)}."
    if service.lifecycle in GONE:
        fact = f"{fact[:-1]} ({service.lifecycle})."
    reach = card.reach if ask.message.public else card.private
    lines = [f"Reach them: {' · '.join(reach)}."] if reach else []
    lines.append("Where it runs is unknown." if card.runs == words.NOWHERE else f"It runs {card.runs}.")
    cites, notes = weighed(ask, card.owners)
    data = {
        "service": service.id,
        "owners": [{"ref": o.ref, "role": o.role} for o in service.owners],
        "contacts": list(reach),
    }
    return Answer(fact, lines=lines, notes=notes, cites=cites, data=data)


def whom(ask: Ask, service: Service) -> str:
    """Whom to ask about a service, or that nobody knows."""
    people = ask.book.cards.of(service).whom
    return "the catalog names no owner" if people == words.NOBODY else f"ask {people}"


def of_host(ask: Ask, host: Host) -> Answer:
    """A machine belongs to those whose services run on it."""
    services = ask.book.names.services_on(host.name)
    asked = {service.id: whom(ask, service) for service in services}
    each = [f"{name}: {who}." for name, who in asked.items()]
    if len(set(asked.values())) == 1:
        fact, lines = f"{host.name} runs {and_join(tuple(asked))}: {next(iter(asked.values()))}.", []
    else:
        fact, lines = f"{host.name} runs {count(len(asked), 'service')} of different owners.", each
    reach = unique(c for s in services for c in words.reach(ask.catalog, s, public=ask.message.public))
    lines += [f"Reach them: {' · '.join(reach[: words.FEW])}."] if reach else []
    cites, notes = based_on(ask, services[0], "owners") if services else ((), ())
    return Answer(fact, lines=lines, notes=notes, cites=cites, data={"host": host.name, "services": list(asked)})


@topic.says("(who|whom) (does|do) not (own|run|maintain|manage) [the] {service}")
def not_owner(ask: Ask, service: Service | Host | Team | Provider | Region | Platform) -> Answer:
    """Name the people of a service also when somebody asks who is none of them: only that is known.

    >>> who does not own hg.python.org
    I only know who does. hg.python.org: ask PSF Infrastructure Team (archive).
    """
    answer = owner(ask, service)
    return replace(answer, fact=f"I only know who does. {answer.fact}")


@topic.says(
    "how (do|can|could) (i|we|one) (reach|contact|get hold of|write to|ping|ask) [the] {people}",
    "(reach|how to reach|how to contact) [the] {people}",
)
def reach(ask: Ask, people: Team | Person | Service) -> Answer:
    """Say how to reach a team, a person, or the people behind a service.

    >>> how do I reach the postmasters?
    Postmasters: postmaster@python.org.
    """
    if isinstance(people, Service):
        return owner(ask, people)
    if isinstance(people, Team):
        found = words.reach_team(people, public=ask.message.public)
    else:
        teams = [t for t in ask.catalog.teams.values() if any(m.person == people.id for m in t.members)]
        accounts = [f"GitHub: {people.github}"] if people.github else []
        found = (*accounts, *(c for team in teams for c in words.reach_team(team, public=ask.message.public)))
    cites, notes = based_on(ask, people, "contacts")
    said = " · ".join(dict.fromkeys(found)) or "the catalog names no way to reach them"
    return Answer(f"{people.name}: {said}.", notes=notes, cites=cites, data={"reach": list(found)})


def of_provider(ask: Ask, provider: Provider) -> Answer:
    """A provider is nobody's service: say what it does for us, and who deals with it."""
    used = [s for s in ask.catalog.services.values() if any(h.provider == provider.id for h in s.hosting)]
    team = ask.catalog.teams.get("infra")
    whom = f"ask {team.name} about it" if team else "the catalog names nobody for it"
    does = f" ({', '.join(provider.provides)})" if provider.provides else ""
    gone = f"{provider.lifecycle} " if provider.lifecycle in GONE else ""
    fact = f"{provider.name} is {a(f'{gone}provider')}{does}; {whom}."
    lines = [f"Its own status page: {provider.status_page}"] if provider.status_page else []
    if used:
        lines.append(f"Services on it: {cut(', '.join(s.id for s in used), 300)}.")
    cites, notes = based_on(ask, provider, "default")
    return Answer(fact, lines=lines, notes=notes, cites=cites, data={"provider": provider.id})


def of_region(ask: Ask, region: Region) -> Answer:
    """A region belongs to a provider."""
    provider = ask.catalog.providers.get(region.provider)
    name = provider.name if provider else region.provider
    cites, notes = based_on(ask, region, "default")
    return Answer(f"{region.id} is a {region.kind} of {name} ({code_of(region)}).", notes=notes, cites=cites)
