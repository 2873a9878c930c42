"""Does the catalog hold a proposal? Asked where a forge cannot tell, such as of a patch that somebody applied."""

import pytest
from test_catalog_edit import DOCS, edit
from test_proposals import TODAY, made, proposal, text

from psfbot.catalog.change import Add, New, Remove, Set
from psfbot.errors import UserError
from psfbot.proposals.making import holds, make, read_last

ENTRIES = [
    Add(DOCS, "owner", "ee as backup"),
    Add(DOCS, "link", "dashboard https://example.org/docs"),
    Add(DOCS, "contact", "email docs@example.org"),
    Add(DOCS, "repo", "https://github.com/python/example"),
    Add(DOCS, "history", "2026-05-03 Moved."),
    Add(DOCS, "history", "Moved."),
    Add(DOCS, "exemptions", "runbook-link static files until 2027-06-30"),
    Set(DOCS, "exemptions", "runbook-link static files until 2027-06-30"),
    Add(DOCS, "depends_on", "downloads as soft"),
    Add(DOCS, "depends_on", "downloads"),
    Add(DOCS, "hosting", "dns fastly"),
    Add("team:docs", "members", "coffee as lead"),
]
OTHERS = [
    Set(DOCS, "verified", "today"),
    Set(DOCS, "verified", "2026-11-01"),
    Set(DOCS, "provenance.owners.note", "asked on the list"),
    Set(DOCS, "cdn", "none"),
    Set(DOCS, "tier", "none"),
    Remove(DOCS, "runbook"),
    New("person:zoe", {"name": "Zoe Example"}),
    New("people/zoe", {"name": "Zoe Example"}),
]


def proposed(change):
    """A proposal of one change, kept under the record that it is about."""
    if isinstance(change, New):
        return proposal(change)
    section = "teams" if change.record.startswith("team:") else "services"
    return proposal(change, section=section, id=change.record.removeprefix("team:"))


@pytest.mark.parametrize("change", [*ENTRIES, *OTHERS], ids=str)
def test_a_merged_change_is_known_by_the_file_alone_and_not_before(change):
    one = proposed(change)
    after = make(text(), one.changes, one.said, TODAY).text

    assert (holds(text(), one), holds(after, one)) == (False, True)


@pytest.mark.parametrize("change", ENTRIES, ids=str)
def test_an_entry_that_is_there_already_is_not_put_there_twice(change):
    with pytest.raises(UserError, match=r"is in .* already\."):
        edit(change, edit(change).text)


def test_a_second_entry_of_hosting_may_say_less_than_the_first():
    add = Add(DOCS, "hosting", "origin digitalocean")
    done = edit(add)

    assert len(done.after.services[DOCS].hosted("origin")) == 2
    with pytest.raises(UserError, match=r"is in hosting already\."):
        edit(add, done.text)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("documentation, docs", "aliases holds just these already, in another order"),
        (",", "say the values of aliases, or none"),
    ],
)
def test_a_list_that_would_not_become_what_was_said_is_left_alone(value, words):
    with pytest.raises(UserError, match=words):
        made(Set(DOCS, "aliases", value))


def test_many_proposals_are_held_against_one_reading_of_the_catalog():
    now = text() + "# read once\n"
    before = read_last.cache_info().misses
    for change in ENTRIES:
        assert not holds(now, proposed(change))

    assert read_last.cache_info().misses == before + 1
