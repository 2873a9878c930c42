"""A proposal that was confirmed gets there once, whenever psfbot dies and whoever else acts on it."""

import asyncio
from datetime import timedelta

import pytest
from stage import MINUTE, NOON, OWNER, stage
from test_flow_propose import ROOM, SET, follow, proposal

from psfbot.proposals.proposal import State


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def test_one_that_was_being_sent_when_psfbot_died_is_sent_at_the_next_start(tmp_path):
    with stage(tmp_path) as bot:
        bot.says(SET, OWNER)
        kept = asyncio.run(bot.proposing.kept.confirm("irc\n#room\nmdk", NOON - MINUTE, NOON))
        assert kept.state is State.SENDING
    with stage(tmp_path) as bot:
        bot.ask("proposals")
        _, heard = follow(bot, timedelta(0))

        assert heard[0].startswith(f"{ROOM} Proposal 1 is there now")
        assert len(bot.forge.drafts) == 1


def test_one_that_was_sent_but_not_noted_when_psfbot_died_is_there_once(tmp_path):
    with stage(tmp_path) as bot:
        bot.says(SET, OWNER)
        kept = asyncio.run(bot.proposing.kept.confirm("irc\n#room\nmdk", NOON - MINUTE, NOON))
        asyncio.run(bot.proposing._file(kept))  # noqa: SLF001 - and then it was killed
        forge = bot.forge
    with stage(tmp_path) as bot:
        bot.proposing.forge = forge
        follow(bot, timedelta(0))

        assert len(forge.branches) == 1
        assert proposal(bot).state is State.OPEN


def test_two_who_act_on_one_at_once_leave_one_trace(bot):
    bot.says(SET, OWNER)

    async def act():
        kept = await bot.proposing.kept.confirm("irc\n#room\nmdk", bot.now - MINUTE, bot.now)
        return await asyncio.gather(*(bot.proposing.send(kept, bot.now) for _ in range(3)))

    asyncio.run(act())
    asyncio.run(bot.deliver())

    assert len(bot.forge.drafts) == 1
    assert sum("is there now" in line for line in bot.heard) == 1
