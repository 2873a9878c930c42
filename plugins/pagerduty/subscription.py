"""The webhook subscription: is PagerDuty told to tell us, and does that arrive? `--fix` makes it, and tries it."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pagerduty import RestApiV2Client
from psfbot.plugin import Examination, Finding, Health, OutOfReach, UserError, in_force

from .client import WRITE_SECONDS, Line, Reply
from .settings import Settings

WANTED = (
    "incident.triggered", "incident.acknowledged", "incident.unacknowledged", "incident.reopened",
    "incident.resolved", "incident.annotated",
)  # fmt: skip
"""What psfbot acts upon."""
PATH = "/webhook_subscriptions"
PAGE, PAGES = 100, 20
PING = "pagey.ping"
WAIT = 30.0
"""Seconds that a test event may take."""
FIELD = "webhook_secrets"

FIX = "Run `psfbot doctor --fix`: it makes one, and keeps its secret."
NO_URL = "PSFBOT_PUBLIC_URL is not set, so PagerDuty cannot be told where psfbot is"
SET_URL = "Set PSFBOT_PUBLIC_URL to the address under which the internet reaches psfbot."
UNKNOWN = "PagerDuty sends to {url}, and psfbot has no secret to know it by"
GIVE_ONE = (
    "Set PSFBOT_PAGERDUTY_WEBHOOK_SECRETS to it. Where `psfbot doctor --fix` made it, set "
    "PSFBOT_PAGERDUTY_WEBHOOK_SECRETS_FILE to the file that it named, and start psfbot again. Where nobody has it any "
    "more, delete that webhook in PagerDuty, then run `psfbot doctor --fix`."
)
ASLEEP = "PagerDuty has disabled the webhook to {url}"
WAKE = "Mend what answered it badly, then run `psfbot doctor --fix`, which enables it."
MISSING = "the webhook to {url} lacks {events}"
ADD = "In PagerDuty, open Integrations, then Generic Webhooks (v3), and add these events."
NONE = "PagerDuty sends nothing to {url}"
UNTOLD = "PagerDuty does not tell its webhooks ({status}: {words})"
LATER = "Look at status.pagerduty.com, and try again later."
MADE = "made; PagerDuty sends to {url}"
NOT_MADE = "it could not be made: {why}"
RIGHTS = (
    "The token needs the rights of an administrator; or add the webhook by hand, as plugins/pagerduty/README.md says."
)
LOST = "Nothing was left behind in PagerDuty. Mend that, then run `psfbot doctor --fix` again."
ARRIVED = "PagerDuty sent one, and it arrived"
NOT_ARRIVED = "PagerDuty sent one, and it did not arrive within {seconds:.0f} seconds"
WHERE = "Does psfbot run on the database that is set here, and does {url} lead to it? Its log tells what it refused."


async def webhook(rest: Line[RestApiV2Client], examination: Examination, settings: Settings) -> tuple[Finding, ...]:
    """The subscription to our address; where it may mend, one is made or enabled, and a test event goes through it."""
    if not examination.public_url:
        return (Finding("webhook", Health.WRONG, NO_URL, SET_URL),)
    url = f"{examination.public_url.rstrip('/')}/hooks/pagerduty"
    try:
        reply, there = await listed(rest)
        if not reply.fine:
            seen = UNTOLD.format(status=reply.status, words=reply.words)
            return (Finding("webhook", Health.WRONG, seen, RIGHTS),)
        to_us = [one for one in there if address(one) == url]
        ours = next((one for one in to_us if one.get("active") is not False), next(iter(to_us), None))
        if ours is None:
            return await made(rest, examination, url)
        if ours.get("active") is False and examination.fix:
            ours = {**ours, "active": await enable(rest, str(ours.get("id")))}
        found = judged(ours, url, settings)
        if found.health is Health.OK and examination.fix:
            return found, await tried(rest, examination, str(ours.get("id")), url)
    except OutOfReach as error:
        return (Finding("webhook", Health.WRONG, str(error), LATER),)
    return (found,)


async def listed(rest: Line[RestApiV2Client]) -> tuple[Reply, list[dict[str, Any]]]:
    """Every subscription of the account, page by page, with the last answer: one too few would be made once more."""
    found: list[dict[str, Any]] = []
    for page in range(PAGES):
        asked = {"limit": PAGE, "offset": page * PAGE}
        reply = await rest.ask(partial(RestApiV2Client.get, url=PATH, params=asked))
        found += rows(reply.data)
        if not reply.fine or reply.data.get("more") is not True:
            break
    return reply, found


def rows(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The subscriptions of an answer."""
    found = data.get("webhook_subscriptions")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def address(subscription: Mapping[str, Any]) -> str:
    """Where a subscription sends to."""
    method = subscription.get("delivery_method")
    return str(method.get("url", "")).rstrip("/") if isinstance(method, dict) else ""


def judged(ours: Mapping[str, Any], url: str, settings: Settings) -> Finding:
    """Is it on, does it tell all that we need, and could we know it by its secret?"""
    if ours.get("active") is False:
        return Finding("webhook", Health.WRONG, ASLEEP.format(url=url), WAKE)
    if missing := [event for event in WANTED if event not in (ours.get("events") or ())]:
        return Finding("webhook", Health.WRONG, MISSING.format(url=url, events=", ".join(missing)), ADD)
    if not in_force(settings.webhook_secrets):
        return Finding("webhook", Health.WRONG, UNKNOWN.format(url=url), GIVE_ONE)
    return Finding("webhook", Health.OK, f"PagerDuty sends to {url}")


async def made(rest: Line[RestApiV2Client], examination: Examination, url: str) -> tuple[Finding, ...]:
    """Make the subscription, and keep its secret, which PagerDuty tells this once: so a place for it comes first."""
    keeping = examination.keeping
    if not examination.fix or keeping is None:
        return (Finding("webhook", Health.WRONG, NONE.format(url=url), FIX),)
    if trouble := keeping.trouble(FIELD):
        return (Finding("webhook", Health.WRONG, NOT_MADE.format(why=trouble), LOST),)
    method = {"type": "http_delivery_method", "url": url}
    wanted = {"type": "webhook_subscription", "delivery_method": method, "events": list(WANTED)}
    body = {"webhook_subscription": {**wanted, "filter": {"type": "account_reference"}, "description": "psfbot"}}
    reply = await rest.ask(
        lambda client: client.post("/webhook_subscriptions", json=body), seconds=WRITE_SECONDS, repeat=False
    )
    new = reply.data.get("webhook_subscription")
    secret = new.get("delivery_method", {}).get("secret") if isinstance(new, dict) else None
    if not reply.fine or not isinstance(new, dict) or not isinstance(secret, str) or not secret:
        why = f"PagerDuty answered {reply.status}: {reply.words}"
        return (Finding("webhook", Health.WRONG, NOT_MADE.format(why=why), RIGHTS),)
    id_ = str(new.get("id"))
    try:
        left = await keeping.keep(FIELD, secret)
    except UserError as error:
        path = f"/webhook_subscriptions/{id_}"
        await rest.ask(lambda client: client.delete(path), seconds=WRITE_SECONDS)
        return (Finding("webhook", Health.WRONG, NOT_MADE.format(why=error), LOST),)
    if left:
        return (Finding("webhook", Health.WRONG, MADE.format(url=url), left),)
    found = Finding("webhook", Health.OK, MADE.format(url=url))
    return found, await tried(rest, examination, id_, url)


async def enable(rest: Line[RestApiV2Client], id_: str) -> bool:
    """Let a subscription send again; False where PagerDuty would not."""
    path = f"/webhook_subscriptions/{id_}/enable"
    reply = await rest.ask(lambda client: client.post(path), seconds=WRITE_SECONDS)
    return reply.fine


async def tried(rest: Line[RestApiV2Client], examination: Examination, id_: str, url: str) -> Finding:
    """Have PagerDuty send a test event, and wait until the running bot has it."""
    path = f"/webhook_subscriptions/{id_}/ping"
    reply = await rest.ask(lambda client: client.post(path), seconds=WRITE_SECONDS, repeat=False)
    if not reply.fine:
        seen = f"PagerDuty would not send one ({reply.status}: {reply.words})"
        return Finding("test event", Health.WRONG, seen, LATER)
    if examination.wait_for_hook and await examination.wait_for_hook(PING, WAIT):
        return Finding("test event", Health.OK, ARRIVED)
    return Finding("test event", Health.WRONG, NOT_ARRIVED.format(seconds=WAIT), WHERE.format(url=url))
