"""The parts put together: settings from the environment, the catalog, the commands, the desk.

This is the only file that reads the environment, the clock and the paths of this machine. Each part is imported when
it is first needed, because a question should not wait for parts that it does not use.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

import psfbot
from psfbot.errors import UserError
from psfbot.settings import Settings

if TYPE_CHECKING:
    from psfbot.app.history import GitHistory
    from psfbot.app.library import Library
    from psfbot.catalog.book import Book
    from psfbot.chat.command import Command
    from psfbot.chat.message import Speaker
    from psfbot.flows.ask import Desk
    from psfbot.plugins import Plugins

PACKAGE = Path(psfbot.__file__).parent


@dataclass(frozen=True)
class App:
    """One psfbot: what it was told, and what it made of that on first use."""

    settings: Settings
    warnings: tuple[str, ...] = ()
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    once: bool = False
    """Does it answer one question and end? Then a copy of what the catalog was understood as will do."""

    @cached_property
    def catalog_path(self) -> Path:
        """The catalog in use: as set, else the one in this folder, else the copy that came with the package."""
        if self.settings.catalog:
            return Path(self.settings.catalog)
        homes = (Path("catalog.yaml"), PACKAGE / "catalog.yaml", PACKAGE.parent / "catalog.yaml")
        return next((home for home in homes if home.is_file()), homes[0])

    @cached_property
    def library(self) -> "Library":
        """The catalog in force; a faulty one is refused with its first faults."""
        from psfbot.app.kept import Shelf
        from psfbot.app.library import Library

        return Library(self.catalog_path, Shelf(self.cache) if self.once else None)

    @property
    def book(self) -> "Book":
        """The last good reading of the catalog."""
        return self.library.book

    @cached_property
    def history(self) -> "GitHistory":
        """The catalog's past, where a git repository keeps it."""
        from psfbot.app.history import GitHistory

        return GitHistory(self.catalog_path)

    @cached_property
    def plugins(self) -> "Plugins":
        """The plugins that this bot runs with."""
        from psfbot.plugins import load

        return load(tuple(map(str, self.settings.plugin_dirs)), tuple(self.settings.plugins))

    def more_commands(self) -> "tuple[Command, ...]":
        """What people may say about the present, and to plugins."""
        from psfbot.commands import live

        theirs = (command for plugin in self.plugins.found.values() for command in plugin.commands)
        return (*live.commands(), *theirs)

    @cached_property
    def desk(self) -> "Desk":
        """Where questions are answered."""
        from psfbot.commands import commands
        from psfbot.flows.ask import Desk
        from psfbot.flows.understand import Table

        repo = self.settings.github_repo
        edit_url = f"https://github.com/{repo}/edit/main/catalog.yaml" if repo else ""
        return Desk(Table(commands(), self.more_commands), lambda: self.book, now, edit_url=edit_url)

    def speaker(self, person: str = "") -> "Speaker":
        """Who sits at this terminal: the operator, or a person of the catalog whose eyes are borrowed."""
        from psfbot.chat.message import Speaker

        if not person:
            return Speaker(self.user, operator=True)
        found = self.book.names.find(person, ("person",))
        if len(found.hits) != 1:
            near = found.hits or found.near or self.book.names.nearest(person, ("person",))
            names = ", ".join(getattr(hit.record, "id", hit.name) for hit in near[:5])
            raise UserError(f"I know no person called '{person}' for --as. The nearest: {names}.")
        known = self.book.catalog.people[getattr(found.hits[0].record, "id", "")]
        return Speaker(known.name, account=known.id, person=known.id)

    @property
    def user(self) -> str:
        """Who sits at this terminal."""
        return self.environ.get("USER") or self.environ.get("LOGNAME") or "operator"

    def database_url(self) -> str:
        """Where things are kept; empty means a file in the working folder."""
        url = self.settings.database_url
        return url.get_secret_value() if url else ""

    def secret_words(self) -> tuple[str, ...]:
        """Every secret of the settings, so that no log line shows one."""
        values = (getattr(self.settings, field) for field in type(self.settings).model_fields)
        flat = (one for value in values for one in (value if isinstance(value, tuple) else (value,)))
        return tuple(one.get_secret_value() for one in flat if isinstance(one, SecretStr))

    @property
    def state(self) -> Path:
        """The folder for what a terminal keeps between sessions, such as its history."""
        home = self.environ.get("XDG_STATE_HOME") or str(Path(self.environ.get("HOME", ".")) / ".local" / "state")
        return Path(home) / "psfbot"

    @property
    def cache(self) -> Path:
        """The folder for copies that may be deleted at any time."""
        home = self.environ.get("XDG_CACHE_HOME") or str(Path(self.environ.get("HOME", ".")) / ".cache")
        return Path(home) / "psfbot"


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def start(
    environ: Mapping[str, str] | None = None, *, changed: Mapping[str, str] | None = None, once: bool = False
) -> App:
    """Read the settings, `changed` before all, and make the bot; nothing is opened before it is needed."""
    env = {**(os.environ if environ is None else environ), **(changed or {})}
    settings, warnings = Settings.read(env)
    return App(settings, warnings, env, once)
