"""What people do about incidents: take them, end them, note, silence; each change is kept, told and explained."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from psfbot.errors import UserError
from psfbot.flows.alert import closed
from psfbot.flows.cause import stir
from psfbot.flows.scene import Scene
from psfbot.flows.tell import tell
from psfbot.relay.incident import Entry, Happening, Incident, Silence, Standing
from psfbot.relay.mute import LONGEST
from psfbot.relay.remind import wound
from psfbot.relay.word import span

NO_SUCH = "There is no incident #{number}. `incidents` lists the open ones."
OVER = "#{number} is resolved already, {ago} ago."
STORMY = "#{number} is a digest; it ends by itself when the room is quiet. `incidents` lists what is down."


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and from where, in words for the timeline."""

    name: str
    where: str


def get(number: int, scene: Scene) -> Incident:
    """One incident; a wrong number is answered, not ignored."""
    found = scene.ledger.incident(number)
    if found is None:
        raise UserError(NO_SUCH.format(number=number))
    return found


def mine(number: int, scene: Scene) -> Incident:
    """One that goes on, and that somebody can take or end: a storm is none, it ends when the room is quiet."""
    incident = get(number, scene)
    if incident.state is Standing.RESOLVED:
        raise UserError(over(incident, scene.now))
    if incident.storm is not None:
        raise UserError(STORMY.format(number=number))
    return incident


def acknowledge(number: int, actor: Actor, scene: Scene) -> Incident:
    """Somebody has it."""
    incident = mine(number, scene)
    if incident.state is Standing.ACKNOWLEDGED:
        raise UserError(f"#{number} was acknowledged by {incident.acked_by} already.")
    changes = {"state": Standing.ACKNOWLEDGED, "acked_by": actor.name, "acked_at": scene.now}
    with_it(incident, changes, Happening.ACKNOWLEDGED, actor, scene)
    return change(incident, changes, Happening.ACKNOWLEDGED, actor, scene)


def resolve(number: int, actor: Actor, scene: Scene) -> Incident:
    """Somebody says that it is over; if a source still reports it later, it opens again."""
    incident = mine(number, scene)
    for problem in scene.ledger.problems(number):
        scene.ledger.keep_problem(closed(problem, scene.now))
    changes = {"state": Standing.RESOLVED, "resolved_by": actor.name, "resolved_at": scene.now, "flapping_since": None}
    with_it(incident, changes, Happening.RESOLVED, actor, scene)
    return change(incident, changes, Happening.RESOLVED, actor, scene)


def with_it(cause: Incident, changes: dict[str, object], kind: Happening, actor: Actor, scene: Scene) -> None:
    """What somebody does about a shared cause, they do about all that stands below it; that is not told one by one."""
    states = {Standing.OPEN} if kind is Happening.ACKNOWLEDGED else {Standing.OPEN, Standing.ACKNOWLEDGED}
    for child in scene.ledger.children(cause.number) if cause.node else ():
        if child.state not in states:
            continue
        if kind is Happening.RESOLVED:
            for problem in scene.ledger.problems(child.number):
                scene.ledger.keep_problem(closed(problem, scene.now))
        update = {**changes, "changed_at": scene.now, "version": child.version + 1, "due_at": None}
        changed = child.model_copy(update=update)
        scene.ledger.keep_incident(changed)
        scene.log(changed, kind, kind.value, f"with #{cause.number}, said {actor.where}", who=actor.name)
        tell(changed, Happening.ALERT, scene)


def note(number: int, text: str, actor: Actor, scene: Scene) -> Incident:
    """Somebody writes down what they found."""
    incident = get(number, scene)
    entry = Entry(at=scene.now, kind=Happening.NOTE, who=actor.name, text=text, reason=f"said {actor.where}")
    scene.ledger.add_entry(number, entry)
    return incident


def change(incident: Incident, changes: dict[str, object], kind: Happening, actor: Actor, scene: Scene) -> Incident:
    """Keep a change, its line in the timeline, and what the rooms are told."""
    update = {**changes, "changed_at": scene.now, "version": incident.version + 1}
    changed = wound(incident.model_copy(update=update), kind, scene.now)
    scene.ledger.keep_incident(changed)
    entry = Entry(at=scene.now, kind=kind, who=actor.name, text=kind.value, reason=f"said {actor.where}")
    scene.ledger.add_entry(incident.number, entry)
    latest = scene.ledger.alerts(incident.number)[-1:]
    tell(changed, kind, scene, *latest)
    if changed.cause:
        stir(changed, scene)
    return changed


def over(incident: Incident, now: datetime) -> str:
    """It is over already, and since when."""
    return OVER.format(number=incident.number, ago=span(now - (incident.resolved_at or now)))


def mute(silence: Silence, scene: Scene) -> Silence:
    """Keep quiet about a subject for a while."""
    if silence.ends_at <= silence.starts_at:
        raise UserError("A silence needs a length, such as 2h or 30m.")
    if silence.ends_at - silence.starts_at > LONGEST:
        days = LONGEST // timedelta(days=1)
        raise UserError(f"A silence lasts at most {days} days; a longer one would hide the next outage.")
    kept = scene.ledger.add_silence(silence)
    latest = scene.ledger.latest(silence.subject)
    if latest and latest.state is not Standing.RESOLVED:
        text = f"silenced until {silence.ends_at:%Y-%m-%d %H:%M} UTC"
        entry = Entry(at=scene.now, kind=Happening.MUTED, who=silence.author, text=text, reason=silence.reason)
        scene.ledger.add_entry(latest.number, entry)
    return kept


def unmute(subject: str, scene: Scene) -> tuple[Silence, ...]:
    """End every silence of a subject now."""
    held = tuple(s for s in scene.ledger.silences(scene.now) if s.subject == subject)
    if not held:
        raise UserError(f"Nothing silences {subject}. `silences` lists what there is.")
    for silence in held:
        scene.ledger.end_silence(silence.id, scene.now)
    return held
