"""A TCP proxy that does what networks do: it is slow, it cuts and resets, it swallows everything without a word."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

RESET = struct.pack("ii", 1, 0)
"""Linger, but for no time: the other end then sees RST instead of FIN."""
WAITING = 64
"""Pieces that one direction holds at most; then the sender's own buffers fill up."""


@dataclass
class Way:
    """One direction: what goes from clients to the server is `up`, the rest `down`."""

    free: asyncio.Event = field(default_factory=asyncio.Event)
    carried: int = 0
    room: int | None = None

    async def carry(self, proxy: "Proxy", reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take pieces from one end to the other, each after the latency, until one end is over."""
        pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(WAITING)
        giving = asyncio.create_task(self._give(proxy, pieces, writer))
        clock = asyncio.get_running_loop().time
        try:
            with suppress(ConnectionError):
                while piece := await reader.read(65536):
                    await pieces.put((clock() + proxy.latency, piece))
            await pieces.put((clock() + proxy.latency, b""))
            await giving
        finally:
            giving.cancel()

    async def _give(
        self, proxy: "Proxy", pieces: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter
    ) -> None:
        """Hand pieces over when they are due and the way is free; an empty one is the end."""
        clock = asyncio.get_running_loop().time
        while True:
            due, whole = await pieces.get()
            await asyncio.sleep(due - clock())
            await self.free.wait()
            piece = whole[: self.room]
            if not writer.is_closing():
                writer.write(piece)
            with suppress(ConnectionError):
                await writer.drain()
            self.carried += len(piece)
            if self.room is not None:
                self.room -= len(piece)
                if self.room == 0:
                    proxy.reset()
            if not whole:
                writer.close()
                return


@dataclass
class Proxy:
    """Stands before a server on loopback; what is changed holds at once, for links that are open as well.

    `latency` is in seconds, for each direction; pieces never overtake each other. With `refuse`, new links are reset
    before a byte is read. `up.room` and `down.room` are how many more bytes get through before all links are reset.
    """

    target: int
    port: int = 0
    latency: float = 0.0
    refuse: bool = False
    accepted: int = 0
    up: Way = field(default_factory=Way)
    down: Way = field(default_factory=Way)
    _links: set[asyncio.StreamWriter] = field(default_factory=set)

    def hole(self, *ways: Way) -> None:
        """From now on nothing gets through (that way), and nobody is told: links stand, new ones are accepted."""
        for way in ways or (self.up, self.down):
            way.free.clear()

    def resume(self) -> None:
        """All faults are over; what links that still stand have sent meanwhile arrives."""
        self.latency, self.refuse = 0.0, False
        for way in (self.up, self.down):
            way.room = None
            way.free.set()

    def reset(self) -> None:
        """Both ends of all links see their connection reset."""
        for writer in list(self._links):
            reset(writer)

    def cut(self) -> None:
        """Both ends of all links see a plain end."""
        for writer in list(self._links):
            writer.close()

    @property
    def links(self) -> int:
        """How many links stand."""
        return sum(not writer.is_closing() for writer in self._links) // 2

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One link, from start to end."""
        self.accepted += 1
        if self.refuse:
            reset(writer)
            return
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            reset(writer)
            return
        ends = {writer, back}
        self._links |= ends
        try:
            await asyncio.gather(self.up.carry(self, reader, back), self.down.carry(self, there, writer))
        finally:
            self._links -= ends
            for end in ends:
                end.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """End it the hard way, without sending what waits."""
    if writer.transport.is_closing():
        return
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


@asynccontextmanager
async def proxied(target: int) -> AsyncIterator[Proxy]:
    """A proxy before the server on this port, without faults yet."""
    proxy = Proxy(target)
    proxy.resume()
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(proxy.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
