"""The services as one flat table for spreadsheets: RFC 4180, one row a service, and no cell that is a formula."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping

from psfbot.catalog.model import Catalog, Service
from psfbot.text import one_line, unique

FORMULA = ("=", "+", "-", "@")
"""A cell that begins so is a formula for a spreadsheet: a quote before it makes it text."""
COLUMNS: Mapping[str, Callable[[Service], object]] = {
    "id": lambda one: one.id,
    "name": lambda one: one.name,
    "lifecycle": lambda one: one.lifecycle,
    "tier": lambda one: one.tier,
    "type": lambda one: one.type,
    "primary": lambda one: owners(one, "primary"),
    "backup": lambda one: owners(one, "backup"),
    "escalation": lambda one: owners(one, "escalation"),
    "providers": lambda one: [entry.provider for entry in one.hosting],
    "regions": lambda one: [entry.region for entry in one.hosting if entry.region],
    "architectures": lambda one: [entry.architecture for entry in one.hosting if entry.architecture],
    "hosts": lambda one: [host.name for entry in one.hosting for host in entry.hosts],
    "domains": lambda one: one.domains,
    "aliases": lambda one: one.aliases,
    "depends_on": lambda one: [needed.service for needed in one.depends_on],
    "repos": lambda one: [repo.url for repo in one.repos],
    "runbooks": lambda one: [link.url for link in one.links if link.type == "runbook"],
    "system": lambda one: one.system or "",
    "tags": lambda one: one.tags,
    "description": lambda one: one.description,
}


def spreadsheet(catalog: Catalog) -> str:
    """The table, with a header; several values share a cell, with semicolons between them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows([cell(read(one)) for read in COLUMNS.values()] for one in catalog.services.values())
    return text.getvalue()


def owners(service: Service, role: str) -> list[str]:
    """The owners with one role."""
    return [one.ref for one in service.owners if one.role == role]


def cell(value: object) -> str:
    """One value, or each of several once, as a text that no spreadsheet runs."""
    values: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
    text = "; ".join(unique(one_line(str(one)) for one in values))
    return f"'{text}" if text.startswith(FORMULA) else text
