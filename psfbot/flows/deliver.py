"""The outbox is emptied lane by lane: send, ask for proof, try again, and give up only where people can see it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psfbot.errors import DeliveryError, StoreBusy
from psfbot.relay.late import in_time
from psfbot.relay.notice import PERHAPS, Delivery, Ending, Parcel
from psfbot.relay.ports import Outbox, Platform
from psfbot.relay.retry import Attempt, GiveUp, after

LEASE = timedelta(seconds=60)
"""How long a sender may take; after it, nobody knows whether the parcel arrived."""
IN_TIME = 0.9
"""The part of a lease after which an answer is no longer awaited, so that the rest is left to write that down."""
TICK = 1.0
"""Seconds between looks at the outbox when nobody rings, and between tries to write down how an attempt ended."""
ENOUGH = 10
"""Attempts before a bug, or a parcel's age, is reason to give up: after less, its platform may just have come back."""
SEARCH = timedelta(minutes=10)
"""How old a notice may be while a search for it that failed is made again; then it is sent again, marked."""

NO_ANSWER = DeliveryError("no answer in time", final=False)
CUT_SHORT = Ending(state=Delivery.UNKNOWN, error=f"{PERHAPS}; psfbot stopped before there was an answer")


@dataclass
class Courier:
    """Delivers what the outbox holds; what waits for one room never holds up another.

    `alone` says that no other process can be sending: what is on its way, and not by this one, was lost with an
    earlier one, and need not wait for its lease to end. `gave_up` is told of each dead letter before it is one.
    """

    outbox: Outbox
    platforms: Mapping[str, Platform]
    now: Callable[[], datetime]
    leads: Callable[[], bool] = lambda: True
    bug: Callable[[Exception], str] = str
    draw: Callable[[], float] = random.random
    gave_up: Callable[[Parcel, Ending], Awaitable[None]] | None = None
    alone: bool = False
    lease: timedelta = LEASE
    tick: float = TICK
    bell: asyncio.Event = field(default_factory=asyncio.Event)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    busy: dict[str, "asyncio.Task[None]"] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Deliver until told to stop; what is on its way is finished first."""
        self.stop = stop
        try:
            while not stop.is_set():
                await self.look()
            await asyncio.gather(*self.busy.values())
        finally:
            for task in self.busy.values():
                task.cancel()
            await asyncio.gather(*self.busy.values(), return_exceptions=True)

    async def look(self) -> None:
        """One round, then wait for the bell, the next look, or the end."""
        self.bell.clear()
        try:
            await self.round()
        except StoreBusy:
            pass  # it mends by itself, and whatever is due stays due
        except Exception as error:  # noqa: BLE001 - the loop that tells people must go on whatever happens
            self.bug(error)
        waiting = [asyncio.ensure_future(self.bell.wait()), asyncio.ensure_future(self.stop.wait())]
        await asyncio.wait(waiting, timeout=self.tick, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()

    async def round(self) -> None:
        """Put somebody to each lane where there is something to do, unless one is at it; only the leader speaks."""
        if not self.leads():
            return
        now = self.now()
        for lost in await self.outbox.expired(now + self.lease if self.alone else now):
            if lost.state is Delivery.SENDING or lost.not_before <= now:
                self.attend(lost.notice.room.lane, lost)
        for lane in await self.outbox.lanes(now):
            self.attend(lane)

    def attend(self, lane: str, lost: Parcel | None = None) -> None:
        """Let a lane be emptied beside all others, if its platform can speak."""
        platform = self.platforms.get(lane.partition(" ")[0])
        if platform and platform.ready and lane not in self.busy:
            self.busy[lane] = asyncio.ensure_future(self.empty(lane, platform, lost))
            self.busy[lane].add_done_callback(lambda _: self.busy.pop(lane, None))

    async def empty(self, lane: str, platform: Platform, lost: Parcel | None = None) -> None:
        """Find out what became of a lost parcel, then send those that wait, one after the other."""
        try:
            if lost:
                await self.settle(lost, await self.search(lost, platform))
            while platform.ready and self.leads() and not self.stop.is_set():
                now = self.now()
                until = now + self.lease
                parcel = await self.outbox.lease(lane, now, until)
                if parcel is None:
                    return
                await self.deliver(parcel, platform, until)
        except StoreBusy:
            pass  # as above
        except Exception as error:  # noqa: BLE001 - one lane's loop: the others go on, and this one with the next round
            self.bug(error)

    async def deliver(self, parcel: Parcel, platform: Platform, until: datetime) -> None:
        """Make one attempt within its lease and write down how it ended; one that was cut short may have arrived."""
        try:
            ending = await self.send(parcel, platform, until)
        except asyncio.CancelledError:
            await self.outbox.settle(parcel, CUT_SHORT, self.now())
            raise
        await self.settle(parcel, ending)

    async def settle(self, parcel: Parcel, ending: Ending) -> None:
        """Write down how an attempt ended, however long the storage is busy: else it would be told twice."""
        while True:
            try:
                if ending.state is Delivery.DEAD and self.gave_up:
                    await self.gave_up(parcel, ending)
                await self.outbox.settle(parcel, ending, self.now())
            except StoreBusy:
                await asyncio.sleep(self.tick)
            else:
                return

    async def send(self, parcel: Parcel, platform: Platform, until: datetime) -> Ending:
        """One attempt; where it ended in a way that nobody foresaw, nobody knows whether the parcel arrived."""
        if parcel.notice.quiet and not parcel.posted:
            return Ending(state=Delivery.SENT, proof="nothing to bring up to date")
        try:
            async with asyncio.timeout((until - self.now()).total_seconds() * IN_TIME):
                return Ending(state=Delivery.SENT, proof=await platform.send(self.dated(parcel)))
        except DeliveryError as error:
            return self.failed(parcel, error)
        except TimeoutError:
            return self.failed(parcel, NO_ANSWER, doubt=True)
        except OSError as error:
            return self.failed(parcel, DeliveryError(f"the connection failed: {error}", final=False), doubt=True)
        except Exception as error:  # noqa: BLE001 - a bug of one platform is a failed attempt, not the end of its lane
            return self.failed(parcel, self.unforeseen(parcel, error), doubt=True)

    def dated(self, parcel: Parcel) -> Parcel:
        """The parcel as it is told now: what could not be told in time says when it was."""
        return parcel.model_copy(update={"notice": in_time(parcel, self.now())})

    def unforeseen(self, parcel: Parcel, error: Exception) -> DeliveryError:
        """What to say of a bug; it does not mend by itself, so it must not hold its lane up for a day."""
        reference = self.bug(error)
        return DeliveryError(f"psfbot failed at it, reference {reference}", final=parcel.attempts >= ENOUGH)

    def failed(self, parcel: Parcel, error: DeliveryError, *, doubt: bool = False) -> Ending:
        """What follows a failure: another attempt later, or a dead letter; in doubt, a search comes before either."""
        now, wait = self.now(), None if error.wait is None else timedelta(seconds=error.wait)
        since = parcel.created_at if parcel.attempts >= ENOUGH else now
        what = after(Attempt(parcel.attempts, since, now, final=error.final, wait=wait), jitter=self.draw())
        said = f"{PERHAPS}; {error}" if doubt or parcel.repeat else str(error)
        if isinstance(what, GiveUp):
            why = f"after {parcel.attempts} attempts" if doubt and error.final else what.reason
            return Ending(state=Delivery.DEAD, error=f"{said} ({why})")
        state = Delivery.UNKNOWN if doubt else Delivery.PENDING
        return Ending(state=state, error=said, not_before=what.at)

    async def search(self, parcel: Parcel, platform: Platform) -> Ending:
        """Did a lost parcel arrive? Proof settles it; else it is sent again, marked unless it surely did not."""
        try:
            async with asyncio.timeout(self.lease.total_seconds() * IN_TIME):
                proof = await platform.find(parcel)
        except DeliveryError as error:
            if not error.final and self.now() - parcel.created_at < SEARCH:
                return self.failed(parcel, error, doubt=True)
            proof = None
        except TimeoutError:
            proof = None
        except Exception as error:  # noqa: BLE001 - a bug of one platform: as good as a platform that cannot tell
            self.bug(error)
            proof = None
        if proof:
            return Ending(state=Delivery.SENT, proof=proof)
        return Ending(state=Delivery.PENDING, error=PERHAPS if proof is None else "")
