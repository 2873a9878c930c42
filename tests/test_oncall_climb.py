"""An incident that nobody takes: who is asked next in a running bot, also when it is killed between any two steps."""

import itertools
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from duties import OURS, duty_book, on_duty
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage import HOUR, MINUTE, NOON, Watched, fired

from psfbot.flows import respond
from psfbot.flows.climb import climb
from psfbot.oncall import find
from psfbot.relay.alert import Severity
from psfbot.relay.incident import Happening, Silence

ROOMS = {"irc": "#python-infra", "slack": "C0"}


@pytest.fixture
def bot(tmp_path):
    with on_duty(tmp_path, rooms=ROOMS) as opened:
        yield opened


def look(bot, after=0 * MINUTE):
    """Let time pass, and let the clock look for steps that are due."""
    bot.now += after
    watches = find.watches(bot.book.catalog, {}, (), bot.now)
    return bot.change(lambda scene: climb(scene, watches))


def called(bot):
    """Who was asked for in which room, in order."""
    found = [p for p in bot.parcels if p.notice.kind == Happening.ESCALATED]
    return [(p.notice.room.lane, p.notice.text.removeprefix("CALLING ").partition(":")[0]) for p in found]


def steps(bot, number=1):
    entries = bot.look(lambda ledger: ledger.timeline(number))
    return [(entry.text, entry.reason) for entry in entries if entry.kind is Happening.ESCALATED]


def test_the_primary_then_the_backups_then_the_room_are_asked_in_rooms_and_alone(bot):
    bot.takes(fired())
    for _ in range(60):
        look(bot, MINUTE)

    assert steps(bot) == [
        ("primary: Julien Palard", "nobody has taken it 15 minutes after anybody was told"),
        ("backup: Dustin Ingram", "nobody has taken it 15 minutes after the primary was told"),
        ("team room: anybody of PSF Infrastructure Team", "nobody has taken it 15 minutes after the backup was told"),
    ]
    assert set(called(bot)) == {
        ("irc #python-infra", "mdk (Julien Palard)"),
        ("slack C0", "Julien Palard"),
        ("irc mdk", "mdk (Julien Palard)"),
        ("irc #python-infra", "di (Dustin Ingram)"),
        ("slack C0", "Dustin Ingram"),
        ("irc di", "di (Dustin Ingram)"),
        ("irc #python-infra", "anybody of PSF Infrastructure Team"),
        ("slack C0", "anybody of PSF Infrastructure Team"),
        ("irc mdk", "anybody of PSF Infrastructure Team"),
        ("irc di", "anybody of PSF Infrastructure Team"),
        ("irc mdk", "di (Dustin Ingram)"),
    }


def test_the_line_says_what_it_is_about_and_what_to_say(bot):
    bot.takes(fired())
    look(bot, 20 * MINUTE)

    assert bot.parcels[-1].notice.text.endswith(
        "#1 docs.python.org: HTTP is firing, for 20 min, nobody has it. Say: ack 1"
    )


def test_whoever_was_asked_hears_that_it_is_over(bot):
    bot.takes(fired())
    look(bot, 20 * MINUTE)
    bot.by_hand(respond.resolve)

    assert ("irc mdk", Happening.RESOLVED) in {(p.notice.room.lane, p.notice.kind) for p in bot.parcels}


@pytest.mark.parametrize("deed", [respond.acknowledge, respond.resolve])
def test_nobody_is_asked_once_somebody_has_it_or_it_is_over(bot, deed):
    bot.takes(fired())
    look(bot, 20 * MINUTE)
    bot.by_hand(deed)
    for _ in range(60):
        look(bot, MINUTE)

    assert len(steps(bot)) == 1


def test_a_warning_calls_nobody(bot):
    bot.takes(fired(severity=Severity.WARNING))
    look(bot, 3 * HOUR)

    assert steps(bot) == []


def test_a_silence_calls_nobody_until_it_ends(bot):
    bot.takes(fired())
    values = {"id": 0, "subject": "docs.python.org", "author": "ned", "reason": "rebuild"}
    silence = Silence(starts_at=bot.now, ends_at=bot.now + HOUR, **values)
    bot.change(lambda scene: respond.mute(silence, scene))
    look(bot, 30 * MINUTE)
    assert steps(bot) == []

    look(bot, 31 * MINUTE)
    assert len(steps(bot)) == 1


def test_without_a_rota_nobody_is_called(bot):
    bot.book = duty_book(OURS | {"team": "docs"})
    bot.takes(fired(about="hg.python.org"))
    bot.change(lambda scene: climb(scene, {}))
    bot.now += 9 * HOUR

    assert bot.change(lambda scene: climb(scene, {})) == ()


def test_a_service_of_low_tier_wakes_nobody(tmp_path):
    book = duty_book(services={"docs.python.org": {"tier": 4}})
    with on_duty(tmp_path, book) as bot:
        bot.now = NOON + 10 * HOUR  # 23:00 in Paris
        bot.takes(fired(at=bot.now))
        for _ in range(8 * 12):
            look(bot, 5 * MINUTE)
        assert steps(bot) == []

        for _ in range(3 * 12):
            look(bot, 5 * MINUTE)
        assert next(text for text, _ in steps(bot)) == "primary: Julien Palard"


def test_a_problem_that_is_given_back_is_asked_about_from_the_bottom(bot):
    bot.takes(fired())
    look(bot, 20 * MINUTE)
    bot.by_hand(respond.resolve)
    bot.takes(fired(at=bot.now + MINUTE), after=10 * MINUTE)
    for _ in range(20):
        look(bot, MINUTE)

    assert [text for text, _ in steps(bot)] + [text for text, _ in steps(bot, 2) if bot.incidents[1:]] == [
        "primary: Julien Palard",
        "primary: Julien Palard",
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kills=st.dictionaries(st.integers(0, 29), st.integers(1, 25), max_size=12),
    acked=st.integers(0, 40),
)
def test_killed_anywhere_each_step_is_taken_once_none_early_none_after_an_ack(tmp_path_factory, kills, acked):
    """A kill is a failure at any call of the ledger: nothing of it stays, and the next look is a restart."""
    folder = tmp_path_factory.mktemp("bot")
    with on_duty(folder) as bot:
        bot.takes(fired())
        for number in range(30):
            if number == acked:
                bot.by_hand(respond.acknowledge, after=timedelta())
            bot.now += 2 * MINUTE
            attempt(bot, kills.get(number, 0))
        taken = [e for e in bot.look(lambda ledger: ledger.timeline(1)) if e.kind is Happening.ESCALATED]

    rungs = [entry.text.partition(":")[0] for entry in taken]
    assert rungs == ["primary", "backup", "team room"][: len(rungs)]
    moments = [NOON, *(entry.at for entry in taken)]
    assert all(after - before >= 15 * MINUTE for before, after in itertools.pairwise(moments))
    assert all(entry.at <= NOON + acked * 2 * MINUTE + MINUTE for entry in taken)
    told = [p.notice.text for p in bot.parcels if p.notice.kind == Happening.ESCALATED and p.notice.room.name[0] == "#"]
    assert len(told) == len(taken)
    if not kills and acked >= 30:
        assert len(rungs) == 3


def attempt(bot, fails_at):
    """Look for steps; be killed at some call of the ledger, if it comes so far."""
    watches = find.watches(bot.book.catalog, {}, (), bot.now)

    def killed(scene):
        return climb(replace(scene, ledger=Watched(scene.ledger, fails_at)), watches)

    with suppress(ArithmeticError):
        bot.change(killed)


def test_nobody_is_called_about_what_has_been_open_for_days(bot):
    bot.takes(fired())
    look(bot, 73 * HOUR)

    assert steps(bot) == []
