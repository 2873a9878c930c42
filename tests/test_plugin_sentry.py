"""Sentry: which part of a webhook decides, and what a problem's beginning and end look like."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from psfbot import plugins
from psfbot.plugin import Hook, Proof, Severity, State
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
EARLY = datetime(2026, 1, 1, 1, tzinfo=UTC)
SENT = {"sentry-hook-timestamp": str(int(EARLY.timestamp()))}
ADA = {"type": "user", "name": "Ada Example"}
ISSUE = {"id": "7", "title": "It broke", "level": "error", "project": {"slug": "warehouse"}}
EVENT = {
    "event_id": "e",
    "issue_id": 7,
    "title": "It broke",
    "url": "https://s.example/api/0/projects/psf/warehouse/e/",
}
METRIC = {
    "id": "9",
    "title": "Too many",
    "projects": ["warehouse", "forklift"],
    "alert_rule": {"id": 3, "name": "Many"},
}
plugin = plugins.find()["sentry"]
settings = plugin.settings.model_validate({"client_secret": "hunter2"})


def contents(action, headers=None, actor=None, **data):
    body = {"action": action, "data": data, "actor": actor}
    return plugin.reads(Hook(SENT if headers is None else headers, json.dumps(body).encode(), NOON))


def only(found):
    assert found.reason == ""
    return found.alerts[0]


@pytest.mark.parametrize(
    ("action", "state", "summary"),
    [
        ("created", State.FIRING, "It broke in warehouse"),
        ("unresolved", State.FIRING, "It broke in warehouse"),
        ("assigned", State.ACKNOWLEDGED, "It broke in warehouse is taken"),
        ("resolved", State.RESOLVED, "It broke in warehouse is resolved"),
        ("ignored", State.RESOLVED, "It broke in warehouse is archived"),
        ("archived", State.RESOLVED, "It broke in warehouse is archived"),
    ],
)
def test_what_happens_to_an_issue_begins_takes_or_ends_a_problem(action, state, summary):
    alert = only(contents(action, actor=ADA, issue=ISSUE))

    assert (alert.key, alert.state, alert.summary, alert.by) == ("issue 7", state, summary, "Ada Example")


@pytest.mark.parametrize("actor", [None, "x", {"type": "application", "name": "Sentry"}])
def test_an_issue_that_a_rule_assigned_is_not_acknowledged(actor):
    found = contents("assigned", actor=actor, issue=ISSUE)

    assert found.fate is Fate.IGNORED
    assert "nobody has taken it yet" in found.reason


@pytest.mark.parametrize("action", ["merged", "", None])
def test_another_action_changes_nothing(action):
    assert "its state is the same" in contents(action, issue=ISSUE).reason


def test_feedback_is_no_problem():
    assert contents("created", issue=ISSUE | {"issueCategory": "feedback"}).fate is Fate.IGNORED


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("fatal", Severity.CRITICAL),
        ("error", Severity.ERROR),
        ("Warning", Severity.WARNING),
        ("debug", Severity.INFO),
        (None, Severity.ERROR),
        ("?", Severity.ERROR),
    ],
)
def test_the_level_says_how_bad_it_is(level, severity):
    assert only(contents("created", issue=ISSUE | {"level": level})).severity is severity
    assert only(contents("triggered", event=EVENT | {"level": level})).severity is severity


def test_an_alert_rule_and_the_issue_are_one_problem():
    fired, ended = only(contents("triggered", event=EVENT)), only(contents("resolved", issue=ISSUE))

    assert (fired.key, fired.state) == (ended.key, State.FIRING)


@pytest.mark.parametrize(
    ("event", "about"),
    [
        ({"tags": [["url", "https://u:word@x.example.org/a?token=secret#b"]]}, "https://x.example.org/a"),
        ({"request": {"url": "http://x.example.org/"}}, "http://x.example.org/"),
        ({"tags": [["url", "/a"], ["url"], None, [1, 2]], "request": None}, "warehouse"),
        ({"url": None, "contexts": {"monitor": {"slug": "nightly"}}}, "nightly"),
        ({"url": "x", "tags": {"a": "b"}, "contexts": []}, "It broke"),
    ],
)
def test_it_is_about_the_page_else_the_project_else_the_monitor_else_the_title(event, about):
    alert = only(contents("triggered", event=EVENT | event))

    assert alert.about == about
    assert "word" not in alert.model_dump_json()
    assert "secret" not in alert.model_dump_json()


@pytest.mark.parametrize("tags", [[["monitor.slug", "nightly"]], [{"key": "monitor.slug", "value": "nightly"}]])
def test_a_cron_monitor_is_known_by_its_slug(tags):
    alert = only(contents("triggered", event=EVENT | {"tags": tags}, triggered_rule="Jobs"))

    assert alert.names == ("nightly", "warehouse", "Jobs", "7")


@pytest.mark.parametrize(
    ("action", "state", "severity"),
    [
        ("critical", State.FIRING, Severity.CRITICAL),
        ("warning", State.FIRING, Severity.WARNING),
        ("open", State.FIRING, Severity.ERROR),
        ("resolved", State.RESOLVED, Severity.ERROR),
    ],
)
def test_a_metric_alert_has_two_thresholds_and_an_end(action, state, severity):
    alert = only(contents(action, metric_alert=METRIC, description_title=f"{action}: Too many"))

    assert (alert.key, alert.state, alert.severity) == ("metric 9", state, severity)
    assert alert.summary == f"{action}: Too many"
    assert (alert.about, alert.names, alert.hints) == (
        "warehouse",
        ("Many", "3", "warehouse", "forklift"),
        ("forklift",),
    )


def test_a_metric_alert_without_words_has_a_summary_all_the_same():
    assert only(contents("warning", metric_alert={"id": 9, "projects": None})).summary == "Metric alert 9 is warning"


@pytest.mark.parametrize(
    ("action", "data", "headers", "at"),
    [
        ("created", {"issue": ISSUE | {"firstSeen": "2026-01-01T00:30:00Z"}}, SENT, EARLY - timedelta(minutes=30)),
        ("resolved", {"issue": ISSUE | {"firstSeen": "2026-01-01T00:30:00Z"}}, SENT, EARLY),
        ("resolved", {"issue": ISSUE}, {}, NOON),
        ("resolved", {"issue": ISSUE}, {"sentry-hook-timestamp": "soon"}, NOON),
        ("resolved", {"issue": ISSUE}, {"sentry-hook-timestamp": "4102444800"}, NOON),
        ("triggered", {"event": EVENT | {"datetime": "2026-01-01T00:30:00Z"}}, SENT, EARLY - timedelta(minutes=30)),
        ("triggered", {"event": EVENT | {"datetime": None}}, SENT, EARLY),
        ("resolved", {"metric_alert": METRIC | {"date_closed": "2026-01-01T02:00:00Z"}}, SENT, EARLY.replace(hour=2)),
        ("critical", {"metric_alert": METRIC | {"date_closed": "2026-01-01T02:00:00Z"}}, SENT, EARLY),
        ("critical", {"metric_alert": METRIC | {"date_detected": "2026-01-01T02:00:00Z"}}, {}, EARLY.replace(hour=2)),
    ],
)
def test_it_happened_when_the_body_says_else_when_it_was_sent_else_now(action, data, headers, at):
    assert only(contents(action, headers, **data)).at == at


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"issue": ISSUE | {"id": None}}, "The issue has no id"),
        ({"event": EVENT | {"issue_id": {}}}, "The event's issue has no id"),
        ({"metric_alert": METRIC | {"id": ""}}, "The metric alert has no id"),
    ],
)
def test_what_has_no_id_is_quarantined(data, words):
    found = contents("critical" if "metric_alert" in data else "created", **data)

    assert found.fate is Fate.QUARANTINED
    assert found.reason.startswith(words)


@pytest.mark.parametrize(
    ("headers", "data", "reason"),
    [
        ({"sentry-hook-resource": "seer"}, {"run_id": 1}, "Sentry seer.made"),
        ({}, {"comment": "x", "issue_id": 7}, "Sentry comment.made"),
        ({}, {"issue": ISSUE, "activity": {}}, "Sentry issue.made"),
        ({"sentry-hook-resource": "a\x03,4b"}, {}, "Sentry a"),
    ],
)
def test_an_unknown_event_is_accepted_and_named(headers, data, reason):
    found = contents("made", headers, **data)

    assert found.fate is Fate.IGNORED
    assert reason in found.reason
    assert found.reason.isprintable()


def test_the_header_cannot_turn_an_issue_into_something_else():
    found = contents("resolved", {"sentry-hook-resource": "comment"}, issue=ISSUE)

    assert only(found).state is State.RESOLVED


@pytest.mark.parametrize("body", [b"", b"{}", b'{"project": "x", "event": {"event_id": "e"}}'])
def test_what_no_integration_sends_is_quarantined(body):
    assert plugin.reads(Hook({}, body, NOON)).fate is Fate.QUARANTINED


def test_only_sentrys_own_signature_of_this_body_is_genuine():
    made = hmac.new(b"hunter2", b"{}", sha256).hexdigest()

    assert plugin.proof(Hook({"sentry-hook-signature": made}, b"{}", NOON), settings) is Proof.GENUINE
    assert plugin.proof(Hook({"sentry-hook-signature": made}, b"[]", NOON), settings) is Proof.FORGED
    assert plugin.proof(Hook({"sentry-app-signature": made}, b"{}", NOON), settings) is Proof.FORGED


def test_a_delivery_is_its_request_and_its_body():
    first, other = Hook({"request-id": "a"}, b"{}", NOON), Hook({"request-id": "a"}, b"[]", NOON)

    assert plugin.delivery_of(first) != plugin.delivery_of(other)
    assert plugin.delivery_of(first) != plugin.delivery_of(Hook({"request-id": "b"}, b"{}", NOON))
    assert plugin.delivery_of(Hook({"request-id": "x" * 999}, b"{}", NOON)) == sha256(b"{}").hexdigest()
