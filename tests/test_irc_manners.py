"""How often a person is answered, and what CTCP gets."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.manners import Manners, Verdict, person

ANSWER, WARN, SILENT = Verdict.ANSWER, Verdict.WARN_ONCE, Verdict.SILENT


def ctcp(text, target="psfbot", command="PRIVMSG", **more):
    who = {"nick": "ned", "user": "~ned", "host": "example.org"} | more
    return Line(command, (target, f"\x01{text}\x01"), **who)


def test_a_person_gets_a_few_answers_then_one_warning_then_silence():
    manners = Manners(burst=2, every=5)

    assert [manners.may("ned", 0) for _ in range(5)] == [ANSWER, ANSWER, WARN, SILENT, SILENT]


def test_a_turn_comes_back_with_time():
    manners = Manners(burst=2, every=5)

    assert [manners.may("ned", now) for now in (0, 0, 5, 10, 14.9)] == [ANSWER, ANSWER, ANSWER, ANSWER, WARN]


def test_the_silence_lasts_until_all_turns_are_back_whatever_is_said_meanwhile():
    manners = Manners(burst=2, every=5)
    found = [manners.may("ned", now) for now in (100, 100, 100, 105, 109.9, 110, 110, 110)]

    assert found == [ANSWER, ANSWER, WARN, SILENT, SILENT, ANSWER, ANSWER, WARN]


def test_one_person_does_not_silence_another():
    manners = Manners(burst=1)
    manners.may("ned", 0)
    manners.may("ned", 0)

    assert manners.may("amy", 0) is ANSWER


def test_no_interval_means_no_limit():
    manners = Manners(burst=1, every=0)

    assert {manners.may("ned", 0) for _ in range(100)} == {ANSWER}


@pytest.mark.parametrize(("burst", "every", "words"), [(6, 5, "30 seconds"), (1, 1, "1 second"), (3, 0.5, "2 seconds")])
def test_the_warning_says_how_long_it_lasts(burst, every, words):
    warning = Manners(burst=burst, every=every).warning

    assert f"for {words}," in warning


def test_only_so_many_people_are_remembered():
    manners = Manners(burst=1, limit=10)
    for number in range(100):
        manners.may(f"host {number}", 0)

    assert list(manners.people) == [f"host {number}" for number in range(90, 100)]


def test_who_still_asks_is_not_forgotten_first():
    manners = Manners(burst=1, limit=2)
    for who in ("ned", "amy", "ned", "zoe"):
        manners.may(who, 0)

    assert manners.may("ned", 0) is SILENT


@given(st.lists(st.floats(0, 30), max_size=60), st.integers(1, 5), st.floats(0.5, 10))
def test_nobody_gets_more_than_the_burst_and_what_time_brings(gaps, burst, every):
    manners, now, verdicts = Manners(burst=burst, every=every), 0.0, []
    for gap in gaps:
        now += gap
        verdicts.append((now, manners.may("ned", now)))
    warned = [at for at, verdict in verdicts if verdict is WARN]

    assert sum(verdict is ANSWER for _, verdict in verdicts) <= burst + now / every + 1e-6
    assert all(later - earlier >= burst * every - 1e-6 for earlier, later in pairwise(warned))


def test_turns_belong_to_the_account_or_the_host_and_never_to_the_nick():
    line, renamed = ctcp("X", nick="ned", host="Example.org"), ctcp("X", nick="ned_", host="example.org")

    assert person(line, "ned") == "account ned"
    assert person(line, None) == person(renamed, None) == "host example.org"


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("VERSION", "VERSION psfbot 1"),
        ("version", "VERSION psfbot 1"),
        ("SOURCE", "SOURCE https://example.org"),
        ("CLIENTINFO", "CLIENTINFO CLIENTINFO PING SOURCE VERSION"),
        ("PING 1234 56", "PING 1234 56"),
    ],
)
def test_ctcp_is_answered_by_a_notice(asked, answer):
    manners = Manners(version="psfbot 1", source="https://example.org")

    assert manners.ctcp(ctcp(asked), 0) == f"NOTICE ned :\x01{answer}\x01"


def test_ctcp_without_its_last_mark_is_answered_too():
    line = Line("PRIVMSG", ("psfbot", "\x01VERSION"), nick="ned", user="ned", host="h")

    assert Manners(version="1").ctcp(line, 0) == "NOTICE ned :\x01VERSION 1\x01"


@pytest.mark.parametrize(
    "line",
    [
        ctcp("TIME"),
        ctcp("DCC SEND a 1 2 3"),
        ctcp("ACTION waves"),
        ctcp(""),
        ctcp("PING"),
        ctcp("PING " + "9" * 65),
        ctcp("PING a\rPRIVMSG #x :gotcha"),
        ctcp("PING a\x01b"),
        ctcp("VERSION", command="NOTICE"),
        ctcp("VERSION", target="#c"),
        ctcp("VERSION", target="@#c"),
        ctcp("VERSION", target="$$*"),
        ctcp("VERSION", user="", host=""),
        ctcp("VERSION", tags={"bot": ""}),
        Line("PRIVMSG", ("psfbot", "VERSION"), nick="ned", user="ned", host="h"),
    ],
)
def test_what_is_no_proper_request_is_ignored(line):
    assert Manners().ctcp(line, 0) is None


def test_ctcp_is_throttled_over_all_askers():
    manners = Manners(ctcp_burst=2, ctcp_every=10)
    asked = [(f"nick{number}", now) for number, now in enumerate((0, 0, 0, 5, 10, 11, 20))]
    found = [manners.ctcp(ctcp("VERSION", nick=nick, host=nick), now) is not None for nick, now in asked]

    assert found == [True, True, False, False, True, False, True]


def test_an_unknown_request_takes_no_turn():
    manners = Manners(ctcp_burst=1)
    manners.ctcp(ctcp("TIME"), 0)

    assert manners.ctcp(ctcp("VERSION"), 0) is not None
