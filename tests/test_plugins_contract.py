"""Every plugin keeps the contract, also those that are written later: this file finds them by itself."""

import ast
import json
import re
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot import plugins
from psfbot.plugin import Alert, Hook, Proof
from psfbot.relay.letter import Fate

ROOT = Path(__file__).parents[1]
FOUND = plugins.find()
READERS = {name: plugin for name, plugin in FOUND.items() if plugin.reads}
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SECTIONS = ["## Set up", "## Settings", "## Try it", "## When it does not work", "## Limits"]
every = pytest.mark.parametrize("name", FOUND)
every_reader = pytest.mark.parametrize("name", READERS)


def folder(name):
    return Path(import_module(f"psfbot.plugins.{name}").__file__).parent


def recorded(name):
    files = sorted((folder(name) / "payloads").iterdir())
    return [file for file in files if file.name != "expected.json"]


RECORDED = [(name, file) for name in READERS for file in recorded(name)]
every_payload = pytest.mark.parametrize(("name", "file"), RECORDED, ids=lambda value: getattr(value, "name", value))


def readme(name):
    return (folder(name) / "README.md").read_text("utf-8")


def settings(name, *secrets):
    """The plugin's settings, with these in place of every secret that it knows."""
    model = FOUND[name].settings
    fields = [field for field in model.model_fields if model.is_secret(field) and "secret" in field]
    return model.model_validate(dict.fromkeys(fields, ",".join(secrets)))


def strings(value):
    if isinstance(value, dict):
        return [text for pair in value.items() for part in pair for text in strings(part)]
    if isinstance(value, list | tuple):
        return [text for part in value for text in strings(part)]
    return [value] if isinstance(value, str) else []


def check(name, contents):
    """Whatever came in: it is told in words, and its alerts are clean, stay what they are as JSON, and are ours."""
    assert contents.fate in set(Fate) - {Fate.NEW}
    assert bool(contents.reason) is (contents.fate is not Fate.DONE)
    assert bool(contents.alerts) is (contents.fate is Fate.DONE)
    assert contents.reason.isprintable()
    assert len(contents.reason) <= 600
    for alert in contents.alerts:
        assert alert.source == name
        assert alert.about
        assert alert.summary
        assert [text for text in strings(alert.model_dump(mode="json")) if not text.isprintable()] == []
        assert Alert.model_validate_json(alert.model_dump_json()) == alert


def test_every_folder_holds_a_plugin_that_works():
    folders = {path.parent.name for path in (ROOT / "plugins").glob("*/__init__.py")}

    assert folders <= FOUND.keys()
    assert plugins.load().failed == ()


@every
def test_a_plugin_is_called_like_its_folder_and_says_what_it_is_in_a_sentence(name):
    assert FOUND[name].name == name
    assert re.fullmatch(r"[A-Z][^\n]{10,118}\.", FOUND[name].about)


@every
def test_the_page_of_a_plugin_has_the_sections_that_a_newcomer_looks_for(name):
    found = [line for line in readme(name).splitlines() if line in SECTIONS]

    assert found == [section for section in SECTIONS if section in found]
    assert "## Set up" in found
    if name in READERS:
        assert found == SECTIONS
        assert f"https://<your bot>/hooks/{name}" in readme(name)
        assert f"psfbot try {name} " in readme(name)


@every
def test_the_page_of_a_plugin_names_every_setting(name):
    model = FOUND[name].settings
    fields = model.model_fields if model else {}

    spelled = [f"{model.names_start_with}{field.removesuffix('_').upper()}" for field in fields]

    assert [name_ for name_ in spelled if f"`{name_}`" not in readme(name)] == []


@every
def test_the_settings_of_a_plugin_carry_its_name_and_say_what_they_are(name):
    model = FOUND[name].settings
    if model is None:
        return

    assert model.names_start_with == f"PSFBOT_{name.upper()}_"
    assert model()
    assert [field for field in model.model_fields if not model.description_of(field)] == []
    assert [field for field in model.model_fields if not model.example_of(field)] == []


@every
def test_a_plugin_sees_nothing_of_psfbot_but_the_contract(name):
    for file in folder(name).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            seen = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                seen = [node.module]

            assert [found for found in seen if found.startswith("psfbot") and found != "psfbot.plugin"] == []


@every_reader
def test_every_payload_has_an_expected_end_and_is_on_the_page(name):
    expected = json.loads((folder(name) / "payloads" / "expected.json").read_text("utf-8"))

    assert expected.keys() == {file.name for file in recorded(name)}
    assert [file for file in expected if not re.search(rf"(?<=[` ]){re.escape(file)}\b", readme(name))] == []


@every_payload
def test_a_recorded_payload_ends_as_expected(name, file):
    plugin = FOUND[name]
    wanted = json.loads((file.parent / "expected.json").read_text("utf-8"))[file.name]
    headers = plugin.rehearsal(file.read_bytes(), NOON).headers
    contents = plugin.reads(Hook(headers, file.read_bytes(), NOON))

    check(name, contents)
    if "fate" in wanted:
        assert contents.fate == wanted["fate"]
        assert wanted["reason"] in contents.reason
    else:
        wanted = wanted if isinstance(wanted, list) else [wanted]
        found = [alert.model_dump(mode="json") for alert in contents.alerts]

        assert contents.fate is Fate.DONE
        assert [{key: one[key] for key in some} for one, some in zip(found, wanted, strict=True)] == wanted


@every_payload
def test_a_recorded_payload_can_be_played_again_and_counts_each_time(name, file):
    plugin, later = FOUND[name], NOON + timedelta(days=300)
    now = plugin.rehearsal(file.read_bytes(), later, settings(name, "a secret"))
    next_day = plugin.rehearsal(file.read_bytes(), later + timedelta(days=1), settings(name, "a secret"))
    contents = plugin.reads(now)

    assert contents.fate is plugin.reads(Hook(now.headers, file.read_bytes(), NOON)).fate
    assert {alert.at for alert in contents.alerts} <= {later}
    if contents.alerts:
        assert plugin.delivery_of(now) == "" or plugin.delivery_of(now) != plugin.delivery_of(next_day)
        assert {alert.fingerprint for alert in contents.alerts}.isdisjoint(
            alert.fingerprint for alert in plugin.reads(next_day).alerts
        )


@every_reader
def test_a_reader_proves_where_its_webhooks_come_from(name):
    assert FOUND[name].verifies or "hook_secret" in FOUND[name].settings.model_fields


@every_payload
def test_only_a_webhook_made_with_a_secret_in_force_is_genuine(name, file):
    plugin = FOUND[name]
    sent = plugin.rehearsal(file.read_bytes(), NOON, settings(name, "old"))

    assert plugin.proof(sent, settings(name, "old")) is Proof.GENUINE
    assert plugin.proof(sent, settings(name, "new", "old")) is Proof.GENUINE
    assert plugin.proof(sent, settings(name, "new")) is Proof.FORGED
    assert plugin.proof(sent, None) is Proof.UNREADY
    assert plugin.proof(sent, settings(name)) is Proof.UNREADY
    assert plugin.proof(Hook({}, sent.body, NOON), settings(name, "old")) is Proof.FORGED
    if plugin.verifies:
        assert plugin.proof(Hook(sent.headers, sent.body + b" ", NOON), settings(name, "old")) is Proof.FORGED


@every_reader
def test_an_empty_secret_opens_no_door(name):
    model = FOUND[name].settings
    empty = model.model_validate({field: [""] for field in model.model_fields if "secret" in field})

    assert FOUND[name].proof(FOUND[name].rehearsal(b"{}", NOON, empty), empty) is Proof.UNREADY


any_text = st.text(st.characters(), max_size=60)
headers = st.dictionaries(
    st.sampled_from(["x-pagerduty-signature", "x-hub-signature-256", "sentry-hook-signature", "x-webhook-id"]),
    any_text | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")) | any_text.map(lambda text: f"v1={text}"),
)


@every_reader
@given(headers=headers, secret=any_text, body=st.binary(max_size=60))
def test_no_headers_and_no_secret_ever_make_the_proof_fail(name, headers, secret, body):
    hook = Hook(headers, body, NOON, secret)

    assert FOUND[name].proof(hook, settings(name, "hunter2", "hunter3")) is Proof.FORGED
    assert FOUND[name].proof(hook, settings(name)) is Proof.UNREADY
    assert FOUND[name].delivery_of(hook).encode() is not None


@every_reader
@pytest.mark.parametrize("signature", ["", "v1=", "v0=ab", "sha256=", "v1=ä€", "v1=\udcff", ",", "v1=ab," * 1000])
def test_odd_signatures_are_forged(name, signature):
    header = dict.fromkeys(("x-pagerduty-signature", "x-hub-signature-256", "sentry-hook-signature"), signature)

    assert FOUND[name].proof(Hook(header, b"{}", NOON, signature), settings(name, "hunter2")) is Proof.FORGED


UNREADABLE = {
    "nothing": b"",
    "an empty object": b"{}",
    "an empty form": b"=&=&",
    "a list": b"[1, 2, 3]",
    "a text": b'"down"',
    "null": b"null",
    "nulls": b'{"event": null, "check_id": null, "alerts": null, "key": null, "schema": null}',
    "not JSON": b"<xml/>",
    "half of it": b'{"check_id": 1, "event": {"event_type": "incident.trig',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"event":' * 100_000,
    "a deep field": b'{"alerts":' + b"[" * 500 + b"]" * 500 + b"}",
    "a huge number": b'{"check_id": 1' + b"0" * 400 + b', "check_name": "n", "current_state": "DOWN"}',
    "a number that Python refuses": b'{"check_id": 1' + b"0" * 5000 + b"}",
    "NaN, and keys twice": b'{"check_id": NaN, "check_id": 5, "current_state": "UP", "current_state": "DOWN"}',
    "infinity": b'{"check_id": Infinity, "key": -Infinity, "alerts": [Infinity], "event": NaN}',
    "UTF-16 with its mark": "\ufeff{}".encode("utf-16-le"),
    "a lone half of a character": b'{"key": "\\ud800", "state": "firing", "summary": "\\udfff"}',
    "bytes that are no text": b'{"key": "\xff\xfe"}',
    "wrong types": b'{"check_id": "12", "check_name": ["a"], "check_params": "x", "current_state": {}, "alerts": {}, '
    b'"event": [], "key": {"a": 1}, "state": 5, "summary": [], "alert_transition": {"a": []}, "schema": 1}',
    "a megabyte": json.dumps({"key": "k", "event": "x" * 1_000_000, "alerts": "x" * 1_000_000}).encode(),
}


@every_reader
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_a_hostile_body_is_quarantined_or_ignored(name, body, kind):
    hook = Hook({"content-type": kind}, body, NOON)
    contents = FOUND[name].reads(hook)

    check(name, contents)
    assert contents.fate in {Fate.QUARANTINED, Fate.IGNORED}
    assert FOUND[name].delivery_of(hook).encode() is not None


def test_what_is_checked_here_can_be_wrong():
    assert not "a\x03b".isprintable()
    assert not "a\u202eb".isprintable()
    assert "Ünïcode · 🚨 …".isprintable()
    assert strings({"a": ["b", {"c": "d"}]}) == ["a", "b", "c", "d"]
