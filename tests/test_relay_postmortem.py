"""The page that a postmortem begins with: times, people, rooms, and words that Markdown leaves as they are."""

import asyncio
from datetime import timedelta

import pytest
from stage import MINUTE, NOON, OWNER, SECOND, ended, fired, sample, stage

from psfbot.errors import UserError
from psfbot.flows.review import postmortem_of
from psfbot.relay.postmortem import plain, quoted
from psfbot.store.retention import forget

BOOK = sample()


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def page(bot, number=1):
    return bot.look(lambda ledger: postmortem_of(ledger, number, bot.book.catalog)).text


def test_the_page_tells_an_incident_with_its_times_its_people_and_what_was_told_where(bot):
    bot.takes(fired())
    bot.now = NOON + 4 * MINUTE
    bot.says("ack 1", OWNER)
    bot.says("note 1 restarted *nginx*", OWNER)
    bot.takes(ended(NOON + 9 * MINUTE), after=5 * MINUTE)

    assert (
        page(bot)
        == """\
# Incident 1: docs.python.org
- What: HTTP is firing
- Service: docs.python.org, runs on DigitalOcean nyc1 (architecture unknown), behind Fastly
- Ask: Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team
- Severity: error
- State: resolved

## How long it took
- From 2026-11-20 12:00:00 to 2026-11-20 12:09:00: resolved after 9 min, acknowledged after 4 min by mdk

## Timeline (UTC)
- 2026-11-20 12:00:01 **opened** by pingdom: HTTP is firing
- 2026-11-20 12:00:01 **told**: irc #python-infra `DOWN #1 docs.python.org: HTTP is firing · on DigitalOcean nyc1, \
behind Fastly · ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team`
- 2026-11-20 12:04:00 **acknowledged** by mdk
- 2026-11-20 12:04:00 **told**: irc #python-infra `ACKED #1 docs.python.org by mdk after 4 min`
- 2026-11-20 12:04:00 **note** by mdk: restarted \\*nginx\\*
- 2026-11-20 12:09:00 **resolved** by pingdom: HTTP is resolved
- 2026-11-20 12:09:00 **told**: irc #python-infra `UP #1 docs.python.org again after 9 min, acked by mdk`
"""
    )


def test_what_came_back_is_told_time_by_time_and_who_closed_it_by_hand(bot):
    bot.takes(fired())
    bot.takes(ended(NOON + MINUTE), after=59 * SECOND)
    bot.now = NOON + 5 * MINUTE
    bot.takes(fired(bot.now))
    bot.now += MINUTE
    bot.says("resolve 1", OWNER)

    shown = page(bot)

    assert "- State: resolved, closed by hand by mdk\n- Came back: 1 time\n" in shown
    assert "- From 2026-11-20 12:00:00 to 2026-11-20 12:01:00: resolved after 1 min, acknowledged by nobody\n" in shown
    assert "- From 2026-11-20 12:05:00 to 2026-11-20 12:06:01: resolved after 1 min, acknowledged by nobody\n" in shown


def test_what_goes_on_is_not_said_to_be_over_and_what_was_silenced_says_why(bot):
    bot.says("mute docs.python.org 1h because we move it", OWNER)
    bot.takes(fired())

    shown = page(bot)

    assert "- From 2026-11-20 12:00:00 to now: not over, acknowledged by nobody\n" in shown
    why = "silence 1 by mdk until 2026-11-20 13:00 UTC because we move it"
    assert f"**muted**: not told (because {why})\n" in shown


def test_a_shared_cause_is_told_with_all_that_failed_with_it(bot):
    bot.takes(fired(), fired(key="2", about="hg.python.org", summary="hg is ill"))
    bot.now += MINUTE
    bot.says("ack 3", OWNER)
    bot.says("note 2 the disk is full")
    cause, below = page(bot, 3), page(bot, 2)

    assert "\n## What failed with it\n- Incident 1, docs.python.org: HTTP is firing. From 2026-11-20 12:00:00" in cause
    assert "\n- Incident 2, hg.python.org: hg is ill. From 2026-11-20 12:00:00" in cause
    assert "**note** by boss: the disk is full (incident 2, hg.python.org)\n" in cause
    assert cause.index("(incident 1, docs") < cause.index("(incident 2, hg.python.org)")
    assert "- Shared cause: incident 3\n" in below
    assert "What failed with it" not in below


@pytest.mark.parametrize(
    ("ready", "refuses", "shown"),
    [(False, "", "` (on its way)\n"), (True, "no such channel", "` (not delivered: no such channel")],
)
def test_what_did_not_arrive_is_said_to_have_not(bot, ready, refuses, shown):
    bot.ears["irc"].ready, bot.ears["irc"].refuses = ready, refuses
    bot.takes(fired())

    assert shown in page(bot)


def test_notices_that_were_forgotten_leave_the_rooms(bot):
    bot.takes(fired())
    asyncio.run(forget(bot.db, NOON + timedelta(days=31)))

    assert page(bot).endswith("**told**: irc #python-infra\n")


def test_a_wrong_number_is_answered(bot):
    with pytest.raises(UserError, match="There is no incident #7"):
        page(bot, 7)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain words, #1 too", "plain words, #1 too"),
        ("a_b *c* `d` [e](f) <g> h|i ~j~ \\", r"a\_b \*c\* \`d\` \[e\](f) \<g\> h\|i \~j\~ \\"),
        ("two\nlines\x00", "two lines"),
    ],
)
def test_markdown_makes_nothing_of_foreign_words(said, shown):
    assert plain(said) == shown


def test_what_was_told_cannot_end_its_quotation():
    assert quoted("DOWN #1 `x`\ny") == "`DOWN #1 'x' y`"
