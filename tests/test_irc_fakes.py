"""The proxy and the fake IRC server do to a client what they are told to do."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from certificates import Certificate
from fake_ircd import FakeIrcd, fake_ircd
from irc_person import Person
from proxy import Proxy, proxied

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@asynccontextmanager
async def reached() -> AsyncIterator[tuple[FakeIrcd, Proxy, Person]]:
    """A person who has come in through a proxy."""
    async with fake_ircd() as fake, proxied(fake.port) as proxy, Person(proxy.port, "alice") as alice:
        yield fake, proxy, alice


async def test_a_proxy_carries_what_is_said_both_ways():
    async with reached() as (fake, proxy, alice):
        alice.send("PING there")

        assert await alice.wait("PONG .*there")
        assert (proxy.accepted, proxy.links) == (1, 1)
        assert proxy.up.carried >= sum(map(len, fake.lines()))


async def test_latency_counts_for_each_way():
    async with reached() as (_, proxy, alice):
        clock = asyncio.get_running_loop().time
        proxy.latency, start = 0.1, clock()
        alice.send("PING slow")
        await alice.wait("PONG .*slow")

        assert 0.2 <= clock() - start < 2


async def test_a_hole_swallows_everything_until_it_is_over():
    async with reached() as (fake, proxy, alice):
        proxy.hole()
        alice.send("PING lost")
        with pytest.raises(AssertionError, match="nothing like"):
            await fake.wait("lost", within=0.1)
        assert not alice.gone

        proxy.resume()
        assert await alice.wait("PONG .*lost")


async def test_a_hole_can_be_on_the_way_back_alone():
    async with reached() as (fake, proxy, alice):
        proxy.hole(proxy.down)
        alice.send("PING oneway")

        assert await fake.wait("oneway")
        with pytest.raises(AssertionError, match="saw nothing"):
            await alice.wait("oneway", within=0.1)


async def test_new_links_are_swallowed_by_a_hole_as_well():
    async with reached() as (fake, proxy, _):
        proxy.hole()
        async with Person(proxy.port) as second:
            second.send("NICK second")
            with pytest.raises(AssertionError, match="nothing like"):
                await fake.wait("second", within=0.1)


async def test_a_reset_is_an_error_for_both_and_a_cut_is_not():
    async with fake_ircd() as fake, proxied(fake.port) as proxy:
        for fault, error in ((proxy.reset, ConnectionResetError), (proxy.cut, None)):
            reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
            writer.write(b"PING hello\r\n")
            await reader.readline()
            fault()
            if error:
                with pytest.raises(error):
                    await reader.readline()
            else:
                assert await reader.readline() == b""
            writer.close()


async def test_only_so_much_gets_through():
    async with reached() as (fake, proxy, alice):
        proxy.up.room = 7
        alice.send("PING abcdef")
        await alice.ended()

        assert fake.lines()[-1] in {"CAP END", "PING ab"}


async def test_links_can_be_refused():
    async with reached() as (fake, proxy, _):
        proxy.refuse = True
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        with pytest.raises(ConnectionResetError):
            await reader.read()
        writer.close()

        assert len(fake.visits) == 1


async def test_left_alone_the_fake_server_lets_people_in_and_echoes_them():
    async with fake_ircd() as fake, Person(fake.port, "alice", caps=["echo-message", "labeled-response"]) as alice:
        await alice.join("#room")
        alice.send("@label=7 PRIVMSG #room :hello")
        assert await alice.wait("hello") == "@label=7 :alice!alice@client.fake PRIVMSG #room :hello"

        alice.send("@label=8 NOTHING")
        assert await alice.wait("label=8") == "@label=8 :irc.fake ACK"


async def test_everything_received_is_kept_with_its_time_and_visit():
    async with fake_ircd() as fake:
        for nick in ("alice", "bob"):
            async with Person(fake.port, nick):
                pass

        assert fake.lines("NICK") == ["NICK alice", "NICK bob"]
        assert fake.lines("NICK", visit=2) == ["NICK bob"]
        assert [one.at for one in fake.received] == sorted(one.at for one in fake.received)
        assert (await fake.wait("^USER")).words == ["USER", "alice", "0", "*", "alice"]


async def test_a_list_of_capabilities_comes_in_as_many_lines_as_wanted():
    async with fake_ircd() as fake, Person(fake.port) as person:
        fake.ls = ("sasl=PLAIN,EXTERNAL batch", "server-time")
        person.send("CAP LS 302", "CAP REQ :server-time")
        await person.wait("ACK")

        assert [line.partition(" LS ")[2] for line in person.seen[:2]] == [
            "* :sasl=PLAIN,EXTERNAL batch",
            ":server-time",
        ]


async def test_answers_are_replaced_once_or_always():
    async with fake_ircd() as fake, Person(fake.port, "alice") as alice:
        fake.once("PING", ":{server} 999 {nick} :no", b"raw\xff\r\n", ["one", "two"], lambda _, one: [one.line[::-1]])
        alice.send(*["PING x"] * 4)
        await alice.synced()
        assert alice.seen[-6:-1] == [":irc.fake 999 alice :no", "raw�", "one", "two", "x GNIP"]

        fake.always("PING", None)
        alice.send("PING y", "JOIN #z")
        await alice.wait("366")
        assert not any("PONG irc.fake :y" in line for line in alice.seen)


async def test_a_password_opens_the_account_and_a_wrong_one_does_not():
    async with fake_ircd() as fake:
        fake.passwords = {"alice": "secret"}
        async with Person(fake.port, "alice", login=("alice", "secret")) as alice:
            assert any(" 900 alice alice!user@client.fake alice :" in line for line in alice.seen)
            assert fake.visit.sasl.account == "alice"

        with pytest.raises(AssertionError, match=" 904 "):
            await Person(fake.port, "alice", login=("alice", "guess")).__aenter__()


@pytest.mark.parametrize("forged", [False, True])
async def test_scram_is_proven_by_both_sides_unless_the_server_only_pretends(forged):
    async with fake_ircd() as fake:
        fake.passwords, fake.forged = {"bot": "pencil"}, forged
        async with Person(fake.port) as person:
            person.send("AUTHENTICATE SCRAM-SHA-256")
            await person.wait("AUTHENTICATE")
            first = "n=bot,r=mine"
            say(person, f"n,,{first}")
            challenge = await challenged(person)
            nonce, salt, rounds = (part[2:] for part in challenge.split(","))
            salted = hashlib.pbkdf2_hmac("sha256", b"pencil", base64.b64decode(salt), int(rounds))
            signed = f"{first},{challenge},c=biws,r={nonce}".encode()
            key = hmac.digest(salted, b"Client Key", "sha256")
            mask = hmac.digest(hashlib.sha256(key).digest(), signed, "sha256")
            say(
                person,
                f"c=biws,r={nonce},p={base64.b64encode(bytes(a ^ b for a, b in zip(key, mask, strict=True))).decode()}",
            )
            expected = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), signed, "sha256")

            assert ((await challenged(person))[2:] == base64.b64encode(expected).decode()) is not forged
            person.send("AUTHENTICATE +")
            assert await person.wait(" 903 ")


def say(person: Person, text: str) -> None:
    person.send("AUTHENTICATE " + base64.b64encode(text.encode()).decode())


async def challenged(person: Person) -> str:
    return base64.b64decode((await person.wait("^AUTHENTICATE")).split()[1]).decode()


@pytest.mark.parametrize(
    ("words", "numerics"),
    [
        (["AUTHENTICATE NONSENSE"], ["908", "904"]),
        (["AUTHENTICATE PLAIN", "AUTHENTICATE *"], ["906"]),
        (["AUTHENTICATE PLAIN", f"AUTHENTICATE {'A' * 401}"], ["905"]),
        (["AUTHENTICATE PLAIN", f"AUTHENTICATE {'A' * 400}", "AUTHENTICATE +"], ["904"]),
        (["AUTHENTICATE PLAIN", "AUTHENTICATE ?"], ["904"]),
        (["AUTHENTICATE EXTERNAL", "AUTHENTICATE +"], ["904"]),
    ],
)
async def test_a_login_fails_as_it_does_elsewhere(words, numerics):
    async with fake_ircd() as fake, Person(fake.port) as person:
        person.send(*words)
        await person.synced()

        assert [line.split()[1] for line in person.seen if line.startswith(":irc.fake 90")] == numerics


@pytest.mark.parametrize(
    ("settings", "sent", "seen"),
    [
        ({"taken": {"alice"}}, ["NICK alice"], " 433 "),
        ({"banned": "go away"}, ["NICK alice", "USER a 0 * a"], " 465 "),
        ({"no_entry": {"#x": "473"}}, ["JOIN #x"], " 473 "),
        ({"people": {"bob": "robert"}}, ["WHOIS bob"], " 330 .* bob robert "),
        ({"people": {"bob": "robert"}}, ["WHO bob %tna,42"], " 354 .* 42 bob robert"),
    ],
)
async def test_what_goes_wrong_can_be_arranged(settings, sent, seen):
    async with fake_ircd() as fake, Person(fake.port) as person:
        for name, value in settings.items():
            setattr(fake, name, value)
        person.send(*sent)

        assert await person.wait(seen)


async def test_whoever_comes_too_often_is_told_so_at_once():
    async with fake_ircd() as fake:
        fake.greeting = ("ERROR :Trying to reconnect too fast.",)
        async with Person(fake.port) as person:
            assert await person.wait("^ERROR")


async def test_a_deaf_server_reads_on():
    async with fake_ircd() as fake, Person(fake.port, "alice") as alice:
        fake.deaf = True
        alice.send("PING you")
        await fake.wait("PING you")

        with pytest.raises(AssertionError, match="saw nothing"):
            await alice.wait("PONG", within=0.1)


async def test_a_goodbye_is_answered_before_the_end():
    async with fake_ircd() as fake, Person(fake.port, "alice") as alice:
        alice.send("QUIT :done")

        assert (await alice.ended())[-1].startswith("ERROR :Closing Link")


async def test_the_fake_server_speaks_tls(tmp_path):
    certificate = Certificate.make(tmp_path, "fake")
    async with fake_ircd(certificate) as fake, Person(fake.port, "alice", tls=certificate.trusted()) as alice:
        assert await alice.synced()
