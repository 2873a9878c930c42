"""One checklist on a real IRC network and in an emulated Slack: two people, one truth, and nobody is two people."""

import asyncio
import re

import pytest
from both_world import words, world
from slack_kit import said as slack_said

pytest_plugins = ("ircd", "stores")
pytestmark = pytest.mark.anyio

TEMPLATE = """\
name: mend
title: Mend a service
about: For tests alone.
applies_to: "lifecycle:production"
ends_in: [{set: hosting.origin.architecture, to: arm64}]
steps:
  - {id: look, text: Look at it.}
  - {id: burn, text: Burn the old host., point_of_no_return: true, rollback: Buy a new one.}
  - {id: tell, text: Tell everybody.}
"""


@pytest.fixture
async def both(ircd, tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "mend.yaml").write_text(TEMPLATE)
    async with world(tmp_path, ircd, PLUGIN_DIRS=str(folder)) as one:
        yield one


async def slack(one, text, user="guest"):
    """Let somebody say something in the Slack room; the first line of the answer."""
    who = one.slack.users[user]
    asked = f"<@{one.slack.bot}> {text}"
    ts = await one.slack.say(asked, who, one.slack.room)
    await one.front.send("events_api", slack_said.mention(asked, who, one.slack.room, ts=ts))
    found = []

    async def answered():
        found[:] = [message for message in await one.messages() if message.get("thread_ts") == ts]
        return bool(found)

    await one.until(answered)
    return words(found[0]).partition("\n")[0]


async def test_two_people_on_two_platforms_see_one_truth(both):
    started = await both.says("psfbot: checklist start mend docs.python.org")
    ticked = await asyncio.gather(both.says("psfbot: done 1.1 seen"), slack(both, "done 1.1 seen"))
    stands = [await both.says("psfbot: checklist 1"), await slack(both, "checklist 1")]
    first = await both.says("psfbot: done 1.2 burnt")
    refused = await slack(both, "confirm 1.2", "jacob")
    confirmed = await slack(both, "confirm 1.2")
    last = await both.says("psfbot: done 1.3")

    assert started.startswith("Started. Checklist 1, mend for docs.python.org: 0 of 3 done; next: 1.1.")
    assert sum(one.startswith(("1.1 is done: seen", "1.1 is done. ")) for one in ticked) == 1, ticked
    assert sum(re.match(r"1\.1 is done already: \S.* on (irc|slack)\b", one) is not None for one in ticked) == 1
    assert stands[0] == stands[1] == "Checklist 1, mend for docs.python.org: 1 of 3 done; next: 1.2."
    assert first.startswith("1.2 is a point of no return: a second person says `confirm 1.2` within a day.")
    assert refused.startswith("1.2 is a point of no return, and you, Jacob Coffee, were the first")
    assert confirmed.startswith("1.2 is done")
    assert last.startswith("1.3 is done. 3 of 3.")
    assert both.mistakes == []
