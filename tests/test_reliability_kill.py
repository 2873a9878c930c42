"""R1: a webhook that was answered 2xx is read exactly once, however often the bot is killed meanwhile.

PSFBOT_TEST_KILLS, PSFBOT_TEST_LETTERS and PSFBOT_TEST_SEED make it a long run (docs/reliability.md).
"""

import asyncio
import json
from collections import Counter

import pytest
from chaos import UNREAD, Senders, amount, catalog, figures, moments, rows, running, webhooks
from stores import new_database

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

LETTERS = amount("LETTERS", 300)
SERVICES = 200


@pytest.mark.parametrize(("database", "kills"), [("sqlite", amount("KILLS", 3)), ("postgres", amount("KILLS", 2))])
async def test_nothing_that_was_answered_2xx_is_lost_or_doubled_by_a_kill(database, kills, tmp_path):
    url = f"sqlite:///{tmp_path / 'psfbot.sqlite3'}" if database == "sqlite" else new_database()
    catalog(tmp_path, SERVICES)
    async with running(url, tmp_path) as bot:
        senders = Senders(webhooks(LETTERS, SERVICES), lambda: bot.port)
        sending = asyncio.ensure_future(senders.run())
        for after, more, again in moments(kills, LETTERS):
            await senders.reach(after)
            await asyncio.sleep(more)
            await bot.kill()
            if again is not None:
                await bot.spawn()
                await asyncio.sleep(again)
                await bot.kill()
            await bot.start()
        await sending
        for _, more, _ in moments(max(1, kills // 5), LETTERS):  # and some more while it reads
            await asyncio.sleep(10 * more)
            await bot.kill()
            await bot.start()
        caught_up = await bot.until(UNREAD, 0)
        await bot.stop()
    stored = Counter(delivery.split()[0] for (delivery,) in rows(url, "SELECT delivery FROM inbox"))
    fates = Counter(fate for (fate,) in rows(url, "SELECT fate FROM inbox"))
    known = Counter(json.loads(alert)["event"] for (alert,) in rows(url, "SELECT alert FROM alerts"))
    told = dict(rows(url, "SELECT kind, count(*) FROM timeline GROUP BY kind"))
    (incidents,) = rows(url, "SELECT count(*), max(flaps), max(repeats) FROM incidents")
    figures(f"kills during ingest, {database}", letters=LETTERS, kills=bot.lives - 1, lost=LETTERS - len(known),
            twice=stored.total() - len(stored), broken_requests=senders.broken,
            answers=dict(senders.answers), seconds_to_catch_up=round(caught_up, 1))  # fmt: skip

    assert stored == Counter(f"delivery-{number}" for number in range(LETTERS))
    assert known == Counter(senders.accepted)
    assert fates == {"done": LETTERS}
    assert told["opened"] + told.get("alert", 0) == LETTERS
    assert incidents == (min(LETTERS, SERVICES), 0, 0)
    assert bot.errors == []
