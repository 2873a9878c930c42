"""The world as one survey sees it: each thing is asked once, few at a time, and fewer of one host."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from psfbot.plugin import Certificate, Http, Record, RecordKind, Response, World
from psfbot.plugin.world import SECONDS

WIDTH, EACH = 8, 2
"""So many questions are under way at once, and so many to one host."""
ASKING = frozenset({"GET", "HEAD"})
"""Methods that change nothing: only their answers may be shared."""

Answer = TypeVar("Answer")


@dataclass
class Polite:
    """A world whose answers are kept until it is closed; whoever waits is cancelled alone."""

    world: World
    width: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(WIDTH))
    _hosts: dict[str, asyncio.Semaphore] = field(
        default_factory=lambda: defaultdict(lambda: asyncio.Semaphore(EACH)), init=False
    )
    _asked: dict[object, asyncio.Task[Any]] = field(default_factory=dict, init=False)

    @property
    def stays_here(self) -> bool:
        """As the world beneath."""
        return self.world.stays_here

    @property
    def http(self) -> Http:
        """Web servers are asked here, too."""
        return self

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        seconds: float = SECONDS,
        follow: bool = False,
    ) -> Response:
        """Ask a web server, once for all that ask the same."""
        ask = lambda: self.world.http.request(  # noqa: E731 - asked now or by somebody else before
            method, url, headers=headers, body=body, seconds=seconds, follow=follow
        )
        host = urlsplit(url).hostname or ""
        if method not in ASKING:
            return await self._turn(host, ask)
        return await self._once(("http", method, url, follow, *sorted((headers or {}).items())), host, ask)

    async def certificate(self, host: str, port: int = 443, *, seconds: float = SECONDS) -> Certificate:
        """The certificate of a host, once."""
        return await self._once(("tls", host, port), host, lambda: self.world.certificate(host, port, seconds=seconds))

    async def records(self, name: str, kind: RecordKind = "A", *, seconds: float = SECONDS) -> tuple[Record, ...]:
        """The records of a name, once."""
        return await self._once(("dns", name, kind), "", lambda: self.world.records(name, kind, seconds=seconds))

    async def _once(self, key: object, host: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer that somebody got, or that comes."""
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.ensure_future(self._turn(host, ask))
        answer: Answer = await asyncio.shield(task)
        return answer

    async def _turn(self, host: str, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        """Wait for a place, first of the host, then of all; names are asked of servers that stand any number."""
        if not host:
            async with self.width:
                return await ask()
        async with self._hosts[host], self.width:
            return await ask()

    async def close(self) -> None:
        """Ask nothing more."""
        for task in self._asked.values():
            task.cancel()
        await asyncio.gather(*self._asked.values(), return_exceptions=True)
