"""R20: a beat goes by door, store, reading and outbox into a sink; if one of them stops, people know in 15 minutes."""

import asyncio
import json
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from pydantic import SecretStr
from stage import MINUTE, NOON, SECOND, fired, stage

from psfbot.app.heartbeat import ALARM, Heartbeat, Stage
from psfbot.errors import StoreBusy, UserError
from psfbot.flows.beat import SOURCE
from psfbot.flows.deliver import Courier
from psfbot.plugin import Response, Unreachable
from psfbot.relay.letter import Fate
from psfbot.relay.notice import Room
from psfbot.store.marks import SqlMarks
from psfbot.web.app import make_app
from psfbot.web.metrics import Counters
from psfbot.web.parts import Parts

ROOM = Room(platform="irc", name="#python-infra")
STEP = 15 * SECOND


class Whole:
    """A bot with a heartbeat; what `stopped` names stands still."""

    def __init__(self, bot):
        self.bot, self.stopped, self.leads, self.called = bot, set(), True, []
        self.answer = Response("", 200)
        self.heart = self.begun()

    def begun(self):
        """The heartbeat of a process that has just started."""
        bot = self.bot
        heart = Heartbeat(
            post=self.post,
            newest=bot.inbox.newest,
            store=bot.store,
            marks=SqlMarks(bot.db),
            now=lambda: bot.now,
            leads=lambda: self.leads,
            platforms=bot.ears,
            rooms=lambda: [ROOM],
            whom=lambda: "ask the team that keeps psfbot",
            ring=lambda: None,
            call=self.call,
            outside=SecretStr("https://dead.example/secret-word"),
        )
        bot.reader = replace(bot.reader, plugins={SOURCE: heart.plugin})
        bot.courier = Courier(bot.outbox, {**bot.ears, SOURCE: heart}, lambda: bot.now)
        parts = Parts(
            inbox=bot.inbox,
            store=bot.store,
            plugins={SOURCE: heart.plugin},
            plugin_settings={SOURCE: heart.settings},
            now=lambda: bot.now,
            ready=None,
            bell=lambda: None,
            counters=Counters(lambda: bot.now),
        )
        self.door = httpx.ASGITransport(app=make_app(parts))
        return heart

    async def post(self, path, body):
        if "door" in self.stopped:
            raise UserError("Nobody answered.")
        async with httpx.AsyncClient(transport=self.door, base_url="http://bot") as client:
            return (await client.post(path, content=body, headers={"content-type": "application/json"})).status_code

    async def call(self, url):
        self.called.append((self.bot.now, url))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def step(self):
        if "clock" not in self.stopped:
            await self.heart.beat()
        if "reading" not in self.stopped:
            for letter in await self.bot.inbox.waiting():
                await self.bot.reader.read(letter)
        if "delivery" not in self.stopped:
            await self.bot.deliver()
        await asyncio.gather(*self.heart.calls)
        await self.heart.look_out()

    def pass_(self, time):
        end = self.bot.now + time
        while self.bot.now < end:
            self.bot.now += STEP
            asyncio.run(self.step())

    @property
    def told(self):
        """What was said, and how long after noon."""
        return [((one.created_at - NOON) / MINUTE, one.notice.text) for one in self.bot.parcels]


@contextmanager
def running(folder):
    with stage(folder) as bot:
        yield Whole(bot)


@pytest.fixture
def whole(tmp_path):
    with running(tmp_path) as opened:
        yield opened


def test_a_beat_goes_all_the_way_every_five_minutes_and_no_room_hears_of_it(whole):
    whole.pass_(21 * MINUTE)

    assert [at - NOON for at, _ in whole.called] == [n * MINUTE + STEP for n in (1, 6, 11, 16)]
    assert whole.told == []
    assert whole.bot.fates() == {Fate.IGNORED: 4}
    assert whole.bot.incidents == []
    assert set(whole.heart.ages()) == {"sent", "taken", "delivered"}
    assert whole.heart.trouble() == ""


@pytest.mark.parametrize("stage_", list(Stage))
def test_whichever_stage_stops_the_rooms_are_told_within_fifteen_minutes_once(whole, stage_):
    whole.pass_(30 * MINUTE)
    whole.stopped = {stage_.name.lower()}
    whole.pass_(60 * MINUTE)
    (at, text) = whole.told[0]

    assert 30 < at <= 45
    assert text.startswith("HEARTBEAT: alerts have not come through psfbot since 12:")
    assert f"UTC, {stage_.value}. Until they do again, silence here is no good news" in text
    assert text.endswith(" · ask the team that keeps psfbot")
    assert whole.heart.trouble() == stage_.value.partition(":")[0]
    assert len(whole.told) == 1


@pytest.mark.parametrize("stage_", list(Stage))
def test_when_it_moves_again_that_is_told_once(whole, stage_):
    whole.pass_(30 * MINUTE)
    whole.stopped = {stage_.name.lower()}
    whole.pass_(30 * MINUTE)
    whole.stopped = set()
    whole.pass_(30 * MINUTE)

    assert [text.split(",")[0] for _, text in whole.told][1:] == ["HEARTBEAT: alerts come through psfbot again"]
    assert whole.heart.trouble() == ""


def test_the_one_outside_is_called_only_when_a_beat_came_through(whole):
    whole.pass_(10 * MINUTE)
    before = len(whole.called)
    whole.stopped = {"delivery"}
    whole.pass_(60 * MINUTE)

    assert before == 2
    assert len(whole.called) == before


@pytest.mark.parametrize("answer", [Response("", 500), Response("", 301), Unreachable("nobody answers")])
def test_trouble_with_the_one_outside_is_logged_once_and_stops_nothing(whole, answer):
    whole.answer = answer
    whole.pass_(30 * MINUTE)

    assert len(whole.called) == 6
    assert whole.heart.outside_trouble
    assert whole.told == []


def test_a_storage_that_is_busy_is_told_around_the_outbox(whole):
    whole.pass_(30 * MINUTE)
    whole.stopped = {"door"}

    async def busy(*_):
        raise StoreBusy("the disk is full")

    whole.heart.store = type("Full", (), {"write": busy})()
    whole.heart.newest = busy
    whole.pass_(15 * MINUTE)

    assert [Stage.DOOR.value in text for _, text in whole.told] == [True]


def test_a_room_that_cannot_be_told_holds_up_nothing(whole):
    whole.pass_(30 * MINUTE)
    whole.stopped = {"delivery"}
    whole.bot.ears["irc"].refuses = "banned"
    whole.pass_(30 * MINUTE)

    assert whole.told == []
    assert whole.heart.trouble()


def test_a_room_that_was_away_is_told_as_soon_as_it_is_back(whole):
    whole.pass_(30 * MINUTE)
    whole.stopped = {"delivery"}
    whole.bot.ears["irc"].ready = False
    whole.pass_(30 * MINUTE)
    before = whole.told
    whole.bot.ears["irc"].ready = True
    whole.pass_(5 * MINUTE)

    assert before == []
    assert [text.split(",")[0] for _, text in whole.told] == [
        "HEARTBEAT: alerts have not come through psfbot since 12:26 UTC"
    ]


def test_who_dies_before_an_alarm_is_told_leaves_it_to_the_next(whole):
    whole.pass_(30 * MINUTE)
    whole.stopped = {"reading"}

    async def dies(*_, **__):
        raise ArithmeticError

    whole.heart.__dict__["tell"] = dies
    with pytest.raises(ArithmeticError):
        whole.pass_(30 * MINUTE)
    whole.heart = whole.begun()
    whole.pass_(30 * MINUTE)

    assert [Stage.READING.value in text for _, text in whole.told] == [True]


def test_who_takes_over_while_the_storage_is_busy_forgets_no_alarm(whole):
    whole.pass_(30 * MINUTE)
    whole.stopped = {"reading"}
    whole.pass_(20 * MINUTE)
    whole.heart, whole.stopped = whole.begun(), set()
    marks = whole.heart.marks

    class Busy:
        """Marks of a storage that is busy."""

        async def all(self):
            raise StoreBusy("another process holds it")

    whole.heart.marks = Busy()
    with pytest.raises(StoreBusy):
        asyncio.run(whole.heart.look_out())
    whole.heart.marks = marks
    whole.pass_(10 * MINUTE)

    assert [text.split(" ")[2] for _, text in whole.told] == ["have", "come"]


def test_a_process_that_does_not_lead_neither_beats_nor_alarms(whole):
    whole.leads = False
    whole.pass_(60 * MINUTE)

    assert (whole.called, whole.told) == ([], [])


def test_a_new_leader_counts_from_when_it_took_over(whole):
    whole.pass_(30 * MINUTE)
    whole.bot.now += 5 * 60 * MINUTE
    whole.heart = whole.begun()
    whole.pass_(30 * MINUTE)

    assert whole.told == []


def test_an_alarm_is_remembered_by_the_next_process_which_tells_its_end(whole):
    whole.pass_(30 * MINUTE)
    whole.stopped = {"reading"}
    whole.pass_(20 * MINUTE)
    whole.heart, whole.stopped = whole.begun(), set()
    whole.pass_(10 * MINUTE)
    marks = asyncio.run(SqlMarks(whole.bot.db).all())

    assert [text.split(" ")[2] for _, text in whole.told] == ["have", "come"]
    assert marks[ALARM].value == ""


def test_a_clock_that_is_set_back_stops_no_beat_and_alarms_nobody(whole):
    whole.pass_(30 * MINUTE)
    whole.bot.now -= 24 * 60 * MINUTE
    before = len(whole.called)
    whole.pass_(30 * MINUTE)

    assert len(whole.called) >= before + 5
    assert whole.told == []


def test_a_clock_that_is_set_forward_alarms_nobody_and_hides_nothing(whole):
    whole.pass_(30 * MINUTE)
    whole.bot.now += 60 * MINUTE
    whole.stopped = {"clock"}
    asyncio.run(whole.step())
    before = whole.told
    whole.pass_(12 * MINUTE)

    assert before == []
    assert [Stage.CLOCK.value in text for _, text in whole.told] == [True]


def test_a_clock_that_is_set_forward_ends_no_alarm(whole):
    whole.pass_(30 * MINUTE)
    whole.stopped = {"delivery"}
    whole.pass_(20 * MINUTE)
    whole.bot.now += 60 * MINUTE
    whole.pass_(5 * MINUTE)

    assert [text.split(" ")[2] for _, text in whole.told] == ["have"]


def test_a_loop_that_stood_still_is_told_of(whole):
    whole.pass_(30 * MINUTE)
    whole.heart.steady = lambda: 3600.0 + 1e9
    whole.bot.now += 60 * MINUTE
    asyncio.run(whole.heart.look_out())
    asyncio.run(whole.bot.deliver())

    assert [Stage.CLOCK.value in text for _, text in whole.told] == [True]


def test_who_leads_no_more_knows_nothing_of_beats(whole):
    whole.pass_(10 * MINUTE)
    whole.leads = False
    whole.pass_(MINUTE)

    assert (whole.heart.ages(), whole.heart.trouble()) == ({}, "")


def test_nobody_else_can_send_a_beat(whole):
    whole.pass_(2 * MINUTE)
    body = json.dumps({"beat": "forged"}).encode()

    assert asyncio.run(whole.post("/hooks/heartbeat/guess", body)) == 404


def test_alerts_go_on_beside_the_beats(whole):
    whole.pass_(10 * MINUTE)
    whole.bot.takes(fired(whole.bot.now))
    whole.pass_(10 * MINUTE)

    assert [text.split(" · ")[0] for _, text in whole.told] == ["DOWN #1 docs.python.org: HTTP is firing"]
