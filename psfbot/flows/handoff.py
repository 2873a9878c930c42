"""A hand-off: when somebody else is on call, the rooms and both people hear how things stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog, OnCall
from psfbot.flows.oncall import Roster, direct, post, team_rooms
from psfbot.flows.scene import Scene
from psfbot.oncall.line import name_of
from psfbot.oncall.shift import Shift, Watch
from psfbot.relay.incident import Incident, Silence, Standing
from psfbot.relay.ports import Ledger
from psfbot.text import and_join, count, cut

MARK = "on call: "
"""How the name of a mark starts that remembers who was on call for a rota last."""
KIND = "hand-off"
FRESH = timedelta(hours=12)
"""What a source said longer ago than this makes nobody take over."""
MOST, SHOWN = 100, 5
NAME = 40
"""Characters of an incident's name: whoever is woken by this must see the rest, too."""
SAID = "HAND-OFF {rota}: {who}."


class Mark(Protocol):
    """When something was so, and what."""

    @property
    def at(self) -> datetime:
        """Since when."""

    @property
    def value(self) -> str:
        """What."""


class Marks(Protocol):
    """What is remembered by name."""

    async def set(self, name: str, now: datetime, value: str = "") -> None:
        """Remember that something is so now."""

    async def all(self) -> Mapping[str, Mark]:
        """Everything that is remembered."""


async def hand_off(
    roster: Roster, marks: Marks, watches: Mapping[str, Watch], book: Book, now: datetime
) -> tuple[str, ...]:
    """Tell of each rota whose turn it has become since the last look; say which rotas these were.

    The mark is set after people were told: a crash between the two tells them twice, and never not at all.
    """
    known = await marks.all() if watches else {}
    changed = []
    for rota, watch in watches.items():
        shift, last = watch.primary(now), known.get(MARK + rota)
        if watch.known_at is None or now - watch.known_at > FRESH:
            continue
        who = shift.who if shift else ""
        if last is not None and last.value == who:
            continue
        if last is not None:
            before = Shift(person=last.value, since=last.at, until=now, source="mark", name=last.value)
            await tell(roster, book, now, rota, (before, shift))
            changed.append(rota)
        await marks.set(MARK + rota, now, who)
    return tuple(changed)


async def tell(roster: Roster, book: Book, now: datetime, rota: str, turn: tuple[Shift, Shift | None]) -> None:
    """Put the summary in the outbox: for the team's rooms, for whoever was on call, and for whoever is."""
    duty, runs = book.catalog.oncall[rota], running(await roster.running())

    def work(scene: Scene) -> None:
        said = summary(duty, turn, scene.ledger, book.catalog, now, runs)
        ids = [shift.person for shift in turn if shift and shift.person in book.catalog.people]
        alone = [room for one in ids for room in direct(book.catalog.people[one], scene)]
        for room in dict.fromkeys([*team_rooms(rota, scene), *alone]):
            post(room, said, KIND, scene)

    await roster.relay.change(work, book, now)


def summary(
    duty: OnCall, turn: tuple[Shift, Shift | None], ledger: Ledger, catalog: Catalog, now: datetime, runs: str = ""
) -> str:
    """Who takes over from whom, what is open, which silences end, what checklists run, and what happened before."""
    before, after = turn
    who = f"{name_of(catalog, after)} is on call" if after else "nobody is on call"
    who += f", after {name_of(catalog, before)}" if before.who and after else ""
    who += f", until {after.until:%Y-%m-%d %H:%M} UTC" if after and after.until else ""
    left, found = ledger.incidents(open_only=True, limit=MOST), ledger.incidents(open_only=False, limit=MOST)
    ends = after.until if after and after.until else now + timedelta(days=1)
    ending = [one for one in ledger.silences(now) if one.ends_at <= ends]
    parts = (still_open(left), silences(ending), runs, lately(found, before.since or now))
    return " ".join((SAID.format(rota=duty.id, who=who), *filter(None, parts)))


def still_open(found: Sequence[Incident]) -> str:
    """What nobody has ended."""
    left = [one for one in found if one.state is not Standing.RESOLVED and one.storm is None and one.cause is None]
    if not left:
        return "Nothing is open."
    taken = {one.number: f" ({one.acked_by} has it)" for one in left if one.acked_by}
    shown = [f"#{one.number} {cut(one.named, NAME)}{taken.get(one.number, '')}" for one in left]
    more = f" and {len(left) - SHOWN} more" if len(left) > SHOWN else ""
    return f"Open: {and_join(shown[:SHOWN]) if not more else ', '.join(shown[:SHOWN])}{more}."


def silences(ending: Sequence[Silence]) -> str:
    """Silences that end in the shift that begins."""
    said = [f"{one.subject} ({one.ends_at:%Y-%m-%d %H:%M} UTC)" for one in ending[:SHOWN]]
    return f"Silences that end: {', '.join(said)}." if said else ""


def running(runs: Sequence[str]) -> str:
    """The checklists that run."""
    more = f" and {len(runs) - SHOWN} more" if len(runs) > SHOWN else ""
    return f"Checklists that run: {', '.join(runs[:SHOWN])}{more}." if runs else ""


def lately(found: Sequence[Incident], since: datetime) -> str:
    """What happened in the shift that ends."""
    new = [one for one in found if one.opened_at >= since and one.storm is None]
    over = sum(one.state is Standing.RESOLVED for one in new)
    return f"In the last shift: {count(len(new), 'incident')}, {over} of them over." if new else ""
