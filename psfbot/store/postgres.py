"""PostgreSQL, with limits on every wait, so that a server in trouble is noticed within seconds."""

from importlib.util import find_spec
from typing import Any

from sqlalchemy import URL, Connection, NullPool, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError

from psfbot.errors import UserError
from psfbot.store.home import BUSY_SECONDS, READERS
from psfbot.text import cut, one_line

IDLE = 1.0
"""Seconds after which a connection is tried before it is used."""
NETWORK = {
    "connect_timeout": 3, "application_name": "psfbot",
    "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3, "tcp_user_timeout": 8000,
}  # fmt: skip
"""libpq's settings; what the URL says goes first."""
SESSION = {
    "timezone": "UTC",
    "lock_timeout": f"{BUSY_SECONDS}s",
    "statement_timeout": "10s",
    "idle_in_transaction_session_timeout": "30s",
    "tcp_keepalives_idle": "5", "tcp_keepalives_interval": "2", "tcp_keepalives_count": "3",
}  # fmt: skip
"""The server's settings of each session. The server looks after its end too: it frees a dead leader's lock by it."""


class PostgresServer:
    """One database on a PostgreSQL server, shared by several replicas."""

    def __init__(self, url: URL) -> None:
        """Take the address from the URL; nothing is connected yet."""
        if find_spec("psycopg") is None:
            raise UserError("PostgreSQL needs one more package: pip install 'psfbot[postgres]'.")
        self.name = f"{url.database or url.username or 'postgres'} on {url.host or url.query.get('host', 'localhost')}"
        network = {key: value for key, value in NETWORK.items() if key not in url.query}
        self.writing = create_engine(url, connect_args=network, poolclass=NullPool)
        self.reading = create_engine(
            url, connect_args=network, poolclass=QueuePool, pool_size=READERS, pool_pre_ping=True
        ).execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        for engine in (self.writing, self.reading):
            event.listen(engine, "connect", _set_up)

    def fresh(self, connection: Connection, idle: float) -> bool:
        """Does the server still answer on this connection? While it is in use, the next statement will tell."""
        dbapi = connection.connection.dbapi_connection
        try:
            return idle < IDLE or (dbapi is not None and connection.dialect.do_ping(dbapi))
        except connection.dialect.loaded_dbapi.Error:
            return False

    def prepare(self, *, create: bool) -> None:  # noqa: ARG002 - the schema is made, the database never
        """Make sure that the server answers, and that it takes writes."""
        try:
            with self.writing.connect() as connection:
                standby = connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar_one()
        except DBAPIError as error:
            words = cut(one_line(str(error.orig)), 400)  # which names host, user and database, and no password
            raise UserError(
                f"I cannot use the database {self.name}: {words}. Check that it runs, and PSFBOT_DATABASE_URL."
            ) from error
        if standby:
            raise UserError(f"The database {self.name} is a standby and cannot be written to. Name the primary.")

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self.writing.dispose()
        self.reading.dispose()


def _set_up(connection: Any, _: object) -> None:
    """Set the limits of one session, and never answer 2xx for what the server has not written to its disk."""
    connection.autocommit = True
    for name, value in SESSION.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'"
    )
    connection.autocommit = False
