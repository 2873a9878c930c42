"""The diff of a change is one that `git apply` takes, and takes no time, however many records stand together."""

import random
import re
import time
from datetime import date
from pathlib import Path

import pytest
import ugly
from hypothesis import given
from hypothesis import strategies as st

from psfbot.catalog.edit import Rename, edited, sound
from psfbot.catalog.editing.hunks import unified
from psfbot.errors import UserError

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")
TODAY = date(2026, 11, 20)
HEAD = re.compile(r"@@ -(\d+),(\d+) \+(\d+),(\d+) @@\n")
LINE = re.compile(r"[^\n]*\n|[^\n]+")
NO_END = "\\ No newline at end of file\n"


def applied(text, diff):
    """The text with a diff put into it, as a patch program would that takes no line on trust."""
    old, new, at = LINE.findall(text), [], 0
    lines = LINE.findall(diff)[2:]
    for number, line in enumerate(lines):
        ends = lines[number + 1 : number + 2] == [NO_END]
        said = line[1:-1] if ends else line[1:]
        if head := HEAD.fullmatch(line):
            first, count, new_first, new_count = map(int, head.groups())
            first -= bool(count)
            new += old[at:first]
            at = first
            assert len(new) == new_first - bool(new_count)
            counts = [one[0] for one in until_head(lines[number + 1 :])]
            assert counts.count(" ") + counts.count("-") == count
            assert counts.count(" ") + counts.count("+") == new_count
        elif line[0] in " -":
            assert old[at] == said
            at += 1
            new += [said] if line[0] == " " else []
        elif line[0] == "+":
            new.append(said)
        else:
            assert line == NO_END
    return "".join([*new, *old[at:]])


def until_head(lines):
    """The lines of one hunk."""
    for line in lines:
        if HEAD.fullmatch(line):
            return
        yield line


@given(
    st.text("ab\n", max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 6), st.text("ac\n", max_size=6)), max_size=5),
)
def test_a_diff_makes_the_new_text_of_the_old_one(text, drawn):
    patches, at = [], 0
    for start, length, new in sorted(drawn):
        first = max(start, at)
        if first + length <= len(text):
            patches.append((first, first + length, new))
            at = first + length + 1
    meant, at = "", 0
    for first, last, new in patches:
        meant += text[at:first] + new
        at = last
    meant += text[at:]

    assert applied(text, unified("it", text, patches)) == meant


@pytest.mark.parametrize("number", range(10))
def test_the_diff_of_an_edit_makes_the_new_file_of_the_old_one(number):
    draw = random.Random(number)  # noqa: S311 - what is drawn is no secret
    text = ugly.ugly(SAMPLE, draw)
    catalog = sound(text, "ugly")
    done = 0
    while done < 5:
        try:
            found = edited(text, ugly.change(catalog, draw)[0], TODAY, catalog=catalog)
        except UserError:
            continue
        done += 1

        assert applied(text, found.diff) == found.text


def test_a_thousand_neighbours_that_name_a_renamed_service_take_no_time():
    services = "".join(
        f"  s{n:04}:\n    name: S{n}\n    description: Number {n}.\n    lifecycle: production\n"
        f"    depends_on:\n      - service: a\n"
        for n in range(1000)
    )
    text = f"services:\n  a:\n    name: A\n    description: All need it.\n    lifecycle: production\n{services}"
    catalog = sound(text, "big")
    start = time.process_time()
    done = edited(text, Rename("a", "b"), TODAY, catalog=catalog)
    taken = time.process_time() - start

    assert applied(text, done.diff) == done.text
    assert done.diff.count("+      - service: b\n") == 1000
    assert taken < 10  # it took ten minutes when all lines of neighbours were compared with each other
