"""Calling people through PagerDuty: once for each key, taken and ended, and told in words when it fails."""

import asyncio
from datetime import timedelta

import pytest
from pagerduty_account import EVENTS_KEY, NOON, SENDER, TOKEN, Turn
from pagerduty_fake import pagerduty
from pagerduty_line import Time, settings
from psfbot.plugins.pagerduty.pager import Events

from psfbot.plugin import OutOfReach, Paging, Signal

PAGE = Paging(signal=Signal.TRIGGER, key="psfbot-1", text="uploads 502", about="pypi", by="ned")


def told(account, *pagings, **more):
    """Tell PagerDuty these things one after the other."""
    values = {"api_url": account.url, "events_url": account.url, **more}
    pager = Events.of(settings(**values))
    clock = Time()
    for line in filter(None, (pager.events, pager.rest)):
        line.clock, line.sleep = clock, clock.sleep
    try:
        return [asyncio.run(pager.tell(paging)) for paging in pagings]
    finally:
        pager.close()


def then(signal, **more):
    return PAGE.model_copy(update={"signal": signal, **more})


def states(account):
    return [incident["status"] for incident in account.incidents.values()]


def test_a_page_opens_an_incident_under_our_key():
    with pagerduty(schedules={"PS": [Turn("PANNA01")]}, policies={"PA": [["PS"]]}) as account:
        assert told(account, PAGE) == ["PagerDuty has taken it under the key psfbot-1"]
        incident = next(iter(account.incidents.values()))

    assert (incident["incident_key"], incident["title"], incident["status"]) == ("psfbot-1", "uploads 502", "triggered")
    assert [user["id"] for user in incident["assignees"]] == ["PANNA01"]
    assert account.seen[0][2]["payload"] == {
        "summary": "uploads 502",
        "source": "psfbot",
        "severity": "critical",
        "component": "pypi",
        "custom_details": {"about": "pypi", "asked for by": "ned"},
    }


def test_the_same_page_twice_calls_once():
    with pagerduty() as account:
        told(account, PAGE, PAGE)

        assert len(account.incidents) == 1


def test_a_page_is_taken_and_ended_by_its_key():
    with pagerduty() as account:
        told(account, PAGE, then(Signal.ACKNOWLEDGE))
        assert states(account) == ["acknowledged"]

        told(account, then(Signal.RESOLVE))
        assert states(account) == ["resolved"]
        kinds = [entry["type"].removesuffix("_log_entry") for entry in account.log]
        assert kinds == ["triggered", "acknowledged", "resolved"]


def test_an_incident_that_pagerduty_opened_is_taken_and_ended_by_its_id():
    with pagerduty() as account:
        incident = account.open("theirs", "Disk full")["id"]
        found = told(account, then(Signal.ACKNOWLEDGE, incident=incident), then(Signal.RESOLVE, incident=incident))

    assert found == ["PagerDuty has it acknowledged", "PagerDuty has it resolved"]
    assert states(account) == ["resolved"]


def test_what_is_so_already_is_no_failure():
    with pagerduty() as account:
        incident = account.open("theirs", "Disk full")["id"]
        ack, resolve = (then(s, incident=incident) for s in (Signal.ACKNOWLEDGE, Signal.RESOLVE))

        assert told(account, ack, ack)[1] == "PagerDuty had it acknowledged already"
        assert told(account, resolve, resolve)[1] == "PagerDuty had it resolved already"


@pytest.mark.parametrize("by_id", [True, False])
def test_a_note_is_written_on_the_incident(by_id):
    with pagerduty() as account:
        incident = account.open("psfbot-1", "Disk full")["id"]
        note = then(Signal.NOTE, text="restarted nginx", incident=incident if by_id else "")

        assert told(account, note) == ["PagerDuty has the note"]
        assert [one["content"] for one in account.notes[incident]] == ["ned: restarted nginx"]


def test_a_note_is_never_written_twice():
    with pagerduty() as account:
        incident = account.open("theirs", "Disk full")["id"]
        account.mood = lambda *_: (500, {})
        with pytest.raises(OutOfReach) as error:
            told(account, then(Signal.NOTE, incident=incident))

    assert error.value.unsure
    assert len(account.seen) == 1


@pytest.mark.parametrize(
    ("standing", "since", "notes"), [("ned: done", 0, 1), ("ned: done", 1, 2), ("ned: other", 0, 2)]
)
def test_a_note_that_may_be_there_is_looked_for_first(standing, since, notes):
    with pagerduty() as account:
        incident = account.open("theirs", "Disk full")["id"]
        account.add_note([incident], {}, {"note": {"content": standing}, "from": SENDER})
        again = then(Signal.NOTE, text="done", incident=incident, before=NOON + since * timedelta(hours=1))

        assert told(account, again) == ["PagerDuty has the note"]
        assert len(account.notes[incident]) == notes


def test_where_nobody_knows_what_stands_there_nothing_is_written():
    with pagerduty() as account:
        incident = account.open("theirs", "Disk full")["id"]
        account.mood = lambda method, _: (200, {"notes": None}) if method == "GET" else None
        with pytest.raises(OutOfReach, match="cannot be read") as error:
            told(account, then(Signal.NOTE, incident=incident, before=NOON))

    assert not error.value.wrong
    assert account.notes == {}


def test_a_page_is_tried_again_because_its_key_lets_it_call_once():
    with pagerduty() as account:
        answers = [(500, {}), (429, {}), None]
        account.mood = lambda *_: answers.pop(0)
        told(account, PAGE)

        assert len(account.incidents) == 1
        assert len(account.seen) == 3


@pytest.mark.parametrize(
    ("paging", "given", "words"),
    [
        (PAGE, {"events_key": None}, "PSFBOT_PAGERDUTY_EVENTS_KEY"),
        (PAGE, {"events_key": "wrong"}, "PagerDuty refused that (400: Event object is invalid, routing_key)."),
        (then(Signal.ACKNOWLEDGE, incident="Q1"), {"token": None}, "PSFBOT_PAGERDUTY_TOKEN"),
        (then(Signal.ACKNOWLEDGE, incident="Q1"), {"token": "wrong"}, "PSFBOT_PAGERDUTY_TOKEN"),
        (then(Signal.ACKNOWLEDGE, incident="Q1"), {"from_": None}, "PSFBOT_PAGERDUTY_FROM"),
        (then(Signal.ACKNOWLEDGE, incident="Q1"), {}, "PagerDuty refused that (404: Not Found)."),
        (then(Signal.TRIGGER, incident="Q1"), {}, "open already"),
        (then(Signal.NOTE), {}, "PagerDuty knows no incident under the key psfbot-1."),
        (then(Signal.TRIGGER, key=""), {}, "A page needs a key."),
    ],
)
def test_what_cannot_be_done_says_what_is_missing(paging, given, words):
    with pagerduty() as account, pytest.raises(OutOfReach) as error:
        told(account, paging, **given)

    assert words in str(error.value)
    assert error.value.wrong
    assert not any(secret in str(error.value) for secret in (TOKEN, EVENTS_KEY, SENDER))


def test_a_long_text_is_cut_to_what_pagerduty_takes():
    with pagerduty() as account:
        told(account, then(Signal.TRIGGER, text="x" * 5000, key="k" * 300))
        body = account.seen[0][2]

    assert len(body["payload"]["summary"]) == 1024
    assert len(body["dedup_key"]) == 255


def test_pagerduty_out_of_reach_is_told_in_words():
    with pagerduty() as account:
        gone = account.url
    with (
        pagerduty() as account,
        pytest.raises(OutOfReach, match=r"PagerDuty cannot be reached \(ConnectError\)\."),
    ):
        told(account, PAGE, events_url=gone)


@pytest.mark.parametrize("text", ["x" * 10_000, "fixed 👩\u200d💻 twice", "two\nlines\tof  <b>it</b>"])
def test_a_note_that_stands_there_is_known_however_it_reads(text):
    with pagerduty() as account:
        incident = account.open("theirs", "docs.python.org: 5xx rate")["id"]
        note = Paging(signal=Signal.NOTE, key=incident, incident=incident, by="coffee", text=text)
        told(account, note, note.model_copy(update={"before": NOON}))

        assert len(account.notes[incident]) == 1


def test_an_incident_that_is_over_there_is_not_said_to_be_acknowledged():
    with pagerduty() as account:
        incident = account.open("theirs", "docs.python.org: 5xx rate")
        account.move(incident, "resolved", None)
        ack = Paging(signal=Signal.ACKNOWLEDGE, key=incident["id"], incident=incident["id"], by="coffee")

        assert told(account, ack) == ["PagerDuty had it resolved already"]
