"""The catalog as Backstage entities: what it has a field for goes there, and annotations hold the rest as JSON.

A service is a Component, a team a Group, a person a User, a provider or region a Resource, and what other services are
a part of is a System too. `import_backstage` reads all of it back.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from psfbot.catalog.exchange.private import public
from psfbot.catalog.exchange.written import Document, documents
from psfbot.catalog.model import Catalog, Link, Part, Person, Provider, Region, Service, Team
from psfbot.text import unique

API = "backstage.io/v1alpha1"
PREFIX = "psfbot.psf.io/"
"""Before the annotations that only psfbot reads."""
ID = "id"
SLUG, LOGIN, PAGED = "github.com/project-slug", "github.com/user-login", "pagerduty.com/service-id"
"""Annotations that Backstage's own plugins read."""
NOBODY = "unknown"
"""Backstage insists on an owner; ours may be unknown."""
NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")
TAG = re.compile(r"[a-z0-9:+#]+(-[a-z0-9:+#]+)*")
REPO = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?")
KINDS = {"person": "user", "team": "group"}

REST: dict[type[Part], tuple[str, ...]] = {
    Service: (
        "domains", "aliases", "tier", "contacts", "hosting", "repos", "config", "alerts", "rooms", "oncall",
        "exemptions", "history", "note", "provenance",
    ),
    Team: ("aliases", "contacts", "escalates_to", "rooms", "grants", "exemptions", "note", "provenance"),
    Person: ("aliases", "irc", "slack", "pagerduty", "timezone", "status", "note", "provenance"),
    Provider: (
        "aliases", "provides", "architectures", "sponsored", "contacts", "lifecycle", "exemptions", "history", "note",
        "provenance",
    ),
    Region: ("code", "kind", "location", "country", "aliases", "lifecycle", "note", "provenance"),
}  # fmt: skip
"""Fields for which Backstage has no place of its own."""


def backstage(catalog: Catalog, *, private: bool = False) -> str:
    """All entities of one file, people first, so that whoever reads it knows whom the rest names."""
    return documents(entities(catalog if private else public(catalog)))


def entities(catalog: Catalog) -> Iterator[Document]:
    """Every entity."""
    yield from (user(catalog, one) for one in catalog.people.values())
    yield from (group(one) for one in catalog.teams.values())
    yield from (provider(one) for one in catalog.providers.values())
    yield from (region(one, catalog) for one in catalog.regions.values())
    for id_ in unique(one.system for one in catalog.services.values() if one.system):
        if whole := catalog.services.get(id_):
            yield system(whole)
    yield from (component(one, catalog) for one in catalog.services.values())


def named(id_: str) -> str:
    """An id as Backstage takes it: it begins and ends with a letter or digit."""
    return id_ if NAME.fullmatch(id_) else f"x{id_.strip('._-')}x{id_.encode().hex()}"[:63]


def envelope(kind: str, id_: str, metadata: Mapping[str, Any], spec: Mapping[str, Any]) -> Document:
    """An entity; what is empty is left out of its metadata."""
    annotations = dict(metadata.get("annotations", {}))
    if named(id_) != id_:
        annotations = {PREFIX + ID: id_, **annotations}
    kept = {key: value for key, value in {**metadata, "annotations": annotations}.items() if value}
    return {"apiVersion": API, "kind": kind, "metadata": {"name": named(id_), **kept}, "spec": dict(spec)}


def rest(record: Part, fields: Iterable[str] = ()) -> dict[str, str]:
    """The fields that say something and have no place of their own: texts as they are, all else as JSON."""
    said = record.model_dump(mode="json", exclude_defaults=True)
    wanted = fields or REST[type(record)]
    return {
        PREFIX + name: said[name] if isinstance(said[name], str) else compact(said[name])
        for name in wanted
        if name in said
    }


def compact(value: object) -> str:
    """JSON in one line, letters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def links(found: Iterable[Link]) -> list[dict[str, str]]:
    """Links with their kind, which Backstage takes as it is."""
    return [
        {"url": one.url, **({"title": one.title} if one.title else {}), "type": one.type} for one in found
    ]  # fmt: skip


def component(service: Service, catalog: Catalog) -> Document:
    """A service."""
    annotations = {**known_elsewhere(service), **rest(service)}
    first = next((one for one in service.owners if one.role == "primary"), None)
    others = [one.model_dump() for one in service.owners if one is not first]
    annotations |= {PREFIX + "owners": compact(others)} if others else {}
    if any(not TAG.fullmatch(tag) for tag in service.tags):
        annotations[PREFIX + "tags"] = compact(list(service.tags))
    ways = {one.service: one.model_dump(exclude={"service"}, exclude_defaults=True) for one in service.depends_on}
    if any(ways.values()):
        annotations[PREFIX + "depends_on"] = compact({id_: way for id_, way in ways.items() if way})
    needs = [f"component:{named(one.service)}" for one in service.depends_on]
    needs += [f"resource:{resource(catalog, id_, kind)}" for kind, id_ in places(service)]
    spec = {"type": service.type, "lifecycle": service.lifecycle, "owner": ref(first.ref) if first else NOBODY}
    spec |= {"system": named(service.system)} if service.system else {}
    metadata = {
        "title": service.name,
        "description": service.description,
        "annotations": annotations,
        "tags": [tag for tag in service.tags if TAG.fullmatch(tag)],
        "links": links(service.links),
    }
    return envelope("Component", service.id, metadata, {**spec, **({"dependsOn": needs} if needs else {})})


def known_elsewhere(service: Service) -> dict[str, str]:
    """What Backstage's own plugins look for."""
    slugs = [found[1] for repo in service.repos if (found := REPO.fullmatch(repo.url)) and repo.role == "code"]
    paged = service.alerts.get("pagerduty", ())
    return {**({SLUG: slugs[0]} if slugs else {}), **({PAGED: paged[0]} if paged else {})}


def places(service: Service) -> tuple[tuple[str, str], ...]:
    """The providers and regions that a service hangs on."""
    found = [("provider", entry.provider) for entry in service.hosting if entry.provider != NOBODY]
    found += [("region", entry.region) for entry in service.hosting if entry.region]
    return tuple(dict.fromkeys(found))


def resource(catalog: Catalog, id_: str, kind: str) -> str:
    """The name of a provider or a region, which share one name space there."""
    return named(f"region-{id_}"[:63] if kind == "region" and id_ in catalog.providers else id_)


def ref(owner: str) -> str:
    """`team:infra` as `group:infra`."""
    kind, _, id_ = owner.partition(":")
    return f"{KINDS[kind]}:{named(id_)}"


def system(service: Service) -> Document:
    """What other services are a part of."""
    first = next((one for one in service.owners if one.role == "primary"), None)
    metadata = {"title": service.name, "description": service.description}
    return envelope("System", service.id, metadata, {"owner": ref(first.ref) if first else NOBODY})


def group(team: Team) -> Document:
    """A team."""
    roles = {one.person: one.role for one in team.members if one.role != "member"}
    annotations = rest(team) | ({PREFIX + "members": compact(roles)} if roles else {})
    mail = next((one.value for one in team.contacts if one.type == "email"), "")
    spec = {
        "type": "team",
        "profile": {"displayName": team.name, **({"email": mail} if mail else {})},
        "children": [],
        "members": [named(one.person) for one in team.members],
    }
    return envelope("Group", team.id, {"title": team.name, "annotations": annotations}, spec)


def user(catalog: Catalog, person: Person) -> Document:
    """A person."""
    annotations = ({LOGIN: person.github} if person.github else {}) | rest(person)
    profile = {"displayName": person.name, **({"email": person.email} if person.email else {})}
    teams = [named(team.id) for team in catalog.teams.values() if any(m.person == person.id for m in team.members)]
    return envelope("User", person.id, {"annotations": annotations}, {"profile": profile, "memberOf": teams})


def provider(one: Provider) -> Document:
    """A provider, as something that components need."""
    pages = [(one.homepage, "Homepage", "homepage"), (one.status_page, "Status page", "status")]
    found = [{"url": url, "title": title, "type": kind} for url, title, kind in pages if url]
    metadata = {"title": one.name, "annotations": rest(one), "links": found}
    return envelope("Resource", one.id, metadata, {"type": "provider", "owner": NOBODY})


def region(one: Region, catalog: Catalog) -> Document:
    """A region, which needs its provider."""
    name = resource(catalog, one.id, "region")
    annotations = rest(one) | ({PREFIX + ID: one.id} if name == f"region-{one.id}" else {})
    spec = {"type": "region", "owner": NOBODY, "dependsOn": [f"resource:{named(one.provider)}"]}
    made = dict(envelope("Resource", one.id, {"title": f"{one.provider} {one.code}", "annotations": annotations}, spec))
    made["metadata"] = {**made["metadata"], "name": name}
    return made
