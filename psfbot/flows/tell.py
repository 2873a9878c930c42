"""Put what people should hear into the outbox: to each room that should, by itself or folded into a storm's digest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache

from psfbot.catalog.graph import Node
from psfbot.flows.scene import Scene
from psfbot.flows.storm import passes
from psfbot.oncall.line import in_a_line
from psfbot.relay.alert import Alert, Severity
from psfbot.relay.bulletin import LEAST, Beside, apart, together
from psfbot.relay.group import left_over
from psfbot.relay.incident import PROVIDER, Down, Happening, Incident, Standing
from psfbot.relay.kin import needs
from psfbot.relay.mute import hush
from psfbot.relay.notice import Notice, Priority, Room
from psfbot.relay.route import Routed, route
from psfbot.relay.storm import TOP_TIER
from psfbot.relay.supplier import ASIDE, reported
from psfbot.relay.supplier import word as supplied
from psfbot.relay.word import Said, marked, title, word

NOWHERE = "no platform that is on has a room for it"
URGENT = {Severity.CRITICAL: Priority.URGENT, Severity.ERROR: Priority.NORMAL}
LOOK_BACK = timedelta(days=1)
LISTED = 20
"""Services that are looked through when a provider and what is down are told beside each other."""
STARTS = frozenset({Happening.OPENED, Happening.REOPENED, Happening.WORSE})
Words = Callable[[bool], Said]
"""What is said in public rooms, and in others: found only where something is said."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said of an incident; a quiet one only brings up to date what a room has seen."""

    incident: Incident
    happened: Happening
    said: Words
    tier: int | None = None
    quiet: bool = False


def tell(
    incident: Incident, happened: Happening, scene: Scene, alert: Alert | None = None, *, quiet: bool = False
) -> tuple[str, ...]:
    """Put a notice for each room in the outbox, unless a silence holds; either way the reason is kept."""
    if hushed(incident, happened, scene) or folded(incident, happened, scene):
        return ()
    if incident.node:
        return tell_together(incident, happened, scene, quiet=quiet)
    if incident.provider:
        return tell_of_provider(incident, happened, scene, alert, quiet=quiet)
    catalog, service = scene.book.catalog, scene.service(incident)
    told = scene.ledger.heard(incident.number)
    routes = route(service, incident.severity, catalog, scene.platforms, tuple(told))

    @cache
    def said(public: bool) -> Said:  # noqa: FBT001 - one for each kind of room
        on_call = in_a_line(catalog, scene.watches, service, scene.now) if service else ""
        beside = tuple(reported(one, catalog) for one in reports((service.id,), scene)) if service else ()
        said = word(happened, incident, catalog, scene.now, alert, public=public, on_call=on_call, beside=beside)
        return marked(said, alert)

    quiet = quiet or happened is Happening.ALERT
    tier = service.tier if service and service.tier != "unknown" else None
    return post(Saying(incident, happened, said, tier, quiet), routes, told, scene)


def hushed(incident: Incident, happened: Happening, scene: Scene) -> bool:
    """Does a silence keep this from being told? Then that is written down."""
    held = hush(incident.subject, happened, scene.silences, scene.now)
    if held:
        scene.log(incident, Happening.MUTED, "not told", held.reason)
    return held is not None


def folded(incident: Incident, happened: Happening, scene: Scene) -> bool:
    """Is this told with its cause? What a room heard of by itself goes on by itself, and so does a late tier 1."""
    cause = scene.ledger.incident(incident.cause) if incident.cause else None
    if cause is None or cause.state is Standing.RESOLVED or scene.ledger.told(incident.number):
        return False
    service = scene.service(incident)
    late = cause.told_at is not None and cause.told_at < scene.now
    if late and happened in STARTS and service and service.tier == TOP_TIER:
        return False
    scene.log(incident, Happening.GROUPED, f"told with #{cause.number}", f"it stands below #{cause.number}")
    return True


def tell_together(
    cause: Incident,
    happened: Happening,
    scene: Scene,
    beside: Beside | None = None,
    *,
    quiet: bool = False,
) -> tuple[str, ...]:
    """Tell of a shared cause wherever one of those below it would be told of."""
    below = scene.ledger.children(cause.number)
    own = reports([one.subject for one in below], scene)
    beside = replace(
        beside or Beside(rivals_of(cause, below, scene)),
        reports=tuple(reported(one, scene.book.catalog) for one in own),
    )
    said = both(together(happened, cause, below, beside, scene.book.catalog, scene.now))
    tier = min((tier_of(one, scene) for one in below), default=LEAST)
    quiet = quiet or happened is Happening.ALERT
    told = scene.ledger.heard(cause.number)
    return post(Saying(cause, happened, said, tier, quiet), rooms_of(cause, below, told, scene), told, scene)


def tell_of_provider(
    report: Incident, happened: Happening, scene: Scene, alert: Alert | None = None, *, quiet: bool = False
) -> tuple[str, ...]:
    """Tell what a provider says of itself; what is minor only to those who were told before that it was worse."""
    catalog, told = scene.book.catalog, scene.ledger.heard(report.number)
    routes = route(None, report.severity, catalog, scene.platforms, tuple(told))
    if report.severity is Severity.INFO:
        routes = tuple(routed for routed in routes if routed.room in told)
        if not routes:
            scene.log(report, Happening.TOLD, "nobody", ASIDE)
            return ()
    node: Node = ("provider", report.provider)
    needing = [one for one in scene.ledger.down(scene.now - LOOK_BACK) if node in needs(one.service, scene.book)]
    suffering = [one for one in (scene.ledger.incident(down.number) for down in needing[:LISTED]) if one]
    said = both(marked(supplied(happened, report, suffering, scene.book, scene.now), alert))
    quiet = quiet or happened is Happening.ALERT
    return post(Saying(report, happened, said, quiet=quiet), routes, told, scene)


def reports(services: Sequence[str], scene: Scene) -> list[Incident]:
    """What the providers that these services cannot do without say of themselves now."""
    nodes = (node for service in services[:LISTED] for node in needs(service, scene.book))
    names = dict.fromkeys(name for kind, name in nodes if kind == "provider")
    found = (scene.ledger.latest(PROVIDER + name) for name in names)
    return [one for one in found if one and one.state is not Standing.RESOLVED]


def tell_apart(
    cause: Incident, below: Sequence[Incident], reason: str, scene: Scene, *, quiet: bool = False
) -> tuple[str, ...]:
    """Tell that a shared cause was none."""
    left = [one for one in below if one.state is not Standing.RESOLVED]
    said = both(apart(cause, left, reason, scene.book.catalog))
    told = scene.ledger.heard(cause.number)
    saying = Saying(cause, Happening.UNGROUPED, said, quiet=quiet)
    return post(saying, rooms_of(cause, below, told, scene), told, scene)


def both(said: Said) -> Words:
    """The same words for public rooms and for others: they hold nothing private."""
    return lambda _: said


def tier_of(incident: Incident, scene: Scene) -> int:
    """How important its service is; one whose tier nobody set comes last."""
    service = scene.service(incident)
    return service.tier if service and service.tier != "unknown" else LEAST


def rooms_of(cause: Incident, below: Sequence[Incident], told: Mapping[Room, str], scene: Scene) -> tuple[Routed, ...]:
    """Each room that would hear of any of those below a cause."""
    catalog = scene.book.catalog
    found: dict[str, Routed] = {}
    for one in below:
        for routed in route(scene.service(one), cause.severity, catalog, scene.platforms, tuple(told)):
            known = found.get(routed.room.lane)
            if known is None or (routed.hears and not known.hears):
                found[routed.room.lane] = routed
    return tuple(found.values())


def rivals_of(cause: Incident, below: Sequence[Incident], scene: Scene) -> tuple[Node, ...]:
    """What else would explain all that is down now."""
    down = [Down(one.number, one.subject, one.began) for one in below if one.state is not Standing.RESOLVED]
    best = left_over(down, set(), scene.book) if down else None
    return tuple(node for node in (best.best.node, *best.rivals) if node != cause.node) if best else ()


def post(saying: Saying, routes: Sequence[Routed], told: Mapping[Room, str], scene: Scene) -> tuple[str, ...]:
    """Put it in the outbox for each room that should hear it; a room in a storm hears of it in its digest.

    `told` are the rooms that heard of it before, and what.
    """
    incident, happened = saying.incident, saying.happened
    heard: dict[str, str] = {}
    for routed in (routed for routed in routes if routed.hears):
        lane, known = routed.room.lane, routed.room in told
        still = saying.quiet and known
        fold = "" if still else passes(lane, happened, saying.tier, told.get(routed.room, ""), scene)
        if known or not fold:  # else there is nothing in that room to bring up to date
            said = notice(saying, routed, quiet=still or fold != "")
            scene.ledger.post(said, scene.now)
        heard[lane] = f"{lane} ({fold or 'quietly'})" if still or fold else lane
    why = "; ".join(f"{routed.room.lane}: {routed.reason}" for routed in routes) or NOWHERE
    scene.log(incident, Happening.TOLD, ", ".join(heard.values()) or "nobody", why)
    return tuple(heard)


def notice(saying: Saying, routed: Routed, *, quiet: bool) -> Notice:
    """What one room is told."""
    incident, said = saying.incident, saying.said(routed.public)
    return Notice(
        incident=incident.number,
        version=incident.version,
        room=routed.room,
        kind=saying.happened,
        text=said.text,
        lines=said.lines,
        links=said.links,
        priority=priority(incident, saying.tier),
        quiet=quiet,
        began=incident.began,
        ended=incident.resolved_at if incident.state is Standing.RESOLVED else None,
        about=missed(incident, saying.happened),
    )


def priority(incident: Incident, tier: int | None) -> Priority:
    """What goes first where much waits: tier 1, then what is critical; a warning never does."""
    found = URGENT.get(incident.severity, Priority.BULK)
    return Priority.VITAL if tier == TOP_TIER and found is not Priority.BULK else found


def missed(incident: Incident, happened: Happening) -> str:
    """What was wrong, where the line itself does not say it: who was never told of it would wonder."""
    if happened in STARTS or incident.node:
        return ""
    return title(happened, incident.model_copy(update={"acked_by": ""}), incident.changed_at)
