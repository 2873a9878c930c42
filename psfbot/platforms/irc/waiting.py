"""Waiting for one thing or another, and never longer than wanted."""

import asyncio
from typing import Any


async def done(work: "asyncio.Future[None]", stop: asyncio.Event) -> bool:
    """Wait for work, but no longer than until `stop`; raises what the work raises."""
    stopping = asyncio.ensure_future(stop.wait())
    both: list[asyncio.Future[Any]] = [work, stopping]
    try:
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            await work
            return True
        return False
    finally:
        stopping.cancel()
        work.cancel()


async def happens(event: asyncio.Event, seconds: float, *others: asyncio.Event) -> bool:
    """Wait for an event (or another) for so long; did the first one come?"""
    waits = [asyncio.ensure_future(one.wait()) for one in (event, *others)]
    await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    for task in waits:
        task.cancel()
    return event.is_set()
