"""Who is asked next about a problem that nobody has taken: each step once, none early, none after somebody took it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.oncall.ladder import AFTER, Ladder, Plight, Rung, climb, key

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FULL = Ladder(("anna",), ("ben", "chloe"), "infra", AFTER, {"anna": "Europe/Paris", "ben": "America/New_York"})


def run(plight, ladder, moments, taken=None):
    """Look at each of these moments; keep the steps that are taken, as a store does."""
    taken = {} if taken is None else taken
    found = []
    for now in moments:
        step = climb(plight, ladder, taken, now).step
        if step:
            taken[step.key] = now
            found.append((step.rung.value, step.people, now))
    return found


def test_the_primary_is_asked_first_then_the_backups_then_the_room():
    found = run(Plight(7, NOON), FULL, [NOON + n * MINUTE for n in range(120)])

    assert found == [
        ("primary", ("anna",), NOON + 15 * MINUTE),
        ("backup", ("ben", "chloe"), NOON + 30 * MINUTE),
        ("team room", (), NOON + 45 * MINUTE),
    ]


def test_after_an_hour_of_silence_the_steps_still_come_one_by_one():
    found = run(Plight(7, NOON), FULL, [NOON + 3 * HOUR + n * MINUTE for n in range(60)])

    assert [now - NOON - 3 * HOUR for _, _, now in found] == [0 * MINUTE, 15 * MINUTE, 30 * MINUTE]


@pytest.mark.parametrize(
    ("ladder", "rungs"),
    [
        (Ladder(("anna",), (), ""), ["primary"]),
        (Ladder((), ("ben",), "infra"), ["backup", "team room"]),
        (Ladder((), (), "infra"), ["team room"]),
        (Ladder(), []),
    ],
)
def test_rungs_on_which_nobody_stands_are_left_out(ladder, rungs):
    found = run(Plight(7, NOON), ladder, [NOON + n * MINUTE for n in range(120)])

    assert [rung for rung, _, _ in found] == rungs
    assert [now for _, _, now in found] == [NOON + n * AFTER for n in range(1, len(rungs) + 1)]


def test_a_problem_that_is_held_climbs_no_further_and_says_why():
    found = climb(Plight(7, NOON, "it is acknowledged"), FULL, {}, NOON + 9 * HOUR)

    assert (found.step, found.reason, found.next) == (None, "it is acknowledged", None)


def test_each_answer_has_a_reason_and_a_time_to_look_again():
    plight, taken = Plight(7, NOON), {}
    early = climb(plight, FULL, taken, NOON + MINUTE)

    assert (early.reason, early.next) == ("the primary is asked 14 minutes from now", NOON + AFTER)
    due = climb(plight, FULL, taken, NOON + AFTER)
    assert due.step.reason == "nobody has taken it 15 minutes after anybody was told"
    taken[due.step.key] = NOON + AFTER
    assert climb(plight, FULL, taken, NOON + AFTER).reason == "the backup is asked 15 minutes from now"
    last = climb(plight, FULL, {key(plight, rung): NOON for rung in Rung}, NOON + HOUR)
    assert (last.reason, last.next) == ("everybody was asked", None)
    assert climb(plight, Ladder(), {}, NOON + HOUR).reason == "no rota says whom to ask"


def test_a_problem_that_comes_back_climbs_from_the_bottom_again():
    taken = {}
    run(Plight(7, NOON), FULL, [NOON + n * MINUTE for n in range(60)], taken)
    again = run(Plight(7, NOON + HOUR), FULL, [NOON + HOUR + n * MINUTE for n in range(20)], taken)

    assert again == [("primary", ("anna",), NOON + HOUR + AFTER)]


@pytest.mark.parametrize(
    ("tier", "at", "wakes"),
    [
        (1, NOON + 11 * HOUR, NOON + 11 * HOUR),
        (2, NOON + 11 * HOUR, NOON + 11 * HOUR),
        (None, NOON + 11 * HOUR, NOON + 11 * HOUR),
        (3, NOON + 11 * HOUR, NOON + 19 * HOUR),
        (4, NOON + 11 * HOUR, NOON + 19 * HOUR),
        (4, NOON + HOUR, NOON + HOUR),
    ],
)
def test_only_low_tiers_let_people_sleep(tier, at, wakes):
    ladder = Ladder(("anna",), zones={"anna": "Europe/Paris"})
    plight = Plight(7, at - AFTER, tier=tier)
    found = climb(plight, ladder, {}, at)

    assert (found.step is not None) is (wakes == at)
    if found.step is None:
        assert found.reason == f"it is night for the primary, and tier {tier} wakes nobody"
        assert found.next == wakes
        assert climb(plight, ladder, {}, wakes - MINUTE).step is None
        assert climb(plight, ladder, {}, wakes).step is not None


def test_of_several_backups_those_who_are_awake_are_asked():
    night_in_paris = NOON + 11 * HOUR
    ladder = Ladder((), ("anna", "ben", "chloe"), "", AFTER, FULL.zones)
    found = climb(Plight(7, NOON, tier=4), ladder, {}, night_in_paris)

    assert found.step.people == ("ben", "chloe")
    assert "it is night for anna, and tier 4 wakes nobody" in found.step.reason


def test_the_room_of_the_team_is_asked_at_any_hour():
    found = climb(Plight(7, NOON, tier=4), Ladder(team="infra"), {}, NOON + 15 * HOUR)

    assert found.step.rung is Rung.ROOM


@given(
    looks=st.lists(st.integers(0, 240), min_size=1, max_size=60),
    crashes=st.sets(st.integers(0, 60)),
    acked=st.integers(0, 300),
    tier=st.sampled_from([None, 1, 2, 3, 4]),
    hour=st.integers(0, 23),
)
def test_with_restarts_between_any_two_steps_each_comes_once_none_early_none_after_an_ack(
    looks, crashes, acked, tier, hour
):
    """A crash comes after a step was decided and before it was kept: then nobody was told, and it is decided again."""
    start = NOON + hour * HOUR
    kept, told = {}, []
    for number, minute in enumerate(sorted(looks)):
        now = start + minute * MINUTE
        held = "it is acknowledged" if minute >= acked else ""
        step = climb(Plight(7, start, held, tier), FULL, kept, now).step
        if step and number not in crashes:
            assert step.key not in kept
            kept[step.key] = now
            told.append((step.rung, now))

    rungs = [rung for rung, _ in told]
    assert rungs == list(Rung)[: len(rungs)]
    assert all(now < start + acked * MINUTE for _, now in told)
    moments = [start, *(now for _, now in told)]
    assert all(after - before >= AFTER for before, after in pairwise(moments))


@given(st.sets(st.integers(0, 90)))
def test_looking_more_often_changes_nothing_but_how_soon_a_step_comes(extra):
    every = [NOON + n * MINUTE for n in range(91)]
    some = sorted({*(NOON + n * MINUTE for n in extra), *every})

    assert run(Plight(7, NOON), FULL, some) == run(Plight(7, NOON), FULL, every)
