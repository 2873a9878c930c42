"""Decisions about a run, and what the deeds add up to: tables of who may do what, when, and the reason why not."""

from datetime import timedelta

import pytest
from checklist_kit import template
from hypothesis import given
from hypothesis import strategies as st
from stage import NOON

from psfbot.checklists import progress, timing
from psfbot.checklists.campaign import Exemption, Stand, bar, counted, places
from psfbot.checklists.export import markdown
from psfbot.checklists.outcome import changes, in_words
from psfbot.checklists.progress import Hand, Refused, Why, rollback
from psfbot.checklists.run import Course, Deed, Kind, Run, Seen, State, Who, after, after_all
from psfbot.checklists.view import view

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ANN, BEN = Who(name="Ann", key="ann", person="ann"), Who(name="Ben", key="ben", person="ben")
MEMBER, OTHER, ADMIN = Hand(ANN, "member", reason="Ann is in the catalog"), Hand(BEN, "member"), Hand(BEN, "admin")
PASSED = Seen(verdict="passed", text="fine", at=NOON)
FAILED = Seen(verdict="failed", text="It answered 503.", at=NOON)
LOST = Seen(verdict="could not check", text="Nobody answered.", at=NOON)
LINK = "https://example.org/1"


def run(*deeds: Deed, **more) -> Run:
    values = {
        "started_at": NOON,
        "started_by": ANN,
        "changed_at": NOON,
        "values": {"service.id": "docs", "target": "x"},
    }
    return after_all(Run(number=3, template=template(), service="docs", **{**values, **more}), deeds)


def deed(kind: Kind, step: str = "", at=NOON, by=ANN, **more) -> Deed:
    return Deed(kind=kind, at=at, by=by, step=step, **more)


def done(*steps: str, at=NOON) -> tuple[Deed, ...]:
    return tuple(deed(Kind.DONE, step, at + number * MINUTE) for number, step in enumerate(steps))


def looked(seen: Seen, step: str = "look") -> Deed:
    return Deed(kind=Kind.LOOKED, at=seen.at, step=step, seen=seen)


BEFORE = done("prepare", "build")
TICKS = [
    ((), "1", MEMBER, "", None),
    ((), "prepare", MEMBER, "", None),
    ((), "9", MEMBER, "", Why.NO_STEP),
    ((), "x", MEMBER, "", Why.NO_STEP),
    ((), "2", MEMBER, LINK, Why.NEEDS),
    (done("prepare"), "1", MEMBER, "", Why.ALREADY),
    ((deed(Kind.SKIPPED, "prepare", text="x"),), "1", MEMBER, "", Why.ALREADY),
    (done("prepare"), "2", MEMBER, "x", Why.EVIDENCE),
    (done("prepare"), "2", MEMBER, f"see {LINK}", None),
    ((deed(Kind.SKIPPED, "prepare", text="x"),), "2", MEMBER, LINK, None),
    ((deed(Kind.BLOCKED, "prepare", text="x"),), "1", MEMBER, "", Why.BLOCKED),
    (BEFORE, "3", MEMBER, "", Why.UNCHECKED),
    ((*BEFORE, looked(PASSED)), "3", MEMBER, "", None),
    ((*BEFORE, looked(FAILED)), "3", MEMBER, "", Why.FAILED),
    ((*BEFORE, looked(LOST)), "3", MEMBER, "", Why.UNKNOWN),
    ((*BEFORE, looked(PASSED), looked(LOST)), "3", MEMBER, "", Why.UNKNOWN),
    ((*BEFORE, looked(Seen(verdict="passed", text="x", at=NOON - HOUR))), "3", MEMBER, "", Why.UNCHECKED),
    ((deed(Kind.PAUSED),), "1", MEMBER, "", Why.PAUSED),
    ((deed(Kind.ABORTED, text="x"),), "1", MEMBER, "", Why.OVER),
    ((), "1", Hand(ANN, "anyone"), "", Why.RIGHTS),
]


@pytest.mark.parametrize(("deeds", "step", "hand", "text", "why"), TICKS)
def test_a_tick_is_taken_or_refused_for_a_reason(deeds, step, hand, text, why):
    decision = progress.tick(run(*deeds), step, hand, text, NOON)

    assert (decision.why if isinstance(decision, Refused) else None) is why
    assert isinstance(decision, Refused) or decision[0].kind is Kind.DONE


@pytest.mark.parametrize(
    ("hand", "reason", "why"), [(MEMBER, "x", Why.NOT_ADMIN), (ADMIN, " ", Why.REASON), (ADMIN, "x", None)]
)
def test_a_gate_is_passed_by_an_admin_with_a_reason_alone(hand, reason, why):
    decision = progress.tick(run(*BEFORE, looked(FAILED)), "3", hand, "", NOON, reason)

    assert (decision.why if isinstance(decision, Refused) else None) is why
    assert isinstance(decision, Refused) or (decision[0].past, decision[0].anyway) == (
        "3.3 is not done: It answered 503.",
        "x",
    )


def test_what_needs_no_gate_is_not_said_to_be_past_one():
    (made,) = progress.tick(run(), "1", ADMIN, "", NOON, "just because")

    assert (made.past, made.anyway) == ("", "")


READY = (*done("prepare", "build", "look"),)
FIRST = deed(Kind.FIRST, "destroy", text="gone")
CONFIRMS = [
    ((), OTHER, None, Why.NOTHING),
    ((FIRST,), OTHER, None, None),
    ((FIRST,), MEMBER, None, Why.SECOND),
    ((FIRST,), MEMBER, "x", Why.NOT_ADMIN),
    ((deed(Kind.FIRST, "destroy", by=BEN),), ADMIN, "x", None),
    ((deed(Kind.FIRST, "destroy", at=NOON - 25 * HOUR),), OTHER, None, Why.NOTHING),
    ((FIRST, deed(Kind.UNDONE, "destroy")), OTHER, None, Why.NOTHING),
    ((FIRST, deed(Kind.UNDONE, "look")), OTHER, None, Why.NEEDS),
    ((FIRST, looked(Seen(verdict="failed", text="x", at=NOON + HOUR))), OTHER, None, Why.NEEDS),
]


@pytest.mark.parametrize(("deeds", "hand", "anyway", "why"), CONFIRMS)
def test_the_point_of_no_return_takes_a_second_person(deeds, hand, anyway, why):
    decision = progress.confirm(run(*READY, *deeds), "4", hand, NOON, anyway)

    assert (decision.why if isinstance(decision, Refused) else None) is why


def test_saying_done_as_the_second_person_confirms():
    (made,) = progress.tick(run(*READY, FIRST), "4", OTHER, "I saw it", NOON)

    assert (made.kind, made.text) == (Kind.DONE, "confirmed by Ann and Ben: gone; I saw it")


def test_the_last_step_ends_the_run():
    made = progress.skip(run(*READY, *done("destroy")), "5", MEMBER, "x", NOON)

    assert [one.kind for one in made] == [Kind.SKIPPED, Kind.FINISHED]
    assert run(*READY, *done("destroy"), *made).course is Course.FINISHED


OTHERS = [
    (progress.skip, ("1", MEMBER, "", NOON), Why.REASON),
    (progress.skip, ("9", MEMBER, "x", NOON), Why.NO_STEP),
    (progress.block, ("1", MEMBER, " ", NOON), Why.REASON),
    (progress.block, ("9", MEMBER, "x", NOON), Why.NO_STEP),
    (progress.block, ("1", Hand(ANN, "anyone"), "x", NOON), Why.RIGHTS),
    (progress.undo, ("1", MEMBER, NOON), Why.NOTHING),
    (progress.undo, ("", MEMBER, NOON), Why.NOTHING),
    (progress.undo, ("9", MEMBER, NOON), Why.NO_STEP),
    (progress.assign, ("9", MEMBER, "ann", NOON), Why.NO_STEP),
    (progress.note, ("9", MEMBER, "x", NOON), Why.NO_STEP),
    (progress.resume, (MEMBER, NOON), Why.RUNNING),
    (progress.abort, (OTHER, "x", NOON), Why.RIGHTS),
    (progress.abort, (MEMBER, "", NOON), Why.REASON),
    (progress.confirm, ("1", MEMBER, NOON), Why.NOTHING),
    (progress.confirm, ("9", MEMBER, NOON), Why.NO_STEP),
]


@pytest.mark.parametrize(("decide", "more", "why"), OTHERS)
def test_what_makes_no_sense_is_refused(decide, more, why):
    decision = decide(run(), *more)

    assert isinstance(decision, Refused)
    assert decision.why is why


ENDED = [
    (progress.assign, ("1", MEMBER, "ann", NOON)), (progress.pause, (MEMBER, "", NOON)),
    (progress.resume, (MEMBER, NOON)), (progress.abort, (MEMBER, "x", NOON)), (progress.undo, ("1", MEMBER, NOON)),
    (progress.tell, (MEMBER, {"target": "y"}, NOON)), (progress.looked, ("look", PASSED)),
]  # fmt: skip


@pytest.mark.parametrize(("decide", "more"), ENDED)
def test_nothing_but_a_note_is_taken_when_a_run_is_over(decide, more):
    over = run(deed(Kind.ABORTED, text="x"))

    assert decide(over, *more).why is Why.OVER
    assert progress.note(over, "", MEMBER, "x", NOON)[0].kind is Kind.NOTED


def test_a_step_that_is_over_is_given_to_nobody():
    assert progress.assign(run(*done("prepare")), "1", MEMBER, "ben", NOON).why is Why.ALREADY


def test_an_older_look_does_not_count():
    later = looked(Seen(verdict="failed", text="x", at=NOON + HOUR / 12))

    assert progress.looked(run(later), "look", PASSED).why is Why.ALREADY
    assert progress.looked(run(), "prepare", PASSED).why is Why.OVER


def test_the_way_back_goes_from_the_last_to_the_first_and_marks_what_is_behind_the_point_of_no_return():
    steps = done("prepare", "build", "look", "destroy", "tell")

    assert [(one.step.id, one.beyond) for one in rollback(run(*steps))] == [
        ("tell", False), ("destroy", True), ("look", True), ("build", True), ("prepare", True),
    ]  # fmt: skip
    assert [one.how for one in rollback(run(*done("prepare", "build")))] == [
        "Delete the build.",
        "Throw the list away.",
    ]
    assert rollback(run(deed(Kind.SKIPPED, "prepare", text="x"))) == ()


@pytest.mark.parametrize(
    ("deeds", "after_", "reminded"),
    [
        ((), DAY, 0),
        ((deed(Kind.ASSIGNED, "prepare", whom="ann"),), DAY - MINUTE, 0),
        ((deed(Kind.ASSIGNED, "prepare", whom="ann"),), DAY, 1),
        ((deed(Kind.ASSIGNED, "build", whom="ann"),), 9 * DAY, 0),
        ((deed(Kind.ASSIGNED, "prepare", whom="ann"), deed(Kind.PAUSED)), DAY, 0),
        ((deed(Kind.ASSIGNED, "prepare", whom="ann"), deed(Kind.REMINDED, "prepare")), 9 * DAY, 0),
        ((deed(Kind.ASSIGNED, "prepare", whom="ann"), *done("prepare")), 9 * DAY, 0),
        ((deed(Kind.ASSIGNED, "build", whom="ann"), *done("prepare", at=NOON + HOUR)), DAY, 0),
        ((deed(Kind.ASSIGNED, "build", whom="ann"), *done("prepare", at=NOON + HOUR)), DAY + HOUR, 1),
    ],
)
def test_whoever_has_a_step_for_a_day_is_reminded_once(deeds, after_, reminded):
    assert len(timing.reminders(run(*deeds), NOON + after_)) == reminded


def test_a_check_looks_again_when_its_time_has_come():
    ready = run(*BEFORE)

    assert timing.due_looks(ready, NOON + HOUR) == ()
    assert [step.id for step in timing.due_looks(ready, NOON + 7 * HOUR)] == ["look"]
    assert timing.due_looks(after(ready, looked(PASSED)), NOON + HOUR) == ()
    assert timing.due_looks(run(), NOON + 7 * HOUR) == ()
    assert timing.due_looks(run(*BEFORE, deed(Kind.PAUSED)), NOON + 7 * HOUR) == ()
    assert timing.due_looks(run(*BEFORE, deed(Kind.SKIPPED, "look", text="x")), NOON + 7 * HOUR) == ()


def test_a_run_turns_stale_once():
    old = run()

    assert timing.turns_stale(old, NOON + 13 * DAY) == ()
    (made,) = timing.turns_stale(old, NOON + 14 * DAY)
    assert timing.turns_stale(after(old, made), NOON + 20 * DAY) == ()
    assert timing.turns_stale(run(deed(Kind.PAUSED)), NOON + 20 * DAY) == ()


def test_a_finished_run_says_what_changes_in_the_catalog():
    assert in_words(run()) == ("services/docs: hosting.origin.architecture = arm64",)
    assert changes(run(values={})) == ()


def test_a_campaign_counts_each_service_once_by_its_newest_run():
    free = {"c": Exemption(service="c", by=ANN, reason="x", until=(NOON + DAY).date())}
    runs = [
        run(deed(Kind.ABORTED, text="x")).model_copy(update={"number": 1, "service": "a"}),
        run(*READY, *done("destroy", "tell"), deed(Kind.FINISHED)).model_copy(update={"number": 2, "service": "a"}),
        run(*done("prepare")).model_copy(update={"number": 3, "service": "b"}),
        run(deed(Kind.STALE)).model_copy(update={"number": 4, "service": "e"}),
    ]
    found = places(["b", "c", "d", "e"], runs, free, NOON.date())

    assert counted(found) == {
        Stand.STALE: 1, Stand.RUNNING: 1, Stand.WAITING: 1, Stand.EXEMPT: 1, Stand.FINISHED: 1,
    }  # fmt: skip
    assert bar(found) == "[#####=--------------]"
    assert bar([]) == "[--------------------]"


KINDS = [
    Kind.DONE,
    Kind.SKIPPED,
    Kind.BLOCKED,
    Kind.UNDONE,
    Kind.FIRST,
    Kind.LOOKED,
    Kind.ASSIGNED,
    Kind.PAUSED,
    Kind.RESUMED,
]


def attempt(kind: Kind, here: Run, step: str, hand: Hand, now) -> progress.Decision:
    """Try one thing."""
    verdict = "passed" if hand is OTHER else "failed"
    return {
        Kind.DONE: lambda: progress.tick(here, step, hand, LINK, now),
        Kind.SKIPPED: lambda: progress.skip(here, step, hand, "x", now),
        Kind.BLOCKED: lambda: progress.block(here, step, hand, "x", now),
        Kind.UNDONE: lambda: progress.undo(here, step, hand, now),
        Kind.FIRST: lambda: progress.confirm(here, step, hand, now),
        Kind.LOOKED: lambda: progress.looked(here, "look", Seen(verdict=verdict, text="x", at=now)),
        Kind.ASSIGNED: lambda: progress.assign(here, step, hand, "ann", now),
        Kind.PAUSED: lambda: progress.pause(here, hand, "", now),
        Kind.RESUMED: lambda: progress.resume(here, hand, now),
    }[kind]()


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 4), st.booleans()), max_size=25))
def test_whatever_is_tried_no_step_is_done_before_what_it_needs_and_a_run_can_always_be_shown(tries):
    now, here = NOON, run()
    for kind, at, other in tries:
        now += MINUTE
        made = attempt(kind, here, template().steps[at].id, OTHER if other else MEMBER, now)
        if not isinstance(made, Refused):
            here = after_all(here, made)
    shown = view(here, now)
    destroy = here.mark("destroy")

    for step in here.template.steps:
        if here.mark(step.id).state is State.DONE:
            assert all(here.mark(one).over for one in here.template.needed(step))
    assert destroy.state is not State.DONE or {"Ann", "Ben"} <= set(destroy.text.partition(":")[0].split())
    assert len(shown.first) == 5
    assert markdown(here, ()).startswith("# Checklist 3")
