"""How loud a provider is here: what it has elsewhere is told nobody, and what only looks like a place is none."""

import pytest
from stage import fired
from watch import REAL

from psfbot.relay.alert import Severity
from psfbot.relay.supplier import loudness

OURS = REAL.catalog.providers["digitalocean"]


def loud(said, detail=""):
    return loudness(fired(summary=said, detail=detail, severity=Severity.CRITICAL), OURS, REAL)


@pytest.mark.parametrize(
    "said",
    [
        "Networking issues in NYC3", "Networking issues, New York (NYC)", "Networking issues in NYC3 and SGP1",
        "Networking issues", "Resolution fails (DNS)", "Errors of the control panel (API)", "Spaces (CDN) and TLS1",
        "Errors since 12:00 (UTC)", "Errors since Nov20", "Handshakes of SSL3 fail",
    ],
)  # fmt: skip
def test_what_may_be_here_is_loud(said):
    assert loud(said) is Severity.ERROR
    assert loud("Trouble", said) is Severity.ERROR


@pytest.mark.parametrize("said", ["Networking issues in SGP1", "Delays, London (LCY)", "Delays in SGP1 (API)"])
def test_what_is_elsewhere_is_told_nobody(said):
    assert loud(said) is Severity.INFO
