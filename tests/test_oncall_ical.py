"""A rota as a calendar that programs subscribe to."""

from datetime import UTC, datetime, timedelta

from psfbot.oncall.ical import calendar
from psfbot.oncall.shift import Shift

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def shift(person="anna", since=NOON, until=NOON + DAY, **more):
    return Shift(person=person, since=since, until=until, source="rotation", **more)


def made(*shifts, rota="main", name=lambda one: one.person.title()):
    return calendar(rota, shifts, NOON, name)


def unfolded(text):
    return text.replace("\r\n ", "").split("\r\n")


def test_a_shift_is_an_event_with_its_times_in_utc():
    lines = unfolded(made(shift()))

    assert lines[:5] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//psfbot//on call//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:On call: main",
    ]
    assert "DTSTART:20261120T120000Z" in lines
    assert "DTEND:20261121T120000Z" in lines
    assert "DTSTAMP:20261120T120000Z" in lines
    assert "SUMMARY:Anna on call (main)" in lines
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_the_same_shift_has_the_same_id_whenever_it_is_asked_for_and_another_one_has_another():
    ids = [line for line in unfolded(made(shift(), shift("ben"), shift())) if line.startswith("UID:")]

    assert ids[0] == ids[2] != ids[1]


def test_words_that_would_end_a_value_are_escaped():
    text = made(shift(reason="cover; me, please\r\nBEGIN:VEVENT\\\x07"), rota="a,b")

    assert r"DESCRIPTION:cover\; me\, please\nBEGIN:VEVENT\\" in unfolded(text)
    assert text.count("BEGIN:VEVENT\r\n") == 1
    assert r"X-WR-CALNAME:On call: a\,b" in unfolded(text)


def test_a_long_line_goes_on_in_the_next_and_no_character_is_cut():
    text = made(shift(reason="é🚨" * 60))

    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert f"DESCRIPTION:{'é🚨' * 60}" in unfolded(text)


def test_what_has_no_start_or_end_is_no_event():
    assert "VEVENT" not in made(shift(until=None), shift(since=None))
