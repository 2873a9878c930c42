"""Which failures have one cause, how it is chosen, and when it proves wrong: decisions on a made-up catalog."""

import time
from datetime import timedelta

import pytest
from stage import MINUTE, NOON, SECOND, sample

from psfbot.relay.group import Block, blocks, cause, doubt
from psfbot.relay.incident import Down
from psfbot.relay.kin import Tie, needs, running, struck

HOUR = timedelta(hours=1)


def hosted(provider, region=None, role="origin", hosts=()):
    given = {"role": role, "provider": provider, "hosts": [{"name": host} for host in hosts]}
    return given | ({"region": region} if region else {}) | ({"architecture": "unknown"} if role == "origin" else {})


def service(*hosting, hard=(), history=(), **more):
    needs_ = tuple({"service": one, "strength": "hard"} for one in hard)
    told = tuple({"date": date, "fact": fact, "source": "roles"} for date, fact in history)
    record = {"name": "A test", "description": "A test.", "lifecycle": "production", "hosting": hosting}
    return record | {"depends_on": needs_, "history": told} | more


BOOK = sample(
    services={
        "lb": service(hosted("digitalocean", "nyc1", hosts=("lb.example",)), hard=("salt",)),
        "salt": service(
            hosted("digitalocean", "nyc1", hosts=("salt.example",)),
            history=[("2025-03-07", "Salt failed."), ("2025-11-21", "one and two failed together.")],
        ),
        "one": service(hosted("digitalocean", "nyc1"), hosted("fastly", role="cdn"), hard=("lb", "salt")),
        "two": service(hosted("digitalocean", "nyc1"), hard=("lb", "salt"), history=[("2025-03-07", "Down.")]),
        "three": service(hosted("digitalocean", "nyc1"), hosted("fastly", role="cdn"), hard=("lb", "salt")),
        "four": service(hosted("digitalocean", "nyc1"), hard=("salt",)),
        "behind": service(hard=("lb",)),
        "cdn-a": service(hosted("aws", "us-east-2"), hosted("fastly", role="cdn")),
        "cdn-b": service(hosted("aws"), hosted("fastly", role="cdn")),
        "far": service(hosted("digitalocean", "ams1")),
        "other": service(),
        "boxed": service(hosted("digitalocean", "ams1", hosts=("box.example",))),
        "beside": service(hosted("digitalocean", "ams1", hosts=("box.example",))),
        **{f"sky-{n}": service(hosted("dyn")) for n in range(20)},
    }
)
NUMBERS = {name: number for number, name in enumerate(BOOK.catalog.services, 1)}


def down(name, after=timedelta(), below=None):
    return Down(NUMBERS.get(name, 99), name, NOON + after, below)


def lone(*names, after=timedelta()):
    return tuple(Block((down(name, after),)) for name in names)


def found(name, *others, **more):
    return cause(down(name, **more), others, BOOK)


@pytest.mark.parametrize(
    ("failing", "place", "rivals"),
    [
        (["cdn-a", "cdn-b"], ("provider", "aws"), []),
        (["cdn-a", "one"], ("provider", "fastly"), []),
        (["boxed", "beside"], ("host", "box.example"), []),
        (["boxed", "far"], ("region", "ams1"), []),
        (["lb", "three"], ("service", "lb"), ["salt"]),
        (["lb", "one"], ("service", "salt"), ["lb"]),
        (["one", "two", "three", "behind"], ("service", "lb"), ["salt"]),
        (["salt", "four"], ("service", "salt"), []),
        (["one", "two"], ("service", "salt"), ["lb"]),
        (["one", "four"], ("service", "salt"), []),
        (["one", "behind"], ("service", "lb"), ["salt"]),
        (["lb", "one", "behind"], ("service", "salt"), ["lb"]),
    ],
)
def test_the_most_specific_place_that_all_need_is_the_cause(failing, place, rivals):
    *before, last = failing
    guess = found(last, *lone(*before))

    assert guess is not None
    assert guess.best.node == place
    assert [name for _, name in guess.rivals if name in {"aws", "salt", "lb"}] == rivals
    assert {one.service for one in guess.best.down} == set(failing)


@pytest.mark.parametrize(
    "failing", [["one"], ["one", "other"], ["other", "one"], ["cdn-a", "far"], ["one", "not in the catalog"]]
)
def test_what_needs_nothing_in_common_has_no_common_cause(failing):
    *before, last = failing

    assert found(last, *lone(*before)) is None


def test_two_that_meet_only_in_what_a_third_of_all_needs_are_chance_and_three_are_not():
    assert found("sky-1", *lone("sky-0")) is None
    assert found("sky-2", *lone("sky-0", "sky-1")).best.node == ("provider", "dyn")


@pytest.mark.parametrize(
    ("before", "last", "after", "groups"),
    [("boxed", "beside", 14 * MINUTE, True), ("boxed", "beside", 16 * MINUTE, False),
     ("cdn-a", "cdn-b", 4 * MINUTE, True), ("cdn-a", "cdn-b", 6 * MINUTE, False),
     ("cdn-a", "cdn-b", -4 * MINUTE, True)],
)  # fmt: skip
def test_the_smaller_the_cause_the_longer_it_is_looked_for(before, last, after, groups):
    assert (found(last, *lone(before), after=after) is not None) is groups


def test_the_reason_counts_who_is_down_and_who_else_would_be():
    said = "2 of the 4 services that cannot do without provider aws are down"
    assert found("cdn-b", *lone("cdn-a")).best.reason == said
    assert found("two", *lone("one")).best.reason.endswith("; the catalog tells that 2 of them failed with it before")


def test_a_cause_that_people_know_keeps_its_name_while_it_explains_as_much():
    firm = Block((down("one"), down("three")), 7, ("service", "lb"), firm=True)
    loose = Block(firm.down, 7, ("service", "lb"))

    assert found("two", firm).best.node == ("service", "lb")
    assert found("two", loose).best.node == ("service", "salt")
    assert found("four", firm).best.node == ("service", "salt"), "this explains one more"


def test_a_cause_is_taken_over_as_a_whole_or_not_at_all():
    block = Block((down("one"), down("two")), 7, ("service", "salt"), firm=True)

    assert found("cdn-a", block) is None
    assert found("four", block).best.blocks == (block,)


def test_others_are_alone_or_below_their_cause():
    known = [down("one", below=7), down("two", below=7), down("far"), down("other", below=3), down("cdn-a")]

    assert blocks(known, {7: (("service", "lb"), True)}, known[-1]) == (
        Block((known[0], known[1]), 7, ("service", "lb"), firm=True), Block((known[2],)),
    )  # fmt: skip


# When it proves wrong.


ALONE = "all others that failed with it have been up for 10 min"


def wrong(node, still, up, now=HOUR):
    return doubt(node, [down(name) for name in still], {name: NOON + at for name, at in up.items()}, NOON + now, BOOK)


@pytest.mark.parametrize(
    ("node", "still", "up", "reason"),
    [
        (("service", "lb"), ["one", "two"], {"lb": 54 * MINUTE}, "lb itself has been up for 6 min"),
        (("service", "lb"), ["one", "two"], {"lb": 56 * MINUTE}, None),
        (("service", "lb"), [], {"lb": 10 * MINUTE}, None),
        (("provider", "fastly"), ["one"], {"cdn-a": 49 * MINUTE}, ALONE),
        (("provider", "fastly"), ["one"], {"cdn-a": 51 * MINUTE}, None),
        (("provider", "fastly"), ["one"], {"cdn-a": 10 * MINUTE, "cdn-b": 51 * MINUTE}, None),
        (("provider", "fastly"), ["one", "three"], {}, None),
        (("provider", "fastly"), ["cdn-a", "one"], {"three": MINUTE}, None),
    ],
)  # fmt: skip
def test_a_cause_is_doubted_when_it_or_all_others_are_up_again(node, still, up, reason):
    doubted = wrong(node, still, up)

    assert (doubted.reason if doubted else None) == reason
    assert doubted is None or doubted.better is None


def test_what_explains_those_that_stay_down_and_none_that_is_up_is_better():
    doubted = wrong(("provider", "fastly"), ["one", "three"], {"cdn-a": MINUTE})

    assert doubted.reason == "others that need fastly have been up for 10 min"
    assert doubted.better.best.node == ("service", "salt")


# What is known of the catalog.


def test_needs_and_those_who_need_are_worked_out_once():
    assert needs("four", BOOK) is needs("four", BOOK)
    assert needs("four", BOOK)["service", "four"] == Tie(0, sure=True)
    assert needs("four", BOOK)["service", "salt"] == Tie(1, sure=True)
    assert needs("behind", BOOK)["service", "salt"] == Tie(2, sure=True, via=("lb",))
    assert struck(("service", "lb"), BOOK) == {"one", "two", "three", "behind"}
    assert running(BOOK) == running(BOOK) > 30
    assert needs("nobody knows it", BOOK) == {}


def test_a_cause_is_found_among_hundreds_of_failures_in_no_time():
    others = lone(*(f"sky-{n % 20}" for n in range(200)), after=SECOND)
    found("sky-1", *others)
    began = time.thread_time()
    found("sky-2", *others)

    assert time.thread_time() - began < 0.05
