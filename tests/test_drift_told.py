"""Drift is kept, told once a week, and asked about in chat; only an admin starts a search."""

import asyncio
import shlex
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from drift_kit import CATALOG, agreeing, book_of
from drift_planted import PLANTED
from stage import ADMIN, GUEST, NOON, stage

from psfbot import plugins
from psfbot.app import drifting as weekly
from psfbot.app.drifting import Weekly, drift_round, drifting_of
from psfbot.chat.message import Message
from psfbot.commands.drift import in_chat
from psfbot.commands.sayings import understood
from psfbot.errors import UserError
from psfbot.flows.drifting import LOOKED, SINCE, Drifting, latest, summary
from psfbot.flows.verify import Report, Seen
from psfbot.plugin import Drift
from psfbot.relay.drifted import FORGET_AFTER, Drifted, merged
from psfbot.store.drifts import SqlDrifts
from psfbot.store.marks import SqlMarks

DAY, WEEK = timedelta(days=1), timedelta(days=7)
OTHER = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
"""A Monday, at the hour of the survey."""


def drifted(number: int = 1, at: datetime = NOON, **more) -> Drifted:
    values = {
        "kind": "link-gone",
        "section": "services",
        "id": f"s{number}",
        "path": "links/0/url",
        "by": "reality.links",
    }
    return Drifted(**{"message": f"page {number} is gone", "first_seen_at": at, "seen_at": at, **values, **more})


def report(*drifts: Drift, at: datetime = NOON, troubles: dict | None = None) -> Report:
    return Report((Seen("reality.links", "Are they there?", drifts, troubles or {}),), at)


GONE = Drift("link-gone", "services", "docs.python.org", "links/0/url", "the runbook is gone", "set docs.python.org …")


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def look(bot, *drifts: Drift, at: datetime = NOON, **more) -> list[str]:
    """A survey that found this; what the rooms heard of it."""
    found = report(*drifts, at=at, **more)

    async def tell() -> None:
        kept = await bot.drifting.keep(found)
        await bot.drifting.tell(found, kept, bot.relay, bot.book)

    bot.now = at
    asyncio.run(tell())
    before = {name: len(ear.parcels) for name, ear in bot.ears.items()}
    asyncio.run(bot.work())
    return [parcel.notice.text for name, ear in bot.ears.items() for parcel in ear.parcels[before[name] :]]


def test_a_week_later_the_same_drift_is_no_news_and_keeps_its_age():
    first = merged([], [drifted(1), drifted(2)], (), NOON)
    later = NOON + WEEK
    second = merged(first, [drifted(1, later), drifted(3, later)], (), later)

    assert [(one.id, one.first_seen_at) for one in second] == [("s1", NOON), ("s3", later)]


def test_what_nobody_could_look_at_again_is_kept_for_a_month():
    later = NOON + WEEK
    seen = merged([drifted(1), drifted(2, by="salt.roles")], [], {"reality.links"}, later)
    late = merged(seen, [], {"reality.links"}, NOON + FORGET_AFTER)

    assert [one.id for one in seen] == ["s1"]
    assert late == []


def test_what_the_catalog_lacks_is_told_apart_by_its_words():
    one, other = drifted(id="", message="a"), drifted(id="", message="b")

    assert len(merged([one], [other], (), NOON)) == 1
    assert merged([one], [other], (), NOON)[0].first_seen_at == NOON


@pytest.mark.parametrize(
    ("day", "now", "then"),
    [
        ("monday", OTHER, OTHER),
        ("monday", OTHER - timedelta(seconds=1), OTHER - WEEK),
        ("monday", OTHER + 3 * DAY, OTHER),
        ("sunday", OTHER, OTHER - DAY),
        ("tuesday", OTHER, OTHER - 6 * DAY),
    ],
)
def test_the_survey_comes_at_its_hour_on_its_day(day, now, then):
    assert latest(day, now) == then


def test_the_weekly_line_says_how_much_is_new_and_what_nobody_saw():
    later = NOON + WEEK
    old, new = drifted(1), [drifted(n, later) for n in range(2, 7)]
    ignored = drifted(9, later, ignored_until=later.date())

    assert summary([old, *new, ignored], 2, later) == (
        "DRIFT 6 facts of the catalog differ from what is out there, 5 of them new: s2 (link-gone), s3 (link-gone), "
        "s4 (link-gone) and 2 more. 2 things could not be looked at. `what drifted` lists all of it."
    )
    assert summary([old], 0, later) == (
        "DRIFT 1 fact of the catalog differs from what is out there, nothing of it new. `what drifted` lists all of it."
    )
    assert summary([ignored], 1, later) == (
        "DRIFT none: the catalog agrees with all that I could look at. 1 thing could not be looked at."
    )


def test_the_room_is_told_and_people_ask_for_more(bot):
    assert bot.says("what drifted", GUEST).startswith("I have not compared the catalog")

    heard = look(bot, GONE, troubles={"wiki.python.org": "nobody answered"})

    assert heard == [
        (
            "DRIFT 1 fact of the catalog differs from what is out there, 1 of them new: docs.python.org (link-gone). "
            "1 thing could not be looked at. `what drifted` lists all of it."
        )
    ]
    whole = bot.ask("what drifted", GUEST)
    assert whole.lines[0] == "1 fact of the catalog differs from what was out there at 12:00 UTC."
    assert "docs.python.org (the runbook is gone)" in whole.lines[1]
    assert bot.ask("drift docs.python.org", GUEST).lines[:2] == (
        "docs.python.org: 1 fact differs from what was out there at 12:00 UTC.",
        "the runbook is gone. To put it right: `set docs.python.org …`",
    )
    assert bot.says("drift hg.python.org", GUEST) == "hg.python.org: no drift at 12:00 UTC, as far as I could look."


def test_a_drift_that_is_old_says_since_when_and_one_that_is_ignored_until_when(bot):
    look(bot, GONE)
    ignored = Drift("domain-gone", "services", "docs.python.org", "domains/0", "no address", "", NOON.date() + 30 * DAY)
    look(bot, GONE, ignored, at=NOON + WEEK)

    assert bot.ask("drift docs.python.org").lines[1:3] == (
        "the runbook is gone (since 2026-11-20 12:00 UTC). To put it right: `set docs.python.org …`",
        "Ignored until 2026-12-20: no address",
    )
    look(bot, at=NOON + 2 * WEEK)
    assert bot.says("is the catalog still true").startswith("No drift: at ")


def test_a_public_room_sees_no_accounts(bot):
    look(bot, Drift("user-gone", "people", "mdk", "pagerduty", "PagerDuty knows no user PXYZ"), troubles={"x": "PXYZ"})
    message = Message("what drifted", GUEST, "irc", "#python-infra", public=True)
    public = " ".join(asyncio.run(bot.desk.answer(message)).lines)

    assert "PXYZ" not in public
    assert "PagerDuty knows no such user" in public
    assert "PXYZ" in " ".join(bot.ask("what drifted", ADMIN).lines)


def test_only_an_admin_starts_a_search(bot):
    begun = []
    bot.drifting.begin = lambda: begun.append(1)

    assert "needs an admin" in bot.says("look for drift", GUEST)
    assert begun == []
    assert bot.says("compare the catalog with reality now", ADMIN).startswith("I compare the catalog")
    assert begun == [1]


EDITS = [expected[2] for _, expected in PLANTED.values() if expected[2]]


@pytest.mark.parametrize("said", EDITS)
def test_what_chat_is_told_to_say_is_the_edit_that_the_terminal_makes(said):
    verb, record, *rest = shlex.split(said)
    id_ = record.rpartition(":")[2]
    catalog = book_of(CATALOG).catalog
    if verb == "set":
        found = understood(in_chat(said).removeprefix("set "), catalog)
        assert (found.where[1], found.field, found.value) == (id_, *rest)
    elif verb == "add":
        assert in_chat(said) == f"add {rest[0]} {rest[1]} to {record}"
    else:
        assert in_chat(said) == said


class Running:
    """As much of a bot as the weekly round needs, in a world where one login is gone."""

    def __init__(self, bot, **more):
        self.app = SimpleNamespace(
            settings=SimpleNamespace(drift_day=more.get("day", "monday")),
            plugins=SimpleNamespace(found={"github": plugins.find()["github"]}),
            book=book_of(CATALOG),
        )
        self.world, self.db, self.relay, self.secrets = agreeing(), bot.db, bot.relay, ({}, ())
        PLANTED["login-gone"][0](self.world)
        self.world.stays_here = more.get("stays_here", False)
        self.leads = more.get("leads", True)


@pytest.fixture
def clock(monkeypatch):
    """The time of the weekly round, moved by hand."""
    at = SimpleNamespace(now=OTHER - DAY)
    monkeypatch.setattr(weekly, "now", lambda: at.now)
    return at


def surveys(running, rounds: int = 1) -> int:
    """So many rounds; how many surveys they came to."""
    one = Weekly(running)
    for _ in range(rounds):
        asyncio.run(one.look())
    return len(running.world.said) // 6


def test_the_first_survey_waits_for_its_day_and_then_there_is_one_a_week(bot, clock):
    running = Running(bot)

    assert surveys(running, 2) == 0
    clock.now = OTHER
    assert surveys(running, 3) == 1
    clock.now = OTHER + WEEK - timedelta(seconds=1)
    assert surveys(running) == 1
    clock.now = OTHER + WEEK
    assert surveys(running, 2) == 2
    marks = asyncio.run(SqlMarks(bot.db).all())
    assert (marks[SINCE].at, marks[LOOKED].at) == (OTHER - DAY, OTHER + WEEK)
    assert [one.first_seen_at for one in asyncio.run(SqlDrifts(bot.db).all())] == [OTHER]


@pytest.mark.parametrize("more", [{"leads": False}, {"stays_here": True}, {"day": "off"}])
def test_a_follower_a_demo_and_a_bot_that_is_told_not_to_never_ask(bot, clock, more):
    running = Running(bot, **more)
    surveys(running)
    clock.now = OTHER

    assert surveys(running) == 0


def test_an_admin_who_asks_is_served_at_once_and_in_a_demo_is_told_why_not(bot, clock):
    running = Running(bot, day="off")
    one = drift_round(running)
    drifting_of(running).begin()

    assert one.bell.is_set()
    asyncio.run(one.work())
    assert [drift.kind for drift in asyncio.run(drifting_of(running).all())] == ["login-gone"]
    with pytest.raises(UserError, match="A demo asks nobody else"):
        drifting_of(Running(bot, stays_here=True)).begin()


def test_the_round_and_the_commands_share_one_bell(bot):
    running = Running(bot)

    assert drift_round(running).bell is drift_round(running).bell
    assert isinstance(drifting_of(running), Drifting)
