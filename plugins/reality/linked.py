"""Links: is the page there that a service links to?"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from psfbot.plugin import Drift, Service, Survey

GONE = frozenset({404, 410})
NO_PAGE = "{url} answers {status}; {service} links to it as its {type}"


class Page(NamedTuple):
    """A link of a service, and its place in the list."""

    service: Service
    url: str
    place: int


def pages_of(service: Service) -> Iterator[Page]:
    """The links that lead to the web."""
    for place, link in enumerate(service.links):
        if link.url.startswith(("https://", "http://")):
            yield Page(service, link.url, place)


async def look(page: Page, survey: Survey) -> Iterable[Drift]:
    """Ask for the head of a page, and for all of it before it is called gone: some servers know no heads."""
    http = survey.world.http
    found = await http.request("HEAD", page.url, follow=True)
    if found.status not in GONE:
        return []
    found = await http.request("GET", page.url, follow=True)
    if found.status not in GONE:
        return []
    service, link = page.service, page.service.links[page.place]
    told = NO_PAGE.format(url=page.url, status=found.status, service=service.id, type=link.type) + found.aside
    return [Drift("link-gone", "services", service.id, f"links/{page.place}/url", told)]
