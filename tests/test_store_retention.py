"""What is old is forgotten, and nothing that still matters."""

import asyncio

import pytest
from sqlalchemy import func, select
from stores import DAY, NOON, ROOT, alert, arrival, incident, notice

from psfbot.relay.alert import Severity, State
from psfbot.relay.incident import Entry, Happening, Problem, Standing
from psfbot.relay.letter import Fate
from psfbot.relay.notice import Delivery, Ending
from psfbot.store import retention
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.store.outbox import SqlOutbox
from psfbot.store.retention import forget, rules
from psfbot.store.tables import metadata

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


async def sizes(db):
    def count(connection):
        tables = metadata.tables
        return {
            name: connection.execute(select(func.count()).select_from(tables[name])).scalar_one() for name in tables
        }

    return {name: number for name, number in (await db.read(count)).items() if number}


async def letters(db, fate, days, count=1):
    inbox = SqlInbox(db)
    await asyncio.gather(*(inbox.keep(arrival(source=fate, at=NOON - days * DAY)) for _ in range(count)))
    found = [letter for letter in await inbox.waiting(10_000) if letter.source == fate]

    def file(ledger):
        for letter in found:
            ledger.file(letter.id, fate, "", NOON)

    await SqlStore(db).write(file)


@pytest.mark.parametrize(
    ("fate", "days", "stays"),
    [
        (Fate.DONE, 31, 0), (Fate.IGNORED, 31, 0), (Fate.STALE, 31, 0), (Fate.DONE, 29, 1),
        (Fate.NEW, 900, 1), (Fate.QUARANTINED, 399, 1), (Fate.QUARANTINED, 401, 0),
    ],
)  # fmt: skip
async def test_letters_go_when_they_were_read_and_are_old(db, fate, days, stays):
    await letters(db, fate, days)
    gone = await forget(db, NOON)

    assert (await sizes(db)).get("inbox", 0) == stays
    assert gone["inbox"] == 1 - stays


async def test_many_old_letters_go_batch_by_batch(db, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 7)
    await letters(db, Fate.DONE, 40, count=50)
    await letters(db, Fate.STALE, 1, count=3)
    gone = await forget(db, NOON)

    assert gone["inbox"] == 50
    assert await sizes(db) == {"inbox": 3}


async def test_a_letter_that_is_read_again_meanwhile_stays(db):
    await letters(db, Fate.DONE, 40)
    (old,) = await SqlInbox(db).since(NOON - 50 * DAY)
    await SqlInbox(db).read_again([old.id])
    rule = rules(NOON)[0]

    assert await db.write(lambda connection: retention._delete(connection, rule=rule, keys=[old.id])) == 0  # noqa: SLF001


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [(Delivery.SENT, 31, 0), (Delivery.SENT, 29, 1), (Delivery.DEAD, 399, 1), (Delivery.DEAD, 401, 0),
     (Delivery.PENDING, 900, 1), (Delivery.UNKNOWN, 900, 1)],
)  # fmt: skip
async def test_notices_go_when_they_were_settled_and_are_old(db, state, days, stays):
    then, box = NOON - days * DAY, SqlOutbox(db)
    await SqlStore(db).write(lambda ledger: ledger.post(notice(), then))
    parcel = await box.lease("irc #ops", then, then)
    await box.settle(parcel, Ending(state=state), then)
    await forget(db, NOON)

    assert (await sizes(db)).get("outbox", 0) == stays


def whole_incident(state, days):
    """An incident with everything that belongs to it, last changed so many days ago."""
    then = NOON - days * DAY

    def work(ledger):
        opened = ledger.open_incident(incident(at=then, state=state))
        ledger.add_alert(alert(at=then), letter=1, incident=opened.number, now=then)
        ledger.add_entry(opened.number, Entry(at=then, kind=Happening.OPENED, text="down"))
        over = state is Standing.RESOLVED
        ledger.keep_problem(
            Problem(
                source="pingdom", key="1", state=State.RESOLVED if over else State.FIRING, at=then, since=then,
                severity=Severity.ERROR, summary="", about="", incident=opened.number,
            )
        )  # fmt: skip
        ledger.post(notice(opened.number), then)

    return work


async def test_of_an_incident_that_was_over_long_ago_the_incident_and_its_timeline_stay(db):
    await SqlStore(db).write(whole_incident(Standing.RESOLVED, 401))
    gone = await forget(db, NOON)

    assert await sizes(db) == {"incidents": 1, "timeline": 1, "outbox": 1}
    assert gone == {"inbox": 0, "outbox": 0, "alerts": 1, "problems": 1, "told": 1, "proposals": 0, "passings": 0}


@pytest.mark.parametrize(
    ("state", "days"), [(Standing.RESOLVED, 399), (Standing.OPEN, 900), (Standing.ACKNOWLEDGED, 900)]
)
async def test_of_other_incidents_everything_stays(db, state, days):
    await SqlStore(db).write(whole_incident(state, days))
    before = await sizes(db)
    await forget(db, NOON)

    assert await sizes(db) == before


async def test_old_alerts_without_an_incident_go(db):
    for days in (399, 401):
        then = NOON - days * DAY
        await SqlStore(db).write(
            lambda ledger, at=then: ledger.add_alert(alert(at=at), letter=None, incident=None, now=at)
        )
    await forget(db, NOON)

    assert await sizes(db) == {"alerts": 1}


@pytest.mark.parametrize(
    ("what", "time"),
    [
        ("webhooks that were read", retention.READ_LETTERS),
        ("webhooks that nobody could read", retention.QUARANTINED_LETTERS),
        ("notices that were delivered", retention.SENT_NOTICES),
        ("notices that could not be delivered", retention.DEAD_LETTERS),
        ("alerts and problems", retention.ALERTS),
    ],
)
def test_the_documentation_says_how_long_things_are_kept(what, time):
    page = (ROOT / "docs" / "operations" / "database.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith(f"| {what}"))

    assert f"| {time.days} days" in row
