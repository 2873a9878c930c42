"""One alert: find its service, judge it, group it, mute it, route it, word it, and keep all of that at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psfbot.catalog.book import Book
from psfbot.relay.alert import Alert, Severity, State
from psfbot.relay.incident import Entry, Happening, Incident, Problem, Standing
from psfbot.relay.judge import Judgement, Verdict, judge, remember, same_incident
from psfbot.relay.match import Subject, match
from psfbot.relay.mute import hush
from psfbot.relay.notice import Notice, Priority
from psfbot.relay.ports import Ledger
from psfbot.relay.route import route
from psfbot.relay.word import word

CHANGES = {
    Verdict.FIRST: Happening.OPENED,
    Verdict.BACK: Happening.REOPENED,
    Verdict.TAKEN: Happening.ACKNOWLEDGED,
    Verdict.RELEASED: Happening.RELEASED,
    Verdict.GONE: Happening.RESOLVED,
    Verdict.LATE: Happening.RESOLVED,
}
URGENT = {Severity.CRITICAL: Priority.URGENT, Severity.ERROR: Priority.NORMAL}


@dataclass(frozen=True)
class Scene:
    """Where a flow acts: the ledger of this transaction, the catalog in force, the platforms that are on, the time."""

    ledger: Ledger
    book: Book
    platforms: Mapping[str, str]
    now: datetime
    letter: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an alert."""

    verdict: Verdict
    reason: str
    incident: Incident | None = None
    told: tuple[str, ...] = field(default=())


def take(alert: Alert, scene: Scene) -> Taken:
    """Judge one alert and put what people should hear in the outbox, in the caller's transaction."""
    ledger = scene.ledger
    known = ledger.problem(alert.source, alert.key)
    subject = match(alert, scene.book)
    last = ledger.incident(known.incident) if known and known.incident else None
    fresh = ledger.add_alert(alert, letter=scene.letter, incident=last.number if last else None, now=scene.now)
    judgement = judge(alert, known, seen=not fresh)
    incident, happened = settle(alert, judgement, last, subject, scene)
    if fresh:
        ledger.explain(alert, incident=incident.number if incident else None, reason=judgement.reason)
    problem = remember(alert, known, judgement.verdict, incident.number if incident else None)
    if problem:
        ledger.keep_problem(problem)
    if incident is None or happened is None:
        return Taken(judgement.verdict, judgement.reason, incident)
    ended = problem.at if problem else alert.at
    incident, happened = weigh(incident, happened, alert.model_copy(update={"at": ended}), scene)
    ledger.keep_incident(incident)
    reason = f"{judgement.reason}; {subject.reason}"
    entry = Entry(at=scene.now, kind=happened, who=alert.by or alert.source, text=alert.summary, reason=reason)
    ledger.add_entry(incident.number, entry)
    return Taken(judgement.verdict, judgement.reason, incident, tell(incident, happened, scene, alert))


def settle(
    alert: Alert, judgement: Judgement, last: Incident | None, subject: Subject, scene: Scene
) -> tuple[Incident | None, Happening | None]:
    """The incident that an alert belongs to, and what happens to it; no happening when people need not know."""
    verdict = judgement.verdict
    if verdict in {Verdict.NEVER_SEEN, Verdict.OLDER, Verdict.DUPLICATE}:
        return last, None
    if verdict is Verdict.STILL and last:
        scene.ledger.keep_incident(last.model_copy(update={"repeats": last.repeats + 1}))
        return last, None
    if verdict is Verdict.BACK and last and same_incident(last, scene.now):
        return last, CHANGES[verdict]
    if verdict in {Verdict.TAKEN, Verdict.RELEASED, Verdict.GONE} and last:
        return last, CHANGES[verdict]
    standing = scene.ledger.latest(subject.id)
    if standing and standing.state is not Standing.RESOLVED and verdict is not Verdict.LATE:
        return standing, Happening.ALERT
    return opened(alert, subject, scene), CHANGES.get(verdict, Happening.OPENED)


def opened(alert: Alert, subject: Subject, scene: Scene) -> Incident:
    """A new incident, with its number."""
    began = min(alert.at, scene.now)
    return scene.ledger.open_incident(
        Incident(
            number=0,
            subject=subject.id,
            title=alert.summary,
            state=Standing.OPEN,
            severity=alert.severity,
            opened_at=began,
            changed_at=scene.now,
        )
    )


def weigh(incident: Incident, happened: Happening, alert: Alert, scene: Scene) -> tuple[Incident, Happening]:
    """The incident after the alert, from all of its problems: it is over only when none of them goes on."""
    active = [p for p in scene.ledger.problems(incident.number) if p.state is not State.RESOLVED and not p.closed_at]
    change: dict[str, object] = {"changed_at": scene.now, "version": incident.version + 1}
    if active:
        change["severity"] = max((p.severity for p in active), key=lambda severity: severity.rank)
    if happened is Happening.RESOLVED and (active or incident.state is Standing.RESOLVED):
        happened = Happening.ALERT
    elif happened is Happening.RESOLVED:
        change |= {"state": Standing.RESOLVED, "resolved_at": max(alert.at, incident.opened_at)}
    elif happened in {Happening.REOPENED, Happening.RELEASED}:
        change |= reopened(incident)
    elif alert.state is State.ACKNOWLEDGED and incident.state is Standing.OPEN:
        change |= {"state": Standing.ACKNOWLEDGED, "acked_by": alert.by or alert.source, "acked_at": alert.at}
    elif happened is Happening.ACKNOWLEDGED:
        happened = Happening.ALERT
    return incident.model_copy(update=change), happened


def reopened(incident: Incident) -> dict[str, object]:
    """What changes when an incident is open again."""
    flaps = incident.flaps + (1 if incident.state is Standing.RESOLVED else 0)
    blank = {"acked_by": "", "acked_at": None, "resolved_by": "", "resolved_at": None}
    return {**blank, "state": Standing.OPEN, "flaps": flaps}


def tell(
    incident: Incident, happened: Happening, scene: Scene, alert: Alert | None = None, *, quiet: bool = False
) -> tuple[str, ...]:
    """Put a notice for each room in the outbox, unless a silence holds; either way the reason is kept."""
    ledger, now = scene.ledger, scene.now
    held = hush(incident.subject, happened, ledger.silences(now), now)
    if held:
        ledger.add_entry(incident.number, Entry(at=now, kind=Happening.MUTED, text="not told", reason=held.reason))
        return ()
    catalog = scene.book.catalog
    service = catalog.services.get(incident.service or "")
    said = word(happened, incident, catalog, now, alert)
    routes = route(service, incident.severity, catalog, scene.platforms)
    for routed in routes:
        ledger.post(
            Notice(
                incident=incident.number,
                version=incident.version,
                room=routed.room,
                kind=happened,
                text=said.text,
                lines=said.lines,
                links=said.links,
                priority=URGENT.get(incident.severity, Priority.BULK),
                quiet=quiet or happened is Happening.ALERT,
            ),
            now,
        )
    rooms = tuple(routed.room.lane for routed in routes)
    why = "; ".join(f"{routed.room.lane}: {routed.reason}" for routed in routes) or "no platform is on"
    told = f"told {', '.join(rooms)}" if rooms else "told nobody"
    ledger.add_entry(incident.number, Entry(at=now, kind=Happening.TOLD, text=told, reason=why))
    return rooms


def closed(problem: Problem, now: datetime) -> Problem:
    """A problem that a person called over while its source did not."""
    return problem if problem.state is State.RESOLVED else problem.model_copy(update={"closed_at": now})
