"""When certificates end: looked at now where that goes, else as they were last seen."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from psfbot.plugin.world import Certificate, Unreachable, World
from psfbot.relay.certificate import Shown

SECONDS = 5.0
"""Seconds that somebody who asks is kept waiting at most."""
PORT = 443


class Memory(Protocol):
    """Certificates as they were last seen."""

    async def of(self, hosts: Iterable[str]) -> Sequence[Shown]:
        """What these hosts were last seen to show."""

    async def all(self) -> Sequence[Shown]:
        """Everything that was seen; what ends first comes first."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a host shows, now or when it was last seen; `trouble` is why nobody could look now."""

    host: str
    shown: Shown | None = None
    trouble: str = ""


@dataclass(frozen=True)
class Certificates:
    """What commands ask about certificates."""

    world: World
    memory: Memory
    now: Callable[[], datetime]

    async def look(self, hosts: Iterable[str]) -> tuple[Look, ...]:
        """Look at these hosts, all at once."""
        return tuple(await asyncio.gather(*map(self.look_at, hosts)))

    async def look_at(self, host: str) -> Look:
        """What one host shows; nothing where nobody ever saw it."""
        try:
            found = await self.world.certificate(host, PORT, seconds=SECONDS)
        except Unreachable as error:
            known = [one for one in await self.memory.of([host]) if one.port == PORT]
            return Look(host, known[0] if known else None, str(error))
        return Look(host, seen(found, PORT, self.now()))

    async def all(self) -> Sequence[Shown]:
        """Everything that was seen; what ends first comes first."""
        return await self.memory.all()


def seen(found: Certificate, port: int, now: datetime) -> Shown:
    """A certificate as it is remembered."""
    return Shown(
        host=found.host,
        port=port,
        names=found.names,
        issuer=found.issuer,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        trouble=found.trouble,
        instead=found.instead,
        seen_at=now,
    )
