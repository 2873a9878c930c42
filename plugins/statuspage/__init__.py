"""Statuspage: what our own status page and those of our providers say is wrong."""

from datetime import timedelta

from pydantic import Field

from psfbot.plugin import (
    Alert,
    Configuration,
    Examination,
    Finding,
    Health,
    Hook,
    Ignored,
    NotSetUp,
    Plugin,
    Round,
    Secrets,
    Severity,
    State,
    links,
    when,
)

from .body import Body, Change, Incident
from .pages import Seen, examined, hook_of, look

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
INDICATORS = {"minor": Severity.WARNING, "major": Severity.ERROR, "critical": Severity.CRITICAL}
"""How bad a page calls its troubles as a whole."""
LATELY = timedelta(days=2)
"""What ended or recovered so long before the last round is no end of anything that is still open here."""
MAINTENANCE = "undermaintenance"
PLANNED = {"scheduled", "inprogress", "verifying", "completed", "notstartedyet"}
UNKNOWN = "There is neither a component_update nor an incident in it, so it is no webhook of a status page that I know."
NO_ID = "The {} has no id, so nobody could tell which problem this one repeats or ends."


class Settings(Configuration):
    """What an operator sets for status pages."""

    names_start_with = "PSFBOT_STATUSPAGE_"

    hook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Last part of the address that pages post to, `/hooks/statuspage/<secret>`; two while one replaces the other."""

    poll: bool = Field(default=True, examples=["false"])
    """Whether to ask the public status pages that the catalog names what they say."""


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


@plugin.poll(every=120)
async def pages(round_: Round) -> list[Alert]:
    """What the public status pages of the catalog say now: incidents of all, components of our own."""
    if isinstance(round_.settings, Settings) and not round_.settings.poll:
        raise NotSetUp
    return [alert for page in await look(round_) for alert in alerts_of(page, round_)]


def alerts_of(page: Seen, round_: Round) -> list[Alert]:
    """What one page says, as its webhooks would have said it; what cannot be read is left out."""
    hook, ours, found = hook_of(round_), page.body().is_ours, list[Alert | Ignored]()
    lately = min(round_.now, round_.since or round_.now) - LATELY
    for one in (*page.summary.incidents, *page.past):
        changed_at = one.last.created_at or one.updated_at
        if one.id and not (changed_at and changed_at < lately and one in page.past):
            body = page.body(incident=one)
            found.append(happened(body, one, hook))
    for part in page.summary.components:
        well = part.status == "operational"
        fresh = part.updated_at is not None and part.updated_at >= lately
        if part.id and not part.group and (fresh if well else ours):
            change = Change(component_id=part.id, new_status=part.status, created_at=part.updated_at)
            found.append(changed(page.body(component=part, component_update=change), change, hook))
    if not ours:
        found.append(as_a_whole(page, hook))
    return [one for one in found if isinstance(one, Alert)]


def as_a_whole(page: Seen, hook: Hook) -> Alert:
    """The page's own indicator, which counts only where no incident says more."""
    summary, body = page.summary, page.body()
    told = any(one.status in INCIDENTS and one.impact != "maintenance" for one in summary.incidents)
    severity = INDICATORS.get(summary.status.indicator)
    firing = severity is not None and not told
    return Alert(
        source=plugin.name,
        key=f"{summary.page.id or page.host} page",
        about=page.host,
        names=once(summary.page.id, page.host),
        state=State.FIRING if firing else State.RESOLVED,
        severity=severity or Severity.ERROR,
        summary=says(summary.status.description or summary.status.indicator or "All is well", body),
        links=links(("Status page", page_of(body))),
        at=hook.received_at if told else when(summary.page.updated_at, hook),
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


@plugin.doctor
async def examine(look_at: Examination) -> list[Finding]:
    """Are the public status pages asked, and which of them say nothing that can be read?"""
    if isinstance(look_at.settings, Settings) and not look_at.settings.poll:
        return [Finding("status pages", Health.OFF, "PSFBOT_STATUSPAGE_POLL is false")]
    return await examined(look_at)


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
