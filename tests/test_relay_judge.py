"""What an alert means, given what its source said before; every verdict has its reason."""

from datetime import timedelta

import pytest
from stage import HOUR, MINUTE, NOON, SECOND, acked, ended, fired

from psfbot.relay.alert import Severity, State
from psfbot.relay.incident import Incident, Problem, Standing
from psfbot.relay.judge import Verdict, ended_later, judge, remember, same_incident

BEFORE, LATER = NOON - MINUTE, NOON + MINUTE


def known(state=State.FIRING, **more):
    """A problem of incident #1 that was reported at noon."""
    values = {"at": NOON, "since": BEFORE, "severity": Severity.ERROR, "summary": "It is down", "about": "docs"}
    return Problem(**{"source": "pingdom", "key": "1", "state": state, "incident": 1} | values | more)


FIRING, TAKEN, OVER = known(), known(State.ACKNOWLEDGED), known(State.RESOLVED)
NEVER_OPENED = known(State.RESOLVED, incident=None)
CLOSED = known(closed_at=NOON + HOUR)


@pytest.mark.parametrize(
    ("alert", "problem", "verdict", "reason"),
    [
        (fired(), None, Verdict.FIRST, "pingdom reports this for the first time"),
        (acked(), None, Verdict.FIRST, "for the first time"),
        (ended(), None, Verdict.NEVER_SEEN, "pingdom ended a problem that it never reported here"),
        (fired(LATER), FIRING, Verdict.STILL, "it is firing already; this repeats it"),
        (fired(NOON), FIRING, Verdict.STILL, "this repeats it"),
        (acked(LATER), TAKEN, Verdict.STILL, "it is acknowledged already"),
        (ended(LATER), OVER, Verdict.OVER, "it was resolved already"),
        (ended(LATER), FIRING, Verdict.GONE, "pingdom says that it is over"),
        (ended(LATER), TAKEN, Verdict.GONE, "it is over"),
        (acked(LATER), FIRING, Verdict.TAKEN, "somebody acknowledged it at pingdom"),
        (acked(LATER), OVER, Verdict.BACK, "acknowledged after its end, so it is back"),
        (fired(LATER), TAKEN, Verdict.RELEASED, "nobody has acknowledged it any more"),
        (fired(LATER), OVER, Verdict.BACK, "it was over at 12:00:00 and is firing again"),
        (fired(BEFORE), OVER, Verdict.OLDER, "pingdom said resolved at 12:00:00, which is newer"),
        (ended(BEFORE), FIRING, Verdict.OLDER, "pingdom said firing at 12:00:00"),
        (fired(BEFORE), NEVER_OPENED, Verdict.LATE, "pingdom said resolved at 12:00:00, which is newer"),
        (acked(BEFORE), NEVER_OPENED, Verdict.LATE, "which is newer"),
        (ended(BEFORE), NEVER_OPENED, Verdict.OLDER, "which is newer"),
        (ended(NOON), FIRING, Verdict.GONE, "pingdom says that it is over"),
        (fired(NOON), OVER, Verdict.OLDER, "which is newer"),
        (fired(NOON), TAKEN, Verdict.OLDER, "which is newer"),
    ],
)
def test_an_alert_is_judged_by_what_its_source_said_before(alert, problem, verdict, reason):
    found = judge(alert, problem)

    assert found.verdict is verdict
    assert reason in found.reason


@pytest.mark.parametrize("problem", [None, FIRING, TAKEN, OVER, NEVER_OPENED])
@pytest.mark.parametrize("alert", [fired(), acked(LATER), ended(LATER), fired(event="E1")])
def test_the_very_same_report_is_a_duplicate_whatever_came_since(alert, problem):
    found = judge(alert, problem, seen=True, came=LATER)

    assert found.verdict is Verdict.DUPLICATE
    assert found.reason == "the same report of pingdom was taken before"


@pytest.mark.parametrize(
    ("alert", "seen", "came", "verdict"),
    [
        (fired(LATER), False, CLOSED.closed_at + SECOND, Verdict.BACK),
        (fired(LATER), False, CLOSED.closed_at, Verdict.STILL),
        (fired(LATER), False, None, Verdict.BACK),
        (fired(), True, CLOSED.closed_at + SECOND, Verdict.BACK),
        (fired(), True, CLOSED.closed_at - SECOND, Verdict.DUPLICATE),
        (acked(LATER), False, CLOSED.closed_at + SECOND, Verdict.BACK),
        (fired(LATER, event="E1"), False, CLOSED.closed_at + SECOND, Verdict.STILL),
        (acked(LATER, event="E1"), False, CLOSED.closed_at + SECOND, Verdict.STILL),
        (fired(CLOSED.closed_at + SECOND, event="E1"), False, CLOSED.closed_at + MINUTE, Verdict.BACK),
        (fired(CLOSED.closed_at + SECOND, event="E1"), True, CLOSED.closed_at + MINUTE, Verdict.DUPLICATE),
        (fired(BEFORE), False, CLOSED.closed_at + SECOND, Verdict.OLDER),
        (ended(LATER), False, CLOSED.closed_at + SECOND, Verdict.GONE),
        (ended(LATER), True, CLOSED.closed_at + SECOND, Verdict.DUPLICATE),
    ],
)
def test_what_was_resolved_by_hand_comes_back_only_if_the_source_says_so_afterwards(alert, seen, came, verdict):
    assert judge(alert, CLOSED, seen=seen, came=came).verdict is verdict


def test_why_a_problem_resolved_by_hand_is_back_or_not_is_said():
    late, early = judge(fired(LATER), CLOSED), judge(fired(LATER), CLOSED, came=NOON)

    assert late.reason == "it was resolved by hand, but pingdom still reports it"
    assert early.reason == "pingdom said this before it was resolved by hand"


@pytest.mark.parametrize("verdict", [Verdict.OLDER, Verdict.DUPLICATE])
def test_what_was_overtaken_or_is_known_changes_nothing_that_is_remembered(verdict):
    assert remember(fired(LATER), FIRING, verdict, 1) is None


@pytest.mark.parametrize("verdict", [Verdict.FIRST, Verdict.NEVER_SEEN, Verdict.BACK])
@pytest.mark.parametrize("problem", [None, CLOSED])
def test_what_begins_is_remembered_as_the_source_says_it(verdict, problem):
    alert = fired(LATER, severity=Severity.INFO, summary="new", about="wiki")

    assert remember(alert, problem, verdict, 7) == known(
        at=LATER, since=LATER, severity=Severity.INFO, summary="new", about="wiki", incident=7
    )


@pytest.mark.parametrize("verdict", [Verdict.STILL, Verdict.TAKEN, Verdict.RELEASED, Verdict.GONE])
def test_what_goes_on_keeps_when_it_began(verdict):
    found = remember(fired(LATER), FIRING, verdict, 1)

    assert (found.since, found.at) == (BEFORE, LATER)


def test_only_what_was_said_before_leaves_a_problem_closed_by_hand():
    assert remember(acked(LATER), CLOSED, Verdict.STILL, 1).closed_at == CLOSED.closed_at
    assert remember(ended(LATER), CLOSED, Verdict.GONE, 1).closed_at is None
    assert remember(fired(LATER), CLOSED, Verdict.BACK, 1).closed_at is None


def test_a_late_beginning_tells_when_it_began_and_leaves_the_end_alone():
    assert remember(fired(BEFORE), NEVER_OPENED, Verdict.LATE, 7) == known(State.RESOLVED, since=BEFORE, incident=7)


def test_another_end_only_moves_the_time_up_to_which_all_is_known():
    found = remember(ended(LATER, summary="fine", severity=Severity.INFO), OVER, Verdict.OVER, 1)

    assert found == known(State.RESOLVED, at=LATER)


def incident(**more):
    values = {"number": 1, "subject": "docs", "title": "", "state": Standing.RESOLVED, "severity": Severity.ERROR}
    return Incident(**values | {"opened_at": BEFORE, "changed_at": NOON, "resolved_at": NOON} | more)


@pytest.mark.parametrize(
    ("after", "same"),
    [(-HOUR, True), (SECOND, True), (30 * MINUTE, True), (30 * MINUTE + SECOND, False), (timedelta(days=9), False)],
)
def test_a_problem_belongs_to_its_last_incident_for_half_an_hour(after, same):
    assert same_incident(incident(), NOON + after) is same


def test_an_incident_that_never_ended_takes_nothing_back():
    assert not same_incident(incident(resolved_at=None), NOON)


@pytest.mark.parametrize(
    ("alert", "problem", "last", "ended_at"),
    [
        (fired(NOON + SECOND), known(State.RESOLVED, at=LATER), incident(), LATER),
        (acked(NOON + SECOND), known(State.RESOLVED, at=LATER), incident(), LATER),
        (ended(NOON + SECOND), known(State.RESOLVED, at=LATER), incident(), None),
        (fired(LATER), known(State.RESOLVED, at=LATER), incident(), LATER),
        (fired(NOON), known(State.RESOLVED, at=LATER), incident(), None),
        (fired(BEFORE), known(State.RESOLVED, at=LATER), incident(), None),
        (fired(NOON + SECOND), known(State.FIRING, at=LATER), incident(), None),
        (fired(NOON + SECOND), known(State.RESOLVED, at=LATER), incident(resolved_by="ned"), None),
        (fired(NOON + SECOND), known(State.RESOLVED, at=LATER), incident(resolved_at=None), None),
    ],
)
def test_an_overtaken_beginning_may_show_that_the_end_was_later(alert, problem, last, ended_at):
    assert ended_later(alert, problem, last) == ended_at
