"""Where to go: trackers, runbooks, documentation, repositories, and the line of the catalog."""

from psfbot.catalog import words
from psfbot.catalog.model import Provider, Service
from psfbot.chat.answer import Answer, Link
from psfbot.chat.command import Ask, Topic
from psfbot.commands.wording import based_on

topic = Topic("pages", "Where to go: trackers, runbooks, documentation, repositories, the catalog's own line.")


def pages(ask: Ask, service: Service, *kinds: str, noun: str) -> Answer:
    """The pages of some kinds; where there is none, whom to ask instead."""
    found = [link for link in service.links if link.type in kinds]
    cites, notes = based_on(ask, service, "links")
    if not found:
        whom = words.ask_whom(ask.catalog, service)
        instead = "" if whom == words.NOBODY else f" Ask {whom}."
        return Answer(f"{service.id}: the catalog names no {noun}.{instead}")
    told = " · ".join(f"{link.title}: {link.url}" if link.title else link.url for link in found)
    links = [Link(link.title or noun, link.url) for link in found]
    return Answer(f"{service.id}: {told}", notes=notes, cites=cites, data={"links": [link.url for link in links]})


@topic.says(
    "(which|what) (tracker|list|issue tracker|bug tracker|place) is (for|of) [the] {service}",
    "(tracker|issues|bugs|issue tracker|bug tracker) (for|of) [a problem with|problems with|the] {service}",
    "(which|what) tracker is (right|the right one|good) for [a problem with|problems with|a bug in|the] {service}",
    "where do i report that [the] {service} (looks broken|is broken|is wrong|is down|is stale|does not work)",
    "(which|what) (tracker|issue tracker|bug tracker) for [the] {service}",
    "(how|where) (do|can|should) (i|we) (report|file) [a problem with|a bug in|a bug with|an issue with|problems with] [the] {service}",
    "(report|tracker) {service}",
)
def tracker(ask: Ask, service: Service) -> Answer:
    """Say where a problem with a service is reported.

    >>> which tracker for docs.python.org?
    docs.python.org: content: https://github.com/python/cpython/issues · server: https://github.com/python/psf-salt/issues
    """
    return pages(ask, service, "tracker", noun="tracker")


@topic.says(
    "(docs|documentation|manual) (for|of|about) [the] {service}",
    "where (is|are) the (docs|documentation) (for|of) [the] {service}",
)
def documentation(ask: Ask, service: Service) -> Answer:
    """Say where a service is documented.

    >>> docs for docs.python.org
    docs.python.org: https://github.com/python/docsbuild-scripts#readme
    """
    return pages(ask, service, "docs", "runbook", noun="documentation")


@topic.says(
    "runbook {service}", "runbook (for|of) [the] {service}", "how do i (restart|rebuild|fix|repair) [the] {service}"
)
def runbook(ask: Ask, service: Service) -> Answer:
    """Give the runbook of a service.

    >>> runbook docs
    docs.python.org: https://github.com/python/docsbuild-scripts#readme
    """
    return pages(ask, service, "runbook", "docs", noun="runbook")


@topic.says(
    "(repo|repository|source|source code|code|git) (of|for) [the] {service}",
    "(where|what) is the (repo|repository|source|source code|code) (of|for) [the] {service}",
    "(repo|repository) {service}",
    "how is [the] {service} (configured|deployed|managed|built)",
    "where is [the] {service} configured",
    "(config|configuration) (of|for) [the] {service}",
)
def repo(ask: Ask, service: Service) -> Answer:
    """Say where the code and the configuration of a service are.

    >>> repo of docs.python.org
    docs.python.org: https://github.com/python/docsbuild-scripts (code); configured by salt: https://github.com/python/psf-salt salt/docs.
    """
    found = [f"{r.url}{f' {r.path}' if r.path else ''} ({r.role})" for r in service.repos]
    config = service.config
    if config:
        where = " ".join(part for part in (config.repo, config.path) if part)
        found.append(f"configured by {config.tool}{f': {where}' if where else ''}")
    runs = words.runs(ask.catalog, service)
    lines = [] if runs == words.NOWHERE else [f"It runs {runs}."]
    cites, notes = based_on(ask, service, "repos", "config")
    if not found:
        return Answer(f"{service.id}: the catalog names no repository and no configuration of it.", notes=notes)
    data = {"service": service.id, "repos": [r.url for r in service.repos]}
    return Answer(f"{service.id}: {'; '.join(found)}.", lines=lines, notes=notes, cites=cites, data=data)


@topic.says(
    "who (can|may) (purge|flush|invalidate) [the cache of|fastly for|the cdn for|the] {service}",
    "[the] {service} (is|are|looks|look) stale [after the release|after a release]",
    "(how|where) (do|can) (i|we) (purge|flush) [the cache of|the] {service}",
    "purge {service}",
)
def purge(ask: Ask, service: Service) -> Answer:
    """Say who can purge a service from its CDN, and how.

    >>> who can purge docs.python.org?
    docs.python.org is behind Fastly; ask PSF Infrastructure Team. How: https://infra.psf.io/services/cdn.html
    """
    cdns = [words.provider(ask.catalog, entry) for entry in service.hosted("cdn")]
    if not cdns:
        return Answer(f"{service.id} is behind no CDN that the catalog knows: there is nothing to purge.")
    team = ask.catalog.teams.get("infra")
    whom = team.name if team else words.ask_whom(ask.catalog, service)
    how = [link.url for link in service.links if link.type == "purge"]
    said = f" How: {' · '.join(how)}" if how else ""
    reach = words.reach_team(team, public=ask.message.public) if team else ()
    lines = [f"Reach them: {' · '.join(reach)}."] if reach else []
    cites, notes = based_on(ask, service, "hosting.cdn")
    return Answer(f"{service.id} is behind {cdns[0]}; ask {whom}.{said}", lines=lines, notes=notes, cites=cites)


@topic.says(
    "(can i have|can we have|how do i get|i need|who adds) a (redirect|dns record|subdomain|record|domain name) [for|of|from] {name}",
    "(can i have|can we have|how do i get|i need|who adds) a (redirect|dns record|subdomain|record|domain name)",
    "(who|whom) do i ask for a (redirect|dns record|subdomain|record|domain name)",
)
def record(ask: Ask, name: str = "") -> Answer:
    """Say whom to ask for a redirect, a DNS record or a subdomain.

    >>> can I have a redirect?
    Ask PSF Infrastructure Team: infrastructure-staff@python.org · #python-infra (on Libera.Chat).
    """
    team = ask.catalog.teams.get("infra")
    if team is None:
        return Answer("The catalog names no team for that.")
    reach = " · ".join(words.reach_team(team, public=ask.message.public))
    registrars = [
        p.name
        for p in ask.catalog.providers.values()
        if {"dns", "registrar"} & {*p.provides} and p.lifecycle != "retired"
    ]
    lines = [f"DNS and names are with: {', '.join(registrars)}."] if registrars else []
    return Answer(f"Ask {team.name}: {reach}.", lines=lines)


@topic.says(
    "status (page of|page for|of the provider) [the] {target}",
    "(status page|statuspage) (of|for) [the] {target}",
)
def status_page(ask: Ask, target: Provider | Service) -> Answer:
    """Give the public status page of a provider or a service.

    >>> status page of fastly
    Fastly: https://www.fastlystatus.com
    """
    if isinstance(target, Service):
        return pages(ask, target, "status", noun="status page")
    return Answer(f"{target.name}: {target.status_page or 'the catalog names no status page.'}")


@topic.says(
    "(edit|suggest|propose|fix|correct) {service}",
    "(how|where) do i (edit|change|correct) [the entry of|the record of|the] {service}",
    "(edit link|source line|catalog line) (of|for) {service}",
)
def edit(ask: Ask, service: Service) -> Answer:
    """Show where the record of a service stands, to propose a change.

    >>> edit docs.python.org
    docs.python.org: change it in a pull request at catalog.yaml:168
    """
    link = ask.edit_link("services", service.id)
    return Answer(f"{service.id}: change it in a pull request at {link}", data={"service": service.id, "at": link})
