"""Whatever happens between the bot and a real server, it is back by itself, and what waited is told once."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from chaos import TOLD, Bot, Senders, catalog, figures
from irc_person import Person
from irc_whole import QUICK, REPEAT, ends, full, irc_is, letter, on_irc, watching
from ircd import inspircd
from ircd_conf import Account, Options
from proxy import proxied

pytestmark = pytest.mark.anyio

LONG = full("OUTAGES")
"""A long run has the settings that an operator has by default."""
SETTINGS: dict[str, object] = {} if LONG else QUICK
FOUND = 90 if LONG else 4
"""Seconds after which a dead link is known to be dead."""
WITHIN = 600 if LONG else 60
SOON = 10
"""Seconds after which the first of what waited is told, once the bot is back."""
ALERTS = 20
ROOM, OTHER = "#room-0", "#room-1"
SECRET = "battery-staple"  # noqa: S105 - the tests' own


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def send(bot: Bot, *numbers: int, rooms: int = ALERTS) -> None:
    """Let these services have a problem."""
    await Senders([letter(one, rooms=rooms) for one in numbers], lambda: bot.port, connections=1).run()


async def logged(bot: Bot, event: str, **fields: str) -> dict[str, Any]:
    """Wait until it logs this, with these words in its fields."""
    async with asyncio.timeout(WITHIN):
        while True:
            for told in bot.said:
                if told["event"] == event and all(words in told[name] for name, words in fields.items()):
                    return told
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("swallowed", ["everything", "answers"])
async def test_a_black_hole_is_found_and_what_waited_is_told_once(tmp_path: Path, swallowed: str) -> None:
    catalog(tmp_path, ALERTS)
    clock = asyncio.get_running_loop().time
    with inspircd(Options(services=False)) as server:
        async with (
            proxied(server.port) as proxy,
            watching(server.port, ROOM) as watcher,
            on_irc(tmp_path, proxy.port, **SETTINGS) as bot,
        ):
            await irc_is(bot, '"irc":"ok"')
            await send(bot, 0)
            await watcher.reach(1)
            await bot.until(TOLD, 1, WITHIN)  # else its proof may be swallowed, and it is told again
            proxy.hole(*[proxy.down] * (swallowed == "answers"))
            began = clock()
            await send(bot, *range(1, ALERTS))
            await logged(bot, "irc not connected", reason="no sign of life")
            found = clock() - began
            proxy.reset()
            proxy.resume()
            back = await irc_is(bot, '"irc":"ok"', WITHIN)
            await bot.until(TOLD, ALERTS, WITHIN)
            await watcher.reach(ALERTS)
            await bot.stop()
    once = [text for text in watcher.heard if not text.endswith(REPEAT)]
    marked = len(watcher.heard) - len(once)
    figures(f"black hole on IRC, {swallowed}", alerts=ALERTS, found_after=round(found, 1), back_after=round(back, 1),
            twice=len(watcher.heard) - ALERTS, marked=marked)  # fmt: skip

    assert found <= FOUND
    assert len(watcher.counted) == ALERTS
    assert len(once) == len(set(once))
    assert len(watcher.heard) <= ALERTS + (marked if swallowed == "answers" else 0)
    assert ends(bot) == {"sent"}
    assert bot.errors == []


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
async def test_a_server_that_starts_anew_has_the_bot_back_with_what_waited(tmp_path: Path, how: int) -> None:
    catalog(tmp_path, ALERTS)
    with inspircd(Options(services=False)) as server:
        async with (
            proxied(server.port) as proxy,
            watching(server.port, ROOM) as watcher,
            on_irc(tmp_path, proxy.port, **SETTINGS) as bot,
        ):
            await irc_is(bot, '"irc":"ok"')
            proxy.refuse = True
            await asyncio.to_thread(server.stop, how)
            await watcher.leave()
            await irc_is(bot, '"irc":"not connected: ', WITHIN)
            await send(bot, *range(ALERTS))
            await asyncio.to_thread(server.start)
            await watcher.come()
            proxy.refuse = False
            back = await irc_is(bot, '"irc":"ok"', WITHIN)
            await bot.until(TOLD, ALERTS, WITHIN)
            await watcher.reach(ALERTS)
            await bot.stop()
    figures(f"restart of the IRC server, {how}", alerts=ALERTS, back_after=round(back, 1))

    assert len(watcher.heard) == len(watcher.counted) == ALERTS
    assert not any(text.endswith(REPEAT) for text in watcher.heard)
    assert bot.errors == []


async def test_a_kick_and_a_ban_are_outlived_and_say_why_nothing_is_told(tmp_path: Path) -> None:
    catalog(tmp_path, 2, rooms=2)
    clock = asyncio.get_running_loop().time
    with inspircd(Options(services=False)) as server:
        async with (
            Person(server.port, "keeper") as keeper,
            watching(server.port) as watcher,
            on_irc(tmp_path, server.port, **SETTINGS) as bot,
        ):
            await keeper.join(ROOM, OTHER)
            keeper.send("OPER keeper keeper", f"SAMODE {ROOM} +o keeper", f"SAMODE {OTHER} +o keeper")
            assert watcher.person
            await watcher.person.join(ROOM, OTHER)
            await irc_is(bot, '"irc":"ok"')
            keeper.send(f"KICK {ROOM} psfbot :out", f"MODE {OTHER} +b psfbot!*@*", f"KICK {OTHER} psfbot :out")
            await keeper.synced()
            began = clock()
            await send(bot, 0, 1, rooms=2)
            await watcher.reach(1, WITHIN)
            after_kick = clock() - began
            await bot.until(
                "SELECT count(*) FROM outbox WHERE error LIKE '%#room-1: the bot is banned (+b)'", 1, WITHIN
            )
            await watcher.person.synced()
            keeper.send(f"MODE {OTHER} -b psfbot!*@*")
            await keeper.wait(f" MODE {OTHER} -b ")
            began = clock()
            await watcher.person.wait(rf"^:psfbot\S+ JOIN :?{OTHER}", within=WITHIN)
            joined = clock() - began
            await watcher.reach(2, WITHIN)
            told = clock() - began
            await logged(bot, "irc in a channel again", channel=OTHER)
            await bot.stop()
    figures("kick and ban on IRC", told_after_kick=round(after_kick, 1), back_after_ban=round(joined, 1),
            told_after_ban=round(told, 1))  # fmt: skip

    assert told - joined <= SOON
    assert [line.split()[2] for line in watcher.lines] == [ROOM, OTHER]
    assert not any(text.endswith(REPEAT) for text in watcher.heard)
    assert bot.errors == []


async def test_a_nick_in_use_is_done_without_and_taken_back_when_it_is_free(tmp_path: Path) -> None:
    catalog(tmp_path, 2)
    with inspircd(Options(services=False)) as server:
        async with (
            watching(server.port, ROOM) as watcher,
            Person(server.port, "psfbot") as rival,
            on_irc(tmp_path, server.port, **SETTINGS) as bot,
        ):
            await logged(bot, "irc connected", nick="psfbot_")
            await irc_is(bot, '"irc":"ok"')
            await send(bot, 0, rooms=2)
            await watcher.reach(1)
            await rival.close()
            assert watcher.person
            await watcher.person.wait(r"^:psfbot_!\S+ NICK :?psfbot$", within=WITHIN)
            await send(bot, 1, rooms=2)
            await watcher.reach(2)
            await bot.stop()

    assert [line.partition("!")[0] for line in watcher.lines] == [":psfbot_", ":psfbot"]
    assert bot.errors == []


async def test_a_wrong_password_is_told_and_the_right_one_lets_the_bot_in(tmp_path: Path) -> None:
    catalog(tmp_path, 1)
    login = {"IRC_ACCOUNT": "psfbot", "IRC_PASSWORD": SECRET}
    with inspircd(Options(accounts=(Account("psfbot", "correct-horse"),))) as server:
        async with (
            watching(server.port, ROOM) as watcher,
            Person(server.port, "owner", login=("psfbot", "correct-horse")) as owner,
            on_irc(tmp_path, server.port, **(SETTINGS | login)) as bot,
        ):
            why = "login to the account psfbot failed: PLAIN: SASL authentication failed (904)"
            await irc_is(bot, f'"irc":"not connected: {why}')
            told = await logged(bot, "irc not connected", reason=why)
            status, _ = await bot.ask("/readyz")
            await send(bot, 0, rooms=1)
            owner.send("WHOIS psfbot")
            await owner.wait(r" 401 \S+ psfbot ")
            owner.say("NickServ", f"SET PASSWORD {SECRET}")
            await owner.wait(r"^:NickServ\S* NOTICE owner :.*password")
            back = await irc_is(bot, '"irc":"ok"', WITHIN)
            await watcher.reach(1)
            owner.send("WHOIS psfbot")
            await owner.wait(r" 330 \S+ psfbot psfbot ")
            await bot.stop()
    figures("wrong password on IRC", back_after=round(back, 1))

    assert status == 503
    assert told["level"] == "warning"
    assert not [line for line in bot.said if SECRET in str(line)]
    assert bot.errors == []
