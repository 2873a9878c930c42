"""What time alone brings about: ends of silences, causes that are due, reminders, settled flapping, digests."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from psfbot.flows import cause, storm
from psfbot.flows.scene import Scene
from psfbot.flows.tell import tell
from psfbot.relay.flap import SETTLE, WINDOW, settled
from psfbot.relay.incident import EVERYTHING, Entry, Happening, Incident, Silence, Standing
from psfbot.relay.mute import hush
from psfbot.relay.ports import Ledger
from psfbot.relay.remind import remind, wound

AGAIN = "the silence is over and the problem goes on"
LOOK_BACK = timedelta(days=1)
"""How long after its end a silence is looked at: neither a bot that was down nor one that was busy misses it."""
MOST = 1000
"""Incidents that are told again at once, however many a silence over everything held back."""
ROUND = 50
"""Incidents that are looked at in one go, since webhooks wait meanwhile: what more is due comes seconds later."""


def bring_about(scene: Scene, since: datetime) -> tuple[Incident, ...]:
    """Everything that is due now; `since` is when this was last asked."""
    done = list(after_silence(scene, since))
    done += [look(incident, scene) for incident in scene.ledger.due(scene.now, ROUND)]
    return tuple(done)


def look(incident: Incident, scene: Scene) -> Incident:
    """What time has to say about one incident."""
    if incident.storm is not None:
        return storm.look(incident, scene)
    if incident.node:
        return cause.look(incident, scene)
    return steady(incident, scene) if incident.flapping_since else reminded(incident, scene)


def steady(incident: Incident, scene: Scene) -> Incident:
    """Tell how an incident that flapped stands, once it has held."""
    moves = scene.ledger.moves(incident.number, scene.now - WINDOW)
    last = max(moves, default=None)
    if last and not settled(last, scene.now):
        return cause.kept(incident, scene, due_at=last + SETTLE)
    calm = incident.model_copy(update={"flapping_since": None, "version": incident.version + 1})
    calm = wound(calm, Happening.REOPENED, scene.now)
    scene.ledger.keep_incident(calm)
    scene.log(calm, Happening.SETTLED, f"{calm.state}", "it has held since its last change")
    tell(calm, Happening.RESOLVED if calm.state is Standing.RESOLVED else Happening.SETTLED, scene)
    return calm


def reminded(incident: Incident, scene: Scene) -> Incident:
    """Ask who takes an incident that nobody has taken; one below a cause is reminded of with it."""
    again = remind(incident, scene.now)
    if incident.cause or not again.tell:
        return cause.kept(incident, scene, due_at=None)
    update = {"due_at": again.next, "reminded": incident.reminded + 1, "version": incident.version + 1}
    changed = cause.kept(incident, scene, **update)
    scene.log(changed, Happening.REMINDED, "reminded", again.reason)
    tell(changed, Happening.REMINDED, scene)
    return changed


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
    return [
        one
        for one in found
        if one.cause is None and one.storm is None and one.state is Standing.OPEN and one.changed_at < silence.ends_at
    ]


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
