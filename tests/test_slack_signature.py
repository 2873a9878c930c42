"""Only what Slack signed with a secret of ours, and just now, is taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from psfbot.platforms.slack.signature import Proof, prove, sign

NOW, BODY, SECRET = 1_795_189_579.0, b'{"type":"event_callback"}', "shhh"
OLD, NEW = "old", "new"


def headers(at=None, secret=SECRET, body=BODY, **more):
    when = str(int(NOW)) if at is None else at
    return {"x-slack-request-timestamp": when, "x-slack-signature": sign(secret, when, body), **more}


@pytest.mark.parametrize(
    ("given_headers", "secrets", "proof"),
    [
        (headers(), [SECRET], Proof.GENUINE),
        (headers(), [NEW, SECRET], Proof.GENUINE),
        (headers(secret=NEW), [NEW, SECRET], Proof.GENUINE),
        (headers(secret=OLD), [SECRET], Proof.FORGED),
        (headers(body=b"{}"), [SECRET], Proof.FORGED),
        ({**headers(), "x-slack-signature": "v0="}, [SECRET], Proof.FORGED),
        ({**headers(), "x-slack-signature": "ä€"}, [SECRET], Proof.FORGED),
        ({**headers(), "x-slack-signature": headers()["x-slack-signature"].upper()}, [SECRET], Proof.FORGED),
        (headers(at=str(int(NOW) - 299)), [SECRET], Proof.GENUINE),
        (headers(at=str(int(NOW) - 301)), [SECRET], Proof.OLD),
        (headers(at=str(int(NOW) + 301)), [SECRET], Proof.OLD),
        (headers(at="0"), [SECRET], Proof.OLD),
        (headers(at="soon"), [SECRET], Proof.UNREADABLE),
        (headers(at="1795189579.5"), [SECRET], Proof.UNREADABLE),
        (headers(at="-1"), [SECRET], Proof.UNREADABLE),
        (headers(at="٣"), [SECRET], Proof.UNREADABLE),
        (headers(at="9" * 5000), [SECRET], Proof.UNREADABLE),
        ({"x-slack-signature": "v0=1"}, [SECRET], Proof.MISSING),
        ({"x-slack-request-timestamp": "1"}, [SECRET], Proof.MISSING),
        ({}, [SECRET], Proof.MISSING),
        (headers(), [], Proof.UNREADY),
        (headers(secret=""), [""], Proof.UNREADY),
    ],
)
def test_each_request_is_weighed(given_headers, secrets, proof):
    assert prove(given_headers, BODY, NOW, secrets) is proof


@given(st.text(alphabet="abc", min_size=1), st.integers(0, 10**10).map(str), st.text(max_size=50))
def test_it_is_signed_as_slack_s_own_library_does(secret, at, body):
    assert sign(secret, at, body.encode("utf-8", "replace")) == SignatureVerifier(secret).generate_signature(
        timestamp=at, body=body.encode("utf-8", "replace")
    )


@given(st.text(), st.text(), st.binary(max_size=50))
def test_nothing_that_was_not_signed_is_taken(at, signature, body):
    found = prove({"x-slack-request-timestamp": at, "x-slack-signature": signature}, body, NOW, [SECRET])

    assert found is not Proof.GENUINE
