"""What rooms hear of a run: each deed in a line, in every room of the run but the one where it was just said."""

from collections.abc import Iterable, Mapping, Sequence

from psfbot.catalog.book import Book
from psfbot.catalog.model import Person
from psfbot.chat.message import Message
from psfbot.checklists import words
from psfbot.checklists.run import FAILED, PASSED, Deed, Run, State
from psfbot.flows.oncall import direct, mention
from psfbot.flows.scene import Scene
from psfbot.relay.alert import Severity
from psfbot.relay.notice import Notice, Priority, Room
from psfbot.relay.route import is_public, route
from psfbot.text import cut, one_line

ALONE = 0
"""The incident of a notice that is about none."""
KIND = "checklist"
KEEPS = "slack"
"""The platform that keeps what is said to somebody who is away; on IRC nobody hears it, and rooms are told of that."""
LONGEST = 400
SLIPPED = "{spot} was done, and is true no more{seen}."
TRUE_NOW = "{spot} can be ticked now{seen}. Say: done {number}"
REMINDER = "{who}: {spot} is yours since {since}: {text}. Say: done {number}"


def room_of(lane: str) -> Room:
    """A room that a run kept."""
    platform, _, name = lane.partition(" ")
    return Room(platform=platform, name=name)


def here(message: Message, platforms: Mapping[str, str]) -> str:
    """The lane of the room where something is said; nothing where rooms are not told of it, as in private."""
    if message.platform not in platforms:
        return ""
    name = platforms[message.platform] if message.local else message.room
    return f"{message.platform} {name}" if name else ""


def rooms_for(service: str, message: Message, book: Book, platforms: Mapping[str, str]) -> tuple[str, ...]:
    """The rooms of a new run: the one where it is started, and on every other platform those of the service."""
    own = here(message, platforms)
    known = book.catalog.services.get(service)
    routes = route(known, Severity.CRITICAL, book.catalog, platforms)
    others = [one.room.lane for one in routes if one.hears and not (own and one.room.platform == message.platform)]
    return tuple(dict.fromkeys(filter(None, (own, *others))))


def put(lane: str, said: str, scene: Scene, priority: Priority = Priority.BULK, run: int = 0) -> None:
    """Put one line in the outbox, behind what alerts have to say; `run` is the checklist that it is about."""
    text = cut(one_line(said), LONGEST)
    room = room_of(lane)
    if room.platform in scene.platforms:
        notice = Notice(incident=ALONE, version=1, room=room, kind=KIND, text=text, priority=priority, run=run)
        scene.ledger.post(notice, scene.now)


def announce(run: Run, deeds: Iterable[Deed], said_in: str, scene: Scene) -> None:
    """Tell the run's rooms what was done; `said_in` has heard it already. Public rooms see no evidence."""
    told = list(deeds)
    for lane in run.rooms:
        public = is_public(room_of(lane), scene.book.catalog)
        lines = [line for deed in told if (line := words.happened(run, deed, public=public))]
        if lines and lane != said_in:
            put(lane, f"{words.headline(run)}. {'; '.join(lines)}", scene, run=run.number)


def everywhere(run: Run, said: str, scene: Scene, bare: str = "", said_in: str = "") -> None:
    """Tell all rooms of the run something but `said_in`, which knows; `bare` is what public rooms hear in its place."""
    for lane in run.rooms:
        if lane == said_in:
            continue
        hidden = bare and is_public(room_of(lane), scene.book.catalog)
        put(lane, f"{words.headline(run)}. {bare if hidden else said}", scene, run=run.number)


def tell_news(before: Run, then: Run, looks: Sequence[Deed], scene: Scene, said_in: str = "") -> None:
    """Tell all rooms what is true no more, and what can be ticked at last; `said_in` has seen it."""
    told = zip(news(before, then, looks), news(before, then, looks, public=True), strict=True)
    for line, bare in told:
        everywhere(then, line, scene, bare, said_in)


def news(before: Run, then: Run, looks: Iterable[Deed], *, public: bool = False) -> list[str]:
    """What rooms should hear of looks: what was true and is no more, and what can be ticked at last.

    Public rooms do not hear what was seen.
    """
    found = []
    for deed in looks:
        known, seen = before.mark(deed.step).known, deed.seen
        step = then.template.step(deed.step)
        if step is None or seen is None or (known and known.verdict == seen.verdict):
            continue
        spot = words.title(then, step)
        saw = "" if public else f": {cut(seen.text, 160).rstrip('.')}"
        if seen.verdict == FAILED and then.mark(deed.step).state is State.DONE:
            found.append(SLIPPED.format(spot=spot, seen=saw))
        if seen.verdict == PASSED and step.recheck and step in then.next:
            found.append(TRUE_NOW.format(spot=spot, seen=saw, number=then.spot(step.id)))
    return found


def remind(run: Run, deed: Deed, scene: Scene) -> None:
    """Remind somebody of a step: by a message to them alone, else in the rooms of the run."""
    person: Person | None = scene.book.catalog.people.get(deed.whom)
    step = run.template.step(deed.step)
    mark = run.mark(deed.step)
    if step is None:
        return
    known: Sequence[Room] = direct(person, scene) if person else ()
    alone = [room for room in known if room.platform == KEEPS] or known
    for lane in [room.lane for room in alone] or run.rooms:
        who = mention(person, room_of(lane).platform) if person else deed.whom
        since = words.clock(mark.whom_at or run.started_at, scene.now)
        text = words.said(run, step.text, 160).rstrip(".")
        said = REMINDER.format(who=who, spot=run.spot(step.id), since=since, text=text, number=run.spot(step.id))
        put(lane, f"{said} ({words.headline(run)})", scene, Priority.NORMAL, 0 if alone else run.number)
