"""The drawing of the catalog before it is a page: nothing overlaps, arrows go right, and no fact is lost on the way."""

import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import sample

from psfbot.catalog.model import Dependency, Hosting, Service
from psfbot.web.graph.around import around
from psfbot.web.graph.bundled import MOST, bundled
from psfbot.web.graph.layered import GAP, lay, rings, spread
from psfbot.web.graph.picture import ROOM, WIDE, Arrow, Card, Row, width
from psfbot.web.graph.whole import reduced, whole

NAMES = [f"n{number}" for number in range(9)]
FIRM = st.sampled_from(("hard", "soft"))
ARROWS = st.dictionaries(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), FIRM, max_size=25).map(
    lambda found: {pair: firm for pair, firm in found.items() if pair[0] != pair[1]}
)


def cards(names, look="service"):
    return [Card(name, (Row(name, f"/services/{name}"),) * (1 + number % 3), look) for number, name in enumerate(names)]


def needing(pairs):
    found = {name: {} for name in NAMES}
    for (user, need), firm in pairs.items():
        found[user][need] = firm
    return found


def drawn(pairs):
    return lay(cards(NAMES), [Arrow(user, need, firm) for (user, need), firm in pairs.items()])


@given(ARROWS)
def test_every_card_has_a_box_and_no_two_overlap(pairs):
    picture = drawn(pairs)

    assert sorted(box.card.key for box in picture.boxes) == NAMES
    for one, other in combinations(picture.boxes, 2):
        apart = one.x + WIDE <= other.x or other.x + WIDE <= one.x
        assert apart or one.y + one.card.height <= other.y or other.y + other.card.height <= one.y
    for box in picture.boxes:
        assert box.x >= 0 <= box.y
        assert box.x + WIDE <= picture.width
        assert box.y + box.card.height <= picture.height


@given(ARROWS)
def test_an_arrow_goes_right_from_its_user_to_its_need_unless_it_closes_a_ring(pairs):
    picture = drawn(pairs)
    at = {box.card.key: box for box in picture.boxes}
    arrows = [Arrow(user, need, firm) for (user, need), firm in pairs.items()]
    closing = rings(NAMES, arrows)

    assert sum(curve.back for curve in picture.curves) == len(closing)
    assert len(picture.curves) == len(arrows)
    for arrow in arrows:
        left, right = (arrow.need, arrow.user) if arrow in closing else (arrow.user, arrow.need)
        assert at[left].x + WIDE <= at[right].x


@given(ARROWS)
def test_a_curve_begins_and_ends_at_the_boxes_that_it_joins_and_never_turns_back(pairs):
    picture = drawn(pairs)
    sides = {(box.x + WIDE, box.y + box.card.height // 2) for box in picture.boxes}
    fronts = {(box.x, box.y + box.card.height // 2) for box in picture.boxes}

    for curve in picture.curves:
        (x, y), (to_x, to_y) = curve.stops[0], curve.stops[-1]
        assert any(abs(x - at) <= 8 and abs(y - level) <= 10 for at, level in sides)
        assert any(abs(to_x - at) <= 8 and abs(to_y - level) <= 10 for at, level in fronts)
        assert all(one[0] < other[0] for one, other in pairwise(curve.stops))
        assert re.fullmatch(r"M\d+ \d+( [CL][\d ]+)+", curve.path)


@given(ARROWS)
def test_the_same_facts_make_the_same_drawing(pairs):
    assert drawn(pairs) == drawn(pairs)


def test_without_a_ring_no_arrow_is_turned_and_of_a_ring_the_weakest_is():
    straight = [Arrow("n0", "n1"), Arrow("n1", "n2"), Arrow("n0", "n2")]
    ring = [Arrow("n2", "n0", "soft"), *straight]

    assert rings(NAMES, straight) == set()
    assert rings(NAMES, ring) == {Arrow("n2", "n0", "soft")}


def test_lines_that_need_not_cross_do_not():
    names = ["a", "b", "c", "x", "y", "z"]
    picture = lay(cards(names), [Arrow("a", "z"), Arrow("b", "y"), Arrow("c", "x"), Arrow("a", "y"), Arrow("b", "x")])
    level = {box.card.key: box.y for box in picture.boxes}

    assert [sorted("abc", key=level.get), sorted("xyz", key=level.get)] in (
        [["a", "b", "c"], ["z", "y", "x"]],
        [["c", "b", "a"], ["x", "y", "z"]],
    )


def test_a_place_stands_beside_the_last_who_needs_it():
    chain = [Arrow("a", "b"), Arrow("b", "c"), Arrow("c", "d"), Arrow("a", "there")]
    picture = lay([*cards("abcd"), *cards(["there"], "place")], chain)
    x = {box.card.key: box.x for box in picture.boxes}

    assert x["there"] == x["b"] < x["c"] < x["d"]


@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(4, 200)), min_size=1, max_size=12))
def test_boxes_are_spread_in_order_and_as_near_to_their_wishes_as_may_be(wanted):
    keys = [f"k{number}" for number in range(len(wanted))]
    heights = {key: height for key, (_, height) in zip(keys, wanted, strict=True)}
    wishes = [float(wish) for wish, _ in wanted]
    at = spread(keys, wishes, heights)
    off = sum((at[key] - wish) ** 2 for key, wish in zip(keys, wishes, strict=True))

    for one, other in pairwise(keys):
        assert at[other] - at[one] >= (heights[one] + heights[other]) / 2 + GAP - 1e-6
    for shift in (-1.0, 1.0):
        assert off <= sum((at[key] + shift - wish) ** 2 for key, wish in zip(keys, wishes, strict=True)) + 1e-6


def reached(needs, start, firm):
    found, edge = set(), [start]
    while edge:
        for need, how in needs.get(edge.pop(), {}).items():
            if need not in found and (how == "hard" or firm == "soft"):
                found.add(need)
                edge.append(need)
    return found


@given(ARROWS, FIRM)
def test_leaving_out_what_follows_leaves_everybody_hanging_on_the_same(pairs, firm):
    needs = needing(pairs)
    fewer = reduced(needs)

    for name in NAMES:
        assert reached(fewer, name, firm) == reached(needs, name, firm)
    assert all(fewer[name].items() <= needs[name].items() for name in NAMES)


def test_what_follows_from_others_is_left_out_unless_it_is_firmer():
    needs = {"a": {"b": "hard", "c": "hard"}, "b": {"c": "hard"}, "c": {}}
    softer = {"a": {"b": "soft", "c": "hard"}, "b": {"c": "hard"}, "c": {}}

    assert reduced(needs)["a"] == {"b": "hard"}
    assert reduced(softer)["a"] == softer["a"]


def test_those_that_need_the_same_share_a_box_and_others_do_not():
    needs = {"a": {"x": "hard"}, "b": {"x": "hard"}, "c": {"x": "soft"}, "d": {"x": "hard"}, "e": {"d": "hard"}}
    made, arrows = bundled([*needs, "x"], needs)
    apart, _ = bundled([*needs, "x"], needs, apart=frozenset({"b"}))

    assert [[row.text for row in card.rows] for card in made] == [["a", "b"], ["c"], ["d"], ["e"], ["x"]]
    assert arrows == [Arrow("a", "x"), Arrow("c", "x", "soft"), Arrow("d", "x"), Arrow("e", "d")]
    assert [(card.key, card.look) for card in apart][:2] == [("a", "service"), ("b", "focus")]


def test_a_box_names_some_and_counts_the_rest():
    names = [f"s{number}" for number in range(MOST + 5)]
    (card, _), _ = bundled([*names, "x"], {name: {"x": "hard"} for name in names})

    assert len(card.rows) == MOST + 1
    assert card.rows[-1] == Row("and 5 more")


@pytest.mark.parametrize("text", ["docs.python.org", "W" * 40, "i" * 60, "\N{CJK UNIFIED IDEOGRAPH-4E2D}" * 30, ""])
def test_a_name_is_cut_where_it_would_leave_its_box(text):
    short = Row(text).short

    assert sum(map(width, short)) <= ROOM
    assert short in (text, short[:-1] + "…")
    assert text.startswith(short.removesuffix("…"))


def grown(needs, **more):
    """The sample with these services besides, all soft and hard needs as told."""
    catalog = sample().catalog
    services = dict(catalog.services)
    for name, its in needs.items():
        services[name] = Service(
            id=name, name=name, description="A test.", lifecycle=more.get(name, "production"),
            depends_on=tuple(Dependency(service=need, strength=how) for need, how in its.items()),
            hosting=(Hosting(role="origin", provider="aws", region="us-east-2", architecture="arm64"),),
        )  # fmt: skip
    return catalog.model_copy(update={"services": services})


def shown(picture):
    return {row.text for box in picture.boxes for row in box.card.rows}


CHAIN = {"a": {"b": "hard"}, "b": {"c": "hard"}, "c": {"d": "soft"}, "d": {"e": "operate"}, "e": {"f": "hard"}, "f": {}}


@pytest.mark.parametrize(
    ("name", "levels", "seen", "unseen"),
    [
        ("c", 1, {"b", "c", "d"}, {"a", "e", "f"}),
        ("c", 2, {"a", "b", "c", "d"}, {"e", "f"}),
        ("d", 1, {"c", "d", "e"}, {"b", "f"}),
        ("d", 4, {"a", "b", "c", "d", "e", "f"}, set()),
        ("e", 1, {"d", "e", "f"}, {"c"}),
        ("f", 4, {"e", "f"}, {"d", "c"}),
    ],
)
def test_around_a_service_stands_what_it_needs_and_who_needs_it_a_few_steps_far(name, levels, seen, unseen):
    catalog = grown(CHAIN)
    found = around(catalog, catalog.services[name], levels)
    names = shown(found.picture)

    assert found.steps == levels
    assert seen <= names
    assert names.isdisjoint(unseen)
    assert "Amazon Web Services" in names
    assert [box.card.rows[0].text for box in found.picture.boxes if box.card.look == "focus"] == [name]


def test_around_a_service_nobody_stands_who_does_not_run():
    catalog = grown(CHAIN, a="retired")

    assert "a" not in shown(around(catalog, catalog.services["b"], 2).picture)


def test_around_a_service_on_a_ring_each_is_drawn_once():
    catalog = grown({"a": {"b": "hard"}, "b": {"c": "soft"}, "c": {"a": "soft"}})
    picture = around(catalog, catalog.services["b"], 4).picture

    assert sorted(box.card.key for box in picture.boxes if box.card.look != "place") == ["a", "b", "c"]
    assert sum(curve.back for curve in picture.curves) == 1


def test_places_that_the_same_services_need_share_a_box():
    catalog = sample().catalog
    picture = around(catalog, catalog.services["docs.python.org"], 1).picture
    places = [[row.text for row in box.card.rows] for box in picture.boxes if box.card.look == "place"]

    assert places == [
        ["DigitalOcean", "nyc1: origin", "Fastly", "cdn", "Amazon Route 53", "dns"],
        ["Gandi", "registrar"],
    ]


def test_steps_that_would_be_too_many_are_left_out():
    direct = {f"m{number}": {"x": "hard"} for number in range(100)}
    further = {f"u{number}": {f"m{number}": "hard"} for number in range(100)}
    catalog = grown({**direct, **further, "x": {}})
    found = around(catalog, catalog.services["x"], 4)

    assert found.steps == 1
    assert "m1" in shown(found.picture)
    assert "u1" not in shown(found.picture)


def test_the_whole_has_every_service_that_needs_another_to_run_or_is_so_needed():
    catalog = grown(CHAIN)
    found = whole(catalog)
    names = shown(found.picture)

    assert {"a", "b", "c", "d", "e", "f"} <= names
    assert names.isdisjoint(found.alone)
    assert len(names) == found.drawn
    assert names | set(found.alone) == {
        one.id for one in catalog.services.values() if one.lifecycle not in {"planned", "retired"}
    }


def test_a_whole_that_nobody_could_read_is_not_drawn():
    catalog = grown({f"s{number}": {f"s{number + 1}": "hard"} for number in range(300)} | {"s300": {}})
    found = whole(catalog)

    assert found.picture is None
    assert found.drawn > 300
