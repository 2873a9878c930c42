"""Addresses that no catalog writes down: rows are (what somebody says, the service that is found)."""

import pytest
from named import SAMPLE, by_id, service

from psfbot.catalog.model import Catalog
from psfbot.catalog.names import How, Names

NAMES = Names(SAMPLE)

OWN = [
    ("test.exampleindex.org", "test-exampleindex"),
    ("https://TEST.exampleindex.org/simple/", "test-exampleindex"),
    ("exampleindex.org", "exampleindex"),
    ("www.exampleindex.org", "exampleindex"),
    ("files.example-hosted.org", "exampleindex-files"),
    ("docs.exampleindex.org", "exampleindex-docs"),
    ("exampleindex.python.org", "exampleindex"),
    ("example-hosted.org", "example-hosted"),
]

FOREIGN = [
    "exampleindex.com",
    "www.exampleindex.net",
    "test.exampleindex.co.uk",
    "files.example-hosted.com",
    "package-shelf.org",
    "package.shelf.org",
    "packages.org",
    "packages.python.org",
    "test-exampleindex.org",
    "exampleindex-files.org",
    "downloads.com",
    "downloads.org",
    "bedevere.org",
    "cabotage.io",
    "runner.org",
    "docs.python.net",
    "dosc.python.org",
    "files.exampleindex.org",
    "exampleindex.nosuchsuffix",
    "exampleindex.old.org",
    "docs.com",
    "bugz.python.org",
    "unknown123.python.org",
    "docs-python.org",
    "planet.org",
    "docs.python.org.uk",
]


def ids(hits):
    return [hit.id for hit in hits]


@pytest.mark.parametrize(("said", "expected"), OWN)
def test_a_service_whose_address_is_written_nowhere_is_found_by_it(said, expected):
    hits = NAMES.find(said, ["service"]).hits

    assert ids(hits) == [expected]
    assert [hit.how for hit in hits] == [How.LABELS]
    assert NAMES.find(said, ["team"]).hits == ()


@pytest.mark.parametrize("said", FOREIGN)
def test_somebody_elses_address_is_never_taken_for_a_service_of_that_name(said):
    assert NAMES.find(said).hits == ()


def test_the_service_of_that_name_is_offered():
    found = {said: ids(NAMES.find(said, ["service"]).near) for said in ("downloads.com", "exampleindex.net")}

    assert found == {"downloads.com": ["downloads"], "exampleindex.net": ["exampleindex"]}


def test_a_catalog_without_domains_knows_no_address():
    names = Names(Catalog.model_construct(services=by_id(service("indx", aliases=("www indx",), dns=True))))

    assert names.find("indx.org").hits == ()


def test_a_service_is_found_by_its_own_domain_though_another_is_called_almost_so():
    names = Names(
        Catalog.model_construct(
            services=by_id(
                service("indx", aliases=("www indx", "test indx"), dns=True),
                service("indy.org", domains=("indy.org", "www.indy.org", "posts.example.org", "signature.example.org")),
                service("pasts", aliases=("poets example", "singatrue example", "packaging example"), dns=True),
                service("cabs", domains=("*.a.cabs.org",), aliases=("a cabs",), dns=True),
            )
        )
    )

    assert {said: ids(names.find(said).hits) for said in ("indx.org", "www.indx.org", "indx.net")} == {
        "indx.org": ["indx"],
        "www.indx.org": ["indx"],
        "indx.net": [],
    }
    assert ids(names.find("poets.example.org").near) == ["indy.org"]
    assert ids(names.find("singatrue.example.org").near) == ["indy.org"]
    assert ids(names.find("packaging.example.org").hits) == ["pasts"]
    assert ids(names.find("a.cabs.org").hits) == ["cabs"]


def test_short_labels_forgive_one_slip_only():
    names = Names(
        Catalog.model_construct(
            services=by_id(
                service("peps.example.org", domains=("peps.example.org",)),
                service("index", aliases=("pypx example", "pepz example"), dns=True),
            )
        )
    )

    assert ids(names.find("pypx.example.org").hits) == ["index"]
    assert ids(names.find("pepz.example.org").hits) == []
