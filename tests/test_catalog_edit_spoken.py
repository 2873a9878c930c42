"""Changes of the catalog by people who write as they speak, and of many records at once."""

import re
from datetime import date
from pathlib import Path

import pytest

from psfbot.catalog.edit import New, Remove, Rename, Set, edited
from psfbot.catalog.editing.node import parsed

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")
TODAY = date(2026, 11, 20)


def edit(change, text=SAMPLE, said=None):
    return edited(text, change, TODAY, said)


def test_the_last_owner_may_go_with_a_warning():
    one = edit(Remove("hg.python.org", "owners"))

    assert one.warnings == ("hg.python.org: it has no owner now, so nobody is asked about it.",)
    assert edit(Set("hg.python.org", "tier", "3"), one.text).warnings == ()


@pytest.mark.parametrize("said", ["zoe", "@zoe", "https://github.com/zoe/", "GitHub.com/zoe"])
def test_a_login_on_github_is_written_without_its_sign_or_address(said):
    assert edit(Set("mdk", "github", said)).after.people["mdk"].github == "zoe"


@pytest.mark.parametrize("said", ["people/zoe", "person/zoe", "person:zoe", "Person:zoe"])
def test_a_new_record_says_its_kind_as_any_other_does(said):
    done = edit(New(said, {"name": "Zoe of the Tests", "github": "zoe"}))

    assert done.words == ("person zoe: new person (Zoe of the Tests; github zoe)",)


def test_a_service_whose_id_begins_like_a_kind_is_found():
    text = edit(New("people.python.org", {"description": "Invented.", "owner": "mdk"})).text

    assert edit(Set("people.python.org", "tier", "2"), text).after.services["people.python.org"].tier == 2


def test_a_field_decides_between_a_service_and_a_provider_of_the_same_id():
    text = edit(New("aws", {"description": "Invented.", "owner": "mdk"})).text

    assert edit(Set("aws", "homepage", "https://example.org"), text).records == (("providers", "aws"),)
    assert edit(Set("aws", "tier", "2"), text).records == (("services", "aws"),)


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
@pytest.mark.parametrize("braces", ["{}", "{ }  # nobody yet"])
def test_a_section_that_is_empty_in_braces_takes_its_first_record(braces, end):
    text = f"schema_version: 1{end or chr(10)}rooms: {braces}{end}"
    done = edit(New("rooms/talk", {"public": "true", "irc": "#talk"}), text)

    assert done.after.rooms["talk"].irc == "#talk"
    assert done.text.count("\n") == done.text.count(end or "\n")
    assert ("# nobody yet" in done.text) == ("#" in braces)


def test_a_rename_reads_each_record_that_names_it_once_before_and_once_after():
    some = "".join(
        f"  s{number}:\n    name: s{number}\n    description: Invented.\n    lifecycle: production\n"
        "    hosting:\n      - role: cdn\n        provider: big\n"
        for number in range(100)
    )
    text = f"schema_version: 1\nproviders:\n  big:\n    name: Big\nservices:\n{some}"
    parsed.cache_clear()
    done = edit(Rename("provider:big", "huge"), text)

    assert done.text.count("provider: huge") == 100
    assert parsed.cache_info().misses <= 2 * 101 + 3


def test_the_places_in_a_diff_of_many_parts_are_those_of_the_lines():
    some = "".join(
        f"  s{number}:\n    name: s{number}\n    description: Invented.\n    lifecycle: production\n"
        "    hosting:\n      - role: cdn\n        provider: big\n" + "    # filler\n" * 9
        for number in range(10, 30)
    )
    text = f"schema_version: 1\nproviders:\n  big:\n    name: Big\nservices:\n{some}"
    done = edit(Rename("provider:big", "huge"), text)
    old, new = text.splitlines(), done.text.splitlines()
    hunks = re.findall(r"^@@ -(\d+),\d+ \+(\d+),\d+ @@\n (.*)$", done.diff, re.MULTILINE)

    assert len(hunks) == 21
    assert all(old[int(was) - 1] == new[int(is_) - 1] == line for was, is_, line in hunks)
