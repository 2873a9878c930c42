"""Whatever a source answers, no search breaks by it, and what is no answer of its kind is never drift."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import pytest
from drift_kit import API, CATALOG, PEP, ROLES, SERVERS, agreeing, book_of, recorded, surveyed
from fake_world import FakeWorld, holding, page
from stage import NOON

from psfbot.flows.drifting import LOOKED, Drifting
from psfbot.flows.verify import Search, verify
from psfbot.plugin import Drift, Unreachable
from psfbot.plugin.looking import Surveyor
from psfbot.relay.drifted import Drifted, merged

HG = "https://hg.example.org/"
WEEK = timedelta(days=7)


def found(url: str, answer) -> tuple[list[tuple[str, str]], list[str]]:
    """Kinds and edits of what is found where one address answers this, and what could not be looked at."""
    world = agreeing()
    world.pages[url] = answer
    report = surveyed(world)
    return [(one.kind, one.edit) for one in report.drifts], list(report.troubles)


@pytest.mark.parametrize("to", ["https://[", "//", "\x00", "javascript:x", "", "https://hg.example.org./", "/new"])
def test_a_redirect_to_nowhere_or_to_itself_is_no_drift_and_breaks_no_search(to):
    assert found(HG, page(301, location=to)) == ([], [])


@pytest.mark.parametrize(
    ("to", "edit"),
    [
        ("https://new.example.org/", "add hg.example.org domain new.example.org"),
        ("https://NEW.example.org.:8443/", "add hg.example.org domain new.example.org"),
        ("https://new.example.org --dry-run/", ""),
        ("https://a b/", ""),
        ("https://[2001:db8::1]/", ""),
        ("https://localhost/", ""),
    ],
)
def test_only_a_host_that_a_catalog_may_hold_is_proposed_as_domain(to, edit):
    assert found(HG, page(301, location=to)) == ([("domain-moved", edit)], [])


@pytest.mark.parametrize(
    "answer",
    [
        holding({"full_name": None}),
        holding({"full_name": ["example/hg"]}),
        holding({"full_name": "@everyone [x](https://evil.example/)"}),
        holding({}),
        holding([]),
        page(200, "[" * 100_000),
        page(404, "<html>Not Found</html>"),
        404,
    ],
)
def test_what_is_no_answer_of_githubs_is_no_drift(answer):
    assert found(f"{API}/repos/example/hg", answer) == ([], ["github.repositories: example/hg"])


def test_a_wrong_address_of_githubs_api_takes_nobody_out_of_the_catalog():
    world = agreeing()
    world.pages.update({url: page(404, "<html>nginx</html>") for url in world.pages if url.startswith(API)})
    report = surveyed(world, only=["github"])

    assert report.drifts == ()
    assert sorted(report.troubles) == ["github.logins: all of it", "github.repositories: all of it"]


def test_a_list_so_long_that_its_end_may_be_cut_off_is_not_believed():
    half = recorded("salt-server-list.rst").partition('\n  "')[0] + "\n" + "\n" * 1_000_000

    assert found(SERVERS, half) == ([], ["salt.servers: all of it"])
    assert found(ROLES, recorded("roles.sls")[:60] + " " * 1_000_000) == ([], ["salt.roles: all of it"])


def test_a_pep_without_the_section_of_a_tier_proves_nothing_of_its_platforms():
    text = recorded("pep-0011.rst")

    assert found(PEP, text.partition("Tier 3\n---")[0]) == ([], ["pep11.platforms: tier 3"])


def test_an_alias_of_a_providers_alias_is_called_by_the_name_that_is_the_providers():
    world = agreeing()
    world.names |= {
        ("hg.example.org", "CNAME"): ["made-up-9.herokudns.com"],
        ("made-up-9.herokudns.com", "CNAME"): ["machine.example.net"],
        ("machine.example.net", "CNAME"): [],
    }

    assert [one.message for one in surveyed(world, only=["origin-elsewhere"]).drifts] == [
        (
            "hg.example.org leads to made-up-9.herokudns.com, which is heroku's; "
            "the catalog says that hg.example.org runs at droplets"
        )
    ]


def test_a_host_with_addresses_of_the_new_kind_alone_is_there():
    world = agreeing()
    world.names["hg.example.org", "A"], world.names["hg.example.org", "AAAA"] = [], ["2001:db8::7"]

    assert surveyed(world).drifts == ()


@pytest.mark.parametrize("nonsense", [["text"], [None], [Drift("k", "services", "x", "", None)], 7])
def test_a_search_that_returns_nonsense_has_failed_and_the_others_go_on(nonsense):
    async def odd(_):
        return nonsense

    async def good(_):
        return [Drift("own-kind", "people", "ben", "github", "Wrong.")]

    wanted = [Search("odd", Surveyor("odd.one", "Odd?", odd)), Search("good", Surveyor("good.one", "Good?", good))]
    report = asyncio.run(verify(wanted, book_of(CATALOG), FakeWorld(), NOON, bug=lambda _: "ref-1"))

    assert [one.kind for one in report.drifts] == ["own-kind"]
    assert dict(report.troubles) == {"odd.one: all of it": "psfbot failed at it, reference ref-1"}


def test_why_something_could_not_be_looked_at_is_one_plain_line_whoever_says_it():
    async def odd(survey):
        survey.troubles["a\n::error::b"] = "c\x1b[31m"
        return []

    async def blind(_):
        raise Unreachable("d\n::error title=x::e" + "f" * 1000)

    wanted = [Search("p", Surveyor("p.odd", "Odd?", odd)), Search("p", Surveyor("p.blind", "Blind?", blind))]
    told = asyncio.run(verify(wanted, book_of(CATALOG), FakeWorld(), NOON, bug=str)).troubles

    assert all(what.isprintable() and why.isprintable() and len(why) <= 300 for what, why in told.items())
    assert list(told) == ["p.odd: a ::error::b", "p.blind: all of it"]


class Marks:
    """Marks in memory, with a last survey at some time."""

    def __init__(self, at) -> None:
        self.known = {LOOKED: SimpleNamespace(at=at, value="")}

    async def all(self):
        return self.known


@pytest.mark.parametrize(
    ("ahead", "due"),
    [(timedelta(0), False), (timedelta(hours=1), False), (WEEK, False), (2 * WEEK, True), (3000 * WEEK, True)],
)
def test_a_clock_that_once_ran_far_ahead_puts_off_no_survey_for_years(ahead, due):
    drifting = Drifting(None, Marks(NOON + ahead), lambda: None)

    assert asyncio.run(drifting.due(NOON, "monday")) is due


def test_what_was_found_while_the_clock_ran_ahead_is_no_news_for_years():
    def at(time) -> Drifted:
        return Drifted(
            kind="link-gone", section="services", id="a", path="", message="m", first_seen_at=time, seen_at=time
        )

    first = merged([at(NOON + 99 * WEEK)], [at(NOON)], (), NOON)
    second = merged(first, [at(NOON + WEEK)], (), NOON + WEEK)

    assert [one.first_seen_at for one in (*first, *second)] == [NOON, NOON]
