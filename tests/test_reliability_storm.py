"""R15: in a storm of ten thousand alerts nothing is lost, senders are answered at once, and rooms can still be read.

PSFBOT_TEST_STORM=10000 and PSFBOT_TEST_SEED make it the long run (docs/reliability.md), with an operator's settings.
"""

import asyncio
import gc
import os
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chaos import UNREAD, Bot, amount, figures, rows
from irc_whole import Watcher, full, irc_is, number, on_irc, watching
from ircd import inspircd
from ircd_conf import Options
from storm_letters import ROOMS, SECRETS, SOURCES, VITALS, Post, Poured, catalog, pour, storm

pytestmark = pytest.mark.anyio

ALERTS = amount("STORM", 500)
SERVICES = min(200, ALERTS // 10)
LONG = full("STORM")
HASTE = 1 if LONG else 10
"""How many times faster than by default the bot speaks and the server forgets; a long run has the default."""
MOST, SOON, MEMORY = 20, 10.0, 300
"""Messages that a room bears, seconds until a service of tier 1 is told, megabytes."""
PROMPT, SLOWEST = (0.05, 1.0) if LONG else (1.0, 3.0)
"""Seconds after which 99 of 100 webhooks are answered, and the last; machines that run tests do much else."""
NAMES = [f"#room-{one}" for one in range(ROOMS)]
FOLDED = re.compile(r"irc (\S+) \(folded into #(\d+)\)")
TOLD = "SELECT text FROM timeline WHERE kind = 'told'"
WAITING = "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'dead')"
STORMS = "SELECT count(*) FROM incidents WHERE subject LIKE 'storm:%' AND state <> 'resolved'"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@contextmanager
def undisturbed() -> Iterator[None]:
    """What is here already is not walked through again and again, which would be measured as the bot's slowness."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def peak(bot: Bot) -> int:
    """The most megabytes that the bot has held so far."""
    status = Path(f"/proc/{bot.process.pid}/status").read_text("utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1]) // 1024


def computed(bot: Bot) -> float:
    """Seconds that the bot has computed so far, all threads together."""
    fields = Path(f"/proc/{bot.process.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def seen(watcher: Watcher, posts: list[Post]) -> dict[str, float]:
    """When each vital service was told of, by itself or with what failed together with it."""
    found: dict[str, float] = {}
    names = {post.vital for post in posts if post.vital}
    while found.keys() != names:
        await asyncio.sleep(0.02)
        for text in watcher.heard:
            for name in names - found.keys():
                if text.startswith("DOWN") and f" {name}" in text:
                    found[name] = asyncio.get_running_loop().time()
    return found


@dataclass
class Weather:
    """How it went: how the senders fared, after how long the vital ones were told and the last letter was read."""

    poured: Poured
    vital: dict[str, float]
    read: float
    cpu: float
    load: float


async def weather(bot: Bot, watcher: Watcher) -> Weather:
    """Let the storm pass."""
    clock, before = asyncio.get_running_loop().time, computed(bot)
    posts = storm(ALERTS, SERVICES, datetime.now(UTC))
    with undisturbed():
        telling = asyncio.ensure_future(seen(watcher, posts))
        poured = await pour(posts, bot.port)
        poured_at = clock()
        await bot.until(UNREAD, 0)
        read, cpu, load = clock() - poured_at, computed(bot) - before, os.getloadavg()[0]
        async with asyncio.timeout(SOON + 20):
            told = await telling
    if LONG:
        await bot.until(STORMS, 0, 600)
    await bot.until(WAITING, 0, 600)
    assert watcher.person
    await watcher.person.synced()
    return Weather(poured, {name: at - poured.vital[name] for name, at in told.items()}, read, cpu, load)


async def test_in_a_storm_all_is_kept_senders_never_wait_and_each_room_hears_little(tmp_path: Path) -> None:
    catalog(tmp_path, SERVICES)
    given = {name.removeprefix("PSFBOT_"): secret for name, secret in SECRETS.items()}
    given |= {"PLUGINS": ",".join(SOURCES), "IRC_CHANNELS": NAMES[0], "IRC_INTERVAL": 2 / HASTE}
    with inspircd(Options(services=False, threshold=9 + max(1, HASTE // 2), rate=HASTE)) as server:
        async with watching(server.port, *NAMES) as watcher, on_irc(tmp_path, server.port, **given) as bot:
            await irc_is(bot, '"irc":"ok"')
            found = await weather(bot, watcher)
            memory, reconnects = peak(bot), await number(bot, "reconnects_total")
            heard, lines = watcher.heard, watcher.lines
            await bot.stop()
    told = Counter(line.split(" PRIVMSG ")[1].split(" ")[0] for line in lines)
    kept = dict(rows(bot.url, "SELECT source, count(*) FROM inbox WHERE fate = 'done' GROUP BY source"))
    alerts = rows(bot.url, "SELECT count(*) FROM alerts")[0][0]
    folded = Counter(found for (text,) in rows(bot.url, TOLD) for found in FOLDED.findall(text))
    digests = dict(rows(bot.url, "SELECT number, repeats FROM incidents WHERE subject LIKE 'storm:%'"))
    poured, vital = found.poured, found.vital
    figures("storm", alerts=ALERTS, services=SERVICES, sources=len(SOURCES), seconds=round(ALERTS * 60 / 10_000),
            stored=alerts, p50_ms=round(poured.part(0.5) * 1000, 1), p99_ms=round(poured.part(0.99) * 1000, 1),
            slowest_ms=round(max(poured.took) * 1000), read_after=round(found.read, 1), messages=dict(told),
            folded=folded.total(), tier_1_after=round(max(vital.values()), 1), peak_mb=memory,
            cpu_seconds=round(found.cpu, 1), load=round(found.load, 1))  # fmt: skip

    assert poured.answers == {202: ALERTS}
    assert (sum(kept.values()), set(kept), alerts) == (ALERTS, set(SOURCES), ALERTS)
    assert poured.part(0.99) < PROMPT
    assert max(poured.took) < SLOWEST
    assert set(told) == set(NAMES)
    assert max(told.values()) <= MOST, "\n".join(heard)
    assert len(vital) == VITALS
    assert max(vital.values()) < SOON
    assert {int(storm): times for (_, storm), times in folded.items()} == digests
    assert memory < MEMORY
    assert reconnects == 0
    assert bot.errors == []
