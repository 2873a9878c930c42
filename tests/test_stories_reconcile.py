"""R21: for an hour no webhook arrives, and every change is found by asking, within five minutes, and marked so."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from pingdom_api import TOKEN, GitHub, Hooks, Pingdom, serving
from polled import asking
from stage import FOUND, HOUR, MINUTE, NOON, SECOND

from psfbot.http import Client
from psfbot.plugin import World
from psfbot.relay.incident import Happening, Standing

SITES = {1: "docs.python.org", 2: "hg.python.org", 3: "mail.python.org"}
OUTAGES = (
    (1, "down", 3 * MINUTE), (1, "up", 9 * MINUTE), (2, "down", 10 * MINUTE), (3, "down", 14 * MINUTE + 5 * SECOND),
    (3, "up", 14 * MINUTE + 50 * SECOND), (2, "up", 31 * MINUTE), (1, "down", 45 * MINUTE), (1, "up", 58 * MINUTE),
)  # fmt: skip
"""Check, what it becomes, and when: the third one is down for less than any poll's interval."""


@dataclass
class Loopback:
    """The way out over real HTTP."""

    http: Client = field(default_factory=Client)


@pytest.fixture
def pingdom():
    with serving(Pingdom()) as api:
        for number, site in SITES.items():
            api.check(number, site)
        yield api


@pytest.fixture
def github():
    with serving(GitHub()) as api:
        yield api


@pytest.fixture
def bot(tmp_path, pingdom):
    ours = FOUND["pingdom"].settings(token=TOKEN, api_url=pingdom.url)
    world: World = Loopback()  # type: ignore[assignment]  # nothing else is asked for here
    with asking(tmp_path, "pingdom", world=world, settings={"pingdom": ours}) as opened:
        opened.polling.asker.__dict__["deadline"] = 10.0
        yield opened


def live(bot, pingdom, until, changes=OUTAGES):
    """Let an hour go by in which checks change and nobody posts anything."""
    left = list(changes)
    while bot.now < NOON + until:
        while left and NOON + left[0][2] <= bot.now:
            number, status, at = left.pop(0)
            pingdom.move(number, status, NOON + at)
        bot.pass_(30 * SECOND)


def found(bot):
    """Each change as a timeline tells it: of what, what, when it happened, when it was found, how."""
    kinds = {Happening.OPENED: "down", Happening.REOPENED: "down", Happening.RESOLVED: "up"}
    entries = [
        (one.subject, kinds[entry.kind], entry)
        for one in bot.incidents
        for entry in bot.look(lambda ledger, one=one: ledger.timeline(one.number))
        if entry.kind in kinds
    ]
    return sorted(entries, key=lambda three: three[2].at)


def test_an_hour_of_dropped_webhooks_loses_no_change(bot, pingdom):
    live(bot, pingdom, HOUR + 5 * MINUTE)
    wanted = [(SITES[number], status) for number, status, _ in OUTAGES]
    told = found(bot)

    assert sorted((subject, status) for subject, status, _ in told) == sorted(wanted)
    assert all(entry.text.endswith("(found by poll)") for _, _, entry in told)
    for number, status, at in OUTAGES:
        delays = [entry.at - NOON - at for subject, what, entry in told if (subject, what) == (SITES[number], status)]
        assert any(timedelta() <= delay <= 5 * MINUTE for delay in delays), (number, status, delays)
    assert not any(one.state is Standing.OPEN for one in bot.incidents)
    of_services = {one.number for one in bot.incidents if one.service}
    said = [one.notice for one in bot.parcels if one.notice.incident in of_services and not one.notice.quiet]
    assert [one.text for one in said if not one.text.endswith("(found by poll)") and one.kind != "reminded"] == []


def test_what_the_webhooks_told_is_not_told_again(bot, pingdom):
    bot.pass_(MINUTE)
    pingdom.move(1, "down", bot.now)
    stamp = int(bot.now.timestamp())
    body = {
        "check_id": 1,
        "check_name": "docs.python.org home",
        "current_state": "DOWN",
        "state_changed_timestamp": stamp + 1,
    }
    bot.hook("pingdom", check_params={"hostname": "docs.python.org"}, **body)
    bot.pass_(10 * MINUTE)

    assert len(bot.texts) == 1
    assert "found by poll" not in bot.texts[0]


def test_the_webhook_that_comes_after_all_is_known(bot, pingdom):
    bot.pass_(MINUTE)
    pingdom.move(1, "down", bot.now)
    stamp = int(bot.now.timestamp())
    bot.pass_(3 * MINUTE)
    body = {
        "check_id": 1,
        "check_name": "docs.python.org home",
        "current_state": "DOWN",
        "state_changed_timestamp": stamp + 60,
    }
    bot.hook("pingdom", check_params={"hostname": "docs.python.org"}, **body)

    assert len(bot.texts) == 1


def test_what_is_down_at_the_first_look_is_told_and_what_is_up_is_not(bot, pingdom):
    pingdom.move(2, "down", NOON - HOUR)
    pingdom.move(3, "down", NOON - 2 * HOUR)
    pingdom.move(3, "up", NOON - HOUR)
    bot.pass_(MINUTE)

    assert [one.subject for one in bot.incidents] == ["hg.python.org"]
    assert bot.incidents[0].opened_at == NOON - HOUR


def test_what_is_found_is_as_bad_as_its_webhook_would_say(bot, pingdom):
    pingdom.checks[1]["severity_level"] = "HIGH"
    pingdom.checks[2]["severity_level"] = "LOW"
    for number in SITES:
        pingdom.move(number, "down", NOON)
    bot.pass_(MINUTE)

    found = {one.subject: one.severity.value for one in bot.incidents if one.service}
    assert found == dict(zip(SITES.values(), ("critical", "warning", "error"), strict=True))
    assert any("include_severity=true" in path for path in pingdom.asked)


def test_what_changed_while_psfbot_was_down_is_found_after_its_start(bot, pingdom):
    bot.pass_(MINUTE)
    pingdom.move(1, "down", NOON + 10 * MINUTE)
    pingdom.move(1, "up", NOON + 20 * MINUTE)
    bot.now = NOON + HOUR
    bot.polling = bot.started()
    bot.polling.asker.__dict__["deadline"] = 10.0
    bot.pass_(MINUTE)

    assert [what for _, what, _ in found(bot)] == ["down", "up"]


@pytest.mark.parametrize("status", ["paused", "unknown", "unconfirmed_down"])
def test_a_check_that_says_neither_up_nor_down_changes_nothing(bot, pingdom, status):
    pingdom.move(1, "down", NOON)
    bot.pass_(MINUTE)
    pingdom.checks[1]["status"] = status
    bot.pass_(10 * MINUTE)

    assert [one.state for one in bot.incidents] == [Standing.OPEN]


def test_a_wrong_token_is_told_and_no_news_of_any_check(bot, pingdom):
    pingdom.move(1, "down", NOON)
    settings = FOUND["pingdom"].settings(token="wrong", api_url=pingdom.url)  # noqa: S106
    bot.polling.settings = {"pingdom": settings}
    bot.pass_(5 * MINUTE)

    assert "PSFBOT_PINGDOM_TOKEN is not accepted" in bot.polling.trouble()
    assert "wrong" not in bot.polling.trouble()
    assert bot.incidents == []


def test_without_a_token_nothing_is_asked(bot, pingdom):
    bot.polling.settings = {"pingdom": FOUND["pingdom"].settings(api_url=pingdom.url)}
    bot.pass_(10 * MINUTE)

    assert pingdom.asked == []
    assert bot.polling.reports()[0].state == "off"


def test_what_has_not_changed_is_not_sent_again(bot, pingdom):
    bot.pass_(20 * MINUTE)
    checks = [path for path in pingdom.asked if path.startswith("/checks")]

    assert len(checks) == 10
    assert pingdom.unchanged == 9


def test_a_pingdom_that_is_asked_too_much_is_left_alone(bot, pingdom):
    bot.pass_(MINUTE)
    before, pingdom.crowded_until = len(pingdom.asked), 900
    bot.pass_(14 * MINUTE)
    during, pingdom.crowded_until = len(pingdom.asked), 0
    bot.pass_(6 * MINUTE)

    assert during == before + 1
    assert len(pingdom.asked) > during
    assert bot.incidents == []


# GitHub.


@pytest.fixture
def hub(tmp_path, github):
    ours = FOUND["github"].settings(poll_repos="psf/one,psf/two", api_url=github.url)
    world: World = Loopback()  # type: ignore[assignment]  # nothing else is asked for here
    with asking(tmp_path, "github", world=world, settings={"github": ours}) as opened:
        opened.polling.asker.__dict__["deadline"] = 10.0
        yield opened


def test_runs_that_no_webhook_told_of_are_found(hub, github):
    github.run("psf/one", 1, "success", NOON - HOUR)
    github.run("psf/two", 2, "success", NOON - HOUR)
    hub.pass_(5 * MINUTE)
    github.run("psf/one", 3, "failure", hub.now)
    hub.pass_(5 * MINUTE)
    github.run("psf/one", 4, "success", hub.now)
    hub.pass_(5 * MINUTE)

    assert [text.split(" ")[0] for text in hub.texts] == ["WARN", "OVER"]
    assert all(text.endswith("(found by poll)") for text in hub.texts)
    assert all(entry.at - NOON <= 15 * MINUTE for _, _, entry in found(hub))


@pytest.mark.parametrize("more", [{"conclusion": "cancelled"}, {"event": "pull_request"}, {"head_branch": "topic"}])
def test_runs_that_say_nothing_about_the_default_branch_are_no_news(hub, github, more):
    github.run("psf/one", 1, "success", NOON - HOUR)
    github.run("psf/one", 2, **({"conclusion": "failure", "at": NOON} | more))
    github.run("psf/two", 3, "success", NOON)
    hub.pass_(5 * MINUTE)

    assert hub.texts == []


def test_a_failure_and_its_repair_between_two_looks_are_both_told(hub, github):
    github.run("psf/one", 1, "success", NOON - HOUR)
    github.run("psf/two", 2, "success", NOON - HOUR)
    hub.pass_(MINUTE)
    github.run("psf/one", 3, "failure", hub.now)
    github.run("psf/one", 4, "success", hub.now + MINUTE)
    hub.pass_(5 * MINUTE)

    assert [what for _, what, _ in found(hub)] == ["down", "up"]


def test_at_the_first_look_only_the_last_run_of_a_workflow_counts(hub, github):
    github.run("psf/one", 1, "failure", NOON - HOUR)
    github.run("psf/one", 2, "success", NOON - MINUTE)
    github.run("psf/two", 3, "failure", NOON - MINUTE, name="Docs", workflow_id=8)
    hub.pass_(MINUTE)

    assert [text.split(" · ")[0].split(",")[0] for text in hub.texts] == [
        "WARN #1 psf/two: Workflow Docs of psf/two failed on main"
    ]


def test_a_repository_that_cannot_be_read_hides_no_other(hub, github):
    github.run("psf/two", 3, "failure", NOON)
    hub.pass_(MINUTE)

    assert len(hub.texts) == 1
    assert "psf/one" in hub.polling.trouble()
    assert "PSFBOT_GITHUB_TOKEN" in hub.polling.trouble()


def test_github_does_not_count_what_has_not_changed(hub, github):
    github.run("psf/one", 1, "success", NOON - HOUR)
    github.run("psf/two", 2, "success", NOON - HOUR)
    hub.pass_(20 * MINUTE)

    assert len(github.asked) == 20
    assert github.unchanged == 16


# Deliveries that failed.


@pytest.fixture
def hooks():
    with serving(Hooks()) as api:
        yield api


@pytest.fixture
def redelivering(tmp_path, hooks):
    ours = FOUND["github"].settings(poll_hooks="psf/one/9", token=TOKEN, api_url=hooks.url)
    world: World = Loopback()  # type: ignore[assignment]  # nothing else is asked for here
    with asking(tmp_path, "github", world=world, settings={"github": ours}) as opened:
        opened.polling.asker.__dict__["deadline"] = 10.0
        yield opened


def test_what_never_arrived_is_sent_again_and_nothing_else(redelivering, hooks):
    hooks.deliver(1, "old", 502, NOON - 73 * HOUR)
    hooks.deliver(2, "lost", 0, NOON - HOUR)
    hooks.deliver(3, "taken", 202, NOON - HOUR)
    hooks.deliver(4, "mended", 503, NOON - HOUR)
    hooks.deliver(5, "mended", 202, NOON - MINUTE)
    hooks.deliver(6, "lost too", 503, NOON)
    redelivering.pass_(5 * MINUTE)

    assert hooks.resent == [2, 6]
    assert redelivering.texts == []


def test_what_fails_again_is_asked_for_a_few_times_and_then_left(redelivering, hooks):
    hooks.deliver(1, "lost", 503, NOON)
    redelivering.pass_(3 * HOUR)

    assert hooks.resent == [1] * 5


def test_a_token_that_may_not_look_is_told(redelivering, hooks):
    hooks.refuses = True
    redelivering.pass_(2 * MINUTE)

    assert "github.deliveries has failed" in redelivering.polling.trouble()
