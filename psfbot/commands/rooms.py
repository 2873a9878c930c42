"""The rooms where people talk, and which alerts are told in them."""

from psfbot.catalog.model import Room
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.text import count

topic = Topic("rooms", "Where people talk, and which alerts are told there.")

ALERTS = {"all": "all alerts", "owned": "alerts of what it is for", "none": "no alerts"}


@topic.says(
    "(rooms|channels|list rooms|list channels|list all rooms|show rooms|all rooms)",
    "(which|what) (rooms|channels) (are there|do you know|exist)",
)
def rooms(ask: Ask) -> Answer:
    """List the rooms of the catalog.

    >>> list rooms
    1 room in the catalog.
    """
    known = ask.catalog.rooms
    items = [Item(room.id, detail(room), "room") for room in known.values()]
    return Answer(f"{count(len(known), 'room')} in the catalog.", items=items, data={"rooms": list(known)})


def detail(room: Room) -> str:
    """Where it is, and what is told there."""
    places = [f"{name} {where}" for name, where in (("irc", room.irc), ("slack", room.slack)) if where]
    return ", ".join([*places, ALERTS[room.alerts]])
