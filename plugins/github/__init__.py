"""GitHub: did a workflow, a deployment or somebody's checks fail, and is it mended?"""

import hmac
from dataclasses import replace
from hashlib import sha256

from pydantic import Field

from psfbot.plugin import Alert, Configuration, Hook, Ignored, Plugin, Proof, Secrets, in_force, numbered, signed

from .event import Event
from .told import checks, deployed, greeted, other, pushed, ran

PREFIX = "sha256="


class Settings(Configuration):
    """What an operator sets for GitHub's webhooks; what psfbot does at GitHub itself has settings elsewhere."""

    names_start_with = "PSFBOT_GITHUB_"

    webhook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Proves that webhooks come from GitHub: the *Secret* of the webhook; two while one replaces the other."""


plugin = Plugin(
    "github", about="Failed workflows, deployments and checks of repositories on GitHub.", settings=Settings
)


@plugin.alerts(Event)
def read(event: Event, hook: Hook) -> Alert | Ignored:
    """The part of the body that tells most decides: a deployment's status also holds the run that made it."""
    if event.deployment_status:
        return deployed(event, event.deployment_status, hook)
    if event.workflow_run and event.deployment is None:
        return ran(event, event.workflow_run, hook)
    if event.check_suite:
        return checks(event, event.check_suite, hook)
    if event.zen:
        return greeted(event)
    if event.commits is not None and event.ref:
        return pushed(event, event.commits)
    return other(event, hook)


@plugin.verify
def verify(hook: Hook, settings: Configuration | None) -> Proof:
    """Does the signature fit the body under any of our secrets?"""
    secrets = secrets_of(settings)
    if not secrets:
        return Proof.UNREADY
    given = hook.headers.get("x-hub-signature-256", "").strip()
    ours = [given.removeprefix(PREFIX)] if given.startswith(PREFIX) else []
    return Proof.GENUINE if signed(hook.body, ours, secrets) else Proof.FORGED


def secrets_of(settings: Configuration | None) -> tuple[str, ...]:
    """The secrets in force."""
    return in_force(settings.webhook_secret) if isinstance(settings, Settings) else ()


@plugin.delivery
def delivery(hook: Hook) -> str:
    """The id that a redelivery keeps; nobody signs it, so it stands for this body only."""
    return numbered(hook, "x-github-delivery")


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let what was recorded happen now, under ids of its own, signed with our first secret."""
    number, now = int(hook.received_at.timestamp()), hook.received_at.isoformat()
    moved = {
        part: hook.fields[part] | {"id": number, "created_at": now, "updated_at": now}
        for part in ("workflow_run", "check_suite", "deployment_status")
        if isinstance(hook.fields.get(part), dict)
    }
    hook = hook.altered(**moved)
    headers = {"x-github-delivery": f"rehearsed-{sha256(hook.body).hexdigest()[:32]}"}
    for key in secrets_of(settings)[:1]:
        headers["x-hub-signature-256"] = PREFIX + hmac.new(key.encode(), hook.body, sha256).hexdigest()
    return replace(hook, headers={**hook.headers, **headers})
