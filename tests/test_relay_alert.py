"""What a source reports is made harmless as it comes in, and the nouns about it say what they should."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from stage import HOUR, MINUTE, NOON, SECOND, fired

from psfbot.relay.alert import Alert, AlertLink, Severity, State
from psfbot.relay.incident import EVERYTHING, UNMAPPED, Incident, Silence, Standing
from psfbot.relay.notice import Priority, Room

HOSTILE = "a\x00b\r\nPRIVMSG #x :c\x1b[31m\u202ed\u2028e\ud800"


@given(
    st.fixed_dictionaries(
        dict.fromkeys(("about", "summary", "detail", "by"), st.text()),
        optional={"names": st.lists(st.text()).map(tuple), "hints": st.lists(st.text()).map(tuple)},
    )
)
def test_no_text_of_an_alert_holds_anything_invisible_or_endless(texts):
    said = fired(**texts)
    words = [said.about, said.summary, said.detail, said.by, *said.names, *said.hints]

    assert [word for word in words if not word.isprintable() or len(word) > 4000] == []
    assert Alert.model_validate_json(said.model_dump_json()) == said


def test_a_hostile_text_becomes_one_harmless_line():
    said = fired(
        key=HOSTILE, summary=HOSTILE, event=HOSTILE, links=(AlertLink(title=HOSTILE, url="https://x.example"),)
    )

    assert said.summary == said.key == said.event == said.links[0].title == "a b PRIVMSG #x :c [31md e"


@pytest.mark.parametrize("field", ["key", "source"])
@pytest.mark.parametrize("value", ["", " ", "\x00", "\u200b", "x" * 501])
def test_an_alert_without_a_usable_key_is_refused(field, value):
    with pytest.raises(ValidationError, match=field):
        fired(**{field: value})


@pytest.mark.parametrize(
    ("given", "hour"),
    [
        (datetime(2026, 11, 20, 12), 12),  # noqa: DTZ001 - Pingdom sends such
        (datetime(2026, 11, 20, 12, tzinfo=UTC), 12),
        (datetime(2026, 11, 20, 12, tzinfo=timezone(timedelta(hours=5, minutes=30))), 6),
    ],
)
def test_times_are_in_utc_whatever_the_source_writes(given, hour):
    at = fired(given).at

    assert (at.tzinfo, at.hour) == (UTC, hour)


def test_severities_have_an_order():
    assert [severity.value for severity in sorted(Severity, key=lambda one: one.rank)] == [
        "info", "warning", "error", "critical",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({}, {"detail": "more", "severity": Severity.INFO, "hints": ("x",), "by": "ned"}, True),
        ({}, {"at": NOON + SECOND}, False),
        ({}, {"state": State.RESOLVED}, False),
        ({}, {"summary": "other"}, False),
        ({}, {"key": "2"}, False),
        ({}, {"source": "datadog"}, False),
        ({"event": "E1"}, {"event": "E1", "at": NOON + SECOND, "summary": "edited"}, True),
        ({"event": "E1"}, {"event": "E2"}, False),
        ({"event": "E1"}, {"event": ""}, False),
        ({"key": "a|b", "event": "c"}, {"key": "a", "event": "b|c"}, False),
        ({"source": "a", "key": "b|c"}, {"source": "a|b", "key": "c"}, False),
    ],
)
def test_a_fingerprint_is_the_same_for_the_same_report_only(one, other, same):
    values = {"source": "pingdom", "key": "1", "state": State.FIRING, "at": NOON, "summary": "It is down"}
    first, second = Alert(**{**values, **one}), Alert(**{**values, **other})

    assert (first.fingerprint == second.fingerprint) is same


@given(
    st.tuples(st.text(min_size=1), st.text(min_size=1), st.text()),
    st.tuples(st.text(min_size=1), st.text(min_size=1), st.text()),
)
def test_no_two_reports_share_a_fingerprint_by_where_their_words_are_cut(one, other):
    try:
        first, second = (fired(source=source, key=key, event=event or "-") for source, key, event in (one, other))
    except ValidationError:
        return
    parts = [(said.source, said.key, said.event) for said in (first, second)]

    assert (first.fingerprint == second.fingerprint) is (parts[0] == parts[1])


@pytest.mark.parametrize(
    ("subject", "service", "named"),
    [
        ("docs.python.org", "docs.python.org", "docs.python.org"),
        (f"{UNMAPPED}db-7", None, "db-7"),
        (UNMAPPED, None, "something unnamed"),
    ],
)
def test_an_incident_names_its_service_or_what_nobody_knows(subject, service, named):
    found = Incident(
        number=1,
        subject=subject,
        title="",
        state=Standing.OPEN,
        severity=Severity.ERROR,
        opened_at=NOON,
        changed_at=NOON,
    )

    assert (found.service, found.named) == (service, named)


@pytest.mark.parametrize(
    ("about", "after", "holds"),
    [
        ("docs", -SECOND, False),
        ("docs", 0 * SECOND, True),
        ("docs", HOUR - SECOND, True),
        ("docs", HOUR, False),
        ("wiki", MINUTE, False),
        (EVERYTHING, MINUTE, True),
    ],
)
def test_a_silence_holds_from_its_start_until_just_before_its_end(about, after, holds):
    silence = Silence(id=1, subject=about, starts_at=NOON, ends_at=NOON + HOUR, author="ned", reason="work")

    assert silence.covers("docs", NOON + after) is holds


def test_a_room_is_a_lane_and_urgent_notices_go_first():
    assert Room(platform="irc", name="#python-infra").lane == "irc #python-infra"
    assert sorted(Priority) == [Priority.VITAL, Priority.URGENT, Priority.NORMAL, Priority.BULK]
