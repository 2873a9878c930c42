"""How people say edits, and what they are answered."""

import asyncio

import pytest
from conftest import Asking
from stage import ADMIN, BOSS, GUEST, OWNER, SAMPLE, STRANGER, stage

from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse
from psfbot.chat.message import Message, Speaker
from psfbot.flows.reload import Reloading, Reread
from psfbot.proposals.ports import Fate, ForgeDown, Standing
from psfbot.proposals.proposal import State

OLD = "Builds and serves the documentation of CPython."


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def words(bot, line, speaker=BOSS):
    """The change in words that a line is understood as."""
    reply = bot.ask(line, speaker)
    found = reply.answer.data.get("words")
    assert found, reply.lines
    return found


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ('set docs.python.org description "New words."', f"docs.python.org: description: {OLD} -> New words."),
        ("set docs.python.org description to New words.", f"docs.python.org: description: {OLD} -> New words."),
        ("set docs.python.org description = New words.", f"docs.python.org: description: {OLD} -> New words."),
        ("set docs.python.org description=New words.", f"docs.python.org: description: {OLD} -> New words."),
        ("psfbot: please set docs description New words.", f"docs.python.org: description: {OLD} -> New words."),
        ("change the description of docs to New words.", f"docs.python.org: description: {OLD} -> New words."),
        ("set the owner of docs.python.org to coffee", "docs.python.org: primary owner: person mdk -> person coffee"),
        ("set docs.python.org owner Jacob Coffee", "docs.python.org: primary owner: person mdk -> person coffee"),
        ("SET docs.python.org OWNER coffee", "docs.python.org: primary owner: person mdk -> person coffee"),
        ("set docs.python.org backup none", "docs.python.org: backup owner: team docs -> none"),
        ("set docs.python.org description Moved to AWS", f"docs.python.org: description: {OLD} -> Moved to AWS"),
        ("set python downloads tier 2", "downloads: tier: 1 -> 2"),
        ("set docs escalates to postmasters", "team docs: escalates to: infra -> postmasters"),
        ("set team:docs escalates_to none", "team docs: escalates to: infra -> none"),
        ("set mdk irc julien", "person mdk: irc: none -> julien"),
        ("set docs.python.org tier 2 because of the vote", "docs.python.org: tier: 1 -> 2"),
        ("add alias Handbook to docs.python.org", "docs.python.org: alias added: Handbook"),
        ("add alias handbook to docs because people say so", "docs.python.org: alias added: handbook"),
        ("add backup owner docs to downloads", "downloads: backup owner: none -> team docs"),
        ("remove alias documentation from docs.python.org", "docs.python.org: alias removed: documentation"),
        ("rename docs.python.org to manual.python.org", "docs.python.org: renamed to manual.python.org"),
        ("rename mdk to julien", "person mdk: renamed to julien"),
        ("verify docs.python.org", "docs.python.org: verified 2026-11-20"),
        ("verify docs.python.org owner", "docs.python.org: owners verified 2026-11-20"),
        ("verify the owner of docs.python.org", "docs.python.org: owners verified 2026-11-20"),
        (
            "new service play.python.org: description Try it.; owner mdk; provider=fastly because we want it",
            "play.python.org: new service (Try it; production; primary owner person mdk; origin fastly)",
        ),
    ],
)
def test_people_say_edits_in_many_ways(bot, line, wanted):
    assert wanted in [one.partition(" by ")[0] for one in words(bot, line)]


@pytest.mark.parametrize(
    ("line", "because"),
    [
        ("set docs.python.org tier 2 because of the vote of 3 May", "the vote of 3 May"),
        ("set docs.python.org tier 2, because people asked; twice.", "people asked; twice."),
        ('set docs.python.org description "Down because it rains" because it does', "it does"),
        ("add alias handbook to docs because people say so", "people say so"),
        ("retire hg.python.org because the code is on GitHub", "the code is on GitHub"),
        ("set docs.python.org tier 2", ""),
    ],
)
def test_the_reason_is_kept_in_its_own_words(bot, line, because):
    assert bot.ask(line).answer.data["because"] == because


def test_a_value_in_quotes_may_hold_the_word_because(bot):
    assert words(bot, 'set docs.python.org description "Down because it rains"') == [
        f"docs.python.org: description: {OLD} -> Down because it rains"
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("set docs.python.org", "I cannot set 'docs.python.org'. Say which, what and to what: set docs"),
        ("set docs.python.org owner", "I cannot set 'docs.python.org owner'."),
        ("set nonsense", "I cannot set 'nonsense'."),
        ("set dosc.python.org owner mdk", "I know no record called 'dosc.python.org'. Did you mean docs.python.org?"),
        ("set docs.pyth owner mdk", "I know no record called 'docs.pyth'."),
        ("set docs.python.org ownr mdk", "docs.python.org: services have no field 'ownr'. Did you mean owner"),
        ("set docs.python.org lifecycle retird", "lifecycle cannot be 'retird'. Did you mean retired?"),
        ("set docs.python.org owner nobodyatall", "docs.python.org: I know no person or team called 'nobodyatall'."),
        ("add alias downloads to docs.python.org", "docs.python.org: that would not be right: "),
        ("add handbook", "I cannot add 'handbook'. Say it so: add alias handbook to docs.python.org"),
        ("remove alias xyz from docs.python.org", "docs.python.org: 'xyz' is not in alias"),
        ("remove alias", "I cannot remove 'alias'. Say it so: remove alias handbook from docs.python.org"),
        ("rename docs.python.org", "I cannot rename 'docs.python.org'. Say it so: rename docs.python.org to"),
        ("rename docs.python.org to Two Words", "'Two Words' is no id"),
        ("retire fastlyy", "I know no record called 'fastlyy'. Did you mean provider:fastly?"),
        ("retire mdk", "mdk: only a service or a provider can be retired."),
        ("verify dosc.python.org", "I know no record called 'dosc.python.org'. Did you mean docs.python.org?"),
        ("new service play.python.org", "play.python.org: say also its description. For example: new service play"),
        ("new service docs.python.org: description x", "docs.python.org: this service is there already."),
        ("propose", "Say the change itself: set docs.python.org owner mdk"),
    ],
)
def test_what_cannot_be_understood_or_made_is_told_with_what_to_try(bot, line, said):
    assert said in bot.says(line)
    assert bot.says("yes").startswith("There is nothing that waits")


@pytest.mark.parametrize("line", ["set docs.python.org tier 2", "retire hg.python.org", "new service x", "withdraw 1"])
def test_only_people_of_the_catalog_may_edit(bot, line):
    assert "needs a member, and the catalog knows no person with this account" in bot.says(line, GUEST)
    assert "needs a member" not in bot.says(line, STRANGER)


def test_what_touches_rights_is_said_before_the_yes(bot):
    lines = bot.ask("set team:docs members.ee lead").lines

    assert any("needs an admin's review" in line for line in lines)


def test_a_public_room_sees_no_private_value(bot):
    said = bot.ask("set ee email new@example.org", public=True).lines

    assert "private@example.org" not in " ".join(said)
    assert "new@example.org" not in " ".join(said)
    assert "private@example.org" in " ".join(bot.ask("set ee email new@example.org").lines)


@pytest.mark.parametrize(
    ("line", "private", "said"),
    [
        ("remove email x from ee", "private@example.org", "ee: 'x' is not in email. It holds (not for everybody)."),
        ("remove contact zzz from infra", "a number", "#python-infra and (not for everybody)."),
    ],
)
def test_a_refusal_in_a_public_room_tells_no_private_value(bot, line, private, said):
    assert bot.says(line, public=True).endswith(said)
    assert private in bot.says(line)


def test_a_reason_that_was_not_given_is_no_part_of_the_value(bot):
    assert words(bot, "set docs.python.org tier 3 because") == ["docs.python.org: tier: 1 -> 3"]
    assert words(bot, "set docs.python.org tier 3 because …") == ["docs.python.org: tier: 1 -> 3"]


def test_proposals_are_listed_shown_and_withdrawn(bot):
    bot.says("set docs.python.org tier 2 because it is so", OWNER)
    bot.says("yes", OWNER)

    listed = "1 docs.python.org tier (waits for review, by Julien Palard)"
    assert bot.ask("proposals").lines == ("1 proposal, 1 open.", listed)
    shown = bot.ask("proposal 1").lines
    assert shown[0] == "Proposal 1, docs.python.org tier: waits for review."
    assert shown[1:4] == (
        "docs.python.org: tier: 1 -> 2",
        "From chat, by Julien Palard, on 2026-11-20 (12:00 UTC)",
        "Because it is so",
    )
    assert bot.says("withdraw 1", STRANGER) == "Proposal 1 is Julien Palard's. They can withdraw it, or an admin."
    assert bot.forge.dropped == []
    assert bot.says("withdraw 1", OWNER) == "Proposal 1 (docs.python.org tier) is withdrawn."
    assert len(bot.forge.dropped) == 1
    assert bot.says("withdraw 1", OWNER) == "Proposal 1 is closed already."
    assert "Last heard: withdrawn by Julien Palard" in bot.ask("proposal 1").lines
    assert bot.says("withdraw 9", OWNER) == "There is no proposal 9. `proposals` lists the newest."


def test_an_admin_may_withdraw_anybodys(bot):
    bot.says("set docs.python.org tier 2", OWNER)
    bot.says("yes", OWNER)

    assert bot.says("withdraw 1", ADMIN).endswith("is withdrawn.")


def test_a_forge_that_is_down_keeps_the_proposal_and_says_so(bot):
    bot.says("set docs.python.org tier 2", OWNER)
    bot.says("yes", OWNER)
    bot.forge.faults = [ForgeDown("The forge is asleep.")]

    assert bot.says("withdraw 1", OWNER) == "The forge is asleep."
    assert asyncio.run(bot.proposing.kept.one(1)).state is State.OPEN


def test_what_the_forge_left_out_is_told(bot):
    bot.forge.told = ("mdk could not be asked for a review: no",)
    bot.says("set docs.python.org tier 2", OWNER)

    assert "mdk could not be asked for a review: no" in bot.ask("yes", OWNER).lines


def test_everything_that_changes_is_written_down(bot):
    bot.says("set docs.python.org tier 2", OWNER)
    bot.says("yes", OWNER)
    bot.says("set docs.python.org tier 2", GUEST)

    assert [(one.account, one.outcome.partition(":")[0]) for one in bot.deeds] == [
        ("mdk", "answered"),
        ("mdk", "answered"),
        ("guest", "refused"),
    ]


def test_without_a_running_bot_the_edit_is_a_patch(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_bytes(SAMPLE.read_bytes())
    loaded = load_or_refuse(path)
    desk = Asking(Book.of(loaded.catalog, places=loaded.places, path=str(path))).desk
    operator = Speaker("root", operator=True)
    reply = asyncio.run(desk.answer(Message("set docs.python.org tier 2", operator, "terminal", public=False)))

    assert reply.lines[0] == "docs.python.org: tier: 1 -> 2"
    assert reply.answer.code.startswith("--- a/catalog.yaml\n+++ b/catalog.yaml\n")
    assert path.read_bytes() == SAMPLE.read_bytes()
    said = asyncio.run(desk.answer(Message("proposals", operator, "terminal", public=False)))
    assert said.lines[0].startswith("Nobody has proposed")


@pytest.mark.parametrize("public", [True, False])
def test_reload_is_for_admins_and_says_what_changed(bot, public):
    asked = []

    async def work(lane):
        asked.append(lane)
        return Reread(well=True, said="read", news="all of it", public_news="some of it")

    ports = bot.desk.ports
    bot.desk.ports = lambda kind: Reloading(work) if kind is Reloading else ports(kind)

    assert "needs an admin" in bot.says("reload", OWNER)
    assert bot.says("reload the catalog", ADMIN, public=public) == ("some of it" if public else "all of it")
    assert asked == ["irc #room"]


def test_how_one_stands_is_asked_in_words(bot):
    bot.says("set docs.python.org tier 2", OWNER)
    bot.says("yes", OWNER)
    bot.forge.standings["1"] = Standing(Fate.CLOSED, by="lead")
    asyncio.run(bot.proposing.follow(bot.now))

    assert bot.says("what became of proposal 1?") == "Proposal 1, docs.python.org tier: closed."
