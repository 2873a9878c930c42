"""Hosting: do DNS and headers show the CDN, the host and the redirects that the catalog names?"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from psfbot.plugin import Drift, Service, Survey, Unreachable

from .domains import Domain, domains_of
from .named import SECONDS, addresses, aliases
from .signs import FASTLY, HEADERS, Sight

KINDS = (
    "cdn-elsewhere", "cdn-unlisted", "origin-elsewhere", "retired-answers", "domain-moved", "redirect-ended",
)  # fmt: skip
MOVED, REDIRECTS = frozenset({301, 308}), frozenset({301, 302, 303, 307, 308})
SUCCESS = range(200, 300)
HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
"""What a catalog takes as a host: a server may redirect to anything, and an edit is what people paste."""
OF_CDN = frozenset({"cdn", "waf"})
NO_FASTLY = "{hosts}: neither DNS nor headers show Fastly, which the catalog names as CDN of {service}"
UNLISTED = "{host} leads to {name}, which is Fastly's, and the catalog names no CDN of {service}"
ELSEWHERE = "{host} leads to {name}, which is {found}'s; the catalog says that {service} runs at {said}"
NO_SIGN = "{host}: neither DNS nor headers show {said}, where the catalog says that {service} runs"
ANSWERS = "{url} answers {status}, and the catalog calls {service} retired"
HAS_MOVED = "{url} redirects for good to {to}, which is no domain of {service}"
NO_REDIRECT = "{url} answers {status} without a redirect, and the catalog calls {service} a redirect"


class Found(NamedTuple):
    """What was seen of a domain; `to` is where its page redirects, `instead` who was asked in its place."""

    domain: Domain
    sight: Sight
    to: str = ""
    aside: str = ""


async def look(service: Service, survey: Survey) -> Iterable[Drift]:
    """Look at every domain, then judge all that was seen; a domain that cannot be looked at proves nothing."""
    found: list[Found] = []
    blind: dict[str, str] = {}
    for domain in domains_of(service):
        try:
            found.append(await look_at(domain, survey))
        except Unreachable as error:
            blind[domain.host] = str(error)
    if not found:
        raise Unreachable(next(iter(blind.values())))
    survey.troubles.update(blind)
    whole = not blind and all(one.sight.headers is not None or not one.sight.addresses for one in found)
    answering = [one for one in found if one.sight.addresses]
    if service.lifecycle == "retired":
        return list(retired(service, answering))
    if service.lifecycle == "planned" or not answering:
        return []
    return [
        *cdn(service, answering, whole=whole), *origin(service, answering, survey, whole=whole),
        *redirects(service, answering, survey),
    ]  # fmt: skip


async def look_at(domain: Domain, survey: Survey) -> Found:
    """The names, addresses and headers of one domain; a page that does not come is a trouble, and DNS still counts."""
    there = await addresses(domain.host, survey)
    names = await aliases(domain.host, survey) if there else ()
    if not there:
        return Found(domain, Sight(names, there))
    try:
        page = await survey.world.http.request("HEAD", domain.url, seconds=2 * SECONDS)
    except Unreachable as error:
        survey.troubles[domain.url] = str(error)
        return Found(domain, Sight(names, there))
    to = page.headers.get("location", "") if page.status in REDIRECTS else ""
    return Found(domain, Sight(names, there, page.headers, page.status), whole_address(domain.url, to), page.aside)


def whole_address(base: str, to: str) -> str:
    """Where a page redirects to; nothing where the server sends what is no address."""
    try:
        address = urljoin(base, to) if to else ""
        return address if urlsplit(address).hostname else ""
    except ValueError:
        return ""


def cdn(service: Service, found: list[Found], *, whole: bool) -> Iterator[Drift]:
    """Is Fastly where the catalog says, and nowhere else?"""
    entries = [place for place, one in enumerate(service.hosting) if one.role in OF_CDN]
    named = [place for place in entries if service.hosting[place].provider == FASTLY]
    hosts = ", ".join(one.domain.host for one in found)
    if named and whole and not any(one.sight.shows(FASTLY) for one in found):
        said = NO_FASTLY.format(hosts=hosts, service=service.id)
        yield Drift("cdn-elsewhere", "services", service.id, f"hosting/{named[0]}/provider", said + found[0].aside)
    led = next((one for one in found if one.sight.led_to == FASTLY), None)
    if led and not entries:
        said = UNLISTED.format(host=led.domain.host, name=led.sight.leading, service=service.id)
        yield Drift("cdn-unlisted", "services", service.id, "hosting", said, f"set {service.id} cdn {FASTLY}")


def origin(service: Service, found: list[Found], survey: Survey, *, whole: bool) -> Iterator[Drift]:
    """Does the service run where the catalog says?"""
    places = [place for place, one in enumerate(service.hosting) if one.role == "origin"]
    if not places or any(one.role in OF_CDN for one in service.hosting):
        return
    said, path = service.hosting[places[0]], f"hosting/{places[0]}/provider"
    theirs = {service.hosting[place].provider for place in places}
    for one in found:
        other = one.sight.led_to
        if other and other != FASTLY and other not in theirs:
            told = ELSEWHERE.format(
                host=one.domain.host, name=one.sight.leading, found=other, service=service.id, said=said.provider
            )
            known = other in survey.book.catalog.providers and said.region is None and len(places) == 1
            edit = f"set {service.id} provider {other}" if known else ""
            yield Drift("origin-elsewhere", "services", service.id, path, told, edit)
            return
    if whole and len(places) == 1 and said.provider in HEADERS and not any(o.sight.shows(said.provider) for o in found):
        told = NO_SIGN.format(host=found[0].domain.host, said=said.provider, service=service.id)
        yield Drift("origin-elsewhere", "services", service.id, path, told + found[0].aside)


def redirects(service: Service, found: list[Found], survey: Survey) -> Iterator[Drift]:
    """Does a redirect still redirect, and does nothing else redirect away for good?"""
    for one in found:
        domain = one.domain
        if service.type == "redirect":
            if one.sight.status in SUCCESS:
                told = NO_REDIRECT.format(url=domain.url, status=one.sight.status, service=service.id) + one.aside
                yield Drift("redirect-ended", "services", service.id, domain.path, told)
            continue
        host = (urlsplit(one.to).hostname or "").rstrip(".")
        if one.sight.status in MOVED and host and not own(host, service):
            told = HAS_MOVED.format(url=domain.url, to=one.to, service=service.id) + one.aside
            unknown = not any(own(host, other) for other in survey.book.catalog.services.values())
            edit = f"add {service.id} domain {host}" if unknown else f"set {service.id} type redirect"
            clear = HOST.fullmatch(host) if unknown else len(domains_of(service)) == 1
            yield Drift("domain-moved", "services", service.id, domain.path, told, edit if clear else "")


def own(host: str, service: Service) -> bool:
    """Is this a host of the service? With `www.` before it or without is the same."""
    theirs = {domain.partition("/")[0] for domain in service.domains}
    same = {host, host.removeprefix("www."), f"www.{host}"}
    return not theirs.isdisjoint(same) or any(one.startswith("*.") and host.endswith(one[1:]) for one in theirs)


def retired(service: Service, found: list[Found]) -> Iterator[Drift]:
    """Does what is retired still show a page?"""
    for one in found:
        if one.sight.status in SUCCESS:
            told = ANSWERS.format(url=one.domain.url, status=one.sight.status, service=service.id) + one.aside
            edit = f"set {service.id} lifecycle archive"
            yield Drift("retired-answers", "services", service.id, "lifecycle", told, edit)
            return
