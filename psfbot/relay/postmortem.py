"""An incident as Markdown to begin a postmortem with: times in UTC, who, what was told where, how long it took."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from psfbot.catalog import words
from psfbot.catalog.model import Catalog
from psfbot.relay.incident import Entry, Happening, Incident
from psfbot.relay.notice import Delivery, Parcel
from psfbot.relay.spell import TURNS, Spell, Turn, spells
from psfbot.relay.word import span
from psfbot.text import count, one_line, unique

ACTIVE = re.compile(r"([\\`*_\[\]<>|~])")
"""What Markdown takes for more than a letter."""
EXPLAINED = frozenset(Happening) - TURNS - {Happening.TOLD, Happening.ALERT, Happening.NOTE}
"""Happenings that say little without their reason."""
ARRIVED = {
    Delivery.DEAD: " (not delivered: {error})",
    Delivery.PENDING: " (on its way)",
    Delivery.SENDING: " (on its way)",
    Delivery.UNKNOWN: " (perhaps not delivered)",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One incident with its timeline and what rooms were told of it; of notices that were forgotten, only the rooms."""

    incident: Incident
    entries: Sequence[Entry]
    parcels: Sequence[Parcel]

    @property
    def spells(self) -> tuple[Spell, ...]:
        """Each time that it was down."""
        number = self.incident.number
        return spells(self.incident, (Turn(number, one.at, one.kind, one.who) for one in self.entries))


def page(top: Told, below: Sequence[Told], catalog: Catalog) -> tuple[tuple[str, ...], ...]:
    """The page as sections of lines: the head, how long it took, what stood below it, the timeline."""
    children = tuple(f"- {briefly(one)}" for one in below)
    return (
        tuple(head(top.incident, catalog)),
        ("## How long it took", *(f"- {lasted(spell)}" for spell in top.spells)),
        *((("## What failed with it", *children),) if children else ()),
        ("## Timeline (UTC)", *(f"- {line}" for line in story(top, below))),
    )


def head(incident: Incident, catalog: Catalog) -> Iterable[str]:
    """What it is about, and how it stands."""
    yield f"# Incident {incident.number}: {plain(incident.named)}"
    yield f"- What: {plain(incident.title)}"
    service = catalog.services.get(incident.service or "")
    if service:
        yield f"- Service: {plain(service.name)}, runs {plain(words.runs(catalog, service))}"
        yield f"- Ask: {plain(words.ask_whom(catalog, service))}"
    yield f"- Severity: {incident.severity}"
    closed = f", closed by hand by {plain(incident.resolved_by)}" if incident.resolved_by else ""
    yield f"- State: {incident.state}{closed}"
    if incident.flaps:
        yield f"- Came back: {count(incident.flaps, 'time')}"
    if incident.cause:
        yield f"- Shared cause: incident {incident.cause}"


def lasted(spell: Spell) -> str:
    """One time that it was down: from when to when, how long, and how soon it was taken."""
    acked, over = spell.to_acknowledge, spell.to_resolve
    taken = f"acknowledged after {span(acked)} by {plain(spell.acked_by) or 'somebody'}" if acked is not None else ""
    end = f"{stamp(spell.ended)}: resolved after {span(over)}" if spell.ended and over is not None else "now: not over"
    return f"From {stamp(spell.began)} to {end}, {taken or 'acknowledged by nobody'}"


def briefly(told: Told) -> str:
    """One incident below a shared cause, in one line."""
    one = told.incident
    times = "; ".join(lasted(spell) for spell in told.spells)
    return f"Incident {one.number}, {plain(one.named)}: {plain(one.title)}. {times}"


def story(top: Told, below: Sequence[Told]) -> list[str]:
    """Every line of the timeline, and of those below it what happened to them, in the order of time."""
    lines = [(entry.at, 0, line(entry, texts(top.parcels))) for entry in top.entries]
    for one in below:
        said, name = texts(one.parcels), f"(incident {one.incident.number}, {plain(one.incident.named)})"
        own = (entry for entry in one.entries if entry.kind is not Happening.GROUPED)
        lines += [(entry.at, one.incident.number, f"{line(entry, said)} {name}") for entry in own]
    return [said for *_, said in sorted(lines, key=lambda three: three[:2])]


def texts(parcels: Iterable[Parcel]) -> Mapping[datetime, Sequence[str]]:
    """What was said aloud at each time, and whether it arrived."""
    found: dict[datetime, list[str]] = {}
    for parcel in parcels:
        if not parcel.notice.quiet:
            arrived = ARRIVED.get(parcel.state, "").format(error=plain(parcel.error))
            found.setdefault(parcel.created_at, []).append(f"{quoted(parcel.notice.text)}{arrived}")
    return found


def line(entry: Entry, said: Mapping[datetime, Sequence[str]]) -> str:
    """One line: when, what, who, the words; and why, where the words alone do not tell."""
    who = f" by {plain(entry.who)}" if entry.who else ""
    text = "" if entry.text == entry.kind.value else f": {plain(entry.text)}"
    heard = unique(said.get(entry.at, ())) if entry.kind is Happening.TOLD else ()
    words_told = f" {' / '.join(heard)}" if heard else ""
    why = f" (because {plain(entry.reason)})" if entry.reason and entry.kind in EXPLAINED else ""
    return f"{stamp(entry.at)} **{entry.kind}**{who}{text}{words_told}{why}"


def stamp(at: datetime) -> str:
    """A moment to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def plain(text: str) -> str:
    """Somebody's words as they were, whatever Markdown would make of them."""
    return ACTIVE.sub(r"\\\1", one_line(text))


def quoted(text: str) -> str:
    """Words that were told, letter for letter, so that a page makes no links of their numbers."""
    return f"`{one_line(text).replace('`', chr(39))}`"
