"""What the running bot does to see for itself, put together: its polls, and its heartbeat."""

from datetime import timedelta
from typing import Protocol

from psfbot import http
from psfbot.app import now
from psfbot.app.every import bug
from psfbot.app.heartbeat import Heartbeat
from psfbot.app.polling import Polling
from psfbot.app.running import Running
from psfbot.app.trial import ANYWHERE
from psfbot.errors import UserError
from psfbot.flows.poll import Asker
from psfbot.plugin import Response
from psfbot.relay.alert import Severity
from psfbot.relay.notice import Room
from psfbot.relay.route import route
from psfbot.relay.word import ask_keepers
from psfbot.store.marks import SqlMarks

TRIES = 10.0
"""Seconds that our own web server has to take a beat."""
NOT_YET = "The web server does not listen yet."


class Watching(Running, Protocol):
    """A running bot that looks for itself."""

    @property
    def polling(self) -> Polling:
        """What it asks for itself."""

    @property
    def heartbeat(self) -> Heartbeat:
        """Its heartbeat."""


def polling_of(bot: Watching) -> Polling:
    """Every plugin's polls, for this process."""
    asker = Asker(bot.inbox, bot.store, SqlMarks(bot.db), lambda: bot.app.book, bot.world, now)
    after = bot.app.settings.poll_alarm_after
    polling = Polling(
        asker,
        bot.app.plugins.found,
        bot.secrets[0],
        lambda: bot.leads,
        bot.ring,
        bug,
        timedelta(seconds=after) if after else None,
    )
    about = "Time since the last good round of each poll."
    bot.counters.labelled("psfbot_poll_age_seconds", about, "poll", polling.ages)
    bot.counters.labelled("psfbot_poll_failing", "1 for a poll that finds out nothing now.", "poll", polling.failing)
    return polling


def heartbeat_of(bot: Watching) -> Heartbeat:
    """The heartbeat of this process."""

    async def post(path: str, body: bytes) -> int:
        if not bot.port:
            raise UserError(NOT_YET)
        host = ANYWHERE.get(bot.app.settings.host, bot.app.settings.host)
        address = f"http://[{host}]:{bot.port}" if ":" in host else f"http://{host}:{bot.port}"
        json = {"content-type": "application/json"}
        return (await http.post(address + path, body, json, seconds=TRIES, ours=True)).status

    def rooms() -> list[Room]:
        routes = route(None, Severity.CRITICAL, bot.app.book.catalog, bot.rooms)
        return [routed.room for routed in routes if routed.hears]

    async def call(url: str) -> Response:
        return await http.Client().request("GET", url)

    beat = Heartbeat(
        post=post,
        newest=bot.inbox.newest,
        store=bot.store,
        marks=SqlMarks(bot.db),
        now=now,
        leads=lambda: bot.leads,
        platforms=bot.platforms,
        rooms=rooms,
        whom=lambda: ask_keepers(bot.app.book.catalog),
        ring=bot.courier_bell,
        call=call,
        outside=None if bot.stays_here else bot.app.settings.deadman_url,  # a demo's beats say nothing about the bot
    )
    about = "Time since a heartbeat last passed each stage."
    bot.counters.labelled("psfbot_heartbeat_age_seconds", about, "stage", beat.ages)
    return beat


def amiss(bot: Watching) -> dict[str, str]:
    """What is wrong with either, for `/readyz`: this process is of use all the same, since it takes webhooks."""
    found = {"heartbeat": bot.heartbeat.trouble(), "polls": bot.polling.trouble()}
    return {name: f"ok, but {trouble}" for name, trouble in found.items() if trouble}
