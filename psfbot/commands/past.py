"""What happened to it: history, whether it still lives, and who answered for it once."""

import re
from calendar import month_abbr, month_name, monthrange
from datetime import date, timedelta

from psfbot.catalog import words
from psfbot.catalog.model import Catalog, Event, Platform, Provider, Region, Service, Source
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.commands.owners import whom
from psfbot.commands.places import region_card
from psfbot.commands.wording import based_on, cites
from psfbot.errors import UserError
from psfbot.flows.history import Change, History, Section, as_of, changes
from psfbot.text import and_join, cut, unique

topic = Topic("history", "What happened to a service or a provider, and whether it still lives.")

LAST = 5
"""So many changes of a record are told."""
SHORT = 9
"""Characters of a commit's name that are shown."""
DECEMBER = 12
LAST_YEAR = "last year"
WHEN = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d))?(?:-(?P<day>\d\d))?", re.ASCII)
NAMED = re.compile(r"(?P<month>[a-z]{3,9})\.?,? (?P<year>\d{4})", re.ASCII | re.IGNORECASE)
MONTH = re.compile("|".join(name.lower() for name in (*month_name[1:], *month_abbr[1:])))
UNCLEAR = "I do not know when '{said}' is. Say a year, a month or a day: 2019, 2019-03 or 2019-03-08."
AHEAD = "{said} has not come yet. Ask: who owns {id}"
OWNING = re.compile(
    r"\b((?<!its )(?<!the )(?<!no )own|maintain|responsib|in charge|took? over|hand(s|ed)? over|looks? after|administer)",
    re.IGNORECASE,
)
"""Words of a history fact that may tell who answered for something."""
TOO_YOUNG = "I do not know who owned {id} in {said}: {why}."
BY_FACTS = "{id} in {said}, by the catalog's history: {fact}"
NOTHING_SINCE = "The catalog knows of nothing since {}."
UNTOLD = "The catalog knows nothing of its past."
UNKEPT = "no older catalog is kept here"
UNSEEN = "only the running bot sees older catalogs"
YOUNG = "the catalog's file only goes back to {day}"
ABSENT = "The catalog of {day} did not have {id}."


@topic.says(
    "(what happened|what has happened) (to|with|at) [the] {thing}",
    "(history|past|changes) (of|for) [the] {thing}",
    "(history|past) {thing}",
    "{thing} history",
    "what (changed|has changed) (on|in|at|about|with|for|to) [the] {thing}",
    "(history|past|changes) (of|for) [the] {thing} (since|from|after) {since}",
    "(history|past) {thing} (since|from|after) {since}",
    "(what happened|what has happened) (to|with|at) [the] {thing} (since|after) {since}",
    "what (changed|has changed) (on|in|at|about|with|for|to) [the] {thing} (since|after) {since}",
    "when was [the] {thing} last (changed|moved|touched)",
    "(when|why) (was|did|has) [the] {thing} (moved|move|retired|removed|shut down|migrated|migrate|change|changed)",
    "(when was the last|last) (change|incident|outage|move) (of|at) [the] {thing}",
)
async def history(ask: Ask, thing: Service | Provider | Region | Platform, since: str = "") -> Answer:
    """Tell what happened to a service, a provider or a platform, the newest first.

    >>> what happened to slack-irc?
    slack-irc is retired. 2022-07-28: Removed as unused.

    >>> history of docs.python.org
    docs.python.org is in production. 2025-11-21: Every page answered 503, an internal certificate had expired.
    2019-02-14: Moved to DigitalOcean.

    >>> what happened to docs.python.org since 2020?
    docs.python.org is in production. 2025-11-21: Every page answered 503, an internal certificate had expired.
    """
    start = period(since, ask.now.date())[0] if since else date.min
    if isinstance(thing, Region):
        return region_card(ask, thing)
    events = [event for event in thing.history if event.date >= f"{start}"[: len(event.date)]]
    events.sort(key=lambda event: event.date, reverse=True)
    facts = [f"{event.date}: {event.fact}" for event in events]
    nothing = NOTHING_SINCE.format(since) if since and thing.history else UNTOLD
    first = facts[0] if facts else nothing
    found = [one for one in await recorded(ask, thing) if one.revision.at.date() >= start]
    shown = [told(change) for change in reversed(found[-LAST:])]
    lines = [*facts[1:], *(["Changes of its record in the catalog:", *shown] if shown else [])]
    data = {"id": thing.id, "history": [event.model_dump() for event in events], "changes": [*map(as_data, found)]}
    return Answer(f"{thing.id} {now(thing)}. {first}", lines=lines, cites=cites(sources(ask, events)), data=data)


async def recorded(ask: Ask, thing: Service | Provider | Platform) -> list[Change]:
    """What changed in the catalog's record of it, where the past of the file is at hand."""
    if ask.ports is None:
        return []
    sections: dict[type, Section] = {Service: "services", Provider: "providers", Platform: "platforms"}
    return await changes(ask.port(History), sections[type(thing)], thing.id)


def told(change: Change) -> str:
    """One change in a line."""
    what = f"{and_join(change.fields)} changed" if change.what == "changed" else f"it was {change.what}"
    what += f", from {change.was}" if change.was else ""
    revision = change.revision
    return f"{revision.at:%Y-%m-%d}: {what} ({revision.id[:SHORT]}: {cut(revision.subject, 60)})"


def as_data(change: Change) -> dict[str, object]:
    """One change for scripts."""
    revision = change.revision
    return {"at": revision.at.isoformat(), "commit": revision.id, "what": change.what, "fields": list(change.fields)}


def now(thing: Service | Provider | Platform) -> str:
    """How it stands today."""
    if isinstance(thing, Platform):
        return f"is {'tier ' if thing.tier != 'unsupported' else ''}{thing.tier}"
    said = {"production": "in production", "archive": "an archive", "unknown": "of unknown state"}
    return f"is {said.get(thing.lifecycle, thing.lifecycle)}"


def sources(ask: Ask, events: list[Event]) -> list[Source]:
    """The sources of these events, each once."""
    known = ask.catalog.sources
    return [known[cite] for cite in unique(c for event in events for c in event.cites) if cite in known]


@topic.says(
    "is [the] {service} (still alive|alive|dead|retired|archived|still used|still there|maintained|deprecated|in production|still maintained)",
    "is [the] {service} still (in use|running|a thing|around)",
    "lifecycle (of|for) [the] {service}",
)
def alive(ask: Ask, service: Service | Provider) -> Answer:
    """Say whether a service or a provider is still in use.

    >>> is hg.python.org still alive?
    hg.python.org is an archive.
    """
    last = max(service.history, key=lambda event: event.date, default=None)
    lines = [f"{last.date}: {last.fact}"] if last else []
    found, notes = based_on(ask, service, "lifecycle")
    return Answer(f"{service.id} {now(service)}.", lines=lines, notes=notes, cites=found, data={"id": service.id})


@topic.says(
    "(who|whom) (owned|ran|maintained|managed|operated) [the] {service} (in|on|at|as of|during|back in) {when}",
    "(who|whom) looked after [the] {service} (in|on|at|as of|during|back in) {when}",
    "who (was|were) (the owner of|the owners of|responsible for|in charge of) [the] {service} (in|on|as of|during) {when}",
    "(who|whom) (owned|ran|maintained|managed|operated) [the] {service} (last year|before|earlier|previously|once)",
    "who used to (own|run|maintain|manage|operate) [the] {service}",
)
async def owned(ask: Ask, service: Service, when: str = LAST_YEAR) -> Answer:
    """Say who answered for a service once: by the catalog of that time, else by the history facts of today's.

    >>> who owned docs.python.org in 2019?
    I do not know who owned docs.python.org in 2019: no older catalog is kept here.
    Until then: 2019-02-14: Moved to DigitalOcean.
    Today: ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team.
    """
    first, last = period(when, ask.now.date())
    when = str(first.year) if when == LAST_YEAR else when
    if first > ask.now.date():
        raise UserError(AHEAD.format(said=when, id=service.id))
    day = min(last, ask.now.date())
    past = ask.port(History) if ask.ports else None
    found = await as_of(past, day) if past else None
    if found is None:
        return remembered(ask, service, when, day, await youth(past))
    revision, catalog = found
    told_by = f"by the catalog of {revision.at:%Y-%m-%d} ({revision.id[:SHORT]})"
    data: dict[str, object] = {"service": service.id, "as_of": day.isoformat(), "commit": revision.id}
    once = under_any_name(catalog, service)
    if once is None:
        absent = ABSENT.format(day=f"{revision.at:%Y-%m-%d}", id=service.id)
        return Answer(absent, lines=[today(ask, service)], data=data)
    data["owners"] = [owner.model_dump() for owner in once.owners]
    fact = f"{service.id} in {when}: {words.ask_whom(catalog, once)}, {told_by}."
    return Answer(fact, lines=[today(ask, service)], data=data)


def under_any_name(catalog: Catalog, service: Service) -> Service | None:
    """The record of a service in an older catalog, where it may have had another id."""
    names = {service.id, *service.aliases, *service.domains}
    records = catalog.services
    return records.get(service.id) or next((records[name] for name in sorted(names) if name in records), None)


async def youth(past: History | None) -> str:
    """Why the past of the file does not tell."""
    if past is None:
        return UNSEEN
    revisions = await past.revisions()
    return YOUNG.format(day=f"{revisions[0].at:%Y-%m-%d}") if revisions else UNKEPT


def remembered(ask: Ask, service: Service, when: str, day: date, why: str) -> Answer:
    """What the catalog's own history facts say of that time; those about owners are the answer."""
    until = [event for event in service.history if event.date <= day.isoformat()]
    telling = [event for event in until if OWNING.search(event.fact)]
    shown = sorted(telling or until, key=lambda event: event.date, reverse=True)[:LAST]
    facts = [f"{event.date}: {event.fact}" for event in shown]
    if telling:
        fact = BY_FACTS.format(id=service.id, said=when, fact=facts[0])
        lines = [*(f"Before: {one}" for one in facts[1:]), f"No more is known: {why}."]
    else:
        fact, lines = TOO_YOUNG.format(id=service.id, said=when, why=why), [f"Until then: {one}" for one in facts]
    found, notes = based_on(ask, service, "owners")
    data = {"service": service.id, "as_of": day.isoformat(), "history": [event.model_dump() for event in shown]}
    every = (*cites(sources(ask, shown)), *(cite for cite in found if notes))
    return Answer(fact, lines=[*lines, today(ask, service)], notes=notes, cites=every, data=data)


def today(ask: Ask, service: Service) -> str:
    """Who answers for it now."""
    return f"Today: {whom(ask, service)}."


def period(said: str, today: date) -> tuple[date, date]:
    """The first and the last day of a year, a month or a day, as people write them; of a month alone, the last one."""
    text = " ".join(said.split()).casefold()
    written, named, months = WHEN.fullmatch(text), NAMED.fullmatch(text), [name.lower() for name in month_abbr]
    try:
        if text == LAST_YEAR:
            return date(today.year - 1, 1, 1), date(today.year - 1, DECEMBER, 31)
        if text == "yesterday":
            return (today - timedelta(days=1),) * 2
        if MONTH.fullmatch(text):
            month = months.index(text[:3])
            return period(f"{today.year - (month > today.month)}-{month:02}", today)
        if named:
            year, month = int(named["year"]), months.index(named["month"][:3].lower())
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        if written:
            year, month = int(written["year"]), int(written["month"] or DECEMBER)
            last = date(year, month, int(written["day"] or monthrange(year, month)[1]))
            return date(year, int(written["month"] or 1), int(written["day"] or 1)), last
    except ValueError:  # a month or a day that no calendar has
        pass
    raise UserError(UNCLEAR.format(said=cut(said, 60)))
