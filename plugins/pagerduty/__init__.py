"""PagerDuty: which incidents are open, who took them and which are over; who is on call, and how to call them."""

import hmac
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from psfbot.plugin import (
    Alert,
    Configuration,
    Drift,
    Examination,
    Finding,
    Hook,
    Ignored,
    NotSetUp,
    Pager,
    Plugin,
    Proof,
    Remark,
    RotaSource,
    Stale,
    State,
    Survey,
    in_force,
    links,
    numbered,
    signed,
    when,
)

from .envelope import Envelope, Event, Note
from .settings import Settings
from .told import told

PARTS = 10
"""Signatures that are looked at: PagerDuty sends one for each secret, and two while one replaces the other."""
OLDEST = timedelta(hours=72)
"""PagerDuty tries for 48 hours; what is older is a recording that somebody plays again."""
ANNOTATED = "incident.annotated"
STATES = {
    "incident.triggered": State.FIRING,
    "incident.unacknowledged": State.FIRING,
    "incident.reopened": State.FIRING,
    "incident.acknowledged": State.ACKNOWLEDGED,
    "incident.resolved": State.RESOLVED,
}


plugin = Plugin("pagerduty", about="Incidents of PagerDuty, who is on call there, and pages.", settings=Settings)


@plugin.alerts(Envelope)
def read(envelope: Envelope, hook: Hook) -> Alert | Ignored | Stale:
    """One incident is one problem; what changes nothing about its state is told in the reason."""
    event = envelope.event
    state = STATES.get(event.event_type)
    if state is None:
        return Ignored(told(event), remark(event, hook))
    if event.happened < hook.received_at - OLDEST:
        return Stale(
            f"It happened at {event.happened.isoformat()}, which is no news: this is a recording, played again."
        )
    return alert(event, state, hook)


def remark(event: Event, hook: Hook) -> Remark | None:
    """What somebody wrote on an incident; a recording that is played again says nothing new."""
    note, at = Note.model_validate(event.data), when(event.occurred_at, hook)
    if event.event_type != ANNOTATED or not (note.incident.id and note.content and event.id):
        return None
    if at < hook.received_at - OLDEST:
        return None
    return Remark(
        source=plugin.name, key=note.incident.id, text=note.content, by=event.agent.summary, event=event.id, at=at
    )


def alert(event: Event, state: State, hook: Hook) -> Alert:
    """What PagerDuty says about an incident, which is named by its service first and its title next.

    A time that lies ahead shows that our clock is slow, which is no reason to lose it: then it happened when it came.
    """
    incident = event.incident
    return Alert(
        source=plugin.name,
        key=incident.id,
        about=incident.service.summary or incident.name,
        names=tuple(filter(None, (incident.number, incident.title, incident.service.id, incident.incident_key))),
        hints=incident.hosts,
        state=state,
        severity=incident.severity,
        summary=incident.name,
        detail=incident.detail,
        links=links(("PagerDuty", incident.html_url)),
        by=event.agent.summary,
        event=event.id,
        at=when(event.happened, hook),
    )


@plugin.verify
def verify(hook: Hook, settings: Configuration | None) -> Proof:
    """Does any of the signatures fit the body under any of our secrets?"""
    secrets = secrets_of(settings)
    if not secrets:
        return Proof.UNREADY
    parts = hook.headers.get("x-pagerduty-signature", "").split(",", PARTS)[:PARTS]
    ours = [part.strip().removeprefix("v1=") for part in parts if part.strip().startswith("v1=")]
    return Proof.GENUINE if signed(hook.body, ours, secrets) else Proof.FORGED


def secrets_of(settings: Configuration | None) -> tuple[str, ...]:
    """The secrets in force."""
    return in_force(settings.webhook_secrets) if isinstance(settings, Settings) else ()


@plugin.delivery
def delivery(hook: Hook) -> str:
    """The id that all attempts share; nobody signs it, so it stands for this body only."""
    return numbered(hook, "x-webhook-id")


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let the recorded event happen now, under an id of its own, signed with our first secret."""
    now = hook.received_at.isoformat()
    event = hook.fields.get("event")
    if isinstance(event, dict):
        hook = hook.altered(event=event | {"id": sha256(now.encode()).hexdigest()[:26], "occurred_at": now})
    signatures = [f"v1={hmac.new(key.encode(), hook.body, sha256).hexdigest()}" for key in secrets_of(settings)[:1]]
    return replace(hook, headers={**hook.headers, "x-pagerduty-signature": ",".join(signatures)})


@plugin.doctor
async def examine(examination: Examination) -> tuple[Finding, ...]:
    """Look at keys, schedules, people, services and the webhook."""
    from .doctor import look  # noqa: PLC0415 - the client takes 0.2 s to import, and only a doctor needs it here

    return await look(examination)


@plugin.drift
async def account(survey: Survey) -> list[Drift]:
    """Does PagerDuty know the schedules, people and services that the catalog names?"""
    if not isinstance(survey.settings, Settings) or survey.settings.token is None:
        raise NotSetUp
    from . import drift  # noqa: PLC0415 - as above
    from .lines import rest_line  # noqa: PLC0415 - as above

    rest = rest_line(survey.settings)
    try:
        found = [await look(survey, rest) for look in (drift.of_schedules, drift.of_users, drift.of_services)]
    finally:
        rest.close()
    return [one for some in found for one in some]


@plugin.rota
def rota(settings: Configuration | None) -> RotaSource | None:
    """Who is on call there, for those who have a token."""
    if not isinstance(settings, Settings) or settings.token is None:
        return None
    from .rota import Rotas  # noqa: PLC0415 - the client takes 0.2 s to import, and a bot without a token never needs it

    return Rotas.of(settings)


@plugin.pager
def pager(settings: Configuration | None) -> Pager | None:
    """How to call people there, for those who have a key for events, or at least a token."""
    if not isinstance(settings, Settings) or not (settings.events_key or settings.token):
        return None
    from .pager import Events  # noqa: PLC0415 - as above

    return Events.of(settings)
