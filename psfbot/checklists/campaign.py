"""A campaign: one template for every service that a query finds, up to a day, with those that need not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from psfbot.catalog.model import Catalog, Service
from psfbot.checklists.run import Course, Kept, Run, Who
from psfbot.checklists.template import Template

MOST = 200
"""Runs that one campaign may start at once."""
ARCHITECTURE = "hosting.origin.architecture"
BAR = 20


class Exemption(Kept):
    """A service that a campaign leaves out: why, who says so, and up to which day."""

    service: str
    by: Who
    reason: str
    until: date

    def holds(self, today: date) -> bool:
        """Does it hold today?"""
        return today <= self.until


class Campaign(Kept):
    """One procedure for many services. `template` is a copy, as in each of its runs."""

    number: int
    template: Template
    query: str
    target: date | None = None
    started_at: datetime
    started_by: Who
    exempt: Mapping[str, Exemption] = {}


class Stand(StrEnum):
    """Where one service stands in a campaign."""

    FINISHED = "finished"
    RUNNING = "running"
    PAUSED = "paused"
    STALE = "stale"
    ABORTED = "aborted"
    EXEMPT = "exempt"
    WAITING = "not started"


ORDER = (Stand.STALE, Stand.RUNNING, Stand.PAUSED, Stand.WAITING, Stand.ABORTED, Stand.EXEMPT, Stand.FINISHED)


@dataclass(frozen=True, slots=True)
class Place:
    """One service of a campaign, how it stands, and its run, if there is one."""

    service: str
    stand: Stand
    run: Run | None = None


def stand_of(run: Run) -> Stand:
    """Where a run stands, as a campaign counts it."""
    if run.course is Course.RUNNING:
        return Stand.STALE if run.stale else Stand.RUNNING
    return Stand(run.course.value)


def places(services: Sequence[str], runs: Sequence[Run], exempt: Mapping[str, Exemption], today: date) -> list[Place]:
    """Every service with its newest run; one that has none and need not have one is exempt."""
    newest: dict[str, Run] = {}
    for run in sorted(runs, key=lambda one: one.number):
        newest[run.service] = run
    found = []
    for service in dict.fromkeys((*services, *newest)):
        known = newest.get(service)
        free = service in exempt and exempt[service].holds(today)
        if free and (known is None or known.course is Course.ABORTED):
            found.append(Place(service, Stand.EXEMPT, known))
        else:
            found.append(Place(service, stand_of(known) if known else Stand.WAITING, known))
    return sorted(found, key=lambda place: ORDER.index(place.stand))


def counted(found: Sequence[Place]) -> dict[Stand, int]:
    """How many services stand where."""
    return {stand: number for stand in ORDER if (number := sum(place.stand is stand for place in found))}


def bar(found: Sequence[Place]) -> str:
    """A picture of how far it is: what is finished, what is on its way, what is left."""
    wanted = [place for place in found if place.stand is not Stand.EXEMPT]
    if not wanted:
        return "[" + "-" * BAR + "]"
    done = sum(place.stand is Stand.FINISHED for place in wanted)
    parts = sum(share(place) for place in wanted if place.stand is not Stand.FINISHED)
    full = BAR * done // len(wanted)
    half = min(BAR - full, round(BAR * (done + parts) / len(wanted)) - full)
    return "[" + "#" * full + "=" * max(half, 0) + "-" * (BAR - full - max(half, 0)) + "]"


def share(place: Place) -> float:
    """How much of a run is done."""
    run = place.run
    return run.over / len(run.template.steps) if run and run.open else 0.0


def architectures(catalog: Catalog) -> dict[str, int]:
    """How many services that are in use run on which architecture; those of which nobody knows count as unknown."""
    found: dict[str, int] = {}
    for service in catalog.services.values():
        if service.lifecycle not in {"retired", "planned"}:
            word = architecture(service)
            found[word] = found.get(word, 0) + 1
    return found


def architecture(service: Service) -> str:
    """The architecture that a service runs on; mixed ones are `multi`."""
    known = {entry.architecture or "unknown" for entry in service.hosted("origin")} or {"unknown"}
    return known.pop() if len(known) == 1 else ("unknown" if "unknown" in known else "multi")
