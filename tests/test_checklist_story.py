"""A checklist from start to end, as people live through it: gates, restarts, two people, reminders, the catalog."""

import asyncio
import subprocess

import pytest
from checklist_kit import DAY, MOVE, SAMPLE, Works, template, works
from stage import ADMIN, BOSS, GUEST, HOUR, MINUTE, NOON, OWNER, STRANGER

from psfbot.chat.answer import Outcome
from psfbot.chat.message import Message
from psfbot.checklists.ports import Overtaken
from psfbot.checklists.run import after_all
from psfbot.plugin import Verdict

LINK = "https://github.com/python/psf-salt/pull/1"
START = "checklist start move docs.python.org"
BOTH = {"irc": "#python-infra", "slack": "C0"}


@pytest.fixture
def bot(tmp_path):
    with works(tmp_path) as opened:
        yield opened


@pytest.fixture
def begun(bot):
    """The same bot with a run at whose first step nobody was."""
    bot.ask(START, OWNER)
    return bot


def patched(text: str, diff: str, folder) -> str:
    """The text after `git apply`."""
    (folder / "catalog.yaml").write_text(text)
    subprocess.run(["git", "apply", "-"], input=diff.encode(), cwd=folder, check=True, capture_output=True)  # noqa: S607
    return (folder / "catalog.yaml").read_text()


def test_a_run_goes_over_a_restart_to_its_end_and_changes_the_catalog(tmp_path):
    with works(tmp_path) as bot:
        assert bot.do(START, "checklist 1", "done 1.2 x", "done 1.1 listed", f"done 1.2 {LINK}", speaker=OWNER) == [
            "Started. Checklist 1, move for docs.python.org: 0 of 5 done; next: 1.1, 1.5.",
            "Checklist 1, move for docs.python.org: 0 of 5 done; next: 1.1, 1.5.",
            "1.2 waits for 1.1 (Prepare docs.python.org for nyc3). The gate: everything is listed.",
            "1.1 is done: listed. 1 of 5.",
            f"1.2 is done: {LINK}. 2 of 5.",
        ]
        bot.sights.says(Verdict.FAILED, "docs.python.org answered 503.")
        assert bot.says("done 1.3", OWNER) == "1.3 is not done: docs.python.org answered 503."
    with works(tmp_path, template(MOVE.replace("Tell people.", "Another text.")), at=NOON + HOUR) as bot:
        bot.sights.says(Verdict.PASSED, "docs.python.org answered 200.")
        assert bot.do("done 1.3", "done 1.4 it is gone", "skip 1.5 because nobody asked", speaker=OWNER) == [
            "1.3 is done: docs.python.org answered 200. 3 of 5.",
            "1.4 is a point of no return: a second person says `confirm 1.4` within a day. Nothing is ticked yet.",
            "1.5 is skipped, because nobody asked. 4 of 5.",
        ]
        bot.now += MINUTE
        last = bot.ask("confirm 1.4", ADMIN).answer
        told = bot.run().template.step("tell").text

    assert last.fact == "1.4 is done: confirmed by Julien Palard and Jacob Coffee: it is gone. 5 of 5."
    assert last.lines[:2] == [
        "Checklist 1 is finished, 5 of 5.",
        "It changes the catalog: docs.python.org: origin architecture: unknown -> arm64.",
    ]
    assert told == "Tell people."
    after = patched(SAMPLE.read_text(), last.data["patch"], tmp_path)
    assert "    architecture: arm64" in after
    assert 'note: "checklist 1, Move a service, started by Julien Palard, finished 2026-11-20, 1 step skipped"' in after


def test_the_deeds_of_a_run_add_up_to_how_it_stands(begun):
    begun.do(
        "done 1.1", f"done 1.2 {LINK}", "block 1.3 because of x", "undo 1.3", "done 1.3", "note 1.4 y", speaker=OWNER
    )
    begun.do("assign 1.4 coffee", "checklist set 1 target=ams3", "pause 1 because z", "resume 1", speaker=OWNER)
    deeds = asyncio.run(begun.lists.read(lambda runs: runs.deeds(1)))
    run = begun.run()
    fresh = run.model_copy(
        update={
            "marks": {},
            "version": 1,
            "changed_at": run.started_at,
            "because": "",
            "values": {**run.values, "target": "nyc3"},
        }
    )

    assert after_all(fresh, deeds[1:]).model_copy(update={"because": run.because}) == run
    assert run.version == len(deeds)


def test_of_two_who_tick_at_once_on_two_platforms_the_second_is_told_who_was_first(tmp_path):
    with works(tmp_path, rooms=BOTH) as bot:
        bot.ask(START, OWNER)

        async def both():
            ways = (("irc", OWNER, "#room"), ("slack", ADMIN, "C1"))
            asks = (bot.desk.answer(Message("done 1.1", who, on, room, public=False)) for on, who, room in ways)
            return [reply.lines[0] for reply in await asyncio.gather(*asks)]

        said = sorted(asyncio.run(both()))

        assert bot.kinds().count("done") == 1
    assert said[0].startswith("1.1 is done already: ")
    first = "Julien Palard on irc in #room" if "Julien" in said[0] else "Jacob Coffee on slack in C1"
    assert said == [f"1.1 is done already: {first}, at 12:00 UTC. Nothing changed.", "1.1 is done. 1 of 5."]


def test_a_decision_on_an_old_reading_of_a_run_is_not_kept(begun):
    old = begun.run()
    begun.ask("done 1.1", OWNER)
    deed = asyncio.run(begun.lists.read(lambda runs: runs.deeds(1)))[-1]

    with pytest.raises(Overtaken):
        asyncio.run(begun.lists.kept.write(lambda runs, _: runs.add(old, (deed,))))
    assert begun.kinds().count("done") == 1


def test_whoever_is_overtaken_decides_again(begun):
    """The store lets somebody else in between the look and the write, once."""
    real, meanwhile = begun.lists.kept.write, []

    async def write(work):
        if not meanwhile:
            meanwhile.append("once")
            raise Overtaken
        return await real(work)

    begun.lists.kept.write = write

    assert begun.says("done 1.1", OWNER) == "1.1 is done. 1 of 5."


def test_a_template_that_changes_while_a_run_is_on_does_not_change_the_run(tmp_path):
    with works(tmp_path) as bot:
        bot.ask(START, OWNER)
        before = bot.run().template
    changed = template(MOVE.replace("Build it.", "Do not build it.").replace("evidence: url", "evidence: none"))
    with works(tmp_path, changed, at=NOON + HOUR) as bot:
        assert bot.run().template == before
        bot.ask("done 1.1", OWNER)
        assert bot.says("done 1.2 no link", OWNER) == "1.2 needs a link as evidence: done 1.2 https://…"


REFUSED = [
    (OWNER, "checklist start mov docs.python.org", "There is no checklist called 'mov'. Did you mean move?"),
    (
        OWNER,
        "checklist start move hg.python.org",
        (
            "'move' is not for hg.python.org: it applies to lifecycle:production, and hg.python.org does not fit "
            "lifecycle:production (it is archive)."
        ),
    ),
    (OWNER, START + " with traget=x", "'move' asks for no 'traget'. Did you mean target?"),
    (OWNER, START + " with nothing", "I cannot read 'nothing'."),
    (GUEST, START, "'checklist start' needs a member, and the catalog knows no person with this account."),
    (STRANGER, START + " mute", "To silence docs.python.org, you must be one of its owners or a responder"),
    (OWNER, "checklist 7", "There is no checklist 7. `checklists` lists those that are open."),
    (OWNER, "done 7.1", "There is no checklist 7."),
]


@pytest.mark.parametrize(("who", "said", "answer"), REFUSED, ids=[said for _, said, _ in REFUSED])
def test_what_cannot_be_started_is_refused_with_the_reason(bot, who, said, answer):
    assert bot.says(said, who).startswith(answer)
    assert asyncio.run(bot.lists.read(lambda runs: runs.runs(open_only=False))) == []


def test_a_run_that_is_on_is_not_started_twice_and_its_starter_is_named(begun):
    begun.now += MINUTE

    assert begun.says(START, ADMIN) == (
        "Checklist 1 is that already: move for docs.python.org, 0 of 5 done, "
        "started by Julien Palard on irc in #room at 12:00 UTC."
    )


def test_what_a_checklist_must_be_told_is_asked_for(tmp_path):
    asking = MOVE.replace("{ask: Where to?, default: nyc3}", "{ask: Where to?, kind: region}")
    with works(tmp_path, template(asking)) as bot:
        assert bot.do(START, f"{START} with target=nowhere", f"{START} with target=nyc1", speaker=OWNER) == [
            "Tell me target first: target: Where to?. Say: checklist start move docs.python.org with target=…",
            "target cannot be 'nowhere': the catalog knows no such region.",
            "Started. Checklist 1, move for docs.python.org: 0 of 5 done; next: 1.1, 1.5.",
        ]


def test_only_an_admin_goes_past_a_gate_with_a_reason_that_everybody_sees(begun):
    begun.sights.is_lost()
    begun.do("done 1.1", f"done 1.2 {LINK}", speaker=OWNER)
    refused = begun.says("done 1.3 anyway because I saw it", OWNER)
    shut = "1.3 could not be checked, because nobody answered at www.python.org."

    assert begun.says("done 1.3", OWNER) == f"{shut} An admin may go past it."
    assert begun.says("done 1.3", ADMIN) == f"{shut} To go past it: done 1.3 anyway because …"
    assert refused == f"{shut} Only an admin goes past a gate, and Julien Palard is an owner of docs.python.org."
    assert begun.says("done 1.3 anyway because I saw it", ADMIN) == (
        f"1.3 is done. Past a gate ({shut.rstrip('.')}), because I saw it. 3 of 5."
    )
    assert any("PAST A GATE: 1.3 could not be checked" in line for line in begun.ask("checklist 1").lines)
    assert "past a gate" in begun.ask("checklist export 1").answer.code
    assert [deed.outcome.partition(":")[0] for deed in begun.deeds if "anyway" in deed.said] == ["refused", "answered"]


def test_the_point_of_no_return_takes_two_people_and_one_alone_is_written_down(begun):
    begun.do("done 1.1", f"done 1.2 {LINK}", "done 1.3", "done 1.4 gone", speaker=BOSS)

    assert begun.do("confirm 1.4", "confirm 1.1", "confirm 1.4 anyway because nobody else is awake", speaker=BOSS) == [
        (
            "1.4 is a point of no return, and you, boss, were the first: somebody else says: confirm 1.4. "
            "Where there is nobody else, an admin may say: confirm 1.4 anyway because …; that is written down."
        ),
        "1.1 is done already: boss on irc in #room, at 12:01 UTC. Nothing changed.",
        (
            "1.4 is done: confirmed by boss: gone. Past a gate (confirmed by one person alone), "
            "because nobody else is awake. 4 of 5."
        ),
    ]
    assert begun.says("undo 1.4") == (
        "1.4 was the point of no return: it cannot be undone. What is left: Restore it from the backup."
    )


def test_a_first_confirmation_lapses_after_a_day(begun):
    begun.do("done 1.1", f"done 1.2 {LINK}", "done 1.3", "done 1.4 gone", speaker=OWNER)
    begun.now += DAY + MINUTE

    assert begun.says("confirm 1.4", ADMIN).startswith("Nobody has said yet that 1.4 is to be done")


def test_a_run_that_is_given_up_lists_the_way_back_and_what_cannot_be_taken_back(begun):
    begun.do("done 1.1", f"done 1.2 {LINK}", "done 1.3", "done 1.4 gone", speaker=OWNER)
    begun.do("confirm 1.4", "done 1.5", speaker=ADMIN)
    finished = begun.says("abort 1 because of x", ADMIN)
    begun.ask("checklist start move downloads", ADMIN)
    begun.do("done 2.1", f"done 2.2 {LINK}", "done 2.3", "done 2.4 gone", speaker=ADMIN)
    begun.ask("confirm 2.4", OWNER)
    answer = begun.ask("abort 2 because the data is wrong", ADMIN).answer

    assert finished == "Checklist 1 is finished; `checklist export 1` tells its story."
    assert answer.fact == "Checklist 2 is given up, because the data is wrong. The way back:"
    assert answer.lines == [
        "BEHIND THE POINT OF NO RETURN; what follows cannot simply be taken back:",
        "2.4 (Destroy the old host): Restore it from the backup.",
        "2.3 (Look at https://ftp.python.org/): Nothing to do.",
        "2.2 (Build it): Delete the build.",
        "2.1 (Prepare downloads for nyc3): Throw the list away.",
    ]


def test_only_who_started_it_or_answers_for_the_service_gives_it_up(begun):
    assert begun.says("abort 1 because x", STRANGER).startswith(
        "Checklist 1 is given up by Julien Palard, who started it, by an owner of docs.python.org or by a responder"
    )
    assert begun.says("abort 1") == "Say why: abort 1 because …"
    assert begun.says("abort 1 because x", OWNER) == (
        "Checklist 1 is given up, because x. Nothing was done, so there is nothing to take back."
    )


def test_undo_opens_what_was_done_last_unless_something_stands_on_it(begun):
    begun.do("done 1.1", f"done 1.2 {LINK}", speaker=OWNER)

    assert begun.do("undo 1.1", "undo", "undo", "undo", speaker=OWNER) == [
        "1.2 stands on 1.1: undo 1.2 first.",
        "1.2 is open again. 1 of 5 done.",
        "1.1 is open again. 0 of 5 done.",
        "You have done nothing on an open checklist that could be undone. Name the step: undo 3.4",
    ]


def test_a_block_holds_a_step_up_until_it_is_undone(begun):
    assert begun.do("block 1.1 because of the freeze", "done 1.1", "undo 1.1", "done 1.1", speaker=OWNER) == [
        "1.1 is blocked: of the freeze. When that is over: undo 1.1",
        "1.1 is blocked by Julien Palard: of the freeze. When that is over: undo 1.1",
        "1.1 is open again. 0 of 5 done.",
        "1.1 is done. 1 of 5.",
    ]


def test_a_run_that_rests_takes_no_tick(begun):
    assert begun.do("pause 1 because of the release", "done 1.1", "resume 1", "resume 1", speaker=OWNER) == [
        "Checklist 1 is paused. Go on with: resume 1",
        "Checklist 1 is paused, because of the release. Go on with: resume 1",
        "Checklist 1 goes on: 0 of 5 done.",
        "Checklist 1 is not paused.",
    ]


def test_a_check_that_breaks_or_takes_too_long_knows_nothing(begun):
    begun.do("done 1.1", f"done 1.2 {LINK}", speaker=OWNER)
    begun.sights.trouble = ZeroDivisionError("x")
    broken = begun.says("check 1.3", OWNER)

    assert broken == (
        "1.3 could not be checked at 12:02 UTC: the check itself failed; the log knows more under reference b1"
    )
    assert begun.run().mark("look").seen.verdict == "could not check"
    assert [type(bug) for bug in begun.bugs] == [ZeroDivisionError]


def test_all_checks_of_a_run_are_made_at_once(begun):
    none = begun.says("check 1", OWNER)
    begun.do("done 1.1", f"done 1.2 {LINK}", speaker=OWNER)
    answer = begun.ask("check 1", OWNER).answer

    assert none == "Checklist 1 has no step with a check that could be made now."
    assert answer.fact == "Checklist 1: 1 of 1 check passed."
    assert answer.lines == ["1.3 check passed at 12:02 UTC: It answered 200."]
    assert begun.says("check 1.1", OWNER) == "1.1 has no check: whoever does it says so."


def test_evidence_is_asked_for(begun):
    begun.do("done 1.1", speaker=OWNER)

    assert begun.says("done 1.2 see the wiki", OWNER) == "1.2 needs a link as evidence: done 1.2 https://…"
    begun.do(f"done 1.2 see {LINK}", "done 1.3", speaker=OWNER)
    assert begun.says("done 1.4", OWNER) == "1.4 needs evidence, a few words on what you saw: done 1.4 …"


@pytest.mark.parametrize(
    ("level", "who", "may"),
    [
        ("member", STRANGER, True), ("responder", STRANGER, False), ("responder", OWNER, True), ("owner", OWNER, True),
        ("owner", STRANGER, False), ("owner", ADMIN, True), ("admin", OWNER, False), ("admin", ADMIN, True),
    ],
)  # fmt: skip
def test_a_step_is_for_those_whom_it_names(tmp_path, level, who, may):
    kept = MOVE.replace("- id: prepare", f"- id: prepare\n    who: {level}")
    with works(tmp_path, template(kept)) as bot:
        bot.ask(START, OWNER)
        answer = bot.ask("done 1.1", who).answer

    assert (answer.outcome is Outcome.ANSWERED) is may, answer.fact
    assert may or answer.fact.startswith("1.1 is for a")


def test_the_step_that_is_yours_comes_first(begun):
    begun.ask("checklist start move downloads", ADMIN)
    begun.ask("assign 1.5 coffee", OWNER)

    assert begun.ask("my tasks", ADMIN).lines == (
        "2 open checklists.",
        "For you: 1.5 (Tell people).",
        "1 move docs.python.org (0 of 5 done, next 1.1, 1.5) · 2 move downloads (0 of 5 done, next 2.1, 2.5)",
    )


def test_one_step_is_shown_with_all_that_is_known_of_it(begun):
    assert begun.ask("checklist 1.4").lines == (
        "1.4 is waiting. POINT OF NO RETURN: two people confirm it. Destroy the old host.",
        "Waits for: 1.3",
        "Who may tick it: member",
        "Evidence: text",
        "Way back: Restore it from the backup.",
    )


def test_the_audit_has_every_change(begun):
    begun.do("done 1.1", "done 1.1", "skip 1.5", speaker=OWNER)

    assert [deed.said for deed in begun.deeds] == [START, "done 1.1", "done 1.1", "skip 1.5"]


def test_everything_is_exported_as_markdown(begun: Works):
    begun.do("done 1.1 *all* listed", "assign 1.2 coffee", "skip 1.5 because x", "note 1.2 slow", speaker=OWNER)
    page = begun.ask("checklist export 1").answer.data["markdown"]

    assert page.startswith("# Checklist 1: Move a service — docs.python.org\n")
    assert "- [x] 1.1 Prepare docs.python.org for nyc3." in page
    assert "Julien Palard on irc in \\#room: \\*all\\* listed" in page
    assert "- [ ] 1.5 Tell people. **skipped**" in page
    assert "note 1.2 Julien Palard: slow" in page
