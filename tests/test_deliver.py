"""Whatever a platform does, each room hears each notice, in order, and no room waits for another."""

import asyncio
import random
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import select
from stores import DAY, NOON, SECOND, eventually, notice

from psfbot.errors import DeliveryError, StoreBusy
from psfbot.flows.deliver import ENOUGH, LEASE, Courier
from psfbot.relay.notice import Delivery, Ending, Priority
from psfbot.store.db import Database
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox
from psfbot.store.tables import outbox as table

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

OPS, WEB = "irc #ops", "irc #web"
MINUTE, HOUR = 60 * SECOND, timedelta(hours=1)
BLINK = timedelta(milliseconds=50)
"""A lease so short that a platform that hangs may really hang for all of it."""
DOWN = DeliveryError("the network is down", final=False)
GONE = DeliveryError("channel_not_found", final=True)


def slow_down(seconds):
    return DeliveryError("ratelimited", final=False, wait=seconds)


@dataclass
class Arrived:
    """What happens after the room has heard the notice, so that nobody knows."""

    error: Exception | None = None


@dataclass
class Chat:
    """A platform that does to each room what its plan says, and takes everything once that is done.

    A plan holds errors to raise, events to wait for, and `Arrived` for what goes wrong after
    the room has heard the notice. `finds` is the same for `find`, and then what it returns.
    """

    name: str = "irc"
    ready: bool = True
    plans: dict[str, deque] = field(default_factory=lambda: defaultdict(deque))
    finds: deque = field(default_factory=deque)
    found: dict[str, str] | None = None
    heard: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    inside: Counter = field(default_factory=Counter)
    crowded: set[str] = field(default_factory=set)

    def plan(self, lane, *steps):
        self.plans[lane].extend(steps)

    async def send(self, parcel):
        lane, step = parcel.notice.room.lane, None
        self.inside[lane] += 1
        try:
            if self.inside[lane] > 1:
                self.crowded.add(lane)
            await asyncio.sleep(0)
            if self.plans[lane]:
                step = self.plans[lane].popleft()
            if isinstance(step, asyncio.Event):
                await step.wait()
            elif isinstance(step, Exception):
                raise step
            self.heard.append((lane, parcel.notice.text + " (repeat?)" * parcel.repeat))
            if isinstance(step, Arrived):
                if step.error is None:
                    await asyncio.Event().wait()
                raise step.error
            return f"seen {parcel.id}"
        finally:
            self.inside[lane] -= 1

    async def find(self, parcel):
        self.asked.append(parcel.notice.text)
        step = self.finds.popleft() if self.finds else None
        if isinstance(step, asyncio.Event):
            await step.wait()
        if isinstance(step, Exception):
            raise step
        if self.found is None:
            return step if isinstance(step, str) else None
        return self.found.get(parcel.notice.text, "")

    def of(self, lane):
        return [text for place, text in self.heard if place == lane]


class Office:
    """A courier with a real outbox and a clock that is moved by hand."""

    def __init__(self, db, **more):
        self.db, self.now, self.chat, self.bugs = db, NOON, Chat(), []
        self.outbox = SqlOutbox(db)
        self.courier = self.hire(**more)

    def hire(self, **more):
        draw = more.pop("draw", lambda: 1.0)
        return Courier(self.outbox, {"irc": self.chat}, lambda: self.now, bug=self.bug, draw=draw, tick=0.01, **more)

    def bug(self, error):
        self.bugs.append(error)
        return "ref1"

    async def post(self, *notices):
        store = SqlStore(self.db)
        return [await store.write(lambda ledger, one=one: ledger.post(one, self.now)) for one in notices]

    async def work(self, after=timedelta(0)):
        """Let time pass, then one round, until nobody is busy any more."""
        self.now += after
        await self.courier.round()
        await asyncio.gather(*self.courier.busy.values())

    async def take(self, lane=OPS, lease=LEASE):
        """Lease a parcel and die, as a process that is killed does."""
        return await self.outbox.lease(lane, self.now, self.now + lease)

    async def states(self):
        return {state.value: count for state, count in (await self.outbox.counts()).items() if count}

    async def due(self):
        """When the next attempt of anything may be made."""
        waits = select(table.c.not_before).where(table.c.state.in_([Delivery.PENDING, Delivery.UNKNOWN]))
        return await self.db.read(lambda connection: connection.execute(waits).scalars().first())

    async def begin(self, lane=OPS):
        """One round, until something is on its way to this room."""

        async def sending():
            await asyncio.sleep(0)
            return self.chat.inside[lane]

        await self.courier.round()
        await eventually(sending)

    async def until_heard(self, count):
        async def enough():
            await asyncio.sleep(0)
            return len(self.chat.heard) >= count

        await eventually(enough)


@pytest.fixture
def both(db):
    """On SQLite and on PostgreSQL."""
    return Office(db)


@pytest.fixture
def office(tmp_path):
    with Database.open(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}") as db:
        yield Office(db)


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

    assert waits == [min(2**n, 300) * (0.5 + draw / 2) for n in range(1, 21)]


async def test_what_cannot_be_told_for_a_day_is_a_dead_letter_that_can_be_tried_again(office):
    office.chat.plan(OPS, *[DOWN] * 1000)
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
    await office.until_heard(1)

    assert office.chat.heard[0] == (WEB, "#2 version 1")

    if isinstance(trouble, asyncio.Event):
        trouble.set()
    await office.work()
    await office.work(5 * SECOND)

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
    rooms, everything, draw = [f"irc #{number}" for number in range(4)], {"sent": 40}, random.Random(7)
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


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("knows", [True, False], ids=["can be searched", "cannot be searched"])
async def test_through_any_trouble_each_room_hears_everything_in_order_and_a_repeat_is_marked(tmp_path, seed, knows):
    draw, rooms, posted = random.Random(seed), ["irc #a", "irc #b", "irc #c"], []
    with Database.open(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}") as db:
        office = Office(db)
        chat = office.chat
        for step in range(120):
            office.outbox = Mortal(db)
            office.courier = office.hire(draw=draw.random, lease=BLINK / 2, alone=draw.random() < 0.5)
            if step < 40:
                posted.append(notice(step + 1, room=draw.choice(rooms)))
                await office.post(posted[-1])
                for room in rooms:
                    chat.plan(room, *(trouble(draw) for _ in range(2)))
            chat.ready = step >= 100 or draw.random() < 0.9
            office.now += timedelta(seconds=draw.choice([1, 5, 60, 400]))
            if knows:
                chat.found = {text.removesuffix(" (repeat?)"): "seen" for _, text in chat.heard}
            await office.courier.round()
            await asyncio.wait([asyncio.ensure_future(asyncio.sleep(draw.choice([0, 0.001, 0.03])))])
            office.outbox.killed = draw.random() < 0.3
            for task in (tasks := list(office.courier.busy.values())):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for dead in await office.outbox.dead():
                await office.outbox.retry(dead.id, office.now)
            if step >= 40 and await office.states() == {"sent": 40}:
                break

        assert await office.states() == {"sent": 40}
    for room in rooms:
        told = chat.of(room)
        first = [text for n, text in enumerate(told) if text.removesuffix(" (repeat?)") not in strip(told[:n])]
        again = [text for n, text in enumerate(told) if text.removesuffix(" (repeat?)") in strip(told[:n])]

        assert strip(first) == [one.text for one in posted if one.room.lane == room]
        assert all(text.endswith(" (repeat?)") for text in again)
        assert not (knows and again)


def strip(texts):
    return [text.removesuffix(" (repeat?)") for text in texts]


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


async def test_a_parcel_can_be_settled_by_hand_while_nobody_is_at_it(office):
    await office.post(notice())
    parcel = await office.take()

    assert await office.outbox.settle(parcel, Ending(state=Delivery.SENT, proof="seen by a person"), office.now)
    await office.work(DAY)

    assert office.chat.heard == []
