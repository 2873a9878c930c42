"""How soon is a Slack slash command acknowledged while PagerDuty hangs? The whole bot, as a process of its own."""

import asyncio
import threading
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from time import monotonic

from pagerduty_account import EVENTS_KEY, SECRET, SENDER, TOKEN, post
from pagerduty_fake import Door, pagerduty
from processes import Running
from slack_kit import said
from slack_kit.front import Front
from slack_kit.workspace import JACOB, Workspace
from stage import SAMPLE

ROTA = """
oncall:
  infra:
    team: infra
    pagerduty_schedule: PS

services:"""
SAYS = ("who is on call", "note 1 restarted nginx", "who owns docs.python.org", "shifts")
"""What people say, in turns; PagerDuty should hear of the second, and does not answer."""
PATIENCE = 30.0


def settings(folder: Path, account: Door, front: Front) -> dict[str, str]:
    """What the operator sets, and a catalog in which Jacob is known to Slack."""
    text = SAMPLE.read_text("utf-8").replace("\nservices:", ROTA, 1)
    text = text.replace("name: Jacob Coffee\n", f"name: Jacob Coffee\n    slack: {JACOB}\n", 1)
    (folder / "catalog.yaml").write_text(text, "utf-8")
    given = {f"PAGERDUTY_{name}": account.url for name in ("API_URL", "EVENTS_URL")}
    given |= {"PAGERDUTY_TOKEN": TOKEN, "PAGERDUTY_EVENTS_KEY": EVENTS_KEY, "PAGERDUTY_FROM": SENDER}
    given |= {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test", "SLACK_API_URL": front.url}
    given |= {"SLACK_CHANNELS": front.workspace.room, "SLACK_INTERVAL": "0", "PORT": "0", "LOG_LEVEL": "warning"}
    given |= {"PAGERDUTY_WEBHOOK_SECRETS": SECRET, "CATALOG": str(folder / "catalog.yaml"), "LOG_LEVEL": "info"}
    return {f"PSFBOT_{name}": value for name, value in given.items()}


async def acknowledged(folder: Path, count: int, *, hangs: bool = True, pause: float = 0.02) -> list[float]:
    """Seconds until each of so many commands was acknowledged; a PagerDuty that hangs takes calls and answers none."""
    front = Front(Workspace())
    await front.start()
    try:
        with pagerduty(now=datetime.now(UTC)) as account:
            account.subscribe()
            with Running.start(folder, "run", **settings(folder, account, front)) as bot:
                await asyncio.to_thread(bot.listening)
                await waits(lambda: bool(front.sockets))
                account.open("theirs", "docs.python.org: 5xx rate")
                await asyncio.to_thread(post, f"{bot.url}/hooks/pagerduty", *account.webhooks[-1])
                await asyncio.to_thread(bot.wait_for, "/api/v1/incidents", '"open"')
                account.hang = threading.Event() if hangs else None
                return [await one(front, SAYS[number % len(SAYS)], pause) for number in range(count)]
    finally:
        await front.stop()


async def one(front: Front, text: str, pause: float) -> float:
    """One command, and how long it waited."""
    trigger = await front.workspace.trigger(JACOB)
    url = f"http://127.0.0.1:{front.port}/respond/1"
    began = monotonic()
    envelope = await front.send("slash_commands", said.command(text, JACOB, front.workspace.room, url, trigger))
    await waits(lambda: envelope in front.acks)
    await asyncio.sleep(pause)
    return front.acks[envelope][0] - began


async def waits(ask) -> None:
    """Wait until it is so, looking often: what is measured are milliseconds."""
    end = monotonic() + PATIENCE
    while not ask():
        assert monotonic() < end
        await asyncio.sleep(0.0005)


def p(seconds: list[float], part: int) -> float:
    """The percentile in milliseconds."""
    return quantiles(seconds, n=100)[part - 1] * 1000
