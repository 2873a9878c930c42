"""When somebody else is on call, the rooms and both people hear how things stand; once for each change."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from duties import THEIRS, Stand, duty_book, on_duty, theirs
from stage import HOUR, MINUTE, NOON, OWNER, fired

from psfbot.flows import respond
from psfbot.flows.handoff import KIND, hand_off
from psfbot.relay.incident import Silence
from psfbot.store.marks import SqlMarks

DAY = timedelta(days=1)
MONDAY = NOON + 2 * DAY + 20 * HOUR
"""When Jacob takes over from Julien."""


@pytest.fixture
def bot(tmp_path):
    with on_duty(tmp_path, rooms={"irc": "#python-infra", "slack": "C0"}) as opened:
        yield opened


def look(bot, at=None):
    """Let the clock look whether somebody else is on call, and tell people of it."""
    bot.now = at or bot.now

    async def act():
        watches = await bot.roster.watches(bot.book.catalog, bot.now)
        changed = await hand_off(bot.roster, SqlMarks(bot.db), watches, bot.book, bot.now)
        await bot.deliver()
        return changed

    return asyncio.run(act())


def told(bot):
    return {p.notice.room.lane: p.notice.text for p in bot.parcels if p.notice.kind == KIND}


def test_the_first_look_tells_nobody(bot):
    assert look(bot) == ()
    assert told(bot) == {}


def test_a_hand_off_is_told_in_the_rooms_and_to_both_people_with_how_things_stand(bot):
    look(bot)
    bot.takes(fired(about="a.example"), fired(key="2", about="hg.python.org", at=NOON + MINUTE))
    bot.by_hand(respond.acknowledge, 1)
    bot.takes(fired(key="3", about="c.example", at=NOON + 2 * MINUTE))
    bot.by_hand(respond.resolve, 3)
    values = {"id": 0, "author": "ned", "reason": "x", "starts_at": NOON, "subject": "hg.python.org"}
    bot.change(lambda scene: respond.mute(Silence(ends_at=MONDAY + HOUR, **values), scene))

    assert look(bot, MONDAY) == ("main",)
    said = told(bot)
    assert set(said) == {"irc #python-infra", "slack C0", "irc mdk", "irc coffee", "slack U0COFFEE"}
    assert set(said.values()) == {
        (
            "HAND-OFF main: Jacob Coffee is on call, after Julien Palard, until 2026-11-30 08:00 UTC."
            " Open: #2 hg.python.org and #1 a.example (ned has it)."
            " Silences that end: hg.python.org (2026-11-23 09:00 UTC)."
            " In the last shift: 3 incidents, 1 of them over."
        )
    }


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        ((), "Nothing is open."),
        (("3 (move for docs)",), "Nothing is open. Checklists that run: 3 (move for docs)."),
        (tuple("abcdefg"), "Nothing is open. Checklists that run: a, b, c, d, e and 2 more."),
    ],
)
def test_checklists_that_run_are_handed_over(bot, runs, said):
    async def running():
        return runs

    bot.roster = replace(bot.roster, running=running)
    look(bot)
    look(bot, MONDAY)

    assert told(bot)["irc #python-infra"].endswith(f"UTC. {said}")


def test_what_is_open_for_long_is_handed_over_whatever_happened_since(bot):
    look(bot)
    bot.takes(fired(about=f"{'old' * 30}.example"))
    for number in range(2, 103):
        bot.now += HOUR / 2
        bot.takes(fired(key=str(number), about=f"{number}.example", at=bot.now))
        bot.by_hand(respond.resolve, number)
    look(bot, MONDAY)

    assert f" Open: #1 {'old' * 13}…." in told(bot)["irc #python-infra"]
    assert "In the last shift: 100 incidents, 100 of them over." in told(bot)["irc #python-infra"]


def test_a_hand_off_is_told_once_also_after_a_restart(tmp_path):
    with on_duty(tmp_path) as bot:
        look(bot)
        look(bot, MONDAY)
        assert look(bot, MONDAY + MINUTE) == ()
    with on_duty(tmp_path) as bot:
        assert look(bot, MONDAY + HOUR) == ()


def test_a_quiet_shift_is_short(bot):
    look(bot)
    look(bot, MONDAY)

    assert told(bot)["slack C0"] == (
        "HAND-OFF main: Jacob Coffee is on call, after Julien Palard, until 2026-11-30 08:00 UTC. Nothing is open."
    )


def test_an_override_is_a_hand_off_and_its_end_is_one(bot):
    look(bot)
    bot.says("cover me for 2h", OWNER)

    assert look(bot) == ("main",)
    assert told(bot)["irc di"].startswith("HAND-OFF main: Dustin Ingram is on call, after Julien Palard, until")
    assert look(bot, NOON + 2 * HOUR) == ("main",)


def test_more_incidents_than_anybody_reads_are_counted(bot):
    look(bot)
    hosts = [f"host{n}.example" for n in range(8)]
    bot.takes(*(fired(key=host, about=host, at=NOON) for host in hosts))
    look(bot, MONDAY)

    assert " and 3 more." in told(bot)["slack C0"]


def test_what_a_source_said_long_ago_makes_nobody_take_over(tmp_path):
    source = Stand({"PS": (theirs("PMDK001", NOON - DAY, NOON + DAY), theirs("PCOFFEE", NOON + DAY, NOON + 9 * DAY))})
    with on_duty(tmp_path, duty_book(THEIRS), source=source) as bot:
        assert look(bot) == ()
        asyncio.run(bot.roster.refresh(bot.book.catalog, bot.now))
        look(bot)

        assert look(bot, NOON + 2 * DAY) == ()
        asyncio.run(bot.roster.refresh(bot.book.catalog, bot.now))
        assert look(bot) == ("main",)


def test_when_nobody_is_left_that_is_told(tmp_path):
    source = Stand({"PS": (theirs("PMDK001", NOON - DAY, NOON + HOUR),)})
    with on_duty(tmp_path, duty_book({**THEIRS, "backup": ()}), source=source) as bot:
        asyncio.run(bot.roster.refresh(bot.book.catalog, bot.now))
        look(bot)

        assert look(bot, NOON + 2 * HOUR) == ("main",)
        assert told(bot)["irc #python-infra"] == "HAND-OFF main: nobody is on call. Nothing is open."
