"""Whatever happens to the process, the disk or the server: what was acknowledged is kept, and the store comes back."""

import asyncio
import shutil
import sqlite3
import time
from contextlib import closing, contextmanager

import pytest
from stores import arrival, child, database_of, new_database, run_sql

from psfbot.errors import StoreBusy
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

KEEPING = """
import asyncio, sys
from datetime import UTC, datetime
from psfbot.relay.letter import Arrival
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox

async def keep(inbox, name):
    for number in range(10**6):
        delivery = f"{sys.argv[2]} {name} {number}"
        sent = Arrival(source="x", delivery=delivery, headers={}, body=b"x" * 500, received_at=datetime.now(UTC))
        await inbox.keep(sent)
        sys.stdout.write(delivery + "\\n")
        sys.stdout.flush()

async def main():
    inbox = SqlInbox(Database.open(sys.argv[1]))
    await asyncio.gather(*(keep(inbox, name) for name in range(8)))

asyncio.run(main())
"""

FULL_DISK = """
import asyncio, os, resource, sys
from datetime import UTC, datetime
from psfbot.errors import StoreBusy
from psfbot.relay.letter import Arrival
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox

kept = refused = 0

async def keep(inbox, number):
    global kept, refused
    body = os.urandom(2000)
    sent = Arrival(source="x", delivery=str(number), headers={}, body=body, received_at=datetime.now(UTC))
    try:
        await inbox.keep(sent)
        kept += 1
    except StoreBusy as error:
        refused += 1
        return str(error)

async def main():
    with Database.open(sys.argv[1]) as db:
        inbox = SqlInbox(db)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, resource.RLIM_INFINITY))
        said = await asyncio.gather(*(keep(inbox, number) for number in range(1000)))
        words = next(filter(None, said))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert await keep(inbox, "after") is None
        print(kept, refused, sum((await inbox.counts()).values()), repr(db.trouble), words, sep="|")

asyncio.run(main())
"""


@contextmanager
def locked(url):
    """Another session that writes and does not end."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    import psycopg  # noqa: PLC0415

    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


@pytest.mark.parametrize("lives", [3])
async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(url, lives):
    acknowledged = set()
    for life in range(lives):
        with child(KEEPING, url, str(life)) as process:
            for line in process.stdout:
                acknowledged.add(line)
                if len(acknowledged) >= 400 * (life + 1):
                    break
            process.kill()
            acknowledged.update(line for line in process.stdout if line.endswith("\n"))
    with Database.open(url) as db:
        kept = [letter.delivery + "\n" for letter in await SqlInbox(db).waiting(10**6)]

    assert acknowledged - set(kept) == set()
    assert len(acknowledged) >= 400 * lives
    assert len(kept) == len(set(kept))


async def test_a_database_that_another_process_locks_is_busy_within_three_seconds_and_then_goes_on(url, db):
    inbox = SqlInbox(db)
    await inbox.keep(arrival("before"))
    with locked(url):
        began = time.monotonic()
        first = asyncio.ensure_future(inbox.keep(arrival("first")))
        await asyncio.wait([first], timeout=1)
        second = asyncio.ensure_future(inbox.keep(arrival("second")))
        results = await asyncio.gather(first, second, return_exceptions=True)
        took = time.monotonic() - began

        assert [type(result) for result in results] == [StoreBusy, StoreBusy]
        assert took < 3
        assert "another process holds it" in db.trouble
    await inbox.keep(arrival("after"))

    assert [letter.delivery for letter in await inbox.waiting()] == ["before", "after"]
    assert db.trouble == ""


async def test_a_full_disk_refuses_and_goes_on_once_there_is_room(tmp_path):
    with child(FULL_DISK, f"sqlite:///{tmp_path}/psfbot.sqlite3") as process:
        kept, refused, stored, trouble, words = process.stdout.read().strip().split("|")

    assert int(kept) == int(stored)
    assert int(refused) > 0
    assert int(kept) + int(refused) == 1001
    assert trouble == "''"
    assert "the disk" in words


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("53100", "the disk is full"),
        ("25006", "it is read-only"),
        ("57P01", "the server stopped or cut it short"),
        ("40P01", "another transaction was in the way"),
        ("58030", "the disk refuses to read or write"),
    ],
)
async def test_what_hinders_postgresql_is_said(state, words):
    raising = f"DO $$ BEGIN RAISE EXCEPTION 'planted' USING ERRCODE = '{state}'; END $$"
    with Database.open(new_database()) as db:
        with pytest.raises(StoreBusy, match=words):
            await db.write(lambda connection: connection.exec_driver_sql(raising))

        assert await db.write(lambda _: "again") == "again"


async def test_a_server_that_became_read_only_is_busy_until_it_takes_writes_again():
    url = new_database()
    with Database.open(url) as db:
        inbox = SqlInbox(db)
        run_sql(f"ALTER DATABASE {database_of(url)} SET default_transaction_read_only = on")
        run_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psfbot'")
        with pytest.raises(StoreBusy, match="read-only"):
            await inbox.keep(arrival())
        run_sql(f"ALTER DATABASE {database_of(url)} SET default_transaction_read_only = off")

        assert await inbox.keep(arrival())


async def test_a_connection_that_was_lost_is_made_anew():
    url = new_database()
    ours = f"FROM pg_stat_activity WHERE application_name = 'psfbot' AND datname = '{database_of(url)}'"
    with Database.open(url) as db:
        inbox = SqlInbox(db)
        await inbox.keep(arrival("before"))
        await inbox.waiting()
        ended = run_sql(f"SELECT pg_terminate_backend(pid) {ours}")
        with pytest.raises(StoreBusy, match="Try again in a minute"):
            await inbox.keep(arrival("during"))
        await inbox.keep(arrival("after"))

        assert len(ended) >= 2
        assert [letter.delivery for letter in await inbox.waiting()] == ["before", "after"]


async def test_a_connection_that_was_lost_while_idle_costs_nobody_an_answer(monkeypatch):
    url = new_database()
    monkeypatch.setattr("psfbot.store.postgres.IDLE", 0)
    with Database.open(url) as db:
        inbox = SqlInbox(db)
        await inbox.keep(arrival("before"))
        run_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database_of(url)}'")  # noqa: S608

        assert await inbox.keep(arrival("after"))


async def test_a_file_that_is_taken_away_is_noticed_before_anything_is_written_to_it(tmp_path):
    path = tmp_path / "psfbot.sqlite3"
    with Database.open(f"sqlite:///{path}") as db:
        inbox = SqlInbox(db)
        await inbox.keep(arrival("before"))
        aside = tmp_path / "aside"
        aside.mkdir()
        for file in tmp_path.glob("psfbot.sqlite3*"):
            file.rename(aside / file.name)
        with pytest.raises(StoreBusy, match="the file cannot be opened"):
            await inbox.keep(arrival("lost"))

        assert list(tmp_path.glob("psfbot.sqlite3*")) == []

        for file in aside.iterdir():
            shutil.move(file, tmp_path)
        await inbox.keep(arrival("after"))

        assert [letter.delivery for letter in await inbox.waiting()] == ["before", "after"]


async def test_a_log_that_grew_is_folded_back_into_the_file(tmp_path):
    path, log = tmp_path / "psfbot.sqlite3", tmp_path / "psfbot.sqlite3-wal"
    with Database.open(f"sqlite:///{path}") as db:
        inbox = SqlInbox(db)
        await asyncio.gather(*(inbox.keep(arrival(body=b"x" * 100_000)) for _ in range(300)))
        await inbox.keep(arrival())

        assert path.stat().st_size > 20_000_000
    assert not log.exists()
