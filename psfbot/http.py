"""The way out over HTTP: every request bounded in time and size, and sent only where its route leads."""

import asyncio
import logging
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from time import monotonic
from urllib.parse import urljoin

import httpx

from psfbot import __version__
from psfbot.errors import UserError
from psfbot.plugin.world import SECONDS, Response, Unreachable, in_its_place
from psfbot.trouble import invalid, why

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
"""Hosts that no proxy leads to."""
LONGEST = 2000
"""Characters of an answer that are kept."""
LARGEST = 4_000_000
"""Bytes of a body that are read; the rest of it is left."""
MOST = 5
"""Redirects that are followed."""
HTTPS, HTTP, LAST_PORT = 443, 80, 65535
PACKED = frozenset({"gzip", "x-gzip"})
"""How some servers pack what they were asked to send as it is."""
GZIP = 31
"""The number by which zlib knows gzip."""
MOVED = frozenset({301, 302, 303, 307, 308})
TURNED_TO_GET = frozenset({301, 302, 303})
PRIVATE = frozenset({"authorization", "cookie", "host", "proxy-authorization"})
"""Headers that are for one host, and not for another that it redirects to."""
NO_ADDRESS = "A web address begins with https:// or http:// and names a host."
OURS = {"user-agent": f"psfbot/{__version__}", "accept": "*/*", "accept-encoding": "identity"}

logging.getLogger("httpx").setLevel(logging.WARNING)  # below that it writes whole addresses, with their secrets


@dataclass(frozen=True, slots=True)
class Answered:
    """What the other side said."""

    status: int
    text: str


async def post(
    url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS, ours: bool = False
) -> Answered:
    """Post a body; trouble on the way is told in words, without the address's secrets. No proxy leads to `ours`."""
    try:
        here = ours or (httpx.URL(url).host or "") in LOOPBACK
        async with httpx.AsyncClient(timeout=seconds, follow_redirects=False, trust_env=not here) as client:
            response = await client.post(url, content=body, headers=dict(headers))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        where = url.partition("/hooks/")[0]
        raise UserError(f"Nobody answered at {where} ({type(error).__name__}). Is the bot running there?") from error
    return Answered(response.status_code, response.text[:LONGEST])


@dataclass(frozen=True, slots=True)
class Way:
    """Where to connect for an address: to one of these, the first that takes the call.

    No addresses: wherever the name leads, by the environment's proxy where it has one. `plain` speaks HTTP without
    TLS whatever the address says, and `instead` is what people are told when that is not the host's own place.
    """

    addresses: tuple[str, ...] = ()
    port: int = 0
    plain: bool = False
    instead: str = ""


Route = Callable[[str, int], Awaitable[Way]]
"""From a host and a port to where to connect; `Unreachable` where psfbot may not ask."""


async def anywhere(*_: object) -> Way:
    """The route that leads wherever a name leads."""
    return Way()


@cache
def trusted(more: str = "") -> ssl.SSLContext:
    """Whose certificates are believed: browsers' authorities, this machine's own, and those in one file more."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    if more:
        context.load_verify_locations(more)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # browsers are not that strict, and people use browsers
    return context


@dataclass(frozen=True)
class Client:
    """Asks web servers, each time by a connection of its own.

    `onward` is the route of those that a host redirects to, by that host; without it, theirs is that of any other.
    """

    route: Route = anywhere
    trust: Callable[[], ssl.SSLContext] = trusted
    largest: int = field(default=LARGEST)
    onward: Callable[[str], Route] | None = None

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
        """Ask, and return whatever status came; `Unreachable`, in words without secrets, when no answer did."""
        question, aside = Question(method.upper(), url, OURS | lowered(headers or {}), body), [""]
        try:
            async with asyncio.timeout(seconds):
                found = await self.ask(question, seconds, aside)
                for _ in range(MOST):
                    if not (follow and found.status in MOVED and found.headers.get("location")):
                        return found
                    question = question.sent_on(found)
                    found = await self.ask(question, seconds, aside)
        except TimeoutError:
            raise Unreachable(f"{question.where} did not answer within {seconds:g} seconds{aside[0]}.") from None
        if follow and found.status in MOVED:
            raise Unreachable(f"{question.where} redirects more than {MOST} times.")
        return found

    async def ask(self, question: "Question", seconds: float, aside: list[str]) -> Response:
        """Ask once, at the first address that takes the call; who is asked in place of the host is left in `aside`."""
        url = question.parsed
        route = self.onward(question.sent_by) if self.onward and question.sent_by else self.route
        way = await route(url.host, url.port or (HTTP if url.scheme == "http" else HTTPS))
        aside[0] = in_its_place(way.instead)
        addresses = way.addresses or ("",)
        for last, address in enumerate(addresses, start=1 - len(addresses)):
            try:
                return await self.call(question, way, address, seconds / len(addresses))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if not last or invalid(error):
                    raise Unreachable(f"{question.where} cannot be reached: {why(error)}{aside[0]}.") from error
            except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
                raise Unreachable(f"{question.where} gave no answer: {why(error)}{aside[0]}.") from error
        raise Unreachable(f"{question.where} cannot be reached.")

    async def call(self, question: "Question", way: Way, address: str, patience: float) -> Response:
        """Ask at one address, and read as much of the body as is wanted."""
        url, headers = question.parsed, dict(question.headers)
        known = bool(address)
        if known:
            headers.setdefault("host", url.netloc.decode("ascii"))
            to = url.copy_with(host=address, port=way.port, **({"scheme": "http"} if way.plain else {}))
        direct = known or url.host in LOOPBACK
        limits = httpx.Timeout(None, connect=patience)
        async with httpx.AsyncClient(verify=self.trust(), timeout=limits, trust_env=not direct) as client:
            request = client.build_request(
                question.method,
                to if known else url,
                headers=headers,
                content=question.body or None,
                extensions={"sni_hostname": url.host} if known else None,
            )
            began = monotonic()
            response = await client.send(request, stream=True)
            seconds = monotonic() - began
            try:
                body = await self.body(response)
            except zlib.error:
                raise Unreachable(f"{question.where} gave an answer that cannot be unpacked.") from None
            finally:
                await response.aclose()
        found = {name.lower(): text for name, text in response.headers.items()}
        return Response(question.url, response.status_code, found, body, seconds, way.instead)

    async def body(self, response: httpx.Response) -> bytes:
        """The beginning of a body, as long as it may be: a few bytes that came packed can stand for gigabytes."""
        packed = response.headers.get("content-encoding", "").strip().lower() in PACKED
        unpacking = zlib.decompressobj(GZIP) if packed else None
        read = bytearray()
        async for part in response.aiter_raw():
            read += unpacking.decompress(part, self.largest - len(read)) if unpacking else part
            if len(read) >= self.largest:
                break
        return bytes(read[: self.largest])


@dataclass(frozen=True, slots=True)
class Question:
    """One request before it is sent; `sent_by` is the other host that redirected to this one, if one did."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    sent_by: str = ""

    @property
    def parsed(self) -> httpx.URL:
        """The address in its parts; `Unreachable` when it is none of the web."""
        try:
            url = httpx.URL(self.url)
        except httpx.InvalidURL:
            raise Unreachable(NO_ADDRESS) from None
        if url.scheme not in {"http", "https"} or not url.host or (url.port or 0) > LAST_PORT:
            raise Unreachable(NO_ADDRESS)
        return url

    @property
    def where(self) -> str:
        """Scheme, host and port: what stands behind them may be secret."""
        url = self.parsed
        return f"{url.scheme}://{url.host}" + (f":{url.port}" if url.port else "")

    def sent_on(self, found: Response) -> "Question":
        """The request that a redirect asks for; another host is told no secrets."""
        turned = found.status in TURNED_TO_GET and self.method not in {"GET", "HEAD"}
        try:
            kept = replace(self, url=urljoin(self.url, found.headers["location"]))
        except ValueError:
            raise Unreachable(f"{self.where} redirects to what is no address.") from None
        if kept.parsed.host != self.parsed.host:
            kept = replace(kept, sent_by=self.parsed.host)
        if kept.where != self.where:
            kept = replace(kept, headers={name: text for name, text in self.headers.items() if name not in PRIVATE})
        return replace(kept, method="GET", body=b"") if turned else kept


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by their names in lower case."""
    return {name.lower(): text for name, text in headers.items()}
