"""A rota as a calendar: on the web for everybody, with names only; on the command line with all that is known."""

import asyncio
import urllib.request

import pytest
from duties import on_duty
from processes import Running, run
from stage import OWNER, SAMPLE

ROTA = """
oncall:
  infra:
    team: infra
    rotation:
      timezone: Europe/Paris
      start: 2026-01-05T09:00
      length: 7d
      people: [mdk, coffee]
    backup: [di]

services:"""


@pytest.fixture
def given(tmp_path):
    text = SAMPLE.read_text("utf-8").replace("\nservices:", ROTA, 1)
    (tmp_path / "catalog.yaml").write_text(
        text.replace("name: Julien Palard\n", "name: Julien Palard\n    irc: secret-nick\n", 1)
    )
    return {"PSFBOT_CATALOG": str(tmp_path / "catalog.yaml"), "PSFBOT_PLUGINS": "pingdom", "PSFBOT_PORT": "0"}


def test_a_running_bot_serves_each_rota_for_subscriptions(tmp_path, given):
    with Running.start(tmp_path, "run", **given) as bot:
        bot.listening()
        status, text = bot.get("/oncall/infra.ics")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{bot.url}/oncall/infra.ics", timeout=10) as answer:
            kind = answer.headers["content-type"]
        missing, said = bot.get("/oncall/nobody.ics")

    assert (status, kind) == (200, "text/calendar; charset=utf-8")
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert "SUMMARY:Julien Palard on call (infra)" in text
    assert "secret-nick" not in text
    assert (missing, said) == (404, '{"error":"There is no rota of this name."}')


def test_the_command_line_prints_it_with_or_without_a_database(tmp_path, given):
    before = run(tmp_path, "ical", "infra", **given)
    run(tmp_path, "db", "upgrade", **given)
    after = run(tmp_path, "ical", "INFRA", **given)
    none = run(tmp_path, "ical", "nobody", **given)

    assert before.returncode == after.returncode == 0
    assert before.stdout.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    assert b"SUMMARY:Jacob Coffee on call (infra)" in after.stdout
    assert (none.returncode, none.stderr) == (1, b"I know no rota called 'nobody'. The rotas are infra.\n")


def test_without_a_rota_it_says_where_one_would_be(tmp_path, given):
    done = run(tmp_path, "ical", "infra", **given | {"PSFBOT_CATALOG": str(SAMPLE)})

    assert done.stderr == b"I know no rota called 'infra'. The catalog names none: add one under `oncall`.\n"


def test_the_public_does_not_hear_why_somebody_covers(tmp_path):
    with on_duty(tmp_path) as bot:
        bot.says("cover me with coffee for 2h", OWNER)
        duty = bot.book.catalog.oncall["main"]
        texts = [
            asyncio.run(bot.roster.as_calendar(duty, bot.book.catalog, bot.now, public=public))
            for public in (True, False)
        ]

    assert ["DESCRIPTION:cover by mdk" in text for text in texts] == [False, True]
