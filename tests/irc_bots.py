"""The same small bot, on psfbot's client and on the bare library: with asyncio, with threads, in its frame for bots.

It joins `#room` and keeps what it hears that is meant for it. A story that all of them are told shows what the library
`irc` does not do by itself, and that psfbot's client does.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol

import irc.bot
import irc.client
import irc.client_aio

from psfbot.platforms.irc.client import Client
from psfbot.platforms.irc.connection import Link
from psfbot.platforms.irc.listening import Asked
from psfbot.platforms.irc.plan import Plan
from psfbot.platforms.irc.sasl import Credentials

PATIENCE = 10.0
CALL = "psfbot: "
ROOM = "#room"
LOOPBACK = "127.0.0.1"
LOGIN_AS = ("psfbot", "correct-horse")


class Boom(Exception):
    """What a bug raises in the bot's own code."""


async def until(is_true: Callable[[], object], within: float = PATIENCE) -> None:
    """Wait until it is true."""
    async with asyncio.timeout(within):
        while not is_true():  # noqa: ASYNC110 - it may become true in many places
            await asyncio.sleep(0.005)


class Bot(Protocol):
    """What the stories know of a bot; `patience` is how long to wait for what it should do by itself."""

    patience: float
    heard: list[tuple[str, str]]

    async def start(
        self, port: int, *, host: str = LOOPBACK, login: tuple[str, str] | None = None, pace: float = 0.0
    ) -> None:
        """Connect, as somebody with an account if there is a login; say lines `pace` seconds apart."""

    async def stop(self) -> None:
        """Leave nothing behind."""

    def raw(self, line: str) -> None:
        """Send one line, word for word."""

    def say(self, target: str, text: str) -> None:
        """Say something."""

    @property
    def up(self) -> bool:
        """Does it think that it is connected?"""


class Ours:
    """On psfbot's client."""

    patience = PATIENCE

    def __init__(self, plan: Plan | None = None) -> None:
        self.plan = plan or Plan(
            LOOPBACK, tls=False, channels=(ROOM,), waits=(0.05, 0.1), per_minute=1000, quiet=0.2, deadline=0.8
        )  # fmt: skip
        self.heard: list[tuple[str, str]] = []
        self.bugs: list[Exception] = []
        self.skew, self.end = 0.0, asyncio.Event()
        self.link: Link | None = None

    async def start(
        self, port: int, *, host: str = LOOPBACK, login: tuple[str, str] | None = None, pace: float = 0.0
    ) -> None:
        credentials = Credentials(*login, order=("PLAIN",)) if login else Credentials()
        plan = replace(self.plan, host=host, port=port, credentials=credentials, interval=pace, burst=1 if pace else 4)
        self.client = Client(plan, self.asked, bug=self.bugs.append, clock=self.clock, draw=lambda: 0.5, latest=1.0)
        self.running = asyncio.create_task(self.client.run(self.end))

    def clock(self) -> float:
        return asyncio.get_running_loop().time() + self.skew

    def asked(self, asked: Asked) -> None:
        self.heard.append((asked.heard.channel or "", asked.heard.text))
        if asked.heard.text == "boom":
            raise Boom

    async def stop(self) -> None:
        self.end.set()
        await asyncio.wait_for(self.running, PATIENCE)

    def raw(self, line: str) -> None:
        self.link = self.link or self.client.link
        assert self.link
        self.link.send(line)

    def say(self, target: str, text: str) -> None:
        self.client.reply(target, text)

    @property
    def up(self) -> bool:
        return self.client.ready


class Bare:
    """On the library with asyncio, used as its documentation says."""

    patience = 0.3

    def __init__(self) -> None:
        self.heard: list[tuple[str, str]] = []

    async def start(
        self, port: int, *, host: str = LOOPBACK, login: tuple[str, str] | None = None, pace: float = 0.0
    ) -> None:
        self.reactor: Any = irc.client_aio.AioReactor(loop=asyncio.get_running_loop())
        self.connection = self.reactor.server()
        self.listen()
        more = {"sasl_login": login[0], "password": login[1]} if login else {}
        await self.connection.connect(host, port, "psfbot", **more)
        if pace:
            self.connection.set_rate_limit(1 / pace)

    def listen(self) -> None:
        self.connection.add_global_handler("welcome", lambda connection, _: connection.join(ROOM))
        for kind in ("pubmsg", "privmsg"):
            self.connection.add_global_handler(kind, self.asked)

    def asked(self, _: object, event: Any) -> None:
        text = event.arguments[0].removeprefix(CALL)
        self.heard.append((event.target if event.type == "pubmsg" else "", text))
        if text == "boom":
            raise Boom

    async def stop(self) -> None:
        if transport := getattr(self.connection, "transport", None):
            transport.abort()
            await asyncio.sleep(0)

    def raw(self, line: str) -> None:
        self.connection.send_raw(line)

    def say(self, target: str, text: str) -> None:
        self.connection.privmsg(target, text)

    @property
    def up(self) -> bool:
        return bool(self.connection.connected)


class Threaded(Bare):
    """On the library with threads, which alone knows SASL."""

    async def start(
        self, port: int, *, host: str = LOOPBACK, login: tuple[str, str] | None = None, pace: float = 0.0
    ) -> None:
        del pace
        self.reactor = irc.client.Reactor()
        self.connection = self.reactor.server()
        self.listen()
        more = {"sasl_login": login[0], "password": login[1]} if login else {}
        await asyncio.to_thread(lambda: self.connection.connect(host, port, "psfbot", **more))
        self.ends = False
        self.running = asyncio.create_task(asyncio.to_thread(self.work))

    def work(self) -> None:
        while not self.ends:
            self.reactor.process_once(0.01)

    async def stop(self) -> None:
        self.ends = True
        with suppress(irc.client.IRCError, ValueError, LookupError):
            await self.running
        if self.connection.socket:
            self.connection.socket.close()


class Framework(Threaded):
    """On the library's own frame for bots."""

    async def start(
        self, port: int, *, host: str = LOOPBACK, login: tuple[str, str] | None = None, pace: float = 0.0
    ) -> None:
        del login, pace
        self.bot = irc.bot.SingleServerIRCBot([(host, port)], "psfbot", "psfbot")
        self.connection, self.reactor, self.ends = self.bot.connection, self.bot.reactor, False
        self.listen()
        await asyncio.to_thread(self.bot._connect)  # noqa: SLF001 - what `start` does before its endless loop
        self.running = asyncio.create_task(asyncio.to_thread(self.work))
