"""Turns to speak: one message a second in each channel, and none where Slack asked for silence."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

KNOWN = 1000
"""Channels whose last turn is remembered; of more, those that are free anyway are forgotten."""


@dataclass
class Pacer:
    """Gives each channel its own turns; a channel that must be left alone holds up no other."""

    interval: float = 1.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    free_at: dict[str, float] = field(default_factory=dict)
    quiet_until: dict[str, float] = field(default_factory=dict)

    async def turn(self, channel: str) -> None:
        """Wait for this channel's next turn; whoever asks first goes first."""
        now = self.clock()
        at = max(now, self.free_at.get(channel, now), self.quiet_until.get(channel, now))
        self.free_at[channel] = at + self.interval
        self.tidy(now)
        while at > now:
            await self.sleep(at - now)
            now = self.clock()
            at = max(at, self.quiet_until.get(channel, at))

    def hold(self, channel: str, seconds: float) -> None:
        """Leave a channel alone for a while; those who wait for their turn wait on."""
        until = self.clock() + seconds
        self.quiet_until[channel] = max(until, self.quiet_until.get(channel, until))
        self.free_at[channel] = max(until, self.free_at.get(channel, until))

    def held(self, channel: str) -> float:
        """For how many more seconds Slack wants silence there."""
        return max(0.0, self.quiet_until.get(channel, 0.0) - self.clock())

    def tidy(self, now: float) -> None:
        """Forget channels that are free."""
        if len(self.free_at) > KNOWN:
            self.free_at = {channel: at for channel, at in self.free_at.items() if at > now}
            self.quiet_until = {channel: at for channel, at in self.quiet_until.items() if at > now}
