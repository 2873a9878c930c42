"""What a platform tells twice is heard once, and what nobody answered is known after a restart."""

import asyncio
from datetime import timedelta

import pytest
from stores import NOON, SECOND

from psfbot.store.heard import KEPT, SqlHeard

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


async def test_the_same_event_is_heard_once(db):
    heard = SqlHeard(db, "slack")

    assert await heard.keep("event Ev1", "{}", NOON)
    assert not await heard.keep("event Ev1", "{}", NOON + SECOND)
    assert await heard.keep("event Ev2", "{}", NOON)


async def test_of_many_copies_at_once_exactly_one_is_heard(db):
    heard = SqlHeard(db, "slack")
    found = await asyncio.gather(*(heard.keep("event Ev1", "{}", NOON) for _ in range(20)))

    assert sum(found) == 1


async def test_another_platform_has_ids_of_its_own(db):
    await SqlHeard(db, "slack").keep("1", "{}", NOON)

    assert await SqlHeard(db, "irc").keep("1", "{}", NOON)


async def test_what_is_not_answered_waits_and_what_is_answered_does_not(db):
    heard = SqlHeard(db, "slack")
    await heard.keep("a", "first", NOON)
    await heard.keep("b", "second", NOON + SECOND)
    await heard.keep("c", "", NOON)
    await heard.done("a")
    found = await heard.waiting(NOON + SECOND)

    assert [(one.key, one.body, one.at) for one in found] == [("b", "second", NOON + SECOND)]
    assert await heard.waiting(NOON) == []
    assert not await heard.keep("a", "first", NOON)


@pytest.mark.parametrize(("age", "gone"), [(KEPT - SECOND, 0), (KEPT + SECOND, 1)])
async def test_ids_are_forgotten_after_two_days(db, age, gone):
    heard = SqlHeard(db, "slack")
    await heard.keep("a", "", NOON - age)

    assert await heard.forget(NOON) == gone
    assert timedelta(days=1) < KEPT
