"""What people do about incidents is kept, told and explained; what time brings about, too."""

from datetime import timedelta

import pytest
from stage import HOUR, MINUTE, NED, NOON, SECOND, acked, ended, fired, stage

from psfbot.errors import UserError
from psfbot.flows import respond
from psfbot.flows.tick import after_silence
from psfbot.flows.tick import ended as silences_ended
from psfbot.relay.alert import AlertLink
from psfbot.relay.incident import Silence, Standing

DOCS = "docs.python.org"
DAY = timedelta(days=1)


@pytest.fixture
def bot(tmp_path):
    """A bot with one open incident of docs.python.org, told a second after noon."""
    with stage(tmp_path) as opened:
        opened.takes(fired())
        yield opened


def does(bot, deed, number=1, after=MINUTE):
    bot.now += after
    return bot.change(lambda scene: deed(number, NED, scene))


def mutes(bot, subject=DOCS, length=HOUR, **more):
    values = {"starts_at": bot.now, "ends_at": bot.now + length, "author": "ned", "reason": "we move it"}
    silence = Silence(id=0, subject=subject, **{**values, **more})
    return bot.change(lambda scene: respond.mute(silence, scene))


def entry(bot, at=-2):
    """A line of the timeline: kind, who, text, reason."""
    found = bot.look(lambda ledger: ledger.timeline(1))[at]
    return (found.kind.value, found.who, found.text, found.reason)


def test_who_takes_an_incident_is_kept_and_told(bot):
    taken = does(bot, respond.acknowledge)

    assert (taken.state, taken.acked_by, taken.acked_at) == (Standing.ACKNOWLEDGED, "ned", bot.now)
    assert bot.heads[-1] == "ACKED #1 docs.python.org by ned after 1 min"
    assert entry(bot) == ("acknowledged", "ned", "acknowledged", "said on irc in #python-infra")
    assert bot.incidents == [taken]


def test_who_ends_an_incident_is_kept_and_told(bot):
    does(bot, respond.acknowledge)
    over = does(bot, respond.resolve)

    assert (over.state, over.resolved_by, over.resolved_at) == (Standing.RESOLVED, "ned", bot.now)
    assert bot.heads[-1] == "RESOLVED #1 docs.python.org by ned after 2 min (closed by hand)"
    assert entry(bot) == ("resolved", "ned", "resolved", "said on irc in #python-infra")


def test_the_pages_of_the_source_stay_at_hand_when_somebody_takes_it(tmp_path):
    pages = (AlertLink(title="Pingdom", url="https://my.pingdom.example/1"),)
    with stage(tmp_path, rooms={"slack": "C1"}) as bot:
        bot.takes(fired(links=pages))
        does(bot, respond.acknowledge)

        assert [parcel.notice.links for parcel in bot.parcels] == [(("Pingdom", "https://my.pingdom.example/1"),)] * 2


def test_an_incident_without_alerts_is_taken_like_any_other(bot):
    lone = bot.incidents[0].model_copy(update={"subject": "hg.python.org"})
    bot.change(lambda scene: scene.ledger.open_incident(lone))

    assert does(bot, respond.acknowledge, 2).acked_by == "ned"


def test_ending_an_incident_ends_all_of_its_problems(bot):
    bot.takes(fired(key="2"), ended(NOON + SECOND, key="2"), fired(key="3"))
    does(bot, respond.resolve)
    closed = {p.key: p.closed_at for p in bot.look(lambda ledger: ledger.problems(1))}

    assert closed == {"1": bot.now, "2": None, "3": bot.now}


@pytest.mark.parametrize(
    ("before", "deed", "words"),
    [
        ([], (respond.acknowledge, 7), "There is no incident #7. `incidents` lists the open ones."),
        ([], (respond.resolve, 7), "There is no incident #7."),
        ([respond.acknowledge], (respond.acknowledge, 1), "#1 was acknowledged by ned already."),
        ([respond.resolve], (respond.acknowledge, 1), "#1 is resolved already, 1 min ago."),
        ([respond.resolve], (respond.resolve, 1), "#1 is resolved already, 1 min ago."),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(bot, before, deed, words):
    for step in before:
        does(bot, step)
    heard, timeline = bot.heard, bot.timeline()

    with pytest.raises(UserError) as refused:
        does(bot, *deed)
    assert str(refused.value).startswith(words)
    assert (bot.heard, bot.timeline()) == (heard, timeline)


def test_a_note_is_written_down_and_shouted_nowhere(bot):
    noted = bot.change(lambda scene: respond.note(1, "restarted nginx", NED, scene))

    assert entry(bot, -1) == ("note", "ned", "restarted nginx", "said on irc in #python-infra")
    assert len(bot.heard) == 1
    assert bot.incidents == [noted]


def test_a_note_about_nothing_is_refused(bot):
    with pytest.raises(UserError, match="There is no incident #7"):
        bot.change(lambda scene: respond.note(7, "x", NED, scene))


# Silences.


def test_a_silence_is_kept_with_its_author_and_written_into_the_timeline(bot):
    kept = mutes(bot)

    assert (kept.id, bot.look(lambda ledger: ledger.silences(bot.now))) == (1, [kept])
    assert entry(bot, -1) == ("muted", "ned", "silenced until 2026-11-20 13:00 UTC", "we move it")


@pytest.mark.parametrize("subject", ["hg.python.org", DOCS])
def test_a_silence_of_what_is_not_down_needs_no_line_in_a_timeline(bot, subject):
    does(bot, respond.resolve)
    before = bot.timeline()
    mutes(bot, subject)

    assert bot.timeline() == before


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(0), "A silence needs a length, such as 2h or 30m."),
        (-HOUR, "A silence needs a length"),
        (30 * DAY + SECOND, "A silence lasts at most 30 days; a longer one would hide the next outage."),
    ],
)
def test_a_silence_of_no_or_endless_length_is_refused(bot, length, words):
    with pytest.raises(UserError, match=words):
        mutes(bot, length=length)
    assert bot.look(lambda ledger: ledger.silences(NOON - DAY)) == []


def test_the_longest_silence_is_thirty_days(bot):
    assert mutes(bot, length=30 * DAY).ends_at == bot.now + 30 * DAY


def test_every_silence_of_a_service_ends_at_once(bot):
    mutes(bot), mutes(bot, length=2 * HOUR), mutes(bot, "hg.python.org")
    ended = bot.change(lambda scene: respond.unmute(DOCS, scene))

    assert [silence.id for silence in ended] == [1, 2]
    assert [silence.subject for silence in bot.look(lambda ledger: ledger.silences(bot.now))] == ["hg.python.org"]


def test_there_is_no_end_to_what_is_not_silenced(bot):
    with pytest.raises(UserError, match="Nothing silences docs"):
        bot.change(lambda scene: respond.unmute(DOCS, scene))


# What time brings about.


def test_what_a_silence_kept_back_is_told_when_it_ends(bot):
    does(bot, respond.resolve)
    mutes(bot)
    bot.takes(fired(bot.now, key="2"), after=MINUTE)
    bot.pass_(58 * MINUTE)
    still = list(bot.heads)
    bot.pass_(2 * MINUTE)

    assert (
        still
        == bot.heads[:2]
        == ["DOWN #1 docs.python.org", "RESOLVED #1 docs.python.org by ned after 1 min (closed by hand)"]
    )
    assert bot.heard[2].startswith("#python-infra DOWN #2 docs.python.org: HTTP is firing, for 1 h 1 min already · on ")
    assert bot.timeline(2)[-2:] == [("opened", "silence 1 ended"), ("told", "irc #python-infra: a room for all alerts")]


def test_the_end_of_a_silence_is_told_once(bot):
    mutes(bot)
    bot.pass_(2 * HOUR)
    bot.pass_(SECOND)
    bot.pass_(HOUR)

    assert len(bot.heard) == 2


def test_a_silence_that_somebody_ends_is_over(bot):
    mutes(bot)
    bot.pass_(MINUTE)
    bot.change(lambda scene: respond.unmute(DOCS, scene))
    bot.pass_(5 * SECOND)

    assert bot.heard[-1].startswith("#python-infra DOWN #1 docs.python.org: HTTP is firing · on ")


@pytest.mark.parametrize("state", ["acknowledged", "resolved"])
def test_what_somebody_has_or_what_is_over_is_not_told_again(bot, state):
    mutes(bot)
    bot.takes(acked(NOON + MINUTE) if state == "acknowledged" else ended(NOON + MINUTE))
    heard = list(bot.heard)
    bot.pass_(2 * HOUR)

    assert bot.heard == heard


def test_while_another_silence_holds_nothing_is_told_again(bot):
    mutes(bot), mutes(bot, "*", 3 * HOUR)
    before = bot.timeline()
    bot.pass_(2 * HOUR)
    still, unchanged = len(bot.heard), bot.timeline() == before
    bot.pass_(2 * HOUR)

    assert (still, unchanged) == (1, True)
    assert len(bot.heard) == 2


def test_two_silences_that_end_together_are_one_reason_to_speak(bot):
    mutes(bot), mutes(bot, "*")
    bot.pass_(HOUR)

    assert len(bot.heard) == 2
    assert [kind for kind, _ in bot.timeline()].count("told") == 2
    assert [parcel.notice.version for parcel in bot.parcels] == [2, 3]


def test_a_silence_over_everything_gives_back_all_that_goes_on(bot):
    mutes(bot, "*")
    others = {"2": "hg.python.org", "3": "x.example", "4": "y.example"}
    bot.takes(*(fired(key=key, about=about) for key, about in others.items()))
    does(bot, respond.acknowledge, 4)
    bot.pass_(2 * HOUR)

    assert bot.heads == [
        "DOWN #1 docs.python.org", "ACKED #4 y.example by ned after 1 min",
        "DOWN #1 docs.python.org", "DOWN #3 x.example", "DOWN #2 hg.python.org",  # what is of tier 1 goes first
    ]  # fmt: skip


def test_a_silence_that_ended_while_the_bot_was_down_is_not_missed(bot):
    mutes(bot)
    bot.ticked = bot.now = NOON + 20 * HOUR
    bot.pass_(SECOND)

    assert len(bot.heard) == 2


def test_what_was_told_since_the_silence_ended_is_not_told_again(bot):
    does(bot, respond.resolve)
    mutes(bot)
    bot.now += HOUR
    bot.takes(fired(bot.now, key="2"))
    bot.pass_(SECOND)

    assert bot.heads[2:] == ["DOWN #2 docs.python.org"]


def test_nothing_ends_without_a_silence(bot):
    bot.now += HOUR

    assert bot.change(lambda scene: after_silence(scene, NOON)) == ()


@pytest.mark.parametrize(("since", "now", "found"), [(59, 60, 1), (60, 61, 0), (58, 59, 0), (0, 120, 1)])
def test_a_silence_ends_in_one_look_only(bot, since, now, found):
    bot.now = NOON
    mutes(bot)
    silences = bot.look(lambda ledger: silences_ended(ledger, NOON + since * MINUTE, NOON + now * MINUTE))

    assert len(silences) == found
