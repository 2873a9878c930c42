"""Notices leave lane by lane, one at a time, with proof or as dead letters."""

import asyncio
import threading

import pytest
from sqlalchemy import update
from stores import DAY, NOON, SECOND, eventually, new_database, notice, run_sql

from psfbot.relay.notice import Delivery, Ending, Priority
from psfbot.store.db import Database
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox, _lease
from psfbot.store.tables import outbox as table

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

OPS, WEB = "irc #ops", "slack C1"
MINUTE = 60 * SECOND
SENT = Ending(state=Delivery.SENT, proof="1700000000.000100")
UNKNOWN = Ending(state=Delivery.UNKNOWN, error="no answer in time")
DEAD = Ending(state=Delivery.DEAD, error="channel_not_found")


def again(after=SECOND, error="try later"):
    return Ending(state=Delivery.PENDING, error=error, not_before=NOON + after)


class Box(SqlOutbox):
    """An outbox that posts and leases at noon unless told otherwise."""

    async def post(self, *notices, now=NOON):
        store = SqlStore(self._db)
        return [await store.write(lambda ledger, n=n: ledger.post(n, now)) for n in notices]

    async def take(self, lane=OPS, now=NOON):
        return await self.lease(lane, now, now + MINUTE)

    async def deliver(self, lane=OPS, now=NOON, ending=SENT):
        parcel = await self.take(lane, now)
        assert await self.settle(parcel, ending, now)
        return parcel.notice.text


@pytest.fixture
def box(db):
    return Box(db)


async def test_a_notice_comes_back_as_it_was_posted(box):
    full = notice(12, 3, WEB, lines=("a", "b"), links=(("t", "https://example.org"),), priority=Priority.URGENT)
    (number,) = await box.post(full)
    parcel = await box.take(WEB)

    assert (parcel.id, parcel.notice, parcel.state, parcel.attempts) == (number, full, Delivery.SENDING, 1)
    assert (parcel.created_at, parcel.not_before, parcel.posted, parcel.error) == (NOON, NOON, "", "")
    assert parcel.token


async def test_lanes_with_something_to_deliver_are_listed_the_most_urgent_first(box):
    await box.post(notice(1), notice(2, room=WEB, priority=Priority.URGENT), notice(3))

    assert await box.lanes(NOON) == [WEB, OPS]
    assert await box.lanes(NOON - SECOND) == []


async def test_a_lane_sends_one_parcel_at_a_time(box):
    await box.post(notice(1), notice(2), notice(3, room=WEB))
    await box.take()

    assert await box.take() is None
    assert await box.lanes(NOON) == [WEB]
    assert await box.take(WEB)


async def test_a_lane_sends_in_order_of_urgency_then_age(box):
    posted = [(1, Priority.BULK), (2, Priority.NORMAL), (3, Priority.URGENT), (4, Priority.NORMAL)]
    await box.post(*(notice(number, priority=priority) for number, priority in posted))

    assert [(await box.deliver())[:2] for _ in posted] == ["#3", "#2", "#4", "#1"]


async def test_an_empty_or_unknown_lane_has_nothing(box):
    assert await box.take("irc #nowhere") is None


async def test_a_settled_parcel_does_not_come_again(box):
    await box.post(notice())
    await box.deliver()

    assert await box.lanes(NOON + DAY) == []
    assert (await box.counts())[Delivery.SENT] == 1


async def test_a_late_answer_of_an_earlier_attempt_counts_for_nothing(box):
    await box.post(notice())
    first = await box.take()
    await box.settle(first, again(), NOON)
    second = await box.take(now=NOON + SECOND)

    assert not await box.settle(first, SENT, NOON)
    assert await box.settle(second, SENT, NOON)
    assert not await box.settle(second, DEAD, NOON)
    assert second.attempts == 2


async def test_a_parcel_that_was_never_leased_cannot_be_settled(box):
    await box.post(notice())
    parcel = await box.take()
    await box.settle(parcel, again(), NOON)

    assert not await box.settle(parcel.model_copy(update={"token": ""}), SENT, NOON)


async def test_an_attempt_cannot_end_in_sending(box):
    await box.post(notice())
    parcel = await box.take()

    with pytest.raises(ValueError, match="does not end in sending"):
        await box.settle(parcel, Ending(state=Delivery.SENDING), NOON)


async def test_nothing_of_a_lane_goes_out_before_its_back_off_is_over(box):
    await box.post(notice(1))
    await box.deliver(ending=again(MINUTE, "ratelimited"))
    await box.post(notice(2, priority=Priority.URGENT), notice(3, room=WEB))

    assert await box.lanes(NOON + 59 * SECOND) == [WEB]
    assert await box.take(now=NOON + 59 * SECOND) is None
    assert await box.lanes(NOON + MINUTE) == [OPS, WEB]
    assert (await box.take(now=NOON + MINUTE)).notice.incident == 2


async def test_the_reason_of_the_last_failure_comes_with_the_next_attempt(box):
    await box.post(notice())
    await box.deliver(ending=again(error="perhaps told before"))

    assert (await box.take(now=NOON + SECOND)).error == "perhaps told before"


async def test_a_parcel_whose_sender_died_is_found_when_its_lease_is_over(box):
    await box.post(notice())
    parcel = await box.take()

    assert await box.expired(NOON + 59 * SECOND) == []
    assert await box.lanes(NOON + DAY) == []
    assert await box.expired(NOON + MINUTE) == [parcel]
    assert await box.settle(parcel, SENT, NOON + MINUTE)
    assert await box.expired(NOON + DAY) == []


async def test_a_parcel_that_may_have_arrived_holds_its_lane_until_somebody_finds_out(box):
    await box.post(notice(1), notice(2))
    await box.deliver(ending=UNKNOWN)

    assert await box.take() is None

    (lost,) = await box.expired(NOON)

    assert (lost.state, lost.error) == (Delivery.UNKNOWN, "no answer in time")
    assert await box.settle(lost, again(0 * SECOND), NOON)
    assert (await box.take()).notice.incident == 1


async def test_a_sender_that_answers_late_but_before_anybody_else_is_heard(box):
    await box.post(notice())
    parcel = await box.take()
    await box.expired(NOON + DAY)

    assert await box.settle(parcel, SENT, NOON + DAY)


async def test_an_older_version_that_nobody_has_sent_is_replaced_in_its_place(box):
    await box.post(notice(1, 1))
    await box.post(notice(2, 1), now=NOON + SECOND)
    await box.post(notice(1, 2), notice(1, 2, WEB), now=NOON + MINUTE)

    assert [await box.deliver(now=NOON + MINUTE) for _ in "ab"] == ["#1 version 2", "#2 version 1"]
    assert await box.deliver(WEB, NOON + MINUTE) == "#1 version 2"
    assert await box.lanes(NOON + DAY) == []


async def test_a_replaced_version_hands_on_its_place_and_its_back_off(box):
    await box.post(notice(1, 1))
    await box.deliver(ending=again(MINUTE))
    await box.post(notice(2, 1), now=NOON + SECOND)
    await box.post(notice(1, 2), now=NOON + 2 * SECOND)
    parcel = await box.take(now=NOON + MINUTE)

    assert await box.take(now=NOON + 59 * SECOND) is None
    assert parcel.notice.version == 2
    assert (parcel.attempts, parcel.created_at) == (1, NOON + 2 * SECOND)


async def test_a_replaced_version_hands_on_its_urgency(box):
    await box.post(notice(1, 1, priority=Priority.URGENT), notice(2, 1), notice(1, 2, priority=Priority.BULK))

    assert await box.deliver() == "#1 version 2"


async def test_a_version_on_its_way_is_not_replaced_but_followed(box):
    await box.post(notice(1, 1))
    parcel = await box.take()
    await box.post(notice(1, 2))
    await box.settle(parcel, SENT, NOON)

    assert await box.deliver() == "#1 version 2"


async def test_a_version_that_failed_gives_way_to_the_newer_one_that_waits(box):
    await box.post(notice(1, 1))
    parcel = await box.take()
    await box.post(notice(1, 2))
    await box.settle(parcel, again(MINUTE), NOON)

    assert await box.take() is None
    assert await box.deliver(now=NOON + MINUTE) == "#1 version 2"
    assert await box.lanes(NOON + DAY) == []


async def test_a_quiet_version_never_takes_the_place_of_the_first_word(box):
    await box.post(notice(1, 1), notice(1, 2, quiet=True, priority=Priority.URGENT), notice(1, 3, quiet=True))

    assert [await box.deliver(), await box.deliver()] == ["#1 version 1", "#1 version 3"]
    assert await box.take() is None


async def test_a_loud_version_replaces_all_that_wait(box):
    await box.post(notice(1, 1), notice(1, 2, quiet=True), notice(1, 3))

    assert await box.deliver() == "#1 version 3"
    assert await box.take() is None


async def test_a_first_word_that_failed_does_not_give_way_to_a_quiet_one(box):
    await box.post(notice(1, 1))
    parcel = await box.take()
    await box.post(notice(1, 2, quiet=True))
    await box.settle(parcel, again(), NOON)

    assert [await box.deliver(now=NOON + SECOND) for _ in "ab"] == ["#1 version 1", "#1 version 2"]


async def test_later_versions_know_the_message_that_is_there(box):
    await box.post(notice(1, 1, WEB), notice(1, 1, OPS))
    parcel = await box.take(WEB)
    await box.post(notice(1, 2, WEB), notice(1, 2, OPS))
    await box.settle(parcel, SENT, NOON)

    assert (await box.take(WEB)).posted == SENT.proof
    assert (await box.take(OPS)).posted == ""


async def test_a_room_keeps_its_message_when_an_update_gives_no_new_proof(box):
    await box.post(notice(1, 1))
    await box.deliver()
    await box.post(notice(1, 2, quiet=True))
    await box.deliver(ending=Ending(state=Delivery.SENT))
    await box.post(notice(1, 3))

    assert (await box.take()).posted == SENT.proof


async def test_a_quiet_version_that_had_nothing_to_update_leaves_no_message(box):
    await box.post(notice(1, 1, quiet=True))
    await box.deliver(ending=Ending(state=Delivery.SENT, proof="nothing to bring up to date"))
    await box.post(notice(1, 2))

    assert (await box.take()).posted == ""


async def test_notices_about_no_incident_stand_alone(box):
    await box.post(notice(0, 1), notice(0, 2))

    assert await box.deliver() == "#0 version 1"
    assert (await box.take()).posted == ""


async def test_dead_letters_are_listed_newest_first(box):
    await box.post(notice(1), notice(2), notice(3))
    for _ in "ab":
        await box.deliver(ending=DEAD)

    assert [(dead.notice.incident, dead.error) for dead in await box.dead()] == [
        (2, "channel_not_found"), (1, "channel_not_found"),
    ]  # fmt: skip


async def test_a_dead_letter_can_be_tried_again(box):
    (number,) = await box.post(notice())
    await box.deliver(ending=DEAD)

    assert await box.retry(number, NOON + DAY)
    assert await box.dead() == []

    parcel = await box.take(now=NOON + DAY)

    assert (parcel.id, parcel.attempts) == (number, 1)


@pytest.mark.parametrize("number", [0, 1, 99, 10**20])
async def test_only_dead_letters_can_be_tried_again(box, number):
    await box.post(notice())

    assert not await box.retry(number, NOON)


async def test_a_dead_letter_whose_room_has_seen_later_news_is_no_longer_listed(box):
    (number,) = await box.post(notice(1, 1))
    await box.deliver(ending=DEAD)
    await box.post(notice(1, 2))
    await box.deliver()

    assert await box.dead() == []
    assert not await box.retry(number, NOON)


async def test_a_quiet_version_that_nobody_saw_leaves_the_dead_letter_listed(box):
    await box.post(notice(1, 1))
    await box.deliver(ending=DEAD)
    await box.post(notice(1, 2, quiet=True))
    await box.deliver(ending=Ending(state=Delivery.SENT, proof="nothing to bring up to date"))

    assert [dead.notice.version for dead in await box.dead()] == [1]


async def test_a_dead_letter_that_is_tried_again_gives_way_to_a_newer_version(box):
    (number,) = await box.post(notice(1, 1))
    await box.deliver(ending=DEAD)
    await box.post(notice(1, 2))

    assert await box.retry(number, NOON)
    assert await box.deliver() == "#1 version 2"
    assert await box.take() is None


async def test_the_database_itself_lets_only_one_parcel_of_a_lane_be_out(box, db):
    await box.post(notice(1), notice(2))
    blind = update(table).values(state=Delivery.SENDING)

    with pytest.raises(Exception, match=r"(?i)unique"):
        await db.write(lambda connection: connection.execute(blind))


@pytest.mark.parametrize("other", [Priority.NORMAL, Priority.URGENT], ids=["the same parcel", "another parcel"])
async def test_two_leaders_cannot_send_two_parcels_of_a_lane(other):
    url = new_database()
    with Database.open(url) as first, Database.open(url) as second:
        box, rival, leased, go = Box(first), Box(second), threading.Event(), threading.Event()
        await box.post(notice(1))

        def slow(connection):
            parcel = _lease(connection, OPS, NOON, NOON + MINUTE)
            leased.set()
            go.wait(10)
            return parcel

        mine = asyncio.ensure_future(first.write(slow))
        await asyncio.to_thread(leased.wait, 10)
        await rival.post(notice(2, priority=other))
        theirs = asyncio.ensure_future(rival.take())
        blocked = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        await eventually(lambda: asyncio.to_thread(run_sql, blocked, url))
        go.set()

        assert (await mine).notice.incident == 1
        assert await theirs is None


async def test_the_backlog_can_be_counted(box):
    assert await box.oldest() is None

    await box.post(notice(1, room=WEB))
    await box.post(notice(2), notice(3), now=NOON + SECOND)
    await box.deliver(now=NOON + SECOND, ending=DEAD)
    await box.take(now=NOON + SECOND)

    assert await box.counts() == {
        Delivery.PENDING: 1, Delivery.SENDING: 1, Delivery.SENT: 0, Delivery.UNKNOWN: 0, Delivery.DEAD: 1,
    }  # fmt: skip
    assert await box.oldest() == NOON
