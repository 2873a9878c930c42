"""Who will be on call: the time that people add to the question, in the words that they use."""

from datetime import datetime

import pytest
from duties import on_duty
from stage import GUEST, HOUR, NOON

from psfbot.commands.when import in_question, moment_of

SATURDAY, MONDAY = "2026-11-21", "2026-11-23"


@pytest.fixture
def bot(tmp_path):
    with on_duty(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "whose", "at"),
    [
        ("who is on call tomorrow 9:00", "main", f"{SATURDAY} 09:00"),
        ("who is on call tomorrow at 9", "main", f"{SATURDAY} 09:00"),
        ("who will be on call tomorrow?", "main", f"{SATURDAY} 12:00"),
        ("who is on call tonight", "main", "21:00"),
        ("oncall tonight", "main", "21:00"),
        ("oncall docs tomorrow 09:00", "docs.python.org", f"{SATURDAY} 09:00"),
        ("oncall docs on monday", "docs.python.org", f"{MONDAY} 12:00"),
        ("who is on call on monday", "main", f"{MONDAY} 12:00"),
        ("who is on call monday evening", "main", f"{MONDAY} 19:00"),
        ("oncall docs monday 18:00", "docs.python.org", f"{MONDAY} 18:00"),
        ("oncall docs.python.org 18:00", "docs.python.org", "18:00"),
        ("who is on call 18:00 utc", "main", "18:00"),
        ("who is on call for docs on monday at 9am", "docs.python.org", f"{MONDAY} 09:00"),
        ("who's on call this weekend", "main", f"{SATURDAY} 12:00"),
        ("who is on call next week", "main", f"{MONDAY} 12:00"),
        ("who is on call next friday", "main", "2026-11-27 12:00"),
        ("who is on call on 2026-12-24", "main", "2026-12-24 12:00"),
        ("oncall docs 2026-12-24 18:00", "docs.python.org", "2026-12-24 18:00"),
        ("oncall docs in 3h", "docs.python.org", "15:00"),
        ("who is on call in 3 hours", "main", "15:00"),
        ("who is on call at 18", "main", "18:00"),
        ("rota main monday", "main", f"{MONDAY} 12:00"),
        ("rota main tomorrow in the morning", "main", f"{SATURDAY} 09:00"),
    ],
)
def test_a_time_needs_no_at(bot, text, whose, at):
    assert bot.says(text, GUEST).startswith(f"{whose}: at {at} UTC it will be ")


@pytest.mark.parametrize(
    "text", ["who is on call today", "who is on call this week", "who is on call on friday", "oncall docs on friday"]
)
def test_of_a_day_that_has_begun_now_is_meant(bot, text):
    bot.now = NOON + 3 * HOUR

    assert ": Julien Palard is on call, until " in bot.says(text, GUEST)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("who is on call for dosc tomorrow", "I know no service or team called 'dosc'. Did you mean"),
        ("who is on call on dosc", "I know no service or team called 'dosc'. Did you mean"),
        ("who is on call in docs", "docs.python.org: Julien Palard is on call"),
        ("oncall docs tomorrow foo", "I do not know when 'foo' is."),
        ("oncall docs 25:00", "I do not know when '25:00' is."),
        ("oncall docs 2026-13-01", "I do not know when '2026-13-01' is."),
    ],
)
def test_what_is_no_time_or_no_name_is_told(bot, text, said):
    assert bot.says(text, GUEST).startswith(said)


@pytest.mark.parametrize(
    ("said", "zone", "utc"),
    [
        ("tomorrow morning", "Europe/Paris", "2026-11-21T08:00"),
        ("next friday", "Europe/Paris", "2026-11-27T11:00"),
        ("this weekend", None, "2026-11-21T12:00"),
        ("this monday at night", "America/Chicago", "2026-11-24T03:00"),
        ("tonight at 23:30", None, "2026-11-20T23:30"),
    ],
)
def test_a_moment_is_the_readers_own(said, zone, utc):
    assert moment_of(said, NOON, zone) == datetime.fromisoformat(f"{utc}+00:00")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("who is on call?", ""),
        ("oncall docs", ""),
        ("who is on call for docs Next  Monday 9:00 UTC?", "next monday 9:00 utc"),
        ("oncall friday.example.org", ""),
        ("tonight", "tonight"),
        ("oncall docs in the morning", ""),
        ("x" * 10_000, ""),
    ],
)
def test_the_end_of_a_question_says_when(text, end):
    assert in_question(text) == end
