"""Whatever alerts come and whatever people do: incidents, problems and notices agree."""

from dataclasses import replace
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import MINUTE, NED, NOON, SECOND, Watched, alert, sample, stage

from psfbot.flows import respond
from psfbot.flows.alert import Scene, take
from psfbot.relay.alert import Severity, State
from psfbot.relay.incident import Incident, Standing
from psfbot.relay.weigh import goes_on

KEYS = count(1)
QUIET = sample(rooms={"python-infra": {"alerts": "none"}})
"""Each host has a room of its own, in which no other makes a storm."""
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
        perform(replace(scene, ledger=ledger, book=QUIET, platforms={"irc": f"#{host}"}), host, given_deeds)
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
        assert one.resolved_at is None or one.resolved_at >= one.began >= one.opened_at
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
    if start.startswith("FLAPPING #"):
        taken = Standing.ACKNOWLEDGED if ", acked by " in start else Standing.OPEN
        return Standing.RESOLVED if ": up now" in start or ": over now" in start else taken
    if start.startswith(("UP #", "OVER #", "RESOLVED #")):
        return Standing.RESOLVED
    return Standing.ACKNOWLEDGED if start.startswith("ACKED #") or ", acked by " in start else Standing.OPEN
