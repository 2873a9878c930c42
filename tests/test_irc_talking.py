"""What the client says and hears once it is in, against a server that does what a test wants."""

import asyncio

import pytest
from irc_stage import play, staged
from proxy import proxied

from psfbot.errors import DeliveryError
from psfbot.platforms.irc.pacing import Rank


@pytest.mark.parametrize("without", [(), ("labeled-response",), ("labeled-response", "echo-message")])
def test_a_notice_is_told_with_proof_of_each_kind(without):
    async def story(fake):
        fake.caps = tuple(cap for cap in fake.caps if cap not in without)
        async with staged(fake.port) as one:
            await one.ready()
            client = one.client
            proof = await client.voice.deliver("#room", "Docs is down " * 60, client.nick.prefix, Rank.ALERT)
        said = [line.partition(" :")[2] for line in fake.lines() if " PRIVMSG #room :" in f" {line}"]
        assert "".join(said) == "Docs is down " * 60
        return proof.split()[0]

    assert play(story) == {0: "labelled", 1: "echo", 2: "pong"}[len(without)]


def test_a_notice_that_the_server_refuses_is_told_as_refused():
    async def story(fake):
        async with staged(fake.port) as one:
            await one.ready()
            fake.once("PRIVMSG", ":{server} 404 {nick} #room :Cannot send to channel")
            with pytest.raises(DeliveryError, match="the channel does not take it") as caught:
                await one.client.voice.deliver("#room", "Docs is down", one.client.nick.prefix, Rank.ALERT)
            return caught.value.final

    assert play(story) is False


def test_a_notice_without_an_answer_may_have_been_told():
    async def story(fake):
        async with staged(fake.port) as one:
            await one.ready()
            fake.deaf = True
            told = asyncio.ensure_future(
                one.client.voice.deliver("#room", "Docs is down", one.client.nick.prefix, Rank.ALERT)
            )
            await fake.wait("PRIVMSG #room :Docs is down")
            fake.visit.reset()
            with pytest.raises(ConnectionError, match="the link was lost before there was proof"):
                await told

    play(story)


def test_a_notice_that_never_left_was_surely_not_told():
    async def story(fake):
        async with staged(fake.port, interval=600.0, burst=1) as one:
            await one.ready()
            one.client.voice.patience = 0.05
            with pytest.raises(DeliveryError, match="other lines went first"):
                await one.client.voice.deliver("#room", "Docs is down", one.client.nick.prefix, Rank.ALERT)
            assert one.client.numbers()["queue_depth"] == 0.0
            told = asyncio.ensure_future(
                one.client.voice.deliver("#room", "Docs is down", one.client.nick.prefix, Rank.ALERT)
            )
            one.client.voice.patience = 60.0
            await asyncio.sleep(0)
            told.cancel()
            with pytest.raises(asyncio.CancelledError):
                await told
        assert not [line for line in fake.lines("PRIVMSG") if "Docs" in line]

    play(story)


def test_bulk_that_is_not_sent_soon_makes_way_for_what_is_urgent():
    async def story(fake):
        async with staged(fake.port, interval=600.0, burst=2) as one:
            await one.ready()
            client = one.client
            client.voice.unsent = 0.05
            with pytest.raises(DeliveryError, match="other lines went first for 0 seconds") as caught:
                await client.voice.deliver("#room", "nobody waits for this", client.nick.prefix, Rank.BULK)
            assert (caught.value.final, caught.value.wait) == (False, 0.0)
            assert client.numbers()["queue_depth"] == 0.0
            client.voice.queue.fresh()
            proof = await client.voice.deliver("#room", "now it may", client.nick.prefix, Rank.BULK)
        return proof, [line.partition(" :")[2] for line in fake.lines() if " PRIVMSG #room :" in f" {line}"]

    proof, said = play(story)

    assert proof.startswith("labelled echo")
    assert said == ["now it may"]


def test_bulk_of_which_a_part_is_said_is_said_to_its_end():
    async def story(fake):
        async with staged(fake.port, interval=0.2, burst=2) as one:
            await one.ready()
            one.client.voice.queue.fresh()
            one.client.voice.unsent = 0.05
            await one.client.voice.deliver("#room", "nobody waits " * 100, one.client.nick.prefix, Rank.BULK)
        return "".join(line.partition(" :")[2] for line in fake.lines() if " PRIVMSG #room :" in f" {line}")

    assert play(story) == "nobody waits " * 100


def test_who_asks_is_known_by_the_tag():
    async def story(fake):
        async with staged(fake.port) as one:
            await one.ready()
            fake.say("ned", "#room", "!owner docs", "account=nedbat")
            fake.say("ned", "#room", "!owner docs")
            return [(await one.asked()).account for _ in range(2)]

    assert play(story) == ["nedbat", None]


@pytest.mark.parametrize("whox", [True, False])
def test_who_asks_is_asked_of_the_server_where_lines_do_not_say_it(whox):
    async def story(fake):
        fake.caps = ("sasl=PLAIN", "message-tags")
        if not whox:
            fake.isupport = fake.isupport.replace(" WHOX", "")
        fake.always("WHO", [":{server} 354 {nick} 511 ned people.fake ned nedbat", ":{server} 315 {nick} ned :End"])
        fake.people["ned"] = "nedbat"
        async with staged(fake.port) as one:
            await one.ready()
            fake.say("ned!ned@people.fake", "#room", "psfbot: who owns docs?")
            fake.say("ned!ned@people.fake", "#room", "psfbot: who owns pypi?")
            asked = [await one.asked() for _ in range(2)]
        assert len(fake.lines("WHO") + fake.lines("WHOIS")) == 1
        return [(each.account, each.heard.text) for each in asked]

    assert play(story) == [("nedbat", "who owns docs?"), ("nedbat", "who owns pypi?")]


def test_a_server_that_does_not_say_who_asks_makes_them_nobody():
    async def story(fake):
        fake.caps = ()
        fake.always("WHO", None)
        async with staged(fake.port, faster=50.0) as one:
            await one.ready()
            fake.say("ned", "{nick}", "who owns docs?")
            return (await one.asked()).account

    assert play(story) is None


@pytest.mark.parametrize(
    "line",
    [
        ":ned!n@h PRIVMSG #room :docs is down again",
        ":ned!n@h NOTICE #room :psfbot: who owns docs?",
        ":ned!n@h NOTICE {nick} :who owns docs?",
        "@bot :other!o@h PRIVMSG #room :psfbot: who owns docs?",
        ":psfbot!p@h PRIVMSG #room :psfbot: who owns docs?",
        ":irc.fake PRIVMSG {nick} :who owns docs?",
        "@time=2020-01-01T00:00:00.000Z :ned!n@h PRIVMSG #room :psfbot: who owns docs?",
    ],
)
def test_what_is_no_question_to_us_is_not_handed_on(line):
    async def story(fake):
        async with staged(fake.port) as one:
            await one.ready()
            fake.send(line)
            fake.say("ned", "#room", "psfbot: the first that counts")
            return (await one.asked()).heard.text

    assert play(story) == "the first that counts"


def test_curiosity_is_answered_a_few_times():
    async def story(fake):
        async with staged(fake.port) as one:
            await one.ready()
            for _ in range(10):
                fake.say("ned", "{nick}", "\x01VERSION\x01")
            fake.say("ned", "{nick}", "the end")
            await one.asked()
        return fake.lines("NOTICE")

    lines = play(story)

    assert len(lines) == 3
    assert lines[0].startswith("NOTICE ned :\x01VERSION psfbot ")


def test_whoever_asks_too_much_is_told_so_once():
    async def story(fake):
        async with staged(fake.port, questions=3, question_every=60.0) as one:
            await one.ready()
            for number in range(10):
                fake.say("ned", "#room", f"psfbot: question {number}")
            fake.say("ann!a@elsewhere", "#room", "psfbot: may I?")
            asked = [(await one.asked()).heard.text for _ in range(4)]
        return asked, fake.lines("PRIVMSG")

    asked, said = play(story)

    assert asked == ["question 0", "question 1", "question 2", "may I?"]
    assert len(said) == 1
    assert said[0].startswith("PRIVMSG #room :ned: That is more than I answer")


def test_what_waits_for_a_link_that_is_being_made_is_ended_at_once():
    async def story(fake):
        async with proxied(fake.port) as proxy:
            proxy.hole()
            async with staged(proxy.port) as one:
                await one.until(lambda: proxy.accepted)

    play(story)
