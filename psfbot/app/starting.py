"""How the bot is started: for good, as a console, or as a demo that needs nothing."""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from psfbot import logs
from psfbot.app import App, start
from psfbot.app.bot import Bot
from psfbot.chat.message import Speaker
from psfbot.errors import UserError
from psfbot.platforms.console import Console
from psfbot.platforms.screen import Screen
from psfbot.relay.ports import Platform
from psfbot.store.db import Database

HERE = "here"
log = logs.get(__name__)


def told(app: App, *warnings: str) -> None:
    """Warn an operator about settings that nobody reads."""
    for warning in (*app.warnings, *warnings):
        print(warning, file=sys.stderr)


async def run_bot() -> None:
    """Run until SIGTERM."""
    app = start()
    logs.set_up(app.settings.log_level, app.settings.log_format, secrets=app.secret_words())
    with await asyncio.to_thread(Database.open, app.database_url()) as db:
        bot = Bot(app, db, platforms(app), rooms(app), asyncio.Event())
        for warning in (*app.warnings, *bot.secrets[1]):
            log.warning("setting not read", warning=warning)
        for failure in app.plugins.failed:
            log.error("plugin not loaded", plugin=failure.name, reason=failure.reason)
        _ = app.book
        await bot.run(lambda port: log.info("ready", port=port, services=len(app.book.catalog.services)))


def upgrade_database() -> str:
    """Bring the database up to this version."""
    with Database.open(start().database_url()) as db:
        return f"{db.name} is up to date."


def platforms(app: App) -> dict[str, Platform]:
    """The chat platforms whose host or token is set."""
    del app
    return {}


def rooms(app: App) -> dict[str, str]:
    """Each platform that is on, with the room for what no other room claims."""
    del app
    return {}


async def run_console(person: str) -> None:
    """Talk to whoever sits at the terminal, without a server."""
    app = start()
    told(app)
    await Console(app.desk, app.speaker(person), app.state / "history").run()


async def run_demo(port: int) -> None:
    """The whole bot on this terminal; everything it keeps is gone with it, unless a database is set."""
    with folder() as kept:
        app = start(changed={"PSFBOT_HOST": "127.0.0.1", "PSFBOT_PORT": str(port)})
        logs.set_up("error", app.settings.log_format, secrets=app.secret_words())
        url = app.database_url() if app.settings.database_url else f"sqlite:///{kept / 'demo.sqlite3'}"
        with await asyncio.to_thread(Database.open, url) as db:
            stop = asyncio.Event()
            bot = Bot(app, db, {"console": Screen()}, {"console": HERE}, stop, invent_secrets=True)
            await beside(bot, Console(bot.desk, Speaker(app.user, operator=True)))


async def beside(bot: Bot, console: Console) -> None:
    """Run the bot while somebody talks to it; when they leave, it ends."""
    ready = asyncio.Event()

    def bound(port: int) -> None:
        if sys.stdout.isatty():
            print(f"psfbot listens on http://{bot.app.settings.host}:{port}/", file=sys.stderr)
        ready.set()

    running = asyncio.ensure_future(bot.run(bound))
    starting = asyncio.ensure_future(ready.wait())
    await asyncio.wait([running, starting], return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        starting.cancel()
        await running
        return
    talking = asyncio.ensure_future(console.run())
    await asyncio.wait([running, talking], return_when=asyncio.FIRST_COMPLETED)
    bot.stop.set()
    await running
    talking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await talking


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    try:
        with tempfile.TemporaryDirectory(prefix="psfbot-", ignore_cleanup_errors=True) as path:
            yield Path(path)
    except OSError as error:
        raise UserError(f"I cannot make a temporary folder: {error}") from error
