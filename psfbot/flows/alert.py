"""One alert: find its service, judge it, group it, mute it, route it, word it, and keep all of that at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from psfbot.catalog.book import Book
from psfbot.relay.alert import Alert, Severity, State
from psfbot.relay.incident import Entry, Happening, Incident, Problem, Standing
from psfbot.relay.judge import Judgement, Verdict, ended_later, judge, remember, same_incident
from psfbot.relay.match import Subject, match
from psfbot.relay.mute import hush
from psfbot.relay.notice import Notice, Priority
from psfbot.relay.ports import Ledger
from psfbot.relay.route import Routed, route
from psfbot.relay.weigh import goes_on, weigh
from psfbot.relay.word import Said, word

MOVES = {
    Verdict.TAKEN: Happening.ACKNOWLEDGED,
    Verdict.RELEASED: Happening.RELEASED,
    Verdict.GONE: Happening.RESOLVED,
}
"""What happens to the incident of a problem that its source moves."""
QUIET = frozenset({Verdict.NEVER_SEEN, Verdict.OLDER, Verdict.OVER, Verdict.DUPLICATE})
"""What people need not know of."""
NOWHERE = "no platform that is on has a room for it"
URGENT = {Severity.CRITICAL: Priority.URGENT, Severity.ERROR: Priority.NORMAL}


@dataclass(frozen=True)
class Scene:
    """Where a flow acts: the ledger of this transaction, the catalog in force, the platforms that are on, the time.

    `letter` is the webhook that is read, if one is, and `came` the time when it did.
    """

    ledger: Ledger
    book: Book
    platforms: Mapping[str, str]
    now: datetime
    letter: int | None = None
    came: datetime | None = None


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
    last = ledger.incident(known.incident) if known and known.incident else None
    fresh = ledger.add_alert(alert, letter=scene.letter, incident=last.number if last else None, now=scene.now)
    judgement = judge(alert, known, seen=not fresh, came=scene.came)
    incident, happened, reason = place(alert, judgement, known, last, scene)
    number = incident.number if incident else None
    if fresh:
        ledger.explain(alert, incident=number, reason=reason)
    problem = remember(alert, known, judgement.verdict, number)
    if problem:
        ledger.keep_problem(problem)
    if incident is None or happened is None:
        return Taken(judgement.verdict, reason, incident)
    incident, happened = weigh(incident, happened, alert, ledger.problems(incident.number), scene.now)
    ledger.keep_incident(incident)
    note(incident, happened, alert, reason, scene)
    return Taken(judgement.verdict, reason, incident, tell(incident, happened, scene, alert))


def place(
    alert: Alert, judgement: Judgement, known: Problem | None, last: Incident | None, scene: Scene
) -> tuple[Incident | None, Happening | None, str]:
    """The incident that an alert belongs to, what happens to it unless people need not know, and why."""
    verdict, reason = judgement.verdict, judgement.reason
    if known and last and verdict is Verdict.OLDER:
        return overtaken(alert, known, last, reason, scene), None, reason
    if known and last and verdict is Verdict.STILL:
        return (*repeated(alert, known, last, reason, scene), reason)
    if verdict in QUIET:
        return last, None, reason
    subject = match(alert, scene.book)
    return (*settle(alert, verdict, last, subject, scene), f"{reason}; {subject.reason}")


def overtaken(alert: Alert, known: Problem, last: Incident, reason: str, scene: Scene) -> Incident:
    """The incident of an alert that came too late: it may show that the incident went on longer than was known."""
    ended = ended_later(alert, known, last)
    if ended:
        last = last.model_copy(update={"resolved_at": ended, "flaps": last.flaps + 1})
        scene.ledger.keep_incident(last)
    note(last, Happening.ALERT, alert, f"not told: {reason}", scene)
    return last


def repeated(
    alert: Alert, known: Problem, last: Incident, reason: str, scene: Scene
) -> tuple[Incident, Happening | None]:
    """The incident of an alert that says the same once more: it is counted, and told only if it is as bad no longer."""
    incident = last.model_copy(update={"repeats": last.repeats + 1})
    if alert.severity is not known.severity and goes_on(known):
        return incident, Happening.ALERT
    scene.ledger.keep_incident(incident)
    if not last.repeats:
        note(incident, Happening.ALERT, alert, f"not told: {reason}; what follows is only counted", scene)
    return incident, None


def settle(
    alert: Alert, verdict: Verdict, last: Incident | None, subject: Subject, scene: Scene
) -> tuple[Incident, Happening]:
    """The incident that an alert moves, joins, opens again or opens; of each subject only the newest is ever open."""
    if last and verdict in MOVES:
        return last, MOVES[verdict]
    newest = last if last and last.state is not Standing.RESOLVED else scene.ledger.latest(subject.id)
    if newest and newest.state is not Standing.RESOLVED:
        return newest, Happening.ALERT
    if newest and last and verdict is Verdict.BACK and same_incident(newest, alert.at):
        return newest, Happening.REOPENED
    return opened(alert, subject, scene), Happening.RESOLVED if verdict is Verdict.LATE else Happening.OPENED


def opened(alert: Alert, subject: Subject, scene: Scene) -> Incident:
    """A new incident, with its number."""
    return scene.ledger.open_incident(
        Incident(
            number=0,
            subject=subject.id,
            title=alert.summary,
            state=Standing.OPEN,
            severity=alert.severity,
            opened_at=min(alert.at, scene.now),
            changed_at=scene.now,
        )
    )


def note(incident: Incident, happened: Happening, alert: Alert, reason: str, scene: Scene) -> None:
    """Write what an alert did, and why, into the timeline."""
    entry = Entry(at=scene.now, kind=happened, who=alert.by or alert.source, text=alert.summary, reason=reason)
    scene.ledger.add_entry(incident.number, entry)


def tell(incident: Incident, happened: Happening, scene: Scene, alert: Alert | None = None) -> tuple[str, ...]:
    """Put a notice for each room in the outbox, unless a silence holds; either way the reason is kept."""
    ledger, now = scene.ledger, scene.now
    held = hush(incident.subject, happened, ledger.silences(now), now)
    if held:
        ledger.add_entry(incident.number, Entry(at=now, kind=Happening.MUTED, text="not told", reason=held.reason))
        return ()
    catalog = scene.book.catalog
    service = catalog.services.get(incident.service or "")
    told = ledger.told(incident.number)
    routes = route(service, incident.severity, catalog, scene.platforms, told)
    said = {public: word(happened, incident, catalog, now, alert, public=public) for public in (True, False)}
    heard: dict[str, str] = {}
    for routed in (routed for routed in routes if routed.hears):
        quiet = happened is Happening.ALERT and routed.room in told
        ledger.post(notice(incident, happened, routed, said[routed.public], quiet=quiet), now)
        heard[routed.room.lane] = f"{routed.room.lane} (quietly)" if quiet else routed.room.lane
    why = "; ".join(f"{routed.room.lane}: {routed.reason}" for routed in routes) or NOWHERE
    text = ", ".join(heard.values()) or "nobody"
    ledger.add_entry(incident.number, Entry(at=now, kind=Happening.TOLD, text=text, reason=why))
    return tuple(heard)


def notice(incident: Incident, happened: Happening, routed: Routed, said: Said, *, quiet: bool) -> Notice:
    """What one room is told."""
    return Notice(
        incident=incident.number,
        version=incident.version,
        room=routed.room,
        kind=happened,
        text=said.text,
        lines=said.lines,
        links=said.links,
        priority=URGENT.get(incident.severity, Priority.BULK),
        quiet=quiet,
    )


def closed(problem: Problem, now: datetime) -> Problem:
    """A problem that a person called over while its source did not."""
    return problem if problem.state is State.RESOLVED else problem.model_copy(update={"closed_at": now})
