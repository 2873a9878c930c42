"""The whole bot on a real IRC server: `psfbot run` as a child, and people in its rooms who write down what it says."""

import asyncio
import hmac
import json
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from pathlib import Path

from chaos import RECORDED, SECRET, Bot, Webhook, rows, running, webhook
from irc_person import Person, bare, said

from psfbot.platforms.irc import platform
from psfbot.relay.notice import Notice

REPEAT = " (repeat?)"
LONGEST = 510
"""Bytes of a line as people see it, without its end."""
SPEAKS = re.compile(r"^:psfbot\S* PRIVMSG (\S+) :")
QUICK = {
    "IRC_INTERVAL": 0, "IRC_RECONNECT_MIN": 0.2, "IRC_RECONNECT_MAX": 1, "IRC_CONNECTS_PER_MINUTE": 1000,
    "IRC_PING_AFTER": 0.5, "IRC_PING_DEADLINE": 2,
}  # fmt: skip
"""Faults are over in seconds; an operator would leave these settings alone."""


def full(name: str) -> bool:
    """Is this the long form of a test, with the settings that an operator has by default?"""
    return f"PSFBOT_TEST_{name}" in os.environ


def letter(number: int, title: str = "", *, urgency: str = "high", rooms: int = 20) -> Webhook:
    """A webhook about a problem of a service of its own; one of low urgency is told only when nothing else waits."""
    service = f"s{number % rooms}.example.org"
    whole = webhook(json.loads(RECORDED.read_bytes()), number, service)
    head, _, body = whole.request.partition(b"\r\n\r\n")
    told = json.loads(body)
    told["event"]["data"] |= {"urgency": urgency} | ({"title": title} if title else {})
    body = json.dumps(told).encode()
    head = re.sub(rb"content-length: \d+", b"content-length: %d" % len(body), head)
    head = re.sub(rb"v1=\w+", b"v1=" + hmac.new(SECRET.encode(), body, sha256).hexdigest().encode(), head)
    return Webhook(whole.event, whole.incident, head + b"\r\n\r\n" + body)


def url_of(folder: Path) -> str:
    """Where the bot of this folder keeps everything."""
    return f"sqlite:///{folder / 'psfbot.sqlite3'}"


@asynccontextmanager
async def on_irc(folder: Path, port: int, **settings: object) -> AsyncIterator[Bot]:
    """A bot that runs and goes to this server, without TLS; its catalog is there already."""
    ours = {"IRC_HOST": "127.0.0.1", "IRC_PORT": port, "IRC_TLS": "false", "PLUGINS": "pagerduty"} | settings
    environ = {f"PSFBOT_{name}": str(value) for name, value in ours.items()}
    async with running(url_of(folder), folder, **environ) as bot:
        yield bot


class Watcher:
    """Somebody who sits in rooms and writes down all that the bot says there; after a restart they come back."""

    def __init__(self, port: int, *rooms: str) -> None:
        self.port, self.rooms = port, rooms
        self.past: list[str] = []
        self.person: Person | None = None

    async def come(self) -> None:
        """Come in, and into the rooms; whatever is said there from now on is heard."""
        await self.leave()
        person = await Person(self.port, "watcher").dial()
        self.person = await person.register()
        await self.person.join(*self.rooms)

    async def leave(self) -> None:
        """Go, and remember."""
        if self.person:
            self.past += self.person.seen
            await self.person.close()
            self.person = None

    @property
    def lines(self) -> list[str]:
        """What the bot has said, as it came over the wire."""
        seen = [*self.past, *(self.person.seen if self.person else ())]
        return [line for line in map(bare, seen) if SPEAKS.match(line)]

    @property
    def heard(self) -> list[str]:
        """The same in words, with what it says of repeats."""
        return [said(line) for line in self.lines]

    @property
    def counted(self) -> Counter[str]:
        """How often each thing was said, marked or not."""
        return Counter(text.removesuffix(REPEAT) for text in self.heard)

    async def reach(self, count: int, within: float = 120) -> None:
        """Wait until so many different things were said."""
        async with asyncio.timeout(within):
            while len(self.counted) < count:  # noqa: ASYNC110 - they are said in another process
                await asyncio.sleep(0.002)


@asynccontextmanager
async def watching(port: int, *rooms: str) -> AsyncIterator[Watcher]:
    """A watcher who is there."""
    watcher = Watcher(port, *rooms)
    await watcher.come()
    try:
        yield watcher
    finally:
        await watcher.leave()


@asynccontextmanager
async def people(port: int, accounts: Iterable[tuple[str, str]], room: str) -> AsyncIterator[list[Person]]:
    """People of these accounts in a room, by the names of their accounts; without a password, nobody knows them."""
    async with AsyncExitStack() as stack:
        here = [Person(port, name, login=(name, password) if password else None) for name, password in accounts]
        await asyncio.gather(*map(stack.enter_async_context, here))
        await asyncio.gather(*(person.join(room) for person in here))
        yield here


async def irc_is(bot: Bot, words: str, within: float = 30) -> float:
    """Wait until /readyz says this of IRC; how long that took."""
    clock = asyncio.get_running_loop().time
    began = clock()
    while words not in (page := (await bot.ask("/readyz"))[1]):
        assert clock() - began < within, f"{words} is not in {page}"
        await asyncio.sleep(0.05)
    return clock() - began


async def number(bot: Bot, name: str) -> float:
    """One of the numbers for graphs."""
    found = re.search(rf"^psfbot_irc_{name} (\S+)", (await bot.ask("/metrics"))[1], re.MULTILINE)
    assert found, name
    return float(found[1])


def notices(bot: Bot) -> list[str]:
    """The words of all notices in the outbox, in their order."""
    kept = rows(bot.url, "SELECT notice FROM outbox WHERE lane NOT LIKE 'heartbeat %' ORDER BY id")
    return [platform.said(Notice.model_validate_json(notice)) for (notice,) in kept]


def ends(bot: Bot) -> set[str]:
    """How the notices ended."""
    return {str(state) for (state,) in rows(bot.url, "SELECT DISTINCT state FROM outbox")}
