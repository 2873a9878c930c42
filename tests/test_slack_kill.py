"""`psfbot run` on a Slack of ours: it starts, answers, and however often it is killed, each alert is there once.

PSFBOT_TEST_KILLS, PSFBOT_TEST_NOTICES and PSFBOT_TEST_SEED make it a long run (docs/reliability.md).
"""

import asyncio
import contextlib
import json
import random
from collections import Counter
from io import BytesIO
from time import monotonic, time

import aiohttp
import pytest
from chaos import SEED, TOLD, UNREAD, Senders, amount, catalog, figures, moments, running, webhooks
from processes import run
from slack_kit import said
from slack_kit.emulator import TOKEN, Emulator
from slack_kit.front import BAD_APP_TOKEN, Front
from slack_kit.stage import APP_TOKEN, SIGNING, until
from slack_kit.workspace import GUEST, Workspace
from stores import eventually

from psfbot.platforms.slack.signature import sign

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

NOTICES = amount("NOTICES", 40)
ROOMS = 2


@pytest.fixture(params=["memory", "emulate"])
async def front(request, tmp_path):
    one = Front(Workspace() if request.param == "memory" else Emulator(tmp_path))
    await one.start()
    yield one
    await one.stop()


def rooms(front):
    return [front.workspace.room, front.workspace.other]


def settings(front, **more):
    token = TOKEN if isinstance(front.workspace, Emulator) else "xoxb-test"
    given = {"BOT_TOKEN": token, "APP_TOKEN": APP_TOKEN, "API_URL": front.url, "INTERVAL": "0", **more}
    return {f"PSFBOT_SLACK_{name}": value for name, value in given.items()}


def slack_catalog(folder, front, services):
    """Invented services, each with a channel."""
    file = catalog(folder, services, ROOMS)
    text = file.read_text("utf-8")
    for number, channel in enumerate(rooms(front)):
        text = text.replace(f'irc: "#room-{number}"', f"slack: {channel}")
    file.write_text(text, "utf-8")


async def messages(front):
    return [one for channel in rooms(front) for one in await front.workspace.listed(channel)]


async def test_kills_while_alerts_are_told_lose_none_and_double_none(front, tmp_path):
    kills, slowest = amount("KILLS", 2), 0.0
    url = f"sqlite:///{tmp_path / 'psfbot.sqlite3'}"
    slack_catalog(tmp_path, front, NOTICES)
    async with running(url, tmp_path, **settings(front)) as bot:
        await Senders(webhooks(NOTICES, NOTICES), lambda: bot.port).run()
        for after, more, _ in moments(kills, NOTICES):
            while len(front.made("chat.postMessage")) < after:  # noqa: ASYNC110 - the bot is another process
                await asyncio.sleep(0.002)
            await asyncio.sleep(more)
            await bot.kill()
            began = monotonic()
            await bot.start()
            slowest = max(slowest, monotonic() - began)
        await bot.until(UNREAD, 0)
        took = await bot.until(TOLD, NOTICES)
        await bot.stop()
    heard = Counter(message["text"] for message in await messages(front))
    marked = sum("(repeat?)" in text for text in heard)
    lost = NOTICES - len(heard)
    doubled = sum(heard.values()) - len(heard)
    figures(f"kills while telling Slack, {type(front.workspace).__name__}", notices=NOTICES, kills=bot.lives - 1,
            lost=lost, doubled=doubled, marked=marked, seconds=round(took, 1), start=round(slowest, 1))  # fmt: skip

    assert (lost, doubled, marked) == (0, 0, 0)
    assert front.broken == []
    assert bot.errors == []


async def test_the_running_bot_is_ready_once_slack_hears_it_and_answers_a_question(front, tmp_path):
    slack_catalog(tmp_path, front, 3)
    user = getattr(front.workspace, "users", {}).get("guest", GUEST)
    url = f"sqlite:///{tmp_path / 'psfbot.sqlite3'}"
    async with running(url, tmp_path, **settings(front)) as bot:

        async def ready():
            await asyncio.sleep(0.02)
            return (await bot.ask("/readyz"))[0] == 200

        await eventually(ready)
        text = f"<@{front.workspace.bot}> what is <http://s1.example.org|s1.example.org>"
        asked = await front.workspace.say(text, user, front.workspace.room)
        await front.send("events_api", said.mention(text, user, front.workspace.room, ts=asked))

        async def answered():
            await asyncio.sleep(0.02)
            return len(await messages(front)) == 2

        await eventually(answered)
        front.plan("apps.connections.open", *[front.refusal] * 100)
        front.cut()

        async def unready():
            await asyncio.sleep(0.02)
            return (await bot.ask("/readyz"))[0] == 503

        await eventually(unready)
        _, why = await bot.ask("/readyz")
        await bot.stop()
    _, answer = await messages(front)

    assert "Service 1" in answer["text"] or "s1.example.org" in answer["text"]
    assert "hears nothing" in why
    assert bot.errors == []


async def test_with_a_bad_token_the_bot_does_not_start_and_says_why(tmp_path):
    front = Front(Workspace())
    await front.start()
    more = settings(front, APP_TOKEN=BAD_APP_TOKEN) | {"PSFBOT_PORT": "0"}
    found = await asyncio.to_thread(run, tmp_path, "run", **more)
    await front.stop()

    assert found.returncode != 0
    assert b"Slack refuses PSFBOT_SLACK_APP_TOKEN" in found.stderr
    assert len(front.calls) == 2


async def test_over_http_the_running_bot_takes_what_slack_signed_and_nothing_else(tmp_path):
    front = Front(Workspace())
    await front.start()
    slack_catalog(tmp_path, front, 3)
    more = settings(front, APP_TOKEN="", SIGNING_SECRET=SIGNING)
    asked = json.dumps(said.mention("<@U0BOT> what is s1.example.org", GUEST, front.workspace.room)).encode()
    challenge = b'{"type": "url_verification", "challenge": "3eZb"}'
    async with (
        running(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}", tmp_path, **more) as bot,
        aiohttp.ClientSession() as session,
    ):

        async def post(body, secret=SIGNING):
            at = str(int(time()))
            signed = {"x-slack-request-timestamp": at, "x-slack-signature": sign(secret, at, body)}
            headers = {"content-type": "application/json", **signed}
            url = f"http://127.0.0.1:{bot.port}/slack/events"
            async with session.post(url, data=BytesIO(body), headers=headers) as answer:
                return answer.status, await answer.text()

        proved = await post(challenge)
        answers = [await post(asked), await post(asked), await post(asked, "forged"), await post(b" " * 2**21)]

        async def answered():
            await asyncio.sleep(0.02)
            return len(front.made("chat.postMessage"))

        await eventually(answered)
        got, _ = await bot.ask("/slack/events")
        await bot.stop()
    await front.stop()

    assert (proved[0], json.loads(proved[1])) == (200, {"challenge": "3eZb"})
    assert [status for status, _ in answers] == [200, 200, 401, 413]
    assert got == 405
    assert len(front.made("chat.postMessage")) == 1
    assert bot.errors == []


async def test_questions_that_are_asked_while_the_bot_is_killed_are_answered_once_each(tmp_path):
    count, draw = amount("QUESTIONS", 6), random.Random(SEED)  # noqa: S311
    front = Front(Workspace())
    await front.start()
    slack_catalog(tmp_path, front, 3)
    room, sent = front.workspace.room, {}

    async def tell(payloads):
        """Tell again what was not acknowledged, as Slack does."""
        for payload in payloads:
            if not front.acks.keys() & sent.setdefault(payload["event_id"], set()):
                await until(lambda: front.sockets)
                with contextlib.suppress(OSError):
                    sent[payload["event_id"]].add(await front.send("events_api", payload, retry_attempt=1))

    payloads = []
    async with running(f"sqlite:///{tmp_path / 'psfbot.sqlite3'}", tmp_path, **settings(front)) as bot:
        for number in range(count):
            text = f"<@{front.workspace.bot}> what is s{number % 3}.example.org"
            asked = await front.workspace.say(text, GUEST, room)
            payloads.append(said.mention(text, GUEST, room, ts=asked))
            await tell(payloads)
            await asyncio.sleep(draw.uniform(0, 0.05))
            await bot.kill()
            await until(lambda: not front.sockets)
            await bot.start()
        for _ in range(3):
            await tell(payloads)
            await asyncio.sleep(0.1)

        async def answered():
            await asyncio.sleep(0.02)
            return len({one["thread_ts"] for one in await messages(front) if "blocks" in one}) == count

        await eventually(answered, 60)
        await bot.stop()
    answers = Counter(one["thread_ts"] for one in await messages(front) if "blocks" in one)
    await front.stop()
    figures("kills while answering in Slack", questions=count, kills=count, answers=answers.total())

    assert set(answers.values()) == {1}
    assert len(answers) == count
    assert bot.errors == []
