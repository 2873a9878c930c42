"""The bot and PagerDuty, over sockets: who is on call, overrides, pages, and every way in which PagerDuty can fail."""

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from duties import THEIRS, connect, duty_book, on_duty
from pagerduty_account import EVENTS_KEY, SECRET, SENDER, TOKEN, Turn
from pagerduty_fake import pagerduty
from stage import ADMIN, GUEST, HOUR, MINUTE, NOON, OWNER

from psfbot import plugins
from psfbot.app.duty import first_pager, first_source
from psfbot.relay.letter import Arrival

DAY = timedelta(days=1)
FOUND = plugins.find()
TURNS = [Turn("PMDK001", NOON - DAY, NOON + DAY), Turn("PCOFFEE", NOON + DAY, NOON + 3 * DAY)]


@pytest.fixture
def account():
    with pagerduty(schedules={"PS": TURNS}, policies={"PA": [["PS"], ["PXI0001"]]}) as account:
        account.subscribe()
        yield account


def plugged(account):
    """What the plugin makes of settings that name this account, as the bot does it at its start."""
    given = {"token": TOKEN, "from_": SENDER, "events_key": EVENTS_KEY, "webhook_secrets": SECRET}
    settings = FOUND["pagerduty"].settings.model_validate(given | {"api_url": account.url, "events_url": account.url})
    return first_source(FOUND, {"pagerduty": settings}), first_pager(FOUND, {"pagerduty": settings})


@pytest.fixture
def bot(tmp_path, account):
    with on_duty(tmp_path, duty_book(THEIRS)) as opened:
        (name, source), (pager_name, pager) = plugged(account)
        assert (name, pager_name) == ("pagerduty", "pagerduty")
        connect(opened, source, pager)
        yield opened
        opened.roster.close()


def refresh(bot):
    return asyncio.run(bot.roster.refresh(bot.book.catalog, bot.now))


def webhooks(bot, account):
    """Let the webhooks come that the account has sent since the last look."""
    sent, account.webhooks = account.webhooks, []
    for headers, body in sent:
        bot.now += timedelta(seconds=1)
        delivery = FOUND["pagerduty"].delivery_of(type("Hook", (), {"headers": headers, "body": body})())
        arrival = Arrival(source="pagerduty", delivery=delivery, headers=headers, body=body, received_at=bot.now)
        asyncio.run(bot.inbox.keep(arrival))
        asyncio.run(bot.work())
    return len(sent)


def test_who_is_on_call_is_what_pagerduty_says(bot):
    assert refresh(bot) == ""
    assert bot.says("who is on call for docs.python.org", GUEST) == (
        "docs.python.org: Julien Palard is on call, until 2026-11-21 12:00 UTC (2026-11-21 13:00 for them)."
        " Back-up: PXI0001 then Dustin Ingram. (This does not page.)"
    )
    assert bot.says("when am i next on call", ADMIN).startswith(
        "You are not on call; next for main from 2026-11-21 12:00 UTC"
    )


def bad_days():
    def mood(status, data=None):
        return lambda *_: (status, data or {})

    return {
        "429 without headers": (lambda a: setattr(a, "mood", mood(429)), "PagerDuty asks us to slow down (429)."),
        "401": (lambda a: setattr(a, "mood", mood(401)), "PagerDuty does not take our key (401)"),
        "500": (lambda a: setattr(a, "mood", mood(500)), "PagerDuty has trouble of its own (500)."),
        "hangs": (lambda a: setattr(a, "hang", threading.Event()), "PagerDuty did not answer within 5 seconds."),
        "no JSON": (lambda a: setattr(a, "mood", mood(200, ["no", "map"])), "PagerDuty's answer cannot be read"),
    }


@pytest.mark.parametrize("day", bad_days())
def test_on_a_bad_day_of_pagerduty_answers_come_at_once_with_their_age(bot, account, day):
    refresh(bot)
    bot.now += 20 * MINUTE
    spoil, why = bad_days()[day]
    spoil(account)
    threads = threading.active_count()

    assert refresh(bot).startswith(why)
    began = time.monotonic()
    said = list(bot.ask("who is on call", GUEST, public=True).lines)
    assert time.monotonic() - began < 1
    assert said[0].startswith("main: Julien Palard is on call")
    assert said[-1].startswith("Note: pagerduty does not answer; this is what it said 20 minutes ago. PagerDuty")
    assert threading.active_count() - threads <= 8


def test_while_pagerduty_hangs_a_question_is_answered_beside_the_one_that_waits(bot, account):
    refresh(bot)
    account.hang = threading.Event()

    async def both():
        waiting = asyncio.ensure_future(bot.roster.refresh(bot.book.catalog, bot.now))
        took = []
        while not waiting.done() and len(took) < 50:
            began = time.monotonic()
            await bot.roster.watches(bot.book.catalog, bot.now)
            took.append(time.monotonic() - began)
        account.hang.set()
        await waiting
        return sorted(took)

    took = asyncio.run(both())

    assert len(took) == 50
    assert took[-2] < 0.5


def test_an_override_in_chat_is_one_at_pagerduty(bot, account):
    refresh(bot)

    assert bot.says("cover me with coffee for 2h", OWNER).startswith("main: Jacob Coffee is on call until 14:00 UTC")
    assert [(one["schedule"], one["user"]["id"], one["start"]) for one in account.overrides] == [
        ("PS", "PCOFFEE", "2026-11-20T12:00:00Z")
    ]
    assert bot.says("who is on call", GUEST).startswith("main: Jacob Coffee is on call")
    bot.now += 2 * HOUR
    assert bot.says("who is on call", GUEST).startswith("main: Julien Palard is on call")


def test_a_page_in_chat_is_an_incident_at_pagerduty(bot, account):
    refresh(bot)
    bot.says("page docs.python.org because uploads fail", ADMIN)
    said = bot.says("yes", ADMIN)

    incident = next(iter(account.incidents.values()))
    assert said.startswith("Paged Julien Palard about docs.python.org: PagerDuty has taken it under the key psfbot-")
    assert (incident["title"], incident["assignees"][0]["id"]) == ("uploads fail", "PMDK001")
    assert incident["incident_key"].startswith("psfbot-")


def test_a_page_that_pagerduty_refuses_says_what_to_do_instead(bot, account):
    refresh(bot)
    account.mood = lambda *_: (500, {})
    bot.says("page docs.python.org because uploads fail", ADMIN)
    found = bot.ask("yes", ADMIN).lines

    assert found[0].startswith(
        "I do not know whether Julien Palard was called: PagerDuty has trouble of its own (500)."
    )
    assert "Reach them by hand as well: Reach PSF Infrastructure Team" in found[0]


def test_an_incident_of_pagerduty_is_taken_in_chat_and_ends_there_without_a_loop(bot, account):
    account.open("theirs", "docs.python.org: 5xx rate")
    assert webhooks(bot, account) == 1
    bot.now += timedelta(seconds=1)
    account.now = bot.now
    said = bot.says("ack 1", ADMIN)

    assert said == "#1 docs.python.org: acknowledged by coffee. PagerDuty has it acknowledged."
    assert [one["status"] for one in account.incidents.values()] == ["acknowledged"]
    assert webhooks(bot, account) == 1
    assert webhooks(bot, account) == 0, "what comes back is not passed on again"
    account.now = bot.now + timedelta(seconds=1)
    account.move(next(iter(account.incidents.values())), "resolved", None)
    webhooks(bot, account)

    assert [one.state.value for one in bot.incidents] == ["resolved"]
    assert [one["status"] for one in account.incidents.values()] == ["resolved"]
    puts = [path for method, path, _ in account.seen if method == "PUT"]
    assert len(puts) == 1
    heads = [text.split(" ", 1)[1].split(" #1")[0] for text in bot.heard]
    assert heads == ["DOWN", "ACKED", "UP"], "each change is told once"
