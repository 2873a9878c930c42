"""A section in the wrong column is one fault with its cause, and whatever else is wrong is still told."""

import re
from pathlib import Path

import pytest

from psfbot.catalog.file import read
from psfbot.catalog.model import KINDS
from psfbot.catalog.straight import Straight

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text(encoding="utf-8")
FULL = [kind for kind in KINDS if f"\n{kind}:\n" in SAMPLE]
WAYS = {
    "all of it indented": lambda text: re.sub("(?m)^(?=.)", "  ", text),
    "all of it far to the right": lambda text: re.sub("(?m)^(?=.)", "      ", text),
    "only its first line indented": lambda text: "  " + text,
    "its first line indented by one": lambda text: " " + text,
    "its records in the first column": lambda text: re.sub("(?m)^  (?=[^ #])", "", text),
    "all below it two columns to the left": lambda text: re.sub("(?m)^  ", "", text),
    "fields as far left as their records": lambda text: re.sub("(?m)^    ", "  ", text),
    "records as far right as their fields": lambda text: re.sub("(?m)^  (?=[^ #])", "    ", text),
}


def section(kind):
    """Where a section of the sample starts and ends."""
    found = re.search(rf"^{kind}:\n(?:(?![a-z]).*\n)*", SAMPLE, re.MULTILINE)
    return found.span()


@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize("way", WAYS)
def test_a_section_in_the_wrong_column_is_one_fault(kind, way):
    start, end = section(kind)
    text = SAMPLE[:start] + WAYS[way](SAMPLE[start:end]) + SAMPLE[end:]
    found = read(text, "c.yaml").findings

    assert [one.rule for one in found] == ["indentation"]
    assert text.splitlines()[found[0].line - 1][found[0].column - 1 :].split(":")[0] in found[0].message


@pytest.mark.parametrize("way", WAYS)
def test_another_fault_in_it_is_told_in_the_column_in_which_it_is_written(way):
    start, end = section("services")
    wrong = SAMPLE[start:end].replace("lifecycle: archive", "lifecycle: archived")
    text = SAMPLE[:start] + WAYS[way](wrong) + SAMPLE[end:]
    cause, other = read(text, "c.yaml").findings

    assert (cause.rule, other.rule) == ("indentation", "choice")
    assert text.splitlines()[other.line - 1][other.column - 1 :] == "archived"


@pytest.mark.parametrize(
    "text",
    [
        "rooms:\n  oncall:\n    irc: '#oncall'\n    public: yes\n",
        "services:\n  config:\n    name: x\n  links:\n    name: y\n",
        "people:\n  rooms:\n    nmae: Rooms Example\n",
        "teams:\n  infra:\n    name: Infra\n    rooms:\n      - x\n",
        "weather:\n  a:\n    name: x\n",
    ],
)
def test_records_that_are_called_like_sections_or_fields_are_where_they_belong(text):
    found = read("schema_version: 1\n" + text, "c.yaml").findings

    assert found
    assert "indentation" not in {one.rule for one in found}


def test_a_section_of_wider_steps_loses_only_the_record_that_is_broken():
    text = """schema_version: 1
people:
    anna:
        name: 'Anna
    bob:
        name: Bob Example
teams:
    infra:
        name: Infra
        members:
            - person: anna
            - person: bob
"""

    assert [(one.line, one.column, one.rule) for one in read(text, "c.yaml").findings] == [(4, 15, "syntax")]


def test_a_dash_too_near_is_told_at_its_own_column_also_where_the_section_is_moved():
    text = """schema_version: 1
people:
  ann:
    name: Ann Example
  teams:
    infra:
      name: Infra
      members:
        -person: ann
          role: lead
        -person: bob
"""
    found = [(one.line, one.column, one.message) for one in read(text, "c.yaml").findings]

    assert found == [
        (5, 3, 'section "teams" is indented: it starts in the first column, and its records two spaces further'),
        (9, 9, 'a space is missing behind the dash: write "- person:"'),
        (11, 9, 'a space is missing behind the dash: write "- person:"'),
        (11, 18, 'no person "bob"'),
    ]


def test_a_dash_in_a_text_or_before_something_else_is_left_alone():
    lines = ["  a:", "    description: >", "      -note: is a text", "    -x: 1", "  -ref: 1", "      - ref: x"]

    assert Straight(lines).lines == lines
