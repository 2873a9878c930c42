"""Datadog: what its template variables may turn into."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode

import pytest

from psfbot import plugins
from psfbot.plugin import Hook, Severity, State
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SMALLEST = {"schema": "psfbot-1", "alert_transition": "Triggered", "alert_cycle_key": "c1", "title": "load"}
plugin = plugins.find()["datadog"]


def read(**fields):
    return plugin.reads(Hook({}, json.dumps(SMALLEST | fields).encode(), NOON))


def alert(**fields):
    contents = read(**fields)

    assert contents.reason == ""
    return contents.alerts[0]


@pytest.mark.parametrize(
    ("transition", "state", "severity"),
    [
        ("Triggered", State.FIRING, Severity.ERROR),
        ("Re-Triggered", State.FIRING, Severity.ERROR),
        ("No Data", State.FIRING, Severity.ERROR),
        ("Re-No Data", State.FIRING, Severity.ERROR),
        ("Renotify", State.FIRING, Severity.ERROR),
        ("Escalated", State.FIRING, Severity.ERROR),
        ("Warn", State.FIRING, Severity.WARNING),
        ("Re-Warn", State.FIRING, Severity.WARNING),
        ("Warn -> Triggered", State.FIRING, Severity.ERROR),
        ("Triggered -> Warn", State.FIRING, Severity.WARNING),
        ("Recovered", State.RESOLVED, Severity.ERROR),
        ("Triggered -> Recovered", State.RESOLVED, Severity.ERROR),
        ("  recovered ", State.RESOLVED, Severity.ERROR),
    ],
)
def test_a_transition_says_how_it_stands_now(transition, state, severity):
    found = alert(alert_transition=transition)

    assert (found.state, found.severity) == (state, severity)


@pytest.mark.parametrize("transition", ["Muted", "Untriggered", "->", 5])
def test_an_unknown_transition_is_never_guessed(transition):
    contents = read(alert_transition=transition)

    assert contents.fate is Fate.QUARANTINED
    assert contents.reason.startswith("alert_transition is ")


@pytest.mark.parametrize("transition", ["", "null", "None", "$ALERT_TRANSITION", "$ALERT_TRANSITON", None])
def test_without_a_transition_the_reason_says_what_to_do(transition):
    contents = read(alert_transition=transition)

    assert contents.fate is Fate.QUARANTINED
    assert "Paste the template of plugins/datadog/README.md" in contents.reason


@pytest.mark.parametrize(
    ("priority", "transition", "severity"),
    [
        ("P1", "Triggered", Severity.CRITICAL),
        ("p2", "Triggered", Severity.ERROR),
        (3, "Triggered", Severity.WARNING),
        ("4", "Triggered", Severity.INFO),
        ("P5", "No Data", Severity.INFO),
        ("P1", "Warn", Severity.WARNING),
        ("P4", "Warn", Severity.INFO),
        ("P9", "Triggered", Severity.ERROR),
        ("normal", "Triggered", Severity.ERROR),
        (None, "Triggered", Severity.ERROR),
        ("²", "Triggered", Severity.ERROR),
    ],
)
def test_a_priority_is_read_with_and_without_its_letter(priority, transition, severity):
    assert alert(priority=priority, alert_transition=transition).severity is severity


@pytest.mark.parametrize("tags", ["a:b,c:d", "a:b, c:d", " a:b ,, c:d,", ["a:b", "c:d", None], "a:b, c:d, a:b"])
def test_tags_come_with_and_without_spaces(tags):
    assert alert(tags=tags).hints == ("a:b", "c:d")


@pytest.mark.parametrize("tags", ["", "null", None, 5, {}, "$TAGS"])
def test_no_tags_are_no_hints(tags):
    assert alert(tags=tags).hints == ()


@pytest.mark.parametrize(
    ("fields", "about"),
    [
        ({"hostname": "lb-a", "alert_scope": "host:lb-b"}, "lb-a"),
        ({"hostname": "null", "alert_scope": "host:lb-b, service:haproxy"}, "lb-b"),
        ({"tags": "url:https://pypi.example.org/simple, env:prod"}, "https://pypi.example.org/simple"),
        ({"tags": "service:haproxy"}, "haproxy"),
        ({"tags": "host:tagged", "alert_scope": "host:scoped"}, "scoped"),
        ({}, "load"),
        ({"title": "", "alert_id": 12}, "12"),
        ({"title": ""}, "c1"),
    ],
)
def test_it_is_about_the_host_else_the_best_tag_else_the_monitor(fields, about):
    assert alert(**fields).about == about


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("[Triggered] load on a", "load on a"),
        ("[P1] [Triggered on {host:a,env:b}] load", "load"),
        ("[Re-Warn] load [x]", "load [x]"),
        ("[web-team] load", "[web-team] load"),
        ("[Alerting] load", "[Alerting] load"),
        ("[Triggered", "[Triggered"),
    ],
)
def test_a_title_is_told_without_the_state_that_datadog_puts_before_it(title, told):
    assert alert(title=title).summary == told


def test_a_message_is_told_without_its_markup():
    found = alert(body="%%% \nload is **high** @webhook-psfbot @someone\n %%%", alert_status="load > 8")

    assert found.detail == "Triggered · load > 8 · load is **high** @someone"


def test_one_cycle_is_one_problem_and_without_it_one_group_of_a_monitor_is():
    assert alert(alert_cycle_key="c1", aggreg_key="g1").key == "c1"
    assert alert(alert_cycle_key=None, aggreg_key="g1", alert_scope="host:b, env:c").key == "g1 env:c host:b"
    assert alert(alert_cycle_key="null", aggreg_key="g1").key == "g1"
    assert len(alert(alert_cycle_key="", aggreg_key="g1", alert_scope="x" * 400).key) == 64


def test_without_any_key_it_is_quarantined():
    assert "alert_cycle_key and aggreg_key" in read(alert_cycle_key="", alert_scope="host:b").reason


def test_a_template_for_another_psfbot_is_quarantined():
    assert "paste the template again" in read(schema="psfbot-2").reason
    assert alert(schema=None).key == "c1"


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"date": "1767225600000", "last_updated": "1767229200000"}, datetime(2026, 1, 1, tzinfo=UTC)),
        ({"date": "$DATE", "last_updated": 1767229200000}, datetime(2026, 1, 1, 1, tzinfo=UTC)),
        ({}, NOON),
    ],
)
def test_it_happened_when_datadog_says(fields, at):
    assert alert(**fields).at == at


def test_the_events_of_one_cycle_differ_although_they_may_share_an_id():
    assert alert(id=5).fingerprint == alert(id="5").fingerprint
    assert alert(id=5).fingerprint != alert(id=5, alert_transition="Recovered").fingerprint


def test_an_encoded_form_says_the_same_as_json():
    form = Hook({"content-type": "application/x-www-form-urlencoded"}, urlencode(SMALLEST).encode(), NOON)

    assert plugin.reads(form).alerts == read().alerts


def test_a_body_that_names_no_event_always_counts():
    plain, dated = json.dumps(SMALLEST).encode(), json.dumps(SMALLEST | {"date": 1767225600000}).encode()

    assert plugin.delivery_of(Hook({}, plain, NOON)) == ""
    assert len(plugin.delivery_of(Hook({}, dated, NOON))) == 64


def test_the_template_on_the_page_holds_every_field_that_is_read():
    page = (Path(__file__).parents[1] / "plugins" / "datadog" / "README.md").read_text("utf-8")
    template = json.loads(re.search(r"```json\n(.*?)```", page, re.DOTALL)[1])
    filled = plugin.reads(Hook({}, json.dumps(template | SMALLEST).encode(), NOON))

    assert template["schema"] == "psfbot-1"
    assert template.keys() >= SMALLEST.keys() | {"id", "aggreg_key", "tags", "priority", "date", "link", "hostname"}
    assert filled.alerts == read().alerts
