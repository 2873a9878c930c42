"""Questions about the repository's own catalog that once had a wrong answer: a question back is better than those."""

import pytest
from conftest import Asking
from processes import CATALOG

from psfbot.catalog.book import Book
from psfbot.catalog.file import load
from psfbot.catalog.model import Catalog
from psfbot.catalog.near import fold
from psfbot.chat.answer import Outcome

LOADED = load(CATALOG)
FACTS = LOADED.catalog or Catalog()
BOOK = Book.of(FACTS, places=LOADED.places)
ASK = Asking(BOOK)
SUFFIXES = ("com", "net", "dev", "co.uk", "example")
DOMAINS = {domain for service in FACTS.services.values() for domain in service.domains}


def test_no_name_under_a_foreign_suffix_has_an_owner():
    names = {fold(name) for s in FACTS.services.values() for name in (s.id, s.name, *s.aliases)} - {""}
    hosts = {f"{name.replace(' ', glue)}.{end}" for name in names for glue in ("", "-", ".") for end in SUFFIXES}
    found = {host: BOOK.names.find(host, ("service",)).hits for host in hosts - DOMAINS}

    assert len(found) > 1000
    assert {host: [hit.id for hit in hits] for host, hits in found.items() if hits} == {}


@pytest.mark.parametrize(
    "said",
    ["downloads.com", "ftp.com", "salt.io", "consul.io", "package-index.org", "dosc.python.org", "x1y2.python.org"],
)
def test_a_foreign_address_has_no_owner(said):
    reply = ASK(f"who owns {said}")

    assert reply.answer.outcome is Outcome.NOT_FOUND
    assert reply.lines[0].startswith(f"I know nothing called '{said}'.")


@pytest.mark.parametrize(
    ("said", "offered"),
    [("backp", "backup"), ("chec", "psf-chef"), ("cabot", "clabot or cabotage"), ("hest pypi", "test-pypi")],
)
def test_a_name_one_slip_away_is_offered_before_a_guess_is_taken(said, offered):
    reply = ASK(said)

    assert reply.answer.outcome is Outcome.NOT_FOUND
    assert f"Did you mean {offered}" in reply.lines[0]


@pytest.mark.parametrize("said", ["ssl", "new", "net", "data", "file", "free", "who owns ssl", "who owns new"])
def test_a_word_of_the_language_is_no_name(said):
    assert ASK(said).answer.outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("who owns the infra team", "PSF Infrastructure Team: "),
        ("who owns the docs team", "docs.python.org administrators: "),
        ("what runs on hg", "hg.python.org is a service on hg.nyc1.psf.io; with it there: "),
        ("what uses consul", "14 services use consul: "),
        ("what is in DigitalOcean nyc1", "21 services run in nyc1 (DigitalOcean NYC3): "),
        ("nyc3", "nyc3: datacenter of DigitalOcean, code unknown."),
        ("list heroku", "4 services: bedevere, "),
        ("who owns docs.nyc1.psf.io", "docs.nyc1.psf.io runs docs.python.org: ask Julien Palard, "),
        ("who owns https://github.com/python/psf-salt/issues/424", "salt-master: ask Jacob Coffee, "),
    ],
)
def test_a_question_has_its_answer(said, first):
    told, wanted = (text.split(" ", 1) for text in (ASK(said).lines[0], first))

    # counts may change with the catalog
    assert told[1].startswith(wanted[1])
    assert told[0] == wanted[0] or told[0].isdecimal()
