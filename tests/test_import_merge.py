"""Records that were imported, as text of our own: printed, or put into a catalog in which every other line stays."""

import difflib
from pathlib import Path

import pytest
from click.testing import CliRunner

from psfbot.catalog.exchange.from_backstage import from_backstage
from psfbot.catalog.exchange.records import merged, text_of
from psfbot.catalog.file import load_or_refuse, read
from psfbot.catalog.tidy import tidy
from psfbot.cli import main
from psfbot.errors import UserError

ROOT = Path(__file__).parents[1]
SAMPLE, REAL = ROOT / "tests" / "sample.yaml", ROOT / "catalog.yaml"


def taken(text):
    return from_backstage(text.encode(), "catalog-info.yaml")


# Our own text.


@pytest.mark.parametrize("file", [SAMPLE, REAL], ids=["sample", "real"])
def test_a_whole_catalog_as_text_says_the_same_and_is_in_its_layout(file):
    catalog = load_or_refuse(file).catalog
    text = text_of(catalog)

    assert read(text, "made").catalog == catalog
    assert tidy(text) == text


NEW = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: new.python.org
  description: "Something new: 'yes'."
spec:
  type: website
  lifecycle: planned
  owner: group:infra
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata:
  name: newcomers
spec:
  type: team
  children: []
"""


def lines_of(before, after):
    return [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]


@pytest.mark.parametrize("file", [SAMPLE, REAL], ids=["sample", "real"])
def test_new_records_are_put_where_they_belong_and_every_other_line_stays(file):
    before = tidy(file.read_text("utf-8"))
    after = merged(before, "catalog.yaml", taken(NEW).catalog)

    assert [line for line in lines_of(before, after) if line != "+ "] == [
        "+   newcomers:",
        "+     name: newcomers",
        "+   new.python.org:",
        "+     name: new.python.org",
        "+     description: \"Something new: 'yes'.\"",
        "+     lifecycle: planned",
        "+     owners:",
        "+       - ref: team:infra",
    ]
    assert tidy(after) == after
    assert merged(after, "catalog.yaml", taken(NEW).catalog) == after


def test_a_section_that_is_not_there_yet_is_added():
    after = merged("schema_version: 1\n", "c.yaml", taken(NEW.split("---\n")[1]).catalog)

    assert after == "schema_version: 1\n\nteams:\n  newcomers:\n    name: newcomers\n"


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("schema_version: 1\nteams:\n  newcomers:\n    name: Others\n", "has these records already"),
        ("schema_version: 1\n", 'no team "infra"'),
        ("teams: [", "has faults"),
        ("schema_version: 1\nteams:\n    infra:\n        name: Infra\n", "is not in its layout"),
    ],
)
def test_a_merge_that_would_harm_is_refused(before, message):
    text = before if "name: Infra" in before or "[" in before else tidy(before)

    with pytest.raises(UserError, match=message):
        merged(text, "c.yaml", taken(NEW).catalog)


# From the command line.


def run(*words, code=0):
    done = CliRunner().invoke(main, ["catalog", "import", *map(str, words)])

    assert done.exit_code == code, done.output
    return done


def test_records_are_printed_unless_they_go_into_a_file(tmp_path):
    source, target = tmp_path / "catalog-info.yaml", tmp_path / "catalog.yaml"
    source.write_text(NEW, "utf-8")
    target.write_text(tidy(SAMPLE.read_text("utf-8")), "utf-8")
    before = target.read_text("utf-8")
    printed, shown = run(source).stdout, run(source, "--into", target, "--dry-run").stdout

    assert printed.startswith("schema_version: 1\n\nteams:\n  newcomers:\n")
    assert "\n+  new.python.org:\n" in shown
    assert target.read_text("utf-8") == before
    assert run(source, "--into", target).stderr == f"{target}: 2 records read, the new ones added.\n"
    assert run(source, "--into", target).stderr == f"{target}: 2 records read, nothing new.\n"
    assert load_or_refuse(target).catalog.services["new.python.org"].lifecycle == "planned"


def test_nothing_is_printed_when_something_is_refused(tmp_path):
    source = tmp_path / "catalog-info.yaml"
    source.write_text(NEW.replace("  description:", "  labels: {a: b}\n  description:"), "utf-8")
    refused, lenient = run(source, code=1), run(source, "--skip-unknown")

    assert refused.stdout == ""
    assert refused.stderr == f'{source}:5:3: the catalog has no place for "metadata.labels"\n'
    assert lenient.stderr == f'{source}:5:3: warning: the catalog has no place for "metadata.labels"\n'
    assert "  new.python.org:" in lenient.stdout


def test_an_export_that_is_imported_into_its_own_catalog_is_nothing_new(tmp_path):
    target, exported = tmp_path / "catalog.yaml", tmp_path / "catalog-info.yaml"
    target.write_bytes(REAL.read_bytes())
    CliRunner().invoke(main, ["catalog", "export", str(target), "--to", "backstage", "--private", "-o", str(exported)])

    assert run(exported, "--into", target).stderr.endswith("records read, nothing new.\n")
    assert target.read_bytes() == REAL.read_bytes()


def test_a_file_that_is_not_there_is_said_not_to_be():
    assert "No such file" in run("nowhere.yaml", code=1).output


def test_the_page_shows_what_is_really_said(tmp_path, monkeypatch):
    page = (ROOT / "docs" / "exports.md").read_text("utf-8")
    shown = page.split("$ psfbot catalog import catalog-info.yaml\n")[1].split("```")[0]
    text = NEW.replace("  description:", "  title: New\n  tags: [a]\n  links: []\n  labels: {a: b}\n  description:")
    text = text.replace(
        "  owner: group:infra\n", "  owner: group:infra\n  dependsOn:\n    - component:a\n  providesApis: [b]\n"
    )
    (tmp_path / "catalog-info.yaml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)

    assert run("catalog-info.yaml", code=1).stderr == shown


def test_a_byte_order_mark_stays(tmp_path):
    source, target = tmp_path / "catalog-info.yaml", tmp_path / "catalog.yaml"
    source.write_text(NEW, "utf-8")
    target.write_text("\ufeff" + tidy(SAMPLE.read_text("utf-8")), "utf-8")
    run(source, "--into", target)

    assert target.read_bytes().startswith(b"\xef\xbb\xbf# A small catalog")
    assert "new.python.org" in load_or_refuse(target).catalog.services


def test_a_file_that_may_only_be_read_or_is_no_text_is_left_alone(tmp_path):
    source, target = tmp_path / "catalog-info.yaml", tmp_path / "catalog.yaml"
    source.write_text(NEW, "utf-8")
    target.write_text(tidy(SAMPLE.read_text("utf-8")), "utf-8")
    target.chmod(0o444)

    assert "this file may only be read, so I wrote nothing" in run(source, "--into", target, code=1).stderr
    target.chmod(0o644)
    target.write_bytes(b"\xff")
    assert "this is not UTF-8" in run(source, "--into", target, code=1).stderr


def test_what_somebody_wrote_meanwhile_is_not_lost(tmp_path, monkeypatch):
    source, target = tmp_path / "catalog-info.yaml", tmp_path / "catalog.yaml"
    source.write_text(NEW, "utf-8")
    target.write_text(tidy(SAMPLE.read_text("utf-8")), "utf-8")

    def meanwhile(*given):
        target.write_text("services: {}\n", "utf-8")
        return merged(*given)

    monkeypatch.setattr("psfbot.catalog.exchange.records.merged", meanwhile)

    assert "somebody changed the file in the meantime" in run(source, "--into", target, code=1).stderr
    assert target.read_text("utf-8") == "services: {}\n"
