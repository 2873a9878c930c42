"""Where a fact of a record comes from, and whether that is old or disputed."""

from dataclasses import dataclass
from datetime import date

from psfbot.catalog.model import Catalog, Event, Provenance, Record, Source
from psfbot.text import years_since

OLD = 1.0
"""Years after which an answer says how old its fact is."""


@dataclass(frozen=True, slots=True)
class Grounds:
    """What a statement rests on: its sources, the date it was true, and what speaks against it."""

    sources: tuple[Source, ...]
    as_of: str
    notes: tuple[str, ...]

    def age(self, today: date) -> float | None:
        """Years since somebody last vouched for it; unknown where no date is given."""
        return years_since(self.as_of, today) if self.as_of else None


def provenance(record: Record, path: str) -> Provenance | None:
    """The entry for this field, else for what holds it, else the record's default."""
    steps = path.split(".")
    for length in range(len(steps), 0, -1):
        found = record.provenance.get(".".join(steps[:length]))
        if found:
            return found
    return record.provenance.get("default")


def grounds(catalog: Catalog, record: Record, *paths: str) -> Grounds:
    """What a statement about these fields rests on: all their sources, and the oldest of their dates."""
    entries = [entry for path in paths if (entry := provenance(record, path))]
    cites = dict.fromkeys(cite for entry in entries for cite in entry.cites)
    dates = [latest(entry) for entry in entries if latest(entry)]
    notes = dict.fromkeys(entry.note for entry in entries if entry.note)
    found = tuple(catalog.sources[cite] for cite in cites if cite in catalog.sources)
    return Grounds(found, min(dates, default=""), tuple(notes))


def latest(entry: Provenance) -> str:
    """The last day on which somebody vouched for the fact: checked by hand, or stated by its source."""
    return max(entry.as_of or "", entry.verified.isoformat() if entry.verified else "")


def told(catalog: Catalog, event: Event) -> tuple[Source, ...]:
    """The sources of one event."""
    return tuple(catalog.sources[cite] for cite in event.cites if cite in catalog.sources)
