"""The way into channels is paced, and whoever watches the bot is told what keeps it out."""

import logging

import pytest
import structlog
from irc_stage import play, staged
from structlog.testing import capture_logs

from psfbot.platforms.irc.connection import Features, joinable
from psfbot.platforms.irc.pacing import Queue, Rank
from psfbot.platforms.irc.plan import Plan
from psfbot.settings import Settings

MANY = tuple(f"#room-{number}" for number in range(30))


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ([], 4),
        (["MAXTARGETS=20"], 20),
        (["MAXTARGETS=20", "TARGMAX=JOIN:3,PRIVMSG:4"], 3),
        (["TARGMAX=PRIVMSG:4,JOIN:"], 4),
        (["TARGMAX=JOIN:0"], 4),
        (["TARGMAX"], 4),
        (["MAXTARGETS=many"], 4),
        (["MAXTARGETS=-1"], 4),
    ],
)
def test_one_join_names_as_many_channels_as_the_network_says(said, most):
    features = Features()
    for word in said:
        features.load_feature(word)

    assert joinable(features) == most


def test_a_join_counts_as_two_lines_and_goes_before_what_is_said():
    queue = Queue(burst=4, interval=2.0)
    for number in range(3):
        queue.put(f"said {number}", Rank.REPLY)
        queue.put(f"JOIN #{number}", Rank.JOIN)
    went = []
    for now in range(0, 20, 2):
        while line := queue.take(now):
            went.append((now, line.text))

    assert went == [
        (0, "JOIN #0"), (0, "JOIN #1"), (2, "said 0"), (4, "JOIN #2"), (8, "said 1"), (10, "said 2"),
    ]  # fmt: skip


@pytest.mark.parametrize("waiting", [1, 3, 9])
def test_while_muted_only_what_gets_us_there_goes_however_long_the_rest_has_waited(waiting):
    queue = Queue(interval=0, muted=True)
    queue.put_all([f"said {number}" for number in range(waiting)], Rank.ALERT)
    for number in range(12):
        queue.put(f"JOIN #{number}", Rank.JOIN)
    joins = [line.text for line in iter(lambda: queue.take(0), None)]

    assert joins == [f"JOIN #{number}" for number in range(12)]
    assert queue.wait(0) is None
    queue.muted = False
    assert [line.text for line in iter(lambda: queue.take(0), None)] == [f"said {n}" for n in range(waiting)]


def test_a_group_that_had_begun_goes_on_when_there_is_a_voice_again():
    queue = Queue(interval=0)
    queue.put_all(["one", "two"], Rank.REPLY)
    assert queue.take(0) is not None
    queue.muted = True

    assert queue.take(0) is None
    queue.muted = False
    queue.put("JOIN #a", Rank.JOIN)
    assert [line.text for line in iter(lambda: queue.take(0), None)] == ["two", "JOIN #a"]


def test_a_full_queue_still_takes_a_join():
    queue = Queue(limit=2)
    queue.put_all(["one", "two"], Rank.REPLY)

    assert queue.put("JOIN #a", Rank.JOIN)


def test_no_channel_is_asked_for_twice_although_the_pace_is_slower_than_our_patience():
    async def story(fake):
        async with staged(fake.port, faster=50.0, interval=30.0, burst=3, channels=MANY[:12]) as one:
            await one.until(lambda: one.client.presence.joined == set(MANY[:12]))
        return [name for line in fake.lines("JOIN") for name in line.split()[1].split(",")]

    assert play(story) == list(MANY[:12])


def test_many_channels_are_joined_at_the_pace_and_in_their_order():
    async def story(fake):
        fake.isupport += " MAXTARGETS=20"
        fake.isupport = fake.isupport.replace(",JOIN:", "")
        async with staged(fake.port, channels=MANY) as one:
            await one.ready()
        return [line.split()[1].split(",") for line in fake.lines("JOIN")]

    assert play(story) == [list(MANY[:20]), list(MANY[20:])]


@pytest.fixture
def written():
    """All that is logged, from `info` on."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))
    try:
        with capture_logs() as entries:
            yield entries
    finally:
        structlog.configure(**before)


def told(entries, *names):
    """The entries about channels, as their event and these fields."""
    return [(one["event"], *(one.get(name) for name in names)) for one in entries if "channel" in one]


def test_what_keeps_us_out_is_logged_once_and_so_is_its_end(written):
    async def story(fake):
        async with staged(fake.port, faster=50.0, channels=("#other", "#room")) as one:
            await one.ready()
            fake.no_entry["#room"] = "474"
            fake.send(":op!o@h KICK #room {nick} :out")
            await one.until(lambda: "banned" in one.client.presence.trouble.get("#room", ""))
            await fake.wait("^JOIN #room$")  # the first
            await fake.wait("^JOIN #room$")  # refused
            await fake.wait("^JOIN #room$")  # refused again
            fake.no_entry.clear()
            await one.until(lambda: one.client.absences == {} == one.client.presence.trouble)

    play(story)

    assert told(written, "channel", "reason", "log_level") == [
        ("irc not in a channel", "#room", "kicked by op: out", "warning"),
        ("irc not in a channel", "#room", "the bot is banned (+b)", "warning"),
        ("irc in a channel again", "#room", None, "info"),
    ]


def test_a_channel_that_is_no_longer_wanted_is_not_called_joined_again(written):
    async def story(fake):
        fake.no_entry["#room"] = "473"
        async with staged(fake.port, channels=("#other", "#room")) as one:
            await one.ready()
            await one.until(lambda: one.client.absences)
            one.client.presence.want(("#other",))
            one.client.tick()
            assert one.client.absences == {}

    play(story)

    assert [event for (event,) in told(written)] == ["irc not in a channel"]


def test_at_default_settings_a_dead_link_is_found_well_within_ninety_seconds():
    plan, settings = Plan("irc.example.org"), Settings()

    assert (plan.quiet, plan.deadline) == (settings.irc_ping_after, settings.irc_ping_deadline)
    assert plan.quiet + plan.deadline <= 85
