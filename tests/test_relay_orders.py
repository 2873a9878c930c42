"""In whatever order reports arrive, and however often, an incident ends as if each had come once and in order."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, pairwise, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import MINUTE, NOON, SECOND, Bot, stage

from psfbot import plugins
from psfbot.plugin import Hook
from psfbot.relay.incident import Standing
from psfbot.relay.letter import Arrival, Letter

NUMBERS = count(1)
LIFE = ("triggered", "acknowledged", "unacknowledged", "resolved", "reopened")
OVER = {"resolved", "up"}
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def bot(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("orders")) as opened:
        yield opened


@dataclass(frozen=True)
class Case:
    """Reports about one problem that nobody else has, a minute apart, as PagerDuty or Pingdom would send them."""

    kinds: tuple[str, ...]
    number: int

    @property
    def source(self) -> str:
        return "pingdom" if self.kinds[0] in {"down", "up"} else "pagerduty"

    @property
    def key(self) -> str:
        return f"Q{self.number}" if self.source == "pagerduty" else str(self.number)

    @property
    def hooks(self) -> list[Hook]:
        write = self.pagerduty if self.source == "pagerduty" else self.pingdom
        return [write(kind, step) for step, kind in enumerate(self.kinds)]

    def pagerduty(self, kind: str, step: int) -> Hook:
        body = json.loads(plugins.payloads("pagerduty")[f"incident.{kind}"].read_bytes())
        event = body["event"]
        event |= {"id": f"E{self.number}-{step}", "occurred_at": (NOON + step * MINUTE).isoformat()}
        service = {"id": f"S{self.number}", "summary": f"thing {self.number}"}
        event["data"] |= {"id": self.key, "title": "It hurts", "incident_key": "", "service": service}
        return Hook(JSON, json.dumps(body).encode(), NOON + 10 * MINUTE)

    def pingdom(self, kind: str, step: int) -> Hook:
        host = f"thing-{self.number}.example"
        return Hook(JSON, plugins.payloads("pingdom")[f"http_{kind}"].read_bytes(), NOON + 10 * MINUTE).altered(
            check_id=self.number,
            check_name="It",
            check_params={"hostname": host},
            tags=[],
            state_changed_timestamp=int((NOON + step * MINUTE).timestamp()),
        )


def in_order(*kinds: str) -> Case:
    return Case(kinds, next(NUMBERS))


@dataclass(frozen=True)
class End:
    """How a problem and its incidents stand after all reports; what was told only counts where the order is right."""

    problem: tuple[Any, ...]
    incidents: tuple[tuple[Any, ...], ...]
    told: tuple[str, ...]
    counted: tuple[tuple[int, ...], ...]


async def letters(bot: Bot, sent: Sequence[tuple[Case, Hook]], *, fresh: bool) -> list[Letter]:
    """Webhooks as the inbox keeps them: with ids of their own if `fresh`, else with those that the sender gives."""
    names = []
    for case, hook in sent:
        delivery = f"fresh {next(NUMBERS)}" if fresh else plugins.find()[case.source].delivery_of(hook)
        arrival = Arrival(source=case.source, delivery=delivery, headers={}, body=hook.body, received_at=NOON)
        names += [delivery] if await bot.inbox.keep(arrival) else []
    kept = {letter.delivery: letter for letter in await bot.inbox.waiting(100_000)}
    return [kept[name] for name in names]


async def read(bot: Bot, letters: Sequence[Letter]) -> None:
    for letter in letters:
        await bot.reader.read(letter)


async def ends(bot: Bot, cases: Sequence[Case]) -> list[End]:
    """How each of the cases ended."""

    def look(ledger: Any) -> list[End]:
        found: Mapping[str, list[Any]] = {}
        for incident in reversed(ledger.incidents(open_only=False, limit=100_000)):
            found.setdefault(incident.subject.rpartition("thing")[2].strip(" -").removesuffix(".example"), []).append(
                incident
            )
        return [end(ledger, case, found[str(case.number)]) for case in cases]

    return await bot.store.read(look)


def end(ledger: Any, case: Case, incidents: Sequence[Any]) -> End:
    problem = ledger.problem(case.source, case.key)
    entries = [entry for incident in incidents for entry in ledger.timeline(incident.number)]
    return End(
        (problem.state, problem.at, problem.incident == incidents[-1].number),
        tuple((one.state, one.state is Standing.ACKNOWLEDGED, one.resolved_at) for one in incidents),
        tuple(entry.kind.value for entry in entries if "not told" not in entry.reason),
        tuple((one.version, one.flaps, one.repeats) for one in incidents),
    )


def deliver(bot: Bot, *orders: tuple[Case, Sequence[int]], fresh: bool = True) -> list[End]:
    """Deliver the reports of each case in an order, all cases side by side, and see how they end."""

    async def act() -> list[End]:
        for_each = [[(case, case.hooks[index]) for index in order] for case, order in orders]
        kept = await letters(bot, [pair for sent in for_each for pair in sent], fresh=fresh)
        mine = {case.number: [one for one in kept if key_of(one) == case.number] for case, _ in orders}
        await asyncio.gather(*(read(bot, mine[case.number]) for case, _ in orders))
        return await ends(bot, [case for case, _ in orders])

    return asyncio.run(act())


def key_of(letter: Letter) -> int:
    """The number of the case that a letter is about."""
    body = json.loads(letter.body)
    return body["check_id"] if letter.source == "pingdom" else int(body["event"]["data"]["id"].removeprefix("Q"))


@pytest.mark.parametrize(
    "kinds",
    [
        LIFE,
        ("triggered", "acknowledged"),
        ("triggered", "acknowledged", "resolved"),
        ("triggered", "acknowledged", "unacknowledged", "resolved"),
        ("triggered", "resolved", "reopened", "acknowledged"),
        ("triggered", "acknowledged", "resolved", "reopened", "resolved"),
        ("down", "up"),
        ("down", "up", "down"),
        ("down", "up", "down", "up"),
        ("down", "up", "down", "up", "down"),
        ("down", "up", "up", "down", "up"),
    ],
    ids=" ".join,
)
def test_every_order_ends_as_the_right_one(bot, kinds):
    orders = list(permutations(range(len(kinds))))
    right, *others = deliver(bot, *((in_order(*kinds), order) for order in orders))
    wrong = {order: found for order, found in zip(orders[1:], others, strict=True) if core(found) != core(right)}

    assert len(right.incidents) == 1
    assert wrong == {}


def core(found: End) -> tuple[Any, ...]:
    """What must not depend on the order; how often something was told on the way may."""
    return found.problem, found.incidents


sequences = st.one_of(
    st.lists(st.sampled_from(LIFE), min_size=1, max_size=6),
    st.lists(st.sampled_from(["down", "up"]), min_size=1, max_size=6),
).filter(lambda kinds: set(kinds) - OVER and all(not {a, b} <= OVER for a, b in pairwise(kinds)))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kinds=sequences)
def test_any_story_ends_the_same_in_any_order(bot, data, kinds):
    order = data.draw(st.permutations(range(len(kinds))))
    right, shuffled = deliver(bot, (in_order(*kinds), range(len(kinds))), (in_order(*kinds), order))

    assert core(shuffled) == core(right)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kinds=sequences, fresh=st.booleans())
def test_each_report_changes_and_tells_once_however_often_it_comes(bot, data, kinds, fresh):
    times = data.draw(st.lists(st.integers(1, 5), min_size=len(kinds), max_size=len(kinds)))
    order = data.draw(st.permutations([index for index, many in enumerate(times) for _ in range(many)]))
    once, often = deliver(bot, (in_order(*kinds), dict.fromkeys(order)), (in_order(*kinds), order), fresh=fresh)

    assert often == once


def test_an_outage_of_many_parts_is_told_at_each_turn_and_never_twice(bot):
    (found,) = deliver(bot, (in_order(*LIFE), [0, 0, 1, 0, 1, 2, 3, 3, 2, 4, 4, 4, 1]))

    assert found.told == (
        "opened", "told", "acknowledged", "told", "released", "told", "resolved", "told", "reopened", "told",
    )  # fmt: skip


def test_a_report_in_the_same_second_as_its_end_does_not_undo_it(bot):
    case = in_order("down", "up")
    same = [hook.altered(state_changed_timestamp=int(NOON.timestamp())) for hook in case.hooks]

    async def act(order):
        return await read(bot, await letters(bot, [(case, same[index]) for index in order], fresh=True))

    asyncio.run(act([1, 0]))
    (found,) = asyncio.run(ends(bot, [case]))

    assert found.incidents == ((Standing.RESOLVED, False, NOON),)


@pytest.mark.parametrize("late", [SECOND, 29 * MINUTE, timedelta(days=2)])
def test_the_window_for_the_same_incident_goes_by_what_happened_not_by_when_it_was_read(bot, late):
    bot.now = NOON + late
    (found,) = deliver(bot, (in_order("triggered", "resolved", "reopened"), [0, 1, 2]))
    bot.now = NOON

    assert found.incidents == ((Standing.OPEN, False, None),)
