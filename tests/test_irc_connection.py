"""One link: whatever comes in is read, whatever goes out is one line, and no fault of ours or theirs closes it."""

import asyncio
import re

import pytest
from fake_ircd import fake_ircd
from hypothesis import example, given
from hypothesis import strategies as st

from psfbot.platforms.irc.connection import MOST, Ears, Features, NotConnected, Reactor, TooLong
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.reader import LONGEST, Buffer, read


class Linked:
    """A link to a fake server, and everything that it told."""

    def __init__(self, fake):
        self.fake, self.link = fake, Reactor().server()
        self.lines, self.gone, self.bugs, self.fault = [], [], [], None
        self.over = asyncio.Event()

    async def open(self):
        await self.link.open("127.0.0.1", self.fake.port, Ears(self.heard, self.lost, bug=self.bugs.append))
        return self

    def heard(self, line):
        self.lines.append(line)
        if self.fault:
            raise self.fault

    def lost(self, reason):
        self.gone.append(reason)
        self.over.set()

    async def synced(self):
        """Wait until the server has answered all that it was sent."""
        before = len(self.lines)
        self.link.send("PING synced")
        while not any(line.command == "PONG" for line in self.lines[before:]):  # noqa: ASYNC110 - a test
            await asyncio.sleep(0)


def linked(story):
    """Play a story of one link."""

    async def play():
        async with fake_ircd() as fake:
            one = Linked(fake)
            try:
                return await asyncio.wait_for(story(await one.open()), 20)
            finally:
                one.link.hang_up("the test is over")

    return asyncio.run(play())


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (":n!u@h PRIVMSG #c :hello there", Line("PRIVMSG", ("#c", "hello there"), "n", "u", "h")),
        (":irc.test 001 psfbot :Welcome", Line("001", ("psfbot", "Welcome"), host="irc.test")),
        ("PING :a b", Line("PING", ("a b",))),
        ("ping x", Line("PING", ("x",))),
        (":n!u@h QUIT", Line("QUIT", (), "n", "u", "h")),
        (":services. MODE #c +o", Line("MODE", ("#c", "+o"), host="services.")),
        (":nick MODE nick +i", Line("MODE", ("nick", "+i"), "nick")),
        (":n!u@h PRIVMSG #c :", Line("PRIVMSG", ("#c", ""), "n", "u", "h")),
        (":n!u@h  PRIVMSG   #c  hello ", Line("PRIVMSG", ("#c", "hello"), "n", "u", "h")),
        (":n!u@h PRIVMSG #c \x1ditalic\x1f", Line("PRIVMSG", ("#c", "\x1ditalic\x1f"), "n", "u", "h")),
        (
            r"@a=1\:2\s3;b;vendor/c= :n!u@h TAGMSG #c",
            Line("TAGMSG", ("#c",), "n", "u", "h", {"a": "1;2 3", "b": "", "vendor/c": ""}),
        ),
    ],
)
def test_a_line_is_taken_apart(text, line):
    assert read(text) == line


@pytest.mark.parametrize("text", ["", " ", ":", ":only.a.prefix", "@tags", "  PING"])
def test_nothing_is_made_of_nothing(text):
    assert read(text) is None


@given(st.text())
@example("@ \x00")
@example(":! \r")
def test_no_line_is_too_odd_to_be_read(text):
    line = read(text)

    assert line is None or (line.command == line.command.upper() and isinstance(line.params, tuple))


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Zoë".encode(), "Zoë"),
        (b"Zo\xeb \x80", "Zoë €"),
        (b"\x81\xeb", "\x81ë"),
    ],
)
def test_each_line_is_read_in_the_encoding_that_it_was_written_in(data, text):
    assert Buffer().feed(data + b"\r\n" + "é".encode() + b"\n") == [text, "é"]


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=("Cs",)), min_size=1)), st.data())
def test_it_does_not_matter_where_the_network_cuts(lines, data):
    stream = "".join(f"{line}\r\n" for line in lines).encode()
    buffer, found, place = Buffer(), [], 0
    while place < len(stream):
        step = data.draw(st.integers(1, 20))
        found += buffer.feed(stream[place : place + step])
        place += step

    assert found == lines


def test_a_line_without_an_end_takes_no_more_memory_than_a_long_one():
    buffer = Buffer()
    for _ in range(100):
        assert buffer.feed(b"x" * 4096) == []
        assert len(buffer.begun) <= LONGEST

    assert buffer.feed(b"xx\r\nPING :a\r\n") == ["PING :a"]


def test_a_bug_in_a_handler_is_told_and_the_next_line_is_heard():
    async def story(one):
        one.fault = ZeroDivisionError("a plugin's bug")
        one.fake.send(":n!u@h PRIVMSG #c :one", ":n!u@h PRIVMSG #c :two")
        await one.synced()
        return [line.text for line in one.lines], list(one.gone), one.bugs

    lines, gone, bugs = linked(story)

    assert lines == ["one", "two", "synced"]
    assert gone == []
    assert len(bugs) == 3


def test_a_quit_without_a_reason_and_bytes_of_any_kind_harm_nothing():
    async def story(one):
        one.fake.send(
            ":n!u@h QUIT", b":n!u@h PRIVMSG #c :Zo\xeb\r\n", "", ":irc.fake 005 psfbot PREFIX=broken TARGMAX=x :are"
        )
        await one.synced()
        return [line.text for line in one.lines], one.bugs

    assert linked(story) == (["", "Zoë", "are", "synced"], [])


def test_the_library_answers_no_ping_behind_our_back():
    async def story(one):
        one.fake.send("PING :are-you-there")
        await one.synced()
        return one.fake.lines()

    assert linked(story) == ["PING synced"]


@pytest.mark.parametrize("text", ["a\rPRIVMSG #c :b", "a\nPRIVMSG #c :b", "a\0PRIVMSG #c :b", "a\r\nQUIT"])
def test_whatever_a_title_holds_one_line_stays_one(text):
    async def story(one):
        one.link.send(f"PRIVMSG #c :{text}")
        await one.synced()
        return one.fake.lines()

    (line, _) = linked(story)

    assert line == "PRIVMSG #c :" + re.sub("[\r\n\0]", " ", text)


def test_a_line_has_512_bytes_at_most_and_tags_beside_them():
    async def story(one):
        words = "é" * 249 + "x"
        one.link.send(f"@label=1 PRIVMSG {words}")
        with pytest.raises(TooLong):
            one.link.send(f"PRIVMSG {words}xxxx")
        await one.synced()
        return [len(line.encode()) for line in one.fake.lines()[:-1]], list(one.gone)

    assert linked(story) == ([len("@label=1 ") + 507], [])


def test_nothing_can_be_sent_before_there_is_a_link_and_after():
    async def story(one):
        with pytest.raises(NotConnected):
            Reactor().server().send("NICK psfbot")
        one.fake.visit.writer.close()
        await one.over.wait()
        with pytest.raises(NotConnected, match="the server closed the connection"):
            one.link.send("NICK psfbot")
        return one.gone

    assert linked(story) == ["the server closed the connection"]


def test_a_reset_is_told_once():
    async def story(one):
        await one.synced()
        one.fake.visit.reset()
        await one.over.wait()
        return len(one.gone)

    assert linked(story) == 1


def test_an_error_is_told_once_and_the_link_is_over():
    async def story(one):
        one.fake.send("ERROR :Closing Link: \x02K-Lined\x02", ":n!u@h PRIVMSG #c :too late")
        await one.over.wait()
        return one.gone, [line.command for line in one.lines]

    assert linked(story) == (["the server said: Closing Link: K-Lined"], ["ERROR"])


def test_a_server_that_is_not_there_is_an_oserror():
    async def attempt():
        async with fake_ircd() as fake:
            port = fake.port
        with pytest.raises(OSError, match=r"."):
            await Reactor().server().open("127.0.0.1", port, Ears(lambda _: None, lambda _: None))

    asyncio.run(attempt())


def test_a_server_that_takes_nothing_is_left_before_memory_is_full():
    async def story(one):
        one.fake.visit.writer.transport.pause_reading()
        sent = 0
        while not one.link.reason and sent < 100 * MOST:
            one.link.send("PRIVMSG #c :" + "x" * 400)
            sent += 414
        with pytest.raises(NotConnected, match="takes nothing any more"):
            one.link.send("PRIVMSG #c :more")
        return one.link.writable, sent > MOST

    assert linked(story) == (False, True)


def test_what_a_server_supports_is_read_word_by_word():
    features = Features()
    features.load(
        [
            "psfbot",
            "WHOX",
            "CASEMAPPING=ascii",
            "PREFIX=bad",
            "TARGMAX=JOIN:4,PRIVMSG:",
            "NETWORK=A\\x20B",
            "BOT=B",
            "are",
        ]
    )

    assert features.has("WHOX")
    assert features.word("casemapping") == "ascii"
    assert features.word("NETWORK") == "A B"
    assert features.word("WHOX", "none") == "none"
    assert features.word("BOT") == "B"
    assert features.targmax == {"JOIN": 4, "PRIVMSG": None}
    assert features.prefix == {"@": "o", "+": "v"}

    features.load(["psfbot", "-WHOX", "are"])

    assert not features.has("WHOX")
