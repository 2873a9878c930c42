"""Webhooks are kept as they came, once each, and can be found again."""

import asyncio
from datetime import timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stores import DAY, NOON, SECOND, arrival

from psfbot.relay.letter import Arrival, Fate
from psfbot.store.columns import storable
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

EVERY_BYTE = bytes(range(256)) * 20


@pytest.fixture
def inbox(db):
    return SqlInbox(db)


def filing(letter, fate, reason=""):
    return lambda ledger: ledger.file(letter.id, fate, reason, NOON)


async def test_a_letter_comes_back_as_it_came(inbox):
    sent = Arrival(
        source="pagerduty", delivery="5f", headers={"x-id": "é\"'\\", "b": ""}, body=EVERY_BYTE, received_at=NOON
    )
    await inbox.keep(sent)
    (kept,) = await inbox.waiting()

    assert Arrival.model_validate(kept.model_dump(include=set(Arrival.model_fields))) == sent
    assert (kept.fate, kept.reason) == (Fate.NEW, "")


async def test_times_come_back_in_utc_whatever_zone_they_were_said_in(inbox):
    sent = arrival(at=(NOON + timedelta(microseconds=7)).astimezone(timezone(timedelta(hours=-7))))
    await inbox.keep(sent)
    (kept,) = await inbox.waiting()

    assert kept.received_at == sent.received_at
    assert kept.received_at.utcoffset() == timedelta(0)


async def test_a_time_without_a_zone_is_refused(inbox):
    with pytest.raises(ValueError, match="no time zone"):
        await inbox.keep(Arrival.model_construct(**dict(arrival()) | {"received_at": NOON.replace(tzinfo=None)}))


async def test_the_same_delivery_is_kept_once(inbox):
    assert await inbox.keep(arrival("same", body=b"first"))
    assert not await inbox.keep(arrival("same", body=b"second"))
    assert [letter.body for letter in await inbox.waiting()] == [b"first"]


async def test_two_sources_may_choose_the_same_delivery_id(inbox):
    assert await inbox.keep(arrival("1", source="pingdom"))
    assert await inbox.keep(arrival("1", source="github"))


async def test_of_equal_deliveries_at_the_same_time_exactly_one_is_new(inbox):
    await asyncio.gather(*(inbox.keep(arrival(f"letter {number}")) for number in range(10)))
    sent = [arrival(f"letter {number % 40}") for number in range(200)]
    kept = await asyncio.gather(*(inbox.keep(one) for one in sent))

    assert kept == [10 <= number < 40 for number in range(200)]
    assert [letter.delivery for letter in await inbox.waiting(200)] == [f"letter {number}" for number in range(40)]


async def test_a_filed_letter_waits_no_more_and_is_still_known(inbox, db):
    await inbox.keep(arrival("a"))
    (letter,) = await inbox.waiting()
    await SqlStore(db).write(filing(letter, Fate.IGNORED, "a test ping"))
    (found,) = await inbox.named([letter.id])

    assert await inbox.waiting() == []
    assert (found.fate, found.reason) == (Fate.IGNORED, "a test ping")
    assert not await inbox.keep(arrival("a"))


async def test_letters_wait_oldest_first_and_no_more_than_asked_for(inbox):
    for name in "abc":
        await inbox.keep(arrival(name))

    assert [letter.delivery for letter in await inbox.waiting(2)] == ["a", "b"]


async def test_quarantined_letters_are_listed_newest_first(inbox, db):
    for name in "abc":
        await inbox.keep(arrival(name))
    for letter in (await inbox.waiting())[:2]:
        await SqlStore(db).write(filing(letter, Fate.QUARANTINED, "not JSON"))

    assert [letter.delivery for letter in await inbox.quarantined()] == ["b", "a"]
    assert await inbox.counts() == dict.fromkeys(Fate, 0) | {Fate.NEW: 1, Fate.QUARANTINED: 2}


async def test_letters_since_a_time_are_found_page_by_page(inbox):
    for number in range(5):
        await inbox.keep(arrival(str(number), at=NOON + number * SECOND))
    first = await inbox.since(NOON + SECOND, limit=2)
    second = await inbox.since(NOON + SECOND, after=first[-1].id, limit=9)

    assert [letter.delivery for letter in [*first, *second]] == ["1", "2", "3", "4"]


async def test_a_letter_can_be_read_again(inbox, db):
    await inbox.keep(arrival())
    (letter,) = await inbox.waiting()
    await SqlStore(db).write(filing(letter, Fate.QUARANTINED))

    assert await inbox.read_again([letter.id, 999, 10**20]) == 1
    assert [again.id for again in await inbox.waiting()] == [letter.id]
    assert await inbox.named([10**20]) == []


@pytest.mark.parametrize("delivery", ["nul\0inside", "half \ud83d of a smile", "x" * 5000, "é" * 3000, "%s ? :a", ""])
async def test_any_delivery_id_is_kept_once(inbox, delivery):
    sent = Arrival.model_construct(**dict(arrival()) | {"delivery": delivery})

    assert await inbox.keep(sent)
    assert not await inbox.keep(sent)


async def test_long_delivery_ids_that_differ_at_the_end_are_two(inbox):
    assert await inbox.keep(arrival("x" * 5000 + "a"))
    assert await inbox.keep(arrival("x" * 5000 + "b"))


async def test_a_large_body_is_kept_whole(inbox):
    body = EVERY_BYTE * 400
    await inbox.keep(arrival(body=body))

    assert [letter.body for letter in await inbox.waiting()] == [body]


async def test_letters_far_from_now_keep_their_order(inbox):
    for days in (-9000, 0, 200_000):
        await inbox.keep(arrival(str(days), at=NOON + days * DAY))

    assert [letter.delivery for letter in await inbox.since(NOON - DAY)] == ["0", "200000"]


@given(st.text(alphabet=st.characters(), max_size=50))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_storable_is_utf8_without_nul_and_stays_so(text):
    kept = storable(text)

    assert "\0" not in kept.encode().decode()
    assert storable(kept) == kept
