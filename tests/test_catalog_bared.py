"""Hidden letters taken out of a text: what is left, and where each of them stood; `tests/faulty` tells the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.catalog.bared import Bared, written_at
from psfbot.catalog.encoding import MOST
from psfbot.catalog.file import read

NBSP = "\N{NO-BREAK SPACE}"
BASE = """schema_version: 1
people:
  ann:
    name: Ann Example
services:
  docs.example.org:
    name: Docs
    description: The docs.
    lifecycle: production
    tier: 1
    owners:
      - ref: person:ann
        role: primary
"""
ODD = "an invisible character (U+00A0) in place of a space: write an ordinary space, or none"


def told(text):
    return [f"{one.line}:{one.column} {one.message}" for one in read(text, "c.yaml").findings]


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ("    tier: 1", f"{NBSP}    tier: 1", "10:1"),
        ("    tier: 1", f"    {NBSP}tier: 1", "10:5"),
        ("    tier: 1", f"{4 * NBSP}tier: 1", "10:1"),
        ("    tier: 1", f"  {NBSP} tier: 1", "10:3"),
        ("tier: 1", f"tier:{NBSP}1", "10:10"),
        ("tier: 1", f"tier{NBSP}: 1", "10:9"),
        ("  ann:", f"  ann{NBSP}:", "3:6"),
        ("  ann:", f"  ann:{NBSP}", "3:7"),
        ("services:", f"services{NBSP}:", "5:9"),
        ("person:ann", f"person:ann{NBSP}", "12:24"),
        ("person:ann", f"person:{NBSP}ann", "12:21"),
        ("- ref", f"-{NBSP}ref", "12:8"),
        ("      - ref", f"{6 * NBSP}-{NBSP}ref", "12:1"),
        ("name: Docs", f'name: "Docs{NBSP}"', "7:16"),
        ("name: Docs", 'name: "Do\\_cs"', "7:14"),
    ],
)
def test_a_space_that_is_none_is_one_finding_at_its_place(before, after, place):
    assert told(BASE) == []
    assert told(BASE.replace(before, after, 1)) == [f"{place} {ODD}"]


@pytest.mark.parametrize("text", [f"The{NBSP}docs.", f">\n      Attention{NBSP}: the{NBSP}docs.", f"'{NBSP}Docs'"])
def test_a_running_text_may_keep_its_words_together(text):
    assert told(BASE.replace("The docs.", text)) == []


@pytest.mark.parametrize(
    ("before", "after", "place", "code"),
    [
        ("The docs", "Th\u202ee docs", "8:20", "202E"),
        ("person:ann", "person:ann\u200b", "12:24", "200B"),
        ("person:ann", "person:a\u200b\u200b\u200bnn", "12:22", "200B"),
        ("  ann:", "  a\u200bnn:", "3:4", "200B"),
        ("services:", "serv\u00adices:", "5:5", "00AD"),
        ("lifecycle", "life\u2060cycle", "9:9", "2060"),
        ("schema_version", "# \u2067.\nschema_version", "1:3", "2067"),
        ("The docs.", '"The \\" \\\\ docs\\u200b"', "8:33", "200B"),
        ("The docs.", '"The docs,\n      and \\x7f"', "9:11", "007F"),
        ("The docs.", '"The docs\\U000E0041"', "8:27", "E0041"),
        ("name: Docs", 'name: "Do\\tcs"', "7:14", "0009"),
        ("name: Docs", "name: Do\tcs", "7:13", "0009"),
    ],
)
def test_an_invisible_letter_is_one_finding_at_its_place(before, after, place, code):
    assert told(BASE.replace(before, after, 1)) == [f"{place} an invisible character (U+{code}): remove it"]


def test_joiners_of_emoji_and_of_some_scripts_are_left_alone():
    lines = ['    name: "👩\u200d💻"', "    name: می\u200cخواهم"]

    assert Bared(lines).lines == lines
    assert Bared(lines).slips == []


def test_other_faults_of_the_same_line_keep_their_columns():
    text = BASE.replace("    tier: 1", f"    {NBSP}tier: 7").replace("person:ann", "per\u200bson:bob")

    assert told(text) == [
        f"10:5 {ODD}",
        "10:12 tier cannot be 7 (allowed: 1, 2, 3, 4, unknown)",
        '12:14 no person "bob" — did you mean "ann"?',
        "12:17 an invisible character (U+200B): remove it",
    ]


def test_a_file_full_of_them_is_told_of_only_so_often():
    assert len(Bared([f"{NBSP}a: \u200bb"] * MOST * 3).slips) == MOST


@given(st.text(st.sampled_from("ab:- \u200b\u202e\u00a0\u3000"), max_size=20))
def test_every_letter_that_is_left_is_found_where_it_was_written(line):
    bared = Bared([line])
    text, gone = bared.lines[0], bared.gone.get(0, [])
    columns = [written_at(column, gone) for column in range(1, len(text) + 1)]

    assert sorted([*columns, *(place + 1 for place in gone)]) == list(range(1, len(line) + 1))
    assert all(line[column - 1] == letter or letter == " " for column, letter in zip(columns, text, strict=True))
    assert (text == line) == (bared.slips == [])


@given(st.text(st.sampled_from("ab:- \u200b\u202e\u00a0\u3000"), max_size=20))
def test_what_was_set_right_is_right(line):
    assert Bared(Bared([line]).lines).slips == []
