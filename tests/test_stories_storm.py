"""Stories of too much at once: flapping is said once, reminders come to an end, a storm becomes a digest."""

import pytest
from stage import HOUR, MINUTE, SECOND, ended, fired
from watch import invented, watch

from psfbot.catalog.book import Book
from psfbot.flows import storm
from psfbot.flows.tick import bring_about
from psfbot.relay.alert import Severity
from psfbot.relay.incident import Happening


@pytest.fixture
def bot(tmp_path):
    with watch(tmp_path, invented()) as opened:
        yield opened


# Flapping.


def test_a_service_that_comes_and_goes_is_told_as_flapping_until_it_has_settled(bot):
    for _ in range(4):
        bot.fail("s0.example", pause=30 * SECOND)
        bot.recover("s0.example", pause=30 * SECOND)
    halfway = list(bot.texts)
    bot.pass_(11 * MINUTE)

    assert [text.split(":")[0].split(" ·")[0] for text in halfway] == [
        "DOWN #1 s0.example", "UP #1 s0.example again after 30 s", "DOWN AGAIN #1 s0.example", "FLAPPING #1 s0.example",
    ]  # fmt: skip
    assert "up now, came back 1 time; I say more when it has held for 10 min" in halfway[-1]
    assert [text.split(" after")[0] for text in bot.texts[4:]] == ["UP #1 s0.example again"]


def test_one_that_settles_down_says_so(bot):
    for _ in range(3):
        bot.fail("s0.example", pause=30 * SECOND)
        bot.recover("s0.example", pause=30 * SECOND)
    bot.fail("s0.example", pause=11 * MINUTE)

    assert bot.texts[-1].startswith("DOWN #1 s0.example")
    assert ("settled", "it has held since its last change") in bot.timeline()


# Reminders.


def test_what_nobody_takes_is_told_again_and_again_but_not_for_ever(bot):
    bot.fail("s0.example", pause=48 * HOUR)
    hours = [seconds / 3600 for seconds, _ in bot.told]

    assert [round(hour, 1) for hour in hours] == [0, 0.5, 1.5, 3.5, 7.5, 15.5]
    assert bot.texts[1].startswith("STILL DOWN #1 s0.example: for 30 min, nobody has it")


def test_what_somebody_took_or_what_is_a_warning_is_not_told_again(bot):
    bot.fail("s0.example", pause=SECOND)
    bot.fail("s1.example", severity=Severity.WARNING)
    bot.says("ack 1")
    bot.pass_(4 * HOUR)

    assert [text.split(" ")[0] for text in bot.texts] == ["DOWN", "WARN", "ACKED"]


# Storms.


def test_a_storm_becomes_a_digest_that_drops_nothing(bot):
    bot.fail(*(f"s{n}.example" for n in range(50)), pause=SECOND / 2)
    storm = bot.texts[7]
    bot.pass_(4 * MINUTE)

    assert [text.split(" ")[0] for text in bot.texts] == ["DOWN"] * 7 + ["STORM"] * 2
    assert storm.startswith("STORM #9 in this room: ")
    assert bot.texts[-1].startswith("STORM OVER #9: 43 messages folded in ")
    assert "50 incidents still open: s0.example #1" in bot.texts[-1]
    assert len(bot.incidents) == 51


def test_in_a_storm_tier_one_and_the_end_of_what_was_told_come_by_themselves(bot):
    important = bot.book.catalog.services["s99.example"].model_copy(update={"tier": 1})
    services = {**bot.book.catalog.services, "s99.example": important}
    bot.book = Book.of(bot.book.catalog.model_copy(update={"services": services}))
    bot.fail(*(f"s{n}.example" for n in range(30)), pause=SECOND / 2)
    bot.fail("s99.example")
    bot.recover("s3.example", "s25.example")

    assert [text.split(" after")[0].split(" ·")[0] for text in bot.texts[8:]] == [
        "DOWN #32 s99.example", "UP #4 s3.example again",
    ]  # fmt: skip


def test_after_a_storm_each_is_told_by_itself_again(bot):
    bot.fail(*(f"s{n}.example" for n in range(20)), pause=SECOND / 2)
    bot.pass_(4 * MINUTE)
    bot.fail("s40.example")
    bot.recover("s15.example")

    assert bot.texts[-2].startswith("DOWN #22 s40.example")
    assert bot.texts[-1].startswith("UP #17 s15.example again after ")


def test_why_it_was_folded_is_kept(bot):
    bot.fail(*(f"s{n}.example" for n in range(9)), pause=SECOND / 2)
    entries = bot.look(lambda ledger: ledger.timeline(10))

    assert entries[-1].text == "irc #python-infra (folded into #9)"
    assert bot.timeline(9) == [("storm", "more than 7 messages within a minute are a storm")]


def test_two_hundred_services_in_a_minute_are_at_most_twenty_messages(bot):
    for step in range(600):
        name = f"s{step * 7 % 200}.example"
        alert = ended if step >= 200 and step % 3 == 0 else fired
        bot.takes(alert(bot.now, key=name, about=name, event=str(step)), after=SECOND / 10)
        if step % 50 == 0:
            bot.change(lambda scene: bring_about(scene, scene.now))

    assert len(bot.told) <= 20
    assert len(bot.incidents) == 201


def test_the_list_of_a_storm_leaves_the_storm_out(bot):
    bot.fail(*(f"s{n}.example" for n in range(9)), pause=SECOND / 2)

    assert bot.says("incidents") == "9 open incidents."


def test_what_is_said_again_in_more_words_is_no_message_that_was_folded(bot):
    bot.fail(*(f"s{n}.example" for n in range(9)), pause=SECOND / 2)
    for number in range(20):
        bot.takes(fired(bot.now, key=f"more {number}", about="s8.example", event=str(number)))
    bot.pass_(4 * MINUTE)

    assert bot.texts[-1].startswith("STORM OVER #9: 2 messages folded in ")


def test_a_digest_counts_what_is_folded_in_the_very_moment_in_which_it_is_looked_at(bot):
    bot.fail(*(f"s{n}.example" for n in range(9)), pause=SECOND / 2)
    before = bot.incidents[8]

    def fold_and_look(scene):
        storm.passes("irc #python-infra", Happening.GROUPED, 3, "", scene)
        return storm.look(before, scene)

    assert bot.change(fold_and_look).repeats == bot.incidents[8].repeats == before.repeats + 1
