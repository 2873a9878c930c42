"""What became of a webhook that was taken: read or not, and whether anybody was told; else why nobody was."""

from datetime import datetime

from psfbot.relay.incident import Entry, Happening
from psfbot.relay.letter import Fate, Letter
from psfbot.relay.ports import Ledger
from psfbot.text import cut, unique

UNREAD = "taken, and not read yet: `letters` lists what nobody could read."
QUARANTINED = (
    "taken, but not understood: {reason}. `letters` lists such webhooks; once that is mended, "
    "`psfbot replay {id}` reads it again."
)
IGNORED = "taken, and nobody is told: {reason}."
TAKEN = "taken."
NOBODY = "taken, but told nobody: {why}."
KNOWN = "nothing in it is new"
SAYING = frozenset({Happening.TOLD, Happening.MUTED, Happening.GROUPED})
"""Lines of a timeline that say who was told, or why nobody was."""
LONGEST = 300


def became(letter: Letter, ledger: Ledger) -> str:
    """Say what became of it, in words for whoever posted it."""
    reason = cut(letter.reason.rstrip("."), LONGEST)
    if letter.fate is Fate.NEW:
        return UNREAD
    if letter.fate is Fate.QUARANTINED:
        return QUARANTINED.format(reason=reason, id=letter.id)
    if letter.fate in {Fate.IGNORED, Fate.STALE}:
        return IGNORED.format(reason=reason)
    led_to = ledger.led_to(letter.id, letter.received_at)
    whys = [why for number, judged in led_to if (why := untold(number, judged, letter.received_at, ledger))]
    if len(whys) < len(led_to):
        return TAKEN
    return NOBODY.format(why=cut("; ".join(unique(whys)) or KNOWN, LONGEST))


def untold(incident: int | None, judged: str, since: datetime, ledger: Ledger) -> str:
    """Why nobody was told of an alert; nothing where somebody was."""
    entries = ledger.timeline(incident) if incident else ()
    said = [one for one in entries if one.at >= since and one.kind in SAYING]
    if any(one.kind is Happening.TOLD and one.text != "nobody" for one in said):
        return ""
    return reason_of(said[-1]) if said else judged


def reason_of(entry: Entry) -> str:
    """Why a line of a timeline was told nobody."""
    if entry.kind is Happening.MUTED:
        return f"silenced ({entry.reason})"
    return entry.reason
