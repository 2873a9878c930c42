"""Slack as the bot holds it: it is known before it speaks, tells how it stands, and lets go of everything."""

import asyncio
import json
from datetime import timedelta

import pytest
from slack_kit import said
from slack_kit.front import Fault, Front
from slack_kit.stage import APP_TOKEN, SIGNING, peopled, stage, until
from slack_kit.workspace import Workspace
from stores import NOON, notice

from psfbot.app import start
from psfbot.app.platforms import platforms, preflight, rooms, state
from psfbot.errors import DeliveryError
from psfbot.platforms.slack import platform as module
from psfbot.platforms.slack.lanes import Lanes
from psfbot.platforms.slack.plan import Plan, plan
from psfbot.platforms.slack.platform import NOT_YET, Slack
from psfbot.platforms.slack.signature import sign
from psfbot.relay.notice import Delivery, Parcel
from psfbot.store.db import Database

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
SET = {
    "PSFBOT_SLACK_BOT_TOKEN": "xoxb-1", "PSFBOT_SLACK_APP_TOKEN": "xapp-1", "PSFBOT_SLACK_SIGNING_SECRET": "a,b",
    "PSFBOT_SLACK_CHANNELS": "C1,C2", "PSFBOT_SLACK_INTERVAL": "0.5", "PSFBOT_SLACK_API_URL": "http://127.0.0.1:9/api/",
}  # fmt: skip


@pytest.fixture
async def front():
    one = Front(Workspace())
    await one.start()
    yield one
    await one.stop()


def idle(front, **more):
    return Slack(Plan("xoxb-1", APP_TOKEN, url=front.url, **more), peopled, None, lambda: NOON)


async def test_until_slack_has_told_who_we_are_nothing_is_ready(front):
    slack = idle(front)
    parcel = Parcel(id=1, notice=notice(), state=Delivery.SENDING, attempts=1, created_at=NOON, not_before=NOON)
    with pytest.raises(DeliveryError) as refused:
        await slack.send(parcel)

    assert (slack.ready, slack.status, state(slack)) == (False, NOT_YET, NOT_YET)
    assert not refused.value.final
    assert slack.numbers() == {"connected": 0.0}


async def test_slack_is_asked_who_we_are_until_it_answers(front, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FIRST", 0.01)
    front.plan("auth.test", Fault(status=503), Fault(), Fault(error="internal_error"))
    async with stage(tmp_path, front) as bot:
        assert len(front.made("auth.test")) == 4
        assert (bot.slack.ready, state(bot.slack)) == (True, "ok")


async def test_it_counts_what_it_hears(front, tmp_path):
    async with stage(tmp_path, front) as bot:
        await bot.mention("help", event_id="Ev1")
        await bot.said(1)
        await bot.mention("help", event_id="Ev1")
        await until(lambda: bot.slack.numbers().keys() >= {"repeated_total", "answered_total"})
        found = bot.slack.numbers()

    assert found == {"connected": 1.0, "heard_total": 1.0, "answered_total": 1.0, "repeated_total": 1.0}


async def test_when_it_cannot_hear_it_says_so_and_still_speaks(front, tmp_path):
    async with stage(tmp_path, front) as bot:
        front.plan("apps.connections.open", *[front.refusal] * 50)
        front.cut()
        await until(lambda: "does not accept" in bot.slack.status)
        told = state(bot.slack)
        await bot.alert()
        await bot.said(1)

    assert told.startswith("hears nothing: ")


async def test_after_the_end_nothing_is_left_open(front, tmp_path):
    async with stage(tmp_path, front) as bot:
        session = bot.slack.office.calls.session
    await until(lambda: front.sockets == [])

    assert session.closed
    assert bot.slack.office is None


async def test_over_http_it_is_known_with_the_first_request_that_slack_answers(front, ask):
    slack = idle(front, signing_secrets=(SIGNING,))
    at = str(int(NOON.timestamp()))
    headers = {"x-slack-request-timestamp": at, "x-slack-signature": sign(SIGNING, at, b"{}")}
    front.plan("auth.test", Fault(status=503))
    ill = await slack.request(ask.desk, headers, b"{}")
    well = await slack.request(ask.desk, headers, b"{}")
    await slack.close()

    assert (ill.status, well.status) == (503, 200)


async def test_of_two_first_requests_one_asks_who_we_are(front):
    slack = idle(front)
    await asyncio.gather(slack.open(None), slack.open(None))
    await slack.close()

    assert len(front.made("auth.test")) == 1


def test_the_settings_become_a_plan():
    made = plan(start(SET).settings)

    assert made == Plan("xoxb-1", "xapp-1", ("a", "b"), "http://127.0.0.1:9/api", ("C1", "C2"), 0.5)
    assert made.by_socket


def test_every_secret_of_slack_is_kept_out_of_the_log():
    assert {"xoxb-1", "xapp-1", "a", "b"} <= set(start(SET).secret_words())


@pytest.mark.parametrize("on", [True, False])
async def test_slack_is_on_when_its_token_is_set(tmp_path, on):
    app = start(SET if on else {})
    with Database.open(f"sqlite:///{tmp_path / 'x.sqlite3'}") as db:
        found = platforms(app, db=db)

    assert list(found) == (["slack"] if on else [])
    assert rooms(app) == ({"slack": "C1"} if on else {})


async def test_a_platform_without_a_check_of_its_own_needs_none(front):
    await preflight([idle(front), object()])

    assert len(front.calls) == 2


async def test_a_bug_in_one_answer_is_told_and_harms_no_other(front, tmp_path):
    async with stage(tmp_path, front) as bot:
        calls = bot.slack.office.calls
        whole, calls.post = calls.post, None
        await bot.mention("help")
        await until(lambda: len(bot.bugs) == 1)
        calls.post = whole
        await bot.mention("help")
        await bot.said(1)
        await until(lambda: not bot.slack.office.lanes.waiting)
        left = await bot.slack.heard.waiting(bot.now())

    assert isinstance(bot.bugs[0], TypeError)
    assert left == []


async def test_a_bug_in_a_lane_is_told_and_the_lane_goes_on():
    bugs, done = [], []
    lanes = Lanes(bugs.append)

    async def fail():
        raise ArithmeticError

    async def succeed():
        done.append(1)

    lanes.begin("a", fail)
    lanes.begin("a", succeed)
    await lanes.end(5)

    assert [type(bug) for bug in bugs] == [ArithmeticError]
    assert done == [1]


async def test_what_does_not_end_in_time_is_given_up():
    lanes = Lanes()
    lanes.begin("a", asyncio.Event().wait)
    await lanes.end(0.01)

    assert not lanes.tasks


async def test_a_question_of_long_ago_is_not_answered_after_a_restart(front, tmp_path):
    async with stage(tmp_path, front) as bot:
        payload = said.mention("help", "U1", bot.room)
        await bot.slack.heard.keep("event EvOld", json.dumps(payload), bot.now() - 2 * timedelta(hours=1))
        await bot.slack.office.catch_up(timedelta(0))
        left = await bot.slack.heard.waiting(bot.now())

    assert left == []
    assert front.made("chat.postMessage") == []
