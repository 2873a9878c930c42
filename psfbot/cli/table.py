"""An answer that is a list, as CSV: RFC 4180, a header, one row an entry, and no cell that a spreadsheet would run."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

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


def asked(text: str) -> str:
    """The question that makes a list: a query alone asks for the services that it fits."""
    return f"services {text}" if BARE.match(text) else text


def as_csv(answer: Answer, catalog: Catalog) -> str | None:
    """The list of an answer: services with their facts, anything else by name; nothing where it has no list."""
    ids = listed(answer)
    if ids is not None:
        services = [catalog.services[id_] for id_ in ids if id_ in catalog.services]
        return written(COLUMNS, ([read(one) for read in COLUMNS.values()] for one in services))
    if answer.items:
        return written(ITEMS, ((item.name, item.kind, item.detail) for item in answer.items))
    return None


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
