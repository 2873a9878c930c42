"""One line that somebody who was woken at three in the morning would thank you for."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import HOUR, MINUTE, NOON, SECOND, ended, fired, sample

from psfbot.catalog.file import load_or_refuse
from psfbot.catalog.model import Catalog
from psfbot.relay.alert import AlertLink, Severity
from psfbot.relay.incident import UNMAPPED, Happening, Incident, Standing
from psfbot.relay.word import LONGEST, span, word
from psfbot.relay.word import line as one

BOOK = sample()
REAL = load_or_refuse(Path(__file__).parents[1] / "catalog.yaml").catalog
DOCS, UP = "#12 docs.python.org: HTTP is down", "UP #12 docs.python.org again after 9 min"
BY_ADA = "RESOLVED #12 docs.python.org by ada after 9 min (closed by hand)"
WHERE = "on DigitalOcean nyc1, behind Fastly"
ASK = "ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team"
HOSTILE = "a\x00b\r\nQUIT :c\x1b[31m\u202ed\u2028e"


def incident(subject="docs.python.org", **more):
    values = {"number": 12, "subject": subject, "title": "HTTP is down", "state": Standing.OPEN}
    values |= {"severity": Severity.ERROR, "opened_at": NOON, "changed_at": NOON}
    return Incident(**values | more)


TAKEN = {"state": Standing.ACKNOWLEDGED, "acked_by": "ned", "acked_at": NOON + 3 * MINUTE}
OVER = {"state": Standing.RESOLVED, "resolved_at": NOON + 9 * MINUTE}


def line(kind, said="HTTP is down", after=SECOND, **more):
    return word(kind, incident(title=said, **more), BOOK.catalog, NOON + after).text


@pytest.mark.parametrize(
    ("kind", "given", "text"),
    [
        (Happening.OPENED, {}, f"DOWN {DOCS} · {WHERE} · {ASK}"),
        (Happening.OPENED, {"severity": Severity.WARNING}, f"WARN {DOCS} · {WHERE} · {ASK}"),
        (Happening.OPENED, {"up": True}, f"WARN {DOCS}, still up · {WHERE} · {ASK}"),
        (Happening.REMINDED, {"up": True}, f"STILL WARN {DOCS}, still up, for 1 s, nobody has it · {WHERE} · {ASK}"),
        (Happening.WORSE, {"up": True}, f"WORSE {DOCS}, still up · {WHERE} · {ASK}"),
        (Happening.RESOLVED, {**OVER, "up": True}, "OVER #12 docs.python.org after 9 min"),
        (Happening.OPENED, TAKEN, f"DOWN {DOCS}, acked by ned · {WHERE} · {ASK}"),
        (Happening.OPENED, {"after": 2 * HOUR}, f"DOWN {DOCS}, for 2 h already · {WHERE} · {ASK}"),
        (Happening.REOPENED, {"after": 2 * HOUR}, f"DOWN AGAIN {DOCS} · {WHERE} · {ASK}"),
        (Happening.REOPENED, {"severity": Severity.INFO}, f"WARN AGAIN {DOCS} · {WHERE} · {ASK}"),
        (Happening.RELEASED, {}, f"NOT ACKED ANY MORE {DOCS} · {WHERE} · {ASK}"),
        (Happening.WORSE, {}, f"WORSE {DOCS} · {WHERE} · {ASK}"),
        (Happening.ESCALATED, {}, f"ESCALATED {DOCS} · {WHERE} · {ASK}"),
        (Happening.ACKNOWLEDGED, {**TAKEN, "after": 2 * HOUR}, "ACKED #12 docs.python.org by ned after 3 min"),
        (Happening.ACKNOWLEDGED, {}, "ACKED #12 docs.python.org by somebody after 1 s"),
        (Happening.RESOLVED, OVER, UP),
        (Happening.RESOLVED, {**TAKEN, **OVER}, f"{UP}, acked by ned"),
        (Happening.RESOLVED, {**TAKEN, **OVER, "resolved_by": "ada"}, BY_ADA),
        (Happening.RESOLVED, {**OVER, "severity": Severity.WARNING}, "OVER #12 docs.python.org after 9 min"),
        (Happening.RESOLVED, {**OVER, "after": 129 * MINUTE}, f"{UP}, 2 h ago"),
        (Happening.RESOLVED, {}, "UP #12 docs.python.org again after 1 s"),
        (Happening.ALERT, {}, f"DOWN {DOCS} · {WHERE} · {ASK}"),
        (Happening.ALERT, TAKEN, "ACKED #12 docs.python.org by ned after 3 min"),
        (Happening.ALERT, OVER, UP),
        (Happening.OPENED, {"subject": "unmapped:db-7"}, "DOWN #12 db-7: HTTP is down · not in the catalog · ack 12"),
        (Happening.OPENED, {"subject": "gone.from"}, "DOWN #12 gone.from: HTTP is down · not in the catalog · ack 12"),
        (
            Happening.OPENED, {"subject": "staging.python.org"},
            "DOWN #12 staging.python.org: HTTP is down · where it runs is unknown · nobody is named as owner",
        ),
        (
            Happening.OPENED, {"subject": "exampleindex"},
            "DOWN #12 exampleindex: HTTP is down · on Amazon Web Services us-east-2 (arm64) · ask Dustin Ingram",
        ),
    ],
)  # fmt: skip
def test_the_line_says_what_is_down_where_it_runs_and_whom_to_ask(kind, given, text):
    assert line(kind, **given) == text


@pytest.mark.parametrize(
    ("summary", "shown"),
    [
        ("docs.python.org is down", ""),
        ("docs.python.org", ""),
        ("DOCS.python.org: 5xx rate", ": 5xx rate"),
        ("docs.python.org - 5xx rate", ": 5xx rate"),
        ("docs.python.org.example is down", ": docs.python.org.example is down"),
        ("docs.python.org2 is down", ": docs.python.org2 is down"),
        ("docs.python.org/3 is down", ": docs.python.org/3 is down"),
        ("Disk full", ": Disk full"),
        ("is down", ""),
        ("x" * 300, ": " + "x" * 159 + "…"),
    ],
)
def test_the_title_does_not_repeat_the_name(summary, shown):
    assert line(Happening.OPENED, summary) == f"DOWN #12 docs.python.org{shown} · {WHERE} · {ASK}"


def test_the_incidents_title_is_told_and_not_what_an_alert_says_by_the_way():
    said = word(Happening.ALERT, incident(), BOOK.catalog, NOON, ended(summary="Ping is up again", detail="OK"))

    assert said.text.startswith("DOWN #12 docs.python.org: HTTP is down · ")
    assert not any("OK" in line for line in said.lines)


def test_a_long_title_gives_way_to_where_it_runs_and_whom_to_ask():
    text = one("DOWN #1 docs", "t" * 400, ("w" * 100, "a" * 100))

    assert len(text) == LONGEST
    assert text.startswith("DOWN #1 docs: ttt")
    assert text.endswith(f"t… · {'w' * 100} · {'a' * 100}")


def test_a_title_keeps_its_first_words_when_the_rest_is_endless():
    text = one("DOWN #1 docs", "t" * 400, ("w" * 300, "a" * 300))

    assert len(text) == LONGEST
    assert text == f"DOWN #1 docs: {'t' * 59}… · {'w' * 300} · {'a' * 19}…"


@pytest.mark.parametrize(("after", "said"), [(299, ""), (300, ", for 5 min already")])
def test_what_is_told_five_minutes_late_says_so(after, said):
    assert line(Happening.OPENED, after=after * SECOND) == f"DOWN {DOCS}{said} · {WHERE} · {ASK}"


def test_a_source_that_says_no_more_has_no_line_of_its_own():
    below = word(Happening.OPENED, incident(), BOOK.catalog, NOON, fired(detail="")).lines

    assert below == full(Happening.OPENED, public=True).lines


def test_where_nobody_is_named_a_contact_is():
    contacts = ({"type": "email", "value": "private@example.org", "public": False}, {"type": "irc", "value": "#help"})
    book = sample(services={"staging.python.org": {"contacts": contacts}})
    said = word(Happening.OPENED, incident("staging.python.org"), book.catalog, NOON)

    assert said.text.endswith(" · nobody is named as owner, try #help")
    assert said.lines == ("On call: no rota is known.", "Reach: #help")


LINKS = (AlertLink(title="Pingdom", url="https://my.pingdom.example/1"),)


def full(kind, *, public, subject="docs.python.org"):
    alert = fired(summary="HTTP is down", detail="Error 503\n at  backend", links=LINKS)
    return word(kind, incident(subject), BOOK.catalog, NOON, alert, public=public)


def test_below_the_line_stands_whom_to_reach_and_the_runbook():
    assert full(Happening.OPENED, public=True).lines == (
        "On call: no rota is known; PSF Infrastructure Team stands behind it.",
        "Reach: docs@python.org · infrastructure-staff@python.org · #python-infra (on Libera.Chat)",
        "Runbook: https://github.com/python/docsbuild-scripts#readme",
    )


def test_below_the_line_stands_who_is_on_call_where_that_is_known():
    said = word(Happening.OPENED, incident(), BOOK.catalog, NOON, on_call="Anna until 18:00; back-up Ben")

    assert said.lines[0] == "On call: Anna until 18:00; back-up Ben."


def test_only_a_room_of_the_team_sees_the_sources_long_text_and_pages():
    public, private = (full(Happening.OPENED, public=public) for public in (True, False))

    assert private.lines == (*public.lines, "pingdom: Error 503 at backend")
    assert private.links == (("Pingdom", "https://my.pingdom.example/1"),)
    assert public.links == ()
    assert public.text == private.text


def test_what_is_unmapped_shows_what_the_source_says():
    assert full(Happening.OPENED, public=False, subject="unmapped:x").lines == ("pingdom: Error 503 at backend",)


@pytest.mark.parametrize("kind", [Happening.ACKNOWLEDGED, Happening.RESOLVED])
def test_an_end_and_who_took_it_need_one_line_only(kind):
    said = full(kind, public=False)

    assert (said.lines, said.links) == ((), (("Pingdom", "https://my.pingdom.example/1"),))
    assert full(kind, public=True).links == ()


@pytest.mark.parametrize("service", sorted(REAL.services))
def test_the_line_about_every_service_of_the_catalog_fits(service):
    said = fired(summary="Every page answers 503 Service Unavailable " * 4)
    texts = [
        word(
            kind, incident(service, number=99999, acked_by="n" * 40, **more), REAL, NOON + timedelta(days=99), said
        ).text
        for kind in Happening
        for more in ({}, {"resolved_at": NOON + HOUR, "state": Standing.RESOLVED})
    ]

    assert max(map(len, texts)) <= LONGEST
    assert all(service in text for text in texts)


@pytest.mark.parametrize("service", sorted(REAL.services))
def test_the_line_about_every_service_names_somebody_or_says_that_nobody_is_named(service):
    text = word(Happening.OPENED, incident(service, title="x" * 500), REAL, NOON).text
    owners = [owner.ref.partition(":")[2] for owner in REAL.services[service].owners if owner.role == "primary"]
    names = [(REAL.people.get(key) or REAL.teams[key]).name for key in owners]

    assert all(name in text for name in names)
    assert "ask " in text or "nobody is named" in text


def crowded(words: str) -> Catalog:
    """A catalog in which everything about docs.python.org is called so."""
    providers = {key: {"name": words} for key in BOOK.catalog.providers}
    people = {key: {"name": words} for key in BOOK.catalog.people}
    contact = {"type": "irc", "value": words, "note": words}
    return sample(providers=providers, people=people, services={"docs.python.org": {"contacts": (contact,)}}).catalog


@settings(deadline=None)
@given(
    subject=st.one_of(
        st.sampled_from(["docs.python.org", "loadbalancer"]), st.text(max_size=300).map(lambda t: UNMAPPED + t)
    ),
    words=st.one_of(st.text(min_size=1, max_size=600), st.just(HOSTILE * 20)),
    kind=st.sampled_from(Happening),
    state=st.sampled_from(Standing),
    severity=st.sampled_from(Severity),
    after=st.timedeltas(timedelta(days=-1), timedelta(days=4000)),
)
def test_no_words_however_hostile_break_the_line(subject, words, kind, state, severity, after):
    found = incident(subject, title=words, state=state, severity=severity, acked_by=words[:200], resolved_by=words[:50])
    alert = fired(summary=words, detail=words, by=words)
    for said in (word(kind, found, crowded(words), NOON + after, alert), word(kind, found, BOOK.catalog, NOON + after)):
        assert [text for text in (said.text, *said.lines) if not text.isprintable()] == []
        assert said.text.strip()
        assert len(said.text) <= LONGEST


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (3660, "1 h 1 min"),
        (86399, "23 h 59 min"), (86400, "1 d"), (86400 + 3599, "1 d"), (90000, "1 d 1 h"), (8640000, "100 d"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_told_in_the_two_units_that_matter(seconds, words):
    assert span(timedelta(seconds=seconds)) == words
