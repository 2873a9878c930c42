"""What each kind of webhook means: an alert, or the reason why nobody need hear of it."""

from datetime import datetime

from psfbot.plugin import Alert, Hook, Ignored, Payload, Severity, State, Time, links, when

from .envelope import Envelope, Event, Issue, Metric

SOURCE = "sentry"
ISSUES = {
    "created": State.FIRING,
    "unresolved": State.FIRING,
    "assigned": State.ACKNOWLEDGED,
    "resolved": State.RESOLVED,
    "archived": State.RESOLVED,
    "ignored": State.RESOLVED,
}
"""What happens to an issue -> how the problem stands; Sentry says archived on its pages and ignored in its webhooks."""
METRICS = {
    "critical": (State.FIRING, Severity.CRITICAL),
    "warning": (State.FIRING, Severity.WARNING),
    "open": (State.FIRING, Severity.ERROR),
    "resolved": (State.RESOLVED, Severity.ERROR),
}
ENDED = {"resolved": "is resolved", "archived": "is archived", "ignored": "is archived", "assigned": "is taken"}
LEVELS = {
    "fatal": Severity.CRITICAL, "error": Severity.ERROR, "warning": Severity.WARNING,
    "info": Severity.INFO, "debug": Severity.INFO, "sample": Severity.INFO,
}  # fmt: skip
UNKNOWN = (
    "There is nothing in it that I know from Sentry's integrations. The old WebHooks plugin of a project sends another "
    "body, unsigned: make an internal integration instead."
)
NO_ID = "The {} has no id, so nobody could tell which problem this one repeats or ends."


class Sent(Payload):
    """When Sentry sent it."""

    at: Time = None


def sent(hook: Hook) -> datetime | None:
    """The time in the header: nobody signs it, but a resolved issue has no other."""
    return Sent.model_validate({"at": hook.headers.get("sentry-hook-timestamp")}).at


def once(*names: str) -> tuple[str, ...]:
    """Each name that says something, once."""
    return tuple(dict.fromkeys(filter(None, names)))


def told_issue(envelope: Envelope, issue: Issue, hook: Hook) -> Alert | Ignored:
    """One issue is one problem, from its first event until somebody resolves or archives it."""
    state = ISSUES.get(envelope.action)
    name = issue.title or issue.culprit or issue.shortId or f"Issue {issue.id}"
    where = f" in {issue.place}" if issue.place else ""
    if state is None:
        return Ignored(f"issue.{envelope.action or 'without an action'}: {name}{where}; its state is the same.")
    if issue.issueCategory == "feedback":
        return Ignored(f"issue.{envelope.action}: feedback of somebody{where}, which is no problem of a service.")
    if state is State.ACKNOWLEDGED and envelope.actor.type != "user":
        return Ignored(f"issue.assigned: a rule gave {name}{where} to somebody, and nobody has taken it yet.")
    if not issue.id:
        raise ValueError(NO_ID.format("issue"))
    assigned = f"assigned to {issue.assignedTo.name}" if issue.assignedTo.name else ""
    began = issue.firstSeen if envelope.action == "created" else None
    return Alert(
        source=SOURCE,
        key=f"issue {issue.id}",
        about=issue.place or name,
        names=once(issue.project.slug, issue.project.name, issue.shortId, issue.id),
        state=state,
        severity=LEVELS.get(issue.level.lower(), Severity.ERROR),
        summary=" ".join(filter(None, (name + where, ENDED.get(envelope.action, "")))),
        detail=" · ".join(filter(None, (issue.culprit, issue.substatus.replace("_", " "), assigned))),
        links=links(("Sentry", issue.web_url or issue.permalink)),
        by=envelope.actor.name if envelope.actor.type == "user" else "",
        at=when(began or sent(hook), hook),
    )


def told_event(envelope: Envelope, event: Event, hook: Hook) -> Alert:
    """An alert rule fired for an event: the problem is the event's issue, so that the issue's end ends it."""
    if not event.issue_id:
        raise ValueError(NO_ID.format("event's issue"))
    name = event.title or event.culprit or f"Issue {event.issue_id}"
    rule, slug = envelope.data.triggered_rule, event.project
    server = event.tags.get("server_name", "")
    return Alert(
        source=SOURCE,
        key=f"issue {event.issue_id}",
        about=event.page or slug or event.monitor or name,
        names=once(event.monitor, slug, rule, event.issue_id),
        hints=once(slug, server),
        state=State.FIRING,
        severity=LEVELS.get(event.level.lower(), Severity.ERROR),
        summary=f"{name} in {slug}" if slug else name,
        detail=" · ".join(filter(None, (event.culprit, event.environment, rule and f"rule {rule}"))),
        links=links(("Sentry", event.web_url)),
        event=f"{event.event_id} {rule}" if event.event_id else "",
        at=when(event.datetime or sent(hook), hook),
    )


def told_metric(envelope: Envelope, metric: Metric, hook: Hook) -> Alert | Ignored:
    """One incident of an alert rule is one problem, which may turn from a warning into something critical and back."""
    known = METRICS.get(envelope.action)
    data, rule = envelope.data, metric.alert_rule
    name = metric.title or rule.name or f"Metric alert {metric.id}"
    if known is None:
        return Ignored(f"metric_alert.{envelope.action or 'without an action'}: {name}; its state is the same.")
    if not metric.id:
        raise ValueError(NO_ID.format("metric alert"))
    state, severity = known
    told = metric.date_closed if state is State.RESOLVED else None
    return Alert(
        source=SOURCE,
        key=f"metric {metric.id}",
        about=metric.projects[0] if metric.projects else name,
        names=once(rule.name, rule.id, *metric.projects),
        hints=metric.projects[1:],
        state=state,
        severity=severity,
        summary=data.description_title or f"{name} is {envelope.action}",
        detail=" · ".join(filter(None, (data.description_text.replace("\\n", " "), rule.environment))),
        links=links(("Sentry", data.web_url)),
        at=when(told or sent(hook) or metric.date_detected or metric.date_started, hook),
    )


def other(envelope: Envelope, hook: Hook, parts: tuple[str, ...]) -> Ignored:
    """Anything else that Sentry sends is genuine, and no news."""
    resource = hook.headers.get("sentry-hook-resource", "") or next(iter(parts), "")
    if not resource:
        raise ValueError(UNKNOWN)
    return Ignored(f"Sentry {resource}.{envelope.action or 'without an action'}: not one that reports a problem here.")
