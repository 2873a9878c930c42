"""Pingdom: is a public site up, seen from outside?"""

from hashlib import sha256

from pydantic import Field, SecretStr

from psfbot.plugin import (
    Address,
    Alert,
    Configuration,
    Hook,
    NotSetUp,
    Plugin,
    Round,
    Secrets,
    Severity,
    State,
    links,
    when,
)

from .change import Change
from .checks import changes

REPORT = "https://my.pingdom.com/app/reports/uptime#check="
WORDS = {"DOWN": "down", "UP": "up again", "FAILING": "failing", "SUCCESS": "working again"}
SEVERITIES = {"HIGH": Severity.CRITICAL, "LOW": Severity.WARNING}


class Settings(Configuration):
    """What an operator sets for Pingdom."""

    names_start_with = "PSFBOT_PINGDOM_"

    hook_secret: Secrets = Field(default=(), examples=["a-long-random-word"])
    """Last part of the address that Pingdom posts to, `/hooks/pingdom/<secret>`; two while one replaces the other."""

    token: SecretStr | None = Field(default=None, examples=["a-token-that-may-only-read"])
    """API token that may read. With it psfbot asks Pingdom for what a webhook did not tell."""
    api_url: Address = Field(default="https://api.pingdom.com/api/3.1", examples=["https://api.pingdom.com/api/3.1"])
    """Address of Pingdom's API; tests point it at a stand-in."""


plugin = Plugin("pingdom", about="Uptime and transaction checks of public sites, by Pingdom.", settings=Settings)


@plugin.alerts(Change)
def read(change: Change, hook: Hook) -> Alert:
    """One check is one problem, however often it flaps."""
    page = change.check_params.page
    report = f"{REPORT}{change.check_id}" if change.check_type != "TRANSACTION" else ""
    return Alert(
        source=plugin.name,
        key=str(change.check_id),
        about=change.check_params.hostname or page or change.name,
        names=(change.check_name, str(change.check_id)) if change.check_name else (str(change.check_id),),
        hints=(page, *change.tags) if page else change.tags,
        state=State.FIRING if change.current_state in {"DOWN", "FAILING"} else State.RESOLVED,
        severity=SEVERITIES.get(change.importance_level.upper(), Severity.ERROR),
        summary=f"{change.name} is {WORDS[change.current_state]}",
        detail=change.detail,
        links=links(("Pingdom", report), ("Checked page", page)),
        at=when(change.at, hook),
    )


@plugin.poll(every=120)
async def checks(round_: Round) -> list[Alert]:
    """Find what Pingdom told nobody: it is not seen to send a webhook again that failed."""
    settings = round_.settings
    if not isinstance(settings, Settings) or settings.token is None or not settings.token.get_secret_value():
        raise NotSetUp
    hook = Hook({}, b"", round_.now)
    found = await changes(round_, settings.api_url, settings.token.get_secret_value())
    return [read(change, hook) for change in found]


@plugin.delivery
def delivery(hook: Hook) -> str:
    """Pingdom numbers nothing: one change of one check at one second is one delivery; without a time each counts."""
    try:
        change = Change.model_validate_json(hook.body)
    except ValueError:
        return sha256(hook.body).hexdigest()
    return f"{change.check_id} {change.current_state} {change.at.isoformat()}" if change.at else ""


@plugin.rehearse
def rehearse(hook: Hook, settings: Configuration | None) -> Hook:
    """Let the recorded change happen now."""
    return hook.altered(state_changed_timestamp=int(hook.received_at.timestamp()))
