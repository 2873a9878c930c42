"""What time alone brings about: silences that end while their problem goes on."""

from collections.abc import Sequence
from datetime import datetime

from psfbot.flows.alert import Scene, tell
from psfbot.relay.incident import EVERYTHING, Entry, Happening, Incident, Silence, Standing
from psfbot.relay.mute import hush
from psfbot.relay.ports import Ledger

AGAIN = "the silence is over and the problem goes on"
MOST = 1000
"""Incidents that are told again at once, however many a silence over everything held back."""


def ended(ledger: Ledger, since: datetime, now: datetime) -> tuple[Silence, ...]:
    """Silences that ended after `since`, by themselves or because somebody ended them."""
    return tuple(silence for silence in ledger.silences(since) if since < silence.ends_at <= now)


def after_silence(scene: Scene, since: datetime) -> tuple[Incident, ...]:
    """Tell what nobody was told while a silence held, if it still goes on and no other silence holds."""
    told: dict[int, Incident] = {}
    for silence in ended(scene.ledger, since, scene.now):
        for incident in held_back(silence, scene.ledger):
            if incident.number not in told and not still_silent(incident, scene):
                told[incident.number] = tell_again(incident, silence, scene)
    return tuple(told.values())


def held_back(silence: Silence, ledger: Ledger) -> Sequence[Incident]:
    """The incidents that a silence was about, if they still go on and nobody has taken them."""
    if silence.subject == EVERYTHING:
        found = ledger.incidents(open_only=True, limit=MOST)
    else:
        found = [newest] if (newest := ledger.latest(silence.subject)) else []
    return [incident for incident in found if incident.state is Standing.OPEN]


def still_silent(incident: Incident, scene: Scene) -> bool:
    """Does another silence keep this from being told? It is told at the end of that one."""
    return hush(incident.subject, Happening.OPENED, scene.ledger.silences(scene.now), scene.now) is not None


def tell_again(incident: Incident, silence: Silence, scene: Scene) -> Incident:
    """Tell that an incident goes on."""
    changed = incident.model_copy(update={"version": incident.version + 1, "changed_at": scene.now})
    scene.ledger.keep_incident(changed)
    entry = Entry(at=scene.now, kind=Happening.OPENED, text=AGAIN, reason=f"silence {silence.id} ended")
    scene.ledger.add_entry(incident.number, entry)
    tell(changed, Happening.OPENED, scene)
    return changed
