"""When the IRC client connects again."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.platforms.irc.backoff import MINUTE, Backoff

FAULTS = 10_000


def delays(faults, draw):
    backoff = Backoff(draw=lambda: draw)
    found = []
    for number in range(faults):
        backoff.lost(number * 1000.0)
        found.append(backoff.wait(number * 1000.0))
    return found


@pytest.mark.parametrize(
    ("draw", "seconds"),
    [
        (0.0, [2, 4, 8, 16, 32, 64, 128, 150, 150, 150]),
        (0.5, [3, 6, 12, 24, 48, 96, 192, 225, 225, 225]),
        (1.0, [4, 8, 16, 32, 64, 128, 256, 300, 300, 300]),
    ],
)
def test_the_wait_doubles_with_each_fault_and_is_spread(draw, seconds):
    assert delays(10, draw) == seconds


def test_a_thousand_faults_are_no_more_than_the_longest_wait():
    assert delays(1200, 1.0)[-1] == 300


def test_the_first_attempt_is_made_at_once():
    assert Backoff().wait(0) == 0


@pytest.mark.parametrize(("stayed", "seconds"), [(59.9, 16), (60, 4), (3600, 4)])
def test_only_a_stable_minute_makes_the_next_fault_the_first(stayed, seconds):
    backoff = Backoff(draw=lambda: 1.0)
    backoff.lost(0)
    backoff.lost(0)
    backoff.registered(1000)
    backoff.lost(1000 + stayed)

    assert backoff.wait(1000 + stayed) == pytest.approx({16: 16, 4: 4}[seconds])


def test_a_link_that_was_once_stable_does_not_excuse_later_faults():
    backoff = Backoff(draw=lambda: 0.0)
    backoff.registered(0)
    backoff.lost(100)
    backoff.lost(200)

    assert backoff.wait(200) == 4


def test_a_network_that_wants_us_away_for_longer_is_left_alone():
    backoff = Backoff()
    backoff.lost(10, hold=600)

    assert backoff.wait(10) == 600


def test_a_fourth_attempt_waits_for_the_first_to_be_a_minute_old():
    backoff = Backoff()
    for moment in (0, 10, 20):
        assert backoff.wait(moment) == 0
        backoff.attempt(moment)

    assert backoff.wait(30) == MINUTE - 30
    assert backoff.wait(MINUTE) == 0


@pytest.mark.parametrize("allowed", [1, 2, 3, 10])
def test_the_number_of_attempts_a_minute_can_be_set(allowed):
    backoff, now = Backoff(per_minute=allowed), 0.0
    for _ in range(allowed):
        backoff.attempt(now)

    assert backoff.wait(now) == MINUTE


@given(st.integers(0, 2**32), st.integers(1, 6))
@settings(max_examples=8, deadline=None)
def test_ten_thousand_faults_leave_it_neither_stuck_nor_too_eager(seed, per_minute):
    chance = random.Random(seed)  # noqa: S311 - faults, not secrets
    backoff = Backoff(per_minute=per_minute, draw=chance.random)
    now, attempts = 0.0, []
    for _ in range(FAULTS):
        wait = backoff.wait(now)
        assert 0 <= wait <= 300
        now += wait
        assert backoff.wait(now) <= 1e-6
        backoff.attempt(now)
        attempts.append(now)
        now += chance.choice([0.0, 0.001, 0.3, 20.0])
        if chance.random() < 0.5:
            backoff.registered(now)
            now += chance.choice([0.0, 1.0, 59.0, 61.0, 86_400.0])
        backoff.lost(now)

    assert all(later - one >= 60 for one, later in zip(attempts, attempts[per_minute:], strict=False))
    assert len(backoff.attempts) <= per_minute
