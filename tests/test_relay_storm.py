"""When a room hears a digest instead of each message, what passes all the same, and when it is over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import HOUR, MINUTE, NOON, SECOND

from psfbot.relay.alert import Severity
from psfbot.relay.incident import STORM, Happening, Incident, Standing
from psfbot.relay.storm import AGAIN, BURST, LONGEST, QUIET, Gate, Pace, Turn, gate, turn

LANE = "irc #python-infra"


def pace(level=0.0, storm=None):
    return Pace(lane=LANE, level=level, at=NOON, storm=storm)


@pytest.mark.parametrize(
    ("level", "storm", "kind", "tier", "heard", "what"),
    [
        (0, None, Happening.OPENED, 3, "", Gate.TELL),
        (BURST - 1, None, Happening.OPENED, 3, "", Gate.TELL),
        (BURST, None, Happening.OPENED, 3, "", Gate.BEGIN),
        (BURST, None, Happening.OPENED, None, "", Gate.BEGIN),
        (BURST, None, Happening.OPENED, 1, "", Gate.TELL),
        (0, 9, Happening.OPENED, 2, "", Gate.FOLD),
        (0, 9, Happening.OPENED, 1, "", Gate.TELL),
        (0, 9, Happening.RESOLVED, 3, "opened", Gate.TELL),
        (0, 9, Happening.RESOLVED, 3, "flapping", Gate.TELL),
        (0, 9, Happening.RESOLVED, 3, "resolved", Gate.FOLD),
        (0, 9, Happening.RESOLVED, 3, "", Gate.FOLD),
        (0, 9, Happening.ACKNOWLEDGED, 3, "opened", Gate.TELL),
        (0, 9, Happening.ACKNOWLEDGED, 3, "", Gate.FOLD),
        (0, 9, Happening.REOPENED, 3, "resolved", Gate.FOLD),
        (0, 9, Happening.REMINDED, 3, "opened", Gate.FOLD),
        (BURST, None, Happening.RESOLVED, 3, "opened", Gate.TELL),
    ],
)
def test_the_eighth_message_at_once_begins_a_storm_but_some_always_pass(level, storm, kind, tier, heard, what):
    passage = gate(pace(level, storm), kind, tier, heard)

    assert passage.gate is what
    assert passage.reason


def test_time_makes_room_again():
    full = pace(BURST)

    assert full.after(NOON + MINUTE / BURST).level == pytest.approx(BURST - 1)
    assert full.after(NOON + HOUR).level == 0
    assert full.after(NOON - HOUR).level == BURST, "a clock that goes back empties nothing"
    assert full.after(NOON - HOUR).after(NOON - HOUR + MINUTE).level == 0, "and holds up nothing for an hour"
    assert full.told().level == BURST + 1


@given(st.lists(st.floats(0, 600), max_size=60))
def test_no_minute_holds_more_than_two_bursts(moments):
    at, told = pace(), []
    for seconds in sorted(moments):
        at = at.after(NOON + seconds * SECOND)
        if gate(at, Happening.OPENED, 3, "").gate is Gate.TELL:
            at = at.told()
            told.append(seconds)

    assert all(sum(one <= other < one + 60 for other in told) <= 2 * BURST for one in told)


def storm(folded=SECOND, **more):
    values = {"number": 9, "subject": STORM + LANE, "title": "", "state": Standing.OPEN, "severity": Severity.ERROR}
    times = {"opened_at": NOON, "told_at": NOON, "shown_at": NOON, "changed_at": NOON + folded}
    return Incident(**values | times | more)


@pytest.mark.parametrize(
    ("given_", "after", "what"),
    [
        ({"folded": 30 * SECOND}, MINUTE, Turn.REFRESH),
        ({"folded": 30 * SECOND, "shown_at": NOON + 40 * SECOND}, MINUTE, Turn.WAIT),
        ({"folded": AGAIN}, AGAIN, Turn.AGAIN),
        ({"folded": AGAIN, "reminded": 1}, AGAIN, Turn.REFRESH),
        ({"folded": 2 * AGAIN, "reminded": 1}, 2 * AGAIN, Turn.AGAIN),
        ({"folded": LONGEST, "reminded": 500}, LONGEST, Turn.AGAIN),
        ({"folded": MINUTE}, MINUTE + QUIET, Turn.OVER),
        ({"folded": MINUTE}, MINUTE + QUIET - SECOND, Turn.AGAIN),
    ],
)
def test_a_digest_is_refreshed_repeated_ever_more_seldom_and_ended_by_quiet(given_, after, what):
    assert turn(storm(**given_), NOON + after) is what


def test_a_storm_knows_its_room():
    assert storm().storm == LANE
    assert (storm().service, storm().node, storm().named) == (None, None, f"storm in {LANE}")
