"""Figures about incidents: how many, how soon somebody took them, how long they lasted."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from psfbot.catalog.model import Service
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.errors import UserError
from psfbot.flows.relay import Relay
from psfbot.relay.incident import Incident
from psfbot.relay.ports import Ledger
from psfbot.relay.spell import Tally, Turn, tally
from psfbot.relay.word import span
from psfbot.text import count, cut

topic = Topic("statistics", "How many incidents there were, how soon somebody took them, how long they lasted.")

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
SAID = re.compile(r"(?:(?P<year>\d{4})-(?P<month>\d\d?)|(?P<name>[a-z]{3,9})\.?(?: (?P<of>\d{4}))?)")
BACK = 12
"""Months that are told of a service when none is named, this one among them."""
SHOWN = 20
"""Services in one answer, those with the most incidents first."""
FIRST_YEAR, LAST_YEAR = 2000, 2999
MEANT = "Times are medians over each time that something was down."
UNCLEAR = "'{said}' is neither a service that I know nor a month. Say for example: stats docs.python.org 2026-10"


Key = Callable[[Incident], str]
"""What incidents are grouped by."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year, in UTC."""

    year: int
    month: int

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month, 1, tzinfo=UTC)

    def on(self, months: int) -> "Month":
        """The month so many later, or earlier."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return Month(year, month + 1)

    def __str__(self) -> str:
        """As it sorts: `2026-11`."""
        return f"{self.year}-{self.month:02}"


@dataclass(frozen=True)
class Past:
    """The incidents of some months, and the turns that they took."""

    incidents: Sequence[Incident]
    turns: Mapping[int, Sequence[Turn]]

    def tally(self, incidents: Iterable[Incident]) -> Tally:
        """What some of them come to."""
        return tally(tuple(incidents), self.turns)


@topic.says(
    "(stats|statistics|incident stats|incident statistics|mttr|figures) [of|for|about] [the] {service} [in|for] {month}",
    "(stats|statistics|incident stats|incident statistics|mttr|figures) [of|for|about] [the] {service}",
    "(stats|statistics|incident stats|incident statistics|mttr|figures) [of|for|in] {month}",
    "(stats|statistics|incident stats|incident statistics|mttr|figures)",
    "how (often|many times) was [the] {service} down [in] {month}",
    "how (often|many times) was [the] {service} down",
    "how many incidents (did|does|has) [the] {service} (have|had) [in] {month}",
    "how many incidents (were there|did we have) [in] {month}",
    "how many incidents (were there|did we have)",
)
async def stats(ask: Ask, service: Service | None = None, month: str = "") -> Answer:
    """Count the incidents of a month service by service, or those of a service month by month.

    >>> stats
    2026-11: no incidents.

    >>> stats docs.python.org
    docs.python.org, 2025-12 to 2026-11: no incidents.

    >>> stats docs last month
    docs.python.org, 2026-10: no incidents.
    """
    return await of_all(ask, month or "this month") if service is None else await of_one(ask, service, month)


async def of_one(ask: Ask, service: Service, month: str) -> Answer:
    """The incidents of a service: the last twelve months one by one, or one month with each of them."""
    first, last = span_of(month, ask.now)
    past = await looked(ask, first, last, service.id)
    when = f"{first}" if first == last else f"{first} to {last}"
    fact = f"{service.id}, {when}: {figures(past.tally(past.incidents))}."
    data = {"service": service.id, "since": str(first), "until": str(last), "months": table(past, month_of)}
    if first == last:
        lines = [f"#{one.number} {one.opened_at:%Y-%m-%d %H:%M} UTC: {cut(one.title, 80)}" for one in past.incidents]
        return Answer(fact, lines=lines, notes=notes(past), data=data)
    return Answer(fact, items=items(past, month_of, "month"), notes=notes(past), data=data)


async def of_all(ask: Ask, month: str) -> Answer:
    """The incidents of a month, service by service."""
    first, last = span_of(month, ask.now)
    past = await looked(ask, first, last, None)
    data = {"since": str(first), "until": str(last), "services": table(past, name_of)}
    found = items(past, name_of, "service")
    fact = f"{first}: {figures(past.tally(past.incidents))}."
    more = [f"{count(len(found) - SHOWN, 'more service')} had no more."] if len(found) > SHOWN else []
    return Answer(fact, items=found[:SHOWN], notes=[*notes(past), *more], data=data)


async def looked(ask: Ask, first: Month, last: Month, subject: str | None) -> Past:
    """The incidents that opened from the first of these months to the end of the last."""
    since, until = first.begins, last.on(1).begins

    def look(ledger: Ledger) -> Past:
        return Past(ledger.opened(since, until, subject), ledger.turns(since, until, subject))

    return await ask.port(Relay).look(look)


def span_of(said: str, now: datetime) -> tuple[Month, Month]:
    """The months that somebody means; of a service without one, the last twelve."""
    this = Month(now.astimezone(UTC).year, now.astimezone(UTC).month)
    words = " ".join(said.lower().split())
    if not words:
        return this.on(1 - BACK), this
    known = {"this month": this, "now": this, "last month": this.on(-1)}
    found = known.get(words) or read(words, this)
    if found is None:
        raise UserError(UNCLEAR.format(said=cut(said, 60)))
    return found, found


def read(words: str, this: Month) -> Month | None:
    """A month as people write it: `2026-10`, `october`, `oct 2026`; one without a year is the latest of its name."""
    said = SAID.fullmatch(words)
    if said is None:
        return None
    named = [at for at, name in enumerate(MONTHS, 1) if said["name"] and name.startswith(said["name"])]
    month = named[0] if named else int(said["month"] or 0)
    year = int(said["year"] or said["of"] or this.year - (month > this.month))
    return Month(year, month) if FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= len(MONTHS) else None


def month_of(incident: Incident) -> str:
    """The month in which an incident opened."""
    return f"{incident.opened_at.astimezone(UTC):%Y-%m}"


def name_of(incident: Incident) -> str:
    """What an incident is about."""
    return incident.named


def grouped(past: Past, key: Key) -> list[tuple[str, Tally]]:
    """The figures of each group: months in their order, services by how many incidents they had."""
    groups: defaultdict[str, list[Incident]] = defaultdict(list)
    for one in past.incidents:
        groups[key(one)].append(one)
    found = [(name, past.tally(group)) for name, group in groups.items()]
    return found if key is month_of else sorted(found, key=lambda pair: (-pair[1].incidents, pair[0]))


def items(past: Past, key: Key, kind: str) -> list[Item]:
    """The groups as a list."""
    return [Item(cut(name, 80), figures(known), kind) for name, known in grouped(past, key)]


def table(past: Past, key: Key) -> dict[str, object]:
    """The same for scripts; times are seconds."""
    return {name: known.seconds for name, known in grouped(past, key)}


def notes(past: Past) -> list[str]:
    """How the figures are meant."""
    return [MEANT] if past.incidents else []


def figures(known: Tally) -> str:
    """How many, how often down, how soon taken, how long; times are medians."""
    if not known.incidents:
        return count(0, "incident")
    often = f", down {known.spells} times" if known.more_spells else ""
    taken, over = known.to_acknowledge, known.to_resolve
    said = [f"{known.acknowledged} acknowledged after {span(taken)}" if taken is not None else "none acknowledged"]
    if over is not None and known.longest is not None:
        longest = f", the longest after {span(known.longest)}" if known.resolved > 1 else ""
        said.append(f"{known.resolved} resolved after {span(over)}{longest}")
    left = known.spells - known.resolved
    return f"{count(known.incidents, 'incident')}{often}: {', '.join([*said, *([f'{left} not over'] if left else [])])}"
