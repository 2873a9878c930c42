"""What was understood of a catalog is kept for the next question, and never outlives the file or the code."""

import os
import pickle
from pathlib import Path

import pytest
from processes import run
from test_cli_imports import imported

from psfbot.app import kept
from psfbot.app.kept import Shelf, fingerprint
from psfbot.app.library import Library
from psfbot.catalog import file as reading
from psfbot.errors import UserError

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")
ASKED = ("ask", "who", "owns", "docs.python.org")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_text(SAMPLE, "utf-8")
    return path


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "cache" / "psfbot")


@pytest.fixture
def copy(path, shelf):
    Library(path, shelf)
    (found,) = shelf.folder.iterdir()
    return found


def test_what_is_kept_is_what_was_read(path, shelf, copy):
    read = Library(path).book

    assert shelf.take(path) == (read.catalog, read.places)


def test_only_the_person_who_asks_may_look_at_it(shelf, copy):
    assert (copy.stat().st_mode & 0o777, shelf.folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_changed_file_is_read_anew_and_kept_instead(path, shelf, copy):
    path.write_text(SAMPLE.replace("[docs, documentation]", "[docs, manual]"), "utf-8")

    assert shelf.take(path) is None
    assert Library(path, shelf).book.names.find("manual", ("service",)).hits[0].id == "docs.python.org"
    assert list(shelf.folder.iterdir()) == [copy]
    assert shelf.take(path)


def test_a_copy_that_other_code_made_is_not_taken(path, shelf, copy, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    (other / "model.py").write_text("", "utf-8")
    monkeypatch.setattr(kept, "CODE", other)

    assert shelf.take(path) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda data: data[:100],
        lambda data: data[:-100],
        lambda data: data.partition(b"\n")[0] + b"\n",
        lambda data: data.partition(b"\n")[0] + b"\nno pickle",
        lambda data: data.partition(b"\n")[0] + b"\n" + pickle.dumps([]),
    ],
    ids=["empty", "a few bytes", "cut short", "nothing behind the name", "garbage", "something else"],
)
def test_a_damaged_copy_costs_nothing_but_time(path, shelf, copy, damage):
    copy.write_bytes(damage(copy.read_bytes()))

    assert Library(path, shelf).book.catalog.services["docs.python.org"].name
    assert shelf.take(path)


@pytest.mark.parametrize("thing", [os.system, Path("x"), getattr, kept.Shelf(Path())], ids=str)
def test_nothing_but_records_is_made_of_a_copy(path, shelf, copy, thing):
    copy.write_bytes(fingerprint(path.read_bytes()) + b"\n" + pickle.dumps((thing, {})))

    assert shelf.take(path) is None


@pytest.mark.parametrize("mode", [0o622, 0o660])
def test_a_copy_that_others_may_write_is_not_taken(path, shelf, copy, mode):
    copy.chmod(mode)

    assert shelf.take(path) is None


def test_where_nothing_can_be_kept_the_catalog_is_read_all_the_same(path, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    shelf = Shelf(tmp_path / "file" / "psfbot")

    assert Library(path, shelf).book.catalog.services


def test_a_faulty_catalog_is_refused_each_time(path, shelf):
    path.write_text(SAMPLE.replace("lifecycle: production", "lifecycle: prodution", 1), "utf-8")
    for _ in range(2):
        with pytest.raises(UserError, match="has 1 error"):
            Library(path, shelf)


def test_a_file_that_changes_while_it_is_read_is_not_kept(path, shelf, monkeypatch):
    real = reading.load_or_refuse

    def interrupted(path):
        loaded = real(path)
        path.write_text(SAMPLE + "# more\n", "utf-8")
        return loaded

    monkeypatch.setattr(reading, "load_or_refuse", interrupted)
    Library(path, shelf)

    assert shelf.take(path) is None


def test_the_second_question_reads_no_yaml_and_gets_the_same_answer(tmp_path):
    first, before = imported(tmp_path, *ASKED)
    second, after = imported(tmp_path, *ASKED)

    assert second == first
    assert "yaml" in before
    assert "yaml" not in after


def test_an_edited_catalog_is_answered_from_at_once(tmp_path, path):
    before = run(tmp_path, "ask", "owner of manual", PSFBOT_CATALOG=str(path))
    path.write_text(SAMPLE.replace("[docs, documentation]", "[docs, manual]"), "utf-8")
    after = run(tmp_path, "ask", "owner of manual", PSFBOT_CATALOG=str(path))

    assert before.returncode == 1
    assert after.stdout.startswith(b"docs.python.org: ask ")
