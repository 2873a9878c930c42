"""What several commands say in the same way: sources, doubts, and lists of services."""

from collections.abc import Iterable

from psfbot.catalog import cite, words
from psfbot.catalog.model import Record, Service, Source
from psfbot.chat.answer import Cite, Item
from psfbot.chat.command import Ask


def based_on(ask: Ask, record: Record, *paths: str) -> tuple[tuple[Cite, ...], tuple[str, ...]]:
    """The sources of these fields, and the doubts about them: old, or told otherwise elsewhere."""
    return weighed(ask, cite.grounds(ask.catalog, record, *paths))


def weighed(ask: Ask, found: cite.Grounds) -> tuple[tuple[Cite, ...], tuple[str, ...]]:
    """The sources of a statement, and the doubts about it as of today."""
    notes = list(found.notes)
    age = found.age(ask.now.date())
    if age is not None and age >= cite.OLD:
        notes.append(f"Last vouched for {found.as_of}, {age:.0f} {'year' if round(age) == 1 else 'years'} ago.")
    return cites(found.sources), tuple(notes)


def cites(sources: Iterable[Source]) -> tuple[Cite, ...]:
    """Sources of the catalog as an answer shows them."""
    return tuple(Cite(source.title, source.url or "", source.date or "") for source in sources)


def listed(ask: Ask, services: Iterable[Service], *, detail: str = "") -> tuple[Item, ...]:
    """Services as the entries of a list, each with what the question did not say."""
    found = []
    for service in services:
        said = {"owner": first_owner, "where": where}.get(detail, status)(ask, service)
        found.append(Item(service.id, said, "service"))
    return tuple(found)


def status(ask: Ask, service: Service) -> str:
    """The lifecycle, where it is not the usual one."""
    return "" if service.lifecycle == "production" else service.lifecycle


def first_owner(ask: Ask, service: Service) -> str:
    """Whom to ask first."""
    whom = words.ask_whom(ask.catalog, service).partition(", then ")[0]
    return "no owner named" if whom == words.NOBODY else whom


def where(ask: Ask, service: Service) -> str:
    """Where it runs, in few words."""
    origins = [words.provider(ask.catalog, entry) for entry in service.hosted("origin")]
    return ", ".join(dict.fromkeys(origins))
