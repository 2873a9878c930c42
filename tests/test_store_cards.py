"""Where the message of each checklist is: claimed once, known after a restart, and behind until it shows the newest."""

import asyncio

import pytest
from checklist_kit import template
from stores import NOON

from psfbot.checklists.run import Deed, Kind, Run, Who
from psfbot.store.cards import GONE, SqlCards
from psfbot.store.checklists import SqlChecklists

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
ANN = Who(name="Ann Example", key="ann")
ROOM = "C0INFRA"


def begin(service, **more):
    def work(runs, _):
        one = Run(
            number=0, template=template(), service=service, started_at=NOON, started_by=ANN, changed_at=NOON,
            rooms=(f"slack {ROOM}", "irc #room"), **more,
        )  # fmt: skip
        return runs.start(one, Deed(kind=Kind.STARTED, at=NOON, by=ANN))

    return work


@pytest.fixture
async def cards(db):
    await SqlChecklists(db).write(begin("docs.python.org"))
    return SqlCards(db, "slack")


async def test_a_room_is_claimed_by_one(cards):
    found = await asyncio.gather(*(cards.claim(1, ROOM, NOON) for _ in range(10)))

    assert sum(found) == 1


async def test_a_message_is_behind_until_it_shows_the_run_as_it_is(cards, db):
    await cards.claim(1, ROOM, NOON)
    (first,) = await cards.behind()
    kept = await cards.keep(first, "1.1", first.version)
    late = await cards.keep(first, "2.2", 7)
    shown = await cards.behind()
    done = Deed(kind=Kind.NOTED, at=NOON, by=ANN, text="x")
    await SqlChecklists(db).write(lambda runs, _: runs.add(runs.run(1), (done,)))
    (again,) = await cards.behind()

    assert (kept, late) == (True, False)
    assert (first.message, first.shown, first.made_at) == ("", 0, NOON)
    assert shown == []
    assert (again.message, again.shown, again.version) == ("1.1", 1, 2)


async def test_a_message_that_is_gone_is_never_behind(cards):
    await cards.claim(1, ROOM, NOON)
    await cards.keep(await cards.card(1, ROOM), GONE, 0)

    assert await cards.behind() == []
    assert (await cards.card(1, ROOM)).message == GONE


async def test_another_platform_has_messages_of_its_own(cards, db):
    await cards.claim(1, ROOM, NOON)

    assert await SqlCards(db, "elsewhere").card(1, ROOM) is None


async def test_open_runs_are_found_from_a_number_on(cards, db):
    await SqlChecklists(db).write(begin("www.python.org"))
    over = Deed(kind=Kind.ABORTED, at=NOON, by=ANN, text="x")
    await SqlChecklists(db).write(lambda runs, _: runs.add(runs.run(1), (over,)))
    found = await cards.newer(0)

    assert [(one.run, one.rooms, one.alone) for one in found] == [(2, (f"slack {ROOM}", "irc #room"), True)]
    assert await cards.newer(2) == []
