"""What on-call duty needs from the outside: sources of rotas, pagers, and a place to keep what they said."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from psfbot.errors import UserError
from psfbot.oncall.page import Asked, Page, Paging
from psfbot.oncall.shift import Override, Shift, Watch


class OutOfReach(UserError):
    """A source or a pager did not do what it was asked; the message tells people why.

    `unsure` says that nobody knows whether it did; `wrong` that trying again is
    pointless before somebody mends the settings.
    """

    def __init__(self, message: str, *, unsure: bool = False, wrong: bool = False) -> None:
        """Keep the reason, and what is known of it."""
        super().__init__(message)
        self.unsure = unsure
        self.wrong = wrong


class RotaSource(Protocol):
    """Somebody else's rotas, such as a pager service's. It answers within seconds, or raises `OutOfReach`."""

    async def shifts(self, schedules: Sequence[str], since: datetime, until: datetime) -> Mapping[str, Sequence[Shift]]:
        """The shifts of each schedule; people are named by their ids at the source."""

    async def cover(self, schedule: str, person: str, since: datetime, until: datetime) -> None:
        """Give a turn to somebody else for a while; the person is named by their id at the source."""

    def close(self) -> None:
        """Let go of connections and threads."""


class Pager(Protocol):
    """Something that makes telephones ring. It answers within seconds, or raises `OutOfReach`."""

    async def tell(self, paging: Paging) -> str:
        """Tell it; return a word on what it made of that."""

    def close(self) -> None:
        """Let go of connections and threads."""


class Duties(Protocol):
    """What is kept of on-call duty, durably: what sources said and when, overrides, pages that were asked for."""

    async def watches(self) -> Mapping[str, Watch]:
        """What the sources last said, by rota."""

    async def keep(self, watch: Watch) -> None:
        """Remember what a source said of a rota."""

    async def fail(self, rotas: Sequence[str], source: str, trouble: str) -> None:
        """Remember why a source could not be asked; what it said before stays."""

    async def overrides(self, now: datetime) -> Sequence[Override]:
        """Overrides that hold, will hold, or held until lately."""

    async def add_overrides(self, overrides: Sequence[Override]) -> None:
        """Keep overrides, all or none."""

    async def ask_page(self, page: Page) -> None:
        """Keep a page until somebody confirms it; an older one that waits in the same place is dropped."""

    async def confirm_page(self, place: str, since: datetime) -> Page | None:
        """The page that waits in a place and was asked for since then, marked as being sent: nobody gets it twice."""

    async def end_page(self, key: str, state: Asked, answer: str) -> None:
        """Say what became of a page."""

    async def forget(self, now: datetime) -> int:
        """Drop what is long over; say how much that was."""

    async def unfinished(self, since: datetime) -> Sequence[Page]:
        """Pages that were being sent when psfbot stopped, if they were asked for since then."""
