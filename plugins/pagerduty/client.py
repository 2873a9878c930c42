"""A line to PagerDuty that always answers: within seconds, after few tries, never twice where that would do harm.

The client underneath waits, tries again and goes on without end in ways that its users
cannot bound. Here it makes one exchange at a time in a thread of a small pool; how often,
how long and when again is decided outside of it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

import httpx2

import pagerduty
from psfbot.plugin import OutOfReach

from .limits import Breaker, Bucket

C = TypeVar("C", bound=pagerduty.ApiClient)

READ_SECONDS, WRITE_SECONDS = 5.0, 10.0
TRIES = 3
PAUSE = 0.5
"""Seconds before a second try; each further pause is twice as long."""
THREADS = 4
UNAUTHORIZED, TOO_MANY, SERVER = 401, 429, 500
SHOWN = 200
"""Characters of PagerDuty's own words that people are shown."""

SLOW = "PagerDuty did not answer within {:g} seconds"
DOWN = "PagerDuty cannot be reached ({})"
BROKEN = "PagerDuty's answer cannot be read ({})"
WRONG = "PagerDuty does not take our key (401): check {}, and whether the region of the address is right"
NO_KEY = "{} holds characters that no key has: copy it once more"
ELSEWHERE = "PagerDuty sent us elsewhere ({}): check the address in the settings"
LIMITED = "PagerDuty asks us to slow down (429)"
TROUBLE = "PagerDuty has trouble of its own ({})"
OFTEN = "PagerDuty was asked too often in the last minute"
RESTING = "PagerDuty did not work {} times in a row; it is asked again in {:.0f} seconds"

SILENT = logging.Logger("pagerduty, silenced", logging.CRITICAL + 1)  # noqa: LOG001 - it must have no handlers
"""Where the client's own log goes: what matters in it is raised, and it would go to stderr."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What PagerDuty answered: a status, and its JSON as a map (empty for an answer without a body)."""

    status: int
    headers: Mapping[str, str]
    data: dict[str, Any]

    @property
    def fine(self) -> bool:
        """Was it done?"""
        return self.status < 300  # noqa: PLR2004 - all of 2xx

    @property
    def code(self) -> int:
        """PagerDuty's own number for what is wrong; 0 where there is none."""
        code = self._error.get("code")
        return code if isinstance(code, int) else 0

    @property
    def words(self) -> str:
        """PagerDuty's own words for what is wrong."""
        told = [self._error.get("message") or self.data.get("message"), *(self._errors or ())]
        return ", ".join(str(one) for one in told if one)[:SHOWN] or "no reason given"

    @property
    def _error(self) -> dict[str, Any]:
        found = self.data.get("error")
        return found if isinstance(found, dict) else {}

    @property
    def _errors(self) -> list[Any] | None:
        found = self._error.get("errors") or self.data.get("errors")
        return found if isinstance(found, list) else None


class Failed(Exception):
    """One exchange came to nothing. `again`: it surely changed nothing; `wait`: seconds that PagerDuty asks for."""

    def __init__(self, words: str, *, again: bool = False, wrong: bool = False, wait: float | None = None) -> None:
        """Keep what is known of it."""
        super().__init__(words)
        self.again, self.wrong, self.wait = again, wrong, wait


Work = Callable[[C], httpx2.Response]


@dataclass
class Line(Generic[C]):
    """One of PagerDuty's APIs. `make` builds the client when it is first needed; `key` names the setting of its key."""

    make: Callable[[], C]
    key: str
    per_minute: float = 600.0
    clock: Callable[[], float] = monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    breaker: Breaker = field(default_factory=Breaker)
    _client: C | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def __post_init__(self) -> None:
        """Prepare what is bounded; no thread is started yet."""
        self.bucket = Bucket(self.per_minute, burst=max(1.0, self.per_minute / 30))
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="psfbot-pagerduty")

    async def ask(self, work: Work[C], *, seconds: float = READ_SECONDS, repeat: bool = True) -> Reply:
        """Make an exchange, again if need be, and return what was answered; raise `OutOfReach` when there is nothing.

        `repeat` says that doing it twice does no more than doing it once. What must not be
        repeated is tried again only where it surely was not done.
        """
        end = self.clock() + seconds
        for tried in range(1, TRIES + 1):
            await self._turn(end)
            try:
                reply = await self._once(work, end, seconds)
            except Failed as failed:
                self.breaker.failed(self.clock())
                pause = PAUSE * 2 ** (tried - 1) if failed.wait is None else failed.wait
                last = tried == TRIES or self.clock() + pause >= end
                if failed.wrong or last or not (repeat or failed.again):
                    unsure = not (failed.again or failed.wrong)
                    raise OutOfReach(f"{failed}.", unsure=unsure, wrong=failed.wrong) from failed
                await self.sleep(pause)
            except BaseException:
                self.breaker.let_go()
                raise
            else:
                self.breaker.worked()
                return reply
        raise AssertionError(TRIES)

    async def _turn(self, end: float) -> None:
        """Wait for a place among those that may ask; not longer than there is time."""
        while wait := self.bucket.take(self.clock()):
            if self.clock() + wait >= end:
                raise OutOfReach(f"{OFTEN}.")
            await self.sleep(wait)
        rest = self.breaker.wait(self.clock())
        if rest:
            raise OutOfReach(f"{RESTING.format(self.breaker.failures, rest)}.")

    async def _once(self, work: Work[C], end: float, seconds: float) -> Reply:
        """One exchange, in a thread that is left behind when it takes too long: `seconds` are all that there were."""
        left = end - self.clock()
        job = asyncio.wrap_future(self._pool.submit(self._do, work, seconds))
        try:
            async with asyncio.timeout(left):
                reply = await job
        except TimeoutError:
            raise Failed(SLOW.format(seconds)) from None
        return self._weighed(reply)

    def _do(self, work: Work[C], seconds: float) -> Reply:
        """In the thread: hand the client its work, and read what came of it."""
        try:
            return read(work(self._ready()))
        except pagerduty.HttpError as error:
            return Reply(error.response.status_code if error.response else SERVER, {}, {})
        except pagerduty.Error as error:
            cause = error.__cause__
            unsent = isinstance(cause, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.UnsupportedProtocol)
            raise Failed(trouble(cause or error, seconds), again=unsent) from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise Failed(trouble(error, seconds)) from error
        except UnicodeEncodeError:  # it would hold the key, so nobody is told of it
            raise Failed(NO_KEY.format(self.key), wrong=True) from None

    def _ready(self) -> C:
        """The client, which tries nothing a second time and never sleeps."""
        with self._lock:
            if self._client is None:
                self._client = tamed(self.make())
            return self._client

    def _weighed(self, reply: Reply) -> Reply:
        """The reply, unless it says that there is no use in reading it."""
        if reply.status == UNAUTHORIZED:
            raise Failed(WRONG.format(self.key), wrong=True)
        if reply.status == TOO_MANY:
            raise Failed(LIMITED, again=True, wait=seconds_of(reply.headers.get("ratelimit-reset")))
        if reply.status >= SERVER:
            raise Failed(TROUBLE.format(reply.status))
        if reply.status // 100 == 3:  # noqa: PLR2004 - all of 3xx
            raise Failed(ELSEWHERE.format(reply.status), wrong=True)
        return reply

    def close(self) -> None:
        """Let go; a thread that still waits for PagerDuty ends when its own time is up."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        if self._client is not None:
            self._client.close()


def trouble(error: BaseException, seconds: float) -> str:
    """What kept an answer from coming: they took too long, or could not be reached."""
    if isinstance(error, httpx2.ReadTimeout | httpx2.WriteTimeout | httpx2.PoolTimeout):
        return SLOW.format(seconds)
    return DOWN.format(type(error).__name__)


def tamed(client: C) -> C:
    """The client without tries of its own: the first answer is the answer, also 429, and nothing goes to stderr."""
    client.retry = {TOO_MANY: 1}
    client.max_http_attempts = -1  # without this it would sleep once before it hands a 429 back
    client.max_network_attempts = 0
    client.log = SILENT
    return client


def read(response: httpx2.Response) -> Reply:
    """What was answered; a body that is no JSON object says nothing, and is a fault where all was said to be well."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    try:
        data = response.json() if response.content else {}
    except (ValueError, RecursionError) as error:
        if response.is_success:
            raise Failed(BROKEN.format(type(error).__name__)) from error
        data = {}
    if not isinstance(data, dict):
        raise Failed(BROKEN.format("no JSON object"))
    return Reply(response.status_code, headers, data)


def seconds_of(header: str | None) -> float | None:
    """What a header says in seconds; none where it says nothing that can be read."""
    try:
        found = float(header or "")
    except ValueError:
        return None
    return found if 0 <= found < float("inf") else None
