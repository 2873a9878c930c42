"""What people did about an incident reaches the pager: after hours without it, after crashes, once, or not at all."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from duties import Stand, connect, on_duty
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import ADMIN, HOUR, MINUTE, NOON, SECOND, fired

from psfbot.flows.passing import LEASE, go_on
from psfbot.oncall.page import Signal
from psfbot.oncall.ports import OutOfReach

DOWN = "PagerDuty has trouble of its own (503)."


@pytest.fixture
def pager():
    return Stand()


@pytest.fixture
def bot(tmp_path, pager):
    with on_duty(tmp_path, pager=pager) as opened:
        opened.takes(fired(source="pagerduty", key="Q1"))
        yield opened


def later(bot, time):
    """Let time pass; how many deeds were tried again."""
    bot.now += time

    async def round_() -> int:
        tried = await go_on(bot.roster, bot.book, bot.now)
        await bot.deliver()
        return tried

    return asyncio.run(round_())


def waiting(bot):
    return [(one.signal, one.attempts) for one in bot.look(lambda ledger: ledger.passings())]


def told(bot, number=1):
    entries = bot.look(lambda ledger: ledger.timeline(number))
    return [entry.text for entry in entries if entry.kind.value == "told" and "pagerduty" in entry.text]


def test_what_a_pager_did_not_hear_it_hears_when_it_is_back(bot, pager):
    pager.trouble = DOWN
    bot.says("ack 1", ADMIN)
    for _ in range(20):
        later(bot, 5 * MINUTE)
    pager.trouble = ""
    later(bot, 5 * MINUTE)

    assert [(one.signal, one.incident, one.by) for one in pager.told] == [(Signal.ACKNOWLEDGE, "Q1", "coffee")]
    assert waiting(bot) == []
    assert told(bot) == ["pagerduty: acknowledged it"]
    assert [text for text in bot.heard if "NOT PASSED ON" in text] == []


def test_whoever_does_more_while_a_deed_waits_hears_that_this_waits_too(bot, pager):
    pager.trouble = DOWN
    waits_ = f"pagerduty does not know yet: {DOWN} I try again for 24 hours."
    first = bot.says("note 1 looking", ADMIN)
    second = bot.says("ack 1", ADMIN)

    assert first == f"#1: noted. {waits_}"
    assert second == f"#1 docs.python.org: acknowledged by coffee. {waits_}"
    assert waiting(bot) == [(Signal.NOTE, 1), (Signal.ACKNOWLEDGE, 0)]
    assert later(bot, SECOND / 2) == 0, "nothing was tried, so nothing is counted"


def test_it_is_tried_less_and_less_often(bot, pager):
    pager.trouble = DOWN
    bot.says("ack 1", ADMIN)
    tried = [later(bot, SECOND) for _ in range(100)]

    assert [second for second, one in enumerate(tried, 1) if one] == [2, 6, 14, 30, 62]


def test_what_is_hopeless_is_told_once_in_the_rooms_and_in_the_timeline(bot, pager):
    pager.trouble = DOWN
    bot.says("ack 1", ADMIN)
    for _ in range(26):
        later(bot, HOUR)

    assert waiting(bot) == []
    assert told(bot) == ["pagerduty was not told that coffee acknowledged it"]
    assert [text.partition(": coffee ")[2] for text in bot.heard if "NOT PASSED ON" in text] == [
        f"acknowledged it here, and pagerduty does not know of it ({DOWN[:-1]}). Do it there, too."
    ]


def test_a_pager_that_breaks_is_given_up_after_a_day_and_the_rooms_are_told(bot, pager):
    pager.trouble = DOWN
    bot.says("ack 1", ADMIN)
    pager.__dict__["fail"] = lambda: 1 / 0
    failures = 0
    for _ in range(26):
        try:
            later(bot, HOUR)
        except ZeroDivisionError:
            failures += 1
    asyncio.run(bot.deliver())

    assert (failures, waiting(bot)) == (24, [])
    assert [text for text in bot.heard if "NOT PASSED ON #1 docs.python.org: coffee acknowledged it here" in text]


def test_what_a_pager_will_never_take_is_told_to_whoever_did_it_and_not_tried_again(bot):
    class Wrong(Stand):
        async def tell(self, paging):
            self.told.append(paging)
            raise OutOfReach("PagerDuty does not take our key (401).", wrong=True)

    wrong = Wrong()
    connect(bot, pager=wrong)

    assert bot.says("ack 1", ADMIN) == (
        "#1 docs.python.org: acknowledged by coffee. pagerduty was not told: PagerDuty does not take our key (401)."
    )
    assert (later(bot, HOUR), waiting(bot), len(wrong.told)) == (0, [], 1)
    assert told(bot) == ["pagerduty was not told that coffee acknowledged it"]


def test_deeds_about_one_incident_arrive_in_their_order(bot, pager):
    pager.trouble = DOWN
    bot.says("ack 1", ADMIN)
    bot.now += SECOND
    bot.says("note 1 restarted nginx", ADMIN)
    bot.says("resolve 1", ADMIN)
    pager.trouble = ""
    later(bot, HOUR)

    assert [one.signal for one in pager.told] == [Signal.ACKNOWLEDGE, Signal.NOTE, Signal.RESOLVE]


def test_two_processes_pass_a_deed_on_once(bot, pager):
    pager.trouble = DOWN
    bot.says("ack 1", ADMIN)
    pager.trouble = ""
    bot.now += MINUTE

    async def both():
        return await asyncio.gather(*(go_on(bot.roster, bot.book, bot.now) for _ in range(2)))

    asyncio.run(both())

    assert len(pager.told) == 1


def test_without_a_pager_nothing_is_kept_and_with_another_nothing_is_passed_on(bot, pager):
    connect(bot)
    bot.says("ack 1", ADMIN)

    assert (waiting(bot), later(bot, MINUTE)) == ([], 0)


class Crash(BaseException):
    """The process is gone."""


@dataclass
class Far:
    """A pager as PagerDuty is: a state set twice is the same, and a note written twice stands there twice.

    `fates` says what becomes of each call: it works, nobody answers although it was done or not, or psfbot is killed
    before or after.
    """

    fates: list[str]
    states: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)

    async def tell(self, paging):
        fate = self.fates.pop(0) if self.fates else "works"
        if fate == "killed before":
            raise Crash
        if fate == "refused":
            raise OutOfReach(DOWN)
        if paging.signal is Signal.NOTE:
            if not (paging.before and paging.text in self.notes):
                self.notes.append(paging.text)
                self.order.append(paging.text)
        elif self.states.get(paging.incident) != paging.signal:
            self.states[paging.incident] = paging.signal
            self.order.append(paging.signal.value)
        if fate == "killed after":
            raise Crash
        if fate == "unsure":
            raise OutOfReach("PagerDuty did not answer within 10 seconds.", unsure=True)
        return "it has it"

    def close(self):
        pass


FATES = st.sampled_from(["works", "refused", "unsure", "killed before", "killed after"])
DEEDS = ("ack 1", "note 1 first", "note 1 second", "resolve 1")


@settings(max_examples=25, deadline=None)
@given(st.lists(FATES, max_size=14), st.lists(st.booleans(), min_size=4, max_size=4))
def test_each_deed_arrives_exactly_once_and_in_order_whatever_happens_between(fates, rounds):
    far = Far(list(fates))
    with TemporaryDirectory() as folder:
        now, left = NOON, list(zip(DEEDS, rounds, strict=True))
        with on_duty(Path(folder), pager=far) as bot:
            bot.takes(fired(source="pagerduty", key="Q1"))
        for _ in range(100):
            with on_duty(Path(folder), pager=far) as bot:
                bot.now = now = now + LEASE + 5 * MINUTE
                if live(bot, left):
                    break
        with on_duty(Path(folder), pager=far) as bot:
            passings = bot.look(lambda ledger: ledger.passings())
            said = told(bot)

    assert far.order == ["acknowledge", "first", "second", "resolve"]
    assert (list(passings), left) == ([], [])
    assert said == [f"pagerduty: {did}" for did in ("acknowledged it", "wrote a note", "wrote a note", "resolved it")]


def live(bot, left):
    """One life of the bot: what is left to do is done, as far as it comes; True when all is done and passed on."""
    try:
        while left:
            deed, waits = left.pop(0)
            bot.now += SECOND
            bot.says(deed, ADMIN)
            if waits:
                later(bot, SECOND)
        later(bot, 5 * MINUTE)
    except Crash:
        return False
    return not bot.look(lambda ledger: ledger.passings())
