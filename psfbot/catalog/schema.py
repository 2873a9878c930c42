"""The catalog's JSON Schema, made from the models, so that editors complete and check while somebody types.

It says a little less than `psfbot catalog check`: references, clashes and cycles are beyond a schema.
"""

from collections.abc import Iterator
from typing import Any

from psfbot.catalog import model
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.shape import VERSION

DRAFT = "https://json-schema.org/draft/2020-12/schema"
TITLE = "The PSF's service catalog"
ID = f"^{model.ID.pattern}$"
SOME_DAY = {"type": ["string", "integer"], "pattern": r"^\d{4}(-\d\d(-\d\d)?)?$", "minimum": 1000, "maximum": 9999}
DAY = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}
EITHER = {"Room": ("irc", "slack"), "OnCall": ("pagerduty_schedule", "rotation")}
"""Model -> the fields of which one has to be there."""
DATES = frozenset({"date", "as_of"})

Schema = dict[str, Any]

DESCRIPTIONS = {
    "access": "Who may log in: person:ID or team:ID.",
    "aliases": "Other names that people use for it; each name belongs to one record of its kind.",
    "architecture": "The processor it runs on; `unknown` where no source tells. An origin has to say.",
    "architectures": "The processors that the provider offers.",
    "as_of": "When the source said so: YYYY, YYYY-MM or YYYY-MM-DD.",
    "backup": "Ids of people who step in.",
    "by": "Who checked it: person:ID.",
    "code": "The provider's own name of the region, such as nyc3.",
    "config": "What configures the service.",
    "contacts": "Ways to reach the people behind it.",
    "country": "Two capital letters, such as NL.",
    "date": "When: YYYY, YYYY-MM or YYYY-MM-DD.",
    "depends_on": "Other services that it needs.",
    "description": "What it is for, in a sentence.",
    "domains": "Its hosts, perhaps with a path (www.python.org/ftp/); *.python.org declares a wildcard.",
    "email": "An address that may be public.",
    "escalate_after": "How long to wait for an answer before the next is called, such as 15m.",
    "escalates_to": "Id of the team that is asked next.",
    "exemptions": "Rules of the scorecard it need not keep, and kinds of drift, each with a reason and a last day.",
    "fact": "What happened.",
    "github": "A GitHub login.",
    "grants": "What members may do in chat.",
    "history": "What happened to it, with dates and sources.",
    "homepage": "Its own site.",
    "hosting": "What each provider does for it, and where.",
    "hosts": "The machines, where they are known.",
    "irc": "An account with the network's services; for a room its channel. Never a mere nick.",
    "kind": "How big the place is.",
    "length": "How long each one is on call, such as 7d.",
    "lifecycle": "Where it is in its life; `archive` is read-only or static.",
    "links": "Pages worth opening.",
    "location": "The town or area.",
    "members": "Who is in the team.",
    "min_severity": "Milder alerts are not told here.",
    "name": "What people call it.",
    "note": "Whatever else is worth knowing.",
    "notes": "PEP 11's notes on the platform.",
    "oncall": "Id of the on-call rota that answers for it.",
    "os": "The operating system, such as ubuntu-24.04.",
    "owners": "Who answers for it.",
    "pagerduty": "The person's id at PagerDuty.",
    "pagerduty_schedule": "The schedule's id at PagerDuty.",
    "path": "A path in the repository.",
    "people": "Ids of people, in the order in which they take over.",
    "person": "Id of a person.",
    "provenance": "Where the facts come from: `default`, and fields whose source differs.",
    "provider": "Id of a provider; in `hosting` also unknown.",
    "provides": "What it does for services.",
    "public": "Whether everybody may see it: true or false.",
    "reason": "Why it need not keep the rule.",
    "ref": "person:ID or team:ID.",
    "region": "Id of a region of this provider.",
    "repo": "URL of a repository.",
    "repos": "Where its source is.",
    "role": "What it, or whoever it is, does here.",
    "rooms": "Ids of rooms where it is talked about.",
    "rotation": "A rota of our own.",
    "rule": "A rule of the scorecard; docs/scorecard.md lists them.",
    "service": "Id of a service.",
    "slack": "A Slack user's id; for a room its channel.",
    "source": "Id of a source.",
    "sources": "Ids of sources.",
    "sponsored": "Whether the provider gives it for free: true or false.",
    "start": "When the first one takes over.",
    "status": "Whether the person is still there.",
    "status_page": "Where the provider tells about its incidents.",
    "strength": "hard: down with it; soft: degraded; build: cannot release; operate: cannot be managed.",
    "system": "Id of the service that it is a part of.",
    "tags": "Words to find it by.",
    "team": "Id of a team.",
    "tier": "How urgent it is, 1 most; the editors' judgement.",
    "timezone": "An IANA time zone, such as Europe/Paris.",
    "title": "What it is called.",
    "tool": "The tool that configures it, such as salt.",
    "triple": "The platform's triple, such as aarch64-apple-darwin.",
    "type": "What kind it is.",
    "until": "The last day on which it counts: YYYY-MM-DD.",
    "url": "All of the address, such as https://docs.python.org/.",
    "value": "The address, channel or page itself.",
    "verified": "The day when somebody checked it: YYYY-MM-DD.",
    "schema_version": "The version of this layout.",
    "Room.alerts": "Which alerts are told here: all, those of services whose rooms or teams say so, or none.",
    "Service.alerts": "Plugin -> names or ids of its checks.",
    "Person.aliases": "Other names, such as nicks; each belongs to one person.",
    "Platform.contacts": "Ids of people.",
}
"""Field -> what it holds; `Model.field` where that differs."""


def json_schema() -> Schema:
    """The schema of the whole file, in JSON Schema 2020-12."""
    made = Catalog.model_json_schema()
    parts: Schema = made["$defs"]
    for kind in KINDS.values():
        del parts[kind.__name__]["properties"]["id"]
        parts[kind.__name__]["required"].remove("id")
    for name, part in parts.items():
        part["description"] = _sentence(part["description"])
        for field, schema in part["properties"].items():
            _describe(name, field, schema)
    parts["Hosting"]["if"] = {"properties": {"role": {"const": "origin"}}, "required": ["role"]}
    parts["Hosting"]["then"] = {"required": ["architecture"]}
    for name, either in EITHER.items():
        parts[name]["anyOf"] = [{"required": [field]} for field in either]
    version = made["properties"][VERSION]
    _describe("Catalog", VERSION, version)
    sections = {name: _section(kind.__name__, parts[kind.__name__]["description"]) for name, kind in KINDS.items()}
    return {
        "$schema": DRAFT,
        "title": TITLE,
        "description": _sentence(made["description"]),
        "type": "object",
        "properties": {VERSION: version, **sections},
        "additionalProperties": False,
        "$defs": parts,
    }


def _section(model_name: str, description: str) -> Schema:
    """A section: records by id, or nothing yet."""
    return {
        "description": description,
        "type": ["object", "null"],
        "propertyNames": {"pattern": ID},
        "additionalProperties": {"$ref": f"#/$defs/{model_name}"},
    }


def _describe(part: str, field: str, schema: Schema) -> None:
    """Say what a field holds, and allow what the reader allows: a number for a text, a year for a date."""
    schema.pop("title", None)
    if schema.get("default", ...) is None:
        del schema["default"]
    schema["description"] = DESCRIPTIONS.get(f"{part}.{field}") or DESCRIPTIONS[field]
    for one in list(_inside(schema)):
        if one.get("format") == "date":
            del one["format"]
            one.update(DAY)
        elif one.get("type") == "string" and field in DATES:
            one.update(SOME_DAY)
        elif one.get("type") == "string" and "enum" not in one and one.get("pattern", ID) == ID:
            one["type"] = ["string", "integer"]
        if "patternProperties" in one:
            ((pattern, values),) = one.pop("patternProperties").items()
            one.update(propertyNames={"pattern": pattern}, additionalProperties=values)


def _inside(schema: Schema) -> Iterator[Schema]:
    """A schema and those within it."""
    yield schema
    items = [schema["items"]] if "items" in schema else []
    for one in (*schema.get("anyOf", ()), *items, *schema.get("patternProperties", {}).values()):
        yield from _inside(one)


def _sentence(docstring: str) -> str:
    """A docstring on one line."""
    return " ".join(docstring.split())
