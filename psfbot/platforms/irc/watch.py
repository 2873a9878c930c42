"""A dead link is found in a known time, although TCP may keep quiet about it for hours."""

from dataclasses import dataclass


@dataclass
class Watch:
    """Asks for a sign of life after `quiet` seconds of silence, and calls the link dead `deadline` seconds after that.

    What others say does not stand for the answer: a link that carries lines to us only is dead too, and
    so that it is found where people talk all the time, we ask every `every` seconds whatever is heard.
    """

    quiet: float = 30.0
    deadline: float = 50.0
    every: float = 120.0
    lag: float = 0.0
    number: int = 0
    token: str = ""
    asked_at: float = 0.0
    heard_at: float | None = None

    def start(self, now: float) -> None:
        """Begin with a new link: what was asked on the last one is forgotten, and its answer no longer counts."""
        self.token, self.lag = "", 0.0
        self.asked_at = self.heard_at = now

    def heard(self, now: float) -> None:
        """Note that a line has come, whatever it says."""
        if self.heard_at is None:
            self.asked_at = now
        self.heard_at = now

    def ping(self, now: float, *, early: bool = False) -> str | None:
        """The token of a PING to send now, if it is time to ask; `early` asks at once, unless an answer is awaited."""
        if self.heard_at is None:
            self.start(now)
        if self.token or not (early or now >= self.due_at()):
            return None
        self.number += 1
        self.token, self.asked_at = f"alive-{self.number}", now
        return self.token

    def pong(self, token: str, now: float) -> bool:
        """Is this the answer to our PING? Then the lag is measured by it; any other PONG is somebody else's."""
        self.heard(now)
        if not token or token != self.token:
            return False
        self.token, self.lag = "", max(0.0, now - self.asked_at)
        return True

    def dead(self, now: float) -> bool:
        """Has our PING been left without an answer for too long?"""
        return bool(self.token) and now >= self.asked_at + self.deadline

    def behind(self, now: float) -> float:
        """The lag as far as it is known now: an answer that is still awaited is at least that late."""
        return max(self.lag, now - self.asked_at) if self.token else self.lag

    def wait(self, now: float) -> float:
        """Seconds until `ping` or `dead` should be asked again."""
        moment = self.asked_at + self.deadline if self.token else self.due_at()
        return max(0.0, moment - now)

    def due_at(self) -> float:
        """When the next PING is to be sent."""
        return min((self.heard_at or 0.0) + self.quiet, self.asked_at + self.every)
