"""Each kind of drift is found when it is planted, and nothing else is: every source recorded, every edit possible."""

import asyncio
import shlex
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from drift_kit import API, CATALOG, HAPROXY, PEP, ROLES, SERVERS, agreeing, book_of, surveyed
from drift_planted import PLANTED, nowhere, swap
from fake_world import FakeWorld, page
from pagerduty_account import Turn
from pagerduty_fake import pagerduty
from pagerduty_line import settings as pagerduty_settings
from stage import NOON

from psfbot import plugins
from psfbot.catalog.change import Add, Retire, Set
from psfbot.catalog.edit import edited
from psfbot.catalog.rules import ANY_DRIFT, DRIFTS, DriftKind
from psfbot.errors import UserError
from psfbot.flows.polite import Polite
from psfbot.flows.verify import Search, chosen, searches, verify
from psfbot.plugin import Drift, Unreachable
from psfbot.plugin.looking import Surveyor

TODAY = date(2026, 11, 20)


every = pytest.mark.parametrize("name", PLANTED)
IN_PAGERDUTY = {"schedule-gone", "user-gone", "check-gone"}


def told(drift: Drift) -> tuple[str, str, str]:
    where = "/".join(filter(None, (drift.section, drift.id, drift.path)))
    return where, drift.message, drift.edit


def planted(*names: str) -> FakeWorld:
    world = agreeing()
    for name in names:
        PLANTED[name][0](world)
    return world


def test_a_world_that_agrees_with_the_catalog_shows_no_drift():
    report = surveyed(agreeing())

    assert (report.drifts, report.ignored, dict(report.troubles)) == ((), (), {})
    assert report.off == ("pagerduty.account",)


@every
def test_planted_drift_is_found_with_its_place_and_edit_and_nothing_else_is(name):
    report = surveyed(planted(name))

    assert [(one.kind, *told(one)) for one in report.drifts] == [(name.split()[0], *PLANTED[name][1])]
    assert dict(report.troubles) == {}


def test_every_kind_has_a_planting():
    kinds = {name.split()[0] for name in PLANTED} | IN_PAGERDUTY | {ANY_DRIFT}

    assert kinds == {*DRIFTS, ANY_DRIFT}
    assert len(DRIFTS) == 28


def test_the_page_on_drift_says_what_each_kind_means():
    page = (Path(__file__).parents[1] / "docs" / "drift.md").read_text("utf-8")

    assert [
        kind for kind, means in DRIFTS.items() if f"| `{kind}` | {means[0].upper()}{means[1:]}. |" not in page
    ] == []
    assert {*get_args(DriftKind)} == {*DRIFTS, ANY_DRIFT}


def test_much_drift_at_once_is_found_all_of_it_in_the_order_of_the_file():
    names = ["domain-gone", "certificate-issuer", "server-system", "role-unmatched", "proxy-unlisted", "login-gone",
             "platform-contacts", "platform-unknown", "repository-gone", "repository-moved", "link-gone",
             "redirect-ended", "retired-answers", "origin-elsewhere without a sign"]  # fmt: skip
    found = surveyed(planted(*names)).drifts

    assert sorted(told(one) for one in found) == sorted(PLANTED[name][1] for name in names)
    sections = [one.section for one in found]
    assert sections == sorted(sections, key=["people", "platforms", "services"].index)


@pytest.mark.parametrize("name", [name for name, (_, expected) in PLANTED.items() if expected[2]])
def test_a_proposed_edit_is_one_that_psfbot_makes(name):
    verb, record, *rest = shlex.split(PLANTED[name][1][2])
    change = {"set": Set, "add": Add, "retire": Retire}[verb](record, *rest)

    done = edited(CATALOG, change, TODAY, catalog=book_of(CATALOG).catalog)

    assert done.diff.count("\n") >= 4


def test_pagerduty_tells_what_it_does_not_know():
    with pagerduty(schedules={"PS": [Turn("PANNA01")]}, policies={"PA": [["PS"]]}) as account:
        given = {"pagerduty": pagerduty_settings(api_url=account.url, events_url=account.url)}
        good = surveyed(agreeing(), settings=given, only=["pagerduty"])
        wrong = CATALOG.replace("pagerduty: PANNA01", "pagerduty: PNOBODY").replace("PSVC001", "PSVC999")
        bad = surveyed(agreeing(), wrong.replace("schedule: PS", "schedule: PX"), ["pagerduty"], given)

    assert (good.drifts, dict(good.troubles), good.off) == ((), {}, ())
    assert {one.kind: told(one) for one in bad.drifts} == {
        "user-gone": (
            "people/anna/pagerduty", "PagerDuty knows no user PNOBODY, which the catalog gives Anna Example",
            "set person:anna pagerduty none",
        ),
        "schedule-gone": ("oncall/infra/pagerduty_schedule", "PagerDuty knows no schedule PX", ""),
        "check-gone": (
            "services/docs.example.org/alerts/pagerduty/0", "PagerDuty knows no service 'PSVC999'", "",
        ),
    }  # fmt: skip


def test_pagerduty_out_of_reach_is_no_drift():
    given = {"pagerduty": pagerduty_settings(api_url="http://127.0.0.1:1", events_url="http://127.0.0.1:1")}
    report = surveyed(agreeing(), settings=given, only=["pagerduty"])

    assert report.drifts == ()
    assert list(report.troubles) == ["pagerduty.account: all of it"]


def test_a_world_that_is_out_of_reach_shows_no_drift_and_says_so_for_each_search():
    report = surveyed(FakeWorld())

    assert report.drifts == ()
    assert {name.split(":")[0] for name in report.troubles} == {
        "github.logins", "github.repositories", "pep11.platforms", "reality.certificates", "reality.hosting",
        "reality.links", "reality.names", "salt.haproxy", "salt.roles", "salt.servers",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "trouble"),
    [
        (lambda w: w.names.update({("hg.example.org", "A"): Unreachable("SERVFAIL")}), "hg.example.org"),
        (lambda w: w.pages.update({"https://app.example.org/": Unreachable("late")}), "https://app.example.org/"),
        (lambda w: w.certificates.pop("hg.example.org"), "hg.example.org:443"),
        (lambda w: w.pages.update({SERVERS: 500}), "all of it"),
        (lambda w: w.pages.update({SERVERS: "<html>login</html>"}), "all of it"),
        (lambda w: w.pages.update({ROLES: "roles: {}"}), "all of it"),
        (lambda w: w.pages.update({HAPROXY: "haproxy: {}"}), "all of it"),
        (lambda w: w.pages.update({PEP: "Not Found"}), "all of it"),
        (lambda w: w.pages.update({f"{API}/repos/example/hg": page(403, x_ratelimit_remaining="0")}), "example/hg"),
        (lambda w: w.pages.update({f"{API}/repos/example/hg": 500}), "example/hg"),
        (lambda w: w.pages.update({f"{API}/users/ben-example": 401}), "login ben-example"),
        (lambda w: swap(w, ROLES, '"lb*.nyc1.example.net"', '"lb* and G@os:Ubuntu"'), "roles"),
    ],
)
def test_what_cannot_be_looked_at_is_told_and_is_never_drift(spoil, trouble):
    world = agreeing()
    spoil(world)
    report = surveyed(world)

    assert report.drifts == ()
    assert any(name.partition(": ")[2] == trouble for name in report.troubles)
    assert report.blind == {"pagerduty.account", *(name.split(":")[0] for name in report.troubles)}


def test_a_name_server_that_knows_nothing_at_all_proves_nothing():
    world = agreeing()
    for host, _ in list(world.names):
        nowhere(world, host)
    report = surveyed(world, only=["reality"])

    assert report.drifts == ()
    assert "knows nothing of the internet" in report.troubles["reality.names: all of it"]


def test_a_part_of_the_domains_that_cannot_be_seen_does_not_prove_that_the_cdn_is_gone():
    world = planted("cdn-elsewhere")
    world.names["doc.example.org", "A"] = Unreachable("SERVFAIL")

    assert [one.kind for one in surveyed(world).drifts] == []


def test_an_exemption_counts_to_its_last_day_and_is_told_after_it():
    given = "  hg.example.org:\n    name: Old repositories\n"
    for rule, until, ignored in (
        ("archive-gone", "2026-11-20", True),
        ("drift", "2026-12-31", True),
        ("link-gone", "2026-12-31", False),
        ("archive-gone", "2026-11-19", False),
    ):
        more = f"    exemptions:\n      - rule: {rule}\n        reason: It moves.\n        until: {until}\n"
        report = surveyed(planted("archive-gone"), CATALOG.replace(given, given + more))

        assert len(report.ignored) == ignored
        assert len(report.drifts) == (not ignored)
        lapsed = [one.message.endswith("; its exemption ended on 2026-11-19") for one in report.drifts]
        assert lapsed == ([] if ignored else [rule == "archive-gone"])


@pytest.mark.parametrize("record", ["people/ben", "platforms/riscv64-unknown-linux-gnu", "oncall/infra"])
def test_people_platforms_and_rotas_may_be_exempt_too(record):
    text = CATALOG
    for said in ("  ben:\n", "  riscv64-unknown-linux-gnu:\n", "  infra:\n    team: infra\n"):
        more = "    exemptions:\n      - rule: drift\n        reason: Known.\n        until: 2027-01-01\n"
        text = text.replace(said, said + more, 1)
    section, _, id_ = record.partition("/")

    assert getattr(book_of(text).catalog, section)[id_].exemptions[0].rule == "drift"
    assert surveyed(planted("login-gone", "platform-unknown"), text).drifts == ()


@pytest.mark.parametrize(
    ("only", "searched"),
    [
        (["salt"], {"salt.servers", "salt.roles", "salt.haproxy"}),
        (["salt.roles"], {"salt.roles"}),
        (["pep11", "github.logins"], {"pep11.platforms", "github.logins"}),
    ],
)
def test_a_plugin_or_a_search_may_be_chosen(only, searched):
    assert {one.search for one in surveyed(agreeing(), only=only).seen} == searched


def test_a_kind_may_be_chosen_and_then_nothing_is_asked_in_vain():
    world = planted("login-gone", "domain-gone")
    report = surveyed(world, only=["domain-gone"])

    assert [one.kind for one in report.drifts] == ["domain-gone"]
    assert {what.split()[0] for what in world.said} == {"DNS"}


def test_a_plugin_and_a_kind_of_another_add_up():
    report = surveyed(planted("login-gone", "domain-gone", "link-gone"), only=["github", "link-gone"])

    assert [one.kind for one in report.drifts] == ["login-gone", "link-gone"]


def test_a_kind_that_nobody_knows_is_refused_with_the_nearest():
    with pytest.raises(UserError, match=r"no kind of drift called 'link-gon'.* Did you mean link-gone"):
        chosen(searches(plugins.find(), {}), ("link-gon",))


def test_each_thing_is_asked_once_in_a_survey():
    world = agreeing()
    surveyed(world)

    assert sorted(world.said) == sorted(set(world.said))
    assert f"GET {API}/repos/example/salt" in world.said


def test_few_things_are_asked_at_once_and_fewer_of_one_host():
    busy: dict[str, int] = {}
    most: dict[str, int] = {}

    class Slow(FakeWorld):
        async def request(self, method, url, **more):
            for key in ("all", url.split("/")[2]):
                busy[key] = busy.get(key, 0) + 1
                most[key] = max(most.get(key, 0), busy[key])
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            for key in ("all", url.split("/")[2]):
                busy[key] -= 1
            return await super().request(method, url, **more)

    world = Slow(pages={f"https://h{n % 20}.test/{n}": 200 for n in range(100)})

    async def ask() -> None:
        polite = Polite(world)
        await asyncio.gather(*(polite.http.request("GET", url) for url in world.pages))
        await polite.close()

    asyncio.run(ask())

    assert most.pop("all") == 8
    assert set(most.values()) <= {1, 2}


def searching(look, name: str = "odd.one") -> tuple[Search, ...]:
    return (Search(name.split(".", maxsplit=1)[0], Surveyor(name, "Looks?", look)),)


@pytest.mark.parametrize("how", ["hangs", "breaks", "says nonsense"])
def test_a_search_that_hangs_or_breaks_hinders_no_other(how):
    async def odd(_):
        if how == "hangs":
            await asyncio.Event().wait()
        if how == "breaks":
            raise ZeroDivisionError
        return [Drift("own-kind", "nothing", "nowhere", "", "It is\x07 odd.\nVery.")]

    book, world = book_of(CATALOG), planted("login-gone")
    wanted = (*searching(odd), *(one for one in searches(plugins.find(), {}) if one.plugin == "github"))
    run = verify(wanted, book, world, NOON, bug=lambda _: "ref-1", seconds=0.2)
    report = asyncio.run(run)

    others = [one.kind for one in report.drifts if one.kind != "own-kind"]
    assert others == ["login-gone"]
    if how == "says nonsense":
        assert report.drifts[-1].message.isprintable()
    else:
        words = {"hangs": "it did not end within 0 s", "breaks": "psfbot failed at it, reference ref-1"}
        assert report.troubles == {"odd.one: all of it": words[how]}


@pytest.mark.parametrize("host", ["new.example.org$(id)", "a;id", "a`id`", "a|b", "a&b", "a\nb", 'a"b', "a'b", "a>b"])
def test_an_edit_holds_nothing_that_a_shell_obeys_whatever_a_server_says(host):
    async def moved(_):
        return [Drift("domain-moved", "services", "hg.example.org", "domains/0", "Moved.", f"add hg domain {host}")]

    report = asyncio.run(verify(searching(moved), book_of(CATALOG), FakeWorld(), NOON, bug=str))

    assert [(one.message, one.edit) for one in report.drifts] == [("Moved.", "")]


def test_a_redirect_to_an_odd_place_is_drift_without_an_edit():
    world = agreeing()
    world.pages["https://hg.example.org/"] = page(301, location="https://new.example.org;id/")

    assert [(one.kind, one.edit) for one in surveyed(world).drifts] == [("domain-moved", "")]


def test_a_third_partys_kind_is_covered_by_the_exemption_for_all_drift():
    async def own(_):
        return [Drift("own-kind", "people", "ben", "github", "Wrong.")]

    more = "  ben:\n    exemptions:\n      - rule: drift\n        reason: Known.\n        until: 2027-01-01\n"
    book = book_of(CATALOG.replace("  ben:\n", more))
    report = asyncio.run(verify(searching(own), book, FakeWorld(), NOON, bug=str))

    assert (report.drifts, [one.kind for one in report.ignored]) == ((), ["own-kind"])


def test_what_is_kept_of_a_report_says_who_found_it():
    report = surveyed(planted("login-gone"))

    assert [(one.kind, one.by, one.first_seen_at) for one in report.kept()] == [
        ("login-gone", "github.logins", report.at)
    ]
