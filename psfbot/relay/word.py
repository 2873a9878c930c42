"""What people read about an incident: one line that says it all, and what stands below it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psfbot.catalog import words
from psfbot.catalog.model import Catalog, Service
from psfbot.relay.alert import Alert, Severity
from psfbot.relay.incident import Happening, Incident
from psfbot.text import cut

HEADS = {
    Happening.OPENED: "DOWN",
    Happening.REOPENED: "DOWN AGAIN",
    Happening.RELEASED: "NOT ACKED ANY MORE",
    Happening.RESOLVED: "UP",
    Happening.ACKNOWLEDGED: "ACKED",
    Happening.NOTE: "NOTE",
    Happening.ALERT: "MORE",
    Happening.ESCALATED: "ESCALATED",
}
MILD = frozenset({Severity.INFO, Severity.WARNING})
NO_ROTA = "no rota is known"


@dataclass(frozen=True, slots=True)
class Said:
    """An incident in words: `text` for a room with one line, `lines` and `links` for those with more."""

    text: str
    lines: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = field(default=())


def word(kind: Happening, incident: Incident, catalog: Catalog, now: datetime, alert: Alert | None = None) -> Said:
    """Say what happened to an incident."""
    service = catalog.services.get(incident.service or "")
    head = "WARN" if kind is Happening.OPENED and incident.severity in MILD else HEADS.get(kind, kind.upper())
    lead = f"{head} #{incident.number} {incident.named}"
    if kind is Happening.RESOLVED:
        text = f"{lead} again after {lasted(incident, now)}{ended_by(incident)}"
        return Said(text, links=links(alert))
    if kind is Happening.ACKNOWLEDGED:
        return Said(f"{lead} by {incident.acked_by or 'somebody'} after {lasted(incident, now)}", links=links(alert))
    title = f": {cut(alert.summary if alert else incident.title, 160)}"
    if service is None:
        text = f"{lead}{title} · not in the catalog · ack {incident.number}"
        return Said(text, lines=details(alert), links=links(alert))
    text = f"{lead}{title} · {words.runs(catalog, service)} · ask {words.ask_whom(catalog, service)}"
    return Said(text, lines=(*below(service, catalog), *details(alert)), links=links(alert))


def below(service: Service, catalog: Catalog) -> tuple[str, ...]:
    """Who can be reached, and the runbook: what somebody needs at three in the morning."""
    reach = words.reach(catalog, service)
    runbooks = [link.url for link in service.links if link.type == "runbook"]
    last = words.ask_whom(catalog, service).rpartition(", then ")[2]
    return (
        f"On call: {NO_ROTA}; {last} stands behind it." if service.owners else f"On call: {NO_ROTA}.",
        *([f"Reach: {' · '.join(reach)}"] if reach else []),
        *([f"Runbook: {runbooks[0]}"] if runbooks else []),
    )


def details(alert: Alert | None) -> tuple[str, ...]:
    """The source's own words, cut to what a chat can hold."""
    return (f"{alert.source}: {cut(' '.join(alert.detail.split()), 300)}",) if alert and alert.detail else ()


def links(alert: Alert | None) -> tuple[tuple[str, str], ...]:
    """Pages of the source."""
    return tuple((link.title, link.url) for link in alert.links) if alert else ()


def ended_by(incident: Incident) -> str:
    """Who ended it, where a person did; who took it, otherwise."""
    if incident.resolved_by:
        return f", resolved by {incident.resolved_by}"
    return f", acked by {incident.acked_by}" if incident.acked_by else ""


def lasted(incident: Incident, now: datetime) -> str:
    """How long it has lasted, or did."""
    return span((incident.resolved_at or now) - incident.opened_at)


def span(time: timedelta) -> str:
    """A length of time in the two units that matter: `9 min`, `2 h 5 min`, `3 d 4 h`."""
    seconds = max(0, int(time.total_seconds()))
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds} s"
    minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86400
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"
