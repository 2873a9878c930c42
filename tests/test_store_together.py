"""What the ledger tells of several incidents: who stands below what, what is due, how much each room was told."""

import pytest
from stores import NOON, SECOND, incident, notice

from psfbot.relay.incident import Down, Entry, Happening, Standing
from psfbot.relay.notice import Room
from psfbot.relay.storm import Pace
from psfbot.store.ledger import SqlStore

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
OPS = Room(platform="irc", name="#ops")
BEFORE, LATER = NOON + -60 * SECOND, NOON + 60 * SECOND


@pytest.fixture
def store(db):
    return SqlStore(db)


async def opened(store, *given):
    def work(ledger):
        return [ledger.open_incident(one) for one in given]

    return await store.write(work)


async def read(store, ask, *given):
    return await store.read(lambda ledger: getattr(ledger, ask)(*given))


async def test_who_stands_below_a_cause_is_known_and_stands_in_no_list_of_its_own(store):
    over = {"state": Standing.RESOLVED}
    top, *_ = await opened(
        store, incident("cause:provider:fastly"), incident("a", cause=1), incident("b", cause=1, **over),
        incident("c", cause=1, state=Standing.ACKNOWLEDGED), incident("d"), incident("e", **over),
    )  # fmt: skip

    assert [one.subject for one in await read(store, "tops")] == ["d", "cause:provider:fastly"]
    assert [one.subject for one in await read(store, "tops", 1)] == ["d"]
    assert await read(store, "below") == {1: 2}
    assert [one.subject for one in await read(store, "children", 1)] == ["a", "b", "c"]
    assert await read(store, "causes") == [top]
    assert top.node == ("provider", "fastly")


async def test_only_open_failures_of_services_can_share_a_cause(store):
    await opened(
        store, incident("a"), incident("old", at=BEFORE), incident("unmapped:x"), incident("storm:irc #ops"),
        incident("over", state=Standing.RESOLVED), incident("cause:host:h"),
        incident("below", at=BEFORE, cause=6),
        incident("back", at=BEFORE, flaps=1, reopened_at=LATER),
        incident("mapped%", state=Standing.ACKNOWLEDGED),
    )  # fmt: skip

    assert await read(store, "down", NOON) == [
        Down(1, "a", NOON, None), Down(7, "below", BEFORE, 6), Down(8, "back", LATER, None),
        Down(9, "mapped%", NOON, None),
    ]  # fmt: skip


async def test_what_is_due_comes_in_its_order(store):
    soon, late = {"due_at": NOON}, {"due_at": LATER}
    await opened(store, incident("a", **late), incident("b", **soon), incident("c", **soon), incident("d"))
    await opened(store, incident("cause:host:h", **late))

    assert [one.subject for one in await read(store, "due", LATER)] == ["cause:host:h", "b", "c", "a"]
    assert [one.subject for one in await read(store, "due", LATER, 2)] == ["cause:host:h", "b"]
    assert [one.subject for one in await read(store, "due", NOON)] == ["b", "c"]


async def test_ends_and_returns_are_counted_as_moves(store):
    kinds = [Happening.OPENED, Happening.RESOLVED, Happening.REOPENED, Happening.ALERT, Happening.RESOLVED]
    await opened(store, incident("a"))

    def work(ledger):
        for step, kind in enumerate(kinds):
            ledger.add_entry(1, Entry(at=NOON + step * SECOND, kind=kind, text="x"))

    await store.write(work)

    assert await read(store, "moves", 1, NOON + 2 * SECOND) == [NOON + 2 * SECOND, NOON + 4 * SECOND]
    assert await read(store, "moves", 2, NOON) == []


async def test_a_room_remembers_what_it_was_told_aloud_last(store):
    def work(ledger):
        ledger.post(notice(1, 1, kind="opened"), NOON)
        first = ledger.heard(1)
        ledger.post(notice(1, 2, kind="alert", quiet=True), NOON)
        second = ledger.heard(1)
        ledger.post(notice(1, 3, kind="resolved"), NOON)
        ledger.post(notice(2, 1, kind="opened", quiet=True), NOON)
        return first, second, ledger.heard(1), ledger.heard(2)

    assert await store.write(work) == ({OPS: "opened"}, {OPS: "opened"}, {OPS: "resolved"}, {OPS: ""})


async def test_how_much_a_room_was_told_comes_back_as_it_was_kept(store):
    (storm,) = await opened(store, incident("storm:irc #ops"))
    kept = [Pace(lane="irc #ops", level=1.5, at=NOON), Pace(lane="irc #ops", level=2.5, at=LATER, storm=storm.number)]

    assert await read(store, "pace", "irc #ops") is None
    for one in kept:
        await store.write(lambda ledger, one=one: ledger.keep_pace(one))
        assert await read(store, "pace", "irc #ops") == one
