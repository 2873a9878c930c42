"""Where a flow acts, and what comes of an alert."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from psfbot.catalog.book import Book
from psfbot.catalog.model import Service
from psfbot.oncall.shift import Watch
from psfbot.relay.incident import Entry, Happening, Incident, Silence
from psfbot.relay.judge import Verdict
from psfbot.relay.ports import Ledger


@dataclass(frozen=True)
class Scene:
    """Where a flow acts: the ledger of this transaction, the catalog in force, the platforms that are on, the time.

    `letter` is the webhook that is read, if one is, and `came` the time when it did. `watches` is what is known of
    who is on call.
    """

    ledger: Ledger
    book: Book
    platforms: Mapping[str, str]
    now: datetime
    letter: int | None = None
    came: datetime | None = None
    watches: Mapping[str, Watch] = field(default_factory=dict)

    @cached_property
    def silences(self) -> Sequence[Silence]:
        """Silences that hold now or later; several alerts of one letter ask for them."""
        return self.ledger.silences(self.now)

    def service(self, incident: Incident) -> Service | None:
        """The service that an incident is about, as the catalog has it now."""
        return self.book.catalog.services.get(incident.service or "")

    def log(self, incident: Incident, kind: Happening, text: str, reason: str = "", who: str = "") -> None:
        """Write a line of an incident's timeline."""
        self.ledger.add_entry(incident.number, Entry(at=self.now, kind=kind, who=who, text=text, reason=reason))


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an alert."""

    verdict: Verdict
    reason: str
    incident: Incident | None = None
    told: tuple[str, ...] = field(default=())
