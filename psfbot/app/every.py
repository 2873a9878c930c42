"""Work that is done over and over while the bot runs; trouble with it is logged, and never ends it."""

import asyncio
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import NamedTuple

from psfbot import logs
from psfbot.errors import StoreBusy

log = logs.get(__name__)


class Round(NamedTuple):
    """Something to do every so many seconds, and at once when its bell rings."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[None]]
    bell: asyncio.Event | None = None


def bug(error: Exception) -> str:
    """Log what nobody foresaw, and give the reference that people are told."""
    reference = token_hex(4)
    log.error("unforeseen", reference=reference, exc_info=error)
    return reference


async def every(
    name: str, seconds: float, work: Callable[[], Awaitable[None]], bell: asyncio.Event | None, stop: asyncio.Event
) -> None:
    """Do something over and over until told to stop, sooner when the bell rings; trouble is logged, never final."""
    ring = bell or asyncio.Event()
    while not stop.is_set():
        ring.clear()
        try:
            await work()
        except StoreBusy as busy:
            log.warning("storage busy", work=name, reason=str(busy))
        except Exception as error:  # noqa: BLE001 - one of the loops that must go on whatever happens
            bug(error)
        waits = [asyncio.ensure_future(ring.wait()), asyncio.ensure_future(stop.wait())]
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
