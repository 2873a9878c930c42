"""An IRC server that does what it is told, to the word: also what no real server does on request.

Left alone it is small and polite: it offers capabilities, checks passwords, lets people in, echoes what they say. What
it gets is kept with its time. `always` and `once` replace what it answers to a command, `send` makes it speak.
"""

import asyncio
import re
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from certificates import Certificate
from fake_manners import Manners
from fake_sasl import Sasl
from fake_visit import Received, Visit, labelled

PATIENCE = 10.0
"""Seconds that a test waits at most for a line: far more than it needs, because the machine may be busy."""

Answer = str | bytes | Iterable[str | bytes] | Callable[[Visit, Received], Iterable[str | bytes] | None] | None
"""What to say: lines, or what makes them of the visit and what was received, or nothing."""


@dataclass
class FakeIrcd(Manners):
    """How the server behaves from now on, and what it has seen so far.

    `greeting` is said to everybody at once. Each answer takes `delay` seconds. When it is `deaf`, it reads on and
    answers nothing, not even PING; with `refuses`, new connections are reset at once.
    """

    port: int = 0
    greeting: tuple[str | bytes, ...] = ()
    delay: float = 0.0
    deaf: bool = False
    refuses: bool = False
    received: list[Received] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    _always: dict[str, Answer] = field(default_factory=dict)
    _once: dict[str, deque[Answer]] = field(default_factory=dict)
    _passed: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def always(self, command: str, answer: Answer) -> None:
        """From now on, answer so to this command."""
        self._always[command] = answer

    def once(self, command: str, *answers: Answer) -> None:
        """Answer so to this command, each one time, before it is as it was."""
        self._once.setdefault(command, deque()).extend(answers)

    @property
    def visit(self) -> Visit:
        """The newest connection."""
        return self.visits[-1]

    def send(self, *lines: str | bytes) -> None:
        """Say this on the newest connection."""
        self.visit.send(*lines)

    def say(self, who: str, target: str, text: str, tags: str = "") -> None:
        """Somebody says something, to a channel or to `{nick}`; who is `nick!user@host`, or a nick alone."""
        mask = who if "!" in who else f"{who}!{who}@people.fake"
        self.send(f"{f'@{tags} ' if tags else ''}:{mask} PRIVMSG {target} :{text}")

    def lines(self, command: str = "", visit: int | None = None) -> list[str]:
        """What was received so far: all, or one command's, or one visit's."""
        chosen = (one for one in self.received if visit is None or one.visit == visit)
        return [one.line for one in chosen if not command or one.words[:1] == [command]]

    async def wait(self, pattern: str, within: float = PATIENCE) -> Received:
        """The next line that matches, after the one that the last call gave; lines between are passed over."""
        try:
            async with asyncio.timeout(within):
                while True:
                    for one in self.received[self._passed :]:
                        self._passed += 1
                        if re.search(pattern, one.line):
                            return one
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            seen = "\n".join(f"  {one}" for one in self.received)
            raise AssertionError(f"nothing like {pattern!r} came in {within} s:\n{seen}") from None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection from start to end."""
        visit = Visit(len(self.visits) + 1, writer, Sasl(self.passwords, self.external, self.forged))
        if self.refuses:
            visit.reset()
            return
        self.visits.append(visit)
        visit.send(*self.greeting)
        try:
            with suppress(ConnectionError, ssl.SSLError):
                while raw := await reader.readline():
                    await self.take(visit, raw.decode("utf-8", "replace").rstrip("\r\n"))
        finally:
            visit.ended.set()
            writer.close()

    async def take(self, visit: Visit, line: str) -> None:
        """Keep a line and answer it."""
        one = Received(asyncio.get_running_loop().time(), visit.number, line)
        self.received.append(one)
        self._news.set()
        if self.delay:
            await asyncio.sleep(self.delay)
        if not self.deaf and one.words:
            lines = self.answer(visit, one)
            for said in labelled(one, lines) if one.label and "labeled-response" in visit.caps else lines:
                visit.send(said)
            await visit.writer.drain()

    def answer(self, visit: Visit, one: Received) -> Iterable[str | bytes]:
        """What this command is answered with now."""
        command = one.words[0]
        if waiting := self._once.get(command):
            answer = waiting.popleft()
        elif command in self._always:
            answer = self._always[command]
        else:
            usual = getattr(self, f"do_{command.lower()}", None)
            return usual(visit, one.words[1:]) if usual else ()
        if callable(answer):
            answer = answer(visit, one)
        return [answer] if isinstance(answer, str | bytes) else answer or ()


@asynccontextmanager
async def fake_ircd(certificate: Certificate | None = None, port: int = 0) -> AsyncIterator[FakeIrcd]:
    """A fake server on loopback, with TLS if it has a certificate; it hears people until the block ends."""
    fake = FakeIrcd()
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.pem)
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(fake.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", port, ssl=context)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
