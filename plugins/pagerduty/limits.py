"""How often we may ask, and when to leave somebody alone who does not answer: numbers only, no clock."""

from dataclasses import dataclass, field

FAILURES = 5
"""Failures in a row after which nobody is asked for a while."""
REST, LONGEST_REST = 30.0, 300.0
"""Seconds of that while at first; it doubles each time that the next try fails, too."""
SHORTEST = 0.001
"""Seconds of a wait: for less than that a clock may stand still, and whoever waits would wait for ever."""


@dataclass
class Bucket:
    """Lets so many calls through in a minute, and a few at once; PagerDuty counts for the whole account."""

    per_minute: float
    burst: float
    level: float = field(init=False)
    at: float | None = None

    def __post_init__(self) -> None:
        """Begin full."""
        self.level = self.burst

    def take(self, now: float) -> float:
        """Seconds until the next call may be made; 0 when it may be made now, and then it is counted."""
        passed = 0.0 if self.at is None else max(0.0, now - self.at)
        self.level = min(self.burst, self.level + passed * self.per_minute / 60)
        self.at = now
        if self.level < 1:
            return max(SHORTEST, (1 - self.level) * 60 / self.per_minute)
        self.level -= 1
        return 0.0


@dataclass
class Breaker:
    """Opens after failures in a row, lets one call through after a rest, and closes when that one works."""

    failures: int = 0
    rest: float = REST
    until: float | None = None
    trying: bool = False

    def wait(self, now: float) -> float:
        """Seconds for which nobody should be asked; 0 lets this call through, which is the only one after a rest."""
        if self.until is None:
            return 0.0
        if now < self.until:
            return self.until - now
        if self.trying:
            return self.rest
        self.trying = True
        return 0.0

    def worked(self) -> None:
        """All is well."""
        self.failures, self.rest, self.until, self.trying = 0, REST, None, False

    def failed(self, now: float) -> None:
        """Count a failure; a try after a rest that fails makes the next rest longer."""
        if self.trying:
            self.rest = min(2 * self.rest, LONGEST_REST)
        self.failures += 1
        if self.trying or self.failures >= FAILURES:
            self.until, self.trying = now + self.rest, False

    def let_go(self) -> None:
        """The call that was let through was never made, or nobody waits for it any more."""
        self.trying = False
