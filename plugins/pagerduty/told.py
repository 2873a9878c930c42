"""What happened when no incident changed its state: a note, a new responder, a test ping, in one line each."""

import re
from typing import Any

from .envelope import Event

UNKNOWN = "I do not know this type yet"
TOLD = {
    "incident.annotated": "note: {content}",
    "incident.conference_bridge.updated": "conference at {conference_url}",
    "incident.custom_field_values.updated": "changed fields: {changed_custom_fields}",
    "incident.delegated": "handed to the policy {escalation_policy}",
    "incident.escalated": "escalated to {assignees}",
    "incident.incident_type.changed": "it is of type {incident_type} now",
    "incident.priority_updated": "its priority is {priority} now",
    "incident.reassigned": "reassigned to {assignees}",
    "incident.service_updated": "it belongs to the service {service} now",
    "incident.responder.added": "{user|escalation_policy} was asked to help: {message}",
    "incident.responder.replied": "{user|escalation_policy} {state}: {message}",
    "incident.role.assigned": "{incident_role_assignments.assignee} is {incident_role_assignments.role}",
    "incident.status_update_published": "status update: {message}",
    "incident.task.created": "task to do: {name|summary}",
    "incident.task.updated": "task is {status}: {name|summary}",
    "incident.task.completed": "task is done: {name|summary}",
    "incident.action_invocation.created": "action {action} was started",
    "incident.action_invocation.updated": "action {action} goes on",
    "incident.action_invocation.terminated": "action {action} has ended",
    "incident.workflow.started": "workflow {incident_workflow} was started",
    "incident.workflow.completed": "workflow {incident_workflow} has ended",
    "service.created": "the service is new in PagerDuty",
    "service.updated": "the service was changed in PagerDuty",
    "service.deleted": "the service is gone from PagerDuty",
    "service.custom_field_values.updated": "changed fields: {changed_custom_fields}",
    "pagey.ping": "PagerDuty's test ping has arrived, so the set-up works: {message}",
}
"""Event type -> words, with paths into the event's data."""

PLACE = re.compile(r"\{([a-z_.|]+)\}")
SUBJECTS = ("incident", "incident_role_assignments.incident", "title", "service", "summary", "id")
MOST = 10
"""Names of a list that are told."""
LONGEST = 300


def told(event: Event) -> str:
    """The type, what it was about, what happened and who did it."""
    subject = first(event.data, SUBJECTS)
    words = TOLD.get(event.event_type, UNKNOWN)
    happened = PLACE.sub(lambda place: first(event.data, place[1].split("|")) or "nothing", words)
    by = f"by {event.agent.name}" if event.agent.name else ""
    return " · ".join(filter(None, (event.event_type, subject, happened, by)))


def first(data: dict[str, Any], paths: list[str] | tuple[str, ...]) -> str:
    """The first of these paths under which there is anything, in words."""
    return next(filter(None, (named(at(data, path)) for path in paths)), "")


def at(data: object, path: str) -> object:
    """What lies under a path like `incident.summary`; of a list, its first entry counts."""
    for step in path.split("."):
        data = data[0] if isinstance(data, list) and data else data
        data = data.get(step) if isinstance(data, dict) else None
    return data


def named(value: object) -> str:
    """A text as it is, an object by its summary, name or id, and a list by its entries."""
    if isinstance(value, dict):
        return next(filter(None, (named(value.get(key)) for key in ("summary", "name", "id"))), "")
    if isinstance(value, list):
        return ", ".join(filter(None, map(named, value[:MOST])))
    return str(value)[:LONGEST].strip() if isinstance(value, str | int) else ""
