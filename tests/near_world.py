"""A world on this machine for real: web servers with any certificate, and a name server with any records."""

import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = "127.0.0.1"
DAY = timedelta(days=1)
SERVFAIL, SILENCE = "SERVFAIL", "SILENCE"
"""In place of records: the server says that it failed, or nothing at all."""
TOO_LONG = 30.0


@cache
def key(name: str) -> ec.EllipticCurvePrivateKey:
    """The key of a holder: the same one for the same name, since making one takes time."""
    return ec.generate_private_key(ec.SECP256R1())


def called(name: str) -> x509.Name:
    """A holder's name, as a certificate holds it."""
    organisation = x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)
    return x509.Name([organisation, x509.NameAttribute(NameOID.COMMON_NAME, f"{name} key")])


@dataclass(frozen=True)
class Authority:
    """Makes certificates that are good for any time that a test likes."""

    folder: Path
    name: str = "Near Authority"

    @property
    def ca(self) -> Path:
        """The file that says to trust it."""
        return self.write(f"{self.name}-ca", self.signed(self.name, (), datetime.now(UTC), -DAY, 900 * DAY, ca=True))

    def certificate(
        self, *names: str, days: float = 60, lived: float = 30, now: datetime | None = None, alone: bool = False
    ) -> Path:
        """A file with a certificate for these names that ends so many days from now, and its key.

        `lived` is how many days it was valid already (less than nothing: it is not yet); `alone` is signed by itself.
        """
        at = now or datetime.now(UTC)
        holder = f"{names[0] if names else 'nobody'} {days:g} {lived:g} {alone}"
        issuer = holder if alone else self.name
        made = self.signed(holder, names, at, -lived * DAY, days * DAY, issuer=issuer)
        return self.write(holder.replace(" ", "_").replace(":", "."), made, key(holder))

    def signed(
        self,
        holder: str,
        names: Sequence[str],
        at: datetime,
        start: timedelta,
        end: timedelta,
        *,
        issuer: str = "",
        ca: bool = False,
    ) -> x509.Certificate:
        """A certificate as told."""
        issuer = issuer or self.name
        builder = (
            x509.CertificateBuilder()
            .subject_name(called(holder))
            .issuer_name(called(issuer))
            .public_key(key(holder).public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(at + start)
            .not_valid_after(at + end)
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([*map(alternative, names)]), critical=False)
        return builder.sign(key(issuer), hashes.SHA256())

    def write(self, name: str, made: x509.Certificate, secret: ec.EllipticCurvePrivateKey | None = None) -> Path:
        """A PEM file."""
        path = self.folder / f"{name.replace(' ', '-')}.pem"
        text = made.public_bytes(serialization.Encoding.PEM)
        if secret:
            text += secret.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        path.write_bytes(text)
        return path


def alternative(name: str) -> x509.GeneralName:
    """A name or an address that a certificate is for."""
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Said(NamedTuple):
    """What a server here was asked."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    sni: str


class Answer(NamedTuple):
    """What a server here answers; nothing at all after `stall` is set."""

    status: int = 200
    body: bytes | str | Any = b""
    headers: Mapping[str, str] = {}
    stall: bool = False


@dataclass
class Web:
    """A web server on this machine: answers by path, and what it was asked."""

    answers: dict[str, Answer]
    pem: Path | None = None
    asked: list[Said] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    port: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> str:
        """Where it is."""
        return f"{HERE}:{self.port}"

    def context(self) -> ssl.SSLContext | None:
        """With which certificate the next caller is greeted."""
        if self.pem is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        context.sni_callback = lambda _, name, __: self.names.append(name or "")
        return context


class Server(ThreadingHTTPServer):
    """Greets each caller in a thread of its own; callers may hang up as they like."""

    daemon_threads = True
    block_on_close = False
    web: Web

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Speak TLS first, with the certificate that is there now."""
        request.settimeout(TOO_LONG)
        context = self.web.context()
        with suppress(OSError):
            if context is None:
                super().finish_request(request, client_address)
                return
            with context.wrap_socket(request, server_side=True) as wrapped:
                super().finish_request(wrapped, client_address)


class Handler(BaseHTTPRequestHandler):
    """Answers as the test laid out."""

    server: Server
    protocol_version = "HTTP/1.1"

    def handle_one_request(self) -> None:
        """Read one request and answer it, whatever its method is."""
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        web = self.server.web
        size = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): text for name, text in self.headers.items()}
        sni = web.names[-1] if web.names else ""
        web.asked.append(Said(self.command, self.path, headers, self.rfile.read(size), sni))
        answer = web.answers.get(self.path.partition("?")[0], web.answers.get("*", Answer(404, "nothing here")))
        if answer.stall:
            web.ended.wait(TOO_LONG)
            self.close_connection = True
            return
        self.say(answer)

    def say(self, answer: Answer) -> None:
        """Send an answer."""
        raw = answer.body if isinstance(answer.body, bytes) else None
        body = raw if raw is not None else words(answer.body).encode()
        self.send_response(answer.status)
        for name, text in {"content-length": str(len(body)), **answer.headers}.items():
            self.send_header(name, text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's word
        """Say nothing."""


def words(value: Any) -> str:
    """A text as it is, and anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


@contextmanager
def web(answers: Mapping[str, Answer] | None = None, pem: Path | None = None, *, host: str = HERE) -> Iterator[Web]:
    """A web server as long as the test lasts; with a certificate it speaks TLS. `"*"` answers for all other paths."""
    found = Web(dict({"*": Answer()} if answers is None else answers), pem)
    Server.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with Server((host, 0), Handler) as server:
        server.web, found.port = found, server.server_address[1]
        running = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        running.start()
        try:
            yield found
        finally:
            found.ended.set()
            server.shutdown()
            running.join()


@contextmanager
def names(records: Mapping[tuple[str, str], Sequence[str] | str], *, ttl: int = 300) -> Iterator[int]:
    """A name server as long as the test lasts: its port. A name without any records does not exist.

    A `CNAME` is followed within the records; `SERVFAIL` or `SILENCE` in place of records is what it says.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.bind((HERE, 0))
        running = threading.Thread(target=serve_names, args=(door, dict(records), ttl), daemon=True)
        running.start()
        try:
            yield door.getsockname()[1]
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as caller:
                caller.sendto(b"", door.getsockname())
            running.join()


def serve_names(door: socket.socket, records: Mapping[tuple[str, str], Sequence[str] | str], ttl: int) -> None:
    """Answer until an empty question comes."""
    while raw_from := door.recvfrom(4096):
        raw, caller = raw_from
        if not raw:
            return
        reply = replied(dns.message.from_wire(raw), records, ttl)
        if reply is not None:
            door.sendto(reply.to_wire(), caller)


def replied(
    question: dns.message.Message, records: Mapping[tuple[str, str], Sequence[str] | str], ttl: int
) -> dns.message.Message | None:
    """What to say to one question."""
    reply = dns.message.make_response(question)
    reply.flags |= dns.flags.RA
    asked = question.question[0]
    name, kind = asked.name.to_text().rstrip(".").lower(), dns.rdatatype.to_text(asked.rdtype)
    known = {one for one, _ in records}
    for _ in range(len(records) + 1):
        found = records.get((name, kind), ())
        if isinstance(found, str):
            reply.set_rcode(dns.rcode.SERVFAIL)
            return None if found == SILENCE else reply
        if found:
            reply.answer.append(dns.rrset.from_text(f"{name}.", ttl, "IN", kind, *found))
            return reply
        alias = records.get((name, "CNAME"), ())
        if not alias:
            break
        reply.answer.append(dns.rrset.from_text(f"{name}.", ttl, "IN", "CNAME", *alias))
        name = alias[0].rstrip(".").lower()
    if name not in known:
        reply.set_rcode(dns.rcode.NXDOMAIN)
    return reply
