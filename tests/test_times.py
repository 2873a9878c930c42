"""Times as people type and read them, also on the days when the clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import HOUR, MINUTE, NOON, SECOND

from psfbot.chat.times import UNITS, length, moment, until, zone_of
from psfbot.errors import UserError

DAY = timedelta(days=1)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Chatham"]


@pytest.mark.parametrize(
    ("said", "time"),
    [
        ("2h", 2 * HOUR), ("90 min", 90 * MINUTE), ("1d 4h", DAY + 4 * HOUR), ("1d4h", 28 * HOUR), ("30S", 30 * SECOND),
        ("1 hour and 30 minutes", 90 * MINUTE), ("2 Weeks", 14 * DAY), ("0m", timedelta(0)), (" 5m ", 5 * MINUTE),
        ("1h 1h", 2 * HOUR), ("999999s", 999999 * SECOND),
    ],
)  # fmt: skip
def test_a_length_of_time_is_read(said, time):
    assert length(said) == time


@pytest.mark.parametrize(
    "said", ["", "2", "h", "2 x", "1.5h", "-2h", "2h-", "two hours", "1234567h", "2h because", "1h and", "18:00", "²h"]
)
def test_what_is_no_length_of_time_is_told_with_what_would_be(said):
    with pytest.raises(UserError) as refused:
        length(said)
    assert str(refused.value) == (
        f"'{said}' is no length of time. Say a length such as 30m, 2h or 1d, or a time such as until 18:00"
        " or until 2026-12-01 10:00 UTC."
    )


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-12-01T10:00Z", datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ("until 2026-12-01 10:00 UTC", datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ("2026-12-01 10:00", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("2026-12-01 9:30", datetime(2026, 12, 1, 8, 30, tzinfo=UTC)),
        ("2026-12-01T10:00:30+02:00", datetime(2026, 12, 1, 8, 0, 30, tzinfo=UTC)),
        ("2026-12-01", datetime(2026, 11, 30, 23, tzinfo=UTC)),
        ("2026-11-20 12:01 utc", NOON + MINUTE),
    ],
)
def test_a_date_is_a_moment_on_the_readers_clock_unless_it_says_which(said, at):
    assert until(said, NOON, "Europe/Berlin") == at


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("2026-11-20 12:00 UTC", "is past"),
        ("2025-01-01", "is past"),
        ("2126-12-01", "is longer than anybody lives"),
        ("2026-13-01", "is no day and time of the calendar"),
        ("2026-02-30 10:00", "is no day and time of the calendar"),
        ("2026-12-01 25:00", "is no day and time of the calendar"),
        ("0001-01-01T00:00+14:00", "is no day and time of the calendar"),
        ("2026-12-01 noon", "is no length of time"),
    ],
)
def test_a_date_that_is_none_or_not_ahead_is_refused(said, why):
    with pytest.raises(UserError, match=why):
        until(said, NOON)


def test_a_moment_as_answers_write_it_is_read_back():
    at = datetime(2026, 11, 21, 16, 26, tzinfo=UTC)

    assert until(moment(at, NOON), NOON, "Asia/Kolkata") == at


@pytest.mark.parametrize("said", ["999999w", "999999d", " ".join(["999999w"] * 500)])
def test_a_length_beyond_every_calendar_is_refused(said):
    with pytest.raises(UserError, match="is longer than anybody lives") as refused:
        until(said, NOON)
    assert len(str(refused.value)) < 200


def test_a_long_text_is_not_repeated_in_full():
    with pytest.raises(UserError) as refused:
        until("x" * 2000, NOON)
    assert len(str(refused.value)) < 200


@given(st.text())
def test_whatever_is_typed_is_a_time_ahead_or_told_to_be_none(said):
    try:
        found, words = until(said, NOON), ""
    except UserError as refused:
        found, words = None, str(refused)

    assert found >= NOON if found else "Say a length" in words


@pytest.mark.parametrize(
    ("words", "seconds"),
    [
        ("s sec secs second seconds", 1),
        ("m min mins minute minutes", 60),
        ("h hr hrs hour hours", 60 * 60),
        ("d day days", 24 * 60 * 60),
        ("w week weeks", 7 * 24 * 60 * 60),
    ],
)
def test_every_unit_has_its_length(words, seconds):
    assert {length(f"3 {word}") for word in words.split()} == {timedelta(seconds=3 * seconds)}
    assert set(words.split()) <= UNITS.keys()


def test_a_hundred_years_are_the_limit():
    assert length("36525d") == 36525 * DAY
    with pytest.raises(UserError, match="longer than anybody lives"):
        length("36525d 1s")


@given(st.lists(st.tuples(st.integers(0, 500), st.sampled_from(sorted(UNITS))), min_size=1, max_size=4))
def test_every_unit_in_any_order_adds_up(parts):
    said = " ".join(f"{number}{unit}" for number, unit in parts)

    assert length(said).total_seconds() == sum(number * UNITS[unit] for number, unit in parts)


@pytest.mark.parametrize(
    ("said", "zone", "at"),
    [
        ("2h", None, "2026-11-20 14:00"), ("for 2h", "Asia/Kolkata", "2026-11-20 14:00"),
        ("until 18:00", None, "2026-11-20 18:00"), ("till 18:00", "Europe/Berlin", "2026-11-20 17:00"),
        ("18:00 UTC", "Europe/Berlin", "2026-11-20 18:00"), ("18:00utc", "Asia/Kolkata", "2026-11-20 18:00"),
        ("18:00", "Asia/Kolkata", "2026-11-20 12:30"), ("17:30", "Asia/Kolkata", "2026-11-21 12:00"),
        ("12:00", None, "2026-11-21 12:00"), ("11:59", None, "2026-11-21 11:59"), ("12:01", None, "2026-11-20 12:01"),
        ("0:00", None, "2026-11-21 00:00"), ("18:00", "No/Where", "2026-11-20 18:00"),
    ],
)  # fmt: skip
def test_a_time_of_day_is_the_readers_own_unless_it_says_utc(said, zone, at):
    assert f"{until(said, NOON, zone):%Y-%m-%d %H:%M}" == at


@pytest.mark.parametrize("said", ["24:00", "12:60", "99:99 utc"])
def test_what_no_clock_shows_is_refused(said):
    with pytest.raises(UserError, match=f"'{said}' is no time of day. Say a length"):
        until(said, NOON)


@pytest.mark.parametrize(
    ("now", "said", "at"),
    [
        ("2026-03-28 12:00", "18:00", "2026-03-28 17:00"),
        ("2026-03-28 17:30", "18:00", "2026-03-29 16:00"),
        ("2026-03-28 23:00", "02:30", "2026-03-29 01:30"),
        ("2026-10-24 23:00", "02:30", "2026-10-25 00:30"),
        ("2026-10-25 00:40", "02:30", "2026-10-25 01:30"),
        ("2026-10-25 01:40", "02:30", "2026-10-26 01:30"),
        ("2026-10-24 16:30", "18:00", "2026-10-25 17:00"),
    ],
)
def test_in_berlin_the_clock_is_right_when_it_is_put_forward_and_back(now, said, at):
    start = datetime.fromisoformat(f"{now}+00:00")

    assert f"{until(said, start, 'Europe/Berlin'):%Y-%m-%d %H:%M}" == at


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)),  # noqa: DTZ001 - made aware below
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
)
def test_a_clock_time_is_the_next_moment_at_which_the_readers_clock_shows_it(now, zone, hour, minute):
    start, place = now.replace(tzinfo=UTC), ZoneInfo(zone)
    found = until(f"{hour}:{minute:02}", start, zone)
    between = (start + step * MINUTE for step in range(1, (found - start) // MINUTE))
    missed = [at for at in between if (at.astimezone(place).hour, at.astimezone(place).minute) == (hour, minute)]
    there = found.astimezone(place)

    assert start < found <= start + 25 * HOUR
    assert missed == []
    assert (there.hour, there.minute) == (hour, minute) or changed(found, place), "a clock skips what it does not show"


def changed(at, place):
    """Was the clock put forward within two hours?"""
    return at.astimezone(place).utcoffset() > (at - 2 * HOUR).astimezone(place).utcoffset()


@pytest.mark.parametrize("name", [None, "", "Nowhere", "Europe", "../etc/passwd", "/etc/passwd", "a\x00b", "x" * 300])
def test_a_zone_that_is_none_is_utc(name):
    assert zone_of(name) == ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("after", "zone", "words"),
    [
        (HOUR, None, "13:00 UTC"),
        (DAY, None, "2026-11-21 12:00 UTC"),
        (HOUR, "Europe/London", "13:00 UTC"),
        (HOUR, "Europe/Berlin", "13:00 UTC (14:00 for you)"),
        (13 * HOUR, "America/New_York", "2026-11-21 01:00 UTC (20:00 for you)"),
        (8 * HOUR, "Asia/Kolkata", "20:00 UTC (2026-11-21 01:30 for you)"),
        (-DAY, "Asia/Kolkata", "2026-11-19 12:00 UTC (2026-11-19 17:30 for you)"),
    ],
)
def test_a_moment_is_told_in_utc_and_on_the_readers_clock_with_the_day_where_it_differs(after, zone, words):
    assert moment(NOON + after, NOON, zone) == words
