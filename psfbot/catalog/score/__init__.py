"""How well is each service looked after? Every rule on every living service, with exemptions, added up."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from psfbot.catalog.model import Catalog, Exemption, Service
from psfbot.catalog.rules import Rule
from psfbot.catalog.score.rules import RULES
from psfbot.catalog.score.sight import ANSWERING, Sight, Verdict
from psfbot.text import and_join

UNSCORED = frozenset({"planned", "retired"})
"""What is not yet, or no longer, there has nothing to keep."""
ENDED = "{reason}; its exemption ended on {until}"
ALL = 100


class Mark(StrEnum):
    """What came of one rule on one service."""

    KEPT = "kept"
    BROKEN = "broken"
    EXEMPT = "exempt"
    MOOT = "does not apply"


@dataclass(frozen=True, slots=True)
class Check:
    """One rule on one service: what came of it, why, and what to do about it where it is broken.

    `until` is the last day of the exemption that counts, or that counted once.
    """

    service: str
    rule: Rule
    mark: Mark
    reason: str
    remedy: str = ""
    until: date | None = None

    @property
    def lapsed(self) -> bool:
        """Has an exemption ended, so that this is broken again?"""
        return self.mark is Mark.BROKEN and self.until is not None

    @property
    def data(self) -> dict[str, object]:
        """The same for scripts."""
        until = self.until.isoformat() if self.until else None
        said = {"rule": self.rule, "mark": self.mark.value, "reason": self.reason, "remedy": self.remedy}
        return {**said, "until": until}


@dataclass(frozen=True)
class Card:
    """Checks added up: of one service, of a team's, or of all."""

    name: str
    checks: tuple[Check, ...]

    def marked(self, mark: Mark) -> tuple[Check, ...]:
        """The checks that came out so."""
        return tuple(check for check in self.checks if check.mark is mark)

    @property
    def exempt(self) -> tuple[Check, ...]:
        """What it is exempt from."""
        return self.marked(Mark.EXEMPT)

    @cached_property
    def broken(self) -> tuple[Check, ...]:
        """What is to be done."""
        return self.marked(Mark.BROKEN)

    @cached_property
    def kept(self) -> int:
        """How many rules are kept."""
        return len(self.marked(Mark.KEPT))

    @property
    def judged(self) -> int:
        """How many could have been: exempt and inapplicable rules do not count, neither for nor against."""
        return self.kept + len(self.broken)

    @property
    def percent(self) -> int | None:
        """Out of a hundred, rounded down so that 100 means all; nothing where nothing was judged."""
        return ALL * self.kept // self.judged if self.judged else None

    @property
    def said(self) -> str:
        """The score in words."""
        return "n/a" if self.percent is None else f"{self.percent} %"

    @property
    def numbers(self) -> dict[str, object]:
        """The same for scripts."""
        return {"percent": self.percent, "kept": self.kept, "judged": self.judged}

    @cached_property
    def services(self) -> tuple[str, ...]:
        """The services on this card."""
        return tuple(dict.fromkeys(check.service for check in self.checks))


@dataclass(frozen=True)
class Scorecard:
    """Every living service's card, in the catalog's order."""

    cards: Mapping[str, Card]
    catalog: Catalog

    @cached_property
    def whole(self) -> Card:
        """All of them together."""
        return self.over("all services", self.cards)

    @cached_property
    def teams(self) -> Mapping[str, Card]:
        """The card of each team that answers for some living service."""
        return {id_: card for id_ in self.catalog.teams if (card := self.team(id_)).checks}

    def team(self, id_: str) -> Card:
        """The services that this team answers for, as primary or backup owner."""
        return self.over(id_, self._answered.get(f"team:{id_}", ()))

    @cached_property
    def _answered(self) -> Mapping[str, list[str]]:
        """Owner -> the services that they answer for."""
        found: dict[str, list[str]] = {}
        for service in self.catalog.services.values():
            for ref in answering(service):
                found.setdefault(ref, []).append(service.id)
        return found

    def over(self, name: str, services: Iterable[str]) -> Card:
        """One card over some services."""
        return Card(name, tuple(c for id_ in services if id_ in self.cards for c in self.cards[id_].checks))

    @cached_property
    def worst(self) -> tuple[Card, ...]:
        """The services with the most to do: the lowest first, and of equals the more urgent."""
        tier = {id_: str(service.tier) for id_, service in self.catalog.services.items()}
        found = [card for card in self.cards.values() if card.broken]
        return tuple(sorted(found, key=lambda card: (card.percent or 0, tier[card.name], card.name)))

    @cached_property
    def rules(self) -> Mapping[Rule, Card]:
        """Each rule over all services."""
        found: dict[Rule, list[Check]] = {rule: [] for rule in RULES}
        for check in self.whole.checks:
            found[check.rule].append(check)
        return {rule: Card(rule, tuple(checks)) for rule, checks in found.items()}

    @cached_property
    def lapsed(self) -> tuple[Check, ...]:
        """What is broken again because its exemption ended."""
        return tuple(check for check in self.whole.checks if check.lapsed)


def answering(service: Service) -> frozenset[str]:
    """Who answers for a service; whoever it is only escalated to does not."""
    return frozenset(owner.ref for owner in service.owners if owner.role in ANSWERING)


def score(catalog: Catalog, today: date) -> Scorecard:
    """Judge every living service by every rule, as of a day."""
    sight = Sight.of(catalog, today)
    living = [service for service in catalog.services.values() if service.lifecycle not in UNSCORED]
    return Scorecard({service.id: Card(service.id, tuple(judged(service, sight))) for service in living}, catalog)


def judged(service: Service, sight: Sight) -> Iterator[Check]:
    """Every rule on one service."""
    for name, rule in RULES.items():
        verdict = rule.judge(service, sight)
        if verdict.kept is None:
            yield Check(service.id, name, Mark.MOOT, verdict.reason)
        elif verdict.kept:
            yield Check(service.id, name, Mark.KEPT, verdict.reason)
        else:
            yield failed(service, name, verdict, sight)


def failed(service: Service, name: Rule, verdict: Verdict, sight: Sight) -> Check:
    """A broken rule, unless an exemption of the service, or of each record that it fails at, still counts."""
    given = [one for one in exemptions(service, name, verdict, sight.catalog) if one]
    if counts := [found for found in given if min(one.until for one in found) >= sight.today]:
        until = min(one.until for one in counts[0])
        return Check(service.id, name, Mark.EXEMPT, f"until {until}: {counts[0][0].reason}", until=until)
    blames = and_join([f"{section}.{id_}" for section, id_ in verdict.blames]) or service.id
    remedy = RULES[name].remedy.format(id=service.id, blames=blames)
    if not given:
        return Check(service.id, name, Mark.BROKEN, verdict.reason, remedy)
    until = max(min(one.until for one in found) for found in given)
    return Check(service.id, name, Mark.BROKEN, ENDED.format(reason=verdict.reason, until=until), remedy, until)


def exemptions(service: Service, name: Rule, verdict: Verdict, catalog: Catalog) -> tuple[list[Exemption], ...]:
    """What exempts from a rule: the service's own, and those of the records that it fails at, if each has one."""
    theirs: list[Exemption] = []
    for section, id_ in verdict.blames:
        record = catalog.teams.get(id_) if section == "teams" else catalog.providers.get(id_)
        found = [one for one in record.exemptions if one.rule == name] if record else []
        if not found:
            theirs = []
            break
        theirs += found
    return [one for one in service.exemptions if one.rule == name], theirs
