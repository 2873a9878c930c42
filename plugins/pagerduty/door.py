"""The way out to PagerDuty over HTTP: each exchange is bounded in time and size, whatever the other side does."""

from collections.abc import Callable, Iterator
from time import monotonic
from urllib.request import getproxies, proxy_bypass

import httpx2

LARGEST = 8 * 1024 * 1024
"""Octets of an answer that are read."""
CONNECTIONS = 4
TOO_LARGE = "the answer is too large"
TOO_SLOW = "the answer came too slowly"


class Bounded(httpx2.SyncByteStream):
    """An answer as it comes in; one that drips, or does not end, is broken off."""

    def __init__(self, inner: httpx2.SyncByteStream, until: float, clock: Callable[[], float]) -> None:
        """Read no longer than until then."""
        self._inner, self._until, self._clock = inner, until, clock

    def __iter__(self) -> Iterator[bytes]:
        """The same octets, as long as they are few enough and come soon enough."""
        size = 0
        for part in self._inner:
            size += len(part)
            if size > LARGEST:
                raise httpx2.ReadError(TOO_LARGE)
            if self._clock() > self._until:
                raise httpx2.ReadTimeout(TOO_SLOW)
            yield part

    def close(self) -> None:
        """Let go of the connection."""
        self._inner.close()


class Door(httpx2.BaseTransport):
    """A transport that bounds another one; towards this machine it may speak without TLS.

    The client insists on https, and a stand-in on loopback has none: `plain` sends what
    was addressed to https as http.
    """

    def __init__(
        self,
        inner: httpx2.BaseTransport,
        seconds: float,
        *,
        plain: bool = False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Bound this transport."""
        self._inner, self._seconds, self._plain, self._clock = inner, seconds, plain, clock

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request, and hand back its answer while it still comes in."""
        until = self._clock() + self._seconds
        url = request.url.copy_with(scheme="http") if self._plain else request.url
        headers = httpx2.Headers(request.headers)
        headers["Accept-Encoding"] = "identity"  # so that what is counted is what is read
        sent = httpx2.Request(
            request.method, url, headers=headers, stream=request.stream, extensions=request.extensions
        )
        found = self._inner.handle_request(sent)
        stream = found.stream
        if not isinstance(stream, httpx2.SyncByteStream):
            raise httpx2.ReadError("the answer cannot be read")
        bounded = Bounded(stream, until, self._clock)
        return httpx2.Response(found.status_code, headers=found.headers, stream=bounded, extensions=found.extensions)

    def close(self) -> None:
        """Close all connections."""
        self._inner.close()


def door(url: str, seconds: float, transport: httpx2.BaseTransport | None = None) -> Door:
    """The way to an address, through the proxy that this machine has set for it, if there is one."""
    at = httpx2.URL(url)
    proxy = None if at.scheme == "http" or proxy_bypass(at.host) else getproxies().get("https")
    limits = httpx2.Limits(max_connections=CONNECTIONS, keepalive_expiry=30.0)
    inner = transport or httpx2.HTTPTransport(limits=limits, proxy=proxy)
    return Door(inner, seconds, plain=at.scheme == "http")


def as_https(url: str) -> str:
    """The address as the client wants it."""
    return str(httpx2.URL(url).copy_with(scheme="https")).rstrip("/")
