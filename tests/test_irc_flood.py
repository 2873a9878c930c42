"""What the bot says to a real server is never too fast, too long, or an order of somebody else's."""

import asyncio
import re
from pathlib import Path

import pytest
from chaos import TOLD, Senders, amount, catalog, figures
from irc_stage import staged
from irc_whole import LONGEST, QUICK, Watcher, full, irc_is, letter, notices, number, on_irc, people, watching
from ircd import inspircd
from ircd_conf import Account, Options
from proxy import proxied

from psfbot.platforms.irc.pacing import Rank

pytestmark = pytest.mark.anyio

LINES = amount("FLOOD", 15)
"""Questions, and as many alerts that can wait."""
HASTE = 1 if full("FLOOD") else 10
"""How many times faster than by default the bot speaks and the server forgets; a long run has the default."""
SPEED = min(HASTE, 4)
PEOPLE = LINES // 5
"""A person may ask six questions in a row."""
ASKED = 7
"""Questions of one person while the link stands still."""
BURST = 4
SOON = 15
"""Seconds after which an urgent alert is told: bulk gives the room back, and a few answers may go ahead of it."""
ROOM = "#room-0"
HIDDEN = "#x"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def until_said(watcher: Watcher, lines: int, head: str = "") -> float:
    """Wait until the bot has said so many lines (that begin so); how long that took."""
    clock = asyncio.get_running_loop().time
    began = clock()
    async with asyncio.timeout(600 if HASTE == 1 else 60):
        while sum(text.startswith(head) for text in watcher.heard) < lines:  # noqa: ASYNC110 - in another process
            await asyncio.sleep(0.02)
    return clock() - began


async def test_in_a_flood_nobody_is_killed_nothing_is_lost_and_answers_go_before_bulk(tmp_path: Path) -> None:
    accounts = tuple(Account(f"person{number}", "a-secret") for number in range(PEOPLE))
    pace = {} if full("FLOOD") else {"IRC_INTERVAL": 2 / HASTE}
    catalog(tmp_path, LINES + 1)
    clock = asyncio.get_running_loop().time
    with inspircd(Options(threshold=9 + max(1, HASTE // 2), rate=HASTE, accounts=accounts)) as server:
        async with (
            watching(server.port, ROOM) as watcher,
            people(server.port, [(one.name, one.password) for one in accounts], ROOM) as here,
            on_irc(tmp_path, server.port, **pace) as bot,
        ):
            await irc_is(bot, '"irc":"ok"')
            began = clock()
            for one in range(LINES):
                here[one % PEOPLE].say(ROOM, f"psfbot: where is s{one}.example.org?")
            bulk = [letter(one, urgency="low", rooms=LINES + 1) for one in range(LINES)]
            await Senders(bulk, lambda: bot.port).run()
            await Senders([letter(LINES, rooms=LINES + 1)], lambda: bot.port).run()
            urgent = await until_said(watcher, 1, "DOWN")
            await until_said(watcher, 2 * LINES + 1)
            took = clock() - began
            await bot.until(TOLD, LINES + 1)
            reconnects, waits = await number(bot, "reconnects_total"), await number(bot, "flood_waits_total")
            await bot.stop()
            heard = watcher.heard
            thrown_out = [person.nick for person in here if person.gone]
    answers = [text for text in heard if text.startswith("person")]
    last = max(place for place, text in enumerate(heard) if text in answers)
    early = sum(text.startswith("WARN") for text in heard[:last])
    twice, lost = len(heard) - len(set(heard)), 2 * LINES + 1 - len(set(heard))
    figures("flood on IRC", questions=LINES, bulk=LINES, reconnects=int(reconnects), lost=lost, twice=twice,
            bulk_before_the_last_answer=early, urgent_after=round(urgent, 1), flood_waits=int(waits),
            seconds=round(took, 1), haste=HASTE)  # fmt: skip

    assert (reconnects, thrown_out) == (0, [])
    assert (lost, twice) == (0, 0)
    assert sorted(answers) == sorted(
        f"person{one % PEOPLE}: s{one}.example.org: where it runs is unknown." for one in range(LINES)
    )
    assert sorted(set(heard) - set(answers)) == sorted(notices(bot))
    assert early <= BURST
    assert urgent <= SOON
    assert took >= 0.9 * (2 * LINES - BURST) * 2 / HASTE
    assert bot.errors == []


async def test_what_a_stalled_link_kept_back_is_no_flood_when_it_goes_on(tmp_path: Path) -> None:
    """The server forgets once a second only, so in haste it has to bear what the bot says meanwhile."""
    pace = {"IRC_INTERVAL": 2 / SPEED, "IRC_QUESTIONS": 3 * ASKED}
    catalog(tmp_path, 1)
    with inspircd(Options(threshold=9 + SPEED // 2, rate=SPEED, services=False)) as server:
        async with (
            proxied(server.port) as proxy,
            watching(server.port, ROOM) as watcher,
            people(server.port, [(f"person{one}", "") for one in range(3)], ROOM) as here,
            on_irc(tmp_path, proxy.port, **pace) as bot,
        ):
            await irc_is(bot, '"irc":"ok"')
            proxy.hole(proxy.up)
            for one in range(3 * ASKED):
                here[one % 3].say(ROOM, "psfbot: where is s0.example.org?")
            await asyncio.sleep(30 / SPEED)
            proxy.resume()
            await until_said(watcher, 3 * ASKED)
            reconnects = await number(bot, "reconnects_total")
            await bot.stop()
    figures("stalled link on IRC", answers=len(watcher.heard), reconnects=int(reconnects))

    assert reconnects == 0
    assert len(watcher.heard) == 3 * ASKED
    assert bot.errors == []


async def test_many_channels_are_joined_without_a_flood() -> None:
    """InspIRCd counts a JOIN as two commands, whatever its length."""
    channels = tuple(f"#many-{one}" for one in range(20))
    with inspircd(Options(threshold=10, rate=1, services=False)) as server:
        async with staged(server.port, interval=2.0, channels=channels) as one:
            await one.until(lambda: one.client.presence.joined == set(channels) or one.client.connects > 1)
            told = await one.client.voice.deliver(channels[-1], "we are in", one.client.nick.prefix, Rank.ALERT)

    assert told.startswith("labelled echo")
    assert one.client.connects == 1


ORDERS = [
    "docs\rPRIVMSG #x :gotcha",
    "docs\nPRIVMSG #x :gotcha",
    "docs\r\nPRIVMSG #x :gotcha\r\nQUIT :gotcha",
    "docs\0\rPRIVMSG #x :gotcha",
    "docs\u2028PRIVMSG #x :gotcha",
    "docs\x85PRIVMSG #x :gotcha",
    "\x01ACTION gotcha\x01",
    ":x!y@z PRIVMSG #x :gotcha",
    "\x0304\x02docs\x0f \rNICK gotcha",
    "docs\x1b[2J\x07\rKILL watcher :gotcha",
]


async def test_a_title_that_holds_an_order_gives_none(tmp_path: Path) -> None:
    catalog(tmp_path, len(ORDERS))
    with inspircd(Options(services=False)) as server:
        rooms = {"IRC_CHANNELS": f"{ROOM},{HIDDEN}"}
        async with (
            watching(server.port, ROOM, HIDDEN) as watcher,
            on_irc(tmp_path, server.port, **(QUICK | rooms)) as bot,
        ):
            await irc_is(bot, '"irc":"ok"')
            letters = [letter(one, title, rooms=len(ORDERS)) for one, title in enumerate(ORDERS)]
            await Senders(letters, lambda: bot.port, connections=1).run()
            await bot.until(TOLD, len(ORDERS))
            assert watcher.person
            await watcher.person.synced()
            reconnects = await number(bot, "reconnects_total")
            everything = [line for line in watcher.person.seen if "gotcha" in line]
            await bot.stop()

    assert reconnects == 0
    assert all(re.match(rf":psfbot!\S+ PRIVMSG {ROOM} :DOWN #\d+ ", line) for line in everything)
    assert len(everything) == len(watcher.lines) == len(ORDERS)
    assert not re.search(r"[\x00-\x1f\x7f]", "".join(watcher.lines))
    assert bot.errors == []


TITLES = ["ü" * 150, "漢字かな交じり文の題名 " * 12, "👩‍👩‍👧‍👦 " * 18, "Ελληνικά και " * 12, "é" * 160, "𝔘𝔫𝔦𝔠𝔬𝔡𝔢" * 20]


async def test_long_alerts_of_many_bytes_arrive_whole_and_no_line_is_too_long(tmp_path: Path) -> None:
    catalog(tmp_path, len(TITLES))
    with inspircd(Options(services=False)) as server:
        async with watching(server.port, ROOM) as watcher, on_irc(tmp_path, server.port, **QUICK) as bot:
            await irc_is(bot, '"irc":"ok"')
            letters = [letter(one, title, rooms=len(TITLES)) for one, title in enumerate(TITLES)]
            await Senders(letters, lambda: bot.port, connections=1).run()
            await bot.until(TOLD, len(TITLES))
            assert watcher.person
            await watcher.person.synced()
            await bot.stop()
    told = notices(bot)

    assert "".join(watcher.heard) == "".join(told)
    assert len(watcher.heard) > len(told) == len(TITLES)
    assert max(len(line.encode()) for line in watcher.lines) <= LONGEST
    assert bot.errors == []
