"""One queue for all that we say, and no faster than a network allows: what we have to tell never gets us thrown out."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from psfbot.errors import DeliveryError

HASTE = 1e-6
"""Seconds that a line may be early, as sums of fractions are not exact."""


class Rank(IntEnum):
    """What goes first."""

    PONG = 0
    AUTH = 1
    JOIN = 2
    URGENT = 3
    REPLY = 4
    ALERT = 5
    BULK = 6


SAID = (Rank.URGENT, Rank.REPLY, Rank.ALERT, Rank.BULK)
"""What people are to read; while the queue is `muted`, it stays."""
HELD = (Rank.JOIN, *SAID)
"""What waits for its turn; a late PONG or login costs the link, so these never wait, but they count."""
PATIENCE = {Rank.JOIN: 0, Rank.URGENT: 1, Rank.REPLY: 2, Rank.ALERT: 2, Rank.BULK: 100}
"""How many lines of smaller ranks may go ahead of one that waits."""
COST = {Rank.JOIN: 2}
"""What counts as more than one line; servers take a JOIN for as much, however many channels it names."""
SHARE = 4
"""Once its patience is over, a rank gets one line after so many at most, until none of it waits."""
BULK_PART = 2
"""Bulk may fill the queue only to this part (a half), so that it never leaves replies and alerts outside."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A line in the queue; what is of one `group` goes out together, and a newer line of the same `key` replaces it."""

    ticket: int
    text: str
    rank: Rank
    key: str = ""
    group: int = 0


class Full(DeliveryError):
    """The queue holds as many lines as it may."""

    def __init__(self, waiting: int) -> None:
        """Say how many wait; it is worth trying again."""
        super().__init__(f"{waiting} lines already wait for IRC: try again when they are sent", final=False)


@dataclass
class Queue:
    """Lines by rank, each let out when its turn comes: `burst` at once, then one in `interval` seconds (0: no pacing).

    Whenever a line of a held rank leaves, no stretch of time that ends there has seen more than
    `burst + seconds / interval` lines of all ranks. Nobody waits for ever: see PATIENCE.
    Where `window` is set, no more than so many held lines are on their way before the server has shown that it read
    them: what a stalled link keeps back comes to the server all at once, and would be taken for a flood.
    """

    burst: int = 4
    interval: float = 2.0
    limit: int = 500
    window: int = 0
    muted: bool = False
    waits: int = 0
    lanes: dict[Rank, dict[int, Queued]] = field(default_factory=lambda: {rank: {} for rank in Rank})
    passed: dict[Rank, int] = field(default_factory=lambda: dict.fromkeys(HELD, 0))
    flying: deque[int] = field(default_factory=deque)
    last_ticket: int = 0
    last_group: int = 0
    speaking: Queued | None = None
    paid_until: float = float("-inf")
    held_up: bool = False

    @property
    def depth(self) -> int:
        """How many lines wait."""
        return sum(map(len, self.lanes.values()))

    def put(self, text: str, rank: Rank, *, key: str = "", group: int = 0) -> int:
        """Let a line wait for its turn, and return its ticket.

        A line of the same key that still waits is replaced in its place, and both have its ticket.
        """
        if key and group:
            raise ValueError("a line of a group cannot be replaced alone: give it a key or a group")
        if key and (old := next((line for line in self.waiting() if line.key == key), None)):
            if old.rank <= rank:
                self.lanes[old.rank][old.ticket] = replace(old, text=text)
            else:
                del self.lanes[old.rank][old.ticket]
                self.lanes[rank][old.ticket] = replace(old, text=text, rank=rank)
            return old.ticket
        if self.room(rank) < 1:
            raise Full(self.depth)
        return self._add(text, rank, key, group)

    def _add(self, text: str, rank: Rank, key: str, group: int) -> int:
        """Let a line wait for which there is room."""
        self.last_ticket += 1
        self.lanes[rank][self.last_ticket] = Queued(self.last_ticket, text, rank, key, group)
        return self.last_ticket

    def put_all(self, texts: Sequence[str], rank: Rank) -> list[int]:
        """Let the pieces of one message wait together: all of them, or none if there is no room for all."""
        if self.room(rank) < len(texts):
            raise Full(self.depth)
        self.last_group -= 1  # numbers that a caller makes up are positive
        return [self._add(text, rank, "", self.last_group) for text in texts]

    def put_back(self, line: Queued) -> None:
        """Let a line that was taken and did not go be the next of its rank again."""
        self.lanes[line.rank] = {line.ticket: line, **self.lanes[line.rank]}

    def passes(self, lines: int, now: float) -> bool:
        """May so many lines go at once that people are to read, as nothing waits before them? Then they count as gone.

        This is `put_all` and `take` in one, for the answer that meets an empty queue.
        """
        start, window = max(self.paid_until, now), self.window
        last = start + (lines - 1) * self.interval
        early = last - now - (self.burst - 1) * self.interval > HASTE
        if early or self.muted or (window and len(self.flying) + lines > window) or any(self.lanes.values()):
            return False
        self.paid_until = start + lines * self.interval
        self.last_ticket += lines
        if window:
            self.flying.extend(range(self.last_ticket - lines + 1, self.last_ticket + 1))
        self.speaking, self.held_up, self.passed = None, False, dict.fromkeys(HELD, 0)
        return True

    def room(self, rank: Rank) -> int:
        """How many more lines of this rank find room."""
        if rank not in SAID:
            return self.limit
        most = max(1, self.limit // BULK_PART) - len(self.lanes[rank]) if rank is Rank.BULK else self.limit
        return max(0, min(most, self.limit - self.depth))

    def take(self, now: float) -> Queued | None:
        """The line that goes now, if one may."""
        line = self.next_line()
        if line is None:
            return None
        if line.rank in HELD and (self.until(now) > HASTE or self.choked):
            self.waits += not self.held_up
            self.held_up = True
            return None
        del self.lanes[line.rank][line.ticket]
        self.paid_until = max(self.paid_until, now) + self.interval * COST.get(line.rank, 1)
        if line.rank in HELD:
            self.count_turn(line)
        return line

    def wait(self, now: float) -> float | None:
        """Seconds until `take` gives something; None when time alone brings nothing: all said, `choked` or `muted`."""
        line = self.next_line()
        if line is None:
            return None
        if line.rank not in HELD:
            return 0.0
        return None if self.choked else self.until(now)

    def arrived(self, ticket: int, late: float | None = None) -> None:
        """Note that the server has read this line, and with it all that went out before.

        `late` is the time now, where it may have read all of them only now: then they count from here.
        """
        before = len(self.flying)
        while ticket in self.flying:
            self.flying.popleft()
        if late is not None:
            self.paid_until = max(self.paid_until, late + (before - len(self.flying)) * self.interval)

    def drop(self, ticket: int) -> bool:
        """Take back a line that still waits; False when it has gone."""
        return any(lane.pop(ticket, None) for lane in self.lanes.values())

    def holds(self, ticket: int) -> bool:
        """Does this line still wait?"""
        return any(ticket in lane for lane in self.lanes.values())

    def clear(self) -> list[Queued]:
        """Empty the queue, as its link is gone, and return what was never sent; the next link starts afresh."""
        left = list(self.waiting())
        for lane in self.lanes.values():
            lane.clear()
        self.fresh()
        return left

    def fresh(self) -> None:
        """Forget what was sent, as the server does: on a new link, and when it has let us in (001)."""
        self.paid_until, self.speaking, self.held_up = float("-inf"), None, False
        self.flying.clear()
        self.passed = dict.fromkeys(HELD, 0)

    @property
    def choked(self) -> bool:
        """Are as many lines on their way as may be?"""
        return 0 < self.window <= len(self.flying)

    def waiting(self) -> Iterator[Queued]:
        """All lines that wait, smaller ranks first."""
        return (line for lane in self.lanes.values() for line in lane.values())

    def until(self, now: float) -> float:
        """Seconds until a held line may go."""
        return max(0.0, self.paid_until - now - (self.burst - 1) * self.interval)

    def next_line(self) -> Queued | None:
        """The line whose turn it is, whether or not it may go yet."""
        lanes, begun = self.lanes, self.speaking
        waiting = [rank for rank, lane in lanes.items() if lane]
        if waiting and waiting[0] in HELD:
            if self.muted:
                waiting = [rank for rank in waiting if rank not in SAID]
            if begun and begun.group and begun.rank in waiting:
                rest = (line for line in lanes[begun.rank].values() if line.group == begun.group)
                if line := next(rest, None):
                    return line
            starving = (rank for rank in waiting[1:] if self.passed[rank] >= PATIENCE[rank])
            waiting[:1] = [next(starving, waiting[0])] if waiting else []
        return next(iter(lanes[waiting[0]].values())) if waiting else None

    def count_turn(self, line: Queued) -> None:
        """Remember who spoke, and who was passed over."""
        self.speaking, self.held_up = line, False
        if self.window:
            self.flying.append(line.ticket)
        if not any(self.lanes.values()):
            self.passed = dict.fromkeys(HELD, 0)
            return
        for rank in HELD:
            if rank > line.rank and self.lanes[rank]:
                self.passed[rank] += 1
        self.passed[line.rank] = max(0, min(self.passed[line.rank], PATIENCE[line.rank]) - SHARE)
