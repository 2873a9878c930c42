"""The whole bot on IRC and on Slack at once: `psfbot run`, a real IRC server, and a Slack that somebody else wrote."""

import asyncio
import html
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chaos import Bot, rows, running
from irc_person import Person, bare, said
from irc_whole import SPEAKS
from ircd import Ircd
from pagerduty_account import EVENTS_KEY, SECRET, SENDER, TOKEN
from pagerduty_fake import Door
from slack_kit import said as slack_said
from slack_kit.emulator import TOKEN as SLACK_TOKEN
from slack_kit.emulator import Emulator
from slack_kit.front import Front
from stage import FOUND, SAMPLE

from psfbot import plugins

PASSWORD = "correct-horse"  # noqa: S105 - of the shared server's psfbot
SESAME = "sesame-open-wide"
PATIENCE = 20.0
"""Seconds that anything here may take: far more than it needs, because the machine may be busy."""
ABSENT, NOWHERE = "nobody-is-here", "C0NOWHERE"
"""The services account of somebody who is not on IRC, and a channel that Slack does not know."""
ROOM = f"""
  nowhere:
    slack: {NOWHERE}
    public: false
"""
STAGING = "    name: staging.python.org\n"
ROTA = """
oncall:
  docs:
    team: docs
    rotation:
      timezone: UTC
      start: 2026-01-05T00:00
      length: 7d
      people: [mdk]

services:"""


@dataclass
class World:
    """A bot that is on both platforms; `alice` is in its IRC room, and Jacob Coffee to the catalog, as is `jacob`."""

    bot: Bot
    alice: Person
    front: Front
    slack: Emulator
    channel: str
    account: Door | None = None
    passed: int = 0

    @property
    def irc(self) -> list[str]:
        """What was told in the IRC room, without the answers to Alice."""
        lines = [line for line in map(bare, self.alice.seen) if SPEAKS.match(line)]
        told = [said(line) for line in lines if f" PRIVMSG {self.channel} :" in line]
        return [text for text in told if not text.startswith(f"{self.alice.nick}: ")]

    @property
    def heads(self) -> list[str]:
        """How each line of the IRC room begins: what happened, to which incident."""
        return [text.split(" #")[0] for text in self.irc]

    async def says(self, text: str, *, knows: str = "") -> str:
        """Let Alice say something in the IRC room; the line that answers her, or the one with these words."""
        self.alice.say(self.channel, text)
        return (await self.alice.heard(knows or f"{self.alice.nick}: ", by="psfbot")).removeprefix(
            f"{self.alice.nick}: "
        )

    async def told(self, words: str) -> str:
        """Wait until the IRC room is told this."""
        await self.until(lambda: any(words in text for text in self.irc))
        return next(text for text in self.irc if words in text)

    async def messages(self) -> list[dict[str, Any]]:
        """What the bot said in the Slack room, oldest first."""
        return [one for one in await self.slack.listed(self.slack.room) if one["user"] == self.slack.bot]

    async def shown(self, text: str) -> dict[str, Any]:
        """The message of the Slack room, not of a thread, that holds these words, once there is one."""
        found: list[dict[str, Any]] = []

        async def there() -> bool:
            found[:] = [one for one in await self.messages() if top(one) and text in words(one)]
            return bool(found)

        await self.until(there)
        return found[0]

    async def log(self, of: Mapping[str, Any], count: int) -> list[str]:
        """What stands in the thread of a message, once there is so much."""
        found: list[str] = []

        async def enough() -> bool:
            found[:] = [words(one) for one in await self.messages() if not top(one) and one["thread_ts"] == of["ts"]]
            return len(found) >= count

        await self.until(enough)
        return found

    async def asks(self, text: str) -> str:
        """Let Jacob ask something in the Slack room; the answer."""
        before, user = len(await self.messages()), self.slack.users["jacob"]
        asked = f"<@{self.slack.bot}> {text}"
        ts = await self.slack.say(asked, user, self.slack.room)
        await self.front.send("events_api", slack_said.mention(asked, user, self.slack.room, ts=ts))
        answered: list[dict[str, Any]] = []

        async def there() -> bool:
            answered[:] = [one for one in await self.messages() if one.get("thread_ts") == ts]
            return bool(answered)

        await self.until(there)
        assert len(await self.messages()) == before + 1
        return words(answered[0])

    async def press(self, message: Mapping[str, Any], action: str, user: str = "jacob") -> str:
        """Let somebody press a button; what they are told."""
        before, who = len(self.front.replies), self.slack.users[user]
        trigger, url = await self.slack.trigger(who), f"http://127.0.0.1:{self.front.port}/respond/1"
        pressed = slack_said.press(dict(message), action, who, self.slack.room, url, trigger)
        await self.front.send("interactive", pressed)
        await self.until(lambda: len(self.front.replies) > before)
        return words(self.front.replies[-1])

    async def fill(self, message: Mapping[str, Any], action: str, **fields: str) -> None:
        """Let Jacob press a button that opens a form, and send it filled in."""
        before, who = len(self.slack.views), self.slack.users["jacob"]
        trigger, url = await self.slack.trigger(who), f"http://127.0.0.1:{self.front.port}/respond/1"
        pressed = slack_said.press(dict(message), action, who, self.slack.room, url, trigger)
        await self.front.send("interactive", pressed)
        await self.until(lambda: len(self.slack.views) > before)
        await self.front.send("interactive", slack_said.submit(self.slack.views[-1], who, **fields))

    async def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Let a webhook come; it is taken."""
        assert self.slack.session
        url = f"http://127.0.0.1:{self.bot.port}/hooks/{path}"
        async with self.slack.session.post(url, data=body, headers=dict(headers)) as answer:
            assert answer.status == 202, await answer.text()

    async def pingdom(self, payload: str, ago: timedelta = timedelta(0), **fields: Any) -> None:
        """Let Pingdom report something about docs.python.org, with some fields changed."""
        body = plugins.payloads("pingdom")[payload].read_bytes()
        hook = FOUND["pingdom"].rehearsal(body, datetime.now(UTC) - ago).altered(**fields)
        await self.post(f"pingdom/{SESAME}", hook.body, hook.headers)

    async def pass_on(self) -> int:
        """Bring the webhooks to the bot that PagerDuty has sent since the last time; how many, once all are read."""
        assert self.account
        waiting = self.account.webhooks[self.passed :]
        self.passed += len(waiting)
        for headers, body in waiting:
            await self.post("pagerduty", body, headers)
        await self.until(lambda: not rows(self.bot.url, "SELECT id FROM inbox WHERE fate = 'new'"))
        await self.quiet()
        return len(waiting)

    async def kinds(self, number: int) -> list[str]:
        """What the timeline of an incident tells, without what was told where."""
        text = await self.asks(f"timeline {number}")
        found = [line.partition(" UTC ")[2].partition(":")[0] for line in text.splitlines()[1:]]
        return [kind for kind in found if kind != "told"]

    @property
    def mistakes(self) -> list[str]:
        """What the bot has logged as an error."""
        return [told["event"] for told in self.bot.said if told["level"] not in {"debug", "info", "warning"}]

    async def quiet(self) -> None:
        """Wait until the bot has told everybody what it wants to tell them."""
        waiting = "SELECT id FROM outbox WHERE state NOT IN ('sent', 'dead')"
        await self.until(lambda: not rows(self.bot.url, waiting))
        await self.alice.synced()

    async def until(self, ask: Callable[[], bool | Awaitable[bool]]) -> None:
        """Wait until it is so."""
        end = asyncio.get_running_loop().time() + PATIENCE
        while not (found if isinstance(found := ask(), bool) else await found):
            assert asyncio.get_running_loop().time() < end, f"{self.irc}\n{await self.messages()}\n{self.bot.said[-5:]}"
            await asyncio.sleep(0.02)


def top(message: Mapping[str, Any]) -> bool:
    """Does it stand in the channel itself, not in a thread?"""
    return message.get("thread_ts", message["ts"]) == message["ts"]


def words(message: Mapping[str, Any]) -> str:
    """What a message of Slack's says, as people read it."""
    text = "\n".join(block["text"]["text"] for block in message["blocks"] if block["type"] == "section")
    return html.unescape(re.sub(r"<(https?://[^|>]+)(?:\|[^>]*)?>", r"\1", text).replace("*", "").replace("\u2060", ""))


def catalog(folder: Path, channel: str, people: Mapping[str, str]) -> Path:
    """The sample catalog, whose people have accounts on both platforms, with a rota of its own for the docs."""
    text = SAMPLE.read_text("utf-8")
    known = {
        "name: Jacob Coffee\n": ("irc: alice", f"slack: {people['jacob']}"),
        "name: Dustin Ingram\n": ("irc: Bob", f"slack: {people['guest']}"),
        "name: Julien Palard\n": (f"irc: {ABSENT}",),
    }
    for name, accounts in known.items():
        text = text.replace(name, name + "".join(f"    {account}\n" for account in accounts), 1)
    text = text.replace('irc: "#python-infra"', f'irc: "{channel}"', 1)
    text = text.replace("\nservices:", ROOM + ROTA, 1).replace(STAGING, f"{STAGING}    rooms: [nowhere]\n", 1)
    file = folder / "catalog.yaml"
    file.write_text(text, "utf-8")
    return file


def settings(ircd: Ircd, world: Front, channel: str, account: Door | None) -> dict[str, str]:
    """What the operator sets."""
    given = {
        "IRC_HOST": "localhost", "IRC_PORT": ircd.tls_port, "IRC_TLS_CA": ircd.certificate.pem, "IRC_CHANNELS": channel,
        "IRC_ACCOUNT": "psfbot", "IRC_PASSWORD": PASSWORD, "IRC_INTERVAL": 0, "IRC_QUESTIONS": 100,
        "SLACK_BOT_TOKEN": SLACK_TOKEN, "SLACK_APP_TOKEN": "xapp-both", "SLACK_API_URL": world.url,
        "SLACK_CHANNELS": world.workspace.room, "SLACK_INTERVAL": 0, "PINGDOM_HOOK_SECRET": SESAME,
    }  # fmt: skip
    if account:
        given |= {f"PAGERDUTY_{name}": account.url for name in ("API_URL", "EVENTS_URL")}
        given |= {"PAGERDUTY_TOKEN": TOKEN, "PAGERDUTY_EVENTS_KEY": EVENTS_KEY, "PAGERDUTY_FROM": SENDER}
        given |= {"PAGERDUTY_WEBHOOK_SECRETS": SECRET}
    return {f"PSFBOT_{name}": str(value) for name, value in given.items()}


@asynccontextmanager
async def world(folder: Path, ircd: Ircd, account: Door | None = None, **more: str) -> AsyncIterator[World]:
    """A bot that is where it should be, until the block ends; then it stops by itself, and has broken no rule."""
    slack, channel = Emulator(folder), ircd.channel()
    front = Front(slack)
    async with AsyncExitStack() as stack:
        await front.start()
        stack.push_async_callback(front.stop)
        catalog(folder, channel, slack.users)
        person = Person(ircd.port, ircd.nick("alice"), login=("alice", "a-secret"))
        alice = await stack.enter_async_context(person)
        await alice.join(channel)
        given = settings(ircd, front, channel, account) | {f"PSFBOT_{name}": value for name, value in more.items()}
        url = f"sqlite:///{folder / 'psfbot.sqlite3'}"
        bot = await stack.enter_async_context(running(url, folder, PSFBOT_IRC_STATE_DIR=str(folder / "irc"), **given))
        one = World(bot, alice, front, slack, channel, account)
        await one.until(lambda: ready(one))
        yield one
        await one.quiet()
        assert front.broken == []
        await bot.stop()


async def ready(world: World) -> bool:
    """Is the bot on both platforms?"""
    page = (await world.bot.ask("/readyz"))[1]
    return '"irc":"ok"' in page and '"slack":"ok"' in page
