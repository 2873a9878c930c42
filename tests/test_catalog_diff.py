"""Two catalogs in words: what differs in what they say, and nothing about how they are written."""

from datetime import date
from pathlib import Path

import pytest

from psfbot.catalog.diff import grouped, lines
from psfbot.catalog.file import read

SAMPLE = (Path(__file__).parent / "sample.yaml").read_text("utf-8")
TODAY = date(2026, 11, 20)


def catalog(text):
    loaded = read(text, "it")
    assert loaded.catalog is not None, loaded.errors

    return loaded.catalog


def told(*replacements, **options):
    """The difference that these replacements in the sample make."""
    text = SAMPLE
    for old, new in replacements:
        assert old in text

        text = text.replace(old, new, 1)
    return list(lines(catalog(SAMPLE), catalog(text), **options))


def test_a_layout_is_no_difference():
    text = SAMPLE.replace("aliases: [docs, documentation]", "aliases:\n      - docs # first\n      - 'documentation'")

    assert lines(catalog(SAMPLE), catalog(text)) == ()


DIFFERENCES = [
    (("    tier: 1\n    owners", "    tier: 2\n    owners"), ["docs.python.org: tier: 1 -> 2"]),
    (("      - ref: team:docs\n        role: backup\n", ""), ["docs.python.org: backup owner: team docs -> none"]),
    (("- ref: team:docs\n", "- ref: team:postmasters\n"), [
        "docs.python.org: backup owner: team docs -> team postmasters",
    ]),
    (("        region: nyc1\n", ""), ["docs.python.org: origin region: nyc1 -> none"]),
    (("      - role: cdn\n        provider: fastly\n", ""), ["docs.python.org: cdn: fastly -> none"]),
    (("os: Ubuntu 24.04", "os: Debian 13"), ["docs.python.org: host docs.nyc1.psf.io: os: Ubuntu 24.04 -> Debian 13"]),
    (("      - doc.python.org\n", ""), ["docs.python.org: domain removed: doc.python.org"]),
    (("      tool: salt\n", "      tool: ansible\n"), ["docs.python.org: config tool: salt -> ansible"]),
    (("pingdom: [docs.python.org]", "pingdom: [other]"), [
        "docs.python.org: pingdom check removed: docs.python.org", "docs.python.org: pingdom check added: other",
    ]),
    (("- service: loadbalancer\n", "- service: loadbalancer\n        strength: soft\n"), [
        "docs.python.org: depends on loadbalancer: hard -> soft",
    ]),
    (("fact: Moved to DigitalOcean.", "fact: Moved."), [
        "docs.python.org: history removed: 2019-02-14 Moved to DigitalOcean. (overview)",
        "docs.python.org: history added: 2019-02-14 Moved. (overview)",
    ]),
    (("      - person: ee\n", "      - person: ee\n        role: lead\n"), ["team docs: member ee: member -> lead"]),
    (("    email: private@example.org\n", ""), ["person ee: email: private@example.org -> none"]),
    (("grants: [admin]", "grants: [admin, responder]"), ["team infra: grant added: responder"]),
    (("    alerts: all\n", ""), ["room python-infra: alerts: all -> owned"]),
    (("    public: true\n", "    public: false\n"), ["room python-infra: public: yes -> no"]),
    (("        url: https://infra.psf.io/services/cdn.html", "        url: https://x.org"), [
        "docs.python.org: purge: https://infra.psf.io/services/cdn.html -> https://x.org",
    ]),
    (("        value: a number that is not for the public\n        public: false\n", "        value: 12\n"), [
        "team infra: other contact: a number that is not for the public (not public) -> 12",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("replacement", "words"), DIFFERENCES)
def test_a_difference_is_told_in_words(replacement, words):
    assert told(replacement) == words


def test_new_and_removed_records_are_told_once_with_what_they_are():
    fields = "name: A, description: Invented., lifecycle: planned, owners: [{ref: person:mdk}]"
    new = f"services:\n  aa: {{{fields}}}\n"
    person = (
        "  coffee:\n    name: Jacob Coffee\n",
        "  zoe:\n    name: Zoe Invented\n  coffee:\n    name: Jacob Coffee\n",
    )

    assert told(("services:\n", new), person) == [
        "person zoe: new person (Zoe Invented)",
        "aa: new service (Invented; planned; primary owner person mdk)",
    ]
    assert list(lines(catalog(SAMPLE.replace("services:\n", new, 1)), catalog(SAMPLE))) == ["aa: service removed"]


def test_a_rename_is_one_line_and_those_who_follow_it_are_none():
    text = SAMPLE.replace("- service: loadbalancer", "- service: ingress")
    text = text.replace("  loadbalancer:\n", "  ingress:\n", 1).replace(
        "[lb, haproxy]", "[lb, haproxy, loadbalancer]", 1
    )

    assert lines(catalog(SAMPLE), catalog(text)) == (
        "loadbalancer: renamed to ingress",
        "ingress: alias added: loadbalancer",
    )


def test_where_facts_come_from_is_told_unless_nobody_asks():
    stamped = (
        "        as_of: 2026-07-03\n",
        "        as_of: 2026-07-03\n        verified: 2026-11-20\n        by: person:mdk\n",
    )
    other = ("        source: overview\n        as_of: 2026-01-28\n        note", "        source: blog\n        note")

    assert told(stamped) == ["docs.python.org: verified 2026-11-20 by person mdk"]
    assert told(stamped, provenance=False) == []
    assert " ".join(told(other)) == (
        'docs.python.org: source of owners: overview 2026-01-28 "an older list names Georg Brandl"'
        ' -> blog "an older list names Georg Brandl"'
    )


def test_lines_are_grouped_by_record():
    assert grouped(["a: tier: 1 -> 2", "b: removed", "a: alias added: x"]) == (
        "a: tier: 1 -> 2; alias added: x",
        "b: removed",
    )


def test_a_long_value_is_cut():
    line = told(("Builds and serves the documentation of CPython.", "word " * 200))[0]

    assert len(line) < 300
    assert line.endswith("…")


def test_who_is_first_among_equals_is_a_difference():
    two = "      - ref: person:mdk\n"
    first = catalog(SAMPLE.replace(two, two + "      - ref: person:ee\n", 1))
    second = catalog(SAMPLE.replace(two, "      - ref: person:ee\n" + two, 1))

    assert lines(first, second) == ("docs.python.org: primary owner: person mdk, person ee -> person ee, person mdk",)


def test_of_long_texts_that_begin_alike_the_part_that_differs_is_told():
    was, is_ = ("    description: " + "It serves pages. " * 20 + end for end in ("Old.", "New."))
    before = catalog(SAMPLE.replace("    description: Builds and serves the documentation of CPython.", was, 1))
    after = catalog(SAMPLE.replace("    description: Builds and serves the documentation of CPython.", is_, 1))
    (line,) = lines(before, after)

    assert line.startswith("docs.python.org: description: …")
    assert line.endswith("serves pages. New.")
    assert "serves pages. Old. -> …" in line


def test_an_exemption_is_told_in_words():
    more = "    exemptions:\n      - rule: runbook-link\n        reason: Static.\n        until: 2027-06-30\n"

    assert told(("    tier: 1\n    owners", f"    tier: 1\n{more}    owners")) == [
        "docs.python.org: exemption from runbook-link: none -> until 2027-06-30 (Static.)"
    ]


def test_a_new_record_tells_the_rights_and_accounts_that_it_gives():
    more = "teams:\n  aaa:\n    name: Aaa\n    members:\n      - person: mdk\n        role: lead\n    grants: [admin]\n"

    assert told(("teams:\n", more)) == ["team aaa: new team (Aaa; members mdk (lead); grants admin)"]
