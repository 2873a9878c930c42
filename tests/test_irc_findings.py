"""What the library `irc` does not do by itself: each fault is a story that the bare library fails and psfbot passes."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import irc.bot
import irc.client
import pytest
import test_irc_findings_login
from fake_ircd import fake_ircd
from irc_bots import LOGIN_AS, ROOM, Bare, Bot, Framework, Ours, until
from irc_faults import Faults, call, come_in, hears, play, refuses
from irc_person import Person, said
from ircd import ngircd
from ircd_process import free_ports
from proxy import proxied

from psfbot.platforms.irc.client import Client

fault = Faults()


@fault(1, TypeError)
async def it_logs_in_over_asyncio(fake, bot):
    fake.passwords = dict([LOGIN_AS])
    await come_in(fake, bot, login=LOGIN_AS)

    assert fake.visit.sasl.account == "psfbot"


@fault(2, AttributeError)
async def it_keeps_a_quiet_link_alive(fake, bot):
    await come_in(fake, bot)
    if isinstance(bot, Bare):
        bot.connection.set_keepalive(0.1)

    assert await fake.wait("^PING ", bot.patience)


@fault(3, AttributeError)
async def it_comes_back_after_a_reset(fake, bot):
    await come_in(fake, bot)
    fake.visit.reset()
    if isinstance(bot, Bare):
        await until(lambda: not bot.up)
        await bot.connection.reconnect()
    await fake.wait(f"^JOIN :?{ROOM}$", bot.patience)

    assert len(fake.visits) == 2


@fault(4, AssertionError)
async def it_does_not_lose_lines_in_silence(fake, bot):
    await come_in(fake, bot)
    bot.raw("PRIVMSG #room :one")
    await fake.wait("one")
    fake.refuses = True
    fake.visit.reset()
    await until(lambda: not bot.up)

    assert refuses(bot, "PRIVMSG #room :two")


@fault(5, AssertionError)
async def it_survives_a_bug_in_a_handler(fake, bot):
    await come_in(fake, bot)
    call(fake, "boom")
    call(fake, "hello")

    assert await hears(bot, "hello")
    assert len(fake.visits) == 1


@fault(6, AssertionError)
async def it_survives_a_line_in_another_encoding(fake, bot):
    await come_in(fake, bot)
    fake.send(b":bob!b@h PRIVMSG #room :caf\xe9\r\n")
    call(fake, "hello")

    assert await hears(bot, "hello")


@fault(7, AssertionError)
async def it_survives_a_goodbye_without_a_reason(fake, bot):
    await come_in(fake, bot)
    fake.send(":bob!b@h QUIT")
    call(fake, "hello")

    assert await hears(bot, "hello")


@fault(8, AssertionError)
async def it_never_sends_two_lines_for_one(fake, bot):
    await come_in(fake, bot)
    bot.say(ROOM, "a\rPRIVMSG #room :b\0c")
    line = (await fake.wait("^PRIVMSG")).line

    assert not set("\r\n\0") & set(line)


@fault(9, AssertionError)
async def it_cuts_what_would_be_too_long_for_others(fake, bot):
    await come_in(fake, bot)
    words = " ".join(f"word{number}" for number in range(70))
    bot.say(ROOM, words)
    await fake.wait("word69")
    lines = fake.lines("PRIVMSG")

    assert "".join(line.partition(" :")[2] for line in lines).replace(" ", "") == words.replace(" ", "")
    assert all(len(f":{fake.visit.prefix} {line}\r\n") <= 512 for line in lines)


@fault(9, irc.client.MessageTooLong)
async def it_can_say_what_is_too_long_for_one_line(fake, bot):
    await come_in(fake, bot)
    bot.say(ROOM, "word " * 150 + "end")

    assert await fake.wait("end", bot.patience)


@fault(10, AssertionError)
async def it_answers_a_ping_between_paced_lines(fake, bot):
    await come_in(fake, bot, pace=0.2)
    fake.send("PING :between")
    for number in range(3):
        bot.say(ROOM, f"line {number}")
    await fake.wait("line 2")

    assert [line for line in fake.lines() if line.startswith(("PONG", "PRIVMSG"))][-1].endswith("line 2")


@fault(11, TimeoutError)
async def it_leaves_a_server_that_gives_no_sign_of_life(fake, bot):
    await come_in(fake, bot)
    fake.deaf = True
    if isinstance(bot, Bare):
        bot.patience = 1.5  # longer than psfbot's deadline here

    await until(lambda: not bot.up, bot.patience)


@fault(16, AssertionError)
async def it_speaks_ctcp(fake, bot):
    await come_in(fake, bot)
    if isinstance(bot, Bare):
        bot.connection.ctcp("VERSION", "alice")
    else:
        fake.say("alice", "psfbot", "\x01VERSION\x01")

    assert "\x01VERSION" in (await fake.wait("^(PRIVMSG|NOTICE) alice")).line


@fault(17, AssertionError)
async def it_shares_its_waits_with_no_other_bot(fake, bot):
    await come_in(fake, bot)
    if isinstance(bot, Bare):
        one, other = (irc.bot.SingleServerIRCBot([("irc.test", 6667)], "x", "x").recon for _ in "12")
    else:
        one, other = (Client(bot.plan, bot.asked).backoff for _ in "12")

    assert one is not other


@fault(18, AssertionError, bare=Framework)
async def it_survives_news_of_a_room_that_it_is_not_in(fake, bot):
    await come_in(fake, bot)
    fake.send(":{server} 353 {nick} = #other :@+alice", ":alice!a@h MODE #other +o bob", ":alice!a@h JOIN #other")
    call(fake, "hello")

    assert await hears(bot, "hello")


@fault(19, TimeoutError)
async def it_tries_the_next_address_of_a_host(fake, bot):
    loop = asyncio.get_running_loop()
    kind = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")

    async def addresses(*_: object, **__: object) -> list[object]:
        return [(*kind, (address, fake.port)) for address in ("127.0.0.2", "127.0.0.1")]

    with silent(("127.0.0.2", fake.port)):
        loop.getaddrinfo = addresses
        await asyncio.wait_for(bot.start(fake.port, host="two.test"), bot.patience)
        await fake.wait(f"^JOIN :?{ROOM}$")


@contextmanager
def silent(address: tuple[str, int]) -> Iterator[None]:
    """An address that takes no connection and refuses none, as behind a firewall: its queue is full."""
    with socket.create_server(address, backlog=0), ExitStack() as waiting:
        for _ in range(3):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(address)
        yield


@fault(20, ConnectionRefusedError)
async def it_outlives_a_server_that_is_not_there(fake, bot):
    (port,) = free_ports(1)
    await bot.start(port)
    await until(lambda: "refused" in bot.client.status or "Connect" in bot.client.status)
    async with fake_ircd(port=port) as late:
        await late.wait(f"^JOIN :?{ROOM}$", bot.patience)


@fault(21, TimeoutError)
async def it_leaves_when_the_server_says_error(fake, bot):
    await come_in(fake, bot)
    fake.send("ERROR :Closing Link: go away")

    await asyncio.wait_for(fake.visits[0].ended.wait(), bot.patience)


@fault(22, AssertionError)
async def it_holds_only_so_much_for_a_server_that_reads_nothing(fake, bot):
    async with proxied(fake.port) as proxy:
        await bot.start(proxy.port)
        await fake.wait(f"^JOIN :?{ROOM}$")
        proxy.hole(proxy.up)
        line = f"PRIVMSG {ROOM} :{'x' * 400}"
        for _ in range(60_000):
            await asyncio.sleep(0)
            if refuses(bot, line):
                break
        transport = bot.connection.transport if isinstance(bot, Bare) else bot.link.transport

        assert transport.get_write_buffer_size() < 2**21


@fault(23, AssertionError)
async def it_asks_for_what_the_server_can_tell(fake, bot):
    await come_in(fake, bot)

    assert fake.visit.caps >= {"account-tag", "echo-message", "labeled-response", "server-time", "cap-notify"}


@fault(25, AssertionError)
async def it_knows_a_room_by_what_the_server_says_rooms_are(fake, bot):
    await come_in(fake, bot)
    call(fake, "hello", f"@{ROOM}")
    await until(lambda: bot.heard)

    assert bot.heard == [(ROOM, "hello")]


@pytest.mark.parametrize("one", fault, ids=str)
def test_psfbot_is_free_of_a_fault_of_the_library(one):
    asyncio.run(play(one, Ours()))


@pytest.mark.parametrize("one", fault, ids=str)
def test_the_bare_library_has_the_fault(one):
    with pytest.raises(one.ends):
        asyncio.run(play(one, one.bare()))


def test_no_fault_is_without_a_story():
    assert {one.number for one in [*fault, *test_irc_findings_login.fault]} == {
        *range(1, 24),
        25,
    }  # 24 is what is good, 26 how to call it


async def said_on_ngircd(bot: Bot, text: str) -> list[str]:
    """What somebody in the room hears on a real server when the bot says this."""
    with ngircd() as port:
        async with Person(port, "watcher") as watcher:
            await watcher.join(ROOM)
            await bot.start(port)
            try:
                await watcher.wait(f":psfbot!.* JOIN :?{ROOM}")
                await until(lambda: bot.up)
                bot.say(ROOM, text)
                bot.say(ROOM, "the end")
                await watcher.heard("the end", by="psfbot")
            finally:
                await bot.stop()
            return [said(line) for line in watcher.seen if " PRIVMSG " in line][:-1]


@pytest.mark.parametrize(("bot", "lines"), [(Ours, ["a PRIVMSG #room :b"]), (Bare, ["a", "b"])])
def test_an_alert_with_a_line_end_is_one_line_for_a_real_server(bot, lines):
    assert asyncio.run(said_on_ngircd(bot(), "a\rPRIVMSG #room :b")) == lines


@pytest.mark.parametrize(("bot", "whole"), [(Ours, True), (Bare, False)])
def test_a_long_alert_arrives_whole_from_a_real_server(bot, whole):
    text = " ".join(f"word{number}" for number in range(70))

    assert (" ".join(asyncio.run(said_on_ngircd(bot(), text))) == text) is whole
