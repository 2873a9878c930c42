"""Does the catalog still say what is so? Every plugin's search for drift, weighed against the exemptions.

It only looks. What could not be looked at is told beside, and never taken for drift or for its absence.
"""

import asyncio
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from psfbot.catalog.book import Book
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.nearest import nearest
from psfbot.catalog.rules import ANY_DRIFT, DRIFTS
from psfbot.errors import UserError
from psfbot.flows.polite import Polite
from psfbot.plugin import Configuration, Drift, NotSetUp, Plugin, Survey, Unreachable, World
from psfbot.plugin.looking import Surveyor
from psfbot.relay.drifted import Drifted
from psfbot.text import cut, one_line

SECONDS = 180.0
"""Seconds that one search may take: what it found until then is not known."""
LONGEST = 300
SLOW = "it did not end within {:.0f} s"
FAILED = "psfbot failed at it, reference {}"
SAFE = re.compile(r"[\w .,:/@+-]*(\"[\w .,:/@+-]*\")?")
"""An edit may hold what a stranger's server said, and people paste it into a shell: nothing that a shell obeys."""
LAPSED = "{}; its exemption ended on {}"
NO_KIND = "There is no kind of drift called '{}', and no plugin that looks for any.{}"


@dataclass(frozen=True, slots=True)
class Search:
    """A plugin's search, with the plugin's settings; `only` are the kinds that are wanted of it, none means all."""

    plugin: str
    surveyor: Surveyor
    settings: Configuration | None = None
    only: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Seen:
    """What one search came to: `troubles` is what it could not look at; `off` says that nobody set it up."""

    search: str
    about: str
    drifts: tuple[Drift, ...] = ()
    troubles: Mapping[str, str] = field(default_factory=dict)
    off: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What all searches came to; `ranks` is the order of the catalog's records."""

    seen: tuple[Seen, ...]
    at: datetime
    ranks: Mapping[tuple[str, str], int] = field(default_factory=dict)

    @property
    def drifts(self) -> tuple[Drift, ...]:
        """What differs, and no exemption counts for it, in the order of the catalog."""
        return tuple(one for one in self._all if one.ignored_until is None)

    @property
    def ignored(self) -> tuple[Drift, ...]:
        """What differs, and is to be ignored for now."""
        return tuple(one for one in self._all if one.ignored_until is not None)

    @property
    def _all(self) -> Sequence[Drift]:
        found = [one for seen in self.seen for one in seen.drifts]
        return sorted(found, key=lambda one: (self.ranks.get((one.section, one.id), len(self.ranks)), one.path))

    @property
    def troubles(self) -> Mapping[str, str]:
        """What could not be looked at: by which search, what, and why."""
        return {f"{seen.search}: {what}": why for seen in self.seen for what, why in seen.troubles.items()}

    @property
    def off(self) -> tuple[str, ...]:
        """The searches that nobody set up."""
        return tuple(seen.search for seen in self.seen if seen.off)

    @property
    def blind(self) -> frozenset[str]:
        """The searches that could not look at everything."""
        return frozenset(seen.search for seen in self.seen if seen.troubles or seen.off)

    def kept(self) -> Sequence[Drifted]:
        """All of it as it is remembered."""
        return [
            Drifted(
                kind=one.kind, section=one.section, id=one.id, path=one.path, message=one.message, edit=one.edit,
                by=seen.search, ignored_until=one.ignored_until, first_seen_at=self.at, seen_at=self.at,
            )
            for seen in self.seen
            for one in seen.drifts
        ]  # fmt: skip


def searches(plugins: Mapping[str, Plugin], settings: Mapping[str, Configuration]) -> tuple[Search, ...]:
    """Every plugin's searches."""
    return tuple(
        Search(name, surveyor, settings.get(name)) for name, plugin in plugins.items() for surveyor in plugin.surveyors
    )


def chosen(every: Sequence[Search], only: Collection[str]) -> tuple[Search, ...]:
    """The searches that are wanted: what is named may be a kind, a search or a plugin, and several add up."""
    names = {name for search in every for name in (search.plugin, search.surveyor.name)}
    for one in only:
        if one not in names and one not in DRIFTS:
            near = nearest(one, [*DRIFTS, *sorted(names)])
            raise UserError(NO_KIND.format(one, f" Did you mean {near[0]}?" if near else " See docs/drift.md."))
    kinds, wanted = frozenset(only) & DRIFTS.keys(), set(only)
    named = [not wanted or not wanted.isdisjoint((one.plugin, one.surveyor.name)) for one in every]
    return tuple(
        search if whole else replace(search, only=kinds)
        for search, whole in zip(every, named, strict=True)
        if whole or kinds
    )


async def verify(
    wanted: Sequence[Search],
    book: Book,
    world: World,
    now: datetime,
    *,
    bug: Callable[[Exception], str],
    seconds: float = SECONDS,
) -> Report:
    """Search for drift, all searches side by side, and weigh what they found."""
    polite = Polite(world)
    surveys = [Survey(book, polite, now, search.settings, search.only) for search in wanted]
    try:
        seen = await asyncio.gather(
            *(look(search, survey, seconds, bug) for search, survey in zip(wanted, surveys, strict=True))
        )
    finally:
        await polite.close()
    return Report(tuple(seen), now, ranked(book.catalog))


async def look(search: Search, survey: Survey, seconds: float, bug: Callable[[Exception], str]) -> Seen:
    """One search, which ends in time; one that fails says so, and the others go on."""
    name, about = search.surveyor.name, search.surveyor.about
    try:
        async with asyncio.timeout(seconds):
            found = await search.surveyor.look(survey)
        drifts = weighed(found, survey.book.catalog, survey.now.date(), search.only)
    except NotSetUp:
        return Seen(name, about, off=True)
    except Unreachable as error:
        return Seen(name, about, troubles={"all of it": plainly(str(error))})
    except TimeoutError:
        return Seen(name, about, troubles={"all of it": SLOW.format(seconds)})
    except Exception as error:  # noqa: BLE001 - a plugin's own code: whatever it raises, the others go on
        return Seen(name, about, troubles={"all of it": FAILED.format(bug(error))})
    return Seen(name, about, drifts, {plainly(what): plainly(why) for what, why in survey.troubles.items()})


def plainly(said: str) -> str:
    """What somebody else says, as one short line."""
    return cut(one_line(said), LONGEST)


def ranked(catalog: Catalog) -> Mapping[tuple[str, str], int]:
    """The place of each record in the catalog; what it lacks comes before all others of its section."""
    keys = ((section, id_) for section in KINDS for id_ in ("", *getattr(catalog, section)))
    return {key: place for place, key in enumerate(keys)}


def weighed(found: Iterable[Drift], catalog: Catalog, today: date, only: frozenset[str]) -> tuple[Drift, ...]:
    """Each drift once, with the exemption that counts for it."""
    once = {
        (one.kind, one.section, one.id, one.path, one.message): one for one in found if not only or one.kind in only
    }
    return tuple(exempted(one, catalog, today) for one in once.values())


def exempted(drift: Drift, catalog: Catalog, today: date) -> Drift:
    """The drift with its exemption: one that counts, or one that ended, which is told."""
    record = (getattr(catalog, drift.section, None) or {}).get(drift.id)
    edit = drift.edit if SAFE.fullmatch(drift.edit) else ""
    drift = replace(drift, message=plainly(drift.message), edit=edit)
    days = [one.until for one in getattr(record, "exemptions", ()) if one.rule in {drift.kind, ANY_DRIFT}]
    if not days:
        return drift
    until = max(days)
    if until >= today:
        return replace(drift, ignored_until=until)
    return replace(drift, message=LAPSED.format(drift.message, until))
