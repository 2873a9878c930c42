"""One thread writes: in order, together, and so that one failure is nobody else's."""

import asyncio
import threading

import pytest
from sqlalchemy import insert, select
from stores import NOON, alert, arrival, held_up, incident

from psfbot.errors import StoreBusy
from psfbot.relay.letter import Arrival, Fate
from psfbot.store import writer
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlLedger, SqlStore
from psfbot.store.tables import marks

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


def marking(name):
    """Work that leaves a mark."""
    return lambda connection: connection.execute(insert(marks), {"name": name, "at": NOON, "value": ""})


def failing(name):
    """Work that leaves a mark and then fails."""

    def work(connection):
        marking(name)(connection)
        msg = f"{name} failed"
        raise ValueError(msg)

    return work


async def names(db):
    found = await db.read(lambda connection: connection.execute(select(marks.c.name)).scalars().all())
    return sorted(found)


async def test_what_was_written_can_be_read_when_write_returns(db):
    await db.write(marking("one"))

    assert await names(db) == ["one"]


async def test_a_write_returns_what_its_work_returned(db):
    assert await db.write(lambda _: 42) == 42


async def test_letters_keep_the_order_in_which_they_came(db):
    inbox = SqlInbox(db)
    sent = [f"letter {number}" for number in range(1000)]
    await asyncio.gather(*(inbox.keep(arrival(name)) for name in sent))

    assert [letter.delivery for letter in await inbox.waiting(1000)] == sent


async def test_a_failing_write_undoes_itself_and_nothing_else_in_its_group(db):
    async with held_up(db) as pile_up:
        done = pile_up(db.write(marking("a")), db.write(failing("b")), db.write(marking("c")))
    results = await asyncio.gather(*done, return_exceptions=True)

    assert str(results[1]) == "b failed"
    assert await names(db) == ["a", "c"]


async def test_a_failing_write_that_is_alone_undoes_itself(db):
    with pytest.raises(ValueError, match="a failed"):
        await db.write(failing("a"))

    assert await names(db) == []


async def test_work_may_fail_with_any_exception(db):
    async with held_up(db) as pile_up:
        done = pile_up(db.write(lambda _: next(iter(()))), db.write(marking("next")))
    async with asyncio.timeout(5):
        results = await asyncio.gather(*done, return_exceptions=True)

    assert "StopIteration" in str(results[0])
    assert await names(db) == ["next"]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_nobody_is_left_waiting_when_the_writer_itself_is_ended(db):
    def leave(_):
        raise SystemExit

    async with held_up(db) as pile_up:
        done = pile_up(db.write(leave), db.write(marking("next")))
    results = await asyncio.gather(*done, return_exceptions=True)

    assert [type(result) for result in results] == [StoreBusy, StoreBusy]

    with pytest.raises(StoreBusy):
        await db.write(marking("later"))


async def test_a_statement_that_the_database_refuses_undoes_only_its_own_write(db):
    await db.write(marking("a"))
    async with held_up(db) as pile_up:
        done = pile_up(db.write(marking("a")), db.write(marking("b")))
    results = await asyncio.gather(*done, return_exceptions=True)

    assert type(results[0]).__name__ == "IntegrityError"
    assert await names(db) == ["a", "b"]


async def test_one_row_that_the_database_refuses_leaves_the_others_in_its_batch_alone(db):
    inbox = SqlInbox(db)
    bad = Arrival.model_construct(source="x", delivery="bad", headers={}, body=None, received_at=NOON)
    async with held_up(db) as pile_up:
        done = pile_up(inbox.keep(arrival("a")), inbox.keep(bad), inbox.keep(arrival("b")))
    results = await asyncio.gather(*done, return_exceptions=True)

    assert [result is True for result in results] == [True, False, True]
    assert [letter.delivery for letter in await inbox.waiting()] == ["a", "b"]


async def test_rows_and_other_writes_in_one_group_keep_their_order(db):
    inbox, seen = SqlInbox(db), []

    def look(connection):
        seen.append(len(connection.exec_driver_sql("SELECT id FROM inbox").all()))

    async with held_up(db) as pile_up:
        done = pile_up(inbox.keep(arrival()), inbox.keep(arrival()), db.write(look), inbox.keep(arrival()))
    await asyncio.gather(*done)

    assert seen == [2]


async def test_a_write_that_nobody_waits_for_any_more_is_left_out(db):
    async with held_up(db) as pile_up:
        gone, stays = pile_up(db.write(marking("gone")), db.write(marking("stays")))
        await asyncio.sleep(0)
        gone.cancel()
    await stays

    assert await names(db) == ["stays"]


async def test_all_of_a_transaction_over_the_ledger_is_undone_when_it_fails(db):
    store = SqlStore(db)

    def work(ledger):
        opened = ledger.open_incident(incident())
        ledger.add_alert(alert(), letter=None, incident=opened.number, now=NOON)
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(work)

    assert await store.read(lambda ledger: ledger.incidents(open_only=False)) == []


async def test_reads_cannot_write(db):
    with pytest.raises(StoreBusy, match="read-only"):
        await db.read(marking("sly"))

    assert await names(db) == []


async def test_a_read_sees_one_moment_while_others_write(db):
    seen, go, written = [], threading.Event(), threading.Event()

    def look(connection):
        ledger = SqlLedger(connection)
        seen.append(len(ledger.incidents()))
        go.set()
        written.wait(10)
        seen.append(len(ledger.incidents()))

    reading = asyncio.ensure_future(db.read(look))
    await asyncio.to_thread(go.wait, 10)
    await SqlStore(db).write(lambda ledger: ledger.open_incident(incident()))
    written.set()
    await reading

    assert seen == [0, 0]


async def test_closing_finishes_what_waits(url):
    with Database.open(url) as db:
        async with held_up(db) as pile_up:
            done = pile_up(*(db.write(marking(f"mark {number}")) for number in range(5)))
            await asyncio.sleep(0)
        closing = asyncio.to_thread(db.close)
        await asyncio.gather(closing, *done)
    with Database.open(url) as db:
        assert len(await names(db)) == 5


async def test_a_closed_store_takes_nothing(url):
    with Database.open(url) as db:
        pass

    with pytest.raises(StoreBusy, match="psfbot is stopping"):
        await db.write(marking("late"))
    with pytest.raises(StoreBusy, match="psfbot is stopping"):
        await names(db)


async def test_too_much_waiting_is_refused_at_once(db, monkeypatch):
    monkeypatch.setattr(writer, "WAITING", 2)
    async with held_up(db) as pile_up:
        done = pile_up(*(db.write(marking(name)) for name in "abc"))
        await asyncio.sleep(0)

        assert db.waiting == 2
    results = await asyncio.gather(*done, return_exceptions=True)

    assert [isinstance(result, StoreBusy) for result in results] == [False, False, True]
    assert await names(db) == ["a", "b"]


async def test_a_loop_that_ended_does_not_stop_the_writer(db):
    def elsewhere():
        loop = asyncio.new_event_loop()
        doomed = loop.create_task(SqlInbox(db).keep(arrival("orphan")))
        loop.call_soon(loop.stop)
        loop.run_forever()
        doomed.cancel()
        loop.run_until_complete(asyncio.gather(doomed, return_exceptions=True))
        loop.close()

    async with held_up(db):
        await asyncio.to_thread(elsewhere)
    await SqlInbox(db).keep(arrival("after"))

    assert "after" in [letter.delivery for letter in await SqlInbox(db).waiting()]


async def test_letters_are_filed_with_what_follows_from_them(db):
    inbox = SqlInbox(db)
    await inbox.keep(arrival())
    (letter,) = await inbox.waiting()
    await SqlStore(db).write(lambda ledger: ledger.file(letter.id, Fate.DONE, "one alert", NOON))

    assert await inbox.waiting() == []
    assert (await inbox.counts())[Fate.DONE] == 1
