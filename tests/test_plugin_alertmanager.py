"""Alertmanager: groups whose members each have a state, a key and a time of their own."""

import json
from datetime import UTC, datetime

import pytest

from psfbot import plugins
from psfbot.plugin import Hook, Severity, State
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
plugin = plugins.find()["alertmanager"]


def read(*members, **group):
    return plugin.reads(Hook({}, json.dumps({"status": "firing", "alerts": members} | group).encode(), NOON))


def alert(**member):
    contents = read({"labels": {"alertname": "Slow"}} | member)

    assert contents.reason == ""
    return contents.alerts[0]


def labelled(**labels):
    return alert(labels={"alertname": "Slow"} | labels)


def test_members_have_states_of_their_own_and_else_that_of_their_group():
    labels = {"labels": {"a": "b"}}
    contents = read({"status": "resolved"} | labels, {"status": "FIRING"} | labels, labels, {"status": ""} | labels)

    assert [one.state.value for one in contents.alerts] == ["resolved", "firing", "firing", "firing"]
    assert read(labels, status="resolved").alerts[0].state is State.RESOLVED


@pytest.mark.parametrize("status", ["pending", 5, ["firing"]])
def test_an_unknown_state_is_never_guessed(status):
    contents = read({"labels": {"a": "b"}, "status": status})

    assert contents.fate is (Fate.QUARANTINED if isinstance(status, str) else Fate.DONE)


def test_without_any_state_it_is_quarantined():
    contents = read({"labels": {"a": "b"}}, status=None)

    assert contents.fate is Fate.QUARANTINED
    assert "status" in contents.reason


def test_one_unreadable_member_quarantines_the_whole_group_so_that_none_is_lost():
    contents = read({"labels": {"a": "b"}}, 5)

    assert contents.fate is Fate.QUARANTINED
    assert contents.reason == "alerts.1: Input should be an object"
    assert contents.alerts == ()


def test_a_group_without_alerts_is_ignored():
    assert read().fate is Fate.IGNORED


def test_labels_stand_for_a_missing_fingerprint_in_whatever_order():
    assert alert(fingerprint="f00").key == "f00"
    assert labelled(a="b", c="d").key == labelled(c="d", a="b").key
    assert labelled(a="b").key != labelled(a="c").key
    assert len(labelled().key) == 16


def test_neither_fingerprint_nor_labels_is_quarantined():
    assert "neither a fingerprint nor a label" in read({"labels": {}}).reason
    assert "neither a fingerprint nor a label" in read({"labels": ["a"]}).reason


ZERO = "0001-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("status", "starts", "ends", "at"),
    [
        ("firing", "2026-01-01T01:00:00Z", ZERO, datetime(2026, 1, 1, 1, tzinfo=UTC)),
        ("firing", "2026-01-01T01:00:00Z", "2026-01-01T15:00:00Z", datetime(2026, 1, 1, 1, tzinfo=UTC)),
        ("resolved", "2026-01-01T01:00:00Z", "2026-01-01T02:00:00Z", datetime(2026, 1, 1, 2, tzinfo=UTC)),
        ("resolved", "2026-01-01T01:00:00Z", ZERO, NOON),
        ("resolved", "2026-01-01T01:00:00Z", "0001-01-01T00:00:00+05:30", NOON),
        ("firing", "2026-01-01T01:00:00.123456789+02:00", ZERO, datetime(2025, 12, 31, 23, 0, 0, 123456, tzinfo=UTC)),
        ("firing", "2026-01-01T15:00:00Z", ZERO, NOON),
        ("firing", None, None, NOON),
        ("firing", "9999-12-31T23:59:59-05:00", 5e300, NOON),
    ],
)
def test_it_happened_when_it_began_or_when_it_ended(status, starts, ends, at):
    assert alert(status=status, startsAt=starts, endsAt=ends).at == at


@pytest.mark.parametrize(
    ("labels", "about", "hints"),
    [
        ({"instance": "web0:9100"}, "web0", ()),
        ({"instance": "docs.python.org:443", "job": "blackbox"}, "docs.python.org", ("blackbox",)),
        ({"instance": "[2001:db8::1]:9100"}, "2001:db8::1", ()),
        ({"instance": "https://docs.python.org:443/3/"}, "https://docs.python.org:443/3/", ()),
        ({"instance": "localhost:9093", "service": "pypi"}, "pypi", ()),
        ({"instance": "127.0.0.1:9093"}, "Slow", ()),
        ({"service": "pypi", "host": "lb-a"}, "pypi", ("lb-a",)),
        ({"url": "https://x.example.org/"}, "https://x.example.org/", ()),
        ({"instance": None, "host": 5}, "5", ()),
        ({}, "Slow", ()),
    ],
)
def test_it_is_about_the_instance_without_its_port_else_the_next_best_label(labels, about, hints):
    found = labelled(**labels)

    assert (found.about, found.hints) == (about, hints)


@pytest.mark.parametrize(
    ("label", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("PAGE", Severity.CRITICAL),
        ("major", Severity.ERROR),
        ("Warning", Severity.WARNING),
        ("none", Severity.INFO),
        ("purple", Severity.ERROR),
        (None, Severity.ERROR),
    ],
)
def test_the_label_says_how_bad_it_is(label, severity):
    assert labelled(severity=label).severity is severity


@pytest.mark.parametrize(
    ("notes", "summary", "detail"),
    [
        ({"summary": "It is slow", "description": "p99 is 4 s"}, "It is slow", "p99 is 4 s"),
        ({"title": "It is slow"}, "It is slow", ""),
        ({"message": "It is\nslow"}, "It is slow", ""),
        ({}, "Slow on Slow", ""),
        (None, "Slow on Slow", ""),
    ],
)
def test_annotations_are_told_where_there_are_any(notes, summary, detail):
    found = alert(annotations=notes)

    assert (found.summary, found.detail) == (summary, detail)


def test_pages_are_linked_and_nothing_else_is():
    notes = {"runbook_url": "https://runbooks.example.org/slow", "dashboard_url": "javascript:alert(1)"}
    member = {"labels": {"a": "b"}, "annotations": notes, "generatorURL": "http://prom.example/g?expr=a b"}
    found = read(member, externalURL="http://am.example:9093").alerts[0]

    assert [link.title for link in found.links] == ["Runbook", "Alertmanager"]


@pytest.mark.parametrize(("left_out", "told"), [(7, True), ("7", True), (0, False), (None, False), ({}, False)])
def test_what_alertmanager_left_out_is_told(left_out, told):
    detail = read({"labels": {"a": "b"}}, truncatedAlerts=left_out).alerts[0].detail

    assert ("left 7 more" in detail) is told


def test_the_rule_the_service_and_the_job_are_what_the_catalog_may_list():
    assert labelled(service="pypi", job="web").names == ("Slow", "pypi", "web")


def test_every_group_counts_as_it_is_sent_again_while_it_fires():
    assert plugin.delivery_of(Hook({}, b"{}", NOON)) == ""


def test_an_alert_that_is_sent_again_is_the_same_report():
    member = {"fingerprint": "f00", "startsAt": "2026-01-01T01:00:00Z"}

    assert alert(**member).fingerprint == alert(**member).fingerprint
    assert alert(**member).fingerprint != alert(**member | {"startsAt": "2026-01-01T02:00:00Z"}).fingerprint
