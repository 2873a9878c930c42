"""People talk to the bot in Slack, end to end: in a workspace of ours, and in the npm emulator's."""

import re

import pytest
from slack_kit import said
from slack_kit.emulator import TOKEN, Emulator
from slack_kit.front import Front
from slack_kit.stage import Stage, stage, until
from slack_kit.workspace import GUEST, JACOB, Workspace

from psfbot.chat.message import Message, Speaker

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


@pytest.fixture(params=["memory", "emulate"])
async def bot(request, tmp_path):
    workspace = Workspace() if request.param == "memory" else Emulator(tmp_path)
    front = Front(workspace)
    await front.start()
    more = {} if request.param == "memory" else {"token": TOKEN}
    try:
        async with stage(tmp_path, front, **more) as one:
            yield one
            assert one.bugs == []
            assert front.broken == []
    finally:
        await front.stop()


def who(bot: Stage, name="jacob", otherwise=JACOB):
    return getattr(bot.front.workspace, "users", {}).get(name, otherwise)


def words(message):
    return "\n".join(block["text"]["text"] for block in message["blocks"] if block["type"] == "section")


def plain(text):
    return re.sub(r"<(https?://[^|>]+)>", r"\1", text).replace("*", "")


def fact(bot, question):
    """What `psfbot ask` says to the same question."""
    speaker = Speaker("julien", account="x", person="mdk")
    coroutine = bot.desk.answer(Message(question, speaker, "console", public=False))
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)
    return done.value.value.answer.fact


async def test_a_mention_is_answered_in_its_thread_with_the_facts_of_the_catalog(bot):
    asked = await bot.mention("who owns <http://docs.python.org|docs.python.org>?", who(bot))
    (answer,) = await bot.said(1)

    assert answer["thread_ts"] == asked
    assert plain(words(answer)).startswith(fact(bot, "who owns docs.python.org"))


async def test_a_direct_message_is_answered_beside_it(bot):
    await bot.direct("whos on call for docs.python.org", who(bot))
    (answer,) = await bot.said(1, bot.front.workspace.direct)

    assert "thread_ts" not in answer
    assert plain(words(answer)).startswith(fact(bot, "who is on call for docs.python.org").partition(" (as of")[0])


async def test_a_command_is_acknowledged_and_answered_for_whoever_typed_it(bot):
    envelope = await bot.command("owner docs.python.org", who(bot))
    (answer,) = await bot.replied(1)

    assert envelope in bot.front.acks
    assert answer["response_type"] == "ephemeral"
    assert plain(words(answer)).startswith(fact(bot, "owner docs.python.org"))
    assert await bot.messages() == []


async def test_the_shortcut_tells_whose_service_a_message_is_about(bot):
    trigger = await bot.front.workspace.trigger(who(bot))
    text = "<https://docs.python.org/3/|docs.python.org/3/> is slow today &amp; nobody knows why"
    payload = said.shortcut(text, who(bot), bot.room, bot.respond, trigger)
    await bot.front.send("interactive", payload)
    (answer,) = await bot.replied(1)

    assert plain(words(answer)).startswith(fact(bot, "who owns docs.python.org"))


async def test_a_button_below_an_answer_asks_what_it_says(bot):
    await bot.mention("who owns docs.python.org", who(bot))
    (answer,) = await bot.said(1)
    await bot.press(answer, "ask:oncall", who(bot))
    (reply,) = await bot.replied(1)

    assert plain(words(reply)).startswith("No rota is known for docs.python.org.")


async def test_an_alert_can_be_acknowledged_by_its_button(bot):
    await bot.alert()
    (card,) = await bot.said(1)
    await bot.press(card, "incident:ack", who(bot))
    (told,) = await bot.replied(1)
    await bot.said(2)
    top, entry = sorted(await bot.messages(), key=lambda message: message["ts"])

    assert "DOWN #1 docs.python.org" in words(card)
    assert "ACKED #1 docs.python.org" in words(top)
    assert "ACKED #1 docs.python.org by coffee" in words(entry)
    assert entry["thread_ts"] == top["ts"] == card["ts"]
    assert plain(words(told)) == "#1 docs.python.org: acknowledged by coffee."
    assert "Julien Palard" in words(top)


async def test_what_is_done_on_one_platform_is_seen_on_the_other(bot):
    heard = lambda: [parcel.notice.text for parcel in bot.irc.parcels]  # noqa: E731 - it grows
    await bot.alert()
    (card,) = await bot.said(1)
    await bot.press(card, "incident:ack", who(bot))
    await until(lambda: len(heard()) == 2)
    message = Message("resolve 1", Speaker("jacob", account="coffee", person="coffee"), "irc", "#python-infra")
    await bot.desk.answer(message)
    await bot.said(3)
    top, *log = sorted(await bot.messages(), key=lambda message: message["ts"])

    assert "ACKED #1 docs.python.org by coffee" in heard()[1]
    assert words(top).startswith("🟢 *RESOLVED #1 docs.python.org")
    assert ["ACKED" in words(log[0]), "RESOLVED #1" in words(log[1])] == [True, True]
    assert [block["type"] for block in top["blocks"]] == ["section"]


async def test_a_stranger_who_presses_a_button_is_told_why_nothing_happens(bot):
    await bot.alert()
    (card,) = await bot.said(1)
    await bot.press(card, "incident:resolve", who(bot, "guest", GUEST))
    (told,) = await bot.replied(1)

    assert plain(words(told)).startswith("That needs a responder, and the catalog knows no person with this account.")
    assert len(await bot.messages()) == 1


async def test_a_note_is_written_in_a_form_and_shown_in_the_thread(bot):
    await bot.alert()
    (card,) = await bot.said(1)
    await bot.press(card, "incident:note", who(bot))
    await until(lambda: len(bot.front.workspace.views) == 1)
    form = bot.front.workspace.views[0]
    await bot.front.send("interactive", said.submit(form, who(bot), text="restarted nginx"))
    _, entry = sorted(await bot.said(2), key=lambda message: message["ts"])
    timeline = await bot.store.read(lambda ledger: ledger.timeline(1))

    assert entry["thread_ts"] == card["ts"]
    assert plain(words(entry)) == "Jacob Coffee: #1: noted.\n“restarted nginx”"
    assert ("coffee", "restarted nginx") in [(line.who, line.text) for line in timeline]


async def test_a_service_is_muted_in_a_form(bot):
    await bot.alert()
    (card,) = await bot.said(1)
    await bot.press(card, "incident:mute", who(bot))
    await until(lambda: len(bot.front.workspace.views) == 1)
    form = bot.front.workspace.views[0]
    await bot.front.send("interactive", said.submit(form, who(bot), time="2h", reason="we rebuild it"))
    await bot.said(2)
    (silence,) = await bot.store.read(lambda ledger: ledger.silences(bot.now()))

    assert (silence.subject, silence.author, silence.reason) == ("docs.python.org", "coffee", "we rebuild it")


async def test_the_home_tab_shows_who_is_on_call_what_is_down_and_what_is_mine(bot):
    await bot.alert()
    await bot.said(1)
    await bot.front.send("events_api", said.home(who(bot)))
    await until(lambda: who(bot) in bot.front.workspace.homes)
    blocks = bot.front.workspace.homes[who(bot)]["blocks"]
    headings = [block["text"]["text"] for block in blocks if block["type"] == "header"]

    assert headings == ["My checklists", "On call now", "Open incidents", "My services"]
    assert "#1 docs.python.org" in words({"blocks": blocks})
    assert blocks[0]["element"]["action_id"] == "home:search"


async def test_the_search_box_of_the_home_tab_answers_in_a_window(bot):
    trigger = await bot.front.workspace.trigger(who(bot))
    await bot.front.send("interactive", said.search("who owns docs.python.org", who(bot), trigger))
    await until(lambda: len(bot.front.workspace.views) == 1)

    assert plain(words(bot.front.workspace.views[0])).startswith(fact(bot, "who owns docs.python.org"))
