"""Stories of twenty minutes without chat: what happened meanwhile is told in order, and nothing old is told as news."""

import random
import re
from collections import Counter
from datetime import datetime

import pytest
from both_down import INFRA, OPS, SLACK, VITAL, World, world
from chaos import SEED, amount, figures, rows
from slack_kit.front import Fault

from psfbot.relay.word import NEWS

pytestmark = pytest.mark.anyio

RUNS = "where it runs is unknown · nobody is named as owner"
SILENCES = amount("SILENCES", 2)
MADE = "SELECT lane, json_extract(notice, '$.text'), created_at FROM outbox WHERE lane LIKE 'irc %'"


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def both(tmp_path):
    async with world(tmp_path) as one:
        yield one


async def outage(both: World):
    """Everything that can happen to an incident, in the twenty minutes in which nobody hears of it."""
    for name in ("s0.example", "o0.example"):
        await both.fails(name)
    await both.at(1)
    await both.cut()
    await both.at(2)
    await both.ends("s0.example")
    await both.at(3)
    await both.fails("s1.example")
    await both.fails("o1.example")
    await both.at(4)
    await both.fails("s2.example")
    await both.at(6)
    await both.taken("s1.example")
    await both.at(8)
    await both.ends("s2.example")
    await both.fails("s3.example")
    await both.at(10)
    await both.ends("s3.example")
    await both.at(15)
    await both.fails("s3.example")
    await both.at(19)
    await both.fails("s4.example")
    await both.at(21)


async def test_after_twenty_minutes_without_chat_each_thing_is_told_as_what_it_is_by_now(both):
    await outage(both)
    await both.mend()
    await both.at(22)
    at = both.clock
    infra = [
        f"UP #1 s0.example again after 2 min · told 19 min late: it lasted from {at(0)} to {at(2)} UTC",
        f"ACKED #3 s1.example by ned after 3 min · told 15 min late: it began at {at(3)} UTC (answers 503)",
        f"UP #5 s2.example again after 4 min · told 13 min late: it lasted from {at(4)} to {at(8)} UTC (answers 503)",
        f"DOWN AGAIN #6 s3.example: answers 503 · {RUNS} · told 6 min late: it began at {at(15)} UTC",
        f"DOWN #7 s4.example: answers 503 · {RUNS}",
    ]
    ops = f"DOWN #4 o1.example: answers 503 · {RUNS} · told 18 min late: it began at {at(3)} UTC"

    assert [text.partition(" · !ack")[0] for text in both.heard(INFRA)[1:]] == infra
    assert [text.partition(" · !ack")[0] for text in both.heard(OPS)[1:]] == [ops]
    assert await both.cards(INFRA) == infra
    assert (await both.cards(OPS))[1:] == [ops]


async def test_what_was_to_be_done_about_it_is_still_said(both):
    await outage(both)
    await both.mend()
    await both.at(22)

    assert both.heard(OPS)[-1].endswith(" UTC · !ack 4")
    assert [text.rpartition(" · ")[2] for text in both.heard(INFRA)[-2:]] == ["!ack 6", "!ack 7"]


async def test_each_room_is_told_in_the_order_in_which_it_happened_within_a_minute_of_the_return(both):
    await outage(both)
    waiting = both.lanes()
    made = len(both.front.calls)
    await both.mend()
    await both.at(22)
    said = {f"irc {room}": [re.findall(r"#\d+", text)[0] for text in both.heard(room)[1:]] for room in (INFRA, OPS)}
    spoken = [call.given for call in both.front.calls[made:] if call.method in {"chat.postMessage", "chat.update"}]
    for channel in SLACK.values():
        texts = [given["text"] for given in spoken if given["channel"] == channel and "thread_ts" not in given]
        said[f"slack {channel}"] = [re.findall(r"#\d+", text)[0] for text in texts]

    assert waiting == {
        "irc #python-infra": ["#1", "#3", "#5", "#6", "#7"], "irc #ops": ["#4"],
        "slack C0INFRA": ["#1", "#3", "#5", "#6", "#7"], "slack C0OPS": ["#4"],
    }  # fmt: skip
    assert said == waiting
    assert both.lanes() == {}


async def test_what_slack_had_taken_when_it_went_down_is_not_said_again(both):
    both.front.plan("chat.postMessage", Fault(done=True))
    await both.fails("s0.example")
    await both.cut()
    await both.at(20)
    await both.mend()
    await both.at(22)

    assert [text.partition(":")[0] for text in await both.cards(INFRA)] == ["DOWN #1 s0.example"]
    assert both.lanes() == {}


async def test_a_storm_that_nobody_could_hear_is_few_messages_and_the_vital_comes_first(both):
    await both.cut()
    for number in range(VITAL):
        await both.fails(f"s{number}.example")
        await both.fails(f"unknown-{number}.example")
    await both.fails(f"s{VITAL}.example")
    await both.at(20)
    await both.mend()
    await both.at(21)
    said = both.heard(INFRA)

    assert [re.split(r"[.:]", text)[0] for text in said] == [
        "DOWN #19 s8", "STORM OVER #9", "DOWN #1 s0", "DOWN #2 unknown-0", "DOWN #3 s1", "DOWN #4 unknown-1",
        "DOWN #5 s2", "DOWN #6 unknown-2", "DOWN #7 s3",
    ]  # fmt: skip
    assert ": 9 messages folded in 2 min; 17 incidents still open" in said[1]
    assert f"told 18 min late: it lasted from {both.clock(0)} to {both.clock(2)} UTC" in said[1]


async def silence(both: World, draw: random.Random) -> tuple[dict[str, list[str]], set[str]]:
    """Twenty minutes without chat, in which anything may happen: what waits to be told then, and what is down."""
    names = [f"{room}{number}.example" for room in "so" for number in range(6)]
    down = set(draw.sample(names, 4))
    for name in sorted(down):
        await both.fails(name)
    await both.cut()
    for minute in range(1, 21):
        await both.at(minute)
        for name in draw.sample(names, draw.randrange(3)):
            if name not in down:
                await both.fails(name)
                down.add(name)
            elif draw.random() < 0.3:
                await both.taken(name)
            else:
                await both.ends(name)
                down.remove(name)
    return both.lanes(), down


async def test_whatever_happened_meanwhile_nothing_is_lost_doubled_or_told_as_news(tmp_path):
    """PSFBOT_TEST_SILENCES and PSFBOT_TEST_SEED make it a long run."""
    draw, counted = random.Random(SEED), Counter()  # noqa: S311
    for turn in range(SILENCES):
        (folder := tmp_path / str(turn)).mkdir()
        async with world(folder) as both:
            waiting, down = await silence(both, draw)
            before, mended = {room: len(both.heard(room)) for room in (INFRA, OPS)}, both.now
            await both.mend()
            await both.at(21)
            made = {(lane.split(" ")[1], words): datetime.fromisoformat(at) for lane, words, at in rows(both.url, MADE)}
            for room in (INFRA, OPS):
                heard, cards = both.heard(room), await both.cards(room)
                last = {re.findall(r"#\d+ (\S+)", text)[0].rstrip(":"): text for text in heard}
                for text in heard[before[room] :]:
                    words, late, _ = text.partition(" · told ")
                    counted["told late" if late else "told as news"] += 1

                    assert bool(late) == (made[room, words.partition(" · !ack")[0]] <= mended - NEWS), text
                assert {name for name, text in last.items() if not text.startswith(("UP", "FLAPPING"))} <= down
                assert len(cards) == len({re.findall(r"#\d+", text)[0] for text in cards})
                assert not [text for text in heard + cards if "repeat?" in text]
            assert both.lanes() == {}
            counted["waited"] += sum(map(len, waiting.values()))
    figures("20 minutes without IRC and Slack, clock by hand", stories=SILENCES, notices_that_waited=counted["waited"],
            lost=0, twice=0, told_late_on_irc=counted["told late"], told_as_news=counted["told as news"])  # fmt: skip

    assert counted["told late"]
