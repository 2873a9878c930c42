"""The way of a request, rings, the drawings, and the web of needs against a slow reading of random catalogs."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.catalog.graph import MOST_RINGS, STRENGTHS, dot, mermaid, rings
from psfbot.catalog.impact import Web
from psfbot.catalog.model import Catalog, Dependency, Host, Hosting, Provider, Region, Service
from psfbot.catalog.route import Hop, route


def hosted(role, provider, region=None, *hosts, note=None):
    named = tuple(Host(name=name) for name in hosts)
    architecture = "unknown" if role == "origin" else None
    return Hosting(role=role, provider=provider, region=region, architecture=architecture, hosts=named, note=note)


def service(id_, *hosting, aliases=(), name="", lifecycle="production", notes=None, **needs):
    return Service(
        id=id_,
        name=name or id_,
        description="An example.",
        lifecycle=lifecycle,
        aliases=aliases,
        hosting=hosting,
        depends_on=tuple(
            Dependency(service=other, strength=strength, note=(notes or {}).get(other))
            for strength, others in needs.items()
            for other in others
        ),
    )


def catalog(*services, **providers):
    return Catalog(
        providers={id_: Provider(id=id_, name=name) for id_, name in providers.items()},
        regions={id_: Region(id=id_, provider=owner, code=id_, kind="region") for id_, owner in REGIONS.items()},
        services={one.id: one for one in services},
    )


REGIONS = {"nyc1": "digitalocean", "us-east-2": "aws", "us-west-2": "aws"}
DOCS = service(
    "docs.python.org",
    hosted("origin", "digitalocean", "nyc1"),
    hosted("monitoring", "pingdom"),
    hosted("cdn", "fastly", note="shield lga-ny-us"),
    hosted("dns", "route53"),
    hosted("waf", "unknown"),
    hosted("registrar", "gandi"),
    hard=["lb", "consul"],
    soft=["lb-spare"],
    operate=["salt"],
    notes={"lb": "port 20004"},
)
LB = service("lb", hosted("origin", "digitalocean", "nyc1"), aliases=("Load-Balancer",))
OTHERS = (
    LB,
    service("lb-spare", aliases=("loadbalancer spare",)),
    service("consul", hosted("origin", "unknown")),
    service("salt"),
)
PSF = catalog(DOCS, *OTHERS, digitalocean="DigitalOcean", fastly="Fastly")


def test_a_request_goes_from_the_registrar_to_the_origin():
    assert route(PSF, DOCS) == (
        Hop("registrar", "provider", "gandi", "", ""),
        Hop("dns", "provider", "route53", "", ""),
        Hop("cdn", "provider", "fastly", "", "shield lga-ny-us"),
        Hop("loadbalancer", "service", "lb", "nyc1", "port 20004"),
        Hop("origin", "provider", "digitalocean", "nyc1", ""),
    )


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (service("a"), [("origin", "unknown")]),
        (service("a", hosted("origin", "unknown", "nyc1")), [("origin", "unknown")]),
        (
            service("a", hosted("origin", "aws"), hosted("loadbalancer", "aws"), hosted("waf", "fastly")),
            [("waf", "fastly"), ("loadbalancer", "aws"), ("origin", "aws")],
        ),
        (service("a", hosted("loadbalancer", "unknown"), hard=["gone"]), [("origin", "unknown")]),
        (service("a", hosted("origin", "aws"), hosted("origin", "b2")), [("origin", "aws"), ("origin", "b2")]),
        (service("a", hard=["proxy"]), [("loadbalancer", "proxy"), ("origin", "unknown")]),
        (service("a", hard=["lb.loadbalancer"]), [("loadbalancer", "lb.loadbalancer"), ("origin", "unknown")]),
    ],
)
def test_only_the_origin_is_told_where_nobody_knows(one, expected):
    facts = catalog(one, service("proxy", name="Load balancers"), service("lb.loadbalancer", name="HAProxy"))

    assert [(hop.role, hop.id) for hop in route(facts, one)] == expected


def test_a_mermaid_chart_shows_hard_and_soft_needs_and_origins():
    assert mermaid(PSF, [DOCS, LB]).splitlines() == [
        "flowchart LR",
        '    place__digitalocean__nyc1(["DigitalOcean nyc1"])',
        '    service__consul["consul"]',
        '    service__docs_2epython_2eorg["docs.python.org"]',
        '    service__lb["lb"]',
        '    service__lb_2dspare["lb-spare"]',
        "    service__docs_2epython_2eorg -- origin --- place__digitalocean__nyc1",
        "    service__docs_2epython_2eorg --> service__consul",
        "    service__docs_2epython_2eorg --> service__lb",
        "    service__docs_2epython_2eorg -. soft .-> service__lb_2dspare",
        "    service__lb -- origin --- place__digitalocean__nyc1",
    ]


def test_a_dot_drawing_shows_the_same():
    assert dot(PSF, [LB, DOCS]).splitlines() == [
        "digraph catalog {",
        "    rankdir=LR;",
        "    node [shape=box];",
        '    "place digitalocean nyc1" [label="DigitalOcean nyc1", shape=oval];',
        '    "service consul" [label="consul"];',
        '    "service docs.python.org" [label="docs.python.org"];',
        '    "service lb" [label="lb"];',
        '    "service lb-spare" [label="lb-spare"];',
        '    "service docs.python.org" -> "place digitalocean nyc1" [dir=none, label=origin];',
        '    "service docs.python.org" -> "service consul";',
        '    "service docs.python.org" -> "service lb";',
        '    "service docs.python.org" -> "service lb-spare" [style=dashed, label=soft];',
        '    "service lb" -> "place digitalocean nyc1" [dir=none, label=origin];',
        "}",
    ]


def test_all_services_are_drawn_unless_some_are_chosen_and_their_order_in_the_file_is_no_matter():
    reverse = catalog(*reversed(OTHERS), DOCS, digitalocean="DigitalOcean", fastly="Fastly")

    assert '    service__salt["salt"]' in mermaid(PSF).splitlines()
    assert mermaid(reverse) == mermaid(PSF)
    assert dot(reverse) == dot(PSF)


def test_two_ids_never_share_a_box():
    facts = catalog(*(service(id_) for id_ in ("a.b", "a-b", "a_b", "a_2e_b", "a_2e", "ab")))
    boxes = mermaid(facts).splitlines()[1:]

    assert len({line.split("[")[0] for line in boxes}) == 6


def test_a_name_cannot_break_out_of_its_label():
    facts = catalog(service("a", hosted("origin", "evil")), evil='x"];\n`<b>&#\\n"')

    assert '(["x#34;]; #96;#60;b#62;#38;#35;#92;n#34;"])' in mermaid(facts)
    assert '[label="x\\"]; `<b>&#\\\\n\\"", shape=oval]' in dot(facts)


@pytest.mark.parametrize(
    ("needs", "expected"),
    [
        ({"a": ["b"], "b": ["c"], "c": []}, []),
        ({"a": ["a"]}, [("a",)]),
        ({"b": ["c"], "c": ["a"], "a": ["b"]}, [("a", "b", "c")]),
        ({"a": ["b"], "b": ["a", "c"], "c": ["d"], "d": ["c"]}, [("a", "b"), ("c", "d")]),
        ({"hub": ["x", "y"], "x": ["hub"], "y": ["hub"]}, [("hub", "x"), ("hub", "y")]),
        ({"a": ["b", "c"], "b": ["d"], "c": ["a"], "d": ["a"]}, [("a", "b", "d"), ("a", "c")]),
    ],
)
def test_rings_are_named_from_their_first_service_in_the_order_of_need(needs, expected):
    assert rings(needs) == expected


def test_a_knot_of_very_many_rings_names_the_first_of_them():
    spokes = [f"s{number:03}" for number in range(MOST_RINGS + 9)]
    needs = {"hub": spokes, **{spoke: ["hub"] for spoke in spokes}}

    assert len(rings(needs)) == MOST_RINGS


@pytest.mark.parametrize(
    ("others", "doubt"),
    [
        ([hosted("origin", "aws", "us-east-2")], "a may carry on with aws us-east-2"),
        ([hosted("origin", "unknown", "nyc1", "h9")], "a may carry on with digitalocean nyc1"),
        ([hosted("origin", "unknown", None, "h8", "h9")], "a may carry on with h8 and h9"),
        ([hosted("origin", "aws"), hosted("origin", "aws", None, "h9")], "a may carry on with aws"),
        ([hosted("origin", "unknown")], ""),
        ([hosted("origin", "fastly", "us-west-2")], ""),
        ([hosted("database", "aws")], ""),
    ],
)
def test_what_may_carry_on_is_named_by_what_is_known_of_it(others, doubt):
    (found,) = Web(catalog(service("a", hosted("origin", "fastly"), *others))).breaks("provider", "fastly").struck

    assert (found.strength, found.uncertain) == ("hard", doubt)


# The same rules, read slowly and obviously, over random catalogs.

HOSTS = ["h1", "h2", "h3"]
NAMES = ["a", "b", "c", "d", "e", "f", "g"]
RANKS = {"origin": 0, "database": 0, "email": 1, "registrar": 2}
often = settings(max_examples=80, deadline=None)


@st.composite
def entries(draw):
    region = draw(st.sampled_from([None, *REGIONS]))
    owners = [REGIONS[region], "unknown"] if region else ["fastly", "digitalocean", "aws", "unknown"]
    hosts = draw(st.lists(st.sampled_from(HOSTS), unique=True, max_size=2))
    return hosted(draw(st.sampled_from(list(RANKS))), draw(st.sampled_from(owners)), region, *hosts)


@st.composite
def catalogs(draw):
    found = []
    for name in NAMES[: draw(st.integers(1, len(NAMES)))]:
        needs = draw(st.lists(st.tuples(st.sampled_from(STRENGTHS), st.sampled_from(NAMES)), max_size=4))
        life = draw(st.sampled_from(["production", "production", "archive", "retired"]))
        by_strength = {strength: [other for its, other in needs if its == strength] for strength, _ in needs}
        found.append(service(name, *draw(st.lists(entries(), max_size=2)), lifecycle=life, **by_strength))
    return catalog(*found)


def edges(facts: Catalog) -> Iterator[tuple[tuple[str, str], str, int]]:
    """What goes away, the service that hangs on it, and how weakly."""
    for user in facts.services.values():
        for one in user.depends_on:
            if one.service in facts.services:
                yield ("service", one.service), user.id, STRENGTHS.index(one.strength)
        for entry in user.hosting:
            rank = RANKS[entry.role]
            if entry.provider != "unknown":
                yield ("provider", entry.provider), user.id, rank
            if entry.region:
                yield ("region", entry.region), user.id, rank
                yield ("provider", REGIONS[entry.region]), user.id, rank
            for host in entry.hosts:
                yield ("host", host.name), user.id, max(rank, 1) if len(entry.hosts) > 1 else rank


def fixpoint(facts, cause, *, running=True):
    """For each service struck: how weakly, and the length of the shortest path that is no weaker."""
    known = [edge for edge in edges(facts) if not running or facts.services[edge[1]].lifecycle != "retired"]
    best = {}
    for limit in range(4):
        far = {cause: 0}
        for _ in range(len(NAMES) + 1):
            for used, user, rank in known:
                if rank <= limit and used in far:
                    far["service", user] = min(far.get(("service", user), 99), far[used] + 1)
        for place, length in far.items():
            best.setdefault(place, (limit, length))
    return {place[1]: found for place, found in best.items() if place != cause}


def causes(facts):
    return sorted({("service", id_) for id_ in facts.services} | {used for used, _, _ in edges(facts)})


@given(catalogs())
@often
def test_what_breaks_agrees_with_a_slow_fixpoint(facts):
    web = Web(facts)

    for cause in causes(facts):
        found = {one.service.id: (STRENGTHS.index(one.strength), one.depth) for one in web.breaks(*cause).struck}
        assert found == fixpoint(facts, cause)


@given(catalogs())
@often
def test_every_path_is_made_of_real_links_and_its_weakest_decides(facts):
    web = Web(facts)
    real = {}
    for used, user, rank in edges(facts):
        real[used, user] = min(rank, real.get((used, user), 9))

    for cause in causes(facts):
        for one in web.breaks(*cause).struck:
            ranks = [real[(used.kind, used.id), user.id] for used, user in pairwise(one.path)]
            assert ((one.path[0].kind, one.path[0].id), one.path[-1].id) == (cause, one.service.id)
            assert STRENGTHS[max(ranks)] == one.strength


@given(catalogs())
@often
def test_a_service_needs_exactly_what_would_break_it(facts):
    web = Web(facts)
    broken = {cause: fixpoint(facts, cause, running=False) for cause in causes(facts)}

    for id_ in facts.services:
        found = web.needs(id_).needed
        needed = {(one.what.kind, one.what.id): (STRENGTHS.index(one.strength), one.depth) for one in found}
        assert needed == {cause: struck[id_] for cause, struck in broken.items() if id_ in struck}


@given(catalogs(), st.lists(st.sampled_from(NAMES), unique=True, min_size=2))
@often
def test_what_is_shared_covers_most_of_the_failing_and_nothing_is_left_out(facts, failing):
    failing = [id_ for id_ in failing if id_ in facts.services]
    expected = {}
    for cause in causes(facts):
        down = {id_ for id_, (rank, _) in fixpoint(facts, cause, running=False).items() if rank == 0}
        covered = {id_ for id_ in failing if id_ in down or cause == ("service", id_)}
        if len(covered) >= 2 and len(covered) * 2 > len(failing):
            expected[cause] = covered

    found = Web(facts).shared(failing)

    assert {(one.node.kind, one.node.id): set(one.covered) for one in found} == expected
    assert [len(one.covered) for one in found] == sorted((len(one.covered) for one in found), reverse=True)


def reach(links, start):
    found = {start}
    while new := {other for one, other in links if one in found} - found:
        found |= new
    return found


@given(catalogs())
@often
def test_every_service_on_a_ring_is_named_on_a_ring_whose_links_are_real(facts):
    real = {(user, used[1]) for used, user, _ in edges(facts) if used[0] == "service"}
    on_a_ring = {user for user, used in real if user in reach(real, used)}
    web = Web(facts)

    named = {ring for id_ in facts.services for ring in web.needs(id_).cycles}

    assert {id_ for ring in named for id_ in ring} == on_a_ring
    assert all(link in real for ring in named for link in pairwise((*ring, ring[0])))
