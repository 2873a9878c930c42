"""How often PagerDuty is asked, and when it is left alone."""

import asyncio
import threading

import pytest
from pagerduty_fake import pagerduty
from pagerduty_line import Other, Time, ask, refused, rest, settings
from psfbot.plugins.pagerduty.limits import FAILURES, LONGEST_REST, REST, Breaker, Bucket
from psfbot.plugins.pagerduty.lines import rest_line


def test_a_bucket_lets_a_few_through_at_once_and_then_so_many_a_minute():
    bucket = Bucket(60, burst=2)

    assert [bucket.take(0), bucket.take(0), bucket.take(0)] == [0, 0, 1.0]
    assert bucket.take(0.5) == pytest.approx(0.5)
    assert bucket.take(1.0) == 0
    assert bucket.take(0.0) > 0, "a clock that goes back fills nothing"


def test_over_a_minute_no_more_calls_are_made_than_we_allow_ourselves():
    clock, other = Time(), Other(200)
    line = rest(other, clock)

    async def minute():
        made = 0
        while clock.now < 1060:
            await line.ask(lambda client: client.get("/oncalls"), seconds=100)
            made += 1
        return made

    assert asyncio.run(minute()) <= 600 + 20 + 1


def test_when_there_is_no_time_to_wait_for_a_place_that_is_told():
    clock, other = Time(), Other(200)
    line = rest(other, clock)
    line.bucket = Bucket(1, burst=1)
    ask(line)

    assert str(refused(line)) == "PagerDuty was asked too often in the last minute."
    assert len(other.asked) == 1


def test_after_failures_in_a_row_nobody_is_asked_for_a_while_then_one_and_then_all():
    clock, other = Time(), Other(500)
    line = rest(other, clock)
    for _ in range(2):
        refused(line)
    asked = len(other.asked)

    assert asked == FAILURES, "the sixth try was not made any more"
    assert str(refused(line)).startswith("PagerDuty did not work 5 times in a row; it is asked again in ")
    clock.now += REST
    other.does = [200]
    assert ask(line).fine
    assert ask(line).fine
    assert len(other.asked) == asked + 2


def test_a_breaker_rests_longer_each_time_that_the_try_fails():
    breaker = Breaker()
    for _ in range(FAILURES):
        assert breaker.wait(0) == 0
        breaker.failed(0)
    rests, now = [], 0.0
    for _ in range(6):
        rests.append(breaker.wait(now))
        now += rests[-1]
        assert breaker.wait(now) == 0
        assert breaker.wait(now) > 0, "only one is let through"
        breaker.failed(now)

    assert rests == [30, 60, 120, 240, 300, 300]
    assert rests[-1] == LONGEST_REST


def test_a_breaker_whose_try_was_never_made_lets_another_through():
    breaker = Breaker(failures=FAILURES, until=0.0)

    assert breaker.wait(1) == 0
    breaker.let_go()
    assert breaker.wait(1) == 0
    breaker.worked()
    assert (breaker.wait(2), breaker.failures) == (0, 0)


def test_a_call_that_nobody_waits_for_any_more_leaves_the_breaker_as_it_was():
    with pagerduty(hang=threading.Event()) as account:
        line = rest_line(settings(api_url=account.url))
        line.breaker = Breaker(failures=FAILURES, until=0.0)

        async def gone():
            task = asyncio.ensure_future(line.ask(lambda client: client.get("/oncalls")))
            while not account.seen:  # noqa: ASYNC110 - the server is in another thread
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

        asyncio.run(gone())

        assert not line.breaker.trying
        account.hang.set()
        line.close()
