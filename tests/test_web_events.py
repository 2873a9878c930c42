"""The door for Slack: bounded, polite, and never a 500."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from psfbot.web.events import Events
from psfbot.web.limits import Limits
from psfbot.web.metrics import Counters

pytestmark = pytest.mark.anyio
SMALL = Limits(body=100, body_seconds=0.1, linger_seconds=0.1, at_once=1)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@dataclass
class Said:
    status: int = 200
    body: bytes = b'{"challenge": "x"}'


async def asked(answer, *, method="POST", parts=(b"{}",), headers=(), limits=SMALL, events=None):
    """What a request is answered: status, headers, words."""
    door = events or Events(answer, limits, Counters(lambda: datetime.now(UTC)))
    waiting, sent = [*parts], []

    async def receive():
        if not waiting:
            await asyncio.Event().wait()
        part = waiting.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": "/slack/events", "headers": [*headers]}
    await door(scope, receive, send)
    if not sent:
        return None
    return sent[0]["status"], dict(sent[0]["headers"]), b"".join(message.get("body", b"") for message in sent[1:])


async def test_what_is_answered_goes_back_as_it_is():
    seen = []

    async def answer(headers, body):
        seen.append((headers, body))
        return Said()

    status, headers, body = await asked(answer, parts=(b"{", b"}"), headers=((b"x-slack-signature", b"v0=1"),))

    assert (status, json.loads(body)) == (200, {"challenge": "x"})
    assert seen == [({"x-slack-signature": "v0=1"}, b"{}")]
    assert headers[b"x-content-type-options"] == b"nosniff"


async def test_an_acknowledgement_has_no_words():
    async def answer(headers, body):
        return Said(body=b"")

    assert (await asked(answer))[2] == b""


@pytest.mark.parametrize("status", [200, 400, 401, 503])
async def test_the_status_is_the_one_that_was_given(status):
    async def answer(headers, body):
        return Said(status, b"{}")

    assert (await asked(answer))[0] == status


async def test_a_bug_is_a_503_and_so_slack_tries_again():
    async def answer(headers, body):
        raise ArithmeticError

    assert (await asked(answer))[0] == 503


async def test_without_slack_there_is_nothing_at_this_address():
    assert (await asked(None))[0] == 404


async def test_only_posts_are_taken():
    assert (await asked(fine, method="GET"))[0] == 405


async def fine(headers, body):
    return Said()


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_is_refused(announced):
    headers = ((b"content-length", b"5000"),) if announced else ()

    assert (await asked(fine, parts=(b"x" * 60, b"x" * 60, b""), headers=headers))[0] == 413


async def test_a_body_that_does_not_come_is_refused():
    assert (await asked(fine, parts=(b"x", b""), headers=((b"content-length", b"9"),)))[0] == 200
    assert (await asked(fine, parts=()))[0] == 408


async def test_a_sender_who_hangs_up_is_told_nothing():
    assert await asked(fine, parts=(b"x", None)) is None


async def test_while_too_many_are_inside_the_next_one_comes_back_later():
    inside, leave = asyncio.Event(), asyncio.Event()

    async def slow(headers, body):
        inside.set()
        await leave.wait()
        return Said()

    events = Events(slow, SMALL, Counters(lambda: datetime.now(UTC)))
    first = asyncio.ensure_future(asked(None, events=events))
    await inside.wait()
    second = await asked(None, events=events)
    leave.set()

    assert second[0] == 503
    assert (await first)[0] == 200
