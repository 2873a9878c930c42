"""A database is checked and upgraded before it is used; one that cannot be used is refused with the remedy."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from stores import ROOT, alert, arrival, database_of, incident, new_database, postgres, run_sql

from psfbot.errors import UserError
from psfbot.store import postgres as postgresql
from psfbot.store import schema, sqlite
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.store.tables import metadata

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


def refusal(url, **options):
    """What is said instead of opening a database."""
    with pytest.raises(UserError) as refused:
        Database.open(url, **options)
    return str(refused.value)


def rename_revision(url, name):
    """Make a database look as if another version had written it."""
    statement = f"UPDATE {schema.VERSION_TABLE} SET version_num = '{name}'"  # noqa: S608 - the test's own words
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute(statement)
        connection.close()
    else:
        run_sql(statement, url)


def filled(path):
    """A closed database with some pages in it."""
    Database.open(f"sqlite:///{path}").close()
    columns = "(delivery, source, headers, body, received_at, fate, reason)"
    with sqlite3.connect(path) as connection:
        row = ("pingdom", "{}", b"x" * 900, "2026-11-20T12:00:00.000000+00:00", "new", "")
        insert = f"INSERT INTO inbox {columns} VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - the test's own words
        connection.executemany(insert, [(f"delivery {number}", *row) for number in range(200)])
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


async def test_what_was_kept_is_there_when_the_database_is_opened_again(url):
    with Database.open(url) as db:
        await SqlInbox(db).keep(arrival("a"))
    with Database.open(url, create=False) as db:
        found = await SqlInbox(db).waiting()

    assert [letter.delivery for letter in found] == ["a"]


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(db):
    options = {"compare_type": True, "compare_server_default": True, "version_table": schema.VERSION_TABLE}
    with db.home.writing.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)

        assert compare_metadata(context, metadata) == []


def test_the_newest_migration_is_the_one_that_the_code_expects():
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_current_head() == schema.HEAD


def test_upgrading_twice_changes_nothing(db):
    schema.upgrade(db.home.writing)

    with db.home.reading.connect() as connection:
        assert schema.revision(connection) == schema.HEAD


def test_several_processes_may_start_at_once_on_an_empty_database(url):
    code = "import sys; from psfbot.store.db import Database; Database.open(sys.argv[1]).close()"
    started = [subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT) for _ in range(3)]  # noqa: S603

    assert [process.wait(60) for process in started] == [0, 0, 0]


def test_a_newer_database_is_refused(url):
    Database.open(url).close()
    rename_revision(url, "9999")
    said = refusal(url)

    assert f"written by a newer psfbot (schema 9999, this one reads {schema.HEAD})" in said
    assert "Start that newer version, or restore a backup" in said


def test_a_database_without_tables_is_refused_when_none_are_to_be_made(url):
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).touch()

    assert "holds no tables of psfbot yet. Make them: psfbot db upgrade" in refusal(url, create=False)


def test_a_file_that_does_not_exist_is_refused_when_none_is_to_be_made(tmp_path):
    said = refusal(f"sqlite:///{tmp_path}/none.sqlite3", create=False)

    assert said == f"There is no database at {tmp_path}/none.sqlite3. Start `psfbot run`, or make it: psfbot db upgrade"
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_a_folder_that_does_not_exist_is_refused(tmp_path):
    said = refusal(f"sqlite:///{tmp_path}/none/psfbot.sqlite3")

    assert f"I cannot make the database {tmp_path}/none/psfbot.sqlite3: No such file or directory" in said


def test_a_new_file_can_be_read_by_its_owner_only(tmp_path):
    with Database.open(f"sqlite:///{tmp_path}/psfbot.sqlite3"):
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}

    assert modes == {0o600}


def test_a_damaged_page_is_found_at_the_start(tmp_path):
    path = filled(tmp_path / "psfbot.sqlite3")
    with path.open("r+b") as file:
        file.seek(4096 * 30)
        file.write(b"\xff" * 4096)
    said = refusal(f"sqlite:///{path}")

    assert said.startswith(
        (f"The database {path} is damaged", f"I cannot use the database {path}: the file is damaged")
    )
    assert "Restore it from a backup, or move it away" in said


def test_a_file_cut_short_is_found_at_the_start(tmp_path):
    path = filled(tmp_path / "psfbot.sqlite3")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)

    assert "Restore it from a backup" in refusal(f"sqlite:///{path}")


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all, " * 100)

    assert f"I cannot use the database {path}: the file is not an SQLite database." in refusal(f"sqlite:///{path}")


def test_another_programs_database_is_left_alone(tmp_path):
    path = tmp_path / "cookies.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE cookies (name)")
    connection.close()

    assert "is another program's database (it has cookies)" in refusal(f"sqlite:///{path}")


def test_on_postgresql_other_programs_may_share_the_database_while_their_names_differ():
    url = new_database()
    run_sql("CREATE TABLE cookies (name text); CREATE TABLE alembic_version (version_num text)", url)
    Database.open(url).close()
    rival = new_database()
    run_sql("CREATE TABLE inbox (name text)", rival)

    assert "another program's database (it has inbox)" in refusal(rival)


@pytest.mark.parametrize(
    "url", ["mysql://root:hunter2@db/psfbot", "hunter2", "postgresql+asyncpg://a:hunter2@b/c", "http://hunter2", "://"]
)
def test_a_wrong_url_is_refused_without_showing_it(url):
    said = refusal(url)

    assert "PSFBOT_DATABASE_URL is no database that psfbot knows" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_refused_since_it_would_lose_everything(url):
    assert "PSFBOT_DATABASE_URL names no file" in refusal(url)


def test_a_server_that_cannot_be_reached_is_refused_without_showing_the_password(tmp_path):
    said = refusal(f"postgresql+psycopg://ned:hunter2@/psfbot?host={tmp_path}")

    assert said.startswith(f"I cannot use the database psfbot on {tmp_path}: connection ")
    assert said.endswith("Check that it runs, and PSFBOT_DATABASE_URL.")
    assert "hunter2" not in said


def test_a_database_that_the_server_does_not_have_is_refused():
    new_database()

    assert 'database "missing" does not exist' in refusal(postgres().get_uri(database="missing", driver="psycopg"))


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch):
    monkeypatch.setattr(postgresql, "find_spec", lambda _: None)

    assert "pip install 'psfbot[postgres]'" in refusal("postgresql+psycopg://db/psfbot")


def test_an_old_sqlite_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite, "OLDEST", (99, 0))

    assert "is too old" in refusal(f"sqlite:///{tmp_path}/psfbot.sqlite3")


def test_without_a_url_the_file_lies_in_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Database.open().close()

    assert (tmp_path / "psfbot.sqlite3").is_file()


def test_a_path_with_odd_characters_works(tmp_path):
    folder = tmp_path / "50% of ? #1 ü"
    folder.mkdir()
    with Database.open(f"sqlite:///{str(folder).replace('?', '%3F')}/a.sqlite3") as db:
        pass

    assert db.name.endswith("a.sqlite3")


async def test_everything_is_written_and_read_with_durable_settings(db):
    def settings(connection):
        if connection.dialect.name == "postgresql":
            return connection.exec_driver_sql("SELECT current_setting('synchronous_commit')").scalar_one()
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("journal_mode", "synchronous")]

    found = await db.write(settings)

    assert found in ("on", ["wal", 2])


async def test_postgresql_writes_to_disk_even_where_the_server_is_set_not_to():
    url = new_database()
    run_sql(f"ALTER DATABASE {database_of(url)} SET synchronous_commit = off")
    with Database.open(url) as db:
        found = await db.write(lambda c: c.exec_driver_sql("SHOW synchronous_commit").scalar_one())

    assert found == "on"


async def test_the_hot_paths_use_an_index(db):
    """Each look-up that runs for every webhook or notice must not read a whole table."""
    seen = []
    listener = lambda connection, cursor, statement, parameters, *rest: seen.append((statement, parameters))  # noqa: E731, ARG005
    event.listen(db.home.writing, "before_cursor_execute", listener)
    event.listen(db.home.reading, "before_cursor_execute", listener)
    await SqlInbox(db).waiting()
    store = SqlStore(db)
    number = (await store.write(lambda ledger: ledger.open_incident(incident()))).number
    await store.read(lambda ledger: [ledger.problem("a", "b"), ledger.problems(1), ledger.latest("a"), ledger.told(1)])
    await store.read(
        lambda ledger: [ledger.alerts(1), ledger.timeline(1), ledger.incidents(), ledger.silences(alert().at)]
    )
    event.remove(db.home.writing, "before_cursor_execute", listener)
    event.remove(db.home.reading, "before_cursor_execute", listener)
    selects = [(statement, parameters) for statement, parameters in seen if statement.lstrip().startswith("SELECT")]

    def plans(connection):
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        how = "EXPLAIN" if connection.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        for statement, parameters in selects:
            lines = [str(row[-1]) for row in connection.exec_driver_sql(f"{how} {statement}", parameters)]
            yield from (
                line for line in lines if "Seq Scan" in line or (line.startswith("SCAN") and "USING" not in line)
            )

    assert number == 1
    assert await db.read(lambda connection: list(plans(connection))) == []
    assert len(selects) >= 8
