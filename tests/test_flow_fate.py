"""What became of a webhook is said to whoever posted it: told, silenced, ignored, or not understood."""

import asyncio
from dataclasses import replace

import pytest
from stage import ADMIN, GUEST, HOUR, MINUTE, OWNER, stage

from psfbot.flows.fate import became
from psfbot.plugin import Ignored, Payload, Plugin


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def fate(bot):
    """What became of the last webhook that came."""
    letters = asyncio.run(bot.inbox.since(bot.now - 24 * HOUR))
    return bot.look(lambda ledger: became(letters[-1], ledger))


def test_what_was_told_is_taken_and_no_more_is_said(bot):
    bot.hook("pingdom", "http_down")

    assert fate(bot) == "taken."


def test_what_nobody_has_read_is_said_to_wait(bot):
    bot.arrive("pingdom", "http_down")

    assert fate(bot) == "taken, and not read yet: `letters` lists what nobody could read."


def test_what_nobody_understood_says_why_and_how_to_have_it_read_again(bot):
    bot.hook("generic", "misspelt")

    assert fate(bot).startswith("taken, but not understood: state: Input should be 'firing'")
    assert fate(bot).endswith("`letters` lists such webhooks; once that is mended, `psfbot replay 1` reads it again.")


def test_what_is_ignored_says_why(bot):
    deaf = Plugin("generic", about="Hears nothing.")
    deaf.alerts(Payload)(lambda _: Ignored("it is none of ours"))
    bot.plugins["generic"] = deaf
    bot.hook("generic", "firing")

    assert fate(bot) == "taken, and nobody is told: it is none of ours."


def test_what_is_silenced_says_by_whom_and_until_when(bot):
    bot.says("mute docs 2h because x", OWNER)
    bot.hook("pingdom", "http_down")

    said = "taken, but told nobody: silenced (silence 1 by mdk until 2026-11-20 14:00 UTC because x)."
    assert fate(bot) == said


def test_what_is_no_news_says_why(bot):
    bot.hook("pingdom", "http_up")
    never = fate(bot)
    bot.hook("pingdom", "http_down")
    bot.hook("pingdom", "http_down", after=MINUTE)

    assert never == "taken, but told nobody: pingdom ended a problem that it never reported here."
    assert fate(bot) == "taken, but told nobody: it is firing already; this repeats it."


def test_the_same_report_again_holds_nothing_new(bot):
    for _ in range(2):
        bot.hook("generic", "", key="disk", state="firing", summary="full", at="2026-11-20T12:00:00Z")

    assert fate(bot) == "taken, but told nobody: nothing in it is new."


def test_what_no_platform_has_a_room_for_says_so(bot):
    bot.reader = replace(bot.reader, platforms={})
    bot.hook("pingdom", "http_down")

    assert fate(bot) == "taken, but told nobody: no platform that is on has a room for it."


def test_of_several_alerts_one_that_was_told_is_enough(bot):
    bot.says("mute docs 2h because x", OWNER)
    bot.hook("alertmanager", "v4_firing_3")

    assert fate(bot) == "taken."


# In chat.


def test_what_nobody_understood_is_listed_with_how_to_read_it_again(bot):
    nothing = bot.says("letters", GUEST)
    bot.hook("generic", "misspelt")
    one = bot.ask("letters", GUEST)
    bot.hook("generic", "misspelt")

    hint = "once that is mended, `psfbot replay` reads them again, `psfbot replay N` one of them."
    assert nothing == "Every webhook that came was understood."
    assert one.lines[0] == f"1 webhook was taken but not understood; {hint}"
    assert one.lines[1].startswith("1 of generic (12:00 UTC: state: Input should be 'firing'")
    assert bot.says("quarantine") == f"2 webhooks were taken but not understood; {hint}"
    assert "body" not in one.answer.data["letters"][0]


def test_a_public_room_reads_no_senders_words(bot):
    bot.hook("generic", "misspelt")

    assert (
        bot.ask("letters", ADMIN, public=True).lines[1] == "1 of generic (12:00 UTC: `psfbot replay --list` says why)"
    )


def test_more_than_fit_are_said_to_be_more(bot):
    for _ in range(21):
        bot.arrive("generic", "misspelt")
    asyncio.run(bot.work())
    reply = bot.ask("letters")

    assert reply.lines[0].startswith("More than 20 webhooks were taken but not understood")
    assert len(reply.answer.items) == 20
