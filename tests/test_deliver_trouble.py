"""The storage fails, two couriers are at work, processes die: still each room hears everything, in order."""

import asyncio
import random
from datetime import timedelta

import pytest
from courier import BLINK, DOWN, HOUR, OPS, Arrived, Office, slow_down
from stores import DAY, NOON, SECOND, eventually, notice

from psfbot.errors import StoreBusy
from psfbot.relay.notice import Delivery
from psfbot.store.db import Database
from psfbot.store.outbox import SqlOutbox

pytest_plugins = ("stores", "courier")
pytestmark = pytest.mark.anyio


class Stubborn(SqlOutbox):
    """An outbox whose storage is busy at some calls."""

    def __init__(self, db, **busy):
        super().__init__(db)
        self.busy = busy

    def trip(self, name):
        if self.busy.get(name, 0):
            self.busy[name] -= 1
            raise StoreBusy("locked")

    async def lanes(self, now):
        self.trip("lanes")
        return await super().lanes(now)

    async def expired(self, now):
        self.trip("expired")
        return await super().expired(now)

    async def lease(self, lane, now, until):
        self.trip("lease")
        return await super().lease(lane, now, until)

    async def settle(self, parcel, ending, now):
        self.trip("settle")
        return await super().settle(parcel, ending, now)


@pytest.mark.parametrize("call", ["lanes", "expired", "lease", "settle"])
async def test_a_storage_that_is_busy_for_a_while_makes_nothing_told_twice(office, call):
    office.outbox = Stubborn(office.db, **{call: 3})
    office.courier, stop = office.hire(), asyncio.Event()
    await office.post(notice(1), notice(2))
    running = asyncio.ensure_future(office.courier.run(stop))
    await eventually(lambda: settled(office, 2))
    stop.set()
    await asyncio.wait_for(running, 5)

    assert office.chat.of(OPS) == ["#1 version 1", "#2 version 1"]
    assert office.bugs == []


async def settled(office, count):
    return (await office.outbox.counts())[Delivery.SENT] == count


async def test_a_bug_in_the_outbox_is_told_and_the_next_round_goes_on(office):
    class Broken(SqlOutbox):
        broken = 2

        async def lease(self, lane, now, until):
            if self.broken:
                Broken.broken -= 1
                raise LookupError("planted")
            return await super().lease(lane, now, until)

    office.outbox = Broken(office.db)
    office.courier, stop = office.hire(), asyncio.Event()
    await office.post(notice(1))
    running = asyncio.ensure_future(office.courier.run(stop))
    await office.until_heard(1)
    stop.set()
    await asyncio.wait_for(running, 5)

    assert [str(bug) for bug in office.bugs] == ["planted", "planted"]


async def test_two_couriers_never_send_two_parcels_of_a_room_at_once(url):
    rooms, everything = [f"irc #{number}" for number in range(4)], {"sent": 40}
    draw = random.Random(7)  # noqa: S311
    with Database.open(url) as mine, Database.open(url) as theirs:
        first, second = Office(mine), Office(theirs)
        second.chat, second.courier.platforms = first.chat, first.courier.platforms
        for room in rooms:
            first.chat.plan(room, *draw.choices([DOWN, slow_down(1), Arrived(OSError("reset")), None], k=9), Arrived())
        for office in (first, second):
            office.courier.lease = BLINK
        await first.post(*(notice(number, room=rooms[number % 4]) for number in range(1, 41)))
        while await first.states() != everything and first.now < NOON + 2 * HOUR:
            await asyncio.gather(first.work(10 * SECOND), second.work(10 * SECOND))

        assert await first.states() == everything
    texts = [text for _, text in first.chat.heard]

    assert first.chat.crowded == set()
    assert set(strip(texts)) == {f"#{number} version 1" for number in range(1, 41)}
    assert len([text for text in texts if "repeat" not in text]) == 40


class Mortal(SqlOutbox):
    """The outbox of a process that can be killed: then nothing is written down any more."""

    killed = False

    async def settle(self, parcel, ending, now):
        return False if self.killed else await super().settle(parcel, ending, now)


def trouble(draw):
    """Something that may go wrong with an attempt; half of all attempts go well."""
    kinds = [DOWN, slow_down(draw.randrange(1, 90)), asyncio.Event(), Arrived(), Arrived(OSError("reset"))]
    kinds += [Arrived(ValueError("a bug")), ValueError("a bug")]
    return draw.choice(kinds) if draw.random() < 0.5 else None


async def storm(office, draw, rooms, *, knows):
    """Forty notices, while rooms fail, and couriers are stopped or killed at any moment and others take over."""
    posted, chat = [], office.chat
    for step in range(80):
        office.outbox = Mortal(office.db)
        office.courier = office.hire(draw=draw.random, lease=BLINK / 2, alone=draw.random() < 0.5)
        if step < 40:
            posted.append(notice(step + 1, room=draw.choice(rooms)))
            await office.post(posted[-1])
            for room in rooms:
                chat.plan(room, *(trouble(draw) for _ in range(2)))
        chat.ready = draw.random() < 0.9
        chat.found = dict.fromkeys(strip(text for _, text in chat.heard), "seen") if knows else None
        office.now += timedelta(seconds=draw.choice([1, 5, 60, 400]))
        await office.courier.round()
        await asyncio.wait([asyncio.ensure_future(asyncio.sleep(draw.choice([0, 0.001, 0.03])))])
        office.outbox.killed = draw.random() < 0.3
        for task in (tasks := list(office.courier.busy.values())):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return posted


async def calm(office, *, knows):
    """Everything works again, and whatever is still to be told is told; the texts of what was a dead letter before."""
    office.chat.plans.clear()
    office.chat.ready, office.outbox = True, SqlOutbox(office.db)
    office.courier, late = office.hire(), set()
    while await office.states() != {"sent": 40} and office.now < NOON + 20 * DAY:
        office.chat.found = dict.fromkeys(strip(text for _, text in office.chat.heard), "seen") if knows else None
        for dead in await office.outbox.dead():
            late.add(dead.notice.text)
            await office.outbox.retry(dead.id, office.now)
        await office.work(HOUR)
    return late


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("knows", [True, False], ids=["can be searched", "cannot be searched"])
async def test_through_any_trouble_each_room_hears_everything_in_order_and_a_repeat_is_marked(office, seed, knows):
    rooms = ["irc #a", "irc #b", "irc #c"]
    posted = await storm(office, random.Random(seed), rooms, knows=knows)  # noqa: S311
    late = await calm(office, knows=knows)

    assert await office.states() == {"sent": 40}
    for room in rooms:
        told = office.chat.of(room)
        first = [text for n, text in enumerate(told) if text.removesuffix(" (repeat?)") not in strip(told[:n])]
        again = [text for n, text in enumerate(told) if text.removesuffix(" (repeat?)") in strip(told[:n])]

        assert sorted(strip(first)) == sorted(one.text for one in posted if one.room.lane == room)
        assert [text for text in strip(first) if text not in late] == [
            one.text for one in posted if one.room.lane == room and one.text not in late
        ]
        assert all(text.endswith(" (repeat?)") for text in again)
        assert not (knows and again)


def strip(texts):
    return [text.removesuffix(" (repeat?)") for text in texts]
