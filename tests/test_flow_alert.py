"""Alerts become incidents that people are told of: each once, and with a reason."""

from dataclasses import replace

import pytest
from stage import HOUR, MINUTE, NOON, SECOND, acked, ended, fired, sample, stage

from psfbot.errors import UserError
from psfbot.flows import respond
from psfbot.flows.alert import closed, take
from psfbot.relay.alert import Severity, State
from psfbot.relay.incident import Problem, Standing
from psfbot.relay.judge import Verdict
from psfbot.relay.notice import Priority


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def test_a_problem_is_told_when_it_begins_and_when_it_ends(bot):
    began, over = bot.takes(fired(), ended(NOON + 9 * MINUTE))

    assert (began.verdict, over.verdict) == (Verdict.FIRST, Verdict.GONE)
    assert bot.heads == ["DOWN #1 docs.python.org", "UP #1 docs.python.org again after 9 min"]
    assert (bot.incidents[0].state, bot.incidents[0].resolved_at) == (Standing.RESOLVED, NOON + 9 * MINUTE)


def test_the_same_report_counts_once(bot):
    first, *more = bot.takes(*[fired()] * 4)

    assert first.told == ("irc #python-infra",)
    assert [one.verdict for one in more] == [Verdict.DUPLICATE] * 3
    assert (len(bot.heard), bot.incidents[0].repeats, bot.incidents[0].version) == (1, 0, 2)


def test_what_is_reported_again_is_counted_and_explained_once(bot):
    bot.takes(*(fired(NOON + number * MINUTE) for number in range(5)))
    kinds = [kind for kind, _ in bot.timeline()]

    assert (len(bot.heard), bot.incidents[0].repeats) == (1, 4)
    assert kinds == ["opened", "told", "alert"]
    assert bot.timeline()[-1][1] == "not told: it is firing already; this repeats it; what follows is only counted"


def test_an_end_without_a_beginning_is_kept_and_not_told(bot):
    (found,) = bot.takes(ended())

    assert (found.verdict, found.incident, bot.heard) == (Verdict.NEVER_SEEN, None, [])
    assert bot.problem().state is State.RESOLVED


def test_another_end_without_a_beginning_changes_nothing_but_the_time(bot):
    bot.takes(ended(NOON), ended(NOON + MINUTE), ended(NOON - MINUTE))

    assert (bot.problem().at, bot.incidents, bot.heard) == (NOON + MINUTE, [], [])


def test_a_beginning_that_comes_after_its_end_is_told_once_as_over(bot):
    bot.takes(ended(NOON - 10 * MINUTE), fired(NOON - HOUR), fired(NOON - HOUR), acked(NOON - 30 * MINUTE))

    assert bot.heads == ["UP #1 docs.python.org again after 50 min, 10 min ago"]
    assert (bot.incidents[0].state, bot.incidents[0].opened_at) == (Standing.RESOLVED, NOON - HOUR)


def test_a_late_beginning_belongs_to_the_incident_that_the_service_has(bot):
    bot.takes(fired(key="2"), ended(NOON - MINUTE), fired(NOON - HOUR))

    assert len(bot.incidents) == len(bot.heard) == 1
    assert bot.incidents[0].state is Standing.OPEN


def test_what_was_overtaken_is_kept_with_its_reason_and_not_told(bot):
    bot.takes(fired(NOON + MINUTE), ended(NOON))

    assert len(bot.heard) == 1
    assert bot.timeline()[-1] == ("alert", "not told: pingdom said firing at 12:01:00, which is newer")
    assert len(bot.look(lambda ledger: ledger.alerts(1))) == 2


@pytest.mark.parametrize(
    ("pause", "head"), [(30 * MINUTE, "DOWN AGAIN #1 docs.python.org"), (31 * MINUTE, "DOWN #2 docs.python.org")]
)
def test_a_problem_that_comes_back_within_half_an_hour_is_the_same_incident(bot, pause, head):
    bot.takes(fired(), ended(NOON + MINUTE), fired(NOON + MINUTE + pause))

    assert bot.heads == ["DOWN #1 docs.python.org", "UP #1 docs.python.org again after 1 min", head]


def test_a_new_incident_begins_with_a_clean_slate(bot):
    bot.takes(fired())
    bot.by_hand(respond.acknowledge)
    bot.takes(ended(NOON + MINUTE), fired(NOON + 2 * HOUR))
    first, second = bot.incidents

    assert (first.acked_by, second.acked_by) == ("ned", "")
    assert (first.flaps, second.flaps, second.opened_at) == (0, 0, bot.now)


def test_a_problem_that_comes_back_after_an_end_without_a_beginning_is_new(bot):
    bot.takes(ended(NOON - MINUTE), fired(NOON))

    assert bot.heads == ["DOWN #1 docs.python.org"]


def test_a_first_report_that_is_acknowledged_already_says_who_has_it(bot):
    bot.takes(acked(by="Ada Example"))

    assert bot.heard[0].startswith(
        "#python-infra DOWN #1 docs.python.org: HTTP is acknowledged, acked by Ada Example · "
    )
    assert bot.incidents[0].state is Standing.ACKNOWLEDGED


def test_an_acknowledgement_after_an_end_opens_the_incident_again_for_whoever_has_it(bot):
    bot.takes(fired(), ended(NOON + MINUTE), acked(NOON + 2 * MINUTE, by="Ada Example"))

    assert (bot.incidents[0].state, bot.incidents[0].acked_by) == (Standing.ACKNOWLEDGED, "Ada Example")
    assert bot.heads[-1] == "DOWN AGAIN #1 docs.python.org"


# By hand and by the source.


def test_what_was_resolved_by_hand_opens_again_when_its_source_still_reports_it(bot):
    bot.takes(fired())
    bot.by_hand(respond.resolve)
    (back,) = bot.takes(fired())

    assert back.reason.startswith("it was resolved by hand, but pingdom still reports it")
    assert bot.heads[-1] == "DOWN AGAIN #1 docs.python.org"
    assert (bot.incidents[0].state, bot.incidents[0].resolved_by) == (Standing.OPEN, "")


def test_what_was_said_before_it_was_resolved_by_hand_opens_nothing(bot):
    bot.takes(fired())
    bot.by_hand(respond.resolve)
    came = bot.now - SECOND
    for said in (fired(), fired(NOON + SECOND), acked(NOON + 2 * SECOND), fired(NOON + SECOND, event="E1")):
        bot.change(lambda scene, said=said: take(said, replace(scene, came=came)))
    bot.change(lambda scene: take(acked(NOON + SECOND, event="E2"), replace(scene, came=bot.now + HOUR)))

    assert (bot.incidents[0].state, len(bot.heard)) == (Standing.RESOLVED, 2)
    assert bot.problem().closed_at is not None


def test_the_end_of_what_was_resolved_by_hand_is_no_news(bot):
    bot.takes(fired())
    bot.by_hand(respond.resolve)
    bot.takes(ended(NOON + HOUR))

    assert len(bot.heard) == 2
    assert bot.parcels[-1].notice.text == "RESOLVED #1 docs.python.org by ned after 2 s (closed by hand)"
    assert (bot.problem().state, bot.problem().closed_at) == (State.RESOLVED, None)


def test_a_problem_that_is_over_is_not_closed_by_hand_again():
    over = Problem(
        source="a", key="b", state=State.RESOLVED, at=NOON, since=NOON, severity="info", summary="", about=""
    )

    assert closed(over, NOON) is over


def test_an_acknowledgement_in_chat_is_not_echoed_by_its_source(bot):
    bot.takes(fired())
    bot.by_hand(respond.acknowledge)
    bot.takes(acked(NOON + MINUTE, by="Ned Example"))

    assert bot.heads == ["DOWN #1 docs.python.org", "ACKED #1 docs.python.org by ned after 2 s"]
    assert bot.incidents[0].acked_by == "ned"
    assert bot.parcels[-1].notice.text == bot.parcels[-2].notice.text, "a message is not changed for the worse"


def test_an_acknowledgement_at_the_source_is_told_and_chat_cannot_repeat_it(bot):
    bot.takes(fired(), acked(NOON + MINUTE, by="Ada Example"))

    with pytest.raises(UserError, match="acknowledged by Ada Example already"):
        bot.by_hand(respond.acknowledge)
    assert bot.heads[1:] == ["ACKED #1 docs.python.org by Ada Example after 1 min"]


def test_an_acknowledgement_that_runs_out_is_told(bot):
    bot.takes(fired(), acked(NOON + MINUTE), fired(NOON + 2 * MINUTE))

    assert bot.heads[-1] == "NOT ACKED ANY MORE #1 docs.python.org"
    assert (bot.incidents[0].state, bot.incidents[0].acked_by) == (Standing.OPEN, "")


# Several problems of one service.


def test_two_checks_of_one_service_are_one_incident_that_ends_with_the_last(bot):
    bot.takes(fired(), fired(key="2"), ended(NOON + MINUTE), ended(NOON + 2 * MINUTE, key="2"))

    assert bot.heads == ["DOWN #1 docs.python.org", "UP #1 docs.python.org again after 2 min"]
    assert [parcel.notice.quiet for parcel in bot.parcels] == [False, True, True, False]


def test_a_message_is_brought_up_to_date_with_what_is_still_wrong(bot):
    bot.takes(fired(summary="HTTP is down"), fired(key="2", summary="Ping is down"), ended(NOON + MINUTE))

    assert [parcel.notice.text.partition(" · ")[0] for parcel in bot.parcels] == [
        "DOWN #1 docs.python.org: HTTP is down",
        "DOWN #1 docs.python.org: HTTP is down",
        "DOWN #1 docs.python.org: Ping is down",
    ]


def test_a_check_that_flaps_while_another_is_down_neither_shouts_nor_takes_the_ack_away(bot):
    bot.takes(fired(), fired(key="2"))
    bot.by_hand(respond.acknowledge)
    bot.takes(ended(NOON + MINUTE), fired(NOON + 2 * MINUTE), ended(NOON + 3 * MINUTE))

    assert bot.heads == ["DOWN #1 docs.python.org", "ACKED #1 docs.python.org by ned after 3 s"]
    assert (bot.incidents[0].state, bot.incidents[0].flaps) == (Standing.ACKNOWLEDGED, 0)


def test_a_check_that_comes_back_joins_the_incident_that_its_service_has_by_then(bot):
    bot.takes(fired(), ended(NOON + MINUTE), fired(NOON + 2 * MINUTE, key="2"), fired(NOON + 3 * MINUTE))

    assert [one.state for one in bot.incidents] == [Standing.RESOLVED, Standing.OPEN]
    assert bot.problem().incident == 2


def test_a_check_that_comes_back_opens_the_newest_incident_of_its_service(bot):
    bot.takes(fired(), ended(NOON + MINUTE), fired(NOON + 2 * MINUTE, key="2"))
    bot.takes(ended(NOON + 3 * MINUTE, key="2"), fired(NOON + 4 * MINUTE), fired(NOON + 5 * MINUTE, key="2"))

    assert [one.state for one in bot.incidents] == [Standing.RESOLVED, Standing.OPEN]


def test_one_source_taking_its_problem_takes_the_incident(bot):
    bot.takes(fired(), acked(key="2", source="pagerduty", by="Ada Example"))

    assert bot.heads[-1] == "ACKED #1 docs.python.org by Ada Example after 0 s"


def test_the_severity_follows_the_worst_problem_and_only_worse_is_told(bot):
    bot.takes(fired(severity=Severity.WARNING), fired(key="2", severity=Severity.CRITICAL))
    worst = bot.incidents[0].severity
    bot.takes(ended(NOON + MINUTE, key="2"))

    assert (worst, bot.incidents[0].severity) == (Severity.CRITICAL, Severity.WARNING)
    assert bot.heads == ["WARN #1 docs.python.org", "WORSE #1 docs.python.org"]
    assert [parcel.notice.priority for parcel in bot.parcels] == [Priority.BULK, Priority.VITAL, Priority.BULK]


def test_a_warning_that_turns_into_an_error_is_told(bot):
    bot.takes(fired(severity=Severity.WARNING), fired(NOON + MINUTE), fired(NOON + 2 * MINUTE, severity=Severity.INFO))

    assert bot.heads == ["WARN #1 docs.python.org", "WORSE #1 docs.python.org"]
    assert (bot.incidents[0].severity, bot.incidents[0].repeats) == (Severity.INFO, 2)


def test_a_check_that_the_catalog_learns_of_meanwhile_keeps_its_incident(bot):
    bot.takes(fired(about="new.example"))
    bot.book = sample(services={"docs.python.org": {"domains": ("docs.python.org", "new.example")}})
    bot.takes(ended(NOON + MINUTE, about="new.example"), fired(NOON + 2 * MINUTE, about="new.example"))

    assert bot.heads == ["DOWN #1 new.example", "UP #1 new.example again after 1 min", "DOWN #2 docs.python.org"]


@pytest.mark.parametrize("kind", [ended, acked, fired])
def test_a_problem_that_lost_its_incident_gets_a_new_one(bot, kind):
    lost = Problem(
        source="pingdom", key="1", state=State.FIRING, at=NOON, since=NOON, severity="error", summary="", about=""
    )
    bot.change(lambda scene: scene.ledger.keep_problem(lost))
    bot.takes(kind(NOON + MINUTE))

    assert len(bot.incidents) == 1
    assert len(bot.heard) == 1


# What the catalog does not know.


def test_an_alert_about_something_unknown_is_told_as_such(bot):
    bot.takes(fired(about="db-7.example", summary="Disk full"))

    assert bot.heard == ["#python-infra DOWN #1 db-7.example: Disk full · not in the catalog · ack 1"]
    assert bot.timeline()[0] == (
        "opened",
        "pingdom reports this for the first time; the catalog knows neither this check nor 'db-7.example'",
    )


def test_who_called_a_problem_over_and_goes_on_with_it_is_heard(bot):
    """Alertmanager ends what its Prometheus did not repeat in time, then goes on with the time of the beginning."""
    holding = fired(holds=True)
    first, _, again, *more = bot.takes(
        holding,
        ended(NOON + 20 * MINUTE),
        holding,
        holding,
        fired(holds=True, summary="now at 93 %"),
        after=15 * MINUTE,
    )
    bot.takes(ended(NOON + 80 * MINUTE))

    assert (first.verdict, again.verdict) == (Verdict.FIRST, Verdict.BACK)
    assert [one.told for one in more] == [(), ()]
    assert [head.split(" #")[0] for head in bot.heads] == ["DOWN", "UP", "DOWN AGAIN", "UP"]


def test_a_beginning_that_is_read_once_more_opens_nothing_again(bot):
    _, _, again = bot.takes(fired(holds=True), ended(NOON + HOUR), fired(holds=True))

    assert (again.verdict, bot.incidents[0].state) == (Verdict.DUPLICATE, Standing.RESOLVED)


def test_a_time_that_lies_ahead_hides_no_later_outage(bot):
    """The clock was a day ahead when a problem ended, and was set right."""
    bot.now += 24 * HOUR
    bot.takes(fired(bot.now), ended(bot.now))
    bot.now -= 24 * HOUR
    (again,) = bot.takes(fired(bot.now + 2 * SECOND))

    assert again.verdict is Verdict.BACK
