"""What one platform will never take is told on the others, once, and no further."""

import pytest
from courier import GONE, OPS
from stores import NOON, notice

from psfbot.flows.deliver import Courier
from psfbot.flows.elsewhere import KIND, Elsewhere, about
from psfbot.relay.notice import Delivery, Ending, Parcel
from psfbot.store.ledger import SqlStore

pytest_plugins = ("stores", "courier")
pytestmark = pytest.mark.anyio
DEAD = Ending(state=Delivery.DEAD, error="the channel is archived (is_archived) (the other side will never take it)")


def parcel(room="slack C1", **more):
    state = Delivery.SENDING
    return Parcel(id=7, notice=notice(room=room, **more), state=state, attempts=1, created_at=NOON, not_before=NOON)


@pytest.mark.parametrize(
    ("rooms", "told"),
    [
        ({"slack": "C1", "irc": "#ops"}, ["irc #ops"]),
        ({"slack": "C1"}, []),
        ({"slack": "C1", "irc": ""}, []),
        ({"irc": "#ops", "console": "here"}, ["irc #ops", "console here"]),
    ],
)
def test_the_other_platforms_are_told(rooms, told):
    assert [one.room.lane for one in about(parcel(), DEAD, rooms)] == told


def test_it_says_what_was_not_told_where_and_what_to_do():
    (said,) = about(parcel(text="DOWN #1 docs.python.org"), DEAD, {"irc": "#ops"})

    assert said.text == (
        "NOT DELIVERED to slack C1: DOWN #1 docs.python.org (because the channel is archived (is_archived) "
        "(the other side will never take it); `retry 7` sends it again, `dead` lists all)"
    )


def test_what_tells_of_a_dead_letter_is_told_no_further_when_it_is_dead_itself():
    assert about(parcel("irc #ops", kind=KIND), DEAD, {"slack": "C1"}) == ()


def test_it_fits_an_irc_line():
    (said,) = about(parcel(text="x" * 4000), DEAD.model_copy(update={"error": "y" * 4000}), {"irc": "#ops"})

    assert len(said.text) < 450


async def test_a_dead_letter_is_told_elsewhere_before_it_is_one(office):
    elsewhere = Elsewhere(SqlStore(office.db), {"irc": "#ops", "console": "here"})
    office.courier = Courier(
        office.outbox,
        {"irc": office.chat},
        lambda: office.now,
        gave_up=lambda parcel, ending: elsewhere.tell(parcel, ending, office.now),
    )
    office.chat.plan(OPS, GONE)
    await office.post(notice())
    await office.work()

    assert await office.outbox.lanes(office.now) == ["console here"]
    assert await office.states() == {"dead": 1, "pending": 1}
