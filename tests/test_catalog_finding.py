"""How findings are told, and the words for what the models do not allow."""

import json
import re

import pytest

from psfbot.catalog import model
from psfbot.catalog.faults import BY_PATTERN, told
from psfbot.catalog.fields import allowed, fields
from psfbot.catalog.finding import Finding, as_github, as_json, as_text, shown
from psfbot.catalog.nearest import did_you_mean, nearest

TWO = (
    Finding("a,b:c.yaml", 3, 5, "50% of\r\nit, is: wrong", "rule-one", "error", "services/x"),
    Finding("c.yaml", 4, 1, "hm", "rule-two", "warning"),
)


def test_findings_are_told_as_text_one_a_line():
    assert as_text(TWO[1:]) == "c.yaml:4:1: warning: hm"
    assert as_text(()) == ""


def test_findings_are_told_as_json():
    assert json.loads(as_json(TWO))[0] == {
        "file": "a,b:c.yaml", "line": 3, "column": 5, "message": "50% of\r\nit, is: wrong",
        "rule": "rule-one", "severity": "error", "path": "services/x",
    }  # fmt: skip
    assert json.loads(as_json(())) == []


def test_findings_are_told_to_github_with_its_escapes():
    assert as_github(TWO).splitlines() == [
        "::error file=a%2Cb%3Ac.yaml,line=3,col=5,title=rule-one::50%25 of%0D%0Ait, is: wrong",
        "::warning file=c.yaml,line=4,col=1,title=rule-two::hm",
    ]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("a\n\x1b[31mb\u202e", '"a [31mb"'), ("x" * 99, f'"{"x" * 59}…"'), (None, "nothing"), (False, "false"),
        (3, "3"), ([1], "a list"), ({}, "a mapping"),
    ],
)  # fmt: skip
def test_a_value_is_quoted_short_and_on_one_line(value, words):
    assert shown(value) == words


@pytest.mark.parametrize(
    ("word", "choices", "found"),
    [
        ("mkd", ["mdk", "mike"], ["mdk"]),
        ("teir", ["tier", "type"], ["tier"]),
        ("ower", ["owners", "other"], ["owners"]),
        ("Fastly", ["fastly", "fast"], ["fastly"]),
        ("prod", ["production", "product", "unknown"], ["product"]),
        ("prod", ["production", "unknown"], ["production"]),
        ("x", ["y", "z"], []),
        ("ab", ["abcdef"], []),
        ("", ["a"], []),
        ("elsewhere", ["docs", "www"], []),
        ("documentatoin", ["documentation"], ["documentation"]),
    ],
)
def test_the_nearest_word_is_a_slip_away_or_begins_so(word, choices, found):
    assert nearest(word, choices) == found


def test_several_near_words_come_closest_first():
    assert nearest("docs", ["dosc", "doc", "docks", "socd"], limit=3) == ["doc", "docks", "dosc"]
    assert did_you_mean("docs", ["elsewhere"]) == ""


def test_every_pattern_of_the_models_has_words():
    patterns = set(re.findall(r'"pattern": ("[^"]*")', json.dumps(model.Catalog.model_json_schema())))

    assert {json.loads(one) for one in patterns} == BY_PATTERN.keys()


def test_an_error_that_nobody_foresaw_is_told_without_jargon():
    error = {"type": "frozen_field", "loc": ("services", "a", "name"), "msg": "Field is frozen", "input": "x"}

    assert [one.message for one in told([error])] == ['"x" cannot stand here']


def test_the_models_say_what_may_stand_where():
    assert allowed(("services", "x", "tier")) == [1, 2, 3, 4, "unknown"]
    assert allowed(("services", "x", "hosting", 0, "architecture")) == ["amd64", "arm64", "multi", "unknown"]
    assert allowed(("services", "x", "name")) == []
    assert fields(("services", "x", "config")) == ["tool", "repo", "path"]
    assert fields(("services", "x", "provenance", "default"))[:2] == ["source", "sources"]
    assert fields(("services", "x", "name")) == []
