"""Notices on a terminal: the console as the outbox sees it."""

import sys
from dataclasses import dataclass

from psfbot.relay.notice import Parcel
from psfbot.text import printable


@dataclass(frozen=True)
class Screen:
    """Prints each notice; what was printed was seen."""

    name: str = "console"
    ready: bool = True

    async def send(self, parcel: Parcel) -> str:
        """Print a notice with what stands below it, in one piece: a prompt may be on the screen."""
        if not parcel.notice.quiet:
            again = " (repeat?)" if parcel.error else ""
            lines = [f"* {parcel.notice.text}{again}", *(f"  {line}" for line in parcel.notice.lines)]
            lines += [f"  {title}: {url}" for title, url in parcel.notice.links]
            print("\n".join(map(printable, lines)), file=sys.stdout, flush=True)
        return "printed"

    async def find(self, parcel: Parcel) -> str | None:
        """Nobody can tell what a terminal of an earlier process showed."""
        del parcel
        return None
