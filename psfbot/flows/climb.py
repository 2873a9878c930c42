"""Who is asked next about an incident that nobody has taken: one step of the ladder, kept with what tells people."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from psfbot.catalog.model import Catalog, OnCall
from psfbot.flows.oncall import direct, mention, team_rooms
from psfbot.flows.scene import Scene
from psfbot.oncall import ladder
from psfbot.oncall.clock import length_of
from psfbot.oncall.find import LAST, rota_of
from psfbot.oncall.ladder import AFTER, Ladder, Plight, Rung, Step
from psfbot.oncall.shift import PRIMARY, Watch
from psfbot.relay.incident import Happening, Incident, Standing
from psfbot.relay.mute import hush
from psfbot.relay.notice import Notice, Priority, Room
from psfbot.relay.word import MILD, lasted
from psfbot.text import and_join, cut, one_line

MOST = 100
"""Incidents that are looked at in one go."""
OLD = timedelta(days=3)
"""After so long every step was taken, also those that waited for a morning: nothing is looked up for it any more."""
STARTS = frozenset({Happening.OPENED, Happening.REOPENED, Happening.RELEASED})
"""What makes an incident wait for somebody anew."""
ASKED = "CALLING {who}: #{number} {named}: {title}, for {age}, nobody has it. Say: ack {number}"


def climb(scene: Scene, watches: Mapping[str, Watch]) -> tuple[Incident, ...]:
    """Take every step that is due now, in the caller's transaction; `watches` is what is known of each rota."""
    waiting = [one for one in scene.ledger.tops(MOST) if one.storm is None and one.state is Standing.OPEN]
    return tuple(filter(None, (look(one, scene, watches) for one in waiting)))


def look(incident: Incident, scene: Scene, watches: Mapping[str, Watch]) -> Incident | None:
    """The next step about one incident, if it is due: kept in the timeline, by which it is never taken twice."""
    duty = rota_of(scene.book.catalog, scene.service(incident))
    if duty is None:
        return None
    steps = ladder_of(duty, watches.get(duty.id), scene.book.catalog, scene.now)
    waited = scene.now - incident.began
    if incident.severity in MILD or waited < steps.after or waited > max(OLD, 10 * steps.after):
        return None
    plight, taken = plight_of(incident, scene)
    found = ladder.climb(plight, steps, taken, scene.now).step
    return take(found, incident, duty, scene) if found else None


def plight_of(incident: Incident, scene: Scene) -> tuple[Plight, dict[str, datetime]]:
    """An incident as the ladder looks at it, and the steps that were taken since it began to wait."""
    entries = scene.ledger.timeline(incident.number)
    since = max((entry.at for entry in entries if entry.kind in STARTS), default=incident.opened_at)
    held = hush(incident.subject, Happening.ESCALATED, scene.ledger.silences(scene.now), scene.now)
    service = scene.service(incident)
    tier = service.tier if service and service.tier != "unknown" else None
    plight = Plight(incident.number, since, held.reason if held else "", tier)
    rungs = {rung.value: rung for rung in Rung}
    taken = {
        ladder.key(plight, rungs[rung]): entry.at
        for entry in entries
        if entry.kind is Happening.ESCALATED and entry.at >= since and (rung := entry.text.partition(":")[0]) in rungs
    }
    return plight, taken


def ladder_of(duty: OnCall, watch: Watch | None, catalog: Catalog, now: datetime) -> Ladder:
    """The ladder of a rota, as it stands now: whoever is on call, those behind them, the team."""
    shifts = [shift for shift in (watch.at(now) if watch else ()) if shift.person in catalog.people]
    people = [catalog.people[shift.person] for shift in shifts]
    return Ladder(
        primary=tuple(shift.person for shift in shifts if shift.level == PRIMARY),
        backup=tuple(shift.person for shift in shifts if shift.level > PRIMARY),
        team=duty.team,
        after=length_of(duty.escalate_after) if duty.escalate_after else AFTER,
        zones={person.id: person.timezone for person in people},
    )


def take(step: Step, incident: Incident, duty: OnCall, scene: Scene) -> Incident:
    """Ask somebody: keep that, and put it in the outbox of each room where they may see it."""
    catalog = scene.book.catalog
    changed = incident.model_copy(update={"version": incident.version + 1})
    scene.ledger.keep_incident(changed)
    people = [catalog.people[one] for one in step.people]
    team = catalog.teams.get(duty.team) or catalog.teams.get(LAST)
    whole = f"anybody of {team.name if team else duty.team}"
    names = and_join([person.name for person in people]) or whole
    scene.log(changed, Happening.ESCALATED, f"{step.rung}: {names}", step.reason)
    told = scene.ledger.told(incident.number)
    rooms = [*told, *(team_rooms(duty.id, scene) if step.rung is Rung.ROOM or not told else [])]
    rooms += [room for person in people for room in direct(person, scene)]
    for room in dict.fromkeys(rooms):
        who = ", ".join(mention(person, room.platform) for person in people) or whole
        scene.ledger.post(notice(changed, room, who, scene.now), scene.now)
    return changed


def notice(incident: Incident, room: Room, who: str, now: datetime) -> Notice:
    """What one room is told: who is asked to take what."""
    age, named = lasted(incident, now), cut(incident.named, 100)
    said = ASKED.format(who=who, number=incident.number, named=named, title=cut(incident.title, 120), age=age)
    return Notice(
        incident=incident.number,
        version=incident.version,
        room=room,
        kind=Happening.ESCALATED,
        text=cut(one_line(said), 400),
        priority=Priority.URGENT,
    )
