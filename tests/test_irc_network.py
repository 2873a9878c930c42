"""Staying on a real network (InspIRCd with Atheme): floods, holes, restarts, kicks, bans, a nick in use, STS."""

import asyncio
import contextlib
import re

import pytest
from irc_person import Person
from irc_stage import staged
from ircd import PEOPLE, inspircd
from ircd_conf import Options
from proxy import proxied

from psfbot.platforms.irc.pacing import Rank
from psfbot.platforms.irc.sasl import Credentials
from psfbot.platforms.irc.tls import Trust

pytest_plugins = "ircd"

ACCOUNT = Credentials("psfbot", "correct-horse")
MANY = 60


def play(story):
    """Run a story, which may not take for ever."""

    async def run():
        async with asyncio.timeout(120):
            return await story()

    return asyncio.run(run())


def words(line):
    """What is said in a line."""
    return line.partition(" PRIVMSG ")[2].partition(" :")[2]


async def answering(one):
    """Answer each question with its own words."""
    while True:
        asked = await one.questions.get()
        one.client.reply(asked.heard.reply_to, f"answer to {asked.heard.text}")


@contextlib.asynccontextmanager
async def crowd(ircd, channel, number):
    """An observer and some people in a channel."""
    async with contextlib.AsyncExitStack() as stack:
        new = [Person(ircd.port, ircd.nick()) for _ in range(number)]
        people = await asyncio.gather(*map(stack.enter_async_context, new))
        for person in people:
            await person.join(channel)
        yield people


def flood(ircd, interval):
    """60 questions and 60 lines of bulk at once; who saw what, and how often the bot had to connect."""

    async def story():
        channel = ircd.channel()
        async with crowd(ircd, channel, 13) as (observer, *people):
            pace = {"interval": interval, "channels": (channel,), "nick": ircd.nick("bot"), "question_every": 0.0}
            async with staged(ircd.port, **pace) as one:
                await one.ready()
                answers = asyncio.create_task(answering(one))
                voice, prefix = one.client.voice, one.client.nick.prefix
                bulk = [
                    asyncio.ensure_future(voice.deliver(channel, f"bulk {number}", prefix, Rank.BULK))
                    for number in range(MANY)
                ]
                for number in range(MANY):
                    people[number % len(people)].say(channel, f"{one.client.nick.current}: {number}")
                done = await asyncio.gather(*bulk, return_exceptions=True)
                failed = [error for error in done if isinstance(error, BaseException)]
                if not failed:
                    await observer.synced()
                answers.cancel()
                seen = [words(line) for line in observer.seen if f" PRIVMSG {channel} :" in line]
                return [said for said in seen if said.startswith(("bulk", "answer"))], one.client.connects, failed

    return play(story)


@pytest.fixture(scope="module")
def strict():
    """A server that kills whoever sends more than twenty commands at once, or twenty a second."""
    with inspircd(Options(threshold=20, rate=20.0, services=False)) as running:
        yield running


def test_at_its_pace_a_flood_of_questions_and_bulk_kills_nobody_and_loses_nothing(strict):
    """The defaults twenty times as fast; the server bears half of what Libera does."""
    seen, connects, failed = flood(strict, interval=0.1)
    last = max(place for place, said in enumerate(seen) if said.startswith("answer"))

    assert (connects, failed) == (1, [])
    assert sorted(seen) == sorted([f"bulk {n}" for n in range(MANY)] + [f"answer to {n}" for n in range(MANY)])
    assert sum(said.startswith("bulk") for said in seen[:last]) <= 10


def test_without_a_pace_the_same_flood_does(strict):
    _, connects, failed = flood(strict, interval=0.0)

    assert connects > 1 or failed


def test_a_black_hole_is_found_and_what_waited_is_said_once(ircd):
    async def story():
        channel = ircd.channel()
        async with Person(ircd.port, ircd.nick()) as ned, proxied(ircd.port) as proxy:
            await ned.join(channel)
            changes = {"channels": (channel,), "nick": ircd.nick("bot"), "quiet": 0.2, "deadline": 0.5}
            async with staged(proxy.port, interval=0.05, **changes) as one:
                await one.ready()
                proxy.hole()
                await one.until(lambda: one.client.watch.token)
                one.client.voice.muted = True  # else some of it would be said into the hole
                one.client.reply(channel, *(f"line {number}" for number in range(20)))
                await one.until(lambda: one.client.link is None)
                proxy.reset()
                proxy.resume()
                await one.ready()
                await ned.heard("line 19")
                assert "no sign of life" in one.client.trouble or one.client.connects > 1
        return [words(line) for line in ned.seen if " :line " in line]

    assert play(story) == [f"line {number}" for number in range(20)]


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


def test_a_kick_and_a_ban_are_outlived(ircd):
    async def story():
        channel, nick = ircd.channel(), ircd.nick("bot")
        async with Person(ircd.port, ircd.nick("op")) as op:
            await op.join(channel)
            op.send("OPER keeper keeper", f"SAMODE {channel} +o {op.nick}")
            await op.wait(rf" MODE {channel} \+o ")
            async with staged(ircd.port, faster=50.0, channels=(channel,), nick=nick) as one:
                await one.ready()
                op.send(f"MODE {channel} +b {nick}!*@*", f"KICK {channel} {nick} :out")
                await one.until(lambda: one.client.presence.trouble.get(channel) == "the bot is banned (+b)")
                op.send(f"MODE {channel} -b {nick}!*@*")
                await one.until(lambda: channel in one.client.presence.joined)

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
