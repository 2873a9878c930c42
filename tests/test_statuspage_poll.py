"""Public status pages: what is asked, what it means, and how a provider's word stands beside our own alerts."""

import asyncio

import pytest
from fake_world import FakeWorld, holding, page
from polled import asking
from stage import FOUND, HOUR, MINUTE, NOON, SECOND, fired, sample
from watch import REAL

from psfbot.plugin import Examination, Health, NotAsked, Severity, Unreachable
from psfbot.relay.incident import Standing

FASTLY = "https://www.fastlystatus.com"
DO = "https://status.digitalocean.com"
UPDATE = {"id": "u1", "status": "investigating", "body": "We look into errors.", "created_at": "2026-11-20T11:59:00Z"}
INCIDENT = {"id": "i1", "name": "Errors", "status": "investigating", "impact": "major", "incident_updates": [UPDATE]}
OVER = {"id": "u2", "status": "resolved", "body": "Well again.", "created_at": "2026-11-20T12:10:00Z"}
SAYS = "Errors (investigating), says www.fastlystatus.com"


def summary(indicator="none", *incidents, components=(), **more):
    return {
        "page": {"id": "p1", "name": "x", "url": "https://elsewhere.example", "updated_at": "2026-11-20T11:59:30Z"},
        "status": {"indicator": indicator, "description": f"The page says {indicator}"},
        "incidents": list(incidents),
        "components": list(components),
        **more,
    }


def incident(impact="major", **more):
    return INCIDENT | {"impact": impact} | more


def over(**more):
    return INCIDENT | {"status": "resolved", "incident_updates": [OVER, UPDATE]} | more


def pages(host=FASTLY, *, now=None, past=()):
    now = summary() if now is None else now
    if host != FASTLY and isinstance(now, dict) and now["page"]["id"] == "p1":
        now = now | {"page": now["page"] | {"id": "p2"}}
    return {
        f"{host}/api/v2/summary.json": now,
        f"{host}/api/v2/incidents.json": {"incidents": list(past)},
    }


@pytest.fixture
def world():
    return FakeWorld(pages() | pages(DO))


@pytest.fixture
def bot(tmp_path, world):
    with asking(tmp_path, "statuspage", world=world, book=REAL) as opened:
        yield opened


def lay(world, host=FASTLY, **more):
    world.pages |= pages(host, **more)


# What is asked.


def test_every_page_that_the_catalog_names_is_asked_and_no_other(bot, world):
    bot.pass_(30 * SECOND)
    named = {one.status_page for one in REAL.catalog.providers.values() if one.status_page}
    hosts = {said.split(" ")[1].split("/api/")[0] for said in world.said}

    assert f"{FASTLY}/api/v2/summary.json" in " ".join(world.said)
    assert hosts <= named | {"https://status.python.org"}
    assert "https://status.python.org" in hosts


def test_a_page_is_asked_every_two_minutes_and_its_history_once(bot, world):
    bot.pass_(10 * MINUTE)

    assert world.said.count(f"GET {FASTLY}/api/v2/summary.json") == 5
    assert world.said.count(f"GET {FASTLY}/api/v2/incidents.json") == 1


@pytest.mark.parametrize("answer", [404, "<html>", {"status": "fine"}])
def test_what_is_no_statuspage_is_found_out_and_left_alone(bot, world, answer):
    world.pages[f"{FASTLY}/api/v2/summary.json"] = answer
    bot.pass_(HOUR)

    assert world.said.count(f"GET {FASTLY}/api/v2/summary.json") == 1
    assert bot.texts == []


@pytest.mark.parametrize("answer", [404, "<html>", {"status": "fine"}])
def test_a_page_that_was_one_is_asked_again_soon_whatever_it_answers_in_trouble(bot, world, answer):
    bot.pass_(MINUTE)
    world.pages[f"{FASTLY}/api/v2/summary.json"] = [answer, answer, summary("major", incident())]
    bot.pass_(4 * MINUTE)
    blind = bot.turn.asked.troubles["www.fastlystatus.com"]
    bot.pass_(4 * MINUTE)

    assert blind == "does not answer as a Statuspage any more"
    assert len(bot.texts) == 1


def test_pages_that_may_not_be_asked_are_no_failure(tmp_path):
    class Demo(FakeWorld):
        def turn(self, method, url):
            return NotAsked(f"A demo does not {method} {url}.")

    with asking(tmp_path, "statuspage", world=Demo(), book=REAL) as bot:
        bot.pass_(3 * HOUR)

        assert (bot.texts, bot.polling.trouble()) == ([], "")
        assert [one.state for one in bot.polling.reports()] == ["off"]


def test_a_page_with_a_path_is_never_asked(bot, world):
    bot.pass_(MINUTE)

    assert not any("amazon" in said for said in world.said)


def test_a_page_that_does_not_answer_holds_up_no_other_and_is_told(bot, world):
    lay(world, now=Unreachable("gone"))
    lay(world, DO, now=summary("major", incident()))
    bot.pass_(MINUTE)

    assert len(bot.texts) == 1
    assert "does not see" in bot.polling.trouble()


def test_a_page_that_has_not_changed_is_not_sent_again(bot, world):
    changed = holding(summary("major", incident()), etag='"one"')
    world.pages[f"{FASTLY}/api/v2/summary.json"] = [changed, page(304)]
    bot.pass_(10 * MINUTE)
    asked = [
        one.headers.get("if-none-match")
        for one in world.asked
        if one.what.endswith("fastlystatus.com/api/v2/summary.json")
    ]

    assert asked == [None, '"one"', '"one"', '"one"', '"one"']
    assert len(bot.texts) == 1


def test_who_asks_to_be_left_alone_is(bot, world):
    world.pages[f"{FASTLY}/api/v2/summary.json"] = page(429, retry_after="600")
    bot.pass_(9 * MINUTE)
    early = world.said.count(f"GET {FASTLY}/api/v2/summary.json")
    bot.pass_(4 * MINUTE)

    assert early == 1
    assert world.said.count(f"GET {FASTLY}/api/v2/summary.json") == 2


# What it means.


@pytest.mark.parametrize(
    ("impact", "severity", "told"),
    [
        ("minor", Severity.INFO, 0),
        ("major", Severity.WARNING, 1),
        ("critical", Severity.ERROR, 1),
        ("none", Severity.INFO, 0),
    ],
)
def test_how_loud_a_provider_is_here(bot, world, impact, severity, told):
    lay(world, now=summary(impact, incident(impact)))
    bot.pass_(MINUTE)
    (found,) = bot.incidents

    assert (found.subject, found.severity) == ("provider:fastly", severity)
    assert len(bot.texts) == told


def test_an_outage_of_a_provider_is_told_from_begin_to_end(bot, world):
    lay(world, now=summary("major", incident()))
    bot.pass_(5 * MINUTE)
    bot.now = NOON + 11 * MINUTE
    lay(world, past=[over()])
    bot.pass_(5 * MINUTE)

    assert bot.texts == [
        f"PROVIDER #1 Fastly: {SAYS} · 12 services here cannot do without it (found by poll)",
        "PROVIDER OK #1 Fastly: its trouble is over after 11 min (found by poll)",
    ]


def test_what_ended_while_psfbot_was_gone_for_days_is_over(bot, world):
    lay(world, now=summary("major", incident()))
    bot.pass_(5 * MINUTE)
    bot.polling = bot.started()
    bot.now += 72 * HOUR
    lay(world, past=[over()])
    bot.pass_(5 * MINUTE)

    assert [text.split(" #")[0] for text in bot.texts] == ["PROVIDER", "PROVIDER OK"]
    assert bot.incidents[0].state is Standing.RESOLVED


def test_nobody_is_asked_to_take_what_a_provider_has_to_mend(bot, world):
    lay(world, now=summary("critical", incident("critical")))
    bot.pass_(3 * HOUR)

    assert len(bot.texts) == 1


@pytest.mark.parametrize(
    ("where", "severity"),
    [
        ("NYC3", Severity.WARNING),
        ("SGP1", Severity.INFO),
        ("AMS3 and SGP1", Severity.WARNING),
        ("the API", Severity.WARNING),
    ],
)
def test_trouble_in_places_that_are_not_ours_is_told_nobody(bot, world, where, severity):
    lay(world, DO, now=summary("major", incident(name=f"Networking in {where}")))
    bot.pass_(MINUTE)

    assert bot.incidents[0].severity is severity


def test_the_word_of_a_whole_page_counts_where_no_incident_says_more(bot, world):
    lay(world, now=summary("critical"))
    bot.pass_(MINUTE)
    lay(world, now=summary("critical", incident("critical")))
    bot.pass_(3 * MINUTE)
    still = bot.incidents
    lay(world, past=[over()])
    bot.now = NOON + 11 * MINUTE
    bot.pass_(3 * MINUTE)

    assert [text.split(",")[0].split(" after")[0] for text in bot.texts] == [
        "PROVIDER #1 Fastly: The page says critical",
        "PROVIDER OK #1 Fastly: its trouble is over",
    ]
    assert [one.state for one in still] == [Standing.OPEN]


def test_planned_work_and_components_of_others_are_no_trouble(bot, world):
    parts = [{"id": "c1", "name": "docs", "status": "major_outage", "updated_at": "2026-11-20T11:59:00Z"}]
    lay(world, now=summary("maintenance", incident("maintenance", status="in_progress"), components=parts))
    bot.pass_(MINUTE)

    assert bot.incidents == []


def test_a_component_of_our_own_page_is_a_service(bot, world):
    parts = [{"id": "c1", "name": "docs.python.org", "status": "major_outage", "updated_at": "2026-11-20T11:59:00Z"}]
    ours = summary("critical", components=parts, page={"id": "2p66nmmycsj3"})
    lay(world, "https://status.python.org", now=ours)
    bot.pass_(MINUTE)
    lay(
        world,
        "https://status.python.org",
        now=summary(
            components=[parts[0] | {"status": "operational", "updated_at": "2026-11-20T12:00:40Z"}],
            page={"id": "2p66nmmycsj3"},
        ),
    )
    bot.pass_(3 * MINUTE)

    assert [text.split(":")[0].split(" again")[0] for text in bot.texts] == [
        "DOWN #1 docs.python.org",
        "UP #1 docs.python.org",
    ]


def test_the_same_word_by_webhook_is_known(bot, world):
    lay(world, now=summary("major", incident()))
    bot.pass_(MINUTE)
    body = {"page": {"id": "p1"}, "meta": {"unsubscribe": f"{FASTLY}/x"}, "incident": INCIDENT}
    (taken,) = bot.hook("statuspage", **body)

    assert taken.verdict.value == "duplicate"
    assert len(bot.texts) == 1


def test_a_webhook_of_a_provider_is_about_the_provider(bot):
    body = {"page": {"id": "p1"}, "meta": {"unsubscribe": f"{FASTLY}/x"}, "incident": INCIDENT}
    bot.hook("statuspage", **body)

    assert bot.incidents[0].subject == "provider:fastly"
    assert "found by poll" not in bot.texts[0]


def test_the_catalog_may_list_a_page_for_a_service(tmp_path):
    book = sample(services={"docs.python.org": {"alerts": {"statuspage": ("www.fastlystatus.com",)}}})
    with asking(tmp_path, "statuspage", book=book) as bot:
        bot.hook("statuspage", page={"id": "p1"}, meta={"unsubscribe": f"{FASTLY}/x"}, incident=INCIDENT)

        assert bot.incidents[0].subject == "docs.python.org"
        assert bot.incidents[0].severity is Severity.ERROR


# Beside our own alerts.


def test_a_service_that_fails_hears_what_its_provider_says(bot, world):
    lay(world, now=summary("minor", incident("minor")))
    bot.pass_(MINUTE)
    bot.takes(fired(bot.now, about="pypi"))

    assert len(bot.texts) == 1
    assert "Fastly itself reports trouble (#1 Errors (investigating), says www.fastlystatus.com)" in bot.texts[0]


def test_what_failed_before_is_brought_up_to_date_quietly(bot, world):
    bot.takes(fired(bot.now, about="pypi"))
    lay(world, now=summary("minor", incident("minor")))
    bot.pass_(MINUTE)
    (loud, quiet) = bot.parcels

    assert (loud.notice.quiet, quiet.notice.quiet) == (False, True)
    assert "Fastly itself reports trouble" in quiet.notice.text


def test_fastly_says_so_and_is_named_as_the_cause(bot, world):
    lay(world, now=summary("critical", incident("critical")))
    bot.pass_(30 * SECOND)
    bot.fail("docs.python.org", "downloads", pause=SECOND)
    bot.pass_(MINUTE)
    together = next(text for text in bot.texts if text.startswith("DOWN TOGETHER"))

    assert together.startswith("DOWN TOGETHER #4 Fastly")
    assert "Fastly itself reports trouble (#1 Errors" in together
    assert ("grouped", True) in [(kind, why.endswith("; it reports trouble itself")) for kind, why in bot.timeline(2)]


def test_without_its_word_the_same_failures_have_another_name(bot):
    bot.fail("docs.python.org", "downloads", pause=SECOND)
    bot.pass_(MINUTE)
    together = next(text for text in bot.texts if text.startswith("DOWN TOGETHER"))

    assert together.startswith("DOWN TOGETHER #3 Salt master, or Fastly")


def test_the_notice_of_a_provider_names_what_is_down_here(bot, world):
    bot.takes(fired(bot.now, about="pypi"))
    lay(world, now=summary("critical", incident("critical")))
    bot.pass_(MINUTE)

    assert "; down here: pypi #1 (found by poll)" in bot.texts[-1]


def test_two_providers_in_trouble_are_two_incidents_and_no_shared_cause(bot, world):
    lay(world, now=summary("critical", incident("critical")))
    lay(world, DO, now=summary("critical", incident("critical", id="i2")))
    bot.pass_(MINUTE)

    assert {one.subject for one in bot.incidents} == {"provider:fastly", "provider:digitalocean"}
    assert not any(one.cause for one in bot.incidents)


def test_the_doctor_names_the_pages_that_are_left_alone_and_those_that_do_not_answer(world):
    look_at = Examination(None, REAL, world, NOON)
    found = {one.what: one for one in asyncio.run(FOUND["statuspage"].examines(look_at))}

    assert (found["status pages"].health, found["status pages"].seen) == (Health.OK, "2 answer")
    assert found["https://health.aws.amazon.com/health/status"].seen.startswith("left alone: its address has a path")
    assert found["status.gandi.net"].health is Health.WRONG


def test_the_doctor_says_when_the_pages_are_not_asked(world):
    off = FOUND["statuspage"].settings(poll=False)

    assert [one.health for one in asyncio.run(FOUND["statuspage"].examines(Examination(off, REAL, world, NOON)))] == [
        Health.OFF
    ]


def test_a_poll_that_is_switched_off_asks_nobody(tmp_path, world):
    off = FOUND["statuspage"].settings(poll=False)
    with asking(tmp_path, "statuspage", world=world, book=REAL, settings={"statuspage": off}) as bot:
        bot.pass_(10 * MINUTE)

        assert world.said == []


def test_times_without_a_zone_on_one_page_blind_psfbot_to_no_other(bot, world):
    """Who copies Statuspage's format may leave the zone out; nobody's page may end the round of all."""
    parts = [{"id": "c1", "name": "DNS", "status": "operational", "updated_at": "2026-11-20T11:59:00"}]
    world.pages |= pages(now=summary("major", incident())) | pages(DO, now=summary(components=parts))
    bot.pass_(3 * MINUTE)

    assert bot.bugs == []
    assert [text.split(":")[0] for text in bot.texts] == ["PROVIDER #1 Fastly"]


def test_no_page_can_pass_itself_off_for_ours(bot, world):
    """Else a provider whose page is broken into could declare services of ours down."""
    said = summary("none", components=[{"id": "c1", "name": "docs.python.org", "status": "major_outage"}])
    world.pages |= pages(now=said | {"page": said["page"] | {"id": "2p66nmmycsj3"}})
    bot.pass_(3 * MINUTE)

    assert bot.texts == []
    assert bot.turn.asked.troubles["www.fastlystatus.com"] == "says that it is status.python.org"
