"""What time alone brings about: silences that end while their problem goes on."""

from datetime import datetime

from psfbot.flows.alert import Scene, tell
from psfbot.relay.incident import Entry, Happening, Incident, Silence, Standing
from psfbot.relay.ports import Ledger

AGAIN = "the silence is over and the problem goes on"


def ended(ledger: Ledger, since: datetime, now: datetime) -> tuple[Silence, ...]:
    """Silences that ended by themselves after `since`."""
    return tuple(silence for silence in ledger.silences(since) if since < silence.ends_at <= now)


def after_silence(scene: Scene, since: datetime) -> tuple[Incident, ...]:
    """Tell what nobody was told while a silence held, if it still goes on."""
    told = []
    for silence in ended(scene.ledger, since, scene.now):
        incident = scene.ledger.latest(silence.subject)
        if incident is None or incident.state is not Standing.OPEN:
            continue
        changed = incident.model_copy(update={"version": incident.version + 1, "changed_at": scene.now})
        scene.ledger.keep_incident(changed)
        entry = Entry(at=scene.now, kind=Happening.REOPENED, text=AGAIN, reason=f"silence {silence.id} ended")
        scene.ledger.add_entry(incident.number, entry)
        tell(changed, Happening.OPENED, scene)
        told.append(changed)
    return tuple(told)
