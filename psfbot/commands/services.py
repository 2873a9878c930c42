"""What is in the catalog: one service as a card, and lists by query."""

from contextlib import suppress

from psfbot.catalog import words
from psfbot.catalog.model import Host, Person, Platform, Provider, Region, Service, Team
from psfbot.catalog.model import Link as CatalogLink
from psfbot.chat.answer import Answer, Link
from psfbot.chat.command import Ask, Topic
from psfbot.commands import hosts, people, places
from psfbot.commands.wording import based_on, listed
from psfbot.errors import UserError
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

    >>> list services with a runbook
    1 service: docs.python.org
    """
    from psfbot.catalog import lookup  # noqa: PLC0415 - most questions are no query

    meant, found = lookup.spoken(query, ask.book.names), tuple[Service, ...]()
    if meant:
        with suppress(UserError):  # then they are only words
            found = ask.book.query(meant)
    if not found:
        meant = None
        try:
            found = ask.book.query(query)
        except UserError as error:
            raise UserError(next(iter(with_quotes(ask, query)), str(error))) from None
    data = {"query": meant or query, "services": [s.id for s in found]}
    if not found:
        return Answer(f"No service matches {cut(query, 80)}.", lines=with_quotes(ask, query), data=data)
    notes = [f"I read that as: {meant}"] if meant else []
    return Answer(f"{count(len(found), 'service')}: {', '.join(s.id for s in found)}", notes=notes, data=data)


def with_quotes(ask: Ask, query: str) -> list[str]:
    """A hint where a name of two words was written without quotes and would be found with them."""
    from psfbot.catalog import lookup  # noqa: PLC0415 - as above

    better = lookup.quoted(query)
    try:
        found = ask.book.query(better) if better else ()
    except UserError:
        return []
    return (
        [f"A name of several words needs quotes: services {better} ({count(len(found), 'service')})"] if found else []
    )


@topic.says(
    "(services|list services|show services|which services are|what services are) (without|with no|lacking|missing) [a|an|any] "
    "{field}",
    "(which|what) services (lack|miss|have no|has no|do not have) [a|an|any] {field}",
    "(services|list services) that (lack|miss|have no|do not have) [a|an|any] {field}",
)
def lacking(ask: Ask, field: str) -> Answer:
    """List the services, not retired, of which something is not known, or that have no such page.

    >>> services without an owner
    1 service without owner: staging.python.org

    >>> which services have no runbook
    8 services without runbook: downloads, exampleindex, hg.python.org, loadbalancer, mail.python.org, salt-master, …
    """
    from psfbot.catalog import lookup  # noqa: PLC0415 - as above

    name = lookup.field_of(field)
    if name is None:
        raise UserError(
            f"I know no field '{cut(field, 60)}' of a service. Try owner, runbook or tier, or see `help search`."
        )
    query = f"-has:{name} -lifecycle:retired"
    found = ask.book.query(query)
    if not found:
        return Answer(f"No service is without {name}.", data={"query": query, "services": []})
    fact = f"{count(len(found), 'service')} without {name}: {', '.join(s.id for s in found)}"
    return Answer(fact, data={"query": query, "services": [s.id for s in found]})


@topic.says(
    "(services|list services|which services are|what services are|what is) (in|of|on|with) tier {number}",
    "(list|show) tier {number} [services]",
    "tier {number} services",
)
def tier(ask: Ask, number: int) -> Answer:
    """List the services of one tier: 1 is the most important.

    >>> services in tier 4
    1 service in tier 4: hg.python.org.
    """
    found = [s for s in ask.catalog.services.values() if s.tier == number and s.lifecycle != "retired"]
    if not found:
        raise UserError(f"No service is in tier {number}. The tiers of services are 1, the most important, to 4.")
    fact = f"{count(len(found), 'service')} in tier {number}: {', '.join(s.id for s in found)}."
    return Answer(fact, data={"tier": number, "services": [s.id for s in found]})
