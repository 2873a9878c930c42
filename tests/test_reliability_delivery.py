"""R2 and more: each room hears each notice, though the bot is killed while it tells, or another takes over."""

import asyncio
import json
from collections import Counter, defaultdict

import pytest
from chaos import TELLING, TOLD, UNREAD, Senders, amount, catalog, figures, moments, rows, running, webhooks
from stores import new_database

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

NOTICES = amount("NOTICES", 60)
ROOMS = 3
TAKE_OVER = 15
"""Seconds that docs/operations/database.md promises."""


def told(file):
    """What the outside world has seen, in the order it did."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


async def until_told(file, count):
    while len(told(file)) < count:  # noqa: ASYNC110 - the file is another process'
        await asyncio.sleep(0.002)


@pytest.mark.parametrize(
    ("database", "searched", "kills"),
    [
        ("sqlite", "", amount("KILLS", 2)),
        ("sqlite", "yes", amount("KILLS", 2)),
        ("postgres", "", amount("KILLS", 2)),
    ],
    ids=["sqlite, cannot be searched", "sqlite, can be searched", "postgres, cannot be searched"],
)
async def test_a_kill_while_telling_loses_no_notice_and_repeats_none_unmarked(database, searched, kills, tmp_path):
    url = f"sqlite:///{tmp_path / 'psfbot.sqlite3'}" if database == "sqlite" else new_database()
    world = tmp_path / "told"
    catalog(tmp_path, NOTICES, ROOMS)
    async with running(url, tmp_path, *TELLING, CHAOS_TOLD=str(world), CHAOS_FINDS=searched, CHAOS_LEASE="1") as bot:
        await Senders(webhooks(NOTICES, NOTICES), lambda: bot.port).run()
        for after, more, _ in moments(kills, NOTICES):
            await until_told(world, after)
            await asyncio.sleep(more)
            await bot.kill()
            await bot.start()
        took = await bot.until(TOLD, NOTICES)
        await bot.stop()
    heard = defaultdict(list)
    for one in told(world):
        heard[one["room"], one["text"]].append(one["repeat"])
    again = Counter(room for (room, _), marks in heard.items() for _ in marks[1:])
    marked = sum(mark for marks in heard.values() for mark in marks)
    name = f"kills while telling, {database}{', searched' * bool(searched)}"
    figures(name, notices=NOTICES, kills=kills, rooms=ROOMS, twice=again.total(), marked=marked, seconds=round(took, 1))

    assert len(heard) == NOTICES
    assert all(all(marks[1:]) for marks in heard.values())
    assert max(again.values(), default=0) <= (0 if searched else kills)
    assert marked <= kills * ROOMS
    assert bot.errors == []


async def test_when_the_leader_is_killed_another_reads_and_tells_within_fifteen_seconds(tmp_path):
    url, world, count = new_database(), tmp_path / "told", 60
    letters = webhooks(count, count)
    settings = {"CHAOS_TOLD": str(world), "CHAOS_LEASE": "3"}
    catalog(tmp_path, count, ROOMS)
    clock = asyncio.get_running_loop().time
    async with (
        running(url, tmp_path, *TELLING, **settings) as first,
        running(url, tmp_path, *TELLING, **settings) as next_,
    ):
        await Senders(letters[: count // 2], lambda: first.port, lambda: next_.port).run()
        await until_told(world, count // 4)
        leads = (first.leads, next_.leads)
        await first.kill()
        killed = clock()
        await Senders(letters[count // 2 :], lambda: next_.port).run()
        read_after = clock() - killed + await next_.until(UNREAD, 0)
        told_after = clock() - killed + await next_.until(TOLD, count)
        await next_.stop()
    heard = Counter(one["text"] for one in told(world) if not one["repeat"])
    by = Counter(one["pid"] for one in told(world))
    figures("take-over, postgres", notices=count, read_after=round(read_after, 1), told_after=round(told_after, 1))

    assert leads == (True, False)
    assert read_after < TAKE_OVER
    assert told_after < TAKE_OVER
    assert len(by) == 2
    assert sum(heard.values()) == len(heard)
    assert len({one["text"] for one in told(world)}) == count
    assert len(rows(url, "SELECT fingerprint FROM alerts")) == count
    assert rows(url, "SELECT DISTINCT fate FROM inbox") == [("done",)]
    assert [*first.errors, *next_.errors] == []


async def test_of_two_processes_on_one_file_the_second_takes_over_when_the_first_stops(tmp_path):
    url, world, letters = f"sqlite:///{tmp_path / 'psfbot.sqlite3'}", tmp_path / "told", webhooks(20, 20)
    catalog(tmp_path)
    async with (
        running(url, tmp_path, *TELLING, CHAOS_TOLD=str(world)) as first,
        running(url, tmp_path, *TELLING, CHAOS_TOLD=str(world)) as next_,
    ):
        await Senders(letters[:10], lambda: first.port, lambda: next_.port).run()
        await first.until(TOLD, 10)
        await first.stop()
        await Senders(letters[10:], lambda: next_.port).run()
        took = await next_.until(TOLD, 20)
        await next_.stop()

    assert took < TAKE_OVER
    assert Counter(one["text"] for one in told(world)).most_common(1)[0][1] == 1
    assert [one["repeat"] for one in told(world)] == [False] * 20
    assert [*first.errors, *next_.errors] == []
