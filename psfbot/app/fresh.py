"""Secrets of plugins that lie in files are read again when a file changes: one can be replaced without a restart."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psfbot import logs
from psfbot.app import App
from psfbot.app.library import Stamp, stamp
from psfbot.app.secrets import settings_of
from psfbot.errors import UserError
from psfbot.plugin import Configuration

SECRETS = 5.0
"""Seconds between looks."""
log = logs.get(__name__)


@dataclass
class Fresh:
    """Keeps the plugins' settings up to date in place, so that whoever holds them sees the new ones."""

    app: App
    settings: dict[str, Configuration]
    seen: Mapping[Path, Stamp | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember how the files are now."""
        self.seen = dict(self.stamps())

    def stamps(self) -> Iterator[tuple[Path, Stamp | None]]:
        """Each file that holds a secret of a plugin, and how it is now."""
        for plugin in self.app.plugins.found.values():
            if plugin.settings is None:
                continue
            start = plugin.settings.names_start_with
            for name in plugin.settings.model_fields:
                if path := self.app.environ.get(f"{start}{name.removesuffix('_').upper()}_FILE"):
                    yield Path(path), stamp(Path(path))

    async def look(self) -> None:
        """Read them again if one of the files has changed; what cannot be read leaves all as it was."""
        found = dict(self.stamps())
        if found == self.seen:
            return
        self.seen = found
        try:
            new, _ = settings_of(self.app.plugins.found, self.app.environ)
        except UserError as error:
            log.warning("secrets not read again", reason=str(error))
            return
        self.settings.update(new)
        log.info("secrets read again")
