"""Failures with one cause become one incident that names it; when that proves wrong, it is undone and said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from psfbot.catalog.graph import Node
from psfbot.flows.scene import Scene
from psfbot.flows.tell import reports, tell, tell_apart, tell_together, tier_of
from psfbot.relay.alert import Severity
from psfbot.relay.bulletin import Beside, name
from psfbot.relay.group import LONGEST, Cause, blocks, cause, doubt
from psfbot.relay.incident import CAUSE, Down, Happening, Incident, Standing
from psfbot.relay.judge import REOPEN_WITHIN
from psfbot.relay.kin import needs
from psfbot.relay.mute import hush
from psfbot.relay.remind import STARTS, remind, wound
from psfbot.relay.storm import TOP_TIER
from psfbot.relay.word import warns
from psfbot.text import count

SETTLE = timedelta(seconds=15)
"""How long a cause waits for more to fail with it before it is told: the more there is, the surer is its name."""
SOON = timedelta(seconds=3)
"""The same where a service of tier 1 is told with it, and for bringing up to date what was told."""
CHECK = timedelta(minutes=1)
"""How often it is asked whether a cause still holds."""
LOOK_BACK = timedelta(days=1)
REFRESHED = 20
"""Of how many open incidents, at most, what was told is brought up to date when a provider reports something."""
GROWN = timedelta(minutes=5)
"""After so long a cause is told aloud once more, if more services failed with it."""


def join(incident: Incident, happened: Happening, scene: Scene) -> Incident:
    """Put a failure that begins below the cause that it shares with others, if there is one."""
    ledger, now = scene.ledger, scene.now
    if happened not in STARTS or warns(incident) or incident.service is None or incident.flapping_since:
        return incident
    if stands_below(incident, scene):
        return incident
    if incident.state is Standing.RESOLVED or hush(incident.subject, happened, scene.silences, now):
        return incident
    new = Down(incident.number, incident.service, incident.began)
    down = [one for one in ledger.down(new.since - LONGEST) if one.cause or not silent(one.service, scene)]
    known = {one.number: one for one in ledger.causes()} if any(one.cause for one in down) else {}
    nodes = {number: (one.node, one.told_at is not None) for number, one in known.items() if one.node}
    found = cause(new, blocks(down, nodes, new), scene.book, reporting(new.service, scene))
    if found:
        return below(incident, found, known, scene)
    return incident if incident.cause is None else kept(incident, scene, cause=None)


def silent(service: str, scene: Scene) -> bool:
    """Does a silence hold for this service? Then it is no part of what others are told."""
    return hush(service, Happening.OPENED, scene.silences, scene.now) is not None


def reporting(service: str, scene: Scene) -> frozenset[Node]:
    """The providers of a service that report trouble of their own which is more than minor."""
    loud = (one for one in reports((service,), scene) if one.severity is not Severity.INFO)
    return frozenset(("provider", one.provider) for one in loud)


def stands_below(incident: Incident, scene: Scene) -> bool:
    """Does it stand below a cause that goes on?"""
    top = scene.ledger.incident(incident.cause) if incident.cause else None
    return top is not None and top.state is not Standing.RESOLVED


def below(incident: Incident, found: Cause, known: Mapping[int, Incident], scene: Scene) -> Incident:
    """Let all that a cause explains stand below it."""
    best, now = found.best, scene.now
    merged = sorted((block for block in best.blocks if block.number in known), key=lambda block: -len(block.down))
    old = known[merged[0].number or 0] if merged else None
    top = old or fresh(best.node, incident, min(one.since for one in best.down), scene)
    was = top.node if top.node != best.node else None
    others = [known[block.number or 0] for block in merged[1:]]
    for other in others:
        merge(other, top, scene)
    members = [one for one in best.down if one.number != incident.number and one.cause is None]
    lone = [one for member in members if (one := scene.ledger.incident(member.number))]
    for one in (incident, *lone):
        scene.log(one, Happening.GROUPED, f"#{top.number} {best.node[1]}", best.reason)
    for one in lone:
        kept(one, scene, cause=top.number)
    incident = kept(incident, scene, cause=top.number)
    top = kept(
        top,
        scene,
        subject=subject(best.node),
        severity=max((one.severity for one in (incident, top, *others, *lone)), key=lambda severity: severity.rank),
        changed_at=now,
        title=title(found, scene),
        version=top.version + 1,
        due_at=sooner(top.due_at, now + wait(top, incident, scene)),
    )
    scene.log(top, Happening.GROUPED, f"#{incident.number} {incident.named} joins", best.reason)
    if was:
        renamed(top, was, found, scene)
    return incident


def fresh(node: Node, first: Incident, since: datetime, scene: Scene) -> Incident:
    """The incident of a cause: the one that was over not long ago, or a new one."""
    last = scene.ledger.latest(subject(node))
    if last and last.resolved_at is None:
        return last
    if last and last.resolved_at and scene.now - last.resolved_at <= REOPEN_WITHIN:
        again = {"state": Standing.OPEN, "resolved_at": None, "resolved_by": "", "acked_by": "", "acked_at": None}
        began = min(max(since, last.resolved_at), scene.now)
        clock = {"reopened_at": began, "told_at": None, "due_at": None, "reminded": 0}
        return kept(last, scene, **again, **clock, flaps=last.flaps + 1)
    return scene.ledger.open_incident(
        Incident(
            number=0,
            subject=subject(node),
            title="",
            state=Standing.OPEN,
            severity=first.severity,
            opened_at=min(since, scene.now),
            changed_at=scene.now,
        )
    )


def subject(node: Node) -> str:
    """The subject of the incident that stands for a place."""
    return f"{CAUSE}{node[0]}:{node[1]}"


def title(found: Cause, scene: Scene) -> str:
    """What is wrong, for lists."""
    number = len(found.best.down)
    others = [name(node, scene.book.catalog) for node in found.rivals]
    return f"{count(number, 'service')} that need it failed together" + "".join(f", or {other}" for other in others)


def wait(top: Incident, new: Incident, scene: Scene) -> timedelta:
    """How long to wait for more before it is told."""
    return SOON if top.told_at or tier_of(new, scene) == TOP_TIER else SETTLE


def sooner(one: datetime | None, other: datetime) -> datetime:
    """The earlier time."""
    return min(one, other) if one else other


def kept(incident: Incident, scene: Scene, **changes: object) -> Incident:
    """The incident with some changes, stored."""
    changed = incident.model_copy(update=changes)
    scene.ledger.keep_incident(changed)
    return changed


def merge(old: Incident, top: Incident, scene: Scene) -> None:
    """A cause that another one explains: its incident is over, and what was below it stands below the other."""
    children = scene.ledger.children(old.number)
    for child in children:
        kept(child, scene, cause=top.number)
    reason = f"it belongs to #{top.number}"
    over = kept(old, scene, state=Standing.RESOLVED, resolved_at=scene.now, due_at=None, version=old.version + 1)
    scene.log(over, Happening.UNGROUPED, f"#{top.number}", reason)
    if old.told_at:
        tell_apart(over, children, reason, scene, quiet=True)  # the other cause names them all


def renamed(top: Incident, was: Node, found: Cause, scene: Scene) -> None:
    """Another name for a cause; who was told the old one hears the new one at once."""
    reason, place = found.best.reason, " ".join(found.best.node)
    scene.log(top, Happening.UNGROUPED, f"not {was[0]} {was[1]}", f"{place} explains more: {reason}")
    if top.told_at:
        number = scene.ledger.below().get(top.number, 0)
        top = kept(top, scene, told_at=scene.now, shown_at=scene.now, repeats=number)
        tell_together(top, Happening.GROUPED, scene, Beside(found.rivals, name(was, scene.book.catalog)))


def stir(child: Incident, scene: Scene) -> None:
    """One below a cause has changed: the cause is over with the last of them, else brought up to date soon."""
    top = scene.ledger.incident(child.cause) if child.cause else None
    if top is None or top.state is Standing.RESOLVED:
        return
    if scene.ledger.below().get(top.number):
        due = sooner(top.due_at, scene.now + SOON) if top.told_at else top.due_at
        kept(top, scene, changed_at=scene.now, due_at=due)
        return
    ends = [one.resolved_at for one in scene.ledger.children(top.number) if one.resolved_at]
    over = {"state": Standing.RESOLVED, "resolved_at": max(ends, default=scene.now), "due_at": None}
    top = kept(top, scene, **over, changed_at=scene.now, version=top.version + 1)
    scene.log(top, Happening.RESOLVED, "resolved", "all below it are up again")
    tell(top, Happening.RESOLVED, scene)


def stand_beside(report: Incident, happened: Happening, scene: Scene) -> None:
    """A provider reports trouble, or its end: what was told of those that need it is brought up to date quietly."""
    if not report.provider or happened not in {*STARTS, Happening.RESOLVED}:
        return
    node: Node = ("provider", report.provider)
    needing = [one for one in scene.ledger.down(scene.now - LOOK_BACK) if node in needs(one.service, scene.book)]
    causes = {one.cause for one in needing if one.cause}
    for top in (one for one in map(scene.ledger.incident, causes) if one and one.told_at):
        kept(top, scene, changed_at=scene.now, due_at=sooner(top.due_at, scene.now + SOON))
    alone = [scene.ledger.incident(one.number) for one in needing if one.cause is None]
    for one in [one for one in alone if one][-REFRESHED:]:
        tell(kept(one, scene, version=one.version + 1), Happening.ALERT, scene, quiet=True)


@dataclass(frozen=True, slots=True)
class Stand:
    """Who stands below a cause: who is down, and since when the others are up."""

    children: tuple[Incident, ...]
    down: tuple[Down, ...]
    ended: Mapping[str, datetime]


def stand(top: Incident, scene: Scene) -> Stand:
    """Who stands below a cause now."""
    children = tuple(scene.ledger.children(top.number))
    down = (Down(one.number, one.subject, one.began) for one in children if one.state is not Standing.RESOLVED)
    ended = {one.subject: one.resolved_at for one in children if one.resolved_at and one.state is Standing.RESOLVED}
    return Stand(children, tuple(down), ended)


def look(top: Incident, scene: Scene) -> Incident:
    """Tell a cause when it is due, undo it when it proves wrong, and keep it up to date."""
    if top.state is Standing.RESOLVED or top.node is None:
        return kept(top, scene, due_at=None)
    now, here = scene.now, stand(top, scene)
    if top.told_at is None:
        return told(top, Happening.GROUPED, here, scene)
    said_at = top.told_at
    wrong = doubt(top.node, here.down, here.ended, now, scene.book)
    if wrong and wrong.better:
        node, was = wrong.better.best.node, top.node
        top = kept(top, scene, subject=subject(node), title=title(wrong.better, scene), version=top.version + 1)
        release((one for one in here.children if one.state is Standing.RESOLVED), scene)
        renamed(top, was, wrong.better, scene)
        return kept(top, scene, due_at=now + CHECK, told_at=now, shown_at=now)
    if wrong:
        return undone(top, here.children, wrong.reason, scene)
    if now - said_at >= GROWN and len(here.down) > top.repeats:
        return told(top, Happening.GROUPED, here, scene)
    again = remind(top, now)
    if again.tell and now - top.began >= again.age:
        scene.log(top, Happening.REMINDED, "reminded", again.reason)
        return told(kept(top, scene, reminded=top.reminded + 1), Happening.REMINDED, here, scene)
    if top.shown_at and top.changed_at > top.shown_at:
        top = kept(top, scene, version=top.version + 1, shown_at=now, due_at=now + CHECK)
        tell_together(top, Happening.GROUPED, scene, quiet=True)
        return top
    return kept(top, scene, due_at=now + CHECK)


def told(top: Incident, kind: Happening, here: Stand, scene: Scene) -> Incident:
    """Tell a cause aloud."""
    now = scene.now
    change = {"told_at": now, "shown_at": now, "repeats": len(here.down), "due_at": now + CHECK}
    top = kept(top, scene, **change, version=top.version + 1)
    if hush(top.subject, kind, scene.silences, now) is None:
        tell_together(top, kind, scene)
    return top


def release(children: Iterable[Incident], scene: Scene) -> None:
    """Let these stand by themselves again, with a clock of their own."""
    for child in children:
        kept(wound(child, Happening.REOPENED, scene.now), scene, cause=None)


def undone(top: Incident, children: Sequence[Incident], reason: str, scene: Scene) -> Incident:
    """The cause was none: who is still down stands by itself, and the rooms are told."""
    release((one for one in children if one.state is not Standing.RESOLVED), scene)
    for child in children:
        scene.log(child, Happening.UNGROUPED, f"not #{top.number} {top.named}", reason)
    over = {"state": Standing.RESOLVED, "resolved_at": scene.now, "due_at": None}
    top = kept(top, scene, **over, version=top.version + 1, changed_at=scene.now)
    scene.log(top, Happening.UNGROUPED, "undone", reason)
    tell_apart(top, children, reason, scene)
    return top
