"""The shape of the database: brought up to this version's at the start, refused when it is newer."""

from pathlib import Path

from sqlalchemy import Connection, Engine, column, inspect, select, table
from sqlalchemy.exc import DBAPIError

from psfbot.errors import UserError
from psfbot.store.home import Home
from psfbot.store.tables import metadata
from psfbot.store.trouble import trouble

HEAD = "0012"
"""The revision that this version reads and writes."""
VERSION_TABLE = "psfbot_schema"
"""Where the database says its revision; the name lets other programs' migrations share a PostgreSQL database."""
MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 0x7073_6662
"""Replicas that start together take turns at this advisory lock."""

_version = table(VERSION_TABLE, column("version_num"))


def bring_up_to_date(home: Home, *, create: bool) -> None:
    """Upgrade an older database, fill an empty one if asked to, and refuse what this version cannot use."""
    try:
        with home.reading.connect() as connection:  # which waits for no other process
            found = revision(connection)
            others = set(inspect(connection).get_table_names())
        if found == HEAD:
            return
        if found is None:
            _refuse_foreign(home, others)
            if not create:
                raise UserError(f"{home.name} holds no tables of psfbot yet. Make them: psfbot db upgrade")
        elif found not in revisions():
            raise UserError(
                f"The database {home.name} was written by a newer psfbot (schema {found}, this one reads {HEAD}). "
                "Start that newer version, or restore a backup from before the upgrade."
            )
        upgrade(home.writing)
    except DBAPIError as error:
        words = trouble(error)
        if words is None:
            raise
        raise UserError(f"I cannot upgrade the database {home.name}: {words}. Then try again.") from error


def _refuse_foreign(home: Home, others: set[str]) -> None:
    """Leave databases of other programs alone: an SQLite file is one program's, names on PostgreSQL must be free."""
    in_the_way = others if home.writing.dialect.name == "sqlite" else others & metadata.tables.keys()
    if in_the_way:
        names = ", ".join(sorted(in_the_way)[:3])
        raise UserError(
            f"{home.name} is another program's database (it has {names}). Set PSFBOT_DATABASE_URL to one of psfbot's."
        )


def revision(connection: Connection) -> str | None:
    """The revision that a database says it has; None for one that psfbot never filled."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.execute(select(_version.c.version_num)).scalar_one_or_none()


def revisions() -> frozenset[str]:
    """Every revision that this version knows."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - 0.1 s, needed only when the schema changes

    return frozenset(script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def upgrade(engine: Engine) -> None:
    """Run the migrations that a database lacks, all in one transaction; whoever comes second finds nothing to do."""
    from alembic import command  # noqa: PLC0415 - as above
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({UPGRADE_LOCK})")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
