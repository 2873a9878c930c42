"""What a round of probes found, and what of it is worth telling: only what lasts, and never our own blindness."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from psfbot.plugin import Alert, NotAsked, NotSetUp, Round, Severity, State, Unreachable, links

from .declared import SOURCE, Page, Probe, What

AT_ONCE = 20
"""Probes that wait for their answers at once."""
PATIENCE = 45.0
"""Seconds after which a round ends; whatever has not answered by then is not known."""
ALONE = 3
"""So many hosts or more that are all silent at once say more about psfbot's own network than about each of them."""
BLIND, SINCE, TOLD = "blind", "blind since", "told "
SELF = "psfbot"
SHOWN = 2
ALL_SILENT = "none of {count} pages answers psfbot's probes: its own network is down, or all of them are"
NO_TIME = "its turn did not come within this round"


class Seen(NamedTuple):
    """What one probe saw: a trouble in words (none is good), how bad it is, and what to add to it.

    `silent` is where nobody answered at all; `at_once` where a second look would not tell more; `up` where all works.
    """

    trouble: str = ""
    good: str = ""
    severity: Severity = Severity.ERROR
    detail: str = ""
    silent: bool = False
    at_once: bool = False
    up: bool = False


async def look_at(
    probes: Sequence[Probe[What]], ask: Callable[[What, Round], Awaitable[Seen]], look: Round
) -> dict[Probe[What], Seen]:
    """Make these probes, some at once; what could not be found out is in the round's troubles, with the reason."""
    gate, found, refused = asyncio.Semaphore(AT_ONCE), dict[Probe[What], Seen](), list[str]()

    async def one(probe: Probe[What]) -> None:
        async with gate:
            try:
                found[probe] = await ask(probe.what, look)
            except NotAsked as error:
                refused.append(str(error))
                look.troubles[probe.said] = str(error)
            except Unreachable as error:
                look.troubles[probe.said] = str(error)

    tasks = {asyncio.ensure_future(one(probe)): probe for probe in probes}
    try:
        done, late = await asyncio.wait(tasks, timeout=PATIENCE) if tasks else (set(), set())
    finally:
        for task in tasks:
            task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    for task in late:
        look.troubles[tasks[task].said] = NO_TIME
    for task in done:
        task.result()  # whatever nobody foresaw is told as a fault of psfbot
    if probes and len(refused) == len(probes):
        raise NotSetUp(refused[0])
    return found


def told(found: Mapping[Probe[What], Seen], declared: Sequence[Probe[What]], need: int, look: Round) -> list[Alert]:
    """What to tell: what failed so many times in a row, what is well, and the end of what is probed no more."""
    alerts = gone(declared, look)
    for probe, seen in found.items():
        times = failed_before(probe.key, look) + 1 if seen.trouble else 0
        look.memory[probe.key] = times
        if not seen.trouble or seen.at_once or times >= need:
            alerts.append(dated(alert(probe, seen, look.now), look.memory.get(TOLD + probe.key)))
            look.memory[TOLD + probe.key] = alerts[-1] if seen.trouble else None
    return alerts


def dated(found: Alert, before: object) -> Alert:
    """A problem that goes on as it was keeps its time: seeing the same once more must not overrule who closed it."""
    if not isinstance(before, Alert) or found.state is not State.FIRING:
        return found
    same = (before.severity, before.up) == (found.severity, found.up)
    return found.model_copy(update={"at": before.at}) if same else found


def gone(declared: Sequence[Probe[What]], look: Round) -> list[Alert]:
    """The ends of those problems whose probes nobody declares any more."""
    known = {TOLD + probe.key for probe in declared}
    lost = [key for key in look.memory if key.startswith(TOLD) and key not in known]
    last = [found for key in lost if isinstance(found := look.memory.pop(key), Alert)]
    changed = {"state": State.RESOLVED, "at": look.now}
    return [one.model_copy(update=changed | {"summary": f"{one.names[0]} is probed no more"}) for one in last]


def all_silent(found: Mapping[Probe[What], Seen]) -> bool:
    """Does nobody answer at all, of hosts enough to doubt psfbot itself?"""
    hosts = {probe.what.host for probe in found}
    return len(hosts) >= ALONE and all(seen.silent for seen in found.values())


def blindness(found: Mapping[Probe[What], Seen], need: int, look: Round) -> list[Alert]:
    """One alert in place of many, where every page is silent; its end as soon as one speaks.

    Such a round says nothing about any one page, so none of them goes on counting where it was before.
    """
    silent = all_silent(found)
    times = failed_before(BLIND, look) + 1 if silent else 0
    look.memory[BLIND] = times
    since = look.memory.setdefault(SINCE, look.now) if silent else look.memory.pop(SINCE, None)
    if silent:
        look.memory.update({probe.key: 0 for probe in found})
    if silent and times < need:
        return []
    return [
        Alert(
            source=SOURCE,
            key=BLIND,
            about="probes",
            hints=(SELF,),
            state=State.FIRING if silent else State.RESOLVED,
            severity=Severity.CRITICAL,
            summary=ALL_SILENT.format(count=len(found)) if silent else "pages answer psfbot's probes",
            detail=" · ".join(seen.trouble for seen in list(found.values())[:SHOWN]) if silent else "",
            at=since if silent and isinstance(since, datetime) else look.now,
        )
    ]


def failed_before(key: str, look: Round) -> int:
    """How many times in a row it has failed."""
    times = look.memory.get(key)
    return times if isinstance(times, int) else 0


def alert(probe: Probe[What], seen: Seen, now: datetime) -> Alert:
    """One probe is one problem; the catalog's words for it say whose."""
    page = probe.what.url if isinstance(probe.what, Page) else ""
    return Alert(
        source=SOURCE,
        key=probe.key,
        about=probe.what.host,
        names=(probe.said,),
        state=State.FIRING if seen.trouble else State.RESOLVED,
        severity=seen.severity,
        summary=seen.trouble or seen.good,
        detail=seen.detail,
        links=links(("Page", page)),
        at=now,
        up=seen.up,
    )
