"""A person on IRC, for tests: they say what they are told to, and whatever they see can be waited for."""

import asyncio
import base64
import re
import ssl
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import Self

PATIENCE = 10.0
"""Seconds that anything may take: far more than it needs, because the machine may be busy."""


class Person:
    """One raw connection; `seen` holds every line that came, without its end. A PING is answered by itself.

    `async with Person(port, "alice"):` connects and registers; a person without a nick only connects. With a `login`
    (account, password) the services know them as well.
    """

    def __init__(
        self,
        port: int,
        nick: str = "",
        *,
        caps: Iterable[str] = (),
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.port, self.nick, self.tls = port, nick, tls
        self.caps, self.login = [*caps, *["sasl"] * bool(login)], login
        self.seen: list[str] = []
        self.answers_ping = True
        self._passed = 0
        self._news = asyncio.Event()

    async def dial(self) -> Self:
        """Only connect: nothing is said yet."""
        name = "localhost" if self.tls else None
        opening = asyncio.open_connection("127.0.0.1", self.port, limit=2**20, ssl=self.tls, server_hostname=name)
        self.reader, self.writer = await asyncio.wait_for(opening, PATIENCE)
        self._reading = asyncio.create_task(self._read())
        return self

    async def register(self, *, caps: Iterable[str] = (), login: tuple[str, str] | None = None) -> Self:
        """Become known to the server, and with a login to the services."""
        self.caps, self.login = [*self.caps, *caps, *["sasl"] * bool(login)], login or self.login
        self.send("CAP LS 302", f"NICK {self.nick}", f"USER {self.nick} 0 * :{self.nick}")
        if self.caps:
            self.send(f"CAP REQ :{' '.join(self.caps)}")
            answer = await self.wait(r" CAP \S+ (ACK|NAK) ")
            assert " ACK " in answer, f"{self.nick} asked for {self.caps}: {answer}"
        if self.login:
            await self.log_in(*self.login)
        self.send("CAP END")
        await self.wait(r"^\S+ 001 ")
        return self

    async def log_in(self, account: str, password: str) -> None:
        """SASL PLAIN."""
        self.send("AUTHENTICATE PLAIN")
        await self.wait(r"^AUTHENTICATE :?\+")
        self.send("AUTHENTICATE " + base64.b64encode(f"\0{account}\0{password}".encode()).decode())
        answer = await self.wait(r" 90[3-8] ")
        assert " 903 " in answer, answer

    async def __aenter__(self) -> Self:
        """Connect, and register under the nick there is."""
        await self.dial()
        try:
            return await self.register() if self.nick else self
        except BaseException:
            await self.close()
            raise

    async def __aexit__(self, kind: type[BaseException] | None, _error: object, _trace: TracebackType | None) -> None:
        """Leave, and leave nothing behind."""
        await self.close()

    def send(self, *lines: str) -> None:
        """Say this to the server, word for word."""
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode())

    def say(self, target: str, text: str) -> None:
        """Say something in a channel or to somebody."""
        self.send(f"PRIVMSG {target} :{text}")

    async def join(self, *channels: str) -> None:
        """Go into channels; when this returns, whatever is said there is heard."""
        for channel in channels:
            self.send(f"JOIN {channel}")
            await self.wait(rf"^\S+ 366 \S+ {re.escape(channel)} ")

    async def wait(self, pattern: str, *, within: float = PATIENCE) -> str:
        """The next line that matches, with or without its tags; what came before it is passed over."""
        try:
            async with asyncio.timeout(within):
                while True:
                    for line in self.seen[self._passed :]:
                        self._passed += 1
                        if re.search(pattern, line) or re.search(pattern, bare(line)):
                            return line
                    assert not self.gone, f"{self.nick} was cut off before anything like {pattern!r}:\n{self}"
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.nick} saw nothing like {pattern!r} in {within} s:\n{self}") from None

    async def heard(self, words: str, *, by: str = "", within: float = PATIENCE) -> str:
        """The next thing that somebody says and that holds these words, whole."""
        line = await self.wait(rf"^:{re.escape(by)}\S* PRIVMSG \S+ :?.*{re.escape(words)}", within=within)
        return said(line)

    async def synced(self) -> list[str]:
        """Wait until the server has done all that it was told; every line seen so far."""
        token = f"synced-{len(self.seen)}"
        self.send(f"PING {token}")
        await self.wait(rf" PONG .*{token}")
        return self.seen

    async def ended(self, within: float = PATIENCE) -> list[str]:
        """Wait until the server hangs up; every line seen."""
        async with asyncio.timeout(within):
            await asyncio.wait([self._reading])
        return self.seen

    @property
    def gone(self) -> bool:
        """Has the server hung up?"""
        return self._reading.done()

    async def close(self) -> None:
        """Say goodbye where that is possible, and hang up."""
        if not self.gone:
            self.send("QUIT :goodbye")
        self.writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self.writer.wait_closed(), 1)
        self.writer.transport.abort()
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        """Take in lines until the end."""
        try:
            while raw := await self.reader.readline():
                line = raw.decode("utf-8", "replace").rstrip("\r\n")
                if bare(line).startswith("PING") and self.answers_ping:
                    self.send(f"PONG{bare(line)[4:]}")
                self.seen.append(line)
                self._news.set()
        except (ConnectionError, ssl.SSLError):
            return
        finally:
            asyncio.get_running_loop().call_soon(self._news.set)

    def __str__(self) -> str:
        """All that was seen, for the message of a failing test."""
        return "\n".join(f"  {line}" for line in self.seen)


def bare(line: str) -> str:
    """A line without its tags."""
    return line.partition(" ")[2] if line.startswith("@") else line


def said(line: str) -> str:
    """What somebody says in a PRIVMSG or NOTICE."""
    found = re.match(r":\S+ (?:PRIVMSG|NOTICE) \S+ :?(.*)", bare(line))
    assert found, line
    return found[1]
