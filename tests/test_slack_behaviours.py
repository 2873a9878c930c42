"""The twelve ways in which Bolt and Slack surprise whoever trusts them: each of them does no harm here."""

import asyncio
from datetime import timedelta
from time import monotonic

import aiohttp
import pytest
from slack_kit import said
from slack_kit.front import BAD_APP_TOKEN, Fault, Front
from slack_kit.stage import APP_TOKEN, Stage, peopled, stage, until
from slack_kit.workspace import GUEST, JACOB, JULIEN, OTHER, Workspace

from psfbot.errors import UserError
from psfbot.platforms.slack.lanes import MOST
from psfbot.platforms.slack.office import Office
from psfbot.platforms.slack.plan import Plan
from psfbot.platforms.slack.platform import Slack
from psfbot.platforms.slack.socket import Socket
from psfbot.store.heard import SqlHeard

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
OWNS = "who owns docs.python.org"
POST = "chat.postMessage"
HANGS, HANGS_DONE = Fault(hang=60), Fault(hang=60, done=True)


@pytest.fixture
async def front():
    one = Front(Workspace())
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def bot(front, tmp_path):
    async with stage(tmp_path, front) as one:
        yield one
        assert one.bugs == []


def now(bot):
    return str(int(bot.now().timestamp()))


async def acked(bot: Stage, envelope: str) -> float:
    """How long an envelope waited for its acknowledgement."""
    began = monotonic()
    await until(lambda: envelope in bot.front.acks)
    return bot.front.acks[envelope][0] - began


# 1


async def test_an_event_is_acknowledged_while_its_answer_takes_long(bot):
    bot.front.plan(POST, Fault(hang=1.0, done=True))
    envelope = await bot.front.send("events_api", said.mention(OWNS, JACOB, bot.room))

    assert await acked(bot, envelope) < 0.8
    assert bot.front.workspace.messages[bot.room] == []
    assert len(await bot.said(1)) == 1


async def test_an_event_is_acknowledged_although_its_answer_fails(bot):
    bot.front.plan(POST, Fault(error="msg_too_long"))
    envelope = await bot.front.send("events_api", said.mention(OWNS, JACOB, bot.room))

    assert await acked(bot, envelope) < 0.8


@pytest.mark.parametrize("fault", [HANGS, HANGS_DONE])
async def test_a_question_that_a_kill_cuts_short_is_answered_once_after_the_restart(bot, fault):
    asked = await bot.mention(OWNS)
    await bot.said(1)
    bot.front.plan(POST, fault)
    again = await bot.mention("what is docs.python.org")
    await until(lambda: len(bot.front.made(POST)) == 2)
    await bot.kill()
    bot.slack = Slack(bot.plan, lambda: bot.book, SqlHeard(bot.db, "slack"), bot.now, bot.bugs.append, alone=True)
    bot.front.calls.clear()
    if fault.done:  # what was posted shows up although nobody heard of it
        await bot.front.workspace.call(POST, bot.front.lost[0], "xoxb-test")
    await bot.open()
    answers = await bot.said(2)

    assert [answer["thread_ts"] for answer in answers] == [asked, again]
    assert len(bot.front.made(POST)) == (0 if fault.done else 1)


async def test_a_change_that_a_kill_cuts_short_is_not_made_twice(bot):
    await bot.alert()
    await bot.said(1)
    bot.front.plan(POST, HANGS)
    await bot.mention("note 1 restarted nginx")
    await until(lambda: len(bot.front.made(POST)) == 2)
    await bot.kill()
    bot.slack = Slack(bot.plan, lambda: bot.book, SqlHeard(bot.db, "slack"), bot.now, bot.bugs.append, alone=True)
    await bot.open()
    answers = await bot.said(2)
    timeline = await bot.store.read(lambda ledger: ledger.timeline(1))

    assert "I was restarted while I read that" in answers[1]["text"]
    assert [line.text for line in timeline].count("restarted nginx") == 1


# 2


async def test_an_event_that_comes_twice_is_answered_once(bot):
    payload = said.mention(OWNS, JACOB, bot.room, event_id="Ev1")
    envelopes = [await bot.front.send("events_api", payload, retry_attempt=n, retry_reason="timeout") for n in range(5)]
    for envelope in envelopes:
        await acked(bot, envelope)
    await bot.front.send("events_api", said.mention("help", JACOB, bot.room))
    await bot.said(2)

    assert len(bot.front.made(POST)) == 2


async def test_a_second_try_of_an_event_whose_first_was_never_heard_is_answered(bot):
    payload = said.mention(OWNS, JACOB, bot.room)
    await bot.front.send("events_api", payload, retry_attempt=1, retry_reason="timeout")

    assert len(await bot.said(1)) == 1


async def test_while_the_storage_is_busy_an_event_is_left_for_later_and_a_command_is_answered(bot):
    bot.db.close()
    event = await bot.front.send("events_api", said.mention(OWNS, JACOB, bot.room))
    command = await bot.command("help")
    await acked(bot, command)
    await bot.replied(1)

    assert event not in bot.front.acks
    assert bot.front.made(POST) == []


async def test_what_is_just_being_acknowledged_is_not_taken_for_something_left_over(bot):
    office = bot.slack.office
    payload = said.mention(OWNS, JACOB, bot.room)
    await office.keep(payload)
    await office.catch_up(timedelta(0))
    before = dict(office.lanes.waiting)
    office.begin(payload)
    await bot.said(1)

    assert before == {}
    assert len(bot.front.made(POST)) == 1


# 3


async def test_a_command_is_acknowledged_at_once_however_long_its_answer_takes(bot):
    bot.front.slow_replies = 0.5
    envelope = await bot.command("services")

    assert await acked(bot, envelope) < 0.4
    assert bot.front.replies == []
    assert len(await bot.replied(1)) == 1


# 4


@pytest.mark.parametrize(
    ("sort", "payload"),
    [
        ("events_api", said.event({"type": "team_join", "user": {"id": "U1"}})),
        ("events_api", said.event({"type": "a_type_of_next_year"})),
        ("interactive", {"type": "shortcut", "callback_id": "x", "trigger_id": "1", "user": {"id": "U1"}}),
        ("interactive", {"type": "view_closed", "user": {"id": "U1"}, "view": {"id": "V1", "callback_id": "x"}}),
        ("interactive", {"type": "message_action", "callback_id": "y", "trigger_id": "2", "user": {"id": "U1"}}),
        ("slash_commands", said.command("", JACOB, "C1", "", "3") | {"command": "/other"}),
    ],
)
async def test_what_nobody_listens_to_is_acknowledged(bot, sort, payload):
    envelope = await bot.front.send(sort, payload)

    assert await acked(bot, envelope) < 0.8


# 5


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "bot_message", "bot_id": "B1"},
        {"user": "U0BOT"},
        {"subtype": "message_changed"},
    ],
)
async def test_what_bots_say_and_what_is_edited_is_acknowledged_and_not_answered(bot, more):
    payload = said.direct(OWNS, JACOB, bot.front.workspace.direct)
    payload["event"] |= more
    await acked(bot, await bot.front.send("events_api", payload))
    await bot.mention("help")
    await bot.said(1)

    assert len(bot.front.made(POST)) == 1


# 6


async def test_when_slack_asks_for_it_there_is_a_new_connection_and_the_old_one_is_heard_out(bot):
    await bot.front.part()
    await until(lambda: len(bot.front.sockets) == 2)
    await bot.front.send("events_api", said.mention(OWNS, JACOB, bot.room), socket=0)
    await bot.front.send("events_api", said.mention("help", JACOB, bot.room), socket=1)

    assert len(await bot.said(2)) == 2
    assert bot.slack.status == "ok"


async def test_a_connection_that_breaks_is_made_again(bot):
    bot.front.cut()
    await until(lambda: bot.slack.status != "ok")
    await until(lambda: bot.slack.status == "ok")
    await bot.mention(OWNS)

    assert len(await bot.said(1)) == 1


async def test_a_connection_over_which_nothing_comes_any_more_is_noticed_soon(front):
    front.silent = True

    async def address():
        return f"ws://127.0.0.1:{front.port}/socket"

    async with aiohttp.ClientSession() as session:
        socket = Socket(address, session, nobody, beat=0.2)
        running = asyncio.ensure_future(socket.run())
        await until(lambda: socket.connected)
        began = monotonic()
        await until(lambda: not socket.connected)
        took = monotonic() - began
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert took < 4 * 0.2


async def nobody(_):
    return {}, lambda: None


# 7


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"app_token": BAD_APP_TOKEN}, "Slack refuses PSFBOT_SLACK_APP_TOKEN"),
        ({"token": "xoxb-revoked"}, "Slack refuses PSFBOT_SLACK_BOT_TOKEN"),
        ({"token": "xapp-1"}, "PSFBOT_SLACK_BOT_TOKEN does not begin with 'xoxb-'"),
        ({"app_token": "xoxb-1"}, "PSFBOT_SLACK_APP_TOKEN does not begin with 'xapp-'"),
        ({"app_token": ""}, "no way to hear anybody"),
    ],
)
async def test_a_bad_token_ends_the_start_with_a_clear_word(front, changed, words):
    front.workspace.revoked = changed.get("token") == "xoxb-revoked"
    plan = Plan(**{"token": "xoxb-test", "app_token": APP_TOKEN, "url": front.url, **changed})
    slack = Slack(plan, peopled, None, None)
    with pytest.raises(UserError) as refused:
        await slack.preflight()

    assert words in str(refused.value)
    assert len(front.calls) <= 2


async def test_a_slack_that_cannot_be_reached_is_no_reason_not_to_start():
    plan = Plan("xoxb-test", APP_TOKEN, url="http://127.0.0.1:9/api")

    assert await Slack(plan, peopled, None, None).preflight() is None


@pytest.mark.parametrize(
    "fault", [Fault(status=503), Fault(status=429, after="9"), Fault(error="internal_error"), Fault()]
)
async def test_a_slack_that_is_ill_is_no_reason_not_to_start(front, fault):
    front.plan("auth.test", fault)

    assert await Slack(Plan("xoxb-test", APP_TOKEN, url=front.url), peopled, None, None).preflight() is None


async def test_a_token_that_goes_bad_later_is_not_tried_in_a_tight_loop(front):
    asked = []

    async def address():
        asked.append(1)
        raise ValueError

    slept = []

    async def sleep(seconds):
        slept.append(seconds)
        await asyncio.sleep(0)
        if len(slept) == 10:
            raise asyncio.CancelledError

    async with aiohttp.ClientSession() as session:
        with pytest.raises(asyncio.CancelledError):
            await Socket(address, session, nobody, sleep=sleep).run()

    assert slept[-1] >= 10
    assert max(slept) <= 30


# 8


async def test_an_answer_waits_as_long_as_slack_asks(bot):
    bot.front.plan(POST, Fault(status=429, after="1"), Fault(status=429, after="1"))
    await bot.mention(OWNS)
    await bot.said(1)
    first, second, third = [call.at for call in bot.front.made(POST)]

    assert second - first >= 1
    assert third - second >= 1


# 9


@pytest.mark.parametrize(
    "fault", [Fault(), Fault(done=True), Fault(status=503), Fault(status=503, done=True), Fault(error="internal_error")]
)
async def test_an_answer_of_which_nobody_knows_whether_it_arrived_arrives_once(bot, fault):
    bot.front.plan(POST, fault)
    await bot.mention(OWNS)
    await bot.said(1)
    await bot.mention("help")
    answers = await bot.said(2)

    assert len(answers) == 2
    assert "Julien Palard" in answers[0]["text"]


# 10


async def test_all_calls_share_one_connection(bot):
    for _ in range(5):
        await bot.front.send("events_api", said.mention(OWNS, JACOB, bot.room))
    await bot.said(5)

    assert len({call.peer for call in bot.front.made(POST)}) == 1


# 12


async def test_one_person_s_questions_are_answered_in_their_order(bot):
    bot.front.plan(POST, Fault(hang=0.5, done=True))
    asked = [await bot.mention(text) for text in (OWNS, "help", "what is docs.python.org")]
    await bot.said(3)

    assert [call.given["thread_ts"] for call in bot.front.made(POST)] == asked


async def test_nobody_waits_for_the_answer_to_somebody_else(bot):
    bot.front.plan(POST, Fault(hang=2.0, done=True), channel=OTHER)
    await bot.front.send("events_api", said.mention(OWNS, JACOB, OTHER))
    await until(lambda: len(bot.front.made(POST)) == 1)
    began = monotonic()
    for user in (JULIEN, GUEST):
        await bot.mention(OWNS, user)
    await bot.said(2)

    assert monotonic() - began < 1.5


async def test_who_sends_too_much_at_once_is_not_heard_out(bot):
    office = bot.slack.office
    assert isinstance(office, Office)
    bot.front.plan(POST, Fault(hang=0.5, done=True))
    for _ in range(50):
        office.begin(said.direct("help", GUEST, bot.front.workspace.direct))
    await until(lambda: not office.lanes.waiting)

    assert len(bot.front.made(POST)) == MOST
    assert await bot.slack.heard.waiting(bot.now()) == []
