"""It listens where it was told, and stopping loses nothing that was begun."""

import asyncio
import os
import signal
import socket
import threading
from dataclasses import replace

import pytest
from web_fakes import PATIENCE, QUICK, house, read_all, read_answer, request, sign, status

from psfbot.errors import UserError
from psfbot.web.server import serve


def wait_until_closed(port):
    """Knock until nobody is let in any more."""
    try:
        while True:
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except ConnectionError:
        return


def test_a_request_in_flight_is_answered_before_the_server_stops():
    with house(replace(QUICK, stop_seconds=PATIENCE)) as place, place.socket() as sock:
        place.inbox.gate = threading.Event()
        sock.sendall(request("/hooks/signing", b"{}", **sign(b"{}")))
        assert place.inbox.reached.wait(PATIENCE)
        place.stop()
        wait_until_closed(place.port)
        place.inbox.gate.set()

        assert read_answer(sock)[0] == 202
    assert len(place.inbox.letters) == 1


def test_a_body_that_is_not_here_when_the_server_stops_is_asked_for_again():
    slow = replace(QUICK, body_seconds=PATIENCE)
    with house(slow) as place, place.socket() as sock:
        sock.sendall(request("/hooks/signing", b"", content_length="500", expect="100-continue"))
        assert sock.recv(100).startswith(b"HTTP/1.1 100")
        place.stop()
        answer = read_all(sock)

    assert status(answer) == 503
    assert b"retry-after: 5" in answer
    assert place.inbox.letters == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_and_nothing_else(number):
    before = signal.getsignal(number)

    async def app(scope, receive, send):
        raise NotImplementedError

    async def main():
        stop = asyncio.Event()
        await serve(app, "127.0.0.1", 0, stop=stop, bound=lambda _: os.kill(os.getpid(), number))
        return stop.is_set()

    assert asyncio.run(main()) is True
    assert signal.getsignal(number) == before


def test_a_port_that_is_taken_is_named():
    with house() as place:

        async def main():
            await serve(None, "127.0.0.1", place.port, stop=asyncio.Event(), bound=lambda _: None)

        with pytest.raises(UserError, match=f"port {place.port}.*Address already in use.*PSFBOT_PORT"):
            asyncio.run(main())


def test_a_host_that_does_not_exist_is_named():
    async def main():
        await serve(None, "no-such-host.invalid", 0, stop=asyncio.Event(), bound=lambda _: None)

    with pytest.raises(UserError, match=r"no-such-host\.invalid.*PSFBOT_HOST"):
        asyncio.run(main())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "", "0.0.0.0"])  # noqa: S104 - for the time of this test
def test_it_listens_where_it_was_told(host):
    async def main():
        stop, ports = asyncio.Event(), []

        def bound(port):
            ports.append(port)
            with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE):
                stop.set()

        await serve(None, host, 0, stop=stop, bound=bound)
        return ports

    assert all(port > 0 for port in asyncio.run(main()))
