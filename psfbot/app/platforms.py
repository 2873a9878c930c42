"""Chat platforms inside the bot: which are on, and that only the leader speaks on them."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, runtime_checkable

from psfbot.app import App, now
from psfbot.flows.ask import Desk
from psfbot.relay.ports import Platform
from psfbot.store.cards import SqlCards
from psfbot.store.db import Database
from psfbot.store.heard import SqlHeard
from psfbot.store.sqlite import SqliteFile
from psfbot.web.events import Said
from psfbot.web.parts import OK, OK_BUT

LOOK = 0.5
"""Seconds between looks at who leads."""


@runtime_checkable
class Chat(Platform, Protocol):
    """A platform that has to be kept connected, and that people can ask questions on."""

    async def run(self, desk: Desk, stop: asyncio.Event) -> None:
        """Stay connected, and answer at this desk, until told to stop."""

    @property
    def status(self) -> str:
        """How it stands, in words."""

    def numbers(self) -> Mapping[str, float]:
        """What a graph should show: a name that ends in `_total` only grows."""


@runtime_checkable
class Checked(Protocol):
    """A platform that can tell before the start that it will not work."""

    async def preflight(self) -> None:
        """Raise `UserError` where an operator has to mend something first."""


@runtime_checkable
class Hearing(Protocol):
    """A platform that may be able to speak, and hear nobody."""

    @property
    def deaf(self) -> str:
        """Why it hears nobody; nothing when it hears."""


@runtime_checkable
class Remarking(Protocol):
    """A platform that may work, and yet not be everywhere where it should be."""

    @property
    def remark(self) -> str:
        """What is amiss although it can speak and hear; nothing when all is well."""


@runtime_checkable
class Asked(Protocol):
    """A platform that hears over HTTP as well."""

    async def request(self, desk: Desk, headers: Mapping[str, str], body: bytes) -> Said:
        """Answer one request."""

    async def close(self) -> None:
        """Let go of what requests have opened."""


def platforms(app: App, bug: Callable[[Exception], object] = str, db: Database | None = None) -> dict[str, Platform]:
    """The chat platforms whose host or token is set."""
    found: dict[str, Platform] = {}
    if app.settings.irc_host:
        from psfbot.platforms.irc.plan import plan
        from psfbot.platforms.irc.platform import Irc

        found["irc"] = Irc(plan(app.settings), lambda: app.book, bug)
    if app.settings.slack_bot_token and db:
        from psfbot.platforms.slack.plan import plan as plan_slack
        from psfbot.platforms.slack.platform import Slack

        alone = isinstance(db.home, SqliteFile)
        heard = SqlHeard(db, "slack")
        found["slack"] = Slack(
            plan_slack(app.settings), lambda: app.book, heard, now, bug, alone=alone, cards=SqlCards(db, "slack")
        )
    return found


async def preflight(platforms: Iterable[Platform]) -> None:
    """Refuse to start where a platform knows already that it cannot work."""
    for platform in platforms:
        if isinstance(platform, Checked):
            await platform.preflight()


def rooms(app: App) -> dict[str, str]:
    """Each platform that is on, with the room for what no other room claims."""
    settings = app.settings
    irc = {"irc": next(iter(settings.irc_channels), "")} if settings.irc_host else {}
    slack = {"slack": next(iter(settings.slack_channels), "")} if settings.slack_bot_token else {}
    return irc | slack


def state(platform: Platform) -> str:
    """`ok` for a platform that can speak and hear, with what is amiss nevertheless; else why it cannot."""
    if not platform.ready:
        return platform.status if isinstance(platform, Chat) else "not connected"
    if isinstance(platform, Hearing) and platform.deaf:
        return platform.deaf
    remark = platform.remark if isinstance(platform, Remarking) else ""
    return f"{OK_BUT}{remark}" if remark else OK


async def speak(
    chat: Chat, desk: Desk, leads: Callable[[], bool], stop: asyncio.Event, bug: Callable[[Exception], object]
) -> None:
    """Keep a platform connected for as long as this process leads; two bots of one name would answer twice."""
    while not stop.is_set():
        if leads():
            enough = asyncio.Event()
            running = asyncio.ensure_future(chat.run(desk, enough))
            try:
                while leads() and not stop.is_set() and not running.done():
                    await asyncio.wait([running], timeout=LOOK if not stop.is_set() else 0)
            finally:
                enough.set()
                await ended(running, bug)
        await pause(stop)


async def ended(running: "asyncio.Future[None]", bug: Callable[[Exception], object]) -> None:
    """Wait for it to say goodbye; a bug that ended it is told, and it is begun anew."""
    try:
        await running
    except Exception as error:  # noqa: BLE001 - the loop that holds a platform must outlive any bug of it
        bug(error)


async def pause(stop: asyncio.Event) -> None:
    """Wait until the next look, or the end."""
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait([waiting], timeout=LOOK)
    waiting.cancel()
