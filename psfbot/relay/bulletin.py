"""What people read about several incidents at once: a shared cause, or a storm."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psfbot.catalog import words
from psfbot.catalog.graph import Node
from psfbot.catalog.model import Catalog
from psfbot.relay.incident import Happening, Incident, Standing
from psfbot.relay.word import BY_HAND, LONGEST, Said, lasted, span
from psfbot.text import and_join, count, cut, one_line

NAMED = 170
"""Characters for the names in one line; the rest are `and 3 more`."""
LINED = 20
"""Lines below a message, one for each incident; the rest are counted."""
LEAST = 5
"""Services whose tier nobody set come after those of tier 4."""
CHEER = "tier 1 and the end of what was told here still come by themselves · `incidents` lists all"


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the name of a cause: what else it may be, what was named before, what providers report."""

    rivals: tuple[Node, ...] = ()
    was: str = ""
    reports: tuple[str, ...] = ()


def name(node: Node, catalog: Catalog) -> str:
    """A place of the catalog as people call it: `Salt master`, `Fastly`, `DigitalOcean nyc1`."""
    kind, known_as = node
    if kind == "service" and known_as in catalog.services:
        return catalog.services[known_as].name
    if kind == "region" and known_as in catalog.regions:
        return f"{provider(catalog.regions[known_as].provider, catalog)} {known_as}"
    return provider(known_as, catalog) if kind == "provider" else known_as


def provider(known_as: str, catalog: Catalog) -> str:
    """A provider's name."""
    known = catalog.providers.get(known_as)
    return known.name if known else known_as


def together(
    kind: Happening,
    cause: Incident,
    below: Sequence[Incident],
    beside: Beside,
    catalog: Catalog,
    now: datetime,
) -> Said:
    """Say what a shared cause takes down with it, the most important first."""
    place = name(cause.node, catalog) if cause.node else cause.named
    down = [one for one in below if one.state is not Standing.RESOLVED]
    if kind is Happening.RESOLVED or not down:
        return Said(cut(one_line(up(cause, place, ranked(below, catalog), now)), LONGEST))
    if kind is Happening.ACKNOWLEDGED:
        after = span((cause.acked_at or now) - cause.began)
        said = f"ACKED #{cause.number} {place} by {cause.acked_by or 'somebody'} after {after}"
        return Said(cut(one_line(said), LONGEST))
    head = "STILL DOWN TOGETHER" if kind is Happening.REMINDED else "DOWN TOGETHER"
    rather = f", not {beside.was}" if beside.was else others(beside.rivals, catalog)
    taker = (f"acked by {cause.acked_by}",) if cause.acked_by else ()
    facts = (*beside.reports, *taker, *whom(cause.node, catalog), f"ack {cause.number}")
    start = f"{head} #{cause.number} {place}{rather}? {how_many(len(down), len(below))}"
    shown = ranked(below, catalog)
    text = " · ".join((start + listed(shown, NAMED), *facts))
    return Said(cut(one_line(text), LONGEST), lines=tuple(map(one_line, each(shown, now))))


def up(cause: Incident, place: str, below: Sequence[Incident], now: datetime) -> str:
    """All are up again, or a person closed them: after how long; by name where nobody was told that they were down."""
    number = len(below)
    names = "" if cause.told_at else f": {', '.join(f'{one.named} #{one.number}' for one in below)}"
    few = {1: "the service", 2: "both services"}
    said = few.get(number, f"all {number} services")
    if cause.resolved_by:
        closed = f"RESOLVED #{cause.number} {place} by {cause.resolved_by} after {lasted(cause, now)} {BY_HAND}"
        return f"{closed}, with {said} below it{names}"
    are = "is" if number == 1 else "are"
    return f"UP #{cause.number} {place}: {said} {are} up again after {lasted(cause, now)}{names}"


def how_many(down: int, below: int) -> str:
    """How many are down, where the names alone do not say it."""
    if down < below:
        return f"{down} of {below} services are still down: "
    return f"{down} services: " if down > 2 else ""  # noqa: PLR2004 - two names are soon counted


def apart(cause: Incident, left: Sequence[Incident], reason: str, catalog: Catalog) -> Said:
    """Say that they do not belong together after all, and who stays down."""
    place = name(cause.node, catalog) if cause.node else cause.named
    stay = f" · still down: {listed(left, NAMED)}" if left else ""
    return Said(cut(one_line(f"NOT TOGETHER #{cause.number} {place}: {reason}{stay}"), LONGEST))


def ranked(below: Sequence[Incident], catalog: Catalog) -> list[Incident]:
    """Those that are down before those that are up again, causes first, then the most important."""

    def tier(incident: Incident) -> int:
        service = catalog.services.get(incident.service or "")
        return service.tier if service and service.tier != "unknown" else LEAST

    return sorted(below, key=lambda one: (one.state is Standing.RESOLVED, one.node is None, tier(one), one.number))


def listed(down: Sequence[Incident], room: int) -> str:
    """As many names with their numbers as fit: `pypi #3, docs.python.org #1 and 3 more`."""
    shown: list[str] = []
    for one in down:
        word = f"{cut(one.named, 60)} #{one.number}" + (" (up again)" if one.state is Standing.RESOLVED else "")
        if shown and sum(len(known) + 2 for known in shown) + len(word) > room:
            break
        shown.append(word)
    more = len(down) - len(shown)
    return f"{', '.join(shown)} and {more} more" if more else and_join(shown)


def each(down: Sequence[Incident], now: datetime) -> list[str]:
    """A line for each, as many as one can read."""
    said = [f"#{one.number} {one.named}: {one.title}, {one.state} for {lasted(one, now)}" for one in down[:LINED]]
    more = len(down) - len(said)
    return [*said, f"{more} more; `incidents` counts them"] if more else said


def others(rivals: Sequence[Node], catalog: Catalog) -> str:
    """What else it may be."""
    return f", or {and_join([name(node, catalog) for node in rivals], 'or')}" if rivals else ""


def whom(node: Node | None, catalog: Catalog) -> tuple[str, ...]:
    """Whom to ask about the cause, or where its provider tells how it is."""
    if node is None:
        return ()
    kind, known_as = node
    service = catalog.services.get(known_as) if kind == "service" else None
    if service and service.owners:
        return (f"ask {words.ask_whom(catalog, service)}",)
    region = catalog.regions.get(known_as) if kind == "region" else None
    known = catalog.providers.get(region.provider if region else known_as) if kind in {"region", "provider"} else None
    return (f"see {known.status_page}",) if known and known.status_page else ()


def storm(incident: Incident, down: Sequence[Incident], now: datetime) -> Said:
    """The digest of a storm: how much was folded, and what is down."""
    over = incident.state is Standing.RESOLVED
    head = f"STORM OVER #{incident.number}" if over else f"STORM #{incident.number} in this room"
    time = f"in {lasted(incident, now)}" if over else f"since {incident.opened_at:%H:%M} UTC"
    folded = f"{count(incident.repeats, 'message')} folded {time}"
    still = f"{count(len(down), 'incident')} {'still ' if over else ''}open"
    names = f": {listed(down, NAMED)}" if down else ""
    return Said(cut(one_line(f"{head}: {folded}; {still}{names}{'' if over else f' · {CHEER}'}"), LONGEST))
