"""Where nobody knows whether a notice arrived, its room is searched, and a second time is marked."""

import asyncio

import pytest
from courier import BLINK, DOWN, GONE, HOUR, MINUTE, OPS, WEB, Arrived, slow_down
from stores import NOON, SECOND, notice

from psfbot.flows.deliver import ENOUGH, LEASE
from psfbot.store.outbox import SqlOutbox

pytest_plugins = ("stores", "courier")
pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("found", "heard", "states"),
    [
        ("seen before", [], {"sent": 1}),
        ("", ["#1 version 1"], {"sent": 1}),
        (None, ["#1 version 1 (repeat?)"], {"sent": 1}),
    ],
    ids=["proof", "surely not there", "nobody can tell"],
)
async def test_a_parcel_whose_sender_died_is_searched_before_it_is_sent_again(both, found, heard, states):
    both.chat.finds.append(found)
    await both.post(notice(), notice(2, room=WEB))
    await both.take()
    await both.work(LEASE - SECOND)

    assert (both.chat.asked, both.chat.heard) == ([], [(WEB, "#2 version 1")])

    await both.work(SECOND)

    assert both.chat.asked == ["#1 version 1"]
    assert both.chat.of(OPS) == heard
    assert await both.states() == {"sent": 2}


async def test_where_nobody_else_can_be_sending_a_lost_parcel_is_searched_at_once(office):
    office.courier = office.hire(alone=True)
    await office.post(notice(1), notice(2))
    await office.take()
    await office.work()

    assert office.chat.of(OPS) == ["#1 version 1 (repeat?)", "#2 version 1"]


async def test_what_this_process_is_sending_is_not_lost_however_the_clock_jumps(office):
    slow = asyncio.Event()
    office.chat.plan(OPS, slow)
    await office.post(notice())
    await office.begin()
    office.now += 2 * HOUR
    await office.courier.round()
    slow.set()
    await office.work()

    assert (office.chat.asked, office.chat.heard) == ([], [(OPS, "#1 version 1")])


@pytest.mark.parametrize("trouble", [DOWN, slow_down(5), ValueError("a bug"), asyncio.Event()])
async def test_a_search_that_fails_delays_no_other_room(office, trouble):
    office.chat.finds.append(trouble)
    await office.post(notice(1))
    await office.take(lease=SECOND)
    await office.post(notice(2, room=WEB))
    office.now += SECOND
    await office.courier.round()
    await office.until_heard(1, WEB)
    if isinstance(trouble, asyncio.Event):
        trouble.set()
    await office.work()
    await office.work(5 * SECOND)

    assert office.chat.of(WEB) == ["#2 version 1"]
    assert office.chat.of(OPS) == ["#1 version 1 (repeat?)"]


async def test_a_search_that_fails_is_made_again_later_and_not_at_once(office):
    office.chat.found = {"#1 version 1": "seen before"}
    office.chat.finds.extend([slow_down(30), DOWN])
    await office.post(notice(1), notice(2))
    await office.take(lease=SECOND)
    for _ in range(29):
        await office.work(SECOND)

    assert (len(office.chat.asked), office.chat.heard) == (1, [])

    for _ in range(10):
        await office.work(SECOND)

    assert len(office.chat.asked) == 3
    assert office.chat.of(OPS) == ["#2 version 1"]


async def test_a_search_that_never_works_holds_its_room_up_for_minutes_only(office):
    office.chat.finds.extend([DOWN] * 1000)
    await office.post(notice(1), notice(2))
    await office.take(lease=SECOND)
    while await office.states() != {"sent": 2}:
        await office.work(SECOND)

    assert 10 * MINUTE <= office.now - NOON < 11 * MINUTE
    assert office.chat.of(OPS) == ["#1 version 1 (repeat?)", "#2 version 1"]


@pytest.mark.parametrize("find", [GONE, ValueError("a bug")])
async def test_where_searching_is_pointless_it_is_sent_again_and_marked(office, find):
    office.chat.finds.append(find)
    await office.post(notice(1))
    await office.take(lease=SECOND)
    await office.work(SECOND)

    assert office.chat.of(OPS) == ["#1 version 1 (repeat?)"]


@pytest.mark.parametrize(
    ("ends", "more"),
    [(None, 0), (ConnectionResetError("reset"), 0), (KeyError("ts"), 1)],
    ids=["a hang", "a reset", "a bug"],
)
@pytest.mark.parametrize("found", [True, False])
async def test_what_may_have_arrived_is_searched_and_a_second_time_is_marked(office, ends, more, found):
    office.courier = office.hire(lease=BLINK)
    office.chat.plan(OPS, Arrived(ends))
    office.chat.found = {"#1 version 1": "seen before"} if found else None
    await office.post(notice(1), notice(2))
    await office.work()
    await office.work(2 * SECOND)
    again = [] if found else ["#1 version 1 (repeat?)"]

    assert office.chat.of(OPS) == ["#1 version 1", *again, "#2 version 1"]
    assert office.chat.asked == ["#1 version 1"]
    assert len(office.bugs) == more


async def test_a_room_that_hangs_delays_no_other_and_is_tried_again(office):
    office.courier = office.hire(lease=BLINK)
    office.chat.plan(OPS, asyncio.Event())
    await office.post(notice(1), notice(2, room=WEB))
    await office.work()

    assert office.chat.heard == [(WEB, "#2 version 1")]

    await office.work(2 * SECOND)

    assert office.chat.of(OPS) == ["#1 version 1 (repeat?)"]


async def test_a_mark_stays_while_later_attempts_fail(office):
    office.chat.plan(OPS, Arrived(ConnectionResetError()), DOWN, DOWN)
    await office.post(notice())
    for _ in range(30):
        await office.work(SECOND)

    assert office.chat.of(OPS) == ["#1 version 1", "#1 version 1 (repeat?)"]


async def test_a_failure_that_told_nobody_leaves_no_mark(office):
    office.chat.plan(OPS, DOWN, slow_down(1), DOWN)
    await office.post(notice())
    for _ in range(30):
        await office.work(SECOND)

    assert office.chat.of(OPS) == ["#1 version 1"]


async def test_a_notice_that_a_platform_has_a_bug_with_holds_its_room_up_for_minutes_and_not_for_a_day(office):
    office.chat.plan(OPS, *[KeyError("ts")] * ENOUGH)
    await office.post(notice(1), notice(2))
    while (await office.states()).get("sent") != 1:
        await office.work(SECOND)
    (dead,) = await office.outbox.dead()

    assert office.now - NOON < 15 * MINUTE
    assert dead.notice.incident == 1
    assert dead.error == "perhaps told before; psfbot failed at it, reference ref1 (after 10 attempts)"
    assert len(office.bugs) == ENOUGH


async def test_a_broken_network_is_no_bug_and_is_tried_for_a_day(office):
    office.chat.plan(OPS, *[ConnectionRefusedError("refused")] * 50)
    await office.post(notice())
    while office.now - NOON < 2 * HOUR:
        await office.work(5 * MINUTE)

    assert await office.outbox.dead() == []
    assert office.bugs == []


async def test_what_is_cut_short_is_searched_at_once_by_whoever_comes_next(office):
    office.chat.plan(OPS, Arrived())
    await office.post(notice(1))
    running = asyncio.ensure_future(office.courier.run(asyncio.Event()))
    await office.until_heard(1)
    running.cancel()
    await asyncio.wait([running])
    office.courier = office.hire()
    office.chat.found = {"#1 version 1": "seen before"}
    await office.work()

    assert office.chat.asked == ["#1 version 1"]
    assert office.chat.of(OPS) == ["#1 version 1"]
    assert await office.states() == {"sent": 1}


async def test_an_attempt_that_was_leased_late_is_given_up_before_another_may_begin(office):
    class Slow(SqlOutbox):
        async def lease(self, lane, now, until):
            parcel = await super().lease(lane, now, until)
            office.now += LEASE
            return parcel

    office.outbox = Slow(office.db)
    office.courier = office.hire()
    office.chat.plan(OPS, asyncio.Event())
    await office.post(notice())
    await asyncio.wait_for(office.work(), 5)

    assert await office.states() == {"unknown": 1}
