"""Did it get better? The same card on several days of the catalog's past."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from psfbot.catalog.model import Catalog
from psfbot.catalog.score import Card, Scorecard, score

Item = TypeVar("Item")
MOST = 12
"""So many days of the past are looked at: each is a catalog to read."""
GONE = "it was not in the catalog"
UNSCORED = "it was {lifecycle} then, so it was not scored"
NOTHING = "nothing of it was scored"


@dataclass(frozen=True, slots=True)
class Point:
    """One revision of the catalog, scored as of its day; without a number where nothing could be judged, and why."""

    day: date
    revision: str
    percent: int | None
    kept: int = 0
    judged: int = 0
    why: str = ""


def point(day: date, revision: str, catalog: Catalog | None, service: str = "", team: str = "") -> Point:
    """Score a revision as if it were its day: what was verified since does not count, nor does what has aged since."""
    if catalog is None:
        return Point(day, revision, None, why="the catalog had faults then")
    card = chosen(score(catalog, day), service, team)
    if not card.judged:
        return Point(day, revision, None, why=why_not(catalog, service, team))
    return Point(day, revision, card.percent, card.kept, card.judged)


def why_not(catalog: Catalog, service: str, team: str) -> str:
    """Why a revision has no score: what is asked about was not there yet, or was there and is not scored."""
    if one := catalog.services.get(service):
        return UNSCORED.format(lifecycle=one.lifecycle)
    return GONE if service or (team and team not in catalog.teams) else NOTHING


def chosen(found: Scorecard, service: str = "", team: str = "") -> Card:
    """The card of a service, of a team's services, or of all."""
    if service:
        return found.cards.get(service, Card(service, ()))
    return found.team(team) if team else found.whole


def spread(items: Sequence[Item], most: int = MOST) -> list[Item]:
    """The first, the last, and as many between them as may be, evenly."""
    if len(items) <= most:
        return list(items)
    step = (len(items) - 1) / (most - 1)
    return [items[round(number * step)] for number in range(most)]


def last_of_each_day(found: Iterable[tuple[date, Item]]) -> list[tuple[date, Item]]:
    """Of what happened on one day, in order, only the last."""
    days: dict[date, Item] = dict(found)
    return sorted(days.items(), key=lambda one: one[0])


def changed(points: Sequence[Point]) -> int | None:
    """By how many points of a hundred it rose or fell from the first to the last."""
    known = [one.percent for one in points if one.percent is not None]
    return known[-1] - known[0] if len(known) > 1 else None


def a_year_before(today: date) -> date:
    """Where a trend begins that nobody gave a beginning."""
    return today - timedelta(days=365)
