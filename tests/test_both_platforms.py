"""What happens on one platform is seen on the other: one bot on a real IRC network and in an emulated Slack."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from both_world import ABSENT, NOWHERE, World, words, world
from pagerduty_account import SENDER
from pagerduty_fake import pagerduty
from processes import run
from slack_kit.emulator import TOKEN as SLACK_TOKEN

pytest_plugins = ("ircd", "stores")
pytestmark = pytest.mark.anyio

MINUTE = timedelta(minutes=1)
QUESTIONS = (
    "who owns docs.python.org?",
    "who owns dosc.python.org",
    "where does docs.python.org run",
    "what breaks if salt-master is down",
    "who is on call for docs.python.org",
    "what is on arm64",
)


@pytest.fixture
async def both(ircd, tmp_path):
    async with world(tmp_path, ircd) as one:
        yield one


@pytest.fixture
async def paged(ircd, tmp_path):
    """The same with an account at PagerDuty, which tells the bot of what happens there."""
    with pagerduty(now=datetime.now(UTC)) as account:
        account.subscribe()
        async with world(tmp_path, ircd, account) as one:
            yield one
            assert one.mistakes == []


async def test_the_same_question_has_the_same_facts_everywhere(both, tmp_path):
    for question in QUESTIONS:
        done = run(tmp_path, "ask", question, PSFBOT_CATALOG=str(tmp_path / "catalog.yaml"))
        fact = done.stdout.decode().partition("\n")[0]
        on_irc, on_slack = await both.says(f"psfbot: {question}"), await both.asks(question)

        assert fact
        assert (on_irc, on_slack.partition("\n")[0]) == (fact, fact)
    assert both.mistakes == []


async def test_an_alert_is_told_in_both_rooms_and_what_is_done_about_it_on_one_is_seen_on_the_other(both):
    await both.pingdom("http_down", ago=3 * MINUTE)
    line, card = await both.told("DOWN #1 docs.python.org"), await both.shown("DOWN #1 docs.python.org")
    answer = await both.says("!ack 1")
    taken = await both.shown("ACKED #1 docs.python.org by coffee")
    await both.pingdom("http_up", ago=2 * MINUTE)
    await both.shown("UP #1 docs.python.org again")
    await both.pingdom("http_down", ago=MINUTE)
    back = await both.shown("DOWN AGAIN #1 docs.python.org")
    refused = await both.press(back, "incident:ack", "guest")
    pressed = await both.press(back, "incident:ack")
    await both.told("ACKED #1 docs.python.org by coffee")
    over = await both.press(back, "incident:resolve")
    await both.told("RESOLVED #1 docs.python.org by coffee")
    log = await both.log(card, 5)

    assert words(card).partition("\n")[0] == f"🔴 {line.partition(' · on call: ')[0]}"
    assert re.search(r" · on call: Julien Palard until \S+ \S+ UTC · !ack 1$", line)
    assert "On call: Julien Palard until " in words(card)
    assert "On call: Julien Palard until " in words(taken)
    assert answer == "#1 docs.python.org: acknowledged by coffee."
    assert refused.startswith("That needs a responder, and Dustin Ingram")
    assert pressed == "#1 docs.python.org: acknowledged by coffee."
    assert over.startswith("#1 docs.python.org: resolved after ")
    assert both.heads == ["DOWN", "ACKED", "UP", "DOWN AGAIN", "ACKED", "RESOLVED"]
    assert [text.split(" #")[0] for text in log] == both.heads[1:], "one message, and in its thread what followed"
    assert taken["ts"] == back["ts"] == card["ts"]
    assert both.mistakes == []


async def test_what_slack_will_never_take_is_told_on_irc(both):
    await both.pingdom("http_down", check_id=2, check_params={"hostname": "staging.python.org"})
    unknown = await both.told(f"NOT DELIVERED to slack {NOWHERE}: DOWN #1 staging.python.org")
    await both.slack.call("conversations.archive", {"channel": both.slack.room}, SLACK_TOKEN)
    await both.pingdom("http_down")
    archived = await both.told(f"NOT DELIVERED to slack {both.slack.room}: DOWN #2 docs.python.org")

    assert "Slack knows no such channel" in unknown
    assert "(channel_not_found)" in unknown
    assert "the channel is archived (is_archived)" in archived
    assert both.heads.count("DOWN") == 2
    dead = await both.says("!dead")
    assert both.mistakes == ["notice undeliverable"] * 2
    assert dead == "2 dead letters; `retry N` sends one again."


async def test_what_irc_will_never_take_is_told_in_slack(both):
    asked = await both.says("psfbot: page docs.python.org because uploads fail")
    done = await both.says("psfbot: yes")
    told = words(await both.shown(f"NOT DELIVERED to irc {ABSENT}: PAGE {ABSENT} (Julien Palard)"))

    assert asked.startswith("Page Julien Palard about docs.python.org")
    assert done.startswith("Paged Julien Palard")
    assert "there is nobody of that name" in told
    assert both.mistakes == ["notice undeliverable"]


async def test_what_is_done_in_chat_and_in_pagerduty_goes_round_once(paged):
    incident = await opened(paged)
    card = await paged.shown("DOWN #1 docs.python.org")
    answer = await paged.says("!ack 1")
    taken = await paged.shown("ACKED #1 docs.python.org by coffee")
    status = incident["status"]
    echoes = [await paged.pass_on() for _ in range(2)]
    paged.account.now = datetime.now(UTC)
    paged.account.move(incident, "resolved", paged.account.user("PANNA01"))
    await paged.pass_on()
    over = await paged.shown("UP #1 docs.python.org again")
    changes = [path for method, path, _ in paged.account.seen if method == "PUT"]

    assert answer == "#1 docs.python.org: acknowledged by coffee. PagerDuty has it acknowledged."
    assert (status, echoes) == ("acknowledged", [1, 0]), "what comes back is not passed on again"
    assert changes == [f"/incidents/{incident['id']}"]
    assert paged.heads == ["DOWN", "ACKED", "UP"]
    assert taken["ts"] == over["ts"] == card["ts"]
    assert [text.split(" #")[0] for text in await paged.log(card, 2)] == ["ACKED", "UP"]
    assert await paged.kinds(1) == [
        "opened by pagerduty", "acknowledged by coffee", "alert by PBOSS01", "resolved by Anna Example",
    ], "the echo of our own change is but an alert"  # fmt: skip


async def test_buttons_and_forms_of_slack_reach_pagerduty_as_well(paged):
    incident = await opened(paged)
    card = await paged.shown("DOWN #1 docs.python.org")
    taken = await paged.press(card, "incident:ack")
    await paged.told("ACKED #1 docs.python.org by coffee")
    await paged.fill(card, "incident:note", text="restarted nginx")
    noted = (await paged.log(card, 2))[-1]
    over = await paged.press(card, "incident:resolve")
    await paged.told("RESOLVED #1 docs.python.org by coffee")
    echoes = [await paged.pass_on() for _ in range(2)]

    assert taken == "#1 docs.python.org: acknowledged by coffee. PagerDuty has it acknowledged."
    assert noted == "Jacob Coffee: #1: noted. PagerDuty has the note.\n“restarted nginx”"
    assert over.endswith(". PagerDuty has it resolved.")
    assert (incident["status"], echoes) == ("resolved", [3, 0])
    assert [note["content"] for note in paged.account.notes[incident["id"]]] == ["coffee: restarted nginx"]
    assert sum(method in {"PUT", "POST"} for method, _, _ in paged.account.seen) == 3
    assert paged.heads == ["DOWN", "ACKED", "RESOLVED"]
    assert len(await paged.log(card, 3)) == 3
    assert await paged.kinds(1) == [
        "opened by pagerduty", "acknowledged by coffee", "note by coffee", "resolved by coffee",
        "alert by PBOSS01", "alert by PBOSS01",
    ]  # fmt: skip


async def test_what_pagerduty_missed_it_hears_by_itself_and_what_is_written_there_is_told_on_both(paged):
    incident = await opened(paged)
    account, refusals = paged.account, [(503, {})] * 3
    account.mood = lambda method, _: refusals.pop() if method == "PUT" and refusals else None
    answer = await paged.says("!ack 1")
    await paged.until(lambda: incident["status"] == "acknowledged")
    await paged.pass_on()
    account.add_note([incident["id"]], {}, {"note": {"content": "purged the CDN"}, "from": SENDER})
    echoes = [await paged.pass_on() for _ in range(2)]
    line, message = await paged.told("NOTE #1"), await paged.shown("NOTE #1")
    note = "NOTE #1 docs.python.org: PBOSS01 at pagerduty: "

    assert answer.endswith(
        "pagerduty does not know yet: PagerDuty has trouble of its own (503). I try again for 24 hours."
    )
    assert echoes == [1, 0]
    assert line == f"{note}a note, which `timeline 1` shows", "this room is public"
    assert words(message).endswith(f"{note}purged the CDN")
    assert paged.heads == ["DOWN", "ACKED", "NOTE"]
    assert await paged.kinds(1) == [
        "opened by pagerduty", "acknowledged by coffee", "alert by PBOSS01", "note by PBOSS01 at pagerduty",
    ]  # fmt: skip


async def opened(paged: World):
    """An incident that PagerDuty has opened, and that the bot knows of."""
    paged.account.now = datetime.now(UTC)
    incident = paged.account.open("theirs", "docs.python.org: 5xx rate")
    await paged.pass_on()
    return incident
