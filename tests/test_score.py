"""Every rule of the scorecard on a service that keeps it, one that breaks it, and one that it is not about."""

from datetime import date
from pathlib import Path

import pytest

from psfbot.catalog.file import load, read
from psfbot.catalog.model import Catalog
from psfbot.catalog.score import Mark, score
from psfbot.catalog.score.moved import moved
from psfbot.catalog.score.rules import NAMES, RULES, as_markdown

TODAY = date(2026, 11, 20)
PAGE = (Path(__file__).parents[1] / "docs" / "scorecard.md").read_text("utf-8")
PEOPLE = {
    "ann": {"name": "Ann", "github": "ann"},
    "ben": {"name": "Ben"},
    "eve": {"name": "Eve", "status": "emeritus", "email": "eve@example.org"},
}
TEAMS = {
    "duo": {
        "name": "Duo",
        "members": [{"person": "ann", "role": "lead"}, {"person": "ben"}],
        "contacts": [{"type": "email", "value": "duo@example.org", "public": False}],
    },
    "solo": {"name": "Solo", "members": [{"person": "ben"}, {"person": "ann", "role": "observer"}]},
    "gone": {"name": "Gone", "members": [{"person": "eve", "role": "lead"}]},
    "void": {"name": "Void"},
    "up": {"name": "Up", "escalates_to": "duo"},
    "round": {"name": "Round", "escalates_to": "trip"},
    "trip": {"name": "Trip", "escalates_to": "round"},
}
PROVIDERS = {
    "paged": {"name": "Paged", "status_page": "https://status.example.org"},
    "mute": {"name": "Mute"},
    "old": {"name": "Old", "lifecycle": "retired", "status_page": "https://status.example.org"},
}
REGIONS = {
    "here": {"provider": "paged", "code": "here", "kind": "region"},
    "left": {"provider": "paged", "code": "left", "kind": "region", "lifecycle": "deprecated"},
}
RUNBOOK = {"links": [{"type": "runbook", "url": "https://example.org/runbook"}]}


def filled(records):
    return {id_: {"id": id_, **record} for id_, record in records.items()}


def world(service=None, *, others=None, **sections):
    """A catalog with one service `x` that says nothing but this."""
    bare = {"name": "X", "description": "A test.", "lifecycle": "production"}
    services = {"x": {**bare, **(service or {})}, **{id_: {**bare, **one} for id_, one in (others or {}).items()}}
    parts = {"people": PEOPLE, "teams": TEAMS, "providers": PROVIDERS, "regions": REGIONS, **sections}
    return Catalog.model_validate({name: filled(part) for name, part in {**parts, "services": services}.items()})


def owned(*refs):
    """Owners, `team:up/escalation` with their role."""
    found = [ref.partition("/") for ref in refs]
    return {"owners": [{"ref": ref, "role": role or "primary"} for ref, _, role in found]}


def origin(provider="paged", architecture="arm64", **more):
    return {"hosting": [{"role": "origin", "provider": provider, "architecture": architecture, **more}]}


def verified(day, **more):
    return {"provenance": {"default": {"verified": day, "by": "person:ann"}}, **more}


def check(rule, service, **more):
    return next(one for one in score(world(service, **more), TODAY).cards["x"].checks if one.rule == rule)


KEPT = [
    ("has-two-owners", owned("team:duo"), "Ann and Ben answer for it"),
    ("has-two-owners", owned("person:ann", "team:solo/backup"), "Ann and Ben answer for it"),
    ("has-two-owners", owned("person:ann", "team:void/backup"), "Ann and Void answer for it"),
    ("primary-owner-active", owned("person:ann"), "Ann is active"),
    ("primary-owner-active", owned("person:eve", "team:duo"), "Duo has Ann and Ben"),
    ("team-has-lead", owned("team:duo", "team:gone/escalation"), "Ann leads Duo"),
    ("escalation-path-ends-at-a-person", owned("team:void", "person:ann/escalation"), "it ends at Ann"),
    ("escalation-path-ends-at-a-person", owned("team:up"), "it ends at Ann (Up -> Duo)"),
    ("contact-present", {"contacts": [{"type": "irc", "value": "#x"}]}, "it has contacts of its own"),
    ("contact-present", owned("team:duo"), "Duo can be reached"),
    ("contact-present", owned("person:ann"), "Ann can be reached"),
    ("runbook-link", {"tier": 1, **RUNBOOK}, "it links to a runbook"),
    ("runbook-link", RUNBOOK, "it links to a runbook"),
    ("alert-mapped", {"tier": 1, "alerts": {"pingdom": ["1"], "pagerduty": ["P1"]}}, "pingdom watches it"),
    ("region-belongs-to-provider", origin(region="here"), "it runs in here"),
    ("architecture-known", origin(), "it runs on arm64"),
    ("no-production-depends-on-deprecated", origin(region="here"), "nothing that it needs is on its way out"),
    ("provenance-present", {"provenance": {"default": {"source": "a"}}}, "it rests on 1 source"),
    ("provenance-present", verified("2020-01-01"), "somebody vouched for it on 2020-01-01"),
    ("verified-within-days", verified("2026-05-24", tier=1), "verified on 2026-05-24"),
    ("verified-within-days", verified("2024-11-21", tier=4), "verified on 2024-11-21"),
    (
        "repo-and-config-known",
        {"repos": [{"url": "https://example.org/x"}], "config": {"tool": "salt"}},
        "its repository and configuration are named",
    ),
    ("provider-status-page-known", origin(), "Paged: 1 status page known"),
]
BROKEN = [
    ("has-two-owners", {}, "the catalog names no owner"),
    ("has-two-owners", owned("person:ann"), "only Ann answers for it"),
    ("has-two-owners", owned("team:solo", "person:ann/escalation"), "only Ben answers for it"),
    ("has-two-owners", owned("person:ann", "person:eve/backup"), "only Ann answers for it"),
    ("has-two-owners", owned("person:eve"), "nobody active answers for it"),
    ("primary-owner-active", owned("person:ann/backup"), "it has no primary owner"),
    ("primary-owner-active", owned("person:eve"), "nobody active is known behind Eve (emeritus)"),
    ("primary-owner-active", owned("team:void"), "nobody active is known behind Void"),
    ("team-has-lead", owned("team:solo", "team:duo/backup"), "no active lead is known in Solo"),
    ("team-has-lead", owned("team:gone"), "no active lead is known in Gone"),
    ("escalation-path-ends-at-a-person", {}, "the catalog names no owner"),
    ("escalation-path-ends-at-a-person", owned("person:eve"), "it ends at Eve, who is emeritus"),
    ("escalation-path-ends-at-a-person", owned("team:round"), "it ends at Round -> Trip, where nobody active is known"),
    ("escalation-path-ends-at-a-person", owned("team:lost"), "it ends at team:lost, which the catalog does not know"),
    ("contact-present", owned("person:ben", "team:void"), "no way to reach anybody behind it is known"),
    ("runbook-link", {"tier": 2}, "tier 2, and it links to no runbook"),
    ("alert-mapped", {"tier": 1}, "no check of it is named and neither a PagerDuty service nor a rota answers for it"),
    ("alert-mapped", {"tier": 1, "alerts": {"pingdom": ["1"]}}, "neither a PagerDuty service nor a rota answers"),
    ("alert-mapped", {"tier": 2, "alerts": {"pagerduty": ["P"]}}, "tier 2, but no check of it is named"),
    ("region-belongs-to-provider", origin(), "no region of paged is named"),
    ("region-belongs-to-provider", origin("mute", region="here"), "here is no region of mute"),
    ("architecture-known", {}, "the catalog does not say where it runs"),
    ("architecture-known", origin(architecture="unknown"), "nobody says which architecture it has on paged"),
    ("architecture-known", origin("unknown", "unknown"), "nobody says which architecture it has"),
    ("no-production-depends-on-deprecated", origin("old"), "it needs old (retired)"),
    ("no-production-depends-on-deprecated", origin(region="left"), "it needs left (deprecated)"),
    ("provenance-present", {}, "it names no source"),
    ("provenance-present", {"provenance": {"owners": {"source": "a"}}}, "only owners has a source"),
    ("verified-within-days", verified("2026-05-23", tier=1), "181 days ago; tier 1 allows 180"),
    ("verified-within-days", {"provenance": {"default": {"as_of": "2026-11"}}}, "its sources are as of 2026-11"),
    ("repo-and-config-known", {"config": {"tool": "salt"}}, "no repository is named"),
    ("repo-and-config-known", {}, "no repository or configuration is named"),
    ("provider-status-page-known", origin("mute"), "no status page is known of Mute"),
]
MOOT = [
    ("team-has-lead", owned("person:ann", "team:solo/escalation"), "no team answers for it"),
    ("runbook-link", {"tier": 3}, "its tier is 3"),
    ("runbook-link", {}, "its tier is unknown"),
    ("alert-mapped", {"tier": 4}, "its tier is 4"),
    ("region-belongs-to-provider", origin("mute"), "nothing of it runs where the catalog knows regions"),
    (
        "no-production-depends-on-deprecated",
        {"lifecycle": "archive", **origin("old")},
        "it is not in production: archive",
    ),
    ("dependency-cycle", {}, "it needs no other service"),
    ("provider-status-page-known", origin("unknown"), "no provider that could take it down is known"),
]
CASES = [(*one, mark) for found, mark in ((KEPT, Mark.KEPT), (BROKEN, Mark.BROKEN), (MOOT, Mark.MOOT)) for one in found]


@pytest.mark.parametrize(("rule", "service", "reason", "mark"), CASES)
def test_a_rule_is_judged_with_its_reason(rule, service, reason, mark):
    found = check(rule, service)

    assert found.mark is mark
    assert reason in found.reason


@pytest.mark.parametrize("rule", [name for name in NAMES if name != "dependency-cycle"])
def test_each_rule_has_a_service_that_keeps_it_and_one_that_breaks_it(rule):
    assert {rule} <= {one[0] for one in KEPT} & {one[0] for one in BROKEN}


@pytest.mark.parametrize("strength", ["hard", "soft", "build", "operate"])
def test_a_circle_of_any_strength_is_broken_for_all_in_it_and_for_nobody_else(strength):
    others = {"y": {"depends_on": [{"service": "x", "strength": "build"}]}, "z": {"depends_on": [{"service": "x"}]}}
    found = score(world({"depends_on": [{"service": "y", "strength": strength}]}, others=others), TODAY)
    marks = {id_: next(c for c in card.checks if c.rule == "dependency-cycle") for id_, card in found.cards.items()}

    assert [marks[id_].mark for id_ in "xyz"] == [Mark.BROKEN, Mark.BROKEN, Mark.KEPT]
    assert marks["x"].reason == "it needs itself: x -> y -> x"


def test_a_service_that_is_going_taints_what_is_in_production():
    needs = {"depends_on": [{"service": "y", "strength": "build"}]}
    found = check("no-production-depends-on-deprecated", needs, others={"y": {"lifecycle": "deprecated"}})

    assert found.reason == "it needs y (deprecated)"


def test_a_rota_of_an_owning_team_counts_as_somebody_who_is_called():
    watched = {"tier": 1, "alerts": {"datadog": ["x"]}, **owned("team:duo")}
    rota = {"duo": {"team": "duo", "pagerduty_schedule": "P1"}}

    assert check("alert-mapped", watched).mark is Mark.BROKEN
    assert check("alert-mapped", watched, oncall=rota).mark is Mark.KEPT


@pytest.mark.parametrize("lifecycle", ["planned", "retired"])
def test_what_is_not_there_is_not_scored(lifecycle):
    assert score(world({"lifecycle": lifecycle}), TODAY).cards == {}


def test_every_rule_has_a_question_and_a_remedy_that_names_the_service():
    assert list(RULES) == list(NAMES)
    assert all(rule.asks.endswith(".") for rule in RULES.values())
    assert all(one.remedy for one in score(world(), TODAY).whole.broken)
    assert check("runbook-link", {"tier": 1}).remedy.endswith("add a link of `type: runbook` to x.")
    assert "`role: lead` for that member of teams.solo" in check("team-has-lead", owned("team:solo")).remedy


def exempt(until, rule="runbook-link"):
    return {"exemptions": [{"rule": rule, "reason": "a toy", "until": until}]}


def test_an_exemption_counts_up_to_its_last_day():
    found = check("runbook-link", {"tier": 1, **exempt("2026-11-20")})

    assert (found.mark, found.reason) == (Mark.EXEMPT, "until 2026-11-20: a toy")


def test_an_exemption_that_ended_counts_for_nothing_and_is_told():
    found = score(world({"tier": 1, **exempt("2026-11-19")}), TODAY)
    lapsed = found.lapsed[0]

    assert (lapsed.mark, lapsed.rule, lapsed.until) == (Mark.BROKEN, "runbook-link", date(2026, 11, 19))
    assert lapsed.reason.endswith("links to no runbook; its exemption ended on 2026-11-19")


def test_an_exemption_is_from_one_rule_only_and_none_is_needed_for_what_is_kept():
    found = score(world({"tier": 1, **RUNBOOK, **exempt("2027-01-01")}), TODAY)

    assert found.whole.marked(Mark.EXEMPT) == ()


def test_a_team_or_provider_that_is_exempt_is_so_for_every_service_if_all_that_fail_are():
    free = {"rule": "team-has-lead", "reason": "a collective", "until": "2027-01-01"}
    teams = {**TEAMS, "solo": {**TEAMS["solo"], "exemptions": [free]}}
    quiet = {"rule": "provider-status-page-known", "reason": "a person's desk", "until": "2027-01-01"}
    providers = {**PROVIDERS, "mute": {**PROVIDERS["mute"], "exemptions": [quiet]}}

    assert check("team-has-lead", owned("team:solo"), teams=teams).mark is Mark.EXEMPT
    assert check("team-has-lead", owned("team:solo", "team:void"), teams=teams).mark is Mark.BROKEN
    assert check("provider-status-page-known", origin("mute"), providers=providers).reason.endswith("a person's desk")


def test_an_exemption_leaves_the_sum_alone():
    card = score(world({"tier": 1, **exempt("2027-01-01")}), TODAY).cards["x"]
    bare = score(world({"tier": 1}), TODAY).cards["x"]

    assert (card.kept, card.judged) == (bare.kept, bare.judged - 1)


def test_a_hundred_is_only_said_of_all():
    found = score(world({}, others={f"y{n}": RUNBOOK for n in range(299)}), TODAY).rules["runbook-link"]
    nearly = score(world({"tier": 1}, others={f"y{n}": RUNBOOK for n in range(299)}), TODAY).rules["runbook-link"]

    assert (found.percent, nearly.percent) == (100, 99)
    assert score(world({}), TODAY).rules["runbook-link"].percent is None


def test_a_teams_card_has_what_it_answers_for_and_not_what_is_escalated_to_it():
    others = {"y": owned("person:ann", "team:duo/backup"), "z": owned("person:ann", "team:duo/escalation")}
    found = score(world(owned("team:duo"), others=others), TODAY)

    assert found.team("duo").services == ("x", "y")
    assert list(found.teams) == ["duo"]


def test_the_worst_come_first_and_of_equals_the_more_urgent():
    others = {"good": {**owned("team:duo"), "tier": 3}, "late": {"tier": 4}, "soon": {"tier": 3}}
    found = score(world({**owned("team:duo"), "tier": 3}, others=others), TODAY)

    assert [card.name for card in found.worst] == ["soon", "late", "good", "x"]


def test_the_page_lists_the_rules_as_they_are():
    assert as_markdown() in PAGE


def test_the_real_catalog_is_scored_by_every_rule():
    catalog = load(Path(__file__).parents[1] / "catalog.yaml").catalog
    found = score(catalog, TODAY)

    assert len(found.cards) > 60
    assert all(len(card.checks) == len(RULES) for card in found.cards.values())


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("rule: has-two-owner\n        reason: a\n        until: 2027-01-01", 'did you mean "has-two-owners"?'),
        ("rule: runbook-link\n        reason: a\n        until: soon", "is not a day: write YYYY-MM-DD"),
        ("rule: runbook-link\n        until: 2027-01-01", 'missing field "reason"'),
    ],
)
def test_a_badly_written_exemption_is_told_with_its_place(written, message):
    head = (
        "schema_version: 1\nservices:\n  x:\n    name: X\n    description: d\n    lifecycle: archive\n    exemptions:\n"
    )
    found = read(f"{head}      - {written}\n", "c.yaml").findings

    assert len(found) == 1
    assert message in found[0].message
    assert found[0].line in {8, 10}


def test_only_the_rule_about_teams_can_be_waived_for_a_team():
    text = "schema_version: 1\nteams:\n  a:\n    name: A\n    exemptions:\n      - rule: runbook-link\n"
    found = read(f"{text}        reason: a\n        until: 2027-01-01\n", "c.yaml").findings

    assert found[0].message == 'rule cannot be "runbook-link" (allowed: team-has-lead)'


def test_a_change_is_told_by_the_rules_that_it_touches():
    before = score(world({"tier": 1}, others={"y": {}, "old": {}}), TODAY)
    after = score(world({"tier": 3, **owned("team:solo")}, others={"y": {}, "new": {}}), TODAY)

    assert moved(before, after) == [
        (
            "x: 9 % -> 30 %; it breaks team-has-lead now; keeps primary-owner-active and "
            "escalation-path-ends-at-a-person now; need not keep runbook-link and alert-mapped any more"
        ),
        "old: no longer scored",
        "new: new, 11 %",
        "all services: 10 % -> 17 %",
    ]
    assert moved(before, before) == []


def test_a_renamed_service_is_compared_with_what_it_was():
    before = score(world({}, others={"y": {}, "old": {}}), TODAY)
    after = score(world({}, others={"y": {}, "new": owned("team:duo")}), TODAY)

    assert [line.split(";")[0] for line in moved(before, after, {"old": "new"})] == [
        line.replace("old", "new").split(";")[0]
        for line in moved(before, score(world({}, others={"y": {}, "old": owned("team:duo")}), TODAY))
    ]
    assert not [line for line in moved(before, after, {"old": "new"}) if "no longer" in line or ": new" in line]


def test_another_id_alone_changes_no_score():
    before = score(world({}, others={"old": {}}), TODAY)

    assert moved(before, score(world({}, others={"new": {}}), TODAY), {"old": "new"}) == []


def test_what_nobody_can_look_at_may_be_exempt_from_its_architecture():
    assert "where nobody can tell, give x an exemption" in RULES["architecture-known"].remedy.format(id="x")
