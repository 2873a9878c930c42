"""The door to Bolt: whatever Slack sends is acknowledged, whether or not we know its kind, and counts once."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from psfbot.errors import StoreBusy

ANYTHING = re.compile(r"[\s\S]*")
"""Bolt refuses what nobody listens to, and Slack counts that as a failure: so somebody listens to everything."""

HEARD = "psfbot_heard"
"""Where a request's context says that it got past everything that passes requests over."""

Payload = Mapping[str, Any]
Next = Callable[[], Awaitable[BoltResponse]]


class Taken(NamedTuple):
    """What Slack is answered, and whether there is something to do once it was."""

    response: BoltResponse
    heard: bool


class Listener:
    """A Bolt app with one ear.

    `first` hears each payload before it is acknowledged, and tells whether it is new. `amiss` says what is
    wrong with a form, by field: the form stays open then, and nothing was heard.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        bot: str,
        bot_id: str,
        first: Callable[[Payload], Awaitable[bool]],
        amiss: Callable[[Payload], Awaitable[Mapping[str, str]]] | None = None,
    ) -> None:
        """Make the app; requests are proved genuine before they come here, so Bolt need not."""

        async def known() -> AuthorizeResult:
            return AuthorizeResult(
                enterprise_id=None, team_id=None, bot_user_id=bot, bot_id=bot_id, bot_token=client.token
            )

        async def once(body: dict[str, Any], context: AsyncBoltContext, next_: Next) -> BoltResponse:
            if amiss and (wrong := await amiss(body)):
                return BoltResponse(status=200, body={"response_action": "errors", "errors": dict(wrong)})
            try:
                context[HEARD] = await first(body)
            except StoreBusy:  # it mends by itself, and Slack says it again
                return BoltResponse(status=503)
            return await next_() if context[HEARD] else BoltResponse(status=200)

        async def hear(ack: AsyncAck) -> None:
            await ack()

        self.app = AsyncApp(
            name="psfbot", client=client, authorize=known, request_verification_enabled=False, logger=quiet()
        )
        self.app.middleware(once)
        for kind in (self.app.event, self.app.command, self.app.shortcut, self.app.action, self.app.view):
            kind(ANYTHING)(hear)

    async def take(self, request: AsyncBoltRequest) -> Taken:
        """Hear one request; the status is 500 when Slack should say it again."""
        response = await self.app.async_dispatch(request)
        return Taken(response, bool(request.context.get(HEARD)))


def quiet() -> logging.Logger:
    """A logger for Bolt, whose hints to beginners are of no use in an operator's log."""
    logger = logging.getLogger("slack_bolt.psfbot")
    logger.setLevel(logging.ERROR)
    return logger


def over_socket(payload: object) -> AsyncBoltRequest | None:
    """What came over a socket, as Bolt takes it; nothing where it is no object, at which Bolt would stumble."""
    return made(lambda: AsyncBoltRequest(mode="socket_mode", body=payload if isinstance(payload, dict) else "-"))


def over_http(headers: Mapping[str, str], body: bytes) -> AsyncBoltRequest | None:
    """The same for a request over HTTP."""
    return made(lambda: AsyncBoltRequest(body=body.decode(), headers=dict(headers)))


def made(make: Callable[[], AsyncBoltRequest]) -> AsyncBoltRequest | None:
    """A request, if Bolt can make one of it."""
    try:
        request = make()
    except (ValueError, RecursionError, AttributeError, TypeError):
        return None
    return request if isinstance(request.body, dict) else None
