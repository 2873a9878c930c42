"""Two `psfbot run` on one PostgreSQL, on IRC and on Slack: the one that leads is killed while its checks look.

What Slack acknowledged is done by the other; what was said on IRC is not, and can be said again.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from both_world import World, catalog, ready, settings, words
from chaos import Bot as Child
from chaos import figures, rows, running
from checklist_kit import template
from irc_person import Person
from slack_kit import said as slack_said
from slack_kit.emulator import Emulator
from slack_kit.front import Front
from stage import SAMPLE
from stores import new_database

from psfbot.app import start
from psfbot.app.bot import Bot
from psfbot.app.checklists import ROUND
from psfbot.checklists.run import Deed, Kind, Run, Who
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database
from psfbot.store.leader import Leader, lock_of

pytest_plugins = ("ircd", "stores")
pytestmark = pytest.mark.anyio

TAKE_OVER = 15.0
DAY = timedelta(days=1)
TEMPLATE = """\
name: mend
title: Mend a service
about: For tests alone.
applies_to: "lifecycle:production"
steps:
  - {id: plan, text: Plan it.}
  - {id: look, text: Look at it., check: {name: http-status, url: "https://{service.domain}/"}}
  - {id: tell, text: Tell everybody.}
"""


@dataclass
class Site:
    """Every service that checks look at: it keeps its answers back until it is let go."""

    port: int = 0
    asked: int = 0
    free: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.asked += 1
        await self.free.wait()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        writer.close()


@asynccontextmanager
async def serving() -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.answer, "127.0.0.1", 0)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        site.free.set()
        server.close()


@asynccontextmanager
async def replicas(folder, ircd) -> AsyncIterator[tuple[World, Child, Site]]:
    """Two bots: the first one leads, and is that of the world; the second one is there at the end."""
    slack, channel, url = Emulator(folder), ircd.channel(), new_database()
    front, own = Front(slack), folder / "own"
    own.mkdir()
    (own / "mend.yaml").write_text(TEMPLATE)
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(serving())
        await front.start()
        stack.push_async_callback(front.stop)
        catalog(folder, channel, slack.users)
        person = Person(ircd.port, ircd.nick("alice"), login=("alice", "a-secret"))
        alice = await stack.enter_async_context(person)
        await alice.join(channel)
        given = settings(ircd, front, channel, None)
        given |= {"PSFBOT_PLUGIN_DIRS": str(own), "PSFBOT_CHECKS_CONNECT_TO": f"http://127.0.0.1:{site.port}"}
        first, second = [
            await stack.enter_async_context(running(url, folder, PSFBOT_IRC_STATE_DIR=str(folder / name), **given))
            for name in ("first", "second")
        ]
        one = World(first, alice, front, slack, channel)
        await one.until(lambda: ready(one))
        yield one, second, site
        await one.quiet()
        assert front.broken == []
        await second.stop()


async def press(one: World, card: dict[str, Any], action: str, user: str) -> str:
    """Let somebody press a button of a checklist; the envelope's id."""
    who, url = one.slack.users[user], f"http://127.0.0.1:{one.front.port}/respond/1"
    trigger = await one.slack.trigger(who)
    return await one.front.send("interactive", slack_said.press(card, action, who, one.slack.room, url, trigger))


async def answers(one: World) -> str:
    """Ask on IRC until somebody answers."""
    while True:
        one.alice.say(one.channel, "psfbot: checklist 2")
        try:
            return await one.alice.heard("Checklist 2, mend for ", by="psfbot", within=0.5)
        except AssertionError:  # nobody yet
            continue


def kinds(url: str, run: int) -> list[str]:
    """What was done to a run."""
    return [kind for (kind,) in rows(url, f"SELECT kind FROM deeds WHERE run = {run} ORDER BY seq")]  # noqa: S608


async def test_when_the_leader_is_killed_while_checks_look_the_other_goes_on_and_tells_once(ircd, tmp_path):
    clock = asyncio.get_running_loop().time
    async with replicas(tmp_path, ircd) as (one, heir, site):
        for said in ("start mend docs.python.org", "start mend www.python.org"):
            await one.says(f"psfbot: checklist {said}")
        await one.says("psfbot: done 1.1")
        await one.says("psfbot: done 2.1")
        card = await one.shown("☐  1.2")
        pressed = await press(one, card, "list:done:1.2", "guest")
        one.alice.say(one.channel, "psfbot: done 2.2")
        await one.until(lambda: site.asked == 2 and pressed in one.front.acks)
        await one.quiet()  # a room in which somebody is killed while they speak waits for the lease
        led = one.bot.leads, heir.leads
        await one.bot.kill()
        killed, one.bot = clock(), heir
        site.free.set()
        stands = await answers(one)
        answered_after = clock() - killed
        await one.told("Dustin Ingram did 1.2")
        done_after = clock() - killed
        again = await one.says("psfbot: done 2.2", knows="2.2 is done")
        await one.quiet()
        heard = [text for text in one.irc if "did 1.2" in text]
        shown = await one.shown("☑ 1.2")
        lines = [words(message) for message in await one.messages() if message.get("thread_ts") == shown["ts"]]
    figures("take-over of checklists", answered_after=round(answered_after, 1), done_after=round(done_after, 1))

    assert led == (True, False)
    assert answered_after < TAKE_OVER
    assert done_after < TAKE_OVER
    assert "1 of 3 done; next: 2.2." in stands
    assert again.startswith("2.2 is done")
    assert kinds(heir.url, 1) == kinds(heir.url, 2) == ["started", "done", "checked", "done"]
    assert len(heard) == sum("did 1.2" in line for line in lines) == 1
    assert (card["ts"], one.mistakes) == (shown["ts"], [])


async def test_who_takes_over_does_at_once_what_is_due(tmp_path):
    environ = {"PSFBOT_CATALOG": str(SAMPLE), "PSFBOT_PLUGINS": "pingdom", "PSFBOT_PORT": "0"}
    ago, bound = datetime.now(UTC) - 3 * DAY, asyncio.Event()
    jacob = Who(name="Jacob Coffee", key="coffee", person="coffee")
    run = Run(
        number=0, template=template(), service="docs.python.org", started_at=ago, started_by=jacob, changed_at=ago
    )
    given = Deed(kind=Kind.ASSIGNED, at=ago, by=jacob, step="prepare", whom="coffee")
    url = f"sqlite:///{tmp_path / 'psfbot.sqlite3'}"
    with Database.open(url) as db:
        heir = Bot(start(environ), db, {}, {}, asyncio.Event())
        async with Leader(lock_of(db)) as first:
            await first.poll()
            running = asyncio.ensure_future(heir.run(lambda _: bound.set()))
            await bound.wait()
            await SqlChecklists(db).write(lambda runs, _: runs.add(runs.start(run, begun(run)), (given,)))
            followed = not heir.leads
        async with asyncio.timeout(ROUND / 2):
            while "reminded" not in await asyncio.to_thread(kinds, url, 1):  # noqa: ASYNC110 - the database rings no bell
                await asyncio.sleep(0.05)
        heir.stop.set()
        await running

    assert followed


def begun(run: Run) -> Deed:
    """The deed that a run begins with."""
    return Deed(kind=Kind.STARTED, at=run.started_at, by=run.started_by)
