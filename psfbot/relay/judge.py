"""Weigh one alert against what its source last said about the same problem."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from psfbot.relay.alert import Alert, State
from psfbot.relay.incident import Incident, Problem

REOPEN_WITHIN = timedelta(minutes=30)
"""A problem that comes back this soon after its end is the same incident; later it is a new one."""

AHEAD = timedelta(minutes=5)
"""How far a source's clock may go ahead of ours before its times count for nothing."""
TICK = timedelta(microseconds=1)
ORDER = (State.FIRING, State.ACKNOWLEDGED, State.RESOLVED)


class Verdict(StrEnum):
    """What an alert means, given what was known."""

    FIRST = "first"
    STILL = "still"
    BACK = "back"
    TAKEN = "taken"
    RELEASED = "released"
    GONE = "gone"
    OVER = "over already"
    LATE = "late"
    NEVER_SEEN = "never seen"
    OLDER = "older"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, and why: it answers "why was I (not) told?"."""

    verdict: Verdict
    reason: str


def judge(alert: Alert, known: Problem | None, *, seen: bool = False, came: datetime | None = None) -> Judgement:
    """What does this alert change? `seen` says that the very same report was kept before, `came` when this one did."""
    if seen and (alert.event or known is None or not insists(alert, known, came)):
        return Judgement(Verdict.DUPLICATE, f"the same report of {alert.source} was taken before")
    if known is None:
        if alert.state is State.RESOLVED:
            return Judgement(Verdict.NEVER_SEEN, f"{alert.source} ended a problem that it never reported here")
        return Judgement(Verdict.FIRST, f"{alert.source} reports this for the first time")
    if (alert.at, ORDER.index(alert.state)) < (known.at, ORDER.index(known.state)):
        return older(alert, known)
    if known.closed_at and alert.state is not State.RESOLVED:
        if insists(alert, known, came):
            return Judgement(Verdict.BACK, f"it was resolved by hand, but {alert.source} still reports it")
        return Judgement(Verdict.STILL, f"{alert.source} said this before it was resolved by hand")
    return newer(alert, known)


def believed(known: Problem | None, now: datetime) -> Problem | None:
    """A problem whose time does not lie ahead: else all that happens before that time would count as old news."""
    return known.model_copy(update={"at": now}) if known and known.at > now + AHEAD else known


def moved(alert: Alert, known: Problem | None, came: datetime) -> Alert:
    """An alert that holds as it comes, with a time that says so where it repeats one from before the problem's end.

    Who lost sight of a problem for a while calls it over, then goes on with it under the time of its beginning.
    """
    if not alert.holds or alert.state is not State.FIRING or known is None or known.incident is None:
        return alert
    if known.state is not State.RESOLVED:
        return alert.model_copy(update={"at": max(alert.at, known.at)})
    return alert.model_copy(update={"at": known.at + TICK}) if alert.at <= known.at < came else alert


def insists(alert: Alert, known: Problem, came: datetime | None) -> bool:
    """Is this said after a person called it over? A source that numbers no reports repeats an old time, too."""
    if known.closed_at is None or alert.state is State.RESOLVED:
        return False
    said = alert.at if alert.event else came
    return said is None or said > known.closed_at


def older(alert: Alert, known: Problem) -> Judgement:
    """An alert that was overtaken: it changes nothing, but a beginning without an incident is told as over."""
    said = f"{alert.source} said {known.state} at {known.at:%H:%M:%S}, which is newer"
    if known.incident is None and alert.state is not State.RESOLVED:
        return Judgement(Verdict.LATE, said)
    return Judgement(Verdict.OLDER, said)


def newer(alert: Alert, known: Problem) -> Judgement:
    """An alert that moves a known problem, or repeats it."""
    if alert.state is known.state:
        if alert.state is State.RESOLVED:
            return Judgement(Verdict.OVER, "it was resolved already")
        return Judgement(Verdict.STILL, f"it is {known.state} already; this repeats it")
    if alert.state is State.RESOLVED:
        return Judgement(Verdict.GONE, f"{alert.source} says that it is over")
    if alert.state is State.ACKNOWLEDGED:
        if known.state is State.RESOLVED:
            return Judgement(Verdict.BACK, f"{alert.source} calls it acknowledged after its end, so it is back")
        return Judgement(Verdict.TAKEN, f"somebody acknowledged it at {alert.source}")
    if known.state is State.ACKNOWLEDGED:
        return Judgement(Verdict.RELEASED, f"{alert.source} says that nobody has acknowledged it any more")
    return Judgement(Verdict.BACK, f"it was over at {known.at:%H:%M:%S} and is firing again")


def remember(alert: Alert, known: Problem | None, verdict: Verdict, incident: int | None) -> Problem | None:
    """What to keep of a problem after an alert; nothing changes when the alert was overtaken or is a duplicate."""
    if verdict in {Verdict.OLDER, Verdict.DUPLICATE}:
        return None
    if known and verdict is Verdict.LATE:
        return known.model_copy(update={"incident": incident, "since": alert.at})
    if known and verdict is Verdict.OVER:
        return known.model_copy(update={"at": alert.at})
    goes_on = verdict not in {Verdict.FIRST, Verdict.BACK, Verdict.NEVER_SEEN}
    return Problem(
        source=alert.source,
        key=alert.key,
        state=alert.state,
        at=alert.at,
        since=known.since if known and goes_on else alert.at,
        severity=alert.severity,
        summary=alert.summary,
        about=alert.about,
        incident=incident,
        closed_at=known.closed_at if known and verdict is Verdict.STILL else None,
        up=alert.up,
    )


def same_incident(last: Incident, at: datetime) -> bool:
    """Does a problem that came back at this time belong to the incident that is over, or is it a new one?"""
    return last.resolved_at is not None and at - last.resolved_at <= REOPEN_WITHIN


def ended_later(alert: Alert, known: Problem, last: Incident) -> datetime | None:
    """When an incident really ended, where an overtaken alert shows that the problem came back once more before."""
    again = alert.state is not State.RESOLVED and known.state is State.RESOLVED
    if not again or last.resolved_by or last.resolved_at is None:
        return None
    return known.at if last.resolved_at < alert.at else None
