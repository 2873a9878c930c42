"""What happens by itself in a run, and to many at once: silences, rooms, reminders, looks again, campaigns."""

from datetime import timedelta

import pytest
from checklist_kit import DAY, works
from stage import ADMIN, HOUR, OWNER, fired, sample

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


def test_a_muted_run_silences_its_service_while_it_goes_on(bot):
    bot.ask(f"{START} mute", OWNER)
    held = bot.says("silences")
    bot.takes(fired())
    silent = bot.heard[:]
    bot.do("pause 1", speaker=OWNER)
    paused = bot.says("silences")
    bot.do("resume 1", speaker=OWNER)
    resumed = bot.says("silences")
    bot.do("abort 1 because x", speaker=OWNER)

    assert (held, paused, resumed, bot.says("silences")) == (
        "1 silence.",
        "Nothing is silenced.",
        "1 silence.",
        "Nothing is silenced.",
    )
    assert not any("docs.python.org" in line and "DOWN" in line for line in silent)


def test_a_silence_is_renewed_before_it_ends_while_somebody_is_at_it(bot):
    bot.ask(f"{START} mute", OWNER)
    for _ in range(29):
        bot.ask("checklist note 1 still at it", OWNER)
        bot.wait(DAY)
    bot.wait(2 * HOUR)

    assert bot.says("silences") == "1 silence."
    assert bot.kinds().count("silenced") == 2


def test_rooms_hear_of_progress_but_not_where_it_was_said(tmp_path):
    with works(tmp_path, rooms=BOTH) as bot:
        bot.on("irc", START, OWNER, "#ours")
        bot.on("slack", "done 1.1 all good", ADMIN, "C0")
        heard = sorted((parcel.notice.room.lane, parcel.notice.text) for parcel in bot.parcels)

    assert heard == [
        (
            "irc #ours",
            (
                "Checklist 1, move for docs.python.org: 1 of 5 done. "
                "Jacob Coffee did 1.1 (Prepare docs.python.org for nyc3): all good"
            ),
        ),
        ("slack C0", "Checklist 1, move for docs.python.org: 0 of 5 done. Julien Palard started it"),
    ]


def test_an_assignee_is_reminded_once_a_day_after_the_step_can_be_done(tmp_path):
    book = sample(people={"coffee": {"irc": "coffee"}})
    with works(tmp_path, book=book) as bot:
        bot.ask(START, OWNER)
        bot.do("assign 1.1 coffee", "assign 1.2 coffee", speaker=OWNER)
        bot.wait(23 * HOUR)
        early = bot.kinds().count("reminded")
        bot.wait(2 * HOUR)
        bot.wait(5 * DAY)
        told = [parcel.notice for parcel in bot.parcels if "is yours" in parcel.notice.text]
        bot.do("assign 1.1 coffee", speaker=OWNER)
        bot.wait(25 * HOUR)
        again = bot.kinds().count("reminded")

    assert early == 0
    assert [(one.room.lane, one.text) for one in told] == [
        (
            "irc coffee",
            (
                "coffee (Jacob Coffee): 1.1 is yours since 2026-11-20 12:01 UTC: Prepare docs.python.org for nyc3. "
                "Say: done 1.1 (Checklist 1, move for docs.python.org: 0 of 5 done)"
            ),
        )
    ]
    assert again == 2


def test_a_run_that_nobody_touches_is_told_stale_once_until_somebody_does(begun):
    begun.wait(13 * DAY)
    early = list(begun.heard)
    begun.wait(2 * DAY)
    begun.wait(DAY)

    assert early == begun.heard[: len(early)]
    assert [line for line in begun.heard if "Nobody did" in line] == [
        (
            "#room Checklist 1, move for docs.python.org: 0 of 5 done, stale. Nobody did anything for 15 days. "
            "Next: 1.1 (Prepare docs.python.org for nyc3), 1.5 (Tell people). Or rest it: pause 1"
        )
    ]
    begun.ask("done 1.1", OWNER)
    assert begun.run().stale is False
    begun.wait(15 * DAY)
    assert begun.kinds().count("stale") == 2


def test_a_check_looks_again_and_what_is_true_no_more_is_told_and_holds_up_what_follows(begun):
    begun.do("done 1.1", f"done 1.2 {LINK}", "done 1.3", speaker=OWNER)
    begun.wait(5 * HOUR)
    early = begun.kinds().count("checked")
    begun.wait(2 * HOUR)
    begun.sights.says(Verdict.FAILED, "docs.python.org answered 503.")
    begun.wait(7 * HOUR)
    begun.wait(7 * HOUR)
    said = [line for line in begun.heard if "true no more" in line]

    assert (early, begun.kinds().count("checked")) == (1, 4)
    assert len(said) == 1
    assert begun.says("done 1.4 gone", OWNER).startswith(
        "1.4 waits for 1.3 (Look at https://docs.python.org/); it was done, and is true no more"
    )
    begun.sights.is_lost()
    begun.wait(7 * HOUR)
    assert begun.run().mark("look").slipped
    begun.sights.says(Verdict.PASSED, "fine")
    begun.wait(7 * HOUR)
    assert begun.says("done 1.4 gone", OWNER).startswith("1.4 is a point of no return")


def test_a_step_that_can_be_ticked_at_last_is_told_once(begun):
    begun.do("done 1.1", f"done 1.2 {LINK}", speaker=OWNER)
    begun.sights.says(Verdict.FAILED, "no")
    begun.wait(7 * HOUR)
    begun.sights.says(Verdict.PASSED, "docs.python.org answered 200.")
    begun.wait(7 * HOUR)
    begun.wait(7 * HOUR)

    assert [line for line in begun.heard if "can be ticked" in line] == [
        (
            "#room Checklist 1, move for docs.python.org: 2 of 5 done. "
            "1.3 (Look at https://docs.python.org/) can be ticked now: docs.python.org answered 200. Say: done 1.3"
        )
    ]


# Campaigns.


def test_a_campaign_starts_a_run_for_each_service_and_tells_how_far_it_is(tmp_path):
    with works(tmp_path) as bot:
        bot.ask(START, OWNER)
        started = bot.ask("checklist start move for all provider:digitalocean by 2027-03-01", ADMIN).answer
        query = bot.book.query("provider:digitalocean lifecycle:production")
        bot.do("exempt loadbalancer from campaign 1 until 2027-06-01 because it moves first", speaker=ADMIN)
        shown = bot.ask("campaign 1").lines

        assert started.fact.startswith("Campaign 1, move: ")
        assert len(started.data["runs"]) == len(query) - 1
        assert "docs.python.org has one already" in started.lines
        assert bot.run(2).target.isoformat() == "2027-03-01"
        assert shown[0].startswith("Campaign 1, move for provider:digitalocean: [")
        assert shown[0].endswith("To be done by 2027-03-01.")
        assert any("loadbalancer is exempt until 2027-06-01, because it moves first" in line for line in shown)
        bot.now += 200 * DAY
        assert "days late" in bot.says("campaign 1")


def test_an_exemption_ends_on_its_day(tmp_path):
    with works(tmp_path) as bot:
        bot.ask("checklist start move for all id:docs.python.org", ADMIN)
        bot.ask("exempt www.python.org from campaign 1 until 2026-12-01 because x", ADMIN)
        held = bot.ask("migration status move").answer.data["places"]
        bot.now += 20 * DAY
        over = bot.ask("migration status move").answer.data["places"]

    stand = lambda places: {one["service"]: one["stand"] for one in places}["www.python.org"]  # noqa: E731 - short
    assert (stand(held), stand(over)) == ("exempt", "not started")


@pytest.mark.parametrize(
    "said", ["migration status move", "how far is migration move", "how far is the move migration"]
)
def test_how_far_a_migration_is_is_drawn_with_who_blocks_and_what_is_not_known(begun, said):
    begun.ask("block 1.1 because the region is full", OWNER)
    lines = begun.ask(said).lines

    assert lines[0].startswith("move: [--------------------] 0 of ")
    assert "services have an unknown architecture" in lines[0]
    assert lines[1] == (
        "1 docs.python.org: 0 of 5 done, at 1.1 (Prepare docs.python.org for nyc3), waits for Julien Palard, "
        "blocked: the region is full"
    )


def test_a_campaign_is_for_responders(bot):
    assert bot.says("checklist start move for all", OWNER).startswith("'campaign start' needs a responder")


def test_public_rooms_see_no_evidence(tmp_path):
    rooms = sample().catalog.rooms
    public = next(room.irc for room in rooms.values() if room.public and room.irc)
    with works(tmp_path, rooms={"irc": "#x", "slack": "C0"}) as bot:
        bot.on("irc", START, OWNER, public)
        bot.on("slack", "done 1.1 the secret place", ADMIN, "C0")
        said = [parcel.notice.text for parcel in bot.parcels if parcel.notice.room.name == public]

    assert said
    assert not any("secret" in line for line in said)


def test_who_asks_in_public_sees_no_evidence_either(begun):
    begun.do("done 1.1 the secret place", speaker=OWNER)
    asked = ["checklist 1", "checklist 1.1", "checklist export 1", "migration status move", "checklists"]
    answers = [begun.ask(said, ADMIN, public=True).answer for said in asked]

    assert not any("secret" in str(answer) for answer in answers)
    assert answers[2].fact.startswith("The story of a checklist holds its evidence, which is not for public rooms")
    assert "secret" in str(begun.ask("checklist 1", ADMIN).answer)


def test_time_is_passed_in(begun):
    begun.now += timedelta(days=400)

    assert begun.wait(timedelta()) == 1
