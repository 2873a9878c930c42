"""IRC as the rest of the bot sees it: notices go out with proof, and the desk answers questions."""

import asyncio

import pytest
from conftest import NOON
from fake_ircd import fake_ircd
from irc_stage import QUICK
from irc_told import CHANGES, Told, connected, play
from stage import sample

from psfbot.app import App, start
from psfbot.app.platforms import Chat, platforms, rooms, speak, state
from psfbot.errors import DeliveryError, UserError
from psfbot.platforms.irc.hearing import Heard
from psfbot.platforms.irc.listening import Asked
from psfbot.platforms.irc.plan import plan
from psfbot.platforms.irc.platform import AT_ONCE, Irc
from psfbot.relay.notice import PERHAPS, Delivery, Notice, Parcel, Priority, Room
from psfbot.relay.ports import Platform
from psfbot.settings import Settings


def parcel(text="docs.python.org is down · !ack 1", room="#room", **more):
    values = {"incident": 1, "version": 1, "room": Room(platform="irc", name=room), "kind": "opened", "text": text}
    notice = Notice(**values, **{name: more.pop(name) for name in ("priority", "quiet") if name in more})
    state = {"id": 1, "state": Delivery.SENDING, "attempts": 1, "created_at": NOON, "not_before": NOON}
    return Parcel(notice=notice, **(state | more))


def test_it_is_a_platform_and_a_chat():
    irc = Irc(QUICK, sample)
    platform: Platform = irc

    assert isinstance(irc, Chat)
    assert (platform.name, platform.ready, state(irc)) == ("irc", False, "not connected yet")


def test_a_notice_is_one_line_and_comes_back_with_proof():
    async def story(told):
        proof = await told.irc.send(parcel())
        return proof, [line for line in told.fake.lines() if "PRIVMSG" in line]

    proof, lines = play(story)

    assert proof.startswith("labelled echo")
    assert [line.partition(" ")[2] for line in lines] == ["PRIVMSG #room :docs.python.org is down · !ack 1"]


def test_a_notice_that_may_have_been_told_before_is_marked():
    async def story(told):
        await told.irc.send(parcel(error=f"{PERHAPS}; no answer"))
        return [line for line in told.fake.lines() if "PRIVMSG" in line]

    assert play(story)[0].endswith("!ack 1 (repeat?)")


def test_a_notice_of_foreign_words_is_plain_text():
    async def story(told):
        await told.irc.send(parcel("\x0304red\x03 \x02bold\x02\rPRIVMSG #room :gotcha"))
        return [line.partition(" :")[2] for line in told.fake.lines() if "PRIVMSG" in line]

    assert play(story) == ["red bold PRIVMSG #room :gotcha · !ack 1"]


def test_a_channel_that_nobody_asked_for_is_a_dead_letter_with_the_way_out():
    async def story(told):
        with pytest.raises(DeliveryError, match=r"psfbot is not in #elsewhere: .*PSFBOT_IRC_CHANNELS") as caught:
            await told.irc.send(parcel(room="#elsewhere"))
        return caught.value.final

    assert play(story) is True


def test_a_channel_that_keeps_us_out_is_told_with_the_reason_and_mends():
    async def story(told):
        told.fake.send(":op!o@h KICK #room {nick} :out")
        await told.until(lambda: told.irc.client.presence.trouble)
        assert state(told.irc) == "ok, but not in #room: kicked by op: out"
        with pytest.raises(DeliveryError, match=r"psfbot is not in #room: kicked by op: out") as caught:
            await told.irc.send(parcel())
        assert "#room: kicked by op: out" in told.irc.status
        return caught.value.final, caught.value.wait

    assert play(story) == (False, 5.0)


def test_what_nobody_waits_for_goes_last():
    async def story(told):
        order = [Priority.BULK, Priority.URGENT]
        sent = [asyncio.ensure_future(told.irc.send(parcel(f"{one.name}", priority=one))) for one in order]
        told.irc.client.reply("#room", "an answer")
        await asyncio.gather(*sent)
        return [line.partition(" :")[2] for line in told.fake.lines() if "PRIVMSG" in line]

    assert set(play(story)) == {"an answer", "URGENT · !ack 1", "BULK · !ack 1"}


def test_nobody_can_tell_whether_a_lost_notice_was_seen():
    assert asyncio.run(Irc(QUICK, sample).find(parcel())) is None


def test_the_rooms_of_the_catalog_that_hear_alerts_are_joined_too():
    irc = Irc(QUICK, lambda: sample(**CHANGES))

    assert irc.channels() == ("#room", "#python-infra")


def test_a_room_that_the_catalog_names_later_is_joined_for_its_first_alert():
    async def story(told):
        told.book = sample(rooms={"ops": {"irc": "#psf-ops", "public": True, "alerts": "all"}})
        with pytest.raises(DeliveryError, match="not joined yet"):
            await told.irc.send(parcel(room="#psf-ops"))
        await told.until(lambda: told.irc.client.presence.inside("#psf-ops"))
        return await told.irc.send(parcel(room="#psf-ops"))

    assert play(story).startswith("labelled echo")


def test_in_a_channel_the_first_line_says_whom_it_is_for():
    async def story(told):
        public = await told.asked("ned", "#room", "psfbot: who owns docs.python.org?")
        private = await told.asked("ned", "psfbot", "who owns docs.python.org?")
        return public[0], private[0]

    public, private = play(story)

    assert public.startswith("PRIVMSG #room :ned: docs.python.org: ask ")
    assert private.startswith("PRIVMSG ned :docs.python.org: ask ")


def test_a_long_answer_comes_in_pages():
    async def story(told):
        await told.asked("ned", "#room", "psfbot: help")
        await told.until(lambda: "say `more`" in told.fake.lines("PRIVMSG")[-1])
        first = len(told.fake.lines("PRIVMSG"))
        more = await told.asked("ned", "#room", "psfbot: more")
        return first, more

    first, more = play(story)

    assert first <= 8
    assert more[0].startswith("PRIVMSG #room :ned: ")


@pytest.mark.parametrize(
    ("target", "tags", "speaker", "room", "public"),
    [
        ("#room", "account=JACOB", ("ned", "JACOB", "coffee"), "#room", True),
        ("#psf-ops", "account=julien", ("ned", "julien", "mdk"), "#psf-ops", False),
        ("#talk", "account=nobody", ("ned", "nobody", None), "#talk", True),
        ("{nick}", "", ("ned", None, None), None, False),
        ("@#room", "", ("ned", None, None), "#room", True),
    ],
)
def test_who_asks_and_where_is_what_network_and_catalog_say(target, tags, speaker, room, public):
    async def story(told):
        await told.asked("ned", target, "!whoami", tags=tags)
        return told.messages[0]

    message = play(story)

    assert (message.speaker.name, message.speaker.account, message.speaker.person) == speaker
    assert (message.platform, message.room, message.public, message.page) == ("irc", room, public, 4)
    assert not message.speaker.operator


def test_a_nick_is_no_proof_of_who_somebody_is():
    async def story(told):
        await told.asked("Jacob", "#room", "!whoami")
        return told.messages[0].speaker.person

    assert play(story) is None


@pytest.mark.parametrize("call", ["!seen alice", "!karma", "!frobnicate the thing"])
def test_a_call_for_another_bot_is_left_to_it(call):
    async def story(told):
        told.fake.say("ned", "#room", call)
        return await told.asked("ned", "#room", "!owner docs.python.org")

    assert play(story)[0].startswith("PRIVMSG #room :ned: docs.python.org: ask")


@pytest.mark.parametrize("call", ["!owner dosc.python.org", "psfbot: frobnicate the thing"])
def test_what_was_meant_for_us_and_not_understood_is_answered(call):
    async def story(told):
        return await told.asked("ned", "#room", call)

    assert play(story)[0].startswith("PRIVMSG #room :ned: I ")


def test_one_persons_questions_are_answered_in_their_order_and_nobody_waits_for_others():
    async def story(told):
        gate = asyncio.Event()
        answer = told.desk.answer

        async def slow(message):
            if message.speaker.name == "ned" and not gate.is_set():
                await gate.wait()
            return await answer(message)

        told.desk.answer, told.desk.at_once = slow, lambda _: None
        told.fake.say("ned", "#room", "!owner docs.python.org")
        told.fake.say("ned", "#room", "!owner pypi")
        (first, *_) = await told.asked("ann", "#room", "!owner docs.python.org")
        gate.set()
        await told.until(lambda: sum(":ned: " in line for line in told.fake.lines("PRIVMSG")) == 2)
        return [first, *(line for line in told.fake.lines("PRIVMSG") if ":ned: " in line)]

    ann, docs, pypi = play(story)

    assert ":ann: docs.python.org" in ann
    assert ":ned: docs.python.org" in docs
    assert "pypi" in pypi.lower()


def test_what_needs_nothing_but_the_catalog_is_answered_as_it_is_read_but_not_without_end():
    async def story(told):
        told.fake.say("ned", "#room", "!owner docs.python.org")
        await told.until(lambda: told.fake.lines("PRIVMSG"))
        heard = told.irc.client.listener
        asked = [Asked(Heard("owner docs.python.org", f"p{n}", "#room", "#room"), None) for n in range(AT_ONCE + 5)]
        for one in asked:
            heard.ask(one)
        at_once, later = len(told.messages) - 1, len(told.irc.talks)
        await told.until(lambda: len(told.messages) == 1 + len(asked))
        told.irc.client.link.process_data(b"PING :another read\r\n")
        heard.ask(asked[0])
        return at_once, later, len(told.messages) - 1 - len(asked)

    assert play(story) == (AT_ONCE, 5, 1)


def test_a_bug_in_an_answer_is_told_and_the_link_lives():
    async def run():
        async with asyncio.timeout(60), fake_ircd() as fake:
            told = Told(fake)
            answer = told.desk.answer

            async def broken(message, *known):
                if "boom" in message.text:
                    raise ZeroDivisionError
                return await answer(message, *known)

            told.desk.answer = broken
            async with connected(told):
                fake.say("ned", "#room", "!boom")
                await told.until(lambda: told.bugs)
                await told.asked("ned", "#room", "!owner docs.python.org")
                assert told.irc.client.connects == 1
                assert [type(bug) for bug in told.bugs] == [ZeroDivisionError]
                told.bugs.clear()

    asyncio.run(run())


def settings(**given):
    return Settings.read({f"PSFBOT_IRC_{name}": str(value) for name, value in given.items()})[0]


def test_irc_is_on_when_its_host_is_set():
    app = start({"PSFBOT_IRC_HOST": "irc.example.org", "PSFBOT_IRC_CHANNELS": "#a,#b"})

    assert list(platforms(app)) == ["irc"]
    assert rooms(app) == {"irc": "#a"}
    assert rooms(start({"PSFBOT_IRC_HOST": "irc.example.org"})) == {"irc": ""}


def test_irc_is_off_otherwise():
    app = App(Settings())

    assert (platforms(app), rooms(app)) == ({}, {})


def test_the_settings_become_a_plan():
    made = plan(settings(HOST="irc.example.org", NICK="bot", CHANNELS="#a", ACCOUNT="bot", PASSWORD="x", INTERVAL=0))  # noqa: S106

    assert (made.host, made.port, made.tls, made.nick, made.channels) == ("irc.example.org", 6697, True, "bot", ("#a",))
    assert (made.credentials.account, made.credentials.password, made.interval) == ("bot", "x", 0.0)
    assert not made.loopback
    assert plan(settings(HOST="127.0.0.1")).loopback
    assert plan(settings(HOST="localhost")).loopback


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"SASL_MECHANISMS": "PLANE"}, "PSFBOT_IRC_SASL_MECHANISMS names PLANE, which I do not know. I know EXTERNAL"),
        ({"ACCOUNT": "bot"}, "PSFBOT_IRC_ACCOUNT is set to bot, but nothing to log in to it with. Set PSFBOT_IRC_PASS"),
        ({"NICK": "two words"}, "PSFBOT_IRC_NICK is 'two words', which no network takes"),
        ({"CHANNELS": "#a b"}, "PSFBOT_IRC_CHANNELS is '#a b', which no network takes"),
        ({"TLS_CA": "/nowhere/ca.pem"}, "PSFBOT_IRC_TLS_CA names /nowhere/ca.pem, which I cannot use: No such file"),
    ],
)
def test_what_could_never_work_is_refused_at_the_start(given, why):
    with pytest.raises(UserError, match=why):
        plan(settings(HOST="irc.example.org", **given))


class Actor:
    """A chat platform that only tells whether it runs."""

    def __init__(self, fails=0):
        self.runs, self.fails = [], fails
        self.name, self.ready, self.status = "stage", False, "off"

    async def run(self, _desk, stop):
        self.runs.append("on")
        if len(self.runs) <= self.fails:
            raise ZeroDivisionError
        await stop.wait()
        self.runs.append("off")

    def numbers(self):
        return {}

    async def send(self, _parcel):
        return ""

    async def find(self, _parcel):
        return None


def test_only_the_leader_is_on_the_network():
    async def story():
        actor, stop, leads, bugs = Actor(), asyncio.Event(), False, []
        task = asyncio.create_task(speak(actor, None, lambda: leads, stop, bugs.append))
        await asyncio.sleep(0)
        assert actor.runs == []
        for leads, runs in ((True, ["on"]), (False, ["on", "off"]), (True, ["on", "off", "on"])):  # noqa: B007
            async with asyncio.timeout(20):
                while actor.runs != runs:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
        stop.set()
        await task
        return actor.runs, bugs

    assert asyncio.run(story()) == (["on", "off", "on", "off"], [])


def test_a_platform_that_fails_is_begun_anew():
    async def story():
        actor, stop, bugs = Actor(fails=1), asyncio.Event(), []
        task = asyncio.create_task(speak(actor, None, lambda: True, stop, bugs.append))
        async with asyncio.timeout(20):
            while len(actor.runs) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        stop.set()
        await task
        return [type(bug) for bug in bugs]

    assert asyncio.run(story()) == [ZeroDivisionError]
