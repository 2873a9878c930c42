"""Checks of tables that others keep: PEP 11, configure, builders, Salt's roles and servers, manifests of images."""

import pytest
from fake_world import FakeWorld, holding, page
from hypothesis import given
from hypothesis import strategies as st
from migrations_look import FAILED, PASSED, UNKNOWN, Look, a_file, pages, plugin
from stage import sample

PEPS, BUILDBOT, SALT = "python/peps", "python/buildmaster-config", "python/psf-salt"
PEP11 = """\
PEP: 11
Title: CPython platform support

Support tiers
=============

Tier 1
------

- CI failures block releases.

========================= =====
Target Triple             Notes
========================= =====
aarch64-unknown-linux-gnu glibc, gcc
i686-pc-windows-msvc
========================= =====

Tier 2
------

============================= ==================== ========
Target Triple                 Notes                Contacts
============================= ==================== ========
aarch64-unknown-linux-gnu     glibc, clang         Somebody, Another
wasm32-unknown-wasip1         WASI SDK, Wasmtime   Somebody
============================= ==================== ========

Tier 3
------

================================ =========================== ========
Target Triple                    Notes                       Contacts
================================ =========================== ========
aarch64-linux-android                                        Somebody
aarch64-unknown-linux-gnu        64-bit Raspberry Pi OS, gcc Another
powerpc64le-unknown-linux-gnu    glibc, clang                Somebody

                                 glibc, gcc                  Somebody
================================ =========================== ========

Unsupported platforms
---------------------

====== ==== ========
Python WASI WASI SDK
====== ==== ========
3.15   0.1  33
====== ==== ========
"""


def pep11(text=PEP11, **more):
    return a_file(PEPS, "peps/pep-0011.rst", text, **more)


@pytest.mark.parametrize(
    ("arguments", "verdict", "seen"),
    [
        ({"triple": "i686-pc-windows-msvc", "tier": "1"}, PASSED, "PEP 11 lists i686-pc-windows-msvc under tier 1"),
        ({"triple": "i686-pc-windows-msvc", "tier": 2}, FAILED,
         "PEP 11 lists i686-pc-windows-msvc under tier 1, not 2"),
        ({"triple": "aarch64-unknown-linux-gnu", "notes": "glibc, gcc", "tier": "1"}, PASSED,
         "PEP 11 lists aarch64-unknown-linux-gnu (glibc, gcc) under tier 1"),
        ({"triple": "aarch64-unknown-linux-gnu", "notes": "clang glibc", "tier": "2"}, PASSED,
         "PEP 11 lists aarch64-unknown-linux-gnu (glibc, clang) under tier 2"),
        ({"triple": "aarch64-unknown-linux-gnu", "notes": "Raspberry", "tier": "3"}, PASSED,
         "PEP 11 lists aarch64-unknown-linux-gnu (64-bit Raspberry Pi OS, gcc) under tier 3"),
        ({"triple": "powerpc64le-unknown-linux-gnu", "notes": "glibc, gcc", "tier": "3"}, PASSED,
         "PEP 11 lists powerpc64le-unknown-linux-gnu (glibc, gcc) under tier 3"),
        ({"triple": "aarch64-linux-android", "tier": "3"}, PASSED, "PEP 11 lists aarch64-linux-android under tier 3"),
        ({"triple": "sparc-sun-solaris", "tier": "3"}, FAILED,
         "PEP 11 lists no sparc-sun-solaris, so it is unsupported"),
        ({"triple": "sparc-sun-solaris", "tier": "unsupported"}, PASSED,
         "PEP 11 lists no sparc-sun-solaris, so it is unsupported"),
        ({"triple": "3.15", "tier": "unsupported"}, PASSED, "PEP 11 lists no 3.15, so it is unsupported"),
    ],
)  # fmt: skip
def test_pep_11_lists_a_platform_under_a_tier(arguments, verdict, seen):
    found = pep11()("pep11-tier", **arguments)

    assert (found.verdict, found.seen) == (verdict, seen)


def test_a_triple_that_stands_in_several_tiers_must_be_told_by_its_notes():
    found = pep11()("pep11-tier", triple="aarch64-unknown-linux-gnu", notes="gcc", tier="1")

    assert found.verdict is UNKNOWN
    assert "more than once: tier 1 (glibc, gcc) and tier 3 (64-bit Raspberry Pi OS, gcc)" in found.seen


def test_a_platform_of_the_catalog_brings_its_triple_and_its_notes():
    platform = {"triple": "aarch64-unknown-linux-gnu", "notes": "glibc, clang", "tier": 2}
    first = next(iter(sample().catalog.platforms))
    look = pep11(book=sample(platforms={first: platform}))

    assert look("pep11-tier", platform=first, tier="2").verdict is PASSED
    assert look("pep11-tier", platform=first, tier="1").verdict is FAILED
    assert look("pep11-tier", platform="nobody-knows", tier="1").verdict is UNKNOWN


@pytest.mark.parametrize("text", ["", "Tier 1\n------\n\nNo table.\n", PEP11.replace("=", "-")])
def test_a_page_without_tables_tells_nothing(text):
    assert pep11(text)("pep11-tier", triple="x", tier="unsupported").verdict is UNKNOWN


CONFIGURE = """\
AS_CASE([$host/$ac_cv_cc_name],
  [x86_64-*-linux-gnu/gcc],          [PY_SUPPORT_TIER=1], dnl Linux on x86-64
  [aarch64-pc-windows-msvc/msvc],    [PY_SUPPORT_TIER=3], dnl Windows
  [aarch64-*-linux-gnu/clang],       [PY_SUPPORT_TIER=2],
  [*-apple-darwin*/clang],           [PY_SUPPORT_TIER=2],
  [PY_SUPPORT_TIER=0]
)
"""


@pytest.mark.parametrize(
    ("arguments", "verdict", "seen"),
    [
        ({"triple": "x86_64-unknown-linux-gnu", "compiler": "gcc", "tier": "1"}, PASSED,
         "x86_64-unknown-linux-gnu/gcc has tier 1"),
        ({"triple": "aarch64-unknown-linux-gnu", "notes": "glibc, clang", "tier": "1"}, FAILED,
         "aarch64-unknown-linux-gnu/clang has tier 2"),
        ({"triple": "aarch64-pc-windows-msvc", "tier": "2"}, FAILED, "aarch64-pc-windows-msvc/msvc has tier 3"),
        ({"triple": "aarch64-apple-darwin", "tier": "2"}, PASSED, "aarch64-apple-darwin/clang has tier 2"),
        ({"triple": "aarch64-unknown-linux-gnu", "notes": "glibc, gcc", "tier": "1"}, FAILED,
         "aarch64-unknown-linux-gnu/gcc is unsupported"),
        ({"triple": "s390x-unknown-linux-gnu", "tier": "3"}, UNKNOWN,
         "nothing says which compiler s390x-unknown-linux-gnu is built with: name it"),
    ],
)  # fmt: skip
def test_configure_knows_a_platform_under_a_tier(arguments, verdict, seen):
    found = a_file("python/cpython", "configure.ac", CONFIGURE)("configure-tier", **arguments)

    assert found.verdict is verdict
    assert found.seen.startswith(seen)


BUILDERS = """\
STABLE_BUILDERS_TIER_1 = [
    # Linux
    ("AMD64 Debian root", "a-debian", UnixBuild),
    ("AMD64 Fedora Stable LTO + PGO", "a-fedora", LTOPGONonDebugBuild),
]

UNSTABLE_BUILDERS_TIER_1 = [
    ("AMD64 Ubuntu", "an-ubuntu", UnixBuild),
]

STABLE_BUILDERS_TIER_2 = [
    ('aarch64 RHEL8', "a-rhel", RHEL8Build),

]
"""


@pytest.mark.parametrize(
    ("builder", "arguments", "verdict"),
    [
        ("AMD64 Debian root, AMD64 Fedora Stable LTO + PGO", {}, PASSED),
        ("AMD64 Debian root, aarch64 RHEL8", {}, FAILED),
        ("AMD64 Ubuntu", {}, FAILED),
        ("AMD64 Ubuntu", {"stable": "false"}, PASSED),
        ("aarch64 RHEL8", {"tier": "2"}, PASSED),
        ("aarch64 rhel8", {"tier": "2"}, FAILED),
    ],
)
def test_builders_stand_in_the_list_of_a_tier(builder, arguments, verdict):
    look = a_file(BUILDBOT, "master/custom/builders.py", BUILDERS)

    assert look("buildbot-tier", builder=builder, **{"tier": "1", **arguments}).verdict is verdict


def test_a_listing_without_builders_tells_nothing():
    look = a_file(BUILDBOT, "master/custom/builders.py", "from builders import *\n")

    assert look("buildbot-tier", builder="x", tier="1").verdict is UNKNOWN


ROLES = """\
# This file maps roles to compound matchers.
roles:
  docs:
    pattern:  "docs*.nyc1.psf.io"  # wide
    contact:  "mdk"
  buildbot:
    purpose:  "Hosting: all of it"
    pattern:  buildbot.nyc1.psf.io
  "hg":
    pattern:  'hg.nyc1.psf.io'
  odd:
    pattern:  "E@docs and not G@os:x"
"""


@pytest.mark.parametrize(
    ("role", "host", "arguments", "verdict", "tail"),
    [
        ("docs", "docs.nyc1.psf.io, docs-noble.nyc1.psf.io", {}, PASSED,
         "it matches docs.nyc1.psf.io and docs-noble.nyc1.psf.io"),
        ("buildbot", "buildbot.nyc1.psf.io,buildbot-2.nyc1.psf.io", {}, FAILED,
         "it matches buildbot.nyc1.psf.io; it does not match buildbot-2.nyc1.psf.io"),
        ("hg", "docs.nyc1.psf.io", {"absent": True}, PASSED, "it does not match docs.nyc1.psf.io"),
        ("hg", "hg.nyc1.psf.io", {"absent": True}, FAILED, "it matches hg.nyc1.psf.io"),
        ("odd", "docs", {}, UNKNOWN, "a compound matcher, which only the Salt master can answer"),
        ("wiki", "x", {}, FAILED, "has no role wiki: there are docs, buildbot, hg and odd"),
    ],
)  # fmt: skip
def test_the_pattern_of_a_role_matches_hosts(role, host, arguments, verdict, tail):
    found = a_file(SALT, "pillar/prod/roles.sls", ROLES)("salt-role", role=role, host=host, **arguments)

    assert found.verdict is verdict
    assert found.seen.endswith(tail)


def test_a_pillar_without_roles_tells_nothing():
    assert (
        a_file(SALT, "pillar/prod/roles.sls", "{}")("salt-role", role="docs", host="x", absent=True).verdict is UNKNOWN
    )


SERVERS = """\
.. csv-table::
   :header: "Name", "Purpose", "Contact", "Distro", "Datacener"

   "docs.nyc1.psf.io", "Builds, and serves", "mdk", "Ubuntu-24.04", "nyc1"
   "hg.nyc1.psf.io", "Archives", "", "Ubuntu-18.04", "nyc1"
   "hg.nyc1.psf.io", "Archives", "", "Ubuntu-24.04", "nyc1"
"""


@pytest.mark.parametrize(
    ("arguments", "verdict", "tail"),
    [
        ({"host": "docs.nyc1.psf.io"}, PASSED, "lists docs.nyc1.psf.io with Ubuntu-24.04"),
        ({"host": "docs.nyc1.psf.io", "os": "ubuntu-24.04"}, PASSED, "lists docs.nyc1.psf.io with Ubuntu-24.04"),
        ({"host": "docs.nyc1.psf.io", "os": "Ubuntu-26.04"}, FAILED, "with Ubuntu-24.04, not Ubuntu-26.04"),
        ({"host": "docs.nyc1.psf.io", "absent": True}, FAILED, "lists docs.nyc1.psf.io with Ubuntu-24.04"),
        ({"host": "hg.nyc1.psf.io"}, FAILED, "lists 2 times hg.nyc1.psf.io with Ubuntu-18.04"),
        ({"host": "moin.nyc1.psf.io"}, FAILED, "does not list moin.nyc1.psf.io"),
        ({"host": "moin.nyc1.psf.io", "absent": True}, PASSED, "does not list moin.nyc1.psf.io"),
    ],
)
def test_salt_lists_a_host_once(arguments, verdict, tail):
    found = a_file(SALT, "docs/salt-server-list.rst", SERVERS)("salt-listed", **arguments)

    assert found.verdict is verdict
    assert found.seen.endswith(tail)


@pytest.mark.parametrize(
    ("name", "path", "arguments"),
    [
        ("pep11-tier", "peps/pep-0011.rst", {"triple": "x", "tier": "unsupported"}),
        ("configure-tier", "configure.ac", {"triple": "x", "compiler": "gcc", "tier": "unsupported"}),
        ("buildbot-tier", "master/custom/builders.py", {"builder": "x", "tier": "1"}),
        ("salt-role", "pillar/prod/roles.sls", {"role": "x", "host": "x", "absent": True}),
        ("salt-listed", "docs/salt-server-list.rst", {"host": "x", "absent": True}),
    ],
)
@given(text=st.text(st.sampled_from("=-\n \"'[](),:x1/Tierpattern#"), max_size=80))
def test_a_table_in_another_shape_is_never_a_pass(name, path, arguments, text):
    repo = plugin().checks[name].shape.model_fields["repo"].default

    assert a_file(repo, path, text)(name, **arguments).verdict is not PASSED


IMAGE = "registry.test/psf/site:v1"
AT = "https://registry.test/v2/psf/site"
GIVEN_AT = "https://auth.test/token?scope=repository%3Apsf%2Fsite%3Apull&service=registry.test"
ASKS = page(401, www_authenticate='Bearer realm="https://auth.test/token",service="registry.test"')


def platform(architecture, system="linux", **more):
    return {"digest": "sha256:1", "platform": {"os": system, "architecture": architecture, **more}}


BOTH = {"manifests": [platform("amd64"), platform("arm64", variant="v8"), platform("unknown", "unknown")]}


@pytest.mark.parametrize(
    ("answer", "verdict", "seen"),
    [
        (holding(BOTH, docker_content_digest="sha256:ab"), PASSED,
         f"{IMAGE}: a manifest list for linux/amd64 and linux/arm64/v8 (sha256:ab)"),
        ({"manifests": [platform("amd64")]}, FAILED, f"{IMAGE}: a manifest list for linux/amd64, not for linux/arm64"),
        ({"manifests": []}, FAILED, f"{IMAGE}: a manifest list for nothing, not for linux/amd64 or linux/arm64"),
        ({"manifests": [platform("arm64", "windows"), platform("arm", variant="v7")]}, FAILED,
         f"{IMAGE}: a manifest list for linux/arm/v7 and windows/arm64, not for linux/amd64 or linux/arm64"),
        (404, FAILED, f"{IMAGE}: the registry has no such image"),
        (401, UNKNOWN, f"{IMAGE}: the registry does not show it to strangers (status 401)"),
        (403, UNKNOWN, f"{IMAGE}: the registry does not show it to strangers (status 403)"),
        (500, UNKNOWN, f"{IMAGE}: the registry answered 500"),
        (holding([]), UNKNOWN, "the registry did not answer with a JSON object"),
        ({}, UNKNOWN, "the registry's manifest names neither platforms nor a configuration"),
    ],
)  # fmt: skip
def test_an_image_is_built_for_both_platforms(answer, verdict, seen):
    look = pages({f"{AT}/manifests/v1": answer})
    found = look("image-platform", image=IMAGE)

    assert (found.verdict, found.seen) == (verdict, seen)
    assert "application/vnd.oci.image.index.v1+json" in look.world.asked[0].headers["accept"]


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_a_single_image_is_for_what_its_configuration_says(architecture):
    digest = f"sha256:{'c' * 64}"
    config = {"os": "linux", "architecture": architecture}
    look = pages({f"{AT}/manifests/v1": {"config": {"digest": digest}}, f"{AT}/blobs/{digest}": config})
    found = look("image-platform", image=IMAGE, platforms="linux/arm64")

    assert found.verdict is (PASSED if architecture == "arm64" else FAILED)
    assert found.seen.startswith(f"{IMAGE}: a single image, no list, for linux/{architecture}")


def test_a_registry_that_asks_for_a_token_gives_one_to_anybody():
    look = pages({f"{AT}/manifests/v1": [ASKS, holding(BOTH)], GIVEN_AT: {"token": "t0"}})

    assert look("image-platform", image=IMAGE).verdict is PASSED
    assert look.world.said == [f"GET {AT}/manifests/v1", f"GET {GIVEN_AT}", f"GET {AT}/manifests/v1"]
    assert look.world.asked[2].headers["authorization"] == "Bearer t0"


def test_a_private_image_is_not_called_missing():
    look = pages({f"{AT}/manifests/v1": ASKS, GIVEN_AT: 403})

    assert look("image-platform", image=IMAGE).verdict is UNKNOWN


def test_a_token_is_not_asked_for_in_the_clear():
    asks = page(401, www_authenticate='Bearer realm="http://auth.test/token"')
    look = pages({f"{AT}/manifests/v1": asks})

    assert look("image-platform", image=IMAGE).verdict is UNKNOWN
    assert look.world.said == [f"GET {AT}/manifests/v1"]


DIGEST = f"sha256:{'d' * 64}"


@pytest.mark.parametrize(
    ("image", "settings", "asked"),
    [
        ("127.0.0.1:5000/site", {}, "http://127.0.0.1:5000/v2/site/manifests/latest"),
        ("registry:5000/site", {}, "https://registry:5000/v2/site/manifests/latest"),
        (f"registry.test/a/b/site@{DIGEST}", {}, f"https://registry.test/v2/a/b/site/manifests/{DIGEST}"),
        ("team/site:v2", {"registry_url": "https://ours.test"}, "https://ours.test/v2/team/site/manifests/v2"),
    ],
)
def test_a_registry_is_the_one_of_the_image_or_of_the_settings(image, settings, asked):
    look = pages({asked: BOTH}, settings=plugin().settings(**settings))

    assert look("image-platform", image=image).verdict is PASSED


def test_an_image_of_nowhere_cannot_be_looked_for():
    found = Look(FakeWorld())("image-platform", image="team/site:v2")

    assert found.seen == "team/site:v2 names no registry, and PSFBOT_MIGRATIONS_REGISTRY_URL is not set"
