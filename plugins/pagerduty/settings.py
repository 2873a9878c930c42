"""What an operator sets for PagerDuty."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from psfbot.plugin import Address, Configuration, Secrets

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
EUROPE = ".eu."


def encrypted(value: str) -> str:
    """Refuse to send a key in the clear, except to this machine, where a stand-in may listen."""
    if value.startswith("http://") and urlsplit(value).hostname not in LOOPBACK:
        msg = "an address that starts with https://"
        raise ValueError(msg)
    return value


Door = Annotated[Address, AfterValidator(encrypted)]


class Settings(Configuration):
    """All of it may be left out: alerts need secrets, rotas a token, and pages an events key."""

    names_start_with = "PSFBOT_PAGERDUTY_"

    webhook_secrets: Secrets = Field(default=(), examples=["new-secret,old-secret"])
    """Secrets of the webhook subscriptions; several, so that one can be replaced without a gap."""
    token: SecretStr | None = Field(default=None, examples=["u+0123456789abcdef"])
    """REST API key. With it psfbot knows who is on call, takes and ends incidents, and makes overrides."""
    from_: str | None = Field(default=None, examples=["psfbot@example.org"])
    """E-mail address of the PagerDuty user in whose name psfbot changes incidents."""
    events_key: SecretStr | None = Field(default=None, examples=["0123456789abcdef0123456789abcdef"])
    """Integration key of an Events API v2 integration: `page` opens incidents with it."""
    api_url: Door = Field(default="https://api.pagerduty.com", examples=["https://api.eu.pagerduty.com"])
    """Address of the REST API; accounts in Europe have their own."""
    events_url: Door | None = Field(default=None, examples=["https://events.eu.pagerduty.com"])
    """Address of the Events API. Not given: the one of the same region as the REST API."""

    @property
    def events_address(self) -> str:
        """Where events go: as set, else to the region of the REST API."""
        if self.events_url:
            return self.events_url
        return f"https://events{EUROPE if EUROPE in self.api_url else '.'}pagerduty.com"
