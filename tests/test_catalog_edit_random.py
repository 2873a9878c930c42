"""Any change to any catalog changes what was meant and keeps the rest: its comments, its line ends, its other facts.

`PSFBOT_TEST_EDITS` is how many edits are drawn; a thousand take some minutes.
"""

import os
import random
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import ugly

from psfbot.catalog.change import Remove, Rename, Set, said_in_chat
from psfbot.catalog.edit import edited
from psfbot.catalog.editing.node import comments, parsed
from psfbot.catalog.file import read
from psfbot.errors import UserError

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 20)
EDITS = int(os.environ.get("PSFBOT_TEST_EDITS", "60"))
SHARE = 10
"""So many tests share the edits."""
REFUSED = re.compile(
    r"already|owners|members|no value|not be right|still named|cannot be left out|would be lost|is not in|fit:"
    r"|no entry|changes nothing|written in braces|without touching something else"
)
"""What may be said to a change drawn at random."""


@pytest.mark.parametrize("number", range(SHARE))
def test_a_random_edit_of_an_ugly_catalog_changes_what_was_meant_and_nothing_else(number):
    draw = random.Random(number)  # noqa: S311 - what is drawn is no secret
    neat = (ROOT / "tests" / "sample.yaml").read_text("utf-8")
    done = 0
    while done < EDITS * 2 / 3 / SHARE:
        text = ugly.ugly(neat, draw)
        before = read(text, "ugly")
        assert before.catalog is not None, [one.message for one in before.errors]
        for _ in range(5):
            done += holds(text, before, draw)


@pytest.mark.parametrize("number", range(SHARE))
def test_a_random_edit_of_the_real_catalog_changes_what_was_meant_and_nothing_else(number):
    draw = random.Random(number)  # noqa: S311 - what is drawn is no secret
    text = (ROOT / "catalog.yaml").read_text("utf-8")
    before = read(text, "catalog.yaml")
    done = 0
    while done < EDITS / 3 / SHARE:
        done += holds(text, before, draw)


def holds(text, before, draw):
    """One edit with all that must be true of it; 0 where it was refused, and rightly."""
    change, where = ugly.change(before.catalog, draw)
    said = (
        said_in_chat(draw.choice(sorted(before.catalog.people)), TODAY, "so it is: é") if draw.random() < 0.5 else None
    )
    refused = ""
    try:
        done = edited(text, change, TODAY, said, catalog=before.catalog)
    except UserError as error:
        refused = str(error)
    if refused:
        assert REFUSED.search(refused), (change, refused)
        return 0
    after = read(done.text, "ugly")
    assert after.catalog == done.after, (change, [one.message for one in after.errors])
    assert Counter(one.rule for one in after.errors) <= Counter(one.rule for one in before.errors)
    assert only_meant(before.catalog, done.after, where, change, done.records)
    keeps_comments(text, done.text, change)
    keeps_the_form(text, done.text)
    small(text, done, change, said)
    return 1


def only_meant(before, after, where, change, records):
    """No record but the one that was meant differs, nor any field but its own and its provenance."""
    others = 0
    for kind in type(before).model_fields:
        old, new = getattr(before, kind), getattr(after, kind)
        if kind == "schema_version" or old is new or isinstance(change, Rename):
            continue
        for id_ in {*old, *new}:
            if (kind, id_) not in {where, ("sources", "chat")} and old.get(id_) != new.get(id_):
                others += 1
    if isinstance(change, Set) and change.field in {"description", "name", "note", "irc", "email", "tier"}:
        was, is_ = getattr(before, where[0])[where[1]], getattr(after, where[0])[where[1]]
        value = None if change.value == "none" else int(change.value) if change.field == "tier" else change.value
        meant = {change.field: value, "provenance": is_.provenance}
        others += was.model_copy(update=meant) != is_
    return others == 0 and records


def keeps_comments(old, new, change):
    """Every comment is still there; what is taken out takes those on its own lines with it."""
    was, is_ = (found(one) for one in (old, new))
    lost, come = was - is_, is_ - was

    assert not come, (change, come)
    assert not lost or isinstance(change, Remove) or getattr(change, "value", "") == "none" or few(lost, change), (
        change,
        lost,
    )


def few(lost, change):
    """A list that is set anew may lose what stood behind an item that is gone."""
    return isinstance(change, Set) and change.field in {"aliases", "alerts.pingdom"}


def found(text):
    """The comments of a text."""
    text = text.removeprefix("\ufeff")
    return comments(text, parsed(text))


def keeps_the_form(old, new):
    """Line ends and the byte order mark are what they were."""
    assert new.startswith("\ufeff") == old.startswith("\ufeff")
    assert ("\r" in new) == ("\r" in old)
    assert "\n" not in new.replace("\r\n", "") or "\r" not in old


def small(text, done, change, said):
    """One fact is one line; where it comes from may be one more, or a few where something was said of it before."""
    lines = [line for line in done.diff.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]
    if not isinstance(change, Set) or said or change.field not in {"description", "name", "note", "tier", "irc"}:
        return
    if not text.endswith("\n"):
        return  # the last line gets its end with a line behind it
    added = [line for line in lines if line[0] == "+"]

    assert len(added) <= 1, (change, lines)
    assert change.value == "none" or text.count("\n") - done.text.count("\n") + len(added) == len(lines) - len(added)
