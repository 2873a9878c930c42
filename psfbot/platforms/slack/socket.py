"""Socket Mode: one connection to Slack that is always being kept, and the truth about whether it stands."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from psfbot import logs
from psfbot.platforms.slack.calls import Refused

HELLO = 10.0
"""Seconds that Slack has to say hello."""
BEAT = 10.0
"""Seconds between pings; without an answer to one, the connection is given up after half as many more."""
FIRST, LONGEST = 0.2, 30.0
"""Seconds between tries to connect."""
OVERLAP = 15.0
"""Seconds that a connection which Slack wants to end may still be used for what came over it."""
LARGEST = 4 * 2**20

Acknowledgement = tuple[Mapping[str, Any], Callable[[], None]] | None
"""What an envelope is acknowledged with, and what to do then; None when it should come again."""

log = logs.get(__name__)


@dataclass
class Socket:
    """Takes envelopes for as long as it runs.

    `address` asks Slack for a new address to connect to; `take` says what each envelope
    is acknowledged with. `greeted` tells whether the last connection got as far as a hello.
    """

    address: Callable[[], Awaitable[str]]
    session: aiohttp.ClientSession
    take: Callable[[Mapping[str, Any]], Awaitable[Acknowledgement]]
    beat: float = BEAT
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    proxy: str | None = None
    connected: bool = False
    greeted: bool = False
    trouble: str = "not connected yet"
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    async def run(self) -> None:
        """Connect, and connect again whenever that ends, until cancelled."""
        delay = 0.0
        try:
            while True:
                await self.sleep(delay * random.uniform(0.5, 1))  # noqa: S311 - it spreads those that failed together
                try:
                    self.connected = await self.connect()
                except (Refused, aiohttp.ClientError, OSError, ValueError) as error:
                    self.failed(error)
                delay = FIRST if self.greeted else min(max(FIRST, delay * 2), LONGEST)
        finally:
            self.connected = False
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)

    def failed(self, error: Exception) -> None:
        """Say why there is no connection; an address is as good as a password, and aiohttp's words have it in them."""
        self.connected = False
        self.trouble = str(error) if isinstance(error, Refused) else type(error).__name__
        log.warning("slack connection failed", reason=self.trouble)

    async def connect(self) -> bool:
        """One connection until it breaks, or until Slack wants another: True then, and it is read to its end beside."""
        self.greeted = False
        leaves, address = asyncio.Event(), await self.address()
        link = await self.session.ws_connect(address, heartbeat=self.beat, max_msg_size=LARGEST, proxy=self.proxy)
        reading = self.keep(self.listen(link, leaves))
        leaving = asyncio.ensure_future(leaves.wait())
        try:
            await asyncio.wait({reading, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
        finally:
            leaving.cancel()
            if not leaves.is_set():
                reading.cancel()
                await link.close()
        return leaves.is_set()

    async def listen(self, link: aiohttp.ClientWebSocketResponse, leaves: asyncio.Event) -> None:
        """Take what comes over one connection."""
        try:
            frame = await link.receive(timeout=HELLO)
            while frame.type is aiohttp.WSMsgType.TEXT:
                self.heard(link, decoded(frame.data), leaves)
                frame = await link.receive(timeout=OVERLAP if leaves.is_set() else None)
            if not leaves.is_set():
                self.trouble = f"the connection ended ({link.close_code or frame.type.name})"
        except TimeoutError:
            if not leaves.is_set():
                self.trouble = "Slack said nothing in time"
        finally:
            await link.close()

    def heard(self, link: aiohttp.ClientWebSocketResponse, frame: Mapping[str, Any], leaves: asyncio.Event) -> None:
        """One frame: a greeting, a wish to part, or an envelope, which is taken beside all others."""
        sort = frame.get("type")
        if sort == "hello":
            self.connected, self.greeted, self.trouble = True, True, ""
            log.info("slack connected")
        elif sort == "disconnect":
            self.trouble = f"Slack wants a new connection ({frame.get('reason', 'no reason')})"
            log.info("slack asks to reconnect", reason=frame.get("reason"))
            leaves.set()
        elif frame.get("envelope_id"):
            self.keep(self.envelope(link, frame))

    async def envelope(self, link: aiohttp.ClientWebSocketResponse, frame: Mapping[str, Any]) -> None:
        """Acknowledge an envelope once it is safe; one that is not comes again."""
        taken = await self.take(frame)
        if taken is None:
            return
        answer, then = taken
        said = {"envelope_id": frame["envelope_id"], **({"payload": dict(answer)} if answer else {})}
        try:
            await link.send_json(said)
        except (aiohttp.ClientError, OSError) as error:
            log.info("slack not told", reason=str(error))  # it tells us again, and we know it then
        then()

    def keep(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Let something run beside; it ends with the rest."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task


def decoded(text: str) -> Mapping[str, Any]:
    """A frame as data; nothing where it is none."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
