"""Slack over HTTP: what it signed is answered, everything else is refused, and nothing makes the bot fall over."""

import json

import pytest
from slack_kit import said
from slack_kit.front import Front
from slack_kit.stage import SIGNING, stage
from slack_kit.workspace import JACOB, Workspace

from psfbot.platforms.slack import checklist_forms as forms
from psfbot.platforms.slack.checklist_forms import Place
from psfbot.platforms.slack.signature import sign

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
OWNS = "who owns docs.python.org"
POST = "chat.postMessage"


@pytest.fixture
async def front():
    one = Front(Workspace())
    await one.start()
    yield one
    await one.stop()


def now(bot):
    return str(int(bot.now().timestamp()))


@pytest.fixture
async def posted(front, tmp_path):
    async with stage(tmp_path, front, app_token="", signing_secrets=("old", SIGNING)) as one:

        async def post(payload, *, secret=SIGNING, at=None, body=None, **headers):
            raw = json.dumps(payload).encode() if body is None else body
            when = now(one) if at is None else at
            given = {"x-slack-request-timestamp": when, "x-slack-signature": sign(secret, when, raw)}
            return await one.slack.request(one.desk, {"content-type": "application/json", **given, **headers}, raw)

        yield one, post
        assert one.bugs == []


async def test_over_http_a_genuine_event_is_answered(posted):
    bot, post = posted
    said_back = [await post(said.mention(OWNS, JACOB, bot.room), secret=secret) for secret in (SIGNING, "old")]

    assert [answer.status for answer in said_back] == [200, 200]
    assert len(await bot.said(2)) == 2


async def test_over_http_the_address_proves_itself(posted):
    _, post = posted
    answer = await post({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"})

    assert (answer.status, json.loads(answer.body)) == (200, {"challenge": "3eZbrw1a"})


@pytest.mark.parametrize(
    "more",
    [
        {"secret": "other"}, {"at": "0"}, {"at": "soon"}, {"at": ""}, {"at": "9" * 40}, {"at": "1e9"},
        {"x-slack-signature": ""}, {"x-slack-signature": "v0=00"}, {"secret": ""},
    ],
)  # fmt: skip
async def test_over_http_what_slack_did_not_sign_is_refused(posted, more):
    bot, post = posted
    answer = await post(said.mention(OWNS, JACOB, bot.room), **more)

    assert answer.status == 401
    assert bot.front.made(POST) == []


@pytest.mark.parametrize("sort", ["application/json", "application/x-www-form-urlencoded", "text/plain", ""])
async def test_over_http_no_body_makes_it_fall_over(posted, sort):
    _, post = posted
    bodies = [b"", b"\xff\xfe", b"[]", b"{", b'"x"', b"null", b"payload=x", b"payload=%5B%5D", b"[" * 100_000]
    found = [(await post({}, body=body, **{"content-type": sort})).status for body in bodies]

    assert set(found) <= {200, 400}


async def test_over_http_nothing_is_taken_without_a_secret(front, tmp_path):
    async with stage(tmp_path, front) as bot:
        headers = {"x-slack-signature": "v0=1", "x-slack-request-timestamp": now(bot)}
        answer = await bot.slack.request(bot.desk, headers, b"{}")

    assert answer.status == 503


async def test_over_http_a_busy_storage_makes_slack_say_it_again(posted, monkeypatch):
    bot, post = posted
    bot.db.close()
    answer = await post(said.mention(OWNS, JACOB, bot.room))

    assert answer.status == 503


async def test_over_http_a_form_that_is_wrong_stays_open_and_says_why(posted):
    bot, post = posted
    await post(said.home(JACOB))
    view = forms.starting(Place("start"), bot.lists.shelf.templates, "move")
    answer = await post(said.submit({**view, "id": "V1"}, JACOB, template="move", service="dosc.python.org"))
    told = json.loads(answer.body)

    assert answer.status == 200
    assert told["response_action"] == "errors"
    assert "Did you mean docs.python.org" in told["errors"]["service"]
