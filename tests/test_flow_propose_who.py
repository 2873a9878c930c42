"""Only the one who asked, with the same proof, says yes; and nobody is told what is not for everybody."""

import pytest
from stage import ADMIN, OWNER, stage
from test_flow_propose import SET, change, proposal

from psfbot.chat.message import Speaker


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def test_who_takes_the_nick_of_somebodys_account_says_neither_yes_nor_no_for_them(bot):
    bot.says(SET, OWNER)
    impostor = Speaker(name=str(OWNER.account))

    assert bot.says("yes", impostor).startswith("There is nothing that waits for a yes")
    assert bot.says("no", impostor).startswith("There is nothing that waits for a yes")
    assert bot.forge.branches == {}
    assert bot.says("yes", OWNER).startswith("Proposal 1 is there")


def test_who_became_inactive_meanwhile_cannot_say_yes(bot):
    bot.says(SET, OWNER)
    gone = Speaker(OWNER.name, account=OWNER.account)  # the catalog knows nobody with this account any more

    assert bot.says("yes", gone).startswith("There is nothing that waits for a yes")
    assert bot.forge.branches == {}


def test_a_refusal_that_comes_later_tells_no_private_value(bot):
    bot.says("remove contact other from team:infra", ADMIN)
    change(bot, "      - type: other\n", "      - type: docs\n")
    said = bot.says("yes", ADMIN)

    assert said.startswith("infra contact was not changed: ")
    assert "a number" not in said
    assert "a number" not in (proposal(bot).remark or "")
