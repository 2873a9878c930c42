"""Lines of people who know no commands: half a question, a name without letters, lists in their own words."""

import pytest
from conftest import Asking

from psfbot.catalog.book import Book
from psfbot.chat.answer import Outcome


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("owner", "who owns docs.python.org"),
        ("who owns", "who owns docs.python.org"),
        ("who owns ?", "who owns docs.python.org"),
        ("what breaks if", "what breaks if salt-master goes down"),
        ("tier", "tier of aarch64-unknown-linux-gnu"),
        ("who", "who owns docs.python.org"),
        ("where is", "where is docs.python.org hosted"),
        ("what is the", "what is docs.python.org"),
    ],
)
def test_a_question_without_its_end_is_answered_with_an_example(ask, text, example):
    reply = ask(text)

    assert reply.answer.outcome is Outcome.NOT_FOUND
    assert f"needs more behind it, for example: {example} (`help " in reply.lines[0]


@pytest.mark.parametrize("text", ["what is nonsense", "who owns nonsense", "where is nonsense", "team nonsense"])
def test_a_whole_question_about_nothing_known_says_so(ask, text):
    assert ask(text).lines[0].startswith("I know no")


@pytest.mark.parametrize("text", ["who owns ''", 'who owns " "', "owner ()", "''"])
def test_a_name_without_a_letter_is_asked_for(ask, text):
    assert ask(text).lines[0].startswith("Ask me something, such as")


@pytest.mark.parametrize("text", ["salt-matser", "hst docs.python.org", "exampelindex"])
def test_a_name_that_is_a_slip_away_is_offered_before_a_word_is_mended(book, text):
    aliased = book.catalog.services["hg.python.org"].model_copy(update={"aliases": ("hgt docs.python.org",)})
    catalog = book.catalog.model_copy(update={"services": {**book.catalog.services, "hg.python.org": aliased}})

    assert "Did you mean" in Asking(Book.of(catalog))(text).lines[0]


def test_the_kind_that_is_named_decides(ask):
    assert ask("who owns the docs team").lines[0].startswith("docs.python.org administrators: ")
    assert ask("who owns the docs").lines[0].startswith("docs.python.org: ask")


def test_a_machine_belongs_to_those_of_its_services(book):
    shared = book.catalog.services["mail.python.org"].hosting[0].hosts[0]
    hosting = book.catalog.services["hg.python.org"].hosting[0].model_copy(update={"hosts": (shared,)})
    moved = book.catalog.services["hg.python.org"].model_copy(update={"hosting": (hosting,)})
    catalog = book.catalog.model_copy(update={"services": {**book.catalog.services, "hg.python.org": moved}})
    lines = Asking(Book.of(catalog))("who owns mail.ams1.psf.io").lines

    assert lines[:3] == (
        "mail.ams1.psf.io runs 2 services of different owners.",
        "hg.python.org: ask PSF Infrastructure Team.",
        "mail.python.org: ask Postmasters.",
    )


def test_what_runs_beside_a_service_on_its_machine_is_told(book):
    shared = book.catalog.services["mail.python.org"].hosting[0].hosts[0]
    hosting = book.catalog.services["hg.python.org"].hosting[0].model_copy(update={"hosts": (shared,)})
    moved = book.catalog.services["hg.python.org"].model_copy(update={"hosting": (hosting,)})
    catalog = book.catalog.model_copy(update={"services": {**book.catalog.services, "hg.python.org": moved}})

    assert Asking(Book.of(catalog))("what runs on mailman").lines[0] == (
        "mail.python.org is a service on mail.ams1.psf.io; with it there: hg.python.org."
    )


def test_of_a_provider_and_a_service_of_one_name_the_one_in_use_is_meant(book):
    named = book.catalog.providers["dyn"].model_copy(
        update={"id": "salt", "name": "Example Salt", "lifecycle": "production"}
    )
    catalog = book.catalog.model_copy(update={"providers": {**book.catalog.providers, "salt": named}})
    asking = Asking(Book.of(catalog))

    assert asking("what uses salt").lines[0] == "1 service uses salt-master: docs.python.org."
    assert asking("what runs on salt").lines[0].startswith("salt-master is a service on salt.nyc1.psf.io")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("platforms tier 9", "PEP 11 has no platform in tier 9. Its tiers are 1, 2 and 3."),
        ("services without a flavour", "I know no field 'flavour' of a service."),
        ("services provider:-fastly", "At character 10: a '-' before the value — write it before the field"),
        ("services owner:", "At character 7: 'owner' has no value here"),
        ("services with a runbook", "1 service: docs.python.org"),
        ("services provider Gandi", "1 service: docs.python.org"),
        ("services domain names", "No service matches domain names."),
        ("services domain bridge", "No service matches domain bridge."),
        ("services source website of python", "No service matches source website of python."),
        ("services tag website", "No service matches tag website."),
        ("services type of python", "No service matches type of python."),
        ("services without a name", "No service is without name."),
        ("services in tier 9", "No service is in tier 9. The tiers of services are 1"),
        ("list platforms", "3 platforms in PEP 11."),
        ("what uses hg.python.org", "No service of the catalog uses hg.python.org."),
        ("what uses nyc1", "5 services run in nyc1"),
        ("what uses Ubuntu 24.04", "2 services run on Ubuntu 24.04: docs.python.org, loadbalancer."),
        ("what runs on downloads", "downloads is a service: the catalog names no machine of it"),
        ("what runs on dyn", "No service of the catalog uses Dyn. It is retired."),
        ("what tier is nonsense", "I know no platform and no service called 'nonsense'. Did you mean "),
        (
            "what tier is salt-mastre",
            "I know no platform and no service called 'salt-mastre'. Did you mean salt-master?",
        ),
        ("list gandi", "1 service: docs.python.org"),
        ("list mdk", "1 service: docs.python.org"),
        ("list postmasters", "1 service: mail.python.org"),
        ("list Amsterdam", "1 service: mail.python.org"),
        ("services -oncall:*", "10 services: docs.python.org"),
        ("what runs on new", "I know no provider, region, architecture"),
    ],
)
def test_lists_are_asked_for_in_plain_words(ask, text, first):
    assert ask(text).lines[0].startswith(first)


def test_a_value_of_two_words_is_told_to_need_quotes(ask):
    hint = "A name of several words needs quotes: services {} (1 service)"

    assert ask("services owner:mdk palard").lines == ("No service matches owner:mdk palard.",)
    assert ask("services owner:julien palard").lines[0].endswith(hint.format('owner:"julien palard"'))
    assert ask("services region:ams1 tier:1 owner:postmasters x").lines[0].startswith("No service matches")
    assert hint.format('provider:"digital ocean" tier:4') in ask("services provider:digital ocean tier:4").lines[0]
    assert ask("services owner:nobody known").answer.outcome is Outcome.REFUSED
    assert len(ask("services tier:1 nothing").lines) == 1


@pytest.mark.parametrize("query", ["provider:fastly", "-lifecycle:retired", "tier<=2 region:nyc1", "(arch:arm64)"])
def test_a_query_needs_no_command_before_it(ask, query):
    assert ask(query).lines == ask(f"services {query}").lines
    assert "service" in ask(query).lines[0]


def test_an_address_and_a_note_are_no_queries(ask):
    assert ask("https://docs.python.org/3/").lines[0].startswith("docs.python.org:")
    assert "query" not in ask("note 1: docs").answer.data
