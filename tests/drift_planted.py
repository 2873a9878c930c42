"""Drift to plant: for each kind, what to change out there, and what is then found, where, with which edit."""

from drift_kit import API, HAPROXY, PEP, PLAIN, ROLES, SERVERS, repository
from fake_world import FakeWorld, certificate, holding, page


def nowhere(world: FakeWorld, host: str) -> None:
    """A name without any record."""
    for kind in ("A", "AAAA", "CNAME"):
        world.names[host, kind] = []


def swap(world: FakeWorld, url: str, old: str, new: str) -> None:
    """Change a recorded file; the words must be there."""
    text = world.pages[url]
    assert old in text
    world.pages[url] = text.replace(old, new)


def no_fastly(world: FakeWorld) -> None:
    for host in ("docs.example.org", "doc.example.org"):
        world.names[host, "A"], world.names[host, "CNAME"] = [PLAIN], []
    world.pages["https://docs.example.org/"] = page(200)


def behind_fastly(world: FakeWorld) -> None:
    world.names["hg.example.org", "CNAME"] = ["hg.example.map.fastly.net"]
    world.names["hg.example.map.fastly.net", "CNAME"] = []


def on_heroku(world: FakeWorld) -> None:
    world.names["hg.example.org", "CNAME"] = ["made-up-9.herokudns.com"]
    world.names["made-up-9.herokudns.com", "CNAME"] = []


def off_heroku(world: FakeWorld) -> None:
    world.names["app.example.org", "CNAME"] = []
    world.pages["https://app.example.org/"] = page(200, server="nginx")


def back_again(world: FakeWorld) -> None:
    world.names["gone.example.org", "A"] = [PLAIN]
    world.pages["https://gone.example.org/"] = page(200)


def shows(world: FakeWorld, host: str, **more) -> None:
    world.certificates[host] = certificate(host, 60, **{"issuer": "Let's Encrypt R11", **more})


PLANTED = {
    "domain-gone": (
        lambda world: nowhere(world, "doc.example.org"),
        (
            "services/docs.example.org/domains/1",
            ("doc.example.org has no address, and the catalog calls docs.example.org production"),
            "set docs.example.org domains docs.example.org",
        ),
    ),
    "archive-gone": (
        lambda world: nowhere(world, "hg.example.org"),
        (
            "services/hg.example.org/domains/0",
            ("hg.example.org has no address, and the catalog calls hg.example.org archive"),
            "retire hg.example.org",
        ),
    ),
    "retired-answers": (
        back_again,
        (
            "services/gone.example.org/lifecycle",
            ("https://gone.example.org/ answers 200, and the catalog calls gone.example.org retired"),
            "set gone.example.org lifecycle archive",
        ),
    ),
    "cdn-elsewhere": (
        no_fastly,
        (
            "services/docs.example.org/hosting/1/provider",
            (
                "docs.example.org, doc.example.org: neither DNS nor headers "
                "show Fastly, which the catalog names as CDN of docs.example.org"
            ),
            "",
        ),
    ),
    "cdn-unlisted": (
        behind_fastly,
        (
            "services/hg.example.org/hosting",
            (
                "hg.example.org leads to hg.example.map.fastly.net, which is Fastly's, and "
                "the catalog names no CDN of hg.example.org"
            ),
            "set hg.example.org cdn fastly",
        ),
    ),
    "origin-elsewhere": (
        on_heroku,
        (
            "services/hg.example.org/hosting/0/provider",
            (
                "hg.example.org leads to made-up-9.herokudns.com, which is "
                "heroku's; the catalog says that hg.example.org runs at droplets"
            ),
            "set hg.example.org provider heroku",
        ),
    ),
    "origin-elsewhere without a sign": (
        off_heroku,
        (
            "services/app.example.org/hosting/0/provider",
            ("app.example.org: neither DNS nor headers show heroku, where the catalog says that app.example.org runs"),
            "",
        ),
    ),
    "domain-moved": (
        lambda world: world.pages.update({"https://hg.example.org/": page(301, location="https://new.example.org/hg")}),
        (
            "services/hg.example.org/domains/0",
            (
                "https://hg.example.org/ redirects for good to https://new.example.org/hg,"
                " which is no domain of hg.example.org"
            ),
            "add hg.example.org domain new.example.org",
        ),
    ),
    "redirect-ended": (
        lambda world: world.pages.update({"https://old-name.example.org/": page(200)}),
        (
            "services/old-name.example.org/domains/0",
            (
                "https://old-name.example.org/ answers 200 without a redirect, and "
                "the catalog calls old-name.example.org a redirect"
            ),
            "",
        ),
    ),
    "link-gone": (
        lambda world: world.pages.update({"https://docs.example.org/runbook/": 404}),
        (
            "services/docs.example.org/links/0/url",
            ("https://docs.example.org/runbook/ answers 404; docs.example.org links to it as its runbook"),
            "",
        ),
    ),
    "certificate-name": (
        lambda world: shows(world, "hg.example.org", names=("*.example.com", "example.com")),
        (
            "services/hg.example.org/domains/0",
            ("the certificate of hg.example.org is for *.example.com, example.com, not for hg.example.org"),
            "",
        ),
    ),
    "certificate-issuer": (
        lambda world: shows(world, "hg.example.org", issuer="DigiCert Inc Test CA"),
        (
            "services/hg.example.org/hosting/1/provider",
            ("the certificate of hg.example.org was issued by DigiCert Inc Test CA; the catalog says letsencrypt"),
            "set hg.example.org hosting.certificates.provider digicert",
        ),
    ),
    "server-unlisted": (
        lambda world: swap(
            world,
            SERVERS,
            '   "lb-0.nyc1.example.net", "Load balancer", "Infrastructure", "Ubuntu-22.04", "nyc1"\n',
            "",
        ),
        (
            "services/loadbalancer/hosting/0/hosts/0/name",
            ("psf-salt's list of servers has no lb-0.nyc1.example.net, on which the catalog runs loadbalancer"),
            "",
        ),
    ),
    "server-unknown": (
        lambda world: swap(
            world,
            SERVERS,
            '   "hg.nyc1',
            '   "new.nyc1.example.net", "Something new", "", "Ubuntu-24.04", "nyc1"\n   "hg.nyc1',
        ),
        ("services", "psf-salt lists new.nyc1.example.net (Something new), and the catalog runs no service there", ""),
    ),
    "server-system": (
        lambda world: swap(world, SERVERS, '"anna", "Ubuntu-24.04"', '"anna", "Ubuntu-26.04"'),
        (
            "services/docs.example.org/hosting/0/hosts/0/os",
            ("psf-salt lists docs.nyc1.example.net with Ubuntu-26.04; the catalog says Ubuntu 24.04"),
            'set docs.example.org hosting.origin.hosts.docs.nyc1.example.net.os "Ubuntu 26.04"',
        ),
    ),
    "role-unmatched": (
        lambda world: swap(world, ROLES, '"lb*.nyc1', '"balancer*.nyc1'),
        (
            "services/loadbalancer/hosting/0/hosts/0/name",
            ("no role of psf-salt matches lb-0.nyc1.example.net, on which the catalog runs loadbalancer"),
            "",
        ),
    ),
    "proxy-unlisted": (
        lambda world: swap(
            world, HAPROXY, "        - hg.example.org\n", "        - hg.example.org\n        - svn.example.org\n"
        ),
        (
            "services/hg.example.org/domains",
            ("psf-salt's HAProxy serves svn.example.org (as 'hg'), which no service of the catalog has"),
            "add hg.example.org domain svn.example.org",
        ),
    ),
    "proxy-unknown": (
        lambda world: swap(world, HAPROXY, "    old-name.example.org:\n", ""),
        (
            "services/old-name.example.org/depends_on/0/service",
            (
                "old-name.example.org needs loadbalancer, and psf-salt's "
                "HAProxy serves none of its domains (old-name.example.org)"
            ),
            "",
        ),
    ),
    "platform-tier": (
        lambda world: (
            swap(world, PEP, "glibc, clang Anna", "clang, glibc Anna")
            or swap(world, PEP, "Tier 2\n------\n\n===", "Tier 1\n------\n\n===")
        ),
        (
            "platforms/aarch64-unknown-linux-gnu.clang/tier",
            ("PEP 11 lists aarch64-unknown-linux-gnu (clang, glibc) under tier 1; the catalog says 2"),
            "set platform:aarch64-unknown-linux-gnu.clang tier 1",
        ),
    ),
    "platform-contacts": (
        lambda world: swap(world, PEP, "Anna Example, Ben Example", "Anna Example"),
        (
            "platforms/aarch64-unknown-linux-gnu.clang/contacts",
            (
                "PEP 11 names Anna Example as contacts of "
                "aarch64-unknown-linux-gnu (glibc, clang); the catalog says Anna Example, Ben Example"
            ),
            "set platform:aarch64-unknown-linux-gnu.clang contacts anna",
        ),
    ),
    "platform-unlisted": (
        lambda world: swap(
            world,
            PEP,
            "riscv64-unknown-linux-gnu              Benny",
            "riscv64-unknown-linux-gnu              Benny\ns390x-unknown-linux-gnu                Benny",
        ),
        ("platforms", "PEP 11 lists s390x-unknown-linux-gnu under tier 3, and the catalog has no such platform", ""),
    ),
    "platform-unknown": (
        lambda world: swap(world, PEP, "riscv64-unknown-linux-gnu              Benny\n", ""),
        (
            "platforms/riscv64-unknown-linux-gnu/tier",
            ("PEP 11 lists no riscv64-unknown-linux-gnu, so it is unsupported; the catalog says tier 3"),
            "set platform:riscv64-unknown-linux-gnu tier unsupported",
        ),
    ),
    "repository-gone": (
        lambda world: world.pages.update({f"{API}/repos/example/hg": holding({"message": "Not Found"}, 404)}),
        (
            "services/hg.example.org/repos/0/url",
            "GitHub has no repository example/hg, or does not show it to psfbot",
            "",
        ),
    ),
    "repository-moved": (
        lambda world: world.pages.update({f"{API}/repos/example/app": repository("app", full_name="new/app")}),
        (
            "services/app.example.org/repos/0/url",
            "example/app is called new/app now",
            "set app.example.org repos.0.url https://github.com/new/app",
        ),
    ),
    "repository-archived": (
        lambda world: world.pages.update(
            {f"{API}/repos/example/{name}": repository(name, archived=True) for name in ("app", "hg", "salt")}
        ),
        (
            "services/app.example.org/repos/0/url",
            ("example/app is archived, and the catalog calls app.example.org production"),
            "",
        ),
    ),
    "login-gone": (
        lambda world: world.pages.update({f"{API}/users/ben-example": holding({"message": "Not Found"}, 404)}),
        (
            "people/ben/github",
            "GitHub knows no login ben-example, which the catalog gives Ben Example",
            "set person:ben github none",
        ),
    ),
}
