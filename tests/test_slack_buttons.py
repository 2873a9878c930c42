"""Buttons below answers: pages turn, a choice is the asker's, and no button changes what its text did not say."""

import pytest
from slack_kit import said
from slack_kit.front import Front
from slack_kit.stage import stage, until
from slack_kit.workspace import GUEST, JACOB, Workspace

from psfbot.platforms.slack import blocks, views
from psfbot.platforms.slack.answering import NO_NAME, NOT_YOURS, WRITES
from psfbot.platforms.slack.blocks import button
from psfbot.platforms.slack.views import About

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


@pytest.fixture
async def bot(tmp_path):
    front = Front(Workspace())
    await front.start()
    async with stage(tmp_path, front) as one:
        yield one
        assert one.bugs == []
        assert front.broken == []
    await front.stop()


def message(action, value):
    """A message with one button."""
    return {"ts": "1.1", "blocks": [{"type": "actions", "elements": [button("x", action, value)]}]}


def actions(answer):
    return {e["action_id"]: e for block in answer["blocks"] if block["type"] == "actions" for e in block["elements"]}


async def test_pages_are_turned_by_a_button_and_by_saying_so(bot, monkeypatch):
    monkeypatch.setattr(blocks, "PAGE", 900)
    await bot.direct("help")
    (first,) = await bot.said(1, bot.front.workspace.direct)
    await bot.press(first, "more:2", JACOB)
    (second,) = await bot.replied(1)
    await bot.direct("more")
    _, again = await bot.said(2, bot.front.workspace.direct)
    pages = [[block["text"] for block in one["blocks"] if "text" in block] for one in (first, second, again)]

    assert pages[0] != pages[1]
    assert pages[1] == pages[2]


async def test_a_choice_belongs_to_whoever_asked(bot):
    await bot.mention("what is python")
    (answer,) = await bot.said(1)
    picks = [name for name in actions(answer) if name.startswith("pick:")]
    await bot.press(answer, "pick:1", GUEST)
    (refused,) = await bot.replied(1)
    await bot.press(answer, "pick:1", JACOB)
    _, told = await bot.replied(2)

    assert len(picks) >= 2
    assert refused["text"] == NOT_YOURS
    assert actions(answer)["pick:1"]["text"]["text"].split()[0] in told["text"]


@pytest.mark.parametrize("action", ["ask:x", "more:2"])
async def test_no_button_of_an_answer_changes_anything(bot, action):
    await bot.alert()
    await bot.said(1)
    await bot.press(message(action, "resolve 1"), action, JACOB)
    (refused,) = await bot.replied(1)
    found = await bot.store.read(lambda ledger: ledger.incident(1))

    assert refused["text"] == WRITES
    assert found.state.value == "open"


@pytest.mark.parametrize("action", ["open:runbook", "something:else", "incident:frobnicate"])
async def test_a_button_that_only_opens_a_page_is_acknowledged_and_nothing_more(bot, action):
    envelope = await bot.press(message(action, "1"), action, JACOB)
    await bot.command("help")
    await bot.replied(1)

    assert envelope in bot.front.acks


@pytest.mark.parametrize("value", ["999", "", "x", "9" * 400])
@pytest.mark.parametrize("action", ["incident:mute", "incident:note", "incident:ack"])
async def test_a_button_of_an_incident_that_is_not_there_says_so(bot, action, value):
    payload = message(action, value or " ")
    await bot.press(payload, action, JACOB)
    (told,) = await bot.replied(1)

    assert told["response_type"] == "ephemeral"
    assert bot.front.workspace.views == []


async def test_what_the_catalog_does_not_know_cannot_be_muted_by_name(bot):
    await bot.alert(about="gopher.example.org")
    (card,) = await bot.said(1)
    await bot.press(card, "incident:mute", JACOB)
    (told,) = await bot.replied(1)

    assert "has no name to silence" in told["text"]


async def test_a_form_that_slack_does_not_open_in_time_is_told(bot):
    await bot.alert()
    (card,) = await bot.said(1)
    bot.front.plan("views.open", bot.front.refusal)
    await bot.press(card, "incident:note", JACOB)
    (told,) = await bot.replied(1)

    assert "Press the button again" in told["text"]


async def test_a_form_of_somebody_who_may_not_is_answered_to_them_alone(bot):
    await bot.alert()
    (card,) = await bot.said(1)
    await bot.press(card, "incident:note", GUEST)
    await until(lambda: len(bot.front.workspace.views) == 1)
    form = bot.front.workspace.views[0]
    await bot.front.send("interactive", said.submit(form, GUEST, text="mine now"))
    await until(lambda: len(bot.front.workspace.ephemeral) == 1)
    (told,) = bot.front.workspace.ephemeral

    assert told["text"].startswith("That needs a responder")
    assert (told["user"], told["thread_ts"]) == (GUEST, card["ts"])
    assert len(await bot.messages()) == 1


@pytest.mark.parametrize("about", ["", "{}", "[]", '{"number": "x", "service": "", "channel": "", "message": ""}'])
async def test_a_form_that_is_not_ours_changes_nothing(bot, about):
    view = {**views.note(About(1)), "private_metadata": about, "id": "V1"}
    envelope = await bot.front.send("interactive", said.submit(view, JACOB, text="x"))
    await bot.command("help")
    await bot.replied(1)

    assert envelope in bot.front.acks
    assert bot.front.workspace.ephemeral == []


async def test_a_home_tab_that_slack_refuses_is_only_logged(bot):
    bot.front.plan("views.publish", bot.front.refusal)
    await bot.front.send("events_api", said.home(JACOB))
    await until(lambda: len(bot.front.made("views.publish")) == 1)
    await bot.front.send("events_api", said.home(JACOB))
    await until(lambda: JACOB in bot.front.workspace.homes)


async def test_the_search_box_changes_nothing(bot):
    await bot.alert()
    await bot.said(1)
    trigger = await bot.front.workspace.trigger(JACOB)
    await bot.front.send("interactive", said.search("resolve 1", JACOB, trigger))
    await until(lambda: len(bot.front.workspace.views) == 1)
    found = await bot.store.read(lambda ledger: ledger.incident(1))

    assert "That changes something" in str(bot.front.workspace.views[0]["blocks"])
    assert found.state.value == "open"


async def test_the_shortcut_on_a_message_without_a_service_says_what_to_type(bot):
    payload = said.shortcut("lunch anybody?", JACOB, bot.room, bot.respond, "trigger-1")
    await bot.front.send("interactive", payload)
    (told,) = await bot.replied(1)

    assert told["text"] == NO_NAME
