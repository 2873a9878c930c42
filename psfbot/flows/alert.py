"""One alert: find its service, judge it, group it, mute it, route it, word it, and keep all of that at once."""

from datetime import datetime

from psfbot.flows.cause import join, stand_beside, stir
from psfbot.flows.scene import Scene, Taken
from psfbot.flows.tell import tell
from psfbot.relay.alert import Alert, State
from psfbot.relay.flap import SETTLE, WINDOW, Flap, restless
from psfbot.relay.incident import Happening, Incident, Problem, Standing
from psfbot.relay.judge import Judgement, Verdict, believed, ended_later, judge, moved, remember, same_incident
from psfbot.relay.match import Subject, as_heard, match
from psfbot.relay.remind import wound
from psfbot.relay.weigh import goes_on, weigh
from psfbot.relay.word import FOUND

__all__ = ["Scene", "Taken", "closed", "take", "tell"]

MOVES = {
    Verdict.TAKEN: Happening.ACKNOWLEDGED,
    Verdict.RELEASED: Happening.RELEASED,
    Verdict.GONE: Happening.RESOLVED,
}
"""What happens to the incident of a problem that its source moves."""
QUIET = frozenset({Verdict.NEVER_SEEN, Verdict.OLDER, Verdict.OVER, Verdict.DUPLICATE})
"""What people need not know of."""
MOVED = frozenset({Happening.RESOLVED, Happening.REOPENED})
"""What makes a problem restless when it happens too often."""


def take(alert: Alert, scene: Scene) -> Taken:
    """Judge one alert and put what people should hear in the outbox, in the caller's transaction."""
    ledger, alert = scene.ledger, as_heard(alert, scene.book)
    known = believed(ledger.problem(alert.source, alert.key), scene.now)
    alert = moved(alert, known, scene.came or scene.now)
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
    return Taken(judgement.verdict, reason, *follow(incident, happened, alert, reason, scene))


def follow(
    incident: Incident, happened: Happening, alert: Alert, reason: str, scene: Scene
) -> tuple[Incident, tuple[str, ...]]:
    """Keep what an alert made of its incident, look for a cause that it shares, and tell people."""
    incident = wound(incident, happened, scene.now)
    flap = flaps(incident, happened, scene)
    if flap is not Flap.CALM:
        since = incident.flapping_since or scene.now
        incident = incident.model_copy(update={"flapping_since": since, "due_at": scene.now + SETTLE})
    scene.ledger.keep_incident(incident)
    note(incident, happened, alert, reason, scene)
    incident = join(incident, happened, scene)
    if flap is Flap.CALM:
        told = tell(incident, happened, scene, alert)
    else:
        told = tell(incident, Happening.FLAPPING, scene, alert, quiet=flap is Flap.GOES_ON)
    if incident.cause:
        stir(incident, scene)
    stand_beside(incident, happened, scene)
    return incident, told


def flaps(incident: Incident, happened: Happening, scene: Scene) -> Flap:
    """Is this end or return one of many? Then the reason is kept."""
    if happened not in MOVED:
        return Flap.CALM
    moves = scene.ledger.moves(incident.number, scene.now - WINDOW)
    found = restless((*moves, scene.now), incident.flapping_since, scene.now)
    if found.flap is not Flap.CALM:
        scene.log(incident, Happening.FLAPPING, found.flap.value, found.reason)
    return found.flap


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
        last = last.model_copy(update={"resolved_at": ended, "flaps": last.flaps + 1, "reopened_at": alert.at})
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
            up=alert.up,
        )
    )


def note(incident: Incident, happened: Happening, alert: Alert, reason: str, scene: Scene) -> None:
    """Write what an alert did, and why, into the timeline."""
    said = alert.summary + (FOUND if alert.polled else "")
    scene.log(incident, happened, said, reason, who=alert.by or alert.source)


def closed(problem: Problem, now: datetime) -> Problem:
    """A problem that a person called over while its source did not."""
    return problem if problem.state is State.RESOLVED else problem.model_copy(update={"closed_at": now})
