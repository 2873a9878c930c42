"""The catalog read again on purpose: what came of it, for whoever asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of reading the catalog again: whether all is well, what happened, and what changed in words.

    `news` is for those who may see everything, `public_news` for everybody.
    """

    well: bool
    said: str
    news: str = ""
    public_news: str = ""


@dataclass(frozen=True, slots=True)
class Reloading:
    """Reads the catalog again, fetched from where it lives; the room where that was asked for is not told twice."""

    work: Callable[[str], Awaitable[Reread]]
