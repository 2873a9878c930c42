"""The stand-in for PagerDuty does what the real one does, as far as its own description of itself goes."""

import json
import os
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from jsonschema import Draft4Validator
from pagerduty_account import EVENTS_KEY, NOON, SECRET, SENDER, TOKEN, Turn
from pagerduty_fake import pagerduty

from psfbot import plugins
from psfbot.plugin import Hook, Proof, State
from psfbot.relay.letter import Fate

PLUGIN = plugins.find()["pagerduty"]
SPECS = os.environ.get("PSFBOT_SPECS", "")
HEADERS = {"Authorization": f"Token token={TOKEN}", "From": SENDER}
DAY = timedelta(days=1)


@pytest.fixture
def account():
    turns = [Turn("PANNA01", NOON - DAY, NOON + DAY)]
    with pagerduty(schedules={"PS": turns}, policies={"PA": [["PS"], ["PBEN001"]]}) as account:
        account.subscribe()
        yield account


def ask(account, method, path, body=None, headers=None):
    given = HEADERS if headers is None else headers
    with httpx.Client(base_url=account.url, headers=given, trust_env=False) as client:
        return client.request(method, path, json=body)


def event(account, action, key="k1", **payload):
    body = {"routing_key": EVENTS_KEY, "event_action": action, "dedup_key": key}
    values = {"summary": "Disk full", "source": "test", "severity": "critical", **payload}
    return ask(account, "POST", "/v2/enqueue", body | ({"payload": values} if action == "trigger" else {}))


def told(account):
    """What the webhooks say, as our own plugin reads them."""
    found = []
    for headers, body in account.webhooks:
        hook = Hook(headers, body, NOON)
        settings = PLUGIN.settings.model_validate({"webhook_secrets": SECRET})

        assert PLUGIN.proof(hook, settings) is Proof.GENUINE
        contents = PLUGIN.reads(hook)
        assert contents.fate in {Fate.DONE, Fate.IGNORED}, contents.reason
        found += [alert.state for alert in contents.alerts] or [contents.reason.split(" ·")[0]]
    return found


def test_an_incident_opens_is_taken_and_ends_and_webhooks_tell_so(account):
    for action in ("trigger", "trigger", "acknowledge", "acknowledge", "resolve", "resolve"):
        assert event(account, action).status_code == 202

    assert [one["status"] for one in account.incidents.values()] == ["resolved"]
    assert told(account) == [State.FIRING, State.ACKNOWLEDGED, State.RESOLVED]


def test_what_ends_and_comes_back_is_a_new_incident_and_what_is_unknown_is_dropped(account):
    for action in ("resolve", "trigger", "resolve", "trigger"):
        event(account, action)

    assert [one["status"] for one in account.incidents.values()] == ["resolved", "triggered"]


def test_a_ping_is_a_webhook(account):
    assert ask(account, "POST", "/webhook_subscriptions/PWH0000/ping").status_code == 202
    assert told(account) == ["pagey.ping"]


def test_a_note_is_a_webhook_that_changes_no_state(account):
    event(account, "trigger")
    incident = next(iter(account.incidents))
    ask(account, "POST", f"/incidents/{incident}/notes", {"note": {"content": "restarted"}})

    assert told(account) == [State.FIRING, "incident.annotated"]


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/oncalls", None, {}, 401),
        ("GET", "/oncalls?limit=101", None, None, 400),
        ("GET", "/oncalls?limit=100&offset=9901", None, None, 400),
        ("GET", "/oncalls?since=2026-01-01T00:00:00Z&until=2026-12-01T00:00:00Z", None, None, 400),
        ("GET", "/nothing", None, None, 404),
        ("GET", "/incidents/Q0", None, None, 404),
        ("PUT", "/incidents/Q0", {"incident": {"status": "resolved"}}, None, 404),
        ("POST", "/schedules/P0/overrides", {"overrides": []}, None, 404),
        ("POST", "/v2/enqueue", {"routing_key": "wrong", "event_action": "trigger"}, None, 400),
        ("POST", "/v2/enqueue", {"routing_key": EVENTS_KEY, "event_action": "shout"}, None, 400),
        ("POST", "/v2/enqueue", {"routing_key": EVENTS_KEY, "event_action": "trigger", "payload": {}}, None, 400),
    ],
)
def test_it_refuses_what_the_real_one_refuses(account, method, path, body, headers, status):
    assert ask(account, method, path, body, headers).status_code == status


def test_an_incident_changes_only_in_somebodys_name(account):
    event(account, "trigger")
    path = f"/incidents/{next(iter(account.incidents))}"
    body = {"incident": {"type": "incident_reference", "status": "acknowledged"}}

    assert ask(account, "PUT", path, body, {"Authorization": HEADERS["Authorization"]}).status_code == 400
    assert ask(account, "PUT", path, body).status_code == 200
    assert ask(account, "PUT", path, body).json()["error"]["code"] == 1002


# PagerDuty's own description of its interface


OBJECT, TEXT = {"type": "object"}, {"type": "string"}
POINTER = OBJECT | {"required": ["id", "type"], "properties": {"id": TEXT, "type": TEXT, "summary": TEXT}}
MAYBE = TEXT | {"nullable": True}
ENTRY = {"user": POINTER, "escalation_policy": POINTER, "escalation_level": {"type": "integer"}, "start": MAYBE}
ONE = {"status": {"enum": ["triggered", "acknowledged", "resolved"]}, "incident_key": TEXT, "service": POINTER}
ERROR = OBJECT | {"required": ["error"], "properties": {"error": OBJECT | {"required": ["message", "code"]}}}


def listing(name, properties):
    item = OBJECT | {"required": list(properties), "properties": properties}
    paging = {"limit": {"type": "integer"}, "offset": {"type": "integer"}, "more": {"type": "boolean"}}
    return OBJECT | {"required": [name, *paging], "properties": paging | {name: {"type": "array", "items": item}}}


def answers(**schemas):
    found = {status[1:]: {"content": {"application/json": {"schema": one}}} for status, one in schemas.items()}
    return {"responses": found}


INCIDENT = answers(_200=OBJECT | {"properties": {"incident": OBJECT | {"required": list(ONE), "properties": ONE}}})
NOTES = OBJECT | {"required": ["notes"], "properties": {"notes": {"type": "array", "items": OBJECT}}}
SUBSCRIPTION = {"id": TEXT, "active": {"type": "boolean"}, "delivery_method": OBJECT, "events": {"type": "array"}}
OURS = {
    "REST": {
        "paths": {
            "/oncalls": {"get": answers(_200=listing("oncalls", ENTRY), _401=ERROR)},
            "/incidents": {"get": answers(_200=listing("incidents", ONE))},
            "/incidents/{id}": {"get": INCIDENT, "put": INCIDENT},
            "/incidents/{id}/notes": {"get": answers(_200=NOTES)},
            "/abilities": {"get": answers(_200=OBJECT | {"required": ["abilities"]})},
            "/schedules/{id}": {"get": answers(_200=OBJECT | {"required": ["schedule"]})},
            "/users": {"get": answers(_200=listing("users", {"name": TEXT, "email": TEXT}))},
            "/services": {"get": answers(_200=listing("services", {"id": TEXT, "name": TEXT}))},
            "/webhook_subscriptions": {
                "get": answers(_200=listing("webhook_subscriptions", SUBSCRIPTION)),
                "post": answers(_201=OBJECT | {"required": ["webhook_subscription"]}),
            },
        },
        "components": {},
    },
    "events-v2": {
        "paths": {"/enqueue": {"post": answers(_202=OBJECT | {"required": ["status", "message", "dedup_key"]})}},
        "components": {},
    },
}
"""What we rely on; PagerDuty's own description is looked at where `PSFBOT_SPECS` names a folder that holds it."""


def described(name, specs=SPECS):
    """PagerDuty's description of its interface, wherever in that folder it lies; else ours."""
    found = sorted(Path(specs).rglob(f"*{name}*/openapiv3.json")) if specs else []
    return json.loads(found[0].read_text("utf-8")) if found else OURS[name]


def plain(schema):
    """A schema of OpenAPI 3.0 as one of JSON Schema: what may be null there is written in another way."""
    if isinstance(schema, list):
        return [plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: plain(value) for key, value in schema.items() if key not in {"discriminator", "nullable", "example"}}
    return {"anyOf": [found, {"type": "null"}]} if schema.get("nullable") is True else found


def faults(spec, method, path, status, body):
    """Where an answer differs from what its operation promises."""
    answer = spec["paths"][path][method]["responses"][status]
    while "$ref" in answer:
        answer = at(spec, answer["$ref"])
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    root = {**plain(schema), "components": plain(spec["components"])}
    return [
        f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in Draft4Validator(root).iter_errors(body)
    ]


def at(spec, reference):
    found = spec
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def rest_faults(account, spec):
    """Where the stand-in's REST API differs from a description, by what was asked."""
    event(account, "trigger")
    id_ = next(iter(account.incidents))
    change = {"incident": {"type": "incident_reference", "status": "acknowledged"}}
    answers = [
        ("get", "/oncalls", "200", ask(account, "GET", "/oncalls?schedule_ids[]=PS")),
        ("get", "/incidents", "200", ask(account, "GET", "/incidents")),
        ("get", "/incidents/{id}", "200", ask(account, "GET", f"/incidents/{id_}")),
        ("put", "/incidents/{id}", "200", ask(account, "PUT", f"/incidents/{id_}", change)),
        ("get", "/oncalls", "401", ask(account, "GET", "/oncalls", headers={"From": SENDER})),
        ("get", "/incidents/{id}/notes", "200", ask(account, "GET", f"/incidents/{id_}/notes")),
        ("get", "/abilities", "200", ask(account, "GET", "/abilities")),
        ("get", "/schedules/{id}", "200", ask(account, "GET", "/schedules/PS")),
        ("get", "/users", "200", ask(account, "GET", "/users?query=ann")),
        ("get", "/services", "200", ask(account, "GET", "/services")),
        ("get", "/webhook_subscriptions", "200", ask(account, "GET", "/webhook_subscriptions")),
        ("post", "/webhook_subscriptions", "201", ask(account, "POST", "/webhook_subscriptions", HOOK)),
    ]
    told = {
        f"{method} {path} {status}": faults(spec, method, path, status, answer.json())
        for method, path, status, answer in answers
    }
    return {asked: found for asked, found in told.items() if found}


HOOK = {"webhook_subscription": {"delivery_method": {"type": "http_delivery_method", "url": "https://x.example.org"}}}


def test_the_rest_api_answers_as_it_is_described(account):
    assert rest_faults(account, described("REST")) == {}


@pytest.mark.parametrize("holds", ["what is so", "what is not so"])
def test_a_folder_with_descriptions_is_what_counts(account, tmp_path, holds):
    """The same way is gone with PagerDuty's own files, which are not ours to keep here."""
    folder = tmp_path / "api-schema" / "reference" / "REST"
    folder.mkdir(parents=True)
    spec = deepcopy(OURS["REST"])
    if holds == "what is not so":
        schema = spec["paths"]["/users"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        schema["properties"]["users"]["items"]["required"].append("time_zone")
    (folder / "openapiv3.json").write_text(json.dumps({"openapi": "3.0.2", **spec}), "utf-8")
    found = rest_faults(account, described("REST", str(tmp_path)))

    assert found == (
        {} if holds == "what is so" else {"get /users 200": ["users/0: 'time_zone' is a required property"]}
    )
    assert described("events-v2", str(tmp_path)) is OURS["events-v2"], "what the folder lacks, we describe ourselves"


def test_the_events_api_answers_as_it_is_described(account):
    spec = described("events-v2")
    answer = event(account, "trigger")

    assert faults(spec, "post", "/enqueue", "202", answer.json()) == []


def test_a_difference_from_a_description_is_found():
    """The check itself is checked on a description that is written here."""
    thing = {
        "type": "object",
        "required": ["id"],
        "properties": {"id": {"type": "string"}, "end": {"$ref": "#/components/schemas/T"}},
    }
    spec = {
        "paths": {"/x": {"get": {"responses": {"200": {"$ref": "#/components/responses/X"}}}}},
        "components": {
            "schemas": {"T": {"type": "string", "nullable": True}},
            "responses": {"X": {"content": {"application/json": {"schema": thing}}}},
        },
    }

    assert faults(spec, "get", "/x", "200", {"id": "1", "end": None}) == []
    assert faults(spec, "get", "/x", "200", {"id": "1", "end": 7}) != []
    assert faults(spec, "get", "/x", "200", {}) == [": 'id' is a required property"]
