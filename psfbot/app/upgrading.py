"""The database brought up to this version, without starting the bot."""

from psfbot.app import start
from psfbot.store.db import Database


def upgrade_database() -> str:
    """Make or change the tables; say which database they are in."""
    with Database.open(start().database_url()) as db:
        return f"{db.name} is up to date."
