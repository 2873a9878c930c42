"""A certificate is read from the wire, valid or not; where it is not, the reason is told."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta

import near_world
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from near_world import Authority
from requiring import require

from psfbot import tls
from psfbot.http import trusted
from psfbot.plugin import Certificate, Unreachable


def has_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def look(near_ca: Authority, port: int, host: str = "docs.python.org", *, trust: bool = True, **more) -> Certificate:
    addresses = more.pop("addresses", ("127.0.0.1",))
    return asyncio.run(tls.look(host, port, addresses, trusted(str(near_ca.ca) if trust else ""), **more))


def test_a_valid_certificate_is_read(tmp_path):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("docs.python.org", "*.docs.python.org", "127.0.0.1", days=10)) as near:
        found = look(near_ca, near.port)

    left = found.ends_at - datetime.now(UTC)
    assert found.trouble == ""
    assert found.names == ("docs.python.org", "*.docs.python.org", "127.0.0.1")
    assert found.issuer == "Near Authority Near Authority key"
    assert timedelta(days=9, hours=23) < left <= timedelta(days=10)
    assert found.starts_at < found.ends_at
    assert near.names == ["docs.python.org"]


@pytest.mark.parametrize(
    ("made", "trouble"),
    [
        ({"days": -2}, "it expired on "),
        ({"days": 60, "lived": -1}, "it is valid only from "),
        ({"alone": True}, "nobody vouches for it: it is signed by itself"),
    ],
)
def test_a_certificate_that_is_not_valid_is_read_with_the_reason(tmp_path, made, trouble):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("docs.python.org", **made)) as near:
        found = look(near_ca, near.port)

    assert found.trouble.startswith(trouble)
    assert found.names == ("docs.python.org",)


def test_an_authority_that_expired_is_not_told_as_the_certificates_own_end(tmp_path):
    """The certificate itself is good for a month: whoever reads that it expired then looks in the wrong place."""
    near_ca = Authority(tmp_path)
    now = datetime.now(UTC)
    between = near_ca.signed("Between", (), now, timedelta(days=-90), timedelta(days=-2), ca=True)
    pem = Authority(tmp_path, "Between").certificate("docs.python.org", days=30)
    pem.write_bytes(pem.read_bytes() + between.public_bytes(Encoding.PEM))
    with near_world.web(pem=pem) as near:
        found = look(near_ca, near.port)

    assert found.trouble == "one of the certificates above it has expired"
    assert found.ends_at > now


@pytest.mark.parametrize(
    ("names", "trouble"),
    [
        (("wiki.python.org",), "it is for wiki.python.org"),
        (("a.test", "b.test", "c.test", "d.test", "e.test"), "it is for a.test, b.test, c.test and 2 others"),
        ((), "it is for no name at all"),
    ],
)
def test_a_certificate_for_somebody_else_says_for_whom(tmp_path, names, trouble):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate(*names)) as near:
        found = look(near_ca, near.port)

    assert found.trouble == trouble


def test_an_authority_that_nobody_trusts_is_told(tmp_path):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("docs.python.org")) as near:
        found = look(near_ca, near.port, trust=False)

    assert found.trouble == "its authority is not one that is trusted, or a certificate between the two is missing"


def test_a_certificate_may_be_for_an_address(tmp_path):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("127.0.0.1")) as near:
        found = look(near_ca, near.port, "127.0.0.1")

    assert found.trouble == ""


def test_the_next_address_is_tried(tmp_path):
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("docs.python.org")) as near:
        found = look(near_ca, near.port, addresses=("127.0.0.9", "127.0.0.1"))

    assert found.trouble == ""


def test_a_server_without_tls_shows_none(tmp_path):
    with near_world.web() as near, pytest.raises(Unreachable) as caught:
        look(Authority(tmp_path), near.port)

    assert str(caught.value) == (
        f"docs.python.org:{near.port} showed no certificate: it does not speak the TLS of today."
    )


def test_a_server_that_says_nothing_is_given_up(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable) as caught:
        look(Authority(tmp_path), silent.getsockname()[1], seconds=0.2)

    assert "showed no certificate" in str(caught.value)


def test_a_place_where_nobody_listens_shows_none(tmp_path):
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
        with pytest.raises(Unreachable) as caught:
            look(Authority(tmp_path), port)

    assert str(caught.value) == f"docs.python.org:{port} showed no certificate: the connection was refused."


def test_ipv6_is_asked_too(tmp_path):
    if not has_ipv6():
        require("IPv6 does not work here, not even on loopback")
    near_ca = Authority(tmp_path)
    with near_world.web(pem=near_ca.certificate("docs.python.org"), host="::1") as near:
        found = look(near_ca, near.port, addresses=("::1",))

    assert found.trouble == ""
