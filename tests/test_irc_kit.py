"""The IRC servers, the proxy and the people that other tests stand on do what they promise."""

import base64
import os
import signal
import ssl
import subprocess
import sys

import pytest
from certificates import Certificate
from irc_person import Person
from ircd import Account, Ircd, Options, inspircd, ngircd
from ircd_process import CLEAN_UP

pytest_plugins = "ircd"
pytestmark = pytest.mark.anyio
WHOLE = ["message-tags", "account-tag", "echo-message", "labeled-response", "batch", "server-time", "extended-join"]


@pytest.fixture
def anyio_backend():
    return "asyncio"


def known(ircd: Ircd, password: str = "a-secret") -> Person:  # noqa: S107 - of nobody
    """Alice, whom the services know, with all that a server can tell her."""
    return Person(ircd.port, ircd.nick("alice"), caps=WHOLE, login=("alice", password))


async def listed(port: int, tls: ssl.SSLContext | None = None) -> str:
    """What the server offers."""
    async with Person(port, tls=tls) as person:
        person.send("CAP LS 302")
        return await person.wait(" LS ")


async def test_people_hear_each_other_and_see_who_is_logged_in(ircd):
    room = ircd.channel()
    async with known(ircd) as alice, Person(ircd.port, ircd.nick()) as guest:
        await alice.join(room)
        await guest.join(room)
        guest.say(room, "hello there")
        assert await alice.heard("hello", by=guest.nick) == "hello there"

        alice.say(room, "hello yourself")
        assert await guest.heard("hello", by=alice.nick) == "hello yourself"
        assert "account=alice" in await alice.wait(f":{alice.nick}!.*hello yourself")


async def test_a_label_comes_back_with_the_echo(ircd):
    async with known(ircd) as alice:
        await alice.join(room := ircd.channel())
        alice.send(f"@label=L1 PRIVMSG {room} :proof")

        assert "label=L1" in await alice.wait("proof")


async def test_a_wrong_password_is_refused(ircd):
    with pytest.raises(AssertionError, match="904"):
        await known(ircd, "wrong").__aenter__()


@pytest.mark.parametrize("mechanism", ["EXTERNAL", "ECDSA-NIST256P-CHALLENGE"])
async def test_keys_open_the_account_as_well(ircd, mechanism):
    client = Certificate(ircd.folder / "psfbot.pem")
    async with Person(ircd.tls_port, tls=ircd.certificate.trusted(client)) as person:
        person.send("CAP REQ :sasl", f"NICK {ircd.nick('bot')}", "USER bot 0 * :bot", f"AUTHENTICATE {mechanism}")
        await person.wait("^AUTHENTICATE")
        person.send(f"AUTHENTICATE {'+' if mechanism == 'EXTERNAL' else base64.b64encode(b'psfbot').decode()}")
        if mechanism != "EXTERNAL":
            challenge = base64.b64decode((await person.wait("^AUTHENTICATE")).split()[-1].lstrip(":"))
            command = ["openssl", "pkeyutl", "-sign", "-inkey", str(ircd.folder / "psfbot.ecdsa")]
            signed = subprocess.run(command, input=challenge, capture_output=True, check=True)  # noqa: S603, ASYNC221
            person.send("AUTHENTICATE " + base64.b64encode(signed.stdout).decode())

        assert " psfbot :You are now logged in" in await person.wait(" 900 ")


async def test_whoever_trusts_nothing_gets_no_tls(ircd):
    with pytest.raises(ssl.SSLCertVerificationError):
        await Person(ircd.tls_port, tls=ssl.create_default_context()).dial()


async def test_after_a_restart_everything_is_where_it_was():
    with inspircd(Options(accounts=(Account("alice", "a-secret"),))) as server:
        async with known(server) as before:
            server.restart(signal.SIGKILL)
            await before.ended()
        async with known(server) as after:
            assert after.seen


async def test_services_come_and_go():
    with inspircd() as server:
        server.stop_services()
        assert "sasl" not in await listed(server.port)

        server.start_services()
        assert "sasl=" in await listed(server.port)


async def test_a_frozen_server_answers_when_it_thaws():
    with inspircd() as server:
        async with Person(server.port, "alice") as alice:
            server.freeze()
            alice.send("PING now")
            with pytest.raises(AssertionError, match="saw nothing"):
                await alice.wait("PONG", within=0.1)
            server.thaw()

            assert await alice.wait("PONG .*now")


async def test_whoever_sends_too_much_is_killed_where_that_is_wanted():
    with inspircd(Options(threshold=10, rate=1)) as server:
        async with Person(server.port, "alice") as alice:
            alice.send(*["PING x"] * 30)

            assert "Excess Flood" in (await alice.ended())[-1]


async def test_a_policy_of_strict_transport_is_told_where_that_is_wanted():
    with inspircd(Options(sts=300)) as server:
        assert f"sts=port={server.tls_port}" in await listed(server.port)
        assert "sts=duration=300" in await listed(server.tls_port, server.certificate.trusted())


async def test_what_is_left_out_is_not_offered():
    with inspircd(Options(without=frozenset({"ircv3_labeledresponse"}), services=False)) as server:
        offered = await listed(server.port)

    assert "labeled-response" not in offered
    assert "echo-message" in offered


def test_a_server_that_does_not_start_says_why():
    with pytest.raises(AssertionError, match="nonsense"), inspircd(Options(more="<nonsense")):
        pass


async def test_nothing_is_left_of_a_server():
    with inspircd(Options(accounts=(Account("a", "b", keys=True),))) as server:
        pids = [process.running.pid for process in (server.server, server.services)]
        owner = server.folder.stat().st_uid

    assert owner != 0
    assert not server.folder.exists()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_server_ends_with_the_tests_however_they_end(tmp_path):
    folder = tmp_path / "of-the-server"
    folder.mkdir()
    with subprocess.Popen(["sleep", "60"]) as server:  # noqa: S607
        watch = [sys.executable, "-I", "-S", "-c", CLEAN_UP, str(folder), str(server.pid)]
        subprocess.run(watch, input=b"", check=True)  # noqa: S603 - ours

        assert server.wait(10) == -signal.SIGKILL
    assert not folder.exists()


async def test_ngircd_holds_nobody_back():
    with ngircd() as port:
        async with Person(port, "alice") as alice, Person(port, "bob") as bob:
            await bob.join("#bench")
            await alice.join("#bench")
            for number in range(500):
                alice.say("#bench", f"line {number}")

            assert await bob.heard("line 499", within=5)
