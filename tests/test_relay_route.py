"""The rooms that hear of an incident, platform by platform, each with the reason why or why not."""

import pytest
from stage import sample

from psfbot.relay.alert import Severity
from psfbot.relay.notice import Room
from psfbot.relay.route import route

ROOMS = {
    "python-infra": {"irc": "#python-infra", "slack": None, "public": True, "alerts": "all"},
    "own": {"irc": "#docs", "public": True},
    "own-slack": {"slack": "C1", "public": False},
    "team": {"irc": "#team", "slack": "C2", "public": False},
    "shy": {"irc": "#shy", "public": False, "alerts": "none"},
    "calm": {"irc": "#calm", "public": False, "min_severity": "error"},
    "ops": {"slack": "C9", "public": True, "alerts": "all"},
}
TEAM = {"teams": {"docs": {"rooms": ("team",)}}}
BOTH = {"irc": "#first", "slack": "C0"}


def routes(platforms=BOTH, severity=Severity.ERROR, service="docs.python.org", told=(), teams=(), **changes):
    """Where an alert about docs.python.org goes: `{lane: reason}`, and what does not hear of it."""
    book = sample(rooms=ROOMS, services={"docs.python.org": changes}, teams={"docs": {"rooms": teams}})
    found = route(book.catalog.services.get(service), severity, book.catalog, platforms, told)
    assert len({routed.room for routed in found}) == len(found)
    return [(routed.room.lane, routed.reason) for routed in found if routed.hears]


OWN, TEAMS, ALL = "a room of docs.python.org", "a room of its owners", "a room for all alerts"
FIRST = "the first channel of this platform"


@pytest.mark.parametrize(
    ("given", "lanes"),
    [
        ({"rooms": ("own", "own-slack"), "teams": ("team",)}, [("irc #docs", OWN), ("slack C1", OWN)]),
        ({"rooms": ("own",), "teams": ("team",)}, [("irc #docs", OWN), ("slack C2", TEAMS)]),
        ({"teams": ("team",)}, [("irc #team", TEAMS), ("slack C2", TEAMS)]),
        ({"rooms": ("own",)}, [("irc #docs", OWN), ("slack C9", ALL)]),
        ({}, [("irc #python-infra", ALL), ("slack C9", ALL)]),
        ({"rooms": ("shy",)}, [("irc #python-infra", ALL), ("slack C9", ALL)]),
        ({"rooms": ("shy", "own")}, [("irc #docs", OWN), ("slack C9", ALL)]),
        ({"rooms": ("own", "own", "gone")}, [("irc #docs", OWN), ("slack C9", ALL)]),
        ({"service": "unmapped"}, [("irc #python-infra", ALL), ("slack C9", ALL)]),
        ({"platforms": {"irc": "#first"}}, [("irc #python-infra", ALL)]),
        ({"platforms": {"console": "here"}}, [("console here", FIRST)]),
        ({"platforms": {"console": ""}}, []),
        ({"platforms": {}}, []),
    ],
)
def test_the_nearest_rooms_on_each_platform_hear_of_it(given, lanes):
    assert routes(**given) == lanes


@pytest.mark.parametrize(
    ("severity", "lanes"),
    [(Severity.WARNING, []), (Severity.ERROR, ["irc #calm"]), (Severity.CRITICAL, ["irc #calm"])],
)
def test_a_room_that_wants_only_the_worst_is_spared_the_rest(severity, lanes):
    assert [lane for lane, _ in routes({"irc": "#first"}, severity, rooms=("calm",))] == lanes


def test_why_a_room_is_spared_is_said():
    book = sample(rooms=ROOMS, services={"docs.python.org": {"rooms": ("calm",)}})
    service = book.catalog.services["docs.python.org"]
    (spared,) = route(service, Severity.INFO, book.catalog, {"irc": "#first"})

    assert not spared.hears
    assert spared.reason == "a room of docs.python.org, but it wants error or worse, and this is info"


def test_one_channel_under_two_names_hears_if_either_wants_to():
    rooms = {
        "python-infra": {"min_severity": "critical"},
        "twin": {"irc": "#python-infra", "public": False, "alerts": "all"},
    }
    book = sample(rooms=rooms)
    (one,) = route(None, Severity.ERROR, book.catalog, {"irc": ""})

    assert (one.room.name, one.hears, one.reason) == ("#python-infra", True, ALL)
    assert one.public, "what is public under one name is public"


@pytest.mark.parametrize(
    ("told", "heard"),
    [
        ("irc #calm", ["irc #calm"]),
        ("irc #elsewhere", ["irc #elsewhere"]),
        ("slack C7", []),
    ],
)
def test_who_was_told_before_hears_how_it_goes_on(told, heard):
    platform, _, name = told.partition(" ")
    found = routes({"irc": "#first"}, Severity.INFO, rooms=("calm",), told=[Room(platform=platform, name=name)])

    assert found == [(lane, "it was told of this before") for lane in heard]


def test_who_was_told_before_and_hears_anyway_is_told_once():
    told = [Room(platform="irc", name="#docs")]

    assert routes({"irc": "#first"}, rooms=("own",), told=told) == [("irc #docs", OWN)]


@pytest.mark.parametrize(
    ("default", "public"), [("#PYTHON-infra", True), ("#docs", True), ("#team", False), ("#unknown", False)]
)
def test_a_room_is_public_if_the_catalog_marks_it_so_however_it_was_found(default, public):
    book = sample(rooms=ROOMS | {"python-infra": {"alerts": "owned"}})
    (found,) = route(None, Severity.ERROR, book.catalog, {"irc": default})

    assert (found.reason, found.public) == (FIRST, public)
