"""How the IRC client keeps to its channels."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.presence import LATEST, PATIENCE, REFUSALS, SOONEST, Presence

RFC1459 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ[]\\^", "abcdefghijklmnopqrstuvwxyz{}|~")
BRIEF = ("403", "405", "407", "437", "471", "473", "474", "475", "476", "477", "480", "489", "520")


def fold(text):
    return text.translate(RFC1459)


def room(*wanted, nick="psfbot"):
    return Presence(wanted or ("#infra",), fold=fold, nick=nick)


def join(channel="#infra", nick="psfbot"):
    return Line("JOIN", (channel,), nick=nick, user="~b", host="h")


def numeric(number, *params):
    return Line(number, ("psfbot", *params), host="irc.test")


def refuse(presence, now, number="474", channel="#infra"):
    return presence.heard(numeric(number, channel, "Cannot join channel"), now)


def kick(whom="psfbot", channel="#infra"):
    return Line("KICK", (channel, whom, "out"), nick="op")


def inside(now=0.0, *wanted):
    presence = room(*wanted)
    for name in presence.due(now):
        presence.heard(join(name), now)
    return presence


def test_all_channels_are_asked_for_once_and_then_held():
    presence = room("#a", "#b")

    assert presence.due(0) == ["#a", "#b"]
    assert presence.due(1) == []
    presence.heard(join("#a"), 1)
    assert presence.joined == {"#a"}
    presence.heard(join("#b"), 2)
    assert (presence.joined, presence.wait(3), presence.due(10_000)) == ({"#a", "#b"}, None, [])


def test_a_channel_named_twice_is_asked_for_once():
    presence = room("#Infra[]", "#infra{}")

    assert presence.due(0) == ["#Infra[]"]
    presence.heard(join("#INFRA{]"), 0)
    assert presence.due(1000) == []


@pytest.mark.parametrize("spelling", ["#Infra[1]", "#infra{1}", "#INFRA[1}"])
def test_a_channel_and_our_nick_are_known_however_they_are_written(spelling):
    presence = room("#Infra[1]", nick="Bot^")
    presence.due(0)
    presence.heard(join(spelling, nick="bOT~"), 1)

    assert presence.joined == {"#Infra[1]"}
    assert presence.inside(spelling)
    assert not presence.inside("#other")


def test_an_extended_join_is_a_join():
    presence = room()
    presence.due(0)
    presence.heard(Line("JOIN", ("#infra", "psfbot", "A real name"), nick="psfbot"), 1)

    assert presence.joined == {"#infra"}


@pytest.mark.parametrize("number", sorted({*BRIEF, *REFUSALS}))
def test_every_refusal_is_said_in_words_and_tried_again_later(number):
    presence = room()
    presence.due(0)
    refuse(presence, 1, number)

    assert presence.trouble == {"#infra": REFUSALS[number]}
    assert (presence.due(1 + SOONEST - 0.1), presence.due(1 + SOONEST)) == ([], ["#infra"])


def test_a_refusal_that_nobody_foresaw_is_told_in_the_servers_words():
    presence = room()
    presence.due(0)
    presence.heard(numeric("599", "#infra", "The moon is full"), 1)

    assert presence.trouble == {"#infra": "The moon is full"}


@pytest.mark.parametrize("number", ["404", "442", "482", "461"])
def test_a_numeric_about_something_else_is_no_answer_to_a_join(number):
    presence = room()
    presence.due(0)
    refuse(presence, 1, number)

    assert presence.trouble == {}
    assert presence.due(29) == []


def test_a_standard_reply_refuses_too():
    presence = room()
    presence.due(0)
    presence.heard(Line("FAIL", ("JOIN", "BANNED", "#infra", "Not today")), 1)

    assert presence.trouble == {"#infra": "Not today"}


def test_tries_come_later_each_time_up_to_ten_minutes():
    presence, now, waits = room(), 0.0, []
    for _ in range(10):
        presence.due(now)
        refuse(presence, now)
        waits.append(presence.wait(now))
        now += waits[-1]

    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600, 600]


def test_each_channel_has_its_own_patience():
    presence = room("#a", "#b")
    presence.due(0)
    refuse(presence, 0, channel="#a")
    presence.heard(join("#b"), 0)

    assert (presence.due(5), presence.joined, set(presence.trouble)) == (["#a"], {"#b"}, {"#a"})


def test_a_join_without_an_answer_is_tried_again():
    presence = room()
    presence.due(0)

    assert presence.wait(0) == PATIENCE
    assert presence.due(29.9) == []
    assert presence.due(30) == []
    assert "no answer" in presence.trouble["#infra"]
    assert presence.due(30 + SOONEST) == ["#infra"]


def test_an_answer_that_comes_late_still_counts():
    presence = room()
    presence.due(0)
    presence.due(30)
    presence.heard(join(), 31)

    assert (presence.joined, presence.trouble, presence.due(9999)) == ({"#infra"}, {}, [])


def test_a_kick_is_followed_by_a_return_and_told_with_its_author():
    presence = inside()
    presence.heard(kick(), 100)

    assert presence.joined == set()
    assert presence.trouble == {"#infra": "kicked by op: out"}
    assert (presence.due(104.9), presence.due(105)) == ([], ["#infra"])


def test_being_made_to_leave_is_followed_by_a_return():
    presence = inside()
    presence.heard(Line("PART", ("#infra",), nick="psfbot"), 100)

    assert presence.trouble == {"#infra": "made to leave"}
    assert presence.due(105) == ["#infra"]


def test_whoever_kicks_at_every_return_is_left_alone_for_longer_each_time():
    presence, now, waits = inside(), 1.0, []
    for _ in range(9):
        presence.heard(kick(), now)
        waits.append(presence.wait(now))
        now += waits[-1]
        presence.due(now)
        presence.heard(join(), now)
        now += 1

    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]


def test_a_minute_in_the_channel_makes_old_trouble_history():
    presence = room()
    for moment in (0, 10, 30):
        presence.due(moment)
        refuse(presence, moment)
    presence.due(60)
    presence.heard(join(), 60)
    assert presence.trouble == {}
    presence.heard(kick(), 120)

    assert presence.wait(120) == SOONEST


def test_a_ban_is_outlived():
    presence = inside()
    presence.heard(kick(), 100)
    assert presence.due(105) == ["#infra"]
    refuse(presence, 105)
    assert presence.due(115) == ["#infra"]
    presence.heard(join(), 115)

    assert (presence.joined, presence.trouble) == ({"#infra"}, {})


def test_a_forward_is_left_and_the_wanted_channel_tried_again():
    presence = room()
    presence.due(0)
    told = presence.heard(numeric("470", "#infra", "##overflow", "Forwarding to another channel"), 1)
    left = presence.heard(join("##overflow"), 1)

    assert told == []
    assert left == ["PART ##overflow :I was sent here, but am not asked to be here"]
    assert presence.trouble == {"#infra": "the channel forwards to ##overflow, which we leave"}
    assert presence.due(6) == ["#infra"]


def test_a_forward_to_a_wanted_channel_is_not_left():
    presence = room("#a", "#b")
    presence.due(0)
    presence.heard(numeric("470", "#a", "#b", "Forwarding to another channel"), 1)

    assert presence.heard(join("#b"), 1) == []
    assert presence.joined == {"#b"}


def test_our_leaving_of_a_forward_is_no_trouble():
    presence = inside()

    assert presence.heard(Line("PART", ("##overflow",), nick="psfbot"), 1) == []
    assert (presence.joined, presence.trouble) == ({"#infra"}, {})


@pytest.mark.parametrize(
    "line",
    [
        join(nick="alice"),
        kick("alice"),
        Line("PART", ("#infra", "bye"), nick="alice"),
        Line("QUIT", ("*.net *.split",), nick="alice"),
        Line("QUIT", (), nick="psfbot_"),
        Line("KICK", ("#infra",), nick="op"),
        Line("JOIN", (), nick="alice"),
        Line("PRIVMSG", ("#infra", "psfbot: hello"), nick="alice"),
        numeric("404", "#infra", "Cannot send"),
        numeric("477", "#infra", "You need a registered nick to speak"),
        numeric("353", "=", "#infra", "@alice +bob"),
        numeric("366", "#infra", "End of /NAMES"),
        Line("INVITE", ("alice", "#infra"), nick="op"),
        Line("403", ()),
    ],
)
def test_what_others_do_changes_nothing(line):
    presence = inside()

    assert presence.heard(line, 50) == []
    assert (presence.joined, presence.trouble, presence.due(9999)) == ({"#infra"}, {}, [])


@pytest.mark.parametrize("number", ["403", "442"])
def test_a_server_that_says_we_are_not_there_is_believed(number):
    presence = inside()
    refuse(presence, 100, number)

    assert presence.joined == set()
    assert presence.due(105) == ["#infra"]


@pytest.mark.parametrize("names", ["psfbot @alice", "@+psfbot", "alice %psfbot!~b@h"])
def test_a_list_of_names_shows_that_we_are_in(names):
    presence = room()
    presence.due(0)
    presence.heard(numeric("353", "=", "#infra", names), 1)

    assert presence.joined == {"#infra"}


def test_an_invitation_is_followed_soon_but_not_as_often_as_it_comes():
    presence = room()
    now, asked = 0.0, []
    for _ in range(8):
        presence.due(now)
        refuse(presence, now)
        now += presence.wait(now)
    presence.due(now)
    refuse(presence, now)
    for moment in range(1, 20):
        presence.heard(Line("INVITE", ("psfbot", "#infra"), nick="op"), now + moment)
        if presence.due(now + moment):
            asked.append(moment)
            refuse(presence, now + moment)

    assert asked == [6, 12, 18]


def test_an_invitation_elsewhere_is_not_followed():
    presence = inside()
    presence.heard(Line("INVITE", ("psfbot", "#party"), nick="op"), 1)

    assert presence.due(9999) == []


@pytest.mark.parametrize("goodbye", [None, Line("QUIT", ("Killed",), nick="psfbot")])
def test_a_new_link_asks_for_everything_at_once(goodbye):
    presence = inside(0.0, "#a", "#b")
    presence.heard(kick(channel="#b"), 1)
    presence.heard(goodbye, 2) if goodbye else presence.lost()

    assert presence.joined == set()
    assert presence.due(2) == ["#a", "#b"]


def test_what_people_want_may_change():
    presence = inside(0.0, "#a", "#B")

    assert presence.want(("#b", "#c")) == ["PART #a :I am no longer asked to be here"]
    assert (presence.joined, presence.due(1), presence.trouble) == ({"#B"}, ["#c"], {})


def test_a_join_that_was_under_way_to_an_unwanted_channel_is_undone():
    presence = room("#a")
    presence.due(0)

    assert presence.want(()) == []
    assert presence.heard(join("#a"), 1) == ["PART #a :I was sent here, but am not asked to be here"]


FAULTS = ("refuse", "silence", "kick", "part", "split", "in", "in", "not there", "forward")


def befall(presence, fault, now):
    """One thing that happens in a channel's life."""
    if fault == "split":
        presence.lost()
    elif fault == "refuse":
        refuse(presence, now)
    elif fault == "kick":
        presence.heard(kick(), now)
    elif fault == "part":
        presence.heard(Line("PART", ("#infra", "bye"), nick="psfbot"), now)
    elif fault == "in":
        presence.heard(join(), now)
    elif fault == "not there":
        refuse(presence, now, "442")
    elif fault == "forward":
        presence.heard(numeric("470", "#infra", "##f", "Forwarding"), now)


@given(st.integers(0, 2**32))
@settings(max_examples=30, deadline=None)
def test_whatever_happens_the_channel_is_held_in_the_end(seed):
    chance = random.Random(seed)  # noqa: S311 - faults, not secrets
    presence, now, asked = room(), 0.0, []
    for _ in range(400):
        fault = chance.choice(FAULTS)
        befall(presence, fault, now)
        asked = [] if fault == "split" else asked
        if presence.due(now):
            assert not asked or now - asked[-1] >= SOONEST
            asked.append(now)
        now += chance.choice([0.0, 0.5, 3.0, 40.0, 700.0])
    wait = presence.wait(now)
    if wait is not None:
        assert wait <= LATEST
        presence.due(now + wait)
        now += wait + LATEST
        assert presence.due(now) or presence.wait(now) is not None
        presence.heard(join(), now)

    assert (presence.joined, presence.trouble) == ({"#infra"}, {})
