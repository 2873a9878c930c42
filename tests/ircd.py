"""Real IRC servers on loopback: InspIRCd with Atheme's services, and ngIRCd; both start in a tenth of a second.

`pytest_plugins = "ircd"` brings the fixture `ircd`. Test modules also import from here, so pytest must not insist on
rewriting it: PYTEST_DONT_REWRITE.
"""

import shutil
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import time

import ircd_conf
import pytest
from certificates import Certificate, ecdsa_key
from ircd_conf import Account, Options, Ports
from ircd_process import Process, free_ports, hand_over, installed, new_folder
from requiring import require

_numbers = count(1)


@dataclass(frozen=True)
class Ircd:
    """A running InspIRCd and its services. It has an operator: `OPER keeper keeper`."""

    folder: Path
    ports: Ports
    options: Options
    certificate: Certificate
    server: Process
    services: Process

    host = "127.0.0.1"

    @property
    def port(self) -> int:
        """Where it listens without TLS."""
        return self.ports.plain

    @property
    def tls_port(self) -> int:
        """Where it listens with TLS."""
        return self.ports.tls

    def channel(self) -> str:
        """The name of a channel that nobody has used."""
        return f"#room-{next(_numbers)}"

    def nick(self, name: str = "guest") -> str:
        """A nick that nobody has used."""
        return f"{name}{next(_numbers)}"

    def start(self) -> None:
        """Start what does not run, and wait until people can come in and log in."""
        if self.server.running is None:
            self.server.start()
        self.server.soon(lambda: self._offers(""), "answer to CAP LS")
        if self.options.services and self.services.running is None:
            self.start_services()

    def start_services(self) -> None:
        """Start the services, and wait until the server has seen them."""
        self.services.start()
        self.services.soon(lambda: self._offers("sasl="), "SASL in the answer to CAP LS")

    def stop_services(self) -> None:
        """The services split from the server, and it has seen that: nobody can log in."""
        self.services.end()
        self.server.soon(lambda: not self._offers("sasl"), "end of SASL in the answer to CAP LS")

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End both; with SIGKILL, nobody hears a word of it."""
        self.services.end(how)
        self.server.end(how)

    def restart(self, how: int = signal.SIGTERM) -> None:
        """End both and start them again, on the same ports and with the same accounts."""
        self.stop(how)
        self.start()

    def freeze(self) -> None:
        """The server neither reads nor writes, and hangs up on nobody."""
        self.server.send(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self.server.send(signal.SIGCONT)

    def _offers(self, capability: str) -> bool:
        """Does the server answer, and with this capability?"""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as link:
            link.sendall(b"CAP LS 302\r\n")
            answer = b""
            while b" LS :" not in answer:
                if not (more := link.recv(4096)):
                    return False
                answer += more
            while not answer.endswith(b"\n"):
                answer += link.recv(4096)
            link.sendall(b"QUIT\r\n")
            return capability.encode() in answer
        return False


PEOPLE = (Account("psfbot", "correct-horse", keys=True), Account("alice", "a-secret"), Account("bob", "b-secret"))
"""Whom the shared server's services know."""


@pytest.fixture(scope="session")
def ircd() -> Iterator[Ircd]:
    """One server for all tests that neither stop it nor count on being alone: use `channel()` and `nick()`."""
    with inspircd(Options(accounts=PEOPLE)) as running:
        yield running


@contextmanager
def inspircd(options: Options | None = None) -> Iterator[Ircd]:
    """InspIRCd and Atheme, ready: people can connect, register, log in."""
    need("inspircd", "atheme-services")
    options = options or Options()
    folder = new_folder()
    try:
        ports = Ports(*free_ports(3))
        certificate = Certificate.make(folder, "server")
        (folder / "inspircd.conf").write_text(ircd_conf.inspircd(folder, ports, options), "utf-8")
        (folder / "atheme.conf").write_text(ircd_conf.atheme(folder, ports), "utf-8")
        known = ((account, *keys(folder, account)) for account in options.accounts)
        (folder / "services.db").write_text(ircd_conf.database(known, int(time())), "utf-8")
        hand_over(folder)
        server = Process(("inspircd", "--nofork", "--config", str(folder / "inspircd.conf")), folder)
        arguments = ("-n", "-c", "atheme.conf", "-D", ".", "-p", "atheme.pid", "-l", "atheme.log")
        services = Process(("atheme-services", *(str(folder / a) if a[0] != "-" else a for a in arguments)), folder)
        running = Ircd(folder, ports, options, certificate, server, services)
        try:
            running.start()
            yield running
        finally:
            running.thaw()
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def need(*programs: str) -> None:
    """Skip the test where these are not installed."""
    if lacks := [program for program in programs if not installed(program)]:
        require(f"{' and '.join(lacks)} not found: apt-get install --no-install-recommends {' '.join(lacks)}")


def keys(folder: Path, account: Account) -> tuple[str, str]:
    """Make the keys of an account, should it have any: fingerprint and public key."""
    if not account.keys:
        return "", ""
    return Certificate.make(folder, account.name).fingerprint(), ecdsa_key(folder / f"{account.name}.ecdsa")


def answers(port: int) -> bool:
    """Does anybody listen there?"""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


@contextmanager
def ngircd() -> Iterator[int]:
    """The port of an ngIRCd that holds nobody back, for benches: no TLS, no services, hardly a capability."""
    need("ngircd")
    folder = new_folder()
    try:
        (port,) = free_ports(1)
        (folder / "ngircd.conf").write_text(ircd_conf.ngircd(folder, port), "utf-8")
        hand_over(folder)
        server = Process(("ngircd", "--nodaemon", "--config", str(folder / "ngircd.conf")), folder)
        try:
            server.start()
            server.soon(lambda: answers(port), "answer to PING")
            yield port
        finally:
            server.end()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
