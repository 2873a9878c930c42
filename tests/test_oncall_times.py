"""Who will be on call: the time that people add to the question, in the words that they use."""

import asyncio
from datetime import datetime, timedelta

import pytest
from duties import THEIRS, duty_book, on_duty, theirs
from stage import GUEST, HOUR, NOON

from psfbot.commands.when import in_question, moment_of
from psfbot.errors import UserError
from psfbot.oncall.shift import Watch

DAY = timedelta(days=1)

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
        ("who is on call 24:00", "main", f"{SATURDAY} 00:00"),
        ("who is on call tomorrow 24:00", "main", "2026-11-22 00:00"),
        ("who is on call this evening", "main", "19:00"),
        ("who is on call in the afternoon", "main", "15:00"),
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
        (
            "who is on call on 2027-03-28 10:00",
            "main: at 2027-03-28 10:00 UTC it will be Julien Palard, until 2027",
        ),
        ("who is on call on 2030-01-01", "main: at 2030-01-01 12:00 UTC it will be Jacob Coffee, until 2030-01-07"),
        (
            "oncall docs 2027-04-01",
            "docs.python.org: at 2027-04-01 12:00 UTC it will be Jacob Coffee, until 2027",
        ),
        ("rota main at 2027-03-28 10:00", "main: at 2027-03-28 10:00 UTC it will be Julien Palard, until 2027"),
    ],
)
def test_our_own_rota_is_known_for_years(bot, text, said):
    assert bot.says(text, GUEST).startswith(said)


def test_a_rota_of_a_source_is_known_as_far_as_the_source_was_asked(tmp_path):
    book = duty_book(THEIRS, {**THEIRS, "id": "second", "team": "docs"})
    with on_duty(tmp_path, book) as bot:
        shifts = (theirs("PMDK001", NOON - HOUR, NOON + 50 * DAY),)
        asyncio.run(bot.roster.duties.keep(Watch(rota="main", source="pagerduty", shifts=shifts, known_at=NOON)))
        asyncio.run(bot.roster.duties.keep(Watch(rota="second", source="pagerduty", shifts=shifts, known_at=NOON)))
        soon = bot.says("who is on call in 2d", GUEST)
        late = bot.says("who is on call on 2027-03-28", GUEST)
        lines = list(bot.ask("who is on call on 2027-03-28", GUEST).lines)

    assert soon.startswith("main: at 2026-11-22 12:00 UTC it will be Julien Palard, until ")
    assert late.startswith(
        "main: I do not know who is on call at 2027-03-28 12:00 UTC:"
        " pagerduty was asked about 60 days from 12:00 UTC on."
        " Reach PSF Infrastructure Team: "
    )
    assert any("second" in line and "not known for that time" in line for line in lines), lines
    assert "Dustin" not in "".join(lines), "a back-up is nobody's answer to what is not known"


def test_of_long_ago_it_is_said_that_overrides_are_not_known(bot):
    bot.now = NOON + 100 * DAY
    old, lately = (list(bot.ask(f"who is on call on {day}", GUEST).lines) for day in ("2026-12-24", "2027-02-20"))

    assert old[0].startswith("main: at 2026-12-24 12:00 UTC it was Jacob Coffee")
    assert old[-1] == "Note: Overrides and swaps of so long ago are not kept; this is what the rota says."
    assert not lately[-1].startswith("Note:")


@pytest.mark.parametrize("zone", ["America/Chicago", "Pacific/Kiritimati", None])
@pytest.mark.parametrize("day", ["9999-12-31 23:59", "0001-01-01", "2126-12-31 24:01", "2127-01-01"])
def test_days_that_nobody_lives_to_see_are_refused_in_words(day, zone):
    with pytest.raises(UserError, match="I do not know when"):
        moment_of(day, NOON, zone)


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
