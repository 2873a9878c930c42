"""Recorded webhooks posted to this bot's own server, or to another's."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from psfbot import http, plugins
from psfbot.app import App, now, start
from psfbot.app.secrets import invented, secret_words, settings_of
from psfbot.errors import UserError
from psfbot.flows.trial import Posted
from psfbot.plugin import Configuration, Plugin

TAKEN = 202
ANSWERS = {
    TAKEN: "taken.",
    401: "refused: the signature is wrong. Is the secret the same here and there?",
    404: "refused: there is no such hook, or the secret in its address is wrong.",
    503: "not now: the bot has no secret for it, or its storage is busy.",
}
UNSET = "{plugin} checks its webhooks with {names}, which is not set here. Set it to the bot's, then try again."
NO_PORT = "PSFBOT_PORT is 0, so I cannot tell where the bot listens. Say it: --url http://{host}:8080"
ANYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing is bound here
"""An address that means all of a machine's -> one of them."""


@dataclass(frozen=True)
class LoopbackTrial:
    """Posts to one address; `settled` waits until everybody was told.

    `became` says what became of a plugin's webhook, or nothing; only the bot itself can.
    """

    plugins: Mapping[str, Plugin]
    settings: Mapping[str, Configuration]
    url: Callable[[], str]
    now: Callable[[], datetime]
    settled: Callable[[], Awaitable[None]]
    became: Callable[[str, bytes], Awaitable[str]] | None = None
    any_file: bool = False

    @property
    def recorded(self) -> Mapping[str, Sequence[str]]:
        """The names of the recorded webhooks of each plugin."""
        found = {name: sorted(plugins.payloads(name)) for name in sorted(self.plugins)}
        return {name: names for name, names in found.items() if names}

    async def post(self, plugin: str, payload: str) -> Posted:
        """Post one, and wait until everybody who should hear of it has."""
        known = self.plugins.get(plugin)
        if known is None or known.reads is None:
            raise UserError(f"No plugin '{plugin}' takes webhooks. There are: {', '.join(self.recorded)}.")
        body = await asyncio.to_thread(self.body, plugin, payload)
        hook = known.rehearsal(body, self.now(), self.settings.get(plugin))
        path = f"/hooks/{plugin}" if known.verifies else f"/hooks/{plugin}/{hook.secret}"
        answered = await http.post(self.url().rstrip("/") + path, hook.body, hook.headers)
        if answered.status == TAKEN:
            await self.settled()
        said = await self.became(plugin, hook.body) if self.became and answered.status == TAKEN else ""
        answer = said or ANSWERS.get(answered.status, f"answered {answered.status}: {answered.text}")
        return Posted(answered.status, answer)

    def body(self, plugin: str, payload: str) -> bytes:
        """A recorded body by its name; any file by its path only for whoever sits at the machine."""
        recorded = plugins.payloads(plugin)
        file = recorded.get(payload.removesuffix(".json")) or (Path(payload) if self.any_file else None)
        if file is None or not file.is_file():
            names = ", ".join(sorted(recorded)) or "none"
            raise UserError(f"{plugin} has no recorded webhook '{payload}'. There are: {names}.")
        return file.read_bytes()


async def try_once(plugin: str, payload: str, url: str) -> tuple[int, str]:
    """Post a recorded webhook to a bot that runs elsewhere, with the secrets that are set here."""
    app = start()
    settings, _ = settings_of(app.plugins.found, app.environ)

    async def nothing() -> None:
        """Nobody here can tell when the other bot has told everybody."""

    there = lambda: url or address_of(app)  # noqa: E731 - asked only once a body is there to post
    trial = LoopbackTrial(app.plugins.found, settings, there, now, nothing, any_file=True)
    if missing := unset_secrets(app.plugins.found.get(plugin), settings.get(plugin)):
        raise UserError(UNSET.format(plugin=plugin, names=" or ".join(missing)))
    posted = await trial.post(plugin, payload)
    return posted.status, posted.answer


def unset_secrets(plugin: Plugin | None, settings: Configuration | None) -> list[str]:
    """The settings that hold what a plugin's webhooks are checked with, when not one of them is set."""
    names = list(invented(plugin.settings)) if plugin and plugin.settings else []
    return [] if settings and any(secret_words([settings])) else names


def address_of(app: App) -> str:
    """Where the bot with these settings listens, as seen from this machine."""
    host = ANYWHERE.get(app.settings.host, app.settings.host)
    host = f"[{host}]" if ":" in host else host
    if not app.settings.port:
        raise UserError(NO_PORT.format(host=host))
    return f"http://{host}:{app.settings.port}"
