"""Registration, line by line: capabilities, the account, the nick, and the nick again when it was lost."""

import pytest

from psfbot.platforms.irc.caps import Sts
from psfbot.platforms.irc.fold import folding
from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.login import TRIES, Login, ladder
from psfbot.platforms.irc.nick import AGAIN, SOON, Nick
from psfbot.platforms.irc.sasl import Credentials
from psfbot.platforms.irc.split import worst_prefix

ACCOUNT = Credentials("psfbot", "secret", order=("PLAIN",))
FOLD = folding("rfc1459")


def login(credentials=ACCOUNT, *, private=True, secure=True, nick="psfbot"):
    one = Login(nick, "psfbot, run by the PSF", credentials, private, secure, lambda: "n", lambda: 0.5)
    one.begin()
    return one


def numeric(command, *params, nick="*"):
    return Line(command, (nick, *params), host="irc.test")


def cap(*params):
    return Line("CAP", ("*", *params), host="irc.test")


def tell(one, *lines):
    return [text for line in lines for text in one.heard(line)]


LOGGED_IN = (
    cap("LS", "sasl=PLAIN account-tag"),
    cap("ACK", "sasl account-tag"),
    Line("AUTHENTICATE", ("+",)),
    numeric("900", "psfbot!u@h", "psfbot", "You are now logged in as psfbot"),
    numeric("903", "SASL authentication successful"),
)


def test_capabilities_are_asked_for_before_the_nick():
    one = Login("psfbot", "psfbot, run by the PSF", ACCOUNT, True, True, lambda: "n", lambda: 0.5)

    assert one.begin() == ["CAP LS 302", "NICK psfbot", "USER psfbot 0 * :psfbot, run by the PSF"]


def test_a_nick_that_is_no_user_name_is_made_one():
    one = Login("[Bot]-9", "x", Credentials(), True, True, str, float)

    assert one.begin()[2].startswith("USER bot9 0 * :")


def test_the_whole_way_with_an_account():
    one = login()

    assert tell(one, *LOGGED_IN) == [
        "CAP REQ :sasl account-tag",
        "AUTHENTICATE PLAIN",
        "AUTHENTICATE cHNmYm90AHBzZmJvdABzZWNyZXQ=",
        "CAP END",
    ]

    tell(one, numeric("001", "Welcome", nick="psfbot"))

    assert (one.welcome, one.ready, one.fault, one.account, one.current) == (True, False, "", "psfbot", "psfbot")

    tell(one, numeric("376", "End of /MOTD command.", nick="psfbot"))

    assert one.ready


def test_without_an_account_there_is_no_login():
    assert tell(login(Credentials()), cap("LS", "sasl batch"), cap("ACK", "sasl batch")) == [
        "CAP REQ :sasl batch",
        "CAP END",
    ]


def test_an_account_and_no_sasl_is_the_end():
    one = login()

    assert tell(one, cap("LS", "batch"), cap("ACK", "batch")) == ["CAP REQ :batch"]
    assert one.fault == "the account psfbot is set, and the server offers no SASL just now"


def test_an_account_and_sasl_refused_is_the_end():
    one = login()
    tell(one, cap("LS", "sasl"), cap("NAK", "sasl"))

    assert one.fault.startswith("the account psfbot is set")


def test_an_account_and_a_wrong_password_is_the_end():
    one = login()
    tell(one, *LOGGED_IN[:3], numeric("904", "SASL authentication failed"))

    assert one.fault == "login to the account psfbot failed: PLAIN: SASL authentication failed (904)"
    assert one.heard(numeric("001", "Welcome")) == []
    assert not one.welcome


def test_an_account_and_a_server_without_capabilities_is_the_end():
    one = login()

    assert tell(one, numeric("421", "CAP", "Unknown command")) == []
    assert one.fault.startswith("the account psfbot is set")


@pytest.mark.parametrize("before", [(), LOGGED_IN[:1], LOGGED_IN[:3]])
def test_a_server_that_lets_us_in_before_the_login_is_left(before):
    one = login()
    tell(one, *before, numeric("001", "Welcome", nick="psfbot"))

    assert one.fault == "the account psfbot is set, and the server let us in without it"
    assert not one.welcome


def test_where_somebody_may_listen_the_reason_says_what_would_help():
    one = login(private=False, secure=False)
    tell(one, cap("LS", "sasl=PLAIN"), cap("ACK", "sasl"))

    assert one.fault.endswith("(without TLS neither a password nor a certificate is shown)")


def test_a_certificate_without_an_account_is_worth_a_warning_only():
    one = login(Credentials(certificate=True))
    sent = tell(one, cap("LS", "sasl=EXTERNAL"), cap("ACK", "sasl"), numeric("904", "no such certificate"))

    assert sent == ["CAP REQ :sasl", "AUTHENTICATE EXTERNAL", "CAP END"]
    assert one.fault == ""
    assert one.warning == "login to the account of the certificate failed: EXTERNAL: no such certificate (904)"


def test_a_server_that_insists_on_tls_is_not_told_more():
    one = login(secure=False)

    assert tell(one, cap("LS", "sasl sts=port=6697"), cap("ACK", "sasl")) == []
    assert one.upgrade == Sts(port=6697)
    assert one.fault == "the server insists on TLS, on port 6697"


def test_over_tls_the_same_words_change_nothing():
    one = login()
    tell(one, cap("LS", "sasl=PLAIN sts=port=6697,duration=1"))

    assert (one.upgrade, one.fault) == (None, "")


@pytest.mark.parametrize("number", ["432", "433", "436", "437"])
def test_a_nick_that_is_not_to_be_had_gives_way_to_the_next(number):
    one = login(Credentials())
    refusals = [numeric(number, "psfbot", "no") for _ in range(4)]

    assert tell(one, *refusals) == ["NICK psfbot_", "NICK psfbot__", "NICK psfbo5500", "NICK psfbo5500"]


def test_some_day_no_nick_is_tried_any_more():
    one = login(Credentials())
    tell(one, *[numeric("433", "psfbot", "in use")] * (TRIES + 1))

    assert one.fault == "no nick is to be had: in use (433)"


def test_a_nick_without_letters_has_a_ladder_too():
    assert ladder("[]", 3, 0.0) == "bot1000"


def test_the_nick_is_what_the_server_says_it_is():
    one = login(Credentials())
    tell(one, numeric("001", "Welcome", nick="psfbo"))

    assert one.current == "psfbo"


@pytest.mark.parametrize("number", ["463", "464", "465", "466"])
def test_a_server_that_does_not_let_us_in_is_quoted(number):
    one = login()
    tell(one, numeric(number, "You are banned \x02(spam)\x02"))

    assert one.fault == f"the server refused us: You are banned (spam) ({number})"


def test_capabilities_that_come_later_are_asked_for():
    one = login()
    tell(one, *LOGGED_IN, numeric("001", "Welcome", nick="psfbot"))

    assert one.heard(cap("NEW", "batch")) == ["CAP REQ :batch"]


def nick(current="psfbot_", **more):
    return Nick("psfbot", current, FOLD, **more)


def by(who, command, *params):
    return Line(command, params, nick=who, user="u", host="h")


def test_with_the_right_nick_nothing_is_done():
    assert nick("PSFBOT").due(0.0) == []


def test_logged_in_the_services_are_asked_once_and_then_the_nick_is_tried():
    one = nick(logged_in=True)

    assert one.due(0.0) == ["PRIVMSG NickServ :REGAIN psfbot"]
    assert one.due(AGAIN - 1) == []
    assert one.due(AGAIN) == ["NICK psfbot"]


def test_without_an_account_the_nick_is_tried_only():
    assert nick().due(0.0) == ["NICK psfbot"]


def test_services_that_know_only_ghost_are_asked_for_that():
    one = nick(logged_in=True)
    one.due(0.0)
    notice = by("NickServ", "NOTICE", "psfbot_", "Invalid command. Use /msg NickServ HELP.")

    assert one.heard(notice, 1.0) == ["PRIVMSG NickServ :GHOST psfbot"]
    assert one.heard(notice, 1.0) == []
    assert one.due(1.0 + SOON) == ["NICK psfbot"]


def test_nobody_else_can_make_us_ghost_somebody():
    one = nick(logged_in=True)
    one.due(0.0)

    assert one.heard(by("mallory", "NOTICE", "psfbot_", "Invalid command"), 1.0) == []


@pytest.mark.parametrize(
    "line",
    [
        by("psfbot", "QUIT", "bye"),
        by("PSFBOT", "NICK", "other"),
        Line("731", ("psfbot_", "other,psfbot"), host="irc.test"),
    ],
)
def test_a_nick_that_comes_free_is_taken_at_once(line):
    one = nick(logged_in=True)
    one.due(0.0)

    assert one.heard(line, 10.0) == []
    assert one.due(10.0) == ["NICK psfbot"]


def test_a_network_that_sees_it_otherwise_is_not_argued_with():
    """However often it says that the nick is free, it is tried again only after a while."""
    one = nick()
    sent = []
    for tenth in range(100):
        one.heard(by("psfbot", "QUIT"), tenth / 10)
        one.heard(by("psfbot", "NICK", "psfbot"), tenth / 10)
        sent += one.due(tenth / 10)

    assert sent == ["NICK psfbot"] * 5


def test_where_it_can_be_watched_it_is_and_only_while_needed():
    one = nick(monitor=True)

    assert one.due(0.0) == ["MONITOR + psfbot", "NICK psfbot"]
    assert one.heard(by("psfbot_", "NICK", "psfbot"), 1.0) == ["MONITOR - psfbot"]
    assert (one.right, one.due(1000.0)) == (True, [])


def test_a_nick_that_is_taken_from_us_is_asked_for_again():
    one = nick("psfbot", logged_in=True)
    one.heard(by("psfbot", "NICK", "Guest123"), 5.0)

    assert one.current == "Guest123"
    assert one.due(5.0) == ["PRIVMSG NickServ :REGAIN psfbot"]


def test_our_own_prefix_is_learnt_from_what_comes_back():
    one = nick("psfbot")

    assert one.prefix == worst_prefix("psfbot")

    one.heard(by("psfbot", "JOIN", "#room"), 0.0)

    assert one.prefix == "psfbot!u@h"

    one.heard(Line("CHGHOST", ("bot", "python/bot"), nick="psfbot", user="u", host="h"), 0.0)

    assert one.prefix == "psfbot!bot@python/bot"

    one.heard(Line("396", ("psfbot", "other.host", "is now your displayed host"), host="irc.test"), 0.0)

    assert one.prefix == worst_prefix("psfbot")


@pytest.mark.parametrize(
    ("casemapping", "name", "folded"),
    [
        ("rfc1459", "Nick[]\\^", "nick{}|~"),
        ("strict-rfc1459", "Nick[]\\^", "nick{}|^"),
        ("ascii", "Nick[]\\^É", "nick[]\\^É"),
        ("rfc7613", "NickÉ", "nické"),
        ("never-heard-of", "A[", "a{"),
    ],
)
def test_names_are_told_apart_as_the_network_does(casemapping, name, folded):
    assert folding(casemapping)(name) == folded
