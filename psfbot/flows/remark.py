"""A note that somebody wrote at the source of a problem: into the timeline and the rooms, once, and never our own."""

from collections.abc import Iterable

from psfbot.flows.oncall import post
from psfbot.flows.scene import Scene
from psfbot.flows.tell import hushed
from psfbot.relay.incident import Entry, Happening
from psfbot.relay.remark import Remark
from psfbot.relay.route import is_public
from psfbot.text import cut, one_line

HERE = "said "
"""How the reason of a note begins that was written in chat."""
THERE = "written at {source} ({event})"
SAID = "NOTE #{number} {named}: {who}: {text}"
KEPT_BACK = "a note, which `timeline {number}` shows"
SURELY = 60
"""Characters of a note that was cut short at its source, which make it surely the beginning of ours."""


def write_down(remark: Remark, scene: Scene) -> bool:
    """Keep a note and tell the rooms of its incident; False where it is of none, was read before, or is our own."""
    problem = scene.ledger.problem(remark.source, remark.key)
    incident = scene.ledger.incident(problem.incident) if problem and problem.incident else None
    if incident is None:
        return False
    entries, reason = scene.ledger.timeline(incident.number), THERE.format(source=remark.source, event=remark.event)
    if any(entry.reason == reason for entry in entries) or is_ours(remark, entries):
        return False
    who, text = f"{remark.by or 'somebody'} at {remark.source}", one_line(remark.text) or "an empty note"
    scene.log(incident, Happening.NOTE, text, reason, who=who)
    if not hushed(incident, Happening.NOTE, scene):
        for room in scene.ledger.told(incident.number):
            shown = KEPT_BACK.format(number=incident.number) if is_public(room, scene.book.catalog) else text
            named = cut(incident.named, 100)
            said = SAID.format(number=incident.number, named=named, who=who, text=shown)
            post(room, said, Happening.NOTE, scene)
    return True


def is_ours(remark: Remark, entries: Iterable[Entry]) -> bool:
    """Is this the echo of a note that was written in chat, and passed on with its writer's name before it?"""
    heard = one_line(remark.text)
    for entry in entries:
        if entry.kind is Happening.NOTE and entry.reason.startswith(HERE):
            ours = one_line(f"{entry.who}: {entry.text}")
            if heard == ours or (len(heard) >= SURELY and ours.startswith(heard.rstrip(".…"))):
                return True
    return False
