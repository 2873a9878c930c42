"""Variables in the texts of a template: which there are, what they stand for, and texts with them filled in."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from psfbot.catalog.model import Catalog, Service

HELD = re.compile(r"\{\{([^{}]*)\}\}|\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}")
"""`{name}` or `{service.name}`; what stands in double braces is no variable, and loses one pair."""
OF_SERVICE = "service."
UNKNOWN = "unknown"


def _owner(catalog: Catalog, service: Service) -> str:
    """The first owner by name."""
    for owner in service.owners:
        kind, _, id_ = owner.ref.partition(":")
        record = (catalog.people if kind == "person" else catalog.teams).get(id_)
        return record.name if record else id_
    return ""


def _origin(field: str) -> Callable[[Catalog, Service], str]:
    """A field of where the service itself runs."""
    return lambda _, service: next(
        (str(value) for entry in service.hosted("origin") if (value := getattr(entry, field)) and value != UNKNOWN), ""
    )


def _host(_: Catalog, service: Service) -> str:
    """The first machine."""
    return next((host.name for entry in service.hosted("origin") for host in entry.hosts), "")


def _domain(_: Catalog, service: Service) -> str:
    """The first host name that it answers on: one of its own before one of which it has but a path."""
    names = [one for one in service.domains if not one.startswith("*")]
    return min(names, key=lambda one: "/" in one).partition("/")[0] if names else ""


def _repo(_: Catalog, service: Service) -> str:
    """The first repository on GitHub as `owner/name`, one of code before others."""
    found = [
        (repo.role != "code", match[1])
        for repo in service.repos
        if (match := re.match(r"https://github\.com/([^/\s]+/[^/\s#]+?)(?:\.git)?(?:/|$)", repo.url))
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else ""


WORDS: dict[str, Callable[[Catalog, Service], str]] = {
    "id": lambda _, service: service.id,
    "name": lambda _, service: service.name,
    "domain": _domain,
    "owner": _owner,
    "provider": _origin("provider"),
    "region": _origin("region"),
    "architecture": _origin("architecture"),
    "cdn": lambda _, service: next((entry.provider for entry in service.hosted("cdn")), ""),
    "host": _host,
    "repo": _repo,
}
"""What `{service.…}` may name, and how it is read from the catalog; an empty word is what the catalog does not know."""


def service_of(catalog: Catalog, name: str) -> Service | None:
    """The service that was called so when a run began: it may have got another id since, and keeps the old one."""
    known = catalog.services.get(name)
    return known or next((one for one in catalog.services.values() if name in one.aliases or name in one.domains), None)


def held(text: str) -> Iterator[str]:
    """The variables in a text, each as often as it stands there."""
    return (found[2] for found in HELD.finditer(text) if found[2])


def of_service(catalog: Catalog, service: Service) -> dict[str, str]:
    """Everything that the catalog knows of a service, by the variable's name; what it does not know is left out."""
    found = {OF_SERVICE + name: read(catalog, service) for name, read in WORDS.items()}
    return {name: value for name, value in found.items() if value}


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text for people: what nobody knows stays as it is written, so that it can be seen."""
    return HELD.sub(lambda found: f"{{{found[1]}}}" if found[2] is None else values.get(found[2], found[0]), text)


def missing(text: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The variables of a text that have no value."""
    return tuple(dict.fromkeys(name for name in held(text) if name not in values))


def filled_data(data: Any, values: Mapping[str, str]) -> Any:
    """Plain data with every text in it filled in."""
    if isinstance(data, str):
        return filled(data, values)
    if isinstance(data, Mapping):
        return {key: filled_data(value, values) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [filled_data(value, values) for value in data]
    return data
