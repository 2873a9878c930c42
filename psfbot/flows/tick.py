"""What time alone brings about: silences that end while their problem goes on."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from psfbot.flows.alert import Scene, tell
from psfbot.relay.incident import EVERYTHING, Entry, Happening, Incident, Silence, Standing
from psfbot.relay.mute import hush
from psfbot.relay.ports import Ledger

AGAIN = "the silence is over and the problem goes on"
LOOK_BACK = timedelta(days=1)
"""How long after its end a silence is looked at: neither a bot that was down nor one that was busy misses it."""
MOST = 1000
"""Incidents that are told again at once, however many a silence over everything held back."""


def ended(ledger: Ledger, since: datetime, now: datetime) -> tuple[Silence, ...]:
    """Silences that ended after `since`, by themselves or because somebody ended them."""
    return tuple(silence for silence in ledger.silences(since) if silence.ends_at <= now)


def after_silence(scene: Scene, since: datetime) -> tuple[Incident, ...]:
    """Tell what a silence kept back, if it still goes on, was not told since, and no other silence holds."""
    return tuple(
        tell_again(incident, silence, scene)
        for silence in ended(scene.ledger, min(since, scene.now - LOOK_BACK), scene.now)
        for incident in held_back(silence, scene.ledger)
        if not still_silent(incident, scene)
    )


def held_back(silence: Silence, ledger: Ledger) -> Sequence[Incident]:
    """The incidents that a silence was about, if nobody has taken them and nothing was told of them since its end."""
    if silence.subject == EVERYTHING:
        found = ledger.incidents(open_only=True, limit=MOST)
    else:
        found = [newest] if (newest := ledger.latest(silence.subject)) else []
    return [one for one in found if one.state is Standing.OPEN and one.changed_at < silence.ends_at]


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
