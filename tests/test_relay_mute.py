"""When nothing is said, for how long, and what is said all the same."""

import pytest
from stage import HOUR, MINUTE, NOON

from psfbot.relay.incident import Happening, Silence
from psfbot.relay.mute import ALWAYS_TOLD, hush

LATE = NOON + 3 * HOUR
USUAL = "1 by ned until 2026-11-20 13:00 UTC because we rebuild it"
LONGER = "2 by ned until 2026-11-20 15:00 UTC because we rebuild it"


def silence(number=1, subject="docs", start=NOON, end=NOON + HOUR, **more):
    values = {"author": "ned", "reason": "we rebuild it"}
    return Silence(**{"id": number, "subject": subject, "starts_at": start, "ends_at": end} | values | more)


@pytest.mark.parametrize("kind", Happening)
def test_only_an_end_and_who_took_it_pass_a_silence(kind):
    assert (hush("docs", kind, [silence()], NOON) is None) is (kind in {Happening.RESOLVED, Happening.ACKNOWLEDGED})


def test_what_passes_a_silence_is_written_down_in_one_place():
    assert {Happening.RESOLVED, Happening.ACKNOWLEDGED} == ALWAYS_TOLD


@pytest.mark.parametrize(
    ("silences", "at", "why"),
    [
        ([silence()], NOON, f"silence {USUAL}"),
        ([silence(reason="")], NOON, "silence 1 by ned until 2026-11-20 13:00 UTC"),
        ([silence(maintenance=True)], NOON, f"maintenance {USUAL}"),
        ([silence(subject="*")], NOON, f"silence {USUAL}"),
        ([silence(1), silence(2, end=LATE)], NOON, f"silence {LONGER}"),
        ([silence(1), silence(2, subject="wiki", end=LATE)], NOON, f"silence {USUAL}"),
        ([silence(1), silence(2, start=NOON + MINUTE, end=LATE)], NOON, f"silence {USUAL}"),
    ],
)  # fmt: skip
def test_the_longest_silence_that_holds_is_the_reason(silences, at, why):
    held = hush("docs", Happening.OPENED, silences, at)

    assert held is not None
    assert held.reason == why
    assert held.silence in silences


@pytest.mark.parametrize(
    ("silences", "at"),
    [
        ([], NOON),
        ([silence(subject="wiki")], NOON),
        ([silence()], NOON - MINUTE),
        ([silence()], NOON + HOUR),
    ],
)
def test_without_a_silence_that_holds_it_is_told(silences, at):
    assert hush("docs", Happening.OPENED, silences, at) is None
