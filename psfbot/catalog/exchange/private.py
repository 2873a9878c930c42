"""A catalog without what is not for everybody: what is marked so, and what people alone may know of each other."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from psfbot.catalog.finding import Finding, as_text
from psfbot.catalog.model import Catalog, Provider, Service, Team

PERSONAL = ("email", "irc", "slack", "pagerduty", "timezone")
"""Fields of a person that no public room is shown either; a GitHub login is public by nature."""
HIDDEN = "(not for everybody)"
HUSHED = "what is wrong there may not be for everybody: `psfbot catalog check` tells it"
Reached = TypeVar("Reached", Service, Team, Provider)


def public(catalog: Catalog) -> Catalog:
    """The same catalog, without private contacts and personal data."""
    people = {
        id_: person.model_copy(update=dict.fromkeys(PERSONAL)) for id_, person in catalog.people.items()
    }  # fmt: skip
    return catalog.model_copy(
        update={
            "people": people,
            "teams": reachable(catalog.teams),
            "providers": reachable(catalog.providers),
            "services": reachable(catalog.services),
        }
    )


def reachable(records: Mapping[str, Reached]) -> dict[str, Reached]:
    """Records with only those contacts that everybody may see."""
    return {
        id_: record.model_copy(update={"contacts": tuple(one for one in record.contacts if one.public)})
        for id_, record in records.items()
    }


def hushed(text: str, catalog: Catalog, section: str, id: str, known: str = "") -> str:  # noqa: A002 - its own word
    """A text about a record without what is not for everybody there, unless the one who is told said it (`known`)."""
    record = getattr(catalog, section).get(id)
    fields = (getattr(record, name, None) for name in PERSONAL) if section == "people" else ()
    contacts = (one.value for one in getattr(record, "contacts", ()) if not getattr(one, "public", True))
    said = known.casefold()
    for value in sorted((one for one in (*fields, *contacts) if one), key=len, reverse=True):
        if value.casefold() not in said and value != id:
            text = text.replace(value, HIDDEN)
    return text


def fault(found: Finding) -> str:
    """A fault of a catalog as any room may hear it: of people, of contacts and of torn text, only where it is."""
    section, *path = found.path.split("/")
    private = section == "people" or "contacts" in path or (not section and '"' in found.message)
    return as_text([replace(found, message=HUSHED) if private else found])


def bared(diff: str, *catalogs: Catalog) -> bool:
    """Does a diff show what is not for everybody, be it only in the lines around a change?"""
    secrets: dict[str, set[str]] = {name: set() for name in (*PERSONAL, "value")}
    for catalog in catalogs:
        for person in catalog.people.values():
            for name in PERSONAL:
                secrets[name].update(filter(None, [getattr(person, name)]))
        reached = (catalog.teams.values(), catalog.providers.values(), catalog.services.values())
        contacts = (one for records in reached for record in records for one in record.contacts)
        secrets["value"].update(one.value for one in contacts if not one.public)
    told = ((line, values) for line in diff.splitlines() for name, values in secrets.items() if f"{name}:" in line)
    return any(value in line for line, values in told for value in values)
