"""Every rule of the scorecard: what it asks, the function that judges, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from psfbot.catalog.model import Service
from psfbot.catalog.rules import Rule
from psfbot.catalog.score import facts, people
from psfbot.catalog.score.sight import Sight, Verdict

Judge = Callable[[Service, Sight], Verdict]
DAYS = ", ".join(f"{days} days in tier {tier}" for tier, days in facts.WITHIN.items() if isinstance(tier, int))


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule in words: `asks` is true of a service that keeps it, `remedy` says what to do about one that does not.

    In a remedy, `{id}` is the service and `{blames}` the records that it fails at.
    """

    asks: str
    remedy: str
    judge: Judge


RULES: dict[Rule, Asked] = {
    "has-two-owners": Asked(
        "Two people answer for it, as primary or backup owners, themselves or in a team.",
        "Name a backup among the owners of {id}, or list the members of its team.",
        people.two_owners,
    ),
    "primary-owner-active": Asked(
        "A primary owner is active, or a team in which somebody active is known.",
        "Name somebody active as primary owner of {id}, or list the members of its team.",
        people.primary_active,
    ),
    "team-has-lead": Asked(
        "Every team that answers for it has an active lead.",
        "Ask the team who leads it, and write `role: lead` for that member of {blames}.",
        people.team_lead,
    ),
    "escalation-path-ends-at-a-person": Asked(
        "Whoever is asked last is an active person, or a team with one.",
        "List the members of the last team, or give it `escalates_to`; or name a person as `role: escalation` of {id}.",
        people.escalation,
    ),
    "contact-present": Asked(
        "Its people can be reached.",
        "Add `contacts` to {id}, to its team, or an account to its owner.",
        people.contact,
    ),
    "runbook-link": Asked(
        "In tiers 1 and 2: it links to a runbook.",
        "Write down what to do when it is down, and add a link of `type: runbook` to {id}.",
        facts.runbook,
    ),
    "alert-mapped": Asked(
        "In tiers 1 and 2: a check is named in `alerts`, and somebody is called by PagerDuty or a rota.",
        "Add the ids of its checks and of its PagerDuty service to `alerts` of {id}, or give its team an on-call rota.",
        facts.alerts,
    ),
    "region-belongs-to-provider": Asked(
        "Each origin names a region of its provider, where regions of that provider are known.",
        "Add `region` to the hosting of {id}.",
        facts.region,
    ),
    "architecture-known": Asked(
        "The architecture of every origin is known.",
        "Run `uname -m` on a host of {id}, or ask its provider, and write amd64, arm64 or multi for `unknown`; where "
        "nobody can tell, give {id} an exemption.",
        facts.architecture,
    ),
    "no-production-depends-on-deprecated": Asked(
        "In production: no service, provider or region that it needs is deprecated or retired.",
        "Move {id} off it, or correct the `lifecycle` of what it needs.",
        facts.going,
    ),
    "dependency-cycle": Asked(
        "It does not need itself through others, in whatever strength.",
        "Break the circle of {id}: remove or weaken one of its dependencies, and write down how to start from nothing.",
        facts.ring,
    ),
    "provenance-present": Asked(
        "Its record names a source.",
        "Add `provenance: default:` with `source` and `as_of` to {id}.",
        facts.provenance,
    ),
    "verified-within-days": Asked(
        f"Somebody verified the whole record: within {DAYS}.",
        "Check what the catalog says of {id}, then say: verify {id}",
        facts.verified,
    ),
    "repo-and-config-known": Asked(
        "Its repository is known, and what configures it.",
        "Add `repos` and `config` to {id}.",
        facts.repo_and_config,
    ),
    "provider-status-page-known": Asked(
        "Every provider that can take it down has a status page in the catalog.",
        "Add `status_page` to {blames}.",
        facts.status_page,
    ),
}
"""In the order in which the model lists them; what is about people comes first."""

NAMES: tuple[Rule, ...] = get_args(Rule)


def as_markdown() -> str:
    """The rules as the table in docs/scorecard.md."""
    rows = [f"| `{name}` | {rule.asks} | {rule.remedy.format(id='it', blames='it')} |" for name, rule in RULES.items()]
    return "\n".join(["| rule | what it asks | what to do |", "| --- | --- | --- |", *rows]) + "\n"
