"""GitHub: did a workflow, a deployment or somebody's checks fail, and is it mended?"""

import hmac
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256

from pydantic import Field, SecretStr

from psfbot.plugin import (
    Address,
    Alert,
    Configuration,
    Drift,
    Hook,
    Ignored,
    NotSetUp,
    Plugin,
    Proof,
    Round,
    Secrets,
    Survey,
    Words,
    in_force,
    numbered,
    signed,
)

from .deliveries import ask_again
from .drift import of_logins, of_repositories
from .event import Event
from .runs import of_all
from .told import checks, deployed, greeted, other, pushed, ran

PREFIX = "sha256="


class Settings(Configuration):
    """What an operator sets for GitHub's webhooks; what psfbot does at GitHub itself has settings elsewhere."""

    names_start_with = "PSFBOT_GITHUB_"

    webhook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Proves that webhooks come from GitHub: the *Secret* of the webhook; two while one replaces the other."""

    poll_repos: Words = Field(default=(), examples=["python/cpython,psf/salt"])
    """Repositories whose workflows psfbot asks about by itself, as `owner/name`: no missed webhook hides a failure."""
    poll_hooks: Words = Field(default=(), examples=["psf/salt/123456"])
    """Webhooks of ours, as `owner/name/number` (`owner/number` of an organization): what failed is asked for again."""
    token: SecretStr | None = Field(default=None, examples=["github_pat_…"])
    """Token to ask with; the one that psfbot uses for catalog edits serves here, too. Without: 60 questions an hour."""
    api_url: Address = Field(default="https://api.github.com", examples=["https://github.example.org/api/v3"])
    """Address of GitHub's REST API."""


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


@plugin.poll(every=240)
async def runs(round_: Round) -> list[Alert]:
    """Find the runs that no webhook told of: GitHub sends none again that failed."""
    settings = round_.settings
    if not isinstance(settings, Settings) or not settings.poll_repos:
        raise NotSetUp
    token = settings.token.get_secret_value() if settings.token else ""
    return await of_all(round_, settings.api_url, token, settings.poll_repos)


@plugin.poll(every=240)
async def deliveries(round_: Round) -> list[Alert]:
    """Have GitHub send again what failed: then it comes as any webhook does, so that nothing is found here."""
    settings = round_.settings
    if not isinstance(settings, Settings) or not settings.poll_hooks or settings.token is None:
        raise NotSetUp
    await ask_again(round_, settings.api_url, settings.token.get_secret_value(), settings.poll_hooks)
    return []


@plugin.drift
async def repositories(survey: Survey) -> Iterable[Drift]:
    """Are the repositories there, under the names that the catalog has, and not archived?"""
    return await of_repositories(survey, *access(survey.settings))


@plugin.drift
async def logins(survey: Survey) -> Iterable[Drift]:
    """Does GitHub know the logins of people?"""
    return await of_logins(survey, *access(survey.settings))


def access(settings: Configuration | None) -> tuple[str, str]:
    """The API's address, and the token or nothing."""
    ours = settings if isinstance(settings, Settings) else Settings()
    return ours.api_url.rstrip("/"), ours.token.get_secret_value() if ours.token else ""


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
