"""Connections that misbehave before there is a request: endless headers, and sockets that say nothing."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from psfbot.web.limits import Limits

SENTENCE = b"The address and headers of this request are too long. Send less of them."
TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: text/plain; charset=utf-8\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(SENTENCE), SENTENCE)
)


class GuardedProtocol(HttpToolsProtocol):
    """uvicorn's fast HTTP parser, with the limits that it lacks.

    What is fed to it between two steps forward is bounded, so that neither headers, nor
    chunk extensions, nor trailers fill the memory.
    """

    limits = Limits()
    turned_at = 0.0
    """When the connection was made, the last headers were complete, or the last answer was given."""
    _in_head = True
    _fed = 0
    _refused = False

    @property
    def waiting(self) -> bool:
        """Is it between two requests, as far as anybody can tell?"""
        return not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let it in; where there are too many, the one that has been silent for longest goes."""
        super().connection_made(transport)
        self.turned_at = self.loop.time()
        if len(self.connections) > self.limits.connections:
            known = [other for other in self.connections if isinstance(other, GuardedProtocol) and other.waiting]
            min(known, key=lambda other: other.turned_at).transport.abort()

    def data_received(self, data: bytes) -> None:
        """Feed the parser, unless it is fed without getting anywhere."""
        if self._refused:
            return
        self._fed += len(data)
        super().data_received(data)
        if self._fed > self.limits.head and not self._refused:
            self._refuse()

    def on_message_begin(self) -> None:
        """A request begins."""
        self._in_head = True
        self._fed = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Its headers are complete, and still may be too long; or it is one of too many sent in a row, unanswered."""
        size = sum(len(name) + len(value) for name, value in self.headers) + len(self.url)
        if size > self.limits.head or len(self.pipeline) >= self.limits.pipelined:
            self._fed = self.limits.head + 1
            raise OverflowError
        self._in_head = False
        self._fed = 0
        self.turned_at = self.loop.time()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of its body came."""
        self._fed = 0
        super().on_body(body)

    def on_response_complete(self) -> None:
        """It was answered."""
        self.turned_at = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what is not HTTP, or too much of it."""
        if self._fed > self.limits.head:
            self._refuse()
        else:
            super().send_400_response(msg)

    def _refuse(self) -> None:
        """Say that the headers are too long, if nothing else was to be said, and take no more."""
        self._refused = True
        if not self._in_head or not self.waiting:
            self.transport.abort()
            return
        self.transport.write(TOO_LONG)
        if self.transport.can_write_eof():
            self.transport.write_eof()  # and read on for a moment: a closed socket would make the answer unreadable
        self.loop.call_later(self.limits.linger_seconds, self.transport.close)

    def sweep(self) -> None:
        """Hang up on a client that is silent between requests, or does not read its answer."""
        stalled = not self.waiting or self.transport.get_write_buffer_size()
        allowed = self.limits.answer_seconds if stalled else self.limits.head_seconds
        if self.loop.time() - self.turned_at > allowed:
            self.transport.abort()


def guarded(limits: Limits) -> type[GuardedProtocol]:
    """The protocol with these limits."""
    return type("LimitedProtocol", (GuardedProtocol,), {"limits": limits})
