"""One change to the catalog: what the lines are afterwards, what the words say, and what is refused."""

from datetime import date
from pathlib import Path
from typing import get_args, get_origin

import pytest

from psfbot.catalog.book import Book
from psfbot.catalog.edit import (
    Add,
    Delete,
    New,
    Remove,
    Rename,
    Retire,
    Set,
    Verify,
    edited,
    said_in_chat,
)
from psfbot.catalog.editing.spot import KEYED
from psfbot.catalog.file import read
from psfbot.catalog.model import KINDS, Hosting
from psfbot.catalog.tidy import tidy
from psfbot.errors import UserError

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")
TODAY = date(2026, 11, 20)
DOCS = "docs.python.org"


def edit(change, text=SAMPLE, said=None):
    return edited(text, change, TODAY, said)


def changed(done):
    """The lines of the diff that are taken out and put in."""
    return [line for line in done.diff.splitlines() if line[:1] in "+-" and not line.startswith(("+++", "---"))]


ONE_LINE = [
    (Set(DOCS, "tier", "2"), ["-    tier: 1", "+    tier: 2"], "docs.python.org: tier: 1 -> 2"),
    (
        Set("docs", "owner", "Ee Durbin"),
        ["-      - ref: person:mdk", "+      - ref: person:ee"],
        "docs.python.org: primary owner: person mdk -> person ee",
    ),
    (
        Set(DOCS, "owners.backup", "team:postmasters"),
        ["-      - ref: team:docs", "+      - ref: team:postmasters"],
        "docs.python.org: backup owner: team docs -> team postmasters",
    ),
    (
        Set(DOCS, "hosting.origin.architecture", "x86_64"),
        ["-        architecture: unknown", "+        architecture: amd64"],
        "docs.python.org: origin architecture: unknown -> amd64",
    ),
    (
        Set(DOCS, "hosting.cdn.provider", "Amazon Web Services"),
        ["-        provider: fastly", "+        provider: aws"],
        "docs.python.org: cdn provider: fastly -> aws",
    ),
    (
        Set(DOCS, "lifecycle", "archived"),
        ["-    lifecycle: production", "+    lifecycle: archive"],
        "docs.python.org: lifecycle: production -> archive",
    ),
    (
        Set(DOCS, "runbook", "https://example.org/r#a"),
        [
            "-        url: https://github.com/python/docsbuild-scripts#readme",
            "+        url: https://example.org/r#a",
        ],
        "docs.python.org: runbook: https://github.com/python/docsbuild-scripts#readme -> https://example.org/r#a",
    ),
    (
        Set("services/docs.python.org", "description", "Says: hello"),
        [
            "-    description: Builds and serves the documentation of CPython.",
            '+    description: "Says: hello"',
        ],
        "docs.python.org: description: Builds and serves the documentation of CPython. -> Says: hello",
    ),
    (Set("people.mdk", "irc", "mdk"), ["+    irc: mdk"], "person mdk: irc: none -> mdk"),
    (
        Add("docs", "alias", "the manuals"),
        ["-    aliases: [docs, documentation]", "+    aliases: [docs, documentation, the manuals]"],
        "docs.python.org: alias added: the manuals",
    ),
    (
        Remove("docs", "alias", "Documentation"),
        ["-    aliases: [docs, documentation]", "+    aliases: [docs]"],
        "docs.python.org: alias removed: documentation",
    ),
    (
        Add(DOCS, "domain", "https://Docs2.Python.org/"),
        ["+      - docs2.python.org"],
        "docs.python.org: domain added: docs2.python.org",
    ),
    (
        Remove("docs", "owner", "docs"),
        ["-      - ref: team:docs", "-        role: backup"],
        "docs.python.org: backup owner: team docs -> none",
    ),
    (
        Add("docs", "owner", "postmasters as backup"),
        ["+      - ref: team:postmasters", "+        role: backup"],
        "docs.python.org: backup owner added: team postmasters",
    ),
    (
        Add("docs", "link", "dashboard https://example.org/d"),
        ["+      - type: dashboard", "+        url: https://example.org/d"],
        "docs.python.org: dashboard: none -> https://example.org/d",
    ),
    (
        Add("docs", "depends_on", "exampleindex as soft"),
        ["+      - service: exampleindex", "+        strength: soft"],
        "docs.python.org: depends on exampleindex: none -> soft",
    ),
    (
        Add("team:infra", "member", "mdk as lead"),
        ["+      - person: mdk", "+        role: lead"],
        "team infra: member mdk: none -> lead",
    ),
    (
        Set(DOCS, "hosting.origin.hosts.docs.nyc1.psf.io.os", "Debian 13"),
        ["-            os: Ubuntu 24.04", "+            os: Debian 13"],
        "docs.python.org: host docs.nyc1.psf.io: os: Ubuntu 24.04 -> Debian 13",
    ),
    (Add(DOCS, "contact", "#python-docs"), ["+      - type: irc", '+        value: "#python-docs"'], None),
    (Set(DOCS, "dependency", "exampleindex as build"), None, "docs.python.org: depends on exampleindex: none -> build"),
    (
        Add(DOCS, "exemptions.runbook-link", "Static files until 2027-06-30"),
        [
            "+    exemptions:",
            "+      - rule: runbook-link",
            "+        reason: Static files",
            "+        until: 2027-06-30",
        ],
        None,
    ),
    (
        Add(DOCS, "history", "2026-05 Moved again."),
        ["+      - date: 2026-05", "+        fact: Moved again."],
        "docs.python.org: history added: 2026-05 Moved again.",
    ),
    (Add(DOCS, "history", "Seen."), ["+      - date: 2026-11-20", "+        fact: Seen."], None),
    (Remove(DOCS, "config"), None, "docs.python.org: config tool: salt -> none"),
    (Set(DOCS, "verified", "today"), ["+        verified: 2026-11-20"], "docs.python.org: verified 2026-11-20"),
]


@pytest.mark.parametrize(("change", "lines", "words"), ONE_LINE, ids=lambda one: str(one)[:60])
def test_one_fact_is_one_changed_line(change, lines, words):
    done = edit(change)

    assert lines in (None, changed(done))
    assert words in (None, done.words[0])
    assert read(done.text, "it").catalog == done.after
    assert tidy(done.text) == done.text


def test_who_said_it_is_one_more_line():
    text = SAMPLE.replace("sources:\n", "sources:\n  chat:\n    title: Said in chat\n", 1)
    done = edit(Set(DOCS, "tier", "2"), text, said_in_chat("mdk", TODAY, "the vote: yes"))

    assert changed(done) == [
        "-    tier: 1",
        "+    tier: 2",
        '+      tier: {source: chat, verified: 2026-11-20, by: person:mdk, note: "the vote: yes"}',
    ]
    assert done.words == ("docs.python.org: tier: 1 -> 2",)


def test_the_source_chat_comes_with_the_first_fact_that_rests_on_it():
    done = edit(Set(DOCS, "tier", "2"), said=said_in_chat("person:mdk", TODAY))

    assert "  chat:\n    title: Said in chat" in done.text
    assert done.after.services[DOCS].provenance["tier"].by == "person:mdk"
    assert done.records == (("services", DOCS),)


def test_what_was_said_of_a_list_before_stays_said():
    done = edit(Set(DOCS, "owner", "ee"), said=said_in_chat("mdk", TODAY, "he left"))

    entry = done.after.services[DOCS].provenance["owners"]

    assert entry.cites == ("overview", "chat")
    assert entry.note == "he left; an older list names Georg Brandl"


def test_a_field_that_is_gone_takes_its_provenance_with_it():
    first = edit(Set(DOCS, "note", "A word."))
    with_source = first.text.replace(
        "    provenance:\n      default:\n        source: roles\n        as_of: 2026-07-03\n      owners:",
        "    provenance:\n      tags:\n        source: roles\n      default:\n        source: roles\n      owners:",
        1,
    ).replace("    note: A word.\n", "    tags: [a]\n    note: A word.\n", 1)
    done = edit(Remove(DOCS, "tags"), with_source)

    assert changed(done) == ["-    tags: [a]", "-      tags:", "-        source: roles"]


def test_verifying_stamps_the_day_and_the_person_and_leaves_the_source():
    done = edit(Verify(DOCS), said=said_in_chat("mdk", TODAY))

    assert changed(done) == ["+        verified: 2026-11-20", "+        by: person:mdk"]
    assert done.words == ("docs.python.org: verified 2026-11-20 by person mdk",)


def test_one_field_may_be_verified():
    done = edit(Verify(DOCS, "owner"), said=said_in_chat("mdk", TODAY))

    assert done.words == ("docs.python.org: owners verified 2026-11-20 by person mdk",)


def test_a_retired_service_tells_when_and_why():
    done = edit(Retire("hg.python.org", "nobody reads it"))

    assert done.words == (
        "hg.python.org: lifecycle: archive -> retired",
        "hg.python.org: history: none -> 2026-11-20 Nobody reads it",
    )
    assert tidy(done.text) == done.text


def test_a_new_service_stands_at_its_place_in_the_layout_of_all():
    fields = {
        "description": "A thing.",
        "owner": "mdk",
        "domains": "new.python.org",
        "provider": "aws",
        "cdn": "fastly",
    }
    done = edit(New("new.python.org", fields), said=said_in_chat("mdk", TODAY))

    assert list(read(done.text, "it").catalog.services) == sorted(done.after.services)
    assert tidy(done.text) == done.text
    assert done.after.services["new.python.org"].hosted("origin")[0].architecture == "unknown"
    assert done.after.services["new.python.org"].provenance["default"].by == "person:mdk"
    assert done.words == (
        "new.python.org: new service (A thing; production; primary owner person mdk; origin aws; cdn fastly)",
    )


@pytest.mark.parametrize("id_", ["aa", "people/aaa", "people/zz", "zz.example.org", "rooms/zz"])
def test_a_new_record_may_be_the_first_or_last_of_its_kind(id_):
    fields = {
        "rooms/zz": {"irc": "#zz", "public": "yes"},
        "aa": {"description": "A."},
        "zz.example.org": {"description": "Z."},
    }
    done = edit(New(id_, fields.get(id_, {"name": "Somebody invented"})))

    assert read(done.text, "it").catalog == done.after
    assert tidy(done.text) == done.text


def test_a_rename_is_followed_everywhere_and_the_old_name_still_answers():
    uses = "".join(
        f"  user-{n:02}:\n    name: U\n    description: U.\n    lifecycle: production\n"
        f"    depends_on:\n      - service: loadbalancer # used\n"
        for n in range(20)
    )
    text = SAMPLE + "\n" + uses
    done = edit(Rename("lb", "ingress.python.org"), text)

    assert "service: loadbalancer" not in done.text
    assert done.text.count("- service: ingress.python.org") == text.count("- service: loadbalancer") >= 20
    assert done.text.count("# used") == 20
    assert Book.of(done.after).find("loadbalancer", ("service",)).hits[0].id == "ingress.python.org"
    assert done.words == (
        "loadbalancer: renamed to ingress.python.org",
        "ingress.python.org: alias added: loadbalancer",
    )
    assert done.records == (("services", "ingress.python.org"),)


@pytest.mark.parametrize(
    ("record", "id_"),
    [("person:mdk", "julien"), ("team:infra", "aaa"), ("provider:digitalocean", "zzz"), ("region:nyc1", "a1"),
     ("room:python-infra", "infra-room"), ("source:overview", "zz"), (DOCS, "zz.python.org")],
)  # fmt: skip
def test_every_kind_of_record_can_be_renamed_and_stays_sorted(record, id_):
    done = edit(Rename(record, id_))

    assert read(done.text, "it").catalog == done.after
    assert not read(done.text, "it").errors
    assert tidy(done.text) == done.text


def test_a_record_that_nothing_names_can_be_deleted():
    done = edit(Delete("hg.python.org"))

    assert tidy(done.text) == done.text
    assert done.words == ("hg.python.org: service removed",)


def test_every_list_of_mappings_can_be_edited():
    parts = {
        name
        for model in (*KINDS.values(), Hosting)
        for name, info in model.model_fields.items()
        if get_origin(info.annotation) is tuple and hasattr(get_args(info.annotation)[0], "model_fields")
    }

    assert parts == KEYED.keys()


def test_a_service_and_a_team_of_one_name_are_told_apart_by_the_field():
    assert edit(Set("docs", "tier", "3")).records == (("services", DOCS),)
    assert edit(Set("docs", "escalates_to", "postmasters")).records == (("teams", "docs"),)
    assert edit(Add("team:docs", "alias", "writers")).records == (("teams", "docs"),)


def test_a_warning_does_not_stop_a_change():
    done = edit(Add(DOCS, "owner", "gaynor as backup"))

    assert "person:gaynor is inactive" in done.warnings[0]


def test_a_file_that_changed_since_it_was_read_is_not_edited():
    old = read(SAMPLE, "it").catalog
    newer = edit(Set(DOCS, "tier", "3")).text
    with pytest.raises(UserError, match=r"docs.python.org is not what it was when the catalog was read\. Reload"):
        edited(newer, Set(DOCS, "tier", "2"), TODAY, catalog=old)


def test_a_file_that_changed_elsewhere_is_not_edited_either():
    old = read(SAMPLE, "it").catalog
    newer = edit(Set(DOCS, "tier", "3")).text
    with pytest.raises(UserError, match=r"something else is not what it was when the catalog was read\. Reload"):
        edited(newer, Set("hg.python.org", "tier", "2"), TODAY, catalog=old)


def test_a_comment_beside_an_old_source_stays():
    text = SAMPLE.replace(
        "source: overview\n        as_of: 2026-01-28\n        note", "source: overview # s\n        note", 1
    )
    done = edit(Set(DOCS, "owner", "ee"), text, said_in_chat("mdk", TODAY))

    assert "        sources: [overview, chat] # s\n" in done.text


def test_a_file_with_errors_is_refused_with_the_first_of_them():
    with pytest.raises(UserError, match=r"catalog\.yaml has 1 error:\ncatalog\.yaml:\d+:\d+: tier cannot be 9"):
        edit(Set(DOCS, "name", "x"), SAMPLE.replace("tier: 1", "tier: 9", 1))


@pytest.mark.parametrize("bom", ["", "\ufeff"])
def test_line_ends_byte_order_mark_and_letters_stay(bom):
    text = bom + SAMPLE.replace("Julien Palard", "Łukasz 🐍 Pałard").replace("\n", "\r\n")
    done = edit(Set("mdk", "note", "ça va"), text)

    assert done.text == text.replace("note: Builds the documentation.", "note: ça va")


def test_the_diff_is_one_that_patch_understands(tmp_path):
    import subprocess  # noqa: PLC0415 - only here

    done = edit(Rename("provider:digitalocean", "ocean"))
    (tmp_path / "catalog.yaml").write_text(SAMPLE, "utf-8")
    (tmp_path / "it.diff").write_text(done.diff, "utf-8")
    subprocess.run(["git", "apply", "it.diff"], cwd=tmp_path, check=True)  # noqa: S607

    assert (tmp_path / "catalog.yaml").read_text("utf-8") == done.text
