"""R16, R17: while the disk is full or the database locked, senders are told to come back; nothing accepted is lost."""

import asyncio
import os
import resource
import shutil
import subprocess
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from pathlib import Path

import pytest
from chaos import UNREAD, Senders, amount, catalog, figures, rows, running, webhooks
from stores import child, eventually, new_database

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

LOCKED = amount("LOCKED", 3)
LOCKER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


class SmallDisk:
    """A disk of sixteen megabytes, which can be filled."""

    def __init__(self, folder):
        self.folder, self.ballast = folder, folder / "ballast"

    def fill(self, _):
        with self.ballast.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"x" * 512)

    def free(self, _):
        self.ballast.unlink()


class Limit:
    """The system refuses the process every write, as a disk does that is full."""

    def __init__(self, folder):
        self.folder = folder

    def set(self, bot, most):
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def fill(self, bot):
        self.set(bot, 0)

    def free(self, bot):
        self.set(bot, resource.RLIM_INFINITY)


@contextmanager
def small_disk(folder):
    """A small disk where we may mount one; elsewhere the limit stands in for it."""
    mount, umount = shutil.which("mount"), shutil.which("umount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)]
    allowed = mount and umount and os.geteuid() == 0
    if not allowed or subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603
        yield Limit(folder)
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run([str(umount), str(folder)], check=True)  # noqa: S603


@contextmanager
def limit(folder):
    """Where nothing may be mounted."""
    yield Limit(folder)


@pytest.mark.parametrize("disk", [small_disk, limit])
async def test_a_full_disk_is_a_503_and_not_an_end(disk, tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    catalog(tmp_path)
    letters = webhooks(120)
    with disk(folder) as place:
        url = f"sqlite:///{folder / 'psfbot.sqlite3'}"
        async with running(url, tmp_path) as bot:
            await Senders(letters[:60], lambda: bot.port).run()
            place.fill(bot)
            senders = Senders(letters[60:], lambda: bot.port)
            sending = asyncio.ensure_future(senders.run())
            await eventually(lambda: refused(senders, 40))
            ready, healthy = await bot.ask("/readyz"), await bot.ask("/healthz")
            place.free(bot)
            await asyncio.wait_for(sending, 20)
            await bot.until(UNREAD, 0)
            again = await bot.ask("/readyz")
            await bot.stop()
        kept = rows(url, "SELECT delivery FROM inbox")
        alerts = rows(url, "SELECT fingerprint FROM alerts")
    figures(f"full disk, {type(place).__name__}", answers=dict(senders.answers), slowest=round(senders.slowest, 2))

    assert (ready[0], healthy[0], again[0]) == (503, 200, 200)
    assert "cannot take this now: the disk" in ready[1]
    assert senders.answers.keys() == {202, 503}
    assert senders.retry_after == {"30"}
    assert len(kept) == len(set(kept)) == len(alerts) == 120
    assert bot.errors == []


async def refused(senders, count):
    await asyncio.sleep(0.01)
    return senders.answers[503] >= count


@asynccontextmanager
async def locked(url):
    """Another process that has the database and does not give it back."""
    if url.startswith("sqlite"):
        with child(LOCKER, url.removeprefix("sqlite:///")) as process:
            assert await asyncio.to_thread(process.stdout.readline) == "locked\n"
            yield
        return
    import psycopg  # noqa: PLC0415

    with closing(psycopg.connect(url.replace("+psycopg", ""))) as connection:
        connection.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
        yield


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
async def test_a_locked_database_is_a_503_within_three_seconds_and_not_an_end(database, tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'psfbot.sqlite3'}" if database == "sqlite" else new_database()
    catalog(tmp_path)
    letters = webhooks(120)
    async with running(url, tmp_path) as bot:
        await Senders(letters[:60], lambda: bot.port).run()
        async with locked(url):
            senders = Senders(letters[60:], lambda: bot.port)
            sending = asyncio.ensure_future(senders.run())
            await asyncio.sleep(LOCKED)
            during, ready = dict(senders.answers), await bot.ask("/readyz")
        await asyncio.wait_for(sending, 20)
        await bot.until(UNREAD, 0)
        again = await bot.ask("/readyz")
        await bot.stop()
    kept = rows(url, "SELECT delivery FROM inbox")
    alerts = rows(url, "SELECT fingerprint FROM alerts")
    figures(f"locked, {database}", seconds=LOCKED, answers=dict(senders.answers), slowest=round(senders.slowest, 2))

    assert during.keys() == {503}
    assert (ready[0], again[0]) == (503, 200)
    assert "another process holds it" in ready[1]
    assert senders.slowest < 3
    assert senders.retry_after == {"30"}
    assert len(kept) == len(set(kept)) == len(alerts) == 120
    assert bot.errors == []
