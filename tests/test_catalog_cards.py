"""What is said of a service is written once for each reading of the catalog, and is never another's."""

from stage import sample

from psfbot.catalog import cite, words
from psfbot.catalog.cards import Card


def test_each_card_says_what_the_words_say():
    book = sample()
    catalog = book.catalog

    assert catalog.services
    for service in catalog.services.values():
        assert book.cards.of(service) == Card(
            service=service,
            whom=words.ask_whom(catalog, service),
            reach=words.reach(catalog, service, public=True),
            private=words.reach(catalog, service, public=False),
            runs=words.runs(catalog, service),
            owners=cite.grounds(catalog, service, "owners"),
        )


def test_a_card_is_written_once():
    book = sample()
    service = book.catalog.services["docs.python.org"]

    assert book.cards.of(service) is book.cards.of(service)


def test_a_service_that_is_changed_and_not_in_the_catalog_yet_has_its_own_card_and_leaves_the_other():
    book = sample()
    service = book.catalog.services["docs.python.org"]
    orphan = service.model_copy(update={"owners": ()})
    before = book.cards.of(service)

    assert book.cards.of(orphan).whom == words.NOBODY != before.whom
    assert book.cards.of(service) is before


def test_a_new_reading_of_the_catalog_writes_its_cards_anew():
    old, new = sample(), sample(services={"docs.python.org": {"owners": ()}})
    service = "docs.python.org"

    assert old.cards.of(old.catalog.services[service]).whom != words.NOBODY
    assert new.cards.of(new.catalog.services[service]).whom == words.NOBODY
