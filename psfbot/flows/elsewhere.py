"""What one platform will never take is told on another: a dead letter that nobody hears of would be a lost alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from psfbot.relay.notice import Ending, Notice, Parcel, Priority, Room
from psfbot.relay.ports import Store
from psfbot.text import cut, one_line

KIND = "undelivered"
"""The kind of such a notice; one that cannot be delivered itself is not told any further."""
SAID = "NOT DELIVERED to {lane}: {text} (because {why}; `retry {id}` sends it again, `dead` lists all)"
LONGEST_TEXT, LONGEST_WHY = 200, 120


@dataclass(frozen=True)
class Elsewhere:
    """Tells the first rooms of all other platforms; `rooms` are those, by platform."""

    store: Store
    rooms: Mapping[str, str]

    async def tell(self, parcel: Parcel, ending: Ending, now: datetime) -> None:
        """Put a notice about a dead letter in the outbox, for everybody but those who could not be told."""
        notices = about(parcel, ending, self.rooms)
        if notices:
            await self.store.write(lambda ledger: [ledger.post(notice, now) for notice in notices])


def about(parcel: Parcel, ending: Ending, rooms: Mapping[str, str]) -> tuple[Notice, ...]:
    """What the other platforms are told of a dead letter; nothing of what was only about one."""
    failed = parcel.notice
    if failed.kind == KIND:
        return ()
    text, why = cut(one_line(failed.text), LONGEST_TEXT), cut(one_line(ending.error), LONGEST_WHY)
    said = SAID.format(lane=failed.room.lane, text=text, why=why, id=parcel.id)
    others = {name: room for name, room in rooms.items() if room and name != failed.room.platform}
    return tuple(
        Notice(
            incident=0,  # about none: nothing replaces it, and no message is brought up to date
            version=0,
            room=Room(platform=name, name=room),
            kind=KIND,
            text=said,
            priority=Priority.URGENT,
        )
        for name, room in others.items()
    )
