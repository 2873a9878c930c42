"""How the bot is started: for good, or as a demo that needs nothing."""

import asyncio
import contextlib
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from psfbot import logs
from psfbot.app import App, start
from psfbot.app.bot import Bot
from psfbot.app.every import bug
from psfbot.app.platforms import platforms, preflight, rooms
from psfbot.app.secrets import secret_words, settings_of, warnings_about
from psfbot.app.talking import told
from psfbot.chat.message import Speaker
from psfbot.errors import UserError
from psfbot.platforms.console import WELCOME, Console
from psfbot.platforms.screen import Screen
from psfbot.store.db import Database
from psfbot.web.server import ending_at_signals, listening

HERE = "here"
LOOPBACK = "127.0.0.1"
LISTENS = "psfbot listens on http://{host}:{port}/"
INSTEAD = "Port {taken} is taken, so psfbot listens on http://{host}:{port}/ instead; `--port` picks another."
DEMO = f"{WELCOME}\nTo see an incident: try pingdom http_down, then incidents, ack 1, try pingdom http_up, timeline 1."
FOLLOWS = "Another psfbot leads on this database: that one is told of alerts, and this one answers questions only."
SILENT = "nobody is told of alerts: no chat platform is on"
TURN = 0.0005
"""Seconds that one thread may compute while another waits: a tenth of Python's own, because who judges alerts must not
keep senders waiting for their answer."""
log = logs.get(__name__)


def set_up_logs(app: App, level: str) -> None:
    """Write logs from this level on, with no secret of psfbot or of a plugin in them."""
    theirs = secret_words(settings_of(app.plugins.found, app.environ)[0].values())
    logs.set_up(level, app.settings.log_format, secrets=(*app.secret_words(), *theirs))


async def run_bot() -> None:
    """Run until SIGTERM."""
    sys.setswitchinterval(TURN)
    app = start()
    set_up_logs(app, app.settings.log_level)
    services = len(app.book.catalog.services)
    for warning in warnings_about(app):
        log.warning("setting not read", warning=warning)
    for failure in app.plugins.failed:
        log.error("plugin not loaded", plugin=failure.name, reason=failure.reason)
    with await asyncio.to_thread(Database.open, app.database_url()) as db:
        bot = Bot(app, db, platforms(app, bug, db), rooms(app), asyncio.Event())
        await preflight(bot.platforms.values())
        if not bot.platforms:
            log.warning(SILENT, hint="set PSFBOT_IRC_HOST or PSFBOT_SLACK_BOT_TOKEN")
        await bot.run(lambda port: log.info("ready", port=port, services=services, leads=bot.leader.leads))


async def run_demo(port: int | None) -> None:
    """The whole bot on this terminal; everything it keeps is gone with it, unless a database is set."""
    stop = asyncio.Event()
    with ending_at_signals(stop), hung_up(stop), folder() as kept:
        app, taken = demo_app(port)
        set_up_logs(app, "error")
        _ = app.book  # a faulty catalog is told before anything else is opened
        told(app)
        url = app.database_url() if app.settings.database_url else f"sqlite:///{kept / 'demo.sqlite3'}"
        with await asyncio.to_thread(Database.open, url) as db:
            bot = Bot(app, db, {"console": Screen()}, {"console": HERE}, stop, invent_secrets=True, stays_here=True)
            await beside(bot, Console(bot.desk, Speaker(app.user, operator=True), welcome=DEMO), taken)


def demo_app(port: int | None) -> tuple[App, int]:
    """The demo's settings, and the usual port where that was taken and nobody has named another."""
    changed = {"PSFBOT_HOST": LOOPBACK} | ({} if port is None else {"PSFBOT_PORT": str(port)})
    app = start(changed=changed)
    usual = app.settings.port
    if app.settings.origin_of("port") != "default" or is_free(usual):
        return app, 0
    return start(changed=changed | {"PSFBOT_PORT": "0"}), usual


def is_free(port: int) -> bool:
    """Could psfbot listen here?"""
    try:
        listening(LOOPBACK, port).close()
    except UserError:
        return False
    return True


async def beside(bot: Bot, console: Console, taken: int = 0) -> None:
    """Run the bot while somebody talks to it; when they leave, it ends."""
    ready = asyncio.Event()

    def bound(port: int) -> None:
        if not bot.leader.leads:
            print(FOLLOWS, file=sys.stderr)
        if taken:
            print(INSTEAD.format(taken=taken, host=LOOPBACK, port=port), file=sys.stderr)
        elif sys.stdout.isatty():
            print(LISTENS.format(host=LOOPBACK, port=port), file=sys.stderr)
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
    talking.cancel()
    try:
        await running
    finally:
        with contextlib.suppress(asyncio.CancelledError):
            await talking


@contextlib.contextmanager
def hung_up(stop: asyncio.Event) -> Iterator[None]:
    """Let a terminal that is closed set `stop` too: the temporary folder should go even then."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, stop.set)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    try:
        made = tempfile.TemporaryDirectory(prefix="psfbot-", ignore_cleanup_errors=True)
    except OSError as error:
        raise UserError(f"I cannot make a temporary folder: {error}") from error
    with made as path:
        yield Path(path)
