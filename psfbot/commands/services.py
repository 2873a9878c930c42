"""What is in the catalog: one service as a card, and lists by query."""

from psfbot.catalog import words
from psfbot.catalog.model import Host, Person, Platform, Provider, Region, Service, Team
from psfbot.catalog.model import Link as CatalogLink
from psfbot.chat.answer import Answer, Link
from psfbot.chat.command import Ask, Topic
from psfbot.commands import hosts, people, places
from psfbot.commands.wording import based_on, listed
from psfbot.text import count, cut

topic = Topic("services", "What a service is, where it runs, and which services there are.")


@topic.says(
    "(service|show|info|describe|svc|catalog|card|details) [the] {thing}",
    "(info|information|details) (on|about|for) [the] {thing}",
    "what (is|are) [the] {thing}",
    "what is [the] {thing} (for|about)",
    "tell me about [the] {thing}",
    "about [the] {thing}",
    "{thing}",
)
def service(ask: Ask, thing: Service | Provider | Region | Team | Person | Platform | Host) -> Answer:
    """Show what the catalog knows of a service, provider, region, team, person or platform.

    >>> what is docs.python.org?
    docs.python.org: Builds and serves the documentation of CPython.

    >>> service nothing-like-it
    I know nothing called 'nothing-like-it'. The nearest: …
    """
    if isinstance(thing, Provider):
        return places.provider_card(ask, thing)
    if isinstance(thing, Region):
        return places.region_card(ask, thing)
    if isinstance(thing, Team):
        return people.team_card(ask, thing)
    if isinstance(thing, Person):
        return people.person_card(ask, thing)
    if isinstance(thing, Platform):
        return places.platform_card(ask, thing)
    if isinstance(thing, Host):
        return hosts.host(ask, thing)
    return card(ask, thing)


def card(ask: Ask, service: Service) -> Answer:
    """Everything about one service in a few lines."""
    where = words.runs(ask.catalog, service)
    tier = f"tier {service.tier}" if service.tier != "unknown" else "tier unknown"
    lines = [
        f"Owners: {words.ask_whom(ask.catalog, service)}.",
        "Where it runs is unknown." if where == words.NOWHERE else f"Runs {where}.",
        f"{service.lifecycle.capitalize()}, {tier}, {service.type}.",
    ]
    reach = words.reach(ask.catalog, service, public=ask.message.public)
    lines += [f"Reach: {' · '.join(reach)}."] if reach else []
    lines += [f"Also known as: {', '.join((*service.domains, *service.aliases))}."] if service.aliases else []
    other = words.others(ask.catalog, service)
    lines += [f"Also: {'; '.join(other)}."] if other else []
    needs = [d.service for d in service.depends_on if d.strength == "hard"]
    lines += [f"Needs: {', '.join(needs)}."] if needs else []
    lines += [f"Note: {service.note}"] if service.note else []
    cites, notes = based_on(ask, service, "default")
    links = [link(entry) for entry in service.links] + [Link("Code", repo.url) for repo in service.repos]
    links.append(Link("Edit", ask.edit_link("services", service.id)))
    fact = f"{service.id}: {service.description}"
    return Answer(
        fact, lines=lines, notes=notes, cites=cites, links=links, data={"service": service.model_dump(mode="json")}
    )


def link(entry: CatalogLink) -> Link:
    """A page of the catalog as an answer shows it."""
    return Link(entry.title or entry.type.capitalize(), entry.url)


@topic.says(
    "(services|list|ls|list services|list all services|show services|all services)",
    "(which|what) services (are there|do you know|exist)",
)
def services(ask: Ask) -> Answer:
    """List every service that is not retired.

    >>> services
    9 services in the catalog.
    """
    found = [s for s in ask.catalog.services.values() if s.lifecycle != "retired"]
    fact = f"{count(len(found), 'service')} in the catalog."
    return Answer(fact, items=listed(ask, found), data={"services": [s.id for s in found]})


@topic.says(
    "(services|list|ls|search|find) {query}",
    "(services|list services) (with|matching|where) {query}",
)
def search(ask: Ask, query: str) -> Answer:
    """List the services that match a query; `docs/query.md` has the fields.

    >>> services provider:fastly arch:unknown
    3 services: docs.python.org, downloads, www.python.org
    """
    found = ask.book.query(query)
    names = ", ".join(s.id for s in found)
    fact = f"{count(len(found), 'service')}: {names}" if found else f"No service matches {cut(query, 80)}."
    return Answer(fact, data={"query": query, "services": [s.id for s in found]})
