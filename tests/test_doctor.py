"""`psfbot doctor`: what it says of a healthy, a half-configured and a broken set-up stands in the docs."""

import asyncio
import json
import os
import re
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import near_world
import pytest
from certificates import Certificate
from fake_ircd import fake_ircd
from near_world import Answer
from pagerduty_account import EVENTS_KEY, SECRET, SENDER, TOKEN, Turn
from pagerduty_fake import pagerduty
from processes import Running, environ, run
from slack_kit.front import Front
from slack_kit.workspace import Workspace
from stage import SAMPLE

from psfbot.app.doctor import LATER, bounded, examine, hidden
from psfbot.app.doctor_own import bot
from psfbot.app.doctor_secrets import NOTICED, write
from psfbot.cli.doctor_text import as_text
from psfbot.errors import UserError
from psfbot.plugin import Finding, Health

pytestmark = pytest.mark.anyio

PAGE = Path(__file__).parents[1] / "docs" / "doctor.md"
GENERATE = "PSFBOT_TEST_GENERATE"
"""Set to `docs`, the blocks of the page are written anew instead of compared."""
PASSWORD = "correct-horse"  # noqa: S105 - of an IRC server that lives for a second
ROTA = """
oncall:
  infra:
    team: infra
    pagerduty_schedule: {schedule}

services:"""
PLUGINS = "pagerduty,pingdom"


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def account():
    turns = {"PS00001": [Turn("PANNA01")]}
    with pagerduty(now=datetime.now(UTC), schedules=turns, policies={"PA": [["PS00001"]]}, posts=True) as account:
        yield account


@pytest.fixture
async def front():
    front = Front(Workspace())
    await front.start()
    yield front
    await front.stop()


def catalog(home, schedule="PS00001"):
    text = SAMPLE.read_text("utf-8").replace("\nservices:", ROTA.format(schedule=schedule), 1)
    person = "name: Julien Palard\n"
    (home / "catalog.yaml").write_text(text.replace(person, f"{person}    pagerduty: PANNA01\n", 1), "utf-8")
    return str(home / "catalog.yaml")


def given(home, **more):
    """The environment of an operator: nothing is set but this."""
    values = {
        "PLUGINS": PLUGINS,
        "CATALOG": more.get("CATALOG") or catalog(home),
        "DATABASE_URL": f"sqlite:///{home / 'psfbot.sqlite3'}",
    }
    return environ(home, {f"PSFBOT_{name}": value for name, value in {**values, **more}.items()})


def keys(account, **more):
    """What an operator sets for PagerDuty."""
    values = {"API_URL": account.url, "EVENTS_URL": account.url, "TOKEN": TOKEN, "EVENTS_KEY": EVENTS_KEY}
    return {f"PAGERDUTY_{name}": value for name, value in {**values, "FROM": SENDER, **more}.items()}


def chat(ircd, front, certificate):
    """What an operator sets for IRC and Slack."""
    irc = {"IRC_HOST": "localhost", "IRC_PORT": str(ircd.port), "IRC_TLS_CA": str(certificate.pem)}
    irc |= {"IRC_ACCOUNT": "psfbot", "IRC_PASSWORD": PASSWORD, "IRC_CHANNELS": "#python-infra"}
    slack = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test", "SLACK_API_URL": front.url}
    return irc | slack | {"SLACK_CHANNELS": "C0INFRA"}


def running(home, **more):
    """A bot on the same database, which hears neither IRC nor Slack."""
    env = {name: value for name, value in given(home, **more).items() if name.startswith("PSFBOT_")}
    return Running.start(home, "run", **{**env, "PSFBOT_PORT": "0"})


def seen(home, bot, found, *others):
    """The findings as an operator sees them, with names in place of this test's ports and folders."""
    places = {bot: "https://psfbot.example.org", str(home): "/srv/psfbot"} | dict(others)

    def shown(text):
        for here, there in places.items():
            text = text.replace(here, there) if here else text
        return re.sub(r"localhost:\d+", "irc.libera.chat:6697", text)

    return as_text([replace(one, seen=shown(one.seen), mend=shown(one.mend)) for one in found])


def compared(name, text):
    """Hold a block of the page against what was said, or write it there."""
    page = PAGE.read_text("utf-8")
    block = re.compile(rf"(<!-- {name} -->\n```text\n).*?(\n```)", re.DOTALL)

    assert block.search(page), f"docs/doctor.md has no block {name}"
    new = block.sub(lambda found: found[1] + text + found[2], page)
    if os.environ.get(GENERATE) == "docs":
        PAGE.write_text(new, "utf-8")
        page = new
    assert page == new, f"write it anew: {GENERATE}=docs python -m pytest tests/test_doctor.py"


async def test_a_healthy_set_up(home, account, front):
    certificate = Certificate.make(home, "ircd")
    account.subscribe()
    with running(home, PAGERDUTY_WEBHOOK_SECRETS=SECRET, PINGDOM_HOOK_SECRET="x" * 20) as bot:
        await asyncio.to_thread(bot.listening)
        async with fake_ircd(certificate) as ircd:
            ircd.passwords = {"psfbot": PASSWORD}
            account.subscriptions["PWH0000"]["delivery_method"]["url"] = f"{bot.url}/hooks/pagerduty"
            account.subscriptions["PWH0000"]["events"] = list(events())
            more = {"PORT": str(bot.port), "PUBLIC_URL": bot.url, "PAGERDUTY_WEBHOOK_SECRETS": SECRET}
            env = given(home, **keys(account), **chat(ircd, front, certificate), **more)
            found = await examine(environ=env)
            fixed = await examine(environ=env, fix=True)

    compared("healthy", seen(home, bot.url, found))
    assert {one.health for one in found} == {Health.OK, Health.OFF}
    assert [one for one in fixed if one.what == "pagerduty test event"] == [
        Finding("pagerduty test event", Health.OK, "PagerDuty sent one, and it arrived")
    ]
    assert ircd.lines("JOIN") == [], "nobody sees the doctor on IRC"
    assert ircd.lines("CAP END") == []


def events():
    from psfbot.plugins.pagerduty.subscription import WANTED  # noqa: PLC0415 - plugins are found first

    return WANTED


async def test_a_half_configured_set_up(home, account):
    with running(home) as bot:
        await asyncio.to_thread(bot.listening)
        env = given(home, **keys(account, FROM="", EVENTS_KEY=""), PORT=str(bot.port), PUBLIC_URL=bot.url)
        found = await examine(environ=env)

    compared("half-configured", seen(home, bot.url, found))
    assert [one.what for one in found if one.health is Health.WRONG] == ["pagerduty webhook"]


async def test_a_broken_set_up(home, account, front):
    certificate = Certificate.make(home, "ircd")
    front.workspace.revoked = True
    async with fake_ircd(certificate) as ircd:
        ircd.passwords = {"psfbot": "another"}
        more = {"PUBLIC_URL": front.url, "PORT": "9", "IRC_CHANELS": "#oops", "CATALOG": catalog(home, "PS00002")}
        env = given(home, **chat(ircd, front, certificate) | keys(account, EVENTS_KEY="f" * 32) | more)
        (home / "psfbot.sqlite3").write_bytes(b"this is no database, whatever its name says" * 100)
        found = await examine(environ=env)

    compared("broken", seen(home, front.url, found))
    assert all(one.mend for one in found if one.health is Health.WRONG)


async def test_fix_from_nothing_to_a_test_event_that_arrived(home, account):
    """The story of docs/doctor.md: the secret lies in a file, so the running bot takes it up without a restart."""
    file = home / "secrets"
    file.write_text("an-older-secret\n", "utf-8")
    where = {"PAGERDUTY_WEBHOOK_SECRETS_FILE": str(file)}
    with running(home, **where) as bot:
        await asyncio.to_thread(bot.listening)
        env = given(home, **keys(account), **where, PORT=str(bot.port), PUBLIC_URL=bot.url)
        found = {one.what: one for one in await examine(environ=env, fix=True)}

        log = bot.log.read_text("utf-8")

    assert found["pagerduty webhook"].health is Health.OK, log
    assert found["pagerduty test event"] == Finding(
        "pagerduty test event", Health.OK, "PagerDuty sent one, and it arrived"
    )
    assert file.read_text("utf-8").split() == ["an-older-secret", SECRET]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert NOTICED < 10


async def test_fix_without_a_file_puts_the_secret_aside_and_says_what_to_set(home, account):
    env = given(
        home, **keys(account), PAGERDUTY_WEBHOOK_SECRETS="an-older-secret", PUBLIC_URL="https://psfbot.example.org"
    )
    (one,) = [one for one in await examine(environ=env, fix=True) if one.what == "pagerduty webhook"]
    file = home / ".local" / "state" / "psfbot" / "psfbot_pagerduty_webhook_secrets"

    assert one.health is Health.WRONG, "it works only once somebody has set it"
    assert "Set PSFBOT_PAGERDUTY_WEBHOOK_SECRETS_FILE to that in place of PSFBOT_PAGERDUTY_WEBHOOK_SECRETS" in one.mend
    assert str(file) in one.mend
    assert file.read_text("utf-8").split() == ["an-older-secret", SECRET]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_where_no_secret_can_be_kept_none_is_made(home, account):
    (home / "folder").mkdir()
    (home / "folder" / "secrets").write_text("old\n", "utf-8")
    where = {"PAGERDUTY_WEBHOOK_SECRETS_FILE": str(home / "folder" / "secrets")}
    env = given(home, **keys(account), **where, PUBLIC_URL="https://psfbot.example.org")
    (home / "folder" / ".secrets.new").mkdir()
    (one,) = [one for one in await examine(environ=env, fix=True) if one.what == "pagerduty webhook"]

    assert one.health is Health.WRONG
    assert "it could not be made: I cannot write" in one.seen
    assert account.subscriptions == {}


def test_the_command_exits_with_0_where_all_is_well_or_off_and_with_1_where_something_is_wrong(home):
    (home / "none").mkdir()
    off = run(home / "none", "doctor", PSFBOT_PLUGINS="pingdom")
    wrong = run(
        home / "none", "doctor", "--json", PSFBOT_PLUGINS="pingdom", PSFBOT_IRC_HOST="localhost", PSFBOT_IRC_PORT="1"
    )
    settings = run(home / "none", "doctor", PSFBOT_PORT="many")

    assert (off.returncode, off.stderr) == (0, b"")
    assert off.stdout.decode().splitlines()[-1].endswith(" off.")
    assert wrong.returncode == 1
    assert {"what": "irc server", "health": "wrong"}.items() <= next(
        one for one in json.loads(wrong.stdout) if one["what"] == "irc server"
    ).items()
    assert (settings.returncode, settings.stdout.decode().split(":")[0]) == (1, "wrong settings")


async def test_no_secret_is_told_whoever_lets_it_slip(home, account):
    account.mood = lambda *_: (403, {"error": {"message": f"{TOKEN} may not do this", "code": 2010}})
    found = await examine(environ=given(home, **keys(account)))

    assert TOKEN not in as_text(found)
    assert "(hidden) may not do this" in as_text(found).replace("\n      ", " ")


@pytest.mark.parametrize("secrets", [("short", "short-and-longer"), ("short-and-longer", "short")])
def test_a_secret_that_begins_like_another_is_hidden_whole(secrets):
    found = hidden(Finding("x", Health.WRONG, "short-and-longer is wrong", "drop short"), secrets)

    assert (found.seen, found.mend) == ("(hidden) is wrong", "drop (hidden)")


@pytest.mark.skipif(os.getuid() != 0, reason="only root may give a file away")
def test_a_file_of_secrets_stays_whose_it_was(home):
    file = home / "secrets"
    file.write_text("old\n", "utf-8")
    os.chown(file, 65534, 65534)
    write(file, ("old", "new"))

    assert (file.stat().st_uid, file.stat().st_gid) == (65534, 65534)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_database_with_a_port_that_is_none_is_told_without_its_password(home):
    told = run(home, "doctor", PSFBOT_PLUGINS="pingdom", PSFBOT_DATABASE_URL="postgresql://u:hunter2@host:bad/db")
    out = (told.stdout + told.stderr).decode()

    assert "wrong database: PSFBOT_DATABASE_URL is no database that psfbot knows" in out
    assert "hunter2" not in out


@pytest.mark.parametrize(
    ("error", "seen"),
    [
        (UserError("It is not there."), "It is not there."),
        (KeyError("secret"), "psfbot failed at it (KeyError), which is a bug: please report it"),
    ],
)
async def test_a_look_that_fails_says_so_and_harms_no_other(error, seen):
    async def look():
        raise error

    assert await bounded("x", look, fix=False) == (Finding("x", Health.WRONG, seen),)


async def test_a_look_ends_in_time(monkeypatch):
    monkeypatch.setattr("psfbot.app.doctor.SECONDS", 0.05)
    never = asyncio.Event()

    assert await bounded("x", never.wait, fix=False) == (
        Finding("x", Health.WRONG, "it did not answer within 0 seconds", LATER),
    )


async def test_everything_hangs_and_the_doctor_is_back_in_time(home, account, monkeypatch):
    monkeypatch.setattr("psfbot.app.doctor.SECONDS", 1.0)
    account.mood = lambda *_: None
    import threading  # noqa: PLC0415

    account.hang = threading.Event()
    began = asyncio.get_running_loop().time()
    found = {one.what: one for one in await examine(environ=given(home, **keys(account)))}

    assert found["pagerduty"].seen == "it did not answer within 1 seconds"
    assert asyncio.get_running_loop().time() - began < 10


@pytest.mark.parametrize("said", [[1], {"parts": ["ok"]}, {"status": "up"}, "<h1>Welcome</h1>"])
async def test_another_program_at_our_port_is_not_taken_for_psfbot(said):
    body = said if isinstance(said, str) else json.dumps(said)
    with near_world.web({"*": Answer(body=body)}) as near:
        (found,) = await bot(lambda: f"http://{near.place}", near.port)

    assert found.health is Health.WRONG
    assert found.seen == f"http://{near.place} answers, and it is not psfbot (status 200)"
