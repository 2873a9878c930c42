"""Who is on call, when is my next shift, which shifts come: answered from what is kept, with its age."""

import asyncio
import time
from datetime import timedelta

import pytest
from duties import OURS, THEIRS, Stand, duty_book, on_duty, theirs
from stage import ADMIN, GUEST, HOUR, MINUTE, NOON, OWNER, STRANGER, stage

from psfbot.oncall.find import called, rota_of

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
