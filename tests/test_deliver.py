"""Each room hears each notice, in order and once, and no room waits for another."""

import asyncio
from datetime import timedelta

import pytest
from courier import DOWN, GONE, HOUR, MINUTE, OPS, WEB, slow_down
from sqlalchemy import select
from stores import DAY, NOON, SECOND, notice

from psfbot.relay.notice import Priority
from psfbot.store.tables import outbox as table

pytest_plugins = ("stores", "courier")
pytestmark = pytest.mark.anyio


async def test_a_notice_is_told_once_and_keeps_its_proof(both):
    (number,) = await both.post(notice())
    await both.work()
    await both.work(DAY)
    proofs = await both.db.read(lambda connection: connection.execute(select(table.c.proof)).scalars().all())

    assert both.chat.heard == [(OPS, "#1 version 1")]
    assert proofs == [f"seen {number}"]


async def test_a_slow_room_delays_no_other(both):
    slow = asyncio.Event()
    both.chat.plan(OPS, slow)
    await both.post(notice(1), notice(2, room=WEB), notice(3, room=WEB))
    await both.courier.round()
    await both.until_heard(2)
    await both.post(notice(4, room=WEB))
    await both.courier.round()
    await both.until_heard(3)

    assert both.chat.of(WEB) == ["#2 version 1", "#3 version 1", "#4 version 1"]
    assert both.chat.of(OPS) == []

    slow.set()
    await both.work()

    assert both.chat.of(OPS) == ["#1 version 1"]


@pytest.mark.parametrize("seconds", [0.5, 30, 120, 3600])
async def test_a_room_that_asked_to_wait_is_left_alone_for_so_long_and_no_other_is(office, seconds):
    office.chat.plan(OPS, slow_down(seconds))
    await office.post(notice(1))
    await office.work()
    await office.post(notice(2), notice(3, room=WEB))
    await office.work(timedelta(seconds=seconds) - timedelta(milliseconds=1))

    assert office.chat.heard == [(WEB, "#3 version 1")]

    await office.work(timedelta(milliseconds=1))

    assert office.chat.of(OPS) == ["#1 version 1", "#2 version 1"]


async def test_what_failed_goes_first_when_its_room_is_back(both):
    both.chat.plan(OPS, DOWN)
    await both.post(notice(1), notice(2))
    await both.work()
    await both.post(notice(3))

    assert both.chat.heard == []

    await both.work(2 * SECOND)

    assert both.chat.of(OPS) == ["#1 version 1", "#2 version 1", "#3 version 1"]


async def test_what_is_urgent_goes_before_what_has_waited_longer(office):
    hold = asyncio.Event()
    office.chat.plan(OPS, hold)
    await office.post(notice(1, priority=Priority.BULK), notice(2), notice(3, priority=Priority.BULK))
    await office.begin()
    await office.post(notice(4, priority=Priority.URGENT))
    hold.set()
    await office.work()

    assert [text[:2] for text in office.chat.of(OPS)] == ["#2", "#4", "#1", "#3"]


@pytest.mark.parametrize("draw", [0.0, 0.5, 1.0])
async def test_attempts_come_ever_less_often_and_never_all_at_the_same_time(office, draw):
    office.courier = office.hire(draw=lambda: draw)
    office.chat.plan(OPS, *[DOWN] * 20)
    await office.post(notice())
    waits = []
    while office.chat.plans[OPS]:
        await office.work()
        waits.append((await office.due() - office.now) / SECOND)
        office.now += timedelta(seconds=waits[-1])

    assert waits == [min(2**n, 60) * (0.5 + draw / 2) for n in range(1, 21)]


async def test_what_cannot_be_told_for_a_day_is_a_dead_letter_that_can_be_tried_again(office):
    office.chat.plan(OPS, *[DOWN] * 2000)
    (number,) = await office.post(notice())
    await office.work()
    while (await office.states()) == {"pending": 1}:
        office.now = await office.due()
        await office.work()
    (dead,) = await office.outbox.dead()

    assert timedelta(days=1) <= office.now - NOON <= timedelta(days=1, minutes=5)
    assert dead.error == "the network is down (it could not be delivered for 24 hours)"

    office.chat.plans.clear()
    assert await office.outbox.retry(number, office.now)
    await office.work()

    assert office.chat.heard == [(OPS, "#1 version 1")]
    assert await office.outbox.dead() == []


async def test_a_room_that_is_gone_makes_dead_letters_and_holds_nothing_up(both):
    both.chat.plan(OPS, GONE)
    await both.post(notice(1), notice(2))
    await both.work()

    assert both.chat.of(OPS) == ["#2 version 1"]
    assert [letter.error for letter in await both.outbox.dead()] == [
        "channel_not_found (the other side will never take it)"
    ]


@pytest.mark.parametrize("again", [slow_down(30), DOWN])
async def test_a_dead_letter_that_is_tried_again_is_tried_more_than_once(office, again):
    office.chat.plan(OPS, GONE, again)
    (number,) = await office.post(notice())
    await office.work()
    office.now += 2 * DAY
    await office.outbox.retry(number, office.now)
    await office.work()
    await office.work(MINUTE)

    assert office.chat.heard == [(OPS, "#1 version 1")]


async def test_a_platform_that_is_not_connected_costs_no_attempt(office):
    office.chat.ready = False
    await office.post(notice())
    for _ in range(3):
        await office.work(10 * HOUR)

    assert office.chat.heard == []
    assert await office.states() == {"pending": 1}

    office.chat.ready = True
    office.chat.plan(OPS, DOWN)
    await office.work()

    assert await office.states() == {"pending": 1}

    await office.work(2 * SECOND)

    assert office.chat.heard == [(OPS, "#1 version 1")]


async def test_a_platform_that_goes_away_in_the_middle_takes_no_more(office):
    going = asyncio.Event()
    office.chat.plan(OPS, going)
    await office.post(notice(1), notice(2))
    await office.begin()
    office.chat.ready = False
    going.set()
    await office.work()

    assert office.chat.of(OPS) == ["#1 version 1"]
    assert await office.states() == {"pending": 1, "sent": 1}


async def test_notices_for_a_platform_that_is_switched_off_wait(office):
    await office.post(notice(1, room="slack C1"))
    await office.take("slack C1", SECOND)
    await office.post(notice(2, room="slack C2"))
    await office.work(HOUR)

    assert await office.states() == {"pending": 1, "sending": 1}
    assert office.bugs == []


async def test_a_quiet_notice_is_left_out_where_there_is_nothing_to_bring_up_to_date(office):
    await office.post(notice(1, 2, quiet=True))
    await office.work()

    assert office.chat.heard == []
    assert await office.states() == {"sent": 1}


async def test_later_versions_are_handed_the_message_that_is_there(office):
    seen = []

    async def send(parcel):
        seen.append((parcel.notice.version, parcel.notice.quiet, parcel.posted))
        return "1700000000.000100" if not parcel.posted else ""

    office.chat.send = send
    for version, quiet in ((1, False), (2, True), (3, False)):
        await office.post(notice(1, version, quiet=quiet))
        await office.work()

    assert seen == [(1, False, ""), (2, True, "1700000000.000100"), (3, False, "1700000000.000100")]


async def test_a_follower_tells_nobody_and_searches_nothing(office):
    office.courier = office.hire(leads=lambda: False)
    await office.post(notice(1), notice(2, room=WEB))
    await office.take()
    await office.work(DAY)

    assert (office.chat.asked, office.chat.heard) == ([], [])
    assert await office.states() == {"pending": 1, "sending": 1}


async def test_who_leads_no_more_finishes_what_it_is_at_and_nothing_else(office):
    leading, slow = [True], asyncio.Event()
    office.courier = office.hire(leads=lambda: leading[0])
    office.chat.plan(OPS, slow)
    await office.post(notice(1), notice(2))
    await office.begin()
    leading[0] = False
    slow.set()
    await office.work()

    assert office.chat.of(OPS) == ["#1 version 1"]
    assert await office.states() == {"pending": 1, "sent": 1}


async def test_when_told_to_stop_it_finishes_what_is_on_its_way_and_begins_no_more(office):
    stop, slow = asyncio.Event(), asyncio.Event()
    office.chat.plan(OPS, slow)
    await office.post(notice(1), notice(2), notice(3))
    running = asyncio.ensure_future(office.courier.run(stop))
    await office.begin()
    stop.set()
    slow.set()
    await asyncio.wait_for(running, 5)

    assert office.chat.of(OPS) == ["#1 version 1"]
    assert await office.states() == {"pending": 2, "sent": 1}


async def test_the_bell_wakes_it_before_its_next_look(office):
    stop = asyncio.Event()
    office.courier.tick = 1000
    running = asyncio.ensure_future(office.courier.run(stop))
    await asyncio.sleep(0)
    await office.post(notice())
    office.courier.bell.set()
    await office.until_heard(1)
    stop.set()
    await asyncio.wait_for(running, 5)

    assert office.chat.heard == [(OPS, "#1 version 1")]
