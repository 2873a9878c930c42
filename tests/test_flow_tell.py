"""Which rooms hear of an incident, what they see of it, and what a silence keeps from them."""

import pytest
from stage import HOUR, MINUTE, NOON, SECOND, acked, ended, fired, sample, stage

from psfbot.flows import respond
from psfbot.relay.alert import AlertLink, Severity
from psfbot.relay.incident import Silence


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


CALM = {"rooms": {"calm": {"irc": "#calm", "public": False, "min_severity": "critical"}}}


def test_a_room_that_wants_the_worst_only_hears_when_it_gets_worse_and_how_that_ends(bot):
    bot.book = sample(**CALM, services={"docs.python.org": {"rooms": ("calm",)}})
    bot.takes(fired(), fired(key="2"), fired(key="3", severity=Severity.CRITICAL), ended(NOON + MINUTE, key="3"))
    bot.takes(ended(NOON + MINUTE, key="2"), ended(NOON + MINUTE))

    assert bot.heard[0].startswith("#calm WORSE #1 docs.python.org: ")
    assert bot.heard[1:] == ["#calm UP #1 docs.python.org again after 1 min"]


def test_why_nobody_was_told_is_kept(bot):
    bot.book = sample(**CALM, services={"docs.python.org": {"rooms": ("calm",)}})
    bot.takes(fired())

    assert bot.heard == []
    assert bot.timeline()[-1] == (
        "told", "irc #calm: a room of docs.python.org, but it wants critical or worse, and this is error",
    )  # fmt: skip


def test_without_a_room_that_is_kept_too(tmp_path):
    with stage(tmp_path, rooms={"slack": ""}) as bot:
        bot.takes(fired())

        assert bot.timeline()[-1] == ("told", "no platform that is on has a room for it")


def test_a_room_that_comes_late_is_told_all_the_same(bot):
    bot.takes(fired())
    bot.book = sample(rooms={"new": {"irc": "#new", "public": True}}, services={"docs.python.org": {"rooms": ("new",)}})
    bot.takes(fired(key="2"), ended(NOON + MINUTE, key="2"), ended(NOON + MINUTE))

    assert [text.split(" ")[:2] for text in bot.heard] == [
        ["#python-infra", "DOWN"], ["#new", "DOWN"], ["#new", "UP"], ["#python-infra", "UP"],
    ]  # fmt: skip


def test_only_rooms_of_the_team_see_the_sources_own_words_and_pages(tmp_path):
    rooms = {"python-infra": {"slack": "C1"}, "team": {"slack": "C2", "public": False}}
    book = sample(rooms=rooms, services={"docs.python.org": {"rooms": ("python-infra", "team")}})
    with stage(tmp_path, book, {"slack": ""}) as bot:
        bot.takes(fired(detail="Traceback", links=(AlertLink(title="x", url="https://x.example"),)))
        public, private = (parcel.notice for parcel in bot.parcels)

    assert (public.room.name, private.room.name) == ("C1", "C2")
    assert (private.lines[-1], private.links) == ("pingdom: Traceback", (("x", "https://x.example"),))
    assert "Traceback" not in str(public.lines)
    assert public.links == ()


# Silences.


def silence(subject="docs.python.org", length=HOUR, at=NOON, **more):
    return Silence(id=0, subject=subject, starts_at=at, ends_at=at + length, author="ned", reason="we move it", **more)


@pytest.mark.parametrize("subject", ["docs.python.org", "*"])
def test_a_silence_keeps_all_but_who_took_it_and_its_end(bot, subject):
    bot.change(lambda scene: respond.mute(silence(subject), scene))
    bot.takes(fired(severity=Severity.WARNING), fired(key="2", severity=Severity.CRITICAL), acked(NOON + MINUTE))
    bot.takes(ended(NOON + MINUTE + SECOND), ended(NOON + 2 * MINUTE, key="2"))

    assert bot.heads == [
        "ACKED #1 docs.python.org by pingdom after 1 min",
        "UP #1 docs.python.org again after 2 min, acked by pingdom",
    ]
    assert ("muted", "silence 1 by ned until 2026-11-20 13:00 UTC because we move it") in bot.timeline()


def test_a_silence_of_another_service_holds_nothing_back(bot):
    bot.change(lambda scene: respond.mute(silence("hg.python.org"), scene))
    bot.takes(fired())

    assert len(bot.heard) == 1
