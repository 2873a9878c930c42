"""`POST /hooks/<plugin>[/<secret>]`: a genuine webhook is stored before it is answered 2xx, whatever is in it.

This is the hot path, so it is a plain ASGI callable. Nothing here reads a body's words.
"""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_hex
from time import perf_counter

from pydantic import SecretStr
from starlette.types import Receive, Scope, Send

from psfbot import logs
from psfbot.errors import StoreBusy
from psfbot.plugin import Configuration, Hook, Plugin, Proof, Secrets
from psfbot.relay.letter import Arrival
from psfbot.web import answers
from psfbot.web.answers import Answer, Refused
from psfbot.web.incoming import Incoming
from psfbot.web.limits import Crowd
from psfbot.web.parts import Parts

PREFIX = "/hooks/"
KEPT = (
    "content-type",
    "user-agent",
    "request-id",
    "x-request-id",
    "x-webhook-id",
    "x-webhook-subscription",
    "x-github-event",
    "x-github-delivery",
    "x-github-hook-id",
    "sentry-hook-resource",
    "sentry-hook-timestamp",
)
"""Headers that are stored with a webhook; no others, so that no signature, cookie or password ever is."""
LONGEST_HEADER = 500
PLAIN = {"", "identity"}

log = logs.get(__name__)


class Unguessable(Configuration):
    """The settings of a plugin that does not exist."""

    hook_secret: Secrets = ()


STRANGER = Plugin("unknown", about="Stands in for plugins that are not there, so that looking for one tells nothing.")
STRANGER_SETTINGS = Unguessable(hook_secret=(SecretStr(token_hex(32)),))


class Hooks:
    """The door for webhooks."""

    def __init__(self, parts: Parts) -> None:
        """Begin with nobody inside."""
        self._parts = parts
        self._crowd = Crowd(parts.limits)
        self._throttle = logs.Throttle()
        self._heard: set[str] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a webhook, or say why not; our own trouble is a 503, so that the sender tries again."""
        began = perf_counter()
        incoming = Incoming(scope, receive, self._parts.limits)
        plugin, settings, secret = self._addressed(scope["path"])
        try:
            answer = await self._take(scope["method"], incoming, plugin, settings, secret)
        except Refused as refused:
            answer = refused.answer
        except StoreBusy:
            answer = answers.BUSY
        except asyncio.CancelledError:  # the server stops, and this request has used up its time
            answer = answers.STOPPING
        except Exception as error:  # noqa: BLE001 - a genuine webhook must never get the 4xx or 500 that makes its sender give up
            self._report("webhook failed", plugin.name, error)
            answer = answers.FAILED
        self._note(plugin.name, answer, perf_counter() - began)
        if answer is not answers.HUNG_UP:
            await incoming.answer(send, answer)

    def _addressed(self, path: str) -> tuple[Plugin, Configuration | None, str]:
        """Which plugin a path means, its settings, and the secret at the end of the path."""
        name, _, secret = path.removeprefix(PREFIX).partition("/")
        plugin = self._parts.plugins.get(name)
        if plugin is None or plugin.reads is None:
            return STRANGER, STRANGER_SETTINGS, secret
        return plugin, self._parts.plugin_settings.get(name), secret

    async def _take(
        self, method: str, incoming: Incoming, plugin: Plugin, settings: Configuration | None, secret: str
    ) -> Answer:
        """Weigh a webhook in the order of cost; where only the address is secret, strangers send no body at all."""
        if method != "POST":
            raise Refused(answers.WRONG_METHOD)
        now = self._parts.now()
        if plugin.verifies is None:
            judge(plugin.proof(Hook({}, b"", now, secret), settings), answers.NOT_FOUND)
        headers = incoming.headers()
        if headers.get("content-encoding", "").lower() not in PLAIN:
            raise Refused(answers.ENCODED)
        most = self._parts.limits.body_of(plugin.name)
        if int(headers.get("content-length", 0)) > most:
            raise Refused(answers.TOO_LARGE)
        if self._crowd.full:
            raise Refused(answers.CROWDED)
        with self._crowd.place() as place:
            hook = Hook(headers, await incoming.read(most, place), now, secret)
            if plugin.verifies is not None:
                judge(plugin.proof(hook, settings), answers.FORGED)
            return await self._keep(plugin, hook)

    async def _keep(self, plugin: Plugin, hook: Hook) -> Answer:
        """Store it, and wake whoever reads it."""
        arrival = Arrival(
            source=plugin.name,
            delivery=self._delivery(plugin, hook),
            headers=kept(hook.headers),
            body=hook.body,
            received_at=hook.received_at,
        )
        if not await self._parts.inbox.keep(arrival):
            return answers.DUPLICATE
        self._parts.bell()
        return answers.STORED

    def _delivery(self, plugin: Plugin, hook: Hook) -> str:
        """What makes this delivery one of a kind; where nothing does, it gets a number that nobody else has."""
        try:
            return plugin.delivery_of(hook) or f"each:{token_hex(16)}"
        except Exception as error:  # noqa: BLE001 - a plugin's own code: whatever it raises, a genuine webhook is kept
            self._report("delivery not named", plugin.name, error)
            return sha256(hook.body).hexdigest()

    def _report(self, event: str, plugin: str, error: Exception) -> None:
        """Log an error; a thousand times the same one is one line a minute."""
        left_out = self._throttle((event, plugin))
        if left_out is not None:
            log.error(event, plugin=plugin, left_out=left_out, exc_info=error)

    def _note(self, plugin: str, answer: Answer, seconds: float) -> None:
        """Count it; the first of each source and the first refusal in a while are worth a line."""
        self._parts.counters.webhook(plugin, answer.outcome, seconds)
        if answer is answers.STORED:
            if plugin not in self._heard:
                self._heard.add(plugin)
                log.info("first webhook stored", plugin=plugin)
        elif answer is not answers.DUPLICATE and (left_out := self._throttle((plugin, answer.outcome))) is not None:
            log.warning(
                "webhook refused", plugin=plugin, outcome=answer.outcome, status=answer.status, left_out=left_out
            )


def judge(proof: Proof, otherwise: Answer) -> None:
    """Let the genuine ones pass."""
    if proof is Proof.UNREADY:
        raise Refused(answers.UNREADY)
    if proof is not Proof.GENUINE:
        raise Refused(otherwise)


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are worth storing and hold no secret."""
    return {name: headers[name][:LONGEST_HEADER] for name in KEPT if name in headers}
