"""How long something was down each time, and what many such times come to."""

from datetime import timedelta

import pytest
from stage import HOUR, MINUTE, NOON

from psfbot.relay.alert import Severity
from psfbot.relay.incident import Happening, Incident, Standing
from psfbot.relay.spell import Spell, Tally, Turn, middle, spells, tally


def at(minutes):
    return NOON + minutes * MINUTE


def incident(number=1, **more):
    values = {"number": number, "subject": "docs.python.org", "title": "HTTP is down", "state": Standing.OPEN}
    values |= {"severity": Severity.ERROR, "opened_at": NOON, "changed_at": NOON}
    return Incident(**values | more)


def turns(*said, number=1):
    kinds = {"ack": Happening.ACKNOWLEDGED, "end": Happening.RESOLVED, "again": Happening.REOPENED}
    return [Turn(number, at(minute), kinds[kind], "ada") for kind, minute in said]


@pytest.mark.parametrize(
    ("given", "said", "found"),
    [
        ({}, [], [Spell(NOON)]),
        ({}, [("ack", 4)], [Spell(NOON, at(4), "ada")]),
        ({}, [("ack", 4), ("ack", 7)], [Spell(NOON, at(4), "ada")]),
        ({"resolved_at": at(9)}, [("end", 9)], [Spell(NOON, ended=at(9))]),
        ({"resolved_at": at(8)}, [("end", 9)], [Spell(NOON, ended=at(8))]),
        ({}, [("end", 9), ("again", 20)], [Spell(NOON, ended=at(9)), Spell(at(20))]),
        (
            {"resolved_at": at(25), "reopened_at": at(19)}, [("ack", 2), ("end", 9), ("again", 20), ("end", 26)],
            [Spell(NOON, at(2), "ada", at(9)), Spell(at(19), ended=at(25))],
        ),
    ],
)  # fmt: skip
def test_each_time_that_it_was_down_is_told_apart(given, said, found):
    assert spells(incident(**given), turns(*said)) == tuple(found)


def test_a_time_that_a_late_clock_would_make_negative_is_none_at_all():
    spell = Spell(NOON, NOON - MINUTE, "ada", NOON - HOUR)

    assert (spell.to_acknowledge, spell.to_resolve) == (timedelta(), timedelta())


def test_a_tally_counts_and_takes_medians_so_that_one_long_night_does_not_move_them():
    three = [incident(n, resolved_at=at(end)) for n, end in ((1, 5), (2, 7), (3, 600))]
    more = incident(4, reopened_at=at(30))
    said = {1: turns(("ack", 1), ("end", 5)), 4: turns(("ack", 3), ("end", 9), ("again", 30), number=4)}

    found = tally([*three, more], said)

    assert found == Tally(4, 5, 2, 4, 2 * MINUTE, 8 * MINUTE, 10 * HOUR)
    assert found.more_spells
    assert found.seconds["to_resolve"] == 480.0


def test_nothing_comes_to_nothing():
    assert tally([], {}) == Tally(0, 0, 0, 0, None, None, None)
    assert middle([]) is None
