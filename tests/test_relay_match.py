"""The service that an alert is about is found by the most telling clue, or the alert is shown as unmapped."""

import pytest
from stage import fired, sample

from psfbot.relay.match import match

DOCS = "docs.python.org"
LISTED = {DOCS: {"alerts": {"pingdom": ("Front page", "900001"), "datadog": ("Docs",)}}}


@pytest.fixture(scope="module")
def book():
    return sample(services=LISTED)


@pytest.mark.parametrize(
    ("said", "service", "reason"),
    [
        ({"about": "wiki.example", "names": ("x", "900001")}, DOCS, "the catalog lists pingdom check '900001'"),
        ({"about": "hg.python.org", "names": ("FRONT page",)}, DOCS, "check 'Front page' for docs.python.org"),
        ({"about": "hg.python.org", "names": ("Docs",)}, "hg.python.org", "'hg.python.org' is hg.python.org"),
        ({"about": "x.example", "names": ("Docs",), "source": "datadog"}, DOCS, "lists datadog check 'Docs'"),
        (
            {"about": "www.python.org", "hints": ("https://www.python.org/ftp/python/", "hg.python.org")},
            "downloads", "'https://www.python.org/ftp/python/' is downloads",
        ),
        ({"about": "www.python.org", "hints": ("https://www.python.org/about/",)}, "www.python.org", "www"),
        ({"about": "www.python.org:443", "hints": ("http://WWW.python.org/ftp/",)}, "downloads", "is downloads"),
        ({"about": "https://www.python.org/ftp/x?y#z"}, "downloads", "is downloads"),
        ({"about": "python.org", "hints": ("https://docs.python.org/3/",)}, "www.python.org", "'python.org'"),
        ({"about": "a.example", "hints": ("https://hg.python.org/x", "docs.python.org")}, "hg.python.org", "/x' is hg"),
        ({"about": "nonsense", "hints": ("tag:x", "mailman")}, "mail.python.org", "'mailman' is mail.python.org"),
        ({"about": "nonsense", "hints": ("https://hg.python.org/x",)}, "hg.python.org", "/x' is hg"),
        ({"about": "hg.python.org", "hints": ("://", "https://a b")}, "hg.python.org", "'hg.python.org'"),
        ({"about": "lb-1.nyc1.psf.io"}, "loadbalancer", "'lb-1.nyc1.psf.io' is loadbalancer"),
        ({"about": "test.exampleindex.org"}, "exampleindex", "is exampleindex"),
        ({"about": "Docs Python ORG"}, DOCS, "is docs.python.org"),
        ({"about": "x.example", "hints": ("https://github.com/python/docsbuild-scripts",)}, DOCS, "is docs.python.org"),
    ],
)  # fmt: skip
def test_an_alert_finds_its_service_by_the_best_clue(book, said, service, reason):
    found = match(fired(**said), book)

    assert found.id == service
    assert reason in found.reason


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ({"about": "db-7.example"}, "unmapped:db-7.example"),
        ({"about": "www.docs.python.org"}, "unmapped:www.docs.python.org"),
        ({"about": "dosc.python.org"}, "unmapped:dosc.python.org"),
        ({"about": "python"}, "unmapped:python"),
        ({"about": "", "names": ("check 7", "8")}, "unmapped:check 7"),
        ({"about": "", "summary": "Something hurts"}, "unmapped:Something hurts"),
        ({"about": "", "summary": ""}, "unmapped:pingdom 1"),
        ({"about": "x" * 500}, "unmapped:" + "x" * 200),
    ],
)
def test_what_the_catalog_does_not_know_for_certain_is_shown_as_unmapped(book, said, subject):
    found = match(fired(**said), book)

    assert found.id == subject
    assert found.reason == f"the catalog knows neither this check nor '{subject.removeprefix('unmapped:')[:80]}'"


def test_a_host_that_two_services_share_decides_nothing():
    host = {
        "hosting": ({"role": "origin", "provider": "aws", "architecture": "arm64", "hosts": ({"name": "h1.example"},)},)
    }
    shared = sample(services={"www.python.org": host, "hg.python.org": host})

    assert match(fired(about="h1.example"), shared).id == "unmapped:h1.example"
    assert match(fired(about="h1.example", hints=("hg.python.org",)), shared).id == "hg.python.org"


def test_of_services_that_list_the_same_check_the_first_in_the_catalog_is_meant():
    listed = {"alerts": {"pingdom": ("both",)}}
    shared = sample(services={"www.python.org": listed, "downloads": listed})

    assert match(fired(about="x.example", names=("both",)), shared).id == "downloads"


@pytest.mark.parametrize("service", ["hg.python.org", "mail.python.org"])
def test_a_catalog_that_was_changed_is_looked_through_anew(book, service):
    said = fired(about="x.example", names=("900001",))
    changed = sample(services={service: {"alerts": {"pingdom": ("900001",)}}})

    assert (match(said, book).id, match(said, changed).id, match(said, book).id) == (DOCS, service, DOCS)


def test_what_is_wrong_with_psfbot_itself_is_its_own_unless_the_catalog_lists_it():
    blind = fired(about="probes", hints=("psfbot",))
    record = {"name": "psfbot", "description": "For a test.", "lifecycle": "production"}

    assert match(blind, sample()).id == "psfbot:probes"
    assert match(blind, sample(services={"bot": record})).id == "bot"
