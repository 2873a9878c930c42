"""The running bot proves itself: a heartbeat through its own web server, numbers for Prometheus, and `/readyz`."""

import asyncio
from datetime import timedelta

import pytest
from chaos import catalog

from psfbot.app import now, start
from psfbot.app.bot import Bot
from psfbot.catalog import words
from psfbot.catalog.book import Book
from psfbot.catalog.model import Team
from psfbot.store.db import Database

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@pytest.fixture
async def bot(tmp_path):
    """A bot that listens on a free port and speaks nowhere."""
    environ = {"PSFBOT_CATALOG": str(catalog(tmp_path)), "PSFBOT_PLUGINS": "pingdom", "PSFBOT_PORT": "0"}
    with Database.open(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}") as db:
        made, bound = Bot(start(environ), db, {}, {}, asyncio.Event()), asyncio.Event()
        running = asyncio.ensure_future(made.run(lambda _: bound.set()))
        await bound.wait()
        yield made
        made.stop.set()
        await running


async def test_a_beat_comes_all_the_way_through_the_running_bot(bot):
    await bot.heartbeat.look_out()
    bot.heartbeat.sent_at = now() - HOUR
    await bot.heartbeat.beat()
    await bot.settled()

    assert bot.heartbeat.came_at is not None
    assert set(bot.heartbeat.ages()) == {"sent", "taken", "delivered"}
    assert b'psfbot_heartbeat_age_seconds{stage="delivered"}' in bot.counters.text()


async def test_an_alarm_names_those_who_may_administer_psfbot(bot):
    assert bot.heartbeat.whom() == words.NOBODY

    teams = {"infra": Team(id="infra", name="The Keepers", grants=("admin",))}
    bot.app.library.book = Book.of(bot.app.book.catalog.model_copy(update={"teams": teams}))
    assert bot.heartbeat.whom() == "ask The Keepers"


async def test_what_stands_still_is_said_where_readiness_is_asked_and_webhooks_go_on(bot):
    async with asyncio.timeout(20):
        while not bot.polling.led:  # noqa: ASYNC110 - whoever begins to lead knows of no failure
            await asyncio.sleep(0.01)
    before = await bot.ready()
    bot.heartbeat.stuck = "webhooks are read, but the outbox is not delivered: as it were"
    turn = bot.polling.turns[0]
    turn.failing, turn.failing_since = "nobody answers", now()
    after = await bot.ready()

    assert set(before) == {"store"}
    assert after["heartbeat"] == "ok, but webhooks are read, but the outbox is not delivered"
    assert after["polls"] == "ok, but pingdom.checks has failed for 0 s: nobody answers"
    assert b'psfbot_poll_failing{poll="pingdom.checks"} 1.0' in bot.counters.text()


async def test_before_the_web_server_listens_a_beat_is_not_taken(bot):
    await bot.heartbeat.look_out()
    port, bot.port = bot.port, 0
    bot.heartbeat.sent_at = now() - HOUR
    await bot.heartbeat.beat()
    bot.port = port

    assert bot.heartbeat.taken_at is None


def test_a_demo_tells_nobody_outside_that_the_bot_is_alive(tmp_path):
    """Else whoever tries psfbot with the settings of the real one hides that this one is dead."""
    environ = {"PSFBOT_CATALOG": str(catalog(tmp_path)), "PSFBOT_DEADMAN_URL": "https://dead.example/secret-word"}
    with Database.open(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}") as db:
        found = [Bot(start(environ), db, {}, {}, asyncio.Event(), stays_here=demo).heartbeat for demo in (False, True)]

    assert [one.outside is None for one in found] == [False, True]
