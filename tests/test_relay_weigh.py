"""What an alert makes of its incident, with all the other problems that the incident holds."""

import pytest
from stage import MINUTE, NOON, SECOND, acked, ended, fired

from psfbot.relay.alert import Severity, State
from psfbot.relay.incident import Happening, Incident, Problem, Standing
from psfbot.relay.weigh import goes_on, weigh

LATER = NOON + MINUTE
TAKEN = {"state": Standing.ACKNOWLEDGED, "acked_by": "ned", "acked_at": NOON}
OVER = {"state": Standing.RESOLVED, "resolved_by": "ned", "resolved_at": NOON, "acked_by": "ada", "acked_at": NOON}


def incident(**more):
    values = {"number": 1, "subject": "docs", "title": "", "state": Standing.OPEN, "severity": Severity.ERROR}
    return Incident(**values | {"opened_at": NOON, "changed_at": NOON, "flaps": 2, "version": 3} | more)


def problem(state=State.FIRING, severity=Severity.ERROR, **more):
    values = {"source": "pingdom", "key": "1", "at": NOON, "since": NOON, "summary": "", "about": "", "incident": 1}
    return Problem(**values | {"state": state, "severity": severity} | more)


FIRING, GONE = problem(), problem(State.RESOLVED, at=LATER)
ACKED, CLOSED = problem(State.ACKNOWLEDGED), problem(closed_at=NOON)


@pytest.mark.parametrize(
    ("one", "going"), [(FIRING, True), (problem(State.ACKNOWLEDGED), True), (GONE, False), (CLOSED, False)]
)
def test_a_problem_goes_on_until_its_source_or_a_person_says_that_it_is_over(one, going):
    assert goes_on(one) is going


@pytest.mark.parametrize(
    ("before", "happened", "alert", "problems", "told", "state"),
    [
        ({}, Happening.OPENED, fired(), [FIRING], Happening.OPENED, Standing.OPEN),
        ({}, Happening.OPENED, acked(), [ACKED], Happening.OPENED, Standing.ACKNOWLEDGED),
        ({}, Happening.RESOLVED, ended(), [GONE], Happening.RESOLVED, Standing.RESOLVED),
        (TAKEN, Happening.RESOLVED, ended(), [GONE, CLOSED], Happening.RESOLVED, Standing.RESOLVED),
        ({}, Happening.RESOLVED, ended(), [GONE, FIRING], Happening.ALERT, Standing.OPEN),
        (TAKEN, Happening.RESOLVED, ended(), [GONE, FIRING], Happening.ALERT, Standing.ACKNOWLEDGED),
        (OVER, Happening.RESOLVED, ended(), [GONE], Happening.ALERT, Standing.RESOLVED),
        (OVER, Happening.REOPENED, fired(), [FIRING], Happening.REOPENED, Standing.OPEN),
        (OVER, Happening.REOPENED, acked(), [ACKED], Happening.REOPENED, Standing.ACKNOWLEDGED),
        (TAKEN, Happening.RELEASED, fired(), [FIRING], Happening.RELEASED, Standing.OPEN),
        ({}, Happening.RELEASED, fired(), [FIRING], Happening.ALERT, Standing.OPEN),
        ({}, Happening.ACKNOWLEDGED, acked(), [ACKED], Happening.ACKNOWLEDGED, Standing.ACKNOWLEDGED),
        (TAKEN, Happening.ACKNOWLEDGED, acked(), [ACKED], Happening.ALERT, Standing.ACKNOWLEDGED),
        ({}, Happening.ALERT, acked(), [FIRING, ACKED], Happening.ACKNOWLEDGED, Standing.ACKNOWLEDGED),
        ({}, Happening.ALERT, fired(), [FIRING, FIRING], Happening.ALERT, Standing.OPEN),
    ],
)  # fmt: skip
def test_what_happens_to_an_incident_and_what_is_told_of_it(before, happened, alert, problems, told, state):
    changed, said = weigh(incident(**before), happened, alert, problems, LATER)

    assert (said, changed.state) == (told, state)
    assert (changed.version, changed.changed_at) == (4, LATER)


def test_the_severity_is_that_of_the_worst_problem_that_goes_on():
    problems = [
        problem(severity=Severity.WARNING),
        problem(State.RESOLVED, Severity.CRITICAL),
        problem(severity=Severity.INFO),
    ]
    milder, told = weigh(incident(), Happening.RESOLVED, ended(), problems, LATER)

    assert (milder.severity, told) == (Severity.WARNING, Happening.ALERT)


@pytest.mark.parametrize(("before", "told"), [({}, Happening.WORSE), (TAKEN, Happening.WORSE), (OVER, Happening.ALERT)])
def test_it_is_told_when_an_incident_that_lasts_gets_worse(before, told):
    problems = [FIRING, problem(severity=Severity.CRITICAL)]
    worse, said = weigh(incident(**before), Happening.ALERT, fired(), problems, LATER)

    assert (worse.severity, said) == (Severity.CRITICAL, told)


def test_an_incident_that_is_back_and_worse_is_told_to_be_back():
    back, told = weigh(incident(**OVER), Happening.REOPENED, fired(), [problem(severity=Severity.CRITICAL)], LATER)

    assert (back.severity, told) == (Severity.CRITICAL, Happening.REOPENED)


def test_only_an_end_ends_an_incident():
    assert weigh(incident(), Happening.ALERT, fired(), [], LATER)[0].state is Standing.OPEN


@pytest.mark.parametrize(
    ("problems", "title"),
    [
        ([problem(summary="Ping")], "Ping"),
        ([problem(summary="Ping"), problem(summary="HTTP")], "HTTP"),
        ([problem(summary="Ping"), problem(State.RESOLVED, summary="HTTP")], "Ping"),
        ([problem(summary="HTTP"), problem(summary="Ping", severity=Severity.CRITICAL)], "Ping"),
        ([problem(State.RESOLVED, summary="Ping")], "HTTP"),
    ],
)
def test_the_title_says_the_worst_that_goes_on_and_stays_as_long_as_it_is_true(problems, title):
    changed, _ = weigh(incident(title="HTTP"), Happening.ALERT, fired(), problems, LATER)

    assert changed.title == title


def test_an_incident_that_is_over_keeps_its_last_severity():
    over, _ = weigh(incident(severity=Severity.WARNING), Happening.RESOLVED, ended(), [GONE], LATER)

    assert over.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("ends", "resolved_at"),
    [([LATER], LATER), ([LATER, NOON + SECOND], LATER), ([NOON - MINUTE], NOON)],
)
def test_an_incident_ends_with_the_last_of_its_problems_and_never_before_it_began(ends, resolved_at):
    over, _ = weigh(incident(), Happening.RESOLVED, ended(), [problem(State.RESOLVED, at=at) for at in ends], LATER)

    assert over.resolved_at == resolved_at


def test_an_incident_that_is_open_again_is_nobodys_and_counts_how_often():
    again, _ = weigh(incident(**OVER), Happening.REOPENED, fired(), [FIRING], LATER)

    assert again == incident(flaps=3, version=4, changed_at=LATER, reopened_at=LATER)


def test_an_incident_that_is_let_go_does_not_count_as_come_back():
    free, _ = weigh(incident(**TAKEN), Happening.RELEASED, fired(), [FIRING], LATER)

    assert free == incident(version=4, changed_at=LATER)


@pytest.mark.parametrize(("by", "name"), [("Ada Example", "Ada Example"), ("", "pingdom")])
def test_who_took_it_at_the_source_is_named(by, name):
    taken, _ = weigh(incident(), Happening.ACKNOWLEDGED, acked(LATER, by=by), [FIRING], LATER)

    assert (taken.acked_by, taken.acked_at) == (name, LATER)


def test_who_took_it_first_keeps_it():
    still, _ = weigh(incident(**TAKEN), Happening.ACKNOWLEDGED, acked(LATER, by="Ada Example"), [FIRING], LATER)

    assert (still.acked_by, still.acked_at) == ("ned", NOON)


AHEAD = problem(key="2", summary="its certificate ends", up=True)


@pytest.mark.parametrize(
    ("before", "problems", "up", "told", "title"),
    [
        ({}, [AHEAD], True, Happening.ALERT, "its certificate ends"),
        ({"up": True, "title": AHEAD.summary}, [AHEAD, problem(summary="503")], False, Happening.WORSE, "503"),
        (
            {"up": True, "title": AHEAD.summary}, [AHEAD, problem(summary="slow", severity=Severity.WARNING)],
            True, Happening.ALERT, AHEAD.summary,
        ),
        ({"title": "503"}, [AHEAD, problem(State.RESOLVED)], True, Happening.ALERT, AHEAD.summary),
    ],
)  # fmt: skip
def test_an_incident_is_up_while_the_worst_of_it_lies_ahead(before, problems, up, told, title):
    changed, said = weigh(incident(**before), Happening.ALERT, fired(), problems, LATER)

    assert (changed.up, said, changed.title) == (up, told, title)
