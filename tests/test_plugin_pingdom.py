"""Pingdom: every kind of check, and bodies that lack what Pingdom does not promise."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from psfbot import plugins
from psfbot.plugin import Hook, Severity, State
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SMALLEST = {"check_id": 7, "check_name": "docs", "current_state": "DOWN"}
plugin = plugins.find()["pingdom"]


def hook(**fields):
    return Hook({}, json.dumps(SMALLEST | fields).encode(), NOON)


def alert(**fields):
    contents = plugin.reads(hook(**fields))

    assert contents.reason == ""
    return contents.alerts[0]


@pytest.mark.parametrize(
    ("said", "state", "summary"),
    [
        ("DOWN", State.FIRING, "docs is down"),
        ("UP", State.RESOLVED, "docs is up again"),
        ("FAILING", State.FIRING, "docs is failing"),
        ("SUCCESS", State.RESOLVED, "docs is working again"),
        ("down", State.FIRING, "docs is down"),
    ],
)
def test_uptime_checks_and_transactions_have_their_own_words(said, state, summary):
    found = alert(current_state=said)

    assert (found.state, found.summary) == (state, summary)


@pytest.mark.parametrize("state", ["", None, "PAUSED", 5, {}, "DOWNUP"])
def test_an_unknown_state_is_never_guessed(state):
    contents = plugin.reads(hook(current_state=state))

    assert contents.fate is Fate.QUARANTINED
    assert contents.reason.startswith("current_state: ")


@pytest.mark.parametrize(
    ("params", "about", "hint"),
    [
        ({"hostname": "docs.python.org"}, "docs.python.org", None),
        (
            {"hostname": "www.python.org", "url": "/ftp/", "encryption": True},
            "www.python.org",
            "https://www.python.org/ftp/",
        ),
        ({"hostname": "www.python.org", "url": "/ftp/"}, "www.python.org", "http://www.python.org/ftp/"),
        ({"full_url": "https://peps.python.org/pep-0011/"}, "https://peps.python.org/pep-0011/", None),
        ({"url": "peps.python.org/x", "encryption": True}, "https://peps.python.org/x", None),
        ({"full_url": "peps.python.org"}, "http://peps.python.org", None),
        ({"url": "https://user:word@peps.python.org/x?token=1#top"}, "https://peps.python.org/x", None),
        ({"full_url": "user:word@peps.python.org"}, "http://peps.python.org", None),
        ({"url": "/"}, "docs", None),
        ({}, "docs", None),
        (None, "docs", None),
        ("x", "docs", None),
    ],
)
def test_it_is_about_the_host_else_the_page_else_the_check(params, about, hint):
    found = alert(check_params=params)

    assert found.about == about
    assert found.hints == ((hint,) if hint else found.hints[:1] if about.startswith("http") else ())


def test_a_link_shows_no_password_and_no_token():
    found = alert(check_params={"full_url": "https://user:word@x.example.org/health?token=secret"})

    assert "word" not in found.model_dump_json()
    assert "secret" not in found.model_dump_json()


@pytest.mark.parametrize(
    ("tags", "hints"),
    [
        (["service:pypi", "env:prod"], ("pypi", "env:prod")),
        ([{"name": "service:pypi"}, {"name": None}, {"id": 1}], ("pypi",)),
        ([None, 5, ["x"], "x"], ("x",)),
        ("service:pypi", ()),
        (None, ()),
    ],
)
def test_tags_are_hints_however_they_are_written(tags, hints):
    assert alert(tags=tags).hints == hints


@pytest.mark.parametrize(
    ("level", "severity"),
    [
        ("HIGH", Severity.CRITICAL),
        ("LOW", Severity.WARNING),
        ("low", Severity.WARNING),
        ("", Severity.ERROR),
        (None, Severity.ERROR),
    ],
)
def test_importance_says_how_bad_it_is(level, severity):
    assert alert(importance_level=level).severity is severity


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"state_changed_timestamp": 1767225600}, datetime(2026, 1, 1, tzinfo=UTC)),
        ({"state_changed_timestamp": "1767225600"}, datetime(2026, 1, 1, tzinfo=UTC)),
        ({"state_changed_utc_time": "2026-01-01T01:00:00"}, datetime(2026, 1, 1, 1, tzinfo=UTC)),
        ({"state_changed_timestamp": "soon", "state_changed_utc_time": "2026-01-01"}, datetime(2026, 1, 1, tzinfo=UTC)),
        ({"state_changed_timestamp": 0}, NOON),
        ({"state_changed_timestamp": 4102444800}, NOON),
        ({}, NOON),
    ],
)
def test_it_happened_when_pingdom_says_unless_nobody_can_believe_it(fields, at):
    assert alert(**fields).at == at


def test_the_detail_says_each_thing_once_and_where_it_was_seen_from():
    found = alert(
        description="Timeout",
        long_description="Timeout",
        custom_message="Look at\r\nFastly",
        first_probe={"location": "Amsterdam"},
        second_probe={"location": "Calgary"},
    )

    assert found.detail == "Timeout · Look at Fastly · Seen from Amsterdam and Calgary"


@pytest.mark.parametrize("probe", [{}, None, "x", {"location": None}])
def test_a_recovery_needs_no_probes(probe):
    assert alert(description="OK", long_description="OK", first_probe=probe, second_probe=probe).detail == ""


def test_the_check_has_a_page_but_a_transaction_has_another_that_we_do_not_know():
    assert [link.url for link in alert().links] == ["https://my.pingdom.com/app/reports/uptime#check=7"]
    assert alert(check_type="TRANSACTION").links == ()


def test_name_and_number_are_what_the_catalog_may_list():
    assert alert().names == ("docs", "7")
    assert alert(check_name=None, check_params={"hostname": "x"}).names == ("7",)


def test_a_check_without_name_and_host_is_quarantined():
    contents = plugin.reads(hook(check_name=" ", check_params={"url": "/"}))

    assert contents.fate is Fate.QUARANTINED
    assert "check_name" in contents.reason


@pytest.mark.parametrize("number", ["x", -1, 10**18, 10**400, 1.5, None, []])
def test_a_check_needs_a_number(number):
    assert plugin.reads(hook(check_id=number)).reason.startswith("check_id: ")


@pytest.mark.parametrize(
    "body", [{"action": "assign", "incidentid": 4}, {"message": "{}"}, {"action": "notify_of_close"}]
)
def test_an_old_beepmanager_webhook_is_told_from_a_broken_one(body):
    contents = plugin.reads(Hook({}, json.dumps(body).encode(), NOON))

    assert contents.fate is Fate.QUARANTINED
    assert "BeepManager" in contents.reason
    assert "add an integration of type Webhook" in contents.reason


def test_a_body_with_escaped_slashes_is_the_same():
    body = b'{"check_id":7,"check_name":"a\\/b","current_state":"DOWN","check_params":{"url":"https:\\/\\/x.org\\/"}}'
    found = plugin.reads(Hook({}, body, NOON)).alerts[0]

    assert (found.summary, found.about) == ("a/b is down", "https://x.org/")


def test_one_change_is_one_delivery_however_its_body_is_written():
    first = hook(state_changed_timestamp=1767225600)
    again = Hook({}, first.body + b"\n", NOON + timedelta(minutes=1))

    assert plugin.delivery_of(first) == plugin.delivery_of(again) == "7 DOWN 2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize(
    "other", [{"state_changed_timestamp": 1767225601}, {"current_state": "UP"}, {"check_id": 8}, {"check_id": "x"}]
)
def test_another_change_is_another_delivery(other):
    at = {"state_changed_timestamp": 1767225600}

    assert plugin.delivery_of(hook(**at)) != plugin.delivery_of(hook(**at | other))


def test_changes_without_a_time_all_count():
    assert plugin.delivery_of(hook()) == ""
