"""An alert is one line on IRC: of what waits for somebody it says who is on call, and what to type."""

import pytest

from psfbot.platforms.irc.platform import said
from psfbot.relay.notice import Notice, Room


def notice(
    kind="opened", text="DOWN #12 docs.python.org: HTTP is down", lines=("On call: Ned until 18:00 UTC.",), number=12
):
    room = Room(platform="irc", name="#python-infra")
    return Notice(incident=number, version=1, room=room, kind=kind, text=text, lines=lines)


@pytest.mark.parametrize("kind", ["opened", "reopened", "worse", "released", "reminded", "grouped"])
def test_what_waits_for_somebody_says_who_is_on_call_and_what_to_type(kind):
    assert said(notice(kind)) == "DOWN #12 docs.python.org: HTTP is down · on call: Ned until 18:00 UTC · !ack 12"


@pytest.mark.parametrize("kind", ["acknowledged", "resolved", "flapping", "note", "settled"])
def test_what_somebody_has_or_what_is_over_asks_for_nothing(kind):
    assert said(notice(kind)) == "DOWN #12 docs.python.org: HTTP is down"


def test_where_no_rota_is_known_none_is_told():
    lines = ("On call: no rota is known; PSF Infrastructure Team stands behind it.", "Runbook: https://x.example")

    assert said(notice(lines=lines)) == "DOWN #12 docs.python.org: HTTP is down · !ack 12"


def test_what_to_type_is_told_once():
    text = "DOWN #12 db-7.example · not in the catalog · ack 12"

    assert said(notice(text=text, lines=())) == text


def test_what_is_about_no_incident_stays_as_it_is():
    assert said(notice(number=0, lines=())) == "DOWN #12 docs.python.org: HTTP is down"
