"""The whole bot on a real network: InspIRCd with Atheme's services, over TLS, as an operator would set it up."""

import asyncio
import re

import pytest
from irc_person import Person
from processes import Running, run
from stage import SAMPLE

pytest_plugins = "ircd"

PEOPLE = {"name: Jacob Coffee\n": "irc: alice\n", "name: Dustin Ingram\n": "irc: Bob\n"}
"""Whose accounts two people of the sample catalog are: an admin, and one with no more rights than anybody."""
PASSWORD = "correct-horse"  # noqa: S105 - of the shared server's psfbot
HOOK = {"PSFBOT_PINGDOM_HOOK_SECRET": "sesame-open-wide"}


@pytest.fixture
def home(tmp_path):
    """A folder with a catalog that knows two accounts."""
    text = SAMPLE.read_text("utf-8")
    for name, account in PEOPLE.items():
        assert text.count(name) == 1
        text = text.replace(name, f"{name}    {account}")
    (tmp_path / "catalog.yaml").write_text(text, "utf-8")
    return tmp_path


def settings(ircd, home, **more):
    """What the operator sets; `more` is how to log in."""
    given = {
        "CATALOG": home / "catalog.yaml", "DATABASE_URL": f"sqlite:///{home / 'bot.sqlite3'}", "PORT": 0,
        "IRC_HOST": "localhost", "IRC_PORT": ircd.tls_port, "IRC_TLS_CA": ircd.certificate.pem,
        "IRC_CHANNELS": "#python-infra", "IRC_ACCOUNT": "psfbot", "IRC_INTERVAL": 0.01, "IRC_STATE_DIR": home / "irc",
    }  # fmt: skip
    return {f"PSFBOT_{name}": str(value) for name, value in (given | more).items()} | HOOK


@pytest.fixture
def bot(ircd, home):
    """A bot that has logged in by its password and is where it should be."""
    with Running.start(home, "run", **settings(ircd, home, IRC_PASSWORD=PASSWORD)) as running:
        running.listening()
        running.wait_for("/readyz", '"irc":"ok"')
        yield running
        assert running.stop()[0] == 0


@pytest.mark.parametrize("way", ["IRC_PASSWORD", "IRC_CLIENT_CERT", "IRC_ECDSA_KEY"])
def test_it_logs_in_by_password_certificate_or_key_and_leaves_politely(ircd, home, way):
    secret = {
        "IRC_PASSWORD": PASSWORD,
        "IRC_CLIENT_CERT": ircd.folder / "psfbot.pem",
        "IRC_ECDSA_KEY": ircd.folder / "psfbot.ecdsa",
    }[way]

    async def story():
        async with Person(ircd.port, ircd.nick()) as guest:
            await guest.join("#python-infra")
            with Running.start(home, "run", **settings(ircd, home, **{way: secret})) as running:
                await guest.wait(r"^:psfbot!\S+ JOIN :?#python-infra")
                guest.send("WHOIS psfbot")
                assert " psfbot psfbot :" in await guest.wait(r" 330 \S+ psfbot psfbot ")
                assert "service catalog of the PSF" in (await guest.synced() and " ".join(guest.seen))
                assert running.stop()[0] == 0
                await guest.wait(r"^:psfbot!\S+ QUIT .*stopped by its operator")

    asyncio.run(story())


def test_questions_are_answered_as_they_are_on_the_command_line(ircd, bot, home):
    said = run(home, "ask", "who owns docs.python.org?", PSFBOT_CATALOG=str(home / "catalog.yaml")).stdout.decode()
    fact = said.splitlines()[0]

    async def story():
        async with Person(ircd.port, ircd.nick()) as ned:
            await ned.join("#python-infra")
            for question in (
                "psfbot: who owns docs.python.org?",
                "psfbot, who owns docs.python.org",
                "!owner docs.python.org",
            ):
                ned.say("#python-infra", question)
                assert await ned.heard(fact, by="psfbot") == f"{ned.nick}: {fact}"
            ned.say("psfbot", "who owns docs.python.org?")
            await ned.wait(rf"^:psfbot!\S+ PRIVMSG {ned.nick} :{re.escape(fact)}")

    asyncio.run(story())


def test_what_is_not_for_the_bot_is_left_alone(ircd, bot):
    async def story():
        async with Person(ircd.port, ircd.nick()) as ned:
            await ned.join("#python-infra")
            ned.say("#python-infra", "who owns docs.python.org?")
            ned.say("#python-infra", "ask psfbot: it knows who owns docs.python.org")
            ned.say("#python-infra", "!seen alice")
            ned.send("NOTICE #python-infra :psfbot: who owns docs.python.org?")
            ned.send("NOTICE psfbot :who owns docs.python.org?")
            ned.say("#python-infra", "psfbot: who owns pypi?")
            first = await ned.wait(r"^:psfbot!")
            assert f" PRIVMSG #python-infra :{ned.nick}: PyPI" in first or "pypi" in first.lower()

    asyncio.run(story())


def test_an_alert_is_told_and_only_who_may_acknowledges_it(ircd, bot, home):
    async def story():
        alice = await (await Person(ircd.port, "alice").dial()).register(login=("alice", "a-secret"))
        bob = await (await Person(ircd.port, "bob").dial()).register(login=("bob", "b-secret"))
        guest = await (await Person(ircd.port, "coffee").dial()).register()
        try:
            for person in (alice, bob, guest):
                await person.join("#python-infra")
            done = await asyncio.to_thread(run, home, "try", "pingdom", "http_down", "--url", bot.url, **HOOK)
            assert done.returncode == 0
            alert = await alice.heard("#1", by="psfbot")
            assert "docs.python.org" in alert

            guest.say("#python-infra", "!ack 1")
            assert "needs" in await guest.heard("coffee:", by="psfbot")
            bob.say("#python-infra", "!ack 1")
            refused = await bob.heard("bob:", by="psfbot")
            alice.say("#python-infra", "!ack 1")
            taken = await alice.heard("alice:", by="psfbot")
        finally:
            for person in (alice, bob, guest):
                await person.close()
        return refused, taken

    refused, taken = asyncio.run(story())

    assert "Dustin Ingram" in refused
    assert "needs" in refused
    assert "needs" not in taken
    bot.wait_for("/api/v1/incidents?state=all", '"acknowledged"')


def test_a_title_that_holds_a_command_gives_none(ircd, bot, home):
    async def story():
        async with Person(ircd.port, ircd.nick()) as ned, Person(ircd.port, ircd.nick()) as target:
            await target.join("#python-infra")
            ned.send("PRIVMSG psfbot :what is \rPRIVMSG #python-infra :gotcha")
            await ned.heard("gotcha", by="psfbot")
            assert not [line for line in await target.synced() if "gotcha" in line]

    asyncio.run(story())


def test_numbers_are_there_for_a_graph(bot):
    page = bot.get("/metrics")[1]

    assert "psfbot_irc_connected 1.0" in page
    assert "psfbot_irc_queue_depth 0.0" in page
    assert re.search(r"psfbot_irc_reconnects_total 0\.0", page)
