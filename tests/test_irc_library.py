"""What the library does wrong, shown on the bare library and put right here; if a test fails, the library has changed.

The rest of its faults need a server: see test_irc_connection.py, test_irc_login.py, test_irc_client.py.
"""

import asyncio
import inspect
from time import monotonic

import pytest
from irc.client import MessageTooLong, ServerConnection
from irc.client_aio import AioConnection, AioReactor
from irc.features import FeatureSet

from psfbot.platforms.irc.connection import Ears, Features, NotConnected, Reactor, TooLong


class Tape:
    """A transport that keeps what was written."""

    def __init__(self):
        self.written, self.closed = b"", False

    def write(self, data):
        self.written += data

    def close(self):
        self.closed = True

    abort = close

    def is_closing(self):
        return self.closed

    def get_write_buffer_size(self):
        return 0

    def get_extra_info(self, _name):
        return None

    def set_write_buffer_limits(self, high):
        return high


def bare():
    """A connection as the library makes it."""
    connection = AioReactor(loop=asyncio.get_running_loop()).server()
    connection.buffer, connection.handlers = connection.buffer_class(), {}
    connection.transport, connection.connected = Tape(), True
    connection.server = connection.real_server_name = connection.real_nickname = "psfbot"
    return connection


def ours(heard=lambda _: None):
    """A connection of psfbot's."""
    link, told = Reactor().server(), []
    link.ears = Ears(heard, told.append, bug=told.append)
    link.buffer = link.buffer_class()
    link.made(Tape())
    return link, told


def looped(test):
    """Both kinds of connection want a loop that runs."""

    async def run():
        test()

    return lambda: asyncio.run(run())


def boom(*_):
    raise ZeroDivisionError


@looped
def test_a_fault_in_a_handler_goes_no_further():
    library = bare()
    library.add_global_handler("pubmsg", boom)
    with pytest.raises(ZeroDivisionError):
        library.process_data(b":n!u@h PRIVMSG #c :hello\r\n")

    link, told = ours(boom)
    link.process_data(b":n!u@h PRIVMSG #c :hello\r\n")

    assert [type(fault) for fault in told] == [ZeroDivisionError]
    assert not link.transport.closed


@looped
def test_a_line_in_another_encoding_is_read_and_so_are_those_behind_it():
    data = b":n!u@h PRIVMSG #c :Zo\xeb\r\n:n!u@h PRIVMSG #c :next\r\n"
    with pytest.raises(UnicodeDecodeError):
        bare().process_data(data)

    lines = []
    link, told = ours(lines.append)
    link.process_data(data)

    assert ([line.text for line in lines], told) == (["Zoë", "next"], [])


@looped
def test_a_quit_without_a_reason_is_a_quit():
    with pytest.raises(IndexError):
        bare().process_data(b":n!u@h QUIT\r\n")

    lines = []
    link, told = ours(lines.append)
    link.process_data(b":n!u@h QUIT\r\n")

    assert ([line.command for line in lines], told) == (["QUIT"], [])


@looped
def test_no_text_starts_a_second_line():
    library = bare()
    library.privmsg("#c", "a\rPRIVMSG #c :gotcha")
    assert b"\rPRIVMSG #c :gotcha" in library.transport.written

    link, _ = ours()
    link.send("PRIVMSG #c :a\rPRIVMSG #c :gotcha\0")
    link.write()

    assert link.transport.written == b"PRIVMSG #c :a PRIVMSG #c :gotcha \r\n"


@looped
def test_what_is_said_to_nobody_is_not_lost_in_silence():
    library = bare()
    library.disconnect()
    library.privmsg("#c", "lost")

    link, _ = ours()
    link.over("gone")

    with pytest.raises(NotConnected, match="gone"):
        link.send("PRIVMSG #c :lost")


@looped
def test_tags_take_no_room_from_the_words():
    text = "PRIVMSG #c :" + "x" * 490
    with pytest.raises(MessageTooLong):
        bare().send_raw(f"@label=abcdefgh {text}")

    link, _ = ours()
    link.send(f"@label=abcdefgh {text}")
    link.write()

    assert link.transport.written.endswith(b"x\r\n")

    with pytest.raises(TooLong):
        link.send(text + "x" * 9)


@looped
def test_a_ctcp_without_words_is_not_sent_as_the_name_of_a_variable():
    library = bare()
    library.ctcp("VERSION", "ned")

    assert b"{ctcptype}" in library.transport.written


@looped
def test_an_error_of_the_server_ends_the_link():
    library = bare()
    library.process_data(b"ERROR :Closing Link\r\n")
    assert not library.transport.closed

    link, _ = ours()
    link.process_data(b"ERROR :Closing Link\r\n")

    assert link.transport.closed
    assert link.reason == "the server said: Closing Link"


@looped
def test_what_a_server_says_badly_in_005_harms_nothing():
    for bad in ("PREFIX=bad", "TARGMAX=x"):
        with pytest.raises(ValueError, match="unpack"):
            FeatureSet().load(["psfbot", bad, "are supported"])
        Features().load(["psfbot", bad, "are supported"])


@looped
def test_a_word_that_stands_alone_in_005_counts():
    library, own = FeatureSet(), Features()
    for features in (library, own):
        features.load(["psfbot", "WHOX", "are supported"])

    assert not hasattr(library, "whox")
    assert own.has("WHOX")


@looped
def test_a_ping_is_answered_by_the_queue_and_not_behind_its_back():
    library = bare()
    library.process_data(b"PING :x\r\n")
    assert library.transport.written == b"PONG x\r\n"

    link, _ = ours()
    link.process_data(b"PING :x\r\n")

    assert link.transport.written == b""


@looped
def test_a_pace_does_not_stop_the_loop():
    library = bare()
    library.set_rate_limit(20)
    began = monotonic()
    for _ in range(3):
        library.privmsg("#c", "slow")
    assert monotonic() - began > 0.05


def test_what_else_is_missing_is_still_missing():
    assert "sasl_login" not in inspect.signature(AioConnection.connect).parameters
    assert "302" not in inspect.getsource(ServerConnection.connect)
    assert not hasattr(AioReactor, "scheduler")
