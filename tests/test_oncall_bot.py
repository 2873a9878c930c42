"""On-call duty in the running bot: asked for by its loops, climbed by its clock, and found by its commands."""

import asyncio
from datetime import timedelta

import pytest
from conftest import SAMPLE
from pagerduty_account import EVENTS_KEY, SENDER, TOKEN, Turn
from pagerduty_fake import pagerduty
from stores import DAY, incident

from psfbot.app import now, start
from psfbot.app.bot import Bot
from psfbot.chat.message import Message, Speaker
from psfbot.relay.incident import Happening
from psfbot.store.db import Database
from psfbot.store.marks import SqlMarks

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
BOSS = Speaker("boss", operator=True)
RECORDS = """
oncall:
  infra:
    team: infra
    pagerduty_schedule: PS
    backup:
      - ee

services:"""


def environ(folder, account):
    text = SAMPLE.read_text("utf-8").replace("\nservices:", RECORDS, 1)
    text = text.replace("  mdk:\n    name:", "  mdk:\n    irc: mdk\n    pagerduty: PANNA01\n    name:", 1)
    (folder / "catalog.yaml").write_text(text, "utf-8")
    given = {
        "TOKEN": TOKEN,
        "EVENTS_KEY": EVENTS_KEY,
        "FROM": SENDER,
        "API_URL": account.url,
        "EVENTS_URL": account.url,
    }
    named = {f"PSFBOT_PAGERDUTY_{name}": value for name, value in given.items()}
    return {"PSFBOT_CATALOG": str(folder / "catalog.yaml"), "PSFBOT_PLUGINS": "pagerduty", **named}


@pytest.fixture
def account():
    at = now()
    turns = [Turn("PANNA01", at - DAY, at + DAY)]
    with pagerduty(now=at, schedules={"PS": turns}, policies={"PA": [["PS"]]}) as opened:
        yield opened


@pytest.fixture
async def bot(tmp_path, account):
    """A bot that leads, speaks on IRC only, and knows this account."""
    with Database.open(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}") as db:
        made = Bot(start(environ(tmp_path, account)), db, {}, {"irc": "#ops"}, asyncio.Event())
        await made.leader.poll()
        yield made
        made.roster.close()
        await made.leader.resign()


async def says(bot, text):
    return (await bot.desk.answer(Message(text, BOSS, "irc", "#ops"))).lines[0]


async def test_the_rotas_are_asked_for_and_questions_are_answered_from_what_is_kept(bot, account):
    assert (await says(bot, "who is on call")).startswith("infra: Ee Durbin is on call, at any time.")
    await bot.rotas()
    asked = len(account.seen)

    assert (await says(bot, "who is on call")).startswith("infra: Julien Palard is on call, until")
    assert len(account.seen) == asked


async def test_a_follower_asks_nobody(bot, account):
    await bot.leader.resign()
    await bot.rotas()

    assert account.seen == []


async def test_a_page_goes_out(bot, account):
    await bot.rotas()
    await says(bot, "page docs.python.org because uploads fail")

    assert (await says(bot, "yes")).startswith("Paged Julien Palard about docs.python.org: PagerDuty has taken it")
    assert [one["title"] for one in account.incidents.values()] == ["uploads fail"]
    assert sum((await bot.outbox.counts()).values()) == 2  # the room, and Julien alone


async def test_the_clock_calls_whoever_is_on_call_once(bot):
    await bot.rotas()
    opened = await bot.store.write(
        lambda ledger: ledger.open_incident(incident("docs.python.org", at=now() - timedelta(minutes=20)))
    )
    for _ in range(3):
        await bot.tick()
    entries = await bot.store.read(lambda ledger: ledger.timeline(opened.number))

    assert [entry.text for entry in entries if entry.kind is Happening.ESCALATED] == ["primary: Julien Palard"]


async def test_the_clock_tells_of_a_hand_off(bot):
    await bot.rotas()
    await SqlMarks(bot.db).set("on call: infra", now() - DAY, "ee")
    for _ in range(2):
        await bot.tick()

    assert sum((await bot.outbox.counts()).values()) == 2
    assert (await SqlMarks(bot.db).all())["on call: infra"].value == "mdk"


async def test_what_is_long_over_is_forgotten(bot):
    await bot.clean()

    assert await bot.roster.duties.overrides(now()) == []
