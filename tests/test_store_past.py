"""What is counted and reviewed comes from the store, the same on both databases."""

import pytest
from stores import DAY, NOON, SECOND, alert, arrival, incident, notice

from psfbot.relay.incident import Entry, Happening, Standing
from psfbot.relay.spell import Turn
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
TOMORROW = NOON + DAY


@pytest.fixture
def store(db):
    return SqlStore(db)


async def opened(store, *incidents):
    return [await store.write(lambda ledger, one=one: ledger.open_incident(one).number) for one in incidents]


async def test_incidents_are_found_by_when_they_first_opened(store):
    late = incident("hg.python.org", at=NOON + SECOND, state=Standing.RESOLVED, resolved_at=TOMORROW)
    await opened(
        store, late, incident(), incident("early", at=NOON - SECOND), incident("next", at=TOMORROW),
        incident("cause:host:h"), incident("storm:irc #ops"), incident("unmapped:db-7", reopened_at=TOMORROW),
    )  # fmt: skip
    found = await store.read(lambda ledger: ledger.opened(NOON, TOMORROW))
    docs = await store.read(lambda ledger: ledger.opened(NOON - DAY, TOMORROW, "docs.python.org"))

    assert [one.subject for one in found] == ["docs.python.org", "unmapped:db-7", "hg.python.org"]
    assert found[2] == late.model_copy(update={"number": 1})
    assert [one.number for one in docs] == [2]


async def test_the_turns_of_the_same_incidents_come_in_their_order(store):
    await opened(store, incident(), incident("hg.python.org"), incident("early", at=NOON - SECOND))
    kinds = (Happening.OPENED, Happening.TOLD, Happening.ACKNOWLEDGED, Happening.NOTE, Happening.RESOLVED)
    for number in (1, 2, 3):
        for seconds, kind in enumerate(kinds):
            entry = Entry(at=NOON + seconds * SECOND, kind=kind, who="ada", text="x")
            await store.write(lambda ledger, n=number, e=entry: ledger.add_entry(n, e))
    found = await store.read(lambda ledger: ledger.turns(NOON, TOMORROW))
    hg = await store.read(lambda ledger: ledger.turns(NOON, TOMORROW, "hg.python.org"))

    assert set(found) == {1, 2}
    assert found[1] == [Turn(1, NOON + n * SECOND, kinds[n], "ada") for n in (0, 2, 4)]
    assert hg == {2: found[2]}


async def test_every_notice_of_an_incident_is_kept_in_its_order(store):
    await opened(store, incident(), incident("hg.python.org"))
    for one in (notice(1, 1), notice(2, 1), notice(1, 1, "slack C1")):
        await store.write(lambda ledger, one=one: ledger.post(one, NOON))
    found = await store.read(lambda ledger: ledger.posted(1))

    assert [(parcel.notice.room.lane, parcel.created_at) for parcel in found] == [
        ("irc #ops", NOON), ("slack C1", NOON),
    ]  # fmt: skip


async def test_what_a_letter_led_to_is_known_by_its_number(store):
    (number,) = await opened(store, incident())
    for key, letter, to in (("1", 5, number), ("2", 5, None), ("3", 6, number)):
        one = alert(key)
        await store.write(lambda ledger, o=one, at=letter: ledger.add_alert(o, letter=at, incident=None, now=NOON))
        await store.write(lambda ledger, o=one, n=to, k=key: ledger.explain(o, incident=n, reason=f"why {k}"))

    assert await store.read(lambda ledger: ledger.led_to(5, NOON)) == [(number, "why 1"), (None, "why 2")]
    assert await store.read(lambda ledger: ledger.led_to(5, NOON + SECOND)) == []


async def test_the_newest_letter_with_a_body_is_found(db):
    inbox = SqlInbox(db)
    for delivery, source, body in (
        ("a", "pingdom", b"x"),
        ("b", "pingdom", b"x"),
        ("c", "pingdom", b"y"),
        ("d", "generic", b"x"),
    ):
        await inbox.keep(arrival(delivery, source=source, body=body))
    found = await inbox.newest("pingdom", b"x")

    assert found is not None
    assert found.delivery == "b"
    assert await inbox.newest("pingdom", b"z") is None
