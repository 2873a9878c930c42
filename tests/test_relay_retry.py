"""When a delivery is tried again, and when it is given up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import NOON

from psfbot.relay.retry import FIRST, GIVE_UP_AFTER, LONGEST, Again, Attempt, GiveUp, after

SECOND = timedelta(seconds=1)


def attempt(number=1, age=SECOND, **more):
    return Attempt(number, NOON - age, NOON, **more)


@pytest.mark.parametrize(
    ("number", "jitter", "seconds"),
    [(1, 0, 1), (1, 1, 2), (2, 0, 2), (3, 1, 8), (5, 1, 32), (6, 1, 60), (10_000, 1, 60), (10_000, 0, 30)],
)
def test_the_wait_doubles_up_to_a_minute_and_is_spread(number, jitter, seconds):
    assert after(attempt(number), jitter=jitter) == Again(NOON + seconds * SECOND, f"attempt {number} failed")


def test_the_other_side_says_how_long_to_wait():
    found = after(attempt(5, wait=timedelta(seconds=120)), jitter=0.5)

    assert found == Again(NOON + 120 * SECOND, "the other side asked to wait")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"final": True}, "the other side will never take it"),
        ({"final": True, "wait": SECOND}, "the other side will never take it"),
        ({"age": GIVE_UP_AFTER}, "it could not be delivered for 24 hours"),
        ({"age": GIVE_UP_AFTER, "wait": SECOND}, "it could not be delivered for 24 hours"),
    ],
)
def test_what_is_hopeless_is_given_up_with_a_reason(given, reason):
    assert after(attempt(**given), jitter=0) == GiveUp(reason)


def test_a_delivery_is_tried_for_just_under_a_day():
    assert isinstance(after(attempt(age=GIVE_UP_AFTER - SECOND), jitter=0), Again)


@given(st.integers(1, 10**9), st.floats(0, 1), st.timedeltas(timedelta(0), GIVE_UP_AFTER - SECOND))
def test_the_next_attempt_is_always_ahead_and_never_far(number, jitter, age):
    found = after(attempt(number, age), jitter=jitter)

    assert isinstance(found, Again)
    assert FIRST <= found.at - NOON <= LONGEST
