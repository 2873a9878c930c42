"""The description of the JSON side: every address is in it, and every answer is what it says."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from stage import ADMIN, sample, stage
from test_web_api import fill
from test_web_pages import begun
from web_fakes import NOON, house

from psfbot.chat.message import Message, Speaker
from psfbot.commands import commands, live
from psfbot.flows.ask import Desk
from psfbot.flows.relay import Relay
from psfbot.flows.understand import Table
from psfbot.store.checklists import SqlChecklists
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox
from psfbot.store.proposals import SqlProposals
from psfbot.web.app import routes
from psfbot.web.declared import Declared, Shown
from psfbot.web.openapi import plain, schemas

REFERENCE = (Path(__file__).parents[1] / "docs" / "reference" / "api.md").read_text("utf-8")
OTHERS = [
    ("/api/v1/services", "/api/v1/services?limit=1", 200),
    ("/api/v1/services", "/api/v1/services?q=provider:nobody-knows", 400),
    ("/api/v1/services", "/api/v1/services?limit=0", 400),
    ("/api/v1/services/{name}", "/api/v1/services/dosc.python.org", 404),
    ("/api/v1/services/{name}", "/api/v1/services/%00", 404),
    ("/api/v1/teams", "/api/v1/teams?limit=many", 400),
    ("/api/v1/teams/{name}", "/api/v1/teams/release-managers", 200),
    ("/api/v1/people", "/api/v1/people?after=ee", 200),
    ("/api/v1/providers/{name}", "/api/v1/providers/dyn", 200),
    ("/api/v1/regions/{name}", "/api/v1/regions/nowhere", 404),
    ("/api/v1/ask", "/api/v1/ask", 400),
    ("/api/v1/ask", "/api/v1/ask?q=list+services", 200),
    ("/api/v1/ask", "/api/v1/ask?q=ack+1", 200),
    ("/api/v1/ask", "/api/v1/ask?q=nonsense+beyond+repair", 200),
    ("/api/v1/incidents", "/api/v1/incidents?state=closed", 400),
    ("/api/v1/incidents/{number}", "/api/v1/incidents/9", 200),
    ("/api/v1/incidents/{number}", "/api/v1/incidents/99", 404),
    ("/api/v1/checklists", "/api/v1/checklists?state=x", 400),
    ("/api/v1/checklists/{number}", "/api/v1/checklists/7", 404),
    ("/api/v1/proposals/{number}", "/api/v1/proposals/7", 404),
    ("/api/v1/proposals/{number}.patch", "/api/v1/proposals/2.patch", 403),
]


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """A bot with something of everything: incidents, a checklist, a proposal for everybody and a private one."""
    with stage(tmp_path_factory.mktemp("docs")) as bot:
        for line in ("set docs.python.org tier 2 because it is so", "set ee email new@example.org"):
            bot.says(line, ADMIN)
            bot.says("yes", ADMIN)
        store, lists, book = SqlStore(bot.db), SqlChecklists(bot.db), sample()
        asyncio.run(store.write(fill))
        asyncio.run(lists.write(begun))
        relay = Relay(store, SqlInbox(bot.db), SqlOutbox(bot.db), {}, lambda: None)
        desk = Desk(Table(commands(), live.commands), lambda: book, lambda: NOON, lambda kind: {Relay: relay}[kind])
        with house(store=store, checklists=lists, proposals=SqlProposals(bot.db), desk=desk) as place:
            yield place


@pytest.fixture(scope="module")
def described(door):
    return door.get("/api/openapi.json").json()


def fits(described, path, answer):
    """What an answer holds against the shape that its address says it has."""
    responses = described["paths"][path]["get"]["responses"]
    content = responses[str(answer.status_code)]["content"]
    media = answer.headers["content-type"].partition(";")[0]
    schema = content[media].get("schema")
    if schema is None:
        return []
    whole = {**schema, "components": described["components"]}
    checker = Draft202012Validator(whole, format_checker=FormatChecker())
    return [f"{'/'.join(map(str, one.path))}: {one.message}" for one in checker.iter_errors(answer.json())]


def test_every_address_is_described(door, described):
    found = {route.path for route in routes(door.parts) if route.path.startswith("/api")}

    assert {plain(path) for path in found} == set(described["paths"])
    assert len(found) > 15


def test_every_example_answers_and_is_what_it_says(door, described):
    wrong = {}
    for route in routes(door.parts):
        if isinstance(route, Declared):
            answer = door.get(route.told.example)
            wrong[route.told.example] = (answer.status_code, fits(described, plain(route.path), answer))

    assert {example: said for example, said in wrong.items() if said != (200, [])} == {}
    assert len(wrong) > 15


@pytest.mark.parametrize(("path", "address", "status"), OTHERS)
def test_other_answers_are_what_they_say_too(door, described, path, address, status):
    answer = door.get(address)

    assert answer.status_code == status
    assert fits(described, path, answer) == []


@pytest.mark.parametrize("question", ["incidents", "timeline 9", "incidents and who owns docs.python.org"])
def test_an_answer_of_more_than_the_catalog_has_words_and_no_data(door, question):
    answer = door.get("/api/v1/ask", params={"q": question}).json()
    whole = asyncio.run(door.parts.desk.answer(Message(question, Speaker("somebody"), "web"))).answer

    assert (answer["outcome"], answer["data"]) == ("answered", {})
    assert answer["fact"] == whole.fact


def test_the_data_that_is_left_out_is_there_in_chat(door):
    whole = asyncio.run(door.parts.desk.answer(Message("incidents", Speaker("somebody"), "web"))).answer

    assert whole.data["incidents"]
    assert door.get("/api/v1/ask?q=who+owns+docs.python.org").json()["data"]["service"] == "docs.python.org"


def test_an_answer_that_lacks_a_field_does_not_fit(door, described):
    answer = door.get("/api/v1/services/docs.python.org")
    said = answer.json()
    del said["tier"]
    answer._content = json.dumps(said).encode()  # noqa: SLF001 - as if the server had forgotten it

    assert fits(described, "/api/v1/services/{name}", answer) == [": 'tier' is a required property"]


def test_the_description_is_openapi_3_1_whose_shapes_are_all_there(described):
    text = json.dumps(described)
    shapes = described["components"]["schemas"]

    assert described["openapi"] == "3.1.0"
    assert set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', text)) == set(shapes)
    assert "Shown" not in text
    assert "$defs" not in text
    for shape in shapes.values():
        Draft202012Validator.check_schema(shape)


def test_two_shapes_of_one_name_are_no_description():
    class Owner(Shown):
        """Another one than the catalog's."""

    class ShownOwner(Shown):
        """One that would be called the same outside."""

    with pytest.raises(ValueError, match="two shapes have one name"):
        schemas([Owner, ShownOwner])


def test_every_operation_has_its_own_name_and_tells_all_parts_of_its_address(described):
    operations = {path: one["get"] for path, one in described["paths"].items()}

    assert len({one["operationId"] for one in operations.values()}) == len(operations)
    for path, one in operations.items():
        parts = [parameter["name"] for parameter in one["parameters"] if parameter["in"] == "path"]
        assert parts == re.findall(r"{(\w+)}", path)


def test_every_parameter_and_every_field_is_explained(described):
    operations = [one["get"] for one in described["paths"].values()]
    unexplained = [one["name"] for op in operations for one in op["parameters"] if not one["description"]]
    for name, shape in described["components"]["schemas"].items():
        unexplained += [f"{name}.{key}" for key, one in shape.get("properties", {}).items() if not one["description"]]

    assert unexplained == []


def test_a_person_is_described_without_a_way_to_reach_them(described):
    fields = set(described["components"]["schemas"]["OnePerson"]["properties"])

    assert fields.isdisjoint({"email", "irc", "slack", "pagerduty", "timezone"})


def test_the_page_for_people_tells_every_address_and_every_shape(door, described):
    page = door.get("/api/docs")

    assert page.status_code == 200
    assert [path for path in described["paths"] if f"<code>GET {path}</code>" not in page.text] == []
    assert [name for name in described["components"]["schemas"] if f'href="#{name}"' not in page.text] == []
    assert re.findall(r'(?:src|href)="(?!/|#)[^"]+"', page.text) == []
    assert "<script" not in page.text
    assert "default-src 'none'; style-src 'self'" in page.headers["content-security-policy"]


def test_every_place_that_the_page_leads_to_is_on_it(door):
    page = door.get("/api/docs").text
    places = set(re.findall(r'id="([^"]+)"', page))

    assert [link for link in re.findall(r'href="#([^"]+)"', page) if link not in places] == []


def test_the_description_is_kept_by_its_tag(door):
    tag = door.get("/api/openapi.json").headers["etag"]
    again = door.get("/api/openapi.json", headers={"if-none-match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_the_reference_names_every_address(described):
    assert [
        path for path in described["paths"] if f"`GET {path}" not in REFERENCE.replace("<", "{").replace(">", "}")
    ] == []


def test_where_nobody_answers_questions_the_rest_is_described():
    with house() as place:
        paths = place.get("/api/openapi.json").json()["paths"]

    assert "/api/v1/incidents" in paths
    assert "/api/v1/services" not in paths
