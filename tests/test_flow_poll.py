"""Polls: what is news, that it is kept before it is judged, and that each goes at its own pace."""

import asyncio
from datetime import timedelta

import pytest
from fake_world import NOON
from polled import asking
from stage import FOUND, HOUR, MINUTE, SECOND, acked, ended, fired, sample
from structlog.testing import capture_logs

from psfbot.flows.poll import HEADER, arrival, found_in, news
from psfbot.plugin import NotAsked, NotSetUp, Plugin, Severity, Unreachable
from psfbot.relay.incident import Problem, Standing
from psfbot.relay.letter import Fate, Letter
from psfbot.web.hooks import kept

KEY = ("pingdom", "1")
BOOK = sample()


def known(state, at=NOON, **more):
    values = {"since": at, "severity": Severity.ERROR, "summary": "x", "about": "docs.python.org", "incident": 1}
    return {KEY: Problem(source="pingdom", key="1", state=state, at=at, **{**values, **more})}


def told(*alerts, last=None):
    return [(one.state.value, (one.at - NOON) // MINUTE) for one in news(alerts, last or {}, BOOK)]


def later(minutes):
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("alerts", "last", "found"),
    [
        ([fired()], None, [("firing", 0)]),
        ([ended()], None, []),
        ([fired(later(1))], known("firing"), []),
        ([fired(later(1))], known("resolved"), [("firing", 1)]),
        ([ended(later(1))], known("firing"), [("resolved", 1)]),
        ([ended(later(-1))], known("firing"), []),
        ([fired(later(-1))], known("resolved"), []),
        ([acked(later(1))], known("firing"), [("acknowledged", 1)]),
        ([ended(later(2)), fired(later(1))], None, [("firing", 1), ("resolved", 2)]),
        ([fired(later(1)), ended(later(2))], known("resolved"), [("firing", 1), ("resolved", 2)]),
        ([fired(later(1), severity=Severity.CRITICAL)], known("firing"), [("firing", 1)]),
        ([fired(severity=Severity.CRITICAL)], known("firing"), []),
        ([fired(later(1))], known("firing", closed_at=later(5)), []),
        ([fired(later(9))], known("firing", closed_at=later(5)), [("firing", 9)]),
        ([fired(later(-5))], known("resolved", incident=None), [("firing", -5)]),
    ],
)
def test_only_what_tells_something_new_is_news(alerts, last, found):
    assert told(*alerts, last=last) == found


def test_what_a_poll_found_can_be_read_from_its_letter_again():
    alerts = (fired(), ended(later(1)))
    letter = Letter(id=1, **arrival("pingdom.checks", "pingdom", alerts, NOON).model_dump())

    assert found_in(letter).alerts == alerts
    assert found_in(letter.model_copy(update={"body": b'{"alerts": [{}]}'})).fate is Fate.QUARANTINED


def test_no_webhook_can_pass_for_a_poll():
    assert kept({HEADER: "pingdom.checks", "user-agent": "x"}) == {"user-agent": "x"}


# Whole rounds.


class Teller:
    """A plugin whose poll answers what a test lays out."""

    def __init__(self, *, hooked=False, every=60):
        self.plugin, self.answers, self.rounds = Plugin("pingdom", about="For a test."), [], []
        if hooked:
            self.plugin.reads = lambda _: None
        self.plugin.poll(every=every)(self.look)

    async def look(self, round_):
        self.rounds.append(round_)
        answer = self.answers[-1] if self.answers else ()
        if isinstance(answer, Exception):
            raise answer
        return await answer() if callable(answer) else answer


@pytest.fixture
def teller():
    return Teller(hooked=True)


@pytest.fixture
def bot(tmp_path, teller):
    with asking(tmp_path, asking={"pingdom": teller.plugin}) as opened:
        yield opened


def test_what_is_found_is_told_once_and_marked(bot, teller):
    teller.answers = [[fired()]]
    bot.pass_(5 * MINUTE)

    assert len(teller.rounds) == 5
    assert [text.startswith("DOWN #1 docs.python.org") for text in bot.texts] == [True]
    assert bot.texts[0].endswith(" (found by poll)")
    assert bot.look(lambda ledger: ledger.timeline(1))[0].text == "HTTP is firing (found by poll)"
    assert bot.fates() == {Fate.DONE: 1}


def test_a_source_that_sends_no_webhooks_is_not_said_to_have_missed_one(tmp_path):
    teller = Teller()
    teller.answers = [[fired()]]
    with asking(tmp_path, asking={"pingdom": teller.plugin}) as bot:
        bot.pass_(MINUTE)

        assert "found by poll" not in bot.texts[0]


def test_a_webhook_that_comes_later_with_the_same_fact_is_known(bot, teller):
    teller.answers = [[fired()]]
    bot.pass_(MINUTE)
    bot.takes(fired(later(1), summary="docs is down"))

    assert len(bot.texts) == 1
    assert bot.timeline()[-1][1].startswith("not told: it is firing already")


def test_an_older_answer_never_undoes_a_newer_webhook(bot, teller):
    bot.takes(fired(later(1)))
    teller.answers = [[ended()]]
    bot.pass_(5 * MINUTE)

    assert bot.incidents[0].state is Standing.OPEN


def test_what_was_kept_and_not_read_survives_the_process(bot, teller):
    teller.answers = [[fired()]]

    async def killed_between():
        await bot.polling.look()
        bot.now += MINUTE
        await bot.polling.look()
        await bot.polling.idle()

    asyncio.run(killed_between())
    kept_then = bot.fates()
    bot.polling = bot.started()
    bot.pass_(3 * MINUTE)

    assert kept_then == {Fate.NEW: 1}
    assert len(bot.texts) == 1
    assert bot.fates() == {Fate.DONE: 1}


def test_a_new_process_knows_since_when_nobody_asked(bot, teller):
    bot.pass_(MINUTE)
    bot.polling = bot.started()
    bot.now += HOUR
    bot.pass_(MINUTE)

    assert [round_.since for round_ in teller.rounds] == [None, NOON + 25 * SECOND]


def test_a_process_that_does_not_lead_asks_nothing(bot, teller):
    bot.leads = False
    bot.pass_(5 * MINUTE)

    assert teller.rounds == []


def test_a_slow_poll_has_a_deadline_and_holds_up_no_other(tmp_path):
    slow, quick = Teller(), Teller()

    async def never():
        await asyncio.Event().wait()

    slow.answers, quick.answers = [never], [[fired()]]
    with asking(tmp_path, asking={"slow": slow.plugin, "quick": quick.plugin}) as bot:
        bot.pass_(MINUTE)

        assert bot.polling.trouble().endswith("it did not end within 1 s")
        assert len(bot.texts) == 1


def test_one_poll_never_runs_twice_at_once(bot, teller):
    gate = asyncio.Event()

    async def waits():
        await gate.wait()
        return ()

    teller.answers = [waits]

    async def story():
        for _ in range(10):
            bot.now += MINUTE
            await bot.polling.look()
            await asyncio.sleep(0)
        gate.set()
        await bot.polling.idle()

    asyncio.run(story())

    assert len(teller.rounds) == 1


def test_a_poll_that_fails_invents_no_alert_and_is_logged_once_a_change(bot, teller):
    bot.takes(fired())
    with capture_logs() as entries:  # the log of tests begins at warnings
        for answer in (Unreachable("nobody answers"), Unreachable("not in time"), ()):
            teller.answers = [answer]
            bot.pass_(5 * MINUTE)

    assert len(bot.texts) == 1
    assert [one["event"] for one in entries] == ["poll failing", "poll failing"]
    assert bot.polling.trouble() == ""


def test_a_poll_that_fails_for_long_is_told_once_and_so_is_its_end(bot, teller):
    teller.answers = [Unreachable("nobody answers")]
    bot.pass_(2 * HOUR)
    teller.answers = [()]
    bot.pass_(2 * MINUTE)

    assert [text.split(":")[0] for text in bot.texts] == [
        "WARN #1 poll pingdom.look",
        "OVER #1 poll pingdom.look after 2 h",
    ]
    assert (
        "learns nothing from pingdom.look, so silence is no good news: nobody answers, for 1 h already" in bot.texts[0]
    )
    assert bot.texts[0].endswith(" · psfbot itself · ask PSF Infrastructure Team · ack 1")
    assert any("infrastructure-staff@python.org" in line for line in bot.parcels[0].notice.lines)


def test_where_the_catalog_lists_psfbot_its_own_troubles_are_its(tmp_path, teller):
    record = {
        "name": "psfbot",
        "description": "For a test.",
        "lifecycle": "production",
        "owners": ({"ref": "person:mdk"},),
    }
    teller.answers = [Unreachable("nobody answers")]
    with asking(tmp_path, asking={"pingdom": teller.plugin}, book=sample(services={"psfbot": record})) as bot:
        bot.pass_(2 * HOUR)

    assert bot.texts[0].startswith("WARN #1 psfbot: learns nothing from pingdom.look, so silence is no good news")
    assert bot.texts[0].endswith(" · ask Julien Palard")


def test_a_poll_that_goes_blind_again_after_one_good_round_is_told_again(bot, teller):
    teller.answers = [Unreachable("nobody answers")]
    bot.pass_(2 * HOUR)
    teller.answers = [()]
    bot.pass_(MINUTE)
    teller.answers = [Unreachable("nobody answers")]
    bot.pass_(2 * HOUR)

    assert [text.split(" #")[0] for text in bot.texts] == ["WARN", "OVER", "WARN AGAIN"]


def test_a_last_good_round_that_lies_ahead_delays_no_alarm(bot, teller):
    """A clock that was a day ahead, and was set right, must not make psfbot blind in silence for a day."""
    bot.now += 24 * HOUR
    bot.pass_(2 * MINUTE)
    bot.now -= 24 * HOUR
    teller.answers = [Unreachable("nobody answers")]
    bot.pass_(2 * HOUR)

    assert [text.split(" #")[0] for text in bot.texts] == ["WARN"]
    assert all(one.since is None or one.since <= one.now for one in teller.rounds)


def test_a_poll_is_handed_settings_that_were_read_again(bot, teller):
    old, new = (FOUND["pingdom"].settings(hook_secret=(word,)) for word in ("old", "new"))
    held = bot.polling.settings = {"pingdom": old}
    bot.pass_(MINUTE)
    held["pingdom"] = new
    bot.pass_(2 * MINUTE)

    assert (teller.rounds[0].settings, teller.rounds[-1].settings) == (old, new)


def test_a_round_that_cannot_be_written_down_is_a_bug_and_the_next_waits_for_its_time(bot, teller):
    class Broken:
        """A store that fails as nobody foresaw."""

        async def read(self, _):
            raise ArithmeticError

    bot.polling.asker.__dict__["store"] = Broken()
    bot.pass_(5 * MINUTE)

    assert len(teller.rounds) == len(bot.bugs) == 5


def test_one_bad_round_after_a_long_sleep_alarms_nobody(bot, teller):
    bot.pass_(5 * MINUTE)
    bot.now += 9 * HOUR
    teller.answers = [Unreachable("the network is not up yet"), ()]
    bot.pass_(HOUR)

    assert bot.texts == []


def test_who_may_not_be_asked_is_off_and_no_failure_however_long(bot, teller):
    teller.answers = [NotAsked("A demo asks nobody else.")]
    bot.pass_(3 * HOUR)

    assert (bot.texts, bot.polling.trouble(), bot.polling.failing()) == ([], "", {})


def test_an_alarm_ends_when_its_poll_is_switched_off(bot, teller):
    teller.answers = [Unreachable("nobody answers")]
    bot.pass_(2 * HOUR)
    bot.polling = bot.started()
    teller.answers = [NotSetUp()]
    bot.pass_(2 * MINUTE)

    assert [text.split(" #")[0] for text in bot.texts] == ["WARN", "OVER"]


def test_a_clock_that_is_set_back_stops_no_poll(bot, teller):
    bot.pass_(5 * MINUTE)
    asked = len(teller.rounds)
    bot.now -= 24 * HOUR
    bot.pass_(5 * MINUTE)

    assert len(teller.rounds) > asked + 1


def test_who_leads_no_more_says_nothing_of_polls_and_begins_anew_when_it_leads_again(bot, teller):
    teller.answers = [Unreachable("nobody answers")]
    bot.pass_(5 * MINUTE)
    bot.turn.asked.memory["page"] = "as it was long ago"
    bot.leads = False
    bot.pass_(MINUTE)
    known = (bot.polling.ages(), bot.polling.failing(), bot.polling.trouble())
    bot.leads = True
    bot.pass_(10 * SECOND)

    assert known == ({}, {}, "")
    assert (bot.polling.trouble(), dict(bot.turn.asked.memory)) == ("", {})


def test_a_plugin_that_breaks_is_a_bug_and_no_end_of_its_poll(bot, teller):
    teller.answers = [ArithmeticError("x")]
    bot.pass_(2 * MINUTE)
    teller.answers = [[fired()]]
    bot.pass_(2 * MINUTE)

    assert len(bot.bugs) == 2
    assert len(bot.texts) == 1


def test_a_poll_that_is_not_set_up_is_off_and_neither_good_nor_bad(bot, teller):
    teller.answers = [NotSetUp()]
    bot.pass_(2 * HOUR)

    assert [one.state for one in bot.polling.reports()] == ["off"]
    assert (bot.texts, bot.polling.ages(), bot.polling.failing(), bot.polling.trouble()) == ([], {}, {}, "")


def test_ages_and_states_are_told(bot, teller):
    bot.pass_(MINUTE)
    teller.answers = [Unreachable("nobody answers")]
    bot.pass_(2 * MINUTE)

    assert bot.polling.ages() == {"pingdom.look": 155.0}
    assert bot.polling.failing() == {"pingdom.look": 1.0}
    assert bot.polling.trouble() == "pingdom.look has failed for 1 min: nobody answers"
