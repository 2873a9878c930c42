"""What a second reader broke: evidence that nobody showed, what one did last, news that only one room heard."""

import asyncio
import json
import os
from datetime import timedelta

import pytest
from checklist_kit import MOVE, template, works
from processes import ROOT
from processes import run as command
from sqlalchemy import text
from stage import ADMIN, BOSS, MINUTE, NOON, OWNER, fired, sample
from test_checklist_breaking import renamed
from test_checklist_progress import ANN, MEMBER, deed, done, run

from psfbot.app.checklists import Known
from psfbot.checklists import progress
from psfbot.checklists.progress import Why
from psfbot.checklists.run import Kind
from psfbot.checklists.words import long
from psfbot.plugin import Verdict
from psfbot.relay.mute import LONGEST

AS_KEPT, KEEP_AS = text("SELECT campaign FROM campaigns"), text("UPDATE campaigns SET campaign = :older")
LINK = "https://github.com/python/psf-salt/pull/1"
START = "checklist start move docs.python.org"
BOTH = {"irc": "#python-infra", "slack": "C0"}


@pytest.fixture
def begun(tmp_path):
    """A bot with a run at whose first step nobody was."""
    with works(tmp_path) as bot:
        bot.ask(START, OWNER)
        yield bot


# Evidence is a gate like all others.


@pytest.mark.parametrize("said", ["done 1.2 anyway because I say so", "done 1.2 I saw it anyway because I say so"])
def test_a_member_does_not_get_past_missing_evidence_with_a_reason(begun, said):
    begun.ask("done 1.1", OWNER)

    assert "Only an admin goes past a gate" in begun.says(said, OWNER)
    assert begun.run().mark("build").state == "todo"


def test_an_admin_gets_past_missing_evidence_and_that_is_written_down(begun):
    begun.ask("done 1.1", ADMIN)
    said = begun.says("done 1.2 anyway because the build server is gone", ADMIN)

    assert said == (
        "1.2 is done. Past a gate (The evidence that it asks for is missing), because the build server is gone. 2 of 5."
    )


def test_a_reason_where_no_gate_is_shut_is_no_way_past_one(begun):
    assert begun.says("done 1.1 anyway because I say so", OWNER) == "1.1 is done. 1 of 5."
    assert begun.run().mark("prepare").past == ""


# What somebody did last.


def test_undo_takes_back_the_first_confirmation_that_was_just_given(begun):
    for said in ("done 1.1", f"done 1.2 {LINK}", "done 1.3", "done 1.4 gone"):
        begun.now += MINUTE
        begun.ask(said, OWNER)

    assert begun.says("undo", OWNER) == "1.4 is open again. 3 of 5 done."
    assert begun.says("undo", OWNER) == "1.3 is open again. 2 of 5 done."


def test_a_first_confirmation_that_lapsed_is_not_what_somebody_did_last():
    first = deed(Kind.FIRST, "destroy", by=ANN)
    made = run(*done("prepare", "build", "look"), first)
    late = NOON + progress.LAPSES + 2 * MINUTE

    assert "destroy" in [id_ for _, id_ in progress.done_by(made, ANN, NOON)]
    assert "destroy" not in [id_ for _, id_ in progress.done_by(made, ANN, late)]
    assert progress.undo(made, "4", MEMBER, late).why is Why.NOTHING


# News that somebody else should hear.


def both(tmp_path):
    return works(tmp_path, template(MOVE), rooms=BOTH)


def told(bot, room):
    return [one.notice.text for one in bot.parcels if one.notice.room.name == room]


def test_all_other_rooms_hear_that_a_check_made_by_hand_found_a_step_true_no_more(tmp_path):
    with both(tmp_path) as bot:
        bot.ask(START, OWNER)
        bot.do("done 1.1", f"done 1.2 {LINK}", "done 1.3", speaker=OWNER)
        bot.sights.says(Verdict.FAILED, "It answered 503.")
        bot.now += MINUTE
        bot.ask("check 1", OWNER)
        bot.wait(timedelta(hours=7))

        news = [line for line in told(bot, "C0") if "is true no more" in line]
        assert len(news) == 1
        assert "1.3 (Look at https://docs.python.org/) was done, and is true no more: It answered 503." in news[0]


def test_a_check_by_hand_of_a_step_that_waits_for_others_does_not_say_that_it_can_be_ticked(tmp_path):
    with both(tmp_path) as bot:
        bot.ask(START, OWNER)
        bot.ask("check 1.3", OWNER)

        assert not any("can be ticked now" in line for line in told(bot, "C0"))


def test_all_other_rooms_hear_once_that_a_step_can_be_ticked_at_last(tmp_path):
    with both(tmp_path) as bot:
        bot.ask(START, OWNER)
        bot.do("done 1.1", f"done 1.2 {LINK}", speaker=OWNER)
        bot.ask("check 1.3", OWNER)
        bot.wait(timedelta(hours=7))

        assert sum("1.3 (Look at https://docs.python.org/) can be ticked now" in line for line in told(bot, "C0")) == 1


@pytest.mark.parametrize(
    ("known", "lanes"),
    [({"irc": "julien", "slack": "U1"}, ["slack U1"]), ({"irc": "julien"}, ["irc julien"])],
)
def test_somebody_is_reminded_where_they_find_it_later(tmp_path, known, lanes):
    with works(tmp_path, template(MOVE), rooms=BOTH, book=sample(people={"mdk": known})) as bot:
        bot.ask(START, OWNER)
        bot.ask("assign 1.1 mdk", OWNER)
        bot.wait(timedelta(days=2))

        assert [one.notice.room.lane for one in bot.parcels if "1.1 is yours since" in one.notice.text] == lanes


# Times in words.


def test_a_run_that_is_stale_after_minutes_says_so_in_minutes(tmp_path):
    quick = template(MOVE.replace("steps:", "stale_after: 30min\nsteps:"))
    with works(tmp_path, quick) as bot:
        bot.ask(START, OWNER)
        bot.wait(40 * MINUTE)

        assert any("Nobody did anything for 40 minutes." in one.notice.text for one in bot.parcels)


@pytest.mark.parametrize(
    ("time", "said"), [(MINUTE, "1 minute"), (61 * MINUTE, "1 hour"), (timedelta(days=2, hours=23), "2 days")]
)
def test_a_length_of_time_is_told_in_its_largest_unit(time, said):
    assert long(time) == said


# What people say of variables.


def test_commas_between_variables_are_no_part_of_them(tmp_path):
    with works(tmp_path) as bot:
        bot.ask(f"{START} with target=nyc3, ", OWNER)
        bot.ask("checklist set 1 target=a,b,", OWNER)

        assert [one.values.get("target") for one in (bot.run(),)] == ["a,b"]


@pytest.mark.parametrize("said", ['target=""', 'target=" "'])
def test_a_variable_cannot_be_made_empty(begun, said):
    assert begun.says(f"checklist set 1 {said}", OWNER) == "target cannot be empty: say what it is, or leave it out."
    assert begun.run().values["target"] == "nyc3"


# What checks are told of alerts.


def test_an_open_incident_behind_a_hundred_others_is_not_overlooked(begun):
    begun.takes(fired())
    begun.takes(*(fired(key=str(number), about=f"h{number}.example.net") for number in range(2, 110)))

    assert len(asyncio.run(Known(begun.store).open_incidents("docs.python.org"))) == 1


# A gate that an admin went past stays behind.


def test_a_check_that_still_fails_after_an_admin_went_past_it_shuts_no_gate_again(begun):
    begun.sights.says(Verdict.FAILED, "It answered 503.")
    begun.do("done 1.1", f"done 1.2 {LINK}", "done 1.3 anyway because the page is gone for good", speaker=ADMIN)
    begun.wait(timedelta(hours=7))

    assert not begun.run().mark("look").slipped
    assert begun.says("done 1.4 gone", ADMIN).startswith("1.4 is a point of no return")


def test_what_came_true_after_an_admin_went_past_its_gate_may_slip_again(begun):
    begun.sights.says(Verdict.FAILED, "It answered 503.")
    begun.do("done 1.1", f"done 1.2 {LINK}", "done 1.3 anyway because the page is gone for good", speaker=ADMIN)
    begun.sights.says(Verdict.PASSED, "It answered 200.")
    begun.wait(timedelta(hours=7))
    begun.sights.says(Verdict.FAILED, "It answered 503.")
    begun.wait(timedelta(hours=7))

    assert begun.says("checklist 1.3", ADMIN).startswith("1.3 was done, and is true no more. Look at ")
    assert begun.says("done 1.4 gone", ADMIN) == (
        "1.4 waits for 1.3 (Look at https://docs.python.org/); it was done, and is true no more: It answered 503."
    )


def test_what_could_not_be_checked_when_an_admin_went_past_it_slips_once_the_check_can_tell(begun):
    begun.sights.is_lost()
    begun.do("done 1.1", f"done 1.2 {LINK}", "done 1.3 anyway because I looked", speaker=ADMIN)
    begun.sights.says(Verdict.FAILED, "It answered 503.")
    begun.wait(timedelta(hours=7))

    assert begun.run().mark("look").slipped


def test_the_last_step_waits_for_whatever_is_true_no_more(begun):
    begun.do("done 1.1", f"done 1.2 {LINK}", "done 1.3", "done 1.4 gone", speaker=ADMIN)
    begun.ask("confirm 1.4", OWNER)
    begun.sights.says(Verdict.FAILED, "It answered 503.")
    begun.wait(timedelta(hours=7))
    refused = begun.says("done 1.5", OWNER)
    begun.sights.says(Verdict.PASSED, "It answered 200.")
    begun.wait(timedelta(hours=7))

    assert refused == (
        "1.5 waits for 1.3 (Look at https://docs.python.org/); it was done, and is true no more: It answered 503."
    )
    assert begun.says("done 1.5", OWNER) == "1.5 is done. 5 of 5."


# What a check's own code may do.


async def gives_up(_, sight):
    raise asyncio.CancelledError(sight.service.id)


def test_a_check_that_is_cancelled_from_within_knows_nothing_and_ends_nothing(begun):
    begun.sights.look = gives_up
    begun.do("done 1.1", f"done 1.2 {LINK}", speaker=OWNER)

    assert begun.says("check 1.3", OWNER).startswith("1.3 could not be checked at 12:02 UTC: the check itself failed")
    assert [str(bug) for bug in begun.bugs] == ["a check was cancelled, and not by psfbot"]


async def waits(_, sight):
    await asyncio.Event().wait()
    return sight


def test_whoever_waits_for_a_check_can_still_be_cancelled(begun):
    begun.sights.look = waits

    async def cut_short():
        run = await begun.lists.get(1)
        looking = asyncio.ensure_future(begun.lists.looker.look_all(run, run.template.steps[2:3], begun.book, NOON))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        looking.cancel()
        await looking

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cut_short())


def test_a_block_that_is_heard_twice_is_told_once(tmp_path):
    with both(tmp_path) as bot:
        bot.ask(START, OWNER)
        bot.ask("block 1.1 because they sleep", OWNER)
        again = bot.says("block 1.1 because they sleep", OWNER)
        bot.ask("block 1.1 because they moved", OWNER)

        assert again == "1.1 is blocked by Julien Palard: they sleep. When that is over: undo 1.1"
        assert [kind for kind in bot.kinds() if kind == "blocked"] == ["blocked", "blocked"]


# One run of a template for a service.


def test_no_second_run_begins_because_the_service_got_another_id(tmp_path):
    with works(tmp_path) as bot:
        bot.ask(START, OWNER)
    with works(tmp_path, book=renamed(sample())) as bot:
        again = bot.says("checklist start move new-docs", OWNER)
        bot.ask("checklist start move for all", BOSS)

        assert again.startswith("Checklist 1 is that already: move for docs.python.org, 0 of 5 done")
        assert "new-docs has one already" in bot.ask("checklist start move for all", BOSS).lines


def test_a_campaign_that_an_older_psfbot_kept_can_be_changed(begun):
    begun.ask("checklist start move for all", BOSS)
    (old,) = asyncio.run(begun.db.read(lambda connection: connection.execute(AS_KEPT).scalars().all()))
    older = json.dumps({name: value for name, value in json.loads(old).items() if name not in {"target", "exempt"}})
    asyncio.run(begun.db.write(lambda connection: connection.execute(KEEP_AS, {"older": older})))
    said = begun.says("exempt docs.python.org from campaign 1 until 2027-06-01 because it moves first", BOSS)

    assert said.startswith("docs.python.org is exempt from campaign 1")


def test_all_open_checklists_are_counted(begun):
    async def more():
        def work(runs, _):
            for number in range(120):
                runs.start(begun_run.model_copy(update={"service": f"s{number}"}), deed(Kind.STARTED))

        begun_run = await begun.lists.get(1)
        await begun.lists.kept.write(work)

    asyncio.run(more())

    assert begun.says("checklists", OWNER) == "121 open checklists; the first 20."


def test_a_number_that_no_database_takes_is_no_checklists(begun):
    assert asyncio.run(begun.lists.read(lambda runs: [runs.run(2**70), list(runs.deeds(2**70))])) == [None, []]


def test_a_run_that_nobody_touches_is_not_said_to_be_silent_when_its_silence_is_over(tmp_path):
    with works(tmp_path) as bot:
        bot.ask(f"{START} mute", OWNER)
        bot.wait(timedelta(days=20))
        held = bot.says("checklist 1")
        bot.wait(LONGEST)

        assert held.endswith("Its alerts are silenced.")
        assert not bot.says("checklist 1").endswith("Its alerts are silenced.")


@pytest.mark.parametrize(
    ("ends", "line", "why"),
    [
        ((), True, "Move a service, started by Julien Palard, not finished: 1 of 5 steps done"),
        (("skip 1.2 because x", "skip 1.3 because x", "skip 1.4 because x", "done 1.5"), False,
         "Move a service, started by Julien Palard, finished 2026-11-20, 3 steps skipped"),
    ],
)  # fmt: skip
def test_whoever_reviews_a_proposal_is_told_that_its_checklist_is_not_finished(begun, ends, line, why):
    begun.do("done 1.1", *ends, speaker=OWNER)
    lines = begun.ask("propose checklist 1", OWNER).lines
    begun.ask("yes", OWNER)

    assert ("Checklist 1 is not finished (1 of 5 done), and the proposal says so." in lines) is line
    assert why in begun.forge.drafts[0].body


# Where templates lie.


@pytest.mark.parametrize(
    ("target", "known"), [("radar_pack", True), ("radar_pack.inside:plugin", True), ("lone", False)]
)
def test_a_plugin_of_another_package_brings_templates_in_its_folder(tmp_path, target, known):
    site = tmp_path / "site"
    info, folder = site / "radar-1.0.dist-info", site / "radar_pack"
    info.mkdir(parents=True)
    folder.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: radar\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[psfbot.plugins]\nradar = {target}\n")
    code = 'from psfbot.plugin import Plugin\nplugin = Plugin("radar", about="For tests.")\n'
    for file in (folder / "__init__.py", folder / "inside.py", site / "lone.py"):
        file.write_text(code)
    text = MOVE.replace('    check: {name: page, url: "https://{service.domain}/"}\n    recheck: 6h\n', "")
    (folder / "move.yaml").write_text(text)
    (site / "move.yaml").write_text(text)
    found = command(tmp_path, "checklist", "templates", PYTHONPATH=f"{site}{os.pathsep}{ROOT}")

    assert (b"move: Move a service (5 steps; " in found.stdout, found.stderr) == (known, b"")
