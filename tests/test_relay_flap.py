"""What comes and goes too often, what is too much for a room, and when people are reminded: decisions by the clock."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import HOUR, MINUTE, NOON, SECOND

from psfbot.relay import flap
from psfbot.relay.alert import Severity
from psfbot.relay.flap import Flap, restless, settled
from psfbot.relay.incident import Happening, Incident, Standing
from psfbot.relay.remind import FIRST, MOST, remind, wound


def incident(**more):
    values = {"number": 1, "subject": "docs.python.org", "title": "down", "state": Standing.OPEN, "opened_at": NOON}
    return Incident(**{**values, "severity": Severity.ERROR, "changed_at": NOON, **more})


# Flapping.


@pytest.mark.parametrize(
    ("moves", "since", "flapping"),
    [
        ([0], None, Flap.CALM),
        ([1, 0], None, Flap.CALM),
        ([2, 1, 0], None, Flap.BEGINS),
        ([15, 1, 0], None, Flap.BEGINS),
        ([16, 1, 0], None, Flap.CALM),
        ([9, 3, 2, 1, 0], None, Flap.BEGINS),
        ([0], NOON, Flap.GOES_ON),
        ([60, 0], NOON, Flap.GOES_ON),
    ],
)
def test_the_third_change_in_a_quarter_of_an_hour_is_flapping(moves, since, flapping):
    now = NOON + HOUR
    found = restless([now - minutes * MINUTE for minutes in moves], since, now)

    assert found.flap is flapping
    assert found.reason


def test_what_flaps_says_how_often_and_since_when():
    now = NOON + HOUR

    assert restless([now] * 4, None, now).reason == "it changed 4 times within 15 minutes"
    assert restless([now], NOON, now).reason == "it flaps since 12:00 UTC; it is told when it has settled"


@pytest.mark.parametrize(("after", "held"), [(flap.SETTLE - SECOND, False), (flap.SETTLE, True)])
def test_what_has_held_for_long_enough_has_settled(after, held):
    assert settled(NOON, NOON + after) is held


# Reminders.


@pytest.mark.parametrize(
    ("given_", "tell", "reason", "after"),
    [
        ({}, True, "nobody has taken it for 30 min; reminder 1 of 5", HOUR),
        ({"reminded": 3}, True, "nobody has taken it for 30 min; reminder 4 of 5", 8 * HOUR),
        ({"reminded": 4}, True, "nobody has taken it for 30 min; reminder 5 of 5", None),
        ({"reminded": 5}, False, "people were reminded 5 times", None),
        ({"state": Standing.ACKNOWLEDGED}, False, "it is acknowledged", None),
        ({"state": Standing.RESOLVED}, False, "it is resolved", None),
        ({"severity": Severity.WARNING}, False, "nobody is asked to take a warning", None),
    ],
)
def test_people_are_reminded_of_what_nobody_took_ever_more_seldom(given_, tell, reason, after):
    now = NOON + FIRST
    found = remind(incident(**given_), now)

    assert (found.tell, found.reason) == (tell, reason)
    assert found.next == (now + after if after else None)


@pytest.mark.parametrize(
    ("happened", "given_", "after"),
    [
        (Happening.OPENED, {}, FIRST),
        (Happening.REOPENED, {"reminded": 3}, FIRST),
        (Happening.RELEASED, {}, FIRST),
        (Happening.WORSE, {}, FIRST),
        (Happening.ALERT, {"due_at": NOON + HOUR}, HOUR),
        (Happening.ACKNOWLEDGED, {"state": Standing.ACKNOWLEDGED, "due_at": NOON}, None),
        (Happening.RESOLVED, {"state": Standing.RESOLVED, "due_at": NOON}, None),
        (Happening.OPENED, {"severity": Severity.INFO}, None),
        (
            Happening.ACKNOWLEDGED,
            {"subject": "cause:host:a", "state": Standing.ACKNOWLEDGED, "due_at": NOON + HOUR},
            HOUR,
        ),
        (Happening.RESOLVED, {"subject": "cause:host:a", "state": Standing.RESOLVED, "due_at": NOON + HOUR}, None),
        (Happening.RESOLVED, {"state": Standing.RESOLVED, "due_at": NOON + HOUR, "flapping_since": NOON}, HOUR),
    ],
)
def test_the_clock_of_an_incident_runs_while_nobody_has_it(happened, given_, after):
    found = wound(incident(**given_), happened, NOON)

    assert found.due_at == (NOON + after if after else None)
    assert found.reminded == 0


@given(st.integers(0, 50))
def test_there_is_an_end_to_reminders(reminded):
    found = remind(incident(reminded=reminded), NOON + 1000 * HOUR)

    assert found.tell is (reminded < MOST)
    assert found.next is None or reminded < MOST - 1
