"""Probes doubt themselves: what says more about psfbot's own network than about a host, and what does not."""

from fake_world import FakeWorld, page
from test_plugin_probe import PAGE, PAGES, Prober

from psfbot.plugin import NotPublic


def test_a_network_that_goes_and_comes_back_host_by_host_is_no_outage_of_any_host():
    world = FakeWorld()
    prober = Prober(world, *PAGES)
    answers = [PAGES[:1], (), (), PAGES[2:], PAGES]  # who answers in each round
    found = []
    for these in answers:
        world.pages = dict.fromkeys(these, page(200))
        found += prober("pages")

    assert [summary for state, summary in found if state == "firing"] == [
        "none of 3 pages answers psfbot's probes: its own network is down, or all of them are"
    ]


def test_a_name_that_leads_to_no_public_address_any_more_is_an_outage():
    lost = NotPublic("psfbot does not ask docs.python.org: it leads to no public address.")
    other = "https://other.python.org/"
    prober = Prober(FakeWorld(pages={PAGE: [page(200), lost], other: [lost, lost, page(200)]}), PAGE, other)
    found = [[said for state, said in prober("pages") if state == "firing"] for _ in range(3)]

    assert found == [[], [], [f"{PAGE} does not answer: its name leads to no public address any more"]]
