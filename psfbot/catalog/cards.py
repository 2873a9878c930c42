"""What is said of a service wherever somebody asks about it, put into words once in each reading of the catalog."""

from dataclasses import dataclass, field

from psfbot.catalog import cite, words
from psfbot.catalog.model import Catalog, Service


@dataclass(frozen=True, slots=True)
class Card:
    """A service in words: whom to ask, how to reach them, where it runs, and what its owners rest on.

    `private` are the ways to reach them that are shown where nobody else reads; `reach` are those for everybody.
    """

    service: Service
    whom: str
    reach: tuple[str, ...]
    private: tuple[str, ...]
    runs: str
    owners: cite.Grounds


@dataclass(frozen=True)
class Cards:
    """The cards of one catalog, each written with the first question that needs it."""

    catalog: Catalog
    written: dict[str, Card] = field(default_factory=dict)

    def of(self, service: Service) -> Card:
        """The card of a service; one that is not of this catalog, as in a proposal, gets its own and it is not kept."""
        known = self.written.get(service.id)
        if known is not None and known.service is service:
            return known
        card = write(self.catalog, service)
        if self.catalog.services.get(service.id) is service:
            self.written[service.id] = card
        return card


def write(catalog: Catalog, service: Service) -> Card:
    """Put a service into words."""
    return Card(
        service,
        words.ask_whom(catalog, service),
        words.reach(catalog, service),
        words.reach(catalog, service, public=False),
        words.runs(catalog, service),
        cite.grounds(catalog, service, "owners"),
    )
