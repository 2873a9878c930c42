"""Only one process leads; when it is gone, another takes over."""

import asyncio
import threading

import pytest
from stores import child, database_of, eventually, new_database, run_sql

from psfbot.store import leader as module
from psfbot.store.db import Database
from psfbot.store.leader import TRUST, FileLock, Leader, lock_of

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

LEADING = """
import asyncio, sys
from psfbot.store.db import Database
from psfbot.store.leader import Leader, lock_of

async def main():
    leader = Leader(lock_of(Database.open(sys.argv[1])))
    print(await leader.poll(), flush=True)
    await asyncio.to_thread(sys.stdin.read)

asyncio.run(main())
"""


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self):
        return self.now


class Granted:
    """A lock that is always free, and may let one wait for its answer."""

    def __init__(self):
        self.answer = threading.Event()
        self.answer.set()
        self.held = True

    def take(self):
        self.answer.wait(10)
        return self.held

    def drop(self):
        self.held = False


async def test_the_first_leads_and_the_second_follows(db):
    async with Leader(lock_of(db)) as first, Leader(lock_of(db)) as second:
        assert not first.leads
        assert [await first.poll(), await second.poll(), await first.poll()] == [True, False, True]
        assert (first.leads, second.leads) == (True, False)


async def test_two_never_lead_at_once_however_they_take_turns(db):
    async with Leader(lock_of(db)) as a, Leader(lock_of(db)) as b, Leader(lock_of(db)) as c:
        for _ in range(10):
            await asyncio.gather(a.poll(), b.poll(), c.poll())
            leading = [one for one in (a, b, c) if one.leads]

            assert len(leading) == 1

            await leading[0].resign()


async def test_one_that_resigned_lets_another_take_over(db):
    async with Leader(lock_of(db)) as first, Leader(lock_of(db)) as second:
        await first.poll()
        await first.resign()

        assert not first.leads
        assert await second.poll()
        assert not await first.poll()


async def test_another_takes_over_within_fifteen_seconds_of_a_kill(url, db):
    with child(LEADING, url) as process:
        assert process.stdout.readline() == "True\n"

        async with Leader(lock_of(db)) as heir:
            assert not await heir.poll()

            process.kill()

            assert await eventually(heir.poll, 15) < 15


async def test_who_lost_the_connection_does_not_lead():
    url = new_database()
    with Database.open(url) as db:
        async with Leader(lock_of(db)) as leader:
            await leader.poll()
            run_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database_of(url)}'")  # noqa: S608

            assert not await leader.poll()
            assert await leader.poll()


async def test_a_session_that_lost_its_lock_does_not_lead_though_it_still_answers():
    with Database.open(new_database()) as db:
        lock = lock_of(db)
        lock.take()
        lock._connection.exec_driver_sql("SELECT pg_advisory_unlock_all()")  # noqa: SLF001 - what a pooler may do
        rival = lock_of(db)
        rival.take()

        assert not lock.take()

        rival.drop()


async def test_databases_on_one_server_have_a_leader_each():
    with Database.open(new_database()) as one, Database.open(new_database()) as other:
        async with Leader(lock_of(one)) as first, Leader(lock_of(other)) as second:
            assert [await first.poll(), await second.poll()] == [True, True]


async def test_a_leader_that_gets_no_answer_leads_no_more_after_some_seconds(monkeypatch):
    clock, lock = Clock(), Granted()
    async with Leader(lock, clock) as leader:
        await leader.poll()
        monkeypatch.setattr(module, "ANSWER", 0.01)
        lock.answer.clear()
        clock.now += TRUST - 1

        assert await leader.poll()

        clock.now += 1

        assert not await leader.poll()
        assert not leader.leads

        lock.answer.set()


async def test_a_leader_that_is_not_polled_leads_no_more_after_some_seconds():
    clock = Clock()
    async with Leader(Granted(), clock) as leader:
        await leader.poll()
        clock.now += TRUST

        assert not leader.leads


async def test_a_lock_file_that_was_taken_away_is_no_lock(tmp_path):
    path = tmp_path / "psfbot.sqlite3-leader"
    first, second = FileLock(path), FileLock(path)

    assert first.take()

    path.unlink()

    assert second.take()
    assert not first.take()
    assert second.take()

    second.drop()


async def test_a_folder_that_is_gone_makes_no_leader(tmp_path):
    assert not FileLock(tmp_path / "gone" / "x-leader").take()
