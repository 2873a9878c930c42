"""On-call duty as commands and the clock reach it: ask sources and keep what they say, hand over, page."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog, OnCall, Person
from psfbot.errors import UserError
from psfbot.flows.relay import Relay
from psfbot.flows.scene import Scene
from psfbot.oncall import find
from psfbot.oncall.ical import calendar
from psfbot.oncall.line import name_of
from psfbot.oncall.page import Asked, Page, Paging, Signal
from psfbot.oncall.ports import Duties, OutOfReach, Pager, RotaSource
from psfbot.oncall.rota import AFTER, LONGEST
from psfbot.oncall.shift import Override, Watch
from psfbot.relay.notice import Notice, Priority, Room
from psfbot.text import cut, one_line

ALONE = 0
"""The incident of a notice that is about none."""
CONFIRM = timedelta(seconds=60)
"""How long a page waits for its `yes`."""
SETTLED = CONFIRM + timedelta(seconds=15)
"""After so long a page is surely not being sent any more by whoever began it."""
RESUME = timedelta(minutes=10)
"""A page that was being sent when psfbot stopped is sent again for so long: its key lets it call only once."""
KIND = "page"
UNSURE = "I do not know whether it was made all the same: ask `rota {rota}` in two minutes, before you try again."
NO_ACCOUNT = "{name} has no account at the source of {rota}: put its id into the catalog, as people.{id}.pagerduty."
NO_SOURCE = "{rota} is kept elsewhere, and psfbot has no access to it. Make the change there."
TOO_LONG = "That is longer than {days} days. Whoever takes over for so long belongs into the rota itself."
PAGED = "PAGE {who}: {about}: {text} (asked for by {author})"


@dataclass(frozen=True, slots=True)
class Called:
    """What came of a page: the pager's word, or why it did not work; and the rooms that were told."""

    pager: str = ""
    failed: str = ""
    unsure: bool = False
    told: tuple[str, ...] = ()


async def nothing_runs() -> Sequence[str]:
    """Where nobody keeps checklists, none runs."""
    return ()


@dataclass(frozen=True)
class Roster:
    """What is kept of on-call duty, and who else knows of it; `source_name` and `pager_name` are plugins' names.

    `running` names the checklists that run, for whoever takes over.
    """

    duties: Duties
    relay: Relay
    source: RotaSource | None = None
    source_name: str = ""
    pager: Pager | None = None
    pager_name: str = ""
    ahead: timedelta = field(default=find.AHEAD)
    running: Callable[[], Awaitable[Sequence[str]]] = nothing_runs

    async def watches(self, catalog: Catalog, now: datetime, at: datetime | None = None) -> Mapping[str, Watch]:
        """What is known of every rota, from what is kept: no source is asked, so it never waits for one.

        `at` is the moment that matters, where it is not now: our own rotas are worked out around it.
        """
        said = await self.duties.watches() if any(one.pagerduty_schedule for one in catalog.oncall.values()) else {}
        overrides = await self.duties.overrides(now) if any(one.rotation for one in catalog.oncall.values()) else ()
        return find.watches(catalog, said, overrides, now, at)

    async def refresh(self, catalog: Catalog, now: datetime) -> str:
        """Ask the source who is on call and keep that; when it does not answer, keep why, and say so."""
        schedules = {duty.id: duty.pagerduty_schedule for duty in catalog.oncall.values() if duty.pagerduty_schedule}
        if self.source is None or not schedules:
            return ""
        try:
            found = await self.source.shifts(sorted(set(schedules.values())), now - AFTER, now + self.ahead)
        except OutOfReach as error:
            await self.duties.fail(sorted(schedules), self.source_name, str(error))
            return str(error)
        for rota, schedule in schedules.items():
            shifts = tuple(found.get(schedule, ()))
            await self.duties.keep(Watch(rota=rota, source=self.source_name, shifts=shifts, known_at=now))
        return ""

    async def hand_over(self, duty: OnCall, overrides: Sequence[Override], catalog: Catalog, now: datetime) -> None:
        """Let somebody else have a turn: in our own rota, or where the rota is kept."""
        if any(one.until - one.since > LONGEST for one in overrides):
            raise UserError(TOO_LONG.format(days=LONGEST // timedelta(days=1)))
        if not duty.pagerduty_schedule:
            await self.duties.add_overrides(overrides)
            return
        if self.source is None:
            raise UserError(NO_SOURCE.format(rota=duty.id))
        accounts = [account(catalog.people[one.person], duty) for one in overrides]
        for one, there in zip(overrides, accounts, strict=True):
            try:
                await self.source.cover(duty.pagerduty_schedule, there, one.since, one.until)
            except OutOfReach as error:
                raise UserError(f"{error} {UNSURE.format(rota=duty.id)}" if error.unsure else str(error)) from error
        await self.refresh(catalog, now)

    async def page(self, page: Page, book: Book, now: datetime) -> Called:
        """Call people: by the pager if there is one, and by a message on every platform in any case."""
        pager, failed, unsure = "", "", False
        if self.pager:
            paging = Paging(signal=Signal.TRIGGER, key=page.key, text=page.text, about=page.about, by=page.author)
            try:
                pager = await self.pager.tell(paging)
            except OutOfReach as error:
                failed, unsure = str(error), error.unsure
        told = await self.relay.change(lambda scene: message(page, scene), book, now)
        called = Called(pager, failed, unsure, told)
        state = Asked.FAILED if failed or not (pager or told) else Asked.SENT
        await self.duties.end_page(page.key, state, pager or failed or ", ".join(told) or "nobody could be told")
        return called

    async def resume(self, book: Book, now: datetime) -> int:
        """Send the pages again that were being sent when psfbot stopped; say how many there were."""
        unfinished = await self.duties.unfinished(now - RESUME)
        left = [page for page in unfinished if now - page.asked_at >= SETTLED]
        for page in left:
            await self.page(page, book, now)
        return len(left)

    async def as_calendar(self, duty: OnCall, catalog: Catalog, now: datetime, *, public: bool = False) -> str:
        """A rota as iCalendar."""
        return as_calendar((await self.watches(catalog, now))[duty.id], catalog, now, public=public)

    def close(self) -> None:
        """Let go of sources and pagers."""
        for one in (self.source, self.pager):
            if one is not None:
                one.close()


def as_calendar(watch: Watch, catalog: Catalog, now: datetime, *, public: bool = False) -> str:
    """What is known of a rota as iCalendar; people go by their names, and the public hears nobody's reasons."""
    shifts = [shift.model_copy(update={"reason": ""}) if public else shift for shift in watch.shifts]
    return calendar(watch.rota, shifts, now, lambda shift: name_of(catalog, shift))


def account(person: Person, duty: OnCall) -> str:
    """A person's id where the rota is kept."""
    if not person.pagerduty:
        raise UserError(NO_ACCOUNT.format(name=person.name, rota=duty.id, id=person.id))
    return person.pagerduty


def message(page: Page, scene: Scene) -> tuple[str, ...]:
    """Put a page before those who are called: in the rooms of their team, and to each of them alone."""
    people = [scene.book.catalog.people[one] for one in page.people if one in scene.book.catalog.people]
    rooms = [*team_rooms(page.rota, scene), *(room for person in people for room in direct(person, scene))]
    for room in dict.fromkeys(rooms):
        who = ", ".join(mention(person, room.platform) for person in people) or "anybody"
        said = PAGED.format(who=who, about=page.about, text=page.text, author=page.author)
        post(room, said, KIND, scene)
    return tuple(room.lane for room in dict.fromkeys(rooms))


def post(room: Room, said: str, kind: str, scene: Scene) -> None:
    """Put one line that is about no incident in the outbox."""
    text = cut(one_line(said), 400)
    notice = Notice(incident=ALONE, version=1, room=room, kind=kind, text=text, priority=Priority.URGENT)
    scene.ledger.post(notice, scene.now)


def team_rooms(rota: str, scene: Scene) -> list[Room]:
    """The rooms of a rota's team on the platforms that are on; where it has none, each platform's first."""
    catalog = scene.book.catalog
    duty = catalog.oncall.get(rota)
    team = catalog.teams.get(duty.team if duty else find.LAST)
    rooms = [catalog.rooms[one] for one in team.rooms if one in catalog.rooms] if team else []
    found = []
    for platform, default in scene.platforms.items():
        names = [name for room in rooms if (name := getattr(room, platform, None))] or ([default] if default else [])
        found += [Room(platform=platform, name=name) for name in names]
    return found


def direct(person: Person, scene: Scene) -> list[Room]:
    """Where a person alone is told, on the platforms that are on and on which the catalog knows them."""
    names = ((platform, getattr(person, platform, None)) for platform in scene.platforms)
    return [Room(platform=platform, name=name) for platform, name in names if isinstance(name, str) and name]


def mention(person: Person, platform: str) -> str:
    """A person's name so that they are called by it: on IRC their nick must be in the line."""
    nick = person.irc if platform == "irc" else None
    return f"{nick} ({person.name})" if nick and nick != person.name else person.name
