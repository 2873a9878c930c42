"""What people do in chat about an incident, the pager that opened it hears of, once."""

import pytest
from duties import Stand, on_duty
from stage import ADMIN, GUEST, MINUTE, fired

from psfbot.flows.tick import bring_about
from psfbot.oncall.page import Signal

WORD = "the pager has taken it under the key"


@pytest.fixture
def pager():
    return Stand()


@pytest.fixture
def bot(tmp_path, pager):
    with on_duty(tmp_path, pager=pager) as opened:
        yield opened


def theirs(key="Q123", **more):
    return fired(source="pagerduty", key=key, **more)


def told(pager):
    return [(one.signal, one.incident, one.by, one.text) for one in pager.told]


@pytest.mark.parametrize(
    ("text", "said", "signal", "note"),
    [
        ("ack 1", "#1 docs.python.org: acknowledged by coffee.", Signal.ACKNOWLEDGE, ""),
        ("resolve 1", "#1 docs.python.org: resolved after 2 s.", Signal.RESOLVE, ""),
        ("note 1 restarted nginx", "#1: noted.", Signal.NOTE, "restarted nginx"),
    ],
)
def test_the_pager_is_told_and_its_word_is_shown(bot, pager, text, said, signal, note):
    bot.takes(theirs(), fired(key="7"))

    assert bot.says(text, ADMIN) == f"{said} {WORD} Q123."
    assert told(pager) == [(signal, "Q123", "coffee", note)]


def test_where_the_pager_has_no_part_nothing_is_said_of_it(bot, pager):
    bot.takes(fired())

    assert bot.says("ack 1", ADMIN) == "#1 docs.python.org: acknowledged by coffee."
    assert pager.told == []


def test_whoever_may_not_do_it_does_not_reach_the_pager(bot, pager):
    bot.takes(theirs())
    bot.says("ack 1", GUEST)
    bot.says("note 1 hello", GUEST)
    bot.says("ack 99", ADMIN)

    assert pager.told == []


def test_what_is_done_already_is_not_passed_on_again(bot, pager):
    bot.takes(theirs())
    bot.says("ack 1", ADMIN)
    bot.says("ack 1", ADMIN)

    assert told(pager) == [(Signal.ACKNOWLEDGE, "Q123", "coffee", "")]


def test_a_pager_that_does_not_answer_stops_nobody_and_is_told_of(bot, pager):
    pager.trouble = "PagerDuty has trouble of its own (503)."
    bot.takes(theirs())

    assert bot.says("ack 1", ADMIN) == (
        "#1 docs.python.org: acknowledged by coffee. "
        "pagerduty does not know yet: PagerDuty has trouble of its own (503). I try again for 24 hours."
    )
    assert bot.heads[-1] == "ACKED #1 docs.python.org by coffee after 1 s"


def test_of_several_incidents_each_line_has_its_own_word(bot, pager):
    bot.takes(theirs("Q1"), fired(key="7", about="mail.python.org"))
    first, *lines = bot.ask("ack 1 2", ADMIN).lines

    assert first == "#1 acknowledged and #2 acknowledged:"
    assert [WORD in line for line in lines[:2]] == [True, False]


def test_what_is_done_about_a_shared_cause_is_passed_on_for_all_that_stands_below_it(bot, pager):
    bot.takes(theirs("Q1"), theirs("Q2", about="hg.python.org"), theirs("Q3", about="staging.python.org"))
    since, bot.now = bot.now, bot.now + MINUTE
    bot.change(lambda scene: bring_about(scene, since))
    (cause,) = [one.number for one in bot.incidents if one.node]
    said = bot.says(f"ack {cause}", ADMIN)

    assert sorted(told(pager)) == [(Signal.ACKNOWLEDGE, key, "coffee", "") for key in ("Q1", "Q2")]
    assert said.endswith(f"by coffee. {WORD} Q1. {WORD} Q2.")
