"""The catalog in the shapes of other tools: what each must look like, and that no text is taken for anything else."""

import csv
import io
import json
import os
import re
import sqlite3
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from psfbot.catalog.exchange.pages import COLUMNS as HEAD
from psfbot.catalog.exchange.pages import markdown
from psfbot.catalog.exchange.tables import TABLES
from psfbot.catalog.exchange.to_backstage import NAME, TAG, backstage
from psfbot.catalog.exchange.to_csv import COLUMNS, cell, spreadsheet
from psfbot.catalog.exchange.to_datadog import datadog
from psfbot.catalog.exchange.written import documents, sections
from psfbot.catalog.file import load_or_refuse, read
from psfbot.catalog.model import Catalog
from psfbot.cli import main
from psfbot.cli.exporting import SHAPES

ROOT = Path(__file__).parents[1]
SAMPLE, REAL = ROOT / "tests" / "sample.yaml", ROOT / "catalog.yaml"
PAGE = (ROOT / "docs" / "exports.md").read_text("utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
BOTH = pytest.mark.parametrize("file", [SAMPLE, REAL], ids=["sample", "real"])
NASTY = 'a | b\n**c** <b>"d"</b> `e` \\ [f](javascript:x) #g; %h \u202eend'
SECRETS = ("private@example.org", "a number that is not for the public")


def catalog(file=SAMPLE):
    return load_or_refuse(file).catalog


def nasty(text=NASTY):
    """A catalog with a nasty text wherever a text may stand."""
    hosting = [{"role": "origin", "provider": "p", "architecture": "arm64", "note": text}]
    service = {
        "id": "s", "name": text, "description": text, "aliases": [text], "lifecycle": "production", "hosting": hosting,
        "owners": [{"ref": "team:t"}], "contacts": [{"type": "other", "value": text, "note": text}], "note": text,
        "links": [{"type": "site", "url": "https://x.example/a(b)|c<d", "title": text}],
    }  # fmt: skip
    team = {"id": "t", "name": text}
    provider = {"id": "p", "name": text, "homepage": "https://p.example/)|"}
    return Catalog.model_validate({"services": {"s": service}, "teams": {"t": team}, "providers": {"p": provider}})


def entities(text):
    return list(yaml.safe_load_all(text))


def export(*words, code=0):
    done = CliRunner().invoke(main, ["catalog", "export", *map(str, words)])

    assert done.exit_code == code, done.output
    return done


# YAML.


@pytest.mark.parametrize(
    "text",
    ["no", "On", "y", "~", "null", "1e3", "0x1F", "0o17", "010", "1_000", "22:22", "2026-01-01", "3.10", ".5", "=", "",
     "- a", "a: b", "a #b", "#a", "'", '"', "&a", "*a", "!a", "%a", "@a", "`a", "[a", "{a", "|", ">", "a\nb", " a",
     "a ", "<<", ".inf", ".NaN", "+1", "1.", "a\u2028b"],
)  # fmt: skip
def test_a_text_that_looks_like_something_else_is_quoted_for_all_readers(text):
    said = documents([{"a": text}])
    written = said.removeprefix("---\na: ").rstrip("\n")

    assert yaml.safe_load(said) == {"a": text}
    assert yaml.load(said, Loader=yaml.BaseLoader) == {"a": text}  # noqa: S506 - the loader that makes only texts
    assert "\n" in text or written[0] in "'\""


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_any_text_comes_back_the_same(text):
    assert yaml.safe_load(documents([{"a": text}, {"a": 1}]).split("\n---\n")[0]) == {"a": text}


def test_our_own_sections_have_days_without_quotes_and_no_anchors():
    same = ["x"]

    assert sections({"a": {"d": "2026-01-02", "m": "2026-01", "of": "2026", "b": same, "c": same}}) == (
        'a:\n  d: 2026-01-02\n  m: 2026-01\n  of: "2026"\n  b:\n    - x\n  c:\n    - x\n'
    )


# Backstage.


@BOTH
def test_every_backstage_entity_has_the_shape_that_backstage_asks_for(file):
    needed = {
        "Component": {"type", "lifecycle", "owner"}, "System": {"owner"}, "Resource": {"type", "owner"},
        "Group": {"type", "children"}, "User": {"memberOf"},
    }  # fmt: skip
    found = entities(backstage(catalog(file)))
    for one in found:
        meta, spec = one["metadata"], one["spec"]

        assert list(one) == ["apiVersion", "kind", "metadata", "spec"]
        assert one["apiVersion"] == "backstage.io/v1alpha1"
        assert needed[one["kind"]] <= spec.keys()
        assert NAME.fullmatch(meta["name"])
        assert len(meta["name"]) <= 63
        assert all(isinstance(value, str) for value in meta.get("annotations", {}).values())
        assert all(re.fullmatch(r"([a-z0-9.-]+/)?[\w.-]{1,63}", key) for key in meta.get("annotations", {}))
        assert all(TAG.fullmatch(tag) for tag in meta.get("tags", ()))
        assert all(link["url"] and link.keys() <= {"url", "title", "type"} for link in meta.get("links", ()))
    names = [(one["kind"], one["metadata"]["name"].lower()) for one in found]

    assert len(names) == len(set(names))


@BOTH
def test_every_backstage_reference_leads_to_an_entity_of_the_file(file):
    found = entities(backstage(catalog(file)))
    names = {f"{one['kind'].lower()}:{one['metadata']['name']}" for one in found}
    refs = set()
    for one in found:
        spec = one["spec"]
        refs |= {spec["owner"]} if spec.get("owner", "unknown") != "unknown" else set()
        refs |= {*spec.get("dependsOn", ())}
        refs |= {f"user:{name}" for name in spec.get("members", ())}
        refs |= {f"group:{name}" for name in spec.get("memberOf", ())}
        refs |= {f"system:{spec['system']}"} if "system" in spec else set()

    assert refs - names == set()


def test_a_service_is_a_component_with_its_owner_and_needs():
    found = next(one for one in entities(backstage(catalog())) if one["metadata"]["name"] == "docs.python.org")

    assert found["kind"] == "Component"
    assert found["spec"] == {
        "type": "website",
        "lifecycle": "production",
        "owner": "user:mdk",
        "dependsOn": [
            "component:loadbalancer", "component:salt-master", "resource:digitalocean", "resource:fastly",
            "resource:route53", "resource:gandi", "resource:nyc1",
        ],
    }  # fmt: skip
    assert found["metadata"]["annotations"]["github.com/project-slug"] == "python/docsbuild-scripts"
    assert json.loads(found["metadata"]["annotations"]["psfbot.psf.io/owners"])[0] == {
        "ref": "team:docs",
        "role": "backup",
    }


# Datadog.


@BOTH
def test_every_datadog_entity_has_fields_of_schema_v3_only(file):
    for one in entities(datadog(catalog(file))):
        meta, spec = one["metadata"], one["spec"]

        assert one["apiVersion"] == "v3"
        assert one["kind"] in {"service", "system"}
        assert one.keys() <= {"apiVersion", "kind", "metadata", "spec", "integrations", "datadog", "extensions"}
        assert meta.keys() <= {
            "name", "displayName", "owner", "additionalOwners", "description", "tags", "contacts", "links",
        }  # fmt: skip
        assert spec.keys() <= {"lifecycle", "tier", "type", "dependsOn", "components"}
        assert isinstance(spec.get("tier", ""), str)
        assert isinstance(meta.get("owner", ""), str)
        assert all(owner.keys() == {"name", "type"} for owner in meta.get("additionalOwners", ()))
        assert all(len(c["name"]) >= 2 and c.keys() == {"name", "type", "contact"} for c in meta.get("contacts", ()))
        assert all(
            {"name", "type", "url"} <= k.keys() <= {"name", "type", "url", "provider"} for k in meta.get("links", ())
        )
        assert {k["type"] for k in meta.get("links", ())} <= {"runbook", "doc", "repo", "dashboard", "other"}
        assert all(tag == str(tag) for tag in meta.get("tags", ()))


def test_a_datadog_service_names_its_owners_and_what_datadog_has_no_field_for():
    found = next(one for one in entities(datadog(catalog())) if one["metadata"]["name"] == "docs.python.org")

    assert found["metadata"]["owner"] == "mdk"
    assert found["metadata"]["additionalOwners"] == [
        {"name": "docs", "type": "backup"}, {"name": "infra", "type": "escalation"},
    ]  # fmt: skip
    assert found["spec"]["tier"] == "1"
    assert found["extensions"]["psf.io/psfbot"]["alerts"] == {"pingdom": ["docs.python.org"]}


def test_a_link_to_pagerduty_is_an_integration():
    url = "https://psf.pagerduty.com/service-directory/P123"
    record = {
        "id": "s",
        "name": "S",
        "description": "d",
        "lifecycle": "production",
        "links": [{"type": "other", "url": url}],
    }
    found = entities(datadog(Catalog.model_validate({"services": {"s": record}})))[0]

    assert found["integrations"] == {"pagerduty": {"serviceURL": url}}


# CSV and Markdown.


@BOTH
def test_the_spreadsheet_has_one_row_a_service(file):
    head, *rows = csv.reader(io.StringIO(spreadsheet(catalog(file)), newline=""), strict=True)

    assert head == list(COLUMNS)
    assert [row[0] for row in rows] == list(catalog(file).services)


@given(st.text(max_size=30))
def test_no_cell_is_a_formula(text):
    assert not cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def cells(line):
    """The cells of a table's row, as a reader of Markdown parts them."""
    return re.split(r"(?<!\\)\|", line.strip())[1:-1]


@BOTH
def test_every_row_of_the_page_has_as_many_cells_as_its_head(file):
    tables = re.findall(r"(?:^\|.*\n)+", markdown(catalog(file)), re.MULTILINE)

    assert len(tables) > 4
    assert all(len({len(cells(line)) for line in one.splitlines()}) == 1 for one in tables)


def test_nothing_in_a_text_is_markdown_or_html():
    row = next(line for line in markdown(nasty()).splitlines() if line.startswith("| [s]"))

    assert len(cells(row)) == len(HEAD)
    assert "](https://x.example/a%28b%29%7Cc%3Cd) |" in row
    assert re.search(r"(?<!\\)[`*<]", row.replace(" <br> ", "")) is None
    assert "\u202e" not in row
    assert row.count("](") - row.count("\\](") == 1


def test_a_page_is_made_for_each_lifecycle_that_there_is():
    titles = [line for line in markdown(catalog()).splitlines() if line.startswith("## ")]

    assert titles == [
        "## In production",
        "## Archives",
        "## Of unknown state",
        "## Retired",
        "## Teams",
        "## Providers",
    ]


# What is not public.


@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "sqlite"])
def test_what_is_not_public_stays_out(shape):
    text = export(SAMPLE, "--to", shape).output

    assert [word for word in SECRETS if word in text] == []


@pytest.mark.parametrize(("shape", "secrets"), [("backstage", SECRETS), ("markdown", ()), ("datadog", ())])
def test_it_comes_in_when_it_is_asked_for(shape, secrets):
    text = export(SAMPLE, "--to", shape, "--private").output

    assert [word for word in secrets if word not in text] == []


def test_private_contacts_of_a_service_reach_no_export_by_themselves():
    record = {"id": "s", "name": "S", "description": "d", "lifecycle": "production"}
    contact = {"type": "email", "value": "secret@example.org", "public": False}
    made = Catalog.model_validate({"services": {"s": {**record, "contacts": [contact]}}})
    texts = [backstage(made), datadog(made), markdown(made), spreadsheet(made)]

    assert [text for text in texts if "secret@example.org" in text] == []
    assert all("secret@example.org" in make(made, private=True) for make in (backstage, datadog, markdown))


# SQLite.


def database(tmp_path, file=SAMPLE, *words):
    path = tmp_path / "catalog.db"
    export(file, "--to", "sqlite", "-o", path, *words)
    return sqlite3.connect(path)


@BOTH
def test_the_database_is_sound_and_every_key_leads_somewhere(tmp_path, file):
    with database(tmp_path, file) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("SELECT count(*) FROM services").fetchone() == (len(catalog(file).services),)
        assert db.execute("INSERT INTO services_fts (services_fts) VALUES ('integrity-check')")
    db.close()


def test_every_table_is_filled_from_a_catalog_that_has_something_for_it(tmp_path):
    file = tmp_path / "full.yaml"
    more = """    rooms: [python-infra]
    tags: [a]
    system: loadbalancer
    exemptions:
      - rule: runbook-link
        reason: a
        until: 2027-01-01
"""
    text = SAMPLE.read_text("utf-8").replace("    lifecycle: production\n", f"    lifecycle: production\n{more}", 2)
    rota = "\noncall:\n  one:\n    team: infra\n    pagerduty_schedule: P1\n"
    file.write_text(
        text.replace("    lifecycle: production\n    rooms", "    lifecycle: production\n    rooms") + rota, "utf-8"
    )
    db = database(tmp_path, file)
    empty = [table.name for table in TABLES if not db.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()[0]]  # noqa: S608
    db.close()

    assert empty == []


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (0, [("docs.python.org", 1, "digitalocean", "nyc1"), ("downloads", 1, "digitalocean", "nyc1")]),
        (1, [("docs.python.org", "Julien Palard"), ("downloads", "CPython release managers"),
             ("hg.python.org", "PSF Infrastructure Team")]),
        (2, [("mail.python.org", 28)]),
    ],
)  # fmt: skip
def test_the_documented_queries_answer(tmp_path, query, rows):
    db = database(tmp_path)
    found = db.execute(QUERIES[query]).fetchall()
    db.close()

    assert len(QUERIES) == 3
    assert found[: len(rows)] == rows


def test_a_database_needs_a_file():
    assert "-o catalog.db" in export(SAMPLE, "--to", "sqlite", code=2).output


def test_the_database_leaves_out_what_is_not_public_unless_it_is_asked_for(tmp_path):
    db, whole = database(tmp_path), None
    counted = db.execute("SELECT count(*) FROM contacts WHERE NOT public").fetchone()
    mails = db.execute("SELECT email FROM people WHERE email IS NOT NULL").fetchall()
    db.close()
    whole = database(tmp_path, SAMPLE, "--private")
    all_mails = whole.execute("SELECT email FROM people WHERE email IS NOT NULL").fetchall()
    whole.close()

    assert (counted, mails, all_mails) == ((0,), [], [("private@example.org",)])


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_written_to_a_file_and_is_in_the_page(tmp_path, shape):
    path = tmp_path / "out"
    done = export(SAMPLE, "--to", shape, "-o", path)

    assert path.stat().st_size > 500
    assert done.stderr == f"{path}: 10 services.\n"
    assert f"`{shape}`" in PAGE
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_of_the_same_catalog_is_the_same():
    assert backstage(catalog()) == backstage(read(SAMPLE.read_text("utf-8"), "again").catalog)


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    done = CliRunner().invoke(main, ["catalog", "export", str(SAMPLE), "--to", "csv", "-o", str(pipe)])
    said = os.read(reader, 100_000)
    os.close(reader)

    assert (done.exit_code, pipe.is_fifo()) == (0, True)
    assert said.startswith(b"id,name,lifecycle,")
    assert [one.name for one in tmp_path.iterdir()] == ["pipe"]
    again = CliRunner().invoke(main, ["catalog", "export", str(SAMPLE), "--to", "sqlite", "-o", str(pipe)])
    assert (again.exit_code, pipe.is_fifo()) == (2, True)
