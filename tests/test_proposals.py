"""What a proposal is: kept whole, made anew only as agreed, worded so that nobody is called by accident."""

import asyncio
from datetime import date, timedelta

import pytest
from stage import NOON, SAMPLE

from psfbot.catalog.change import Add, Delete, New, Remove, Rename, Retire, Set, Verify, said_in_chat
from psfbot.errors import UserError
from psfbot.proposals.making import again, holds, make
from psfbot.proposals.proposal import Author, Proposal, State, branch_of
from psfbot.proposals.reviewers import reviewers, touches_rights
from psfbot.proposals.wording import body, mail, markdown, message, title
from psfbot.store.proposals import SqlProposals

pytest_plugins = "stores"
TODAY = date(2026, 11, 20)
OLD, NEW = "Builds and serves the documentation of CPython.", "Serves the documentation."
JULIEN = Author(person="mdk", name="Julien Palard", github="JulienPalard")
CHANGES = [
    Set("docs.python.org", "description", NEW),
    Set("docs.python.org", "backup", "postmasters"),
    Add("docs.python.org", "alias", "handbook"),
    Remove("docs.python.org", "alias", "documentation"),
    Rename("docs.python.org", "manual.python.org"),
    Verify("docs.python.org"),
    Verify("docs.python.org", "owner"),
    New("play.python.org", {"description": "Try it.", "owner": "mdk", "provider": "fastly"}),
    Retire("hg.python.org", "moved"),
    Delete("platform:aarch64-apple-darwin"),
]
NAMES = [type(one).__name__ + str(at) for at, one in enumerate(CHANGES)]


def text() -> str:
    return SAMPLE.read_text("utf-8")


def made(*changes, catalog=None):
    return make(catalog or text(), changes, said_in_chat("mdk", TODAY, "why"), TODAY)


def proposal(*changes, section="services", id="docs.python.org", because="why", by=JULIEN, **more):  # noqa: A002
    done = make(text(), changes, said_in_chat(by.person, TODAY, because), TODAY)
    given = {
        "changes": changes, "section": section, "id": id, "field": "description", "words": done.words,
        "shown": done.shown, "diff": done.diff, "by": by, "because": because, "place": "irc\n#room\nmdk",
        "room": "irc #room", "asked_at": NOON, "changed_at": NOON, "branch": "psfbot/x", "number": 3,
    }  # fmt: skip
    return Proposal(**given | more)


def about(change):
    """The section and id of a change of this module."""
    kind, _, id_ = change.record.rpartition(":")
    return ("platforms" if kind else "services"), id_


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_every_kind_of_change_is_kept_whole(change):
    section, id_ = about(change)
    one = proposal(change, section=section, id=id_)

    assert Proposal.model_validate_json(one.model_dump_json()) == one


@pytest.mark.parametrize("change", CHANGES, ids=NAMES)
def test_the_catalog_holds_a_change_after_it_and_not_before(change):
    section, id_ = about(change)
    one = proposal(change, section=section, id=id_)
    done = again(text(), one)

    assert not holds(text(), one)
    assert holds(done.text, one)
    assert done.words == one.words


def test_a_value_that_somebody_put_there_without_its_source_counts_as_there():
    one = proposal(Set("docs.python.org", "description", NEW))

    assert holds(text().replace(OLD, NEW), one)


def test_a_faulty_catalog_holds_nothing():
    assert not holds("services: [", proposal(CHANGES[0]))


def test_several_changes_are_one_and_what_is_there_already_is_left_out():
    done = made(CHANGES[0], Set("docs.python.org", "tier", "1"), Add("docs.python.org", "alias", "handbook"))

    assert done.words == (f"docs.python.org: description: {OLD} -> {NEW}", "docs.python.org: alias added: handbook")
    assert "handbook" in done.text
    with pytest.raises(UserError, match="already"):
        made(Set("docs.python.org", "tier", "1"), Set("docs.python.org", "lifecycle", "production"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Set("a", "f", "1"), Set("a", "f", "2"), True),
        (Add("a", "f", "1"), Add("a", "f", "2"), False),
        (Add("a", "f", "X"), Add("a", "f", "x"), True),
        (Add("a", "f", "1"), Remove("a", "f", "1"), False),
        (Retire("a", "x"), Retire("a", "y"), True),
    ],
)
def test_the_same_edit_has_the_same_branch(one, other, same):
    first, second = (branch_of("services", "a", "f", change) for change in (one, other))

    assert (first == second) is same
    assert first.startswith("psfbot/a-f-")


@pytest.mark.parametrize("odd", ["ä ö", "a" * 200, "..", "-x-", "a/b:c"])
def test_a_branch_has_a_name_that_git_takes(odd):
    name = branch_of("services", odd, odd, Set(odd, odd, "x"))

    assert name.isascii()
    assert len(name) < 90
    assert ".." not in name
    assert not set(name) & set(" ~^:?*[\\")


def test_private_values_are_told_to_nobody_who_may_not_see_them():
    one = proposal(Set("person:ee", "email", "new@example.org"), section="people", id="ee")

    assert "private@example.org" in one.words[0]
    assert one.shown == ("person ee: changed in what is not for everybody",)
    assert not one.public
    for said in (title(one), message(one), body(one, made(*one.changes))):
        assert "@example.org" not in said


def test_the_body_calls_nobody_and_closes_nothing():
    assert markdown("ask @psf/infra, fixes #12 <img> `x` **y**") == (
        "ask @<!-- -->psf/infra, fixes \\#<!-- -->12 \\<img\\> \\`x\\` \\*\\*y\\*\\*"
    )


def test_no_value_and_no_reason_keeps_a_check_from_running():
    one = proposal(Set("docs.python.org", "description", "Short [skip ci]"), because="of it [Skip Actions]")

    assert "[skip" not in message(one).casefold()
    assert "[skip" not in title(one)
    assert "Short (skip ci)" in message(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alias", "aliases"),
        ("owner", "primary owner"),
        ("owner", "owners.primary"),
        ("Provider", "hosting.origin.provider"),
    ],
)
def test_a_field_has_one_branch_however_people_call_it(one, other):
    branches = {branch_of("services", "docs", field, Set("docs", field, "x")) for field in (one, other)}

    assert len(branches) == 1
    assert branches != {branch_of("services", "docs", "tier", Set("docs", "tier", "x"))}


def test_the_body_tells_what_hangs_on_it_and_warns():
    one = proposal(Set("loadbalancer", "description", "Spreads."), id="loadbalancer")
    said = body(one, made(*one.changes))

    assert "### What hangs on it\n\n- loadbalancer: " in said
    assert "go down with it" in said
    assert "docs.python.org" in said


@pytest.mark.parametrize(
    ("change", "touches"),
    [
        (Set("person:mdk", "irc", "mdk"), True),
        (Set("person:mdk", "note", "x"), False),
        (Set("team:docs", "grants", "admin"), True),
        (Set("team:docs", "members.ee", "lead"), True),
        (Set("team:docs", "escalates_to", "none"), False),
        (CHANGES[0], False),
    ],
)
def test_what_touches_identities_membership_or_grants_asks_for_an_admin(change, touches):
    done = made(change)
    section, id_ = ("services", "docs.python.org") if change is CHANGES[0] else ("people", "mdk")
    said = body(proposal(change, section=section, id=id_), done)

    assert touches_rights(done) is touches
    assert ("needs an admin's review" in said) is touches
    assert ("JacobCoffee" in reviewers(done, "")) or not touches


def test_owners_before_and_after_review_and_never_the_author():
    change = Set("docs.python.org", "owner", "coffee")

    assert set(reviewers(made(change), "")) == {"JulienPalard", "JacobCoffee"}
    assert reviewers(made(change), "julienpalard") == ("JacobCoffee",)


def test_a_patch_is_a_mail_by_its_author_without_their_own_address():
    one = proposal(CHANGES[0], by=Author(person="ee", name="Ée", email="private@example.org"))
    said = mail(one.by, one.asked_at, message(one), one.diff)

    assert "private@" not in said
    assert "\nSubject: [PATCH] docs.python.org: description -> Serves the documentation.\n" in said
    assert said.endswith("-- \npsfbot\n")
    assert "\n+    description: Serves the documentation.\n" in said


@pytest.mark.anyio
async def test_one_is_kept_confirmed_and_moved_once(db):
    kept = SqlProposals(db)
    asked = await kept.ask(proposal(CHANGES[0]))

    assert await kept.one(asked.number) is None
    assert await kept.newest() == []
    confirmed = await kept.confirm(asked.place, NOON, NOON)
    assert confirmed.state is State.SENDING
    assert await kept.confirm(asked.place, NOON, NOON) is None
    moved = await kept.keep(confirmed, confirmed.model_copy(update={"state": State.OPEN, "link": "x"}))
    assert moved == await kept.one(asked.number)
    assert await kept.keep(confirmed, confirmed.model_copy(update={"state": State.CLOSED})) is None
    assert [one.state for one in await kept.under_way()] == [State.OPEN]
    assert await kept.one(2**70) is None


@pytest.mark.anyio
async def test_asking_again_in_a_place_drops_what_waited_there_and_nowhere_else(db):
    kept = SqlProposals(db)
    await kept.ask(proposal(CHANGES[0]))
    await kept.ask(proposal(CHANGES[0], place="elsewhere"))
    second = await kept.ask(proposal(CHANGES[2]))

    assert (await kept.confirm(second.place, NOON, NOON)).changes == second.changes
    assert await kept.confirm(second.place, NOON, NOON) is None
    assert await kept.confirm("elsewhere", NOON + timedelta(seconds=1), NOON) is None
    assert await kept.dismiss("elsewhere")
    assert not await kept.dismiss("elsewhere")


@pytest.mark.anyio
async def test_of_two_who_confirm_at_once_one_gets_it(db):
    kept = SqlProposals(db)
    asked = await kept.ask(proposal(CHANGES[0]))
    found = await asyncio.gather(*(kept.confirm(asked.place, NOON, NOON) for _ in range(5)))

    assert sum(one is not None for one in found) == 1
