"""A chat on the terminal without a server: it loads nothing that only a running bot needs."""

import sys

from psfbot.app import App, start
from psfbot.app.secrets import warnings_about
from psfbot.platforms.console import Console


async def run_console(person: str) -> None:
    """Talk to whoever sits at the terminal about the catalog."""
    app = start()
    told(app)
    await Console(app.desk, app.speaker(person), app.state / "history").run()


def told(app: App) -> None:
    """Warn an operator about settings that nobody reads, and plugins that nobody can use."""
    for warning in warnings_about(app):
        sys.stderr.write(f"{warning}\n")
    for failure in app.plugins.failed:
        sys.stderr.write(f"{failure.name}: failed to load ({failure.reason})\n")
