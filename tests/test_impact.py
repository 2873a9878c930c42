"""What breaks with it, what it needs, and what failures have in common."""

from itertools import pairwise
from typing import get_args

import pytest

from psfbot.catalog.graph import BY_ROLE
from psfbot.catalog.impact import Path, Web
from psfbot.catalog.model import Catalog, Dependency, Host, Hosting, Provenance, Provider, Region, Role, Service
from psfbot.errors import UserError


def hosted(role, provider, region=None, *hosts):
    return Hosting(
        role=role,
        provider=provider,
        region=region,
        architecture="unknown" if role == "origin" else None,
        hosts=tuple(Host(name=name) for name in hosts),
    )


def service(id_, *hosting, lifecycle="production", tier="unknown", notes=None, **needs):
    return Service(
        id=id_,
        name=id_,
        description="An example.",
        lifecycle=lifecycle,
        tier=tier,
        hosting=hosting,
        depends_on=tuple(
            Dependency(service=other, strength=strength) for strength, others in needs.items() for other in others
        ),
        provenance={path: Provenance(note=note) for path, note in (notes or {}).items()},
    )


def catalog(*services, regions=(("nyc1", "digitalocean"), ("us-east-2", "aws"), ("us-west-2", "aws"))):
    providers = ("fastly", "digitalocean", "aws", "gandi", "unknown")
    return Catalog(
        providers={id_: Provider(id=id_, name=id_.title()) for id_ in providers},
        regions={id_: Region(id=id_, provider=owner, code=id_, kind="region") for id_, owner in regions},
        services={one.id: one for one in services},
    )


PSF = catalog(
    service(
        "docs",
        hosted("cdn", "fastly"),
        hosted("registrar", "gandi"),
        hosted("origin", "digitalocean", "nyc1", "docs.nyc1"),
        hard=["loadbalancer"],
        operate=["salt-master"],
        tier=1,
    ),
    service("loadbalancer", hosted("origin", "digitalocean", "nyc1", "lb-0", "lb-1"), hard=["consul"]),
    service(
        "consul",
        hosted("origin", "digitalocean", "nyc1", "consul-1", "consul-2", "consul-3"),
        operate=["salt-master"],
    ),
    service("salt-master", hosted("origin", "digitalocean", "nyc1", "salt"), soft=["consul"], tier=2),
    service(
        "buildbot",
        hosted("origin", "digitalocean", "nyc1", "buildbot.nyc1"),
        hosted("database", "digitalocean", "nyc1"),
        hosted("email", "aws", "us-west-2"),
        hard=["loadbalancer"],
        tier=2,
    ),
    service("hg", hosted("origin", "digitalocean", "nyc1", "hg.nyc1"), hard=["loadbalancer"]),
    service("svn", hosted("origin", "digitalocean", "nyc1", "hg.nyc1"), hard=["loadbalancer"]),
    service("files", hosted("cdn", "fastly"), hosted("storage", "gandi"), hosted("storage", "aws", "us-west-2")),
    service("jobs", hosted("cdn", "fastly"), hosted("origin", "unknown"), hosted("logs", "unknown")),
    service("builder", build=["docs"], soft=["hg"]),
    service("old", hosted("origin", "digitalocean", "nyc1"), hard=["docs"], lifecycle="retired"),
    service("next", hosted("origin", "digitalocean", "nyc1", "next.nyc1"), hard=["jobs"], lifecycle="planned"),
)
WEB = Web(PSF)


def told(path: Path) -> str:
    return path[0].id + "".join(f" -{step.why}> {step.id}" for step in path[1:])


def struck(kind, id_, web=WEB):
    return {one.service.id: one.strength for one in web.breaks(kind, id_).struck}


@pytest.mark.parametrize(
    ("kind", "id_", "expected"),
    [
        ("provider", "fastly", {"docs": "hard", "files": "hard", "jobs": "hard", "builder": "build"}),
        ("provider", "gandi", {"files": "hard", "docs": "operate", "builder": "build"}),
        ("region", "us-west-2", {"files": "hard", "buildbot": "soft"}),
        ("region", "us-east-2", {}),
        ("host", "hg.nyc1", {"hg": "hard", "svn": "hard", "builder": "soft"}),
        ("host", "lb-1", dict.fromkeys(["loadbalancer", "docs", "buildbot", "hg", "svn", "builder"], "soft")),
        ("host", "next.nyc1", {}),
        ("service", "docs", {"builder": "build"}),
        ("service", "builder", {}),
        ("service", "old", {}),
        (
            "service",
            "consul",
            {
                **dict.fromkeys(["loadbalancer", "docs", "buildbot", "hg", "svn"], "hard"),
                **dict.fromkeys(["salt-master", "builder"], "soft"),
            },
        ),
    ],
)
def test_what_breaks_is_found_through_others_with_the_weakest_link_on_the_way(kind, id_, expected):
    assert struck(kind, id_) == expected


def test_the_hard_hit_come_first_then_the_near_then_the_important():
    found = WEB.breaks("service", "consul")

    assert [(one.service.id, one.depth) for one in found.struck] == [
        ("loadbalancer", 1),
        ("docs", 2),
        ("buildbot", 2),
        ("hg", 2),
        ("svn", 2),
        ("salt-master", 1),
        ("builder", 3),
    ]
    assert [one.service.id for one in found.soft] == ["salt-master", "builder"]
    assert found.hard + found.soft + found.later == found.struck


def test_what_only_waits_for_its_managers_is_struck_later():
    found = WEB.breaks("service", "salt-master")

    assert [(one.service.id, one.depth) for one in found.later] == [
        ("docs", 1), ("consul", 1), ("loadbalancer", 2), ("buildbot", 3), ("hg", 3), ("svn", 3), ("builder", 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "id_", "victim", "path"),
    [
        ("provider", "fastly", "docs", "fastly -cdn> docs"),
        ("provider", "digitalocean", "buildbot", "digitalocean -origin> buildbot"),
        ("region", "nyc1", "hg", "nyc1 -origin> hg"),
        ("host", "hg.nyc1", "svn", "hg.nyc1 -host> svn"),
        ("host", "lb-0", "docs", "lb-0 -host> loadbalancer -hard> docs"),
        ("provider", "aws", "buildbot", "aws -email> buildbot"),
        ("service", "consul", "builder", "consul -hard> loadbalancer -hard> hg -soft> builder"),
    ],
)
def test_a_path_tells_what_joins_each_step_to_the_one_before(kind, id_, victim, path):
    ways = {one.service.id: told(one.path) for one in WEB.breaks(kind, id_).struck}

    assert ways[victim] == path


def test_a_strong_detour_beats_a_weak_short_cut_but_not_for_those_behind_a_weak_link():
    web = Web(
        catalog(
            service("a"),
            service("b", hard=["a"]),
            service("c", hard=["b"], soft=["a"]),
            service("d", soft=["c"]),
        )
    )

    ways = [(one.strength, told(one.path)) for one in web.breaks("service", "a").struck]

    assert ways == [
        ("hard", "a -hard> b"),
        ("hard", "a -hard> b -hard> c"),
        ("soft", "a -soft> c -soft> d"),
    ]


@pytest.mark.parametrize(
    ("kind", "id_", "victim", "doubt"),
    [
        ("provider", "gandi", "files", "files may carry on with aws us-west-2"),
        ("provider", "aws", "files", "files may carry on with gandi"),
        ("provider", "aws", "buildbot", ""),
        ("host", "lb-0", "docs", "loadbalancer may carry on with lb-1"),
        ("host", "consul-2", "hg", "consul may carry on with consul-1 or consul-3"),
        ("host", "hg.nyc1", "svn", ""),
        ("provider", "fastly", "docs", ""),
    ],
)
def test_what_may_carry_on_makes_a_path_uncertain(kind, id_, victim, doubt):
    doubts = {one.service.id: one.uncertain for one in WEB.breaks(kind, id_).struck}

    assert doubts[victim] == doubt


@pytest.mark.parametrize(
    ("path", "note", "doubt"),
    [
        ("depends_on.lb", "Inferred from a port", "lb: a guess; docs: Inferred from a port"),
        ("depends_on", "an inference", "lb: a guess; docs: an inference"),
        ("depends_on.lb", "read in haproxy.sls", "lb: a guess"),
        ("default", "inferred from a port", "lb: a guess"),
        ("hosting.origin", "inferred from a port", "lb: a guess"),
    ],
)
def test_a_link_that_the_catalog_merely_infers_makes_a_path_uncertain(path, note, doubt):
    web = Web(
        catalog(
            service("lb", hosted("origin", "aws"), notes={"hosting.origin.provider": "a guess"}),
            service("docs", hosted("origin", "gandi"), hard=["lb"], notes={path: note}),
        )
    )

    assert [one.uncertain for one in web.breaks("provider", "aws").struck] == ["lb: a guess", doubt]


def test_of_two_ways_that_are_as_strong_and_short_the_certain_one_is_told():
    web = Web(
        catalog(
            service("a"),
            service("b", hard=["a"]),
            service("c", hard=["a"]),
            service("d", hard=["b", "c"], notes={"depends_on.b": "a guess"}),
        )
    )

    assert told(web.breaks("service", "a").struck[-1].path) == "a -hard> c -hard> d"


def test_a_provider_takes_down_what_is_in_its_regions_even_where_only_the_region_is_known():
    web = Web(catalog(service("docs", hosted("origin", "unknown", "nyc1"))))

    assert struck("provider", "digitalocean", web) == {"docs": "hard"}


def test_the_strongest_and_most_certain_of_several_roles_of_a_provider_is_told():
    web = Web(
        catalog(
            service(
                "pypi",
                hosted("logs", "aws", "us-east-2"),
                hosted("origin", "aws", "us-east-2"),
                hosted("origin", "gandi"),
                hosted("queue", "aws", "us-east-2"),
            )
        )
    )

    (one,) = web.breaks("provider", "aws").struck

    assert (told(one.path), one.strength, one.uncertain) == ("aws -queue> pypi", "hard", "")


def test_a_need_for_a_service_that_the_catalog_lacks_is_passed_over():
    web = Web(catalog(service("docs", hard=["gone"])))

    assert web.needs("docs").needed == ()
    with pytest.raises(UserError):
        web.breaks("service", "gone")


@pytest.mark.parametrize(
    ("kind", "id_", "message"),
    [
        ("service", "dosc", "I know no service called 'dosc'. Did you mean docs?"),
        ("region", "nyc3", "I know no region called 'nyc3'. Did you mean nyc1?"),
        ("host", "docs", "I know no host called 'docs'. Did you mean docs.nyc1?"),
        ("host", "zzz", "I know no host called 'zzz'. Try the host's name as the catalog spells it."),
        (
            "provider",
            "unknown",
            "'unknown' marks hosting that nobody knows; it is no provider. Name one that the catalog lists.",
        ),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_right_one(kind, id_, message):
    with pytest.raises(UserError) as caught:
        WEB.breaks(kind, id_)

    assert str(caught.value) == message


def test_services_that_need_each_other_are_named_in_a_ring_and_walked_once():
    found = WEB.breaks("host", "salt")

    assert found.cycles == (("consul", "salt-master"),)
    assert len({one.service.id for one in found.struck}) == len(found.struck)
    assert WEB.needs("salt-master").cycles == (("consul", "salt-master"),)
    assert WEB.breaks("provider", "gandi").cycles == ()


def test_a_service_that_needs_itself_is_a_ring_of_its_own_and_not_struck_by_itself():
    found = Web(catalog(service("a", hard=["a"]))).breaks("service", "a")

    assert (found.struck, found.cycles) == ((), (("a",),))


def test_a_host_that_is_called_like_a_service_is_not_that_service():
    web = Web(catalog(service("a", hosted("origin", "aws", None, "b")), service("b", soft=["b"])))

    assert struck("host", "b", web) == {"a": "hard"}
    assert web.breaks("host", "b").cycles == ()


def test_a_second_registrar_raises_no_doubt_for_nothing_is_down_without_the_first():
    web = Web(catalog(service("a", hosted("registrar", "gandi"), hosted("registrar", "aws"))))

    assert [(one.strength, one.uncertain) for one in web.breaks("provider", "gandi").struck] == [("operate", "")]


def test_what_a_service_needs_is_told_hard_and_soft_apart_with_the_way_there():
    found = WEB.needs("buildbot")

    assert [told(one.path) for one in found.hard] == [
        "buildbot -host> buildbot.nyc1",
        "buildbot -hard> loadbalancer",
        "buildbot -origin> nyc1",
        "buildbot -origin> digitalocean",
        "buildbot -hard> loadbalancer -hard> consul",
    ]
    assert [told(one.path) for one in found.soft] == [
        "buildbot -email> us-west-2",
        "buildbot -email> aws",
        "buildbot -hard> loadbalancer -host> lb-0",
        "buildbot -hard> loadbalancer -host> lb-1",
        "buildbot -hard> loadbalancer -hard> consul -host> consul-1",
        "buildbot -hard> loadbalancer -hard> consul -host> consul-2",
        "buildbot -hard> loadbalancer -hard> consul -host> consul-3",
    ]
    assert [told(one.path) for one in found.later] == [
        "buildbot -hard> loadbalancer -hard> consul -operate> salt-master",
        "buildbot -hard> loadbalancer -hard> consul -operate> salt-master -host> salt",
    ]
    assert found.unknown == ()


def test_a_hard_need_that_nobody_can_name_is_told_as_unknown():
    found = WEB.needs("next")

    assert [told(path) for path in found.unknown] == ["next -hard> jobs -origin> unknown"]
    assert "unknown" not in {one.what.id for one in found.needed}


@pytest.mark.parametrize(
    ("failing", "causes"),
    [
        (["docs", "files", "jobs"], ["fastly"]),
        (["hg", "svn"], ["hg.nyc1", "loadbalancer", "consul", "nyc1", "digitalocean"]),
        (["docs", "salt-master", "hg"], ["nyc1", "digitalocean", "loadbalancer", "consul"]),
        (["docs", "loadbalancer"], ["loadbalancer", "consul", "nyc1", "digitalocean"]),
        (["docs", "files", "jobs", "hg", "hg", "gone"], ["fastly"]),
        (["docs", "files", "hg"], ["loadbalancer", "consul", "nyc1", "digitalocean", "fastly"]),
        (["files", "hg"], []),
        (["docs"], []),
        ([], []),
    ],
)
def test_what_failing_services_share_is_named_the_best_explanation_first(failing, causes):
    assert [one.node.id for one in WEB.shared(failing)] == causes


def test_a_shared_need_tells_whom_it_covers_and_the_way_to_each():
    lb = WEB.shared(["docs", "hg", "jobs"])[0]

    assert (lb.node.id, lb.covered) == ("loadbalancer", ("docs", "hg"))
    assert [told(path) for path in lb.paths] == ["loadbalancer -hard> docs", "loadbalancer -hard> hg"]
    assert lb.uncertain == ""


def test_a_shared_need_that_may_not_be_one_comes_after_one_that_is():
    web = Web(
        catalog(
            service("a", hosted("origin", "aws"), hosted("origin", "gandi"), hosted("dns", "fastly")),
            service("b", hosted("origin", "aws"), hosted("dns", "fastly")),
        )
    )

    assert [(one.node.id, one.uncertain) for one in web.shared(["a", "b"])] == [
        ("fastly", ""),
        ("aws", "a may carry on with gandi"),
    ]


def test_every_role_has_a_strength():
    assert set(BY_ROLE) == set(get_args(Role))


def test_a_chain_of_thousands_is_walked_to_its_end():
    names = [f"s{number:04}" for number in range(2000)]
    links = (service(name, hard=[before]) for before, name in pairwise(names))
    web = Web(catalog(service(names[0], hard=[names[-1]]), *links))

    found = web.breaks("service", names[7])

    assert max(one.depth for one in found.struck) == 1999
    assert len(found.cycles[0]) == 2000
