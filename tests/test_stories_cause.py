"""Stories of failures that come together: what they have in common is named once, and taken back if it is wrong."""

import pytest
from stage import HOUR, MINUTE, NOON, SECOND
from watch import REAL, watch

from psfbot.flows import respond
from psfbot.relay.alert import Severity
from psfbot.relay.incident import Silence, Standing


@pytest.fixture
def psf(tmp_path):
    with watch(tmp_path, REAL) as opened:
        yield opened


def needing(kind, name):
    return [one.service.id for one in REAL.web.breaks(kind, name).hard]


# One cause.


@pytest.mark.parametrize(
    ("kind", "name", "called"),
    [("provider", "fastly", "Fastly"), ("service", "loadbalancer", "Load balancers"),
     ("service", "salt-master", "Salt master")],
)  # fmt: skip
def test_all_that_hangs_on_one_thing_fails_and_one_notice_names_it(psf, kind, name, called):
    failing = needing(kind, name)
    psf.fail(*failing, pause=SECOND / 10)
    psf.pass_(2 * MINUTE)
    (first, _), (after, notice) = psf.told[0], psf.told[1]

    assert first == 0
    assert after <= 10
    assert len(psf.told) == 2
    assert notice.startswith(f"DOWN TOGETHER #3 {called}")
    assert f"{len(failing)} services: docs.python.org #1, downloads #2, " in notice
    assert notice.split(" · ")[0].endswith(" more")


@pytest.mark.parametrize(
    "kind_and_name", [("provider", "fastly"), ("service", "loadbalancer"), ("service", "salt-master")]
)
def test_what_fails_over_two_minutes_is_one_cause_in_the_end(psf, kind_and_name):
    failing = needing(*kind_and_name)
    psf.fail(*failing, pause=2 * MINUTE / len(failing))
    psf.pass_(MINUTE)
    (cause,) = [one for one in psf.incidents if one.node]

    assert psf.told[0][0] == 0
    assert cause.node == kind_and_name
    assert {one.cause for one in psf.incidents if one.service} == {cause.number}
    assert sum(text.startswith("DOWN TOGETHER") for text in psf.texts) <= 2, "at most one correction"


def test_the_outage_of_2025_11_21_names_the_salt_master(psf):
    psf.fail("docs.python.org", "buildbot.python.org", pause=MINUTE)
    psf.recover("docs.python.org", "buildbot.python.org")

    assert [text.split(" · ")[0] for text in psf.texts] == [
        "DOWN #1 docs.python.org",
        "DOWN TOGETHER #3 Salt master, or Load balancers or Consul? docs.python.org #1 and buildbot.python.org #2",
        "UP #1 docs.python.org again after 2 min",
        "UP #3 Salt master: both services are up again after 2 min",
    ]
    why = "2 of the 18 services that cannot do without service salt-master are down; "
    assert psf.timeline(2)[1] == ("grouped", f"{why}the catalog tells that 2 of them failed with it before")


@pytest.mark.parametrize(
    "failing",
    [["docs.python.org"], ["docs.python.org", "discuss.python.org"], ["pypi", "us.pycon.org", "mail.python.org"],
     ["docs.python.org", "mail.python.org"]],
)  # fmt: skip
def test_what_has_nothing_in_common_is_told_one_by_one(psf, failing):
    psf.fail(*failing)
    psf.pass_(5 * MINUTE)

    assert [text.split(" ")[:2] for text in psf.texts] == [["DOWN", f"#{n}"] for n in range(1, len(failing) + 1)]
    assert not any(one.node or one.cause for one in psf.incidents)


def test_failures_far_apart_in_time_are_not_one(psf):
    psf.fail("docs.python.org", pause=16 * MINUTE)
    psf.fail("buildbot.python.org", pause=MINUTE)

    assert [text.split(" ")[0] for text in psf.texts] == ["DOWN", "DOWN"]


@pytest.mark.parametrize("ill", [{"severity": Severity.WARNING}, {"up": True}])
def test_a_failure_shares_no_cause_with_what_only_warned_before_it(psf, ill):
    psf.fail("docs.python.org", pause=MINUTE, **ill)
    psf.fail("buildbot.python.org", pause=MINUTE)
    psf.fail("hg.python.org", pause=MINUTE, **ill)

    assert [text.split(" #")[0] for text in psf.texts] == ["WARN", "DOWN", "WARN"]


def test_a_warning_is_no_failure_that_shares_a_cause(psf):
    psf.fail("docs.python.org")
    psf.fail("buildbot.python.org", severity=Severity.WARNING)

    assert [text.split(" ")[0] for text in psf.texts] == ["DOWN", "WARN"]


def test_a_better_explanation_takes_the_name_over_and_the_room_hears_it(psf):
    psf.fail("docs.python.org", "downloads", pause=10 * SECOND)
    before = psf.texts[-1]
    psf.fail("pypi")

    assert before.startswith("DOWN TOGETHER #3 Salt master, or Fastly or Load balancers? docs.python.org #1 and ")
    assert psf.texts[-1].startswith("DOWN TOGETHER #3 Fastly, not Salt master? 3 services: ")
    assert ("ungrouped", "provider fastly explains more: 3 of the 12 services") in [
        (kind, reason.partition(" that")[0]) for kind, reason in psf.timeline(3)
    ]
    assert len(psf.told) == 3, "pypi is told with its cause"


def test_a_service_of_tier_one_that_fails_later_is_told_by_itself(psf):
    psf.fail("docs.python.org", "pypi", pause=10 * SECOND)
    psf.fail("camo")
    psf.fail("www.python.org")

    assert [text.split(":")[0].split(" · ")[0] for text in psf.texts[2:]] == ["DOWN #5 www.python.org"]
    assert psf.incidents[4].cause == 3


def test_more_failures_are_told_once_more_when_it_lasts(psf):
    psf.fail("docs.python.org", "buildbot.python.org", pause=30 * SECOND)
    psf.fail("hg.python.org", "svn.python.org")
    psf.pass_(6 * MINUTE)

    assert [text.split("?")[0].split(",")[0] for text in psf.texts[1:]] == ["DOWN TOGETHER #3 Salt master"] * 2
    assert "4 services: " in psf.texts[-1]


# Undone.


def test_when_only_one_stays_down_it_stands_by_itself_again(psf):
    psf.fail("docs.python.org", "buildbot.python.org", "hg.python.org", pause=20 * SECOND)
    psf.recover("docs.python.org", "buildbot.python.org")
    psf.pass_(12 * MINUTE)
    last = psf.texts[-1]
    psf.recover("hg.python.org")

    alone = "all others that failed with it have been up for 10 min · still down: hg.python.org #4"
    assert last == f"NOT TOGETHER #3 Salt master: {alone}"
    assert psf.incidents[2].state is Standing.RESOLVED
    assert psf.incidents[3].cause is None
    assert psf.texts[-1].startswith("UP #4 hg.python.org again")


def test_when_the_cause_itself_is_up_and_others_stay_down_it_was_not_the_cause(psf):
    psf.fail("salt-master", "docs.python.org", "buildbot.python.org", pause=20 * SECOND)
    psf.recover("salt-master")
    psf.pass_(7 * MINUTE)

    assert psf.texts[-1].startswith("NOT TOGETHER #3 Salt master: salt-master itself has been up for ")
    assert {one.cause for one in psf.incidents if one.state is not Standing.RESOLVED} == {None}


def test_when_some_are_up_what_only_the_others_need_takes_the_name_over(psf):
    psf.fail("docs.python.org", "bugs.python.org", "buildbot.python.org", "hg.python.org", pause=10 * SECOND)
    psf.recover("docs.python.org", "hg.python.org")
    psf.pass_(12 * MINUTE)

    assert "not Salt master? " in psf.texts[-1]
    assert psf.texts[-1].endswith("bugs.python.org #2 and buildbot.python.org #4 · ask PSF Infrastructure Team · ack 3")


# What people do about it.


def test_who_takes_the_cause_takes_all_that_stands_below_it(psf):
    psf.fail("docs.python.org", "buildbot.python.org", pause=20 * SECOND)
    answer = psf.says("ack 3")
    psf.fail("hg.python.org")
    psf.pass_(2 * HOUR)

    assert answer == "#3 salt-master: acknowledged by boss."
    assert [one.acked_by for one in psf.incidents[:3]] == ["boss"] * 3
    assert psf.texts[-1].startswith("DOWN TOGETHER"), "one more failed with it"
    assert [text.split(" ")[0] for text in psf.texts].count("STILL") == 0


def test_who_ends_the_cause_ends_all_that_stands_below_it(psf):
    psf.fail("docs.python.org", "buildbot.python.org", pause=20 * SECOND)
    psf.says("resolve 3")

    assert {one.state for one in psf.incidents} == {Standing.RESOLVED}
    assert psf.texts[-1] == "RESOLVED #3 Salt master by boss after 40 s (closed by hand), with both services below it"
    assert psf.says("incidents") == "Nothing is down that I was told of."


def test_the_list_shows_the_cause_with_what_stands_below_it(psf):
    psf.fail(*needing("provider", "fastly"), "us.pycon.org", pause=SECOND)
    psf.pass_(MINUTE)
    reply = psf.ask("incidents")

    assert reply.lines[0] == "2 open incidents, and 12 below #3."
    assert [item.name for item in reply.answer.items] == ["#14 us.pycon.org", "#3 Fastly"]
    assert "12 services: docs.python.org #1" in reply.answer.items[1].detail
    assert psf.says("incident 3").startswith("#3 Fastly: open for ")
    assert "It stands below #3." in psf.ask("incident 1").lines
    assert any("#3 Fastly" in line for line in psf.ask("is docs.python.org down?").lines)


def test_what_a_silence_holds_back_has_no_part_in_a_cause(psf):
    silence = Silence(
        id=0,
        subject="buildbot.python.org",
        starts_at=NOON,
        ends_at=NOON + HOUR,
        author="ned",
        reason="",
        maintenance=True,
    )
    psf.change(lambda scene: respond.mute(silence, scene))
    psf.fail("docs.python.org", "buildbot.python.org", pause=20 * SECOND)

    assert len(psf.told) == 1
    assert not any(one.node for one in psf.incidents)


def test_of_a_cause_people_are_reminded_once_for_all(psf):
    psf.fail("docs.python.org", "buildbot.python.org", pause=20 * SECOND)
    psf.pass_(35 * MINUTE)

    assert [text.split(" #")[0] for text in psf.texts] == ["DOWN", "DOWN TOGETHER", "STILL DOWN TOGETHER"]


def test_a_cause_that_came_back_counts_from_its_last_opening(psf):
    both = ("docs.python.org", "buildbot.python.org")
    psf.fail(*both, pause=20 * SECOND)
    psf.pass_(5 * MINUTE)
    psf.recover(*both)
    psf.pass_(10 * MINUTE)
    psf.fail(*both)
    psf.pass_(3 * MINUTE)

    assert psf.says("incident 3").startswith("#3 Salt master: open for 3 min. ")
    assert ", first opened 12:00 UTC, " in psf.ask("incident 3").lines[1]


def test_what_was_silent_before_has_no_part_in_the_cause_of_what_is_not(psf):
    held = {"subject": "docs.python.org", "starts_at": NOON, "ends_at": NOON + HOUR, "author": "ned", "reason": "move"}
    psf.change(lambda scene: respond.mute(Silence(id=0, **held), scene))
    psf.fail("docs.python.org", "buildbot.python.org", pause=MINUTE)

    assert [(at, text.split(" ·")[0]) for at, text in psf.told] == [(60, "DOWN #2 buildbot.python.org")]
