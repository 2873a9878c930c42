"""The catalog as tables with keys between them, a full-text index and a view: what makes a database of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from psfbot.catalog.model import Catalog, Contact, Event, Exemption, Record, Service, Source
from psfbot.catalog.score import Scorecard

Value = str | int | None
Row = tuple[Value, ...]
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns with their types, its key, and which columns name rows of other tables."""

    name: str
    columns: Mapping[str, str]
    key: tuple[str, ...] = ()
    refers: Mapping[str, str] = field(default_factory=dict)

    @property
    def sql(self) -> str:
        """The statement that makes it, and an index for each column that names another table's rows."""
        parts = [f"  {quoted(name)} {kind}" for name, kind in self.columns.items()]
        parts += [f"  PRIMARY KEY ({', '.join(map(quoted, self.key))})"] if self.key else []
        parts += [f"  FOREIGN KEY ({quoted(one)}) REFERENCES {quoted(to)} (id)" for one, to in self.refers.items()]
        made = f"CREATE TABLE {quoted(self.name)} (\n" + ",\n".join(parts) + "\n);\n"
        indexes = (
            f"CREATE INDEX {quoted(f'{self.name}_{one}')} ON {quoted(self.name)} ({quoted(one)});\n"
            for one in self.refers
        )
        return made + "".join(indexes)


def quoted(name: str) -> str:
    """A name of SQL, whatever it is."""
    return '"' + name.replace('"', '""') + '"'


def texts(*names: str) -> dict[str, str]:
    """Columns of text."""
    return dict.fromkeys(names, "TEXT")


WHOSE = {"service": "services", "team": "teams", "provider": "providers", "platform": "platforms"}
TABLES: tuple[Table, ...] = (
    Table("sources", texts("id", "title", "url", "date", "note"), ("id",)),
    Table(
        "people",
        texts("id", "name", "status", "github", "email", "irc", "slack", "pagerduty", "timezone", "note"),
        ("id",),
    ),
    Table("teams", texts("id", "name", "escalates_to", "note"), ("id",), {"escalates_to": "teams"}),
    Table("members", texts("team", "person", "role"), ("team", "person"), {"team": "teams", "person": "people"}),
    Table(
        "providers",
        {**texts("id", "name", "lifecycle", "homepage", "status_page"), "sponsored": "INTEGER", "note": "TEXT"},
        ("id",),
    ),
    Table(
        "regions",
        texts("id", "provider", "code", "kind", "location", "country", "lifecycle", "note"),
        ("id",),
        {"provider": "providers"},
    ),
    Table("platforms", texts("id", "triple", "notes", "tier", "note"), ("id",)),
    Table("rooms", {**texts("id", "irc", "slack", "alerts", "min_severity"), "public": "INTEGER"}, ("id",)),
    Table("oncall", texts("id", "team", "pagerduty_schedule", "escalate_after"), ("id",), {"team": "teams"}),
    Table(
        "services",
        {
            **texts("id", "name", "description", "type", "lifecycle"),
            "tier": "INTEGER",
            **texts("system", "oncall", "config_tool", "config_repo", "config_path", "note"),
        },
        ("id",),
        {"system": "services", "oncall": "oncall"},
    ),
    Table("names", texts("name", "service", "kind"), ("name", "service", "kind"), {"service": "services"}),
    Table(
        "owners",
        {"service": "TEXT", "step": "INTEGER", **texts("role", "person", "team")},
        ("service", "step"),
        {"service": "services", "person": "people", "team": "teams"},
    ),
    Table(
        "contacts",
        {**texts("service", "team", "provider", "type", "value", "note"), "public": "INTEGER"},
        (),
        {one: WHOSE[one] for one in ("service", "team", "provider")},
    ),
    Table(
        "hosting",
        {"id": "INTEGER", **texts("service", "role", "provider", "region", "architecture", "note")},
        ("id",),
        {"service": "services", "provider": "providers", "region": "regions"},
    ),
    Table("hosts", {"hosting": "INTEGER", **texts("name", "os", "note")}, (), {"hosting": "hosting"}),
    Table(
        "dependencies",
        texts("service", "needs", "strength", "note"),
        ("service", "needs"),
        {"service": "services", "needs": "services"},
    ),
    Table("repos", texts("service", "url", "path", "role"), (), {"service": "services"}),
    Table("links", texts("service", "type", "url", "title"), (), {"service": "services"}),
    Table("checks", texts("service", "plugin", "name"), (), {"service": "services"}),
    Table("talks", texts("service", "team", "room"), (), {"service": "services", "team": "teams", "room": "rooms"}),
    Table("tags", texts("service", "tag"), ("service", "tag"), {"service": "services"}),
    Table(
        "exemptions",
        texts("service", "team", "provider", "rule", "reason", "until"),
        (),
        {one: WHOSE[one] for one in ("service", "team", "provider")},
    ),
    Table(
        "history",
        texts("service", "provider", "platform", "date", "fact", "source"),
        (),
        {**{one: WHOSE[one] for one in ("service", "provider", "platform")}, "source": "sources"},
    ),
    Table(
        "provenance",
        texts("section", "record", "field", "source", "as_of", "verified", "by", "note"),
        (),
        {"source": "sources", "by": "people"},
    ),
    Table("scores", texts("service", "rule", "mark", "reason", "until"), ("service", "rule"), {"service": "services"}),
)
SEARCH = """CREATE VIRTUAL TABLE "services_fts" USING fts5 (
  "id", "name", "description", "note", content="services", tokenize="unicode61 remove_diacritics 2"
);
INSERT INTO "services_fts" ("services_fts") VALUES ('rebuild');
"""
"""A full-text index that Datasette finds by itself, because it says whose content it is."""
VIEWS = """CREATE VIEW "who_to_ask" AS
SELECT o.service, o.step, o.role, coalesce(p.name, t.name) AS name, coalesce(p.status, 'team') AS status
FROM owners AS o LEFT JOIN people AS p ON p.id = o.person LEFT JOIN teams AS t ON t.id = o.team;
"""


def rows(catalog: Catalog, score: Scorecard) -> Iterator[tuple[Table, list[Row]]]:
    """Every table with its rows, each after those that it refers to, but for those that refer to themselves."""
    made = {
        **simple(catalog), **of_people(catalog), **of_services(catalog), **of_hosting(catalog), **of_all(catalog),
    }  # fmt: skip
    made["scores"] = [
        (one.service, one.rule, one.mark.value, one.reason, one.until.isoformat() if one.until else None)
        for one in score.whole.checks
    ]
    for table in TABLES:
        yield table, made[table.name]


def simple(catalog: Catalog) -> dict[str, list[Row]]:
    """Records whose fields are columns."""
    found: dict[str, list[Row]] = {}
    for name in ("sources", "people", "teams", "providers", "regions", "platforms", "rooms", "oncall"):
        columns = next(table.columns for table in TABLES if table.name == name)
        records: Mapping[str, Record | Source] = getattr(catalog, name)
        found[name] = [tuple(plain(getattr(record, one)) for one in columns) for record in records.values()]
    return found


def plain(value: object) -> Value:
    """A value as SQLite has it: a switch is 0 or 1."""
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, str) else str(value)


def of_people(catalog: Catalog) -> dict[str, list[Row]]:
    """Who is in a team, and who owns what, in the order in which they are asked."""
    owners: list[Row] = []
    for service in catalog.services.values():
        ranked = [one for role in ("primary", "backup", "escalation") for one in service.owners if one.role == role]
        for step, one in enumerate(ranked, 1):
            kind, _, id_ = one.ref.partition(":")
            owners.append((service.id, step, one.role, *((id_, None) if kind == "person" else (None, id_))))
    members: list[Row] = [(team.id, one.person, one.role) for team in catalog.teams.values() for one in team.members]
    return {"members": members, "owners": owners}


def of_services(catalog: Catalog) -> dict[str, list[Row]]:
    """The services, and what is listed in each."""
    services = catalog.services.values()
    return {
        "services": [main(one) for one in services],
        "names": [(name, one.id, kind) for one in services for name, kind in names(one)],
        "dependencies": [(one.id, to.service, to.strength, to.note) for one in services for to in one.depends_on],
        "repos": [(one.id, repo.url, repo.path, repo.role) for one in services for repo in one.repos],
        "links": [(one.id, link.type, link.url, link.title) for one in services for link in one.links],
        "checks": [(one.id, plugin, name) for one in services for plugin, all_ in one.alerts.items() for name in all_],
        "tags": [(one.id, tag) for one in services for tag in one.tags],
    }


def main(one: Service) -> Row:
    """The row of a service; a tier that nobody knows is none."""
    config = (one.config.tool, one.config.repo, one.config.path) if one.config else (None, None, None)
    tier = None if one.tier == UNKNOWN else one.tier
    return (one.id, one.name, one.description, one.type, one.lifecycle, tier, one.system, one.oncall, *config, one.note)


def names(one: Service) -> list[tuple[str, str]]:
    """Everything that a service is called."""
    return [(one.id, "id"), *((name, "domain") for name in one.domains), *((name, "alias") for name in one.aliases)]


def of_hosting(catalog: Catalog) -> dict[str, list[Row]]:
    """Where services run; a provider or an architecture that nobody knows is none."""
    hosting: list[Row] = []
    hosts: list[Row] = []
    for service in catalog.services.values():
        for entry in service.hosting:
            number = len(hosting) + 1
            provider = None if entry.provider == UNKNOWN else entry.provider
            architecture = None if entry.architecture == UNKNOWN else entry.architecture
            hosting.append((number, service.id, entry.role, provider, entry.region, architecture, entry.note))
            hosts += [(number, host.name, host.os, host.note) for host in entry.hosts]
    return {"hosting": hosting, "hosts": hosts}


def of_all(catalog: Catalog) -> dict[str, list[Row]]:
    """What records of several kinds have: contacts, rooms, exemptions, history and provenance."""
    contacts: list[Row] = []
    talks: list[Row] = []
    exemptions: list[Row] = []
    history: list[Row] = []
    for id_, service in catalog.services.items():
        contacts += [(id_, None, None, *reached(one)) for one in service.contacts]
        talks += [(id_, None, room) for room in service.rooms]
        exemptions += [(id_, None, None, *exempt(one)) for one in service.exemptions]
        history += [(id_, None, None, *fact) for one in service.history for fact in happened(one)]
    for id_, team in catalog.teams.items():
        contacts += [(None, id_, None, *reached(one)) for one in team.contacts]
        talks += [(None, id_, room) for room in team.rooms]
        exemptions += [(None, id_, None, *exempt(one)) for one in team.exemptions]
    for id_, provider in catalog.providers.items():
        contacts += [(None, None, id_, *reached(one)) for one in provider.contacts]
        exemptions += [(None, None, id_, *exempt(one)) for one in provider.exemptions]
        history += [(None, id_, None, *fact) for one in provider.history for fact in happened(one)]
    for id_, platform in catalog.platforms.items():
        history += [(None, None, id_, *fact) for one in platform.history for fact in happened(one)]
    found = {"contacts": contacts, "talks": talks, "exemptions": exemptions, "history": history}
    return {**found, "provenance": list(vouched(catalog))}


def reached(one: Contact) -> Row:
    """A contact."""
    return one.type, one.value, one.note, int(one.public)


def exempt(one: Exemption) -> Row:
    """An exemption."""
    return one.rule, one.reason, one.until.isoformat()


def happened(one: Event) -> Iterator[Row]:
    """An event, once for each of its sources."""
    for source in one.cites or (None,):
        yield one.date, one.fact, source


def vouched(catalog: Catalog) -> Iterator[Row]:
    """Where facts come from, once for each source."""
    for section in ("people", "teams", "providers", "regions", "platforms", "rooms", "oncall", "services"):
        records: Mapping[str, Record] = getattr(catalog, section)
        for id_, record in records.items():
            for name, one in record.provenance.items():
                day = one.verified.isoformat() if one.verified else None
                by = one.by.removeprefix("person:") if one.by else None
                for source in one.cites or (None,):
                    yield section, id_, name, source, one.as_of, day, by, one.note
