"""Backstage files as records of our own: what comes back the same, and what is refused by name."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.catalog.exchange.from_backstage import from_backstage
from psfbot.catalog.exchange.private import public
from psfbot.catalog.exchange.to_backstage import backstage
from psfbot.catalog.file import load_or_refuse
from psfbot.catalog.model import Catalog

ROOT = Path(__file__).parents[1]
SAMPLE, REAL = ROOT / "tests" / "sample.yaml", ROOT / "catalog.yaml"
HELD = ("people", "teams", "providers", "regions", "services")
"""The sections that Backstage can hold."""
THEIRS = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: petstore
  title: Pet Store
  description: Sells pets (invented for the tests).
  annotations:
    github.com/project-slug: example/petstore
    pagerduty.com/service-id: P123
  tags: [java, shop]
  links:
    - url: https://example.org/runbook
      title: When it is down
      type: runbook
    - url: https://example.org/chart
      icon: dashboard
spec:
  type: service
  lifecycle: production
  owner: group:default/keepers
  system: shop
  dependsOn:
    - component:cash
---
apiVersion: backstage.io/v1beta1
kind: Component
metadata:
  name: cash
spec:
  type: website
  lifecycle: experimental
  owner: user:ann
  subcomponentOf: component:petstore
---
apiVersion: backstage.io/v1alpha1
kind: System
metadata:
  name: shop
  description: All of the shop.
spec:
  owner: keepers
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata:
  name: keepers
spec:
  type: team
  profile:
    displayName: The Keepers
    email: keepers@example.org
  children: []
  members: [ann]
  leader: ann
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: ann
  annotations:
    github.com/user-login: ann-login
spec:
  profile:
    displayName: Ann
  memberOf: [keepers]
---
apiVersion: backstage.io/v1alpha1
kind: User
metadata:
  name: ben
spec:
  memberOf: [keepers]
---
"""


def taken(text, **extra):
    return from_backstage(text.encode() if isinstance(text, str) else text, "catalog-info.yaml", **extra)


def said(found):
    return [f"{one.line}:{one.column}: {one.message}" for one in found.findings]


@pytest.mark.parametrize("file", [SAMPLE, REAL], ids=["sample", "real"])
@pytest.mark.parametrize("private", [True, False])
def test_what_backstage_can_hold_comes_back_the_same(file, private):
    catalog = load_or_refuse(file).catalog
    found = taken(backstage(catalog, private=private))
    expected = catalog if private else public(catalog)

    assert found.findings == ()
    assert {name: getattr(found.catalog, name) for name in HELD} == {name: getattr(expected, name) for name in HELD}


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=30)
IDS = st.from_regex(r"[a-z0-9._-]{1,63}", fullmatch=True)
NEEDS = st.fixed_dictionaries(
    {"strength": st.sampled_from(["hard", "soft", "build", "operate"])}, optional={"note": TEXTS}
)
SERVICES = st.fixed_dictionaries(
    {"name": TEXTS, "description": TEXTS, "lifecycle": st.sampled_from(["production", "archive", "unknown"])},
    optional={
        "tier": st.sampled_from([1, 2, 3, 4]),
        "aliases": st.lists(TEXTS, max_size=2),
        "tags": st.lists(IDS, max_size=3, unique=True),
        "note": TEXTS,
        "rooms": st.lists(IDS, max_size=2),
        "alerts": st.dictionaries(IDS, st.lists(TEXTS, min_size=1, max_size=2), max_size=2),
        "owners": st.sampled_from([
            [{"ref": "person:p"}], [{"ref": "team:t"}, {"ref": "person:p", "role": "backup"}],
            [{"ref": "team:t", "role": "escalation"}], [{"ref": "person:p"}, {"ref": "team:t"}],
        ]),
        "links": st.lists(
            st.fixed_dictionaries(
                {"type": st.sampled_from(["runbook", "docs", "other"]), "url": st.just("https://example.org/x?a=1#b")},
                optional={"title": TEXTS},
            ),
            max_size=2,
        ),
    },
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(IDS, SERVICES, min_size=1, max_size=4), NEEDS, st.booleans())
def test_any_service_comes_back_the_same(services, need, whole):
    ids = list(services)
    records = {id_: {"id": id_, **record} for id_, record in services.items()}
    records[ids[0]]["depends_on"] = [{"service": ids[-1], **need}]
    if whole:
        records[ids[0]]["system"] = ids[-1]
    made = Catalog.model_validate({"services": records})
    found = taken(backstage(made, private=True))

    assert found.findings == ()
    assert found.catalog.services == made.services


def test_a_file_from_elsewhere_is_taken_for_what_it_means_here():
    found = taken(THEIRS)
    shop = found.catalog.services["petstore"].model_dump(exclude_defaults=True, mode="json")

    assert found.findings == ()
    assert shop == {
        "id": "petstore",
        "name": "Pet Store",
        "description": "Sells pets (invented for the tests).",
        "type": "api",
        "lifecycle": "production",
        "system": "shop",
        "owners": [{"ref": "team:keepers"}],
        "depends_on": [{"service": "cash"}],
        "repos": [{"url": "https://github.com/example/petstore"}],
        "links": [
            {"type": "runbook", "url": "https://example.org/runbook", "title": "When it is down"},
            {"type": "other", "url": "https://example.org/chart"},
        ],
        "alerts": {"pagerduty": ["P123"]},
        "tags": ["java", "shop"],
    }
    assert (found.catalog.services["cash"].description, found.catalog.services["cash"].system) == ("cash", "petstore")
    assert found.catalog.services["shop"].type == "infrastructure"
    assert [(one.person, one.role) for one in found.catalog.teams["keepers"].members] == [
        ("ann", "lead"),
        ("ben", "member"),
    ]
    assert found.catalog.teams["keepers"].contacts[0].value == "keepers@example.org"
    assert found.catalog.people["ann"].github == "ann-login"


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("  tags: [java, shop]", "  labels: {a: b}", '10:3: the catalog has no place for "metadata.labels"'),
        ("  system: shop", "  providesApis: [x]", '21:3: the catalog has no place for "spec.providesApis"'),
        (
            "  system: shop",
            "  sistem: shop",
            '21:3: the catalog has no place for "spec.sistem" — did you mean "spec.system"?',
        ),
        (
            "  name: petstore",
            "  name: petstore\n  namespace: zoo",
            '5:3: the catalog has no place for "metadata.namespace"',
        ),
        (
            "    pagerduty.com/service-id: P123",
            "    a.org/b: c",
            '9:5: the catalog has no place for "metadata.annotations.a.org/b"',
        ),
        (
            "kind: System",
            "kind: API",
            "36:1: the catalog has no place for an API; it takes User, Group, Component, System, and Resource",
        ),
        ("children: []", "children: [x]", '52:3: the catalog has no place for "spec.children"'),
        ("leader: ann", "parent: all", '54:3: the catalog has no place for "spec.parent"'),
        ("    - component:cash", "    - resource:db", '22:3: which part does "resource:db" play? Say so in `hosting`'),
    ],
)
def test_what_has_no_place_is_refused_by_name_or_left_out_and_told(old, new, finding):
    text = THEIRS.replace(old, new, 1)
    strict, lenient = taken(text), taken(text, lenient=True)

    assert strict.catalog is None
    assert [line for line in said(strict) if line.startswith(finding)]
    assert lenient.catalog is not None
    assert {one.severity for one in lenient.findings} == {"warning"}


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("  lifecycle: production", "  lifecycle: live", "lifecycle cannot be"),
        ("  type: service", "  type: library", "type cannot be"),
        ("backstage.io/v1alpha1", "example.org/v1", "no version of Backstage's entities that I know"),
        ("group:default/keepers", "group:zoo/keepers", "is no reference to a Group"),
        ("component:cash", "api:cash", "is no reference to a Component"),
        ("  name: petstore", "  title: x", "an entity needs metadata.name"),
        ("  name: cash", "  name: petstore", 'Component "petstore" stands twice in this file'),
        ("  title: Pet Store", "  title: [a]", "expected text, found a list"),
        ("  name: petstore", "  name: Pet Store", "4:3: not an id"),
        ("  tags: [java, shop]", "  annotations: {}", 'this field stands twice: "annotations"'),
        ("    pagerduty.com/service-id: P123", "    psfbot.psf.io/hosting: '[{]'", "is not the JSON that psfbot wrote"),
        ("    pagerduty.com/service-id: P123", "    psfbot.psf.io/hosting: '[1]'", "expected a mapping"),
        ("    pagerduty.com/service-id: P123", "    psfbot.psf.io/nothing: '1'", 'unknown field "nothing"'),
        ("tags: [java, shop]", "tags: java", 'expected a list, found "java"'),
        ("  annotations:\n    github.com/user-login: ann-login", "  annotations: x", 'expected a mapping, found "x"'),
        ("kind: System", "kind: Resource", "the catalog has no place for a Resource of type"),
        ("tags: [java, shop]", "tags: &a [java]", "an anchor or an alias"),
        ("tags: [java, shop]", "tags: [java", "this is not YAML"),
        ("tags: [java, shop]", "tags: " + "[" * 200 + "]" * 200, "nested deeper"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(old, new, finding):
    found = taken(THEIRS.replace(old, new, 1))

    assert found.catalog is None
    assert any(finding in line for line in said(found)), said(found)
    assert all(one.line > 0 and one.file == "catalog-info.yaml" for one in found.findings)


@pytest.mark.parametrize(
    "raw", [b"", b"---\n", b"\xff\xfe", b"a\xffb", b"- a\n", b"just text", b"\x00\x01", b"a: \x80"]
)
def test_no_bytes_break_the_reading(raw):
    found = taken(raw)

    assert found.catalog is None or found.records == {}


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.integers(0, len(THEIRS)))
def test_no_damage_breaks_the_reading(noise, at):
    raw = THEIRS.encode()
    found = taken(raw[:at] + noise + raw[at + len(noise) :])

    assert found.catalog is not None or found.findings


def test_a_person_whose_team_is_elsewhere_is_told_to_be_added_by_hand():
    found = taken(THEIRS.replace("memberOf: [keepers]", "memberOf: [others]", 1))

    assert said(found) == ['65:3: team "others" is not in this file, so add the person to its `members` by hand']
    assert found.catalog is not None


def test_one_wrong_annotation_is_told_once():
    annotation = "    pagerduty.com/service-id: P123"
    found = from_backstage(
        THEIRS.replace(annotation, "    psfbot.psf.io/hosting: '[{]'").encode(), "theirs.yaml"
    ).findings

    assert len([one for one in found if "is not the JSON that psfbot wrote" in one.message]) == 1


@pytest.mark.parametrize(
    ("annotation", "finding"),
    [
        ("alerts: '{\"pagerduty\": 3}'", "expected a list, found 3"),
        ("depends_on: '{\"y\": 3}'", "expected a mapping, found 3"),
        ("depends_on: '[{}]'", "expected a mapping, found a list"),
    ],
)
def test_an_annotation_of_ours_of_another_shape_is_told_with_its_place(annotation, finding):
    paged = "    pagerduty.com/service-id: P123"
    found = taken(THEIRS.replace(paged, f"{paged}\n    psfbot.psf.io/{annotation}"))

    assert found.catalog is None
    assert any(finding in line for line in said(found)), said(found)
