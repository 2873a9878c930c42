"""The outbox is emptied lane by lane: send, ask for proof, try again, and give up only where people can see it."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psfbot.errors import DeliveryError, StoreBusy
from psfbot.relay.notice import Delivery, Ending, Parcel
from psfbot.relay.ports import Outbox, Platform
from psfbot.relay.retry import Attempt, GiveUp, after

LEASE = timedelta(seconds=60)
"""How long a sender may take; after it, nobody knows whether the parcel arrived."""

TICK = 1.0
"""Seconds between looks at the outbox when nobody rings."""


@dataclass
class Courier:
    """Delivers what the outbox holds; what waits for one room never holds up another."""

    outbox: Outbox
    platforms: Mapping[str, Platform]
    now: Callable[[], datetime]
    leads: Callable[[], bool] = lambda: True
    bug: Callable[[Exception], str] = str
    draw: Callable[[], float] = random.random
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    busy: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; what is on its way is finished first."""
        while not stop.is_set():
            self.bell.clear()
            try:
                await self.recover()
                await self.round()
            except StoreBusy:
                pass  # it mends by itself, and whatever is due stays due
            except Exception as error:  # noqa: BLE001 - the loop that tells people must go on whatever happens
                self.bug(error)
            waiting = [asyncio.ensure_future(self.bell.wait()), asyncio.ensure_future(stop.wait())]
            await asyncio.wait(waiting, timeout=TICK, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
        await asyncio.gather(*self.busy.values(), return_exceptions=True)

    async def round(self) -> None:
        """Start a sender for each lane that has something, unless one is at it; only the leader speaks."""
        if not self.leads():
            return
        for lane in await self.outbox.lanes(self.now()):
            platform = self.platforms.get(lane.partition(" ")[0])
            if platform and platform.ready and lane not in self.busy:
                task = asyncio.ensure_future(self.empty(lane, platform))
                self.busy[lane] = task
                task.add_done_callback(lambda _, lane=lane: self.busy.pop(lane, None))  # type: ignore[misc]

    async def empty(self, lane: str, platform: Platform) -> None:
        """Send the parcels of one lane, one after the other."""
        while platform.ready and self.leads():
            now = self.now()
            parcel = await self.outbox.lease(lane, now, now + LEASE)
            if parcel is None:
                return
            await self.outbox.settle(parcel, await self.send(parcel, platform), self.now())

    async def send(self, parcel: Parcel, platform: Platform) -> Ending:
        """One attempt."""
        if parcel.notice.quiet and not parcel.posted:
            return Ending(state=Delivery.SENT, proof="nothing to bring up to date")
        try:
            async with asyncio.timeout(LEASE.total_seconds() * 0.9):
                return Ending(state=Delivery.SENT, proof=await platform.send(parcel))
        except TimeoutError:
            return Ending(state=Delivery.UNKNOWN, error="no answer in time")
        except DeliveryError as error:
            return self.failed(parcel, error)
        except Exception as error:  # noqa: BLE001 - a bug of one platform is a failed attempt, not the end of its lane
            return self.failed(parcel, DeliveryError(f"unforeseen, reference {self.bug(error)}", final=False))

    def failed(self, parcel: Parcel, error: DeliveryError) -> Ending:
        """What follows a failure: another attempt later, or a dead letter."""
        wait = timedelta(seconds=error.wait) if error.wait is not None else None
        attempt = Attempt(parcel.attempts, parcel.created_at, self.now(), final=error.final, wait=wait)
        what = after(attempt, jitter=self.draw())
        if isinstance(what, GiveUp):
            return Ending(state=Delivery.DEAD, error=f"{error} ({what.reason})")
        return Ending(state=Delivery.PENDING, error=str(error), not_before=what.at)

    async def recover(self) -> None:
        """Find out about parcels whose sender died: proof settles it, else they are sent again, marked as such."""
        if not self.leads():
            return
        for parcel in await self.outbox.expired(self.now()):
            platform = self.platforms.get(parcel.notice.room.platform)
            if platform is None or not platform.ready:
                continue
            proof = await platform.find(parcel)
            if proof:
                ending = Ending(state=Delivery.SENT, proof=proof)
            else:
                again = "" if proof == "" else "perhaps told before"
                ending = Ending(state=Delivery.PENDING, error=again, not_before=self.now())
            await self.outbox.settle(parcel, ending, self.now())
