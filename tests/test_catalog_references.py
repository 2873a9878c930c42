"""Names that lead somewhere, checked over plain data; `tests/faulty` tells the same from the editor's side."""

from pathlib import Path

import pytest

from psfbot.catalog.events import Quick
from psfbot.catalog.finding import Fault
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.references import EVERY, MOST_HINTS, REFERS, check, unknown_plugins
from psfbot.catalog.sense import senseless
from psfbot.catalog.shape import table

SAMPLE = Path(__file__).parent / "sample.yaml"
SERVICE = {"name": "A", "description": "A.", "lifecycle": "production"}


def faults(**sections):
    return check(table(sections))


def messages(**sections):
    return [fault.message for fault in faults(**sections)]


def test_the_sample_leads_somewhere_everywhere():
    assert check(table(Quick(SAMPLE.read_bytes()).root)) == []


def test_every_reference_starts_at_a_field_of_its_record():
    for kind, paths in REFERS.items():
        names = {path.partition(".")[0] for path in [*paths, *EVERY]}

        assert names <= KINDS[kind].model_fields.keys()


def test_every_id_in_the_models_is_looked_up_or_known_to_stand_for_itself():
    """A new field with an id in it has to be entered in `REFERS`, or here."""
    alone = {"tags.*", "alerts", "id"}
    for kind, model in KINDS.items():
        schema = Catalog.model_json_schema()
        found = {
            path
            for path in ids(schema["$defs"][model.__name__], schema["$defs"])
            if path not in alone and not path.startswith("provenance.")
        }

        assert found <= set(REFERS.get(kind, {})), kind


def ids(schema, parts, path=""):
    """The paths in a schema at which an id or a reference to an owner stands."""
    schema = parts[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if "a-z0-9._-]{1,63}$" in schema.get("pattern", ""):
        yield path.removeprefix(".")
    for one in schema.get("anyOf", ()):
        yield from ids(one, parts, path)
    if "items" in schema:
        yield from ids(schema["items"], parts, f"{path}.*")
    for name, one in schema.get("properties", {}).items():
        yield from ids(one, parts, f"{path}.{name}")


@pytest.mark.parametrize(
    ("record", "value"),
    [
        ({"timezone": "Europe/Paris"}, "people"),
        ({"timezone": "UTC"}, "people"),
        ({"escalates_to": 2024}, "teams"),
        ({"rooms": [2024]}, "teams"),
        ({"hosting": [{"provider": "unknown", "region": None}]}, "services"),
        ({"hosting": [{"provider": 2024}]}, "services"),
        ({"owners": [{"ref": "team:2024"}, {"ref": "person:2024"}]}, "services"),
        ({"depends_on": [{"service": "2024", "strength": "hard"}]}, "services"),
        ({"provenance": {"default": {"source": "2024", "by": "person:2024"}}}, "services"),
        ({"domains": ["a", "a.example.org"], "aliases": ["b"]}, "services"),
    ],
)
def test_a_name_that_leads_somewhere_is_fine(record, value):
    others = {kind: {"2024": {}} for kind in KINDS}
    others[value] = {"2024": {}, "a": record}

    assert faults(**others) == []


@pytest.mark.parametrize(
    "odd", [None, True, 7, "x", [], ["x"], [None], {}, {"x": None}, [[]], [{"x": 1}], {"*": {"source": []}}]
)
@pytest.mark.parametrize(
    "field", sorted({path.partition(".")[0] for paths in REFERS.values() for path in paths} | {"aliases"})
)
def test_whatever_stands_in_the_place_of_a_reference_is_left_to_the_models(field, odd):
    found = faults(**{kind: {"a": {field: odd}} for kind in KINDS})

    assert all(isinstance(fault, Fault) for fault in found)


def test_what_may_be_the_id_of_a_lost_record_is_known():
    owners = [{"ref": f"person:{id_}"} for id_ in ("lost", "stray", "anna", "docs.python.org", "services", "nobody")]
    services = {"docs.python.org": {**SERVICE, "owners": owners}}
    words = {
        ("peple", "lost"),
        ("weather", "stray"),
        ("people", "anna"),
        ("people", "people"),
        ("services", "services"),
    }
    found = check(table({"services": services, "teams": {"anna": {}}}, words))

    assert [one.message for one in found] == [f'no person "{id_}"' for id_ in ("docs.python.org", "services", "nobody")]


def test_what_stands_in_an_unknown_section_may_be_a_record_of_any_kind():
    people = {"anna": {"name": "Anna Example"}}
    teams = {"infra": {"name": "Infra", "members": [{"person": "anna"}, {"person": "bob"}]}}

    assert messages(folks_here=people, teams=teams) == ['no person "bob"']
    assert messages(weather=[1], teams=teams) == ['no person "anna"', 'no person "bob"']


def test_hints_are_given_for_many_wrong_names_but_not_for_thousands():
    people = {f"person-number-{number}": {} for number in range(2 * MOST_HINTS)}
    wrong = [{"person": f"{id_}x"} for id_ in people]
    found = messages(people=people, teams={"a": {"members": wrong}})

    assert sum("did you mean" in one for one in found) == MOST_HINTS
    assert len(found) == 2 * MOST_HINTS


def test_the_same_wrong_name_has_the_same_hint_everywhere():
    teams = {"docs": {}, "infra": {"escalates_to": "dosc"}, "mail": {"escalates_to": "dosc"}}

    assert messages(teams=teams) == ['no team "dosc" — did you mean "docs"?'] * 2


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("the docs", "docs.python.org"),
        ("DOCS", "docs.python.org"),
        ("docs.example.org", "docs.python.org"),
        ("doc.python.org", "docs.python.org"),
    ],
)
def test_a_service_is_also_guessed_from_its_other_names(wrong, hint):
    docs = {**SERVICE, "aliases": ["The Docs", "docs"], "domains": ["docs.example.org"]}
    services = {"docs.python.org": docs, "a": {**SERVICE, "system": wrong}}

    assert messages(services=services) == [f'no service "{wrong}" — did you mean "{hint}"?']


def test_a_name_may_be_used_once_in_each_kind():
    name = {"name": "A", "aliases": ["Docs"]}

    assert faults(people={"a": name}, teams={"a": name}, providers={"a": name}, services={"a": name}) == []


def test_a_clash_is_told_with_the_place_of_the_first():
    services = {"a": {**SERVICE, "aliases": ["Docs"]}, "docs": SERVICE}

    assert faults(services=services) == [
        Fault(
            ("services", "docs"), '"docs" is already a name of a', "name-clash", at="key",
            earlier=("services", "a", "aliases", 0),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lifecycle", "owners", "expected"),
    [
        ("production", ["anna"], ["inactive-sole-owner"]),
        ("production", ["anna", "bob"], ["inactive-owner"]),
        ("production", ["bob"], []),
        ("unknown", ["anna"], ["inactive-sole-owner"]),
        ("planned", ["anna"], ["inactive-sole-owner"]),
        ("experimental", ["anna"], ["inactive-sole-owner"]),
        ("retired", ["anna"], []),
        ("deprecated", ["anna"], []),
        ("archive", ["anna", "bob"], []),
        ("production", [], []),
    ],
)
def test_what_is_live_needs_an_owner_who_is_there(lifecycle, owners, expected):
    people = {"anna": {"name": "Anna Example", "status": "inactive"}, "bob": {"name": "Bob Example"}}
    service = {**SERVICE, "lifecycle": lifecycle, "owners": [{"ref": f"person:{one}"} for one in owners]}

    assert [one.rule for one in faults(people=people, services={"a": service})] == expected


@pytest.mark.parametrize("owners", [None, "anna", ["anna"], [{"role": "primary"}], [{"ref": 7}], [{"ref": "anna"}]])
def test_owners_that_are_badly_written_are_left_to_the_models(owners):
    people = {"anna": {"name": "Anna Example", "status": "inactive"}, "bob": {"status": ["inactive"]}}
    found = faults(
        people=people, services={"a": {**SERVICE, "owners": owners}, "b": {"lifecycle": [], "owners": owners}}
    )

    assert {fault.rule for fault in found} <= {"form"}


def test_circles_that_share_a_service_are_told_each():
    needs = {"a": ["b"], "b": ["c", "a"], "c": ["a"]}
    services = {id_: {**SERVICE, "depends_on": [{"service": one} for one in others]} for id_, others in needs.items()}

    assert messages(services=services) == [
        "hard dependency goes round in a circle: a -> b -> a",
        "hard dependency goes round in a circle: a -> b -> c -> a",
    ]


def test_a_chain_of_thousands_is_no_circle_and_no_trouble():
    services = {f"s{number}": {**SERVICE, "depends_on": [{"service": f"s{number + 1}"}]} for number in range(5000)} | {
        "s5000": SERVICE
    }

    assert faults(services=services) == []


def test_a_domain_may_be_the_id_and_a_slash_at_its_end_tells_nothing_apart():
    one, other = {**SERVICE, "domains": ["a.org/x/"]}, {**SERVICE, "domains": ["b.org", "A.org/x"]}

    assert messages(services={"a.org/x": one, "b.org": other}) == ['"A.org/x" is already a name of a.org/x']
    assert messages(services={"a/": SERVICE, "a": SERVICE}) == []


@pytest.mark.parametrize("kind", ["providers", "teams"])
def test_no_two_providers_or_teams_are_called_the_same(kind):
    fine = {"do": {"name": "DO", "aliases": ["Ocean"]}, "ocean-2": {"name": "Ocean-2"}, "odd": {"name": 7}}

    assert messages(**{kind: fine}) == []
    assert messages(**{kind: {**fine, "sea": {"name": "ocean"}}}) == ['"ocean" is already a name of do']
    assert messages(**{kind: {**fine, "x": {"name": "X", "aliases": ["ocean", "OCEAN"]}}}) == [
        '"ocean" is already a name of do',
        '"OCEAN" is listed twice in this record',
    ]


@pytest.mark.parametrize("field", ["github", "irc", "slack", "pagerduty"])
def test_an_account_belongs_to_one_person(field):
    people = {"anna": {field: "Anna"}, "bob": {field: "anna"}, "carl": {field: None}, "dora": {field: [1]}, "emil": {}}
    (fault,) = faults(people=people)

    assert fault.message == f'"anna" is already the {field} account of anna: each account belongs to one person'
    assert (fault.path, fault.earlier) == (("people", "bob", field), ("people", "anna", field))


@pytest.mark.parametrize("alerts", [None, [], {"pingdom": "x"}, {"pingdom": [["x"], None, {}]}, {"sentry": ["x"]}])
def test_checks_that_are_badly_written_or_of_another_plugin_are_nobody_elses(alerts):
    assert faults(services={"a": {**SERVICE, "alerts": {"pingdom": ["x"]}}, "b": {**SERVICE, "alerts": alerts}}) == []


def test_a_plugin_that_is_not_here_is_a_warning_and_nobody_looks_for_plugins_in_vain():
    services = {"a": {"alerts": {"pingdom": [], "pingdon": []}}, "b": {"alerts": 3}, "c": {}}
    (fault,) = unknown_plugins(services, lambda wanted: {"pingdom", "sentry"} & {*wanted, "sentry"})

    assert fault.message == 'no plugin "pingdon" is installed here — did you mean "pingdom"?'
    assert (fault.path, fault.at, fault.severity) == (("services", "a", "alerts", "pingdon"), "key", "warning")
    assert unknown_plugins({"b": {"alerts": {}}}, lambda _: pytest.fail("nobody names a plugin")) == []


@pytest.mark.parametrize("mail", ["infra at example", "infra@example", "@example.org", "a@b.org, c@d.org", "<a@b.org>"])
def test_an_address_that_no_mail_can_be_sent_to_is_told(mail):
    contact = {"type": "email", "value": mail}
    found = list(senseless(table({"people": {"a": {"email": mail}}, "teams": {"a": {"contacts": [contact]}}})))

    assert [one.message for one in found] == [f'"{mail}" is no e-mail address: write it as name@example.org'] * 2


@pytest.mark.parametrize("mail", ["infra@example.org", "a+b.c_d@mail.example.org", "Łuk@bücher.example", None, "", 7])
def test_an_address_is_left_alone(mail):
    assert list(senseless(table({"people": {"a": {"email": mail}}}))) == []
