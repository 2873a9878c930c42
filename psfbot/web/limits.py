"""How much strangers may make the bot hold, and for how long."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

KIB, MIB = 2**10, 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds."""

    body: int = MIB
    """PagerDuty drops what is larger than 256 KiB before it sends it; nobody else known sends more either."""
    bodies: Mapping[str, int] = field(default_factory=lambda: {"github": 25 * MIB})
    """Plugins whose senders need more."""
    body_seconds: float = 10.0
    """From the end of the headers to the end of the body."""
    head: int = 32 * KIB
    """Request line and headers."""
    head_seconds: float = 10.0
    """From a connection's opening, or the last byte of an answer, to the end of the headers."""
    answer_seconds: float = 60.0
    """From the end of the headers to the last byte of the answer, however slowly it is read."""
    pipelined: int = 16
    """Requests that one connection may have sent before the first of them is answered."""
    connections: int = 500
    """Open connections; most systems let a process have 1024 files, and the store needs some."""
    at_once: int = 512
    """Webhooks that are being read or stored at a time."""
    held: int = 64 * MIB
    """Bytes of all bodies that are being read or stored at a time."""
    linger: int = 4 * MIB
    """Bytes of a refused body that are still taken in, so that its sender gets to read why."""
    linger_seconds: float = 1.0
    ready_seconds: float = 2.0
    """How long a part may take to say that it is ready."""
    stop_seconds: int = 8
    """How long requests may take to end once the bot stops."""

    def body_of(self, plugin: str) -> int:
        """The largest body that this plugin's senders may post."""
        return self.bodies.get(plugin, self.body)


class Crowd:
    """Who is inside: how many webhooks are being taken, and how many bytes they hold together."""

    def __init__(self, limits: Limits) -> None:
        """Begin empty."""
        self._limits = limits
        self.webhooks = 0
        self.bytes = 0

    @property
    def full(self) -> bool:
        """Must the next one come back later?"""
        return self.webhooks >= self._limits.at_once

    @contextmanager
    def place(self) -> Iterator["Place"]:
        """A place for one webhook; what it held is free again afterwards."""
        place = Place(self)
        self.webhooks += 1
        try:
            yield place
        finally:
            self.webhooks -= 1
            self.bytes -= place.bytes

    def take(self, size: int) -> bool:
        """Hold so many bytes more; False when that is too much."""
        self.bytes += size
        return self.bytes <= self._limits.held


class Place:
    """What one webhook holds."""

    def __init__(self, crowd: Crowd) -> None:
        """Hold nothing yet."""
        self.crowd = crowd
        self.bytes = 0

    def take(self, size: int) -> bool:
        """Hold so many bytes more; False when all webhooks together then hold too much."""
        self.bytes += size
        return self.crowd.take(size)
