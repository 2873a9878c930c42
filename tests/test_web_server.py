"""The socket itself: what is too large, too slow or no HTTP costs little, and stopping loses nothing."""

import random
import re
import socket
import threading
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
from web_fakes import PATIENCE, QUICK, house, read_all, read_answer, request, sign, status

from psfbot.web.limits import Limits
from psfbot.web.server import listening

TIGHT = replace(QUICK, body=1000, bodies={}, head=2000)
CHUNKED = {"content_length": "", "transfer_encoding": "chunked"}


@pytest.fixture(scope="module")
def opened():
    with house(TIGHT) as place:
        yield place


@pytest.fixture
def door(opened):
    opened.inbox.letters.clear()
    return opened


def chunks(*parts, end=True):
    framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)
    return framed + (b"0\r\n\r\n" if end else b"")


def flood(sock, part):
    """Send the same again and again until the server has had enough, then read what it said."""
    try:
        while True:
            sock.sendall(part)
    except OSError:
        return read_all(sock)


def trickle(sock, part):
    """Send a little now and then until the server says something or hangs up."""
    sock.settimeout(0.02)
    try:
        while True:
            sock.sendall(part)
            try:
                return sock.recv(1000)
            except TimeoutError:
                continue
    except OSError:
        return b""


def test_a_body_within_the_limit_is_taken_and_one_byte_more_is_not(door):
    answers = [door.signed(b"x" * size).status_code for size in (1000, 1001)]

    assert answers == [202, 413]
    assert [len(letter.body) for letter in door.inbox.letters] == [1000]


def test_a_body_that_is_announced_too_large_is_refused_before_it_is_sent(door):
    with door.socket() as sock:
        sock.sendall(request("/hooks/signing", b"", content_length="999999", expect="100-continue"))

        assert read_answer(sock)[0] == 413
        assert sock.recv(1) == b""


def test_a_sender_who_does_not_wait_reads_why_it_was_refused(door):
    body = b"x" * 300_000
    answer = door.raw(request("/hooks/signing", body, **sign(body)))

    assert status(answer) == 413
    assert b"too large" in answer


def test_a_body_in_chunks_is_put_together(door):
    head = request("/hooks/signing", b"", **CHUNKED, **sign(b"hello world"), connection="close")
    answer = door.raw(head, chunks(b"hello ", b"world"))

    assert status(answer) == 202
    assert [letter.body for letter in door.inbox.letters] == [b"hello world"]


@pytest.mark.parametrize("part", [chunks(b"x" * 400, end=False), chunks(b"x" * 100_000, end=False)])
def test_chunks_without_end_are_refused_when_they_are_too_much(door, part):
    with door.socket() as sock:
        sock.sendall(request("/hooks/signing", b"", **CHUNKED))
        answer = flood(sock, part)

    assert status(answer) == 413


@pytest.mark.parametrize(
    "part",
    [
        b"1;" + b"x" * 5000,  # a chunk extension that never ends
        b"0\r\nX-Trailer: " + b"x" * 5000,  # a trailer that never ends
        b"0\r\n" + b"X-Trailer: x\r\n" * 500,  # trailers that never end
    ],
)
def test_what_never_becomes_a_body_is_cut_off(door, part):
    began = time.monotonic()
    with door.socket() as sock:
        sock.sendall(request("/hooks/signing", b"", **CHUNKED) + part)
        flood(sock, part[-5000:] if part.startswith((b"1;", b"0\r\nX-Trailer: xx")) else b"X-Trailer: x\r\n" * 500)

    assert time.monotonic() - began < PATIENCE
    assert door.inbox.letters == []
    assert door.signed(b"next").status_code == 202


@pytest.mark.parametrize("head", [CHUNKED, {"content_length": "500"}])
def test_a_body_that_stops_coming_is_given_up(door, head):
    with door.socket() as sock:
        sock.sendall(request("/hooks/signing", b"", **head))
        answer = read_all(sock)

    assert status(answer) == 408
    assert b"connection: close" in answer.lower()


def test_a_body_that_trickles_is_given_up_too(door):
    with door.socket() as sock:
        sock.sendall(request("/hooks/signing", b"", content_length="900"))

        assert status(trickle(sock, b"x")) == 408


@pytest.mark.parametrize("begun", [b"", b"P", b"POST /hooks/signing HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_connection_that_says_too_little_is_closed(door, begun):
    began = time.monotonic()
    door.raw(*([begun] if begun else []))

    assert time.monotonic() - began < PATIENCE


def test_headers_that_trickle_are_given_up(door):
    with door.socket() as sock:
        sock.sendall(b"POST /hooks/signing HTTP/1.1\r\n")

        assert trickle(sock, b"X-Slow: x\r\n") == b""


def test_good_traffic_passes_two_hundred_idle_sockets():
    slow = replace(QUICK, head_seconds=PATIENCE, body_seconds=PATIENCE)
    begun = [b"", b"POST /hooks/sig", request("/hooks/signing", b"", content_length="500")]
    with house(slow) as place, ExitStack() as stack:
        for number in range(200):
            stack.enter_context(place.socket()).sendall(begun[number % 3])
        began = time.monotonic()
        answers = {place.signed(str(number).encode()).status_code for number in range(20)}
        took = time.monotonic() - began

    assert answers == {202}
    assert took < 5


def test_the_longest_silent_connection_makes_room_for_a_new_one():
    few = replace(QUICK, connections=20, head_seconds=PATIENCE)
    with house(few) as place, ExitStack() as stack:
        idle = [stack.enter_context(place.socket()) for _ in range(20)]
        answer = place.signed()
        first = read_all(idle[0])
        idle[-1].sendall(request("/healthz", b"", method="GET"))

        assert answer.status_code == 202
        assert first == b""
        assert read_answer(idle[-1])[0] == 200


def test_a_client_that_does_not_read_its_answers_is_hung_up_on():
    with house(replace(QUICK, answer_seconds=0.2, pipelined=10**6)) as place, socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        sock.settimeout(PATIENCE)
        sock.connect(("127.0.0.1", place.port))

        with pytest.raises(ConnectionError):
            ask_without_end(place, sock)


def ask_without_end(place, sock):
    """Ask for one long answer after the other and read none."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        sock.sendall(request("/metrics", b"", method="GET"))
        place.get("/healthz")  # by now the server has answered


@pytest.mark.parametrize("lot", [1, 100, 5000])
def test_a_client_cannot_pile_up_requests(door, lot):
    door.inbox.gate = threading.Event()
    try:
        with door.socket() as sock:
            flood(sock, request("/hooks/signing", b"{}", **sign(b"{}")) * lot)
    finally:
        door.inbox.gate.set()
        door.inbox.gate = None

    assert door.signed(b"next").status_code == 202


def test_a_kept_connection_takes_one_webhook_after_the_other(door):
    with door.socket() as sock:
        for number in range(5):
            body = str(number).encode()
            sock.sendall(request("/hooks/signing", body, **sign(body)))
            assert read_answer(sock)[0] == 202

    assert len(door.inbox.letters) == 5


def test_pipelined_webhooks_are_answered_in_order(door):
    bodies = [b"1", b"2", b"2", b"3"]
    last = {"connection": "close"}
    requests = [request("/hooks/signing", b, **sign(b), **(last if b == b"3" else {})) for b in bodies]
    answer = door.raw(b"".join(requests))

    assert re.findall(rb'\{"(\w+)"', answer) == [b"stored", b"stored", b"duplicate", b"stored"]


def test_http_1_0_is_answered_and_closed(door):
    answer = door.raw(request("/hooks/signing", b"{}", version="1.0", host="", **sign(b"{}")))

    assert status(answer) == 202


@pytest.mark.parametrize(
    "header", [{"x_long": "x" * 3000}, {"x_long": "x" * 500_000}, {f"x_{n}": "x" * 50 for n in range(100)}]
)
def test_headers_that_are_too_long_are_refused(door, header):
    assert status(door.raw(request("/hooks/signing", b"{}", **header))) == 431


def test_an_address_that_is_too_long_is_refused(door):
    assert status(door.raw(request("/hooks/" + "x" * 3000))) == 431


def test_a_long_body_is_not_taken_for_long_headers(door):
    body = b"x" * 1000
    with door.socket() as sock:
        sock.sendall(request("/hooks/signing", body, **sign(body), x_long="x" * 1500)[:-500])
        sock.sendall(body[-500:])

        assert read_answer(sock)[0] == 202


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET\r\n\r\n",
        b"POST /hooks/signing HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /hooks/signing HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /hooks/signing HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST /hooks/signing HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /hooks/signing HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /hooks/\xff\xfe HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused(door, nonsense):
    assert status(door.raw(nonsense)) in {400, 404, 0}
    assert door.inbox.letters == []
    assert door.signed(b"next").status_code == 202


def test_an_upgrade_to_websockets_is_not_offered(door):
    upgrade = {"connection": "upgrade, close", "upgrade": "websocket", "sec_websocket_key": "x", "content_length": ""}

    assert status(door.raw(request("/healthz", b"", method="GET", **upgrade))) == 200


def test_a_sender_who_leaves_early_is_not_answered(door):
    before, deadline = door.outcome("signing", "hung up"), time.monotonic() + PATIENCE
    with door.socket() as sock:
        sock.sendall(request("/hooks/signing", b"half", content_length="500"))
    while door.outcome("signing", "hung up") == before and time.monotonic() < deadline:
        door.get("/healthz")

    assert door.outcome("signing", "hung up") == before + 1
    assert "Exception" not in door.log.getvalue()


def test_the_server_does_not_say_what_it_is(door):
    assert "server" not in door.get("/healthz").headers


def test_a_proxy_header_of_a_stranger_changes_nothing(door):
    answer = door.get("/nowhere", headers={"x-forwarded-proto": "https", "x-forwarded-for": "10.1.1.1"})

    assert answer.status_code == 404


@pytest.mark.parametrize("seed", range(8))
def test_mutilated_requests_are_answered_with_no_bug(door, seed):
    draw = random.Random(seed)  # noqa: S311 - a request that can be sent again, not a secret
    whole = request("/hooks/signing", b"{}", **sign(b"{}"), connection="close") + chunks(b"x")
    for _ in range(25):
        broken = bytearray(whole)
        for _ in range(draw.randint(1, 4)):
            place = draw.randrange(len(broken))
            broken[place : place + draw.randint(0, 3)] = draw.randbytes(draw.randint(0, 3))
        door.raw(bytes(broken), half_close=True)

    assert door.signed(b"whole").status_code == 202
    assert "Exception" not in door.log.getvalue()
    assert "failed" not in door.log.getvalue()


def test_the_socket_says_that_it_is_tcp():
    """Else asyncio leaves Nagle's algorithm on, and every answer on a kept connection takes 40 ms longer."""
    with listening("127.0.0.1", 0) as sock:
        assert sock.proto == socket.IPPROTO_TCP


def test_the_limits_in_force_are_those_that_the_senders_need():
    limits = Limits()

    assert (limits.body_of("pagerduty"), limits.body_of("github")) == (2**20, 25 * 2**20)
    assert (limits.body_seconds, limits.head_seconds) == (10, 10)
    assert limits.stop_seconds + limits.linger_seconds < 10
