"""What happened to it: history, and whether it still lives."""

from psfbot.catalog.model import Event, Platform, Provider, Region, Service, Source
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.commands.places import region_card
from psfbot.commands.wording import based_on, cites
from psfbot.text import unique

topic = Topic("history", "What happened to a service or a provider, and whether it still lives.")


@topic.says(
    "(what happened|what has happened) (to|with|at) [the] {thing}",
    "(history|past|changes) (of|for) [the] {thing}",
    "(history|past) {thing}",
    "(when|why) (was|did|has) [the] {thing} (moved|move|retired|removed|shut down|migrated|migrate|change|changed)",
    "(when was the last|last) (change|incident|outage|move) (of|at) [the] {thing}",
)
def history(ask: Ask, thing: Service | Provider | Region | Platform) -> Answer:
    """Tell what happened to a service, a provider or a platform, the newest first.

    >>> what happened to slack-irc?
    slack-irc is retired. 2022-07-28: Removed as unused.

    >>> history of docs.python.org
    docs.python.org is in production. 2025-11-21: Every page answered 503, an internal certificate had expired.
    2019-02-14: Moved to DigitalOcean.
    """
    if isinstance(thing, Region):
        return region_card(ask, thing)
    events = sorted(thing.history, key=lambda event: event.date, reverse=True)
    told = [f"{event.date}: {event.fact}" for event in events]
    first = told[0] if told else "The catalog knows nothing of its past."
    fact = f"{thing.id} {now(thing)}. {first}"
    data = {"id": thing.id, "history": [event.model_dump() for event in events]}
    return Answer(fact, lines=told[1:], cites=cites(sources(ask, events)), data=data)


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
