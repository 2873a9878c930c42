"""A letter is read as a whole or not at all, and as often as you like."""

import asyncio
from dataclasses import dataclass, replace
from itertools import count

import pytest
from sqlalchemy import select
from stage import NOON, SECOND, Watched, stage

from psfbot.flows import respond
from psfbot.plugin import Plugin
from psfbot.relay.incident import Standing
from psfbot.relay.judge import Verdict
from psfbot.relay.letter import Fate
from psfbot.store.ledger import SqlStore
from psfbot.store.tables import alerts, metadata


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def rows(bot, *but):
    """Every row of every table except these, as the database keeps them."""

    def look(connection):
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in metadata.sorted_tables
            if table.name not in but
        }

    return asyncio.run(bot.db.read(look))


def group(**members):
    """A webhook of Alertmanager with an alert for each of these hosts."""
    when = {"startsAt": NOON.isoformat(), "endsAt": (NOON + SECOND).isoformat()}
    alerts = [
        {"status": state, "labels": {"alertname": "Down", "instance": f"{host}.example"}, "fingerprint": host, **when}
        for host, state in members.items()
    ]
    return {"version": "4", "status": "firing", "alerts": alerts}


@dataclass(frozen=True)
class Failing:
    """A store whose ledger fails at its n-th call, in the middle of whatever is done."""

    store: SqlStore
    fails_at: int

    async def write(self, work):
        return await self.store.write(lambda ledger: work(Watched(ledger, self.fails_at)))


def test_a_letter_is_taken_as_a_whole_or_not_at_all(bot):
    bot.hook("alertmanager", **group(a="firing"))
    letter = bot.arrive("alertmanager", **group(a="resolved", b="firing", c="firing"))
    before = rows(bot)
    for call in count(1):
        broken = replace(bot.reader, store=Failing(bot.store, call))
        try:
            asyncio.run(broken.read(letter))
        except ArithmeticError:
            assert rows(bot) == before, f"call {call} failed and left something behind"
        else:
            break

    assert call > 30
    assert [(one.subject, one.state.value) for one in bot.incidents] == [
        ("unmapped:a.example", "resolved"), ("unmapped:b.example", "open"), ("unmapped:c.example", "open"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("plugin", "letters"),
    [
        ("alertmanager", [group(a="firing"), group(a="firing", b="firing"), group(a="resolved", b="firing")]),
        ("pingdom", ["http_down", "http_up", "http_down"]),
        ("pingdom", ["http_up", "http_down"]),
        ("pagerduty", ["incident.triggered", "incident.acknowledged", "incident.resolved", "incident.annotated"]),
        ("datadog", ["triggered", "renotify", "recovered", "default_body"]),
        ("generic", [{"key": "1", "state": "firing", "summary": "x"}, {"key": "1", "state": "firing", "summary": "x"}]),
    ],
)
@pytest.mark.parametrize("by_hand_before", [False, True])
def test_the_same_letters_read_again_change_nothing(bot, plugin, letters, by_hand_before):
    for letter in letters:
        bot.hook(plugin, **letter) if isinstance(letter, dict) else bot.hook(plugin, letter)
        if by_hand_before and bot.incidents[-1:] and bot.incidents[-1].state is not Standing.RESOLVED:
            bot.by_hand(respond.resolve, bot.incidents[-1].number)
    before = rows(bot, "inbox")
    every = asyncio.run(bot.inbox.since(NOON))
    for letter in every * 2:
        bot.now += SECOND
        asyncio.run(bot.reader.read(letter))

    assert rows(bot, "inbox") == before
    assert len(every) == len(letters)


def test_a_letter_that_no_plugin_reads_is_quarantined_with_a_hint(bot):
    del bot.plugins["pingdom"]
    bot.hook("pingdom", "http_down")
    (letter,) = asyncio.run(bot.inbox.quarantined())

    assert letter.reason == "no plugin of this name reads webhooks here; install it, then `psfbot replay`"


def test_a_plugin_that_reads_no_webhooks_quarantines_them(bot):
    bot.plugins["pingdom"] = Plugin("pingdom", about="Reads nothing.")
    bot.hook("pingdom", "http_down")

    assert bot.fates() == {Fate.QUARANTINED: 1}


def test_a_letter_says_which_alerts_it_made(bot):
    taken = bot.hook("alertmanager", **group(a="firing", b="firing"))

    assert [(one.verdict, one.told) for one in taken] == [(Verdict.FIRST, ("irc #python-infra",))] * 2
    assert {letter for (letter,) in asyncio.run(bot.db.read(lambda c: c.execute(select(alerts.c.letter)).all()))} == {1}


def test_what_alertmanager_goes_on_with_is_open_again_and_its_letters_may_be_read_again(bot):
    bot.hook("alertmanager", **group(a="firing"))
    bot.hook("alertmanager", **group(a="resolved"))
    (again,) = bot.hook("alertmanager", **group(a="firing"))
    bot.hook("alertmanager", **group(a="firing"))
    before = rows(bot, "inbox")
    for letter in asyncio.run(bot.inbox.since(NOON)) * 2:
        asyncio.run(bot.reader.read(letter))

    assert again.verdict is Verdict.BACK
    assert bot.incidents[0].state is Standing.OPEN
    assert rows(bot, "inbox") == before
