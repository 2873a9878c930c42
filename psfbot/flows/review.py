"""What is kept of incidents that were: one as a page for its postmortem, many as figures."""

from dataclasses import dataclass

from psfbot.catalog.model import Catalog
from psfbot.errors import UserError
from psfbot.flows.respond import NO_SUCH
from psfbot.relay.incident import Incident
from psfbot.relay.ports import Ledger
from psfbot.relay.postmortem import Told, page


@dataclass(frozen=True, slots=True)
class Page:
    """A page of Markdown, section by section."""

    sections: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """The whole page as a file."""
        return "\n\n".join("\n".join(section) for section in self.sections) + "\n"


def postmortem_of(ledger: Ledger, number: int, catalog: Catalog) -> Page:
    """An incident with all that stood below it, as a page to begin its postmortem with."""
    found = ledger.incident(number)
    if found is None:
        raise UserError(NO_SUCH.format(number=number))
    return Page(page(told(found, ledger), [told(one, ledger) for one in ledger.children(number)], catalog))


def told(incident: Incident, ledger: Ledger) -> Told:
    """An incident with its timeline, and what rooms heard of it."""
    return Told(incident, ledger.timeline(incident.number), ledger.posted(incident.number))
