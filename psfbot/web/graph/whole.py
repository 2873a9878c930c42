"""The whole catalog drawn: which services need which, with every arrow left out that follows from others."""

from collections.abc import Mapping
from dataclasses import dataclass

from psfbot.catalog.model import Catalog, Service
from psfbot.web.graph.bundled import Needs, bundled
from psfbot.web.graph.layered import lay
from psfbot.web.graph.picture import Firm, Picture

GONE = frozenset({"planned", "retired"})
"""What does not run hangs on nothing."""
FIRM: Mapping[str, Firm] = {"hard": "hard", "soft": "soft", "operate": "later", "build": "later"}
MOST = 120
"""Boxes that a person can still look through."""
MANY = 800
"""More services than these are never so few boxes."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The drawing, if there is one that can be read, and those who are not in it since they need nobody."""

    picture: Picture | None
    drawn: int
    alone: tuple[str, ...]


def whole(catalog: Catalog) -> Whole:
    """Draw who cannot do without whom; what is only needed to manage or release is left to the table."""
    running = {one.id: one for one in catalog.services.values() if one.lifecycle not in GONE}
    needs = {name: firmly(running, one) for name, one in running.items()}
    joined = {name for name, its in needs.items() if its} | {need for its in needs.values() for need in its}
    names = sorted(joined)
    alone = tuple(sorted(running.keys() - joined))
    if not names or len(names) > MANY:
        return Whole(None, len(names), alone)
    cards, arrows = bundled(names, reduced(needs))
    return Whole(lay(cards, arrows) if len(cards) <= MOST else None, len(names), alone)


def firmly(running: Mapping[str, Service], service: Service) -> dict[str, Firm]:
    """What a service needs to run or to run well."""
    found = sorted((one.service, FIRM[one.strength]) for one in service.depends_on if one.service in running)
    return {name: firm for name, firm in found if firm != "later" and name != service.id}


def reduced(needs: Needs) -> Needs:
    """The same without each arrow that follows from others: who needs the load balancer needs what that one needs.

    One after the other, so that of two that follow from each other one stays.
    """
    left = {name: dict(its) for name, its in needs.items()}
    for name in sorted(left):
        for need in sorted(left[name]):
            firm = left[name].pop(need)
            if not reaches(left, name, need, firm):
                left[name][need] = firm
    return left


def reaches(needs: Needs, start: str, end: str, firm: Firm) -> bool:
    """Is there another way, as firm as this one?"""
    seen, edge = {start}, [start]
    while edge:
        here = edge.pop()
        for need, how in needs.get(here, {}).items():
            if (how == "hard" or firm == "soft") and need not in seen:
                if need == end:
                    return True
                seen.add(need)
                edge.append(need)
    return False
