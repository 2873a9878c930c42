"""What checklists need from the outside: runs that are kept, and templates to start."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from psfbot.checklists.campaign import Campaign
from psfbot.checklists.run import Deed, Run
from psfbot.checklists.template import Template

Result = TypeVar("Result")


class Overtaken(Exception):
    """Somebody else changed the run meanwhile: decide again about what it is now."""


class Runs(Protocol):
    """Everything that is kept of runs, inside one transaction: all of it is kept, or none."""

    def run(self, number: int) -> Run | None:
        """One run as it stands."""

    def runs(self, *, open_only: bool = True, limit: int = 100) -> Sequence[Run]:
        """Runs, newest first."""

    def of_template(self, name: str) -> Sequence[Run]:
        """All runs of a template, newest first."""

    def of_service(self, service: str, template: str) -> Run | None:
        """The open run of a template for a service."""

    def start(self, run: Run, deed: Deed) -> Run:
        """Keep a new run; its number is given here."""

    def add(self, run: Run, deeds: Sequence[Deed]) -> Run:
        """Keep deeds and the run as it stands after them; raises `Overtaken` when it is not the newest any more."""

    def deeds(self, number: int) -> Sequence[Deed]:
        """What was done, oldest first."""

    def campaign(self, number: int) -> Campaign | None:
        """One campaign."""

    def campaigns(self) -> Sequence[Campaign]:
        """All campaigns, newest first."""

    def start_campaign(self, campaign: Campaign) -> Campaign:
        """Keep a new campaign; its number is given here."""

    def keep_campaign(self, campaign: Campaign, known: Campaign) -> None:
        """Replace what is known of a campaign; raises `Overtaken` when that has changed since."""


class Shelf(Protocol):
    """The templates that can be started."""

    @property
    def templates(self) -> Mapping[str, Template]:
        """Those that are sound, by name."""

    @property
    def faulty(self) -> Sequence[str]:
        """What is wrong with the others, each by file, line and column."""


class Store(Protocol):
    """Transactions over runs, and over what rooms are told (the ledger is the relay's) beside them."""

    async def write(self, work: Callable[[Runs, Any], Result]) -> Result:
        """Run work in a transaction that is durable when this returns; nothing of it stays when it raises."""

    async def read(self, work: Callable[[Runs], Result]) -> Result:
        """Run work that only reads, and sees everything as of one moment."""
