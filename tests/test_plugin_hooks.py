"""What the contract does for every plugin: foreign words, times and pages, and what a reader may return or raise."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Annotated

import pytest
from pydantic import Field, field_validator

from psfbot.plugin import Alert, Hook, Ignored, Payload, Plain, Plugin, Said, Stale, State, Time, links, loose, when
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOOK = Hook({}, b"{}", NOON)


class Body(Payload):
    word: Said = ""
    plain: Plain = ""
    at: Time = None
    number: Annotated[int, loose(7)] = 0


def alert(key="k"):
    return Alert(source="x", key=key, state=State.FIRING, summary="s", at=NOON)


def contents(read, body=b"{}", **headers):
    plugin = Plugin("x", about="A plugin for this test.")
    plugin.alerts(Body)(read)
    return plugin.reads(Hook(headers, body, NOON))


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ('"a\\r\\nb\\u0000\\u202e c "', "a b c"),
        ("42", "42"),
        ("1.5", "1.5"),
        ("true", ""),
        ("null", ""),
        ("[]", ""),
        ('{"a": 1}', ""),
        ('"' + "x" * 9000 + '"', "x" * 5000),
    ],
)
def test_said_makes_one_harmless_line_of_anything(given, read):
    assert Body.model_validate_json(f'{{"word": {given}}}').word == read


def test_plain_is_as_harmless_but_refuses_what_is_no_text():
    assert Body(plain=" a\x00b ").plain == "a b"
    with pytest.raises(ValueError, match="plain"):
        Body(plain=5)


def test_loose_fields_fall_back_instead_of_failing():
    assert Body(number="5").number == 5
    assert Body(number="x").number == 7
    assert Body(number=None).number == 7


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (None, NOON),
        (datetime(2025, 12, 31, 23), datetime(2025, 12, 31, 23, tzinfo=UTC)),  # noqa: DTZ001 - zoneless times are UTC
        (datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=2))), datetime(2026, 1, 1, 11, tzinfo=UTC)),
        (NOON + timedelta(minutes=5), NOON + timedelta(minutes=5)),
        (NOON + timedelta(minutes=5, seconds=1), NOON),
        (datetime(1970, 1, 1, tzinfo=UTC), NOON),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=2))), NOON),
        (datetime.max.replace(tzinfo=timezone(-timedelta(hours=2))), NOON),
    ],
)
def test_a_time_that_nobody_can_believe_is_when_the_webhook_came(at, told):
    assert when(at, HOOK) == told


@pytest.mark.parametrize(
    "address",
    [
        "",
        "javascript:alert(1)",
        "/x",
        "ftp://x",
        "https://x y",
        "https://x/" + "y" * 2000,
        "HTTPS//x",
        "data:text/html,x",
    ],
)
def test_only_web_addresses_become_links(address):
    assert [link.title for link in links(("Bad", address), ("Good", "https://x.example.org/"))] == ["Good"]


def test_a_reader_may_return_one_alert_several_or_none():
    assert contents(lambda _: alert()).alerts == (alert(),)
    assert contents(lambda _: [alert(), alert("l")]).alerts == (alert(), alert("l"))
    assert contents(lambda _: (alert(key) for key in "kl")).alerts == (alert(), alert("l"))
    assert contents(lambda _, hook: alert(str(hook.received_at.year))).alerts == (alert("2026"),)


@pytest.mark.parametrize(("kind", "fate"), [(Ignored, Fate.IGNORED), (Stale, Fate.STALE)])
def test_a_reason_is_one_line_of_bounded_length(kind, fate):
    found = contents(lambda _: kind("a\r\nb\x00" + "x" * 900))

    assert found.fate is fate
    assert found.reason.startswith("a b xx")
    assert len(found.reason) == 500


def raising(error):
    def read(body):
        raise error

    return read


def yielding(body):
    yield alert()
    msg = "the second\none is broken"
    raise ValueError(msg)


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (raising(ValueError("Say it\nagain.")), "Say it again."),
        (raising(OverflowError("too big")), "OverflowError: too big"),
        (raising(UnicodeDecodeError("utf-8", b"", 0, 1, "no text")), "UnicodeDecodeError: "),
        (yielding, "the second one is broken"),
        (lambda _: alert(""), "key: String should have at least 1 character"),
        (lambda _: alert("\x00 \u202e"), "key: String should have at least 1 character"),
    ],
)
def test_what_a_reader_cannot_make_sense_of_is_quarantined_whole(read, reason):
    found = contents(read)

    assert (found.fate, found.alerts) == (Fate.QUARANTINED, ())
    assert found.reason.startswith(reason)


def test_a_bug_in_a_reader_is_not_hidden():
    with pytest.raises(KeyError):
        contents(raising(KeyError("x")))


def test_a_validators_words_stand_without_pydantics():
    class Picky(Payload):
        number: Annotated[int, Field(ge=1)]

        @field_validator("number")
        @classmethod
        def it_is_no_bad_luck(cls, number):
            if number == 13:
                msg = "thirteen is\r\nbad luck"
                raise ValueError(msg)
            return number

    plugin = Plugin("x", about="A plugin for this test.")
    plugin.alerts(Picky)(lambda _: alert())

    assert plugin.reads(Hook({}, b'{"number": 13}', NOON)).reason == "number: thirteen is bad luck"
    assert plugin.reads(Hook({}, b"[]", NOON)).reason == "Input should be an object"


@pytest.mark.parametrize(
    ("kind", "body", "fields"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("application/x-www-form-urlencoded", b"a=1&b=%20", {"a": "1", "b": " "}),
        ("application/x-www-form-urlencoded; charset=utf-8", b' {"a": 1}', {"a": 1}),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 1001), {}),
        ("application/x-www-form-urlencoded", b"\xff=1", {}),
        ("", b"[1]", {}),
        ("", b"[" * 100_000, {}),
        ("", b"1" * 5000, {}),
        ("", b"", {}),
    ],
)
def test_the_fields_of_a_body_are_those_of_its_form_or_object(kind, body, fields):
    hook = Hook({"content-type": kind}, body, NOON)

    assert hook.fields == fields
    assert hook.altered(z="1").fields == (fields | {"z": "1"} if fields else {})


def test_a_forms_field_payload_may_hold_the_json():
    form = {"content-type": "application/x-www-form-urlencoded"}
    plugin = Plugin("x", about="A plugin for this test.")
    plugin.alerts(Body)(lambda body: alert(body.word))

    assert plugin.reads(Hook(form, b"payload=%7B%22word%22%3A%22a%22%7D", NOON)).alerts == (alert("a"),)
    assert plugin.reads(Hook(form, b"word=b&word=c", NOON)).alerts == (alert("b"),)


def test_a_recording_is_told_from_a_form_by_its_first_character():
    plugin = Plugin("x", about="A plugin for this test.")

    assert plugin.rehearsal(b" [1]", NOON) == Hook({"content-type": "application/json"}, b" [1]", NOON)
    assert plugin.rehearsal(b"a=1", NOON).is_form
