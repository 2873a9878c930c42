"""Two people on two platforms tick the same steps at once: both see one truth, and the second is told who was first."""

import asyncio
import re

import pytest
from both_world import words, world
from chaos import rows
from slack_kit import said as slack_said

pytest_plugins = ("ircd", "stores")
pytestmark = pytest.mark.anyio
ROUNDS = 3
BEGIN = "!checklist start host docs.python.org with role=docs new_host=docs-new.nyc1.psf.io"


@pytest.fixture
async def both(ircd, tmp_path):
    async with world(tmp_path, ircd) as one:
        yield one


async def pressed(both, message, action):
    """Let the other person press a button; nobody waits for what comes of it."""
    who = both.slack.users["guest"]
    trigger, url = await both.slack.trigger(who), f"http://127.0.0.1:{both.front.port}/respond/1"
    await both.front.send("interactive", slack_said.press(dict(message), action, who, both.slack.room, url, trigger))


async def sent(both, **fields):
    """Let them send the form that is open; what Slack is answered."""
    payload = slack_said.submit(both.slack.views[-1], both.slack.users["guest"], **fields)
    envelope = await both.front.send("interactive", payload)
    await both.until(lambda: envelope in both.front.acks)
    return both.front.acks[envelope][1] or {}


async def test_two_who_tick_at_once_see_one_truth(both):
    started = await both.says(BEGIN, knows="Started.")
    card = await both.shown("Checklist 1: ")
    for number in range(1, ROUNDS + 1):
        await race(both, number, card)

    assert "0 of " in started
    assert both.mistakes == []


async def race(both, number, card):
    """Both leave out the same step: one is first, the other is told so, and everybody sees the one's name."""
    before = len(both.slack.views)
    await pressed(both, await both.shown(f"1.{number} "), f"list:skip:1.{number}")
    await both.until(lambda: len(both.slack.views) > before)
    line, answer = await asyncio.gather(
        both.says(f"!skip 1.{number} because irc was first", knows=f"1.{number} is "),
        sent(both, text="slack was first"),
    )
    shown = await both.shown(f"☒ 1.{number} ")
    deeds = [row[0] for row in rows(both.bot.url, "SELECT deed FROM deeds WHERE kind = 'skipped' ORDER BY seq")]
    first, late = ("Jacob Coffee", "slack") if "irc was first" in deeds[-1] else ("Dustin Ingram", "irc")
    told = f"1.{number} is skipped already: {first} on "

    assert len(deeds) == number
    assert shown["ts"] == card["ts"]
    assert re.search(rf"☒ 1\.{number} .*{first}", words(shown))
    if late == "irc":
        assert told in line
    else:
        await both.until(lambda: told in str([answer, *both.slack.ephemeral, *both.front.replies]))


async def test_a_stale_button_says_who_was_first_and_irc_hears_what_slack_does(both):
    await both.says(BEGIN, knows="Started.")
    card = await both.shown("Checklist 1: ")
    await both.says("!skip 1.1 because it is tested", knows="1.1 is skipped")
    await pressed(both, card, "list:menu:1.1=take 1.1")
    await both.until(
        lambda: any("1.1 is skipped already: Jacob Coffee on irc" in str(one) for one in both.front.replies)
    )
    now = await both.shown("☒ 1.1 ")
    log = await both.log(card, 2)
    await pressed(both, now, "list:skip:1.2")
    await both.until(lambda: len(both.slack.views) == 1)
    answer = await sent(both, text="the pattern is wide enough")
    told = await both.told("Dustin Ingram skipped 1.2")

    assert now["ts"] == card["ts"]
    assert "skipped 1.1" in log[1]
    assert answer == {}
    assert "because the pattern is wide enough" in told
    assert both.mistakes == []
