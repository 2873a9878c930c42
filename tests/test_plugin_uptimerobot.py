"""UptimeRobot: texts that may be variables still, forms and JSON, and ends that come nearer."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from psfbot import plugins
from psfbot.plugin import Hook, Severity, State
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SMALLEST = {"monitorID": "7", "monitorFriendlyName": "docs", "alertType": "1"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
plugin = plugins.find()["uptimerobot"]


def hook(**fields):
    return Hook({}, json.dumps(SMALLEST | fields).encode(), NOON)


def alert(**fields):
    contents = plugin.reads(hook(**fields))

    assert contents.reason == ""
    return contents.alerts[0]


@pytest.mark.parametrize(
    ("fields", "state", "summary"),
    [
        ({"alertType": "1"}, State.FIRING, "docs is down"),
        ({"alertType": 1}, State.FIRING, "docs is down"),
        ({"alertType": "2"}, State.RESOLVED, "docs is up again"),
        ({"alertType": "*alertType*", "alertTypeFriendlyName": "Up"}, State.RESOLVED, "docs is up again"),
        ({"alertType": None, "alertTypeFriendlyName": "DOWN"}, State.FIRING, "docs is down"),
    ],
)
def test_a_monitor_goes_down_and_up(fields, state, summary):
    found = alert(**fields)

    assert (found.key, found.state, found.summary) == ("7", state, summary)


@pytest.mark.parametrize(
    ("fields", "words"), [({"alertType": "98", "alertTypeFriendlyName": "Paused"}, "Paused"), ({"alertType": 99}, "99")]
)
def test_another_type_is_accepted_and_named(fields, words):
    contents = plugin.reads(hook(**fields))

    assert contents.fate is Fate.IGNORED
    assert words in contents.reason


@pytest.mark.parametrize("kind", ["", None, "*alertType*", [], {"a": 1}, True])
def test_without_a_type_nothing_is_guessed(kind):
    contents = plugin.reads(hook(alertType=kind))

    assert contents.fate is Fate.QUARANTINED
    assert "There is no alertType" in contents.reason


def test_a_monitor_without_number_address_and_name_is_quarantined():
    contents = plugin.reads(hook(monitorID="*monitorID*", monitorFriendlyName=" ", monitorURL=None))

    assert contents.fate is Fate.QUARANTINED
    assert "nobody could tell what this is about" in contents.reason


@pytest.mark.parametrize(
    ("fields", "key", "about", "names"),
    [
        ({"monitorURL": "https://u:word@x.org/a?t=secret#b"}, "7", "https://x.org/a", ("docs", "7")),
        ({"monitorURL": "mail.python.org"}, "7", "mail.python.org", ("docs", "7")),
        ({"monitorURL": "*monitorURL*"}, "7", "docs", ("docs", "7")),
        ({"monitorID": None, "monitorURL": "https://x.org/?t=secret"}, "https://x.org/", "https://x.org/", ("docs",)),
        ({"monitorID": ""}, "docs", "docs", ("docs",)),
        ({"monitorFriendlyName": None}, "7", "7", ("7",)),
    ],
)
def test_it_is_about_the_address_else_the_name_and_shows_nothing_secret(fields, key, about, names):
    found = alert(**fields)

    assert (found.key, found.about, found.names) == (key, about, names)
    assert "secret" not in found.model_dump_json()
    assert "word" not in found.model_dump_json()


def test_a_long_name_makes_a_short_key():
    found = alert(monitorID="", monitorFriendlyName="x" * 3000)

    assert len(found.key) == 64
    assert found.key == alert(monitorID="", monitorFriendlyName="x" * 3000).key


@pytest.mark.parametrize(
    ("days", "severity", "words"),
    [
        ("30", Severity.WARNING, "The certificate of docs ends in 30 days"),
        ("8", Severity.WARNING, "The certificate of docs ends in 8 days"),
        ("7", Severity.ERROR, "The certificate of docs ends in 7 days"),
        (2, Severity.ERROR, "The certificate of docs ends in 2 days"),
        ("1", Severity.CRITICAL, "The certificate of docs ends tomorrow"),
        ("0", Severity.CRITICAL, "The certificate of docs ends today"),
        ("-3", Severity.CRITICAL, "The certificate of docs has ended"),
        ("*sslExpiryDaysLeft*", Severity.WARNING, "The certificate of docs ends soon"),
        ("٣", Severity.WARNING, "The certificate of docs ends soon"),
        ("1" * 4000, Severity.WARNING, "The certificate of docs ends soon"),
    ],
)
def test_a_certificate_is_worse_the_nearer_its_end(days, severity, words):
    found = alert(alertType="3", sslExpiryDaysLeft=days, sslExpiryDate="2026-01-08")

    assert (found.key, found.state) == ("7 certificate", State.FIRING)
    assert (found.severity, found.summary) == (severity, words)
    assert found.detail == "It ends at 2026-01-08"


def test_until_a_certificate_has_ended_nothing_is_down():
    found = [alert(alertType=kind, sslExpiryDaysLeft=days).up for kind, days in (("3", "0"), ("3", "-1"), ("1", "9"))]

    assert found == [True, False, False]


def test_a_domain_is_another_problem_than_a_certificate():
    found = alert(alertType="3", domainExpireDate="2026-01-15", sslExpiryDaysLeft="*sslExpiryDaysLeft*")

    assert (found.key, found.summary) == ("7 domain", "The domain of docs ends soon")
    assert found.detail == "It ends at 2026-01-15"


@pytest.mark.parametrize(
    ("at", "told"),
    [
        ("1767225600", datetime(2026, 1, 1, tzinfo=UTC)),
        (1767225600, datetime(2026, 1, 1, tzinfo=UTC)),
        ("4102444800", NOON),
        ("0", NOON),
        ("*alertDateTime*", NOON),
        (None, NOON),
    ],
)
def test_it_happened_when_uptimerobot_says_unless_nobody_can_believe_it(at, told):
    assert alert(alertDateTime=at).at == told


def test_how_long_it_lasted_is_told_at_its_end():
    fields = {"alertDetails": "HTTP 200", "alertFriendlyDuration": "9 minutes"}

    assert alert(alertType="2", **fields).detail == "HTTP 200 · It lasted 9 minutes"
    assert alert(alertType="1", **fields).detail == "HTTP 200"
    assert alert(alertType="2", alertFriendlyDuration="*alertFriendlyDuration*").detail == ""


def test_a_form_says_the_same_as_json():
    body = urlencode(SMALLEST | {"alertDateTime": "1767225600"})
    found = plugin.reads(Hook(FORM, body.encode(), NOON)).alerts

    assert found == (alert(alertDateTime="1767225600"),)


def test_a_change_with_a_time_is_one_delivery_and_without_one_each_counts():
    first, later = hook(alertDateTime="1767225600"), hook(alertDateTime="1767225601")
    again = Hook({}, first.body, NOON + timedelta(days=1))

    assert plugin.delivery_of(first) == plugin.delivery_of(again) != plugin.delivery_of(later)
    assert plugin.delivery_of(hook()) == plugin.delivery_of(hook(alertDateTime="*alertDateTime*")) == ""
    assert plugin.delivery_of(Hook({}, b"[]", NOON)) != ""
