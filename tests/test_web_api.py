"""Incidents as JSON, from the real store: every alert is there, and nothing that is for the team only."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from web_fakes import NOON, EmptyStore, house

from psfbot.errors import StoreBusy
from psfbot.relay.alert import Alert, AlertLink, Severity, State
from psfbot.relay.incident import Entry, Happening, Incident, Standing
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.web.api import IncidentListing, OneIncident, ShownAlert, ShownEntry, ShownIncident, Wanted

API = (Path(__file__).parents[1] / "docs" / "reference" / "api.md").read_text("utf-8")
HOSTS = ("docs.python.org", "www.python.org")


def incident(number, state=Standing.OPEN, **more):
    return Incident(
        number=number, subject=f"service-{number}", title="It is down", state=state, severity=Severity.ERROR,
        opened_at=NOON, changed_at=NOON + timedelta(minutes=number), **more,
    )  # fmt: skip


def alert(about, key="7"):
    return Alert(
        source="pingdom", key=key, about=about, state=State.FIRING, summary=f"{about} is down", at=NOON,
        detail="private detail", links=(AlertLink(title="Pingdom", url="https://my.example.org/private"),),
    )  # fmt: skip


def fill(ledger):
    """Ten incidents, of which the even ones are over; the last has two alerts and a timeline."""
    for number in range(1, 11):
        state = Standing.RESOLVED if number % 2 == 0 else Standing.OPEN
        ledger.open_incident(incident(number, state, cause=1 if number == 9 else None))
    for n, host in enumerate(HOSTS):
        ledger.add_alert(alert(host, str(n)), letter=None, incident=9, now=NOON)
    ledger.add_entry(9, Entry(at=NOON, kind=Happening.OPENED, who="pingdom", text="down", reason="first"))
    ledger.add_entry(9, Entry(at=NOON, kind=Happening.ACKNOWLEDGED, who="Ann Example", text="mine"))


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with Database.open(f"sqlite:///{tmp_path_factory.mktemp('store') / 'psfbot.sqlite3'}") as opened:
        asyncio.run(SqlStore(opened).write(fill))
        yield opened


@pytest.fixture(scope="module")
def door(database):
    with house(store=SqlStore(database), inbox=SqlInbox(database)) as place:
        yield place


def numbers(answer):
    return [shown["number"] for shown in answer.json()["incidents"]]


@pytest.mark.parametrize(
    ("query", "found", "further"),
    [
        ("", [9, 7, 5, 3, 1], None),
        ("?state=open", [9, 7, 5, 3, 1], None),
        ("?state=all", [10, 9, 8, 7, 6, 5, 4, 3, 2, 1], None),
        ("?state=all&limit=3", [10, 9, 8], 8),
        ("?state=all&limit=3&before=8", [7, 6, 5], 5),
        ("?state=all&limit=4&before=5", [4, 3, 2, 1], None),
        ("?limit=2", [9, 7], 7),
        ("?limit=2&before=7", [5, 3], 3),
        ("?limit=2&before=2", [1], None),
        ("?before=1", [], None),
        ("?state=all&before=99999999999&limit=1", [10], 10),
        ("?limit=100000&unknown=1", [9, 7, 5, 3, 1], None),
    ],
)
def test_incidents_are_listed_newest_first_and_page_by_page(door, query, found, further):
    answer = door.get(f"/api/v1/incidents{query}")

    assert answer.status_code == 200
    assert (numbers(answer), answer.json()["next"]) == (found, further)


def test_following_next_leads_through_all(door):
    seen, before = [], 10**9
    while before:
        answer = door.get(f"/api/v1/incidents?state=all&limit=3&before={before}")
        seen += numbers(answer)
        before = answer.json()["next"]

    assert seen == list(range(10, 0, -1))


def test_an_incident_lists_what_all_its_alerts_are_about(door):
    found = door.get("/api/v1/incidents?limit=1").json()["incidents"][0]

    assert [shown["about"] for shown in found["alerts"]] == list(HOSTS)
    assert found["cause"] == 1
    assert found["opened_at"] == "2026-11-20T12:00:00Z"


def test_one_incident_has_its_timeline(door):
    answer = door.get("/api/v1/incidents/9")

    assert [(line["kind"], line["who"], line["reason"]) for line in answer.json()["timeline"]] == [
        ("opened", "pingdom", "first"),
        ("acknowledged", "Ann Example", ""),
    ]
    assert [shown["about"] for shown in answer.json()["alerts"]] == list(HOSTS)


@pytest.mark.parametrize("path", ["/api/v1/incidents?state=all", "/api/v1/incidents/9"])
def test_what_is_for_the_team_only_is_not_shown(door, path):
    assert "private" not in door.get(path).text


@pytest.mark.parametrize("number", ["11", "0", "99999999999999999999999"])
def test_an_unknown_incident_is_told_in_a_sentence(door, number):
    answer = door.get(f"/api/v1/incidents/{number}")

    assert answer.status_code == 404
    assert answer.json()["error"].startswith(f"There is no incident {number}.")


@pytest.mark.parametrize("query", ["state=closed", "limit=0", "limit=many", "before=0", "before=-3"])
def test_a_wrong_question_is_told_how_to_ask(door, query):
    answer = door.get(f"/api/v1/incidents?{query}")

    assert (answer.status_code, answer.json()["error"][:8]) == (400, "Ask with")


def test_a_busy_store_means_try_again():
    store = EmptyStore()
    store.trouble = StoreBusy("The database cannot take this now.")
    with house(store=store) as place:
        answer = place.get("/api/v1/incidents")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert answer.json() == {"error": "The database cannot take this now."}


def test_a_webhook_is_in_the_database_once_it_is_answered(door, database):
    body = b'{"event": "unheard of"}'
    first, second = door.signed(body, **{"x-webhook-id": "id-1"}), door.signed(body)
    (letter,) = asyncio.run(SqlInbox(database).waiting())

    assert (first.json(), second.json()) == ({"stored": True}, {"duplicate": True})
    assert (letter.source, letter.body, letter.received_at) == ("signing", body, NOON)
    assert letter.headers["x-webhook-id"] == "id-1"


@pytest.mark.parametrize("model", [IncidentListing, ShownIncident, ShownAlert, OneIncident, ShownEntry])
def test_the_page_on_http_names_every_field(model):
    assert [field for field in model.model_fields if f'"{field}"' not in API and f"`{field}`" not in API] == []


@pytest.mark.parametrize("word", [*Happening, *Standing, *Severity, *Wanted.model_fields])
def test_the_page_on_http_names_every_value_and_parameter(word):
    assert f"`{word}`" in API


def test_a_process_with_a_database_is_ready(door):
    assert door.get("/readyz").json()["parts"]["store"] == "ok"
