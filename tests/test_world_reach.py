"""Checks ask what the catalog names and no private network; a demo asks this machine alone."""

import asyncio
import socket
from types import SimpleNamespace

import near_world
import pytest
from near_world import Answer, Authority
from stage import sample

from psfbot.app import start
from psfbot.app.named import Named
from psfbot.app.reach import Detour, Reach, is_public
from psfbot.app.world import Outside, certificates_of, world_of
from psfbot.catalog.book import Book
from psfbot.errors import UserError
from psfbot.http import Way
from psfbot.plugin import Configuration, NotAsked, Unreachable
from psfbot.settings.values import Address
from psfbot.store.certificates import SqlCertificates
from psfbot.store.db import Database

PUBLIC, PRIVATE = "151.101.0.223", "10.0.0.7"
BOOK = sample(services={"docs.python.org": {"domains": ("docs.python.org", "*.docs.test")}})


class Api(Configuration):
    """What an operator set."""

    names_start_with = "PSFBOT_API_"
    url: Address = "https://api.internal.test/v2"


def reach(*detours: str, leads_to: tuple[str, ...] = (PUBLIC,), **more) -> Reach:
    async def lookup(host: str, port: int) -> tuple[str, ...]:
        del port
        return (host,) if host[0].isdigit() or ":" in host else leads_to

    found = tuple(map(Detour.read, detours))
    return Reach(lambda: BOOK, frozenset({"api.internal.test"}), found, lookup=lookup, **more)


def way(host: str, *detours: str, port: int = 443, **more) -> Way:
    return asyncio.run(reach(*detours, **more).way(host, port))


def refused(host: str, *detours: str, **more) -> str:
    with pytest.raises(NotAsked) as caught:
        way(host, *detours, **more)
    return str(caught.value)


@pytest.mark.parametrize("host", ["docs.python.org", "DOCS.python.org.", "a.docs.test", "a.b.docs.test"])
def test_a_host_that_the_catalog_names_is_asked_at_an_address_that_was_judged(host):
    assert way(host) == Way((PUBLIC,), 443)


@pytest.mark.parametrize("host", ["evil.test", "docs.test", "xdocs.test", "python.org.evil.test", "169.254.169.254"])
def test_a_host_that_the_catalog_does_not_name_is_not_asked(host):
    assert refused(host) == f"psfbot does not ask {host}: the catalog names no such address."


def test_machines_and_links_are_named():
    named = Named.of(BOOK.catalog)
    machines = [host.name for one in BOOK.catalog.services.values() for entry in one.hosting for host in entry.hosts]
    pages = [link.url.split("/")[2] for one in BOOK.catalog.services.values() for link in one.links]

    assert machines
    assert pages
    assert all(map(named.host, [*machines, *pages]))
    assert not named.host("lists.example")


def test_a_private_address_is_not_asked_whoever_named_it():
    assert refused("docs.python.org", leads_to=(PRIVATE,)) == (
        "psfbot does not ask docs.python.org: it leads to no public address. "
        "PSFBOT_CHECKS_CONNECT_TO can send checks elsewhere."
    )


def test_only_the_public_addresses_of_a_host_are_asked():
    assert way("docs.python.org", leads_to=(PRIVATE, PUBLIC)).addresses == (PUBLIC,)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "0.1.2.3", "100.64.0.1", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "nonsense",
        "::ffff:127.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:a00:1::", "fec0::1", "5f00::1",
        "64:ff9b:1::a00:1", "::127.0.0.1", "::ffff:0:10.0.0.1", "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)  # fmt: skip
def test_no_address_of_a_private_network_counts_as_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "2a04:4e42::223", "64:ff9b::9765:df", "::ffff:151.101.0.223"])
def test_public_addresses_count_as_public(address):
    assert is_public(address)


def test_what_an_operator_set_is_asked_as_it_is():
    assert way("api.internal.test", leads_to=(PRIVATE,)) == Way()


def test_a_redirect_leads_nobody_to_the_private_address_of_a_service_that_was_set():
    """Whoever runs a page that the catalog names must not send psfbot into the network of its operator."""
    ours = reach(leads_to=(PRIVATE,))

    with pytest.raises(NotAsked):
        asyncio.run(ours.onward("docs.python.org")("api.internal.test", 443))
    assert asyncio.run(ours.onward("API.internal.test.")("api.internal.test", 443)) == Way()
    assert asyncio.run(reach().onward("docs.python.org")("api.internal.test", 443)) == Way((PUBLIC,), 443)


@pytest.mark.parametrize(
    ("detour", "port", "found"),
    [
        ("127.0.0.1:8443", 443, Way(("127.0.0.1",), 8443, instead="127.0.0.1:8443")),
        ("docs.python.org=127.0.0.1:8443", 80, Way(("127.0.0.1",), 8443, instead="127.0.0.1:8443")),
        ("docs.python.org:443=10.0.0.7:8443", 443, Way(("10.0.0.7",), 8443, instead="10.0.0.7:8443")),
        ("docs.python.org:443=[::1]:8443", 443, Way(("::1",), 8443, instead="[::1]:8443")),
        ("docs.python.org:443=127.0.0.1:8443", 80, Way((PUBLIC,), 80)),
        ("wiki.python.org=127.0.0.1:8443", 443, Way((PUBLIC,), 443)),
        ("http://127.0.0.1:8080", 443, Way(("127.0.0.1",), 8080, plain=True, instead="127.0.0.1:8080")),
    ],
)
def test_a_detour_leads_where_it_says(detour, port, found):
    assert way("docs.python.org", detour, port=port) == found


def test_a_detour_leads_nobody_to_a_host_that_the_catalog_does_not_name():
    assert "names no such address" in refused("evil.test", "127.0.0.1:8443")


def test_checks_of_a_demo_ask_itself_in_place_of_every_host():
    assert way("docs.python.org", stays_here=True, asks_itself=True, own_port=lambda: 8081) == (
        Way(("127.0.0.1",), 8081, plain=True, instead="127.0.0.1:8081")
    )


def test_a_demo_watches_no_host_elsewhere():
    assert refused("docs.python.org", stays_here=True) == (
        "psfbot does not ask docs.python.org: it is not on this machine, and a demo asks nobody else."
    )


def test_a_demo_follows_a_detour_to_this_machine_and_no_other():
    here = way("docs.python.org", "127.0.0.1:8443", stays_here=True)
    away = refused("docs.python.org", "203.0.113.9:8443", stays_here=True)

    assert here == Way(("127.0.0.1",), 8443, instead="127.0.0.1:8443")
    assert away == "psfbot does not ask 203.0.113.9: it is not on this machine, and a demo asks nobody else."


def test_a_demo_asks_a_service_that_was_set_only_on_this_machine():
    assert "a demo asks nobody else" in refused("api.internal.test", stays_here=True)
    assert way("api.internal.test", stays_here=True, leads_to=("127.0.0.1",)).addresses == ("127.0.0.1",)


def outside(tmp_path, db=None, *, stays_here: bool = False, **settings: str) -> Outside:
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(
        "schema_version: 1\nservices:\n  docs.python.org:\n    name: Docs\n    description: Pages.\n"
        "    lifecycle: production\n    domains: [docs.python.org]\n"
    )
    app = start({"PSFBOT_CATALOG": str(catalog), **settings})
    return world_of(app, [Api()], db, stays_here=stays_here)


def test_the_world_puts_doors_and_reach_together(tmp_path):
    near_ca = Authority(tmp_path)
    zone = {("docs.python.org", "A"): [PUBLIC]}
    pem = near_ca.certificate("docs.python.org", days=10)
    with near_world.web({"/3/": Answer(body="pages")}, pem) as near, near_world.names(zone) as port:
        world = outside(
            tmp_path,
            PSFBOT_CHECKS_CONNECT_TO=near.place,
            PSFBOT_CHECKS_CA=str(near_ca.ca),
            PSFBOT_CHECKS_DNS_SERVER=f"127.0.0.1:{port}",
        )
        page = asyncio.run(world.http.request("GET", "https://docs.python.org/3/"))
        shown = asyncio.run(world.certificate("docs.python.org"))
        records = asyncio.run(world.records("docs.python.org"))

    assert (page.status, page.text, page.aside) == (200, "pages", f" (asked {near.place} in its place)")
    assert (shown.trouble, shown.names, shown.instead) == ("", ("docs.python.org",), near.place)
    assert [record.value for record in records] == [PUBLIC]
    assert near.asked[0].sni == "docs.python.org"


def test_a_page_that_redirects_to_the_operators_own_network_is_not_followed(tmp_path):
    with near_world.web({"*": Answer(body="secret")}) as inside:
        answers = {"*": Answer(302, headers={"location": f"http://localhost:{inside.port}/admin"})}
        with near_world.web(answers) as page:
            world = outside(
                tmp_path, PSFBOT_CHECKS_CONNECT_TO=f"http://{page.place}", PSFBOT_PUBLIC_URL="http://localhost"
            )
            with pytest.raises(NotAsked) as caught:
                asyncio.run(world.http.request("GET", "http://docs.python.org/", follow=True))

    assert "localhost: it leads to no public address" in str(caught.value)
    assert inside.asked == []


def test_a_certificate_that_nobody_shows_says_who_was_asked_and_takes_no_longer_than_it_may(tmp_path):
    with near_world.web() as plain, socket.create_server(("127.0.0.1", 0)) as silent:
        told = []
        for port in (plain.port, silent.getsockname()[1]):
            world = outside(tmp_path, PSFBOT_CHECKS_CONNECT_TO=f"127.0.0.1:{port}")
            with pytest.raises(Unreachable) as caught:
                asyncio.run(world.certificate("docs.python.org", seconds=0.4))
            told.append(str(caught.value).replace(str(port), "PORT"))

    aside = "(asked 127.0.0.1:PORT in its place)."
    assert told == [
        f"docs.python.org:443 showed no certificate: it does not speak the TLS of today {aside}",
        f"docs.python.org:443 showed no certificate within 0.4 seconds {aside}",
    ]


def test_a_name_server_that_hangs_holds_up_no_certificate_for_longer_than_it_may(tmp_path):
    async def never(host, port):
        await asyncio.Event().wait()

    world = outside(tmp_path)
    world.reach.lookup = never

    with pytest.raises(Unreachable, match=r"docs.python.org:443 showed no certificate within 0.1 seconds."):
        asyncio.run(world.certificate("docs.python.org", seconds=0.1))


@pytest.mark.parametrize("name", ["evil.test", "org", "xpython.org"])
def test_a_name_that_the_catalog_has_nothing_to_do_with_is_not_looked_up(tmp_path, name):
    with pytest.raises(Unreachable, match="the catalog names no such address"):
        asyncio.run(outside(tmp_path).records(name, "MX"))


@pytest.mark.parametrize("name", ["docs.python.org", "python.org", "_acme-challenge.docs.python.org"])
def test_a_named_host_its_zone_and_what_stands_below_it_may_be_looked_up(tmp_path, name):
    with near_world.names({(name, "TXT"): ['"a"']}) as port:
        world = outside(tmp_path, PSFBOT_CHECKS_DNS_SERVER=f"127.0.0.1:{port}")

        assert [record.value for record in asyncio.run(world.records(name, "TXT"))] == ["a"]


def test_a_demo_says_what_it_cannot_look_at(tmp_path):
    world = outside(tmp_path, stays_here=True)
    away = outside(tmp_path, stays_here=True, PSFBOT_CHECKS_DNS_SERVER="203.0.113.9")

    with pytest.raises(Unreachable, match="A demo asks no name server"):
        asyncio.run(world.records("docs.python.org"))
    with pytest.raises(Unreachable, match=r"asked in place of docs.python.org, shows no certificate"):
        asyncio.run(world.for_checks.certificate("docs.python.org"))
    with pytest.raises(Unreachable, match="a demo asks nobody else"):
        asyncio.run(away.records("docs.python.org"))


def test_a_file_of_authorities_that_is_none_is_told(tmp_path):
    (tmp_path / "empty.pem").write_text("nothing")
    for name in ("empty.pem", "missing.pem"):
        world = outside(tmp_path, PSFBOT_CHECKS_CA=str(tmp_path / name), PSFBOT_CHECKS_CONNECT_TO="127.0.0.1:1")
        with pytest.raises(Unreachable, match=r"PSFBOT_CHECKS_CA names .*, which I cannot use"):
            asyncio.run(world.http.request("GET", "https://docs.python.org/"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PSFBOT_CHECKS_CONNECT_TO", "127.0.0.1"),
        ("PSFBOT_CHECKS_CONNECT_TO", "a=b=127.0.0.1:80"),
        ("PSFBOT_CHECKS_CONNECT_TO", "127.0.0.1:99999"),
        ("PSFBOT_CHECKS_DNS_SERVER", "ns.python.org"),
        ("PSFBOT_CHECKS_DNS_SERVER", "1.2.3"),
    ],
)
def test_a_setting_that_says_no_place_is_refused(name, value):
    with pytest.raises(UserError, match=name):
        start({name: value})


@pytest.mark.parametrize("value", ["127.0.0.1", "127.0.0.1:5353", "[::1]", "[::1]:5353"])
def test_a_name_server_may_be_written_with_and_without_its_port(value):
    assert start({"PSFBOT_CHECKS_DNS_SERVER": value}).settings.checks_dns_server == value


def test_a_new_catalog_is_asked_for_at_once():
    books = [BOOK]
    moving = Reach(lambda: books[0])
    first = moving.named.host("docs.python.org")
    books[0] = Book.of(BOOK.catalog.model_copy(update={"services": {}, "providers": {}}))

    assert (first, moving.named.host("docs.python.org")) == (True, False)


@pytest.fixture
def db(tmp_path):
    with Database.open(f"sqlite:///{tmp_path / 'seen.sqlite3'}") as opened:
        yield opened


def test_what_anybody_saw_of_a_certificate_is_kept(tmp_path, db):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("docs.python.org", days=10)) as near:
        world = outside(tmp_path, db, PSFBOT_CHECKS_CONNECT_TO=near.place, PSFBOT_CHECKS_CA=str(near_ca.ca))
        shown = asyncio.run(world.for_checks.certificate("docs.python.org"))
        kept = asyncio.run(SqlCertificates(db).all())

    assert [(one.host, one.port, one.ends_at, one.instead) for one in kept] == [
        ("docs.python.org", 443, shown.ends_at, near.place)
    ]


def test_a_busy_storage_costs_only_the_memory(tmp_path, db):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("docs.python.org")) as near:
        world = outside(tmp_path, db, PSFBOT_CHECKS_CONNECT_TO=near.place, PSFBOT_CHECKS_CA=str(near_ca.ca))
        db.close()
        shown = asyncio.run(world.certificate("docs.python.org"))

    assert shown.trouble == ""


def test_a_question_looks_at_the_same_world(tmp_path, db):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("docs.python.org")) as near:
        world = outside(tmp_path, db, PSFBOT_CHECKS_CONNECT_TO=near.place, PSFBOT_CHECKS_CA=str(near_ca.ca))
        looking = certificates_of(SimpleNamespace(world=world, db=db))
        now, never = asyncio.run(looking.look(["docs.python.org", "evil.test"]))
        near.pem = None
        later = asyncio.run(looking.look(["docs.python.org"]))[0]

    assert (now.trouble, later.shown.ends_at) == ("", now.shown.ends_at)
    assert "does not speak the TLS of today" in later.trouble
    assert never.shown is None
    assert "names no such address" in never.trouble
