"""A genuine webhook is stored, then answered 202; everybody else gets the one status that their sender understands."""

import gzip
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from web_fakes import (
    NEW,
    NOON,
    OLD,
    PATH_SECRET,
    QUICK,
    Addressing,
    Signing,
    house,
    read_answer,
    request,
    sign,
)

from psfbot import plugins
from psfbot.errors import StoreBusy
from psfbot.plugin import Hook, Plugin, Proof, hook_secrets
from psfbot.web.hooks import STRANGER, STRANGER_SETTINGS

FOUND = plugins.find()


@pytest.fixture(scope="module")
def opened():
    with house() as place:
        yield place


@pytest.fixture
def door(opened):
    """The house with an empty inbox, and nothing wrong with it."""
    opened.inbox.letters.clear()
    opened.rung.clear()
    opened.inbox.trouble = None
    return opened


def test_a_signed_webhook_is_stored_and_the_worker_woken(door):
    answer = door.signed(b'{"a": 1}')

    assert (answer.status_code, answer.json()) == (202, {"stored": True})
    assert [(letter.source, letter.body, letter.received_at) for letter in door.inbox.letters] == [
        ("signing", b'{"a": 1}', NOON)
    ]
    assert door.rung == [1]


def test_a_webhook_to_the_secret_address_is_stored(door):
    answer = door.post(f"/hooks/addressing/{PATH_SECRET}", b"not json")

    assert (answer.status_code, answer.json()) == (202, {"stored": True})
    assert [letter.body for letter in door.inbox.letters] == [b"not json"]


def test_the_same_webhook_again_is_a_duplicate_and_wakes_nobody(door):
    door.signed(b"{}")
    answer = door.signed(b"{}")

    assert (answer.status_code, answer.json()) == (202, {"duplicate": True})
    assert len(door.inbox.letters) == len(door.rung) == 1


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/hooks/addressing/wrong", 404),
        ("POST", "/hooks/addressing/", 404),
        ("POST", "/hooks/addressing", 404),
        ("POST", f"/hooks/addressing/{PATH_SECRET}/more", 404),
        ("POST", f"/hooks/addressing/{PATH_SECRET}é", 404),
        ("POST", f"/hooks/Addressing/{PATH_SECRET}", 404),
        ("POST", "/hooks/nobody/wrong", 404),
        ("POST", "/hooks/nobody", 404),
        ("POST", "/hooks/talking", 404),
        ("POST", "/hooks/", 404),
        ("POST", "/hooks", 404),
        ("POST", "/hooks/signing", 401),
        ("GET", "/hooks/signing", 405),
        ("GET", f"/hooks/addressing/{PATH_SECRET}", 405),
        ("GET", "/hooks/nobody", 405),
        ("PUT", "/hooks/signing", 405),
        ("DELETE", "/hooks/signing", 405),
        ("OPTIONS", "/hooks/signing", 405),
        ("HEAD", "/hooks/signing", 405),
    ],
)
def test_what_is_no_genuine_webhook_is_refused_and_not_stored(door, method, path, status):
    answer = door.ask(method, path, content=b"{}" if method in {"POST", "PUT"} else None)

    assert answer.status_code == status
    assert door.inbox.letters == []


def test_a_browser_reads_what_the_address_is_for(door):
    answer = door.get("/hooks/addressing/anything")

    assert answer.headers["allow"] == "POST"
    assert "by POST" in answer.json()["error"]


def test_a_wrong_secret_and_an_unknown_plugin_cannot_be_told_apart(door):
    wrong, unknown = door.post("/hooks/addressing/x"), door.post("/hooks/nobody/x")

    assert wrong.content == unknown.content
    assert {**wrong.headers, "date": ""} == {**unknown.headers, "date": ""}


def test_an_unknown_plugin_costs_the_same_comparison():
    assert len(hook_secrets(STRANGER_SETTINGS)) == 1
    assert STRANGER.proof(Hook({}, b"", NOON, "x"), STRANGER_SETTINGS) is Proof.FORGED


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (sign(b"{}")["x-signature"], 202),
        (sign(b"{}", OLD)["x-signature"], 202),
        (sign(b"{}")["x-signature"].upper().replace("V1", "v1"), 202),
        (f"v1=00, {sign(b'{}')['x-signature']}", 202),
        (f"{sign(b'{}')['x-signature']},v1=00", 202),
        (sign(b"[]")["x-signature"], 401),
        (sign(b"{}", "another")["x-signature"], 401),
        (sign(b"{}", "")["x-signature"], 401),
        ("", 401),
        (None, 401),
        ("v1=", 401),
        ("v1=é", 401),
        ("v0=" + sign(b"{}")["x-signature"][3:], 401),
        (",".join(["v1=00"] * 1000), 401),
        (sign(b"{}")["x-signature"][:-1], 401),
    ],
)
def test_a_signature_counts_only_when_it_is_right(door, given, status):
    headers = {} if given is None else {"x-signature": given.encode()}
    answer = door.post("/hooks/signing", b"{}", headers)

    assert answer.status_code == status
    assert len(door.inbox.letters) == (status == 202)


def test_both_secrets_count_while_one_replaces_the_other(door):
    assert [door.signed(b"1", NEW).status_code, door.signed(b"2", OLD).status_code] == [202, 202]


def test_a_signature_sent_in_two_headers_is_read_as_one_list(door):
    body = b"{}"
    raw = request("/hooks/signing", body, connection="close").replace(
        b"\r\n\r\n", b"\r\nX-Signature: v1=00\r\nX-Signature: " + sign(body)["x-signature"].encode() + b"\r\n\r\n", 1
    )

    assert door.raw(raw).startswith(b"HTTP/1.1 202 ")


@pytest.mark.parametrize("path", ["/hooks/signing", "/hooks/addressing/any"])
def test_without_a_secret_the_sender_is_asked_to_come_back(path):
    with house(plugin_settings={"signing": Signing(), "addressing": Addressing()}) as place:
        answer = place.post(path)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert place.inbox.letters == []


def test_a_busy_store_means_try_again(door):
    door.inbox.trouble = StoreBusy("The disk is full.")
    answer = door.signed()

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert door.rung == []


def test_a_bug_means_try_again_too_and_is_logged_once(door):
    door.inbox.trouble = ZeroDivisionError("what it said")
    answers = [door.signed(), door.signed()]

    assert {(answer.status_code, answer.headers["retry-after"]) for answer in answers} == {(503, "30")}
    assert door.log.getvalue().count('"event": "webhook failed"') == 1


def test_nobody_is_ever_told_429(door):
    door.inbox.trouble = StoreBusy("Later.")

    assert {door.signed(str(n).encode()).status_code for n in range(20)} == {503}


@pytest.mark.parametrize("error", [ValueError, KeyError, RecursionError, UnicodeDecodeError("utf-8", b"x", 0, 1, "no")])
def test_a_plugin_that_cannot_name_a_delivery_loses_nothing(error):
    clumsy = Plugin("clumsy", about="Raises.")
    clumsy.alerts(Addressing)(lambda _: [])

    @clumsy.delivery
    def delivery(hook):
        raise error

    settings = {"clumsy": Addressing.model_validate({"hook_secret": "s3cret"})}
    with house(plugins={"clumsy": clumsy}, plugin_settings=settings) as place:
        answers = [place.post("/hooks/clumsy/s3cret", body).json() for body in (b"1", b"1", b"2")]

    assert answers == [{"stored": True}, {"duplicate": True}, {"stored": True}]


def test_where_nothing_tells_deliveries_apart_each_one_counts():
    plugin = Plugin("nightly", about="Says the same every night.")
    plugin.alerts(Addressing)(lambda _: [])
    plugin.delivery(lambda _: "")
    settings = {"nightly": Addressing.model_validate({"hook_secret": "s3cret"})}
    with house(plugins={"nightly": plugin}, plugin_settings=settings) as place:
        answers = [place.post("/hooks/nightly/s3cret").json() for _ in range(2)]

    assert answers == [{"stored": True}] * 2
    assert len({letter.delivery for letter in place.inbox.letters}) == 2


def test_of_the_headers_only_harmless_ones_are_kept(door):
    given = {
        "X-Webhook-Id": "id-1",
        "User-Agent": "PagerDuty-Webhook/V3.0",
        "Content-Type": "application/json",
        "Authorization": "Bearer hidden",
        "Cookie": "session=hidden",
        "X-Api-Key": "hidden",
    }
    door.signed(b"{}", **given)

    assert door.inbox.letters[0].headers == {
        "content-type": "application/json",
        "user-agent": "PagerDuty-Webhook/V3.0",
        "x-webhook-id": "id-1",
    }


def test_a_long_header_is_kept_in_part(door):
    door.signed(b"{}", **{"X-Webhook-Id": "x" * 5000})

    assert len(door.inbox.letters[0].headers["x-webhook-id"]) == 500


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP", "deflate, gzip", "identity, gzip"])
def test_a_compressed_body_is_refused_unread(door, coding):
    bomb = gzip.compress(b"0" * 10_000_000)
    answer = door.post(f"/hooks/addressing/{PATH_SECRET}", bomb, {"content-encoding": coding})

    assert answer.status_code == 415
    assert door.inbox.letters == []


def test_a_body_that_says_it_is_not_compressed_is_taken(door):
    assert door.signed(b"{}", **{"content-encoding": "identity"}).status_code == 202


def test_an_empty_body_is_a_body(door):
    assert door.signed(b"").status_code == 202
    assert door.inbox.letters[0].body == b""


def test_a_secret_with_special_characters_is_read_from_its_encoded_address():
    settings = {"addressing": Addressing.model_validate({"hook_secret": "a/b c?é%"})}
    with house(plugin_settings=settings) as place:
        answer = place.post("/hooks/addressing/a%2Fb%20c%3F%C3%A9%25")

    assert answer.status_code == 202


@pytest.mark.parametrize("path", ["/hooks/addressing/%zz", "/hooks/addressing/%ff%fe", "/hooks/%00/%0d%0a", "/hooks/%"])
def test_a_badly_encoded_address_is_an_unknown_one(door, path):
    assert door.raw(request(path, connection="close")).startswith(b"HTTP/1.1 404 ")


def test_github_may_send_more_than_others(door):
    body = b"x" * (2 * 2**20)

    assert door.post("/hooks/github", body, sign(body)).status_code == 202
    assert door.post("/hooks/signing", body, sign(body)).status_code == 413


def test_strangers_learn_nothing_about_sizes(door):
    body = b"x" * (2 * 2**20)

    assert {door.post(path, body).status_code for path in ("/hooks/nobody/x", "/hooks/addressing/x")} == {404}


def test_what_happened_is_counted_by_plugin_and_outcome():
    with house() as place:
        place.signed(b"1")
        place.signed(b"1")
        place.post("/hooks/signing")
        place.post("/hooks/nobody/x")
        place.post("/hooks/invented/x")
        found = place.get("/metrics").text

    assert 'psfbot_webhooks_total{outcome="stored",plugin="signing"} 1.0' in found
    assert 'psfbot_webhooks_total{outcome="duplicate",plugin="signing"} 1.0' in found
    assert 'psfbot_webhooks_total{outcome="forged",plugin="signing"} 1.0' in found
    assert 'psfbot_webhooks_total{outcome="not found",plugin="unknown"} 2.0' in found
    assert "psfbot_webhook_seconds_count 2.0" in found
    assert "invented" not in found


def test_the_first_webhook_of_each_source_is_logged():
    with house() as place:
        for n in range(3):
            place.signed(str(n).encode())

    assert place.log.getvalue().count('"event": "first webhook stored"') == 1


def test_a_thousand_forgeries_are_one_line():
    with house() as place:
        for _ in range(50):
            place.post("/hooks/signing")

    assert place.log.getvalue().count('"event": "webhook refused"') == 1
    assert place.outcome("signing", "forged") == 50


def test_too_many_at_once_are_asked_to_come_back_soon():
    with house(replace(QUICK, at_once=1, body_seconds=5)) as place, place.socket() as first:
        first.sendall(request("/hooks/signing", b"", content_length="2", expect="100-continue", **sign(b"{}")))
        assert first.recv(100).startswith(b"HTTP/1.1 100 ")  # so it is inside
        second = place.signed(b"other")
        first.sendall(b"{}")
        assert read_answer(first)[0] == 202

        assert (second.status_code, second.headers["retry-after"]) == (503, "5")
        assert place.signed(b"again").status_code == 202
        assert place.outcome("signing", "crowded") == 1


def test_all_bodies_together_may_not_hold_too_much():
    with house(replace(QUICK, held=1000)) as place:
        assert place.signed(b"x" * 1001).status_code == 503
        assert place.signed(b"x" * 1000).status_code == 202
        assert place.signed(b"y" * 1000).status_code == 202


@pytest.mark.parametrize("name", [name for name, plugin in FOUND.items() if plugin.reads])
def test_every_recorded_webhook_of_every_plugin_is_taken(name):
    plugin = FOUND[name]
    secrets = [field for field in plugin.settings.model_fields if "secret" in field]
    settings = plugin.settings.model_validate(dict.fromkeys(secrets, "s3cret-word"))
    folder = Path(import_module(f"psfbot.plugins.{name}").__file__).parent / "payloads"
    with house(plugins={name: plugin}, plugin_settings={name: settings}) as place:
        for n, file in enumerate(sorted(folder.iterdir())):
            sent = plugin.rehearsal(file.read_bytes(), NOON + timedelta(seconds=n), settings)
            path = f"/hooks/{name}" if plugin.verifies else f"/hooks/{name}/{sent.secret}"
            answer = place.post(path, sent.body, sent.headers)

            assert (file.name, answer.status_code) == (file.name, 202)

    assert place.inbox.letters
