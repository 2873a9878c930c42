"""What an operator may set, read once at the start; `read` knows neither the clock nor the network."""

from psfbot.settings.listing import Row, as_markdown, describe
from psfbot.settings.model import Settings
from psfbot.settings.reading import Configuration, Origin

__all__ = ["Configuration", "Origin", "Row", "Settings", "as_markdown", "describe"]
