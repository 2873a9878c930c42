"""The heartbeat on its way: a webhook that reports nothing, and is told to nobody but a sink of its own."""

from datetime import datetime

from psfbot.relay.letter import Letter
from psfbot.relay.notice import Notice, Priority, Room
from psfbot.relay.ports import Ledger

SOURCE = "heartbeat"
"""Its source, its platform, and its kind: no plugin and no network is called so."""
ROOM = Room(platform=SOURCE, name="self")


def pass_on(letter: Letter, ledger: Ledger, now: datetime) -> None:
    """Put a beat that was read into the outbox, as any other notice is; letters of others stay as they are."""
    if letter.source == SOURCE:
        said = letter.body.decode("utf-8", "replace")
        ledger.post(
            Notice(incident=0, version=0, room=ROOM, kind=SOURCE, text=said, priority=Priority.URGENT),
            now,
        )
