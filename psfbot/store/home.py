"""Where the data lives: what the store asks of SQLite and of PostgreSQL, each in its own way."""

from typing import Protocol

from sqlalchemy import Connection, Engine

BUSY_SECONDS = 2
"""How long a writer waits for a lock that another process holds."""
READERS = 4
"""How many reads may run at once."""


class Home(Protocol):
    """One database: its name for people, its connections, and whether it can be trusted."""

    @property
    def name(self) -> str:
        """The file or the server, without secrets."""

    @property
    def writing(self) -> Engine:
        """Connections whose transactions write; commits on them are durable."""

    @property
    def reading(self) -> Engine:
        """Connections whose transactions see one moment and cannot write."""

    def prepare(self, *, create: bool) -> None:
        """Make sure that it exists and is sound; raise `UserError` with the remedy otherwise."""

    def fresh(self, connection: Connection, idle: float) -> bool:
        """Does this connection, unused for so many seconds, still lead to the database?"""

    def close(self) -> None:
        """Give all connections back."""
