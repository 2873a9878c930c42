"""Checklists in Slack: started by a form, one message that shows the truth, and buttons that do what words do."""

import asyncio

import pytest
from slack_kit import said
from slack_kit.front import Front
from slack_kit.listed import DOCS, buttons, form, run, say, shown, start, submit
from slack_kit.stage import stage, until
from slack_kit.workspace import GUEST, JACOB, JULIEN, OTHER, ROOM, Workspace

from psfbot.checklists.run import State
from psfbot.plugin import Verdict

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


@pytest.fixture
async def bot(tmp_path):
    front = Front(Workspace())
    await front.start()
    async with stage(tmp_path, front) as one:
        yield one
        assert one.bugs == []
        assert front.broken == []
    await front.stop()


async def test_a_checklist_is_started_by_a_form_and_shown_with_its_buttons(bot):
    view = await form(bot, "checklist start")
    trigger = await bot.front.workspace.trigger(JACOB)
    await bot.front.send("interactive", said.inside(view, "list:template=move", JACOB, trigger))
    await until(lambda: "var:target" in str(bot.front.workspace.views[-1]))
    asks = bot.front.workspace.views[-1]
    answer = await submit(bot, asks, template="move", service=DOCS, var__target="lon1", target="2099-12-01")
    card = await shown(bot, "0 of 5 done")
    made = await run(bot)

    assert "var:target" not in str(view)
    assert answer is None
    assert made.values["target"] == "lon1"
    assert str(made.target) == "2099-12-01"
    assert f"slack {ROOM}" in made.rooms
    assert "Prepare docs.python.org for lon1." in str(card["blocks"])
    assert buttons(card)[:3] == ["list:done:1.1", "list:skip:1.1", "list:menu:1.1"]


@pytest.mark.parametrize(
    ("user", "fields", "field", "why"),
    [
        (JACOB, {"service": "dosc.python.org"}, "service", "Did you mean docs.python.org"),
        (JACOB, {"service": "staging.python.org"}, "service", "'move' is not for staging.python.org"),
        (GUEST, {"service": DOCS}, "service", "the catalog knows no person with this account"),
        (JACOB, {"service": DOCS, "target": "2020-01-01"}, "target", "over already"),
    ],
)
async def test_what_is_wrong_with_a_form_stands_below_its_field(bot, user, fields, field, why):
    view = await form(bot, user=user)
    answer = await submit(bot, view, user, template="move", **fields)

    assert answer["response_action"] == "errors"
    assert list(answer["errors"]) == [field]
    assert why in answer["errors"][field]
    assert await bot.lists.read(lambda runs: runs.runs(open_only=False)) == []


async def test_alerts_are_silenced_only_by_those_who_may(bot, tmp_path):
    view = await form(bot, user=JULIEN)
    mute = {"template": "move", "service": "www.python.org", "mute": "mute"}
    refused = await submit(bot, view, JULIEN, **mute)
    taken = await submit(bot, await form(bot, user=JULIEN), JULIEN, **{**mute, "service": DOCS})
    await shown(bot, "alerts silenced meanwhile")

    assert "To silence www.python.org" in refused["errors"]["mute"]
    assert taken is None


async def test_one_service_has_one_such_checklist(bot):
    await start(bot)
    answer = await submit(bot, await form(bot, user=JULIEN), JULIEN, template="move", service=DOCS)

    assert "Checklist 1 is that already" in answer["errors"]["service"]


async def test_a_press_ticks_a_step_and_the_message_and_its_thread_tell_it(bot):
    card = await start(bot)
    await bot.press(card, "list:done:1.1")
    now = await shown(bot, "1 of 5 done")
    await until(lambda: any("did 1.1" in str(call.given) for call in bot.front.made("chat.postMessage")))
    (entry,) = [m for m in await bot.messages() if "did 1.1" in m["text"]]

    assert now["ts"] == card["ts"]
    assert entry["thread_ts"] == card["ts"]
    assert "☑ 1.1" in str(now["blocks"])
    assert bot.front.replies == []
    assert len([m for m in await bot.messages() if "thread_ts" not in m]) == 1


async def test_evidence_is_asked_for_in_a_window_that_says_what_is_wrong_with_it(bot):
    card = await start(bot)
    await bot.press(card, "list:done:1.1")
    card = await shown(bot, "1 of 5 done")
    before = len(bot.front.workspace.views)
    await bot.press(card, "list:prove:1.2")
    await until(lambda: len(bot.front.workspace.views) > before)
    view = bot.front.workspace.views[-1]
    refused = await submit(bot, view, text="it is built")
    taken = await submit(bot, view, text="https://example.org/pull/1")
    await shown(bot, "2 of 5 done")

    assert "needs a link as evidence" in refused["errors"]["text"]
    assert taken is None
    assert (await run(bot)).mark("build").text == "https://example.org/pull/1"


async def test_a_step_is_left_out_and_another_blocked_with_a_reason(bot):
    card = await start(bot)
    await bot.press(card, "list:skip:1.1")
    await until(lambda: bot.front.workspace.views[-1]["callback_id"] == "list:form")
    await submit(bot, bot.front.workspace.views[-1], text="it is prepared")
    card = await shown(bot, "1 of 5 done")
    before = len(bot.front.workspace.views)
    await bot.press(card, "list:menu:1.2=block 1.2")
    await until(lambda: len(bot.front.workspace.views) > before)
    await submit(bot, bot.front.workspace.views[-1], text="no such hosts yet")
    card = await shown(bot, "blocked by Jacob Coffee")
    await bot.press(card, "list:unblock:1.2")
    await shown(bot, "list:prove:1.2")
    found = await run(bot)

    assert found.mark("prepare").state is State.SKIPPED
    assert found.mark("build").state is State.TODO


async def test_whoever_is_late_is_told_by_whom_it_was_done(bot):
    card = await start(bot)
    await say(bot, "done 1.1")
    await bot.press(card, "list:done:1.1", JULIEN)
    (told,) = await bot.replied(1)

    assert told["response_type"] == "ephemeral"
    assert told["text"].startswith("1.1 is done already: Jacob Coffee on irc in #python-infra, at ")


async def test_of_two_at_once_on_two_platforms_one_is_first_and_both_see_the_same(bot):
    card = await start(bot)
    pressed = asyncio.ensure_future(bot.press(card, "list:done:1.1", JULIEN))
    line = await say(bot, "done 1.1")
    await pressed
    now = await shown(bot, "1 of 5 done")
    deeds = await bot.lists.read(lambda runs: runs.deeds(1))
    done = [deed for deed in deeds if deed.kind.value == "done"]

    assert len(done) == 1
    if done[0].by.name == "Jacob Coffee":
        (told,) = await bot.replied(1)
        assert "1.1 is done already: Jacob Coffee on irc" in told["text"]
    else:
        assert line.startswith("1.1 is done already: Julien Palard on slack, at ")
    assert done[0].by.name in str(now["blocks"])


async def test_what_is_done_on_irc_shows_in_the_same_message(bot):
    card = await start(bot)
    await say(bot, "done 1.1")
    await say(bot, "done 1.2 https://example.org/1")
    now = await shown(bot, "2 of 5 done")

    assert now["ts"] == card["ts"]


async def test_a_check_is_made_and_what_it_saw_is_shown(bot):
    card = await start(bot)
    await say(bot, "skip 1.1 because x")
    await say(bot, "skip 1.2 because x")
    card = await shown(bot, "list:check:1.3")
    bot.sights.says(Verdict.FAILED, "It answered 503.")
    await bot.press(card, "list:check:1.3")
    (told,) = await bot.replied(1)
    card = await shown(bot, "check: page, failed")
    await bot.press(card, "list:done:1.3")
    _, refused = await bot.replied(2)

    assert "1.3 check failed at" in told["text"]
    assert "1.3 is not done: It answered 503." in refused["text"]


async def at_the_point(bot):
    """A run whose next step is the point of no return."""
    await start(bot)
    for spot in ("1.1", "1.2", "1.3"):
        await say(bot, f"skip {spot} because x")
    return await shown(bot, "list:prove:1.4")


async def test_the_point_of_no_return_takes_two_people(bot):
    card = await at_the_point(bot)
    before = len(bot.front.workspace.views)
    await bot.press(card, "list:prove:1.4")
    await until(lambda: len(bot.front.workspace.views) > before)
    await submit(bot, bot.front.workspace.views[-1], text="the backup is there")
    card = await shown(bot, "list:confirm:1.4")
    await bot.press(card, "list:confirm:1.4", JACOB)
    (alone,) = await bot.replied(1)
    waits = (await run(bot)).mark("destroy").state
    await bot.press(card, "list:confirm:1.4", JULIEN)
    await shown(bot, "4 of 5 done")

    assert "somebody else says" in alone["text"]
    assert waits is State.TODO
    assert "confirmed by Jacob Coffee and Julien Palard" in (await run(bot)).mark("destroy").text


async def test_the_end_shows_what_changes_in_the_catalog(bot):
    await start(bot)
    for spot in ("1.1", "1.2", "1.3", "1.4"):
        await say(bot, f"skip {spot} because x")
    card = await shown(bot, "list:done:1.5")
    await bot.press(card, "list:done:1.5")
    (told,) = await bot.replied(1)
    card = await shown(bot, "finished, 5 of 5")

    assert "Checklist 1 is finished" in str(told["blocks"])
    assert "It changes the catalog" in str(card["blocks"])
    assert buttons(card) == ["list:page:1.1"]


async def test_a_run_is_given_up_with_the_way_back(bot):
    card = await start(bot)
    await bot.press(card, "list:done:1.1")
    card = await shown(bot, "1 of 5 done")
    await bot.press(card, "list:menu:1.0=abort 1.0")
    await until(lambda: "Give it up" in str(bot.front.workspace.views[-1]["title"]))
    await submit(bot, bot.front.workspace.views[-1], text="the wheels are missing")
    card = await shown(bot, "aborted, 1 of 5")

    assert "Throw the list away" in str(card["blocks"])


async def test_a_run_rests_and_goes_on(bot):
    card = await start(bot)
    await bot.press(card, "list:menu:1.0=pause 1.0")
    await until(lambda: "Let it rest" in str(bot.front.workspace.views[-1]["title"]))
    await submit(bot, bot.front.workspace.views[-1], text="")
    card = await shown(bot, "paused, 0 of 5")
    quiet = buttons(card)
    await bot.press(card, "list:menu:1.0=resume 1.0")
    await shown(bot, "list:done:1.1")

    assert quiet == ["list:page:1.1", "list:menu:1.0"]


async def test_who_may_not_tick_is_told_why_and_nothing_happens(bot):
    card = await start(bot)
    await bot.press(card, "list:done:1.1", GUEST)
    (told,) = await bot.replied(1)

    assert "the catalog knows no person with this account" in told["text"]
    assert (await run(bot)).over == 0


async def test_all_steps_are_shown_page_by_page_in_a_window(bot, monkeypatch):
    monkeypatch.setattr("psfbot.platforms.slack.checklist_card.FEW", 2)
    card = await start(bot)
    before = len(bot.front.workspace.views)
    await bot.press(card, "list:page:1.1")
    await until(lambda: len(bot.front.workspace.views) > before)
    first = bot.front.workspace.views[-1]
    trigger = await bot.front.workspace.trigger(JACOB)
    await bot.front.send("interactive", said.inside(first, "list:page:1.2", JACOB, trigger))
    await until(lambda: bot.front.workspace.views[-1]["blocks"] != first["blocks"])
    second = bot.front.workspace.views[-1]

    assert "1.1" in str(first["blocks"])
    assert "*1.3*" in str(second["blocks"])
    assert second["id"] == first["id"]


async def test_the_home_tab_shows_what_is_mine_next_and_its_buttons_work(bot):
    await start(bot)
    await say(bot, "assign 1.1 mdk")
    await bot.front.send("events_api", said.home(JULIEN))
    await until(lambda: "list:done:1.1" in str(bot.front.workspace.homes.get(JULIEN)))
    tab, trigger = bot.front.workspace.homes[JULIEN], await bot.front.workspace.trigger(JULIEN)
    await bot.front.send("interactive", said.inside(tab, "list:done:1.1", JULIEN, trigger))
    await until(lambda: "list:done:1.1" not in str(bot.front.workspace.homes[JULIEN]))
    await bot.front.send("interactive", said.inside(tab, "list:done:1.1", JULIEN, f"{trigger}9"))
    await until(lambda: "1.1 is done already" in str(bot.front.workspace.views[-1]))

    assert (await run(bot)).mark("prepare").by.name == "Julien Palard"


async def test_an_answer_about_a_checklist_puts_it_into_another_channel(bot):
    await start(bot)
    payload = said.command("checklist 1", JACOB, OTHER, bot.respond, "trigger-9")
    await bot.front.send("slash_commands", payload)
    (answer,) = await bot.replied(1)
    pressed = said.press({"ts": "1.1", **answer}, "list:place:1.0", JACOB, OTHER, bot.respond, "trigger-8")
    await bot.front.send("interactive", pressed)
    other = await shown(bot, "0 of 5 done", OTHER)
    await bot.press(other, "list:done:1.1")
    await shown(bot, "1 of 5 done", OTHER)
    await shown(bot, "1 of 5 done", ROOM)


async def test_a_shortcut_and_the_home_tab_open_the_form(bot):
    trigger = await bot.front.workspace.trigger(JACOB)
    shortcut = {
        "type": "shortcut", "callback_id": "start_checklist", "trigger_id": trigger,
        "user": {"id": JACOB, "username": "somebody"}, "team": {"id": "T0"},
    }  # fmt: skip
    await bot.front.send("interactive", shortcut)
    await until(lambda: len(bot.front.workspace.views) == 1)
    await bot.front.send("events_api", said.home(JACOB))
    await until(lambda: JACOB in bot.front.workspace.homes)
    tab = bot.front.workspace.homes[JACOB]
    await bot.front.send("interactive", said.inside(tab, "list:begin", JACOB, f"{trigger}1"))
    await until(lambda: len(bot.front.workspace.views) == 2)
    answer = await submit(bot, bot.front.workspace.views[-1], template="move", service=DOCS)
    await shown(bot, "0 of 5 done")

    assert [view["callback_id"] for view in bot.front.workspace.views] == ["list:start"] * 2
    assert answer is None
