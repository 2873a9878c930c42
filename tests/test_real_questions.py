"""Questions about the repository's own catalog that once had a wrong answer: a question back is better than those."""

import pytest
from conftest import Asking
from processes import CATALOG

from psfbot.catalog.book import Book
from psfbot.catalog.file import load
from psfbot.catalog.filler import FILLER
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


SIGNS = (", ", "; ", " & ", "/", ":", "#", " - ", " \N{EM DASH} ", "? ", ". ", ") ", '" "')
PAIRS = {key for key in BOOK.names._spellings.folded if " " in key and FILLER.isdisjoint(key.split())}  # noqa: SLF001


@pytest.mark.parametrize("sign", SIGNS)
def test_two_names_with_a_sign_between_them_are_no_third_one(sign):
    plain_kinds = ("service", "team", "provider", "region", "room", "host")
    said = {key: key.replace(" ", sign, 1) for key in PAIRS}
    taken = {one: BOOK.names.find(one, plain_kinds).hits for one in said.values()}
    wrong = {one: [hit.name for hit in hits if sign.strip() not in hit.name] for one, hits in taken.items()}

    assert len(said) > 100
    assert {one: names for one, names in wrong.items() if names} == {}


@pytest.mark.parametrize(
    "said",
    [
        "docs, pypi", "docs & pypi", "docs; pypi", "docs/pypi", "docs:pypi", "docs#pypi", "docs \N{EM DASH} pypi",
        "docs? pypi?", '"docs, pypi"', "(docs) pypi", "docs. pypi", "docs and pypi",
    ],
)  # fmt: skip
def test_two_names_in_a_line_are_two_questions(said):
    lines = ASK(f"who owns {said}").lines

    assert lines[0].startswith("docs.python.org: ask Julien Palard")
    assert lines[1].startswith("pypi: ask ")


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ("where is docs, pypi hosted", ["docs.python.org runs on", "pypi runs on"]),
        ("what breaks if docs & pypi goes down", ["If docs.python.org goes down", "If pypi goes down"]),
        (
            "is docs, pypi up",
            ["I cannot see from here whether docs.python.org", "I cannot see from here whether pypi is"],
        ),
        ("who has access to docs, bugs", ["docs.nyc1.psf.io: ", "bugs.nyc1.psf.io: "]),
        ("what tier is docs/pypi", ["docs.python.org: tier 1", "pypi: tier 1"]),
        ("who owns speed, pypy", ["speed.python.org: ask", "pypy.org: ask"]),
        ("who owns asdf and docs", ["docs.python.org: ask", "I did not answer 'asdf'"]),
        ("who owns dosc.python.org and bugs", ["bugs.python.org: ask", "I did not answer 'dosc.python.org'"]),
        (
            "who owns docs \N{EM DASH} is it \u201cdown\u201d?",
            ["docs.python.org: ask", "I cannot see from here whether docs."],
        ),
    ],
)
def test_a_question_about_two_names_is_asked_of_each(said, facts):
    lines = ASK(said).lines

    assert [line.startswith(fact) for line, fact in zip(lines, facts, strict=False)] == [True, True], lines


@pytest.mark.parametrize("said", ["docs/asdf", "python/cpython", "docs/pypi/3"])
def test_a_path_is_not_taken_apart_where_a_part_of_it_is_unknown(said):
    assert ASK(f"who owns {said}").lines[0].startswith(f"I know nothing called '{said}'.")


@pytest.mark.parametrize(
    "said",
    ["nail", "gail", "jail", "bail", "maill", "mial", "dock", "docks", "dcos", "bigs", "bgus", "backpu", "dom", "cdk",
     "afs", "abs", "haroku"],
)  # fmt: skip
@pytest.mark.parametrize("line", ["who owns {}", "what breaks if {} goes down", "what happened to {}"])
def test_a_slip_in_a_name_is_offered_also_where_a_command_has_that_word(line, said):
    reply = ASK(line.format(said))

    assert reply.answer.outcome in {Outcome.NOT_FOUND, Outcome.AMBIGUOUS}
    assert reply.lines[0].startswith(f"I know nothing called '{said}'.")


def test_a_slip_in_the_plain_words_beside_an_exact_name_is_still_mended():
    reply = ASK("who owms docs")

    assert reply.lines[0].startswith("docs.python.org: ask")
    assert "Note: I read that as: who owns docs" in reply.lines


@pytest.mark.parametrize("said", ["what runs on arm", "which services are on arm", "services on arm", "arch arm"])
def test_arm_is_an_architecture_where_services_are_asked_for(said):
    assert ASK(said).lines[0] == ASK("arch arm64").lines[0]


def test_a_provider_that_is_called_like_an_architecture_is_asked_for_by_its_full_name():
    assert ASK("what runs on Arm Ltd").lines[0].startswith("1 service uses Arm Ltd")


@pytest.mark.parametrize("said", ["what runs on x86", "what runs on amd64", "arch x64"])
def test_how_many_services_have_no_known_architecture_is_told_beside_those_that_have(said):
    unknown = len(ASK("arch unknown").answer.data["services"])

    assert f"Of {unknown} more services no source states the architecture" in ASK(said).lines[0]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        ("who owns Ee Durbin", "Ee Durbin is a person, which 'owner' does not take. Try: what is ee"),
        ("who owns ee", "Ee Durbin is a person, which "),
        ("what breaks if ee goes away", "Ee Durbin is a person, which 'breaks' does not take. Try: what is ee"),
        ("unmute fastly", "Fastly is a provider, which 'unmute' does not take. Try: what is fastly"),
        ("who owns rackspace", "Rackspace is a retired provider (origin); ask "),
        ("who owns dyn", "Dyn is a retired provider (dns); ask "),
        ("who owns fastly", "Fastly is a provider (cdn"),
        ("what blocks bugs from ubuntu 24.04", "bugs.python.org: the move to Ubuntu 24.04 waits for Roundup"),
        (
            "what blocks docs from ubuntu 26.04",
            "docs.python.org: the catalog does not say what holds it back; docs.nyc1",
        ),
        ("why is mail still on ubuntu 14.04", "mail.python.org: "),
        ("what blocks fastly from ubuntu 24.04", "Fastly is a provider, which 'blocks' does not take."),
        ("what is missing for the next tier of riscv64-unknown-linux-gnu", "The catalog does not say what a platform"),
        ("certificates expiring in 14 days", "Only a running bot looks at certificates, and the catalog holds no"),
        ("which certs expire soon", "Only a running bot looks at certificates"),
        ("who owns docs.python.org now", "docs.python.org: ask Julien"),
        ("who owns docs.python.org today", "docs.python.org: ask Julien"),
        ("which team owns docs", "docs.python.org: ask Julien"),
        ("who is the docs owner", "docs.python.org: ask Julien"),
        ("owners docs", "docs.python.org: ask Julien"),
        ("whom to contact for docs", "docs.python.org: ask Julien"),
        ("who own docs", "docs.python.org: ask Julien"),
        ("who does not own docs", "I only know who does. docs.python.org: ask Julien"),
        ("who is Durbin, Ee", "Ee Durbin (ee): "),
        ("what holds back cdn-logs", "cdn-logs: the move to Ubuntu 24.04 waits for the fix of a bug in Salt 3006"),
        ("help me", "Ask in plain words, for example: "),
    ],
)
def test_what_once_was_not_understood_has_its_answer(said, first):
    assert ASK(said).lines[0].startswith(first)


@pytest.mark.parametrize(
    "query",
    ["tier=1", 'os="Ubuntu 14.04"', "on-call:unknown", "as-of>=2025-06", "hosting.cdn:fastly", "NOT provider:fastly",
     "NOT (tier:1)", "doc provider:fastly", '"docs" provider:fastly'],
)  # fmt: skip
def test_every_kind_of_query_needs_no_command_before_it(query):
    assert ASK(query).lines == ASK(f"services {query}").lines
    assert ASK(query).answer.data["services"]


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("foo:bar", "no field 'foo'"),
        ("providr:fastly", "no field 'providr' \N{EM DASH} did you mean 'provider'?"),
        ("provider:fastly | region:nyc1", "'|' joins nothing here \N{EM DASH} write OR"),
        ("provider:fastly && region:nyc1", "'&&' joins nothing here \N{EM DASH} write AND"),
    ],
)
def test_what_is_wrong_with_a_query_is_told(query, wrong):
    reply = ASK(query)

    assert reply.answer.outcome is Outcome.REFUSED
    assert wrong in reply.lines[0]


@pytest.mark.parametrize("said", ["https://no.example/a:b", "mailto:nobody@no.example", "no.example:80"])
def test_an_address_that_is_unknown_is_no_query(said):
    assert "field" not in ASK(said).lines[0]


def test_services_that_are_not_something_are_found():
    assert ASK("services not retired").lines[0] == ASK("services -lifecycle:retired").lines[0]
