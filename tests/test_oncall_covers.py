"""Somebody else's turn: overrides, covering for one another, swaps; in our own rota and where it is kept elsewhere."""

import asyncio

import pytest
from duties import OURS, THEIRS, Stand, duty_book, on_duty, theirs
from stage import ADMIN, BOSS, GUEST, HOUR, NOON, OWNER, STRANGER

from psfbot.chat.message import Speaker

EE = Speaker("ee", account="ee", person="ee")


@pytest.fixture
def bot(tmp_path):
    with on_duty(tmp_path) as opened:
        yield opened


def who(bot):
    """Who is on call now."""
    return bot.says("who is on call", GUEST).removeprefix("main: ").partition(" is on call")[0]


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("override main di for 2h", "14:00 UTC (08:00 for you)"),
        ("override infra with di until 15:00", "21:00 UTC (15:00 for you)"),
        ("override docs.python.org to Dustin Ingram until 14:00 UTC", "14:00 UTC (08:00 for you)"),
        ("put dustin on call for main for 120m", "14:00 UTC (08:00 for you)"),
    ],
)
def test_an_override_puts_somebody_on_call_for_a_while(bot, text, until):
    assert bot.says(text, ADMIN) == (f"main: Dustin Ingram is on call until {until}. Dustin Ingram gets a message.")
    assert who(bot) == "Dustin Ingram"


def test_an_override_ends_by_itself_and_is_told_with_who_made_it(bot):
    bot.says("override main di for 2h", ADMIN)

    assert "It is their turn by an override by coffee." in bot.ask("who is on call", GUEST).lines
    bot.now += 2 * HOUR
    assert who(bot) == "Julien Palard"


def test_whoever_cannot_be_reached_must_be_told_by_somebody(bot):
    assert bot.says("override main ee for 2h", ADMIN).endswith("Please make sure that Ee Durbin knows.")


def test_an_override_takes_no_guess(bot):
    said = bot.says("override docs.python with di for 2h", ADMIN)

    assert said == "I know no rota, service or team called 'docs.python'. Did you mean docs.python.org or docs?"


def test_an_override_is_written_down(bot):
    bot.says("override main di for 2h", ADMIN)

    deed = bot.deeds[-1]
    assert (deed.person, deed.said) == ("coffee", "override main di for 2h")
    assert deed.outcome.startswith("answered: main: Dustin Ingram is on call until")


@pytest.mark.parametrize(
    ("speaker", "why"),
    [
        (GUEST, "'override' needs a member, and the catalog knows no person with this account."),
        (STRANGER, ""),
        (OWNER, ""),
        (BOSS, ""),
    ],
)
def test_members_of_the_team_and_of_the_rota_may_change_it(bot, speaker, why):
    said = bot.says("override main coffee for 1h", speaker)

    assert said.startswith(why or "main: Jacob Coffee is on call until")


def test_others_may_not(bot):
    bot.book = duty_book(OURS | {"team": "docs", "backup": ()})
    said = bot.says("override main mdk for 1h", STRANGER)

    assert said == (
        "That changes somebody else's shift, which needs a responder or a member of the team,"
        " and Dustin Ingram is in the catalog."
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("override nonsense mdk for 1h", "I know no rota, service or team called 'nonsense'. The rotas are main."),
        ("override main mdk for ever", "'ever' is no length of time. Say a length such as 30m, 2h or 1d, or a time"),
        ("override main mdk for 60d", "That is longer than 31 days. Whoever takes over for so long belongs into"),
    ],
)
def test_what_cannot_be_done_is_told_in_words(bot, text, said):
    assert bot.says(text, ADMIN).startswith(said)
    assert who(bot) == "Julien Palard"


def test_whoever_is_on_call_can_be_covered_by_the_backup(bot):
    said = bot.says("cover me until 18:00", OWNER)

    assert said.startswith("main: Dustin Ingram is on call until 17:00 UTC")
    assert who(bot) == "Dustin Ingram"
    bot.now = NOON + 5 * HOUR
    assert who(bot) == "Julien Palard"


def test_or_by_somebody_whom_they_name(bot):
    assert bot.says("cover me with coffee for 2h", OWNER).startswith("main: Jacob Coffee is on call until 14:00 UTC")


def test_a_cover_ends_with_the_shift(bot):
    bot.now = NOON + 67 * HOUR

    assert bot.says("cover me for 1d", OWNER).startswith("main: Dustin Ingram is on call until 08:00 UTC")


def test_somebody_takes_over(bot):
    assert bot.says("cover mdk until 14:00 UTC", ADMIN) == "main: You are on call until 14:00 UTC (08:00 for you)."
    assert who(bot) == "Jacob Coffee"


@pytest.mark.parametrize(
    ("text", "speaker", "said"),
    [
        ("cover me until 18:00", ADMIN, "You are not on call now, so there is nothing to cover."),
        ("cover coffee until 18:00", OWNER, "Jacob Coffee is not on call now, so there is nothing to cover."),
        ("cover me with mdk until 18:00", OWNER, "You are on call then anyway."),
        ("cover me until 18:00", BOSS, "I do not know who you are; `whoami` tells more."),
        ("swap with di", OWNER, "You and Dustin Ingram have no shift to swap in the next 60 days."),
    ],
)
def test_what_makes_no_sense_is_told(bot, text, speaker, said):
    assert bot.says(text, speaker) == said


def test_without_a_backup_somebody_must_be_named(bot):
    bot.book = duty_book(OURS | {"backup": ()})

    assert bot.says("cover me until 18:00", OWNER) == (
        "No back-up is known for main. Say who covers you: cover me with NAME until 18:00"
    )


def test_two_people_swap_their_shifts(bot):
    found = bot.ask("swap shifts with Jacob Coffee", OWNER).lines

    assert found[0] == ("main: you and Jacob Coffee have swapped shifts. Please make sure that Jacob Coffee knows.")
    assert who(bot) == "Jacob Coffee"
    bot.now += 72 * HOUR
    assert who(bot) == "Julien Palard"
    bot.now += 7 * 24 * HOUR
    assert who(bot) == "Julien Palard", "whose own turn it is then"


def test_an_override_survives_a_restart(tmp_path):
    with on_duty(tmp_path) as bot:
        bot.says("override main di for 2h", ADMIN)
    with on_duty(tmp_path) as bot:
        assert who(bot) == "Dustin Ingram"


# Where the rota is kept elsewhere


@pytest.fixture
def source():
    return Stand({"PS": (theirs("PMDK001", NOON - HOUR, NOON + 9 * HOUR), theirs("PCOFFEE", NOON + 9 * HOUR, None))})


@pytest.fixture
def other(tmp_path, source):
    with on_duty(tmp_path, duty_book(THEIRS), source=source) as opened:
        asyncio.run(opened.roster.refresh(opened.book.catalog, opened.now))
        yield opened


def test_an_override_is_made_where_the_rota_is_kept_and_asked_for_again(other, source):
    asked = len(source.asked)

    assert other.says("cover me with coffee for 2h", OWNER).startswith("main: Jacob Coffee is on call until 14:00 UTC")
    assert source.covered == [("PS", "PCOFFEE", NOON, NOON + 2 * HOUR)]
    assert len(source.asked) == asked + 1


def test_whoever_has_no_account_there_cannot_take_over(other, source):
    assert other.says("override main di for 2h", ADMIN) == (
        "Dustin Ingram has no account at the source of main: put its id into the catalog, as people.di.pagerduty."
    )
    assert source.covered == []


def test_what_the_source_refuses_is_told(other, source):
    source.trouble = "PagerDuty has trouble of its own (500)."

    assert other.says("override main coffee for 2h", ADMIN) == source.trouble


def test_when_nobody_knows_whether_it_was_made_nobody_is_told_to_try_again_at_once(other, source):
    source.trouble, source.unsure = "PagerDuty did not answer within 10 seconds.", True

    assert other.says("override main coffee for 2h", ADMIN) == (
        "PagerDuty did not answer within 10 seconds. I do not know whether it was made all the same:"
        " ask `rota main` in two minutes, before you try again."
    )


def test_swaps_are_made_where_the_rota_is_kept(other):
    assert other.says("swap with coffee", OWNER) == (
        "The rota main is kept elsewhere, where shifts are swapped. Here you can say: cover me with NAME until 18:00"
    )


def test_without_access_nothing_is_pretended(tmp_path):
    with on_duty(tmp_path, duty_book(THEIRS)) as bot:
        assert bot.says("override main coffee for 2h", ADMIN) == (
            "main is kept elsewhere, and psfbot has no access to it. Make the change there."
        )
