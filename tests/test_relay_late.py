"""What comes late says so, and what it was."""

from datetime import timedelta

import pytest
from stage import HOUR, MINUTE, NOON
from stores import notice

from psfbot.relay.late import in_time
from psfbot.relay.notice import Delivery, Parcel
from psfbot.relay.word import NEWS

DAY = timedelta(days=1)
NOW = NOON + 20 * MINUTE


def parcel(*, age=18 * MINUTE, posted="", **more):
    """A notice that waited for so long."""
    made = NOW - age
    told = notice(text="DOWN #1 docs.python.org", **{"began": made, **more})
    return Parcel(
        id=1, notice=told, state=Delivery.SENDING, attempts=1, created_at=made, not_before=made, posted=posted
    )


@pytest.mark.parametrize("age", [0 * MINUTE, NEWS - timedelta(seconds=1)])
def test_news_is_told_as_it_is(age):
    one = parcel(age=age)

    assert in_time(one, NOW) is one.notice


def test_a_notice_that_knows_no_time_is_told_as_it_is():
    assert in_time(parcel(began=None), NOW).text == "DOWN #1 docs.python.org"


@pytest.mark.parametrize(
    ("more", "late"),
    [
        ({"age": NEWS}, "told 5 min late: it began at 12:15 UTC"),
        ({}, "told 18 min late: it began at 12:02 UTC"),
        ({"began": NOON - HOUR}, "told 18 min late: it began at 11:00 UTC"),
        ({"ended": NOON + 6 * MINUTE}, "told 18 min late: it lasted from 12:02 to 12:06 UTC"),
        ({"about": "answers 503"}, "told 18 min late: it began at 12:02 UTC (answers 503)"),
        ({"about": "answers\n503"}, "told 18 min late: it began at 12:02 UTC (answers 503)"),
        ({"about": "answers 503", "posted": "C0:1.1"}, "told 18 min late: it began at 12:02 UTC"),
        ({"age": DAY}, "told 1 d late: it began at 19 Nov 12:20 UTC"),
        ({"began": NOON - DAY, "ended": NOON}, "told 18 min late: it lasted from 19 Nov 12:00 to 12:00 UTC"),
    ],
)
def test_what_is_old_says_how_late_it_comes_and_when_it_was(more, late):
    assert in_time(parcel(**more), NOW).text == f"DOWN #1 docs.python.org · {late}"


def test_nothing_else_of_a_late_notice_changes():
    one = parcel()

    assert in_time(one, NOW).model_copy(update={"text": one.notice.text}) == one.notice


def test_what_is_wrong_is_told_in_a_bearable_length():
    assert len(in_time(parcel(about="x" * 4000), NOW).text) < 200
