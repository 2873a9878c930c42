"""PagerDuty: signatures, every documented type of event, and the nulls that they may hold."""

import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from psfbot import plugins
from psfbot.plugin import Hook, Proof, Severity, State
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DATA = {"id": "Q1", "number": 42, "title": "Slow", "service": {"id": "P1", "summary": "docs.python.org"}}
TYPES = [
    "incident.acknowledged", "incident.action_invocation.created", "incident.action_invocation.terminated",
    "incident.action_invocation.updated", "incident.annotated", "incident.conference_bridge.updated",
    "incident.custom_field_values.updated", "incident.delegated", "incident.escalated",
    "incident.incident_type.changed", "incident.priority_updated", "incident.reassigned", "incident.reopened",
    "incident.resolved", "incident.responder.added", "incident.responder.replied", "incident.role.assigned",
    "incident.service_updated", "incident.status_update_published", "incident.task.completed",
    "incident.task.created", "incident.task.updated", "incident.triggered", "incident.unacknowledged",
    "incident.workflow.completed", "incident.workflow.started", "service.created",
    "service.custom_field_values.updated", "service.deleted", "service.updated",
]  # fmt: skip
plugin = plugins.find()["pagerduty"]


def body(kind="incident.triggered", data=None, **event):
    known = {"id": "01A", "event_type": kind, "occurred_at": NOON.isoformat(), "data": DATA | (data or {})}
    return json.dumps({"event": known | event}).encode()


def read(kind="incident.triggered", data=None, **event):
    return plugin.reads(Hook({}, body(kind, data, **event), NOON))


def alert(**data):
    contents = read(data=data)

    assert contents.reason == ""
    return contents.alerts[0]


def sign(secret, signed=b"{}"):
    return "v1=" + hmac.new(secret.encode(), signed, sha256).hexdigest()


GOOD, OLD, WRONG = sign("new"), sign("old"), sign("stranger")


@pytest.mark.parametrize(
    ("signature", "proof"),
    [
        (GOOD, Proof.GENUINE),
        (OLD, Proof.GENUINE),
        (f"{WRONG},{GOOD}", Proof.GENUINE),
        (f"{WRONG}, {GOOD}", Proof.GENUINE),
        (f" {GOOD} ,", Proof.GENUINE),
        (f"{WRONG},\t{OLD}", Proof.GENUINE),
        (f"v1={GOOD[3:].upper()}", Proof.GENUINE),
        (f"v0=x,v2=y,{GOOD}", Proof.GENUINE),
        (",".join([WRONG] * 9 + [GOOD]), Proof.GENUINE),
        (",".join([WRONG] * 10 + [GOOD]), Proof.FORGED),
        (",".join([WRONG] * 1000), Proof.FORGED),
        (f"v0={GOOD[3:]}", Proof.FORGED),
        (f"v2={GOOD[3:]}", Proof.FORGED),
        (GOOD[3:], Proof.FORGED),
        (GOOD[:-1], Proof.FORGED),
        (f"{GOOD}0", Proof.FORGED),
        (f"v1=v1={GOOD[3:]}", Proof.FORGED),
        (WRONG, Proof.FORGED),
        (sign("new", b"{} "), Proof.FORGED),
        (sign(""), Proof.FORGED),
        ("v1=", Proof.FORGED),
        ("v1=ä€🚨", Proof.FORGED),
        ("v1=\udcff\ud800", Proof.FORGED),
        ("", Proof.FORGED),
        (None, Proof.FORGED),
    ],
)
def test_the_signature_decides(signature, proof):
    settings = plugin.settings(webhook_secrets=("new", "old"))
    headers = {} if signature is None else {"x-pagerduty-signature": signature}

    assert plugin.proof(Hook(headers, b"{}", NOON), settings) is proof


@pytest.mark.parametrize("settings", [None, plugin.settings(), plugin.settings(webhook_secrets=("",))])
def test_without_a_secret_pagerduty_is_asked_to_come_again(settings):
    assert plugin.proof(Hook({"x-pagerduty-signature": GOOD}, b"{}", NOON), settings) is Proof.UNREADY


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("incident.triggered", State.FIRING),
        ("incident.unacknowledged", State.FIRING),
        ("incident.reopened", State.FIRING),
        ("incident.acknowledged", State.ACKNOWLEDGED),
        ("incident.resolved", State.RESOLVED),
    ],
)
def test_five_events_change_the_state_of_an_incident(kind, state):
    assert read(kind).alerts[0].state is state


@pytest.mark.parametrize("kind", TYPES)
def test_every_documented_event_is_known(kind):
    contents = read(kind)

    assert contents.fate in {Fate.DONE, Fate.IGNORED}
    assert "I do not know" not in contents.reason


@pytest.mark.parametrize("kind", [*TYPES, "incident.invented", "novelty", "pagey.ping"])
@pytest.mark.parametrize(
    "data", [None, {}, [], "x", {"incident": None, "service": None, "assignees": None, "id": "Q1"}]
)
def test_no_event_needs_more_than_its_type(kind, data):
    contents = plugin.reads(Hook({}, body(kind).replace(json.dumps(DATA).encode(), json.dumps(data).encode()), NOON))
    changes = kind.endswith((".triggered", "knowledged", ".reopened", ".resolved"))
    lacks_id = not isinstance(data, dict) or "id" not in data

    assert contents.fate is (Fate.IGNORED if not changes else Fate.QUARANTINED if lacks_id else Fate.DONE)
    assert contents.alerts or contents.reason.startswith(kind) or "data.id" in contents.reason


@pytest.mark.parametrize("kind", ["incident.invented", "novelty", "Incident.Triggered", "pagey.pong"])
def test_an_event_that_pagerduty_invents_is_ignored_by_name(kind):
    contents = read(kind)

    assert contents.fate is Fate.IGNORED
    assert contents.reason == f"{kind} · Slow · I do not know this type yet"


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (
            "incident.annotated",
            {"incident": {"summary": "Slow"}, "content": "Purged\r\nit \x03"},
            "incident.annotated · Slow · note: Purged it · by Ada",
        ),
        (
            "incident.reassigned",
            {"assignees": [{"summary": "Ada"}, {"summary": None, "id": "P2"}]},
            "incident.reassigned · Slow · reassigned to Ada, P2 · by Ada",
        ),
        ("incident.escalated", {"assignees": []}, "incident.escalated · Slow · escalated to nothing · by Ada"),
        (
            "incident.priority_updated",
            {"priority": None},
            "incident.priority_updated · Slow · its priority is nothing now · by Ada",
        ),
        (
            "incident.responder.added",
            {"user": None, "escalation_policy": {"summary": "Backup"}, "message": "Help"},
            "incident.responder.added · Slow · Backup was asked to help: Help · by Ada",
        ),
        (
            "incident.custom_field_values.updated",
            {"changed_custom_fields": [{"name": "region", "value": ["a", "b"]}, {"name": "size"}]},
            "incident.custom_field_values.updated · Slow · changed fields: region, size · by Ada",
        ),
        (
            "incident.role.assigned",
            {"incident_role_assignments": [{"assignee": {"summary": "Bo"}, "role": {"summary": "Lead"}}]},
            "incident.role.assigned · Slow · Bo is Lead · by Ada",
        ),
    ],
)
def test_what_changes_no_state_is_told_in_a_line(kind, data, reason):
    contents = read(kind, data, agent={"summary": "Ada"})

    assert contents.fate is Fate.IGNORED
    assert contents.reason == reason


@pytest.mark.parametrize(
    ("age", "fate"),
    [
        (timedelta(hours=72), Fate.DONE),
        (timedelta(hours=72, seconds=1), Fate.STALE),
        (timedelta(days=9999), Fate.STALE),
        (-timedelta(minutes=5), Fate.DONE),
        (-timedelta(minutes=5, seconds=1), Fate.DONE),
        (-timedelta(days=9999), Fate.DONE),
    ],
)
def test_what_is_too_old_is_stale_and_what_lies_ahead_is_not_lost(age, fate):
    """Nobody can sign a recording of tomorrow: whoever gets one has a clock that is slow."""
    contents = read(occurred_at=(NOON - age).isoformat())

    assert contents.fate is fate
    assert bool(contents.alerts) is (fate is Fate.DONE)
    assert all(one.at <= NOON + timedelta(minutes=5) for one in contents.alerts)


@pytest.mark.parametrize("at", [None, "", "soon", {}, True])
def test_an_event_without_a_time_is_quarantined_as_it_may_be_a_replay(at):
    contents = read(occurred_at=at)

    assert contents.fate is Fate.QUARANTINED
    assert contents.reason.startswith("occurred_at ")


@pytest.mark.parametrize(
    ("at", "fate"), [("0001-01-01T00:00:00+02:00", Fate.STALE), ("9999-12-31T23:59:59-05:00", Fate.DONE)]
)
def test_times_at_the_end_of_the_calendar_break_nothing(at, fate):
    assert read(occurred_at=at).fate is fate


@pytest.mark.parametrize(
    "event_id", ["01PSFBOT000000000000000001", "1" * 38, "5a7c0a4e-0000-4000-8000-000000000000", 10**37]
)
def test_the_id_of_an_event_is_whatever_pagerduty_makes_of_it(event_id):
    assert read(id=event_id).alerts[0].event == str(event_id)


def test_the_same_event_is_the_same_report_under_whatever_delivery_it_comes():
    assert read(id="01A").alerts[0].fingerprint == read(id="01A", client=None).alerts[0].fingerprint
    assert read(id="01A").alerts[0].fingerprint != read(id="01B").alerts[0].fingerprint


@pytest.mark.parametrize(
    ("data", "severity"),
    [
        ({"urgency": "high"}, Severity.CRITICAL),
        ({"urgency": "low"}, Severity.WARNING),
        ({"urgency": None}, Severity.ERROR),
        ({"urgency": "high", "priority": {"summary": "P2"}}, Severity.ERROR),
        ({"urgency": "high", "priority": {"summary": "SEV-3"}}, Severity.WARNING),
        ({"urgency": "low", "priority": {"summary": "sev1"}}, Severity.CRITICAL),
        ({"urgency": "low", "priority": {"summary": "P5 - later"}}, Severity.INFO),
        ({"urgency": "high", "priority": {"summary": "Purple"}}, Severity.CRITICAL),
        ({"urgency": "high", "priority": {"summary": "P10"}}, Severity.CRITICAL),
    ],
)
def test_a_priority_says_how_bad_it_is_and_else_the_urgency_does(data, severity):
    assert alert(**data).severity is severity


def test_an_incident_is_named_by_its_service_its_title_and_hosts_in_it():
    found = alert(title="DOWN: Docs.Python.org (3.12.1), peps.python.org", incident_key="pypi.example.org/5xx")

    assert found.about == "docs.python.org"
    assert found.names == ("42", "DOWN: Docs.Python.org (3.12.1), peps.python.org", "P1", "pypi.example.org/5xx")
    assert found.hints == ("docs.python.org", "peps.python.org", "pypi.example.org")


@pytest.mark.parametrize(
    ("data", "about", "summary"),
    [
        ({"title": None}, "docs.python.org", "Incident 42"),
        ({"title": "", "number": None}, "docs.python.org", "Incident Q1"),
        ({"service": None}, "Slow", "Slow"),
        ({"service": {"id": "P1", "summary": None}}, "Slow", "Slow"),
        ({"service": "x", "title": "a\r\nQUIT :b"}, "a QUIT :b", "a QUIT :b"),
    ],
)
def test_nulls_are_filled_from_what_is_there(data, about, summary):
    found = alert(**data)

    assert (found.about, found.summary) == (about, summary)


def test_the_detail_says_who_has_it_and_what_became_of_it():
    found = alert(
        assignees=[{"summary": "Ada"}, {"summary": "", "id": "P2"}, None],
        escalation_policy={"summary": "Primary"},
        resolve_reason={"type": "merge_resolve_reason", "incident": {"summary": "Bigger"}},
    )

    assert found.detail == "Assigned to Ada, P2 · Policy Primary · Merged into Bigger"
    assert alert(assignees=None, escalation_policy=None, resolve_reason="x").detail == ""


def test_who_did_it_and_where_to_look_are_told_where_known():
    assert read(agent={"summary": "Ada"}).alerts[0].by == "Ada"
    assert read(agent=None).alerts[0].by == ""
    assert [link.url for link in alert(html_url="https://x.pagerduty.com/incidents/Q1").links] == [
        "https://x.pagerduty.com/incidents/Q1"
    ]
    assert alert(html_url=None).links == ()


@pytest.mark.parametrize("given", ["5a7c0a4e-0000-4000-8000-000000000000", "x", "~" * 200])
def test_a_delivery_is_its_id_and_its_body(given):
    digest = sha256(b"{}").hexdigest()

    assert plugin.delivery_of(Hook({"x-webhook-id": given}, b"{}", NOON)) == f"{given} {digest}"


@pytest.mark.parametrize("given", [None, "", "x" * 201, "a\nb", "ä", "\udcff", "a\x00"])
def test_a_delivery_without_a_proper_id_is_its_body(given):
    headers = {} if given is None else {"x-webhook-id": given}

    assert plugin.delivery_of(Hook(headers, b"{}", NOON)) == sha256(b"{}").hexdigest()


def test_a_v2_webhook_is_told_from_a_broken_one():
    contents = plugin.reads(Hook({}, b'{"messages": []}', NOON))

    assert contents.fate is Fate.QUARANTINED
    assert "Generic Webhook (v3)" in contents.reason
