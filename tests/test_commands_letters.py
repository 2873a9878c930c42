"""What could not be delivered to a room that is not public is told where nobody else reads."""

import pytest
from stage import GUEST, fired, sample, stage

ROOMS = {
    "python-infra": {"irc": "#python-infra", "public": True, "alerts": "none"},
    "staff": {"irc": "#psf-staff", "public": False, "alerts": "all"},
}


@pytest.fixture
def busy(tmp_path):
    with stage(tmp_path, sample(rooms=ROOMS)) as bot:
        bot.ears["irc"].refuses = "no such channel"
        bot.takes(fired(key="1", about="db-7.example"))
        yield bot


def test_a_letter_to_a_room_that_is_not_public_is_counted_in_public_and_not_shown(busy):
    reply = busy.ask("dead", GUEST, public=True)

    assert reply.lines == (
        "1 dead letter; `retry N` sends one again.",
        "1 (for a room that is not public: ask there, or in private)",
    )
    assert reply.answer.data == {"dead": []}


def test_in_private_it_is_shown(busy):
    (_, listed) = busy.ask("dead", GUEST).lines

    assert listed.startswith("1 to irc #psf-staff (DOWN #1 db-7.example")
