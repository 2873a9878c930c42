"""No alert is lost on its way to a real IRC server: not by a kill, a dead server or a black hole, and none doubles."""

import asyncio
from pathlib import Path

import pytest
from chaos import TOLD, Bot, Senders, amount, catalog, figures, moments, webhooks
from irc_whole import QUICK, REPEAT, Watcher, ends, on_irc, watching
from ircd import Ircd, inspircd
from ircd_conf import Options
from proxy import Proxy, proxied

pytestmark = pytest.mark.anyio

ALERTS = amount("ALERTS", 100)
KILLS = amount("KILLS", 3)
OUTAGE = amount("OUTAGE", 2)
"""Seconds that the server is gone."""
HOLE = amount("OUTAGE", 4)
"""Seconds that nothing gets through; the bot finds that out in less."""
ROOM = "#room-0"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


class Story:
    """A bot that tells of alerts, the way to its server, the server, and a person who listens."""

    def __init__(self, bot: Bot, proxy: Proxy, server: Ircd, watcher: Watcher) -> None:
        self.bot, self.proxy, self.server, self.watcher = bot, proxy, server, watcher
        self.kills = 0

    async def kill(self, again: float | None) -> None:
        """Kill it and start it anew, and perhaps kill that one before it is quite there."""
        await self.bot.kill()
        self.kills += 1
        if again is not None:
            await self.bot.spawn()
            await asyncio.sleep(again)
            await self.bot.kill()
            self.kills += 1
        await self.bot.start()

    async def down(self) -> None:
        """End the server for a while, with a kill half-way; once it is back, who listens is the first who comes in."""
        self.proxy.refuse = True
        await asyncio.to_thread(self.server.stop)
        await self.watcher.leave()
        await asyncio.sleep(OUTAGE / 2)
        await self.kill(None)
        await asyncio.sleep(OUTAGE / 2)
        await asyncio.to_thread(self.server.start)
        await self.watcher.come()
        self.proxy.refuse = False

    async def hole(self) -> None:
        """Swallow all there is for a while; what was swallowed is gone."""
        self.proxy.hole()
        await asyncio.sleep(HOLE)
        self.proxy.reset()
        self.proxy.resume()


async def test_kills_a_dead_server_and_a_black_hole_lose_no_alert_and_repeat_none_unmarked(tmp_path: Path) -> None:
    catalog(tmp_path, ALERTS)
    clock = asyncio.get_running_loop().time
    with inspircd(Options(services=False)) as server:
        async with (
            proxied(server.port) as proxy,
            watching(server.port, ROOM) as watcher,
            on_irc(tmp_path, proxy.port, **QUICK) as bot,
        ):
            began, story = clock(), Story(bot, proxy, server, watcher)
            faults = {after: (more, again) for after, more, again in moments(KILLS, ALERTS)}
            outages = {ALERTS // 3: story.down, 2 * ALERTS // 3: story.hole}
            sending = asyncio.ensure_future(Senders(webhooks(ALERTS, ALERTS), lambda: bot.port).run())
            for after in sorted({*faults, *outages}):
                await watcher.reach(after)
                if after in outages:
                    await outages[after]()
                if after in faults:
                    more, again = faults[after]
                    await asyncio.sleep(more)
                    await story.kill(again)
            await sending
            await bot.until(TOLD, ALERTS)
            await watcher.reach(ALERTS)
            await bot.stop()
            heard, counted = watcher.heard, watcher.counted
    twice = counted.total() - len(counted)
    marked = sum(text.endswith(REPEAT) for text in heard)
    bare = [text for text in heard if not text.endswith(REPEAT)]
    figures("kills and outages on IRC", alerts=ALERTS, kills=story.kills, outage=OUTAGE, hole=HOLE,
            lost=ALERTS - len(counted), twice=twice, marked=marked, seconds=round(clock() - began, 1))  # fmt: skip

    assert len(counted) == ALERTS
    assert len(bare) == len(set(bare))
    assert twice <= marked <= story.kills + len(outages)
    assert max(counted.values()) <= 2
    assert ends(bot) == {"sent"}
    assert bot.errors == []
