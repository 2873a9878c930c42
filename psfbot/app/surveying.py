"""One survey for drift, as a command of the terminal or the running bot makes it: plugins, settings, world, catalog."""

from pathlib import Path
from typing import NamedTuple

from psfbot.app import App, now, start
from psfbot.app.every import bug
from psfbot.app.secrets import secret_words, settings_of
from psfbot.app.world import world_of
from psfbot.flows.verify import Report, chosen, searches, verify

HIDDEN = "(hidden)"


class Survey(NamedTuple):
    """What a survey found, and the file that it is about."""

    report: Report
    path: Path
    secrets: tuple[str, ...]

    def told(self, text: str) -> str:
        """A text without any secret in it, whoever put one there."""
        for secret in filter(None, self.secrets):
            text = text.replace(secret, HIDDEN)
        return text


async def survey(file: Path | None, only: tuple[str, ...]) -> Survey:
    """Compare a catalog with what is out there; nothing is written anywhere."""
    app: App = start(changed={"PSFBOT_CATALOG": str(file)} if file else None)
    book = app.book
    settings, _ = settings_of(app.plugins.found, app.environ)
    wanted = chosen(searches(app.plugins.found, settings), only)
    found = await verify(wanted, book, world_of(app, settings.values()), now(), bug=bug)
    return Survey(found, app.catalog_path, (*app.secret_words(), *secret_words(settings.values())))
