"""What a fresh reader broke: clocks that jump, rooms that are public, services of another name, slips of the hand."""

import asyncio
import subprocess
import sys
from datetime import timedelta

import pytest
from checklist_kit import SAMPLE, Sights, template, works
from stage import ADMIN, BOSS, NOON, OWNER, sample
from test_checklist_progress import ANN, BEFORE, FAILED, MEMBER, PASSED, deed, done, looked, run

from psfbot.catalog.book import Book
from psfbot.catalog.change import Add, Set, Unchanged
from psfbot.catalog.edit import edited
from psfbot.checklists import progress
from psfbot.checklists.export import plain
from psfbot.checklists.outcome import changes
from psfbot.checklists.progress import Hand, Why
from psfbot.checklists.run import Kind, Seen, after_all
from psfbot.flows.checklist_end import diff_of
from psfbot.flows.checklist_look import Looker
from psfbot.plugin import Evidence, Verdict

LINK = "https://github.com/python/psf-salt/pull/1"
START = "checklist start move docs.python.org"
DAY = timedelta(days=1)
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


# Clocks.


def test_what_was_seen_before_the_clock_was_put_back_does_not_count():
    ahead = run(*BEFORE, looked(Seen(verdict="passed", text="x", at=NOON + DAY)))

    assert progress.tick(ahead, "3", MEMBER, "", NOON).why is Why.UNCHECKED


def test_what_was_seen_before_the_clock_was_put_back_holds_off_no_other_look():
    ahead = run(*BEFORE, looked(Seen(verdict="passed", text="x", at=NOON + DAY)))
    then = after_all(ahead, progress.looked(ahead, "look", FAILED))

    assert progress.tick(then, "3", MEMBER, "", NOON).why is Why.FAILED


# Checks that hang, raise, end everything, or say too much.


def looked_by(look, seconds=5.0):
    """What is seen where a check does this, and what was written down."""
    bugs = []
    eyes = Sights()
    eyes.look = look
    looker = Looker(eyes, lambda error: str(bugs.append(error) or "b1"), seconds)
    book = sample()
    made = run(*BEFORE).model_copy(
        update={"service": "docs.python.org", "values": {"service.domain": "docs.python.org"}}
    )
    return asyncio.run(looker.look(made, made.template.step("look"), book, NOON)), bugs


async def raises_timeout(_, sight):
    raise TimeoutError(sight.service.id)


async def leaves(_, sight):
    sys.exit(3)


async def lies(_, sight):
    return sight


async def talks(_, sight):
    return Evidence(Verdict.PASSED, "x" * 10_000_000)


def test_a_check_whose_own_time_is_up_is_not_said_to_have_taken_ours():
    seen, bugs = looked_by(raises_timeout)

    assert seen.text.startswith("the check itself failed")
    assert len(bugs) == 1


def test_a_check_that_would_end_the_bot_knows_nothing():
    seen, bugs = looked_by(leaves)

    assert (seen.verdict, str(bugs[0])) == ("could not check", "a check wanted to end psfbot, with 3")


def test_a_check_that_returns_something_else_knows_nothing():
    seen, bugs = looked_by(lies)

    assert (seen.verdict, len(bugs)) == ("could not check", 1)


def test_of_a_check_that_says_ten_megabytes_the_beginning_is_kept():
    seen, _ = looked_by(talks)

    assert (seen.verdict, len(seen.text)) == ("passed", 2000)


# Public rooms.


def test_in_public_nobody_is_told_in_which_room_something_was_done(tmp_path):
    with works(tmp_path, rooms=BOTH) as bot:
        bot.on("slack", START, OWNER, "C0SECRET")
        bot.on("slack", "done 1.1", OWNER, "C0SECRET")
        asked = [bot.ask(said, ADMIN, public=True) for said in ("checklist 1", "done 1.1", "checklist 1.1", START)]

        assert not any("C0SECRET" in str(reply) for reply in asked)
        assert any("Julien Palard on slack" in line for line in asked[0].lines)
        assert "on slack in C0SECRET" in str(bot.ask("done 1.1", ADMIN))


def test_no_answer_in_public_holds_evidence_or_what_a_check_saw(begun):
    begun.sights.says(Verdict.FAILED, "secret 503")
    begun.do("done 1.1 the secret place", f"done 1.2 {LINK}", speaker=OWNER)
    asked = [
        "done 1.1", "done 1.3", "check 1.3", "check 1", "done 1.3 anyway because I saw it", "checklist 1",
        "checklist 1.3", "migration status move", "done 1.4 secret", "done 1.5 the secret list", "undo 1.3",
    ]  # fmt: skip
    told = {said: begun.ask(said, ADMIN, public=True) for said in asked}
    begun.sights.is_lost("secret host")
    told["lost"] = begun.ask("done 1.3", ADMIN, public=True)

    assert not [said for said, reply in told.items() if "secret" in str(reply)]
    assert told["done 1.3"].lines[0] == ("1.3 is not done: its check failed. To go past it: done 1.3 anyway because …")
    assert told["check 1.3"].lines[0].startswith("1.3 check failed at ")
    assert "secret 503" in begun.says("checklist export 1", ADMIN) or "secret 503" in str(
        begun.ask("checklist export 1", ADMIN).answer
    )


def test_a_member_in_public_is_not_told_what_keeps_the_gate_shut(begun):
    begun.sights.says(Verdict.FAILED, "secret 503")
    begun.do("done 1.1", f"done 1.2 {LINK}", speaker=OWNER)
    said = begun.ask("done 1.3 anyway because I saw it", OWNER, public=True)

    assert said.lines[0].startswith("1.3 is not done: its check failed. Only an admin goes past a gate, and ")
    assert "secret" not in str(said)


def test_public_rooms_hear_that_a_check_fails_but_not_what_it_saw(tmp_path):
    rooms = sample().catalog.rooms
    public = next(room.irc for room in rooms.values() if room.public and room.irc)
    with works(tmp_path, rooms={"irc": "#x", "slack": "C0"}) as bot:
        bot.on("irc", START, OWNER, public)
        bot.do("done 1.1", f"done 1.2 {LINK}", "done 1.3", speaker=OWNER)
        bot.sights.says(Verdict.FAILED, "secret 503")
        bot.wait(timedelta(hours=7))
        bot.on("slack", "undo 1.3", ADMIN, "C0")
        bot.on("slack", "done 1.3 anyway because I saw it", ADMIN, "C0")
        said = {room: [p.notice.text for p in bot.parcels if p.notice.room.name == room] for room in (public, "C0")}

    assert any(line.endswith("was done, and is true no more.") for line in said[public])
    assert any("PAST A GATE because I saw it" in line for line in said[public])
    assert not any("secret" in line for line in said[public])
    assert any("secret 503" in line for line in said["C0"])


# The catalog goes on while a run is on.


def renamed(book: Book) -> Book:
    """The same catalog after `docs.python.org` got another id, and kept the old one as an alias."""
    known = book.catalog.services["docs.python.org"]
    services = {id_: one for id_, one in book.catalog.services.items() if id_ != known.id}
    new = known.model_copy(update={"id": "new-docs", "aliases": (*known.aliases, known.id)})
    return Book.of(book.catalog.model_copy(update={"services": {**services, "new-docs": new}}))


def test_a_run_goes_on_when_its_service_got_another_id(tmp_path):
    moves = template().model_copy(update={"steps": (template().steps[2].model_copy(update={"who": "owner"}),)})
    with works(tmp_path, moves) as bot:
        bot.ask(START, OWNER)
    with works(tmp_path, moves, book=renamed(sample())) as bot:
        assert bot.says("done 1.1", OWNER) == "1.1 is done: It answered 200. 1 of 1."


def test_a_run_whose_service_is_gone_says_so_and_can_be_given_up(tmp_path):
    with works(tmp_path) as bot:
        bot.ask(START, OWNER)
    services = {id_: one for id_, one in sample().catalog.services.items() if id_ != "docs.python.org"}
    with works(tmp_path, book=Book.of(sample().catalog.model_copy(update={"services": services}))) as bot:
        bot.do("done 1.1", f"done 1.2 {LINK}", speaker=BOSS)

        assert "the catalog has no service 'docs.python.org' any more" in bot.says("done 1.3", BOSS)
        assert bot.says("abort 1 because it is gone", BOSS).startswith("Checklist 1 is given up")


# The end of a run.


def test_whoever_reviews_the_change_is_told_how_many_steps_were_left_out(begun):
    for step in range(1, 6):
        begun.ask(f"skip 1.{step} because x", OWNER)

    assert ", 5 steps skipped" in begun.ask("checklist patch 1").answer.code


def test_what_was_given_up_changes_nothing_in_the_catalog(begun):
    begun.ask("abort 1 because x", BOSS)

    assert begun.says("checklist patch 1") == "Checklist 1 was given up, so it changes nothing in the catalog."
    assert changes(begun.run()) == ()


@pytest.mark.parametrize(
    "text", ["a: 1\nb: 2\n", "a: 1\nb: 2", "a: 1\r\nb: 2\r\n", "\ufeffa: 1\nb: 2\n", "x: \u2028\x0c\x85y\na: 1\nb: 2\n"]
)
def test_git_applies_the_patch_of_any_file(tmp_path, text):
    new = text.replace("2", "3")
    (tmp_path / "catalog.yaml").write_bytes(text.encode())
    subprocess.run(["git", "apply", "-"], input=diff_of(text, new).encode(), cwd=tmp_path, check=True)  # noqa: S607

    assert (tmp_path / "catalog.yaml").read_bytes() == new.encode()


@pytest.mark.parametrize(
    "change",
    [
        Set("docs.python.org", "lifecycle", "production"),
        Set("docs.python.org", "aliases", "docs, documentation"),
        Add("docs.python.org", "aliases", "docs"),
    ],
)
def test_a_change_to_what_is_so_already_is_told_apart_from_one_that_cannot_be(change):
    with pytest.raises(Unchanged, match="already"):
        edited(SAMPLE.read_text(), change, NOON.date())


def test_a_catalog_that_is_no_text_gives_words_in_place_of_a_patch(begun):
    def broken() -> str:
        return b"\xff".decode()

    object.__setattr__(begun.lists, "catalog_text", broken)

    assert begun.says("checklist patch 1").startswith("I could not make the patch (the catalog is not UTF-8)")


def test_an_address_in_an_export_is_nothing_but_an_address():
    said = plain("see https://x.org/<script>alert(1)</script> a&b ~~c~~")

    assert said == "see https://x.org/%3Cscript%3Ealert%281%29%3C/script%3E a\\&b \\~\\~c\\~\\~"


# The point of no return.


def test_a_gate_that_shut_between_two_confirmations_is_written_down():
    first = deed(Kind.FIRST, "destroy", text="gone", anyway="I saw it", past="old gate.")
    steps = done("prepare", "build")
    then = run(*steps, first)
    made = progress.confirm(then, "4", Hand(ANN.model_copy(update={"key": "cleo", "name": "Cleo"}), "member"), NOON)

    assert made[0].past.startswith("old gate. 3.4 waits for 3.3")


# What people say.


def test_a_silence_that_somebody_ended_by_hand_is_not_said_to_hold(bot):
    bot.ask(f"{START} mute", OWNER)
    held = bot.says("checklist 1")
    bot.ask("unmute docs.python.org", OWNER)
    bot.wait(timedelta(minutes=1))

    assert held.endswith("Its alerts are silenced.")
    assert not bot.says("checklist 1").endswith("Its alerts are silenced.")


SLIPS = [
    ("done step 1.1 all listed", "1.1 is done: all listed. 1 of 5."),
    ("1.1 done", "1.1 is done. 1 of 5."),
    ("step 1.1 is done", "1.1 is done. 1 of 5."),
    ("mark 1.1 as done", "1.1 is done. 1 of 5."),
    ("did 1.1", "1.1 is done. 1 of 5."),
    ("skip 1.1 no need", "1.1 is skipped, because no need. 1 of 5."),
    ("skip 1.1 because", "Say why: skip 1.1 because …"),
    ("block 1.1 waiting for them", "1.1 is blocked: waiting for them. When that is over: undo 1.1"),
    ("block 1.1 because", "Say why: block 1.1 because …"),
    ("assign 1.1 to me", "1.1 is for Julien Palard."),
    ("show me checklist 1", "Checklist 1, move for docs.python.org: 0 of 5 done; next: 1.1, 1.5."),
    ("checklist start move for docs.python.org", "Checklist 1 is that already: move for docs.python.org, 0 of 5 done"),
    ("checklist start move on docs.python.org mute", "Checklist 1 is that already: move for docs.python.org"),
]


@pytest.mark.parametrize(("said", "answer"), SLIPS)
def test_what_people_also_say_is_understood(begun, said, answer):
    assert begun.says(said, OWNER).startswith(answer)


def test_a_step_is_not_given_to_somebody_who_is_gone(tmp_path):
    book = sample()
    gone = book.catalog.people["ee"].model_copy(update={"status": "inactive"})
    people = {**book.catalog.people, "ee": gone}
    with works(tmp_path, book=Book.of(book.catalog.model_copy(update={"people": people}))) as bot:
        bot.ask(START, OWNER)

        assert bot.says("assign 1.1 ee", OWNER).startswith("Ee Durbin is inactive in the catalog")


# Campaigns.


def test_a_campaign_counts_the_run_that_was_on_before_it(begun):
    begun.ask("checklist start move for all", BOSS)
    lines = begun.ask("campaign 1", BOSS).lines

    assert any(line.startswith("1 docs.python.org: 0 of 5 done") for line in lines)


def test_only_what_a_campaign_is_for_can_be_exempt_and_its_run_is_named(begun):
    begun.ask("checklist start move for all docs", BOSS)
    out = next(one.id for one in begun.book.catalog.services.values() if one.lifecycle != "production")
    ask = "exempt {} from campaign 1 until 2027-06-01 because it moves first"

    assert begun.says(ask.format(out), BOSS).startswith(f"'move' is not for {out}, so it needs no exemption.")
    assert begun.ask(ask.format("docs.python.org"), BOSS).lines[1] == (
        "Its checklist 1 goes on. To give that up: abort 1 because …"
    )


def test_a_campaign_is_shown_also_when_its_query_means_nothing_any_more(tmp_path):
    with works(tmp_path) as bot:
        bot.ask("checklist start move for all team:docs", BOSS)
    catalog = sample().catalog
    teams = {id_: one for id_, one in catalog.teams.items() if id_ != "docs"}
    with works(tmp_path, book=Book.of(catalog.model_copy(update={"teams": teams}))) as bot:
        assert bot.says("campaign 1", BOSS).startswith("Campaign 1, move for team:docs: ")


def test_the_passed_look_of_these_tests_is_a_pass():
    then = run(*BEFORE, looked(PASSED))

    assert progress.tick(then, "3", MEMBER, "", NOON)[0].kind is Kind.DONE


def test_a_check_that_takes_long_delays_the_reminder_of_no_other_run(tmp_path):
    with works(tmp_path, rooms=BOTH) as bot:
        bot.ask("checklist start move www.python.org", BOSS)
        bot.do("assign 1.1 mdk", speaker=BOSS)
        bot.ask(START, OWNER)
        bot.do("done 2.1", f"done 2.2 {LINK}", speaker=OWNER)
        kinds = []
        seen = bot.sights.look

        async def watched(arguments, sight):
            deeds = await bot.lists.read(lambda runs: runs.deeds(1))
            kinds.extend(deed.kind.value for deed in deeds)
            return await seen(arguments, sight)

        bot.sights.look = watched
        bot.wait(2 * DAY)

    assert "reminded" in kinds, "run 2 is the newer one, and its check is looked at after run 1 was reminded"
