"""The catalog as Datadog entities, schema v3: what Datadog has no field for goes below `extensions`."""

import re
from collections.abc import Iterator
from typing import Any

from psfbot.catalog import words
from psfbot.catalog.exchange.private import public
from psfbot.catalog.exchange.written import Document, documents
from psfbot.catalog.model import Catalog, Contact, Owner, Service
from psfbot.text import unique

VERSION = "v3"
EXTENSION = "psf.io/psfbot"
"""The key below `extensions`: Datadog asks for one that nobody else has."""
TYPES = {"website": "web", "api": "http"}
LINKS = {"runbook": "runbook", "dashboard": "dashboard", "docs": "doc", "source": "repo"}
"""Kinds of link that Datadog has a sign for; all others are `other`."""
PAGER = re.compile(r"https://[\w.-]+\.pagerduty\.com/service-directory/\w+/?")
SHORTEST = 2
"""Letters that the name of a contact has at least."""
REST = (
    "domains", "aliases", "system", "hosting", "config", "alerts", "rooms", "oncall", "exemptions", "history", "note",
    "provenance",
)  # fmt: skip


def datadog(catalog: Catalog, *, private: bool = False) -> str:
    """All entities of one file: systems, then services."""
    seen = catalog if private else public(catalog)
    return documents([*systems(seen), *(entity(one, seen) for one in seen.services.values())])


def systems(catalog: Catalog) -> Iterator[Document]:
    """What other services are a part of."""
    for id_ in unique(one.system for one in catalog.services.values() if one.system):
        if whole := catalog.services.get(id_):
            parts = [f"service:{one.id}" for one in catalog.services.values() if one.system == id_]
            metadata = {"name": id_, "displayName": whole.name, **owners(whole), "description": whole.description}
            spec = {"lifecycle": whole.lifecycle, **tier(whole), "components": [f"service:{id_}", *parts]}
            yield {"apiVersion": VERSION, "kind": "system", "metadata": metadata, "spec": spec}


def entity(service: Service, catalog: Catalog) -> Document:
    """A service."""
    metadata = {
        "name": service.id,
        "displayName": service.name,
        **owners(service),
        "description": service.description,
        "tags": tags(service),
        "contacts": contacts(service, catalog),
        "links": links(service),
    }
    needs = [f"service:{one.service}" for one in service.depends_on]
    spec: dict[str, Any] = {
        "lifecycle": service.lifecycle,
        **tier(service),
        "type": TYPES.get(service.type, service.type),
    }
    spec |= {"dependsOn": needs} if needs else {}
    made: dict[str, Any] = {
        "apiVersion": VERSION,
        "kind": "service",
        "metadata": {key: value for key, value in metadata.items() if value},
        "spec": spec,
    }
    if pager := next((one.url for one in service.links if PAGER.fullmatch(one.url)), ""):
        made["integrations"] = {"pagerduty": {"serviceURL": pager}}
    if service.repos:
        places = [{"repositoryURL": one.url, **({"paths": [one.path]} if one.path else {})} for one in service.repos]
        made["datadog"] = {"codeLocations": places}
    said = service.model_dump(mode="json", exclude_defaults=True)
    if kept := {name: said[name] for name in REST if name in said}:
        made["extensions"] = {EXTENSION: kept}
    return made


def owners(service: Service) -> dict[str, Any]:
    """The first primary owner, and the others with what they are."""
    first = next((one for one in service.owners if one.role == "primary"), None)
    others = [{"name": handle(one), "type": one.role} for one in service.owners if one is not first]
    return {**({"owner": handle(first)} if first else {}), **({"additionalOwners": others} if others else {})}


def handle(owner: Owner) -> str:
    """How Datadog knows a team or a person: by the id alone."""
    return owner.ref.partition(":")[2]


def tier(service: Service) -> dict[str, str]:
    """The tier, which is a text there; where it is unknown, there is none."""
    return {} if service.tier == "unknown" else {"tier": str(service.tier)}


def tags(service: Service) -> list[str]:
    """Its tags, and where it runs, as Datadog looks for things: `provider:fastly`."""
    found = [
        (name, getattr(entry, name)) for entry in service.hosting for name in ("provider", "region", "architecture")
    ]
    places = [f"{name}:{value}" for name, value in found if value and value != "unknown"]
    return list(unique([*service.tags, *places]))


def contacts(service: Service, catalog: Catalog) -> list[dict[str, str]]:
    """Its own contacts, then those of its teams behind which somebody reads."""
    found = [(one, one.note or service.name) for one in service.contacts]
    for owner in service.owners:
        if team := catalog.teams.get(owner.ref.removeprefix("team:")):
            found += [(one, team.name) for one in words.direct(team.contacts)]
    made = {(one.type, one.value): contact(one, name) for one, name in reversed(found)}
    return list(reversed(made.values()))


def contact(one: Contact, name: str) -> dict[str, str]:
    """One contact with its name, which has two letters at least."""
    said = name if len(name) >= SHORTEST else f"{name} ({one.type})"
    return {"name": said, "type": one.type, "contact": one.value}


def links(service: Service) -> list[dict[str, str]]:
    """Links with a name, which Datadog insists on, and repositories among them."""
    found = [
        {"name": one.title or one.type.capitalize(), "type": LINKS.get(one.type, "other"), "url": one.url}
        for one in service.links
    ]
    repos = [
        {"name": one.path or one.url.rstrip("/").rpartition("/")[2], "type": "repo", "url": one.url}
        | ({"provider": "Github"} if "//github.com/" in one.url else {})
        for one in service.repos
    ]
    return found + repos
