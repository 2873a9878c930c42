"""When to connect again: soon after one fault, later after each further one, never as often as gets one banned."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = 61.0
"""A minute, and a second for the way to the server, which counts attempts as they arrive."""
DOUBLINGS = 30
"""More than enough to reach any longest wait."""


@dataclass
class Backoff:
    """The wait before the next attempt: `least` seconds, doubled by each fault up to `most`, and spread by `draw`.

    A link that was registered for `stable` seconds makes the next fault count as the first.
    Whatever else happens, no minute sees more than `per_minute` attempts.
    """

    least: float = 2.0
    most: float = 300.0
    stable: float = 60.0
    per_minute: int = 3
    draw: Callable[[], float] = random.random
    faults: int = 0
    registered_at: float | None = None
    not_before: float = float("-inf")
    attempts: deque[float] = field(default_factory=deque)

    def attempt(self, now: float) -> None:
        """Write down that a connection is being tried."""
        self.attempts.append(now)
        while len(self.attempts) > self.per_minute:
            self.attempts.popleft()

    def registered(self, now: float) -> None:
        """Write down that the network has let us in."""
        self.registered_at = now

    def lost(self, now: float, *, hold: float = 0.0) -> None:
        """Count a fault: an attempt that failed, or a link that broke; `hold` is how long the network wants us away."""
        if self.registered_at is not None and now - self.registered_at >= self.stable:
            self.faults = 0
        self.registered_at = None
        self.faults += 1
        self.not_before = now + max(self.delay(), hold)

    def delay(self) -> float:
        """A wait for this many faults, drawn from a span that doubles with each."""
        low = max(self.least, min(self.least * 2.0 ** min(self.faults - 1, DOUBLINGS), self.most / 2))
        return low + (min(2 * low, self.most) - low) * self.draw()

    def wait(self, now: float) -> float:
        """Seconds until the next attempt may be made; 0 if it may be made now."""
        full = len(self.attempts) >= self.per_minute
        return max(0.0, self.not_before - now, self.attempts[0] + MINUTE - now if full else 0.0)
