"""A world in memory: pages, certificates and names that a test lays out, and a list of what was asked."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urljoin

from psfbot.flows.certificates import Certificates, seen
from psfbot.plugin import Certificate, Record, RecordKind, Response, Unreachable
from psfbot.relay.certificate import Shown

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MOST = 5
"""Redirects that are followed."""

Page = Response | Unreachable | str | int | Mapping[str, Any]
"""An answer as a test writes it: a whole one, trouble, a body, a status, or what the body holds as JSON."""


class Asked(NamedTuple):
    """One thing that was asked: `GET https://x/`, `TLS x:443` or `DNS x A`, and what went with it."""

    what: str
    headers: Mapping[str, str] = {}
    body: bytes = b""
    seconds: float = 0.0


def page(status: int = 200, body: str | bytes = "", *, seconds: float = 0.1, **headers: str) -> Response:
    """An answer of a web server; `x_cache="HIT"` is the header `x-cache`."""
    raw = body.encode() if isinstance(body, str) else body
    return Response("", status, lowered(headers), raw, seconds)


def certificate(host: str, days: float, *, now: datetime = NOON, **more: Any) -> Certificate:
    """A certificate that ends so many days from now, and lives 90 days in all unless `starts_at` says otherwise."""
    ends = now + timedelta(days=days)
    return replace(Certificate(host, (host,), "A Test Authority", ends - timedelta(days=90), ends), **more)


def holding(value: Any, status: int = 200, **headers: str) -> Response:
    """An answer whose body is this value as JSON, also where that is a list."""
    raw = json.dumps(value).encode()
    return Response("", status, {"content-type": "application/json", **lowered(headers)}, raw, 0.1)


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Names of headers as keywords, in the spelling of HTTP."""
    return {name.replace("_", "-").lower(): text for name, text in headers.items()}


@dataclass
class FakeWorld:
    """What a test says is out there; whatever it does not name is out of reach.

    `pages` goes by address, or by method and address (`"POST https://x/"`); a list of answers is given one after the
    other, and the last one stays. `certificates` goes by host or `host:port`. `names` goes by (name, kind): texts are
    values with 300 seconds to live; a name that is given has no records of the kinds that are not.
    """

    pages: dict[str, Page | list[Page]] = field(default_factory=dict)
    certificates: dict[str, Certificate | Unreachable] = field(default_factory=dict)
    names: dict[tuple[str, str], Sequence[Record | str] | Unreachable] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    stays_here: bool = False

    @property
    def http(self) -> "FakeWorld":
        """It answers for web servers itself."""
        return self

    @property
    def said(self) -> list[str]:
        """What was asked, in order."""
        return [one.what for one in self.asked]

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        seconds: float = 10.0,
        follow: bool = False,
    ) -> Response:
        """The page that the test laid out there; redirects are followed where that is asked for."""
        for _ in range(MOST):
            self.asked.append(Asked(f"{method} {url}", dict(headers or {}), body, seconds))
            found = whole(self.turn(method, url), url)
            if not (follow and found.status in {301, 302, 303, 307, 308} and "location" in found.headers):
                return found
            url = urljoin(url, found.headers["location"])
        raise Unreachable(f"{url} redirects more than {MOST} times.")

    def turn(self, method: str, url: str) -> Page:
        """The next answer of a page."""
        found = self.pages.get(f"{method} {url}", self.pages.get(url))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return Unreachable(f"Nobody answers at {url}.") if found is None else found

    async def certificate(self, host: str, port: int = 443, *, seconds: float = 10.0) -> Certificate:
        """The certificate that the test gave a host."""
        self.asked.append(Asked(f"TLS {host}:{port}", seconds=seconds))
        found = self.certificates.get(f"{host}:{port}", self.certificates.get(host))
        if found is None or isinstance(found, Unreachable):
            raise found or Unreachable(f"Nobody answers at {host}:{port}.")
        return found

    async def records(self, name: str, kind: RecordKind = "A", *, seconds: float = 10.0) -> tuple[Record, ...]:
        """The records that the test gave a name."""
        self.asked.append(Asked(f"DNS {name} {kind}", seconds=seconds))
        found = self.names.get((name, kind))
        if isinstance(found, Unreachable):
            raise found
        if found is None and name not in {known for known, _ in self.names}:
            raise Unreachable(f"No name server answers for {name}.")
        return tuple(Record(one, 300) if isinstance(one, str) else one for one in found or ())


def whole(found: Page, url: str) -> Response:
    """What a test wrote, as an answer."""
    match found:
        case Unreachable():
            raise found
        case Response():
            return replace(found, url=url)
        case str():
            return Response(url, 200, {}, found.encode())
        case int():
            return Response(url, found)
        case _:
            return Response(url, 200, {"content-type": "application/json"}, json.dumps(found).encode())


@dataclass
class FakeMemory:
    """What was seen of certificates, in a list."""

    shown: list[Shown] = field(default_factory=list)

    async def of(self, hosts: Iterable[str]) -> list[Shown]:
        """Those of these hosts."""
        wanted = set(hosts)
        return [one for one in self.shown if one.host in wanted]

    async def all(self) -> list[Shown]:
        """All of them, what ends first before the others."""
        return sorted(self.shown, key=lambda one: one.ends_at)


def showing() -> dict[type, Certificates]:
    """What commands are handed that ask about certificates: two hosts show one at noon."""
    shown = {host: certificate(host, days) for host, days in {"docs.python.org": 80, "wiki.python.org": 200}.items()}
    memory = FakeMemory([seen(one, 443, NOON) for one in shown.values()])
    return {Certificates: Certificates(FakeWorld(certificates={**shown}), memory, lambda: NOON)}
