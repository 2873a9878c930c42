"""The world that plugins are handed: web servers, certificates and names, as far as psfbot reaches."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

from psfbot import dns, logs, tls
from psfbot.app import App, now
from psfbot.app.named import given_hosts
from psfbot.app.reach import Detour, Reach, resolve
from psfbot.errors import StoreBusy
from psfbot.flows.certificates import Certificates, seen
from psfbot.http import Client, Way, trusted
from psfbot.plugin import Certificate, Configuration, NotAsked, Record, RecordKind, Unreachable
from psfbot.plugin.world import SECONDS, in_its_place
from psfbot.settings.values import SERVER
from psfbot.store.certificates import SqlCertificates
from psfbot.store.db import Database

NO_TLS = "{instead}, asked in place of {host}, shows no certificate. PSFBOT_CHECKS_CONNECT_TO can name one that does."
NO_NAMES = "A demo asks no name server. PSFBOT_CHECKS_DNS_SERVER can name one on this machine."
BAD_CA = "PSFBOT_CHECKS_CA names {path}, which I cannot use: {why}."
TOO_LATE = "{host}:{port} showed no certificate within {seconds:g} seconds{aside}."
DNS = 53
log = logs.get(__name__)
Keep = Callable[[Certificate, int], Awaitable[None]]


@dataclass(frozen=True)
class Outside:
    """Everything that plugins may look at, within a reach; `keep` remembers each certificate that anybody looked at."""

    reach: Reach
    ca: str = ""
    dns_server: tuple[str, int] | None = None
    keep: Keep | None = None

    @property
    def stays_here(self) -> bool:
        """A demo asks nobody else."""
        return self.reach.stays_here

    @cached_property
    def http(self) -> Client:
        """Web servers."""
        return Client(self.reach.way, self.trust, onward=self.reach.onward)

    @cached_property
    def for_checks(self) -> "Outside":
        """The same for checks of checklists: a demo's are sent to its own server, where nothing else is set."""
        return replace(self, reach=replace(self.reach, asks_itself=True))

    def trust(self) -> ssl.SSLContext:
        """Whose certificates are believed."""
        try:
            return trusted(self.ca)
        except (OSError, ssl.SSLError) as error:
            why = (isinstance(error, ssl.SSLError) and "it holds no certificate") or error.strerror
            raise Unreachable(BAD_CA.format(path=self.ca, why=why)) from error

    async def certificate(self, host: str, port: int = 443, *, seconds: float = SECONDS) -> Certificate:
        """The certificate that a host shows, valid or not; the time to look its name up counts as well."""
        way = Way()
        try:
            async with asyncio.timeout(seconds):
                way = await self.reach.way(host, port)
                if way.plain:
                    raise NotAsked(NO_TLS.format(instead=way.instead, host=host))
                addresses = way.addresses or await resolve(host, port)
                found = await shown(host, port, way, addresses, self.trust(), seconds)
        except TimeoutError:
            aside = in_its_place(way.instead)
            raise Unreachable(TOO_LATE.format(host=host, port=port, seconds=seconds, aside=aside)) from None
        found = replace(found, instead=way.instead)
        if self.keep:
            await self.keep(found, port)
        return found

    async def records(self, name: str, kind: RecordKind = "A", *, seconds: float = SECONDS) -> tuple[Record, ...]:
        """The records of a name; a demo asks only a name server on this machine."""
        self.reach.may_ask_for(name)
        if self.dns_server is None:
            if self.reach.stays_here:
                raise NotAsked(NO_NAMES)
            return await dns.look(name, kind, seconds=seconds)
        server, port = self.dns_server
        if self.reach.stays_here:
            await self.reach.here(server, port)
        return await dns.look(name, kind, servers=(server,), port=port, seconds=seconds)


async def shown(
    host: str, port: int, way: Way, addresses: Iterable[str], trust: ssl.SSLContext, seconds: float
) -> Certificate:
    """The certificate at the end of a way; where there is none, it is told who was asked in place of the host."""
    try:
        return await tls.look(host, way.port or port, addresses, trust, seconds=seconds)
    except Unreachable as error:
        told = str(error).rstrip(".").replace(f"{host}:{way.port or port}", f"{host}:{port}", 1)
        raise Unreachable(f"{told}{in_its_place(way.instead)}.") from error


def world_of(
    app: App,
    plugins: Iterable[Configuration],
    db: Database | None = None,
    own_port: Callable[[], int] = lambda: 0,
    *,
    stays_here: bool = False,
) -> Outside:
    """The world as the settings bound it; with a database, what was seen of certificates is kept there."""
    settings = app.settings
    given = given_hosts((settings, *plugins))
    detours = tuple(map(Detour.read, settings.checks_connect_to))
    reach = Reach(lambda: app.book, given, detours, stays_here, own_port)
    server = SERVER.fullmatch(settings.checks_dns_server or "")
    asked = (server["v4"] or server["v6"], int(server["port"] or DNS)) if server else None
    return Outside(reach, str(settings.checks_ca or ""), asked, remembering(db) if db else None)


def remembering(db: Database) -> Keep:
    """What keeps each certificate that was seen; while the storage is busy, only this memory suffers."""
    memory = SqlCertificates(db)

    async def keep(found: Certificate, port: int) -> None:
        try:
            await memory.keep(seen(found, port, now()))
        except StoreBusy as busy:
            log.warning("certificate not remembered", host=found.host, reason=str(busy))

    return keep


class Running(Protocol):
    """The parts of a running bot that are needed here."""

    @property
    def world(self) -> Outside:
        """How far it reaches."""

    @property
    def db(self) -> Database:
        """Where it keeps things."""


def certificates_of(bot: Running) -> Certificates:
    """What commands ask about certificates."""
    return Certificates(bot.world, SqlCertificates(bot.db), now)
