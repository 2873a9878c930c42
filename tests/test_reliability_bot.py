"""What the bot's own loops promise: time that passed unseen is made up for, and reading keeps nobody waiting."""

import asyncio

import pytest
from chaos import catalog
from stores import DAY, incident

from psfbot.app import now, start
from psfbot.app.bot import Bot
from psfbot.app.portion import LONG, MANY, SHORT, Portion
from psfbot.errors import StoreBusy
from psfbot.relay.incident import Silence
from psfbot.relay.letter import Arrival, Fate
from psfbot.store.db import Database
from psfbot.store.marks import SqlMarks

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

SERVICE = "s1.example.org"


@pytest.fixture
async def bot(tmp_path):
    """A bot that leads, with a service whose silence ended two days ago while its problem goes on."""
    environ = {"PSFBOT_CATALOG": str(catalog(tmp_path)), "PSFBOT_PLUGINS": "pagerduty"}
    with Database.open(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}") as db:
        made = Bot(start(environ), db, {}, {"irc": "#ops"}, asyncio.Event())
        await made.leader.poll()
        at = now()
        begun, over = at - 4 * DAY, at - 2 * DAY
        silence = Silence(id=0, subject=SERVICE, starts_at=begun, ends_at=over, author="x", reason="y")
        await made.store.write(lambda ledger: ledger.open_incident(incident(SERVICE, at=at - 3 * DAY)))
        await made.store.write(lambda ledger: ledger.add_silence(silence))
        yield made
        await made.leader.resign()


async def told(bot):
    return sum((await bot.outbox.counts()).values())


async def test_a_silence_that_ended_while_nobody_led_is_noticed_once_by_whoever_leads_next(bot):
    await SqlMarks(bot.db).set("tick", now() - 3 * DAY)
    await bot.tick()
    await bot.tick()

    assert await told(bot) == 1


async def test_a_silence_that_ended_before_the_last_tick_is_not_told_of_again(bot):
    await SqlMarks(bot.db).set("tick", now() - DAY)
    await bot.tick()

    assert await told(bot) == 0


async def test_a_bot_with_a_new_database_has_nothing_to_make_up_for(bot):
    await bot.tick()

    assert await told(bot) == 0
    assert (await SqlMarks(bot.db).all())["tick"].at > now() - DAY


async def test_a_tick_that_the_storage_refused_is_made_up_for_by_the_next(bot, monkeypatch):
    await SqlMarks(bot.db).set("tick", now() - 3 * DAY)

    async def refuse(work):
        raise StoreBusy("locked")

    with monkeypatch.context() as locked:
        locked.setattr(bot.store, "write", refuse)
        with pytest.raises(StoreBusy):
            await bot.tick()
    await bot.tick()

    assert await told(bot) == 1


async def test_a_follower_leaves_time_to_the_leader(bot):
    await SqlMarks(bot.db).set("tick", now() - 3 * DAY)
    await bot.leader.resign()
    await bot.tick()

    assert await told(bot) == 0
    assert (await SqlMarks(bot.db).all())["tick"].at < now() - 2 * DAY


async def keep(bot, count):
    for number in range(count):
        await bot.inbox.keep(
            Arrival(source="pagerduty", delivery=str(number), headers={}, body=b"{}", received_at=now())
        )


async def test_once_told_to_stop_it_reads_no_more(bot):
    await keep(bot, 5)
    bot.stop.set()
    await bot.read()

    assert (await bot.inbox.counts())[Fate.NEW] == 5


async def test_everything_that_waits_is_read_however_few_it_reads_together(bot):
    await keep(bot, 230)
    await bot.read()

    assert (await bot.inbox.counts())[Fate.NEW] == 0
    assert (await bot.inbox.counts())[Fate.QUARANTINED] == 230


@pytest.mark.parametrize(
    ("read", "took", "flush", "knocked", "behind", "then"),
    [
        (8, 8 * LONG, 0, False, False, 1),
        (8, LONG, 0, False, False, 8),
        (8, LONG / 8, 0, False, False, 16),
        (8, LONG, 0, True, False, 1),
        (8, SHORT, 0, True, False, 8),
        (8, SHORT, 0, True, True, 16),
        (8, 4 * SHORT, 0, True, False, 2),
        (8, 4 * SHORT, 0, True, True, 4),
        (2, 3 * SHORT, 2 * SHORT, True, False, 4),
        (2, LONG, SHORT, True, False, 1),
        (8, 2 * LONG, LONG, True, True, 8),
        (1, 10.0, 0, True, False, 1),
        (1, 10.0, 10.0, True, False, 2),
        (1, SHORT / 100, 0, True, False, 2),
        (1, 0.0, 0, False, False, 2),
    ],
)
def test_it_reads_together_what_takes_a_moment_and_less_while_somebody_knocks(read, took, flush, knocked, behind, then):
    portion = Portion(behind=behind)
    if knocked:
        portion.ring()
    portion.adjust(read, took, flush)

    assert portion.size == then


def test_letters_that_come_one_by_one_for_weeks_leave_the_portion_where_it_is():
    portion = Portion()
    for _ in range(5000):
        portion.adjust(1, LONG / 1000)

    assert portion.size == 2


@pytest.mark.parametrize(("letters", "behind"), [(MANY - 1, False), (MANY, True)])
async def test_reading_has_fallen_behind_while_many_letters_wait(bot, letters, behind):
    await keep(bot, letters)
    await bot.read()

    assert bot.portion.behind == behind
