"""Which service is an alert about?"""

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from psfbot.catalog.address import read
from psfbot.catalog.book import Book
from psfbot.catalog.names import How, Names
from psfbot.relay.alert import Alert
from psfbot.relay.incident import OWN, PROVIDER, UNMAPPED
from psfbot.relay.supplier import loudness, speaker

Checks = dict[tuple[str, str], tuple[int, str, str]]
"""Source and folded name of a check -> place in the catalog, service, and the name as it is written."""
CHECKS: "WeakKeyDictionary[Names, Checks]" = WeakKeyDictionary()
"""What was gathered for the catalogs in use: each is known by its names, of which a reload makes new ones."""
SELF = "psfbot"
"""What psfbot calls itself in the hints of its own alerts: the service of this name, where the catalog lists one."""
SURE = frozenset({How.EXACT, How.HOST, How.WILDCARD, How.LABELS, How.REPO})


@dataclass(frozen=True, slots=True)
class Subject:
    """What an incident is about: a service's id, or `unmapped:` and the source's own words; and why."""

    id: str
    reason: str


def match(alert: Alert, book: Book) -> Subject:
    """Find the service: by the catalog's `alerts`, then by host, URL or tag; else it is shown as unmapped.

    What a provider's status page says is about that provider, unless the catalog lists the page for a service.
    """
    mapped = by_mapping(alert, book)
    if mapped:
        return mapped
    provider = speaker(alert, book)
    if provider:
        return Subject(PROVIDER + provider.id, f"the catalog knows this status page as that of {provider.id}")
    for said in clues(alert):
        found = by_name(said, book)
        if found:
            return found
    if SELF in alert.hints:
        return Subject(OWN + alert.about[:200], f"it is about {SELF} itself, which the catalog does not list")
    about = alert.about or next(iter(alert.names), "") or alert.summary or f"{alert.source} {alert.key}"
    return Subject(UNMAPPED + about[:200], f"the catalog knows neither this check nor '{about[:80]}'")


def as_heard(alert: Alert, book: Book) -> Alert:
    """The alert with the weight that it has here: a provider's word about itself weighs less than our own checks."""
    provider = None if by_mapping(alert, book) else speaker(alert, book)
    return alert.model_copy(update={"severity": loudness(alert, provider, book)}) if provider else alert


def clues(alert: Alert) -> Iterator[str]:
    """What to look up, the most telling first: a URL on the host in question may belong to a service of its own."""
    here = read(alert.about)
    pages = ((hint, read(hint)) for hint in alert.hints if "://" in hint)
    yield from (hint for hint, page in pages if here and page and page.host == here.host)
    yield from filter(None, (alert.about, *alert.hints))


def by_mapping(alert: Alert, book: Book) -> Subject | None:
    """The service that lists this check; the first in the catalog's order when several share it."""
    listed = checks(book)
    found = [listed[key] for name in alert.names if (key := (alert.source, name.casefold())) in listed]
    if not found:
        return None
    _, service, check = min(found)
    return Subject(service, f"the catalog lists {alert.source} check '{check}' for {service}")


def checks(book: Book) -> Checks:
    """All checks that the catalog lists, gathered with its first alert: a storm must not walk through every service."""
    known = CHECKS.get(book.names)
    if known is None:
        known = {}
        for place, service in enumerate(book.catalog.services.values()):
            for source, names in service.alerts.items():
                for name in names:
                    known.setdefault((source, name.casefold()), (place, service.id, name))
        CHECKS[book.names] = known
    return known


def by_name(said: str, book: Book) -> Subject | None:
    """The service that this host, URL or name resolves to for certain, or that runs on this host."""
    found = book.names.find(said, ("service", "host"))
    sure = [hit for hit in found.hits if hit.how in SURE]
    services = dict.fromkeys(service for hit in sure for service in served(hit.kind, hit.id, book))
    if len(services) == 1:
        service = next(iter(services))
        return Subject(service, f"'{said[:80]}' is {service}")
    return None


def served(kind: str, name: str, book: Book) -> Iterator[str]:
    """A service itself, or those on a host."""
    if kind == "service":
        yield name
    else:
        yield from (service.id for service in book.names.services_on(name))
