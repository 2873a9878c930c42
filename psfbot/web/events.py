"""`POST /slack/events`: a bounded body for whoever answers Slack; who that is and whether it is genuine, app knows."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Protocol

from starlette.types import Receive, Scope, Send

from psfbot import logs
from psfbot.web import answers
from psfbot.web.answers import Answer, Refused
from psfbot.web.incoming import Incoming
from psfbot.web.limits import Crowd, Limits
from psfbot.web.metrics import Counters

PATH = "/slack/events"
NAME = "slack"

log = logs.get(__name__)


class Said(Protocol):
    """What Slack is answered."""

    @property
    def status(self) -> int:
        """The status of the answer."""

    @property
    def body(self) -> bytes:
        """Its words: JSON, or none."""


Answering = Callable[[Mapping[str, str], bytes], Awaitable[Said]]


class Events:
    """The door for Slack."""

    def __init__(self, answer: Answering | None, limits: Limits, counters: Counters) -> None:
        """Begin with nobody inside; without anybody who answers, the door is not there."""
        self._answer = answer
        self._limits = limits
        self._counters = counters
        self._crowd = Crowd(limits)
        self._throttle = logs.Throttle()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; our own trouble is a 503, so that Slack tries again, and never a 500."""
        began = perf_counter()
        incoming = Incoming(scope, receive, self._limits)
        try:
            answer = await self._take(scope["method"], incoming)
        except Refused as refused:
            answer = refused.answer
        except asyncio.CancelledError:  # the server stops, and this request has used up its time
            answer = answers.STOPPING
        except Exception as error:  # noqa: BLE001 - whatever goes wrong here, Slack should say it again
            self._report(error)
            answer = answers.FAILED
        self._counters.webhook(NAME, answer.outcome, perf_counter() - began)
        if answer is not answers.HUNG_UP:
            await incoming.answer(send, answer)

    async def _take(self, method: str, incoming: Incoming) -> Answer:
        """Read the body within its limits, and let it be answered."""
        if self._answer is None:
            raise Refused(answers.NOT_FOUND)
        if method != "POST":
            raise Refused(answers.WRONG_METHOD)
        headers = incoming.headers()
        if int(headers.get("content-length", 0)) > self._limits.body:
            raise Refused(answers.TOO_LARGE)
        if self._crowd.full:
            raise Refused(answers.CROWDED)
        with self._crowd.place() as place:
            said = await self._answer(headers, await incoming.read(self._limits.body, place))
        outcome = "taken" if said.status < 400 else "refused"  # noqa: PLR2004
        return Answer(outcome, said.status, {}, answers.SAFE, raw=said.body)

    def _report(self, error: Exception) -> None:
        """Log an error; a thousand times the same one is one line a minute."""
        if (left_out := self._throttle("failed")) is not None:
            log.error("slack request failed", left_out=left_out, exc_info=error)
