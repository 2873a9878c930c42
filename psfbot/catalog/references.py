"""Does every name in the catalog lead somewhere? Read over plain data, so that no broken record hides another's faults.

What a value names is said once, in `REFERS`; whatever has the wrong type there has been told by the models.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from psfbot.catalog.clashes import NAMED, Names, names, shared_accounts, shared_checks
from psfbot.catalog.duties import inactive_owners, loops
from psfbot.catalog.fields import fields
from psfbot.catalog.finding import Fault, Path, shown
from psfbot.catalog.nearest import did_you_mean, nearest
from psfbot.catalog.shape import Table

OWNER, PERSON, HOST, ZONE = "person or team", "person", "provider or unknown", "time zone"
CITES = {"source": "sources", "sources.*": "sources"}
HISTORY = {f"history.*.{field}": kind for field, kind in CITES.items()}
EVERY = {f"provenance.*.{field}": kind for field, kind in (CITES | {"by": PERSON}).items()}
REFERS: dict[str, dict[str, str]] = {
    "people": {"timezone": ZONE},
    "teams": {"members.*.person": "people", "escalates_to": "teams", "rooms.*": "rooms"},
    "providers": HISTORY,
    "regions": {"provider": "providers"},
    "platforms": {"contacts.*": "people", **HISTORY},
    "oncall": {"team": "teams", "rotation.people.*": "people", "rotation.timezone": ZONE, "backup.*": "people"},
    "services": {
        "owners.*.ref": OWNER,
        "hosting.*.provider": HOST,
        "hosting.*.region": "regions",
        "hosting.*.hosts.*.access.*": OWNER,
        "depends_on.*.service": "services",
        "system": "services",
        "rooms.*": "rooms",
        "oncall": "oncall",
        **HISTORY,
    },
}
"""Section -> path in a record, where `*` is any item -> what its value names."""
ONE = {
    "people": "person", "teams": "team", "providers": "provider", "regions": "region", "services": "service",
    "sources": "source", "rooms": "room", "oncall": "on-call rota", HOST: "provider", ZONE: "time zone",
}  # fmt: skip
UNKNOWN = "unknown"
NONE = "no {} {}"
MEANT = ' — did you mean "{}"?'
SECTION_OF = {HOST: "providers", "person": "people", "team": "teams"}
KINDS_OF = {OWNER: ("person:", "team:"), PERSON: ("person:",)}
FOREIGN = "region {} belongs to provider {}, not to {}"
NO_PLUGIN = "no plugin {} is installed here"
NO_FIELD = "provenance of {}: this record has no such field"
MOST_HINTS = 300
"""So many different wrong names get a hint: looking for near ones among thousands takes its time."""

Known = Callable[[Collection[str]], Collection[str]]
"""Which plugins are here, among them all of those asked for that are."""
Plan = dict[str, Any]
"""Field or `*` -> a plan for what is below, or what the value names."""


def check(table: Table) -> list[Fault]:
    """Everything that leads nowhere, goes round in circles, or stands twice."""
    faults: list[Fault] = []
    taken = {kind: names(table, kind, faults) for kind in NAMED}
    check_names = _Check(table, taken)
    for kind, records in table.records.items():
        plan = _plan(kind)
        for id_, record in records.items():
            check_names.walk(record, plan, (kind, id_))
    faults += check_names.faults
    faults += shared_accounts(table.records["people"])
    faults += shared_checks(table.records["services"])
    faults += foreign_regions(table)
    faults += unknown_provenance(table)
    faults += inactive_owners(table)
    faults += loops(table)
    return faults


@cache
def _plan(kind: str) -> Plan:
    """The paths of a section as a tree."""
    plan: Plan = {}
    for path, names_a in ({} if kind == "sources" else REFERS.get(kind, {}) | EVERY).items():
        *steps, last = path.split(".")
        here = plan
        for step in steps:
            here = here.setdefault(step, {})
        here[last] = names_a
    return plan


class _Check:
    """Looks up every name, and remembers what it found wrong."""

    def __init__(self, table: Table, taken: Mapping[str, Names]) -> None:
        """Gather what may be named."""
        people = {f"person:{id_}": None for id_ in table.known["people"]}
        teams = {f"team:{id_}": None for id_ in table.known["teams"]}
        self.faults: list[Fault] = []
        self._table, self._taken = table, taken
        self._called: dict[str, dict[str, str]] = {}
        self._hints: dict[tuple[str, str], str] = {}
        self._known: dict[str, Mapping[str, None]] = {
            **table.known,
            OWNER: people | teams,
            PERSON: people,
            HOST: table.known["providers"] | {UNKNOWN: None},
        }

    def walk(self, value: object, plan: Any, path: Path) -> None:
        """Follow a plan down into a value."""
        if isinstance(plan, str):
            self._look_up(value, plan, path)
            return
        for step, below in plan.items():
            if step == "*":
                items = enumerate(value) if type(value) is list else value.items() if type(value) is dict else ()
                for key, item in items:
                    self.walk(item, below, (*path, key))
            elif type(value) is dict and step in value:
                self.walk(value[step], below, (*path, step))

    def _look_up(self, value: object, kind: str, path: Path) -> None:
        """Is this the name of anything? A whole number is taken for the text it was written as."""
        name = str(value) if type(value) is int else value
        if isinstance(name, str) and name not in self._choices(kind):
            self._missing(name, kind, path)

    def _choices(self, kind: str) -> Mapping[str, None]:
        return zones() if kind == ZONE else self._known[kind]

    def _missing(self, value: str, kind: str, path: Path) -> None:
        """Say that nothing has this name."""
        if kind in {OWNER, PERSON}:
            self._missing_owner(value, kind, path)
        else:
            one = ONE[kind]
            message = NONE.format(one, shown(value)) + self._hint(kind, value)
            self.faults.append(Fault(path, message, f"no-such-{one.replace(' ', '-')}"))

    def _missing_owner(self, value: str, kind: str, path: Path) -> None:
        """Say that there is no such person or team; one whose kind is left out or mixed up may be guessed."""
        what, _, id_ = value.rpartition(":")
        others = [one for one in (f"person:{id_}", f"team:{id_}") if one in self._choices(kind)]
        hint = MEANT.format(others[0]) if others else self._hint(kind, value).replace(f'"{what}:', '"')
        if f"{what}:" in KINDS_OF[kind]:
            self.faults.append(Fault(path, NONE.format(what, shown(id_)) + hint, f"no-such-{what}"))
        elif others:
            expected = " or ".join(f"{one}ID" for one in KINDS_OF[kind])
            self.faults.append(Fault(path, f"expected {expected}, found {shown(value)}{hint}", "form"))

    def _hint(self, kind: str, value: str) -> str:
        """The nearest right name: that of the record which is called so, else one that is a few slips away."""
        if (kind, value) in self._hints:
            return self._hints[kind, value]
        if len(self._hints) >= MOST_HINTS:
            return ""
        what, _, name = value.rpartition(":") if kind in KINDS_OF else ("", "", value)
        called = self._names_of(SECTION_OF.get(what or kind, kind))
        exact = [squeezed(name)] if squeezed(name) in called else []
        hint = "" if exact else did_you_mean(value, self._choices(kind))
        for one in exact or (nearest(squeezed(name), called) if not hint else ()):
            hint = MEANT.format(f"{what}:{called[one]}" if what else called[one])
        return self._hints.setdefault((kind, value), hint)

    def _names_of(self, kind: str) -> Mapping[str, str]:
        """Everything that the records of a kind are called -> their ids; gathered with the first wrong name."""
        if kind not in self._called:
            called = {squeezed(name): str(path[1]) for name, path in self._taken.get(kind, {}).items()}
            for id_, record in self._table.records.get(kind, {}).items() if kind in NAMED else ():
                called.setdefault(squeezed(str(record.get("name", id_))), id_)
            self._called[kind] = called
        return self._called[kind]


def squeezed(name: str) -> str:
    """A name by its letters and digits alone: `Digital Ocean` is `digitalocean`."""
    return "".join(filter(str.isalnum, name.casefold()))


@cache
def zones() -> Mapping[str, None]:
    """The names of all time zones; looked for only when a catalog names one."""
    return dict.fromkeys(available_timezones())


def foreign_regions(table: Table) -> Iterator[Fault]:
    """Regions that belong to another provider than the one named beside them; an unknown one is told as such."""
    known = {*table.known["providers"], UNKNOWN}
    homes = {id_: record.get("provider") for id_, record in table.records["regions"].items()}
    for id_, service in table.records["services"].items():
        hosting = service.get("hosting")
        for number, entry in enumerate(hosting if isinstance(hosting, list) else ()):
            if isinstance(entry, dict) and isinstance(region := entry.get("region"), str):
                home, provider = homes.get(region), entry.get("provider")
                if isinstance(home, str) and isinstance(provider, str) and home != provider and provider in known:
                    message = FOREIGN.format(shown(region), shown(home), shown(provider))
                    yield Fault(("services", id_, "hosting", number, "region"), message, "foreign-region")


def unknown_plugins(services: Mapping[str, Mapping[str, object]], plugins: Known) -> list[Fault]:
    """Warnings of plugins that are not here; they are asked for only where a service names one."""
    named = [
        (("services", id_, "alerts", name), name)
        for id_, service in services.items()
        if isinstance(alerts := service.get("alerts"), dict)
        for name in alerts
    ]
    known = plugins({name for _, name in named}) if named else ()
    return [
        Fault(path, NO_PLUGIN.format(shown(name)) + did_you_mean(name, known), "no-such-plugin", "key", "warning")
        for path, name in named
        if name not in known
    ]


def unknown_provenance(table: Table) -> Iterator[Fault]:
    """Sources given for a field that the record cannot have."""
    for kind, records in table.records.items():
        known = ["default", *fields((kind, ""))]
        for id_, record in records.items():
            given = record.get("provenance")
            for key in given if isinstance(given, dict) and kind != "sources" else ():
                field = key.partition(".")[0].partition("[")[0]
                if field not in known:
                    message = NO_FIELD.format(shown(key)) + did_you_mean(field, known)
                    yield Fault((kind, id_, "provenance", key), message, "no-such-field", at="key")
