"""An alert reaches its channel once, whatever Slack does meanwhile; what it will never take is a dead letter."""

import asyncio
from time import monotonic

import pytest
from chaos import amount, figures
from slack_kit.front import Fault, Front
from slack_kit.rules import faults
from slack_kit.stage import Stage, stage, until
from slack_kit.workspace import OTHER, ROOM, Workspace
from stores import NOON, notice

from psfbot.errors import DeliveryError
from psfbot.platforms.slack.trouble import GONE, REVOKED, Refusal, as_delivery, wait_of
from psfbot.relay.notice import Delivery, Parcel

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
POST, UPDATE = "chat.postMessage", "chat.update"
ROOMS = [ROOM, OTHER, *(f"C0ROOM{number}" for number in range(9))]


@pytest.fixture
async def front():
    one = Front(Workspace())
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def bot(front, tmp_path):
    async with stage(tmp_path, front) as one:
        yield one
        assert one.bugs == []
        assert front.broken == []


async def post(bot: Stage, number=1, version=1, room=ROOM, **more):
    text = f"DOWN #{number} docs.python.org: version {version}"
    one = notice(number, version, f"slack {room}", **{"text": text, **more})
    await bot.store.write(lambda ledger: ledger.post(one, bot.now()))
    bot.courier.bell.set()


async def states(bot: Stage):
    return {state.value: number for state, number in (await bot.outbox.counts()).items() if number}


async def settled(bot: Stage, **wanted):
    for _ in range(1000 + int(300 * HANG)):
        await asyncio.sleep(0.01)
        if await states(bot) == wanted:
            return
    raise AssertionError(await states(bot))


HANG = amount("HANG_MS", 500) / 1000
"""Seconds that Slack keeps a call waiting; ten in a long run."""
DOUBTFUL = [
    Fault(), Fault(done=True), Fault(status=500), Fault(status=500, done=True), Fault(status=503, done=True),
    Fault(error="internal_error"), Fault(error="fatal_error", done=True), Fault(hang=HANG, done=True), Fault(hang=HANG),
    Fault(status=429, after="0"),
]  # fmt: skip


@pytest.mark.parametrize("fault", DOUBTFUL)
async def test_an_alert_that_may_have_arrived_arrives_once(bot, fault):
    bot.front.plan(POST, fault)
    await post(bot)
    await settled(bot, sent=1)
    (message,) = await bot.messages()

    assert "(repeat?)" not in message["text"]


@pytest.mark.parametrize("fault", DOUBTFUL)
async def test_a_change_that_may_have_arrived_is_in_the_thread_once(bot, fault):
    await post(bot)
    await settled(bot, sent=1)
    bot.front.plan(POST, fault)
    await post(bot, version=2)
    await settled(bot, sent=2)
    top, entry = await bot.messages()

    assert "version 2" in top["text"]
    assert "version 2" in entry["text"]
    assert entry["thread_ts"] == top["ts"]


@pytest.mark.parametrize("fault", DOUBTFUL)
async def test_an_update_that_may_have_arrived_is_made_again(bot, fault):
    await post(bot)
    await settled(bot, sent=1)
    bot.front.plan(UPDATE, fault)
    await post(bot, version=2)
    await settled(bot, sent=2)

    assert len(await bot.messages()) == 2


async def test_a_quiet_change_only_brings_the_message_up_to_date(bot):
    await post(bot)
    await settled(bot, sent=1)
    await post(bot, version=2, quiet=True)
    await settled(bot, sent=2)
    (message,) = await bot.messages()

    assert "version 2" in message["text"]


async def test_an_alert_whose_message_was_deleted_is_posted_anew(bot):
    await post(bot)
    await settled(bot, sent=1)
    bot.front.workspace.messages[ROOM].clear()
    await post(bot, version=2)
    await settled(bot, sent=2)
    await post(bot, version=3)
    await settled(bot, sent=3)
    top, entry = await bot.messages()

    assert ("version 3" in top["text"], "version 3" in entry["text"]) == (True, True)


async def test_while_slack_wants_silence_in_one_channel_the_others_are_told_at_once(bot):
    seconds = amount("RETRY_AFTER", 1)
    for channel in ROOMS[2:]:
        bot.front.workspace.messages[channel] = []
    bot.front.plan(POST, *[Fault(status=429, after=str(seconds))] * 2, channel=ROOM)
    await post(bot)
    asked = {}
    for number in range(2, 102):
        await post(bot, number, room=ROOMS[1 + number % 10])
        asked[f"#{number} "] = monotonic()
        await asyncio.sleep(0.01)
    for _ in range(1000 + 300 * seconds):
        await asyncio.sleep(0.01)
        if await states(bot) == {"sent": 101}:
            break
    calls = [call for call in bot.front.made(POST) if call.given["channel"] != ROOM]
    waits = sorted(call.at - at for mark, at in asked.items() for call in calls if mark in call.given["text"])
    first, second, third = [call.at for call in bot.front.made(POST, ROOM)]
    figures(
        "429 on one channel",
        retry_after=seconds,
        others=len(waits),
        p99=round(waits[98], 3),
        slowest=round(waits[-1], 3),
    )

    assert await states(bot) == {"sent": 101}
    assert waits[98] < 2
    assert (second - first >= seconds, third - second >= seconds) == (True, True)
    assert len(await bot.messages()) == 1


@pytest.mark.parametrize("seconds", [3, 7, 60])
async def test_no_call_is_made_before_the_time_that_slack_names(bot, seconds):
    bot.slack.office.calls.pacer.clock = lambda: 1000.0
    bot.slack.office.calls.pacer.hold(ROOM, seconds)
    parcel = Parcel(
        id=1, notice=notice(room=f"slack {ROOM}"), state=Delivery.SENDING, attempts=1, created_at=NOON, not_before=NOON
    )
    with pytest.raises(DeliveryError) as refused:
        await bot.slack.send(parcel)

    assert (refused.value.final, refused.value.wait) == (False, seconds)
    assert bot.front.made(POST) == []


@pytest.mark.parametrize(
    "code", ["channel_not_found", "is_archived", "token_revoked", "not_in_channel", "invalid_blocks"]
)
async def test_what_slack_will_never_take_is_a_dead_letter(bot, code):
    bot.front.plan(POST, Fault(error=code))
    await post(bot)
    await settled(bot, dead=1)
    (dead,) = await bot.outbox.dead()

    assert f"({code})" in dead.error


async def test_an_archived_channel_holds_up_no_other(bot):
    bot.front.workspace.archived.add(ROOM)
    await post(bot)
    await post(bot, 2, room="C0NOWHERE")
    await post(bot, 3, room=OTHER)
    await settled(bot, dead=2, sent=1)

    assert len(await bot.messages(OTHER)) == 1


async def test_a_revoked_token_shows_in_the_status_until_something_is_sent_again(bot):
    bot.front.workspace.revoked = True
    await post(bot)
    await settled(bot, dead=1)
    told = bot.slack.status
    bot.front.workspace.revoked = False
    await post(bot, 2)
    await settled(bot, dead=1, sent=1)

    assert "the bot token was revoked" in told
    assert bot.slack.status == "ok"


async def test_a_dead_letter_is_delivered_once_the_channel_takes_it(bot):
    bot.front.workspace.archived.add(ROOM)
    await post(bot)
    await settled(bot, dead=1)
    bot.front.workspace.archived.clear()
    (dead,) = await bot.outbox.dead()
    await bot.outbox.retry(dead.id, bot.now())
    bot.courier.bell.set()
    await settled(bot, sent=1)

    assert len(await bot.messages()) == 1


async def test_a_message_is_found_among_many_by_its_metadata(bot):
    await post(bot)
    await settled(bot, sent=1)
    for number in range(450):
        bot.front.workspace.put({"channel": ROOM, "text": str(number)}, {"user": "U0TALKER"})
    (mine,) = await bot.messages()
    found = await bot.slack.office.calls.find(ROOM, mine["metadata"]["event_payload"], 0)
    absent = await bot.slack.office.calls.find(ROOM, {"parcel": "999"}, 0)

    assert (found, absent) == (mine["ts"], "")


async def test_in_a_history_without_end_nobody_can_tell(bot):
    for number in range(3200):
        bot.front.workspace.put({"channel": ROOM, "text": str(number)}, {"user": "U0TALKER"})

    assert await bot.slack.office.calls.find(ROOM, {"parcel": "999"}, 0) is None


async def test_the_metadata_tells_parcels_of_two_databases_apart(bot):
    await post(bot)
    await settled(bot, sent=1)
    (mine,) = await bot.messages()
    payload = mine["metadata"]["event_payload"]

    assert payload.keys() == {"parcel", "made"}


async def test_where_history_may_not_be_read_the_alert_is_sent_again_and_says_so(bot):
    bot.front.plan(POST, Fault(done=True))
    bot.front.plan("conversations.history", Fault(error="missing_scope"))
    await post(bot)
    await settled(bot, sent=1)
    _, second = await bot.messages()

    assert "(repeat?)" in second["text"]


async def test_a_killed_sender_s_alert_is_looked_up_before_it_is_sent_again(bot):
    bot.front.plan(POST, Fault(hang=60))
    await post(bot)
    await until(lambda: len(bot.front.made(POST)) == 1)
    await bot.kill()
    await bot.front.workspace.call(POST, bot.front.lost[0], "xoxb-test")
    await bot.open()
    await settled(bot, sent=1)

    assert len(await bot.messages()) == 1


@pytest.mark.parametrize("code", [*GONE, *REVOKED])
def test_every_refusal_that_is_final_says_what_to_do(code):
    error = as_delivery(Refusal(code), 1)

    assert isinstance(error, DeliveryError)
    assert error.final
    assert f"({code})" in str(error)
    assert len(str(error)) > len(code) + 15


@pytest.mark.parametrize(("attempts", "final"), [(1, False), (9, False), (10, True)])
def test_a_refusal_that_nobody_knows_is_tried_ten_times(attempts, final):
    error = as_delivery(Refusal("a_code_of_next_year"), attempts)

    assert isinstance(error, DeliveryError)
    assert error.final is final


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "7"}, 7), ({"Retry-After": "0"}, 0), ({"Retry-After": "-5"}, 0), ({"Retry-After": "soon"}, 30),
     ({}, 30), (None, 30), ({"Retry-After": "99999999"}, 3600), ({"Retry-After": "1.5"}, 1.5)],
)  # fmt: skip
def test_the_time_that_slack_asks_for_is_read(headers, seconds):
    assert wait_of(headers) == seconds


async def test_everything_that_an_alert_says_is_within_the_limits(bot):
    hostile = "<!here> & " * 4000
    await post(bot, text=f"DOWN #1 {hostile}", lines=(hostile,) * 30, links=((hostile, "https://x.example"),) * 9)
    await settled(bot, sent=1)
    (message,) = await bot.messages()

    assert faults(message) == []
