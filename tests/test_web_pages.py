"""Pages for people: the start page is there from the first moment, and a visitor learns what anybody may know."""

import asyncio
import html
import re

import pytest
from checklist_kit import template
from stage import sample
from web_fakes import NOON, house

from psfbot.chat.answer import Answer, Item
from psfbot.checklists.run import Deed, Kind, Run, Who
from psfbot.commands import commands, live
from psfbot.flows.ask import Desk
from psfbot.flows.relay import Relay
from psfbot.flows.understand import Table
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox
from psfbot.web import look

TAGS = set(
    "html head meta title link body a header nav form label input button main h1 p ul li footer".split(" ")  # noqa: SIM905 - as they are read
)
WHO = Who(name="Ann Example", key="ann", place="on irc in #secret-room", person="")


def begun(runs, _):
    """One run, with a step that is done and its evidence."""
    one = Run(
        number=0, template=template(), service="docs.python.org", started_at=NOON, started_by=WHO, changed_at=NOON,
        values={"service.id": "docs.python.org", "target": "<nyc3>"},
    )  # fmt: skip
    made = runs.start(one, Deed(kind=Kind.STARTED, at=NOON, by=WHO))
    runs.add(made, (Deed(kind=Kind.DONE, at=NOON, by=WHO, step="prepare", text="only for the team"),))


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    with Database.open(f"sqlite:///{tmp_path_factory.mktemp('store') / 'psfbot.sqlite3'}") as db:
        kept, store, book = SqlChecklists(db), SqlStore(db), sample()
        asyncio.run(kept.write(begun))
        relay = Relay(store, SqlInbox(db), SqlOutbox(db), {}, lambda: None)
        desk = Desk(Table(commands(), live.commands), lambda: book, lambda: NOON, lambda kind: {Relay: relay}[kind])
        with house(store=store, checklists=kept, desk=desk) as place:
            yield place


def test_the_start_page_tells_how_everything_stands(door):
    answer = door.ask("GET", "/")
    page = answer.text

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert all(words in page for words in ("Open incidents", "On call now", "Running checklists", "services"))
    assert '<a href="/checklists/1">1 Move a service</a>: docs.python.org, 1 of 5 done' in page
    assert 'action="/ask"' in page
    assert '<html lang="en">' in page


def test_a_page_loads_nothing_from_elsewhere_and_runs_nothing(door):
    answer = door.ask("GET", "/")
    loaded = re.findall(r'(?:src|href)="(https?://[^"]+)"', answer.text)

    assert loaded == []
    assert "<script" not in answer.text
    assert "default-src 'none'; style-src 'self'" in answer.headers["content-security-policy"]
    assert door.ask("GET", "/static/psfbot.css").headers["content-type"].startswith("text/css")


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/ask?q=who+owns+docs.python.org", 200, "docs.python.org: ask Julien Palard"),
        ("/ask", 200, "Ask something, such as"),
        ("/services/docs.python.org", 200, "docs.python.org"),
        ("/services/doc.python.org", 200, "docs.python.org"),
        ("/services/gopher.example.org", 404, "gopher.example.org"),
        ("/providers/fastly", 200, "docs.python.org"),
        ("/people/mdk", 200, "Julien Palard"),
        ("/services/", 200, "services in the catalog."),
        ("/people/", 200, "mdk: Julien Palard"),
        ("/teams/", 200, "infra: PSF Infrastructure Team"),
        ("/providers/", 200, "fastly"),
        ("/regions/", 200, "nyc1"),
        ("/incidents/", 200, "Nothing is down"),
        ("/incidents", 200, "Nothing is down"),
        ("/incidents/999", 404, "999"),
        ("/checklists", 200, "1 Move a service"),
        ("/checklists/1", 200, "Prepare docs.python.org for <nyc3>."),
        ("/checklists/2", 404, "There is no checklist 2"),
        (f"/checklists/{2**40}", 404, "There is no checklist"),
    ],
)
def test_every_address_answers(door, path, status, words):
    answer = door.ask("GET", path)

    assert answer.status_code == status
    assert words in html.unescape(re.sub(r"</?a[^>]*>", "", answer.text))


@pytest.mark.parametrize("path", ["/checklists/1", "/checklists", "/"])
def test_no_page_shows_evidence_or_a_room(door, path):
    page = door.ask("GET", path).text

    assert "only for the team" not in page
    assert "#secret-room" not in page


@pytest.mark.parametrize("question", ["ack 1", "checklist start move docs.python.org", "done 1.2", "resolve 1"])
def test_a_page_changes_nothing(door, question):
    answer = door.ask("GET", f"/ask?q={question.replace(' ', '+')}")

    assert "a page changes nothing" in answer.text


@pytest.mark.parametrize("said", ["<script>alert(1)</script>", '"><b>', "' onmouseover='x", "{{ 7*7 }}", "a" * 5000])
def test_what_somebody_types_is_shown_as_it_is_and_does_nothing(door, said):
    answer = door.ask("GET", "/ask", params={"q": said})
    shown = set(re.findall(r"<([a-z0-9]+)", answer.text))

    assert answer.status_code == 200
    assert shown <= TAGS
    assert "onmouseover='x\"" not in answer.text
    assert "49" not in answer.text


def test_one_visitor_is_not_told_the_rest_of_what_another_asked(door):
    door.ask("GET", "/ask?q=what+is+python")
    answer = door.ask("GET", "/ask?q=1")

    assert "Owners" not in answer.text


def test_without_a_desk_there_are_no_pages():
    with house() as place:
        answer = place.ask("GET", "/")

    assert answer.status_code == 404


def test_an_incident_in_a_list_leads_to_its_page(door):
    shown = Answer("1 open incident.", items=[Item("#12 docs.python.org", "open for 1 min", "incident")])
    page = look.page("answer.html", "incidents", answer=shown).body.decode()

    assert '<a href="/incidents/12">#12 docs.python.org</a>: open for 1 min' in page


@pytest.mark.parametrize(("section", "id_"), [("people", "mdk"), ("teams", "infra"), ("providers", "fastly")])
def test_a_record_in_a_list_leads_to_its_page(door, section, id_):
    assert f'<a href="/{section}/{id_}">{id_}</a>' in door.ask("GET", f"/{section}/").text


def test_the_start_page_leads_to_everything_that_there_is(door):
    page = door.ask("GET", "/").text

    for link in ("/services/", "/people/", "/teams/", "/providers/", "/regions/", "/catalog/graph", "/api/docs"):
        assert f'href="{link}"' in page


def test_a_page_leads_to_the_pages_of_the_answer_and_to_no_place_in_a_file(door):
    page = door.ask("GET", "/services/docs.python.org").text

    assert '<a href="https://github.com/python/docsbuild-scripts#readme" rel="noreferrer">Runbook</a>' in page
    assert ">Edit</a>" not in page
