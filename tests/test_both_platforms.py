"""What happens on one platform is seen on the other: one bot on a real IRC network and in an emulated Slack."""

from datetime import UTC, datetime

import pytest
from both_world import ABSENT, world
from pagerduty_fake import pagerduty
from processes import run

pytest_plugins = ("ircd", "stores")
pytestmark = pytest.mark.anyio

QUESTIONS = (
    "who owns docs.python.org?",
    "where does docs.python.org run",
    "who owns dosc.python.org",
    "what breaks if salt-master is down",
    "who is on call for docs.python.org",
)


@pytest.fixture
async def both(ircd, tmp_path):
    async with world(tmp_path, ircd) as one:
        yield one
        assert one.bot.errors == []


async def test_the_same_question_has_the_same_facts_everywhere(both, tmp_path):
    for question in QUESTIONS:
        done = run(tmp_path, "ask", question, PSFBOT_CATALOG=str(tmp_path / "catalog.yaml"))
        fact = done.stdout.decode().splitlines()[0]
        on_irc = await both.says(f"psfbot: {question}")
        on_slack = await both.asks(question)

        assert fact
        assert (on_irc, on_slack.partition("\n")[0]) == (fact, fact)


async def test_an_alert_is_told_in_both_rooms_and_who_takes_it_on_either_is_seen_on_the_other(both):
    await both.pingdom("http_down")
    card = await both.shown("DOWN #1 docs.python.org")

    assert (await both.told("DOWN #1 docs.python.org")) in "\n".join((card["text"],))
    assert await both.says("!ack 1") == "#1 docs.python.org: acknowledged by coffee."
