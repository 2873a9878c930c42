"""Alerts become incidents that people are told of: each once, with a reason, and all of it in one transaction."""

import asyncio
from dataclasses import dataclass, replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from stage import HOUR, MINUTE, NOON, SECOND, Watched, acked, alert, ended, fired, sample, stage

from psfbot.errors import UserError
from psfbot.flows import respond
from psfbot.flows.alert import Scene, closed, take
from psfbot.plugin import Plugin
from psfbot.relay.alert import AlertLink, Severity, State
from psfbot.relay.incident import Incident, Problem, Silence, Standing
from psfbot.relay.judge import Verdict
from psfbot.relay.letter import Fate
from psfbot.relay.notice import Priority
from psfbot.relay.weigh import goes_on
from psfbot.store.ledger import SqlStore
from psfbot.store.tables import alerts, metadata

NED = respond.Actor("ned", "on irc in #python-infra")


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


def takes(bot, *alerts, after=SECOND):
    """Take alerts one after the other, as they come in, and deliver what follows."""
    found = []
    for one in alerts:
        bot.now += after
        found.append(bot.change(lambda scene, one=one: take(one, replace(scene, came=bot.now))))
    return found


def by_hand(bot, deed, number=1, after=SECOND):
    bot.now += after
    return bot.change(lambda scene: deed(number, NED, scene))


def test_a_problem_is_told_when_it_begins_and_when_it_ends(bot):
    began, over = takes(bot, fired(), ended(NOON + 9 * MINUTE))

    assert (began.verdict, over.verdict) == (Verdict.FIRST, Verdict.GONE)
    assert bot.heads == ["DOWN #1 docs.python.org", "UP #1 docs.python.org again after 9 min"]
    assert (bot.incidents[0].state, bot.incidents[0].resolved_at) == (Standing.RESOLVED, NOON + 9 * MINUTE)


def test_the_same_report_counts_once(bot):
    first, *more = takes(bot, *[fired()] * 4)

    assert first.told == ("irc #python-infra",)
    assert [one.verdict for one in more] == [Verdict.DUPLICATE] * 3
    assert (len(bot.heard), bot.incidents[0].repeats, bot.incidents[0].version) == (1, 0, 2)


def test_what_is_reported_again_is_counted_and_explained_once(bot):
    takes(bot, *(fired(NOON + number * MINUTE) for number in range(5)))
    kinds = [kind for kind, _ in bot.timeline()]

    assert (len(bot.heard), bot.incidents[0].repeats) == (1, 4)
    assert kinds == ["opened", "told", "alert"]
    assert bot.timeline()[-1][1] == "not told: it is firing already; this repeats it; what follows is only counted"


def test_an_end_without_a_beginning_is_kept_and_not_told(bot):
    (found,) = takes(bot, ended())

    assert (found.verdict, found.incident, bot.heard) == (Verdict.NEVER_SEEN, None, [])
    assert bot.problem().state is State.RESOLVED


def test_another_end_without_a_beginning_changes_nothing_but_the_time(bot):
    takes(bot, ended(NOON), ended(NOON + MINUTE), ended(NOON - MINUTE))

    assert (bot.problem().at, bot.incidents, bot.heard) == (NOON + MINUTE, [], [])


def test_a_beginning_that_comes_after_its_end_is_told_once_as_over(bot):
    takes(bot, ended(NOON - 10 * MINUTE), fired(NOON - HOUR), fired(NOON - HOUR), acked(NOON - 30 * MINUTE))

    assert bot.heads == ["UP #1 docs.python.org again after 50 min, 10 min ago"]
    assert (bot.incidents[0].state, bot.incidents[0].opened_at) == (Standing.RESOLVED, NOON - HOUR)


def test_a_late_beginning_belongs_to_the_incident_that_the_service_has(bot):
    takes(bot, fired(key="2"), ended(NOON - MINUTE), fired(NOON - HOUR))

    assert len(bot.incidents) == len(bot.heard) == 1
    assert bot.incidents[0].state is Standing.OPEN


def test_what_was_overtaken_is_kept_with_its_reason_and_not_told(bot):
    takes(bot, fired(NOON + MINUTE), ended(NOON))

    assert len(bot.heard) == 1
    assert bot.timeline()[-1] == ("alert", "not told: pingdom said firing at 12:01:00, which is newer")
    assert len(bot.look(lambda ledger: ledger.alerts(1))) == 2


@pytest.mark.parametrize(
    ("pause", "head"), [(30 * MINUTE, "DOWN AGAIN #1 docs.python.org"), (31 * MINUTE, "DOWN #2 docs.python.org")]
)
def test_a_problem_that_comes_back_within_half_an_hour_is_the_same_incident(bot, pause, head):
    takes(bot, fired(), ended(NOON + MINUTE), fired(NOON + MINUTE + pause))

    assert bot.heads == ["DOWN #1 docs.python.org", "UP #1 docs.python.org again after 1 min", head]


def test_a_new_incident_begins_with_a_clean_slate(bot):
    takes(bot, fired())
    by_hand(bot, respond.acknowledge)
    takes(bot, ended(NOON + MINUTE), fired(NOON + 2 * HOUR))
    first, second = bot.incidents

    assert (first.acked_by, second.acked_by) == ("ned", "")
    assert (first.flaps, second.flaps, second.opened_at) == (0, 0, bot.now)


def test_a_problem_that_comes_back_after_an_end_without_a_beginning_is_new(bot):
    takes(bot, ended(NOON - MINUTE), fired(NOON))

    assert bot.heads == ["DOWN #1 docs.python.org"]


def test_a_first_report_that_is_acknowledged_already_says_who_has_it(bot):
    takes(bot, acked(by="Ada Example"))

    assert bot.heard[0].startswith(
        "#python-infra DOWN #1 docs.python.org: HTTP is acknowledged, acked by Ada Example · "
    )
    assert bot.incidents[0].state is Standing.ACKNOWLEDGED


def test_an_acknowledgement_after_an_end_opens_the_incident_again_for_whoever_has_it(bot):
    takes(bot, fired(), ended(NOON + MINUTE), acked(NOON + 2 * MINUTE, by="Ada Example"))

    assert (bot.incidents[0].state, bot.incidents[0].acked_by) == (Standing.ACKNOWLEDGED, "Ada Example")
    assert bot.heads[-1] == "DOWN AGAIN #1 docs.python.org"


# By hand and by the source.


def test_what_was_resolved_by_hand_opens_again_when_its_source_still_reports_it(bot):
    takes(bot, fired())
    by_hand(bot, respond.resolve)
    (back,) = takes(bot, fired())

    assert back.reason.startswith("it was resolved by hand, but pingdom still reports it")
    assert bot.heads[-1] == "DOWN AGAIN #1 docs.python.org"
    assert (bot.incidents[0].state, bot.incidents[0].resolved_by) == (Standing.OPEN, "")


def test_what_was_said_before_it_was_resolved_by_hand_opens_nothing(bot):
    takes(bot, fired())
    by_hand(bot, respond.resolve)
    came = bot.now - SECOND
    for said in (fired(), fired(NOON + SECOND), acked(NOON + 2 * SECOND), fired(NOON + SECOND, event="E1")):
        bot.change(lambda scene, said=said: take(said, replace(scene, came=came)))
    bot.change(lambda scene: take(acked(NOON + SECOND, event="E2"), replace(scene, came=bot.now + HOUR)))

    assert (bot.incidents[0].state, len(bot.heard)) == (Standing.RESOLVED, 2)
    assert bot.problem().closed_at is not None


def test_the_end_of_what_was_resolved_by_hand_is_no_news(bot):
    takes(bot, fired())
    by_hand(bot, respond.resolve)
    takes(bot, ended(NOON + HOUR))

    assert len(bot.heard) == 2
    assert bot.parcels[-1].notice.text == "UP #1 docs.python.org again after 2 s, resolved by ned"
    assert (bot.problem().state, bot.problem().closed_at) == (State.RESOLVED, None)


def test_a_problem_that_is_over_is_not_closed_by_hand_again():
    over = Problem(
        source="a", key="b", state=State.RESOLVED, at=NOON, since=NOON, severity="info", summary="", about=""
    )

    assert closed(over, NOON) is over


def test_an_acknowledgement_in_chat_is_not_echoed_by_its_source(bot):
    takes(bot, fired())
    by_hand(bot, respond.acknowledge)
    takes(bot, acked(NOON + MINUTE, by="Ned Example"))

    assert bot.heads == ["DOWN #1 docs.python.org", "ACKED #1 docs.python.org by ned after 2 s"]
    assert bot.incidents[0].acked_by == "ned"
    assert bot.parcels[-1].notice.text == bot.parcels[-2].notice.text, "a message is not changed for the worse"


def test_an_acknowledgement_at_the_source_is_told_and_chat_cannot_repeat_it(bot):
    takes(bot, fired(), acked(NOON + MINUTE, by="Ada Example"))

    with pytest.raises(UserError, match="acknowledged by Ada Example already"):
        by_hand(bot, respond.acknowledge)
    assert bot.heads[1:] == ["ACKED #1 docs.python.org by Ada Example after 1 min"]


def test_an_acknowledgement_that_runs_out_is_told(bot):
    takes(bot, fired(), acked(NOON + MINUTE), fired(NOON + 2 * MINUTE))

    assert bot.heads[-1] == "NOT ACKED ANY MORE #1 docs.python.org"
    assert (bot.incidents[0].state, bot.incidents[0].acked_by) == (Standing.OPEN, "")


# Several problems of one service.


def test_two_checks_of_one_service_are_one_incident_that_ends_with_the_last(bot):
    takes(bot, fired(), fired(key="2"), ended(NOON + MINUTE), ended(NOON + 2 * MINUTE, key="2"))

    assert bot.heads == ["DOWN #1 docs.python.org", "UP #1 docs.python.org again after 2 min"]
    assert [parcel.notice.quiet for parcel in bot.parcels] == [False, True, True, False]


def test_a_message_is_brought_up_to_date_with_what_is_still_wrong(bot):
    takes(bot, fired(summary="HTTP is down"), fired(key="2", summary="Ping is down"), ended(NOON + MINUTE))

    assert [parcel.notice.text.partition(" · ")[0] for parcel in bot.parcels] == [
        "DOWN #1 docs.python.org: HTTP is down",
        "DOWN #1 docs.python.org: HTTP is down",
        "DOWN #1 docs.python.org: Ping is down",
    ]


def test_a_check_that_flaps_while_another_is_down_neither_shouts_nor_takes_the_ack_away(bot):
    takes(bot, fired(), fired(key="2"))
    by_hand(bot, respond.acknowledge)
    takes(bot, ended(NOON + MINUTE), fired(NOON + 2 * MINUTE), ended(NOON + 3 * MINUTE))

    assert bot.heads == ["DOWN #1 docs.python.org", "ACKED #1 docs.python.org by ned after 3 s"]
    assert (bot.incidents[0].state, bot.incidents[0].flaps) == (Standing.ACKNOWLEDGED, 0)


def test_a_check_that_comes_back_joins_the_incident_that_its_service_has_by_then(bot):
    takes(bot, fired(), ended(NOON + MINUTE), fired(NOON + 2 * MINUTE, key="2"), fired(NOON + 3 * MINUTE))

    assert [one.state for one in bot.incidents] == [Standing.RESOLVED, Standing.OPEN]
    assert bot.problem().incident == 2


def test_a_check_that_comes_back_opens_the_newest_incident_of_its_service(bot):
    takes(bot, fired(), ended(NOON + MINUTE), fired(NOON + 2 * MINUTE, key="2"))
    takes(bot, ended(NOON + 3 * MINUTE, key="2"), fired(NOON + 4 * MINUTE), fired(NOON + 5 * MINUTE, key="2"))

    assert [one.state for one in bot.incidents] == [Standing.RESOLVED, Standing.OPEN]


def test_one_source_taking_its_problem_takes_the_incident(bot):
    takes(bot, fired(), acked(key="2", source="pagerduty", by="Ada Example"))

    assert bot.heads[-1] == "ACKED #1 docs.python.org by Ada Example after 0 s"


def test_the_severity_follows_the_worst_problem_and_only_worse_is_told(bot):
    takes(bot, fired(severity=Severity.WARNING), fired(key="2", severity=Severity.CRITICAL))
    worst = bot.incidents[0].severity
    takes(bot, ended(NOON + MINUTE, key="2"))

    assert (worst, bot.incidents[0].severity) == (Severity.CRITICAL, Severity.WARNING)
    assert bot.heads == ["WARN #1 docs.python.org", "WORSE #1 docs.python.org"]
    assert [parcel.notice.priority for parcel in bot.parcels] == [Priority.BULK, Priority.URGENT, Priority.BULK]


def test_a_warning_that_turns_into_an_error_is_told(bot):
    takes(bot, fired(severity=Severity.WARNING), fired(NOON + MINUTE), fired(NOON + 2 * MINUTE, severity=Severity.INFO))

    assert bot.heads == ["WARN #1 docs.python.org", "WORSE #1 docs.python.org"]
    assert (bot.incidents[0].severity, bot.incidents[0].repeats) == (Severity.INFO, 2)


def test_a_check_that_the_catalog_learns_of_meanwhile_keeps_its_incident(bot):
    takes(bot, fired(about="new.example"))
    bot.book = sample(services={"docs.python.org": {"domains": ("docs.python.org", "new.example")}})
    takes(bot, ended(NOON + MINUTE, about="new.example"), fired(NOON + 2 * MINUTE, about="new.example"))

    assert bot.heads == ["DOWN #1 new.example", "UP #1 new.example again after 1 min", "DOWN #2 docs.python.org"]


@pytest.mark.parametrize("kind", [ended, acked, fired])
def test_a_problem_that_lost_its_incident_gets_a_new_one(bot, kind):
    lost = Problem(
        source="pingdom", key="1", state=State.FIRING, at=NOON, since=NOON, severity="error", summary="", about=""
    )
    bot.change(lambda scene: scene.ledger.keep_problem(lost))
    takes(bot, kind(NOON + MINUTE))

    assert len(bot.incidents) == 1
    assert len(bot.heard) == 1


# What the catalog does not know.


def test_an_alert_about_something_unknown_is_told_as_such(bot):
    takes(bot, fired(about="db-7.example", summary="Disk full"))

    assert bot.heard == ["#python-infra DOWN #1 db-7.example: Disk full · not in the catalog · ack 1"]
    assert bot.timeline()[0] == (
        "opened",
        "pingdom reports this for the first time; the catalog knows neither this check nor 'db-7.example'",
    )


# Rooms.

CALM = {"rooms": {"calm": {"irc": "#calm", "public": False, "min_severity": "critical"}}}


def test_a_room_that_wants_the_worst_only_hears_when_it_gets_worse_and_how_that_ends(bot):
    bot.book = sample(**CALM, services={"docs.python.org": {"rooms": ("calm",)}})
    takes(bot, fired(), fired(key="2"), fired(key="3", severity=Severity.CRITICAL), ended(NOON + MINUTE, key="3"))
    takes(bot, ended(NOON + MINUTE, key="2"), ended(NOON + MINUTE))

    assert bot.heard[0].startswith("#calm WORSE #1 docs.python.org: ")
    assert bot.heard[1:] == ["#calm UP #1 docs.python.org again after 1 min"]


def test_why_nobody_was_told_is_kept(bot):
    bot.book = sample(**CALM, services={"docs.python.org": {"rooms": ("calm",)}})
    takes(bot, fired())

    assert bot.heard == []
    assert bot.timeline()[-1] == (
        "told", "irc #calm: a room of docs.python.org, but it wants critical or worse, and this is error",
    )  # fmt: skip


def test_without_a_room_that_is_kept_too(tmp_path):
    with stage(tmp_path, rooms={"slack": ""}) as bot:
        takes(bot, fired())

        assert bot.timeline()[-1] == ("told", "no platform that is on has a room for it")


def test_a_room_that_comes_late_is_told_all_the_same(bot):
    takes(bot, fired())
    bot.book = sample(rooms={"new": {"irc": "#new", "public": True}}, services={"docs.python.org": {"rooms": ("new",)}})
    takes(bot, fired(key="2"), ended(NOON + MINUTE, key="2"), ended(NOON + MINUTE))

    assert [text.split(" ")[:2] for text in bot.heard] == [
        ["#python-infra", "DOWN"], ["#new", "DOWN"], ["#new", "UP"], ["#python-infra", "UP"],
    ]  # fmt: skip


def test_only_rooms_of_the_team_see_the_sources_own_words_and_pages(tmp_path):
    rooms = {"python-infra": {"slack": "C1"}, "team": {"slack": "C2", "public": False}}
    book = sample(rooms=rooms, services={"docs.python.org": {"rooms": ("python-infra", "team")}})
    with stage(tmp_path, book, {"slack": ""}) as bot:
        takes(bot, fired(detail="Traceback", links=(AlertLink(title="x", url="https://x.example"),)))
        public, private = (parcel.notice for parcel in bot.parcels)

    assert (public.room.name, private.room.name) == ("C1", "C2")
    assert (private.lines[-1], private.links) == ("pingdom: Traceback", (("x", "https://x.example"),))
    assert "Traceback" not in str(public.lines)
    assert public.links == ()


# Silences.


def silence(subject="docs.python.org", length=HOUR, at=NOON, **more):
    return Silence(id=0, subject=subject, starts_at=at, ends_at=at + length, author="ned", reason="we move it", **more)


@pytest.mark.parametrize("subject", ["docs.python.org", "*"])
def test_a_silence_keeps_all_but_who_took_it_and_its_end(bot, subject):
    bot.change(lambda scene: respond.mute(silence(subject), scene))
    takes(bot, fired(severity=Severity.WARNING), fired(key="2", severity=Severity.CRITICAL), acked(NOON + MINUTE))
    takes(bot, ended(NOON + MINUTE + SECOND), ended(NOON + 2 * MINUTE, key="2"))

    assert bot.heads == [
        "ACKED #1 docs.python.org by pingdom after 1 min",
        "UP #1 docs.python.org again after 2 min, acked by pingdom",
    ]
    assert ("muted", "silence 1 by ned until 2026-11-20 13:00 UTC because we move it") in bot.timeline()


def test_a_silence_of_another_service_holds_nothing_back(bot):
    bot.change(lambda scene: respond.mute(silence("hg.python.org"), scene))
    takes(bot, fired())

    assert len(bot.heard) == 1


# Whatever happens: the invariants.

KEYS = count(1)
deeds = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(State),
            st.sampled_from(Severity),
            st.timedeltas(-2 * MINUTE, 20 * MINUTE),
            st.sampled_from(["", "event"]),
        ),
        st.sampled_from(["ack", "resolve"]),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("shared")) as opened:
        yield opened


@settings(max_examples=150, deadline=None)
@given(deeds)
def test_incidents_and_problems_agree_whatever_happens(shared, given_deeds):
    host = f"host-{next(KEYS)}.example"

    def act(scene: Scene) -> tuple[list[Incident], Watched]:
        ledger = Watched(scene.ledger)
        perform(replace(scene, ledger=ledger), host, given_deeds)
        everything = reversed(scene.ledger.incidents(open_only=False, limit=100_000))
        return [one for one in everything if one.named == host], ledger

    incidents, ledger = shared.change(act)
    going = [one for one in incidents if one.state is not Standing.RESOLVED]
    problems = {one.number: shared.look(lambda ledger, n=one.number: ledger.problems(n)) for one in incidents}

    assert going in ([], incidents[-1:]), "only the newest incident of a subject is open"
    for one in incidents:
        active = [problem for problem in problems[one.number] if goes_on(problem)]
        assert bool(active) is (one in going)
        assert not active or one.severity is max((problem.severity for problem in active), key=lambda s: s.rank)
        assert bool(one.acked_at) is bool(one.acked_by)
        assert (one.resolved_at is None) is (one in going)
        assert one.resolved_at is None or one.resolved_at >= one.opened_at
        last = [notice for notice in ledger.posted if notice.incident == one.number][-1]
        assert reads_as(last.text) is one.state, "what a room reads last is how it stands"
        versions = [notice.version for notice in ledger.posted if notice.incident == one.number]
        assert versions == sorted(set(versions))


def perform(scene: Scene, host: str, given_deeds: list) -> None:
    """Do one after the other, ten seconds apart, as far as the bot allows it."""
    for step, deed in enumerate(given_deeds):
        now = NOON + step * 10 * SECOND
        here = replace(scene, now=now, came=now)
        if isinstance(deed, str):
            newest = scene.ledger.latest(f"unmapped:{host}")
            if newest and newest.state is Standing.OPEN:
                (respond.acknowledge if deed == "ack" else respond.resolve)(newest.number, NED, here)
        else:
            key, state, severity, ago, event = deed
            said = {"about": host, "key": f"{host} {key}", "severity": severity, "event": event and f"{event} {step}"}
            take(alert(state, at=now - ago, **said), here)


def reads_as(text: str) -> Standing:
    """How things stand, for somebody who knows no more than this line."""
    start = text.partition(" · ")[0]
    if start.startswith(("UP #", "OVER #")):
        return Standing.RESOLVED
    return Standing.ACKNOWLEDGED if start.startswith("ACKED #") or ", acked by " in start else Standing.OPEN


# Transactions.


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
            by_hand(bot, respond.resolve, bot.incidents[-1].number)
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
