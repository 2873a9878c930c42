"""What the catalog declares to be probed, read with words for what cannot be read."""

import re
from collections.abc import Iterator
from typing import Generic, NamedTuple, TypeVar, cast, get_args
from urllib.parse import urlsplit

from psfbot.plugin import Book, RecordKind, Service

SOURCE = "probe"
KINDS = get_args(RecordKind)
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)+", re.IGNORECASE)
HTTPS, LAST_PORT = 443, 65535
HOW = "write https://HOST/PATH, tls:HOST or dns:NAME"
HOW_PAGE = "write https://HOST/PATH, https://HOST/PATH 301, or https://HOST/PATH says WORDS"
HOW_TLS = "write tls:HOST or tls:HOST:PORT"
HOW_DNS = f"write dns:NAME, dns:NAME KIND, or dns:NAME KIND VALUE, where KIND is one of {', '.join(KINDS)}"


class Page(NamedTuple):
    """A page that must answer: with any status below 400 unless one is named, and with these words in it."""

    url: str
    status: int = 0
    words: str = ""

    @property
    def host(self) -> str:
        """Whose page it is."""
        return urlsplit(self.url).hostname or ""


class Certificate(NamedTuple):
    """A place whose certificate must be valid, and not end soon."""

    host: str
    port: int = HTTPS


class Name(NamedTuple):
    """A name that must have a record of this kind; and this one, where it is named."""

    host: str
    kind: RecordKind = "A"
    value: str = ""


What = TypeVar("What", Page, Certificate, Name)


class Probe(NamedTuple, Generic[What]):
    """One entry of a service's `alerts`, `probe`: as it is written, whose it is first, and what it means."""

    said: str
    service: str
    what: What

    @property
    def key(self) -> str:
        """What tells its problem apart from others."""
        return self.said.casefold()


class Declared(NamedTuple):
    """Every probe once, and what cannot be read: (service, as it is written) -> what is wrong with it."""

    pages: tuple[Probe[Page], ...]
    certificates: tuple[Probe[Certificate], ...]
    names: tuple[Probe[Name], ...]
    faults: dict[tuple[str, str], str]


def declared(book: Book) -> Declared:
    """Read what the catalog declares; what two services declare is the first one's."""
    found: dict[str, tuple[str, str, Page | Certificate | Name]] = {}
    faults: dict[tuple[str, str], str] = {}
    for service, said in entries(book):
        try:
            found.setdefault(said.casefold(), (said, service.id, read(said)))
        except ValueError as error:
            faults[service.id, said] = str(error)
    every = found.values()
    return Declared(
        tuple(Probe(said, service, what) for said, service, what in every if isinstance(what, Page)),
        tuple(Probe(said, service, what) for said, service, what in every if isinstance(what, Certificate)),
        tuple(Probe(said, service, what) for said, service, what in every if isinstance(what, Name)),
        faults,
    )


def entries(book: Book) -> Iterator[tuple[Service, str]]:
    """Each text that is declared, with its service; one that is retired is not probed."""
    for service in book.catalog.services.values():
        if service.lifecycle != "retired":
            yield from ((service, said) for said in service.alerts.get(SOURCE, ()))


def read(said: str) -> Page | Certificate | Name:
    """Read one text; what is wrong with it is said in the error, with what to write."""
    kind, _, rest = said.partition(":")
    match kind.casefold():
        case "http" | "https":
            return page(said)
        case "tls":
            return certificate(rest)
        case "dns":
            return name(rest)
        case _:
            raise ValueError(f"'{said}' is no probe: {HOW}.")


def page(said: str) -> Page:
    """`https://HOST/PATH`, a status behind it where one is wanted, and `says WORDS` where it must hold them."""
    url, _, more = said.partition(" ")
    status, _, words = more.partition("says ")
    status = status.strip()
    if status and not re.fullmatch(r"[1-5]\d\d", status):
        raise ValueError(f"'{status}' is no status of HTTP: {HOW_PAGE}.")
    try:
        parts = urlsplit(url)
        fine = HOST.fullmatch(parts.hostname or "") and parts.port is not LAST_PORT + 1
    except ValueError:
        fine = None
    if not fine or "@" in url:
        raise ValueError(f"'{url}' names no host: {HOW_PAGE}.")
    return Page(url, int(status or 0), words.strip())


def certificate(rest: str) -> Certificate:
    """`tls:HOST`, and `:PORT` where it is another than that of HTTPS."""
    host, colon, port = rest.partition(":")
    if not HOST.fullmatch(host) or (colon and not (port.isdecimal() and 0 < int(port) <= LAST_PORT)):
        raise ValueError(f"'tls:{rest}' names no host: {HOW_TLS}.")
    return Certificate(host.lower(), int(port or HTTPS))


def name(rest: str) -> Name:
    """`dns:NAME`, the kind of record where it is not A, and its value where it must be that."""
    host, _, more = rest.partition(" ")
    kind, _, value = more.strip().partition(" ")
    if not HOST.fullmatch(host):
        raise ValueError(f"'dns:{host}' is no name: {HOW_DNS}.")
    if kind and kind.upper() not in KINDS:
        raise ValueError(f"'{kind}' is no kind of record: {HOW_DNS}.")
    return Name(host.lower(), cast("RecordKind", kind.upper() or "A"), value.strip().rstrip("."))
