"""Sentry: which errors, numbers and missed jobs alert, and which are over?"""

import hmac
from dataclasses import replace
from hashlib import sha256

from pydantic import Field

from psfbot.plugin import Alert, Configuration, Hook, Ignored, Plugin, Proof, Secrets, in_force, numbered, signed

from .envelope import Envelope
from .told import other, told_event, told_issue, told_metric

RESOURCES = {
    "activity": "activity_alert", "metric_alert": "metric_alert", "event": "event_alert", "issue": "issue",
    "comment": "comment", "installation": "installation",
}  # fmt: skip
"""A part of the body -> the resource that the header names."""


class Settings(Configuration):
    """What an operator sets for Sentry."""

    names_start_with = "PSFBOT_SENTRY_"

    client_secret: Secrets = Field(default=(), examples=["0123456789abcdef0123456789abcdef"])
    """Proves that webhooks come from Sentry: *Client Secret* of the internal integration; each of several counts."""


plugin = Plugin("sentry", about="Issues, metric alerts and cron monitors of Sentry.", settings=Settings)


@plugin.alerts(Envelope)
def read(envelope: Envelope, hook: Hook) -> Alert | Ignored:
    """The part of the body that is there decides, because nobody signs the header that names it."""
    data, parts = envelope.data, parts_of(hook)
    if data.metric_alert:
        return told_metric(envelope, data.metric_alert, hook)
    if data.event:
        return told_event(envelope, data.event, hook)
    if data.issue and "activity" not in parts:  # what Sentry's own assistant did with an issue is not its state
        return told_issue(envelope, data.issue, hook)
    return other(envelope, hook, parts)


def parts_of(hook: Hook) -> tuple[str, ...]:
    """The names of what the webhook holds; they say what it is where nothing of it is read."""
    data = hook.fields.get("data")
    return tuple(data) if isinstance(data, dict) else ()


@plugin.verify
def verify(hook: Hook, settings: Configuration | None) -> Proof:
    """Does the signature fit the body under any of our secrets?"""
    secrets = secrets_of(settings)
    if not secrets:
        return Proof.UNREADY
    given = hook.headers.get("sentry-hook-signature", "")
    return Proof.GENUINE if signed(hook.body, (given,), secrets) else Proof.FORGED


def secrets_of(settings: Configuration | None) -> tuple[str, ...]:
    """The secrets in force."""
    return in_force(settings.client_secret) if isinstance(settings, Settings) else ()


@plugin.delivery
def delivery(hook: Hook) -> str:
    """The id of the request; nobody signs it, so it stands for this body only."""
    return numbered(hook, "request-id")


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let what was recorded happen now, under an id of its own, signed with our first secret."""
    now, data = hook.received_at.isoformat(), hook.fields.get("data")
    number = sha256(now.encode()).hexdigest()[:32]
    times = {"firstSeen": now, "datetime": now, "date_closed": now, "event_id": number}
    if isinstance(data, dict):
        moved = {
            part: value | {name: time for name, time in times.items() if name in value}
            for part, value in data.items()
            if isinstance(value, dict)
        }
        hook = hook.altered(data=data | moved)
    resource = next((said for part, said in RESOURCES.items() if part in parts_of(hook)), "")
    headers = {
        "request-id": number,
        "sentry-hook-timestamp": now,
        "sentry-hook-resource": resource,
    }
    for key in secrets_of(settings)[:1]:
        headers["sentry-hook-signature"] = hmac.new(key.encode(), hook.body, sha256).hexdigest()
    return replace(hook, headers={**hook.headers, **headers})
