"""Whose turn it is: by the clock on the wall, over both changes of it, at the minute of a hand-off, with overrides."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.catalog.model import OnCall, Rotation
from psfbot.oncall.clock import awake, instant, length_of, zone_of
from psfbot.oncall.find import ours
from psfbot.oncall.rota import MOST, next_shift, on_call, rota, shifts, swapped, taken, watch
from psfbot.oncall.shift import Override, Shift, Watch

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CHANGES = {  # zone -> the local days on which its clock is put on, and back, and to which time it jumps
    "Europe/Paris": ("2026-03-29", "2026-10-25", "03:00"),
    "America/New_York": ("2026-03-08", "2026-11-01", "03:00"),
    "America/Santiago": ("2026-09-06", "2026-04-05", "01:00"),  # at midnight
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05", "02:30"),  # by half an hour
    "Africa/Cairo": ("2026-04-24", "2026-10-30", "01:00"),  # at midnight
    "Pacific/Auckland": ("2026-09-27", "2026-04-05", "03:00"),
}
FOUR = ("anna", "ben", "chloe", "dev")


MONDAY = datetime.fromisoformat("2026-01-05")


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def made(start="2025-12-29T09:00", length="7d", people=FOUR, zone="Europe/Paris"):
    return rota(Rotation(timezone=zone, start=start, length=length, people=people))


def over(person, since, until, *, made_at=NOON, **more):
    values = {"rota": "main", "person": person, "since": since, "until": until, "author": "boss", "made_at": made_at}
    return Override(**values | more)


def said(found):
    return [(shift.person, f"{shift.since:%m-%d %H:%M}", f"{shift.until:%m-%d %H:%M}", shift.source) for shift in found]


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("which", [0, 1], ids=["put on", "put back"])
def test_a_daily_hand_off_is_at_the_same_time_of_day_before_on_and_after_a_change_of_the_clock(zone, which):
    changed = datetime.fromisoformat(CHANGES[zone][which])
    daily = made("2026-01-05T09:00", "1d", zone=zone)
    for day in (changed - DAY, changed, changed + DAY):
        nine = day.replace(hour=9, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        new = FOUR[(day - MONDAY).days % 4]
        old = FOUR[((day - MONDAY).days - 1) % 4]

        assert on_call(daily, (), nine - timedelta(microseconds=1)).person == old
        assert on_call(daily, (), nine).person == new
        assert on_call(daily, (), nine + MINUTE).person == new
        assert on_call(daily, (), nine).since == nine


@pytest.mark.parametrize("zone", CHANGES)
def test_a_shift_over_a_change_of_the_clock_is_shorter_or_longer_by_what_the_clock_was_moved(zone):
    daily = made("2026-01-05T09:00", "1d", zone=zone)
    moved = 30 * MINUTE if zone == "Australia/Lord_Howe" else HOUR
    for changed, wanted in zip(CHANGES[zone][:2], (DAY - moved, DAY + moved), strict=True):
        midnight = datetime.fromisoformat(changed).replace(hour=6, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        shift = on_call(daily, (), midnight)

        assert shift.until - shift.since == wanted


@pytest.mark.parametrize("zone", CHANGES)
@pytest.mark.parametrize("which", [0, 1], ids=["put on", "put back"])
def test_a_weekly_next_shift_is_right_over_a_change_of_the_clock(zone, which):
    changed = datetime.fromisoformat(CHANGES[zone][which])
    monday = changed - timedelta(days=changed.weekday())
    weekly = made("2026-01-05T09:00", "7d", zone=zone)
    begins, ends = (day.replace(hour=9, tzinfo=ZoneInfo(zone)).astimezone(UTC) for day in (monday, monday + 7 * DAY))
    turn = (monday - MONDAY).days // 7
    found = next_shift(FOUR[turn % 4], weekly, (), begins - 10 * DAY)

    assert (found.since, found.until) == (begins, ends)
    assert next_shift(FOUR[(turn + 1) % 4], weekly, (), begins).since == ends


@pytest.mark.parametrize("zone", CHANGES)
def test_a_hand_off_at_a_time_that_the_clock_leaves_out_is_when_it_jumps(zone):
    day, _, jumps_to = CHANGES[zone]
    inside = (datetime.fromisoformat(f"{day}T{jumps_to}") - 15 * MINUTE).strftime("%H:%M")
    daily = made(f"2026-01-05T{inside}", "1d", zone=zone)
    jump = at(f"{day}T{jumps_to}", zone)
    shift = on_call(daily, (), jump)

    assert shift.since == jump
    assert on_call(daily, (), jump - MINUTE).person != shift.person


@pytest.mark.parametrize("zone", CHANGES)
def test_a_hand_off_at_a_time_that_the_clock_shows_twice_is_the_first_time(zone):
    back = CHANGES[zone][1]
    twice = next(
        shown
        for minutes in range(-90, 240, 15)
        for shown in [datetime.fromisoformat(back) + minutes * MINUTE]
        if shown.replace(tzinfo=ZoneInfo(zone)).utcoffset() > shown.replace(tzinfo=ZoneInfo(zone), fold=1).utcoffset()
    )
    daily = made(f"2026-01-05T{twice:%H:%M}", "1d", zone=zone)
    first, second = (twice.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))

    assert first < second
    later = made(f"2026-01-05T{twice + 5 * MINUTE:%H:%M}", "1d", zone=zone)
    assert on_call(later, (), second).since == first + 5 * MINUTE
    assert on_call(daily, (), first).since == first
    assert on_call(daily, (), second).since == first


@pytest.mark.parametrize("zone", [*CHANGES, "UTC", "Asia/Kolkata", "Pacific/Apia"])
@pytest.mark.parametrize("length", ["30m", "1h", "12h", "1d", "3d", "7d"])
def test_somebody_is_on_call_at_every_moment_and_only_one(zone, length):
    years = {"Pacific/Apia": "2011-12-25T00:00"}
    start = datetime.fromisoformat(years.get(zone, "2026-03-01T00:00")).replace(tzinfo=UTC)
    found = shifts(made("2011-01-05T09:15", length, zone=zone), (), start, start + 30 * DAY)

    assert found[0].since <= start < found[0].until
    assert all(one.until == after.since for one, after in pairwise(found))
    assert all(one.since < one.until for one in found)


@given(
    zone=st.sampled_from(sorted(CHANGES)),
    length=st.sampled_from(["45m", "7h", "12h", "1d", "2d", "2w"]),
    minute=st.integers(0, 60 * 24 * 400),
)
def test_the_shift_at_a_moment_covers_it_and_is_the_same_all_through(zone, length, minute):
    mine = made("2026-01-05T00:30", length, zone=zone)
    moment = at("2026-01-06") + minute * MINUTE
    shift = on_call(mine, (), moment)

    assert shift.since <= moment < shift.until
    assert on_call(mine, (), shift.since) == shift
    assert on_call(mine, (), shift.until - MINUTE) == shift
    assert on_call(mine, (), shift.until) != shift


def test_nobody_is_on_call_before_a_rota_starts():
    later = made("2027-01-04T09:00")

    assert on_call(later, (), NOON) is None
    assert next_shift("anna", later, (), NOON).since == at("2027-01-04T09:00", "Europe/Paris")
    assert said(shifts(later, (), NOON, NOON + DAY)) == []
    assert on_call(later, [over("ben", NOON, NOON + HOUR)], NOON).person == "ben"


def test_an_override_goes_before_the_rotation_and_what_is_left_of_a_turn_stays():
    weekly = made(zone="UTC")
    found = shifts(weekly, [over("zoe", NOON, NOON + 2 * HOUR)], NOON - HOUR, NOON + 3 * DAY)

    assert said(found) == [
        ("chloe", "11-16 09:00", "11-20 12:00", "rotation"),
        ("zoe", "11-20 12:00", "11-20 14:00", "override"),
        ("chloe", "11-20 14:00", "11-23 09:00", "rotation"),
        ("dev", "11-23 09:00", "11-30 09:00", "rotation"),
    ]
    assert found[1].reason == "override by boss"


def test_an_override_holds_from_its_first_moment_to_its_last_and_not_at_its_end():
    weekly, one = made(zone="UTC"), [over("zoe", NOON, NOON + HOUR)]

    assert on_call(weekly, one, NOON - timedelta(microseconds=1)).person == "chloe"
    assert on_call(weekly, one, NOON).person == "zoe"
    assert on_call(weekly, one, NOON + HOUR - timedelta(microseconds=1)).person == "zoe"
    assert on_call(weekly, one, NOON + HOUR).person == "chloe"


def test_of_two_overrides_the_one_made_later_holds():
    two = [
        over("zoe", NOON, NOON + 4 * HOUR, id=1),
        over("yan", NOON + HOUR, NOON + 2 * HOUR, id=2, made_at=NOON + MINUTE),
    ]
    found = shifts(made(zone="UTC"), two, NOON, NOON + 4 * HOUR)

    assert [(shift.person, shift.until - shift.since) for shift in found] == [
        ("zoe", HOUR),
        ("yan", HOUR),
        ("zoe", 2 * HOUR),
    ]


def test_an_override_that_a_later_one_hides_leaves_no_trace():
    two = [over("zoe", NOON, NOON + HOUR, id=1), over("yan", NOON - HOUR, NOON + 2 * HOUR, id=2)]
    found = shifts(made(zone="UTC"), two, NOON, NOON + HOUR)

    assert [(shift.person, shift.since, shift.until) for shift in found] == [("yan", NOON - HOUR, NOON + 2 * HOUR)]


def test_an_override_may_last_longer_than_a_turn():
    found = shifts(
        made("2026-11-20T00:00", "1d", zone="UTC"), [over("zoe", NOON, NOON + 3 * DAY)], NOON, NOON + 3 * DAY
    )

    assert [(shift.person, shift.until - shift.since) for shift in found] == [("zoe", 3 * DAY)]


def test_two_people_swap_shifts():
    weekly = made(zone="UTC")
    mine, other = next_shift("dev", weekly, (), NOON), next_shift("anna", weekly, (), NOON)
    both = swapped(mine, other, "main", "dev", NOON)

    assert on_call(weekly, both, mine.since).person == "anna"
    assert on_call(weekly, both, other.since).person == "dev"
    assert on_call(weekly, both, mine.since - MINUTE).person == "chloe"
    assert on_call(weekly, both, other.until).person == "ben"
    assert on_call(weekly, both, mine.since).source == "swap"
    assert next_shift("dev", weekly, both, NOON).since == other.since


def test_a_shift_that_has_begun_is_covered_from_now_on():
    weekly = made(zone="UTC")
    cover = taken(on_call(weekly, (), NOON), "zoe", "main", "chloe", NOON)

    assert (cover.since, cover.until, cover.kind) == (NOON, at("2026-11-23T09:00"), "cover")
    assert on_call(weekly, [cover], NOON - MINUTE).person == "chloe"
    assert on_call(weekly, [cover], NOON).person == "zoe"


def test_one_person_alone_has_turn_after_turn():
    found = shifts(made("2026-11-01T00:00", "1d", ("anna",), zone="UTC"), (), NOON, NOON + 2 * DAY)

    assert [shift.person for shift in found] == ["anna"] * 3


def test_no_more_shifts_are_counted_than_anybody_reads():
    assert len(shifts(made("2026-01-01", "1m", zone="UTC"), (), NOON, NOON + 365 * DAY)) == MOST


def test_somebody_who_is_in_no_turn_has_no_next_shift():
    assert next_shift("zoe", made(), (), NOON) is None


def test_a_start_without_a_time_of_day_is_midnight_there():
    found = on_call(made("2026-11-20", "1d", zone="America/New_York"), (), at("2026-11-20T00:00", "America/New_York"))

    assert (found.person, found.since) == ("anna", at("2026-11-20T05:00"))


def test_the_watch_of_a_rota_has_its_backups_behind_the_rotation():
    duty = OnCall(
        id="main",
        team="infra",
        rotation=Rotation(timezone="UTC", start="2025-12-29T09:00", length="7d", people=FOUR),
        backup=("chloe", "zoe"),
    )
    found = watch(duty, [over("yan", NOON, NOON + HOUR), over("xi", NOON, NOON + HOUR, rota="other")], NOON, 30 * DAY)

    assert [shift.person for shift in found.at(NOON)] == ["yan", "chloe", "zoe"]
    assert [(shift.person, shift.level) for shift in found.at(NOON + HOUR)] == [("chloe", 1), ("zoe", 3)]
    assert found.primary(NOON + HOUR).source == "rotation"
    assert [shift.since for shift in found.of("chloe", NOON)] == [NOON + HOUR, at("2026-12-14T09:00")]


def test_a_rota_of_nobody_calls_its_backups_at_any_time():
    found = watch(OnCall(id="main", team="infra", backup=("zoe",)), (), NOON, DAY)

    assert [(shift.person, shift.source) for shift in found.at(NOON)] == [("zoe", "backup")]
    assert Watch(rota="main", source="rotation").primary(NOON) is None
    assert found.of("zoe", NOON) == ()


@pytest.mark.parametrize(
    ("since", "until", "overlap"),
    [
        (None, None, True),
        (NOON, None, True),
        (None, NOON, False),
        (NOON - DAY, NOON, False),
        (NOON + HOUR, None, False),
    ],
)
def test_a_shift_may_be_open_at_either_end(since, until, overlap):
    shift = Shift(person="anna", since=since, until=until, source="test")

    assert shift.overlaps(NOON, NOON + HOUR) is overlap
    assert shift.covers(NOON) is overlap


@pytest.mark.parametrize(
    ("text", "length"),
    [("7d", 7 * DAY), ("2w", 14 * DAY), ("12h", 12 * HOUR), ("90 m", 90 * MINUTE), ("0000000007d", 7 * DAY)],
)
def test_a_length_is_a_number_and_a_unit(text, length):
    assert length_of(text) == length


@pytest.mark.parametrize("text", ["", "7", "d", "0d", "-1d", "7 days", "1d 4h", "٧x", "1y"])
def test_what_is_no_length_is_refused(text):
    with pytest.raises(ValueError, match="is no length"):
        length_of(text)


@pytest.mark.parametrize(
    ("moment", "zone", "wanted"),
    [
        ("2026-11-20T12:00", "UTC", "2026-11-20T12:00"),
        ("2026-11-20T22:00", "UTC", "2026-11-21T08:00"),
        ("2026-11-20T03:00", "UTC", "2026-11-20T08:00"),
        ("2026-11-20T08:00", "UTC", "2026-11-20T08:00"),
        ("2026-11-20T21:59", "UTC", "2026-11-20T21:59"),
        ("2026-11-20T21:30", "Europe/Paris", "2026-11-21T07:00"),
        ("2026-03-28T23:00", "Europe/Paris", "2026-03-29T06:00"),
        ("2026-11-20T12:00", "America/Los_Angeles", "2026-11-20T16:00"),
    ],
)
def test_people_sleep_by_their_own_clock(moment, zone, wanted):
    evening, morning = time(22), time(8)

    assert awake(at(moment), zone_of(zone), evening=evening, morning=morning) == at(wanted)


def test_a_zone_that_nobody_knows_is_utc():
    assert {zone_of(name).key for name in (None, "", "Europe", "Mars/Base", "../etc/passwd")} == {"UTC"}


def test_a_day_that_a_place_left_out_is_over_when_it_begins():
    apia = ZoneInfo("Pacific/Apia")

    assert instant(datetime.fromisoformat("2011-12-30T09:00"), apia) == instant(
        datetime.fromisoformat("2011-12-31"), apia
    )
    assert (
        instant(datetime.fromisoformat("2011-12-31T09:00"), apia)
        - instant(datetime.fromisoformat("2011-12-29T09:00"), apia)
        == DAY
    )


@pytest.mark.parametrize(("start", "length"), [("9999-12-31", "9999w"), ("soon", "7d"), ("2026-01-05", "for ever")])
def test_a_rotation_that_no_calendar_has_leaves_the_backups(start, length):
    rotation = Rotation(timezone="UTC", start=start, length=length, people=FOUR)
    duty = OnCall(id="main", team="infra", rotation=rotation, backup=("zoe",))
    found = ours(duty, (), NOON)

    assert [shift.person for shift in found.at(NOON)] == ["zoe"]
    assert found.trouble.startswith("its rotation is no plan that anybody could follow")
