"""Is it alive, is it of use, and in numbers?"""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from web_fakes import NOON, EmptyStore, house

from psfbot.errors import StoreBusy
from psfbot.web import answers
from psfbot.web.metrics import Counters

RUNNING = (Path(__file__).parents[1] / "docs" / "operations" / "running.md").read_text("utf-8")


@pytest.fixture(scope="module")
def door():
    with house() as place:
        yield place


def test_a_living_process_says_so(door):
    answer = door.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_process_whose_store_hangs_is_alive():
    store = EmptyStore()
    store.hangs = True
    with house(store=store) as place:
        assert place.get("/healthz").status_code == 200


def test_a_useful_process_lists_its_parts(door):
    answer = door.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "parts": {"store": "ok", "worker": "ok"}})


def test_a_part_that_does_not_work_is_named():
    async def ready():
        return {"worker": "ok", "catalog": "it cannot be read"}

    with house(ready=ready) as place:
        answer = place.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"]["catalog"] == "it cannot be read"


def test_a_part_that_works_although_something_is_amiss_is_of_use():
    async def ready():
        return {"irc": "ok, but not in #room: the bot is banned (+b)"}

    with house(ready=ready) as place:
        answer = place.get("/readyz")

    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["parts"]["irc"] == "ok, but not in #room: the bot is banned (+b)"


def test_a_busy_store_is_not_ready():
    store = EmptyStore()
    store.trouble = StoreBusy("The disk is full.")
    with house(store=store) as place:
        answer = place.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["parts"] == {"store": "The disk is full.", "worker": "ok"}


def test_a_part_that_one_of_two_finds_wrong_is_wrong():
    async def ready():
        return {"store": "ok"}

    store = EmptyStore()
    store.trouble = StoreBusy("The disk is full.")
    with house(store=store, ready=ready) as place:
        answer = place.get("/readyz")

    assert (answer.status_code, answer.json()["parts"]) == (503, {"store": "The disk is full."})


def test_a_store_that_hangs_is_named_in_time_and_asked_once():
    asked = []

    class Hanging(EmptyStore):
        async def read(self, work):
            asked.append(work)
            await asyncio.Event().wait()

    with house(store=Hanging()) as place:
        answers = [place.get("/readyz") for _ in range(3)]

    assert [(answer.status_code, answer.json()["parts"]["store"]) for answer in answers] == [
        (503, "no answer in time")
    ] * 3
    assert len(asked) == 1


def test_the_numbers_are_in_prometheus_text_format(door):
    answer = door.get("/metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {
        "psfbot_webhooks", "psfbot_webhook_seconds", "psfbot_letters", "psfbot_alerts", "psfbot_outbox",
        "psfbot_oldest_undelivered_seconds", "psfbot_leader", "psfbot_catalog_age_seconds", "process_open_fds",
    } <= names  # fmt: skip


def test_what_is_told_is_counted_and_ages_grow_by_themselves():
    moment = [NOON]
    counters = Counters(lambda: moment[0])
    counters.letter("done")
    counters.alert("first")
    counters.alert("first")
    counters.outbox({"pending": 3, "dead": 1}, NOON - timedelta(seconds=10))
    counters.leads(leader=True)
    counters.catalog(NOON)
    moment[0] += timedelta(seconds=5)
    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(counters.text().decode())
        for sample in family.samples
    }

    assert found["psfbot_letters_total", "done"] == 1
    assert found["psfbot_alerts_total", "first"] == 2
    assert (found["psfbot_outbox", "pending"], found["psfbot_outbox", "dead"]) == (3, 1)
    assert found["psfbot_oldest_undelivered_seconds",] == 15
    assert found["psfbot_catalog_age_seconds",] == 5
    assert found["psfbot_leader",] == 1


def test_the_page_on_running_names_every_number():
    exported = {metric.name for metric in Counters(lambda: NOON).registry.collect()}
    own = {name for name in exported if name.startswith("psfbot_")}

    assert [name for name in own if f"`{name}" not in RUNNING] == []


@pytest.mark.parametrize("answer", [a for a in vars(answers).values() if isinstance(a, answers.Answer) and a.status])
def test_the_page_on_running_names_every_answer(answer):
    later = dict(answer.headers).get("retry-after")

    assert f"| {answer.status}, `Retry-After: {later}` |" in RUNNING if later else f"| {answer.status} " in RUNNING


def test_nothing_due_and_no_leader_are_zero():
    counters = Counters(lambda: NOON)
    counters.outbox({}, None)
    counters.leads(leader=False)

    assert b"psfbot_oldest_undelivered_seconds 0.0" in counters.text()
    assert b"psfbot_leader 0.0" in counters.text()


def test_an_unknown_address_is_told_in_a_sentence(door):
    answer = door.get("/nowhere")

    assert (answer.status_code, answer.json()) == (404, {"error": "Nothing is at this address."})


def test_a_wrong_method_is_told_in_a_sentence(door):
    answer = door.post("/healthz")

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert answer.json()["error"].startswith("This address cannot be asked")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/nowhere", "/hooks/signing", "/hooks/nobody/x"])
def test_every_answer_keeps_browsers_out_of_trouble(door, path):
    headers = door.get(path).headers

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_a_bug_is_told_by_its_reference_only():
    async def ready():
        raise ZeroDivisionError("private words")

    with house(ready=ready) as place:
        answer = place.get("/readyz")

    assert answer.status_code == 500
    reference = answer.json()["error"].split()[-1].rstrip(".")
    assert f'"reference": "{reference}"' in place.log.getvalue()
    assert "private words" not in answer.text
    assert place.log.getvalue().count("ZeroDivisionError: private words") == 1
