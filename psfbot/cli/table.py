"""An answer that is a list, as CSV: RFC 4180, a header, one row an entry, and no cell that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from psfbot.catalog.model import Catalog, Service
from psfbot.chat.answer import Answer
from psfbot.text import unique

BARE = re.compile(r"[-(]*[^\W\d][\w.-]*(?:[<>]=?|=|:(?!//))[^\s/]")
"""A text that begins like this is a query of its own: `provider:fastly`, `-has:owner`, `tier<=2`."""
FORMULA = ("=", "+", "-", "@")
"""A cell that begins so is a formula for a spreadsheet: a quote before it makes it text."""

COLUMNS: Mapping[str, Callable[[Service], object]] = {
    "id": lambda service: service.id,
    "name": lambda service: service.name,
    "lifecycle": lambda service: service.lifecycle,
    "tier": lambda service: service.tier,
    "owners": lambda service: [owner.ref for owner in service.owners],
    "providers": lambda service: [entry.provider for entry in service.hosting],
    "regions": lambda service: [entry.region for entry in service.hosting if entry.region],
    "architectures": lambda service: [entry.architecture for entry in service.hosting if entry.architecture],
    "type": lambda service: service.type,
    "domains": lambda service: service.domains,
    "system": lambda service: service.system or "",
    "tags": lambda service: service.tags,
    "description": lambda service: service.description,
}
"""What is told of a service; several values share a cell, with semicolons between them."""
ITEMS = ("name", "kind", "detail")
HOW = ("strength", "path")
"""What is told besides of services that something takes down."""


def asked(text: str) -> str:
    """The question that makes a list: a query alone asks for the services that it fits."""
    return f"services {text}" if BARE.match(text) else text


def as_csv(answer: Answer, catalog: Catalog) -> str | None:
    """The list of an answer: services with their facts, anything else by name; nothing where it has no list."""
    ids, struck = listed(answer), answer.data.get("struck")
    if ids is not None:
        return written(COLUMNS, (facts(catalog, id_) for id_ in ids if id_ in catalog.services))
    if isinstance(struck, list):
        hit = [one for one in struck if one["service"] in catalog.services]
        return written([*COLUMNS, *HOW], ([*facts(catalog, one["service"]), *how(one)] for one in hit))
    rows = [(item.name, item.kind, item.detail) for item in answer.items] or named(answer, catalog)
    return None if rows is None else written(ITEMS, rows)


def facts(catalog: Catalog, id_: str) -> list[object]:
    """The row of a service."""
    return [read(catalog.services[id_]) for read in COLUMNS.values()]


def how(struck: Mapping[str, Any]) -> tuple[str, str]:
    """How hard a service is hit, and by which path."""
    return struck["strength"], " -> ".join(step["id"] for step in struck["path"])


def named(answer: Answer, catalog: Catalog) -> list[tuple[str, str, str]] | None:
    """What an answer lists in its first line only: what something needs, hosts, platforms, whoever may log in."""
    needs = answer.data.get("needs")
    if isinstance(needs, list):
        return [(one["id"], one["kind"], one["strength"]) for one in needs]
    for key, describe in DETAILS.items():
        names = answer.data.get(key)
        if isinstance(names, list):
            return [(str(name), *describe(catalog, str(name))) for name in names]
    return None


def of_host(catalog: Catalog, name: str) -> tuple[str, str]:
    """The system of a host, and what is noted of it."""
    entries = (entry for service in catalog.services.values() for entry in service.hosting)
    found = next((host for entry in entries for host in entry.hosts if host.name == name), None)
    return "host", " - ".join(filter(None, (found.os, found.note))) if found else ""


def of_platform(catalog: Catalog, name: str) -> tuple[str, str]:
    """The tier of a platform."""
    platform = catalog.platforms.get(name)
    return "platform", f"tier {platform.tier}" if platform else ""


def of_login(catalog: Catalog, ref: str) -> tuple[str, str]:
    """The name of a person or team."""
    kind, _, id_ = ref.partition(":")
    record = catalog.people.get(id_) if kind == "person" else catalog.teams.get(id_)
    return kind, record.name if record else ""


DETAILS: Mapping[str, Callable[[Catalog, str], tuple[str, str]]] = {
    "hosts": of_host, "platforms": of_platform, "access": of_login,
}  # fmt: skip
"""What an answer's data calls its list -> the kind of an entry, and what is told of it."""


def listed(answer: Answer) -> list[str] | None:
    """The ids of the services that an answer lists, or of the one that it shows whole."""
    many, one = answer.data.get("services"), answer.data.get("service")
    if isinstance(many, list):
        return [str(id_) for id_ in many]
    return [str(one["id"])] if isinstance(one, Mapping) and "id" in one else None


def written(header: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows under their header, each line ended as RFC 4180 wants it."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([[cell(value) for value in row] for row in rows])
    return text.getvalue()


def cell(value: object) -> str:
    """One value, or each of several once, as a text that no spreadsheet takes for a formula."""
    text = "; ".join(unique(map(str, value))) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if text.lstrip().startswith(FORMULA) or text[:1] in {"\t", "\r"} else text
