"""Ask, confirm, send, follow: each thing is told once, nothing is half done, and nothing is there twice."""

import asyncio

import pytest
from duties import Stand, on_duty
from stage import ADMIN, GUEST, MINUTE, OWNER, SAMPLE, SECOND, sample, stage

from psfbot.chat.message import Message, Speaker
from psfbot.flows.propose import FRUITLESS, GIVE_UP, LOOKS, PAUSES
from psfbot.proposals.ports import Fate, ForgeDown, Standing
from psfbot.proposals.proposal import State

OLD, NEW = "Builds and serves the documentation of CPython.", "Serves the documentation."
SET = f'set docs.python.org description "{NEW}" because it is shorter'
ROOM = "#room"
PAGE = "https://forge.example/1"
DOWN = ForgeDown("The forge is asleep.")
WRONG = ForgeDown("The token may not write.", wrong=True)


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def follow(bot, after=MINUTE, **more):
    """A round of the clock, and what rooms hear of it."""
    bot.now += after

    async def act():
        found = await bot.proposing.follow(bot.now, **more)
        await bot.deliver()
        return found

    before = len(bot.heard)
    found = asyncio.run(act())
    return found, bot.heard[before:]


def proposal(bot, number=1):
    return asyncio.run(bot.proposing.kept.one(number))


def change(bot, old, new):
    """Somebody else changes the catalog."""
    assert old in bot.forge.main
    bot.forge.main = bot.forge.main.replace(old, new)


def test_a_change_is_shown_confirmed_sent_and_its_merge_told_once(bot):
    asked = bot.says(SET, OWNER)

    assert asked == (
        f"docs.python.org: description: {OLD} -> Serves the documentation."
        " Say `yes` within 2 minutes, and I propose it as a request."
    )
    assert bot.forge.branches == {}
    assert bot.says("yes", OWNER) == "Proposal 1 is there: https://forge.example/1"
    assert follow(bot)[1] == []
    change(bot, OLD, NEW)
    found, heard = follow(bot)
    assert found.merged
    assert heard == [f"{ROOM} Proposal 1 was merged by lead: docs.python.org: description: {OLD} -> {NEW}"]
    assert follow(bot)[1] == []
    assert proposal(bot).state is State.MERGED


def test_the_draft_has_all_that_reviewers_need(bot):
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    (draft,) = bot.forge.drafts

    assert draft.author.person == "mdk"
    assert draft.reviewers == ("JacobCoffee",)
    assert draft.title == "docs.python.org: description -> Serves the documentation."
    assert "### Why\n\nit is shorter" in draft.body
    assert "chat, by Julien Palard, on 2026-11-20" in draft.body
    assert "Proposed by Julien Palard in psfbot (chat) on 2026-11-20." in draft.message


def test_only_who_asked_may_say_yes_and_only_there_and_only_once(bot):
    bot.says(SET, OWNER)
    nothing = "There is nothing that waits for a yes"

    assert bot.says("yes", ADMIN).startswith(nothing)
    elsewhere = Message("yes", OWNER, "irc", "#elsewhere", public=False)
    assert asyncio.run(bot.desk.answer(elsewhere)).lines[0].startswith(nothing)
    assert bot.says("yes", OWNER).startswith("Proposal 1 is there")
    assert bot.says("yes", OWNER).startswith(nothing)


def test_a_no_drops_what_waits_and_a_yes_after_it_sends_nothing(bot):
    bot.says(SET, OWNER)

    assert bot.says("no", ADMIN).startswith("There is nothing that waits")
    assert bot.says("no", OWNER) == "Dropped: nobody is called, and nothing changes."
    assert bot.says("yes", OWNER).startswith("There is nothing that waits")
    assert bot.says("no", OWNER).startswith("There is nothing that waits")
    assert bot.forge.branches == {}


@pytest.mark.parametrize(("wait", "there"), [(2 * MINUTE, True), (2 * MINUTE + SECOND, False)])
def test_a_yes_counts_for_two_minutes(bot, wait, there):
    bot.says(SET, OWNER)
    bot.now += wait

    assert bot.says("yes", OWNER).startswith("Proposal 1 is there") is there


def test_a_yes_decides_the_newest_thing_that_waits_be_it_a_page_or_a_change(tmp_path):
    pager = Stand()
    with on_duty(tmp_path, rooms={"irc": "#python-infra"}, pager=pager) as bot:
        assert bot.says("page docs.python.org because it burns", ADMIN).startswith("Page Julien Palard")
        bot.says(SET, ADMIN)

        assert bot.says("yes", ADMIN).startswith("Proposal 1 is there")
        assert bot.says("yes", ADMIN).startswith("There is nothing")
        bot.says(SET.replace("Serves", "Has"), ADMIN)
        bot.says("page docs.python.org because it burns more", ADMIN)
        assert bot.says("yes", ADMIN).startswith("Paged Julien Palard")
        assert bot.says("yes", ADMIN).startswith("There is nothing")
        assert (len(bot.forge.drafts), len(pager.told)) == (1, 1)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("set docs.python.org descripton Short", "services have no field 'descripton'. Did you mean description?"),
        ("set dosc.python.org owner mdk", "I know no record called 'dosc.python.org'. Did you mean docs.python.org"),
        ("set docs.python.org owner julian", "I know no person or team called 'julian'"),
        ("set docs.python.org lifecycle retird", "retired"),
        (f"set docs.python.org description {OLD}", "description is Builds and serves"),
        ("rename docs.python.org to downloads", "this service is there already"),
    ],
)
def test_what_cannot_be_made_is_refused_at_once_and_nothing_waits(bot, line, words):
    assert words in bot.says(line, OWNER)
    assert bot.says("yes", OWNER).startswith("There is nothing")


def test_a_guest_may_ask_nothing_and_confirm_nothing(bot):
    assert bot.says(SET, GUEST).startswith("'set' needs a member")
    assert bot.says("yes", GUEST).startswith("There is nothing")
    assert bot.says("proposals", GUEST).startswith("Nobody has proposed")


def test_other_records_and_other_fields_that_changed_meanwhile_are_left_alone(bot):
    bot.says(SET, OWNER)
    change(bot, "name: Python downloads", "name: Downloads")
    change(bot, "access: [team:infra, person:mdk]", "access: [team:infra]")

    assert bot.says("yes", OWNER).startswith("Proposal 1 is there")
    (text,) = bot.forge.branches.values()
    assert NEW in text
    assert "name: Downloads" in text
    assert "access: [team:infra]" in text


def test_the_same_field_changed_meanwhile_is_said_and_nothing_is_sent(bot):
    bot.says(SET, OWNER)
    change(bot, OLD, "Somebody else's words.")
    said = bot.says("yes", OWNER)

    assert said.startswith("docs.python.org description was not changed: the catalog has changed meanwhile: it would")
    assert "Somebody else's words. -> Serves the documentation." in said
    assert said.endswith("Say it anew if you want it.")
    assert bot.forge.branches == {}
    assert proposal(bot).state is State.REFUSED
    assert follow(bot)[1] == []


def test_a_file_that_changed_and_was_not_read_again_yet_is_what_counts(bot):
    change(bot, OLD, "Somebody else's words.")
    change(bot, "name: Python downloads", "name: Downloads")

    assert "description: Somebody else's words. -> Serves the documentation." in bot.says(SET, OWNER)
    assert bot.says("yes", OWNER).startswith("Proposal 1 is there")
    assert "name: Downloads" in next(iter(bot.forge.branches.values()))


def test_a_record_that_went_meanwhile_is_said(bot):
    bot.says("set hg.python.org description Gone.", ADMIN)
    change(bot, "  hg.python.org:\n", "  hg2.python.org:\n")

    assert "was not changed: " in bot.says("yes", ADMIN)
    assert bot.forge.branches == {}


def test_a_fault_is_said_and_made_good_with_growing_pauses(bot):
    bot.says(SET, OWNER)
    bot.forge.faults = [DOWN] * 3
    said = bot.says("yes", OWNER)

    assert said == ("Proposal 1 is kept but not sent: The forge is asleep. I try again until it is, and tell you here.")
    assert follow(bot, PAUSES[1] - SECOND)[1] == []
    assert len(bot.forge.faults) == 2
    assert follow(bot, SECOND)[1] == []
    assert len(bot.forge.faults) == 1
    assert follow(bot, PAUSES[1])[1] == []
    assert len(bot.forge.faults) == 1
    assert follow(bot, PAUSES[2])[1] == []
    assert len(bot.forge.faults) == 0
    _, heard = follow(bot, PAUSES[3])
    assert heard == [f"{ROOM} Proposal 1 is there now: docs.python.org: description -> {NEW} · https://forge.example/1"]
    assert follow(bot)[1] == []


def test_a_forge_that_sleeps_is_asked_seldom_in_one_round_and_every_proposal_has_its_turn(bot):
    fields = ("description", "tier", "name", "note", "backup")
    values = ("Other.", "2", "Other", "Other", "postmasters")
    bot.forge.faults = [DOWN] * 100
    for field, value in zip(fields, values, strict=True):
        bot.says(f"set docs.python.org {field} {value}", OWNER)
        bot.says("yes", OWNER)
    before = len(bot.forge.faults)
    found, _ = follow(bot)
    tries = [before - len(bot.forge.faults)]
    for _ in range(3):
        follow(bot)

    assert (found.trouble, tries) == (str(DOWN), [FRUITLESS])
    assert all(proposal(bot, number).tries > 1 for number in range(1, 6))
    bot.forge.faults.clear()
    follow(bot, 60 * MINUTE)
    assert len(bot.forge.branches) == 5


def test_what_an_operator_must_mend_is_said_once_and_tried_every_hour_or_at_once_when_asked(bot):
    bot.says(SET, OWNER)
    bot.forge.faults = [WRONG] * 3

    assert bot.says("yes", OWNER).endswith("I try again every hour; an operator has to mend that.")
    assert follow(bot, 59 * MINUTE)[1] == []
    assert len(bot.forge.faults) == 2
    assert follow(bot, MINUTE)[1] == []
    assert len(bot.forge.faults) == 1
    bot.forge.faults = []
    assert follow(bot, SECOND, at_once=True)[1][0].startswith(f"{ROOM} Proposal 1 is there now")


def test_what_turns_out_later_to_need_an_operator_is_told_in_the_room_once(bot):
    bot.says(SET, OWNER)
    bot.forge.faults = [DOWN, WRONG, WRONG]
    bot.says("yes", OWNER)

    assert follow(bot)[1] == [
        f"{ROOM} Proposal 1 (docs.python.org description) waits: The token may not write. I try again every hour."
    ]
    assert follow(bot, 61 * MINUTE)[1] == []


def test_after_a_week_of_faults_it_is_given_up_and_said(bot):
    bot.says(SET, OWNER)
    bot.forge.faults = [DOWN] * 2
    bot.says("yes", OWNER)
    _, heard = follow(bot, GIVE_UP + SECOND)

    assert heard == [f"{ROOM} Proposal 1 (docs.python.org description) was given up after a week: The forge is asleep."]
    assert proposal(bot).state is State.REFUSED


def test_one_that_became_impossible_while_the_forge_slept_is_told_in_the_room(bot):
    bot.says(SET, OWNER)
    bot.forge.faults = [DOWN]
    bot.says("yes", OWNER)
    change(bot, OLD, "Somebody else's words.")
    _, heard = follow(bot)

    assert heard[0].startswith(f"{ROOM} Proposal 1 (docs.python.org description) was not made: the catalog has changed")
    assert bot.forge.branches == {}


def test_the_same_edit_twice_is_one_branch_and_its_end_is_told_once(bot):
    for words in ("Serves the documentation.", "Has the documentation."):
        bot.says(f'set docs.python.org description "{words}"', OWNER)
        assert bot.says("yes", OWNER).endswith("https://forge.example/1")

    assert len(bot.forge.branches) == 1
    assert (proposal(bot, 1).state, proposal(bot, 2).state) == (State.REPLACED, State.OPEN)
    change(bot, OLD, "Has the documentation.")
    assert [line.partition(" was ")[0] for line in follow(bot)[1]] == [f"{ROOM} Proposal 2"]


def test_an_older_one_that_waits_for_the_forge_never_overwrites_a_newer_one(bot):
    bot.says(SET, OWNER)
    bot.forge.faults = [DOWN]
    bot.says("yes", OWNER)
    bot.says(SET.replace("Serves", "Has"), OWNER)
    bot.says("yes", OWNER)
    follow(bot, 10 * MINUTE)
    (text,) = bot.forge.branches.values()

    assert "Has the documentation." in text
    assert proposal(bot, 1).state is State.REPLACED
    assert len(bot.forge.drafts) == 1


@pytest.mark.parametrize(
    "pair",
    [
        ("add alias handbook to docs.python.org", "add alias manual to docs.python.org"),
        ("set docs.python.org description Short.", "set docs.python.org tier 2"),
        ("set docs.python.org tier 2", "set hg.python.org tier 2"),
        ("add alias handbook to docs.python.org", "remove alias documentation from docs.python.org"),
    ],
)
def test_other_edits_have_branches_of_their_own(bot, pair):
    for line in pair:
        bot.says(line, ADMIN)
        bot.says("yes", ADMIN)

    assert len(bot.forge.branches) == 2


def test_a_failing_check_is_told_once_and_again_when_another_fails(bot):
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    heard = []
    for failing in ((), ("check",), ("check",), ("check", "lint"), (), ("check",)):
        bot.forge.standings["1"] = Standing(Fate.OPEN, failing=failing)
        heard += follow(bot)[1]

    assert heard == [
        f"{ROOM} Proposal 1 (docs.python.org description): {words} failed: https://forge.example/1"
        for words in ("check", "check and lint", "check")
    ]


def test_one_that_people_close_is_told_with_who_did(bot):
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    bot.forge.standings["1"] = Standing(Fate.CLOSED, by="lead")

    assert follow(bot)[1] == [
        f"{ROOM} Proposal 1 (docs.python.org description) was closed by lead without being merged: {PAGE}"
    ]
    assert follow(bot)[1] == []


def test_many_are_looked_after_in_turn(bot):
    for number in range(LOOKS + 3):
        bot.says(f"add alias name{number} to docs.python.org", ADMIN)
        bot.says("yes", ADMIN)
    follow(bot)
    first = list(bot.forge.looks)
    follow(bot)

    assert len(first) == LOOKS
    assert len(set(bot.forge.looks)) == LOOKS + 3


def test_a_forge_that_sleeps_while_proposals_are_looked_after_is_no_bug(bot):
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    bot.forge.faults = [DOWN]
    found, heard = follow(bot)

    assert (found.merged, found.trouble, heard) == (False, "The forge is asleep.", [])


def test_who_asks_in_private_is_told_in_private(bot):
    bot.book = sample(people={"mdk": {"irc": "mdk"}})
    for text in (SET, "yes"):
        asyncio.run(bot.desk.answer(Message(text, OWNER, "irc", None, public=False)))
    change(bot, OLD, NEW)

    assert follow(bot)[1][0].startswith("mdk Proposal 1 was merged")


def test_a_merge_of_what_was_asked_at_a_terminal_is_told_to_nobody_but_kept(bot):
    operator = Speaker("root", operator=True)
    for text in (SET, "yes"):
        asyncio.run(bot.desk.answer(Message(text, operator, "terminal", None, public=False)))
    change(bot, OLD, NEW)

    assert follow(bot)[1] == []
    assert proposal(bot).state is State.MERGED
    assert SAMPLE.read_text("utf-8").count(OLD) == 1
