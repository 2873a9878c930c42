"""How far psfbot reaches for itself: what the catalog names and what an operator set; in a demo this machine alone.

A name is looked up here, its addresses are judged, and the connection goes to an address that was judged: whoever
controls a name cannot lead psfbot into a private network between the two.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple, Self

from psfbot.app.named import Named
from psfbot.catalog.book import Book
from psfbot.http import Route, Way
from psfbot.plugin import NotAsked, NotPublic, Unreachable
from psfbot.settings.values import DETOUR
from psfbot.trouble import why

HERE = "127.0.0.1"
NOT_NAMED = "psfbot does not ask {host}: the catalog names no such address."
NOT_PUBLIC = (
    "psfbot does not ask {host}: it leads to no public address. PSFBOT_CHECKS_CONNECT_TO can send checks elsewhere."
)
NOT_HERE = "psfbot does not ask {host}: it is not on this machine, and a demo asks nobody else."
NOWHERE = "{host} cannot be reached: {why}."
LOOKUPS = ThreadPoolExecutor(20, "look-up")
"""Threads of their own: a name server that hangs must not hold up the rest of psfbot, which shares a few others."""
NAT64 = IPv6Network("64:ff9b::/96")
"""IPv6 addresses that stand for one of IPv4, which is in their last four bytes."""
IPV6 = 6
UNICAST = IPv6Network("2000::/3")
"""Where all public addresses of IPv6 are: what lies outside is for a site, a gateway, or for later."""
IP = IPv4Address | IPv6Address
Lookup = Callable[[str, int], Awaitable[tuple[str, ...]]]


class Detour(NamedTuple):
    """One entry of `checks_connect_to`: for which host and port (or any), and where to go in its place."""

    host: str
    port: int
    address: str
    to: int
    plain: bool

    @classmethod
    def read(cls, text: str) -> Self:
        """`host:port=address:port`; what stands before the `=` may be missing, and so may its port."""
        found = DETOUR.fullmatch(text)
        if found is None:
            raise ValueError(text)
        host, port, plain, address, to = found.group("host", "port", "plain", "address", "to")
        return cls((host or "").lower().strip("[]"), int(port or 0), address.strip("[]"), int(to), bool(plain))

    def fits(self, host: str, port: int) -> bool:
        """Is it for this place?"""
        return self.host in {"", host} and self.port in {0, port}


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses that a name leads to, in the order in which this machine would try them."""
    try:
        asked = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(LOOKUPS, asked)
    except (OSError, UnicodeError) as error:
        raise Unreachable(NOWHERE.format(host=host, why=why(error))) from error
    return tuple(dict.fromkeys(str(place[0]) for *_, place in found))


@dataclass
class Reach:
    """Decides where psfbot connects for a host; asks the catalog that is in force at that moment.

    `stays_here` is a demo: it connects to this machine alone. Where it `asks_itself`, its own server at `own_port`
    stands in for every host, so that a newcomer sees checks work; who watches for outages must not ask there.
    """

    book: Callable[[], Book]
    given: frozenset[str] = frozenset()
    detours: tuple[Detour, ...] = ()
    stays_here: bool = False
    own_port: Callable[[], int] = lambda: 0
    asks_itself: bool = False
    lookup: Lookup = resolve
    _known: tuple[Book, Named] | None = field(default=None, init=False)

    @property
    def named(self) -> Named:
        """The hosts that the catalog in force names."""
        book = self.book()
        if self._known is None or self._known[0] is not book:
            self._known = book, Named.of(book.catalog)
        return self._known[1]

    async def way(self, host: str, port: int) -> Way:
        """Where to connect for a host; `NotAsked` where psfbot does not ask."""
        host = plain(host)
        if host in self.given:
            return Way(await self.here(host, port), port) if self.stays_here else Way()
        if not self.named.host(host):
            raise NotAsked(NOT_NAMED.format(host=host))
        detour = next((one for one in self.detours if one.fits(host, port)), None)
        if detour:
            found = await (self.here if self.stays_here else self.lookup)(detour.address, detour.to)
            return Way(found, detour.to, detour.plain, place(detour.address, detour.to))
        if self.stays_here and self.asks_itself:
            return Way((HERE,), self.own_port(), plain=True, instead=place(HERE, self.own_port()))
        if self.stays_here:
            raise NotAsked(NOT_HERE.format(host=host))
        return Way(await self.public(host, port), port)

    def onward(self, before: str) -> Route:
        """The route of those to whom a host redirects: an operator's word counts for hosts that operators set alone."""
        return self.way if plain(before) in self.given else self.outward

    async def outward(self, host: str, port: int) -> Way:
        """Where to connect for a host that somebody else's server named: never to a private address of an operator."""
        if plain(host) in self.given and not self.stays_here:
            return Way(await self.public(plain(host), port), port)
        return await self.way(host, port)

    async def here(self, host: str, port: int) -> tuple[str, ...]:
        """The addresses of a host, all of them on this machine."""
        found = await self.lookup(host, port)
        if not all(ip_address(one.partition("%")[0]).is_loopback for one in found):
            raise NotAsked(NOT_HERE.format(host=host))
        return found

    async def public(self, host: str, port: int) -> tuple[str, ...]:
        """The public addresses of a host: any others are left out, and without one it is not asked."""
        found = await self.lookup(host, port)
        fine = tuple(one for one in found if is_public(one))
        if not fine:
            raise NotPublic(NOT_PUBLIC.format(host=host))
        return fine

    def may_ask_for(self, name: str) -> None:
        """Raise `NotAsked` where this name may not be asked for in the DNS."""
        if not self.named.name(plain(name)):
            raise NotAsked(NOT_NAMED.format(host=plain(name)))


def plain(host: str) -> str:
    """A name as it is compared."""
    return host.lower().rstrip(".")


def is_public(text: str) -> bool:
    """Does this address, and each one that it stands for, belong to the public internet?"""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    found = meant(address)
    return all(one.is_global and not one.is_multicast and (one.version != IPV6 or one in UNICAST) for one in found)


def meant(address: IP) -> Iterator[IP]:
    """An address, and those of IPv4 that it leads to by a gateway."""
    if isinstance(address, IPv4Address):
        yield address
        return
    inner = address.ipv4_mapped or address.sixtofour
    if address in NAT64:
        inner = IPv4Address(address.packed[-4:])
    if address.teredo:
        yield from address.teredo
    if inner:
        yield inner
    if address not in NAT64 and not address.ipv4_mapped:
        yield address


def place(address: str, port: int) -> str:
    """An address and a port as people write them."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
