"""In whatever order reports arrive, and however often, an incident ends as if they had come in order."""

import asyncio
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import FOUND, MINUTE, NOON, SECOND, Bot, stage

from psfbot import plugins
from psfbot.plugin import Hook
from psfbot.relay.alert import State
from psfbot.relay.incident import Incident, Problem, Standing
from psfbot.relay.letter import Arrival, Letter

NUMBERS = count(1)
STORY = ["triggered", "acknowledged", "unacknowledged", "resolved", "reopened"]


@pytest.fixture(scope="module")
def bot(tmp_path_factory):
    with stage(tmp_path_factory.mktemp("orders")) as opened:
        yield opened


def hooks(kinds: Sequence[str], number: int) -> list[Hook]:
    """What PagerDuty or Pingdom sends about one problem of its own, a minute apart, in order."""
    made = pagerduty if set(kinds) <= set(STORY) else pingdom
    return [made(kind, number, step) for step, kind in enumerate(kinds)]


def pagerduty(kind: str, number: int, step: int) -> Hook:
    body = json.loads(plugins.payloads("pagerduty")[f"incident.{kind}"].read_bytes())
    event = body["event"]
    event |= {"id": f"E{number}-{step}", "occurred_at": (NOON + step * MINUTE).isoformat()}
    service = {"id": f"S{number}", "summary": f"thing {number}"}
    event["data"] |= {"id": f"Q{number}", "title": f"thing {number}", "incident_key": "", "service": service}
    return Hook({"content-type": "application/json"}, json.dumps(body).encode(), NOON + 10 * MINUTE)


def pingdom(kind: str, number: int, step: int) -> Hook:
    recorded = plugins.payloads("pingdom")[f"http_{kind}"].read_bytes()
    host = f"host-{number}.example"
    fields = {
        "check_id": number, "check_name": host, "check_params": {"hostname": host}, "tags": [],
        "state_changed_timestamp": int((NOON + step * MINUTE).timestamp()),
    }  # fmt: skip
    return Hook({"content-type": "application/json"}, recorded, NOON + 10 * MINUTE).altered(**fields)


async def letters(bot: Bot, source: str, hooks: Sequence[Hook]) -> list[Letter]:
    """The webhooks as they stand in the inbox, each delivered under an id of its own."""
    found = []
    for hook in hooks:
        delivery = f"delivery {next(NUMBERS)}"
        await bot.inbox.keep(Arrival(source=source, delivery=delivery, headers=dict(hook.headers), body=hook.body,
                                     received_at=hook.received_at))  # fmt: skip
    for letter in await bot.inbox.waiting(10_000):
        if letter.body in {hook.body for hook in hooks}:
            found.append(letter)
    return sorted(found, key=lambda letter: letter.id)


async def outcome(bot: Bot, source: str, hooks: Sequence[Hook], number: int) -> tuple[Problem, list[Incident]]:
    """Deliver in this order, and see how that ended."""
    for letter in await letters(bot, source, hooks):
        await bot.reader.read(letter)
    key = f"Q{number}" if source == "pagerduty" else str(number)
    subject = f"unmapped:thing {number}" if source == "pagerduty" else f"unmapped:host-{number}.example"
    problem = await bot.store.read(lambda ledger: ledger.problem(source, key))
    everything = await bot.store.read(lambda ledger: ledger.incidents(open_only=False, limit=100_000))
    return problem, [incident for incident in everything if incident.subject == subject]


def end(found: tuple[Problem, list[Incident]]) -> tuple[Any, ...]:
    """What must not depend on the order."""
    problem, incidents = found
    last = incidents[-1]
    held = (last.state, last.acked_at is not None and last.state is not Standing.RESOLVED, last.resolved_at)
    return (problem.state, problem.at, problem.incident == last.number, len(incidents), *held)


def in_every_order(bot: Bot, kinds: Sequence[str]) -> dict[tuple[Any, ...], list[tuple[str, ...]]]:
    """The ends, with the orders that lead to each; the first order is the right one."""
    source = "pagerduty" if set(kinds) <= set(STORY) else "pingdom"

    async def one(order: Sequence[int]) -> tuple[Any, ...]:
        number = next(NUMBERS)
        sent = hooks(kinds, number)
        return end(await outcome(bot, source, [sent[index] for index in order], number))

    async def all_() -> list[tuple[Any, ...]]:
        return await asyncio.gather(*(one(order) for order in orders))

    orders = list(permutations(range(len(kinds))))
    ends: dict[tuple[Any, ...], list[tuple[str, ...]]] = {}
    for order, ended in zip(orders, asyncio.run(all_()), strict=True):
        ends.setdefault(ended, []).append(tuple(f"{kinds[i]}{i}" for i in order))
    return ends


@pytest.mark.parametrize(
    "kinds",
    [STORY, STORY[:4], STORY[:2], STORY[:3], ["triggered", "resolved"], ["triggered", "resolved", "reopened", "acknowledged"], ["triggered","acknowledged", "resolved", "reopened", "resolved"],
     ["down", "up"], ["down", "up", "down"], ["down", "up", "down", "up"], ["down", "up", "down", "up", "down"], ["down", "up", "up", "down", "up"]],
    ids=" ".join,
)
def test_every_order_ends_as_the_right_one(bot, kinds):
    ends = in_every_order(bot, kinds)

    assert len(ends) == 1, {k: v[:3] for k, v in ends.items()}
