"""Who is on call at PagerDuty: as it says itself, page by page and never without end, with those who are behind."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from pagerduty_account import NOON, Turn
from pagerduty_fake import pagerduty
from pagerduty_line import Time, settings
from psfbot.plugins.pagerduty.lines import rest_line
from psfbot.plugins.pagerduty.rota import PAGES, Rotas

from psfbot.plugin import OutOfReach

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK = [Turn("PANNA01", NOON - DAY, NOON + DAY), Turn("PBEN001", NOON + DAY, NOON + 3 * DAY)]


def rotas(account, **more):
    return Rotas.of(settings(api_url=account.url, **more))


def shifts(account, *schedules, since=NOON, until=NOON + DAY):
    source = rotas(account)
    found = asyncio.run(source.shifts(schedules, since, until))
    source.close()
    return found


def brief(found):
    return [(shift.person, shift.name, shift.level) for shift in found]


def answering(*answers):
    """A source whose answers are written beforehand, the last one for ever; and what it was asked."""
    waiting, asked = list(answers), []

    def answer(request):
        asked.append(request.url)
        data = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return httpx2.Response(200, stream=httpx2.ByteStream(json.dumps(data).encode()))

    clock = Time()
    line = rest_line(settings(), httpx2.MockTransport(answer))
    line.clock, line.sleep = clock, clock.sleep
    return Rotas(line), asked


def entry(user="PANNA01", **more):
    return {"user": {"id": user}, "schedule": {"id": "PSCHED1"}, "escalation_policy": {"id": "P1"}, **more}


def test_the_shifts_of_a_schedule_have_their_people_and_times():
    with pagerduty(schedules={"PSCHED1": WEEK}, policies={"PPOL001": [["PSCHED1"]]}) as account:
        found = shifts(account, "PSCHED1", until=NOON + 2 * DAY)["PSCHED1"]

    assert brief(found) == [("PANNA01", "Anna Example", 1), ("PBEN001", "Ben Example", 1)]
    assert (found[0].since, found[0].until, found[0].source) == (NOON - DAY, NOON + DAY, "pagerduty")


def test_those_who_are_called_next_stand_behind_them():
    policies = {"PPOL001": [["PSCHED1"], ["PCHLOE1"], ["PBOSS01"]], "POTHER1": [["PCHLOE1"]]}
    with pagerduty(schedules={"PSCHED1": WEEK}, policies=policies) as account:
        found = shifts(account, "PSCHED1")["PSCHED1"]

    assert brief(found) == [("PANNA01", "Anna Example", 1), ("PCHLOE1", "Chloe Example", 2), ("PBOSS01", "PBOSS01", 3)]
    assert (found[1].since, found[1].until) == (None, None)


def test_a_schedule_that_is_second_elsewhere_is_first_where_it_is_called_first():
    policies = {"PA": [["PBOSS01"], ["PSCHED1"], ["PCHLOE1"]], "PB": [["PSCHED1"], ["PZOE001"]]}
    with pagerduty(schedules={"PSCHED1": WEEK}, policies=policies) as account:
        found = shifts(account, "PSCHED1")["PSCHED1"]

    assert [(shift.person, shift.level) for shift in found] == [("PANNA01", 1), ("PZOE001", 2)]


def test_a_schedule_in_several_policies_has_each_shift_once():
    policies = {"PA": [["PSCHED1"]], "PB": [["PSCHED1"]]}
    with pagerduty(schedules={"PSCHED1": WEEK}, policies=policies) as account:
        found = shifts(account, "PSCHED1")["PSCHED1"]

    assert len(found) == 1


def test_schedules_of_the_new_kind_are_answered_the_same():
    with pagerduty(schedules={"PSCHED1": WEEK}, policies={"PA": [["PSCHED1"]]}, upgraded={"PSCHED1"}) as account:
        found = shifts(account, "PSCHED1", "PNONE01")

    assert len(found["PSCHED1"]) == 1
    assert found["PNONE01"] == ()
    assert {path.partition("?")[0] for _, path, _ in account.seen} == {"/oncalls"}


def test_many_entries_come_page_by_page():
    turns = [Turn("PANNA01", NOON + n * HOUR, NOON + (n + 1) * HOUR) for n in range(250)]
    with pagerduty(schedules={"PSCHED1": turns}, policies={"PA": [["PSCHED1"]]}) as account:
        found = shifts(account, "PSCHED1", until=NOON + 20 * DAY)["PSCHED1"]

    assert len(found) == 250
    assert [one.since for one in found] == [turn.since for turn in turns]
    assert len(account.seen) == 6


def test_further_ahead_than_pagerduty_looks_nobody_asks():
    with pagerduty(schedules={"PSCHED1": WEEK}, policies={"PA": [["PSCHED1"]]}) as account:
        assert len(shifts(account, "PSCHED1", until=NOON + 400 * DAY)["PSCHED1"]) == 2


def test_no_schedules_are_no_question():
    with pagerduty() as account:
        assert shifts(account) == {}
        assert account.seen == []


# Hazard 5: the client loops for ever over an empty page that promises more


def test_an_empty_page_that_promises_more_is_the_last():
    source, asked = answering({"oncalls": [], "more": True, "limit": 0})

    assert asyncio.run(source.shifts(["PSCHED1"], NOON, NOON + DAY)) == {"PSCHED1": ()}
    assert len(asked) == 1


def test_pages_that_never_end_are_read_up_to_a_number():
    source, asked = answering({"oncalls": [entry()], "more": True})
    asyncio.run(source.shifts(["PSCHED1"], NOON, NOON + DAY))

    assert len(asked) == 2 * PAGES


@pytest.mark.parametrize(
    "bad", [None, "text", 7, [], {}, {"user": None}, {"user": {}}, {"user": {"id": None}}, entry(escalation_level=0)]
)
def test_an_entry_that_names_nobody_is_left_out_and_the_others_count(bad):
    source, _ = answering({"oncalls": [bad, entry()]})
    found = asyncio.run(source.shifts(["PSCHED1"], NOON, NOON + DAY))["PSCHED1"]

    assert [shift.person for shift in found] == ["PANNA01"]


@pytest.mark.parametrize(
    ("start", "since"),
    [
        (None, None),
        ("2026-11-20T12:00:00Z", NOON),
        ("2026-11-20T13:00:00+01:00", NOON),
        ("2026-11-20T12:00:00", NOON),
        ("soon", None),
    ],
)
def test_times_are_read_as_they_come(start, since):
    source, _ = answering({"oncalls": [entry(start=start)]})
    found = asyncio.run(source.shifts(["PSCHED1"], NOON, NOON + DAY))["PSCHED1"]

    assert found[0].since == since


@pytest.mark.parametrize("data", [{}, {"oncalls": None}, {"oncalls": {}}])
def test_an_answer_without_entries_is_no_empty_rota(data):
    source, _ = answering(data)

    with pytest.raises(OutOfReach, match="cannot be read"):
        asyncio.run(source.shifts(["PSCHED1"], NOON, NOON + DAY))


def test_an_override_takes_over_at_pagerduty():
    with pagerduty(schedules={"PSCHED1": WEEK}, policies={"PA": [["PSCHED1"]]}) as account:
        source = rotas(account)
        asyncio.run(source.cover("PSCHED1", "PCHLOE1", NOON + HOUR, NOON + 3 * HOUR))
        found = asyncio.run(source.shifts(["PSCHED1"], NOON, NOON + DAY))["PSCHED1"]
        source.close()

    assert [(one.person, one.since, one.until) for one in found] == [
        ("PANNA01", NOON - DAY, NOON + HOUR),
        ("PCHLOE1", NOON + HOUR, NOON + 3 * HOUR),
        ("PANNA01", NOON + 3 * HOUR, NOON + DAY),
    ]


def test_an_override_is_never_made_twice():
    with pagerduty(schedules={"PSCHED1": WEEK}) as account:
        account.mood = lambda *_: (500, {})
        source = rotas(account)
        with pytest.raises(OutOfReach) as told:
            asyncio.run(source.cover("PSCHED1", "PCHLOE1", NOON, NOON + HOUR))
        source.close()

    assert told.value.unsure
    assert len(account.seen) == 1


def test_a_schedule_that_takes_no_override_says_where_to_make_it():
    with pagerduty(schedules={"PSCHED1": WEEK}, upgraded={"PSCHED1"}) as account:
        source = rotas(account)
        with pytest.raises(OutOfReach, match="make it on PagerDuty's own page") as told:
            asyncio.run(source.cover("PSCHED1", "PCHLOE1", NOON, NOON + HOUR))
        source.close()

    assert told.value.wrong
    assert not told.value.unsure


def test_times_of_another_zone_are_asked_for_in_utc():
    source, asked = answering({"oncalls": []})
    paris = datetime.fromisoformat("2026-11-20T13:00:00+01:00")
    asyncio.run(source.shifts(["PSCHED1"], paris, paris.astimezone(UTC) + DAY))

    assert dict(asked[0].params.multi_items()) == {
        "schedule_ids[]": "PSCHED1",
        "since": "2026-11-20T12:00:00Z",
        "until": "2026-11-21T12:00:00Z",
        "limit": "100",
        "offset": "0",
    }
