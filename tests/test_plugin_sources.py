"""Sources in the whole bot: a problem begins and ends on its service, late news stays late, and each is on a page."""

import asyncio
import json
import re
from pathlib import Path

import pytest
from stage import MINUTE, NOON, SECOND, sample, stage

from psfbot import plugins
from psfbot.plugin import Hook
from psfbot.relay.incident import Standing
from psfbot.relay.letter import Arrival

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "sources.md").read_text("utf-8")
FOUND = plugins.find()
READERS = [name for name, plugin in FOUND.items() if plugin.reads]
LISTED = {"github": ["psf/site Deploy"], "sentry": ["warehouse"], "statuspage": ["c"], "uptimerobot": ["7"]}


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path, sample(services={"docs.python.org": {"alerts": LISTED}})) as opened:
        yield opened


def github(at, *, down):
    run = {"id": int(at.timestamp()), "name": "Deploy", "workflow_id": 2, "head_branch": "main"}
    end = {"conclusion": "failure" if down else "success", "updated_at": at.isoformat()}
    return {"action": "completed", "workflow_run": run | end, "repository": {"full_name": "psf/site"}}


def sentry(at, *, down):
    metric = {"id": 9, "title": "Errors", "projects": ["warehouse"], "date_closed": None if down else at.isoformat()}
    metric |= {"date_detected": at.isoformat()}
    return {"action": "critical" if down else "resolved", "data": {"metric_alert": metric}}


def statuspage(at, *, down):
    change = {
        "component_id": "c",
        "new_status": "major_outage" if down else "operational",
        "created_at": at.isoformat(),
    }
    return {"page": {"id": "p"}, "component_update": change, "component": {"id": "c", "name": "Docs"}}


def uptimerobot(at, *, down):
    return {"monitorID": "7", "alertType": "1" if down else "2", "alertDateTime": str(int(at.timestamp()))}


every = pytest.mark.parametrize("body", [github, sentry, statuspage, uptimerobot], ids=lambda body: body.__name__)


def told(bot, body, *changes, delivery=""):
    """Let changes come in this order: the minute when each happened, and whether it went down."""
    for minute, down in changes:
        bot.now = max(bot.now, NOON + minute * MINUTE) + SECOND
        hook = Hook({}, json.dumps(body(NOON + minute * MINUTE, down=down)).encode(), bot.now)
        number = delivery or FOUND[body.__name__].delivery_of(hook)
        letter = Arrival(source=body.__name__, delivery=number, headers={}, body=hook.body, received_at=bot.now)
        asyncio.run(bot.inbox.keep(letter))
        asyncio.run(bot.work())


@every
def test_a_problem_begins_and_ends_on_the_service_that_lists_it(bot, body):
    told(bot, body, (0, True))
    begun = [(one.service, one.state) for one in bot.incidents]
    told(bot, body, (9, False))

    assert begun == [("docs.python.org", Standing.OPEN)]
    assert [(one.service, one.state) for one in bot.incidents] == [("docs.python.org", Standing.RESOLVED)]
    assert len(bot.parcels) == 2


@every
def test_a_beginning_that_comes_after_the_end_opens_nothing_again(bot, body):
    told(bot, body, (0, True), (9, False), (3, True))

    assert [one.state for one in bot.incidents] == [Standing.RESOLVED]


@every
def test_the_same_report_under_another_delivery_counts_once(bot, body):
    told(bot, body, (0, True), delivery="first")
    told(bot, body, (0, True), delivery="second")

    assert len(bot.parcels) == 1


def test_every_source_is_on_the_page_with_a_link_to_its_own():
    sources = [name for name, plugin in FOUND.items() if plugin.reads or plugin.polls]
    missing = [name for name in sources if PAGE.count(f"](../plugins/{name}/README.md)") != 1 + (name == "generic")]

    assert missing == []
    assert [name for name in re.findall(r"\(\.\./plugins/(\w+)/README\.md\)", PAGE) if name not in sources] == []
