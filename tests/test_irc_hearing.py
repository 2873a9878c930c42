"""Which lines the bot hears, and what they ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.platforms.irc.hearing import Heard, heard
from psfbot.platforms.irc.line import Line

RFC1459 = str.maketrans("[]\\~", "{}|^")


def fold(name):
    return name.lower().translate(RFC1459)


def said(text, target="#c", command="PRIVMSG", **more):
    person = {"nick": "ned", "user": "~ned", "host": "example.org"} | more
    return Line(command, (target, text), **person)


def hear(line, nick="psfbot"):
    return heard(line, nick, fold=fold, channels_prefixes="#&+", statusmsg="@+")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("psfbot: who owns docs", "who owns docs"),
        ("psfbot, who owns docs", "who owns docs"),
        ("psfbot:who owns docs", "who owns docs"),
        ("PSFBot:   who owns docs ", "who owns docs"),
        ("  psfbot: help", "help"),
        ("@psfbot who owns docs", "who owns docs"),
        ("@psfbot: who owns docs", "who owns docs"),
        ("@psfbot, who owns docs", "who owns docs"),
        ("psfbot:", ""),
        ("@psfbot", ""),
        ("psfbot: !owner docs", "owner docs"),
        ("psfbot: !", "!"),
        ("psfbot: who, if anyone: docs", "who, if anyone: docs"),
        ("\x02psfbot\x02: \x0304,01who\x03 owns \x1fdocs\x0f", "who owns docs"),
    ],
)
def test_the_bot_is_asked_by_its_name(text, asked):
    assert hear(said(text)) == Heard(asked, "ned", "#c", "#c")


@pytest.mark.parametrize(
    ("text", "asked"), [("!owner docs", "owner docs"), ("!12", "12"), ("\x02!ack 12\x02", "ack 12"), (" !help", "help")]
)
def test_the_bot_is_asked_by_a_bang(text, asked):
    assert hear(said(text)) == Heard(asked, "ned", "#c", "#c", bang=True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "who owns docs",
        "psfbot",
        "psfbot who owns docs",
        "psfbot?",
        "psfbots: hello",
        "psfbo: hello",
        "psfbot's: hello",
        "ask psfbot: who owns docs",
        "ned, psfbot: who owns docs",
        "psfbot::web",
        "psfbot://x",
        "@psfbots:: x",
        "@psfbot2:: x",
        "@psfbot2",
        "@ psfbot",
        "@ned psfbot",
        "!",
        "!!",
        "!!owner docs",
        "! owner docs",
        "!?",
        "!=",
        "!?owner",
        "hey !owner docs",
    ],
)
def test_what_is_said_to_others_is_not_heard(text):
    assert hear(said(text)) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("who owns docs", "who owns docs"),
        ("psfbot: who owns docs", "who owns docs"),
        ("!owner docs", "owner docs"),
        ("!!", "!!"),
        ("! owner", "! owner"),
        ("psfbot", "psfbot"),
        ("\x1dhelp\x1d", "help"),
    ],
)
def test_everything_said_in_private_is_asked_of_the_bot(text, asked):
    assert hear(said(text, target="PsfBot")) == Heard(asked, "ned", None, "ned")


@pytest.mark.parametrize("text", ["", "  ", "\x02\x02"])
def test_nothing_said_in_private_asks_nothing(text):
    assert hear(said(text, target="psfbot")) is None


def test_a_name_is_compared_as_the_server_does():
    assert hear(said("BOT{1}^: help"), nick="bot[1]~") == Heard("help", "ned", "#c", "#c")


@pytest.mark.parametrize(
    ("target", "channel"),
    [("@#c", "#c"), ("+#c", "#c"), ("@+#c", "#c"), ("&local", "&local"), ("+modeless", "+modeless"), ("#C", "#C")],
)
def test_what_is_said_to_a_part_of_a_channel_is_answered_in_the_channel(target, channel):
    assert hear(said("!help", target=target)) == Heard("help", "ned", channel, channel, bang=True)


@pytest.mark.parametrize("target", ["$*", "$$*.example", "ned", "psfbot2", "", "@psfbot"])
def test_what_is_said_to_everybody_or_another_is_not_heard(target):
    assert hear(said("help", target=target)) is None


@pytest.mark.parametrize("target", ["#c", "psfbot"])
@pytest.mark.parametrize(
    "line",
    [
        {"command": "NOTICE"},
        {"command": "TAGMSG"},
        {"nick": "psfbot"},
        {"nick": "PSFBOT"},
        {"nick": "", "user": "", "host": "irc.example.org"},
        {"user": "", "host": ""},
        {"host": ""},
        {"tags": {"bot": ""}},
        {"tags": {"draft/bot": ""}},
        {"tags": {"inspircd.org/bot": ""}},
    ],
)
def test_notices_bots_servers_and_the_bot_itself_are_not_heard(target, line):
    assert hear(said("!help", target=target, **line)) is None


@pytest.mark.parametrize("target", ["#c", "psfbot"])
@pytest.mark.parametrize(
    "text", ["\x01ACTION psfbot: help\x01", "\x01VERSION\x01", "\x01", "\x01ACTION !help", "\x01PING 1\x01"]
)
def test_ctcp_is_not_heard_as_a_question(target, text):
    assert hear(said(text, target=target)) is None


@pytest.mark.parametrize("params", [(), ("#c",)])
def test_a_message_without_words_is_not_heard(params):
    assert hear(Line("PRIVMSG", params, nick="ned", user="ned", host="h")) is None


def test_a_server_without_statusmsg_has_none():
    line = said("!help", target="@#c")

    assert heard(line, "psfbot", fold=fold) is None


@given(st.text(max_size=40), st.sampled_from(["#c", "@#c", "psfbot", "ned"]))
def test_whatever_is_said_one_plain_line_is_heard_or_nothing(text, target):
    found = hear(said(text, target=target))

    assert found is None or ("\n" not in found.text and "\x01" not in found.text and found.text == found.text.strip())


@given(st.text(max_size=30))
def test_in_a_channel_only_a_name_or_a_bang_is_heard(text):
    found = hear(said(text))

    assert found is None or "psfbot" in text.lower() or "!" in text


@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30))
def test_a_question_is_heard_word_for_word(text):
    assert hear(said(f"psfbot: {text}")) == Heard(text, "ned", "#c", "#c")
