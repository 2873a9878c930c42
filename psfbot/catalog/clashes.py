"""One name for one record: ids, aliases and (for services) domains share one namespace a kind, whatever their case.

The same holds for the accounts of people, by which the bot knows who may do what, and for the checks of services.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from psfbot.catalog.finding import Fault, Path, shown
from psfbot.catalog.shape import Record, Table

NAMED = {
    "people": ("aliases",),
    "teams": ("aliases",),
    "providers": ("aliases",),
    "regions": ("aliases",),
    "services": ("domains", "aliases"),
}
"""Kind -> the lists of further names of its records."""
CALLED = frozenset({"teams", "providers"})
"""Kinds of which no two records have the same `name`; people and services may."""
ACCOUNTS = ("github", "irc", "slack", "pagerduty")
TWICE = "{} is listed twice in this record"
TAKEN = "{} is already a name of {}"
SHARED_ACCOUNT = "{} is already the {} account of {}: each account belongs to one person"
SHARED_CHECK = "check {} of {} already stands for {}: only one service would hear of it"

Names = dict[str, Path]
"""A name in lower case -> where it stands first."""


def names(table: Table, kind: str, faults: list[Fault]) -> Names:
    """All names of a kind; those that stand twice become faults, but a service's main domain may be its id.

    The slash at the end of a domain's path tells nothing apart.
    """
    taken: Names = {}
    told: dict[tuple[str, str], Path] = {}
    for id_, record in table.records[kind].items():
        top = kind, id_
        listed: set[str] = set()
        for name, path in _names(kind, top, record):
            key = name.casefold()
            if key.endswith("/") and path[2:3] == ("domains",):
                key = key.rstrip("/")
            first = taken.setdefault(key, path)
            if first[1] != id_:
                other, first = first, told.setdefault((id_, key), path)
                if first is path:
                    faults.append(_taken(name, path, other))
            if first is not path and (key in listed or first != top or path[2] != "domains"):
                faults.append(Fault(path, TWICE.format(shown(name)), "listed-twice", earlier=first))
            if path is not top:
                listed.add(key)
        if kind in CALLED:
            faults += _called(record, taken, told, (kind, id_, "name"))
    return taken


def _names(kind: str, top: Path, record: Record) -> Iterator[tuple[str, Path]]:
    """Every name of a record with its path, the id first."""
    id_ = str(top[1])
    yield id_, top
    for field in NAMED[kind]:
        listed = record.get(field)
        if isinstance(listed, list):
            for number, name in enumerate(listed):
                if isinstance(name, str):
                    yield name, (kind, id_, field, number)


def _called(record: Record, taken: Names, told: Mapping[tuple[str, str], Path], path: Path) -> Iterator[Fault]:
    """The name by which people know a record: its own id or alias may be the same, but nothing of another record."""
    name, id_ = record.get("name"), str(path[1])
    if isinstance(name, str) and (id_, name.casefold()) not in told:
        first = taken.setdefault(name.casefold(), path)
        if first[1] != id_:
            yield _taken(name, path, first)


def _taken(name: str, path: Path, first: Path) -> Fault:
    """A name that another record has already."""
    at: Literal["key", "value"] = "key" if len(path) == len(("kind", "id")) else "value"
    return Fault(path, TAKEN.format(shown(name), first[1]), "name-clash", at, earlier=first)


def shared_accounts(people: Mapping[str, Record]) -> Iterator[Fault]:
    """Accounts that two people have: what one of them may do, the other could."""
    for kind in ACCOUNTS:
        taken: Names = {}
        for id_, person in people.items():
            account = person.get(kind)
            if isinstance(account, str | int):
                path = ("people", id_, kind)
                first = taken.setdefault(str(account).casefold(), path)
                if first != path:
                    message = SHARED_ACCOUNT.format(shown(str(account)), kind, first[1])
                    yield Fault(path, message, "shared-account", earlier=first)


def shared_checks(services: Mapping[str, Record]) -> Iterator[Fault]:
    """Checks that stand for two services, or twice for one: an alert is told for the first only."""
    taken: dict[tuple[str, str], Path] = {}
    for id_, service in services.items():
        alerts = service.get("alerts")
        for plugin, checks in alerts.items() if isinstance(alerts, dict) else ():
            for number, check in enumerate(checks if isinstance(checks, list) else ()):
                if not isinstance(check, str | int):
                    continue
                path = ("services", id_, "alerts", plugin, number)
                first = taken.setdefault((plugin, str(check).casefold()), path)
                if first[1] != id_:
                    message = SHARED_CHECK.format(shown(str(check)), plugin, first[1])
                    yield Fault(path, message, "shared-check", earlier=first)
                elif first != path:
                    yield Fault(path, TWICE.format(shown(str(check))), "listed-twice", earlier=first)
