"""Staying on InspIRCd with Atheme: restarts, services that are away, a nick in use, STS, long lines."""

import asyncio
import re

import pytest
from irc_person import Person
from irc_stage import staged
from ircd import PEOPLE, inspircd
from ircd_conf import Options

from psfbot.platforms.irc.pacing import Rank
from psfbot.platforms.irc.sasl import Credentials
from psfbot.platforms.irc.tls import Trust

pytest_plugins = "ircd"

ACCOUNT = Credentials("psfbot", "correct-horse")


def play(story):
    """Run a story, which may not take for ever."""

    async def run():
        async with asyncio.timeout(120):
            return await story()

    return asyncio.run(run())


def words(line):
    """What is said in a line."""
    return line.partition(" PRIVMSG ")[2].partition(" :")[2]


def test_without_a_pace_a_flood_of_answers_gets_us_thrown_out():
    async def story():
        with inspircd(Options(threshold=20, rate=20.0, services=False)) as strict:
            async with staged(strict.port, interval=0.0) as one:
                await one.ready()
                one.client.reply("#room", *(f"line {number}" for number in range(60)))
                await one.until(lambda: one.client.connects > 1)
                one.client.voice.queue.clear()

    play(story)


def test_a_server_that_starts_anew_has_us_back():
    async def story():
        with inspircd(Options(accounts=PEOPLE)) as own:
            trust = Trust(ca=own.certificate.pem)
            async with staged(own.tls_port, host="localhost", tls=True, trust=trust, credentials=ACCOUNT) as one:
                await one.ready()
                await asyncio.to_thread(own.restart)
                await one.until(lambda: one.client.connects > 1)
                await one.ready()
                assert one.client.login.account == "psfbot"
                assert one.client.presence.joined == {"#room"}

    play(story)


def test_while_services_are_away_there_is_no_session():
    async def story():
        with inspircd(Options(accounts=PEOPLE)) as own:
            await asyncio.to_thread(own.stop_services)
            trust = Trust(ca=own.certificate.pem)
            async with staged(own.tls_port, host="localhost", tls=True, trust=trust, credentials=ACCOUNT) as one:
                await one.until(lambda: "offers no SASL just now" in one.client.status or "(904)" in one.client.status)
                async with Person(own.port, "ned") as ned:
                    ned.send("WHOIS psfbot")
                    await ned.wait(" 401 .*psfbot")
                await asyncio.to_thread(own.start_services)
                await one.ready()

    play(story)


def test_a_nick_that_somebody_else_has_is_got_back_by_the_services(ircd):
    async def story():
        async with Person(ircd.port, "psfbot"):
            trust = Trust(ca=ircd.certificate.pem)
            login = {"tls": True, "trust": trust, "credentials": ACCOUNT, "channels": (ircd.channel(),)}
            async with staged(ircd.tls_port, host="localhost", faster=20.0, **login) as one:
                await one.ready()
                await one.until(lambda: one.client.nick.current == "psfbot")

    play(story)


def test_a_server_with_a_policy_is_spoken_to_with_tls(tmp_path):
    async def story():
        with inspircd(Options(services=False, sts=600)) as own:
            trust = Trust(ca=own.certificate.pem)
            for _ in range(2):
                async with staged(own.port, host="localhost", trust=trust, folder=tmp_path) as one:
                    await one.ready()
                    assert one.client.link.secure

    play(story)


@pytest.mark.parametrize(
    "text",
    ["Zoë said 漢字かな交じり文 " * 40, "a" * 600, "👩‍👩‍👧‍👦" * 60, "x\rPRIVMSG #room :gotcha\nQUIT\0", "é" * 700],
    ids=["words", "one word", "families", "orders", "accents"],
)
def test_long_lines_arrive_whole_and_no_line_is_too_long(ircd, text):
    async def story():
        channel = ircd.channel()
        async with Person(ircd.port, ircd.nick()) as ned:
            await ned.join(channel)
            async with staged(ircd.port, channels=(channel,), nick=ircd.nick("bot")) as one:
                await one.ready()
                await one.client.voice.deliver(channel, text, one.client.nick.prefix, Rank.ALERT)
                await ned.synced()
            said = [line for line in ned.seen if f" PRIVMSG {channel} :" in line]
            assert max(len(line.encode()) for line in said) <= 510
            return "".join(map(words, said))

    assert play(story) == re.sub("[\r\n\0]", " ", text)
