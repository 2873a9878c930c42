"""However failures come and go and whatever people do: causes, what stands below them and what rooms hear agree."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import HOUR, MINUTE, NED, NOON, SECOND, Watched, ended, fired, sample
from watch import watch

from psfbot.errors import UserError
from psfbot.flows import respond
from psfbot.flows.alert import Scene, take
from psfbot.flows.tick import bring_about
from psfbot.relay.incident import Happening, Silence, Standing
from psfbot.store.db import Database
from psfbot.store.ledger import SqlLedger

RECORD = {"name": "A test", "description": "A test.", "lifecycle": "production"}


def service(*hosting, hard=()):
    parts = [{"role": "cdn", "provider": one} for one in hosting]
    return RECORD | {"hosting": parts, "depends_on": [{"service": one, "strength": "hard"} for one in hard]}


SERVICES = {
    "a": service("fastly"), "b": service("fastly", hard=["lb"]), "c": service(hard=["lb"]), "d": service("aws"),
    "lb": service(), "e": service("aws", "fastly"), "f": service(),
}  # fmt: skip
BOOK = sample(rooms={"python-infra": {"alerts": "none"}}, services=SERVICES)


@pytest.fixture
def bot(tmp_path):
    with watch(tmp_path, BOOK) as opened:
        yield opened


def test_two_causes_that_a_third_explains_become_one(bot):
    bot.fail("b", "c", pause=20 * SECOND)
    bot.fail("a", "e", pause=20 * SECOND)
    causes = [one for one in bot.incidents if one.node]

    assert [(one.node, one.state) for one in causes] == [
        (("service", "lb"), Standing.OPEN),
        (("provider", "fastly"), Standing.OPEN),
    ]
    assert [one.cause for one in bot.incidents if one.service] == [3, 3, 6, 6]


def test_two_causes_that_one_place_explains_after_all_become_one(bot):
    names = {"x1": ["lb"], "x2": ["lb"], "w": ["lb"], "y1": ["b"], "y2": ["b"]}
    bot.book = sample(
        services={
            "b": service(), "lb": service(), "z": service("dyn"),
            **{name: service(*(["dyn"] if name != "w" else []), hard=hard) for name, hard in names.items()},
        }
    )  # fmt: skip
    bot.fail(*names, pause=20 * SECOND)
    before = [one.node for one in bot.incidents if one.node]
    bot.recover("w")
    bot.fail("z")

    assert before == [("service", "lb"), ("service", "b")]
    assert [(one.node, one.state) for one in bot.incidents if one.node] == [
        (("provider", "dyn"), Standing.OPEN), (("service", "b"), Standing.RESOLVED),
    ]  # fmt: skip
    assert {one.cause for one in bot.incidents if one.service} == {3}
    assert bot.texts[-1].startswith("DOWN TOGETHER #3 Dyn, not A test? 5 of 6 services are still down: x1 #1, ")
    assert [p.notice.text for p in bot.parcels if p.notice.quiet and p.notice.incident == 7] == [
        "NOT TOGETHER #7 A test: it belongs to #3 · still down: y1 #5 and y2 #6"
    ]


def test_a_cause_that_comes_back_soon_keeps_its_number(bot):
    bot.fail("a", "e", pause=20 * SECOND)
    bot.recover("a", "e", pause=MINUTE)
    bot.fail("a", "e", pause=20 * SECOND)
    (cause,) = [one for one in bot.incidents if one.node]

    assert (cause.number, cause.state, cause.flaps) == (3, Standing.OPEN, 1)


def test_one_that_comes_back_below_its_cause_stays_there_and_is_not_told_apart(bot):
    bot.fail("a", "e", pause=20 * SECOND)
    bot.recover("e")
    bot.fail("e")
    bot.pass_(MINUTE)

    assert bot.incidents[1].cause == 3
    assert [text.split(" #")[0] for text in bot.texts] == ["DOWN", "DOWN TOGETHER"]
    assert bot.parcels[-1].notice.text.startswith("DOWN TOGETHER #3 Fastly")


def test_what_was_over_before_its_cause_was_told_is_told_with_its_end(bot):
    for one in ("a", "e"):
        bot.takes(fired(bot.now, key=one, about=one), after=SECOND)
    for one in ("a", "e"):
        bot.takes(ended(bot.now, key=one, about=one), after=SECOND)
    bot.pass_(MINUTE)

    assert [text.split(" after")[0].split(" ·")[0].split(":")[0] for text in bot.texts] == [
        "DOWN #1 a", "UP #1 a again", "UP #3 Fastly",
    ]  # fmt: skip


def test_a_storm_is_nothing_to_take_or_end(bot):
    services = {f"s{n}": RECORD | {"domains": [f"s{n}.example"]} for n in range(9)}
    bot.book = sample(services=services)
    bot.fail(*services, pause=SECOND)

    assert bot.incidents[8].storm == "irc #python-infra"
    for deed in (respond.acknowledge, respond.resolve):
        with pytest.raises(UserError, match="#9 is a digest; it ends by itself when the room is quiet"):
            bot.by_hand(deed, 9)


def test_the_end_of_a_silence_over_everything_tells_a_cause_once(bot):
    values = {"subject": "*", "starts_at": NOON, "ends_at": NOON + HOUR, "author": "ned", "reason": "we test"}
    bot.change(lambda scene: respond.mute(Silence(id=0, **values), scene))
    bot.fail("a", "e", pause=20 * SECOND)
    bot.pass_(2 * HOUR)

    assert not any(one.node for one in bot.incidents)
    assert [text.split(" #")[0] for text in bot.texts[:2]] == ["DOWN", "DOWN"]


# Whatever happens.

STEP = st.tuples(
    st.sampled_from(["fire", "end", "ack", "resolve", "wait"]),
    st.sampled_from([*SERVICES]),
    st.timedeltas(timedelta(0), 6 * MINUTE),
)


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    with Database.open(f"sqlite:///{tmp_path_factory.mktemp('cause') / 'bot.sqlite3'}") as db:
        yield db


class Undone(Exception):
    """What ends a transaction of which nothing is to stay."""


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=30))
def test_causes_and_what_stands_below_them_agree_whatever_happens(database, steps):
    def work(connection):
        ledger = Watched(SqlLedger(connection))
        now = perform(Scene(ledger, BOOK, {"irc": "#ops"}, NOON), steps)
        for _ in range(12):
            now += 30 * SECOND
            bring_about(Scene(ledger, BOOK, {"irc": "#ops"}, now), now)
            agree(ledger.ledger)
        all_are_told(ledger)
        raise Undone

    with pytest.raises(Undone):
        asyncio.run(database.write(work))


def perform(scene, steps):
    """Do one after the other, as far as the bot allows it; after each, all must agree."""
    now = NOON
    for number, (deed, name, pause) in enumerate(steps):
        now += pause
        here = replace(scene, now=now, came=now)
        newest = here.ledger.latest(name)
        if deed in {"fire", "end"}:
            take((fired if deed == "fire" else ended)(now, key=name, about=name, event=str(number)), here)
        elif deed in {"ack", "resolve"} and newest and newest.state is Standing.OPEN:
            which = newest.cause if newest.cause and number % 2 else newest.number
            if here.ledger.incident(which).state is Standing.OPEN:
                (respond.acknowledge if deed == "ack" else respond.resolve)(which, NED, here)
        else:
            bring_about(here, now)
        agree(here.ledger.ledger)
    return now


def agree(ledger):
    """Below an open cause something is open, what is open stands below an open cause or none, and each subject once."""
    found = ledger.incidents(open_only=False, limit=1000)
    still = [one for one in found if one.state is not Standing.RESOLVED]
    numbers = {one.number: one for one in still}
    below = ledger.below()
    assert all(one.cause is None or numbers[one.cause].node for one in still)
    assert all(below.get(one.number) for one in still if one.node)
    assert all(one.due_at for one in still if one.node)
    assert len({one.subject for one in still if one.service}) == len([one for one in still if one.service])


def all_are_told(ledger):
    """Each failure was told by itself, or by name with its cause, or folded into a digest."""
    said = " ".join(notice.text for notice in ledger.posted)
    for one in ledger.ledger.incidents(open_only=False, limit=1000):
        if one.service:
            kinds = {entry.kind for entry in ledger.ledger.timeline(one.number)}
            assert f"{one.named} #{one.number}" in said or f"#{one.number} {one.named}" in said or "folded" in said, (
                kinds
            )
            assert Happening.TOLD in kinds or Happening.GROUPED in kinds
