"""What every rule of the scorecard looks at, and what it says: kept, broken or not its business, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from psfbot.catalog.graph import rings
from psfbot.catalog.model import Catalog, Owner, Person, Service, Team

OBSERVER = "observer"
ANSWERING = ("primary", "backup")
"""Roles of those who answer for a service; who is only escalated to does not."""
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a service keeps a rule, and why; `kept` is None where the rule is not about such a service.

    `blames` names the records that it fails at, where an exemption of theirs counts: `teams`, `infra`.
    """

    kept: bool | None
    reason: str
    blames: tuple[tuple[str, str], ...] = ()


def kept(reason: str) -> Verdict:
    """The service keeps the rule."""
    return Verdict(kept=True, reason=reason)


def broken(reason: str, blames: Sequence[tuple[str, str]] = ()) -> Verdict:
    """The service breaks the rule."""
    return Verdict(kept=False, reason=reason, blames=tuple(blames))


def moot(reason: str) -> Verdict:
    """The rule is not about such a service."""
    return Verdict(kept=None, reason=reason)


@dataclass(frozen=True)
class Sight:
    """A catalog on one day, with what several rules need to know of it."""

    catalog: Catalog
    today: date
    rings: Mapping[str, tuple[str, ...]]
    rotas: frozenset[str]

    @classmethod
    def of(cls, catalog: Catalog, today: date) -> Self:
        """Look for circles and rotas once."""
        known = catalog.services
        needs = {id_: [one.service for one in s.depends_on if one.service in known] for id_, s in known.items()}
        on_ring: dict[str, tuple[str, ...]] = {}
        for ring in rings(needs):
            for id_ in ring:
                on_ring.setdefault(id_, ring)
        return cls(catalog, today, on_ring, frozenset(rota.team for rota in catalog.oncall.values()))

    def owners(self, service: Service, *roles: str) -> list[Owner]:
        """The owners with one of these roles, in their order."""
        return [owner for role in roles for owner in service.owners if owner.role == role]

    def person(self, ref: str) -> Person | None:
        """The person behind `person:ID`."""
        return self.catalog.people.get(ref.removeprefix("person:")) if ref.startswith("person:") else None

    def team(self, ref: str) -> Team | None:
        """The team behind `team:ID`."""
        return self.catalog.teams.get(ref.removeprefix("team:")) if ref.startswith("team:") else None

    def answering(self, team: Team, *roles: str) -> list[Person]:
        """The active members of a team who do more than watch, or those with one of these roles."""
        listed = [one for one in team.members if (one.role in roles if roles else one.role != OBSERVER)]
        people = [self.catalog.people.get(one.person) for one in listed]
        return [person for person in people if person and person.status == "active"]
