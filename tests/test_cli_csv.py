"""Lists as CSV on the command line: what a program reads, and what a spreadsheet must not run."""

import csv
import io
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from psfbot.catalog.model import Catalog, Service
from psfbot.chat.answer import Answer, Item
from psfbot.cli import main
from psfbot.cli.table import COLUMNS, FORMULA, as_csv, asked, cell, written

SAMPLE = Path(__file__).parent / "sample.yaml"
HEAD = list(COLUMNS)


@pytest.fixture
def cli(monkeypatch, tmp_path):
    """Runs a command in this process, in an empty folder, with the small catalog and nothing else set."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PSFBOT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PSFBOT_CATALOG", str(SAMPLE))
    return lambda *args: CliRunner().invoke(main, args, prog_name="psfbot")


def rows(text):
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_a_query_alone_makes_a_table_with_one_row_a_service(cli):
    done = cli("ask", "--csv", "provider:fastly")
    head, *found = rows(done.stdout_bytes.decode())

    assert (done.exit_code, done.stderr) == (0, "")
    assert head[:8] == ["id", "name", "lifecycle", "tier", "owners", "providers", "regions", "architectures"]
    assert [row[0] for row in found] == ["docs.python.org", "downloads", "www.python.org"]
    assert found[0][:8] == [
        "docs.python.org", "docs.python.org", "production", "1", "person:mdk; team:docs; team:infra",
        "digitalocean; fastly; route53; gandi", "nyc1", "unknown",
    ]  # fmt: skip


def test_every_line_ends_as_rfc_4180_wants_it(cli):
    text = cli("ask", "--csv", "provider:fastly").stdout_bytes

    assert text.count(b"\r\n") == text.count(b"\n") == 4
    assert text.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("services tier:2", ["salt-master"]),
        ("what runs on fastly", ["docs.python.org", "downloads", "www.python.org"]),
        ("docs.python.org", ["docs.python.org"]),
        ("-lifecycle:production tier:4", ["hg.python.org"]),
        ("tag:nothing", []),
    ],
)
def test_whatever_lists_services_has_their_columns(cli, question, names):
    done = cli("ask", "--csv", "--", question)
    head, *found = rows(done.stdout_bytes.decode())

    assert done.exit_code == 0
    assert (head, [row[0] for row in found]) == (HEAD, names)


def test_other_lists_have_name_kind_and_detail(cli):
    head, first, *_ = rows(cli("ask", "--csv", "platforms").stdout_bytes.decode())

    assert head == ["name", "kind", "detail"]
    assert first == ["aarch64-apple-darwin", "platform", "tier 1"]


def test_what_breaks_is_a_table_of_services_with_the_path_to_each(cli):
    head, *found = rows(cli("ask", "--csv", "what breaks if nyc1 goes away").stdout_bytes.decode())

    assert head == [*HEAD, "strength", "path"]
    assert found[0][0] == "docs.python.org"
    assert [row[-2:] for row in found if row[0] == "hg.python.org"] == [["hard", "nyc1 -> hg.python.org"]]


@pytest.mark.parametrize(
    ("question", "some"),
    [
        ("which hosts are still on ubuntu 20.04", ["salt.nyc1.psf.io", "host", "Ubuntu 20.04"]),
        ("what does docs need", ["fastly", "provider", "hard"]),
        ("what does docs need", ["loadbalancer", "service", "hard"]),
        ("who has access to docs.nyc1.psf.io", ["person:mdk", "person", "Julien Palard"]),
    ],
)
def test_a_list_in_one_sentence_is_a_table_too(cli, question, some):
    done = cli("ask", "--csv", question)
    head, *found = rows(done.stdout_bytes.decode())

    assert (done.exit_code, done.stderr, head) == (0, "", ["name", "kind", "detail"])
    assert some in found


def test_names_that_the_catalog_does_not_know_are_listed_bare():
    data = {"access": ["person:x"]}, {"hosts": ["h"]}, {"platforms": ["p"]}, {"hosts": []}, {"people": 3}
    texts = [as_csv(Answer("", data=one), Catalog()) for one in data]

    assert [rows(text)[1:] for text in texts if text] == [
        [["person:x", "person", ""]], [["h", "host", ""]], [["p", "platform", ""]], []
    ]  # fmt: skip
    assert texts[-1] is None


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (("who owns docs.python.org",), 2, "no list"),
        (("--json", "services"), 2, "not both"),
        (("provider:fastlly",), 1, "did you mean 'fastly'?"),
        (("who owns dosc.python.org",), 1, "Did you mean docs.python.org?"),
        (("incidents",), 1, "psfbot run"),
    ],
)
def test_what_makes_no_table_leaves_standard_output_empty(cli, args, code, said):
    done = cli("ask", "--csv", *args)

    assert said in done.stderr
    assert (done.exit_code, done.stdout) == (code, "")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("provider:fastly", "services provider:fastly"),
        ("-has:owner tier<=2", "services -has:owner tier<=2"),
        ("(tier:1 OR tier:2) arch:unknown", "services (tier:1 OR tier:2) arch:unknown"),
        ("services provider:fastly", "services provider:fastly"),
        ("https://docs.python.org/3/", "https://docs.python.org/3/"),
        ("docs.python.org", "docs.python.org"),
        ("note: nothing", "note: nothing"),
    ],
)
def test_only_what_begins_with_a_field_is_a_query_of_its_own(text, question):
    assert asked(text) == question


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\r=1", "=HYPERLINK(1);2"])
def test_no_cell_is_a_formula(evil):
    service = Service(id="x", name=evil, description=evil, lifecycle="production", tags=(), aliases=(evil,))
    found = rows(as_csv(Answer("", data={"services": ["x"]}), Catalog(services={"x": service})))[1]
    item = rows(as_csv(Answer("", items=[Item(evil, evil, evil)]), Catalog()))[1]

    assert {found[HEAD.index("name")], found[HEAD.index("description")], *item} == {f"'{evil}"}


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=4))
def test_whatever_stands_in_a_cell_is_read_back(values):
    head, *found = rows(written(["a", "b"], values))

    assert head == ["a", "b"]
    assert found == [[cell(one) for one in row] for row in values]
    assert not any(one.startswith(FORMULA) for row in found for one in row)


def test_values_that_stand_twice_are_written_once():
    assert cell(["aws", "fastly", "aws"]) == "aws; fastly"
    assert cell(()) == ""
