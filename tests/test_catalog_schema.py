"""The JSON Schema for editors: it accepts what the loader accepts, and marks what can be seen without the rest."""

import copy
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from psfbot.catalog.events import Quick
from psfbot.catalog.file import read
from psfbot.catalog.model import KINDS
from psfbot.catalog.schema import DESCRIPTIONS, DRAFT, json_schema

ROOT = Path(__file__).parents[1]
SCHEMA = json_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
VALID = """
schema_version: 1
sources:
  overview: {title: Overview, url: https://example.org/, date: 2026-11}
people:
  anna: {name: Anna Example, aliases: [ann], status: emeritus, irc: }
teams:
  infra: {name: Infra, members: [{person: anna, role: lead}], contacts: [{type: email, value: infra@example.org}]}
providers:
  cloud: {name: Cloud, provides: [origin], sponsored: true, history: [{date: 2024, fact: It began.}]}
regions:
  ams: {provider: cloud, code: 3, kind: zone, country: NL}
platforms:
rooms:
  infra: {irc: "#python-infra", public: true}
oncall:
  main: {team: infra, rotation: {timezone: UTC, start: 2026-01-05, length: 7d, people: [anna]}}
services:
  docs.python.org:
    name: Docs
    description: The documentation.
    lifecycle: production
    tier: 1
    domains: [docs.python.org, "*.docs.python.org", docs.python.org/3/]
    owners: [{ref: team:infra}]
    hosting:
      - {role: origin, provider: cloud, region: ams, architecture: arm64}
      - {role: cdn, provider: unknown}
    alerts: {pingdom: [12345, docs]}
    provenance: {default: {source: overview, as_of: 2026, verified: 2026-01-02, by: person:anna}}
"""


def wrong(data):
    """The paths at which the schema complains."""
    return {"/".join(map(str, error.absolute_path)) for error in VALIDATOR.iter_errors(data)}


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == DRAFT
    assert SCHEMA["properties"].keys() == {"schema_version", *KINDS}


@pytest.mark.parametrize("file", ["catalog.yaml", "tests/sample.yaml"])
def test_it_accepts_a_catalog_that_the_loader_accepts(file):
    text = (ROOT / file).read_bytes()

    assert read(text, file).errors == ()
    assert wrong(Quick(text).root) == set()


def test_it_accepts_all_that_a_record_may_have():
    assert read(VALID, "valid.yaml").findings == ()
    assert wrong(Quick(VALID.encode()).root) == set()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("servces", {}),
        ("schema_version", 2),
        ("people", []),
        ("people/Anna B", {"name": "Anna"}),
        ("people/anna", None),
        ("people/anna/id", "anna"),
        ("people/anna/name", ""),
        ("people/anna/name", True),
        ("people/anna/nick", "ann"),
        ("people/anna/aliases", "ann"),
        ("teams/infra/members/0/role", "boss"),
        ("rooms/infra/public", "yes"),
        ("rooms/infra/irc", ...),
        ("oncall/main/rotation", ...),
        ("regions/ams/country", "nl"),
        ("sources/overview/url", "javascript:alert(1)"),
        ("providers/cloud/history/0/date", "yesterday"),
        ("providers/cloud/history/0/date", 20240101),
        ("services/docs.python.org/lifecycle", "prod"),
        ("services/docs.python.org/tier", 5),
        ("services/docs.python.org/domains/0", "https://docs.python.org"),
        ("services/docs.python.org/owners/0/ref", "infra"),
        ("services/docs.python.org/alerts", {"Ping Dom": []}),
        ("services/docs.python.org/alerts/pingdom", "docs"),
        ("services/docs.python.org/provenance/default/verified", "2026-01"),
        ("services/docs.python.org/provenance/default/verified", 20260101),
        ("services/docs.python.org/hosting/0/architecture", ...),
        ("services/docs.python.org/lifecycle", ...),
        ("services/docs.python.org/owners/0/ref", ...),
    ],
)
def test_it_marks_what_the_loader_marks(path, value):
    """`...` stands for leaving the field out."""
    data = copy.deepcopy(Quick(VALID.encode()).root)
    here = data
    *steps, last = [int(step) if step.isdecimal() else step for step in path.split("/")]
    for step in steps:
        here = here[step]
    if value is ...:
        del here[last]
    else:
        here[last] = value

    assert any(path.startswith(one) for one in wrong(data))


def test_every_field_says_what_it_holds_and_no_description_is_left_over():
    used = set()
    for name, part in SCHEMA["$defs"].items():
        assert part["description"]
        assert part["additionalProperties"] is False
        for field, schema in part["properties"].items():
            assert schema["description"].endswith(".")
            used |= {field, f"{name}.{field}"}

    assert DESCRIPTIONS.keys() - used == {"schema_version"}


def test_a_record_has_no_id_of_its_own():
    assert not [name for name, part in SCHEMA["$defs"].items() if "id" in part["properties"]]
    assert not [name for name, part in SCHEMA["$defs"].items() if "id" in part.get("required", ())]
