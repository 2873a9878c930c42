"""Stories of a whole bot: webhooks as their senders recorded them come in, and this is what the rooms hear."""

import asyncio

import pytest
from stage import FOUND, HOUR, MINUTE, NOON, SECOND, sample, stage

from psfbot.chat.message import Speaker
from psfbot.plugin import Payload, Plugin
from psfbot.relay.letter import Fate

JULIEN = Speaker("julien", account="mdk", person="mdk")
ASK = "ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team"
DOCS = f"on DigitalOcean nyc1, behind Fastly · {ASK}"
BUILDS = "on DigitalOcean nyc1 (amd64) · ask PSF Infrastructure Team"
BUILDBOT = {
    "name": "buildbot.python.org",
    "description": "Tells whether CPython builds.",
    "domains": ("buildbot.python.org",),
    "lifecycle": "production",
    "owners": ({"ref": "team:infra"},),
    "hosting": ({"role": "origin", "provider": "digitalocean", "region": "nyc1", "architecture": "amd64"},),
}


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path, sample(services={"buildbot.python.org": BUILDBOT})) as opened:
        yield opened


def test_an_outage_is_told_once_and_its_end_is_told(bot):
    bot.hook("pingdom", "http_down")
    bot.hook("pingdom", "http_down", after=2 * MINUTE)
    bot.hook("pingdom", "http_up", after=7 * MINUTE)

    assert bot.heard == [
        f"#python-infra DOWN #1 docs.python.org: HTTP is down · {DOCS}",
        "#python-infra UP #1 docs.python.org again after 9 min",
    ]


def test_somebody_takes_an_outage_and_everybody_hears_who(bot):
    bot.hook("pingdom", "http_down")
    bot.now += 3 * MINUTE
    answer = bot.says("ack 1", JULIEN)
    bot.hook("pingdom", "http_up", after=37 * MINUTE)

    assert answer == "#1 docs.python.org: acknowledged by mdk."
    assert bot.heard[1:] == [
        "#python-infra ACKED #1 docs.python.org by mdk after 3 min",
        "#python-infra UP #1 docs.python.org again after 40 min, acked by mdk",
    ]


def test_two_services_that_fail_together_in_one_region_are_two_incidents_below_their_cause(bot):
    """What a room hears of the cause when its time has come is told in test_stories_cause."""
    bot.hook("pingdom", "http_down")
    bot.hook(
        "pingdom", "http_down", check_id=7, check_name="Buildbot", check_params={"hostname": "buildbot.python.org"}
    )
    bot.hook("pingdom", "http_up", after=5 * MINUTE)

    assert bot.heard == [
        f"#python-infra DOWN #1 docs.python.org: HTTP is down · {DOCS}",
        "#python-infra UP #1 docs.python.org again after 5 min",
    ]
    assert bot.says("what is down?") == "1 open incident, and 1 below #3."


def test_two_monitors_of_one_service_make_one_incident(bot):
    bot.hook("pingdom", "http_down")
    bot.hook("pagerduty", "incident.triggered", after=MINUTE)
    bot.hook("pingdom", "http_up", after=5 * MINUTE)
    halfway = len(bot.heard)
    bot.hook("pagerduty", "incident.resolved", after=MINUTE)

    assert halfway == 1
    assert bot.heard[1:] == ["#python-infra UP #1 docs.python.org again after 7 min"]


def test_an_incident_of_pagerduty_lives_through_all_its_turns(bot):
    for turn in ("triggered", "acknowledged", "annotated", "unacknowledged", "acknowledged", "resolved", "reopened"):
        bot.hook("pagerduty", f"incident.{turn}", after=5 * MINUTE)

    assert bot.heads == [
        "DOWN #1 docs.python.org",
        "ACKED #1 docs.python.org by Ada Example after 5 min",
        "NOTE #1 docs.python.org",
        "NOT ACKED ANY MORE #1 docs.python.org",
        "ACKED #1 docs.python.org by Ada Example after 20 min",
        "UP #1 docs.python.org again after 25 min, acked by Ada Example",
        "DOWN AGAIN #1 docs.python.org",
    ]
    assert bot.fates() == {Fate.DONE: 6, Fate.IGNORED: 1}


def test_a_muted_service_is_quiet_until_the_silence_ends_and_then_speaks_if_it_is_still_down(bot):
    bot.says("mute docs.python.org 1h because we move the host", JULIEN)
    bot.hook("pingdom", "http_down", after=10 * MINUTE)
    bot.pass_(30 * MINUTE)
    quiet = list(bot.heard)
    bot.pass_(30 * MINUTE)

    assert quiet == []
    assert bot.heard == [f"#python-infra DOWN #1 docs.python.org: HTTP is down, for 1 h already · {DOCS}"]


def test_a_muted_service_that_recovers_in_time_is_told_to_be_up(bot):
    bot.says("mute docs.python.org 1h because we move the host", JULIEN)
    bot.hook("pingdom", "http_down", after=10 * MINUTE)
    bot.hook("pingdom", "http_up", after=10 * MINUTE)
    bot.pass_(2 * HOUR)

    assert bot.heard == ["#python-infra UP #1 docs.python.org again after 10 min"]


def test_a_silence_that_its_author_ends_early_gives_the_word_back_at_once(bot):
    bot.says("maintenance docs.python.org 6h because we move the host", JULIEN)
    bot.hook("pingdom", "http_down")
    bot.pass_(MINUTE)
    bot.says("unmute docs.python.org", JULIEN)
    bot.pass_(5 * SECOND)

    assert bot.heads == ["DOWN #1 docs.python.org"]


def test_a_webhook_that_a_plugin_cannot_read_waits_until_the_plugin_is_mended(bot):
    broken = Plugin("pingdom", about="Expects a field that nobody sends.")

    class Wrong(Payload):
        checkid: int

    broken.alerts(Wrong)(lambda _: ())
    broken.delivery(FOUND["pingdom"].delivery_of)
    bot.plugins["pingdom"] = broken
    bot.hook("pingdom", "http_down")
    (letter,) = asyncio.run(bot.inbox.quarantined())
    silent = list(bot.heard)

    bot.plugins["pingdom"] = FOUND["pingdom"]
    bot.now += 20 * MINUTE
    asyncio.run(bot.inbox.read_again([letter.id]))
    asyncio.run(bot.work())

    assert letter.reason == "checkid: Field required"
    assert silent == []
    assert bot.heard == [f"#python-infra DOWN #1 docs.python.org: HTTP is down, for 20 min already · {DOCS}"]


def test_everything_read_again_is_told_nobody_twice(bot):
    bot.hook("pingdom", "http_down")
    bot.hook("pagerduty", "incident.triggered")
    bot.hook("pingdom", "http_up", after=5 * MINUTE)
    bot.says("resolve 1")
    heard, incidents = list(bot.heard), bot.incidents
    asyncio.run(bot.inbox.read_again([letter.id for letter in asyncio.run(bot.inbox.since(NOON))]))
    asyncio.run(bot.work())

    assert (bot.heard, bot.incidents) == (heard, incidents)
    assert bot.fates() == {Fate.DONE: 3}


def test_a_check_that_flaps_is_one_incident_that_counts_how_often(bot):
    for _ in range(3):
        bot.hook("pingdom", "http_down", after=4 * MINUTE)
        bot.hook("pingdom", "http_up", after=MINUTE)

    assert bot.heads == [
        "DOWN #1 docs.python.org", "UP #1 docs.python.org again after 1 min",
        "DOWN AGAIN #1 docs.python.org", "FLAPPING #1 docs.python.org",
    ]  # fmt: skip
    assert "Came back 2 times, was reported again no times." in bot.ask("incident 1").lines


def test_a_check_that_fails_again_the_next_day_is_a_new_incident(bot):
    bot.hook("pingdom", "http_down")
    bot.hook("pingdom", "http_up", after=5 * MINUTE)
    bot.hook("pingdom", "http_down", after=24 * HOUR)

    assert bot.heads[-1] == "DOWN #2 docs.python.org"


def test_an_end_that_overtakes_its_beginning_is_told_as_what_it_was(bot):
    bot.hook("pingdom", "http_up", state_changed_timestamp=int((NOON - MINUTE).timestamp()))
    bot.hook("pingdom", "http_down", state_changed_timestamp=int((NOON - 10 * MINUTE).timestamp()))

    assert bot.heard == ["#python-infra UP #1 docs.python.org again after 9 min"]
    assert bot.says("what is down?") == "Nothing is down that I was told of."


def test_something_that_the_catalog_does_not_know_is_told_all_the_same(bot):
    bot.hook("generic", key="backup", state="firing", summary="Nightly backup failed", about="backup-7.example")
    bot.hook("generic", key="backup", state="resolved", summary="Backup is fine", about="backup-7.example", after=HOUR)

    assert bot.heard == [
        "#python-infra DOWN #1 backup-7.example: Nightly backup failed · not in the catalog · ack 1",
        "#python-infra UP #1 backup-7.example again after 1 h",
    ]


def test_a_room_that_was_out_of_reach_hears_how_things_stand_when_it_is_back(bot):
    bot.ears["irc"].ready = False
    bot.hook("pingdom", "http_down")
    bot.hook("pingdom", "http_up", after=9 * MINUTE)
    bot.hook("pagerduty", "incident.triggered", after=MINUTE)
    nothing = list(bot.heard)
    bot.ears["irc"].ready = True
    asyncio.run(bot.deliver())

    assert nothing == []
    assert bot.heads == ["UP #1 docs.python.org again after 9 min", "DOWN #2 docs.python.org"]


def test_what_was_resolved_by_hand_too_early_opens_again(bot):
    body = {"key": "disk", "state": "firing", "summary": "Disk 99 %", "about": "docs.python.org"}
    bot.hook("generic", **body)
    bot.says("resolve 1", JULIEN)
    bot.hook("generic", **body, after=10 * MINUTE)

    assert bot.heads == [
        "DOWN #1 docs.python.org",
        "RESOLVED #1 docs.python.org by mdk after 0 s (closed by hand)",
        "DOWN AGAIN #1 docs.python.org",
    ]


def test_irc_and_slack_hear_the_same_and_slack_is_brought_up_to_date(tmp_path):
    rooms = {"team": {"slack": "C1", "public": False, "alerts": "all"}}
    with stage(tmp_path, sample(rooms=rooms), {"irc": "", "slack": ""}) as bot:
        bot.hook("pingdom", "http_down")
        bot.hook("pagerduty", "incident.triggered")
        bot.hook("pingdom", "http_up", after=MINUTE)
        bot.hook("pagerduty", "incident.resolved", after=MINUTE)
        irc, slack = ([parcel.notice for parcel in ear.parcels] for ear in bot.ears.values())

    assert [(notice.quiet, notice.text) for notice in irc] == [(notice.quiet, notice.text) for notice in slack]
    assert [notice.quiet for notice in slack] == [False, True, True, False]
    assert slack[0].links[0] == ("Pingdom", "https://my.pingdom.com/app/reports/uptime#check=900001")
    assert irc[0].links == ()
