"""Is Slack set up well? Whether it takes our tokens, whether we may do what we do, and whether we can hear anybody."""

import asyncio
from collections.abc import Mapping

import aiohttp
from slack_sdk.errors import SlackApiError

from psfbot.errors import UserError
from psfbot.platforms.slack import calls as web
from psfbot.platforms.slack import trouble
from psfbot.platforms.slack.calls import Calls
from psfbot.platforms.slack.plan import Plan, plan
from psfbot.plugin import Finding, Health
from psfbot.settings import Settings
from psfbot.trouble import why

SCOPES = frozenset({"app_mentions:read", "channels:history", "chat:write", "commands", "groups:history", "im:history"})
"""What the app must be allowed, as docs/slack-manifest.yaml has it."""
GRANTED = "x-oauth-scopes"
BOT, APP, HEARS = "slack token", "slack app token", "slack hearing"

UNSET = "PSFBOT_SLACK_BOT_TOKEN is not set"
SET_ANEW = "Compare PSFBOT_SLACK_{name} with the app's page on api.slack.com, and set it anew."
LACKS = "the app lacks {scopes}"
REINSTALL = "Compare its scopes with docs/slack-manifest.yaml, then reinstall it in the workspace."
LATER = "Look at status.slack.com, and whether a firewall lets psfbot out."
UNREACHED = "Slack cannot be reached, or its answer did not come"
SLOW = "it did not answer within {seconds:.0f} seconds"
SECONDS = 15.0
"""Seconds that Slack has for everything."""
HTTP = "over HTTP, at /slack/events; Socket Mode is off"


async def look(settings: Settings) -> tuple[Finding, ...]:
    """Ask Slack who we are, what we may, and whether Socket Mode would open."""
    asked = plan(settings)
    if not asked.token:
        return (Finding("slack", Health.OFF, UNSET),)
    try:
        asked.check()
    except UserError as error:
        return (Finding("slack", Health.WRONG, str(error)),)
    async with web.session() as session:
        calls = Calls(asked.token, asked.url, session)
        try:
            async with asyncio.timeout(SECONDS):
                return tuple(await asyncio.gather(bot(calls), hearing(calls, asked)))
        except TimeoutError:
            return (Finding("slack", Health.WRONG, SLOW.format(seconds=SECONDS), LATER),)


async def bot(calls: Calls) -> Finding:
    """Does Slack take the bot token, and does that allow all that we do?"""
    try:
        answer = await calls.client.api_call("auth.test")
    except SlackApiError as error:
        refusal = trouble.read(error)
        mend = SET_ANEW.format(name="BOT_TOKEN") if refusal.settled else LATER
        return Finding(BOT, Health.WRONG, refusal.sentence, mend)
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        return Finding(BOT, Health.WRONG, f"Slack cannot be reached: {why(error)}", LATER)
    if lacking := SCOPES - granted(answer.headers):
        return Finding(BOT, Health.WRONG, LACKS.format(scopes=", ".join(sorted(lacking))), REINSTALL)
    data = answer.data if isinstance(answer.data, dict) else {}
    return Finding(BOT, Health.OK, f"Slack knows us as {data.get('user') or data.get('user_id')} in {data.get('team')}")


def granted(headers: Mapping[str, str]) -> frozenset[str]:
    """The scopes that Slack says our token has; where it does not say, all that we need."""
    said = next((value for name, value in headers.items() if name.lower() == GRANTED), "")
    return frozenset(scope.strip() for scope in said.split(",")) if said else SCOPES


async def hearing(calls: Calls, asked: Plan) -> Finding:
    """Could we hear anybody: by Socket Mode, or by what Slack posts to us?"""
    if not asked.by_socket:
        return Finding(HEARS, Health.OK, HTTP)
    try:
        await calls.call("apps.connections.open", token=asked.app_token)
    except web.Refused as refused:
        mend = SET_ANEW.format(name="APP_TOKEN") if refused.refusal.settled else LATER
        seen = refused.refusal.sentence if refused.refusal.status else UNREACHED
        return Finding(APP, Health.WRONG, seen.replace("the bot token", "the app token"), mend)
    return Finding(APP, Health.OK, "Socket Mode would open")
