"""A real TLS server on this machine, and the whole way from its certificate to what a room hears."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import near_world
import pytest
from near_world import Answer, Authority, Web
from polled import Asking, asking
from stage import HOUR, MINUTE, sample

from psfbot.app.reach import Detour, Reach
from psfbot.app.world import Outside
from psfbot.flows import respond
from psfbot.relay.alert import Severity

PROBES = ("tls:docs.python.org", "https://docs.python.org/3/")
BOOK = sample(services={"docs.python.org": {"alerts": {"probe": PROBES}}})
OWNERS = "ask Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team"


@pytest.fixture
def near_ca(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def near(near_ca):
    answers = {"/3/": Answer(body="Python 3 documentation")}
    with near_world.web(answers, near_ca.certificate("docs.python.org", days=90)) as found:
        yield found


@pytest.fixture
def bot(tmp_path: Path, near: Web, near_ca: Authority):
    """A bot that probes that server in place of docs.python.org; its clock starts at the real time."""
    world = Outside(Reach(lambda: BOOK, detours=(Detour.read(near.place),)), str(near_ca.ca))
    with asking(tmp_path, "probe", book=BOOK, world=world) as found:
        found.now = datetime.now(UTC).replace(microsecond=0)
        found.polling.asker = replace(found.polling.asker, deadline=30)
        yield found


def later(bot: Asking, time: timedelta) -> None:
    """Let time pass of which only the last minutes matter."""
    bot.now += time - 3 * MINUTE
    bot.pass_(3 * MINUTE)


def ends(days: float) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


def news(bot: Asking) -> list[str]:
    """What was said, without reminders and without who was asked in whose place."""
    said = [text for text in bot.texts if not text.startswith("STILL")]
    return [text.partition(" (asked ")[0] + text.partition("place)")[2] for text in said]


def test_a_certificate_is_told_ten_days_before_its_end_then_one_day_then_when_it_is_wrong(bot, near, near_ca):
    bot.pass_(MINUTE)
    assert bot.texts == []

    near.pem = near_ca.certificate("docs.python.org", days=10.1)
    later(bot, HOUR + MINUTE)
    near.pem = near_ca.certificate("docs.python.org", days=1.2)
    later(bot, HOUR + MINUTE)
    near.pem = near_ca.certificate("wiki.python.org", days=60)
    later(bot, HOUR + MINUTE)
    name, place = "The certificate of docs.python.org", f"on DigitalOcean nyc1, behind Fastly · {OWNERS}"

    assert news(bot)[0] == f"WARN #1 docs.python.org: {name} ends in 10 days, on {ends(10.1)} · {place}"
    assert news(bot)[1] == f"WORSE #1 docs.python.org: {name} ends in 26 hours, on {ends(1.2)}, still up · {place}"
    assert news(bot)[2] == f"WORSE #1 docs.python.org: {name} is not valid: it is for wiki.python.org · {place}"
    assert bot.incidents[0].severity is Severity.CRITICAL
    assert f"(asked {near.place} in its place)" in bot.texts[0]


def test_a_certificate_that_is_first_seen_in_its_last_days_is_no_outage(bot, near, near_ca):
    near.pem = near_ca.certificate("docs.python.org", days=1.2)
    bot.pass_(3 * MINUTE)
    bot.pass_(HOUR)
    near.pem = near_ca.certificate("docs.python.org", days=90)
    later(bot, HOUR + MINUTE)
    name = "The certificate of docs.python.org ends in 28 hours"

    assert bot.texts[0].startswith(f"WARN #1 docs.python.org: {name}, on {ends(1.2)}")
    assert ", still up · on DigitalOcean nyc1, behind Fastly · ask Julien Palard" in bot.texts[0]
    assert [text.split(" #")[0] for text in bot.texts] == ["WARN", "STILL WARN", "OVER"]
    assert bot.incidents[0].severity is Severity.ERROR


def test_an_outage_beside_a_certificate_that_ends_soon_is_told(bot, near, near_ca):
    """Both are errors of one service: without a word of its own the outage would be kept from those who wait."""
    near.pem = near_ca.certificate("docs.python.org", days=1.2)
    bot.pass_(3 * MINUTE)
    near.answers["/3/"] = Answer(503)
    bot.pass_(5 * MINUTE)

    assert [text.split(" (asked")[0] for text in bot.texts][1:] == [
        "WORSE #1 docs.python.org: https://docs.python.org/3/ answers 503"
    ]


def test_what_somebody_closed_is_not_opened_again_by_seeing_the_same_once_more(bot, near, near_ca):
    fine = near.answers["/3/"]
    near.answers["/3/"] = Answer(503)
    bot.pass_(3 * MINUTE)
    bot.by_hand(respond.resolve)
    bot.pass_(5 * MINUTE)
    quiet = len(bot.texts)
    near.pem = near_ca.certificate("docs.python.org", days=1.2)
    near.answers["/3/"] = fine
    later(bot, 2 * HOUR)
    near.answers["/3/"] = Answer(503)
    bot.pass_(3 * MINUTE)

    assert [text.split(" #")[0] for text in bot.texts[:quiet]] == ["DOWN", "RESOLVED"]
    assert [text.split(" #")[0] for text in bot.texts[quiet:]] == ["WARN", "WORSE"]


def test_a_page_whose_certificate_does_not_count_is_down_as_well_and_a_new_one_ends_it_all(bot, near, near_ca):
    near.pem = near_ca.certificate("docs.python.org", days=-1)
    bot.pass_(3 * MINUTE)
    problems = bot.look(lambda ledger: ledger.problems(1))
    near.pem = near_ca.certificate("docs.python.org", days=90)
    later(bot, HOUR + MINUTE)

    assert {problem.key for problem in problems} == set(PROBES)
    assert len(bot.incidents) == 1
    assert bot.texts[0].startswith("DOWN #1 docs.python.org: The certificate of docs.python.org is not valid: it ex")
    assert bot.texts[-1].startswith("UP #1 docs.python.org again after ")


def test_a_page_that_answers_wrongly_once_is_let_pass_and_twice_is_told(bot, near):
    fine = near.answers["/3/"]
    near.answers["/3/"] = Answer(503)
    bot.pass_(70 * timedelta(seconds=1))
    near.answers["/3/"] = fine
    bot.pass_(5 * MINUTE)
    assert bot.texts == []

    near.answers["/3/"] = Answer(503)
    bot.pass_(3 * MINUTE)
    near.answers["/3/"] = fine
    bot.pass_(2 * MINUTE)

    assert [text.split(" · ")[0].partition(" (asked")[0] for text in bot.texts] == [
        "DOWN #1 docs.python.org: https://docs.python.org/3/ answers 503",
        "UP #1 docs.python.org again after 2 min",
    ]
