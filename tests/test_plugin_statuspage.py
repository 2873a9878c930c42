"""Status pages: whose word it is, what it is about, and that the newest update counts."""

import json
from datetime import UTC, datetime

import pytest

from psfbot import plugins
from psfbot.plugin import Hook, Severity, State
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
OURS = {"page": {"id": "2p66nmmycsj3"}, "meta": {"unsubscribe": "https://elsewhere.example.org/?unsubscribe=hidden"}}
THEIRS = {"page": {"id": "p"}, "meta": {"unsubscribe": "https://Status.example.org:443/?unsubscribe=hidden"}}
INCIDENT = {"id": "i", "name": "Errors", "status": "investigating", "impact": "minor"}
plugin = plugins.find()["statuspage"]


def contents(page=THEIRS, **body):
    return plugin.reads(Hook({}, json.dumps(page | body).encode(), NOON))


def changed(status, page=THEIRS, name="Docs", **change):
    return contents(
        page,
        component_update={"component_id": "c", "new_status": status} | change,
        component={"id": "c", "name": name, "status": "operational"},
    )


def happened(page=THEIRS, **incident):
    return contents(page, incident=INCIDENT | incident)


def only(found):
    assert found.reason == ""
    return found.alerts[0]


@pytest.mark.parametrize(
    ("status", "state", "severity", "words"),
    [
        ("operational", State.RESOLVED, Severity.ERROR, "is operational again"),
        ("degraded_performance", State.FIRING, Severity.WARNING, "is slow or degraded"),
        ("partial_outage", State.FIRING, Severity.ERROR, "is out in part"),
        ("major_outage", State.FIRING, Severity.CRITICAL, "is out"),
        ("MAJOROUTAGE", State.FIRING, Severity.CRITICAL, "is out"),
    ],
)
def test_the_new_state_of_a_component_begins_or_ends_a_problem(status, state, severity, words):
    alert = only(changed(status))

    assert (alert.key, alert.state, alert.severity) == ("p component c", state, severity)
    assert alert.summary == f"Docs {words}, says status.example.org"


def test_a_component_without_a_new_state_has_the_one_it_shows():
    assert only(changed(None)).state is State.RESOLVED


@pytest.mark.parametrize(
    ("status", "reason"), [("under_maintenance", "under maintenance"), ("on_fire", "onfire now, which I do not know")]
)
def test_maintenance_and_unknown_states_change_nothing(status, reason):
    found = changed(status)

    assert found.fate is Fate.IGNORED
    assert reason in found.reason


def test_a_component_of_our_page_is_a_service_and_of_another_page_never():
    ours, theirs = only(changed("major_outage", OURS)), only(changed("major_outage"))

    assert (ours.about, theirs.about) == ("Docs", "status.example.org")
    assert theirs.hints == ()
    assert "Docs" not in theirs.names


def test_a_component_is_found_by_its_id_or_its_page():
    assert only(changed("major_outage", OURS)).names == ("c", "2p66nmmycsj3", "status.python.org")


@pytest.mark.parametrize(
    ("page", "host"),
    [
        (OURS, "status.python.org"),
        (THEIRS, "status.example.org"),
        ({"page": {"id": "p", "url": "https://s.example.org"}, "meta": None}, "s.example.org"),
        ({"page": {"id": "p"}, "meta": {"unsubscribe": "https://[::1/"}}, "p"),
        ({"page": {"id": "p"}, "meta": {"unsubscribe": "//a b/"}}, "p"),
        ({"page": {"id": 5}, "meta": {"unsubscribe": 5}}, "5"),
    ],
)
def test_a_page_is_known_by_its_host_else_by_its_id(page, host):
    alert = only(changed("major_outage", page))

    assert alert.names[-1] == host
    assert [link.url for link in alert.links] == ([f"https://{host}"] if "." in host else [])


def test_a_page_without_a_name_has_an_alert_all_the_same():
    alert = only(changed("major_outage", {}))

    assert (alert.about, alert.summary) == ("Docs", "Docs is out")


@pytest.mark.parametrize("page", [OURS, THEIRS])
def test_nobody_can_unsubscribe_by_what_an_alert_shows(page):
    for found in (changed("major_outage", page), happened(page)):
        assert "hidden" not in only(found).model_dump_json()


@pytest.mark.parametrize(
    ("status", "state", "summary"),
    [
        ("investigating", State.FIRING, "Errors (investigating), says status.example.org"),
        ("identified", State.FIRING, "Errors (identified), says status.example.org"),
        ("Monitoring", State.FIRING, "Errors (monitoring), says status.example.org"),
        ("resolved", State.RESOLVED, "Errors is over, says status.example.org"),
        ("postmortem", State.RESOLVED, "Errors is over, says status.example.org"),
    ],
)
def test_an_incident_is_one_problem_from_beginning_to_end(status, state, summary):
    alert = only(happened(status=status))

    assert (alert.key, alert.state, alert.summary) == ("p incident i", state, summary)


@pytest.mark.parametrize(
    ("impact", "severity"),
    [
        ("none", Severity.INFO),
        ("minor", Severity.WARNING),
        ("major", Severity.ERROR),
        ("critical", Severity.CRITICAL),
        ("PARTIALOUTAGE", Severity.ERROR),
        (None, Severity.ERROR),
    ],
)
def test_the_impact_says_how_bad_it_is(impact, severity):
    assert only(happened(impact=impact)).severity is severity


@pytest.mark.parametrize(
    ("incident", "reason"),
    [
        ({"status": "scheduled"}, "maintenance that was announced"),
        ({"status": "in_progress"}, "maintenance that was announced"),
        ({"status": "completed"}, "maintenance that was announced"),
        ({"status": "resolved", "scheduled_for": "2026-01-01T00:00:00Z"}, "maintenance that was announced"),
        ({"impact": "maintenance"}, "maintenance that was announced"),
        ({"backfilled": True}, "written down afterwards"),
        ({"status": "haunted"}, "haunted, which I do not know"),
    ],
)
def test_maintenance_and_entries_made_afterwards_are_ignored(incident, reason):
    found = happened(**incident)

    assert found.fate is Fate.IGNORED
    assert reason in found.reason


UPDATES = [
    {"id": "u1", "status": "investigating", "body": "first", "created_at": "2026-01-01T01:00:00Z"},
    {"id": "u3", "status": "resolved", "body": "third", "created_at": "2026-01-01T04:00:00+01:00"},
    {"id": "u2", "status": "monitoring", "body": "second", "created_at": "2026-01-01T02:00:00"},
    {"id": "u0", "status": "investigating", "body": "timeless", "created_at": None},
    None,
]


@pytest.mark.parametrize("updates", [UPDATES, UPDATES[::-1]])
def test_the_newest_update_counts_in_whatever_order_they_come(updates):
    alert = only(happened(status=None, incident_updates=updates, updated_at="2026-01-01T09:00:00Z"))

    assert (alert.state, alert.detail, alert.event) == (State.RESOLVED, "third", "u3 resolved")
    assert alert.at == datetime(2026, 1, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("times", "at"),
    [
        ({"updated_at": "2026-01-01T02:00:00Z", "resolved_at": "2026-01-01T01:00:00Z"}, 2),
        ({"status": "resolved", "updated_at": "2026-01-01T02:00:00Z", "resolved_at": "2026-01-01T01:00:00Z"}, 1),
        ({"created_at": "2026-01-01T01:00:00Z", "updated_at": "yesterday"}, 1),
        ({"updated_at": "2099-01-01T00:00:00Z"}, 12),
        ({}, 12),
    ],
)
def test_an_incident_without_updates_happened_when_it_changed_last(times, at):
    assert only(happened(**times)).at == datetime(2026, 1, 1, at, tzinfo=UTC)


def test_the_same_update_is_one_report_and_the_next_one_another():
    first, again, next_one = (only(happened(incident_updates=UPDATES[:1], name=name)) for name in ("a", "b", "c"))
    other = only(happened(incident_updates=UPDATES[:3]))

    assert first.fingerprint == again.fingerprint == next_one.fingerprint != other.fingerprint


def test_an_incident_of_our_page_is_about_its_components():
    parts = [{"id": "a", "name": "docs.python.org"}, None, {"id": "b", "name": "bugs.python.org"}, {"name": None}]
    ours, theirs = (only(happened(page, components=parts)) for page in (OURS, THEIRS))

    assert (ours.about, ours.hints) == ("docs.python.org", ("bugs.python.org",))
    assert (theirs.about, theirs.hints) == ("status.example.org", ())
    assert ours.names == ("a", "b", "2p66nmmycsj3", "status.python.org")


def test_an_incident_of_our_page_without_components_is_not_about_the_page():
    assert only(happened(OURS)).about == "Errors"


@pytest.mark.parametrize(
    "body", [{"component_update": {"new_status": "major_outage"}}, {"incident": INCIDENT | {"id": None}}]
)
def test_what_has_no_id_is_quarantined(body):
    found = contents(**body)

    assert found.fate is Fate.QUARANTINED
    assert "has no id" in found.reason


@pytest.mark.parametrize(("page", "fate"), [(THEIRS, Fate.IGNORED), ({"page": None}, Fate.QUARANTINED)])
def test_an_unknown_kind_is_accepted_when_a_page_sent_it(page, fate):
    assert contents(page, subscriber={}).fate is fate
