"""Checks of pages, certificates, names and of what psfbot knows itself: what passes, fails, and is not known."""

from datetime import timedelta

import pytest
from fake_world import NOON, FakeWorld, certificate, page
from hypothesis import given
from hypothesis import strategies as st
from migrations_look import FAILED, PASSED, UNKNOWN, Calm, Look, pages, plugin
from pydantic import ValidationError
from stage import sample

from psfbot.plugin import Record, Unreachable

URL = "https://docs.python.org/3/"
HOST = "docs.python.org"
AWAY = Unreachable("Nobody is there.")
FASTLY = {
    "x_served_by": "cache-lga21931-LGA, cache-fra-eddf8230031-FRA",
    "via": "1.1 varnish",
    "x_timer": "S1732100000.123456,VS0,VE87",
    "x_cache": "MISS, HIT",
}


@pytest.mark.parametrize(
    ("answer", "arguments", "verdict", "seen"),
    [
        (page(200), {}, PASSED, "https://docs.python.org/3/ answered 200 in 0.10 s"),
        (page(503), {}, FAILED, "https://docs.python.org/3/ answered 503 in 0.10 s, not 200"),
        (page(204), {"status": 204}, PASSED, "https://docs.python.org/3/ answered 204 in 0.10 s"),
        (page(503), {"status": "5xx"}, PASSED, "https://docs.python.org/3/ answered 503 in 0.10 s"),
        (page(301), {"status": "301, 308"}, PASSED, "https://docs.python.org/3/ answered 301 in 0.10 s"),
        (page(301), {"status": ["2xx", "4xx"]}, FAILED,
         "https://docs.python.org/3/ answered 301 in 0.10 s, not 2xx or 4xx"),
        (page(200, "all is well"), {"contains": "well"}, PASSED,
         "https://docs.python.org/3/ answered 200 in 0.10 s, with the words 'well'"),
        (page(200, "oh no"), {"contains": "well"}, FAILED,
         "https://docs.python.org/3/ answered 200 in 0.10 s, without the words 'well'"),
        (AWAY, {"status": "5xx"}, UNKNOWN, "Nobody is there."),
    ],
)  # fmt: skip
def test_a_page_answers_with_a_status(answer, arguments, verdict, seen):
    found = pages({URL: answer})("http-status", url=URL, **arguments)

    assert (found.verdict, found.seen) == (verdict, seen)


def test_a_redirect_is_followed_where_that_is_asked_for():
    look = pages({URL: page(302, location="/4/"), "https://docs.python.org/4/": "new"})

    assert look("http-status", url=URL).verdict is FAILED
    assert look("http-status", url=URL, follow="true", contains="new").verdict is PASSED


def test_a_page_is_asked_under_another_name_and_what_may_be_secret_in_its_address_is_not_told():
    look = pages({"https://me:pass@lb.test/?token=1": 200})
    found = look("http-status", url="https://me:pass@lb.test/?token=1", host=HOST, method="HEAD")

    assert found.seen == "https://lb.test/ as docs.python.org answered 200 in 0.00 s"
    assert look.world.said == ["HEAD https://me:pass@lb.test/?token=1"]
    assert look.world.asked[0].headers == {"host": HOST}


@pytest.mark.parametrize(
    ("answer", "arguments", "verdict", "tail"),
    [
        (page(200, age="3"), {"header": "Age"}, PASSED, "with age: 3"),
        (page(200, age="3"), {"header": "age,vary"}, FAILED, "without vary"),
        (page(200, vary="Accept"), {"header": "vary", "contains": "accept"}, PASSED, "with vary: Accept"),
        (page(200, vary="Cookie"), {"header": "vary", "contains": "accept"}, FAILED,
         "with vary: Cookie, where vary should contain 'accept'"),
        (page(200), {"header": "server", "absent": True}, PASSED, "without server"),
        (page(200, server="x"), {"header": "server", "absent": True}, FAILED, "with server, which should not be there"),
        (page(200, server="y"), {"header": "server", "contains": "x", "absent": True}, PASSED, "without server"),
        (page(500), {"header": "server", "absent": True}, FAILED, ": an error page's headers prove nothing"),
    ],
)  # fmt: skip
def test_a_page_sends_headers(answer, arguments, verdict, tail):
    found = pages({URL: answer})("http-header", url=URL, **arguments)

    assert found.verdict is verdict
    assert found.seen.endswith(tail)


def test_the_middle_of_several_tries_tells_how_fast_a_page_is():
    answers = [page(seconds=0.1), page(seconds=9), page(seconds=0.2)]

    assert pages({URL: list(answers)})("http-latency", url=URL, at_most="0.2").verdict is PASSED
    assert pages({URL: list(answers)})("http-latency", url=URL, at_most=0.15).verdict is FAILED
    found = pages({URL: list(answers)})("http-latency", url=URL, at_most=0.5, times=1)
    assert found.seen == "https://docs.python.org/3/ answered in 0.100 s in one try, 0.5 s are allowed"


def test_a_fast_error_page_is_no_fast_page():
    found = pages({URL: page(500, seconds=0.001)})("http-latency", url=URL, at_most=1)

    assert found.verdict is FAILED
    assert found.seen.endswith("answered 500: an error page's speed proves nothing")


@pytest.mark.parametrize(
    ("headers", "status", "absent", "verdict"),
    [
        (FASTLY, 200, False, PASSED),
        (FASTLY, 404, False, FAILED),
        (FASTLY, 200, True, FAILED),
        ({"x_fastly_request_id": "af2a"}, 200, False, PASSED),
        ({"via": "1.1 varnish"}, 200, False, FAILED),
        ({"via": "1.1 varnish", "x_timer": "S1.2,VS0,VE0"}, 200, False, PASSED),
        ({"x_cache": "Hit from cloudfront", "via": "1.1 x (CloudFront)"}, 200, False, FAILED),
        ({"x_served_by": "my-host"}, 200, False, FAILED),
        ({}, 200, False, FAILED),
        ({"server": "nginx"}, 200, True, PASSED),
    ],
)
def test_fastly_is_known_by_what_it_leaves_in_headers(headers, status, absent, verdict):
    found = pages({URL: page(status, **headers)})("fastly", url=URL, absent=absent)

    assert found.verdict is verdict
    assert found.seen.endswith("the catalog names fastly as its CDN")


@pytest.mark.parametrize(
    ("days", "changes", "arguments", "verdict", "tail"),
    [
        (30, {}, {}, PASSED, "30 days left"),
        (13, {}, {}, FAILED, "13 days left; that is less than 14 days"),
        (13, {}, {"days": 7}, PASSED, "13 days left"),
        (-1, {}, {"days": 0}, FAILED, "ended 2026-11-19; it has ended"),
        (30, {"trouble": "it is self-signed."}, {}, FAILED, "30 days left; it is self-signed"),
        (30, {"trouble": "it is self-signed."}, {"internal": True}, PASSED, "30 days left"),
        (30, {}, {"names": "www.python.org"}, FAILED, "30 days left; it is not for www.python.org"),
        (30, {"names": ("*.python.org",)}, {"names": "www.python.org"}, PASSED, "30 days left"),
        (30, {"names": ("*.python.org",)}, {"names": "python.org, a.b.python.org"}, FAILED,
         "it is not for python.org or a.b.python.org"),
        (1, {"starts_at": NOON - timedelta(hours=2)}, {"days": 0, "younger_than": "1d"}, PASSED, "1 day left"),
        (9, {"starts_at": NOON - timedelta(hours=30)}, {"days": 0, "younger_than": "1d"}, FAILED,
         "it was issued 30 hours ago, not within 1d"),
        (30, {"starts_at": NOON + timedelta(hours=2)}, {"internal": True}, FAILED,
         "it is not valid before 2026-11-20 14:00 UTC"),
    ],
)  # fmt: skip
def test_a_certificate_is_valid_for_the_names_and_the_days(days, changes, arguments, verdict, tail):
    world = FakeWorld(certificates={HOST: certificate(HOST, days, **changes)})
    found = Look(world)("tls", host=HOST, **arguments)

    assert found.verdict is verdict
    assert found.seen.endswith(tail)
    assert world.said == ["TLS docs.python.org:443"]


@pytest.mark.parametrize(
    ("records", "arguments", "verdict", "seen"),
    [
        (["1.2.3.4"], {}, PASSED, "docs.python.org A: 1.2.3.4"),
        ([], {}, FAILED, "docs.python.org A: no such record"),
        ([], {"absent": True}, PASSED, "docs.python.org A: no such record"),
        (["1.2.3.4"], {"absent": True}, FAILED, "docs.python.org A: 1.2.3.4, which should be gone"),
        (["1.2.3.4"], {"absent": True, "value": "9.*"}, PASSED, "docs.python.org A: 1.2.3.4"),
        (["1.2.3.4", "5.6.7.8"], {"value": "5.*"}, PASSED, "docs.python.org A: 1.2.3.4 and 5.6.7.8"),
        (["1.2.3.4"], {"value": "1.2.3.4, 5.6.7.8"}, FAILED, "docs.python.org A: 1.2.3.4, not 5.6.7.8"),
        (AWAY, {"absent": True}, UNKNOWN, "Nobody is there."),
    ],
)
def test_a_name_points_somewhere(records, arguments, verdict, seen):
    found = Look(FakeWorld(names={(HOST, "A"): records}))("dns-record", domain=HOST, **arguments)

    assert (found.verdict, found.seen) == (verdict, seen)


def test_letters_and_last_dots_of_a_record_do_not_count():
    world = FakeWorld(names={(HOST, "CNAME"): ["Dualstack.Python.map.FASTLY.net."]})

    assert Look(world)("dns-record", domain=HOST, kind="CNAME", value="*.fastly.net").verdict is PASSED


@pytest.mark.parametrize(("ttls", "verdict"), [([300], PASSED), ([60, 301], FAILED), ([], FAILED)])
def test_the_longest_time_to_live_counts(ttls, verdict):
    world = FakeWorld(names={(HOST, "A"): [Record(f"1.1.1.{at}", ttl) for at, ttl in enumerate(ttls)]})

    assert Look(world)("dns-ttl", domain=HOST, at_most=300).verdict is verdict


def test_a_query_of_the_catalog_is_held_against_the_service():
    look = Look()

    assert look("catalog", query="cdn:fastly").verdict is PASSED
    assert look("catalog", query="lifecycle:retired").verdict is FAILED
    assert look("catalog", query="lifecycle:retired", absent=True).verdict is PASSED
    assert look("catalog", query="provider:nobody-knows").verdict is UNKNOWN
    assert look("catalog", query="(((").verdict is UNKNOWN


def test_a_service_with_an_open_incident_is_not_calm():
    look = Look(relaying=Calm(incidents={HOST: ["#12 HTTP is down"]}))

    assert look("no-incident").seen == "docs.python.org has 1 open incident: #12 HTTP is down"
    assert look("no-incident", service="salt-master").verdict is PASSED


def test_a_service_that_nobody_knows_is_not_called_calm():
    look = Look()

    assert look("no-incident", service="docs.python.rog").verdict is UNKNOWN
    assert look("silenced", service="docs.python.rog").verdict is UNKNOWN


@pytest.mark.parametrize(
    ("hours", "verdict", "start"),
    [
        (None, FAILED, "no silence is set for docs.python.org: say `mute docs.python.org for 2h because …`"),
        (-1, FAILED, "no silence is set for docs.python.org"),
        (1, FAILED, "docs.python.org is silenced for 1 hour more, until 2026-11-20 13:00 UTC, not for 2h more"),
        (3, PASSED, "docs.python.org is silenced for 3 hours more, until 2026-11-20 15:00 UTC"),
    ],
)
def test_a_silence_lasts_long_enough(hours, verdict, start):
    silences = {} if hours is None else {HOST: NOON + timedelta(hours=hours)}
    found = Look(relaying=Calm(silences=silences))("silenced", at_least="2h")

    assert found.verdict is verdict
    assert found.seen.startswith(start)


@pytest.mark.parametrize(
    ("days", "verdict", "tail"),
    [
        (None, FAILED, "step drain is not done yet"),
        (6, FAILED, "6 days ago; 7d are over on 2026-11-21 12:00 UTC"),
        (7, PASSED, "7 days ago"),
    ],
)
def test_a_step_was_done_long_enough_ago(days, verdict, tail):
    done = {} if days is None else {"drain": NOON - timedelta(days=days)}
    found = Look(done=done)("time-since", step="drain", at_least="7d")

    assert found.verdict is verdict
    assert found.seen.endswith(tail)


NEEDS_AN_ANSWER = {
    "http-status": {"url": URL}, "http-header": {"url": URL, "header": "server", "absent": True},
    "http-latency": {"url": URL, "at_most": 60}, "fastly": {"url": URL, "absent": True}, "tls": {"host": HOST},
    "dns-record": {"domain": HOST, "absent": True}, "dns-ttl": {"domain": HOST, "at_most": 9999},
    "image-platform": {"image": "registry.test/x:1"}, "github-merged": {"pull": "a/b#1"},
    "github-file": {"repo": "a/b", "path": "x", "absent": True}, "github-run": {"repo": "a/b", "workflow": "ci.yml"},
    "github-arm-runner": {"repo": "a/b", "path": "x"},
    "github-label": {"ticket": "a/b#1", "label": "x", "absent": True},
    "github-review": {"pull": "a/b#1"}, "github-issue": {"issue": "a/b#1"}, "wheels": {"repo": "a/b"},
    "pep11-tier": {"triple": "x-y-z", "tier": "unsupported"},
    "configure-tier": {"triple": "x", "compiler": "gcc", "tier": "unsupported"},
    "buildbot-tier": {"builder": "x", "tier": "1"}, "salt-role": {"role": "docs", "host": "x", "absent": True},
    "salt-listed": {"host": "x", "absent": True},
}  # fmt: skip
OWN = {"catalog", "no-incident", "silenced", "time-since"}


def test_every_check_is_either_asked_of_the_world_or_known_here():
    assert plugin().checks.keys() == NEEDS_AN_ANSWER.keys() | OWN


@pytest.mark.parametrize("name", NEEDS_AN_ANSWER)
def test_nobody_answering_is_never_a_pass_nor_a_failure(name):
    found = Look()(name, **NEEDS_AN_ANSWER[name])

    assert found.verdict is UNKNOWN
    assert found.seen


anything = st.builds(
    page,
    st.integers(100, 599),
    st.binary(max_size=40)
    | st.sampled_from(["{}", "[]", "null", '{"manifests": 5}', '{"encoding": "base64"}', '[{"user": 3}]']),
    x_served_by=st.sampled_from(["", "cache-x", "cache-lga1-LGA"]),
    www_authenticate=st.sampled_from(["", "Bearer", 'Bearer realm="https://x.test/t"', 'Bearer realm="ftp://x"']),
)  # fmt: skip


class Anything(FakeWorld):
    """A world in which every page gives the same answer, whatever that is."""

    def turn(self, method, url):
        del method, url
        return self.pages["*"]


@pytest.mark.parametrize("name", [name for name in NEEDS_AN_ANSWER if not name.startswith(("tls", "dns"))])
@given(answer=anything)
def test_whatever_a_server_answers_a_check_says_something_in_one_line(name, answer):
    found = Look(Anything({"*": answer}))(name, **NEEDS_AN_ANSWER[name])

    assert found.seen
    assert found.seen.isprintable()
    assert len(found.seen) <= 500
    if not name.startswith(("http", "fastly")):
        assert found.verdict is not PASSED


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("http-status", {"url": "ftp://x/"}),
        ("http-status", {"url": URL, "status": "20"}),
        ("http-status", {"url": URL, "satus": "200"}),
        ("http-latency", {"url": URL, "at_most": 0}),
        ("http-header", {"url": URL, "header": ""}),
        ("tls", {"host": "a b"}),
        ("dns-record", {"domain": HOST, "kind": "PTR"}),
        ("time-since", {"step": "x", "at_least": "7 days"}),
        ("image-platform", {"image": "UPPER CASE"}),
        ("github-file", {"repo": "no-owner", "path": "x"}),
        ("github-file", {"repo": "a/b", "path": "/etc/passwd"}),
        ("github-file", {"repo": "a/b", "path": "x", "matches": "("}),
        ("github-merged", {"pull": "4215"}),
        ("wheels", {}),
        ("wheels", {"repo": "a/b", "requirements": "httpx"}),
        ("wheels", {"repo": "a/b", "python": "2.7"}),
        ("pep11-tier", {"tier": "1"}),
        ("pep11-tier", {"triple": "x", "tier": "4"}),
        ("salt-role", {"role": "docs", "host": ""}),
    ],
)
def test_arguments_that_make_no_sense_are_refused(name, wrong):
    with pytest.raises(ValidationError):
        plugin().checks[name].shape.model_validate(wrong)


def test_evidence_of_a_stranger_is_one_printable_line_of_some_length():
    found = pages({URL: page(200, server="a\x1b[31m\n" + "b" * 5000)})("http-header", url=URL, header="server")

    assert found.seen.isprintable()
    assert len(found.seen) == 500


def test_a_service_without_a_cdn_is_told_as_such():
    book = sample(services={HOST: {"hosting": ()}})

    assert pages({URL: 200}, book=book)("fastly", url=URL).seen.endswith("the catalog names none as its CDN")
