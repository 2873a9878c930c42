"""A step's check is made: its arguments filled in, the plugin asked, and what it saw kept in one line.

Whatever goes wrong on the way means that nobody knows, which is never a pass.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import ValidationError

from psfbot.catalog.book import Book
from psfbot.catalog.faults import told
from psfbot.checklists.reading import PATTERNS
from psfbot.checklists.run import UNKNOWN, Run, Seen
from psfbot.checklists.template import Step, words_in
from psfbot.checklists.variables import OF_SERVICE, filled_data, missing, service_of
from psfbot.plugin import Configuration, Relaying, Sight, Unreachable, World
from psfbot.plugin.looking import Check
from psfbot.text import cut, one_line

SECONDS = 180.0
"""Seconds that a check may take; one that asks a package index for every requirement needs many."""
AT_ONCE = 4
LONGEST = 2000
READ = 10 * LONGEST
"""So much of what a check says is looked at."""
NO_CHECK = "no plugin that is on brings the check '{name}'"
NO_SERVICE = "the catalog has no service '{name}' any more"
NO_FACT = "the catalog does not say the {word} of {service}"
NO_VALUE = "nobody has said yet: {ask} Say: checklist set {number} {name}=…"
BAD_ARGUMENT = "its argument {name} is wrong: {why}"
TOO_SLOW = "there was no answer within {seconds:.0f} s"
ENDS = "a check wanted to end psfbot, with {code}"
CANCELLED = "a check was cancelled, and not by psfbot"
BROKEN = "the check itself failed; the log knows more under reference {reference}"


class Eyes(Protocol):
    """How checks are found, and what they may look at."""

    def check(self, name: str) -> Check | None:
        """A check of a plugin that is on."""

    def settings(self, check: str) -> Configuration | None:
        """The settings of the plugin that brings it."""

    @property
    def world(self) -> World:
        """Everything outside."""

    @property
    def relaying(self) -> Relaying:
        """What is known of alerts."""


@dataclass(frozen=True)
class Looker:
    """Makes checks; `bug` writes down what a check's own code raised, and returns a reference."""

    eyes: Eyes
    bug: Callable[[Exception], str]
    seconds: float = SECONDS

    async def look(self, run: Run, step: Step, book: Book, now: datetime) -> Seen:
        """Make the check of a step, and say what it saw."""
        limit = asyncio.timeout(self.seconds)
        try:
            async with limit:
                return await self._look(run, step, book, now)
        except Unreachable as error:
            return unknown(str(error), now)
        except SystemExit as error:
            return unknown(BROKEN.format(reference=self.bug(RuntimeError(ENDS.format(code=error)))), now)
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            return unknown(BROKEN.format(reference=self.bug(RuntimeError(CANCELLED))), now)
        except Exception as error:  # noqa: BLE001 - a plugin's own code: the run goes on, and knows nothing
            if limit.expired():
                return unknown(TOO_SLOW.format(seconds=self.seconds), now)
            return unknown(BROKEN.format(reference=self.bug(error)), now)

    async def _look(self, run: Run, step: Step, book: Book, now: datetime) -> Seen:
        """The same, with whatever is raised on the way."""
        call = step.check
        check = self.eyes.check(call.name) if call else None
        service = service_of(book.catalog, run.service)
        if call is None or check is None:
            return unknown(NO_CHECK.format(name=call.name if call else ""), now)
        if service is None:
            return unknown(NO_SERVICE.format(name=run.service), now)
        if lacks := [name for _, text in words_in(call.arguments) for name in missing(text, run.values)]:
            return unknown(lacking(run, lacks[0]), now)
        try:
            arguments = check.shape.model_validate(filled_data(call.arguments, run.values))
        except ValidationError as error:
            first = next(told(error.errors(include_url=False)[:1], check.shape, PATTERNS))
            where = ".".join(map(str, first.path))
            return unknown(BAD_ARGUMENT.format(name=where, why=first.message), now)
        sight = Sight(
            service=service,
            book=book,
            world=self.eyes.world,
            relaying=self.eyes.relaying,
            now=now,
            settings=self.eyes.settings(call.name),
            done=done(run),
        )
        found = await check.look(arguments, sight)
        return Seen(verdict=found.verdict.value, text=cut(one_line(found.seen[:READ]), LONGEST), at=now)

    async def look_all(self, run: Run, steps: tuple[Step, ...], book: Book, now: datetime) -> dict[str, Seen]:
        """Several checks of one run, a few at once."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(step: Step) -> Seen:
            async with gate:
                return await self.look(run, step, book, now)

        found = await asyncio.gather(*(one(step) for step in steps))
        return {step.id: seen for step, seen in zip(steps, found, strict=True)}


def lacking(run: Run, name: str) -> str:
    """What must be known first, and who can say it."""
    variable = run.template.variables.get(name)
    if variable is None:
        return NO_FACT.format(word=name.removeprefix(OF_SERVICE), service=run.service)
    return NO_VALUE.format(ask=variable.ask, number=run.number, name=name)


def done(run: Run) -> Mapping[str, datetime]:
    """When each step was done."""
    return {id_: mark.at for id_, mark in run.marks.items() if mark.over and mark.at}


def unknown(why: str, now: datetime) -> Seen:
    """Nobody knows, and why."""
    return Seen(verdict=UNKNOWN, text=cut(one_line(why), LONGEST), at=now)
