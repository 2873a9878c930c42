"""Each channel has its turns, a second apart; what Slack asks of one channel holds up no other."""

import asyncio
import heapq
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.platforms.slack.pacing import KNOWN, Pacer


class Clock:
    """Time that passes only while everybody sleeps."""

    def __init__(self):
        self.now, self.sleepers, self.ids = 0.0, [], count()

    async def sleep(self, seconds):
        woken = asyncio.Event()
        heapq.heappush(self.sleepers, (self.now + seconds, next(self.ids), woken))
        await woken.wait()

    async def run(self, *work):
        tasks = [asyncio.ensure_future(one) for one in work]
        while not all(task.done() for task in tasks):
            for _ in range(20):
                await asyncio.sleep(0)
            if self.sleepers:
                self.now, _, woken = heapq.heappop(self.sleepers)
                woken.set()
        return [task.result() for task in tasks]


def spoken(plan, holds=(), interval=1.0):
    """When each channel spoke: `plan` names the channels in order, `holds` what Slack asks for before that."""
    clock, said = Clock(), []
    pacer = Pacer(interval, lambda: clock.now, clock.sleep)

    async def speak(channel):
        await pacer.turn(channel)
        said.append((channel, round(clock.now, 3)))

    async def begin():
        for channel, seconds in holds:
            pacer.hold(channel, seconds)
        await clock.run(*map(speak, plan))

    asyncio.run(begin())
    return said


def test_one_channel_speaks_once_a_second():
    assert spoken("aaa") == [("a", 0), ("a", 1), ("a", 2)]


def test_channels_do_not_wait_for_each_other():
    assert sorted(spoken("ababc")) == [("a", 0), ("a", 1), ("b", 0), ("b", 1), ("c", 0)]


def test_a_channel_that_slack_wants_quiet_is_quiet_and_others_are_not():
    assert sorted(spoken("abab", [("a", 30)])) == [("a", 30), ("a", 31), ("b", 0), ("b", 1)]


def test_without_pacing_everything_is_said_at_once_except_where_slack_asks():
    assert sorted(spoken("aab", [("b", 7)], interval=0.0)) == [("a", 0), ("a", 0), ("b", 7)]


def test_whoever_already_waits_for_a_turn_waits_on_when_slack_asks_for_silence():
    clock, said = Clock(), []
    pacer = Pacer(1.0, lambda: clock.now, clock.sleep)

    async def speak():
        await pacer.turn("a")
        said.append(clock.now)
        if len(said) == 1:
            pacer.hold("a", 10)

    async def begin():
        await clock.run(speak(), speak(), speak())

    asyncio.run(begin())

    assert said[0] == 0
    assert min(said[1:]) == 10


@given(
    st.lists(st.sampled_from("abcd"), max_size=20),
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 60)), max_size=3),
)
def test_no_channel_ever_speaks_too_soon_or_out_of_turn(plan, holds):
    quiet = {channel: max(s for one, s in holds if one == channel) for channel, _ in holds}
    said = spoken(plan, holds)
    for channel in set(plan):
        times = [at for one, at in said if one == channel]

        assert times == [quiet.get(channel, 0) + turn for turn in range(plan.count(channel))]


@pytest.mark.parametrize(("asked", "left"), [(30, 30), (0, 0)])
def test_it_tells_how_long_a_channel_is_to_be_left_alone(asked, left):
    pacer = Pacer(clock=lambda: 5.0)
    pacer.hold("a", asked)

    assert pacer.held("a") == left
    assert pacer.held("b") == 0


def test_channels_that_are_free_are_forgotten():
    now = [0.0]
    pacer = Pacer(clock=lambda: now[0])

    async def speak():
        for number in range(KNOWN + 10):
            await pacer.turn(str(number))
            now[0] += 2

    asyncio.run(speak())

    assert len(pacer.free_at) < 20
