"""What psfbot's doctor sees of psfbot itself: settings, plugins, catalog, database, the running bot, its address."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from datetime import date

from psfbot.app import App, now
from psfbot.app.secrets import present, warnings_about
from psfbot.catalog.book import Book
from psfbot.catalog.file import load
from psfbot.catalog.finding import as_text
from psfbot.catalog.model import Catalog
from psfbot.errors import StoreBusy, UserError
from psfbot.http import Client
from psfbot.plugin import Finding, Health, Response, Unreachable
from psfbot.store.db import Database, find_home
from psfbot.store.marks import SqlMarks
from psfbot.store.sqlite import SqliteFile
from psfbot.text import count

MARK = "doctor"
"""What the doctor writes into the database, to see that it can."""
SECONDS = 8.0
HEALTHY = '{"status":"ok"}'
FINE = 200

ALL_READ = "all of them are read"
CHECK = "Run `psfbot catalog check`: it names each place."
NO_DATABASE = "there is none yet at {name}; the bot makes it when it first starts"
WRITES = "{name} can be written to"
NO_URL = "PSFBOT_PUBLIC_URL is not set, so links and webhooks have no address"
SET_URL = "Set it to the address under which the internet reaches psfbot, such as https://psfbot.example.org."
NOT_US = "{url} answers, and it is not psfbot (status {status})"
LEADS = "Let the web server or load balancer there pass requests on to PSFBOT_HOST and PSFBOT_PORT."
REACHED = "psfbot answers at {url}"
NOT_RUNNING = "none answers at {url}"
ANOTHER = "Set PSFBOT_PORT to a port that no other program has."
START = "Start it with `psfbot run`, or run the doctor where it runs."
RUNS = "it runs at {url}"
ILL = "it runs at {url}, and {parts}"
ITS_LOG = "What it says there is told in its log as well."
ANY_PORT = "PSFBOT_PORT is 0, so nobody can tell where it listens"


def warnings(app: App) -> Iterator[Finding]:
    """Settings that nobody reads."""
    found = warnings_about(app)
    for warning in found:
        said, _, mend = warning.partition(". ")
        yield Finding("settings", Health.WRONG, said, mend)
    if not found:
        yield Finding("settings", Health.OK, ALL_READ)


def plugins(app: App) -> Iterator[Finding]:
    """Plugins that did not load; of the others there is one line."""
    for failure in app.plugins.failed:
        yield Finding(
            f"plugin {failure.name}", Health.WRONG, failure.reason, "Mend it, or leave it out of PSFBOT_PLUGINS."
        )
    yield Finding(
        "plugins", Health.OK, f"{count(len(app.plugins.found), 'plugin')}: {', '.join(sorted(app.plugins.found))}"
    )


def read_catalog(app: App, today: date) -> tuple[Finding, Book]:
    """Its faults, and as much of it as can be read: the other parts are looked at all the same."""
    path = app.catalog_path
    loaded = load(path, today, lambda _: present())
    book = Book.of(loaded.catalog or Catalog(), path=str(path))
    if loaded.errors:
        first = as_text(loaded.errors[:1])
        seen = f"{count(len(loaded.errors), 'fault')}, the first: {first}"
        return Finding("catalog", Health.WRONG, seen, CHECK), book
    notes = f", {count(len(loaded.findings), 'warning')}" if loaded.findings else ""
    return Finding(
        "catalog", Health.OK, f"{path}: {count(len(book.catalog.services), 'service')}, no faults{notes}"
    ), book


async def database(app: App, stack: AsyncExitStack) -> tuple[Finding, Database | None]:
    """The database, open until the examination is over, and whether it takes what is written."""
    try:
        home = find_home(app.database_url())
        if isinstance(home, SqliteFile) and not home.path.exists():
            return Finding("database", Health.OFF, NO_DATABASE.format(name=home.name)), None
        db = stack.enter_context(await asyncio.to_thread(Database.open, app.database_url(), create=False))
        await SqlMarks(db).set(MARK, now())
    except UserError as error:
        said, _, mend = str(error).partition(". ")
        return Finding("database", Health.WRONG, said, mend), None
    except StoreBusy as busy:
        return Finding("database", Health.WRONG, str(busy)), None
    return Finding("database", Health.OK, WRITES.format(name=db.name)), db


async def bot(url: Callable[[], str], port: int) -> tuple[Finding, ...]:
    """Does a psfbot run here, and are its parts well?"""
    if not port:
        return (Finding("bot", Health.OFF, ANY_PORT),)
    try:
        answer = await Client().request("GET", f"{url()}/readyz", seconds=SECONDS)
    except Unreachable:
        return (Finding("bot", Health.OFF, NOT_RUNNING.format(url=url()), START),)
    parts = parts_of(answer)
    if parts is None:
        return (Finding("bot", Health.WRONG, NOT_US.format(url=url(), status=answer.status), ANOTHER),)
    ill = [f"{name}: {word}" for name, word in parts.items() if word != "ok"]
    if answer.status != FINE or ill:
        seen = ILL.format(url=url(), parts="; ".join(ill) or f"it answered {answer.status}")
        return (Finding("bot", Health.WRONG, seen, ITS_LOG),)
    return (Finding("bot", Health.OK, RUNS.format(url=url())),)


def parts_of(answer: Response) -> Mapping[str, object] | None:
    """How the parts of a psfbot are, by its own word; nothing where somebody else answers."""
    try:
        said = answer.json()
    except Unreachable:
        return None
    parts = said.get("parts") if isinstance(said, dict) else None
    return parts if isinstance(parts, dict) else None


async def public(url: str) -> tuple[Finding, ...]:
    """Does the address that links and senders use lead to a psfbot?"""
    if not url:
        return (Finding("public address", Health.OFF, NO_URL, SET_URL),)
    try:
        answer = await Client().request("GET", f"{url.rstrip('/')}/healthz", seconds=SECONDS)
    except Unreachable as error:
        return (Finding("public address", Health.WRONG, str(error), LEADS),)
    if not is_us(answer):
        return (Finding("public address", Health.WRONG, NOT_US.format(url=url, status=answer.status), LEADS),)
    return (Finding("public address", Health.OK, REACHED.format(url=url)),)


def is_us(answer: Response) -> bool:
    """Is this what a psfbot says there?"""
    return answer.status == FINE and "".join(answer.text.split()) == HEALTHY
