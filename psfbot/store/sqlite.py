"""SQLite, set so that a commit survives a power cut, and checked before it is trusted."""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, NullPool, QueuePool, create_engine, event

from psfbot.errors import UserError
from psfbot.store.home import BUSY_SECONDS, READERS
from psfbot.store.trouble import DAMAGE, SQLITE, code

OLDEST = (3, 24)
"""The first SQLite with ON CONFLICT."""
PRAGMAS = ("synchronous=FULL", "fullfsync=ON", "foreign_keys=ON", f"journal_size_limit={64 * 2**20}")
RESTORE = "Restore it from a backup, or move it away to start with an empty one (docs/operations/database.md)."
ELSEWHERE = "Check the file and its folder, or set PSFBOT_DATABASE_URL."


class SqliteFile:
    """One SQLite file on a local disk."""

    def __init__(self, url: URL) -> None:
        """Take the file from the URL; nothing is opened yet."""
        if not url.database or url.database == ":memory:":
            raise UserError("PSFBOT_DATABASE_URL names no file. Write sqlite:///path/to/psfbot.sqlite3.")
        self.path = Path(url.database).absolute()
        self.name = str(self.path)
        self._opened: tuple[int, int] | None = None
        self.writing = create_engine("sqlite://", creator=self._connect_to_write, poolclass=NullPool)
        self.reading = create_engine("sqlite://", creator=self._connect_to_read, poolclass=QueuePool, pool_size=READERS)
        _begin_with(self.writing, "BEGIN IMMEDIATE")
        _begin_with(self.reading, "BEGIN")

    def _connect(self, *pragmas: str) -> sqlite3.Connection:
        """Open the file, which must exist: one that vanished is not silently replaced by an empty one."""
        connection = sqlite3.connect(
            f"file:{quote(self.name)}?mode=rw",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        try:
            for pragma in (*PRAGMAS, *pragmas):
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _connect_to_write(self) -> sqlite3.Connection:
        """Open the file, and remember which one it was."""
        connection = self._connect()
        self._opened = self._file()
        return connection

    def _connect_to_read(self) -> sqlite3.Connection:
        """Open the file so that nothing writes."""
        return self._connect("query_only=ON")

    def _file(self) -> tuple[int, int] | None:
        """Which file bears the name now."""
        try:
            found = os.stat(self.name)  # noqa: PTH116 - half the time of Path.stat, before each commit
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def fresh(self, connection: Connection, idle: float) -> bool:  # noqa: ARG002 - the file alone tells
        """Is the file still the one that was opened? What is written to one that was moved away would be lost."""
        return self._file() == self._opened

    def prepare(self, *, create: bool) -> None:
        """Make the file if need be, check every page of it, and switch it to WAL."""
        if sqlite3.sqlite_version_info < OLDEST:
            found = sqlite3.sqlite_version
            raise UserError(f"SQLite {found} is too old: psfbot needs 3.24. Use a newer Python build, or PostgreSQL.")
        if not self.path.exists():
            self._create(wanted=create)
        try:
            connection = self._connect()
            try:
                self._refuse_unsound(connection)
            finally:
                connection.close()
        except sqlite3.Error as error:
            remedy = RESTORE if code(error) in DAMAGE else ELSEWHERE
            words = SQLITE.get(code(error), str(error))
            raise UserError(f"I cannot use the database {self.name}: {words}. {remedy}") from error

    def _create(self, *, wanted: bool) -> None:
        """Make an empty file that only its owner can read: webhooks hold private words."""
        if not wanted:
            raise UserError(f"There is no database at {self.name}. Start `psfbot run`, or make it: psfbot db upgrade")
        try:
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            why = error.strerror or str(error)
            raise UserError(f"I cannot make the database {self.name}: {why}. {ELSEWHERE}") from error

    def _refuse_unsound(self, connection: sqlite3.Connection) -> None:
        """Refuse a damaged file, and one that cannot be switched to WAL."""
        (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise UserError(f"The database {self.name} is damaged: {found}. {RESTORE}")
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        if mode != "wal":
            raise UserError(f"The database {self.name} cannot use WAL: put it on a local disk, or use PostgreSQL.")

    def close(self) -> None:
        """Close all connections; the next use opens new ones."""
        self.writing.dispose()
        self.reading.dispose()


def _begin_with(engine: Engine, statement: str) -> None:
    """Begin transactions ourselves: the driver would begin them late, and never with IMMEDIATE."""

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(engine, "begin", begin)
