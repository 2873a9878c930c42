"""A line to a PagerDuty that does what a test says, on a clock that only sleeping moves."""

import asyncio
import json

import httpx2
import pytest
from pagerduty_account import EVENTS_KEY, SENDER, TOKEN
from psfbot.plugins.pagerduty.lines import rest_line
from psfbot.plugins.pagerduty.settings import Settings

from psfbot import plugins
from psfbot.plugin import OutOfReach

FOUND = plugins.find()["pagerduty"]


def settings(**more):
    return Settings.model_validate({"token": TOKEN, "from_": SENDER, "events_key": EVENTS_KEY, **more})


class Other:
    """What PagerDuty does next, one entry an exchange, the last one for ever: a status, or an exception."""

    def __init__(self, *does, headers=None, body=None):
        self.does, self.headers, self.body, self.asked = list(does), headers or {}, body, []

    def __call__(self, request):
        self.asked.append(request)
        does = self.does.pop(0) if len(self.does) > 1 else self.does[0]
        if isinstance(does, Exception):
            raise does
        body = json.dumps({"oncalls": []}).encode() if self.body is None else self.body
        return httpx2.Response(does, headers=self.headers, stream=httpx2.ByteStream(body))


class Time:
    """A clock that sleeping moves, and the naps that were taken."""

    def __init__(self):
        self.now, self.naps = 1000.0, []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.naps.append(round(seconds, 3))
        self.now += seconds


def rest(other, clock=None, **more):
    line = rest_line(settings(**more), httpx2.MockTransport(other))
    if clock:
        line.clock, line.sleep = clock, clock.sleep
    return line


def ask(line, **more):
    return asyncio.run(line.ask(lambda client: client.get("/oncalls"), **more))


def post(line, **more):
    return asyncio.run(line.ask(lambda client: client.post("/schedules/P1/overrides", json={}), **more))


def refused(line, do=ask, **more):
    with pytest.raises(OutOfReach) as told:
        do(line, **more)
    return told.value
