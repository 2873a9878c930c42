"""What the relay remembers: problems, incidents, alerts, timelines and silences."""

import pytest
from sqlalchemy.exc import IntegrityError
from stores import DAY, NOON, SECOND, alert, incident, notice

from psfbot.chat.message import Message, Speaker
from psfbot.relay.alert import AlertLink, Severity, State
from psfbot.relay.incident import Entry, Happening, Problem, Silence, Standing
from psfbot.relay.notice import Room
from psfbot.store.audit import Deed, SqlAudit
from psfbot.store.ledger import SqlStore
from psfbot.store.marks import Mark, SqlMarks

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


@pytest.fixture
def store(db):
    return SqlStore(db)


def problem(key="1", **more):
    values = {"state": State.FIRING, "at": NOON, "since": NOON, "severity": Severity.ERROR, "summary": "Docs is down"}
    return Problem(**{"source": "pingdom", "key": key, "about": "docs.python.org"} | values | more)


def silence(subject="docs.python.org", start=NOON, end=NOON + DAY, **more):
    return Silence(id=0, subject=subject, starts_at=start, ends_at=end, author="hugo", reason="work", **more)


async def test_incidents_are_numbered_from_one(store):
    numbers = [await store.write(lambda ledger: ledger.open_incident(incident()).number) for _ in range(3)]

    assert numbers == [1, 2, 3]


async def test_an_incident_comes_back_as_it_was_kept(store):
    opened = await store.write(lambda ledger: ledger.open_incident(incident()))
    full = incident(
        state=Standing.RESOLVED, severity=Severity.CRITICAL, acked_by="ned", acked_at=NOON + SECOND, resolved_by="ned",
        resolved_at=NOON + 2 * SECOND, flaps=3, repeats=40, version=9, cause=opened.number, title="Ünïcode 🔥",
    )  # fmt: skip
    kept = await store.write(lambda ledger: ledger.open_incident(full))

    assert await store.read(lambda ledger: ledger.incident(kept.number)) == full.model_copy(update={"number": 2})


async def test_an_incident_is_replaced_as_a_whole(store):
    opened = await store.write(lambda ledger: ledger.open_incident(incident()))
    changed = opened.model_copy(update={"state": Standing.ACKNOWLEDGED, "acked_by": "ned", "version": 2})
    await store.write(lambda ledger: ledger.keep_incident(changed))

    assert await store.read(lambda ledger: ledger.incident(opened.number)) == changed


async def test_an_incident_that_does_not_exist_is_not_found_and_cannot_be_replaced(store):
    assert await store.read(lambda ledger: ledger.incident(7)) is None
    assert await store.read(lambda ledger: ledger.incident(10**20)) is None

    with pytest.raises(LookupError, match="no incident #0"):
        await store.write(lambda ledger: ledger.keep_incident(incident()))


async def test_the_latest_incident_of_a_subject_is_found_whatever_its_state(store):
    for subject, state in [("a", Standing.OPEN), ("a", Standing.RESOLVED), ("b", Standing.OPEN)]:
        await store.write(lambda ledger, s=subject, t=state: ledger.open_incident(incident(s, state=t)))
    found = await store.read(lambda ledger: ledger.latest("a"))

    assert (found.number, found.state) == (2, Standing.RESOLVED)
    assert await store.read(lambda ledger: ledger.latest("c")) is None


async def test_incidents_are_listed_newest_first_with_or_without_what_is_over(store):
    for state in (Standing.OPEN, Standing.RESOLVED, Standing.ACKNOWLEDGED):
        await store.write(lambda ledger, t=state: ledger.open_incident(incident(state=t)))

    def numbers(**options):
        return lambda ledger: [found.number for found in ledger.incidents(**options)]

    assert await store.read(numbers()) == [3, 1]
    assert await store.read(numbers(open_only=False)) == [3, 2, 1]
    assert await store.read(numbers(open_only=False, limit=2)) == [3, 2]


async def test_a_problem_is_remembered_and_replaced(store):
    number = (await store.write(lambda ledger: ledger.open_incident(incident()))).number
    await store.write(lambda ledger: ledger.keep_problem(problem()))
    later = problem(state=State.RESOLVED, at=NOON + DAY, incident=number, closed_at=NOON, summary="up", about="")
    await store.write(lambda ledger: ledger.keep_problem(later))

    assert await store.read(lambda ledger: ledger.problem("pingdom", "1")) == later
    assert await store.read(lambda ledger: ledger.problem("pingdom", "2")) is None
    assert await store.read(lambda ledger: ledger.problems(number)) == [later]


async def test_a_problem_of_an_incident_that_does_not_exist_is_a_bug(store):
    with pytest.raises(IntegrityError):
        await store.write(lambda ledger: ledger.keep_problem(problem(incident=7)))


async def test_an_alert_is_kept_once_under_whatever_letter_it_comes(store):
    opened = await store.write(lambda ledger: ledger.open_incident(incident()))
    links = (AlertLink(title="check", url="https://example.org/?a=1"),)
    said = alert("ü", names=("docs", "1"), links=links, detail="line\nnext", event="E1", severity=Severity.CRITICAL)

    def keep(letter):
        return lambda ledger: ledger.add_alert(said, letter=letter, incident=opened.number, now=NOON)

    assert await store.write(keep(1))
    assert not await store.write(keep(2))
    assert await store.read(lambda ledger: ledger.alerts(opened.number)) == [said]


async def test_an_alert_can_be_given_to_an_incident_later_with_the_reason(store, db):
    def work(ledger):
        opened = ledger.open_incident(incident())
        ledger.add_alert(alert("1"), letter=None, incident=None, now=NOON)
        ledger.add_alert(alert("2"), letter=None, incident=None, now=NOON)
        ledger.explain(alert("1"), incident=opened.number, reason="the first of its kind")
        return ledger.alerts(opened.number)

    assert await store.write(work) == [alert("1")]

    kept = await db.read(lambda connection: connection.exec_driver_sql("SELECT reason FROM alerts ORDER BY id").all())

    assert [reason for (reason,) in kept] == ["the first of its kind", ""]


async def test_alerts_and_timeline_keep_the_order_in_which_they_came(store):
    def work(ledger):
        number = ledger.open_incident(incident()).number
        for key in "cab":
            ledger.add_alert(alert(key), letter=None, incident=number, now=NOON)
            ledger.add_entry(number, Entry(at=NOON, kind=Happening.ALERT, who="pingdom", text=key, reason="new"))
        return number

    number = await store.write(work)

    assert [found.key for found in await store.read(lambda ledger: ledger.alerts(number))] == ["c", "a", "b"]
    assert [entry.text for entry in await store.read(lambda ledger: ledger.timeline(number))] == ["c", "a", "b"]


async def test_silences_hold_until_they_end(store):
    kept = await store.write(lambda ledger: ledger.add_silence(silence(maintenance=True)))
    planned = await store.write(lambda ledger: ledger.add_silence(silence("*", NOON + 5 * DAY, NOON + 6 * DAY)))

    async def held(now):
        return [found.id for found in await store.read(lambda ledger: ledger.silences(now))]

    assert (await store.read(lambda ledger: ledger.silences(NOON)))[0] == kept
    assert await held(NOON) == [kept.id, planned.id]
    assert await held(NOON + DAY) == [planned.id]
    assert await held(NOON + 6 * DAY) == []


async def test_a_silence_can_be_ended_and_one_that_is_over_stays_as_it_was(store):
    first = await store.write(lambda ledger: ledger.add_silence(silence()))
    await store.write(lambda ledger: ledger.end_silence(first.id, NOON + SECOND))
    await store.write(lambda ledger: ledger.end_silence(first.id, NOON + DAY))

    assert await store.read(lambda ledger: ledger.silences(NOON + SECOND)) == []
    assert [s.ends_at for s in await store.read(lambda ledger: ledger.silences(NOON))] == [NOON + SECOND]


async def test_the_rooms_that_hear_of_an_incident_are_known_from_the_first_notice_on(store):
    def work(ledger):
        for version, room in enumerate(["irc #ops", "slack C 1", "irc #ops"], 1):
            ledger.post(notice(1, version, room), NOON)
        return ledger.told(1), ledger.told(2)

    mine, other = await store.write(work)

    assert mine == [Room(platform="irc", name="#ops"), Room(platform="slack", name="C 1")]
    assert other == []


async def test_words_that_postgresql_cannot_hold_are_kept_with_a_sign_in_their_place(store):
    odd = problem("nul\0key")
    await store.write(lambda ledger: ledger.keep_problem(odd))
    await store.write(lambda ledger: ledger.keep_problem(odd))

    assert (await store.read(lambda ledger: ledger.problem("pingdom", "nul\0key"))).key == "nul␀key"


async def test_who_changed_what_is_written_down(db):
    audit = SqlAudit(db)
    ned = Speaker("ned_", account="ned", person="ned-batchelder")
    await audit.add(Message("ack 1", ned, "irc", "#ops"), "acknowledged", NOON)
    await audit.add(Message("mute *", Speaker("guest"), "irc"), "refused", NOON + SECOND)
    guest, first = await audit.recent()

    assert first == Deed(
        at=NOON, name="ned_", account="ned", person="ned-batchelder", platform="irc", room="#ops", said="ack 1",
        outcome="acknowledged",
    )  # fmt: skip
    assert (guest.person, guest.room, guest.outcome) == (None, None, "refused")
    assert await audit.recent(1) == [guest]


async def test_a_mark_remembers_the_last_time_only(db):
    marks = SqlMarks(db)
    await marks.set("heartbeat", NOON)
    await marks.set("heartbeat", NOON + DAY, "ok")

    assert await marks.all() == {"heartbeat": Mark(at=NOON + DAY, value="ok")}
