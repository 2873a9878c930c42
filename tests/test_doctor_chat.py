"""The chat platforms' parts of `psfbot doctor`: what may be wrong with IRC and Slack, each in its own words."""

import re
import socket
from pathlib import Path

import pytest
import yaml
from certificates import Certificate
from fake_ircd import fake_ircd
from slack_kit.front import BAD_APP_TOKEN, Fault, Front
from slack_kit.workspace import Workspace

from psfbot.platforms.irc import doctor as irc
from psfbot.platforms.slack import doctor as slack
from psfbot.plugin import Health
from psfbot.settings import Settings

pytestmark = pytest.mark.anyio
MANIFEST = Path(__file__).parents[1] / "docs" / "slack-manifest.yaml"
PASSWORD = "correct-horse"  # noqa: S105 - of an IRC server that lives for a second


@pytest.fixture
def certificate(tmp_path):
    return Certificate.make(tmp_path, "ircd")


def given(**more):
    return Settings.read({f"PSFBOT_{name}": str(value) for name, value in more.items()})[0]


async def visited(fake, certificate, **more):
    """What the doctor says of an IRC server; the parts that are not ok need a remedy."""
    values = {"IRC_HOST": "localhost", "IRC_PORT": fake.port, "IRC_TLS_CA": certificate.pem, **more}
    found = await irc.look(given(**{name: value for name, value in values.items() if value != ""}))
    assert not any(PASSWORD in one.seen + one.mend for one in found)
    assert all(one.mend for one in found if one.health is Health.WRONG)
    return [(one.what, one.health.value, re.sub(r":\d+", "", one.seen)) for one in found]


ACCOUNT = {"IRC_ACCOUNT": "psfbot", "IRC_PASSWORD": PASSWORD}
ANSWERS = ("irc server", "ok", "localhost answers, TLS, and its certificate is trusted")


async def test_a_login_is_tried_and_nobody_sees_it(certificate):
    async with fake_ircd(certificate) as fake:
        fake.passwords = {"psfbot": PASSWORD}

        assert await visited(fake, certificate, **ACCOUNT) == [
            ANSWERS,
            ("irc login", "ok", "the account psfbot by PLAIN"),
        ]
        await fake.wait("^QUIT")
    assert [line for line in fake.lines() if line.startswith(("CAP END", "JOIN", "PRIVMSG"))] == []


async def test_a_wrong_password_is_told(certificate):
    async with fake_ircd(certificate) as fake:
        fake.passwords = {"psfbot": "another"}
        server, login = await visited(fake, certificate, **ACCOUNT)

    assert server == ANSWERS
    assert login[:2] == ("irc login", "wrong")
    assert login[2].startswith("login to the account psfbot failed: PLAIN")


async def test_without_an_account_there_is_nothing_to_try(certificate):
    async with fake_ircd(certificate) as fake:
        assert await visited(fake, certificate) == [ANSWERS, ("irc login", "off", "no account is set")]


@pytest.mark.parametrize("pin", ["right", "wrong"])
async def test_a_pinned_certificate_is_compared(certificate, pin):
    print_ = certificate.fingerprint("sha256")
    async with fake_ircd(certificate) as fake:
        pins = print_ if pin == "right" else "ab" * 32
        (what, health, seen), *_ = await visited(fake, certificate, IRC_TLS_CA="", IRC_TLS_FINGERPRINTS=pins)

    assert (what, health) == ("irc server", "ok" if pin == "right" else "wrong")
    assert (f"its SHA-256 fingerprint is {print_}" in seen) is (pin == "wrong")


async def test_a_certificate_that_nobody_vouches_for_is_told(certificate):
    async with fake_ircd(certificate) as fake:
        (found,) = await visited(fake, certificate, IRC_TLS_CA="")

    assert found == (
        "irc server",
        "wrong",
        "localhost: its certificate is not valid (nobody vouches for it: it is signed by itself)",
    )


async def test_a_server_that_is_not_there_or_says_nothing_is_told(certificate, monkeypatch):
    monkeypatch.setattr(irc, "SECONDS", 0.2)
    async with fake_ircd(certificate) as fake:
        fake.deaf = True
        silent = await visited(fake, certificate)
    gone = await visited(fake, certificate)

    assert silent == [("irc server", "wrong", "localhost: it said nothing that makes sense within 0 seconds")]
    assert gone[0][:2] == ("irc server", "wrong")


async def test_a_server_that_never_shakes_hands_is_left_in_time(certificate, monkeypatch):
    monkeypatch.setattr(irc, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:  # which takes nobody in
        port = server.getsockname()[1]
        found = await irc.look(given(IRC_HOST="127.0.0.1", IRC_PORT=port, IRC_TLS_CA=certificate.pem))

    assert [(one.what, one.seen) for one in found] == [
        ("irc server", f"127.0.0.1:{port}: it said nothing that makes sense within 0 seconds")
    ]


async def test_a_slack_that_says_nothing_is_left_in_time(monkeypatch):
    monkeypatch.setattr(slack, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/api/"
        values = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test", "SLACK_API_URL": url}
        (found,) = await slack.look(given(**values))

    assert (found.what, found.health, found.seen) == ("slack", Health.WRONG, "it did not answer within 0 seconds")
    assert found.mend


async def test_a_slack_that_is_not_there_is_told_in_words():
    values = {
        "SLACK_BOT_TOKEN": "xoxb-test",
        "SLACK_APP_TOKEN": "xapp-test",
        "SLACK_API_URL": "http://127.0.0.1:9/api/",
    }
    found = await slack.look(given(**values))

    assert [one.seen for one in found] == [
        "Slack cannot be reached: the connection was refused",
        "Slack cannot be reached, or its answer did not come",
    ]


async def test_a_server_that_hangs_up_is_told(certificate):
    async with fake_ircd(certificate) as fake:
        fake.always("CAP", "ERROR :Closing Link: (Too many connections)")
        found = await visited(fake, certificate)

    assert found[0][:2] == ("irc server", "wrong")
    assert "Too many connections" in found[0][2]


async def test_settings_that_could_never_work_are_told():
    (found,) = await irc.look(given(IRC_HOST="localhost", IRC_ACCOUNT="psfbot"))
    (off,) = await irc.look(given())

    assert (found.health, "nothing to log in to it with" in found.seen) == (Health.WRONG, True)
    assert off.health is Health.OFF


@pytest.fixture
async def front():
    front = Front(Workspace())
    await front.start()
    yield front
    await front.stop()


async def looked(front, **more):
    values = {"SLACK_BOT_TOKEN": "xoxb-test", "SLACK_APP_TOKEN": "xapp-test", "SLACK_API_URL": front.url, **more}
    found = await slack.look(given(**values))
    assert all(one.mend for one in found if one.health is Health.WRONG)
    return {one.what: (one.health.value, one.seen) for one in found}


async def test_slack_is_asked_who_we_are_and_whether_socket_mode_would_open(front):
    assert await looked(front) == {
        "slack token": ("ok", "Slack knows us as U0BOT in PSF"),
        "slack app token": ("ok", "Socket Mode would open"),
    }
    assert [call.method for call in front.calls if call.method.startswith(("chat.", "views."))] == []


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Fault(error="token_revoked"), "the bot token was revoked (token_revoked)"),
        (Fault(error="invalid_auth"), "Slack does not accept the bot token (invalid_auth)"),
        (Fault(status=500), "Slack answered 500"),
        (Fault(), "Slack cannot be reached: the connection was cut"),
    ],
)
async def test_a_bot_token_that_slack_does_not_take_is_told(front, fault, seen):
    front.plan("auth.test", fault)
    found = await looked(front)

    assert found["slack token"][0] == "wrong"
    assert found["slack app token"][0] == "ok", "one part harms no other"
    assert found["slack token"][1].startswith(seen.split(":")[0])


async def test_an_app_token_that_slack_does_not_take_is_told(front):
    found = await looked(front, SLACK_APP_TOKEN=BAD_APP_TOKEN)

    assert found["slack app token"] == ("wrong", "Slack does not accept the app token (invalid_auth)")


async def test_over_http_there_is_no_app_token_to_try(front):
    values = {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": "x" * 32}

    assert (await looked(front, **values))["slack hearing"] == ("ok", "over HTTP, at /slack/events; Socket Mode is off")


@pytest.mark.parametrize(
    ("token", "seen"), [("xoxp-user", "another kind of token"), ("xoxb-test", "no way to hear anybody")]
)
async def test_tokens_that_could_never_work_are_told(token, seen):
    (found,) = await slack.look(given(SLACK_BOT_TOKEN=token))

    assert found.health is Health.WRONG
    assert seen in found.seen


@pytest.mark.parametrize(
    ("said", "lacks"),
    [(",".join(slack.SCOPES), set()), ("", set()), ("chat:write, commands", slack.SCOPES - {"chat:write", "commands"})],
    ids=["all of them", "not told", "two of them"],
)
async def test_scopes_are_compared_where_slack_tells_them(said, lacks):
    assert slack.SCOPES - slack.granted({"X-OAuth-Scopes": said}) == lacks
    assert slack.granted({}) == slack.SCOPES


async def test_the_scopes_are_those_of_the_manifest():
    manifest = yaml.safe_load(MANIFEST.read_text("utf-8"))

    assert set(manifest["oauth_config"]["scopes"]["bot"]) == slack.SCOPES
