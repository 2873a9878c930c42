"""A PagerDuty that is down, hangs, or refuses us holds up no webhook, and nobody who waits for news."""

import asyncio
import hmac
import json
import threading
import urllib.request
from datetime import UTC, datetime
from hashlib import sha256
from time import monotonic

import pytest
from pagerduty_account import SECRET
from pagerduty_fake import pagerduty
from processes import Running
from slack_hang import settings, waits
from slack_kit import said
from slack_kit.front import Front
from slack_kit.workspace import JACOB, Workspace

pytestmark = pytest.mark.anyio
HOSTS = ("docs.python.org", "one.example.org", "two.example.net", "three.example.com")
"""Nothing has them in common, so each is told by itself."""
SECONDS = 1.0
"""From the request of a webhook to what stands in the room."""


def hanging(account):
    account.hang = threading.Event()


def answering(status):
    def spoil(account):
        account.mood = lambda *_: (status, {})

    return spoil


def nothing(_):
    """Where nobody listens at all, there is nothing to spoil."""


DAYS = {"down": nothing, "hangs": hanging, "429 without headers": answering(429), "401": answering(401)}


@pytest.fixture
async def front():
    front = Front(Workspace())
    await front.start()
    yield front
    await front.stop()


@pytest.mark.parametrize("day", DAYS)
async def test_webhooks_are_taken_and_told_within_a_second_while_pagerduty_fails(day, tmp_path, front):
    with pagerduty(now=datetime.now(UTC)) as account:
        account.subscribe()
        DAYS[day](account)
        env = settings(tmp_path, account, front)
        env |= {f"PSFBOT_PAGERDUTY_{name}": "http://127.0.0.1:9" for name in ("API_URL", "EVENTS_URL") if day == "down"}
        with Running.start(tmp_path, "run", **env) as bot:
            await asyncio.to_thread(bot.listening)
            await waits(lambda: bool(front.sockets))
            first = await delivered(bot, front, account, HOSTS[0])
            note = asyncio.ensure_future(noted(front))  # what PagerDuty should hear, and does not
            took = [first] + [await delivered(bot, front, account, host) for host in HOSTS[1:]]
            await note
            await waits(lambda: day == "down" or any(path.endswith("/notes") for _, path, _ in account.seen))
            assert bot.get("/api/v1/incidents")[0] == 200
            log = bot.log.read_text("utf-8")

    status, answered, told = map(list, zip(*took, strict=True))
    assert status == [202] * len(HOSTS)
    assert max(answered) < SECONDS
    assert sorted(told)[-2] < SECONDS, told
    assert "Traceback" not in log
    assert SECRET not in log


async def delivered(bot, front, account, host):
    """PagerDuty's webhook about one host: its answer, after how long that came, and after how long a room heard."""
    account.now = datetime.now(UTC)
    account.open(host, f"{host}: 5xx rate")
    headers, body = of_service(host, *account.webhooks[-1])
    began = monotonic()
    status = await asyncio.to_thread(posted, f"{bot.url}/hooks/pagerduty", headers, body)
    answered = monotonic() - began
    await waits(lambda: any(host in str(call.given) for call in front.made("chat.postMessage")))
    return status, answered, monotonic() - began


def of_service(host, headers, body):
    """The same webhook about a service of its own: the account has one for everything."""
    told = json.loads(body)
    told["event"]["data"]["service"] |= {"id": host, "summary": host}
    body = json.dumps(told).encode()
    return {**headers, "x-pagerduty-signature": f"v1={hmac.new(SECRET.encode(), body, sha256).hexdigest()}"}, body


def posted(url, headers, body):
    """The status that a sender of a webhook gets."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, body, headers), timeout=30) as response:  # noqa: S310
        return response.status


async def noted(front):
    """Somebody writes a note in chat."""
    trigger = await front.workspace.trigger(JACOB)
    url = f"http://127.0.0.1:{front.port}/respond/1"
    await front.send(
        "slash_commands", said.command("note 1 restarted nginx", JACOB, front.workspace.room, url, trigger)
    )
