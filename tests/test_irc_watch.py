"""When the IRC client asks for a sign of life, and when it gives a link up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.platforms.irc.watch import Watch


def started(now=0.0, **settings):
    watch = Watch(**settings)
    watch.start(now)
    return watch


def test_half_a_minute_of_silence_asks_for_a_sign_of_life():
    watch = started()

    assert watch.ping(29.9) is None
    assert watch.ping(30) == "alive-1"
    assert watch.ping(31) is None


def test_what_is_heard_puts_the_question_off():
    watch = started()
    watch.heard(20)

    assert watch.ping(49.9) is None
    assert watch.ping(50) is not None


def test_an_answer_shows_the_lag():
    watch = started()
    token = watch.ping(30)
    watch.pong(token, 30.25)

    assert watch.lag == 0.25
    assert not watch.dead(500)
    assert watch.ping(60.25) == "alive-2"


def test_a_link_is_dead_fifty_seconds_after_a_question_without_an_answer():
    watch = started()
    watch.ping(30)

    assert not watch.dead(79.9)
    assert watch.dead(80)


def test_a_link_that_only_brings_lines_is_dead_too():
    watch = started()
    watch.ping(30)
    watch.heard(79)

    assert watch.dead(80)


def test_where_people_talk_all_the_time_it_asks_now_and_then():
    watch = started()
    asked = []
    for moment in range(400):
        watch.heard(moment)
        if token := watch.ping(moment):
            asked.append(moment)
            watch.pong(token, moment)

    assert asked == [120, 240, 360]


@pytest.mark.parametrize("token", ["", "alive-2", "other"])
def test_a_foreign_pong_is_a_sign_of_life_but_not_the_answer(token):
    watch = started()
    watch.ping(30)
    watch.pong(token, 40)

    assert watch.lag == 0
    assert watch.dead(90)


def test_the_answer_to_a_question_of_the_last_link_does_not_count():
    watch = started()
    old = watch.ping(30)
    watch.start(100)
    watch.ping(130)
    watch.pong(old, 131)

    assert watch.dead(190)


def test_a_new_link_is_not_judged_by_the_last():
    watch = started()
    watch.ping(30)
    watch.start(1000)

    assert not watch.dead(1000)
    assert watch.ping(1029) is None


def test_a_question_can_be_asked_early_but_only_one_at_a_time():
    watch = started()

    assert watch.ping(1, early=True) == "alive-1"
    assert watch.ping(2, early=True) is None


def test_the_lag_grows_while_an_answer_is_awaited():
    watch = started()
    watch.pong(watch.ping(30), 31)
    watch.ping(61)

    assert [watch.behind(moment) for moment in (61, 65, 80)] == [1, 4, 19]


@pytest.mark.parametrize("begin", [Watch.ping, Watch.heard])
def test_a_watch_that_nobody_started_starts_with_the_first_look(begin):
    watch = Watch()
    begin(watch, 1000)

    assert watch.wait(1000) == 30
    assert not watch.dead(5000)


@given(st.lists(st.floats(0, 60), max_size=30), st.booleans())
def test_silence_is_found_within_ninety_seconds_by_waiting_as_told(pauses, answers):
    watch, now = started(), 0.0
    for pause in pauses:
        now += pause
        watch.heard(now)
        if token := watch.ping(now):
            watch.pong(token, now)
    silent = now
    for _ in range(6):
        watch.ping(now)
        now += watch.wait(now)

    assert watch.dead(now)
    assert now - silent <= 90 + 1e-6


@given(st.floats(0.1, 1000), st.floats(0.1, 1000))
def test_the_times_can_be_set(quiet, deadline):
    watch = started(quiet=quiet, deadline=deadline, every=2000)
    asked = watch.wait(0)
    watch.ping(asked)

    assert asked == quiet
    assert watch.wait(asked) == pytest.approx(deadline)
