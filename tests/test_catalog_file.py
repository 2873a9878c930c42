"""The loader: what is fine, and every fault with its place. Most faults are told in the files of `tests/faulty`."""

import gc
import os
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from psfbot.catalog import model
from psfbot.catalog.file import FEW, LARGEST, load, load_or_refuse, read
from psfbot.catalog.finding import as_text
from psfbot.cli import main
from psfbot.errors import UserError

FAULTY = sorted((Path(__file__).parent / "faulty").glob("*.yaml"))
SAMPLE = (Path(__file__).parent / "sample.yaml").read_bytes()
ANNA = b"schema_version: 1\npeople:\n  anna:\n    name: Anna Example\n"
TODAY = date(2026, 11, 20)


def told_of(text, name="c.yaml"):
    """Findings as `LINE:COLUMN [warning: ]message`."""
    return [line.removeprefix(f"{name}:") for line in as_text(read(text, name, TODAY).findings).splitlines()]


@pytest.mark.parametrize("file", FAULTY, ids=lambda file: file.stem)
def test_a_faulty_catalog_has_exactly_the_faults_that_its_head_expects(file):
    expected = re.findall(r"^# expect (\S+) (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)

    found = [re.sub(r"^(\d+:\d+): ", r"\1 ", one) for one in told_of(file.read_bytes())]
    assert found == [" ".join(one) for one in expected]
    assert found


def test_there_are_faulty_catalogs_enough():
    assert len(FAULTY) >= 55


def test_a_sound_catalog_has_no_findings_and_a_line_for_each_record():
    loaded = read(SAMPLE, "sample.yaml")
    lines = SAMPLE.decode().splitlines()

    assert loaded.findings == ()
    assert loaded.catalog is not None
    records = {(kind, id_) for kind in model.KINDS for id_ in getattr(loaded.catalog, kind)}
    assert loaded.places.keys() == records
    assert all(lines[line - 1].startswith(f"  {id_}:") for (_, id_), line in loaded.places.items())


def test_a_finding_says_where_in_the_data_it_is():
    text = "services:\n  docs.python.org:\n    owners:\n      - ref: person:x\n"
    paths = {one.rule: one.path for one in read(text, "c.yaml").findings}

    assert paths["no-such-person"] == "services/docs.python.org/owners/0/ref"
    assert paths["missing-field"] == "services/docs.python.org/lifecycle"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("people:\n  anna:\n    name: 'Anna\n", "people/anna"),
        ("people: x: y\n  anna:\n    name: Anna\n", "people"),
        ("people:\n  anna:\n    name: &a Anna\n", "people/anna"),
        ("peple:\n  anna:\n    nam: x\n    name: Anna\n", "peple"),
        ("peple:\n  anna:\n    nam: x\n    name: Anna\n", "peple/anna/nam"),
        ("---\n---\n", ""),
    ],
)
def test_also_a_slip_in_the_text_says_which_record_it_is_in(text, path):
    assert path in [one.path for one in read(text, "c.yaml").findings]


@pytest.fixture
def collector():
    """Leave the collector as it was."""
    was_on = gc.isenabled()
    yield
    gc.unfreeze()
    if was_on:
        gc.enable()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("text", [SAMPLE, b"a: [", None])
def test_the_collector_is_left_as_it_was(text):
    for switch, on in ((gc.enable, True), (gc.disable, False)):
        switch()
        try:
            read(text, "c.yaml")
        except AttributeError:
            assert text is None

        assert gc.isenabled() is on


@pytest.mark.usefixtures("collector")
def test_what_somebody_froze_stays_frozen():
    gc.enable()
    read(SAMPLE, "c.yaml")
    assert gc.get_freeze_count() == 0
    gc.freeze()
    frozen = gc.get_freeze_count()
    read(SAMPLE, "c.yaml")

    assert gc.get_freeze_count() > frozen // 2


class Locked(type(Path())):
    """A file that may not be read, even by an administrator."""

    def read_bytes(self):
        raise PermissionError(13, "Permission denied")


def test_a_file_is_read_under_its_own_name(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_bytes(ANNA + b"    status: gone\n")
    loaded = load(file)

    assert as_text(loaded.findings) == f'{file}:5:13: status cannot be "gone" (allowed: active, emeritus, inactive)'
    assert loaded.catalog is None


def test_what_is_no_readable_file_is_told_in_its_first_line(tmp_path):
    pipe, huge, locked = tmp_path / "pipe", tmp_path / "huge", Locked(tmp_path / "locked")
    os.mkfifo(pipe)
    with huge.open("wb") as file:
        file.truncate(LARGEST + 1)
    locked.touch()
    found = {path: load(path).findings for path in (tmp_path, tmp_path / "x", tmp_path / "x" / "y", pipe, huge, locked)}

    assert {as_text(one).replace(f"{path}:", "") for path, one in found.items()} == {
        "1:1: this is no file: name the catalog itself",
        "1:1: there is no such file: check its name and the folder",
        "1:1: more than 256 MiB: this is no catalog",
        "1:1: it cannot be read: Permission denied",
    }


def test_a_catalog_with_errors_is_refused_with_the_first_of_them(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_bytes(ANNA + b"    status: gone\n")
    with pytest.raises(UserError) as one:
        load_or_refuse(file)
    file.write_bytes(b"schema_version: 1\npeople:\n" + b"".join(b"  p%d:\n" % number for number in range(FEW + 3)))
    with pytest.raises(UserError) as many:
        load_or_refuse(file)

    assert str(one.value).splitlines() == [
        f"{file} has 1 error:",
        f'{file}:5:13: status cannot be "gone" (allowed: active, emeritus, inactive)',
        f"To see all of them: psfbot catalog check {file}",
    ]
    assert str(many.value).splitlines()[0] == f"{file} has 8 errors:"
    assert str(many.value).splitlines()[-2] == "… and 3 more"
    assert len(str(many.value).splitlines()) == FEW + 3


def test_a_catalog_with_warnings_only_is_used(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + ANNA)
    loaded = load_or_refuse(file)

    assert loaded.catalog
    assert len(loaded.findings) == 1
    assert loaded.errors == ()


def test_only_who_knows_the_day_can_tell_that_a_date_lies_in_the_future():
    text = "schema_version: 1\nsources:\n  a:\n    title: A\n    date: 2027-11-20\n"

    assert [read(text, "c.yaml", day).errors != () for day in (None, date(2026, 11, 19), date(2025, 6, 1))] == [
        False,
        False,
        True,
    ]


def test_the_command_knows_the_day(tmp_path):
    file = tmp_path / "catalog.yaml"
    file.write_text("schema_version: 1\nsources:\n  a:\n    title: A\n    date: 2999\n")
    done = CliRunner().invoke(main, ["catalog", "check", str(file)])

    assert done.exit_code == 1
    assert done.stdout == f"{file}:5:11: 2999 is far in the future: is the year right?\n"


def test_the_command_knows_the_plugins_and_looks_for_them_where_the_settings_say(tmp_path, monkeypatch):
    (tmp_path / "homes" / "house").mkdir(parents=True)
    (tmp_path / "homes" / "house" / "__init__.py").write_text("raise AssertionError('nobody imports it')")
    alerts = "alerts: {pingdom: [a], house: [b], pingdon: [c]}"
    text = f"schema_version: 1\nservices:\n  a: {{name: A, description: A., lifecycle: unknown, {alerts}}}\n"
    file = tmp_path / "catalog.yaml"
    file.write_text(text)
    monkeypatch.setenv("PSFBOT_PLUGIN_DIRS", str(tmp_path / "homes"))
    known = CliRunner().invoke(main, ["catalog", "check", str(file)])
    monkeypatch.setenv("PSFBOT_PLUGIN_DIRS", "")
    monkeypatch.setenv("PSFBOT_PORT", "nonsense")
    fewer = CliRunner().invoke(main, ["catalog", "check", str(file)])

    warning = f'{file}:3:88: warning: no plugin "pingdon" is installed here — did you mean "pingdom"?\n'
    assert (known.exit_code, known.stdout) == (0, warning)
    assert fewer.exit_code == 0
    assert fewer.stdout == f'{file}:3:76: warning: no plugin "house" is installed here\n{warning}'
