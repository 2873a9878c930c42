"""The line to PagerDuty: whatever the client underneath or the other side does, an answer comes soon, and only once."""

import asyncio
import json
import threading
import time

import httpx2
import pytest
from pagerduty import EventsApiV2Client, RestApiV2Client
from pagerduty_account import TOKEN
from pagerduty_fake import pagerduty
from pagerduty_line import FOUND, Other, Time, ask, post, refused, rest, settings
from psfbot.plugins.pagerduty.client import TRIES, Line, seconds_of, tamed
from psfbot.plugins.pagerduty.door import LARGEST, Door, as_https
from psfbot.plugins.pagerduty.limits import Breaker, Bucket
from psfbot.plugins.pagerduty.lines import events_line, rest_line
from psfbot.plugins.pagerduty.settings import Settings

from psfbot import plugins
from psfbot.plugin import OutOfReach, UserError

# Hazard 1: the client repeats a 429 for ever, doubling its sleep, and looks at no header


def test_a_429_is_tried_again_a_few_times_and_the_client_never_sleeps():
    clock, other = Time(), Other(429)
    error = refused(rest(other, clock))

    assert str(error) == "PagerDuty asks us to slow down (429)."
    assert (len(other.asked), clock.naps) == (TRIES, [0.5, 1.0])
    assert not error.unsure


def test_a_429_that_says_for_how_long_is_heeded():
    clock, other = Time(), Other(429, 200, headers={"ratelimit-reset": "3"})

    assert ask(rest(other, clock)).fine
    assert clock.naps == [3.0]


def test_a_429_that_asks_for_more_time_than_there_is_ends_at_once():
    clock, other = Time(), Other(429, headers={"ratelimit-reset": "60"})
    refused(rest(other, clock))

    assert (len(other.asked), clock.naps) == (1, [])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), ("0", 0.0), ("", None), (None, None), ("-1", None), ("soon", None), ("inf", None), ("nan", None)],
)
def test_what_a_header_asks_for_is_read_with_care(header, seconds):
    assert seconds_of(header) == seconds


# Hazard 2: the client repeats a POST after a network error, so that something may be made twice


def test_what_must_not_happen_twice_is_not_tried_again_when_nobody_knows_whether_it_happened():
    clock, other = Time(), Other(httpx2.ReadTimeout("nothing came"))
    error = refused(rest(other, clock), post, repeat=False)

    assert len(other.asked) == 1
    assert error.unsure
    assert str(error) == "PagerDuty did not answer within 5 seconds."


@pytest.mark.parametrize("does", [httpx2.ConnectError("refused"), httpx2.ConnectTimeout("slow"), 429])
def test_what_surely_did_not_happen_is_tried_again_in_any_case(does):
    clock, other = Time(), Other(does, 200)

    assert post(rest(other, clock), repeat=False).fine
    assert len(other.asked) == 2


def test_what_may_happen_twice_is_tried_again_after_a_network_error():
    clock, other = Time(), Other(httpx2.ReadTimeout("nothing came"), httpx2.RemoteProtocolError("cut"), 200)

    assert post(rest(other, clock)).fine
    assert clock.naps == [0.5, 1.0]


# Hazard 3: 5xx are repeated for minutes by one client, and not at all by the other


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("make", [rest_line, events_line])
def test_trouble_of_their_own_is_tried_again_a_few_times_on_either_line(status, make):
    clock, other = Time(), Other(status)
    line = make(settings(), httpx2.MockTransport(other))
    line.clock, line.sleep = clock, clock.sleep
    error = refused(line, lambda one: asyncio.run(one.ask(lambda client: client.post("/v2/enqueue", json={}))))

    assert str(error) == f"PagerDuty has trouble of its own ({status})."
    assert (len(other.asked), clock.naps) == (TRIES, [0.5, 1.0])


# Hazard 4: `submit` and `event_timestamp` of the events client are broken; nothing of ours may come near them


def test_nothing_of_ours_uses_what_is_broken_in_the_client():
    with pytest.raises(AttributeError):
        _ = EventsApiV2Client("k" * 32).event_timestamp
    sources = [file.read_text("utf-8") for file in plugins.ROOT.glob("plugins/pagerduty/*.py")]

    assert not any(word in source for source in sources for word in ("submit(summary", ".event_timestamp", "iter_all("))


# Hazard 5 is of the rota: see test_pagerduty_rota. Hazard 6: the client speaks https only


def test_a_stand_in_on_this_machine_is_reached_without_tls():
    with pagerduty() as account:
        line = rest_line(settings(api_url=account.url))
        reply = ask(line)
        line.close()

        assert (reply.status, reply.data["oncalls"]) == (200, [])
        assert account.seen[0][:2] == ("GET", "/oncalls")


@pytest.mark.parametrize(
    "url",
    ["http://pagerduty.example", "http://127.0.0.1.example", "http://localhost@pagerduty.example", "http://10.0.0.1"],
)
def test_a_key_is_never_sent_in_the_clear_to_another_machine(url):
    with pytest.raises(UserError, match="but should be an address that starts with https://"):
        Settings.read({"PSFBOT_PAGERDUTY_API_URL": url})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1", "https://pagerduty.example"]
)
def test_an_address_is_taken_that_keeps_the_key_secret(url):
    found, _ = Settings.read({"PSFBOT_PAGERDUTY_API_URL": url})

    assert found.api_url == url
    assert as_https(url).startswith("https://")


@pytest.mark.parametrize(
    ("given", "rest_at", "events_at"),
    [
        ({}, "https://api.pagerduty.com", "https://events.pagerduty.com"),
        (
            {"api_url": "https://api.eu.pagerduty.com/"},
            "https://api.eu.pagerduty.com",
            "https://events.eu.pagerduty.com",
        ),
        ({"events_url": "http://127.0.0.1:9"}, "https://api.pagerduty.com", "http://127.0.0.1:9"),
    ],
)
def test_both_addresses_are_of_one_region(given, rest_at, events_at):
    found = settings(**given)

    assert (found.api_url, found.events_address) == (rest_at, events_at)
    clients = rest_line(found).make(), events_line(found).make()
    assert [client.url for client in clients] == [as_https(rest_at), as_https(events_at)]
    for client in clients:
        client.close()


# Hazard 7: it waits up to a minute, and its warnings go to stderr


def test_nothing_is_said_on_stderr(capfd):
    refused(rest(Other(500), Time()))
    refused(rest(Other(httpx2.ReadError("cut")), Time()))
    refused(rest(Other(429), Time()))

    assert capfd.readouterr() == ("", "")


def test_somebody_who_hangs_is_left_alone_in_time_and_no_threads_pile_up():
    with pagerduty(hang=threading.Event()) as account:
        line = rest_line(settings(api_url=account.url))
        line.breaker = Breaker(failures=-10_000)
        before, started = threading.active_count(), time.monotonic()

        async def many():
            return await asyncio.gather(
                *(line.ask(lambda client: client.get("/oncalls"), seconds=0.2) for _ in range(15)),
                return_exceptions=True,
            )

        found = asyncio.run(many())

        assert {str(one) for one in found} == {"PagerDuty did not answer within 0.2 seconds."}
        assert time.monotonic() - started < 5
        assert threading.active_count() - before <= 4 + 4  # ours, and the stand-in's
        account.hang.set()
        line.close()


def test_a_thousand_calls_leave_no_more_threads_than_a_few():
    other, before = Other(200), threading.active_count()
    line = rest(other)
    line.bucket = Bucket(1e9, 1e9)

    async def thousand():
        for _ in range(1000):
            await line.ask(lambda client: client.get("/oncalls"))

    asyncio.run(thousand())

    assert len(other.asked) == 1000
    assert threading.active_count() - before <= 4
    line.close()


def test_the_loop_goes_on_while_pagerduty_hangs():
    """A slash command of Slack must be answered at once, whatever PagerDuty does."""
    with pagerduty(hang=threading.Event()) as account:
        line = rest_line(settings(api_url=account.url))

        async def both():
            slow = asyncio.ensure_future(line.ask(lambda client: client.get("/oncalls"), seconds=0.6))
            worst = 0.0
            while not slow.done():
                began = time.monotonic()
                await asyncio.sleep(0)
                worst = max(worst, time.monotonic() - began)
            return worst, slow.exception()

        worst, error = asyncio.run(both())

        assert isinstance(error, OutOfReach)
        assert worst < 0.25
        account.hang.set()
        line.close()


# What comes back


def test_an_answer_without_end_is_broken_off():
    error = refused(rest(Other(200, body=b"x" * (LARGEST + 1)), Time()))

    assert str(error) == "PagerDuty cannot be reached (ReadError)."


def test_an_answer_that_drips_is_broken_off():
    clock = Time()

    class Drip(httpx2.SyncByteStream):
        def __iter__(self):
            while True:
                clock.now += 1
                yield b" "

    def answer(request):
        return httpx2.Response(200, stream=Drip())

    door = Door(httpx2.MockTransport(answer), 5.0, clock=clock)
    line = Line(lambda: RestApiV2Client("t", transport=door), "KEY", clock=lambda: 0.0)

    assert "did not answer within 0.5 seconds" in str(refused(line, seconds=0.5))


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"\xff", b'"text"', b"[" * 100_000])
def test_an_answer_that_is_no_json_object_is_told_so(body):
    assert str(refused(rest(Other(200, body=body), Time()))).startswith("PagerDuty's answer cannot be read")


def test_an_answer_that_refuses_is_handed_on_with_its_reason():
    body = json.dumps({"error": {"code": 2001, "message": "Invalid Input Provided", "errors": ["Schedule is bad"]}})
    reply = ask(rest(Other(400, body=body.encode())))

    assert (reply.fine, reply.code, reply.words) == (False, 2001, "Invalid Input Provided, Schedule is bad")


@pytest.mark.parametrize("body", [b"", b"no json", b'{"error": "words"}', b'{"error": {"code": "x"}}'])
def test_a_refusal_without_a_reason_is_one_too(body):
    reply = ask(rest(Other(404, body=body)))

    assert (reply.fine, reply.code, reply.words) == (False, 0, "no reason given")


def test_a_key_that_is_not_taken_is_told_once_and_not_shown():
    other = Other(401)
    error = refused(rest(other, Time()))

    assert len(other.asked) == 1
    assert error.wrong
    assert "PSFBOT_PAGERDUTY_TOKEN" in str(error)
    assert TOKEN[-4:] not in str(error)


def test_a_redirect_is_not_followed():
    error = refused(rest(Other(302, headers={"location": "https://elsewhere.example"}), Time()))

    assert str(error) == "PagerDuty sent us elsewhere (302): check the address in the settings."


def test_the_client_is_tamed_once_and_for_all():
    client = tamed(RestApiV2Client("t", transport=httpx2.MockTransport(Other(429))))

    assert client.get("/oncalls").status_code == 429
    assert client.max_network_attempts == 0


@pytest.mark.parametrize(
    ("given", "rota", "pager"),
    [
        ({}, False, False),
        ({"token": "t"}, True, True),
        ({"events_key": "k"}, False, True),
        ({"token": "t", "events_key": "k"}, True, True),
    ],
)
def test_the_plugin_offers_what_it_has_keys_for(given, rota, pager):
    found = Settings.model_validate(given)
    made = FOUND.makes_rota(found), FOUND.makes_pager(found)

    assert [one is not None for one in made] == [rota, pager]
    for one in filter(None, made):
        one.close()
