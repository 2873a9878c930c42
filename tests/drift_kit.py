"""A catalog with everything around it recorded: a world that agrees with it, and ways to plant drift in either."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fake_world import FakeWorld, certificate, page
from stage import NOON

from psfbot import plugins
from psfbot.catalog.book import Book
from psfbot.catalog.file import read
from psfbot.flows.verify import Report, chosen, searches, verify
from psfbot.plugin import Configuration

HERE = Path(__file__).parent / "drift"
CATALOG = (HERE / "catalog.yaml").read_text("utf-8")
RAW, PEPS = (
    "https://raw.githubusercontent.com/python/psf-salt/HEAD",
    "https://raw.githubusercontent.com/python/peps/HEAD",
)
SERVERS, ROLES = f"{RAW}/docs/salt-server-list.rst", f"{RAW}/pillar/prod/roles.sls"
HAPROXY, PEP = f"{RAW}/pillar/base/haproxy.sls", f"{PEPS}/peps/pep-0011.rst"
API = "https://api.github.com"
RECORDED = {SERVERS: "salt-server-list.rst", ROLES: "roles.sls", HAPROXY: "haproxy.sls", PEP: "pep-0011.rst"}
FASTLY, PLAIN = "151.101.0.223", "192.0.2.7"


def recorded(name: str) -> str:
    return (HERE / name).read_text("utf-8")


def agreeing() -> FakeWorld:
    """Everything out there is as the catalog says."""
    hosts = {
        "docs.example.org": page(200, x_served_by="cache-test-1"),
        "doc.example.org": page(301, location="https://docs.example.org/"),
        "app.example.org": page(200, via="1.1 vegur"),
        "hg.example.org": page(200),
        "old-name.example.org": page(302, location="https://docs.example.org/"),
    }
    world = FakeWorld(
        pages={f"https://{host}/": answer for host, answer in hosts.items()}
        | {"https://docs.example.org/runbook/": page(200)}
        | {url: recorded(name) for url, name in RECORDED.items()}
        | {f"{API}/repos/example/{name}": repository(name) for name in ("app", "docs-builder", "hg", "salt")}
        | {f"{API}/users/{name}": {"login": name} for name in ("anna-example", "ben-example")},
        certificates={host: certificate(host, 60, issuer="Let's Encrypt R11") for host in hosts},
        names={(host, "A"): [PLAIN] for host in hosts},
    )
    world.names["docs.example.org", "CNAME"] = ["dualstack.example.map.fastly.net"]
    world.names["docs.example.org", "A"] = world.names["doc.example.org", "A"] = [FASTLY]
    world.names["doc.example.org", "CNAME"] = ["docs.example.org"]
    world.names["app.example.org", "CNAME"] = ["made-up-1234.herokudns.com"]
    for alias in ("dualstack.example.map.fastly.net", "made-up-1234.herokudns.com"):
        world.names[alias, "CNAME"] = []
    world.names["gone.example.org", "A"] = []
    return world


def repository(name: str, **more: Any) -> Mapping[str, Any]:
    """What GitHub says of a repository."""
    return {"full_name": f"example/{name}", "archived": False, **more}


def book_of(text: str) -> Book:
    """A catalog's text as the bot holds it."""
    loaded = read(text, "catalog.yaml")
    assert loaded.catalog is not None, loaded.errors
    return Book.of(loaded.catalog, loaded.places)


def surveyed(
    world: FakeWorld,
    text: str = CATALOG,
    only: Iterable[str] = (),
    settings: Mapping[str, Configuration] | None = None,
    seconds: float = 5.0,
) -> Report:
    """A survey by every plugin that is here."""
    wanted = chosen(searches(plugins.find(), settings or {}), tuple(only))

    def bug(error: Exception) -> str:
        raise error

    return asyncio.run(verify(wanted, book_of(text), world, NOON, bug=bug, seconds=seconds))
