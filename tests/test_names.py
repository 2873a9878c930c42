"""Rows are (what somebody says, the kinds that would be an answer, how it is found, the ids that are found)."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from named import PEOPLE, PLATFORMS, PROVIDERS, REGIONS, ROOMS, SAMPLE, SERVICES, TEAMS, by_id, service

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog
from psfbot.catalog.names import ANY_KIND, Hit, How, Names

NAMES = Names(SAMPLE)

NAMED = [
    ("docs.python.org", "", "exact", "docs.python.org"),
    ("DOCS.Python.Org", "", "exact", "docs.python.org"),
    ("  docs.python.org ", "", "exact", "docs.python.org"),
    ("doc.python.org", "", "exact", "docs.python.org"),
    ("www.python.org/ftp/", "", "exact", "downloads"),
    ("*.psfhosted.net", "", "exact", "cabotage"),
    ("docs", "service", "exact", "docs.python.org"),
    ("docs", "team", "exact", "docs"),
    ("docs", "", "exact", "docs.python.org docs"),
    ("python documentation", "", "exact", "docs.python.org"),
    ("Python-Documentation", "", "exact", "docs.python.org"),
    ("test-exampleindex", "", "exact", "test-exampleindex"),
    ("Test ExampleIndex", "", "exact", "test-exampleindex"),
    ("test_exampleindex?", "", "exact", "test-exampleindex"),
    ("TestExampleIndex", "", "exact", "test-exampleindex"),
    ("buildbot master", "", "exact", "buildbot.python.org"),
    ("planet", "", "exact", "planetpython.org"),
    ("do\u200bcs.pyth\u202eon.org", "", "exact", "docs.python.org"),
    ("bedevere\x00", "", "exact", "bedevere"),
    ("@mdk", "", "exact", "mdk"),
    ("julienpalard", "", "exact", "mdk"),
    ("@JulienPalard", "", "exact", "mdk"),
    ("mdk-irc", "", "exact", "mdk"),
    ("<@U0EXAMPLE>", "", "exact", "msapiro"),
    ("Łukasz Langa", "", "exact", "ambv"),
    ("Lukasz Langa", "", "exact", "ambv"),
    ("bjorn strasse aexample", "", "exact", "bjorn"),
    ("rms", "", "exact", "release-managers"),
    ("do", "", "exact", "digitalocean"),
    ("nad", "", "exact", "nad"),
    ("ned", "", "exact", "bjorn"),
    ("lets encrypt", "", "exact", "letsencrypt"),
    ("let\N{RIGHT SINGLE QUOTATION MARK}s encrypt", "", "exact", "letsencrypt"),
    ("\N{MATHEMATICAL DOUBLE-STRUCK SMALL D}ocs", "team", "exact", "docs"),
    ("★", "", "exact", "exampleindex"),
    ("let's encrypt", "", "exact", "letsencrypt"),
    ("nyc3", "", "exact", "nyc3"),
    ("NYC3", "", "exact", "nyc1"),
    ("Nyc3", "", "exact", "nyc1 nyc3"),
    ("amsterdam", "", "exact", "ams1"),
    ("new york 1", "region", "exact", "nyc1"),
    ("us-east-2", "", "exact", "us-east-2"),
    ("riscv64-unknown-linux-gnu", "", "exact", "riscv64-linux"),
    ("aarch64-unknown-linux-gnu", "", "exact", "aarch64-linux aarch64-linux-clang"),
    ("aarch64-unknown-linux-gnu glibc, clang", "", "exact", "aarch64-linux-clang"),
    ("aarch64 unknown linux gnu (glibc gcc)", "", "exact", "aarch64-linux"),
    ("python-infra", "", "exact", "python-infra"),
    ("docs.nyc1.psf.io", "", "exact", "docs.nyc1.psf.io"),
    ("cesw-gbt-r263-p30-01", "", "exact", "cesw-gbt-r263-p30-01"),
    ("example-BOX.psf.io", "host", "exact", "EXAMPLE-box.psf.io"),
    ("cdn-logs.nyc1.psf.io", "", "exact", "cdn-logs cdn-logs.nyc1.psf.io"),
    ("cdn-logs.nyc1.psf.io", "host", "exact", "cdn-logs.nyc1.psf.io"),
]

ADDRESSED = [
    ("https://docs.python.org/3/library/re.html#re.sub", "", "host", "docs.python.org"),
    ("docs.python.org.", "", "host", "docs.python.org"),
    ("DOCS.python.org:443", "", "host", "docs.python.org"),
    ("https://user:pw@docs.python.org:8443/3?x=y", "", "host", "docs.python.org"),
    ("http://\N{FULLWIDTH LATIN SMALL LETTER D}ocs.python.org/", "", "host", "docs.python.org"),
    ("<https://docs.python.org>", "", "host", "docs.python.org"),
    ("https://www.python.org/ftp/python/3.12.0/", "", "host", "downloads"),
    ("www.python.org/ftp/x", "", "host", "downloads"),
    ("www.python.org/ftp", "", "host", "downloads"),
    ("https://www.python.org/ftpx", "", "host", "www.python.org"),
    ("https://www.python.org/ftp/../about/", "", "host", "www.python.org"),
    ("https://www.python.org/about?next=/ftp/", "", "host", "www.python.org"),
    ("https://docs.python.org@unknown.example/", "", "host", ""),
    ("https://pages.example.com/guide/start", "", "host", "example-guide"),
    ("https://pages.example.com/", "", "host", ""),
    ("pages.example.com", "", "host", ""),
    ("ssh://docs.nyc1.psf.io:22", "", "host", "docs.nyc1.psf.io"),
    ("ssh://cesw-gbt-r263-p30-01", "", "host", "cesw-gbt-r263-p30-01"),
    ("https://docs.python.org/", "provider", "host", ""),
    ("docs.python.org/" + "x" * 300, "", "exact", "docs.python.org"),
    ("https://docs.python.org/3/?q=" + "x" * 900, "", "host", "docs.python.org"),
    ("https://www.python.org/ftp/" + "x/" * 300, "", "host", "downloads"),
    ("x.psfhosted.net", "", "wildcard", "cabotage"),
    ("https://x.y.psfhosted.net/path", "", "wildcard", "cabotage"),
    ("x.ingress.us-east-2.psfhosted.net", "", "wildcard", "cabotage"),
    ("x.us-east-2.psfhosted.net", "", "wildcard", "example-ingress"),
    ("https://admin.psfhosted.net/", "", "host", "example-ingress"),
    ("psfhosted.net", "", "wildcard", ""),
    ("x.psfhosted.net", "team", "wildcard", ""),
]

SPOKEN = [
    ("titled-box.psf.io", "service", "words", "titled"),
    ("docs@python.org", "", "contact", "docs"),
    ("DOCS@python.org", "service", "contact", "docs.python.org"),
    ("mailto:docs@python.org", "service", "contact", "docs.python.org"),
    ("github.com/python/docs-community/issues", "", "contact", "docs.python.org"),
    ("#python-infra", "", "contact", "infra"),
    ("#python-infra", "room", "contact", "python-infra"),
    ("#example-room", "", "contact", "example-room"),
    ("c0example", "", "contact", "example-room"),
    ("@infra-example", "", "contact", "infra"),
    ("@hg-example", "", "contact", "hg.python.org"),
    ("dosc@python.org", "", "contact", ""),
    ("docs@python", "", "contact", ""),
    ("#python", "", "contact", ""),
    ("docs.nyc1", "", "prefix", "docs.nyc1.psf.io"),
    ("hg.nyc1.psf", "host", "prefix", "hg.nyc1.psf.io"),
    ("example files", "", "exact", "exampleindex-files"),
    ("DigitalOcean nyc1", "", "exact", "nyc1"),
    ("DO Amsterdam", "", "exact", "ams1"),
    ("digitalocean New York 1", "", "exact", "nyc1"),
    ("DigitalOcean NYC3", "", "exact", "nyc1"),
    ("digitalocean nyc3", "", "exact", "nyc3"),
    ("fastly nyc1", "", "exact", ""),
    ("DigitalOcean nyc1", "provider", "exact", ""),
    ("https://github.com/python/bedevere", "", "repo", "bedevere"),
    ("github.com/Python/bedevere/issues/12", "", "repo", "bedevere"),
    ("https://github.com/python/bedevere.git", "", "repo", "bedevere"),
    ("https://github.com/python/shared-example", "", "repo", "hg.python.org"),
    ("https://github.com/python/text-example", "", "repo", "mail.python.org runner"),
    ("https://github.com/python", "", "repo", ""),
    ("https://github.com/python/bedevere2", "", "repo", ""),
    ("https://github.com/python/bedevere", "team", "repo", ""),
    ("mail", "", "prefix", "mail.python.org"),
    ("mail.ams", "", "prefix", "mail.ams1.psf.io"),
    ("bugs", "", "prefix", "bugs.jython.org bugs.python.org"),
    ("speed", "", "prefix", "speed.python.org speed.pypy.org"),
    ("speed.python", "", "prefix", "speed.python.org"),
    ("www.pyth", "", "prefix", "www.python.org"),
    ("www.python.or/ftp/", "", "prefix", ""),
    ("python.or", "", "prefix", "www.python.org"),
    ("docs.example", "", "prefix", ""),
    ("speed pyt", "", "prefix", "speed.python.org"),
    ("fast", "", "prefix", "fastly"),
    ("digital-o", "", "prefix", ""),
    ("fa", "", "prefix", ""),
    ("build", "", "prefix", "buildbot.python.org"),
    ("us-east", "region", "prefix", "us-east-1 us-east-2"),
    (
        "exam",
        "service",
        "prefix",
        "exampleindex example-guide example-hosted example-ingress exampleindex-docs exampleindex-files",
    ),
    ("exampleind", "", "prefix", "exampleindex exampleindex-docs exampleindex-files"),
    (
        "example",
        "service",
        "prefix",
        "example-guide example-hosted example-ingress exampleindex exampleindex-files exampleindex-docs",
    ),
    ("python", "service", "prefix", "docs.python.org www.python.org downloads"),
    ("julien", "", "words", "mdk"),
    ("palard", "", "words", "mdk"),
    ("Palard, Julien", "", "words", "mdk"),
    ("langa", "", "words", "ambv"),
    ("lukasz", "", "words", "ambv"),
    ("mark", "", "words", "mangoba msapiro"),
    ("hg", "", "words", "hg.python.org"),
    ("hg", "host", "words", "hg.nyc1.psf.io"),
    ("the infra team", "", "exact", "infra"),
    ("the docs team", "", "exact", "docs"),
    ("docs team", "service", "exact", "docs.python.org"),
    ("docs service", "", "exact", "docs.python.org"),
    ("net", "", "words", ""),
    ("gbt", "", "words", ""),
    ("runner", "", "exact", "runner"),
    ("benchmark", "", "words", ""),
    ("buil", "", "prefix", "buildbot.python.org"),
    ("fastl", "", "prefix", "fastly"),
    ("exampl", "team", "prefix", ""),
    ("pypy speed", "", "words", "speed.pypy.org"),
    ("new", "", "words", ""),
    ("all", "", "words", ""),
    ("fas", "", "prefix", ""),
    ("infra people", "", "exact", "infra"),
    ("infrastructure team", "", "words", "infra"),
    ("managers release", "", "words", "release-managers"),
    ("planet python team", "", "exact", "planet-crew"),
    ("planet team", "", "words", "planet-crew"),
    ("the docs.python.org site", "", "exact", "docs.python.org"),
    ("docs.python.org admins", "", "exact", "docs"),
    ("admins of docs.python.org", "", "words", ""),
    ("admins docs.python.org", "", "words", "docs"),
    ("admins python.org", "", "words", ""),
    ("datacenter nyc1", "", "exact", "nyc1"),
    ("provider fastly", "", "exact", "fastly"),
    ("benchmark runner", "", "words", "runner"),
    ("runner benchmark", "", "words", "runner"),
    ("the", "team", "words", ""),
    ("team", "", "words", "infra planet-crew"),
    ("x", "", "words", ""),
]

MISSPELT = [
    ("docs, planet", "", ""),
    ("gbt", "", "cesw-gbt-r263-p30-01"),
    ("benchmark", "", "runner"),
    ("bedever", "team", ""),
    ("cabota", "", "mailing-example cabotage"),
    ("dosc.python.org", "", "docs.python.org"),
    ("https://dosc.python.org/3/", "", "docs.python.org"),
    ("docs-python.org", "", "docs.python.org"),
    ("the bedevre service", "", "bedevere"),
    ("fastyl", "", "fastly"),
    ("fastyl", "service", ""),
    ("tset-exampleindex", "", "test-exampleindex"),
    ("exampelindex", "", "exampleindex"),
    ("docs.nyc1.psf.oi", "", "docs.nyc1.psf.io"),
    ("Lukas Lanca", "", "ambv"),
    ("planet pyhton", "", "planetpython.org"),
    ("bug.python.org", "", "bugs.python.org bugs.jython.org hg.python.org"),
    ("unknown123.python.org", "", ""),
    ("dcos", "", "docs.python.org docs"),
    ("docz", "", "docs.python.org docs"),
    ("docz", "provider", ""),
    ("zzzz", "", ""),
]

HOSTILE = ["", " ", "\x00", "\u202e\u200b", "🔥", "🔥.python.org", "." * 200, "@" * 200, "*", "://", "#", "a" * 10_000,
           "docs.python.org/" + "x" * 3000, "\ud800", "https://" + "ö" * 200, "%00", "' OR 1=1 --"]  # fmt: skip


def kinds(words):
    return tuple(words.split()) or ANY_KIND


def ids(hits):
    return [hit.id for hit in hits]


@pytest.mark.parametrize(("said", "asked", "how", "expected"), NAMED + ADDRESSED + SPOKEN)
def test_words_mean_these_records(said, asked, how, expected):
    found = NAMES.find(said, kinds(asked))

    assert ids(found.hits) == expected.split()
    assert {hit.how for hit in found.hits} <= {How(how)}


@pytest.mark.parametrize(("said", "asked", "expected"), MISSPELT)
def test_a_misspelt_name_is_offered_and_never_taken(said, asked, expected):
    found = NAMES.find(said, kinds(asked))

    assert found.hits == ()
    assert ids(found.near) == expected.split()
    assert {hit.how for hit in found.near} <= {How.NEAR}


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_find_nothing(said):
    found = NAMES.find(said)

    assert (found.said, found.hits) == (said, ())


@given(st.text(st.characters(), max_size=300))
def test_finding_never_fails(said):
    found = NAMES.find(said)
    NAMES.nearest(said)
    NAMES.complete(said)

    assert not (found.hits and found.near)


def test_every_id_domain_and_alias_leads_to_its_own_record():
    for record in SERVICES.values():
        for name in (record.id, *record.domains, *record.aliases):
            assert ids(NAMES.find(name, ["service"]).hits) == [record.id]
    for kind, records in (
        ("team", TEAMS),
        ("person", PEOPLE),
        ("provider", PROVIDERS),
        ("region", REGIONS),
        ("platform", PLATFORMS),
        ("room", ROOMS),
    ):
        for record in records.values():
            assert ids(NAMES.find(record.id, [kind]).hits) == [record.id]


DOMAINS = {domain: record.id for record in SERVICES.values() for domain in record.domains if not domain.startswith("*")}


@st.composite
def typos(draw):
    """A listed domain with one letter added, dropped, changed, or swapped with the next."""
    domain = draw(st.sampled_from(sorted(DOMAINS)))
    at = draw(st.integers(0, len(domain) - 2))
    letter = draw(st.sampled_from(string.ascii_lowercase + string.digits + "-."))
    head, this, that, tail = domain[:at], domain[at], domain[at + 1], domain[at + 2 :]
    return domain, draw(
        st.sampled_from(
            [
                head + letter + this + that + tail,
                head + that + tail,
                head + letter + that + tail,
                head + that + this + tail,
            ]
        )
    )


@given(typos())
def test_a_typo_in_a_host_never_leads_to_another_service(typo):
    domain, said = typo
    assume(said not in DOMAINS and not said.endswith(".psfhosted.net"))

    # what has a path that nobody listed belongs to the service of its host
    own = {DOMAINS[domain], DOMAINS.get(said.partition("/")[0])}

    assert {hit.id for hit in NAMES.find(said, ["service"]).hits} <= own


def test_a_service_that_shares_its_title_gives_way_to_one_with_that_alias():
    names = Names(
        Catalog.model_construct(
            services=by_id(service("first", "Example docs"), service("second", "Else", aliases=("Example docs",)))
        )
    )

    assert ids(names.find("example docs").hits) == ["second"]


def test_a_hit_names_the_spelling_that_matched():
    assert NAMES.find("doc.python.org").hits == (
        Hit("service", SERVICES["docs.python.org"], How.EXACT, "doc.python.org"),
    )


def test_all_hits_are_kept_and_the_first_tier_goes_first():
    many = [service(f"wiki-{number}", tier=4 - number % 4) for number in range(40)]
    hits = Names(Catalog.model_construct(services=by_id(*many))).find("wiki").hits

    assert len(hits) == 40
    assert [hit.record.tier for hit in hits] == [1] * 10 + [2] * 10 + [3] * 10 + [4] * 10


def test_services_share_a_host():
    assert [record.id for record in NAMES.services_on("HG.nyc1.psf.io")] == [
        "legacy.python.org",
        "hg.python.org",
    ]
    assert [record.id for record in NAMES.services_on("docs.nyc1.psf.io")] == ["docs.python.org"]
    assert NAMES.services_on("unknown") == ()


@pytest.mark.parametrize("said", ["nonsense", "zzzz", "who knows", "unknown123.python.org", "the"])
def test_nonsense_gets_the_nearest_three(said):
    assert len({(hit.kind, hit.id) for hit in NAMES.nearest(said)}) == 3


def test_the_nearest_begin_with_what_is_almost_so():
    assert ids(NAMES.nearest("dosc.python.org", limit=1)) == ["docs.python.org"]
    assert ids(NAMES.nearest("dcos", ["service"], limit=1)) == ["docs.python.org"]
    assert ids(NAMES.nearest("fastley cdn", limit=1)) == ["fastly"]
    assert {hit.kind for hit in NAMES.nearest("docs", ["team"], limit=9)} == {"team"}


@pytest.mark.parametrize("said", ["", "\x00", "🔥"])
def test_nothing_legible_is_near_nothing(said):
    assert NAMES.nearest(said) == ()


def test_an_empty_catalog_finds_nothing():
    names = Names(Catalog.model_construct())

    assert (names.find("docs").hits, names.nearest("docs"), names.complete("")) == ((), (), [])


def test_names_are_completed_as_the_catalog_spells_them():
    assert NAMES.complete("PYTHON") == ["Python documentation", "Python downloads (/ftp)", "python-infra", "python.org"]
    assert NAMES.complete("docs.", ["service"]) == ["docs.python.org"]
    assert NAMES.complete("luk") == ["Łukasz Langa"]
    assert NAMES.complete("", ["provider"], limit=3) == ["digitalocean", "DO", "fastly"]
    assert NAMES.complete("nothing") == []


def test_a_book_knows_names_and_lines():
    book = Book.of(SAMPLE, {("services", "docs.python.org"): 41}, "catalog.yaml")

    assert ids(book.find("docs", ["team"]).hits) == ["docs"]
    assert book.line_of("services", "docs.python.org") == 41
    assert book.line_of("teams", "docs") is None
    assert Book.of(SAMPLE).line_of("services", "docs.python.org") is None
