"""What Slack is told to do, from the settings."""

from dataclasses import dataclass
from functools import cached_property

from psfbot.errors import UserError
from psfbot.settings import Settings

NO_EAR = (
    "Slack has a bot token, but no way to hear anybody. Set PSFBOT_SLACK_APP_TOKEN (Socket Mode, needs no public "
    "address), or PSFBOT_SLACK_SIGNING_SECRET and point the app's request URL to /slack/events."
)
WRONG_KIND = "PSFBOT_SLACK_{name} does not begin with '{prefix}', so it is another kind of token. {where}"
KINDS = (
    ("BOT_TOKEN", "xoxb-", "The bot token is on the app's page under OAuth & Permissions."),
    ("APP_TOKEN", "xapp-", "The app-level token is on the app's page under Basic Information."),
)


@dataclass(frozen=True)
class Plan:
    """Who we are on Slack, and how we hear: by Socket Mode, over HTTP, or both."""

    token: str
    app_token: str = ""
    signing_secrets: tuple[str, ...] = ()
    url: str = "https://slack.com/api"
    channels: tuple[str, ...] = ()
    interval: float = 1.0

    def check(self) -> None:
        """Refuse what cannot work, before anything is opened."""
        for (name, prefix, where), token in zip(KINDS, (self.token, self.app_token), strict=True):
            if token and not token.startswith(prefix):
                raise UserError(WRONG_KIND.format(name=name, prefix=prefix, where=where))
        if not self.app_token and not self.signing_secrets:
            raise UserError(NO_EAR)

    @cached_property
    def by_socket(self) -> bool:
        """Do we hold a connection to hear by?"""
        return bool(self.app_token)


def plan(settings: Settings) -> Plan:
    """The settings that are Slack's."""
    token, app_token = settings.slack_bot_token, settings.slack_app_token
    return Plan(
        token.get_secret_value() if token else "",
        app_token.get_secret_value() if app_token else "",
        tuple(secret.get_secret_value() for secret in settings.slack_signing_secret),
        settings.slack_api_url,
        tuple(settings.slack_channels),
        settings.slack_interval,
    )
