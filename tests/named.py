"""A small catalog for tests of names.

Most facts are shaped like the real ones. Invented: everything with `example` in its name, all contacts but
the public lists, and every account.
"""

from psfbot.catalog.model import (
    Catalog,
    Contact,
    Host,
    Hosting,
    Person,
    Platform,
    Provider,
    Region,
    Repo,
    Room,
    Service,
    Team,
)


def service(key, name="", domains=(), aliases=(), *, hosts=(), contacts=(), tier="unknown", dns=False, repos=()):
    machines = tuple(Host(name=host) for host in hosts)
    origin = Hosting(role="origin", provider="digitalocean", architecture="unknown", hosts=machines)
    return Service(
        id=key,
        name=name or key,
        description="A service.",
        lifecycle="production",
        domains=domains,
        aliases=aliases,
        contacts=tuple(Contact(type="email", value=value) for value in contacts),
        hosting=(origin, Hosting(role="dns", provider="route53")) if dns else (origin,),
        repos=tuple(Repo(url=url, path=path, role=role) for url, path, role in repos),
        tier=tier,
    )


def by_id(*records):
    return {record.id: record for record in records}


SHARED = ("https://github.com/python/shared-example", None, "config")
TEXT = ("https://github.com/python/text-example", None, "content")
SERVICES = by_id(
    service("bedevere", "bedevere", repos=[("https://github.com/python/bedevere", None, "code")]),
    service("bugs.python.org", domains=("bugs.python.org",), hosts=("bugs.nyc1.psf.io",)),
    service("bugs.jython.org", domains=("bugs.jython.org",), hosts=("bugs.nyc1.psf.io",)),
    service("buildbot.python.org", "Buildbot master", ("buildbot.python.org",), hosts=("buildbot.nyc1.psf.io",)),
    service("cabotage", "Cabotage (PSF PaaS)", ("*.psfhosted.net", "*.ingress.us-east-2.psfhosted.net")),
    service("cdn-logs", domains=("cdn-logs.nyc1.psf.io",), hosts=("cdn-logs.nyc1.psf.io",)),
    service(
        "docs.python.org",
        "docs.python.org",
        ("docs.python.org", "doc.python.org"),
        ("docs", "Python documentation"),
        hosts=("docs.nyc1.psf.io", "docs.nyc1.psf.io"),
        contacts=("docs@python.org", "https://github.com/python/docs-community/issues/"),
        tier=1,
    ),
    service("downloads", "Python downloads (/ftp)", ("www.python.org/ftp/", "ftp.python.org"), tier=2),
    service("example-guide", domains=("pages.example.com/guide",)),
    service("example-ingress", domains=("*.us-east-2.psfhosted.net", "admin.psfhosted.net")),
    service(
        "exampleindex",
        "Example Index",
        aliases=("www exampleindex", "packages", "package shelf", "exampleindex python", "exampleindex.old", "★"),
        dns=True,
    ),
    service("exampleindex-files", "Example files", aliases=("files example-hosted",), dns=True),
    service("example-hosted", dns=True),
    service("exampleindex-docs", aliases=("docs exampleindex", "docs python")),
    service("test-exampleindex", "TestExampleIndex", aliases=("test exampleindex", "bugz python"), dns=True),
    service(
        "legacy.python.org",
        domains=("legacy.python.org",),
        hosts=("hg.nyc1.psf.io",),
        repos=[("https://github.com/python/shared-example", "salt", "code")],
    ),
    service(
        "hg.python.org",
        domains=("hg.python.org",),
        hosts=("hg.nyc1.psf.io",),
        contacts=("@hg-example",),
        repos=[SHARED],
    ),
    service("mailing-example", aliases=("cabata",)),
    service("mail.python.org", domains=("mail.python.org",), hosts=("mail.ams1.psf.io",), tier=2, repos=[TEXT]),
    service("planetpython.org", "Planet Python", ("planetpython.org", "planet.python.org"), ("planet",)),
    service("runner", "CPython benchmark runner", hosts=("cesw-gbt-r263-p30-01", "EXAMPLE-box.psf.io"), repos=[TEXT]),
    service("titled", "titled-box.psf.io", hosts=("titled-box.psf.io",)),
    service("speed.pypy.org", domains=("speed.pypy.org",)),
    service("speed.python.org", "speed.python.org (web)", ("speed.python.org",), tier=3),
    service("www.python.org", "www.python.org", ("www.python.org", "python.org"), tier=1),
)
TEAMS = by_id(
    Team(id="docs", name="docs.python.org admins", contacts=(Contact(type="email", value="docs@python.org"),)),
    Team(
        id="infra",
        name="PSF Infrastructure Team",
        contacts=(
            Contact(type="email", value="infrastructure-staff@python.org"),
            Contact(type="irc", value="#python-infra on irc.libera.chat"),
            Contact(type="slack", value="@Infra-Example"),
        ),
    ),
    Team(id="planet-crew", name="Planet Python team"),
    Team(id="release-managers", name="CPython release managers", aliases=("RMs",)),
)
PEOPLE = by_id(
    Person(id="ambv", name="Łukasz Langa", github="ambv"),
    Person(id="mangoba", name="Mark Mangoba"),
    Person(id="mdk", name="Julien Palard", aliases=("mdk the writer",), github="JulienPalard", irc="mdk-irc"),
    Person(id="msapiro", name="Mark Sapiro", slack="U0EXAMPLE"),
    Person(id="nad", name="Ned Deily", github="ned-deily"),
    Person(id="bjorn", name="Bjørn Straße-Æxample", aliases=("nad", "NED")),
)
PROVIDERS = by_id(
    Provider(id="digitalocean", name="DigitalOcean", aliases=("DO",)),
    Provider(id="fastly", name="Fastly"),
    Provider(id="letsencrypt", name="Let's Encrypt"),
)
REGIONS = by_id(
    Region(id="ams1", provider="digitalocean", code="AMS3", kind="datacenter", location="Amsterdam"),
    Region(id="nyc1", provider="digitalocean", code="NYC3", kind="datacenter", aliases=("New York 1",)),
    Region(id="nyc3", provider="digitalocean", code="unknown-code", kind="datacenter"),
    Region(id="us-east-1", provider="digitalocean", code="us-east-1", kind="region"),
    Region(id="us-east-2", provider="digitalocean", code="us-east-2", kind="region"),
)
PLATFORMS = by_id(
    Platform(id="aarch64-linux", triple="aarch64-unknown-linux-gnu", notes="glibc, gcc", tier=1),
    Platform(id="aarch64-linux-clang", triple="aarch64-unknown-linux-gnu", notes="glibc, clang", tier=2),
    Platform(id="riscv64-linux", triple="riscv64-unknown-linux-gnu", tier=3),
    Platform(id="old-example", triple="old-example-os", tier="unsupported"),
)
ROOMS = by_id(
    Room(id="python-infra", irc="#python-infra", public=True),
    Room(id="example-room", slack="C0EXAMPLE", public=False),
)
SAMPLE = Catalog.model_construct(
    services=SERVICES,
    teams=TEAMS,
    people=PEOPLE,
    providers=PROVIDERS,
    regions=REGIONS,
    platforms=PLATFORMS,
    rooms=ROOMS,
)
