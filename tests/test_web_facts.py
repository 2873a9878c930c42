"""The catalog as JSON: any name finds its record, nothing private is ever in it, and a reload is seen at once."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest
from click.testing import CliRunner
from stage import SAMPLE, sample
from web_fakes import NOON, house

from psfbot.catalog.book import Book
from psfbot.catalog.exchange.private import PERSONAL
from psfbot.catalog.model import Contact, Room
from psfbot.cli import main
from psfbot.commands import commands, live
from psfbot.flows.ask import Desk
from psfbot.flows.understand import Table
from psfbot.web.visitor import Visitors, in_public

SECRETS = (
    "a number that is not for the public", "secret@example.org", "+1 555 0100", "PSECRET", "Antarctica/Troll",
    "private-room", "irc-account-of-ee", "USLACKEE",
)  # fmt: skip


def private():
    """The sample, with something private wherever there may be some."""
    catalog = sample().catalog
    hidden = Contact(type="other", value="+1 555 0100", public=False)
    ee = catalog.people["ee"].model_copy(
        update={
            "email": "secret@example.org", "pagerduty": "PSECRET", "timezone": "Antarctica/Troll",
            "irc": "irc-account-of-ee", "slack": "USLACKEE",
        }
    )  # fmt: skip
    docs = catalog.services["docs.python.org"]
    docs = docs.model_copy(
        update={
            "contacts": (*docs.contacts, hidden), "rooms": ("private-room", *catalog.rooms),
            "domains": (*docs.domains, "*.docs.example.org"),
        }
    )  # fmt: skip
    fastly = catalog.providers["fastly"].model_copy(update={"contacts": (hidden,)})
    infra = catalog.teams["infra"].model_copy(update={"rooms": ("private-room",)})
    room = Room(id="private-room", irc="#private-room", public=False)
    return Book.of(
        catalog.model_copy(
            update={
                "people": {**catalog.people, "ee": ee},
                "teams": {**catalog.teams, "infra": infra},
                "services": {**catalog.services, "docs.python.org": docs},
                "providers": {**catalog.providers, "fastly": fastly},
                "rooms": {**catalog.rooms, "private-room": room},
            }
        )
    )


def desk_of(held):
    return Desk(Table(commands(), live.commands), lambda: held.book, lambda: NOON)


@pytest.fixture(scope="module")
def held():
    return SimpleNamespace(book=private())


@pytest.fixture(scope="module")
def door(held):
    with house(desk=desk_of(held)) as place:
        yield place


@pytest.mark.parametrize(
    ("path", "id_"),
    [
        ("services/docs.python.org", "docs.python.org"),
        ("services/DOCS", "docs.python.org"),
        ("services/doc.python.org", "docs.python.org"),
        ("services/https://docs.python.org/3/library/", "docs.python.org"),
        ("services/https:%2F%2Fdocs.python.org%2F3%2F", "docs.python.org"),
        ("services/*.docs.example.org", "docs.python.org"),
        ("services/any.docs.example.org", "docs.python.org"),
        ("people/mdk", "mdk"),
        ("people/Julien%20Palard", "mdk"),
        ("people/JulienPalard", "mdk"),
        ("people/irc-account-of-ee", "ee"),
        ("teams/infra", "infra"),
        ("teams/infrastructure%20staff", "infra"),
        ("teams/infrastructure-staff@python.org", "infra"),
        ("providers/do", "digitalocean"),
        ("regions/NYC3", "nyc1"),
        ("regions/DigitalOcean%20nyc1", "nyc1"),
    ],
)
def test_any_name_finds_its_record_and_tells_its_own_address(door, path, id_):
    answer = door.get(f"/api/v1/{path}")

    assert answer.status_code == 200
    assert answer.json()["id"] == id_
    assert answer.headers["content-location"] == f"/api/v1/{path.partition('/')[0]}/{id_}"


@pytest.mark.parametrize(
    ("path", "error", "near"),
    [
        ("services/dosc.python.org", "I know no service called 'dosc.python.org'. Did you mean docs.python.org?",
         ["docs.python.org"]),
        ("services/pyth", "'pyth' could be 2 services: downloads or www.python.org. Ask for one by its id.",
         ["downloads", "www.python.org"]),
        ("people/jacob%20cofee", "I know no person called 'jacob cofee'. Did you mean coffee?", ["coffee"]),
        ("services/fastly", "'fastly' is no service but a provider: /api/v1/providers/fastly", []),
        ("teams/Julien%20Palard", "'Julien Palard' is no team but a person: /api/v1/people/mdk", []),
        ("providers/fasty", "I know no provider called 'fasty'. Did you mean fastly?", ["fastly"]),
    ],
)  # fmt: skip
def test_a_name_that_is_no_record_s_is_told_with_what_comes_near(door, path, error, near):
    answer = door.get(f"/api/v1/{path}")

    assert answer.status_code == 404
    assert answer.json() == {"error": error, "near": near}


@pytest.mark.parametrize("name", ["%00", "%2E%2E", "a" * 5000, "%F0%9F%90%8D", "'%22<script>"])
def test_a_name_that_means_nothing_is_a_404_with_a_sentence(door, name):
    answer = door.get(f"/api/v1/services/{name}")

    assert answer.status_code == 404
    assert answer.json()["error"].startswith("I know no service called '")
    assert len(answer.json()["error"]) < 300


def test_a_service_has_its_facts_their_provenance_and_what_needs_it(door):
    found = door.get("/api/v1/services/loadbalancer").json()
    docs = door.get("/api/v1/services/docs.python.org").json()

    services = sample().catalog.services.values()

    assert found["needed_by"] == [
        one.id for one in services if "loadbalancer" in [need.service for need in one.depends_on]
    ]
    assert 0 < len(found["needed_by"]) < len(services)
    assert docs["provenance"]["owners"]["note"] == "an older list names Georg Brandl"
    assert docs["sources"]["overview"]["title"] == "psf-salt: overview"
    assert docs["depends_on"][0] == {"service": "loadbalancer", "strength": "hard", "note": None}
    assert docs["page"] == "/services/docs.python.org"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("people/mdk", "owner:person:mdk"),
        ("teams/docs", "owner:team:docs"),
        ("providers/fastly", "provider:fastly"),
        ("regions/nyc1", "region:nyc1"),
    ],
)
def test_the_services_of_a_record_are_told_with_it(door, path, query):
    found = [one.id for one in sample().query(query)]

    assert door.get(f"/api/v1/{path}").json()["services"] == found
    assert 0 < len(found) < len(sample().catalog.services)


def test_the_teams_of_a_person_are_told_with_them(door):
    assert door.get("/api/v1/people/mdk").json()["teams"] == ["docs"]


def test_services_are_chosen_by_a_query(door):
    found = door.get("/api/v1/services", params={"q": "provider:fastly -lifecycle:retired"}).json()
    book = sample()

    assert [one["id"] for one in found["services"]] == sorted(
        one.id for one in book.query("provider:fastly -lifecycle:retired")
    )
    assert 0 < found["total"] == len(found["services"]) < len(book.catalog.services)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("provider:fasly", "At character 10: no provider 'fasly' — did you mean 'fastly'?"),
        ("(tier:1", "At character 1: this bracket is never closed — add a ) where it ends"),
        ("x" * 2001, "At character 2001: the query is too long (2,001 characters) — keep it to 2,000"),
    ],
)
def test_a_wrong_query_is_told_where(door, query, error):
    answer = door.get("/api/v1/services", params={"q": query})

    assert (answer.status_code, answer.json()) == (400, {"error": error})


@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=x", "limit="])
def test_a_wrong_number_is_told_how_to_ask(door, query):
    answer = door.get(f"/api/v1/people?{query}")

    assert (answer.status_code, answer.json()["error"][:8]) == (400, "Ask with")


@pytest.mark.parametrize("section", ["services", "people", "teams", "providers", "regions"])
def test_following_next_leads_through_all_of_a_section_by_id(door, section):
    ids, after = [], ""
    while after is not None:
        answer = door.get(f"/api/v1/{section}", params={"limit": 2, "after": after}).json()
        ids += [one["id"] for one in answer[section]]
        after = answer["next"]

    assert ids == sorted(getattr(sample().catalog, section))
    assert len(ids) == answer["total"]


@pytest.mark.parametrize("path", ["services/", "services", "people/"])
def test_a_slash_at_the_end_of_a_section_is_the_section(door, path):
    assert door.get(f"/api/v1/{path}").json()["total"] > 1


def test_a_list_cites_its_sources_once(door):
    found = door.get("/api/v1/services?limit=3").json()
    cited = {id_ for one in found["services"] for fact in one["provenance"].values() for id_ in cites(fact)}
    cited |= {id_ for one in found["services"] for event in one["history"] for id_ in cites(event)}

    assert cited
    assert set(found["sources"]) == cited


def cites(fact):
    return [*([fact["source"]] if fact["source"] else []), *fact["sources"]]


def every_answer(door):
    """All of the JSON side, as far as it is of the catalog."""
    for section in ("services", "people", "teams", "providers", "regions"):
        answer = door.get(f"/api/v1/{section}?limit=1000")
        yield answer.text
        for one in answer.json()[section]:
            yield door.get(f"/api/v1/{section}/{one['id']}").text


def test_nothing_private_is_in_any_record(door):
    said = "\n".join(every_answer(door))

    assert [secret for secret in SECRETS if secret in said] == []
    assert "infrastructure-staff@python.org" in said
    assert '"python-infra"' in said


QUESTIONS = (
    "what is docs.python.org", "who owns docs.python.org", "how do I reach docs.python.org", "who is ee",
    "contact infra", "who is in infra", "what runs on fastly", "what is fastly", "list rooms", "list people",
    "who is on call", "services provider:fastly", "what breaks if fastly is down", "teams", "whoami",
    "contact ee", "what is infra", "what runs in nyc1", "who can log in to docs", "links of docs.python.org",
    "help", "score of docs.python.org",
)  # fmt: skip


@pytest.mark.parametrize("path", ["/api/v1/ask", "/ask"])
def test_nothing_private_is_in_any_answer(door, path):
    said = "\n".join(door.get(path, params={"q": question}).text for question in QUESTIONS)

    assert [secret for secret in SECRETS if secret in said] == []
    assert "docs@python.org" in said


@pytest.mark.parametrize("secret", ["secret@example.org", "+1 555 0100", "PSECRET", "#private-room"])
def test_what_is_private_finds_nothing_either(door, secret):
    for section in ("services", "people", "teams", "providers"):
        assert door.get(f"/api/v1/{section}/{secret.replace('#', '%23')}").status_code == 404


@pytest.mark.parametrize(
    "question", ["who owns docs.python.org", "provider:fastly", "dosc.python.org", "what is python"]
)
def test_an_answer_is_that_of_the_command_line(question):
    with house(desk=desk_of(SimpleNamespace(book=sample()))) as place:
        answer = place.get("/api/v1/ask", params={"q": question})
    told = CliRunner().invoke(main, ["ask", "--json", question], env={"PSFBOT_CATALOG": str(SAMPLE)})
    mine, theirs = answer.json(), json.loads(told.output)
    at = (str(SAMPLE), "catalog.yaml")

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert mine["outcome"] == {0: "answered"}.get(told.exit_code, mine["outcome"])
    assert {k: v for k, v in mine.items() if k not in {"data", "links", "fact"}} == {
        k: v for k, v in theirs.items() if k not in {"data", "links", "fact"}
    }
    assert mine["fact"] == theirs["fact"].replace(*at)


def test_nothing_asked_is_told_how_to_ask(door):
    assert [door.get(f"/api/v1/ask{query}").status_code for query in ("", "?q=", "?q=+", "?Q=x")] == [400] * 4


@pytest.mark.parametrize(
    "question", ["ack 1", "set docs.python.org tier 2 because x", "mute docs.python.org 2h because x"]
)
def test_an_ask_changes_nothing(door, question):
    answer = door.get("/api/v1/ask", params={"q": question}).json()

    assert answer["outcome"] == "refused"
    assert "changes nothing" in answer["fact"]


@pytest.mark.parametrize("path", ["/api/v1/services", "/api/v1/services/docs.python.org", "/catalog/graph"])
def test_an_unchanged_answer_costs_nothing_and_a_reload_is_seen(path):
    held = SimpleNamespace(book=sample())
    with house(desk=desk_of(held)) as place:
        first = place.get(path)
        tag = first.headers["etag"]
        same = [place.get(path, headers={"if-none-match": sent}) for sent in (tag, f"W/{tag}", f'"x", {tag}', "*")]
        docs = held.book.catalog.services["docs.python.org"].model_copy(update={"depends_on": ()})
        services = {**held.book.catalog.services, "docs.python.org": docs}
        held.book = Book.of(held.book.catalog.model_copy(update={"services": services}))
        changed = place.get(path, headers={"if-none-match": tag})

    assert first.headers["cache-control"] == "no-cache"
    assert [(one.status_code, one.content, one.headers["etag"]) for one in same] == [(304, b"", tag)] * 4
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


def test_a_tag_of_something_else_does_not_keep_an_answer_back(door):
    answer = door.get("/api/v1/services", headers={"if-none-match": '"x"'})

    assert answer.status_code == 200


def test_only_the_head_may_be_asked_for_and_nothing_may_be_sent(door):
    head = door.ask("HEAD", "/api/v1/services")
    sent = door.post("/api/v1/services")

    assert (head.status_code, head.content) == (200, b"")
    assert (sent.status_code, set(sent.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})


def test_a_catalog_without_secrets_is_not_copied():
    book = sample()
    team = book.catalog.teams["infra"].model_copy(update={"contacts": ()})
    people = {id_: one.model_copy(update=dict.fromkeys(PERSONAL)) for id_, one in book.catalog.people.items()}
    bare = book.catalog.model_copy(update={"teams": {**book.catalog.teams, "infra": team}, "people": people})

    assert in_public(bare) is bare
    assert in_public(book.catalog) is not book.catalog


def test_one_reading_of_the_catalog_is_looked_through_once(held):
    visitors = Visitors(desk_of(held))
    first = visitors.book
    held_again = replace(held.book, refused="a newer file is wrong")

    assert visitors.book is first
    assert Visitors(desk_of(SimpleNamespace(book=held_again))).book.refused == "a newer file is wrong"
