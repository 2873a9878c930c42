"""One connection to a server: lines in, lines out, and one word when it is over; no fault in a handler closes it."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from irc.client_aio import AioConnection, AioReactor, IrcProtocol
from irc.connection import AioFactory
from irc.features import FeatureSet

from psfbot.platforms.irc import safe
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.reader import Buffer, read

CONNECTING = 30.0
"""Seconds for name, address and TLS together."""
NEXT_ADDRESS = 0.25
"""Seconds before the next address of a host is tried beside the first (RFC 8305)."""
LONGEST = 512
"""Bytes of a line with its end, without tags."""
HIGH, MOST = 65_536, 1_048_576
"""Bytes that wait for the network before sending pauses, and before a server that takes nothing is left."""
TOGETHER = 100
"""Lines that are written at once at most, so that a slow network is noticed in time."""
GOODBYE = 2.0
"""Seconds that the last lines have to leave when we hang up gently; through a dead link they never would."""
JOINS = 4
"""Channels in one JOIN, where the network does not say how many."""
CLOSED = "the server closed the connection"


class NotConnected(ConnectionError):
    """There is no link that a line could go through."""


class TooLong(ValueError):
    """A line is longer than the protocol allows; whoever made it should have cut it."""


@dataclass(frozen=True)
class Ears:
    """Whom a link tells what happens: each line, that there is room to write again, its end, and bugs."""

    line: Callable[[Line], None]
    gone: Callable[[str], None]
    writable: Callable[[], None] = lambda: None
    bug: Callable[[Exception], object] = str
    check: Callable[[bytes], str] = lambda _: ""
    """Looks at the server's certificate (DER) before a byte is sent; what it says is why not to go on."""


class Features(FeatureSet):  # type: ignore[misc]  # the library has no types
    """What a server supports, as it says in 005; one that it says badly is left out and harms no other."""

    def load_feature(self, feature: str) -> None:
        """Take one in; a word that stands alone counts, too, and a backslash code is undone."""
        name, equals, _ = feature.partition("=")
        try:
            if equals or name.startswith("-"):
                super().load_feature(feature.replace("\\x20", " ").replace("\\x5C", "\\").replace("\\x3D", "="))
            elif name:
                self.set(name)
        except (ValueError, IndexError):
            return

    def word(self, name: str, default: str = "") -> str:
        """The value of one that is a word."""
        value = getattr(self, name.lower(), default)
        return str(value) if isinstance(value, str | int) and value is not True else default

    def has(self, name: str) -> bool:
        """Did the server name it?"""
        return hasattr(self, name.lower())


def joinable(features: Features) -> int:
    """How many channels one JOIN may name: as the network says, for this command or for all; else few."""
    limits = getattr(features, "targmax", None)
    said = limits.get("JOIN") if isinstance(limits, dict) else None
    most = str(said) if isinstance(said, int) else features.word("MAXTARGETS")
    return int(most) if most.isdecimal() and int(most) else JOINS


class Wire(IrcProtocol):  # type: ignore[misc]
    """What asyncio calls."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """It is up."""
        self.connection.made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self.connection.over(str(exc or "") or CLOSED)

    def pause_writing(self) -> None:
        """The network is slower than we are."""
        self.connection.writable = False

    def resume_writing(self) -> None:
        """There is room again."""
        self.connection.writable = True
        self.connection.ears.writable()


class Link(AioConnection):  # type: ignore[misc]
    """A connection of the library's with what it lacks put right; it is used once."""

    protocol_class = Wire
    buffer_class = Buffer

    def __init__(self, reactor: "Reactor") -> None:
        """Not connected yet."""
        super().__init__(reactor)
        self.features = Features()
        self.transport: asyncio.Transport | None = None
        self.ears = Ears(lambda _: None, lambda _: None)
        self.writable = True
        self.written: list[bytes] = []
        self.reading = False
        self.reads = 0
        self.reason = ""
        self.done = False

    async def open(self, host: str, port: int, ears: Ears, tls: ssl.SSLContext | None = None) -> None:
        """Connect, by whichever address of the host answers first; raises OSError (a timeout is one, too)."""
        self.ears, self.buffer, self.server, self.port = ears, self.buffer_class(), host, port
        extra: dict[str, Any] = (
            {"ssl": tls, "server_hostname": host, "ssl_handshake_timeout": CONNECTING} if tls else {}
        )
        factory = AioFactory(**extra, happy_eyeballs_delay=NEXT_ADDRESS)
        async with asyncio.timeout(CONNECTING):
            await factory(self.protocol_class(self, self.reactor.loop), (host, port))
        if self.reason:
            raise NotConnected(self.reason)

    def made(self, transport: asyncio.Transport) -> None:
        """The transport is there; look whose it is before anything is said."""
        self.transport, self.connected = transport, True
        transport.set_write_buffer_limits(high=HIGH)
        encrypted = transport.get_extra_info("ssl_object")
        wrong = self.ears.check(encrypted.getpeercert(binary_form=True) or b"") if encrypted else ""
        if wrong:
            self.hang_up(wrong)

    @property
    def secure(self) -> bool:
        """Does TLS protect it?"""
        return bool(self.transport and self.transport.get_extra_info("ssl_object"))

    def process_data(self, new_data: bytes) -> None:
        """Read what came, and send what is said to it in one piece."""
        self.reading = True
        self.reads += 1
        for text in self.buffer.feed(new_data):
            line = None if self.reason else read(text)
            if line is not None:
                self.take(line)
        self.reading = False
        if self.written:
            self.write()

    def take(self, line: Line) -> None:
        """Hand a line on; a bug in whatever is done with it is told, and the next line is read."""
        try:
            if line.command == "005":
                self.features.load(list(line.params))
            self.ears.line(line)
        except Exception as error:  # noqa: BLE001 - the link must outlive any bug behind it
            self.ears.bug(error)
        if line.command == "ERROR":
            self.hang_up(f"the server said: {safe.plain(line.text)}", gently=True)

    def send(self, text: str) -> None:
        """Send one line, together with all others of this turn of the loop; raises where it cannot go."""
        if self.transport is None or self.reason or self.transport.is_closing():
            raise NotConnected(self.reason or "not connected")
        if not (self.written or self.reading):
            self.reactor.loop.call_soon(self.write)
        self.written.append(self._prep_message(text))
        if len(self.written) >= TOGETHER:
            self.write()

    def write(self) -> None:
        """Hand the network what was sent: one packet for many lines costs both ends a part of one for each."""
        data, self.written = b"".join(self.written), []
        if data and self.transport and not self.transport.is_closing():
            self.transport.write(data)
            if self.transport.get_write_buffer_size() > MOST:
                self.hang_up("the server takes nothing any more")

    def send_raw(self, string: str) -> None:
        """The library's name for it."""
        self.send(string)

    def _prep_message(self, string: str) -> bytes:
        """The bytes of one line, and surely of one only."""
        text = string if string.isprintable() else safe.one_line(string)
        line = text.encode("utf-8", "replace") + b"\r\n"
        tags = line.find(b" ") + 1 if text[:1] == "@" else 0
        if len(line) - tags > LONGEST:
            raise TooLong(f"{len(line) - tags} bytes: {line[tags:][:60].decode('utf-8', 'replace')}…")
        return line

    def hang_up(self, reason: str, *, gently: bool = False) -> None:
        """Be done with it for this reason; nothing more is read, and gently means that what was written may leave."""
        self.reason = self.reason or reason
        if self.transport is None:
            self.over(reason)
        elif gently:
            self.write()
            self.transport.close()
            self.reactor.loop.call_later(GOODBYE, self.transport.abort)
        else:
            self.transport.abort()

    def over(self, reason: str) -> None:
        """Tell once that the link is no more."""
        self.reason = self.reason or reason
        self.connected = False
        if not self.done:
            self.done = True
            self.ears.gone(self.reason)

    def disconnect(self, message: str = "") -> None:
        """The library's name for it."""
        self.hang_up(message or CLOSED)


class Reactor(AioReactor):  # type: ignore[misc]
    """The library's reactor; its own answer to PING is taken away, because the paced queue gives it."""

    connection_class = Link

    def __init__(self) -> None:
        """Use the loop that runs."""
        super().__init__(loop=asyncio.get_running_loop())
        self.handlers.clear()
