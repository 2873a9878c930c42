"""An IRC client on stage: it runs against a server of the test's, and what happens can be waited for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import Any

from certificates import Certificate
from fake_ircd import fake_ircd

from psfbot.platforms.irc.client import Client
from psfbot.platforms.irc.listening import Asked
from psfbot.platforms.irc.plan import Plan

PATIENCE = 20.0
"""Seconds that anything here may take: far more than it needs, because the machine may be busy."""
QUICK = Plan(
    host="127.0.0.1", tls=False, realname="psfbot of a test", channels=("#room",), interval=0.0,
    waits=(0.02, 0.05), per_minute=1000, quiet=600.0, deadline=600.0,
)  # fmt: skip


class Fast:
    """A clock that runs faster than the one on the wall, so that minutes need no waiting."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor, self.start = factor, monotonic()

    def __call__(self) -> float:
        return self.start + (monotonic() - self.start) * self.factor


class Staged:
    """A client that runs, the questions that it was asked, and the bugs that it told."""

    def __init__(self, port: int, faster: float, **changes: Any) -> None:
        self.questions: asyncio.Queue[Asked] = asyncio.Queue()
        self.bugs: list[Exception] = []
        plan = replace(QUICK, port=port, **changes)
        often: dict[str, Any] = {"clock": Fast(faster), "latest": 0.02} if faster > 1 else {}
        self.client = Client(plan, self.questions.put_nowait, bug=self.bugs.append, **often)
        self.stop = asyncio.Event()
        self.running = asyncio.create_task(self.client.run(self.stop))

    async def until(self, true: Callable[[], object], what: str = "") -> None:
        """Wait for something to become true."""
        end = monotonic() + PATIENCE
        while not true():
            assert monotonic() < end, f"{what or 'it'} never came true; {self.client.status}; {self.client.numbers()}"
            await asyncio.wait([self.running], timeout=0.005)
            if self.running.done():
                await self.running

    async def ready(self) -> None:
        """Wait until it may speak."""
        await self.until(lambda: self.client.ready, "ready")

    async def asked(self) -> Asked:
        """The next question."""
        return await asyncio.wait_for(self.questions.get(), PATIENCE)

    async def end(self) -> None:
        """Tell it to stop, and wait until it has."""
        self.stop.set()
        await asyncio.wait_for(self.running, PATIENCE)


@asynccontextmanager
async def staged(port: int, *, faster: float = 1.0, **changes: Any) -> AsyncIterator[Staged]:
    """A client of the server on this port, until the block ends; `changes` are to its plan."""
    one = Staged(port, faster, **changes)
    try:
        yield one
    finally:
        await one.end()
    assert one.bugs == []


def play(story: Callable[..., Any], *servers: Certificate | None) -> Any:
    """Run a story; `servers` are certificates (or None) of the fake servers that it needs."""

    async def run() -> Any:
        async with asyncio.timeout(60):
            if len(servers) > 1:
                async with fake_ircd(servers[0]) as one, fake_ircd(servers[1]) as two:
                    return await story(one, two)
            async with fake_ircd(servers[0] if servers else None) as fake:
                fake.passwords["psfbot"] = "correct-horse"
                return await story(fake)

    return asyncio.run(run())
