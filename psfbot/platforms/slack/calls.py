"""Calls to Slack's Web API: one session, one attempt each, at the channel's turn, and refusals in our own words."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from psfbot.platforms.slack import trouble
from psfbot.platforms.slack.blocks import Post
from psfbot.platforms.slack.pacing import Pacer
from psfbot.platforms.slack.trouble import Refusal

SECONDS = 25.0
"""How long one call may take: longer than Slack hangs when it is ill, and shorter than a lease."""
EVENT = "psfbot_message"
"""The event type of our messages' metadata; the payload says which parcel or question they are about."""
AT_ONCE, PAGES = 200, 15
"""Messages a page, and pages, that are searched for one of ours."""
FORMS = ("conversations.", "auth.", "apps.")
"""Methods that read their arguments from a form only; the others take JSON."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Refused(Exception):
    """Slack did not do it, or nobody knows."""

    def __init__(self, refusal: Refusal) -> None:
        """Keep what it said."""
        super().__init__(refusal.sentence)
        self.refusal = refusal


UNHEARD = Refusal("", 0)
"""No answer came: the connection broke, or it took too long."""


def session() -> aiohttp.ClientSession:
    """The one session for everything that is said to Slack; it is made inside a running loop."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS, connect=10))


@dataclass
class Calls:
    """The Web API with one bot token."""

    token: str
    url: str
    session: aiohttp.ClientSession
    pacer: Pacer = field(default_factory=Pacer)
    client: AsyncWebClient = field(init=False)

    def __post_init__(self) -> None:
        """Make a client that tries once: what may be tried again is decided where the message is known."""
        self.client = AsyncWebClient(
            token=self.token, base_url=f"{self.url}/", timeout=int(SECONDS), session=self.session, retry_handlers=[]
        )
        if (urlsplit(self.url).hostname or "") in LOOPBACK:
            self.client.proxy = None  # no proxy leads to this machine itself

    async def call(self, method: str, *, token: str = "", **arguments: Any) -> dict[str, Any]:
        """Call one method; raises `Refused`, and nothing else."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        given = {name: value for name, value in arguments.items() if value not in (None, "")}
        form = method.startswith(FORMS)
        try:
            answer = await self.client.api_call(
                method, data=given if form else None, json=None if form else given, headers=headers
            )
        except SlackApiError as error:
            raise Refused(trouble.read(error)) from error
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Refused(UNHEARD) from error
        return answer.data if isinstance(answer.data, dict) else {}

    async def speak(self, method: str, channel: str, **arguments: Any) -> dict[str, Any]:
        """Say something in a channel when it is its turn; where Slack asks for silence, that channel is left alone."""
        await self.pacer.turn(channel)
        try:
            return await self.call(method, channel=channel, **arguments)
        except Refused as refused:
            if refused.refusal.wait is not None:
                self.pacer.hold(channel, refused.refusal.wait)
            raise

    async def post(self, channel: str, post: Post, about: Mapping[str, str], *, thread: str = "") -> tuple[str, str]:
        """Post a message; the channel's id and the message's, which together are the proof."""
        said = await self.speak(
            "chat.postMessage",
            channel,
            text=post.text,
            blocks=list(post.blocks),
            thread_ts=thread,
            metadata={"event_type": EVENT, "event_payload": dict(about)},
            unfurl_links=False,
            unfurl_media=False,
        )
        return str(said.get("channel") or channel), str(said.get("ts", ""))

    async def update(self, channel: str, ts: str, post: Post) -> None:
        """Bring a message up to date."""
        await self.speak("chat.update", channel, ts=ts, text=post.text, blocks=list(post.blocks))

    async def find(self, channel: str, about: Mapping[str, str], since: float, *, thread: str = "") -> str | None:
        """The id of our message about something: "" when it is surely not there, None when nobody can tell."""
        wanted = dict(about).items()
        pages = 0
        async for messages in self.history(channel, since, thread):
            for message in messages:
                metadata = message.get("metadata") or {}
                payload = metadata.get("event_payload") or {}
                if metadata.get("event_type") == EVENT and wanted <= payload.items():
                    return str(message.get("ts", ""))
            pages += 1
            if pages >= PAGES:
                return None
            if not thread and messages and float(messages[-1].get("ts", 0)) < since:
                return ""
        return ""

    async def history(self, channel: str, since: float, thread: str) -> AsyncIterator[list[dict[str, Any]]]:
        """The messages of a channel since then, newest first, or those of a thread, page by page."""
        method = "conversations.replies" if thread else "conversations.history"
        cursor = ""
        while True:
            found = await self.call(
                method,
                channel=channel,
                ts=thread,
                oldest=f"{since:.6f}",
                cursor=cursor,
                limit=AT_ONCE,
                include_all_metadata="true",
                inclusive="true",
            )
            yield found.get("messages") or []
            cursor = (found.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def reply(self, url: str, post: Post, *, public: bool = False) -> None:
        """Answer by the address that came with a command or a button; only who used it sees the answer."""
        sort = "in_channel" if public else "ephemeral"
        body = {"response_type": sort, "replace_original": False, "text": post.text, "blocks": list(post.blocks)}
        try:
            async with self.session.post(url, json=body, allow_redirects=False) as answer:
                if answer.status != 200:  # noqa: PLR2004
                    raise Refused(Refusal(f"response_url answered {answer.status}", answer.status))
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Refused(UNHEARD) from error
