"""What Slack's refusals mean: try again later, never, or nobody knows whether it was done."""

from collections.abc import Mapping
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from psfbot.errors import DeliveryError

REVOKED: Mapping[str, str] = {
    "invalid_auth": "Slack does not accept the bot token",
    "not_authed": "Slack got no bot token",
    "token_revoked": "the bot token was revoked",
    "token_expired": "the bot token has expired",
    "account_inactive": "the bot's account was deactivated, or the app was removed",
    "team_access_not_granted": "the app was not approved for this workspace",
}
GONE: Mapping[str, str] = {
    "channel_not_found": "Slack knows no such channel, or psfbot is not in it: /invite it, or correct the id",
    "is_archived": "the channel is archived",
    "not_in_channel": "psfbot is not in this channel: /invite it there",
    "missing_scope": "the app lacks a scope: compare it with docs/slack-manifest.yaml, then reinstall it",
    "restricted_action": "a workspace setting forbids psfbot to post there",
    "restricted_action_read_only_channel": "the channel is read-only",
    "msg_too_long": "the message is too long",
    "msg_blocks_too_long": "the message's blocks are too long",
    "invalid_blocks": "Slack cannot read the message's blocks",
    "invalid_blocks_format": "Slack cannot read the message's blocks",
    "no_text": "the message is empty",
    "messages_tab_disabled": "the Messages tab of the app is off: switch it on under App Home",
    "cannot_dm_bot": "a bot cannot write to a bot",
}
DOUBTFUL = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable", "accesslimited"})
"""Slack's own trouble: the message may be there all the same."""
LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
LOST = frozenset({"message_not_found", "cant_update_message", "edit_window_closed"})
"""The message that was to be brought up to date is not there any more, or not ours to change."""
UNNAMED = 30.0
"""Seconds to wait where Slack does not say for how long."""
LONGEST = 3600.0
OK, TOO_MANY, BROKEN = 200, 429, 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """Slack's answer to a call that it did not carry out, or that nobody knows about."""

    code: str
    status: int = 200
    wait: float | None = None

    @property
    def doubtful(self) -> bool:
        """May it have been done all the same?"""
        return self.code in DOUBTFUL or self.status >= BROKEN or not self.code

    @property
    def settled(self) -> bool:
        """Is this an answer, and will it be the same in a minute?"""
        return self.status == OK and not self.doubtful and self.wait is None

    @property
    def revoked(self) -> str:
        """What is wrong with our credentials, if that is the trouble."""
        return REVOKED.get(self.code, "")

    @property
    def final(self) -> bool:
        """Is trying again pointless?"""
        return self.code in REVOKED or self.code in GONE

    @property
    def sentence(self) -> str:
        """What is wrong, in words, with Slack's own code."""
        said = REVOKED.get(self.code) or GONE.get(self.code)
        if said:
            return f"{said} ({self.code})"
        return f"Slack says {self.code}" if self.code else f"Slack answered {self.status}"


def read(error: SlackApiError) -> Refusal:
    """Slack's answer as a refusal, whatever form the library gives it."""
    response = error.response
    data, headers = getattr(response, "data", None), getattr(response, "headers", None)
    status = getattr(response, "status_code", None) or getattr(response, "status", 0)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    limited = status == TOO_MANY or code in LIMITED
    return Refusal(code or ("ratelimited" if limited else ""), int(status or 0), wait_of(headers) if limited else None)


def wait_of(headers: object) -> float:
    """For how many seconds Slack asks to be left alone."""
    found = headers.get("Retry-After") if isinstance(headers, Mapping) else None
    try:
        return min(max(float(found or UNNAMED), 0.0), LONGEST)
    except (TypeError, ValueError):
        return UNNAMED


def as_delivery(refusal: Refusal, attempts: int, most: int = 10) -> Exception:
    """The same as the outbox understands it; what may have been done is looked up before it is sent again."""
    if refusal.wait is not None:
        return DeliveryError(refusal.sentence, final=False, wait=refusal.wait)
    if refusal.doubtful:
        return ConnectionError(refusal.sentence)
    return DeliveryError(refusal.sentence, final=refusal.final or attempts >= most)
