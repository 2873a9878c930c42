"""One round of a poll: ask, keep what tells something new in the inbox, and remember when it last went well."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from pydantic import BaseModel, ConfigDict, ValidationError

from psfbot.catalog.book import Book
from psfbot.flows.handoff import Marks
from psfbot.plugin import Configuration, Contents, Round, Unreachable, World
from psfbot.plugin.looking import Poll
from psfbot.relay.alert import Alert, State
from psfbot.relay.incident import Problem
from psfbot.relay.judge import ORDER, Verdict, believed, judge, remember
from psfbot.relay.letter import Arrival, Fate, Letter
from psfbot.relay.match import as_heard
from psfbot.relay.ports import Inbox, Ledger, Store
from psfbot.text import cut, one_line

HEADER = "psfbot-poll"
"""Marks letters that psfbot wrote itself; no webhook's header of this name is ever kept."""
MARK = "poll "
"""How the name of a mark starts that remembers the last good round of a poll."""
DEADLINE = 60.0
"""Seconds that one round may take."""
NEWS = frozenset({Verdict.FIRST, Verdict.BACK, Verdict.GONE, Verdict.TAKEN, Verdict.RELEASED, Verdict.LATE})
TOO_SLOW = "it did not end within {:.0f} s"
UNREADABLE = "these are no alerts that this psfbot can read ({} faults)"

Key = tuple[str, str]


class Found(BaseModel):
    """What a poll found, as it stands in the inbox."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alerts: tuple[Alert, ...]


def arrival(poll: str, source: str, alerts: Sequence[Alert], now: datetime) -> Arrival:
    """What a poll found as a letter: it is one of a kind by what it reports, however often that is found."""
    reports = "\n".join(alert.fingerprint for alert in alerts)
    return Arrival(
        source=source,
        delivery=f"poll {sha256(reports.encode()).hexdigest()}",
        headers={HEADER: poll},
        body=Found(alerts=tuple(alerts)).model_dump_json().encode(),
        received_at=now,
    )


def found_in(letter: Letter) -> Contents:
    """What a letter of a poll holds."""
    try:
        found = Found.model_validate_json(letter.body)
    except ValidationError as error:
        return Contents(Fate.QUARANTINED, UNREADABLE.format(error.error_count()))
    return Contents(Fate.DONE, alerts=found.alerts)


def news(alerts: Iterable[Alert], known: Mapping[Key, Problem | None], book: Book) -> tuple[Alert, ...]:
    """Those alerts that tell something new, in the order in which it happened; `known` is what was said last."""
    last, kept = dict(known), []
    for alert in sorted(alerts, key=lambda one: (one.at, ORDER.index(one.state))):
        key = (alert.source, alert.key)
        problem = last.get(key)
        if problem and closed(alert, problem):
            continue
        judgement = judge(alert, problem)
        if judgement.verdict in NEWS or (judgement.verdict is Verdict.STILL and changed(alert, problem, book)):
            kept.append(alert)
            last[key] = remember(alert, problem, judgement.verdict, problem.incident if problem else None) or problem
    return tuple(kept)


def closed(alert: Alert, problem: Problem) -> bool:
    """Did a person call this over since its source says it? Finding the same once more is no reason to doubt them."""
    return problem.closed_at is not None and alert.state is not State.RESOLVED and alert.at <= problem.closed_at


def changed(alert: Alert, problem: Problem | None, book: Book) -> bool:
    """Is it as bad as before no longer, by a newer word of its source?"""
    return problem is not None and alert.at > problem.at and as_heard(alert, book).severity is not problem.severity


@dataclass(frozen=True)
class Asker:
    """What every poll needs: where letters go, what is known, the catalog in force, the world and the time."""

    inbox: Inbox
    store: Store
    marks: Marks
    book: Callable[[], Book]
    world: World
    now: Callable[[], datetime]
    deadline: float = DEADLINE


@dataclass
class Asked:
    """A poll with its own settings and memory; `hooked` where its source also sends webhooks, which may be missed."""

    poll: Poll
    source: str
    settings: Configuration | None = None
    hooked: bool = False
    memory: MutableMapping[str, object] = field(default_factory=dict)
    good_at: datetime | None = None
    troubles: Mapping[str, str] = field(default_factory=dict)


async def ask(asked: Asked, asker: Asker) -> int:
    """One round: how many new alerts were kept. `Unreachable` where nothing is known; then nothing is kept at all."""
    began, poll, troubles = asker.now(), asked.poll, dict[str, str]()
    since = asked.good_at if asked.good_at and asked.good_at <= began else None  # else the clock was set back
    look = Round(asked.settings, asker.book(), asker.world, began, since, asked.memory, troubles)
    try:
        async with asyncio.timeout(asker.deadline):
            alerts = tuple(await poll.look(look))
    except TimeoutError:
        raise Unreachable(TOO_SLOW.format(asker.deadline)) from None
    new = await keep(poll.name, asked, alerts, asker)
    await asker.marks.set(MARK + poll.name, began)
    asked.good_at = began
    asked.troubles = {what: cut(one_line(why), 200) for what, why in troubles.items()}
    return new


async def keep(name: str, asked: Asked, alerts: Sequence[Alert], asker: Asker) -> int:
    """Keep what is new of these alerts as one letter; what nobody read of the last round is no news either."""
    keys, now = {(alert.source, alert.key) for alert in alerts}, asker.now()

    def known(ledger: Ledger) -> dict[Key, Problem | None]:
        return {key: believed(ledger.problem(*key), now) for key in keys}

    if not keys:
        return 0
    new = news(alerts, await asker.store.read(known), asker.book())
    if asked.hooked:
        new = tuple(alert.model_copy(update={"polled": True}) for alert in new)
    if not new:
        return 0
    return len(new) if await asker.inbox.keep(arrival(name, asked.source, new, now)) else 0
