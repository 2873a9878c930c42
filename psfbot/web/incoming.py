"""One request's body: read within its limits, or dropped politely."""

import asyncio

from starlette.types import Receive, Scope, Send

from psfbot.web.answers import CROWDED, HUNG_UP, TOO_LARGE, TOO_SLOW, Answer, Refused
from psfbot.web.limits import Limits, Place

BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})
NO_BODY = [(b"content-length", b"0")]


class Incoming:
    """A request whose body may still be on its way."""

    def __init__(self, scope: Scope, receive: Receive, limits: Limits) -> None:
        """Take the request's headers; nothing of the body is read before somebody asks."""
        self._receive = receive
        self._limits = limits
        self._scope = scope
        self.whole = False

    def headers(self) -> dict[str, str]:
        """Lower-case names and values; a header that came twice is joined as HTTP wants it."""
        found: dict[str, str] = {}
        for raw_name, raw_value in self._scope["headers"]:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            found[name] = f"{found[name]}, {value}" if name in found else value
        return found

    async def read(self, most: int, place: Place) -> bytes:
        """The whole body, if it is small and quick enough; `Refused` otherwise."""
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                return await self._read(most, place)
        except TimeoutError:
            raise Refused(TOO_SLOW) from None

    async def _read(self, most: int, place: Place) -> bytes:
        """The same, however long it takes."""
        parts: list[bytes] = []
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise Refused(HUNG_UP)
            part = message.get("body", b"")
            roomy = place.take(len(part))
            if place.bytes > most:
                raise Refused(TOO_LARGE)
            if not roomy:
                raise Refused(CROWDED)
            if not message.get("more_body", False):
                self.whole = True
                return b"".join([*parts, part]) if parts else part
            parts.append(part)

    def _awaited(self) -> bool:
        """Is some of the body still to come?"""
        if self.whole:
            return False
        announced = [(name, value) for name, value in self._scope["headers"] if name in BODY_HEADERS]
        return announced not in ([], NO_BODY)

    async def answer(self, send: Send, answer: Answer) -> None:
        """Say it; a sender who is still sending is asked to stop, and heard out for a moment.

        Hanging up on it would make its side throw the answer away unread.
        """
        unread = self._awaited()
        await send(answer.closing if unread else answer.start)
        await send({"type": "http.response.body", "body": answer.text, "more_body": unread})
        if unread:
            await self._drop()
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _drop(self) -> None:
        """Take in what is still coming, up to a point, and keep nothing."""
        dropped = 0
        try:
            async with asyncio.timeout(self._limits.linger_seconds):
                while dropped < self._limits.linger:
                    message = await self._receive()
                    dropped += len(message.get("body", b""))
                    if not message.get("more_body", False):
                        return
        except TimeoutError:
            return
