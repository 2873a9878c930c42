"""Statuspage: what our own status page and those of our providers say is wrong."""

from pydantic import Field

from psfbot.plugin import Alert, Configuration, Hook, Ignored, Plugin, Secrets, Severity, State, links, when

from .body import Body, Change, Incident

COMPONENTS = {
    "operational": (State.RESOLVED, Severity.ERROR, "is operational again"),
    "degradedperformance": (State.FIRING, Severity.WARNING, "is slow or degraded"),
    "partialoutage": (State.FIRING, Severity.ERROR, "is out in part"),
    "minoroutage": (State.FIRING, Severity.ERROR, "is out in part"),
    "majoroutage": (State.FIRING, Severity.CRITICAL, "is out"),
}
INCIDENTS = {
    "investigating": State.FIRING,
    "identified": State.FIRING,
    "monitoring": State.FIRING,
    "resolved": State.RESOLVED,
    "postmortem": State.RESOLVED,
}
IMPACTS = {
    "none": Severity.INFO, "minor": Severity.WARNING, "major": Severity.ERROR, "critical": Severity.CRITICAL,
    "degradedperformance": Severity.WARNING, "partialoutage": Severity.ERROR, "minoroutage": Severity.ERROR,
    "majoroutage": Severity.CRITICAL,
}  # fmt: skip
"""How bad an incident is, in Statuspage's words and in those of Instatus."""
MAINTENANCE = "undermaintenance"
PLANNED = {"scheduled", "inprogress", "verifying", "completed", "notstartedyet"}
UNKNOWN = "There is neither a component_update nor an incident in it, so it is no webhook of a status page that I know."
NO_ID = "The {} has no id, so nobody could tell which problem this one repeats or ends."


class Settings(Configuration):
    """What an operator sets for status pages."""

    names_start_with = "PSFBOT_STATUSPAGE_"

    hook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Last part of the address that pages post to, `/hooks/statuspage/<secret>`; two while one replaces the other."""


plugin = Plugin("statuspage", about="What status pages say: the PSF's own and its providers'.", settings=Settings)


@plugin.alerts(Body)
def read(body: Body, hook: Hook) -> Alert | Ignored:
    """The part of the body that is there decides: nothing else says what it is about."""
    if body.component_update:
        return changed(body, body.component_update, hook)
    if body.incident:
        return happened(body, body.incident, hook)
    if body.maintenance:
        return Ignored(f"{body.host or 'A status page'} announces maintenance: {body.maintenance.name or 'unnamed'}.")
    if body.page.id:
        return Ignored(f"{body.host} sent a webhook of a kind that I do not know yet.")
    raise ValueError(UNKNOWN)


def changed(body: Body, change: Change, hook: Hook) -> Alert | Ignored:
    """One component of one page is one problem."""
    number = change.component_id or body.component.id
    name, status = body.component.name or f"Component {number}", change.new_status or body.component.status
    if not number:
        raise ValueError(NO_ID.format("component"))
    if status == MAINTENANCE:
        return Ignored(f"{body.host}: {name} is under maintenance, which is no outage and not the end of one.")
    if status not in COMPONENTS:
        return Ignored(f"{body.host}: {name} is {status or 'in no state'} now, which I do not know.")
    state, severity, word = COMPONENTS[status]
    return Alert(
        source=plugin.name,
        key=f"{body.page.id or body.host} component {number}",
        about=(name if body.is_ours else "") or body.host or name,
        names=once(number, body.page.id, body.host),
        state=state,
        severity=severity,
        summary=says(f"{name} {word}", body),
        links=links(("Status page", page_of(body))),
        event=f"{change.id} {status}" if change.id else "",
        at=when(change.created_at, hook),
    )


def happened(body: Body, incident: Incident, hook: Hook) -> Alert | Ignored:
    """One incident of one page is one problem, however often it is updated."""
    last = incident.last
    status, name = incident.status or last.status, incident.name or "An incident without a name"
    if not incident.id:
        raise ValueError(NO_ID.format("incident"))
    if status in PLANNED or incident.scheduled_for or incident.impact == "maintenance":
        return Ignored(f"{body.host}: {name} is maintenance that was announced ({status or 'no state'}).")
    if incident.backfilled:
        return Ignored(f"{body.host}: {name} was written down afterwards.")
    if status not in INCIDENTS:
        return Ignored(f"{body.host}: {name} is {status or 'in no state'}, which I do not know.")
    state, parts = INCIDENTS[status], [part.name for part in incident.components if part.name]
    subject = (*parts, name) if body.is_ours else (body.host or name,)
    ended = incident.resolved_at if state is State.RESOLVED and last.created_at is None else None
    return Alert(
        source=plugin.name,
        key=f"{body.page.id or body.host} incident {incident.id}",
        about=subject[0],
        names=once(*(part.id for part in incident.components), body.page.id, body.host),
        hints=tuple(parts[1:]) if body.is_ours else (),
        state=state,
        severity=IMPACTS.get(incident.impact, Severity.ERROR),
        summary=says(f"{name} is over" if state is State.RESOLVED else f"{name} ({status})", body),
        detail=" · ".join(filter(None, (last.body, ", ".join(parts)))),
        links=links(("Incident", incident.shortlink or incident.url), ("Status page", page_of(body))),
        event=f"{last.id} {status}" if last.id else "",
        at=when(last.created_at or ended or incident.updated_at or incident.created_at, hook),
    )


def once(*names: str) -> tuple[str, ...]:
    """Each name that says something, once."""
    return tuple(dict.fromkeys(filter(None, names)))


def says(what: str, body: Body) -> str:
    """Tell whose word it is: a provider's page may be wrong, or late."""
    return f"{what}, says {body.host}" if body.host else what


def page_of(body: Body) -> str:
    """The page itself."""
    return f"https://{body.host}" if "." in body.host else ""


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let what was recorded happen now, as a change or an update of its own."""
    now, fields = hook.received_at.isoformat(), hook.fields
    change, incident = fields.get("component_update"), fields.get("incident")
    moved: dict[str, object] = {}
    if isinstance(change, dict):
        moved["component_update"] = change | {"id": now, "created_at": now}
    if isinstance(incident, dict):
        updates = incident.get("incident_updates")
        last, *rest = updates if isinstance(updates, list) and updates else ({},)
        told = [{**(last if isinstance(last, dict) else {}), "id": now, "created_at": now}, *rest]
        moved["incident"] = incident | {"updated_at": now, "incident_updates": told}
    return hook.altered(**moved)
