"""Generic: the documented body, and a reason by name for what is wrong with it."""

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
SMALLEST = {"key": "disk", "state": "firing", "summary": "The disk is full"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
plugin = plugins.find()["generic"]


def read(**fields):
    return plugin.reads(Hook({}, json.dumps(SMALLEST | fields).encode(), NOON))


def test_three_fields_are_enough():
    found = read().alerts[0]

    assert (found.key, found.state, found.summary) == ("disk", State.FIRING, "The disk is full")
    assert (found.about, found.severity, found.at, found.links) == ("disk", Severity.ERROR, NOON, ())


def test_every_field_is_read():
    found = read(
        state="acknowledged",
        about="docs.python.org",
        severity="info",
        at="2026-01-01T02:00:00+01:00",
        links=[{"title": "Log", "url": "https://x.example.org/"}, {"url": "http://y.example.org/"}],
        detail="One\ntwo",
        names=["n1", "n2"],
    ).alerts[0]

    assert (found.state, found.about, found.severity) == (State.ACKNOWLEDGED, "docs.python.org", Severity.INFO)
    assert (found.at, found.detail, found.names) == (datetime(2026, 1, 1, 1, tzinfo=UTC), "One two", ("n1", "n2"))
    assert [(link.title, link.url) for link in found.links] == [
        ("Log", "https://x.example.org/"),
        ("Details", "http://y.example.org/"),
    ]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"key": ""}, "key: "),
        ({"key": "\x00\x07"}, "key: "),
        ({"key": "x" * 501}, "key: "),
        ({"key": 5}, "key: "),
        ({"state": "down"}, "state: "),
        ({"state": None}, "state: "),
        ({"summary": "  "}, "summary: "),
        ({"summary": "\u202e\r\n"}, "summary: "),
        ({"severity": "bad"}, "severity: "),
        ({"at": "soon"}, "at: "),
        ({"at": "2026-01-01T12:05:01Z"}, "at: "),
        ({"at": 5}, "at: "),
        ({"links": ["https://x.example.org/"]}, "links.0: "),
        ({"links": [{"url": "javascript:alert(1)"}]}, "links.0.url: "),
        ({"links": [{"url": "https://x.example.org/", "name": "x"}]}, "links.0.name: "),
        ({"names": "x"}, "names: "),
        ({"detail": ["x"]}, "detail: "),
        ({"sumary": "x"}, "sumary: "),
    ],
)
def test_what_is_wrong_is_said_by_name(fields, named):
    contents = read(**fields)

    assert contents.fate is Fate.QUARANTINED
    assert contents.reason.startswith(named)


def test_all_that_is_wrong_is_said_at_once():
    contents = plugin.reads(Hook({}, b'{"state": "x", "severity": "x", "at": "x", "foo": 1}', NOON))

    assert contents.reason.startswith("key: Field required; state: ")
    assert contents.reason.endswith(" and 3 more")


def test_a_clock_may_go_ahead_a_little():
    assert read(at="2026-01-01T12:04:59Z").alerts[0].at == datetime(2026, 1, 1, 12, 4, 59, tzinfo=UTC)


def test_a_form_will_do():
    form = Hook(FORM, urlencode(SMALLEST | {"at": "1767225600"}).encode(), NOON)

    assert plugin.reads(form).alerts[0].at == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "text/plain", ""])
def test_json_is_json_whatever_curl_calls_it(kind):
    body = b"\n" + json.dumps(SMALLEST).encode()

    assert plugin.reads(Hook({"content-type": kind}, body, NOON)).fate is Fate.DONE


def test_the_mark_that_some_editors_put_first_does_no_harm():
    assert plugin.reads(Hook({}, b"\xef\xbb\xbf" + json.dumps(SMALLEST).encode(), NOON)).fate is Fate.DONE


def test_a_job_that_fails_every_night_counts_every_night():
    assert plugin.delivery_of(Hook({}, json.dumps(SMALLEST).encode(), NOON)) == ""


def test_the_page_describes_every_field():
    page = (Path(__file__).parents[1] / "plugins" / "generic" / "README.md").read_text("utf-8")
    described = re.findall(r"^\| `(\w+)` \| (?:yes)? ?\|", page, re.MULTILINE)
    body = dict.fromkeys(described, "x") | {"nonsense": 1}
    refused = plugin.reads(Hook({}, json.dumps(body).encode(), NOON)).reason

    assert described == ["key", "state", "summary", "about", "severity", "at", "links", "detail", "names"]
    assert "Extra inputs" not in refused.partition("nonsense")[0]


def test_the_example_on_the_page_works():
    page = (Path(__file__).parents[1] / "plugins" / "generic" / "README.md").read_text("utf-8")
    body = re.search(r"-d '(\{.*?\})'", page, re.DOTALL)[1]

    assert plugin.reads(Hook(FORM, body.encode(), NOON)).alerts[0].about == "wiki.python.org"
