"""The world as a plugin sees it: pages, certificates and names, each asked for within a deadline.

A plugin opens no connection of its own. Whoever runs it hands it a `World`, and decides how far that reaches:
a check of a checklist reaches what the catalog names, and a demo reaches this machine alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from psfbot.errors import UserError

SECONDS = 10.0
"""Seconds that an answer may take."""
RecordKind = Literal["A", "AAAA", "CAA", "CNAME", "MX", "NS", "SOA", "TXT"]


class Unreachable(UserError):
    """Nobody answered, or not in time, or psfbot may not ask there: nothing is known, and the message tells why."""


class NotAsked(Unreachable):
    """Psfbot may not ask there, so nobody was asked: this says nothing about the other side."""


class NotPublic(NotAsked):
    """The name leads to no public address, so nobody was asked: where it led to one before, the world cannot either."""


def in_its_place(instead: str) -> str:
    """What a line of evidence must add when somebody else was asked."""
    return f" (asked {instead} in its place)" if instead else ""


@dataclass(frozen=True, slots=True)
class Response:
    """What a web server answered; the names of its headers are in lower case.

    `instead` is who was asked in place of the host, where the settings (or a demo) say so: evidence ends in `aside`.
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    seconds: float = 0.0
    instead: str = ""

    @property
    def aside(self) -> str:
        """` (asked 127.0.0.1:8080 in its place)`, or nothing."""
        return in_its_place(self.instead)

    @property
    def text(self) -> str:
        """The body as text; bytes that are no UTF-8 are replaced."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON; `Unreachable` where it is none, since nothing can be known from it."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unreachable(f"{self.url.partition('?')[0]} did not answer with JSON.") from error


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server proves itself with, read also where it proves nothing.

    `trouble` is empty where it is valid for the host that was asked for; else it says why not. `instead` and `aside`
    are those of a `Response`.
    """

    host: str
    names: tuple[str, ...]
    issuer: str
    starts_at: datetime
    ends_at: datetime
    trouble: str = ""
    instead: str = ""

    @property
    def aside(self) -> str:
        """` (asked 127.0.0.1:8443 in its place)`, or nothing."""
        return in_its_place(self.instead)


@dataclass(frozen=True, slots=True)
class Record:
    """One DNS record: its data in the usual notation without a last dot, and the seconds that it may be kept."""

    value: str
    ttl: int


class Http(Protocol):
    """Asks web servers."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        seconds: float = SECONDS,
        follow: bool = False,
    ) -> Response:
        """Ask, and return whatever status came; `Unreachable` when no answer did. Bodies are cut at some size."""


class World(Protocol):
    """Everything outside that a plugin may look at."""

    @property
    def stays_here(self) -> bool:
        """May nobody be asked but this machine? So it is in a demo."""

    @property
    def http(self) -> Http:
        """Web servers."""

    async def certificate(self, host: str, port: int = 443, *, seconds: float = SECONDS) -> Certificate:
        """The certificate that a host shows, valid or not; `Unreachable` when it shows none."""

    async def records(self, name: str, kind: RecordKind = "A", *, seconds: float = SECONDS) -> tuple[Record, ...]:
        """The records of a name; none where it surely has none, `Unreachable` when nobody knows."""
