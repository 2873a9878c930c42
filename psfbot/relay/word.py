"""What people read about an incident: one line that says it all, and what stands below it."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from psfbot.catalog import words
from psfbot.catalog.model import Catalog, Service, Team
from psfbot.relay.alert import Alert, Severity, State
from psfbot.relay.flap import SETTLE
from psfbot.relay.incident import Happening, Incident, Standing
from psfbot.text import and_join, count, cut, one_line

HEADS = {
    Happening.OPENED: "DOWN",
    Happening.REOPENED: "DOWN AGAIN",
    Happening.RELEASED: "NOT ACKED ANY MORE",
    Happening.REMINDED: "STILL DOWN",
    Happening.SETTLED: "DOWN",
}
MILD_HEADS = {
    Happening.OPENED: "WARN",
    Happening.REOPENED: "WARN AGAIN",
    Happening.REMINDED: "STILL WARN",
    Happening.SETTLED: "WARN",
}
NOW = {
    Standing.OPEN: Happening.OPENED,
    Standing.ACKNOWLEDGED: Happening.ACKNOWLEDGED,
    Standing.RESOLVED: Happening.RESOLVED,
}
"""What brings a message up to date: a quiet notice says how the incident stands, as if it were told only now."""
MILD = frozenset({Severity.INFO, Severity.WARNING})
UP = "still up"
"""Behind what is as bad as an outage, and none yet."""
ITSELF = "psfbot itself"
FEW = 3
"""Ways to reach somebody that are told."""
NO_ROTA = "no rota is known"
FOUND = " (found by poll)"
"""Behind what the source was asked for: its own word never came, or comes later."""
BY_HAND = "(closed by hand)"
"""What a person called over, whatever its sources say."""
LONGEST = 400
"""Characters of the one line: with the names before it, it fits an IRC line."""
SHORTEST = 60
"""Characters of a title that are left before the facts behind it are cut."""
NEWS = timedelta(minutes=5)
"""What is told later than this says so, lest somebody takes it for news."""


@dataclass(frozen=True, slots=True)
class Said:
    """An incident in words: `text` for a room with one line, `lines` and `links` for those with more."""

    text: str
    lines: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = field(default=())


def word(  # noqa: PLR0913 - all that one line weighs; most callers leave the last three
    kind: Happening,
    incident: Incident,
    catalog: Catalog,
    now: datetime,
    alert: Alert | None = None,
    *,
    public: bool = False,
    on_call: str = "",
    beside: tuple[str, ...] = (),
) -> Said:
    """Say what happened to an incident; a public room is spared the source's long text and its pages.

    `on_call` says who is on call for its service, where that is known, `beside` what its providers report.
    """
    kind, own = told_as(kind, incident), None if public else alert
    if kind is Happening.RESOLVED:
        return Said(over(incident, now), links=links(own))
    if kind is Happening.ACKNOWLEDGED:
        return Said(taken(incident, now), links=links(own))
    if kind is Happening.FLAPPING:
        return Said(flapping(incident), links=links(own))
    service = catalog.services.get(incident.service or "")
    facts = where_and_whom(service, catalog) if service else (*unlisted(incident, catalog), f"ack {incident.number}")
    facts = (*beside, *facts)
    text = line(lead(kind, incident), title(kind, incident, now), facts)
    reach = below(service, catalog, on_call) if service else reach_keepers(catalog) if incident.own else ()
    lines = (*reach, *details(own))
    return Said(text, lines=tuple(map(one_line, lines)), links=links(own))


def marked(said: Said, alert: Alert | None) -> Said:
    """The same, with a word about how it was found where the source did not tell it by itself."""
    if alert is None or not alert.polled:
        return said
    return replace(said, text=cut(said.text, LONGEST - len(FOUND)) + FOUND)


def told_as(kind: Happening, incident: Incident) -> Happening:
    """What to say of a happening: news of no weight is told as how the incident stands."""
    if kind is not Happening.ALERT:
        return kind
    return Happening.FLAPPING if incident.flapping_since else NOW[incident.state]


def lead(kind: Happening, incident: Incident) -> str:
    """What happened to which incident, of what."""
    mild = MILD_HEADS if warns(incident) else {}
    return one_line(f"{mild.get(kind) or HEADS.get(kind, kind.upper())} #{incident.number} {cut(incident.named, 100)}")


def warns(incident: Incident) -> bool:
    """Is nothing down, but something not as it should be?"""
    return incident.up or incident.severity in MILD


def title(kind: Happening, incident: Incident, now: datetime) -> str:
    """What is wrong, without the name and the `down` that stand before it; and since when, if that is long."""
    said = one_line(incident.title)
    if said.casefold().startswith(incident.named.casefold()):
        rest = said[len(incident.named) :]
        said = said if rest[:1].isalnum() or rest[:1] in {"-", ".", "_", "/"} else rest.strip(" :,;-")
    said = "" if said.casefold() in {"down", "is down"} else said
    began = f"for {lasted(incident, now)} already" if kind is Happening.OPENED and late(incident.opened_at, now) else ""
    began = f"for {lasted(incident, now)}, nobody has it" if kind is Happening.REMINDED else began
    taker = f"acked by {incident.acked_by}" if incident.acked_by else ""
    ahead = UP if incident.up and incident.severity not in MILD else ""
    return ", ".join(filter(None, (cut(said, 160), ahead, began, one_line(taker))))


def line(start: str, said: str, facts: tuple[str, ...]) -> str:
    """One line of a bearable length: the title gives way first, then the end of the facts."""
    room = LONGEST - len(start) - 2 - sum(len(fact) + 3 for fact in facts)
    said = cut(said, max(room, SHORTEST))
    return cut(" · ".join((f"{start}: {said}" if said else start, *map(one_line, facts))), LONGEST)


def where_and_whom(service: Service, catalog: Catalog) -> tuple[str, ...]:
    """Where a service runs, and whom to ask; where nobody is named, how to reach anybody."""
    runs = words.runs(catalog, service, brief=True)
    if service.owners:
        return (runs, f"ask {words.ask_whom(catalog, service)}")
    reach = words.reach(catalog, service)
    return (runs, f"{words.NOBODY}, try {reach[0]}" if reach else words.NOBODY)


def unlisted(incident: Incident, catalog: Catalog) -> tuple[str, ...]:
    """In place of where it runs and whom to ask: for psfbot itself, those whom the catalog lets administer it."""
    if not incident.own:
        return ("not in the catalog",)
    return (ITSELF, ask_keepers(catalog))


def ask_keepers(catalog: Catalog) -> str:
    """Whom to ask about psfbot itself."""
    whom = and_join([team.name for team in keepers(catalog)], "or")
    return f"ask {whom}" if whom else words.NOBODY


def keepers(catalog: Catalog) -> tuple[Team, ...]:
    """The teams whose members may administer psfbot: the catalog knows no other owner of it."""
    return tuple(team for team in catalog.teams.values() if "admin" in team.grants)


def reach_keepers(catalog: Catalog) -> tuple[str, ...]:
    """How to reach them."""
    found = [one for team in keepers(catalog) for one in words.reach_team(team)][:FEW]
    return (f"Reach: {' · '.join(found)}",) if found else ()


def over(incident: Incident, now: datetime) -> str:
    """It is over: after how long, and who had it; what a person closed is not said to be up."""
    end = incident.resolved_at or now
    head, again = ("OVER", "") if warns(incident) else ("UP", " again")
    ago = f", {span(now - end)} ago" if late(end, now) else ""
    named = cut(incident.named, 100)
    if incident.resolved_by:
        closed = f"RESOLVED #{incident.number} {named} by {incident.resolved_by}"
        return cut(one_line(f"{closed} after {lasted(incident, now)}{ago} {BY_HAND}"), LONGEST)
    who = f", acked by {incident.acked_by}" if incident.acked_by else ""
    return cut(one_line(f"{head} #{incident.number} {named}{again} after {lasted(incident, now)}{ago}{who}"), LONGEST)


def taken(incident: Incident, now: datetime) -> str:
    """Somebody has it: who, and after how long."""
    after = span((incident.acked_at or now) - incident.began)
    by = incident.acked_by or "somebody"
    return cut(one_line(f"ACKED #{incident.number} {cut(incident.named, 100)} by {by} after {after}"), LONGEST)


def flapping(incident: Incident) -> str:
    """It comes and goes: how it stands now, and when it is told of again."""
    well, ill = ("over", "warning") if warns(incident) else ("up", "down")
    stands = well if incident.state is Standing.RESOLVED else ill
    taker = f", acked by {incident.acked_by}" if incident.acked_by else ""
    came = f"came back {count(incident.flaps, 'time')}"
    held = f"I say more when it has held for {span(SETTLE)}"
    return cut(
        one_line(f"FLAPPING #{incident.number} {cut(incident.named, 100)}: {stands} now{taker}, {came}; {held}"),
        LONGEST,
    )


def late(at: datetime, now: datetime) -> bool:
    """Is this no news any more?"""
    return now - at >= NEWS


def below(service: Service, catalog: Catalog, on_call: str = "") -> tuple[str, ...]:
    """Who is on call, who can be reached, and the runbook: what somebody needs at three in the morning."""
    reach = words.reach(catalog, service)
    runbooks = [link.url for link in service.links if link.type == "runbook"]
    last = words.ask_whom(catalog, service).rpartition(", then ")[2]
    nobody = f"{NO_ROTA}; {last} stands behind it" if service.owners else NO_ROTA
    return (
        f"On call: {on_call or nobody}.",
        *([f"Reach: {' · '.join(reach)}"] if reach else []),
        *([f"Runbook: {runbooks[0]}"] if runbooks else []),
    )


def details(alert: Alert | None) -> tuple[str, ...]:
    """The source's own words about what is wrong, cut to what a chat can hold."""
    if alert is None or not alert.detail or alert.state is State.RESOLVED:
        return ()
    return (f"{alert.source}: {cut(' '.join(alert.detail.split()), 300)}",)


def links(alert: Alert | None) -> tuple[tuple[str, str], ...]:
    """Pages of the source."""
    return tuple((link.title, link.url) for link in alert.links) if alert else ()


def lasted(incident: Incident, now: datetime) -> str:
    """How long it has lasted since its last opening, or did."""
    return span((incident.resolved_at or now) - incident.began)


def span(time: timedelta) -> str:
    """A length of time in the two units that matter: `9 min`, `2 h 5 min`, `3 d 4 h`."""
    seconds = max(0, int(time.total_seconds()))
    if seconds < 60:  # noqa: PLR2004
        return f"{seconds} s"
    minutes, hours, days = seconds // 60 % 60, seconds // 3600 % 24, seconds // 86400
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min"
