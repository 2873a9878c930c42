"""What is pressed on a checklist in Slack is kept and done once, whatever happens on the way, within Slack's limits."""

import asyncio
from time import monotonic

import pytest
from checklist_kit import template
from slack_kit import said
from slack_kit.front import Fault, Front
from slack_kit.listed import DOCS, buttons, form, run, say, shown, start, submit
from slack_kit.stage import stage, until
from slack_kit.workspace import JACOB, JULIEN, ROOM, Workspace
from stores import eventually

from psfbot.errors import StoreBusy

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
KILLED = "killed"
TIMES = 50
ACKNOWLEDGED = 0.5
"""Seconds; a quiet machine needs 0.05, and Slack waits for 3."""


@pytest.fixture
async def bot(tmp_path):
    front = Front(Workspace())
    await front.start()
    async with stage(tmp_path, front) as one:
        yield one
        assert one.bugs == []
        assert front.broken == []
    await front.stop()


async def test_what_slack_says_twice_is_done_once(bot):
    card = await start(bot)
    trigger = await bot.front.workspace.trigger(JACOB)
    payload = said.press(card, "list:done:1.1", JACOB, ROOM, bot.respond, trigger)
    await bot.front.send("interactive", payload)
    await bot.front.send("interactive", payload)
    await shown(bot, "1 of 5 done")
    await bot.command("help")
    told = await bot.replied(1)

    assert [answer for answer in told if "already" in answer["text"]] == []


async def test_a_tick_that_was_acknowledged_survives_a_kill(bot, monkeypatch):
    card = await start(bot)
    monkeypatch.setattr(bot.slack.office, "begin", lambda *_, **__: None)
    envelope = await bot.press(card, "list:done:1.1")
    await until(lambda: envelope in bot.front.acks)
    await bot.kill()
    lost = (await run(bot)).over
    bot.slack.office = None
    await bot.open()
    await shown(bot, "1 of 5 done")

    assert lost == 0


async def test_a_message_that_is_old_takes_back_nothing_that_was_done_since(bot):
    await start(bot)
    await say(bot, "block 1.1 because they sleep")
    card = await shown(bot, "blocked by Jacob Coffee")
    await say(bot, "undo 1.1")
    await say(bot, "done 1.1")
    await bot.press(card, next(one for one in buttons(card) if one.endswith("block:1.1")))
    (told,) = await bot.replied(1)

    assert told["text"] == "This message was old: 1.1 is done now. Nothing changed."
    assert (await run(bot)).over == 1


@pytest.mark.parametrize(
    "fault", [Fault(done=True), Fault(), Fault(status=500, done=True), Fault(status=429, after="0"), Fault(status=503)]
)
async def test_the_message_is_there_once_whatever_happens_on_the_way(bot, fault):
    bot.front.plan("chat.postMessage", fault, channel=ROOM)
    card = await start(bot)
    bot.front.plan("chat.update", fault, channel=ROOM)
    await bot.press(card, "list:done:1.1")
    await shown(bot, "1 of 5 done")

    assert len([m for m in await bot.messages() if "thread_ts" not in m]) == 1


async def test_a_channel_that_takes_no_message_is_given_up_and_whoever_started_it_is_told(bot):
    bot.front.plan("chat.postMessage", Fault(error="not_in_channel"), channel=ROOM)
    view = await form(bot)
    await submit(bot, view, template="move", service=DOCS)
    await until(lambda: len(bot.front.workspace.ephemeral) == 1)
    await say(bot, "done 1.1")
    (told,) = bot.front.workspace.ephemeral

    assert told["text"].startswith("Started: checklist 1, move for docs.python.org.")


async def test_a_long_run_stays_within_the_limits(bot):
    steps = "".join(
        f"  - {{id: s{n}, text: '{'Do & say <it> ' * 60}', needs: [{'' if n < 30 else 's1'}]}}\n" for n in range(120)
    )
    head = 'name: long\ntitle: Long\nabout: x\napplies_to: "lifecycle:production"\nsteps:\n'
    bot.lists.shelf.templates["long"] = template(head + steps)
    await submit(bot, await form(bot, "checklist start long"), template="long", service=DOCS)
    card = await shown(bot, "0 of 120 done")

    assert len(buttons(card)) > 10
    assert "list:page:1.1" in str(card["blocks"])


async def test_a_message_that_was_posted_just_before_a_kill_is_found_and_not_posted_again(bot, monkeypatch):
    cards = bot.slack.office.cards

    async def killed(*_):
        raise StoreBusy(KILLED)

    monkeypatch.setattr(cards.kept, "keep", killed)
    await start(bot)
    await bot.kill()
    monkeypatch.undo()
    bot.slack.office = None
    await bot.open()
    await say(bot, "done 1.1")
    await shown(bot, "1 of 5 done")

    assert len([m for m in await bot.messages() if "thread_ts" not in m]) == 1


async def test_a_line_of_the_thread_is_there_once_whatever_happens_on_the_way(bot):
    card = await start(bot)
    bot.front.plan("chat.postMessage", Fault(done=True), channel=ROOM)
    await say(bot, "done 1.1")
    await shown(bot, "1 of 5 done")

    async def told():
        await asyncio.sleep(0.01)
        return [m for m in await bot.messages() if "did 1.1" in m["text"]]

    await eventually(told)
    await until(lambda: len(bot.front.made("conversations.replies")) == 1)
    (entry,) = await told()

    assert entry["thread_ts"] == card["ts"]


async def test_forms_and_presses_are_acknowledged_at_once(bot):
    card = await start(bot)
    view = await form(bot)
    waits = []
    for _ in range(TIMES):
        began = monotonic()
        envelope = await bot.press(card, "list:done:1.1", JULIEN)
        await until(lambda sent=envelope: sent in bot.front.acks)
        waits.append(bot.front.acks[envelope][0] - began)
        began = monotonic()
        await submit(bot, view, template="move", service="dosc.python.org")
        waits.append(monotonic() - began)
    slowest = sorted(waits)[int(len(waits) * 0.99) - 1]

    assert slowest < ACKNOWLEDGED


@pytest.mark.parametrize("ticks", range(5))
async def test_whoever_looks_after_messages_ends_also_when_the_bell_rings_at_that_moment(bot, ticks):
    cards = bot.slack.office.cards
    tending = asyncio.ensure_future(cards.tend())
    await eventually(lambda: asyncio.sleep(0.01, cards.leads and not cards.bell.is_set()))
    await asyncio.sleep(0.2)
    cards.bell.set()
    for _ in range(ticks):
        await asyncio.sleep(0)
    tending.cancel()
    done, _ = await asyncio.wait([tending], timeout=3)

    assert done
