"""What proposals need from the outside: a forge that takes them, and a place to keep them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from psfbot.errors import UserError
from psfbot.proposals.proposal import Author, Proposal


class ForgeDown(UserError):
    """The forge did not do what it was asked, and the message tells why.

    `wrong` says that trying again is pointless before somebody mends the settings or the rights.
    """

    def __init__(self, message: str, *, wrong: bool = False) -> None:
        """Keep the reason."""
        super().__init__(message)
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Draft:
    """What a forge is handed: the branch, what people read, who it is by, and who should look at it (their logins).

    `page` is where psfbot itself shows the change, if it has a public address, and `at` when it was proposed.
    """

    branch: str
    title: str
    body: str
    message: str
    author: Author
    at: datetime
    reviewers: tuple[str, ...] = ()
    page: str = ""


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a proposal is now: its page and its number there; `told` is what the forge left out, such as a reviewer."""

    link: str
    reference: str
    told: tuple[str, ...] = ()


class Fate(StrEnum):
    """What became of a proposal at its forge."""

    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a proposal stands at its forge: by whom it was decided, and the names of checks that fail."""

    fate: Fate
    by: str = ""
    failing: tuple[str, ...] = ()


class Forge(Protocol):
    """Where the catalog's history lives: a code host, a plain git remote, or nothing but a folder for patches.

    Every method answers within a deadline or raises `ForgeDown`, and may be called again after any fault: the branch's
    name makes sure that nothing is there twice.
    """

    @property
    def name(self) -> str:
        """The word for it, such as `GitHub`."""

    @property
    def form(self) -> str:
        """What a proposal is there: `a pull request`, `a branch`."""

    async def text(self) -> str:
        """The catalog as it stands on the branch that proposals go to."""

    async def file(self, draft: Draft, make: Callable[[str], str]) -> Filed:
        """Put a change on its branch, on top of the catalog as it stands now, and ask for it to be merged.

        `make` turns the catalog's text into the changed one; what it raises is raised, and nothing is changed then. A
        branch of the same name that still waits is brought up to date, with the same request; one that was merged or
        closed is begun anew.
        """

    async def look(self, reference: str, branch: str, holds: Callable[[str], bool]) -> Standing:
        """How a proposal stands; `holds` tells whether a catalog's text has the change in it."""

    async def drop(self, reference: str, branch: str) -> None:
        """Take a proposal back, and its branch away; one that is gone already is fine.

        Without a reference, whatever stands on the branch is taken back.
        """


Told: TypeAlias = tuple[str, str]
"""A room (`irc #python-infra`) and what it is told."""


class Proposals(Protocol):
    """What is kept of proposals, durably."""

    async def ask(self, proposal: Proposal) -> Proposal:
        """Keep one that waits for its yes, and number it; whatever else waits in the same place is dropped."""

    async def confirm(self, place: str, since: datetime, now: datetime) -> Proposal | None:
        """The one that waits in a place and was asked for since then, marked as being sent: nobody gets it twice."""

    async def dismiss(self, place: str) -> bool:
        """Drop whatever waits for a yes in a place, be it this or a page; False where nothing does."""

    async def keep(self, known: Proposal, new: Proposal, told: Sequence[Told] = ()) -> Proposal | None:
        """Replace what is known of one and tell rooms of it, both or neither; nothing when it has changed since."""

    async def one(self, number: int) -> Proposal | None:
        """One by its number, if it was confirmed."""

    async def under_way(self) -> Sequence[Proposal]:
        """Those that are being sent, or that people look at, oldest first."""

    async def newest(self, limit: int = 20) -> Sequence[Proposal]:
        """The newest ones that were confirmed, newest first."""
