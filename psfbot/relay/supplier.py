"""What a provider says of itself: which one it is, how loud that is here, and in which words it is told."""

import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from psfbot.catalog.book import Book
from psfbot.catalog.impact import Web
from psfbot.catalog.model import Catalog, Provider
from psfbot.catalog.names import Names
from psfbot.relay.alert import Alert, Severity
from psfbot.relay.bulletin import listed, provider
from psfbot.relay.incident import Happening, Incident
from psfbot.relay.kin import struck
from psfbot.relay.word import BY_HAND, LONGEST, Said, flapping, lasted, taken
from psfbot.text import count, cut, one_line

MILDER = {Severity.CRITICAL: Severity.ERROR, Severity.ERROR: Severity.WARNING}
"""How bad a provider calls its trouble -> how bad that is here, where our own checks have the first word."""
PLACE = re.compile(r"\b([a-z]{3}[1-9]\d?|[a-z]{2}-[a-z]+-\d)\b|\(([a-z]{3})\)", re.IGNORECASE)
"""A place as status pages write them: `NYC3`, `us-east-1`, `London (LCY)`."""
NO_PLACES = frozenset({
    "api", "app", "bgp", "cdn", "cli", "cpu", "dns", "eta", "gpu", "hdd", "iam", "isp", "mfa", "ram", "rca", "rpc",
    "rum", "sdk", "sla", "smb", "sms", "sni", "sql", "ssd", "ssh", "ssl", "sso", "tbd", "tcp", "tls", "udp", "uri",
    "url", "vms", "vpc", "vpn", "waf", "web", "www", "xss", "bst", "cdt", "cet", "cst", "edt", "est", "gmt", "hkt",
    "ist", "jst", "mdt", "mst", "pdt", "pst", "sgt", "utc", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug",
    "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu", "fri", "sat", "sun",
})  # fmt: skip
"""What is written like a place and is none: `(DNS)`, `(UTC)`, `TLS1`, `Nov20`."""
ASIDE = "what a provider calls minor, or has elsewhere, is shown beside our own incidents only"
NAMED = 120
"""Characters for the names of what is down here."""

PAGES: "WeakKeyDictionary[Names, dict[str, Provider]]" = WeakKeyDictionary()
USED: "WeakKeyDictionary[Web, dict[str, bool]]" = WeakKeyDictionary()
"""What was worked out for the catalogs in use; a reload makes new ones."""


def pages(book: Book) -> dict[str, Provider]:
    """The hosts of all status pages that the catalog names; the first provider counts where two share one."""
    known = PAGES.get(book.names)
    if known is None:
        known = PAGES[book.names] = {}
        for one in book.catalog.providers.values():
            host = urlsplit(one.status_page or "").hostname
            if host:
                known.setdefault(host, one)
    return known


def speaker(alert: Alert, book: Book) -> Provider | None:
    """The provider whose status page says this; a page is among the names of what it says."""
    known = pages(book)
    return next((known[name] for name in alert.names if name in known), None)


def used(known_as: str, book: Book) -> bool:
    """Would anything of ours suffer if this provider were gone?"""
    known = USED.setdefault(book.web, {})
    if known_as not in known:
        known[known_as] = bool(book.web.breaks("provider", known_as).struck)
    return known[known_as]


def loudness(alert: Alert, own: Provider, book: Book) -> Severity:
    """How bad is this here? What is minor, elsewhere, or of a provider that nothing runs on, is told nobody aloud."""
    if not used(own.id, book) or elsewhere(alert, own, book.catalog):
        return Severity.INFO
    return MILDER.get(alert.severity, Severity.INFO)


def elsewhere(alert: Alert, own: Provider, catalog: Catalog) -> bool:
    """Does it name places, and none of them is one of ours? Where the catalog knows of no place, none is ruled out."""
    ours = [region for region in catalog.regions.values() if region.provider == own.id]
    here = {word.casefold() for one in ours for word in (one.id, one.code, *one.aliases)} - {"unknown"}
    said = f"{alert.summary} {alert.detail}"
    named = ((found[1] or found[2]).casefold() for found in PLACE.finditer(said))
    places = {place for place in named if unnumbered(place) not in NO_PLACES}
    return bool(places and here and not places & (here | set(map(unnumbered, here))))


def unnumbered(place: str) -> str:
    """A city's letters: whoever says `New York (NYC)` speaks of nyc1 as well."""
    return place.rstrip("0123456789")


def reported(report: Incident, catalog: Catalog) -> str:
    """The provider's word in one fact, to stand beside incidents of our own."""
    return f"{provider(report.provider, catalog)} itself reports trouble (#{report.number} {cut(report.title, 80)})"


def word(kind: Happening, report: Incident, suffering: Sequence[Incident], book: Book, now: datetime) -> Said:
    """Say what a provider says, how many of ours need it, and which of them are down."""
    catalog = book.catalog
    place = provider(report.provider, catalog)
    if kind is Happening.RESOLVED:
        by = f" by {report.resolved_by}" if report.resolved_by else ""
        end = f"{by} after {lasted(report, now)}" + (f" {BY_HAND}" if by else "")
        return Said(cut(one_line(f"PROVIDER OK #{report.number} {place}: its trouble is over{end}"), LONGEST))
    if kind is Happening.ACKNOWLEDGED:
        return Said(taken(report, now))
    if kind is Happening.FLAPPING:
        return Said(flapping(report))
    needing = len(struck(("provider", report.provider), book))
    need = f"{count(needing, 'service')} here cannot do without it" if needing else "no service here hangs on it alone"
    down = f"; down here: {listed(suffering, NAMED)}" if suffering else ""
    return Said(cut(one_line(f"PROVIDER #{report.number} {place}: {cut(report.title, 160)} · {need}{down}"), LONGEST))
