"""The bot is killed while it tells a real network: each notice is heard, and what is heard twice is marked.

PSFBOT_TEST_KILLS, PSFBOT_TEST_NOTICES and PSFBOT_TEST_SEED make it a long run (docs/reliability.md).
"""

import asyncio
from collections import Counter, defaultdict

import pytest
from chaos import TOLD, Senders, amount, catalog, figures, moments, running, webhooks
from irc_person import Person

pytest_plugins = "ircd"
pytestmark = pytest.mark.anyio

NOTICES = amount("NOTICES", 60)
KILLS = amount("KILLS", 2)
ROOMS = 3
REPEAT = " (repeat?)"


@pytest.fixture
def anyio_backend():
    return "asyncio"


def heard(ned):
    """What the rooms have heard: room and text."""
    lines = (line.split(" ", 3) for line in ned.seen if " PRIVMSG #" in line)
    return [(room, text.removeprefix(":")) for _, _, room, text in lines]


async def until_heard(ned, count):
    while len(heard(ned)) < count:  # noqa: ASYNC110 - what a person sees rings no bell
        await asyncio.sleep(0.002)


async def test_a_kill_while_telling_loses_no_notice_and_repeats_none_unmarked(ircd, tmp_path):
    url = f"sqlite:///{tmp_path / 'psfbot.sqlite3'}"
    catalog(tmp_path, NOTICES, ROOMS)
    settings = {"HOST": "127.0.0.1", "PORT": ircd.port, "TLS": "false", "INTERVAL": 0, "RECONNECT_MIN": 0.1}
    environ = {f"PSFBOT_IRC_{name}": str(value) for name, value in settings.items()}
    environ |= {"PSFBOT_IRC_NICK": ircd.nick("bot"), "PSFBOT_IRC_CONNECTS_PER_MINUTE": "1000"}
    async with Person(ircd.port, ircd.nick()) as ned:
        await ned.join(*(f"#room-{number}" for number in range(ROOMS)))
        async with running(url, tmp_path, **environ) as bot:
            await Senders(webhooks(NOTICES, NOTICES), lambda: bot.port).run()
            for after, more, _ in moments(KILLS, NOTICES):
                await until_heard(ned, after)
                await asyncio.sleep(more)
                await bot.kill()
                await bot.start()
            took = await bot.until(TOLD, NOTICES, seconds=300)
            await bot.stop()
        await ned.synced()
        said = heard(ned)
    marks = defaultdict(list)
    for room, text in said:
        marks[room, text.removesuffix(REPEAT)].append(text.endswith(REPEAT))
    again = Counter(room for (room, _), each in marks.items() for _ in each[1:])
    marked = sum(map(sum, marks.values()))
    figures("kills while telling IRC", notices=NOTICES, kills=KILLS, rooms=ROOMS, twice=again.total(), marked=marked,
            seconds=round(took, 1))  # fmt: skip

    assert len(marks) == NOTICES
    assert all(all(each[1:]) for each in marks.values())
    assert max(again.values(), default=0) <= KILLS
    assert marked <= KILLS * ROOMS
    assert bot.errors == []
