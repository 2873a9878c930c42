"""Whom the bot believes to be its server, and that a server which wants TLS gets it for good."""

import asyncio
import json
import ssl

import pytest
from certificates import Certificate, openssl
from fake_ircd import fake_ircd

from psfbot.errors import UserError
from psfbot.platforms.irc.caps import Sts
from psfbot.platforms.irc.connection import Ears, NotConnected, Reactor
from psfbot.platforms.irc.sts import Policies
from psfbot.platforms.irc.tls import Trust, pinned

DAY = 86400


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return Certificate.make(tmp_path_factory.mktemp("tls"), "server")


def reach(trust, certificate, host="localhost"):
    """Connect to a server that shows this certificate; what came of it."""

    async def attempt():
        async with fake_ircd(certificate) as fake:
            over = asyncio.Event()
            link = Reactor().server()
            ears = Ears(lambda _: None, lambda _: over.set(), check=trust.check)
            try:
                await link.open(host, fake.port, ears, trust.context())
            except OSError as error:
                return str(error)
            link.send("QUIT")
            await over.wait()
            return "believed"

    return asyncio.run(attempt())


def test_a_certificate_of_nobody_that_we_know_is_refused(certificate):
    assert "CERTIFICATE_VERIFY_FAILED" in reach(Trust(), certificate)


def test_a_file_of_certificates_is_believed_besides_the_system(certificate):
    trust = Trust(ca=certificate.pem)

    assert reach(trust, certificate) == "believed"
    assert trust.context().cert_store_stats()["x509_ca"] > 1


def test_the_right_certificate_for_another_host_is_refused(tmp_path):
    elsewhere = Certificate.make(tmp_path, "elsewhere", hosts="subjectAltName=DNS:irc.example.org")

    assert "Hostname mismatch" in reach(Trust(ca=elsewhere.pem), elsewhere)


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_a_pin_replaces_the_check_by_authorities(certificate, algorithm):
    assert reach(Trust(pins=("ab" * 32, certificate.fingerprint(algorithm))), certificate) == "believed"


def test_with_pins_no_authority_makes_another_certificate_right(certificate):
    said = reach(Trust(ca=certificate.pem, pins=("ab" * 32,)), certificate)

    assert said.startswith("the server's certificate is not one of PSFBOT_IRC_TLS_FINGERPRINTS")
    assert certificate.fingerprint("sha256") in said


def test_a_pin_may_be_written_in_capitals_and_with_colons(certificate):
    der = ssl.PEM_cert_to_DER_cert(certificate.pem.read_text("ascii").partition("-----BEGIN PRIVATE")[0])
    plain = certificate.fingerprint("sha256").upper()
    colons = ":".join(plain[place : place + 2] for place in range(0, 64, 2))

    assert pinned(der, (colons,))
    assert not pinned(der + b".", (colons,))


def test_nothing_older_than_tls_1_2_is_spoken():
    assert Trust().context().minimum_version == ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("setting", ["ca", "certificate"])
@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_a_file_of_no_use_is_named_at_the_start(tmp_path, setting, content):
    file = tmp_path / "some.pem"
    if content is not None:
        file.write_text(content, "utf-8")
    name = {"ca": "PSFBOT_IRC_TLS_CA", "certificate": "PSFBOT_IRC_CLIENT_CERT"}[setting]

    with pytest.raises(UserError, match=rf"{name} names .*some\.pem, which I cannot use: .+ It should hold"):
        Trust(**{setting: file}).context()


def test_an_encrypted_key_is_refused_and_nobody_is_asked_for_its_password(tmp_path, certificate):
    file = tmp_path / "locked.pem"
    key = openssl("pkey", "-in", str(certificate.pem), "-aes256", "-passout", "pass:x")
    file.write_bytes(certificate.pem.read_bytes().partition(b"-----BEGIN PRIVATE")[0] + key)

    with pytest.raises(UserError, match="its key is encrypted"):
        Trust(certificate=file).context()


def test_a_wrong_certificate_is_told_before_a_byte_is_sent(certificate):
    async def attempt():
        async with fake_ircd(certificate) as fake:
            trust = Trust(pins=("cd" * 64,))
            link = Reactor().server()
            with pytest.raises(NotConnected):
                await link.open(
                    "localhost", fake.port, Ears(lambda _: None, lambda _: None, check=trust.check), trust.context()
                )
            with pytest.raises(NotConnected, match="not one of"):
                link.send("NICK psfbot")
            return fake.received

    assert asyncio.run(attempt()) == []


def test_a_policy_outlives_a_restart(tmp_path):
    policies = Policies(tmp_path / "state")
    policies.learn("IRC.example.org", Sts(duration=DAY), 6697, now=1000.0)

    again = Policies(tmp_path / "state")
    again.load()

    assert again.port("irc.example.org", 1000.0 + DAY - 1) == 6697
    assert again.port("irc.example.org", 1000.0 + DAY) is None
    assert again.port("irc.example.net", 1000.0) is None


def test_a_policy_counts_from_the_end_of_the_last_secure_connection(tmp_path):
    policies = Policies(tmp_path)
    policies.learn("irc.example.org", Sts(duration=DAY), 6697, now=0.0)
    policies.renew("irc.example.org", now=DAY - 1.0)

    assert policies.port("irc.example.org", DAY + 10.0) == 6697


def test_a_duration_of_nothing_takes_the_policy_back(tmp_path):
    policies = Policies(tmp_path)
    policies.learn("irc.example.org", Sts(duration=DAY), 6697, now=0.0)
    policies.learn("irc.example.org", Sts(duration=0), 6697, now=1.0)

    assert policies.port("irc.example.org", 2.0) is None
    assert json.loads((tmp_path / "sts.json").read_text("utf-8")) == {}


def test_a_port_without_a_duration_is_no_policy(tmp_path):
    policies = Policies(tmp_path)
    policies.learn("irc.example.org", Sts(port=6697), 6697, now=0.0)

    assert policies.port("irc.example.org", 0.0) is None


@pytest.mark.parametrize("content", ["", "[]", "nonsense", '{"h": 1}', '{"h": {"port": "x", "duration": 1, "at": 1}}'])
def test_a_broken_file_of_policies_is_told_and_gone_round(tmp_path, content):
    told = []
    (tmp_path / "sts.json").write_text(content, "utf-8")
    policies = Policies(tmp_path, told.append)
    policies.load()

    assert policies.known == {}
    assert len(told) == 1
    assert "sts.json cannot be read" in told[0]


def test_a_folder_that_cannot_be_written_is_told_and_the_policy_holds(tmp_path):
    told = []
    (tmp_path / "file").write_text("", "utf-8")
    policies = Policies(tmp_path / "file", told.append)
    policies.learn("irc.example.org", Sts(duration=DAY), 6697, now=0.0)

    assert policies.port("irc.example.org", 1.0) == 6697
    assert "cannot be written" in told[0]


def test_without_a_folder_a_policy_holds_until_the_end():
    policies = Policies()
    policies.load()
    policies.learn("irc.example.org", Sts(duration=DAY), 6697, now=0.0)
    policies.renew("irc.example.net", 0.0)

    assert policies.port("irc.example.org", 1.0) == 6697
