"""What becomes of a proposal whose answer was lost on the way, and of those beside one that nobody can look at."""

import pytest
from stage import OWNER, stage
from test_flow_propose import DOWN, NEW, OLD, ROOM, SET, change, follow, proposal

from psfbot.flows.propose import FRUITLESS
from psfbot.proposals.ports import Fate, ForgeDown, Standing
from psfbot.proposals.proposal import State


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def lose_the_answer(bot):
    """The next proposal gets to the forge, and nobody hears of it."""
    filed = bot.forge.file

    async def file(draft, make):
        bot.forge.file = filed
        await filed(draft, make)
        raise DOWN

    bot.forge.file = file


def test_one_that_is_withdrawn_before_it_was_heard_of_leaves_no_branch(bot):
    lose_the_answer(bot)
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    assert len(bot.forge.branches) == 1

    assert bot.says("withdraw 1", OWNER) == "Proposal 1 (docs.python.org description) is withdrawn."
    assert bot.forge.branches == {}


def test_one_is_withdrawn_also_while_the_forge_sleeps_and_says_what_may_be_left(bot):
    bot.forge.faults = [DOWN, DOWN]
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)

    assert bot.says("withdraw 1", OWNER) == "Proposal 1 (docs.python.org description) is withdrawn."
    assert proposal(bot).state is State.CLOSED
    branch = proposal(bot).branch
    assert proposal(bot).remark == (
        f"withdrawn by Julien Palard; if an earlier try got there unheard, its branch {branch} is left:"
        " The forge is asleep"
    )
    assert follow(bot) == (follow(bot)[0], [])
    assert bot.forge.branches == {}


def test_withdrawing_a_later_one_leaves_the_branch_to_the_earlier_one(bot):
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    bot.forge.faults = [DOWN]
    bot.says(SET.replace("Serves", "Has"), OWNER)
    bot.says("yes", OWNER)
    bot.says("withdraw 2", OWNER)

    assert proposal(bot).state is State.OPEN
    assert bot.forge.dropped == []


def test_one_that_people_merged_before_it_was_heard_of_is_told_as_merged(bot):
    lose_the_answer(bot)
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    change(bot, OLD, NEW)
    _, heard = follow(bot)

    assert heard == [f"{ROOM} Proposal 1 was merged: docs.python.org: description: {OLD} -> {NEW}"]
    assert proposal(bot).state is State.MERGED


def test_one_that_got_there_unheard_and_became_impossible_is_taken_back(bot):
    lose_the_answer(bot)
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    change(bot, OLD, "Somebody else's words.")
    _, heard = follow(bot)

    assert heard[0].startswith(f"{ROOM} Proposal 1 (docs.python.org description) was not made")
    assert bot.forge.branches == {}


def test_one_that_nobody_can_look_at_keeps_no_other_from_being_told(bot):
    for number in range(FRUITLESS + 1):
        bot.says(f"add alias name{number} to docs.python.org", OWNER)
        bot.says("yes", OWNER)

    async def look(reference, _branch, _holds):
        if reference != str(FRUITLESS + 1):
            raise ForgeDown("There is no such request.", wrong=True)
        return Standing(Fate.MERGED, by="lead")

    bot.forge.look = look
    rounds = [follow(bot) for _ in range(2)]

    assert [found.trouble for found, _ in rounds] == ["There is no such request."] * 2
    merged = f"{ROOM} Proposal {FRUITLESS + 1} was merged by lead"
    assert [line.startswith(merged) for _, (line,) in rounds[1:]] == [True]


def test_a_crash_before_the_earlier_one_was_replaced_tells_no_merge_of_it(bot, monkeypatch):
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    with monkeypatch.context() as patch:
        patch.setattr(type(bot.proposing), "_end", killed)
        bot.says(SET.replace("Serves", "Has"), OWNER)
        with pytest.raises(SystemExit):
            bot.says("yes", OWNER)
    assert [proposal(bot, number).state for number in (1, 2)] == [State.OPEN] * 2
    change(bot, OLD, NEW.replace("Serves", "Has"))
    _, heard = follow(bot)

    assert [line.split(": ")[0] for line in heard] == [f"{ROOM} Proposal 2 was merged by lead"]
    assert proposal(bot).state is State.REPLACED


async def killed(*_args, **_more):
    """Psfbot dies here."""
    raise SystemExit


def test_names_that_a_forge_gives_are_told_short_and_on_one_line(bot):
    bot.says(SET, OWNER)
    bot.says("yes", OWNER)
    names = ("a\r\nQUIT :x", "\x02bold\u202e", "n" * 500, *(f"check {number}" for number in range(7)))
    bot.forge.standings["1"] = Standing(Fate.OPEN, failing=names)
    _, heard = follow(bot)
    bot.forge.standings["1"] = Standing(Fate.CLOSED, by="A\nB")

    about = f"{ROOM} Proposal 1 (docs.python.org description)"
    link = "https://forge.example/1"
    assert heard == [f"{about}: a QUIT :x, bold, {'n' * 59}…, check 0 and 6 more failed: {link}"]
    assert follow(bot)[1] == [f"{about} was closed by A B without being merged: {link}"]
