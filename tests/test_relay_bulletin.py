"""What people read about several incidents at once: the cause first, the important before others, never too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import MINUTE, NOON, sample

from psfbot.relay.alert import Severity
from psfbot.relay.bulletin import Beside, apart, name, ranked, storm, together
from psfbot.relay.incident import STORM, UNMAPPED, Happening, Incident, Standing
from psfbot.relay.word import LONGEST

CATALOG = sample(services={"docs.python.org": {"tier": 1}}).catalog
NOW = NOON + 9 * MINUTE
OVER = {"state": Standing.RESOLVED, "resolved_at": NOW}
TAKEN = {"state": Standing.ACKNOWLEDGED, "acked_by": "ned", "acked_at": NOON + 3 * MINUTE}
HOSTILE = "a\x00b\r\nQUIT :c\x1b[31m\u202ed\u2028e"
BOTH = "docs.python.org #1 and hg.python.org #2"
MENDED = "hg.python.org #2 and docs.python.org #1 (up again)"
UP = "UP #3 Fastly: both services are up again after 9 min"
OWNERS = "ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team"
ASK = "see https://www.fastlystatus.com · ack 3"


def incident(number=1, subject="docs.python.org", **more):
    values = {"number": number, "subject": subject, "title": "HTTP is down", "state": Standing.OPEN}
    return Incident(**{**values, "severity": Severity.ERROR, "opened_at": NOON, "changed_at": NOON, **more})


def cause(subject="cause:provider:fastly", **more):
    return incident(3, subject, **{"told_at": NOON, **more})


TWO = (incident(2, "hg.python.org"), incident())


def said(kind=Happening.GROUPED, below=TWO, beside=None, **more):
    return together(kind, cause(**more), below, beside or Beside(), CATALOG, NOW)


@pytest.mark.parametrize(
    ("kind", "more", "text"),
    [
        (Happening.GROUPED, {}, f"DOWN TOGETHER #3 Fastly? docs.python.org #1 and hg.python.org #2 · {ASK}"),
        (
            Happening.GROUPED, {"beside": Beside((("region", "nyc1"), ("host", "box")))},
            f"DOWN TOGETHER #3 Fastly, or DigitalOcean nyc1 or box? docs.python.org #1 and hg.python.org #2 · {ASK}",
        ),
        (
            Happening.GROUPED, {"beside": Beside((("host", "box"),), "Salt master")},
            f"DOWN TOGETHER #3 Fastly, not Salt master? docs.python.org #1 and hg.python.org #2 · {ASK}",
        ),
        (
            Happening.GROUPED, TAKEN,
            f"DOWN TOGETHER #3 Fastly? docs.python.org #1 and hg.python.org #2 · acked by ned · {ASK}",
        ),
        (
            Happening.GROUPED, {"below": (TWO[0], incident(**OVER))},
            f"DOWN TOGETHER #3 Fastly? 1 of 2 services are still down: {MENDED} · {ASK}",
        ),
        (Happening.REMINDED, {}, f"STILL DOWN TOGETHER #3 Fastly? docs.python.org #1 and hg.python.org #2 · {ASK}"),
        (Happening.ACKNOWLEDGED, TAKEN, "ACKED #3 Fastly by ned after 3 min"),
        (Happening.RESOLVED, OVER, UP),
        (Happening.RESOLVED, {**OVER, "told_at": None}, f"{UP}: docs.python.org #1, hg.python.org #2"),
        (
            Happening.RESOLVED, {**OVER, "resolved_by": "ned"},
            "RESOLVED #3 Fastly by ned after 9 min (closed by hand), with both services below it",
        ),
        (Happening.RESOLVED, {**OVER, "below": TWO * 6}, "UP #3 Fastly: all 12 services are up again after 9 min"),
        (Happening.GROUPED, {"below": (incident(**OVER),)}, "UP #3 Fastly: the service is up again after 9 min"),
        (
            Happening.GROUPED, {"subject": "cause:service:docs.python.org"},
            f"DOWN TOGETHER #3 docs.python.org? {BOTH} · {OWNERS} · ack 3",
        ),
        (
            Happening.GROUPED, {"subject": "cause:region:nyc1"},
            f"DOWN TOGETHER #3 DigitalOcean nyc1? {BOTH} · see https://status.digitalocean.com · ack 3",
        ),
        (
            Happening.GROUPED, {"subject": "cause:host:box.example"},
            "DOWN TOGETHER #3 box.example? docs.python.org #1 and hg.python.org #2 · ack 3",
        ),
        (
            Happening.GROUPED, {"subject": "unmapped:a box"},
            f"DOWN TOGETHER #3 a box? {BOTH} · ack 3",
        ),
    ],
)  # fmt: skip
def test_one_line_names_the_cause_what_is_down_with_it_and_whom_to_ask(kind, more, text):
    assert said(kind, **more).text == text


def test_those_that_do_not_fit_are_counted():
    many = [incident(number, f"service-{number}.python.org") for number in range(1, 31)]
    found = said(below=many)

    assert "? 30 services: service-1.python.org #1, service-2" in found.text
    assert f" and 24 more · {ASK}" in found.text
    assert len(found.lines) == 21
    assert found.lines[0] == "#1 service-1.python.org: HTTP is down, open for 9 min"
    assert found.lines[-1] == "10 more; `incidents` counts them"


def test_the_important_come_first_and_what_is_up_again_last():
    below = [incident(1, "hg.python.org", **OVER), incident(2, "unmapped:box"), incident(5), cause()]

    assert [one.number for one in ranked(below, CATALOG)] == [3, 5, 2, 1]


@pytest.mark.parametrize(
    ("node", "called"),
    [
        (("provider", "fastly"), "Fastly"), (("provider", "gone"), "gone"), (("service", "gone"), "gone"),
        (("region", "ams1"), "DigitalOcean ams1"), (("region", "gone"), "gone"), (("host", "a.example"), "a.example"),
    ],
)  # fmt: skip
def test_a_cause_is_called_what_people_call_it(node, called):
    assert name(node, CATALOG) == called


def test_that_they_were_apart_after_all_says_who_stays_down():
    assert apart(cause(), TWO[:1], "it is up", CATALOG).text == (
        "NOT TOGETHER #3 Fastly: it is up · still down: hg.python.org #2"
    )
    assert apart(cause(), (), "it is up", CATALOG).text == "NOT TOGETHER #3 Fastly: it is up"


def test_a_digest_says_how_much_was_folded_and_what_is_down():
    digest = incident(9, f"{STORM}irc #ops", repeats=48)
    over = digest.model_copy(update=OVER)

    assert storm(digest, TWO, NOW).text == (
        "STORM #9 in this room: 48 messages folded since 12:00 UTC; 2 incidents open: hg.python.org #2 and "
        "docs.python.org #1 · tier 1 and the end of what was told here still come by themselves · `incidents` lists all"
    )
    assert storm(over, (), NOW).text == "STORM OVER #9: 48 messages folded in 9 min; no incidents still open"


@given(st.lists(st.text(max_size=300), min_size=1, max_size=40), st.sampled_from(Happening))
def test_whatever_sources_say_it_is_one_line_of_bearable_length(subjects, kind):
    below = [incident(number, UNMAPPED + subject + HOSTILE) for number, subject in enumerate(subjects, 1)]
    texts = [
        together(kind, cause(), below, Beside(), CATALOG, NOW).text,
        apart(cause(), below, HOSTILE, CATALOG).text,
        storm(incident(9, f"{STORM}irc #ops"), below, NOW).text,
    ]

    assert all(text.isprintable() and len(text) <= LONGEST for text in texts)
