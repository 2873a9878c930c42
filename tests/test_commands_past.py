"""Postmortems, statistics, silences and what was closed by hand, as people ask about them in chat."""

from datetime import timedelta

import pytest
from stage import GUEST, HOUR, MINUTE, NOON, OWNER, ended, fired, sample, stage, two_incidents

from psfbot.chat.answer import Outcome
from psfbot.relay.alert import Severity


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def busy(bot):
    return two_incidents(bot)


# Closed by hand.


def test_what_a_person_closed_is_not_said_to_be_up_and_who_asks_hears_that_it_is_still_reported(bot):
    bot.takes(fired())
    bot.now = NOON + 9 * MINUTE
    bot.says("resolve 1", OWNER)
    incident, asked = bot.ask("incident 1", GUEST), bot.ask("is docs down", GUEST)

    still = "Closed by hand by mdk, but pingdom still reports it: HTTP is firing"
    assert bot.heads[-1] == "RESOLVED #1 docs.python.org by mdk after 9 min (closed by hand)"
    assert incident.lines[:2] == ("#1 docs.python.org: resolved by mdk after 9 min. HTTP is firing", still)
    assert asked.lines[0] == f"docs.python.org: #1 resolved by mdk after 9 min. {still}"


def test_once_the_source_agrees_nothing_is_said_to_be_reported_any_more(bot):
    bot.takes(fired())
    bot.says("resolve 1", OWNER)
    bot.takes(ended(NOON + MINUTE))

    assert not [line for line in bot.ask("incident 1").lines if "by hand" in line]
    assert bot.says("is docs down").startswith("docs.python.org: no open incident.")


def test_several_sources_still_report_it(bot):
    bot.takes(fired(), fired(source="datadog", summary="5xx"))
    bot.says("resolve 1", OWNER)

    assert bot.ask("incident 1").lines[1] == "Closed by hand by mdk, but datadog and pingdom still report it: 5xx"


def test_a_cause_that_was_closed_names_what_is_still_reported_below_it(bot):
    bot.takes(fired(), fired(key="2", about="hg.python.org"))
    bot.says("resolve 3")

    assert bot.ask("incident 3").lines[1].startswith("Closed by hand by boss, but pingdom still reports it: ")


# How long.


def test_the_time_in_which_it_was_over_does_not_count(bot):
    bot.takes(fired())
    bot.now = NOON + 10 * MINUTE
    bot.takes(ended(bot.now))
    bot.now = NOON + 25 * MINUTE
    bot.takes(fired(bot.now))
    bot.now = NOON + 27 * MINUTE
    reply = bot.ask("incident 1")
    listed = bot.ask("incidents").lines[1]
    bot.takes(ended(NOON + 30 * MINUTE), after=3 * MINUTE)

    assert reply.lines[:2] == (
        "#1 docs.python.org: open for 2 min. HTTP is firing",
        "Since 12:25 UTC, first opened 12:00 UTC, error.",
    )
    assert listed == "#1 docs.python.org (open for 2 min, HTTP is firing)"
    assert bot.heads[-1] == "UP #1 docs.python.org again after 5 min"
    assert bot.says("incident 1") == "#1 docs.python.org: resolved after 5 min. HTTP is firing"


def test_what_was_closed_by_hand_and_is_said_again_begins_anew_although_its_source_repeats_the_old_time(bot):
    bot.takes(fired())
    bot.now = NOON + 10 * MINUTE
    bot.says("resolve 1", OWNER)
    bot.now = NOON + 15 * MINUTE
    bot.takes(fired())
    bot.now = NOON + 18 * MINUTE

    assert bot.says("incident 1") == "#1 docs.python.org: open for 2 min. HTTP is firing"


# Silences.

SILENT = "silenced until 14:10 UTC by mdk"


@pytest.mark.parametrize("said", ["incidents", "incident 1", "is docs down", "recent incidents"])
def test_whoever_asks_about_what_is_silenced_hears_until_when_and_by_whom(busy, said):
    before = " ".join(busy.ask(said, GUEST).lines).lower()
    busy.says("mute docs 2h because x", OWNER)
    after = " ".join(busy.ask(said, GUEST).lines).lower()
    busy.says("unmute docs", OWNER)

    assert SILENT not in before
    assert SILENT.lower() in after
    assert " ".join(busy.ask(said, GUEST).lines).lower() == before


def test_a_silence_gives_its_reason_and_says_what_is_told_all_the_same(busy):
    busy.says("maintenance docs 2h because we move it", OWNER)

    said = "In maintenance until 14:10 UTC by mdk, because we move it (silence 1): only its end is told."
    assert said in busy.ask("incident 1", GUEST).lines
    assert said in busy.ask("is docs down", GUEST).lines


def test_what_is_up_and_silenced_says_so_and_what_is_over_is_listed_without(busy):
    busy.says("resolve 1", OWNER)
    busy.takes(ended(busy.now))
    busy.says("mute docs 2h because x", OWNER)

    assert any(line.startswith("Silenced until 14:10 UTC by mdk") for line in busy.ask("is docs down").lines)
    assert "silenced" not in " ".join([*busy.ask("recent incidents").lines, *busy.ask("incident 1").lines])


def test_what_is_silenced_below_a_shared_cause_is_named(bot):
    bot.takes(fired(), fired(key="2", about="hg.python.org"))
    bot.says("mute docs 2h because x", OWNER)

    assert "docs.python.org silenced until 14:00 UTC by mdk, 2 services: " in bot.ask("incidents").lines[1]


# Lists.


@pytest.mark.parametrize(
    "said",
    [
        "list incidents", "incidents", "any incidents?", "is there an incident?", "are there any incidents",
        "are there open incidents", "any problems?", "show me incidents",
    ],
)  # fmt: skip
def test_incidents_are_listed_however_one_asks(busy, said):
    assert busy.says(said, GUEST) == "2 open incidents."


def test_a_list_of_rooms_is_no_search(bot):
    assert bot.ask("list rooms", GUEST).lines == (
        "1 room in the catalog.",
        "python-infra (irc #python-infra, all alerts)",
    )


def test_a_question_about_one_service_stays_one(busy):
    assert busy.says("any incidents with docs?").startswith("docs.python.org: #1 open for 10 min.")


# Postmortems.


@pytest.mark.parametrize(
    "said",
    ["timeline 1 --markdown", "timeline 1 \u2014markdown", "timeline of #1 as markdown", "postmortem 1", "export 1"],
)
def test_a_timeline_is_given_as_markdown(busy, said):
    reply = busy.ask(said, GUEST)

    assert reply.lines[0] == "# Incident 1: docs.python.org"
    assert "## Timeline (UTC)" in reply.lines
    assert "" not in reply.lines
    assert reply.answer.data["markdown"].startswith("# Incident 1: docs.python.org\n- What: HTTP is firing\n")


def test_a_plain_timeline_stays_plain(busy):
    assert busy.says("timeline 1") == "#1 docs.python.org: open for 10 min."


def test_a_postmortem_of_nothing_is_refused(busy):
    reply = busy.ask("postmortem 7")

    assert reply.lines == ("There is no incident #7. `incidents` lists the open ones.",)
    assert reply.answer.outcome is Outcome.REFUSED


# Statistics.


@pytest.fixture
def year(bot):
    """Docs was down in October for 20 minutes and twice in November, and something unknown once."""
    bot.takes(fired(NOON.replace(month=10)), ended(NOON.replace(month=10) + 20 * MINUTE))
    bot.takes(fired(NOON - HOUR, severity=Severity.WARNING), ended(NOON - HOUR + 4 * MINUTE))
    bot.now = NOON + 2 * MINUTE
    bot.takes(fired(NOON + 2 * MINUTE, key="9", about="db-7.example"))
    bot.now = NOON + 5 * MINUTE
    bot.says("ack 3")
    bot.now = NOON + 60 * MINUTE
    bot.takes(fired(bot.now, severity=Severity.WARNING))
    bot.now = NOON + 68 * MINUTE
    bot.takes(ended(bot.now), after=timedelta())
    bot.now = NOON + 70 * MINUTE
    bot.takes(fired(bot.now, severity=Severity.WARNING))
    return bot


MEANT = "Note: Times are medians over each time that something was down."


def test_the_months_of_a_service_are_told_one_by_one(year):
    lines = year.ask("stats docs").lines

    assert lines[0].startswith("docs.python.org, 2025-12 to 2026-11: 3 incidents, down 4 times: ")
    assert "2026-10 (1 incident: none acknowledged, 1 resolved after 20 min) · 2026-11 (2 incidents" in lines[1]
    assert lines[2] == MEANT


def test_one_month_of_a_service_names_its_incidents(year):
    lines = year.ask("stats docs.python.org 2026-11").lines

    figures = (
        "2 incidents, down 3 times: none acknowledged, 2 resolved after 6 min, the longest after 8 min, 1 not over"
    )
    assert lines == (
        f"docs.python.org, 2026-11: {figures}.",
        "#2 2026-11-20 11:00 UTC: HTTP is firing",
        "#4 2026-11-20 13:00 UTC: HTTP is firing",
        MEANT,
    )


def test_a_month_is_told_service_by_service_the_worst_first(year):
    lines = year.ask("stats").lines

    assert lines[0].startswith("2026-11: 3 incidents, down 4 times: 1 acknowledged after 3 min, 2 resolved after 6 min")
    assert lines[1].startswith("docs.python.org (2 incidents, down 3 times: none acknowledged, ")
    assert lines[1].endswith(" · db-7.example (1 incident: 1 acknowledged after 3 min, 1 not over)")


@pytest.mark.parametrize(
    ("said", "month"),
    [
        ("stats", "2026-11"), ("stats this month", "2026-11"), ("statistics last month", "2026-10"),
        ("stats for october", "2026-10"), ("stats oct", "2026-10"), ("stats December", "2025-12"),
        ("stats sept 2024", "2024-09"), ("stats 2025-3", "2025-03"),
        ("how many incidents were there in May", "2026-05"),
        ("mttr docs in october", "docs.python.org, 2026-10"),
        ("how often was docs down", "docs.python.org, 2025-12 to"),
    ],
)  # fmt: skip
def test_a_month_is_read_as_people_write_it(bot, said, month):
    assert bot.says(said).startswith(month)


@pytest.mark.parametrize("said", ["fastly", "2026-13", "2026-0", "1999-01", "xyzzy 2026-10", "octopus", "2"])
def test_what_is_neither_a_month_nor_a_service_is_refused(bot, said):
    reply = bot.ask(f"stats {said}")

    assert reply.lines[0].startswith(
        f"'{said}' is neither a service that I know nor a month. Say for example: stats docs"
    )
    assert reply.answer.outcome is Outcome.REFUSED


def test_more_services_than_fit_are_counted(bot):
    bot.takes(*(fired(key=str(n), about=f"host-{n}.example") for n in range(23)))
    reply = bot.ask("stats")

    assert len(reply.answer.items) == 20
    assert reply.lines[-1] == "Note: 3 more services had no more."


def test_scripts_read_the_same_figures_in_seconds(year):
    data = year.ask("stats").answer.data

    assert data["services"]["db-7.example"] == {
        "incidents": 1, "spells": 1, "acknowledged": 1, "resolved": 0,
        "to_acknowledge": 180.0, "to_resolve": None, "longest": None,
    }  # fmt: skip


def test_shared_causes_are_no_incidents_of_their_own(bot):
    bot.takes(fired(), fired(key="2", about="hg.python.org"))

    assert len(bot.incidents) == 3
    assert bot.says("stats").startswith("2026-11: 2 incidents: ")


def test_a_month_that_has_begun_elsewhere_is_counted_in_utc(tmp_path):
    with stage(tmp_path, sample()) as bot:
        bot.takes(fired(NOON.replace(month=11, day=1, hour=0)))

        assert bot.says("stats docs 2026-11").startswith("docs.python.org, 2026-11: 1 incident")
        assert bot.says("stats docs 2026-10") == "docs.python.org, 2026-10: no incidents."
