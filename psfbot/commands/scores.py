"""How well is it looked after? The scorecard of a service, of a team, and of all."""

from typing import TYPE_CHECKING

from psfbot.catalog.model import Service, Team
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.text import count

if TYPE_CHECKING:
    from psfbot.catalog.score import Card, Check, Scorecard

topic = Topic("score", "How well services are looked after, and what to do about it.")

WORST = 10
UNSCORED = "{id} is {lifecycle}, so it is not scored."
NONE = "The catalog names no service that {name} answers for."


@topic.says(
    "(score|scorecard|grade) [of|for] [the] {thing}",
    "how well is [the] {thing} (looked after|cared for|kept|documented)",
    "what is missing (for|from|of|in) [the] {thing}",
    "[the] {thing} (score|scorecard)",
)
def score(ask: Ask, thing: Service | Team) -> Answer:
    """Say which rules of the scorecard a service keeps, or the services of a team, and what to do about the others.

    >>> score mail.python.org
    mail.python.org: 28 %, 4 of 14 rules kept.
    has-two-owners: only Postmasters answers for it. Name a backup among the owners of mail.python.org, or list the members of its team.

    >>> score team docs
    docs.python.org administrators: 66 % over 1 service; most broken: team-has-lead (1).
    docs.python.org (66 %)
    """
    found = judged(ask)
    return of_team(found, thing) if isinstance(thing, Team) else of_service(found, thing)


def judged(ask: Ask) -> "Scorecard":
    """The catalog, judged by all rules as of today."""
    from psfbot.catalog.score import score  # noqa: PLC0415 - most questions are about no score

    return score(ask.catalog, ask.now.date())


def of_service(found: "Scorecard", service: Service) -> Answer:
    """One service, what is broken first."""
    card = found.cards.get(service.id)
    if card is None:
        return Answer(UNSCORED.format(id=service.id, lifecycle=service.lifecycle), data={"service": service.id})
    lines = [advice(check) for check in card.broken]
    lines += [f"Exempt from {check.rule} {check.reason}" for check in card.exempt]
    data = {"service": service.id, **card.numbers, "checks": [check.data for check in card.checks]}
    return Answer(f"{service.id}: {card.said}, {card.kept} of {card.judged} rules kept.", lines=lines, data=data)


def advice(check: "Check") -> str:
    """What is wrong, and what to do about it."""
    return f"{check.rule}: {check.reason}. {check.remedy}"


def of_team(found: "Scorecard", team: Team) -> Answer:
    """The services of a team, the lowest first."""
    card = found.team(team.id)
    if not card.checks:
        return Answer(NONE.format(name=team.name), data={"team": team.id})
    fact = f"{team.name}: {card.said} over {count(len(card.services), 'service')}; most broken: {most_broken(card)}."
    items = [item(found.cards[id_]) for id_ in sorted(card.services, key=lambda id_: found.cards[id_].percent or 0)]
    return Answer(fact, items=items, data={"team": team.id, **card.numbers, "services": list(card.services)})


def most_broken(card: "Card") -> str:
    """The rule that is broken most often."""
    rules = [check.rule for check in card.broken]
    if not rules:
        return "nothing"
    worst = max(dict.fromkeys(rules), key=rules.count)
    return f"{worst} ({rules.count(worst)})"


def item(card: "Card") -> Item:
    """One service of a list."""
    return Item(card.name, card.said, "service")


@topic.says(
    "(score|scorecard|scores)",
    "(score|scorecard) (of|for) (everything|all services|the catalog|all)",
    "how (good|complete|healthy) is the catalog",
)
def scores(ask: Ask) -> Answer:
    """Say how well all services are looked after: the score, each team's, and exemptions that ended.

    >>> score
    All 9 services: 47 %, 56 of 118 checks kept.
    Broken most often: verified-within-days (9), architecture-known (8), repo-and-config-known (8).
    """
    found = judged(ask)
    whole = found.whole
    fact = f"All {count(len(found.cards), 'service')}: {whole.said}, {whole.kept} of {whole.judged} checks kept."
    rules = sorted(found.rules.values(), key=lambda card: len(card.broken), reverse=True)
    lines = [f"Broken most often: {', '.join(f'{card.name} ({len(card.broken)})' for card in rules[:3])}."]
    lines += [f"{c.service}: its exemption from {c.rule} ended on {c.until}." for c in found.lapsed]
    lines += ["Teams: " + ", ".join(f"{id_} {card.said}" for id_, card in found.teams.items()) + "."]
    data = {**whole.numbers, "rules": {name: card.numbers for name, card in found.rules.items()}}
    return Answer(fact, lines=lines, offers=["worst services"], data=data)


@topic.says(
    "[the] worst services",
    "(which|what) services (need|want) (work|care|attention|love)",
    "(which|what) services are (worst|badly|poorly) (looked after|kept|off)",
)
def worst(ask: Ask) -> Answer:
    """Name the services with the most to do, the lowest score first.

    >>> worst services
    9 services break some rule; the lowest:
    staging.python.org (0 %) · mail.python.org (28 %) · www.python.org (30 %) · …
    """
    found = judged(ask)
    low = found.worst
    if not low:
        return Answer("Every service keeps every rule.", data={"services": []})
    shown = low[:WORST]
    fact = f"{count(len(low), 'service')} {'breaks' if len(low) == 1 else 'break'} some rule; the lowest:"
    data = {"services": [card.name for card in shown]}
    return Answer(fact, items=[item(card) for card in shown], offers=[f"score {low[0].name}"], data=data)
