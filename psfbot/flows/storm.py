"""A room that is told too much at once hears a digest: it begins, is kept up to date, and ends when it is quiet."""

from psfbot.flows.scene import Scene
from psfbot.relay.alert import Severity
from psfbot.relay.bulletin import ranked
from psfbot.relay.bulletin import storm as worded
from psfbot.relay.incident import STORM, Happening, Incident, Standing
from psfbot.relay.notice import Notice, Priority, Room
from psfbot.relay.storm import LOOK, Gate, Pace, Turn, gate, turn

MOST = 500
"""Open incidents that a digest counts."""


def passes(lane: str, happened: Happening, tier: int | None, heard: str, scene: Scene) -> str:
    """Weigh one message to a room: nothing when it is told by itself, else why it is folded into the digest."""
    ledger = scene.ledger
    pace = (ledger.pace(lane) or Pace(lane=lane, at=scene.now)).after(scene.now)
    passage = gate(pace, happened, tier, heard)
    if passage.gate is Gate.TELL:
        ledger.keep_pace(pace.told())
        return ""
    if pace.storm and happened is Happening.ALERT:  # no news, only the same in more words: nothing that was held back
        return f"stands in #{pace.storm}"
    storm = ledger.incident(pace.storm) if pace.storm else None
    if storm is None or storm.state is Standing.RESOLVED:
        storm = begun(lane, passage.reason, scene)
        ledger.keep_pace(pace.model_copy(update={"storm": storm.number}))
    changed = {"repeats": storm.repeats + 1, "changed_at": scene.now}
    ledger.keep_incident(storm.model_copy(update=changed))
    return f"folded into #{storm.number}"


def begun(lane: str, reason: str, scene: Scene) -> Incident:
    """A storm in a room; its digest is told with the next look, when there is something to count."""
    storm = scene.ledger.open_incident(
        Incident(
            number=0,
            subject=STORM + lane,
            title="messages to this room are folded into one digest",
            state=Standing.OPEN,
            severity=Severity.ERROR,
            opened_at=scene.now,
            changed_at=scene.now,
            due_at=scene.now,
        )
    )
    scene.log(storm, Happening.STORM, "begins", reason)
    return storm


def look(storm: Incident, scene: Scene) -> Incident:
    """Begin, refresh, repeat or end a digest, as its time has come; what was folded a moment ago counts as well."""
    storm = scene.ledger.incident(storm.number) or storm
    lane, now = storm.storm or "", scene.now
    what = Turn.AGAIN if storm.told_at is None else turn(storm, now)
    if what is Turn.OVER:
        return ended(storm, lane, scene)
    change: dict[str, object] = {"due_at": now + LOOK}
    if what is not Turn.WAIT:
        change |= {"version": storm.version + 1, "shown_at": now}
    if what is Turn.AGAIN:
        change |= {"told_at": now, "reminded": storm.reminded + (storm.told_at is not None)}
    changed = storm.model_copy(update=change)
    scene.ledger.keep_incident(changed)
    if what is not Turn.WAIT:
        digest(changed, lane, scene, quiet=what is Turn.REFRESH)
    return changed


def ended(storm: Incident, lane: str, scene: Scene) -> Incident:
    """Each message is told by itself again; the digest says how many were not, and what is still down."""
    pace = scene.ledger.pace(lane)
    if pace:
        scene.ledger.keep_pace(pace.model_copy(update={"storm": None}))
    over = {"state": Standing.RESOLVED, "resolved_at": scene.now, "due_at": None, "version": storm.version + 1}
    changed = storm.model_copy(update=over)
    scene.ledger.keep_incident(changed)
    scene.log(changed, Happening.RESOLVED, f"{storm.repeats} folded", "it is quiet again")
    digest(changed, lane, scene, quiet=False)
    return changed


def digest(storm: Incident, lane: str, scene: Scene, *, quiet: bool) -> None:
    """Put the digest into the room's lane."""
    down = ranked([one for one in scene.ledger.tops(MOST) if one.storm is None], scene.book.catalog)
    said = worded(storm, down, scene.now)
    platform, _, name = lane.partition(" ")
    scene.ledger.post(
        Notice(
            incident=storm.number,
            version=storm.version,
            room=Room(platform=platform, name=name),
            kind=Happening.RESOLVED if storm.state is Standing.RESOLVED else Happening.STORM,
            text=said.text,
            priority=Priority.URGENT,
            quiet=quiet,
            began=storm.opened_at,
            ended=storm.resolved_at,
        ),
        scene.now,
    )
