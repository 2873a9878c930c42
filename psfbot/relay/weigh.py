"""What an alert makes of its incident, weighed with all the other problems that the incident holds."""

from collections.abc import Sequence
from datetime import datetime

from psfbot.relay.alert import Alert, State
from psfbot.relay.incident import Happening, Incident, Problem, Standing
from psfbot.relay.word import MILD

BLANK = {"acked_by": "", "acked_at": None, "resolved_by": "", "resolved_at": None}


def weigh(
    incident: Incident, happened: Happening, alert: Alert, problems: Sequence[Problem], now: datetime
) -> tuple[Incident, Happening]:
    """The incident after an alert, and what people should hear of it; `problems` are as they stand after the alert."""
    active = [problem for problem in problems if goes_on(problem)]
    ended = max((problem.at for problem in problems), default=alert.at)
    happened, change = step(incident, happened, over=not active, ended=ended)
    worst = max((problem.severity for problem in active), key=lambda severity: severity.rank, default=incident.severity)
    if happened is Happening.REOPENED:
        change["reopened_at"] = again(incident, alert.at, now)
    bad = [problem for problem in active if problem.severity is worst]
    down = [problem for problem in bad if not problem.up] or bad
    up = all(problem.up for problem in down) if down else incident.up
    change |= {"severity": worst, "up": up, "title": title(incident, [problem.summary for problem in down])}
    changed = incident.model_copy(update={**change, "changed_at": now, "version": incident.version + 1})
    if alert.state is State.ACKNOWLEDGED and changed.state is Standing.OPEN:
        taken = {"state": Standing.ACKNOWLEDGED, "acked_by": alert.by or alert.source, "acked_at": alert.at}
        changed = changed.model_copy(update=taken)
        return changed, Happening.ACKNOWLEDGED if happened is Happening.ALERT else happened
    worse = worst.rank > incident.severity.rank or (incident.up and not up and worst not in MILD)
    if happened is Happening.ALERT and changed.state is not Standing.RESOLVED and worse:
        happened = Happening.WORSE
    return changed, happened


def step(
    incident: Incident, happened: Happening, *, over: bool, ended: datetime
) -> tuple[Happening, dict[str, object]]:
    """What changes of an incident's state; where nothing does, it is but one more alert."""
    if happened is Happening.RESOLVED and over and incident.state is not Standing.RESOLVED:
        return happened, {"state": Standing.RESOLVED, "resolved_at": max(ended, incident.began)}
    if happened is Happening.REOPENED:
        return happened, {**BLANK, "state": Standing.OPEN, "flaps": incident.flaps + 1}
    if happened is Happening.RELEASED and incident.state is Standing.ACKNOWLEDGED:
        return happened, {**BLANK, "state": Standing.OPEN}
    if happened is Happening.OPENED:
        return happened, {}
    return Happening.ALERT, {}


def again(incident: Incident, at: datetime, now: datetime) -> datetime:
    """When it came back: as the source says, unless it repeats a time from before the end."""
    since = incident.resolved_at or incident.opened_at
    return min(at, now) if at > since else now


def title(incident: Incident, said: Sequence[str]) -> str:
    """What is wrong now, of all that its sources say: as it was told before, as long as that holds."""
    return incident.title if incident.title in said or not said else said[0]


def goes_on(problem: Problem) -> bool:
    """Does its source still report it, and has nobody called it over?"""
    return problem.state is not State.RESOLVED and problem.closed_at is None
