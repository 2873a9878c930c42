"""The client that stays, against a server that does what a test wants."""

import pytest
from certificates import Certificate
from irc_stage import play, staged
from proxy import proxied

from psfbot.platforms.irc.sasl import Credentials
from psfbot.platforms.irc.tls import Trust

ACCOUNT = Credentials("psfbot", "correct-horse")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate.make(tmp_path_factory.mktemp("tls"), "server")


def test_it_registers_logs_in_joins_and_says_goodbye():
    async def story(fake):
        async with staged(fake.port, credentials=ACCOUNT) as one:
            await one.ready()
            assert one.client.numbers() == {
                "connected": 1.0, "channels": 1.0, "queue_depth": 0.0, "lag_seconds": 0.0, "flood_waits_total": 0.0,
                "reconnects_total": 0.0,
            }  # fmt: skip
        assert one.client.status == "stopped"
        return fake.lines()

    lines = play(story)

    assert lines[:3] == ["CAP LS 302", "NICK psfbot", "USER psfbot 0 * :psfbot of a test"]
    assert lines.index("CAP END") < lines.index("JOIN #room")
    assert lines[-1] == "QUIT :stopped by its operator; back soon"


def test_a_wrong_password_is_told_and_tried_again_but_nobody_is_spoken_to():
    async def story(fake):
        fake.passwords["psfbot"] = "another"
        async with staged(fake.port, credentials=ACCOUNT) as one:
            await one.until(lambda: len(fake.visits) >= 3)
            assert "login to the account psfbot failed: " in one.client.status
            assert "SASL authentication failed (904)" in one.client.status
            assert not fake.lines("JOIN")
            assert not any(visit.registered for visit in fake.visits)
            fake.passwords["psfbot"] = "correct-horse"
            await one.ready()

    play(story)


def test_services_that_are_away_are_waited_for():
    async def story(fake):
        offered, fake.caps = fake.caps, ("account-tag",)
        async with staged(fake.port, credentials=ACCOUNT) as one:
            await one.until(lambda: len(fake.visits) >= 2)
            assert "the account psfbot is set, and the server offers no SASL just now" in one.client.status
            fake.caps = offered
            await one.ready()

    play(story)


def test_a_session_that_loses_its_account_is_ended():
    async def story(fake):
        async with staged(fake.port, credentials=ACCOUNT) as one:
            await one.ready()
            fake.send(":{server} 901 {nick} psfbot!u@h :You are now logged out")
            await one.until(lambda: one.client.connects == 2)
            await one.ready()

    play(story)


def test_a_server_that_insists_on_tls_gets_it_and_its_word_is_kept(certificate, tmp_path):
    async def story(plain, secure):
        plain.caps = (f"sts=port={secure.port}", "batch")
        secure.caps = ("sts=duration=600", "batch")
        trust = Trust(ca=certificate.pem)
        async with staged(plain.port, host="localhost", trust=trust, folder=tmp_path) as one:
            await one.ready()
        assert len(plain.visits) == len(secure.visits) == 1
        assert not plain.lines("CAP")[1:]
        async with staged(plain.port, host="localhost", trust=trust, folder=tmp_path) as again:
            await again.ready()
        assert (len(plain.visits), len(secure.visits)) == (1, 2)

    play(story, None, certificate)


def test_pins_hold_after_a_server_has_insisted_on_tls(certificate):
    async def story(plain, secure):
        plain.caps = (f"sts=port={secure.port}",)
        async with staged(plain.port, host="localhost", trust=Trust(pins=("ab" * 32,))) as one:
            await one.until(lambda: "not one of PSFBOT_IRC_TLS_FINGERPRINTS" in one.client.status)
            await one.until(lambda: len(one.client.backoff.attempts) >= 4)
        assert secure.lines() == []
        assert len(plain.visits) == 1

    play(story, None, certificate)


@pytest.mark.parametrize("fault", ["reset", "error", "end", "deaf"])
def test_a_link_that_ends_in_any_way_is_made_anew(fault):
    async def story(fake):
        async with staged(fake.port, quiet=0.1, deadline=0.4) as one:
            await one.ready()
            match fault:
                case "reset":
                    fake.visit.reset()
                case "error":
                    fake.send("ERROR :Closing Link: too bad")
                case "end":
                    fake.visit.writer.close()
                case "deaf":
                    fake.deaf = True
            await one.until(lambda: not one.client.ready)
            fake.deaf = False
            await one.until(lambda: one.client.connects >= 2)
            await one.ready()
            assert one.client.numbers()["reconnects_total"] >= 1

    play(story)


def test_a_dead_link_is_found_although_the_network_says_nothing():
    async def story(fake):
        async with proxied(fake.port) as proxy, staged(proxy.port, quiet=0.1, deadline=0.4) as one:
            await one.ready()
            proxy.hole()
            await one.until(lambda: "no sign of life" in one.client.status or not one.client.ready)
            proxy.reset()
            proxy.resume()
            await one.ready()
            assert one.client.connects == 2

    play(story)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "256.256.256.256"])
def test_a_name_that_nobody_knows_is_no_reason_to_give_up(host):
    async def story(fake):
        async with staged(fake.port, host=host) as one:
            await one.until(lambda: len(one.client.backoff.attempts) >= 3)

    play(story)


def test_a_ban_is_quoted_and_waited_for():
    async def story(fake):
        fake.banned = "no bots here"
        async with staged(fake.port) as one:
            await one.until(lambda: len(fake.visits) >= 2)
            assert "the server refused us: You are banned from this server- no bots here" in one.client.status
            fake.banned = ""
            await one.ready()

    play(story)


def test_a_nick_in_use_is_got_back_when_it_is_free():
    async def story(fake):
        fake.taken.add("psfbot")
        async with staged(fake.port, faster=50.0, credentials=ACCOUNT) as one:
            await one.ready()
            assert one.client.nick.current == "psfbot_"
            await fake.wait("^PRIVMSG NickServ :REGAIN psfbot$")
            fake.taken.clear()
            fake.send(":psfbot!x@y QUIT :gone")
            await fake.wait("^NICK psfbot$")
            await one.until(lambda: one.client.nick.current == "psfbot")
            fake.say("ned!n@h", "#room", "psfbot: who owns docs?")
            assert (await one.asked()).heard.text == "who owns docs?"

    play(story)


def test_a_nick_that_is_changed_to_nothing_is_kept():
    async def story(fake):
        async with staged(fake.port) as one:
            await one.ready()
            fake.send(":psfbot!x@y NICK", ":psfbot!x@y NICK :")
            fake.say("ned!n@h", "#room", "psfbot: who owns docs?")
            assert (await one.asked()).heard.text == "who owns docs?"
            assert one.client.nick.current == "psfbot"
        assert len(fake.lines("NICK")) == 1

    play(story)


def test_an_answer_to_a_ping_proves_only_what_was_sent_before_it():
    async def story(fake):
        fake.always("PING", None)
        async with staged(fake.port, interval=0.001) as one:
            await one.ready()
            queue = one.client.voice.queue
            one.client.reply("#room", "before")
            await fake.wait("^PRIVMSG #room :before$")
            one.client.ping(early=True)
            one.client.reply("#room", "behind")
            await fake.wait("^PRIVMSG #room :behind$")
            *_, behind = queue.flying
            fake.send(f"PONG irc.fake :{one.client.watch.token}")
            await one.until(lambda: not one.client.watch.token)
            assert list(queue.flying) == [behind]

    play(story)


def test_a_bug_that_time_brings_to_light_is_told_and_the_client_lives():
    async def story(fake):
        fake.caps = ()
        fake.always("WHO", None)
        async with staged(fake.port, faster=50.0) as one:
            await one.ready()
            ask, one.client.listener.ask = one.client.listener.ask, lambda _: 1 / 0
            fake.say("ned", "{nick}", "who owns docs?")
            await one.until(lambda: one.bugs)
            one.client.listener.ask = ask
            fake.say("ann", "{nick}", "who owns pypi?")
            assert (await one.asked()).heard.text == "who owns pypi?"
            assert one.client.connects == 1
            assert [type(bug) for bug in one.bugs] == [ZeroDivisionError]
            one.bugs.clear()

    play(story)


def test_a_network_that_knows_bots_is_told_that_we_are_one():
    async def story(fake):
        fake.isupport += " BOT=B"
        async with staged(fake.port) as one:
            await one.ready()
            await fake.wait(r"^MODE psfbot \+B$")

    play(story)


@pytest.mark.parametrize("numeric", ["471", "473", "474", "475", "477"])
def test_a_channel_that_keeps_us_out_is_tried_again_and_the_others_are_served(numeric):
    async def story(fake):
        fake.no_entry["#room"] = numeric
        async with staged(fake.port, faster=50.0, channels=("#other", "#room")) as one:
            await one.ready()
            assert one.client.presence.joined == {"#other"}
            assert set(one.client.presence.trouble) == {"#room"}
            fake.no_entry.clear()
            await one.until(lambda: "#room" in one.client.presence.joined)

    play(story)


def test_a_kick_is_answered_by_coming_back():
    async def story(fake):
        async with staged(fake.port, faster=50.0) as one:
            await one.ready()
            fake.send(":op!o@h KICK #room {nick} :out")
            await fake.wait("^JOIN #room$")
            await fake.wait("^JOIN #room$")
            await one.until(lambda: "#room" in one.client.presence.joined)

    play(story)


def test_many_channels_are_joined_in_few_lines():
    async def story(fake):
        fake.isupport = fake.isupport.replace("JOIN:", "JOIN:3")
        async with staged(fake.port, channels=tuple(f"#room-{number}" for number in range(8))) as one:
            await one.ready()
        return [line.count(",") + 1 for line in fake.lines("JOIN")]

    assert play(story) == [3, 3, 2]


def test_a_ping_is_answered_before_anything_that_waits():
    async def story(fake):
        async with staged(fake.port, interval=30.0, burst=1) as one:
            await one.ready()
            one.client.reply("#room", *(f"line {number}" for number in range(20)))
            fake.send("PING :still there?")
            await fake.wait("^PONG :still there\\?$")
            assert one.client.numbers()["queue_depth"] >= 19

    play(story)


def test_answers_that_wait_survive_the_loss_of_the_link_and_none_is_said_twice():
    async def story(fake):
        async with staged(fake.port, interval=0.02) as one:
            await one.ready()
            one.client.reply("#room", *(f"line {number}" for number in range(30)))
            await fake.wait("^PRIVMSG #room :line 9$")
            fake.visit.writer.close()
            await fake.wait("^PRIVMSG #room :line 29$")
        return fake.lines("PRIVMSG"), fake.lines("PRIVMSG", visit=2)

    lines, later = play(story)

    assert len(later) >= 10
    assert len(lines) == len(set(lines))
    assert lines[:10] + later[-10:] == [f"PRIVMSG #room :line {n}" for n in (*range(10), *range(20, 30))]
