"""Every plugin's polls, each at its own pace: none waits for another, and none runs twice at once.

Only the leader polls. A poll that cannot find out anything invents no alert; where that lasts, people are told once
that psfbot is blind there.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from random import uniform
from typing import NamedTuple

from psfbot import logs
from psfbot.errors import StoreBusy
from psfbot.flows.poll import MARK, Asked, Asker, ask, keep
from psfbot.plugin import Configuration, NotAsked, NotSetUp, Plugin, Unreachable
from psfbot.relay.alert import Alert, Severity, State
from psfbot.relay.match import SELF
from psfbot.relay.word import span
from psfbot.text import cut

SOURCE = "psfbot"
"""Under this name psfbot reports what is wrong with itself."""
JITTER = 0.1
"""By which part of its interval a round comes sooner or later, lest all psfbots of the world ask at once."""
SETTLE = (20.0, 40.0)
"""Seconds after which the first round begins, once this process leads."""
BLIND = "psfbot learns nothing from {poll}, so silence is no good news: {why}"
SEES = "psfbot learns from {poll} again"
ENDED = "psfbot asks {poll} no more"
OFF, GOOD, NEVER = "off", "good", "no good round yet"

Chance = Callable[[float, float], float]
log = logs.get(__name__)


@dataclass
class Turn:
    """A poll, when it is due, and how it goes; `failing` is why it cannot find out anything, and since when."""

    asked: Asked
    due_at: datetime
    off: bool = False
    failing: str = ""
    failing_since: datetime | None = None
    task: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The poll's name."""
        return self.asked.poll.name

    @property
    def running(self) -> bool:
        """Is a round of it going on?"""
        return self.task is not None and not self.task.done()

    def is_due(self, now: datetime) -> bool:
        """Is it time for a round? Also where the next one lies further ahead than it can: the clock was set back."""
        furthest = timedelta(seconds=self.asked.poll.seconds * (1 + JITTER) + SETTLE[1])
        return not self.running and not now < self.due_at <= now + furthest


class Report(NamedTuple):
    """How a poll stands, in words: for `/readyz` and for whoever looks after psfbot."""

    name: str
    state: str
    age: timedelta | None


@dataclass
class Polling:
    """Runs all polls while `leads` says so; `bell` is rung when something new was kept."""

    asker: Asker
    plugins: Mapping[str, Plugin]
    settings: Mapping[str, Configuration]
    leads: Callable[[], bool]
    bell: Callable[[], None]
    bug: Callable[[Exception], str]
    alarm_after: timedelta | None = timedelta(hours=1)
    chance: Chance = uniform
    led: bool = field(default=False, init=False)

    @cached_property
    def turns(self) -> tuple[Turn, ...]:
        """Every poll of every plugin."""
        now = self.asker.now()
        return tuple(
            Turn(Asked(poll, name, self.settings.get(name), hooked=plugin.reads is not None), now)
            for name, plugin in self.plugins.items()
            for poll in plugin.polls
        )

    async def look(self) -> None:
        """Begin every round that is due, and wait for none; a process that does not lead stops asking."""
        if not self.leads():
            self.close()
            return
        if not self.led:
            await self.take_over()
        now = self.asker.now()
        for turn in self.turns:
            if turn.is_due(now):
                turn.task = asyncio.ensure_future(self.round(turn))

    async def take_over(self) -> None:
        """Go on where the last leader stopped: since when each poll has to find out what happened is kept."""
        known, now = await self.asker.marks.all(), self.asker.now()
        for turn in self.turns:
            mark = known.get(MARK + turn.name)
            turn.asked.good_at = mark.at if mark else None
            turn.due_at = now + timedelta(seconds=self.chance(*SETTLE))
            turn.failing, turn.failing_since = "", None  # so it was when this process led last, if ever
            turn.asked.memory.clear()
        self.led = True

    async def round(self, turn: Turn) -> None:
        """One round of one poll, and the time of its next, which comes whatever happens in this one."""
        seconds = turn.asked.poll.seconds
        turn.asked.settings = self.settings.get(turn.asked.source)  # a token in a file may be another by now
        try:
            await self.once(turn)
        except Exception as error:  # noqa: BLE001 - what is told of a round may fail, too
            self.bug(error)
        finally:
            turn.due_at = self.asker.now() + timedelta(seconds=seconds * self.chance(1 - JITTER, 1 + JITTER))

    async def once(self, turn: Turn) -> None:
        """One round; whatever goes wrong with asking is told in the log once."""
        try:
            new = await ask(turn.asked, self.asker)
        except (NotSetUp, NotAsked):
            await self.is_off(turn)
        except StoreBusy as busy:
            log.warning("storage busy", work=f"poll {turn.name}", reason=str(busy))
        except Unreachable as error:
            await self.failed(turn, str(error))
        except Exception as error:  # noqa: BLE001 - a plugin's own code: whatever it raises, the next round may go well
            await self.failed(turn, f"psfbot failed at it, reference {self.bug(error)}", quiet=bool(turn.failing))
        else:
            turn.off = False
            await self.went_well(turn, new)

    async def went_well(self, turn: Turn, new: int) -> None:
        """Say what a good round changed."""
        if new:
            log.info("found by poll", poll=turn.name, alerts=new)
            self.bell()
        if turn.failing:
            log.info("poll works again", poll=turn.name)
        turn.failing, turn.failing_since = "", None
        await self.tell(turn, State.RESOLVED, SEES.format(poll=turn.name), self.asker.now())

    async def is_off(self, turn: Turn) -> None:
        """Nobody may be asked, which is no failure; and nobody is blind any more where nobody looks."""
        if not turn.off:
            await self.tell(turn, State.RESOLVED, ENDED.format(poll=turn.name), self.asker.now())
        turn.off, turn.failing, turn.failing_since = True, "", None

    async def failed(self, turn: Turn, why: str, *, quiet: bool = False) -> None:
        """Say once why a poll cannot find out anything, and let people know when that lasts.

        One bad round tells nobody, however long ago the last good one was: psfbot may have stood still in between.
        """
        now, short, again = self.asker.now(), cut(why, 200), bool(turn.failing)
        if short != turn.failing and not quiet:
            log.warning("poll failing", poll=turn.name, reason=short)
        turn.failing, turn.failing_since = short, past(turn.failing_since, now) or now
        since = past(turn.asked.good_at, now) or turn.failing_since
        if self.alarm_after and again and now - since >= self.alarm_after:
            said = BLIND.format(poll=turn.name, why=short)
            await self.tell(turn, State.FIRING, said, turn.failing_since)  # the last good round came before its end

    async def tell(self, turn: Turn, state: State, summary: str, at: datetime) -> None:
        """Report a blind poll, or its end; the relay's own rules see to it that each is told once."""
        about = f"poll {turn.name}"
        alert = Alert(
            source=SOURCE,
            key=about,
            about=about,
            hints=(SELF,),
            state=state,
            severity=Severity.WARNING,
            summary=summary,
            at=at,
        )
        try:
            if await keep(turn.name, Asked(turn.asked.poll, SOURCE), (alert,), self.asker):
                self.bell()
        except StoreBusy as busy:
            log.warning("storage busy", work=f"poll {turn.name}", reason=str(busy))

    def close(self) -> None:
        """Stop asking; what was kept stays."""
        self.led = False
        for turn in self.turns:
            if turn.task:
                turn.task.cancel()

    async def idle(self) -> None:
        """Wait for the rounds that are going on."""
        await asyncio.gather(*(turn.task for turn in self.turns if turn.task and turn.running), return_exceptions=True)

    def reports(self) -> tuple[Report, ...]:
        """How each poll stands, and how old its last good round is; whoever does not lead knows nothing of that."""
        if not self.led:
            return ()
        now = self.asker.now()
        return tuple(
            Report(turn.name, state_of(turn, now), now - turn.asked.good_at if turn.asked.good_at else None)
            for turn in self.turns
        )

    def ages(self) -> Mapping[str, float]:
        """Seconds since the last good round of each poll that is on and had one."""
        return {one.name: one.age.total_seconds() for one in self.reports() if one.age is not None}

    def failing(self) -> Mapping[str, float]:
        """1 for each poll that cannot find out anything now, 0 for the others that are on."""
        return {turn.name: float(bool(turn.failing)) for turn in self.turns if self.led and not turn.off}

    def trouble(self) -> str:
        """What is amiss with the polls, in a few words; nothing when all that are on work."""
        bad = [one for one in self.reports() if one.state not in {OFF, GOOD, NEVER}]
        return "; ".join(f"{one.name} {one.state}" for one in bad)


def past(at: datetime | None, now: datetime) -> datetime | None:
    """A moment that was, if any: one that lies ahead was noted before the clock was set back, and says nothing."""
    return at if at and at <= now else None


def state_of(turn: Turn, now: datetime) -> str:
    """How a poll stands, in words."""
    if turn.off:
        return OFF
    if turn.failing and turn.failing_since:
        return f"has failed for {span(now - turn.failing_since)}: {turn.failing}"
    if turn.asked.troubles:
        first, why = next(iter(turn.asked.troubles.items()))
        more = f", and {len(turn.asked.troubles) - 1} more" if len(turn.asked.troubles) > 1 else ""
        return f"does not see {first} ({why}){more}"
    return GOOD if turn.asked.good_at else NEVER
