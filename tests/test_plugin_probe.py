"""What psfbot sees for itself: read from the catalog, looked at, and told only where it lasts."""

import asyncio
from datetime import timedelta

import pytest
from fake_world import NOON, FakeWorld, certificate, page
from psfbot.plugins.probe import plugin
from psfbot.plugins.probe.declared import Certificate, Name, Page, declared, read
from psfbot.plugins.probe.looked import PATIENCE
from psfbot.plugins.probe.looks import left, weigh
from psfbot.plugins.probe.settings import Settings
from stage import FOUND, sample

from psfbot.plugin import (
    Examination,
    Health,
    NotAsked,
    NotSetUp,
    Record,
    Round,
    Severity,
    State,
    Unreachable,
)

PAGE, HOST = "https://docs.python.org/3/", "docs.python.org"
POLLS = {poll.name.partition(".")[2]: poll.look for poll in plugin.polls}


def book(*probes: str, **more):
    return sample(services={HOST: {"alerts": {"probe": probes}}} | more)


class Prober:
    """The polls of the plugin, round after round, with one memory for each."""

    def __init__(self, world: FakeWorld, *probes: str, **settings):
        self.world, self.book, self.settings = world, book(*probes), Settings(**settings)
        self.now, self.memory, self.troubles = NOON, {}, {}

    def __call__(self, poll: str, after: timedelta = timedelta(minutes=1)):
        """One round: (state, key, summary) of each alert; how many seconds the round is given does not matter."""
        self.now, self.troubles = self.now + after, {}
        memory = self.memory.setdefault(poll, {})
        look = Round(self.settings, self.book, self.world, self.now, None, memory, self.troubles)
        self.alerts = asyncio.run(POLLS[poll](look))
        return [(one.state.value, one.summary) for one in self.alerts]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("https://docs.python.org/", Page("https://docs.python.org/")),
        ("http://docs.python.org/3/ 301", Page("http://docs.python.org/3/", 301)),
        ("https://docs.python.org/3/ says Python 3", Page("https://docs.python.org/3/", 0, "Python 3")),
        ("https://docs.python.org/3/ 200 says a b", Page("https://docs.python.org/3/", 200, "a b")),
        ("https://docs.python.org:8443/", Page("https://docs.python.org:8443/")),
        ("tls:docs.python.org", Certificate("docs.python.org")),
        ("TLS:Docs.Python.org:8443", Certificate("docs.python.org", 8443)),
        ("dns:docs.python.org", Name("docs.python.org")),
        ("dns:python.org mx", Name("python.org", "MX")),
        ("dns:docs.python.org CNAME a.fastly.test.", Name("docs.python.org", "CNAME", "a.fastly.test")),
    ],
)
def test_a_probe_is_read_as_it_is_written(said, what):
    assert read(said) == what


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("docs.python.org", "'docs.python.org' is no probe: write https://HOST/PATH, tls:HOST or dns:NAME."),
        ("ping:docs.python.org", "'ping:docs.python.org' is no probe: write "),
        ("https://", "'https://' names no host: write https://HOST/PATH"),
        ("https://localhost/", "'https://localhost/' names no host"),
        ("https://a@docs.python.org/", "'https://a@docs.python.org/' names no host"),
        ("https://docs.python.org:99999/", "names no host"),
        ("https://docs.python.org/ 999", "'999' is no status of HTTP: write "),
        ("https://docs.python.org/ fine", "'fine' is no status of HTTP"),
        ("tls:", "'tls:' names no host: write tls:HOST or tls:HOST:PORT."),
        ("tls:docs.python.org:", "names no host"),
        ("tls:docs.python.org:0", "names no host"),
        ("tls:https://docs.python.org", "names no host"),
        ("dns:docs", "'dns:docs' is no name: write dns:NAME"),
        ("dns:docs.python.org SRV", "'SRV' is no kind of record: write "),
    ],
)
def test_what_cannot_be_read_says_what_to_write(said, words):
    with pytest.raises(ValueError, match="write ") as caught:
        read(said)

    assert words in str(caught.value)


def test_each_probe_is_made_once_and_what_is_retired_is_not_probed():
    shared = ("tls:a.python.org", "TLS:A.python.org", "nonsense")
    gone = {"alerts": {"probe": ("tls:b.python.org",)}, "lifecycle": "retired"}
    found = declared(book(*shared, **{"staging.python.org": {"alerts": {"probe": shared}}, "www.python.org": gone}))

    assert [(probe.said, probe.service) for probe in found.certificates] == [("tls:a.python.org", HOST)]
    assert set(found.faults) == {(HOST, "nonsense"), ("staging.python.org", "nonsense")}


# Pages.


@pytest.mark.parametrize(
    ("probe", "answer", "summary"),
    [
        (PAGE, page(503), f"{PAGE} answers 503"),
        (PAGE, page(404), f"{PAGE} answers 404"),
        (f"{PAGE} 301", page(200), f"{PAGE} answers 200 in place of 301"),
        (f"{PAGE} says Welcome", page(200, "Go away"), f"{PAGE} answers 200, but does not say 'Welcome'"),
        (
            PAGE,
            Unreachable("https://docs.python.org cannot be reached: the connection was refused."),
            f"{PAGE} cannot be reached: the connection was refused",
        ),
        (PAGE, Unreachable("It is asleep."), f"{PAGE} does not answer (It is asleep)"),
    ],
)
def test_a_page_that_fails_twice_in_a_row_is_told(probe, answer, summary):
    prober = Prober(FakeWorld(pages={PAGE: answer}), probe)

    assert prober("pages") == [("resolved", "pages answer psfbot's probes")]
    assert prober("pages")[0] == ("firing", summary)
    alert = prober.alerts[0]
    assert (alert.source, alert.key, alert.about, alert.names) == ("probe", probe.casefold(), HOST, (probe,))
    assert alert.severity is Severity.ERROR
    assert alert.at == prober.now
    assert [link.url for link in alert.links] == [PAGE]


@pytest.mark.parametrize(
    ("probe", "answer"),
    [(PAGE, page(200)), (PAGE, page(301)), (f"{PAGE} 503", page(503)), (f"{PAGE} says Hi", page(200, "Hi there"))],
)
def test_a_page_that_answers_as_it_should_is_well(probe, answer):
    prober = Prober(FakeWorld(pages={PAGE: answer}), probe)

    assert prober("pages")[0] == ("resolved", f"{PAGE} answers {answer.status}")


def test_one_bad_answer_between_good_ones_is_let_pass():
    world = FakeWorld(pages={PAGE: [page(200), page(503), page(200), page(503), page(200)]})
    prober = Prober(world, PAGE)

    assert [state for _ in range(5) for state, _ in prober("pages")].count("firing") == 0


def test_how_many_failures_count_is_a_setting():
    prober = Prober(FakeWorld(pages={PAGE: page(500)}), PAGE, failures=1)

    assert prober("pages")[0] == ("firing", f"{PAGE} answers 500")


PAGES = ("https://a.python.org/", "https://b.python.org/", "https://c.python.org/")


def test_where_every_page_is_silent_psfbot_doubts_itself_and_says_so_once():
    world = FakeWorld()
    prober = Prober(world, *PAGES)
    first, second = prober("pages"), prober("pages")
    world.pages = dict.fromkeys(PAGES, page(200))
    third = prober("pages")

    assert first == []
    assert second == [
        ("firing", "none of 3 pages answers psfbot's probes: its own network is down, or all of them are")
    ]
    assert third[-1] == ("resolved", "pages answer psfbot's probes")
    assert [state for state, _ in third] == ["resolved"] * 4


def test_two_silent_pages_are_two_outages():
    prober = Prober(FakeWorld(), *PAGES[:2])
    prober("pages")

    assert [state for state, _ in prober("pages")] == ["firing", "firing", "resolved"]


def test_pages_that_answer_wrongly_are_not_silent():
    prober = Prober(FakeWorld(pages=dict.fromkeys(PAGES, page(503))), *PAGES)
    prober("pages")

    assert [state for state, _ in prober("pages")] == ["firing"] * 3 + ["resolved"]


def test_a_page_that_psfbot_may_not_ask_says_nothing_about_it():
    world = FakeWorld(pages={PAGE: page(200), "https://evil.test/": NotAsked("Not there.")})
    prober = Prober(world, PAGE, "https://evil.test/")

    assert prober("pages")[0] == ("resolved", f"{PAGE} answers 200")
    assert prober.troubles == {"https://evil.test/": "Not there."}


def test_where_psfbot_may_ask_nowhere_the_probes_are_off():
    with pytest.raises(NotSetUp, match="Not there"):
        Prober(FakeWorld(pages={PAGE: NotAsked("Not there.")}), PAGE)("pages")


def test_what_is_probed_no_more_is_over():
    prober = Prober(FakeWorld(pages={PAGE: page(500)}), PAGE, failures=1)
    prober("pages")
    prober.book = book()

    assert prober("pages")[0] == ("resolved", f"{PAGE} is probed no more")
    assert prober("pages") == [("resolved", "pages answer psfbot's probes")]


def test_what_cannot_be_read_is_a_trouble_of_the_round():
    prober = Prober(FakeWorld(pages={PAGE: page(200)}), PAGE, "nonsense")
    prober("pages")

    assert prober.troubles == {
        "nonsense": f"{HOST}: 'nonsense' is no probe: write https://HOST/PATH, tls:HOST or dns:NAME."
    }


def test_a_round_ends_in_time_for_its_deadline():
    assert PATIENCE < 60


# Certificates.


def shown(days: float, **more):
    return FakeWorld(certificates={HOST: certificate(HOST, days, now=NOON + timedelta(minutes=1), **more)})


@pytest.mark.parametrize(
    ("days", "more", "severity", "summary"),
    [
        (10, {}, Severity.WARNING, "The certificate of docs.python.org ends in 10 days, on 2026-11-30"),
        (14, {}, Severity.WARNING, "The certificate of docs.python.org ends in 14 days, on 2026-12-04"),
        (3, {}, Severity.ERROR, "The certificate of docs.python.org ends in 3 days, on 2026-11-23"),
        (1, {}, Severity.ERROR, "The certificate of docs.python.org ends in 24 hours, on 2026-11-21"),
        (0.01, {}, Severity.ERROR, "The certificate of docs.python.org ends within the hour, on 2026-11-20"),
        (-1, {}, Severity.CRITICAL, "The certificate of docs.python.org is not valid: it expired on 2026-11-19"),
        (50, {"trouble": "it is odd"}, Severity.CRITICAL, "The certificate of docs.python.org is not valid: it is odd"),
    ],
)
def test_a_certificate_is_worse_the_nearer_its_end(days, more, severity, summary):
    prober = Prober(shown(days, **more), f"tls:{HOST}")

    assert prober("certificates") == [("firing", summary)]
    assert prober.alerts[0].severity is severity
    assert prober.alerts[0].detail.startswith("For docs.python.org. Issued by A Test Authority, valid from ")


def test_a_certificate_that_is_valid_for_long_is_well():
    assert Prober(shown(15), f"tls:{HOST}")("certificates") == [
        ("resolved", "The certificate of docs.python.org is valid until 2026-12-05")
    ]


@pytest.mark.parametrize(
    ("life", "rest", "severity"),
    [
        (24, 23, None),
        (24, 9, None),
        (24, 8, Severity.WARNING),
        (24, 2.4, Severity.ERROR),
        (24 * 90, 24 * 14.1, None),
        (24 * 90, 24 * 14, Severity.WARNING),
        (24 * 90, 24 * 3, Severity.ERROR),
        (24 * 6, 24 * 3, None),
        (24, -0.1, Severity.CRITICAL),
    ],
)
def test_a_certificate_that_lives_for_a_day_is_not_always_near_its_end(life, rest, severity):
    starts = NOON + timedelta(hours=rest - life)
    found = certificate(HOST, rest / 24, starts_at=starts)

    assert weigh(found, NOON, Settings()) is severity


def test_the_days_are_settings():
    found = certificate(HOST, 20, starts_at=NOON - timedelta(days=300))

    assert weigh(found, NOON, Settings(warning_days=21)) is Severity.WARNING
    assert weigh(found, NOON, Settings(warning_days=30, error_days=21)) is Severity.ERROR


def test_a_host_that_shows_no_certificate_says_nothing_about_its_end():
    prober = Prober(FakeWorld(), f"tls:{HOST}")

    assert prober("certificates") == []
    assert prober.troubles == {f"tls:{HOST}": "Nobody answers at docs.python.org:443."}


@pytest.mark.parametrize(
    ("hours", "words"), [(49, "in 2 days"), (47, "in 47 hours"), (1, "in 1 hour"), (0.9, "within the hour")]
)
def test_the_time_that_is_left_is_told_in_one_unit(hours, words):
    assert left(NOON + timedelta(hours=hours), NOON) == words


# Names.


@pytest.mark.parametrize(
    ("probe", "records", "summary"),
    [
        (f"dns:{HOST}", {(HOST, "AAAA"): ["::1"]}, "docs.python.org has no A record"),
        (
            f"dns:{HOST} CNAME a.test",
            {(HOST, "CNAME"): [Record("b.test", 60)]},
            "docs.python.org has no CNAME a.test, but b.test",
        ),
        (
            f"dns:{HOST}",
            {(HOST, "A"): Unreachable("The name servers cannot say anything about it.")},
            "docs.python.org cannot be looked up: The name servers cannot say anything about it",
        ),
    ],
)
def test_a_name_that_leads_nowhere_twice_is_told(probe, records, summary):
    prober = Prober(FakeWorld(names=records), probe)

    assert prober("names") == []
    assert prober("names") == [("firing", summary)]


def test_a_name_with_its_record_is_well():
    world = FakeWorld(names={(HOST, "A"): ["151.101.0.223"], (HOST, "CNAME"): ["A.fastly.test"]})

    assert Prober(world, f"dns:{HOST}", f"dns:{HOST} CNAME a.fastly.test")("names") == [
        ("resolved", "docs.python.org has A 151.101.0.223"),
        ("resolved", "docs.python.org has CNAME A.fastly.test"),
    ]


def test_where_no_name_server_answers_nothing_is_known():
    with pytest.raises(Unreachable, match="no name server answers about any of 3 names"):
        Prober(FakeWorld(), "dns:a.python.org", "dns:b.python.org", "dns:c.python.org")("names")


# The plugin.


def examined(*probes: str, world: FakeWorld | None = None):
    examination = Examination(None, book(*probes), world or FakeWorld(), NOON)
    return [(one.health, one.what, one.seen) for one in asyncio.run(plugin.examines(examination))]


def test_the_doctor_names_what_cannot_be_read():
    assert examined(PAGE, "nonsense") == [
        (Health.WRONG, "'nonsense'", "'nonsense' is no probe: write https://HOST/PATH, tls:HOST or dns:NAME."),
        (Health.OK, "declared", "1 page, 0 certificates, 0 names"),
    ]


def test_the_doctor_tries_to_look():
    fine = examined(f"tls:{HOST}", world=shown(-1))
    blind = examined(f"tls:{HOST}", "tls:wiki.python.org")
    refused = examined(f"tls:{HOST}", world=FakeWorld(certificates={HOST: NotAsked("Not there.")}))

    assert fine[1:] == [(Health.OK, "view", "every certificate can be looked at")]
    assert blind[1:] == [
        (
            Health.WRONG,
            "view",
            (
                "2 of 2 certificates cannot be looked at; the first: tls:docs.python.org: "
                "Nobody answers at docs.python.org:443."
            ),
        )
    ]
    assert refused[1][2] == "1 of 1 certificates cannot be looked at; the first: tls:docs.python.org: Not there."


def test_the_doctor_says_how_to_begin():
    assert examined() == [(Health.OFF, "declared", "nothing")]


def test_it_polls_and_takes_no_webhooks():
    assert FOUND["probe"].reads is None
    assert {poll.name: poll.seconds for poll in FOUND["probe"].polls} == {
        "probe.pages": 60,
        "probe.certificates": 3600,
        "probe.names": 300,
    }


@pytest.mark.parametrize("poll", POLLS)
def test_where_nothing_is_declared_nothing_is_asked(poll):
    world = FakeWorld()
    found = Prober(world)(poll)

    assert world.asked == []
    assert all(state == State.RESOLVED for state, _ in found)
