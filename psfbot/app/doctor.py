"""`psfbot doctor`: every part of the set-up is looked at, each within its time, and no secret is told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial

from psfbot.app import App, now, start
from psfbot.app import doctor_forge as forge
from psfbot.app.doctor_own import bot, database, plugins, public, read_catalog, warnings
from psfbot.app.doctor_secrets import SecretFiles
from psfbot.app.secrets import secret_words, settings_of
from psfbot.app.trial import address_of
from psfbot.app.world import world_of
from psfbot.catalog.book import Book
from psfbot.errors import UserError
from psfbot.platforms.irc import doctor as irc
from psfbot.platforms.slack import doctor as slack
from psfbot.plugin import Configuration, Examination, Finding, Health, Plugin
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox

SECONDS, REPAIRING = 25.0, 120.0
"""Seconds that one part may take: to be looked at, and to be mended."""
LOOK = 0.5
"""Seconds between looks for a webhook that is awaited."""
LATER = "Look whether psfbot's machine reaches it, and try again."
SLOW = "it did not answer within {seconds:.0f} seconds"
FAILED = "psfbot failed at it ({kind}), which is a bug: please report it"
HIDDEN = "(hidden)"
Look = Callable[[], Awaitable[Iterable[Finding]]]


@dataclass(frozen=True)
class Ward:
    """What one examination uses: the bot as it is set up, its catalog as far as that can be read, and its database."""

    app: App
    settings: Mapping[str, Configuration]
    book: Book
    db: Database | None
    fix: bool

    async def wait_for_hook(self, plugin: str, since: datetime, words: str, seconds: float) -> bool:
        """Wait until the running bot has kept a webhook of this plugin with these words: it shares our database."""
        if self.db is None:
            return False
        inbox, wanted = SqlInbox(self.db), words.encode()
        try:
            async with asyncio.timeout(seconds):
                while not any(one.source == plugin and wanted in one.body for one in await inbox.since(since)):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK)
        except TimeoutError:
            return False
        return True

    def examination(self, name: str, plugin: Plugin) -> Examination:
        """What a plugin's own look is handed."""
        settings = self.settings.get(name)
        return Examination(
            settings=settings,
            book=self.book,
            world=world_of(self.app, self.settings.values()),
            now=now(),
            public_url=self.app.settings.public_url or "",
            fix=self.fix,
            wait_for_hook=partial(self.wait_for_hook, name, now()),
            keeping=SecretFiles(self.app, plugin.settings, settings) if self.fix and plugin.settings else None,
        )

    async def look_at(self, name: str, plugin: Plugin) -> Iterator[Finding]:
        """A plugin's own look; each part is named after it."""
        assert plugin.examines is not None  # noqa: S101 - only such plugins are asked
        found = await plugin.examines(self.examination(name, plugin))
        return (replace(one, what=f"{name} {one.what}") for one in found)


async def examine(*, fix: bool = False, environ: Mapping[str, str] | None = None) -> tuple[Finding, ...]:
    """Look at everything; settings that cannot be read are told first, since nothing can be looked at without them."""
    try:
        app = start(environ)
        settings, _ = settings_of(app.plugins.found, app.environ)
    except UserError as error:
        return tuple(Finding("settings", Health.WRONG, line) for line in str(error).splitlines())
    secrets = (*app.secret_words(), *secret_words(settings.values()))
    async with AsyncExitStack() as stack:
        opened, db = await database(app, stack)
        read, book = await asyncio.to_thread(read_catalog, app, datetime.now(UTC).date())
        ward = Ward(app, settings, book, db, fix)
        found = await asyncio.gather(*(bounded(name, look, fix=fix) for name, look in looks(ward)))
    own = (*warnings(app), *plugins(app), read, opened)
    return tuple(hidden(one, secrets) for one in (*own, *(one for part in found for one in part)))


def looks(ward: Ward) -> Iterator[tuple[str, Look]]:
    """Everything that has to be asked for over the network: ourselves, the platforms, the plugins."""
    yield "bot", partial(bot, partial(address_of, ward.app), ward.app.settings.port)
    yield "public address", partial(public, ward.app.settings.public_url or "")
    yield "irc", partial(irc.look, ward.app.settings)
    yield "slack", partial(slack.look, ward.app.settings)
    yield "catalog's forge", partial(forge.look, ward.app, world_of(ward.app, ward.settings.values()))
    for name, plugin in sorted(ward.app.plugins.found.items()):
        if plugin.examines:
            yield name, partial(ward.look_at, name, plugin)


async def bounded(name: str, look: Look, *, fix: bool) -> tuple[Finding, ...]:
    """One look, which ends in time; one that fails says so, and the others go on."""
    seconds = REPAIRING if fix else SECONDS
    task = asyncio.ensure_future(look())
    await asyncio.wait([task], timeout=seconds)
    if not task.done():
        task.cancel()
        return (Finding(name, Health.WRONG, SLOW.format(seconds=seconds), LATER),)
    error = task.exception()
    if isinstance(error, UserError):
        return (Finding(name, Health.WRONG, str(error)),)
    if error is not None:
        return (Finding(name, Health.WRONG, FAILED.format(kind=type(error).__name__)),)
    return tuple(task.result())


def hidden(finding: Finding, secrets: Iterable[str]) -> Finding:
    """The same without any secret in it, whoever put one there."""
    seen, mend = finding.seen, finding.mend
    for secret in sorted(filter(None, secrets), key=len, reverse=True):  # one may begin like another
        seen, mend = seen.replace(secret, HIDDEN), mend.replace(secret, HIDDEN)
    return replace(finding, seen=seen, mend=mend)
