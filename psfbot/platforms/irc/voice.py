"""All that psfbot says on IRC: one queue, in a pace that the network bears, and word of what became of each notice."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count

from psfbot.errors import DeliveryError
from psfbot.platforms.irc.connection import Link, NotConnected, TooLong
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.pacing import Queue, Queued, Rank
from psfbot.platforms.irc.proof import Outcome, Proofs
from psfbot.platforms.irc.safe import one_line
from psfbot.platforms.irc.split import fragments, room_for

PATIENCE = 45.0
"""Seconds that a notice has to leave and be proven; the courier's own patience is longer."""
UNSENT = 2.0
"""Seconds after which bulk that was not sent goes back to the outbox: waiting here, it would keep urgent words out."""
STALE = 300.0
"""Seconds after which an answer that could not be sent interests nobody."""
JOIN_BYTES = 400
NOT_SENT = "other lines went first for {seconds:.0f} seconds"


@dataclass
class Voice:
    """Speaks over the link that is up; until the bot is where it should be, only what gets it there is sent."""

    queue: Queue
    proofs: Proofs
    clock: Callable[[], float]
    bug: Callable[[Exception], object] = str
    choked: Callable[[], None] = lambda: None
    patience: float = PATIENCE
    unsent: float = UNSENT
    link: Link | None = None
    down_at: float = 0.0
    timer: asyncio.TimerHandle | None = None
    awaited: dict[int, "asyncio.Future[str]"] = field(default_factory=dict)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        """Say nothing yet."""
        self.muted = True

    @property
    def muted(self) -> bool:
        """Does what people are to read wait until the bot is where it should be?"""
        return self.queue.muted

    @muted.setter
    def muted(self, muted: bool) -> None:
        """Let it wait, or let it out with the next line."""
        self.queue.muted = muted

    @property
    def joining(self) -> bool:
        """Does a JOIN wait for its turn?"""
        return bool(self.queue.lanes[Rank.JOIN])

    def up(self, link: Link) -> None:
        """There is a link; answers that are too old for it are dropped."""
        self.link, self.muted = link, True
        if self.clock() - self.down_at > STALE:
            self.queue.clear()

    def down(self) -> None:
        """The link is gone: answers that were not sent wait for the next one, notices go back to the outbox."""
        self.link, self.muted, self.down_at = None, True, self.clock()
        if self.timer:
            self.timer.cancel()
        left = self.queue.clear()
        for outcome in self.proofs.lost():
            self.settle(outcome)
        for line in left:
            if line.rank is Rank.REPLY:
                self.queue.put(line.text, line.rank, group=line.group)

    def unmute(self) -> None:
        """The bot is where it should be."""
        self.muted = False
        self.flush()

    def put(self, texts: Iterable[str], rank: Rank, *, key: str = "") -> None:
        """Let lines wait that nobody asks about."""
        for text in texts:
            self.queue.put(text, rank, key=key)
            self.flush()

    def say(self, target: str, lines: Sequence[str], prefix: str) -> None:
        """Answer somebody, in lines that stay together; raises `Full`."""
        size = room_for(target, prefix)
        wires = [f"PRIVMSG {target} :{part}" for line in lines for part in fragments(line, size)]
        if left := self.at_once(wires):
            self.queue.put_all(left, Rank.REPLY)
            self.flush()

    def at_once(self, wires: list[str]) -> list[str]:
        """Write the lines of an answer, if all of them may go now; returns those that have to wait."""
        link = self.link
        if not (link and link.writable and self.queue.passes(len(wires), self.clock())):
            return wires
        for gone, wire in enumerate(wires):
            if not (link.writable and self.sent(link, wire)):
                return wires[gone:]
        if self.queue.choked:
            self.choked()
        return []

    async def deliver(self, target: str, text: str, prefix: str, rank: Rank) -> str:
        """Tell a room something, and return the server's proof that it was told.

        A `DeliveryError` means that it was not; a `ConnectionError` or a timeout, that it may have been.
        """
        parts = fragments(one_line(text), room_for(target, prefix))
        number = next(self.numbers)
        wires = self.proofs.expect(number, [f"PRIVMSG {target} :{part}" for part in parts])
        tickets: list[int] = []
        self.awaited[number] = asyncio.get_running_loop().create_future()
        try:
            tickets = self.queue.put_all(wires, rank)
            self.flush()
            if rank is Rank.BULK:
                await self.turn(number, tickets)
            async with asyncio.timeout(self.patience):
                return await self.awaited[number]
        except TimeoutError:
            if all(map(self.queue.holds, tickets)):
                raise DeliveryError(NOT_SENT.format(seconds=self.patience), final=False) from None
            raise
        finally:
            self.awaited.pop(number)
            self.proofs.forget(number)
            for ticket in tickets:
                self.queue.drop(ticket)

    async def turn(self, number: int, tickets: Sequence[int]) -> None:
        """Wait a moment for bulk to be sent; if none of it was, its room may have something better to say."""
        await asyncio.wait([self.awaited[number]], timeout=self.unsent)
        if all(map(self.queue.holds, tickets)):
            raise DeliveryError(NOT_SENT.format(seconds=self.unsent), final=False, wait=0.0)

    def heard(self, line: Line) -> None:
        """A line of the server may prove something."""
        for outcome in self.proofs.heard(line):
            self.settle(outcome)

    def settle(self, outcome: Outcome) -> None:
        """Tell whoever waits for it."""
        future = self.awaited.get(outcome.ticket)
        if future is None or future.done():
            return
        if outcome.error is None:
            future.set_result(outcome.proof)
        else:
            future.set_exception(ConnectionError(str(outcome.error)) if outcome.doubt else outcome.error)

    def flush(self) -> None:
        """Send what may go now, and come back when the next line may."""
        if self.timer:
            self.timer.cancel()
            self.timer = None
        now = self.clock()
        while (link := self.link) and link.writable and (line := self.queue.take(now)):
            self.send(link, line)
        if self.link is None or not self.link.writable:
            return
        wait = self.queue.wait(now)
        if wait is not None:
            self.timer = asyncio.get_running_loop().call_later(wait, self.flush)
        elif self.queue.choked:
            self.choked()

    def send(self, link: Link, line: Queued) -> None:
        """Write one line; an answer that meets the end of the link waits for the next one."""
        if not self.sent(link, line.text) and line.rank is Rank.REPLY:
            self.queue.put_back(line)

    def sent(self, link: Link, text: str) -> bool:
        """Write one line, if the link still is up; one that is too long is a bug of its maker, and harms no other."""
        try:
            link.send(text)
        except NotConnected:
            self.link = None  # `down` follows
            return False
        except TooLong as error:
            self.bug(error)
        else:
            if self.proofs.minds:
                self.proofs.sent(text)
        return True


def joins(channels: Sequence[str]) -> list[str]:
    """Ask to be let into channels, in one line unless it were too long."""
    lines: list[list[str]] = []
    for channel in channels:
        if not lines or len(",".join([*lines[-1], channel]).encode()) > JOIN_BYTES:
            lines.append([])
        lines[-1].append(channel)
    return [f"JOIN {','.join(batch)}" for batch in lines]
