"""How many letters are read in one go: whoever sends webhooks meanwhile waits for a moment only."""

from dataclasses import dataclass
from time import monotonic

SHORT, LONG = 0.005, 0.1
"""Seconds that the store may work on letters in one go, while webhooks come in and while none do."""
BEHIND = 2
"""How much longer that is while letters come faster than they are read: else what is urgent waits behind them all."""
MANY = 100
"""Letters that wait before reading has fallen behind."""
INSTANT = 1e-6
"""Seconds that anything takes at least, whatever a coarse clock says."""
CALM = 1.0
"""Seconds without a webhook after which none are coming in."""


@dataclass
class Portion:
    """So many letters are read together, and become durable together."""

    size: int = 1
    rung: float = 0.0
    behind: bool = False

    def ring(self) -> None:
        """A webhook came in."""
        self.rung = monotonic()

    def adjust(self, read: int, took: float, flush: float = 0.0) -> None:
        """Read no more together than the store does in a moment, besides flushing its disk once.

        A flush takes as long for many letters as for one, so a slow disk makes portions larger, not smaller. It follows
        what was read and not what might have been: else it grows without end while letters come one by one.
        """
        busy = monotonic() - self.rung < CALM
        moment = max(SHORT, flush) * (BEHIND if self.behind else 1) if busy else LONG
        work = max(took - flush, INSTANT)
        self.size = max(1, min(int(read * min(moment, LONG) / work), 2 * read))
