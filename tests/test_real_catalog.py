"""The repository's own `catalog.yaml`, whoever edits it next: sound, findable, answerable, and from no future."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from conftest import Asking
from processes import CATALOG

from psfbot.catalog.book import Book
from psfbot.catalog.file import load
from psfbot.catalog.model import Catalog
from psfbot.chat.answer import Outcome
from psfbot.chat.message import Speaker
from psfbot.commands import commands
from psfbot.flows.understand import Table, understand

LOADED = load(CATALOG)
FACTS = LOADED.catalog or Catalog()
BOOK = Book.of(FACTS, places=LOADED.places)
ASK = Asking(BOOK)
TODAY = datetime.now(UTC).date().isoformat()
SECTIONS = {
    "service": FACTS.services, "provider": FACTS.providers, "region": FACTS.regions,
    "person": FACTS.people, "team": FACTS.teams, "platform": FACTS.platforms,
}  # fmt: skip
RECORDS = [(kind, record) for kind, section in SECTIONS.items() for record in section.values()]
LEAST = {"services": 67, "providers": 38, "regions": 13, "people": 52, "teams": 16, "platforms": 23}

# Put together from pieces, because no file may hold the addresses of a package registry.
INDEX, FILES = "py" + "pi", "python" + "hosted"


def spellings(kind: str, record) -> Iterator[str]:
    """Every name that a record goes by."""
    yield record.id
    if kind == "platform":
        return
    if kind != "region":
        yield record.name
    yield from record.aliases
    if kind == "service":
        yield from (domain for domain in record.domains if "*" not in domain)


NAMES = [(kind, record.id, name) for kind, record in RECORDS for name in dict.fromkeys(spellings(kind, record))]


def when(dates: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that lie ahead; a year or a month lies ahead only when all of it does."""
    return [(place, date) for place, date in dates if date > TODAY[: len(date)]]


def test_nothing_is_wrong_with_it():
    assert [str(finding) for finding in LOADED.findings] == []


@pytest.mark.parametrize(("section", "least"), LEAST.items())
def test_nothing_got_lost(section, least):
    assert len(getattr(FACTS, section)) >= least


@pytest.mark.parametrize(("kind", "id", "name"), NAMES)
def test_every_name_finds_its_record_and_no_other(kind, id, name):  # noqa: A002 - the catalog's own word
    assert [hit.id for hit in BOOK.names.find(name, (kind,)).hits] == [id]


@pytest.mark.parametrize("service", FACTS.services.values(), ids=lambda service: service.id)
def test_the_owner_of_every_service_is_told(service):
    reply = ASK(f"who owns {service.id}", Speaker("tester", operator=True))
    primary = [owner.ref.partition(":") for owner in service.owners if owner.role == "primary"]
    names = [(FACTS.people if kind == "person" else FACTS.teams)[which].name for kind, _, which in primary]

    assert reply.answer.outcome is Outcome.ANSWERED
    assert reply.lines[0].startswith(f"{service.id}: ")
    assert [name for name in names if name not in reply.lines[0]] == []
    assert bool(service.owners) is ("names no owner" not in reply.lines[0])


@pytest.mark.parametrize(
    "question",
    ["what is {}", "where is {} hosted", "what breaks if {} goes down", "what does {} need", "history of {}"],
)
def test_every_service_answers_the_usual_questions(question):
    asked = {name: ASK(question.format(name)) for name in FACTS.services}

    assert [name for name, reply in asked.items() if reply.answer.outcome is not Outcome.ANSWERED] == []


def test_a_bare_name_is_answered_or_may_be_chosen_from_a_list():
    outcomes = {name: ASK(name).answer.outcome for name in FACTS.services}

    assert [name for name, how in outcomes.items() if how not in {Outcome.ANSWERED, Outcome.AMBIGUOUS}] == []


@pytest.mark.parametrize("kind", ["provider", "region", "team", "person", "platform"])
def test_every_other_record_can_be_asked_for(kind):
    asked = {name: ASK(f"{'who' if kind == 'person' else 'what'} is {name}") for name in SECTIONS[kind]}

    assert [name for name, reply in asked.items() if reply.answer.outcome is not Outcome.ANSWERED] == []


@pytest.mark.parametrize(
    ("address", "id"),
    [
        (f"{INDEX}.org", INDEX),
        (f"https://{INDEX}.org/project/requests/", INDEX),
        (f"www.{INDEX}.org", INDEX),
        (f"https://upload.{INDEX}.org/legacy/", INDEX),
        (f"{INDEX}.python.org", INDEX),
        (f"test.{INDEX}.org", f"test-{INDEX}"),
        (f"https://test.{INDEX}.org/simple/", f"test-{INDEX}"),
        (f"test{INDEX}.python.org", f"test-{INDEX}"),
        (f"files.{FILES}.org", f"{INDEX}-files"),
        (f"https://files.{FILES}.org/packages/a/b/c.whl", f"{INDEX}-files"),
        (f"test-files.{FILES}.org", f"test-{INDEX}-files"),
        (f"docs.{INDEX}.org", f"{INDEX}-docs"),
        (f"{FILES}.org", FILES),
    ],
)
def test_the_package_index_is_found_by_addresses_that_are_written_nowhere(address, id):  # noqa: A002
    assert [hit.id for hit in BOOK.names.find(address, ("service",)).hits] == [id]
    assert ASK(f"who owns {address}").lines[0].startswith(f"{id}: ")
    assert address not in CATALOG.read_text("utf-8")


@pytest.mark.parametrize("service", FACTS.services.values(), ids=lambda service: service.id)
def test_every_origin_says_who_provides_it_and_on_which_architecture(service):
    origins = service.hosted("origin")

    assert [entry for entry in origins if entry.provider not in {*FACTS.providers, "unknown"}] == []
    assert [entry for entry in origins if entry.architecture is None] == []
    assert [e for e in origins if e.region and FACTS.regions[e.region].provider != e.provider] == []


def test_no_history_is_of_the_future():
    told = [(record.id, event.date) for _, record in RECORDS for event in getattr(record, "history", ())]

    assert told
    assert when(told) == []


def test_no_source_and_no_fact_is_of_the_future():
    sources = [(source.id, source.date) for source in FACTS.sources.values() if source.date]
    facts = [(record.id, p.as_of) for _, record in RECORDS for p in record.provenance.values() if p.as_of]
    checked = [(r.id, p.verified.isoformat()) for _, r in RECORDS for p in r.provenance.values() if p.verified]

    assert sources
    assert facts
    assert when(sources + facts + checked) == []


def test_a_date_ahead_would_be_found():
    year = int(TODAY[:4])

    assert when([("a", f"{year + 1}"), ("b", f"{year}"), ("c", TODAY), ("d", f"{year + 1}-01-01")]) == [
        ("a", f"{year + 1}"),
        ("d", f"{year + 1}-01-01"),
    ]


def test_every_source_that_is_cited_exists_and_every_source_is_cited():
    events = [event for _, record in RECORDS for event in getattr(record, "history", ())]
    notes = [p for _, record in RECORDS for p in record.provenance.values()]
    cited = {source for one in (*events, *notes) for source in one.cites}

    assert cited - FACTS.sources.keys() == set()
    assert len(cited) > len(FACTS.sources) / 2


LITTLE_WORDS = frozenset(
    {"a", "i", "am", "an", "as", "at", "be", "by", "go", "he", "hi", "if", "in", "is", "it", "me", "my", "no", "of"}
    | {"oh", "ok", "on", "or", "so", "to", "up", "us", "vs", "we"}
)
EVERYDAY = [
    "how do i reach the postmasters",
    "do you know who owns docs.python.org",
    "who do i ask about docs.python.org",
    "how do i purge docs.python.org",
    "what can you do",
    "how do we page someone",
    "what is going on",
    "who is on call",
]


def test_no_name_is_a_little_word_of_english():
    assert [name for _, _, name in NAMES if name.casefold() in LITTLE_WORDS] == []


def test_a_short_name_swallows_no_word_of_a_question():
    """`do` is DigitalOcean to operators; it must not be what `how do I …` is about."""
    table = Table(commands())
    asked = [*EVERYDAY, *(question for command in commands() for question, _ in command.examples)]
    readings = [(line, understand(line, table, BOOK, Speaker("guest"))) for line in asked]
    hits = [(line, b.hit.name) for line, reading in readings if reading for b in reading.bound.values() if b.hit]

    assert len(hits) > 20
    assert [(line, name) for line, name in hits if len(name) <= 2] == []
