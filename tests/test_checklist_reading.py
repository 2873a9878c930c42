"""A template's file: what it says, and every fault of it by line and column, all at once."""

from textwrap import dedent

import pytest
from checklist_kit import MOVE, SAMPLE, Page, template

from psfbot.catalog.file import load
from psfbot.checklists.reading import read_template
from psfbot.checklists.template import span
from psfbot.checklists.variables import WORDS, filled, filled_data, missing, of_service

HEAD = """\
name: move
title: Move
about: For tests.
applies_to: "lifecycle:production"
"""
BAD = {
    "unknown check": (
        'steps:\n  - {id: a, text: x, check: {name: pag, url: "https://x/"}}\n',
        ['6:36 no check "pag" — did you mean "page"?'],
    ),
    "a check that is like no other": (
        "steps:\n  - {id: a, text: x, check: {name: zzz}}\n",
        ['6:36 no check "zzz": there are page'],
    ),
    "wrong arguments": (
        "steps:\n  - id: a\n    text: x\n    check: {name: page, ulr: y, status: often}\n",
        [
            '8:25 unknown field "ulr" — did you mean "url"?',
            '8:41 expected a whole number, found "often"',
        ],
    ),
    "a missing argument": (
        "steps:\n  - id: a\n    text: x\n    check: {name: page}\n",
        ['8:5 missing field "url"'],
    ),
    "a variable where a number belongs is no fault": (
        'variables: {code: {ask: x}}\nsteps:\n  - {id: a, text: x, check: {name: page, url: y, status: "{code}"}}\n',
        [],
    ),
    "unknown needs": (
        "steps:\n  - {id: first, text: x}\n  - {id: b, text: x, needs: [frist]}\n",
        ['7:30 no step "frist" — did you mean "first"?'],
    ),
    "a cycle": (
        "steps:\n  - {id: a, text: x, needs: [c]}\n  - {id: b, text: x}\n  - {id: c, text: x}\n",
        ["6:29 these steps wait for each other: a -> c -> b -> a (a step without `needs` waits for the one above it)"],
    ),
    "a step that needs itself": (
        "steps:\n  - {id: a, text: x, needs: [a]}\n",
        ["6:30 a step cannot wait for itself"],
    ),
    "a missing variable": (
        "variables: {target: {ask: Where?}}\nsteps:\n  - id: a\n    text: |\n      To {target},\n      or {tagret}.\n",
        ['10:10 no variable "tagret" — did you mean "target"?'],
    ),
    "an unknown word of the service": (
        "steps:\n  - id: a\n    text: x {service.domian}\n",
        ['7:13 no variable "service.domian" — did you mean "service.domain"?'],
    ),
    "a default that names another variable": (
        'variables: {a: {ask: x, default: "{b}"}, b: {ask: x}}\nsteps:\n  - {id: a, text: "{a} {b}"}\n',
        ['5:35 no variable "b": under `variables:` are a, b, and of the service there are ' + ", ".join(WORDS)],
    ),
    "a variable that nobody uses": (
        "variables: {a: {ask: x}}\nsteps:\n  - {id: a, text: x}\n",
        ['5:13 warning: variable "a" is never used: take it out, or write {a} where it belongs'],
    ),
    "a default that may not stand": (
        "variables: {a: {ask: x, default: c, one_of: [b]}}\nsteps:\n  - {id: a, text: '{a}'}\n",
        ['5:34 "c" is none of the values in one_of'],
    ),
    "two steps of one name": (
        "steps:\n  - {id: a, text: x}\n  - {id: a, text: x}\n",
        ['7:10 a second step "a": each has an id of its own (steps 1 and 2)'],
    ),
    "an unknown field": (
        "steps:\n  - {id: a, text: x, gates: y}\n",
        ['6:22 unknown field "gates" — did you mean "gate"?'],
    ),
    "a wrong word": (
        "steps:\n  - {id: a, text: x, who: membr}\n",
        ['6:27 who cannot be "membr" — did you mean "member"? (allowed: member, responder, owner, admin)'],
    ),
    "a length that is none": (
        "stale_after: soon\nsteps:\n  - {id: a, text: x}\n",
        ['5:14 no length of time: "soon"; write 30min, 6h, 14d or 2w'],
    ),
    "looking again without a check": (
        "steps:\n  - {id: a, text: x, recheck: 6h}\n",
        ["6:31 `recheck` means nothing without a check: say which one under `check:`"],
    ),
    "evidence of a check that is not there": (
        "steps:\n  - {id: a, text: x, evidence: check}\n",
        ["6:32 `evidence` means nothing without a check: say which one under `check:`"],
    ),
    "a source that is none": (
        "steps:\n  - {id: a, text: x, source: 'http://x'}\n",
        [
            (
                '6:30 neither a page nor the id of a source: "http://x"; '
                "write https://…, or an id from the catalog's sources"
            )
        ],
    ),
    "a change of a field that the catalog does not have": (
        "ends_in: [{set: hosting.origin.regoin, to: x}]\nsteps:\n  - {id: a, text: x}\n",
        ['5:17 "regoin" is no field of a service there — did you mean "region"?'],
    ),
    "a change of a role that there is not": (
        "ends_in: [{set: hosting.orign.region, to: x}]\nsteps:\n  - {id: a, text: x}\n",
        ['5:17 "orign" is no field of a service there — did you mean "origin"?'],
    ),
    "a change of a record of no section": (
        "ends_in: [{of: platfroms/x, set: tier, to: 1}]\nsteps:\n  - {id: a, text: x}\n",
        ['5:16 the catalog has no section "platfroms" — did you mean "platforms"?'],
    ),
    "too many steps say nothing more": (
        "steps:\n" + "  - {id: a, text: x}\n" * 201,
        ["6:3 201 steps: a checklist has one at least, and at most 200"],
    ),
    "no steps": ("steps: []\n", ["5:8 0 steps: a checklist has one at least, and at most 200"]),
    "no field steps": ("", ['1:1 missing field "steps"']),
    "a broken bracket hides no other fault": (
        "stale_after: x\nsteps:\n  - {id: a, text: x}\n  - {id: b, needs: [a\n",
        [
            '5:14 no length of time: "x"; write 30min, 6h, 14d or 2w',
            '8:20 this "[" is never closed, or a comma is missing after it',
        ],
    ),
    "an anchor": (
        "steps:\n  - {id: a, text: &x y}\n",
        ["6:19 an anchor (&x) is not allowed here: write the value where it is needed"],
    ),
}


def faults(text, **more):
    sheet = read_template(text, "t.yaml", {"page": Page}, **more)
    return [f"{f.line}:{f.column} {'warning: ' * (f.severity == 'warning')}{f.message}" for f in sheet.findings]


@pytest.mark.parametrize(("text", "wanted"), BAD.values(), ids=BAD)
def test_a_fault_is_told_with_its_place(text, wanted):
    found = faults(HEAD + text)

    assert found[: len(wanted)] == wanted
    assert len(found) == len(wanted) or "never closed" in found[-1], found


def test_all_faults_are_told_at_once():
    text = HEAD.replace("lifecycle:production", "lifecycle:") + dedent("""\
        steps:
          - {id: a, text: "{nobody}", needs: [z], who: x, check: {name: page, status: y}}
          - {id: a, text: x, evidense: url}
        """)

    assert [line.partition(" ")[0] for line in faults(text)] == [
        "4:13",
        "6:20",
        "6:39",
        "6:48",
        "6:51",
        "6:79",
        "7:10",
        "7:22",
    ]


def test_a_query_is_held_against_a_catalog_where_there_is_one():
    catalog = load(SAMPLE).catalog
    text = HEAD.replace("lifecycle:production", "provider:digitalocaen") + "steps:\n  - {id: a, text: x}\n"

    assert faults(text) == []
    assert "digitalocaen" in faults(text, catalog=catalog)[0]


def test_a_default_is_held_against_a_catalog_where_there_is_one():
    text = HEAD + "variables: {r: {ask: x, kind: region, default: nyc11}}\nsteps:\n  - {id: a, text: '{r}'}\n"

    assert faults(text) == []
    assert faults(text, catalog=load(SAMPLE).catalog) == [
        '5:48 the catalog knows no region "nyc11" — did you mean "nyc1"?'
    ]


def test_an_empty_file_and_a_list_are_no_templates():
    assert faults("") == ["1:1 the file is empty"]
    assert faults("- a\n") == ["1:1 expected fields such as name:, title:, about:, found a list"]


def test_a_step_without_needs_waits_for_the_one_above():
    steps = template().steps

    assert [template().needed(step) for step in steps] == [(), ("prepare",), ("build",), ("look",), ()]


def test_lengths_are_times():
    assert [span(one).total_seconds() for one in ("30min", "6h", "14d", "2w")] == [1800, 21600, 1209600, 1209600]


def test_variables_are_filled_in_and_what_nobody_knows_stays_as_it_is_written():
    values = {"a": "1", "service.id": "docs"}

    assert filled("{a} {b} {service.id} {{a}} {not one}", values) == "1 {b} docs {a} {not one}"
    assert missing("{a} {b} {b}", values) == ("b",)
    assert filled_data({"x": ["{a}", 2, True], "y": None}, values) == {"x": ["1", 2, True], "y": None}


def test_a_service_is_known_by_its_words_and_what_the_catalog_does_not_know_is_left_out():
    catalog = load(SAMPLE).catalog
    known = of_service(catalog, catalog.services["docs.python.org"])

    assert known["service.id"] == "docs.python.org"
    assert known["service.domain"] == "docs.python.org"
    assert known["service.owner"] == "Julien Palard"
    assert known["service.provider"] == "digitalocean"
    assert "service.architecture" not in known


def test_the_example_of_these_tests_has_no_fault():
    assert faults(MOVE) == []
