"""Reality: do names, pages and certificates show what the catalog says of them?"""

from collections.abc import Iterable, Iterator

from psfbot.plugin import Drift, Plugin, Service, Survey, Unreachable, each

from . import certified, hosted, linked, named
from .domains import domains_of

FEW = 2
DEAF = "Not one of {count} names has an address, so the name server that I ask knows nothing of the internet."

plugin = Plugin("reality", about="Compares the catalog with DNS, web servers and certificates.")


@plugin.drift
async def names(survey: Survey) -> Iterable[Drift]:
    """Has every domain of a running or archived service an address?"""
    if not survey.wants("domain-gone", "archive-gone"):
        return []
    things = [(domain.host, domain) for service in living(survey) for domain in domains_of(service)]
    found = await each(survey, things, lambda domain: named.look(domain, survey))
    if len(found) == len(things) > FEW:
        raise Unreachable(DEAF.format(count=len(things)))
    return found


@plugin.drift
async def hosting(survey: Survey) -> Iterable[Drift]:
    """Do DNS and web servers show the providers and redirects that the catalog names?"""
    if not survey.wants(*hosted.KINDS):
        return []
    things = [(service.id, service) for service in survey.book.catalog.services.values() if domains_of(service)]
    return await each(survey, things, lambda service: hosted.look(service, survey))


@plugin.drift
async def certificates(survey: Survey) -> Iterable[Drift]:
    """Are the certificates for their domains, and issued by whom the catalog names?"""
    if not survey.wants("certificate-name", "certificate-issuer"):
        return []
    things = [(f"{one.host}:443", one) for service in living(survey) for one in domains_of(service)]
    return await each(survey, things, lambda domain: certified.look(domain, survey))


@plugin.drift
async def links(survey: Survey) -> Iterable[Drift]:
    """Are the pages there that services link to?"""
    if not survey.wants("link-gone"):
        return []
    things = [(page.url, page) for service in living(survey) for page in linked.pages_of(service)]
    return await each(survey, things, lambda page: linked.look(page, survey))


def living(survey: Survey) -> Iterator[Service]:
    """The services that are there, running or not: what is planned or retired need not answer."""
    for service in survey.book.catalog.services.values():
        if service.lifecycle not in {"planned", "retired"}:
            yield service


__all__ = ["Domain", "plugin"]
