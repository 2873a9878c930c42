"""Backstage entities as records of our catalog: whatever has no place in it is refused by name, with its line.

Users, Groups, Components, Systems, and the Resources that stand for providers and regions. It reads back what
`export_backstage` writes; of a file from elsewhere it takes what means the same here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from psfbot.catalog.exchange.entity import NOT_FIELDS, Entity
from psfbot.catalog.exchange.foreign import foreign
from psfbot.catalog.exchange.to_backstage import ID, KINDS, LOGIN, NOBODY, PAGED, PREFIX, REPO, SLUG
from psfbot.catalog.faults import validate
from psfbot.catalog.fields import allowed
from psfbot.catalog.finding import Fault, Finding, Path, Severity, shown
from psfbot.catalog.model import Catalog
from psfbot.text import a

APIS = ("backstage.io/v1alpha1", "backstage.io/v1beta1")
SECTIONS = {"User": "people", "Group": "teams", "Component": "services", "System": "services"}
RESOURCES = {"provider": "providers", "region": "regions"}
TYPES = {"service": "api", "documentation": "website"}
"""Kinds of components that are called otherwise here."""
OTHER_API = "no version of Backstage's entities that I know: {}"
OTHER_KIND = "the catalog has no place for {}; it takes User, Group, Component, System, and Resource"
OTHER_RESOURCE = "the catalog has no place for a Resource of type {}: it takes provider and region"
NAMELESS = "an entity needs metadata.name"
TWICE = "{} {} stands twice in this file"
NO_REF = "{} is no reference to a {} of this file's name space"
NO_HOSTING = "which part does {} play? Say so in `hosting` of the catalog: a Resource alone does not tell"
NO_TEAM = "team {} is not in this file, so add the person to its `members` by hand"
NATIVE: dict[str, tuple[str, ...]] = {
    "id": ("metadata", "name"), "name": ("metadata", "title"), "description": ("metadata", "description"),
    "type": ("spec", "type"), "lifecycle": ("spec", "lifecycle"), "owners": ("spec", "owner"),
    "system": ("spec", "system"), "depends_on": ("spec", "dependsOn"), "links": ("metadata", "links"),
    "tags": ("metadata", "tags"), "members": ("spec", "members"), "email": ("spec", "profile", "email"),
}  # fmt: skip
"""Field of the catalog -> where Backstage has it; all else is in an annotation."""

Record = dict[str, Any]


@dataclass
class Imported:
    """Records by section and id, the catalog that they make (without what they name elsewhere), and what was wrong."""

    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    catalog: Catalog | None = None
    findings: tuple[Finding, ...] = ()


def from_backstage(raw: bytes, file: str, *, lenient: bool = False) -> Imported:
    """Read a catalog-info file; `lenient` leaves out, and tells, what has no place here instead of refusing it."""
    documents, findings = foreign(raw, file)
    reading = _Reading([Entity(file, one) for one in documents], "warning" if lenient else "error")
    reading.all()
    findings += [one for entity in reading.entities for one in entity.wrong]
    catalog, faults = validate({"schema_version": 1, **reading.records}) if reading.records else (Catalog(), [])
    findings += [reading.placed(fault) for fault in faults]
    wrong = any(one.severity == "error" for one in findings)
    in_order = tuple(sorted(dict.fromkeys(findings), key=lambda one: (one.line, one.column)))
    return Imported(reading.records, None if wrong else catalog, in_order)


class _Reading:
    """All entities of a file on their way into records."""

    def __init__(self, entities: list[Entity], unknown: Severity) -> None:
        """Look at nothing yet."""
        self.entities = entities
        self.unknown = unknown
        self.records: dict[str, dict[str, Record]] = {}
        self.homes: dict[tuple[str, str], Entity] = {}
        self.ids: dict[tuple[str, str], str] = {}
        self.joined: list[tuple[Entity, str, str]] = []

    def all(self) -> None:
        """Read every entity, then who is in which team."""
        known = [(entity, kind) for entity in self.entities if (kind := self.kind(entity))]
        for entity, kind in known:
            name = entity.text("metadata", "name")
            self.ids[kind.lower(), name] = str(entity.ours().get(ID) or name.lower())
        for entity, kind in sorted(known, key=lambda one: one[1] == "System"):
            self.one(entity, kind)
            entity.left(self.unknown)
        for entity, team, person in self.joined:
            self.join(entity, team, person)

    def kind(self, entity: Entity) -> str:
        """The kind of an entity; nothing for one that is refused."""
        api, kind = entity.text("apiVersion"), entity.text("kind")
        if api not in APIS:
            entity.complain(("apiVersion",), OTHER_API.format(shown(api)), "kind")
        elif kind not in SECTIONS and kind != "Resource":
            entity.complain(
                ("kind",), OTHER_KIND.format(a(kind) if kind else "an entity without a kind"), "kind", self.unknown
            )
        elif not entity.text("metadata", "name"):
            entity.complain(("metadata",), NAMELESS, "missing-field")
        else:
            return kind
        return ""

    def one(self, entity: Entity, kind: str) -> None:
        """Read one entity into its section."""
        name = entity.text("metadata", "name")
        id_ = self.ids[kind.lower(), name]
        if entity.text("metadata", "namespace") not in {"", "default"}:
            entity.taken.discard(("metadata", "namespace"))
        section = SECTIONS.get(kind) or RESOURCES.get(entity.text("spec", "type"), "")
        if not section:
            entity.complain(("spec", "type"), OTHER_RESOURCE.format(shown(entity.text("spec", "type"))), "kind")
            return
        whole = kind == "System" and id_ in self.records.get("services", {})
        record = {"id": id_, **self.read(entity, section if kind != "System" else "System", id_)}
        if whole:
            return
        if id_ in self.records.get(section, {}):
            entity.complain(("metadata", "name"), TWICE.format(kind, shown(id_)), "stated-twice")
            return
        self.records.setdefault(section, {})[id_] = record
        self.homes[section, id_] = entity

    def read(self, entity: Entity, section: str, id_: str) -> Record:
        """The fields of a record, without those that are empty."""
        read = {"people": self.person, "teams": self.team, "services": self.service, "System": self.system}
        places = {"providers": self.provider, "regions": self.region}
        made = {**read, **places}[section](entity, id_)
        ours = {name: value for name, value in entity.ours().items() if name != ID and value is not None}
        return {name: value for name, value in {**ours, **made}.items() if value not in (None, "", [], {})}

    def person(self, entity: Entity, id_: str) -> Record:
        """A User."""
        name = entity.text("spec", "profile", "displayName") or entity.text("metadata", "title") or id_
        self.joined += [
            (entity, team, id_)
            for one in entity.texts("spec", "memberOf")
            if (team := self.refer(entity, one, "group"))
        ]
        login = entity.text("metadata", "annotations", LOGIN)
        return {"name": name, "email": entity.text("spec", "profile", "email"), "github": login}

    def team(self, entity: Entity, id_: str) -> Record:
        """A Group; its hierarchy has no place here."""
        shown_as = entity.text("spec", "profile", "displayName")
        name = shown_as or entity.text("metadata", "title") or id_
        if shown_as:
            entity.text("metadata", "title")
        entity.text("spec", "type")
        roles = entity.ours().get("members")
        roles = dict(roles) if isinstance(roles, Mapping) else {}
        if lead := entity.text("spec", "leader"):
            roles.setdefault(self.refer(entity, lead, "user"), "lead")
        people = [self.refer(entity, one, "user") for one in entity.texts("spec", "members")]
        members = [
            {"person": person, **({"role": roles[person]} if person in roles else {})}
            for person in dict.fromkeys([*people, *roles])
            if person
        ]
        contacts = list_of(entity.ours().get("contacts"))
        mail = entity.text("spec", "profile", "email")
        if mail and all(one.get("value") != mail for one in contacts):
            contacts.append({"type": "email", "value": mail})
        if entity.fields("spec").get("children") == []:
            entity.take("spec", "children")
        return {"name": name, "members": members, "contacts": contacts}

    def service(self, entity: Entity, id_: str) -> Record:
        """A Component."""
        ours = entity.ours()
        kind = entity.text("spec", "type")
        made = self.described(entity, id_) | {
            "type": TYPES.get(kind, kind),
            "lifecycle": entity.text("spec", "lifecycle"),
            "system": self.refer(entity, entity.text("spec", "system"), "system")
            or self.refer(entity, entity.text("spec", "subcomponentOf"), "component"),
            "owners": [*self.owner(entity), *list_of(ours.get("owners"))],
            "tags": tags(entity),
            "links": links(entity),
            "depends_on": self.needs(entity, ours),
        }
        slug, paged = (entity.text("metadata", "annotations", key) for key in (SLUG, PAGED))
        repos = list_of(ours.get("repos"))
        if slug and slug not in {found[1] for one in repos if (found := REPO.fullmatch(str(one.get("url"))))}:
            repos.append({"url": f"https://github.com/{slug}"})
        checks = ours.get("alerts")
        alerts = dict(checks) if isinstance(checks, Mapping) else {}
        known = alerts.get("pagerduty", [])
        if paged and isinstance(known, list) and paged not in known:
            alerts["pagerduty"] = [*known, paged]
        return {**made, "repos": repos, "alerts": alerts}

    def described(self, entity: Entity, id_: str) -> Record:
        """What it is called, and what it is for; who says nothing gets the name."""
        name = entity.text("metadata", "title") or id_
        return {"name": name, "description": entity.text("metadata", "description") or name}

    def owner(self, entity: Entity) -> list[Record]:
        """The primary owner: a group, unless it says that it is a user."""
        said = entity.text("spec", "owner")
        if said in {"", NOBODY}:
            return []
        kind = "user" if said.lower().startswith("user:") else "group"
        id_ = self.refer(entity, said, kind)
        ours = {theirs: mine for mine, theirs in KINDS.items()}
        return [{"ref": f"{ours[kind]}:{id_}", "role": "primary"}] if id_ else []

    def system(self, entity: Entity, id_: str) -> Record:
        """A System that is no Component too: a service that others are a part of."""
        made = self.described(entity, id_) | {"owners": self.owner(entity), "tags": tags(entity)}
        return {**made, "links": links(entity), "type": "infrastructure", "lifecycle": "unknown"}

    def needs(self, entity: Entity, ours: Mapping[str, object]) -> list[Record]:
        """What a Component depends on: other services; of a provider or region its hosting has to tell."""
        ways = self.ways(entity, ours)
        hosted = {str(one.get(key)) for one in list_of(ours.get("hosting")) for key in ("provider", "region")}
        made = []
        for one in entity.texts("spec", "dependsOn"):
            if one.lower().startswith("resource:"):
                id_ = self.refer(entity, one, "resource", ("spec", "dependsOn"))
                if id_ and id_ not in hosted and id_.removeprefix("region-") not in hosted:
                    entity.complain(("spec", "dependsOn"), NO_HOSTING.format(shown(one)), "resource", self.unknown)
            elif id_ := self.refer(entity, one, "component", ("spec", "dependsOn")):
                made.append({"service": id_, **ways.get(id_, {})})
        return made

    def ways(self, entity: Entity, ours: Mapping[str, object]) -> Mapping[str, Mapping[str, object]]:
        """How it depends on other services, as far as psfbot wrote that; anything else is refused."""
        found = ours.get("depends_on") or {}
        said = list(found.values()) if isinstance(found, Mapping) else [found]
        wrong = [one for one in said if not isinstance(one, Mapping)]
        if wrong:
            path = ("metadata", "annotations", PREFIX + "depends_on")
            entity.complain(path, NOT_FIELDS.format(shown(wrong[0])), "type")
        return {} if wrong or not isinstance(found, Mapping) else found

    def provider(self, entity: Entity, id_: str) -> Record:
        """A Resource that stands for a provider."""
        entity.text("spec", "owner")
        pages = {str(one.get("type")): one.get("url") for one in list_of(entity.items("metadata", "links"))}
        name = entity.text("metadata", "title") or id_
        return {"name": name, "homepage": pages.get("homepage"), "status_page": pages.get("status")}

    def region(self, entity: Entity, id_: str) -> Record:
        """A Resource that stands for a region, and depends on its provider."""
        del id_
        entity.text("spec", "owner"), entity.text("metadata", "title")
        needed = entity.texts("spec", "dependsOn")
        return {"provider": self.refer(entity, needed[0], "resource", ("spec", "dependsOn"))} if needed else {}

    def refer(self, entity: Entity, said: str, kind: str, path: Path = ("spec",)) -> str:
        """The id behind `[kind:][default/]name`."""
        if not said:
            return ""
        wanted, _, name = said.rpartition(":")
        space, _, name = name.rpartition("/")
        if (wanted.lower() or kind) != kind or space not in {"", "default"} or not name:
            entity.complain(path, NO_REF.format(shown(said), kind.capitalize()), "reference")
            return ""
        other = "component" if kind == "system" else kind
        return self.ids.get((kind, name)) or self.ids.get((other, name)) or name.lower()

    def join(self, entity: Entity, team: str, person: str) -> None:
        """Put a person into a team that does not list them."""
        record = self.records.get("teams", {}).get(team)
        if record is None:
            entity.complain(("spec", "memberOf"), NO_TEAM.format(shown(team)), "no-such-team", "warning")
        elif all(one["person"] != person for one in record.get("members", ())):
            record["members"] = [*record.get("members", ()), {"person": person}]

    def placed(self, fault: Fault) -> Finding:
        """What the models say of a record, at the place that it came from."""
        section, id_, field_ = (*fault.path, "", "", "")[:3]
        entity = self.homes.get((str(section), str(id_)))
        if entity is None:
            return Finding("", 1, 1, fault.message, fault.rule, fault.severity)
        name = str(field_) or "id"
        ours = ("metadata", "annotations", f"psfbot.psf.io/{name}")
        path = NATIVE.get(name, ours)
        line, column = entity.whole.place(path if path in entity.whole.places else ours)
        where = "/".join(map(str, fault.path))
        return Finding(entity.file, line, column, fault.message, fault.rule, fault.severity, where)


def list_of(value: object) -> list[Record]:
    """The mappings of a list."""
    return [dict(one) for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def tags(entity: Entity) -> list[str]:
    """Tags: in our own order where that was kept, else theirs, and what was added to them since."""
    theirs, ours = entity.texts("metadata", "tags"), entity.ours().get("tags")
    kept = [str(one) for one in ours] if isinstance(ours, list) else []
    return list(dict.fromkeys([*kept, *theirs]))


def links(entity: Entity) -> list[Record]:
    """Links: their kind where it is one of ours, else `other`; icons have no place here."""
    known = allowed(("services", "", "links", 0, "type"))
    made = []
    for one in list_of(entity.items("metadata", "links")):
        kind = str(one.get("type"))
        made.append({"type": kind if kind in known else "other", "url": one.get("url"), "title": one.get("title")})
    return [{key: value for key, value in one.items() if value} for one in made]
