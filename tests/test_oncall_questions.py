"""Who is on call, when is my next shift, which shifts come: answered from what is kept, with its age."""

import asyncio
import time
from datetime import timedelta

import pytest
from conftest import Asking
from duties import OURS, THEIRS, Stand, duty_book, on_duty, theirs
from stage import ADMIN, GUEST, HOUR, MINUTE, NOON, OWNER, STRANGER, stage

from psfbot.commands.when import moment_of
from psfbot.errors import UserError
from psfbot.oncall.find import called, rota_of
from psfbot.oncall.line import in_a_line

DAY = timedelta(days=1)


@pytest.fixture
def bot(tmp_path):
    with on_duty(tmp_path) as opened:
        yield opened


def lines(bot, text, speaker=GUEST, *, public=True):
    return list(bot.ask(text, speaker, public=public).lines)


def test_who_is_on_call_says_who_until_when_by_every_clock_who_is_behind_and_that_it_does_not_page(bot):
    assert lines(bot, "who is on call?") == [
        (
            "main: Julien Palard is on call, until 2026-11-23 08:00 UTC (2026-11-23 09:00 for them)."
            " Back-up: Dustin Ingram. (This does not page.)"
        ),
        "Julien Palard: GitHub JulienPalard",
        "Next: Jacob Coffee, from 2026-11-23 08:00 UTC.",
        "Reach PSF Infrastructure Team: infrastructure-staff@python.org · #python-infra (on Libera.Chat).",
    ]


def test_private_ways_to_reach_somebody_stay_out_of_public_rooms(bot):
    assert not any("mdk@example.org" in line for line in lines(bot, "who is on call?"))
    assert "Julien Palard: GitHub JulienPalard · mail mdk@example.org · IRC mdk" in lines(bot, "on call", public=False)


def test_times_are_told_by_the_clock_of_whoever_asks(bot):
    assert "(2026-11-23 02:00 for you, 2026-11-23 09:00 for them)" in bot.says("who is on call", ADMIN)
    assert "(2026-11-23 09:00 for you)" in bot.says("who is on call", OWNER)


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("who is on call for docs.python.org", "docs.python.org: Julien Palard is on call, until"),
        ("oncall infra", "infra: Julien Palard is on call, until"),
        ("rota main", "main: Julien Palard is on call, until"),
        ("who is on call for docs tonight", "docs.python.org: at 21:00 UTC it will be Julien Palard, until"),
        ("who is on call at 2026-11-24 10:00", "main: at 2026-11-24 10:00 UTC it will be Jacob Coffee, until"),
        ("oncall docs.python.org at tomorrow 9:00", "docs.python.org: at 2026-11-21 09:00 UTC it will be Julien"),
        ("who is on call for infra on tuesday", "infra: at 2026-11-24 12:00 UTC it will be Jacob Coffee, until"),
        ("who is on call at in 4d", "main: at 2026-11-24 12:00 UTC it will be Jacob Coffee, until"),
    ],
)
def test_it_is_asked_for_teams_services_rotas_and_other_times(bot, text, begins):
    assert bot.says(text, GUEST).startswith(begins)


def test_the_hand_off_is_at_its_minute(bot):
    bot.now = NOON + 2 * DAY + 20 * HOUR - timedelta(seconds=1)
    assert bot.says("who is on call", GUEST).startswith("main: Julien Palard is on call")

    bot.now += timedelta(seconds=1)
    assert bot.says("who is on call", GUEST).startswith("main: Jacob Coffee is on call")


def test_a_time_that_is_over_is_told_as_such_and_of_long_ago_nothing_is_known(bot):
    assert bot.says("who is on call at 2026-11-20 11:00", GUEST).startswith(
        "main: at 11:00 UTC it was Julien Palard, until"
    )
    assert bot.says("rota main at 2026-10-01 11:00", GUEST).startswith("main: at 2026-10-01 11:00 UTC it was Dustin")


@pytest.mark.parametrize(
    ("said", "clock"), [("3am", "03:00"), ("12 am", "00:00"), ("12:30 pm", "12:30"), ("11:05pm", "23:05")]
)
def test_a_clock_of_twelve_hours_is_read(said, clock):
    assert f"{moment_of(f'{said} utc', NOON, None):%H:%M}" == clock


@pytest.mark.parametrize("said", ["13pm", "0 am", "33", "25:00", "next", "the day"])
def test_what_no_clock_shows_is_told(said):
    with pytest.raises(UserError, match="I do not know when"):
        moment_of(said, NOON, None)


def test_without_an_answer_from_anybody_the_team_is_named(tmp_path):
    for id_, text, said in [
        ("now", "who is on call", "main: I know of nobody who is on call now. Reach PSF Infrastructure Team:"),
        ("later", "on call at 18:00 utc", "main: I know of nobody who is on call at 18:00 UTC (12:00 for you)."),
        ("shifts", "shifts", "main: no shifts are known."),
        ("page", "page docs.python.org because x", "Nobody was paged: I know of nobody who is on call for docs.pyth"),
        ("lost", "page gaynor because x", "Page Alex Gaynor about Alex Gaynor"),
    ]:
        (tmp_path / id_).mkdir()
        with on_duty(tmp_path / id_, duty_book({**THEIRS, "backup": ()})) as bot:
            assert bot.says(text, ADMIN).startswith(said)


def test_a_person_without_any_account_cannot_be_paged_and_that_is_told(tmp_path):
    with on_duty(tmp_path, duty_book(), rooms={"irc": ""}) as bot:
        bot.says("page gaynor because x", ADMIN)

        assert bot.says("yes", ADMIN).startswith("Nobody was paged: I know no way to reach Alex Gaynor. Reach PSF")


@pytest.mark.parametrize(
    ("hours", "said"), [(0.1, ""), (1, "60 minutes ago"), (5, "5 hours ago"), (47, "47 hours ago"), (100, "4 days ago")]
)
def test_an_age_is_told_in_the_unit_that_matters(other, hours, said):
    refresh(other)
    other.now += timedelta(hours=hours)
    notes = [line for line in lines(other, "who is on call") if line.startswith("Note")]

    assert notes == ([f"Note: This is what pagerduty said {said}."] if said else [])


def test_shifts_that_never_end_are_told_as_such(tmp_path):
    source = Stand({"PS": (theirs("PCOFFEE", NOON - DAY, None), theirs("PMDK001", NOON - DAY, NOON + DAY, 3))})
    with on_duty(tmp_path, duty_book({**THEIRS, "backup": ()}), source=source) as bot:
        refresh(bot)

        assert bot.says("am i on call", ADMIN) == "You are on call for main at any time."
        assert bot.says("am i on call", OWNER).endswith(", called after 2 others.")
        assert bot.says("shifts of coffee", GUEST) == "Jacob Coffee is on call for main at any time."


def test_at_the_command_line_the_catalog_alone_answers():
    said = Asking(duty_book())("who is on call").lines[0]

    assert said.startswith("main: Julien Palard is on call, until 2026-11-23 08:00 UTC")


@pytest.mark.parametrize(
    "text", ["rota docs.python.org", "rota infra", "shifts of the rota main", "rota dosc.python.org"]
)
def test_a_rota_goes_by_the_names_of_what_it_is_called_for(bot, text):
    said = bot.says(text, GUEST)

    assert said.startswith("main: ") or said.endswith("Did you mean docs.python.org?")


@pytest.mark.parametrize("text", ["who is on call at noonish", "oncall infra at 25:00", "on call at 2026-13-01"])
def test_a_time_that_is_none_is_told_with_examples(bot, text):
    assert "I do not know when" in bot.says(text, GUEST)
    assert "tomorrow 9:00" in bot.says(text, GUEST)


def test_a_rota_that_nobody_knows_is_told_with_those_that_there_are(bot):
    assert bot.says("rota nonsense", GUEST) == (
        "I know no rota, service or team called 'nonsense'. The rotas are main."
    )


def test_several_rotas_are_listed_behind_the_main_one(tmp_path):
    docs = OURS | {"id": "docs", "team": "docs", "backup": ()}
    with on_duty(tmp_path, duty_book(OURS, docs)) as bot:
        assert lines(bot, "who is on call")[-1].startswith("docs (Julien Palard, until 2026-11-23 08:00 UTC")
        assert bot.says("who is on call for docs.python.org", GUEST).startswith("docs.python.org: Julien")


def test_without_a_rota_the_answer_is_honest_about_it(tmp_path):
    with stage(tmp_path) as bot:
        for text in ("who is on call", "when am i next", "shifts", "page docs.python.org because it is down"):
            said = bot.says(text, OWNER)

            assert "o rota is known" in said
            assert "Reach PSF Infrastructure Team" in said or "Reach docs.python.org administrators" in said
            assert "does not page" in said or "Nobody was paged" in said


@pytest.mark.parametrize(
    ("text", "speaker", "said"),
    [
        ("am I on call?", OWNER, "You are on call for main until 2026-11-23 08:00 UTC (2026-11-23 09:00 for you)."),
        (
            "when am I next on call",
            ADMIN,
            (
                "You are not on call; next for main from 2026-11-23 08:00 UTC (2026-11-23 02:00 for you)"
                " until 2026-11-30 08:00 UTC (2026-11-30 02:00 for you)."
            ),
        ),
        ("am i on call", STRANGER, "You have no shift in the next 60 days. Back-up at any time: main."),
        (
            "when is Jacob Coffee next on call?",
            GUEST,
            (
                "Jacob Coffee is not on call; next for main from 2026-11-23 08:00 UTC (2026-11-23 02:00 for them)"
                " until 2026-11-30 08:00 UTC (2026-11-30 02:00 for them)."
            ),
        ),
    ],
)
def test_people_ask_for_their_own_shifts_and_for_others(bot, text, speaker, said):
    assert bot.says(text, speaker) == said


def test_nobody_is_known_by_their_nick_alone(bot):
    assert bot.says("am i on call", GUEST).startswith("I do not know who you are")


def test_shifts_are_listed_from_now_on(bot):
    found = lines(bot, "shifts of infra")

    assert found[0] == "main: the shifts from now on."
    assert "Julien Palard (2026-11-16 08:00 UTC" in found[1]
    assert "Jacob Coffee (2026-11-23 08:00 UTC" in found[1]


# With a source that is asked now and then


@pytest.fixture
def source():
    return Stand({"PS": (theirs("PCOFFEE", NOON - DAY, NOON + DAY), theirs("PX", NOON - DAY, None, 2, "Xi Example"))})


@pytest.fixture
def other(tmp_path, source):
    with on_duty(tmp_path, duty_book(THEIRS), source=source) as opened:
        yield opened


def refresh(bot):
    return asyncio.run(bot.roster.refresh(bot.book.catalog, bot.now))


def test_before_a_source_was_asked_that_is_told(other):
    said = lines(other, "who is on call")

    assert said[0].startswith("main: Dustin Ingram is on call, at any time.")
    assert said[-1] == "Note: The source of this rota never told who is on call: it was not asked yet"


def test_what_a_source_says_is_told_with_the_catalogs_names(other):
    assert refresh(other) == ""
    said = lines(other, "who is on call")

    assert said[0] == (
        "main: Jacob Coffee is on call, until 2026-11-21 12:00 UTC (2026-11-21 06:00 for them)."
        " Back-up: Xi Example then Dustin Ingram. (This does not page.)"
    )
    assert not any(line.startswith("Note") for line in said)


def test_the_age_of_what_is_known_is_told_when_it_is_old(other):
    refresh(other)
    other.now += 3 * HOUR

    assert lines(other, "who is on call")[-1] == "Note: This is what pagerduty said 3 hours ago."


def test_a_source_that_does_not_answer_any_more_is_told_and_what_it_said_still_counts(other, source):
    refresh(other)
    other.now += 20 * MINUTE
    source.trouble = "PagerDuty did not answer within 5 seconds."

    assert refresh(other) == source.trouble
    said = lines(other, "who is on call")
    assert said[0].startswith("main: Jacob Coffee is on call")
    assert said[-1] == (
        "Note: pagerduty does not answer; this is what it said 20 minutes ago."
        " PagerDuty did not answer within 5 seconds."
    )


def test_what_is_known_outlives_a_restart_and_needs_no_source(tmp_path, source):
    with on_duty(tmp_path, duty_book(THEIRS), source=source) as bot:
        refresh(bot)
    with on_duty(tmp_path, duty_book(THEIRS)) as bot:
        assert bot.says("who is on call", GUEST).startswith("main: Jacob Coffee is on call")


def test_a_question_never_waits_for_a_source(other, source):
    refresh(other)
    asked, began = len(source.asked), time.monotonic()
    for _ in range(20):
        other.says("who is on call", GUEST)

    assert len(source.asked) == asked
    assert time.monotonic() - began < 20, "each within a second"


def test_a_rota_of_our_own_stands_in_while_a_source_never_answered(tmp_path):
    both = OURS | {"pagerduty_schedule": "PS"}
    with on_duty(tmp_path, duty_book(both), source=Stand(trouble="down")) as bot:
        refresh(bot)

        assert bot.says("who is on call", GUEST).startswith("main: Julien Palard is on call")


def test_a_rota_is_a_calendar_too(bot):
    duty = bot.book.catalog.oncall["main"]
    text = asyncio.run(bot.roster.as_calendar(duty, bot.book.catalog, bot.now))

    assert "SUMMARY:Julien Palard on call (main)" in text
    assert "DTSTART:20261123T080000Z" in text


def test_which_rota_is_meant_follows_owners_and_escalation():
    docs = OURS | {"id": "docs", "team": "docs"}
    catalog = duty_book(OURS, docs, services={"hg.python.org": {"oncall": "docs"}}).catalog

    assert rota_of(catalog).id == "main"
    assert rota_of(catalog, catalog.services["docs.python.org"]).id == "docs"
    assert rota_of(catalog, catalog.services["hg.python.org"]).id == "docs"
    assert rota_of(catalog, catalog.teams["postmasters"]).id == "main"
    assert called(catalog, "DOCS").id == "docs"
    assert called(duty_book(THEIRS).catalog, "ps").id == "main"
    assert called(catalog, "nothing") is None


def test_who_is_on_call_fits_a_line_below_an_alert(bot):
    catalog, none = bot.book.catalog, duty_book(OURS | {"team": "docs"}).catalog
    known = asyncio.run(bot.roster.watches(catalog, bot.now))

    assert in_a_line(catalog, known, catalog.services["docs.python.org"], bot.now) == (
        "Julien Palard until 2026-11-23 08:00 UTC; back-up Dustin Ingram"
    )
    assert in_a_line(none, {}, none.services["hg.python.org"], bot.now) == ""
    assert in_a_line(catalog, {}, None, bot.now) == ""
