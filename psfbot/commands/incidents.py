"""Incidents: what is down, who has it, and what people do about it."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from psfbot.catalog import words
from psfbot.chat.answer import Answer, Item, Link, Outcome
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level, standing
from psfbot.chat.times import moment
from psfbot.errors import UserError
from psfbot.flows import passing, respond
from psfbot.flows.oncall import Roster
from psfbot.flows.relay import Relay
from psfbot.flows.respond import Actor
from psfbot.flows.scene import Scene
from psfbot.oncall.page import Signal
from psfbot.relay.alert import Alert, State
from psfbot.relay.bulletin import listed as names
from psfbot.relay.bulletin import name, ranked
from psfbot.relay.incident import Incident, Problem, Silence, Standing
from psfbot.relay.mute import holding
from psfbot.relay.ports import Ledger
from psfbot.relay.word import lasted
from psfbot.text import and_join, count, cut, unique

topic = Topic("incidents", "What is down, who has it, and what you can do about it.")

ALL_CLEAR = "Nothing is down that I was told of."
SHOWN = 20
SILENT = 3
"""Silences that are told of what stands below one shared cause; `silences` lists all."""
ROOMS = 50
"""Storms that may be open at once, one for each room: they are no incidents that anybody lists."""
AT_ONCE = 20
DIGITS = 9
"""A longer number is no incident's, and no database takes it."""


@topic.says(
    "(incidents|alerts|problems|sup|what is down|what is broken|what is on fire|open incidents|status incidents)",
    "(is anything|is something|anything) (down|broken|on fire)",
    "(what|which services) (are|is) (down|broken|on fire)",
    "(list|show|show me|any|list open|any open|list the) (incidents|alerts|problems|outages)",
    "(is there|are there) (an|any|open|any open) (incident|incidents|problem|problems|outage|outages|alerts)",
)
async def incidents(ask: Ask) -> Answer:
    """List the open incidents.

    >>> incidents
    Nothing is down that I was told of.
    """
    found = await ask.port(Relay).look(lambda ledger: opened(ledger, ask))
    return listing(ask, found, ALL_CLEAR)


@topic.says(
    "(all incidents|incidents all|past incidents|recent incidents|resolved incidents)",
    "list (all|past|recent|resolved) incidents",
)
async def recent(ask: Ask) -> Answer:
    """List the latest incidents, resolved ones too.

    >>> recent incidents
    There were no incidents yet.
    """
    found = await ask.port(Relay).look(
        lambda ledger: Listed(ledger.incidents(open_only=False, limit=SHOWN), {}, ledger.silences(ask.now))
    )
    return listing(ask, found, "There were no incidents yet.")


@dataclass(frozen=True)
class Listed:
    """Incidents to list, with what stands below those of them that are shared causes, and what is silenced."""

    found: Sequence[Incident]
    below: Mapping[int, Sequence[Incident]]
    silences: Sequence[Silence]


def opened(ledger: Ledger, ask: Ask) -> Listed:
    """What is open now; failures that share a cause stand below it, so that a storm of them stays one line."""
    tops = [one for one in ledger.tops(SHOWN + 1 + ROOMS) if one.storm is None][: SHOWN + 1]
    below = {one.number: ranked(going(ledger.children(one.number)), ask.catalog) for one in tops if one.node}
    return Listed(tops, below, ledger.silences(ask.now))


def going(incidents: Sequence[Incident]) -> list[Incident]:
    """Those that are not over."""
    return [one for one in incidents if one.state is not Standing.RESOLVED]


def listing(ask: Ask, listed: Listed, empty: str) -> Answer:
    """Incidents as a list, the newest first; where there are more than fit, it says so."""
    found, shown = listed.found, listed.found[:SHOWN]
    data = {"incidents": [incident.model_dump(mode="json") for incident in shown]}
    if not shown:
        return Answer(empty, data=data)
    items = [Item(f"#{i.number} {called(ask, i)}", brief(ask, i, listed), "incident") for i in shown]
    still = sum(incident.state is not Standing.RESOLVED for incident in shown)
    more = f"{count(still, 'open incident')}{more_below(listed)}"
    fact = f"{more}." if still else f"No open incident; the last {len(shown)}:"
    if len(found) > len(shown):
        fact = f"More than {more}; the newest:"
    return Answer(fact, items=items, data=data)


def more_below(listed: Listed) -> str:
    """How many more stand below shared causes."""
    number = sum(map(len, listed.below.values()))
    causes = and_join([f"#{cause}" for cause, below in listed.below.items() if below])
    return f", and {number} below {causes}" if number else ""


def called(ask: Ask, incident: Incident) -> str:
    """What it is about, as people call it."""
    return name(incident.node, ask.catalog) if incident.node else incident.named


def brief(ask: Ask, incident: Incident, listed: Listed) -> str:
    """How it stands, until when nobody is told, and what is wrong; of a shared cause, what stands below it."""
    down = listed.below.get(incident.number)
    held = silence_of(incident, listed.silences, ask.now)
    stands = state(ask, incident) + (f", {hushed(ask, held)}" if held else "")
    quiet = [(one, found) for one in down or () if (found := silence_of(one, listed.silences, ask.now))]
    stands += "".join(f", {one.named} {hushed(ask, found)}" for one, found in quiet[:SILENT])
    return (
        f"{stands}, {count(len(down), 'service')}: {names(down, 120)}"
        if down
        else f"{stands}, {cut(incident.title, 80)}"
    )


def silence_of(incident: Incident, silences: Sequence[Silence], now: datetime) -> Silence | None:
    """The silence that keeps people from hearing of an incident that goes on."""
    return None if incident.state is Standing.RESOLVED else holding(incident.subject, silences, now)


def hushed(ask: Ask, silence: Silence) -> str:
    """Until when nobody is told, and who wanted that."""
    what = "in maintenance" if silence.maintenance else "silenced"
    return f"{what} until {moment(silence.ends_at, ask.now, zone(ask))} by {silence.author}"


def hush_line(ask: Ask, silence: Silence) -> str:
    """The same as a sentence, with the reason."""
    said = hushed(ask, silence) + (f", because {silence.reason}" if silence.reason else "")
    return f"{said[0].upper()}{said[1:]} (silence {silence.id}): only its end is told."


def state(ask: Ask, incident: Incident) -> str:
    """How it stands, who has it or closed it, and for how long."""
    if incident.state is Standing.RESOLVED:
        who = f" by {incident.resolved_by}" if incident.resolved_by else ""
        return f"resolved{who} after {lasted(incident, ask.now)}"
    who = f" by {incident.acked_by}" if incident.acked_by else ""
    return f"{incident.state}{who} for {lasted(incident, ask.now)}"


@topic.says("incident {number}", "#{number}", "show incident {number}", "what is incident {number}")
async def incident(ask: Ask, number: int) -> Answer:
    """Show one incident: how it stands, what its sources say, whom to ask.

    >>> incident 12
    There is no incident #12. `incidents` lists the open ones.
    """
    shown = await ask.port(Relay).look(lambda ledger: whole(ledger, number, ask.now))
    found, alerts, below = shown.incident, shown.alerts, shown.below
    fact = f"#{number} {called(ask, found)}: {state(ask, found)}. {found.title}"
    service = ask.catalog.services.get(found.service or "")
    lines = [hush_line(ask, shown.silence)] if shown.silence else []
    lines += [by_hand(found, shown.insisting)] if found.resolved_by and shown.insisting else []
    lines.append(since(ask, found))
    if service:
        lines.append(f"Runs {words.runs(ask.catalog, service)}. Ask {words.ask_whom(ask.catalog, service)}.")
    lines += [f"{source}: {text}" for source, text in latest(alerts)]
    lines += [f"#{one.number} {one.named}: {state(ask, one)}, {cut(one.title, 80)}" for one in below]
    lines += [f"It stands below #{found.cause}."] if found.cause else []
    if found.service and (found.flaps or found.repeats):
        lines.append(f"Came back {count(found.flaps, 'time')}, was reported again {count(found.repeats, 'time')}.")
    pages = () if ask.message.public else (link for alert in reversed(alerts) for link in alert.links)
    links = {link.url: Link(link.title, link.url) for link in pages}
    data = {
        "incident": found.model_dump(mode="json"),
        "about": list(unique(alert.about for alert in alerts)),
        "silence": shown.silence.model_dump(mode="json") if shown.silence else None,
    }
    return Answer(fact, lines=lines, links=tuple(links.values())[:5], data=data)


@dataclass(frozen=True)
class Whole:
    """All that is shown of one incident; `insisting` are the sources that report what a person closed."""

    incident: Incident
    alerts: Sequence[Alert]
    below: Sequence[Incident]
    silence: Silence | None
    insisting: Sequence[Problem]


def whole(ledger: Ledger, number: int, now: datetime) -> Whole:
    """Everything about one incident, as of one moment."""
    found = known(ledger, number)
    held = silence_of(found, ledger.silences(now), now)
    return Whole(found, ledger.alerts(number), ledger.children(number), held, insisting(ledger, number))


def insisting(ledger: Ledger, number: int) -> Sequence[Problem]:
    """What a person called over while its source did not, nor has since; of a shared cause, what stands below it."""
    numbers = [number, *(one.number for one in ledger.children(number))]
    found = [problem for one in numbers for problem in ledger.problems(one)]
    return [one for one in found if one.closed_at and one.state is not State.RESOLVED]


def by_hand(incident: Incident, insisting: Sequence[Problem]) -> str:
    """That it may not be over at all."""
    sources = unique(one.source for one in insisting)
    still = "still reports it" if len(sources) == 1 else "still report it"
    return (
        f"Closed by hand by {incident.resolved_by}, but {and_join(sources)} {still}: {cut(insisting[0].summary, 120)}"
    )


def since(ask: Ask, incident: Incident) -> str:
    """Since when, and how bad; one that came back says when it began at first."""
    first = f", first opened {moment(incident.opened_at, ask.now, zone(ask))}" if incident.reopened_at else ""
    return f"Since {moment(incident.began, ask.now, zone(ask))}{first}, {incident.severity}."


def known(ledger: Ledger, number: int) -> Incident:
    """One incident, or a word on where to look."""
    found = ledger.incident(number)
    if found is None:
        raise UserError(respond.NO_SUCH.format(number=number))
    return found


def latest(alerts: Sequence[Alert]) -> list[tuple[str, str]]:
    """What each source says now under each key; an alert that was overtaken on its way says nothing any more."""
    last = {(alert.source, alert.key): alert for alert in sorted(alerts, key=lambda alert: alert.at)}
    return [(alert.source, f"{alert.summary} ({alert.state})") for alert in last.values()]


def zone(ask: Ask) -> str | None:
    """The reader's time zone, where the catalog knows it."""
    return ask.person.timezone if ask.person else None


def actor(ask: Ask) -> Actor:
    """Who asks, for the timeline."""
    speaker = ask.message.speaker
    where = f"on {ask.message.platform}" + (f" in {ask.message.room}" if ask.message.room else "")
    return Actor(ask.person.id if ask.person else speaker.name, where)


async def allow(ask: Ask, number: int) -> None:
    """Refuse unless the speaker may respond to this incident: on call, an owner of its service, or granted it.

    What is done about a shared cause is done about all that stands below it, so it takes the right to each.
    """
    found = await ask.port(Relay).look(lambda ledger: [*ledger.children(number)] or [known(ledger, number)])
    services = (ask.catalog.services.get(one.service or "") for one in found)
    held = min((standing(ask.message.speaker, ask.catalog, one) for one in services), key=lambda one: one.level)
    if held.level < Level.RESPONDER:
        raise UserError(f"That needs a responder, and {held.reason}. `whoami` tells more.")


@topic.says(
    "(ack|acknowledge|take|own|mine) {numbers}",
    "(i have|i take|i am on) [incident] {numbers}",
    level=Level.RESPONDER,
    writes=True,
    per_incident=True,
)
async def ack(ask: Ask, numbers: str) -> Answer:
    """Say that you have an incident; several numbers at once are fine.

    >>> ack 12
    There is no incident #12. `incidents` lists the open ones.
    """
    return await each(ask, numbers, "acknowledge")


@topic.says("(resolve|res|resolved|close|fixed) {numbers}", level=Level.RESPONDER, writes=True, per_incident=True)
async def resolve(ask: Ask, numbers: str) -> Answer:
    """Say that an incident is over; if a source still reports it later, it opens again.

    >>> resolve 12
    There is no incident #12. `incidents` lists the open ones.
    """
    return await each(ask, numbers, "resolve")


async def each(ask: Ask, numbers: str, verb: str) -> Answer:
    """Do the same to every incident named, tell the pager of it, and say of each how that went."""
    acks = verb == "acknowledge"
    work, signal = (respond.acknowledge, Signal.ACKNOWLEDGE) if acks else (respond.resolve, Signal.RESOLVE)
    told: dict[int, str] = {}
    failed: list[int] = []
    for number in parse(numbers):
        try:
            await allow(ask, number)
            changed = await deed(ask, number, partial(work, number, actor(ask)), signal)
        except UserError as error:
            failed.append(number)
            told[number] = str(error)
        else:
            after = f" by {changed.acked_by}" if acks else f" after {lasted(changed, ask.now)}"
            told[number] = f"#{number} {changed.named}: {changed.state}{after}."
    done = [number for number in told if number not in failed]
    passed = await asyncio.gather(*(pass_on(ask, number) for number in done))
    told |= {number: told[number] + said for number, said in zip(done, passed, strict=True)}
    lines = list(told.values())
    outcome = Outcome.REFUSED if len(failed) == len(told) else Outcome.ANSWERED
    if len(told) == 1:
        return Answer(lines[0], outcome=outcome)
    return Answer(summary(list(told), failed, verb), lines=lines, outcome=outcome)


async def deed(ask: Ask, number: int, work: Callable[[Scene], Incident], signal: Signal, text: str = "") -> Incident:
    """Do it, and keep with it what the pager is to hear of that: about a shared cause, of all that changed with it."""
    roster, by = ask.port(Roster), actor(ask).name

    def act(scene: Scene) -> Incident:
        done = work(scene)
        if roster.pager is not None:
            passing.queue(passing.changed_with(number, scene), signal, by, text, roster.pager_name, scene)
        return done

    return await ask.port(Relay).change(act, ask.book, ask.now)


async def pass_on(ask: Ask, number: int) -> str:
    """Tell the pager at once what it is to hear of an incident; its word on that, as a sentence of its own.

    Nothing where there is no pager, or where it has no part in the incident. The rooms know already, so a pager that
    does not answer holds up nobody but whoever asked, and for seconds only.
    """
    below = await ask.port(Relay).look(lambda ledger: ledger.children(number))
    said = await passing.pass_on(ask.port(Roster), (number, *(one.number for one in below)), ask.book, ask.now)
    return "".join(f" {word.rstrip('.')}." for word in said)


def summary(numbers: Sequence[int], failed: Sequence[int], verb: str) -> str:
    """What became of several incidents, in one line: it is what the audit keeps."""
    done = and_join([f"#{number} {verb}d" for number in numbers if number not in failed])
    left = and_join([f"#{number}" for number in failed], "or")
    return f"{done}, but not {left}:" if done and left else f"{done}:" if done else f"Nothing was {verb}d:"


def parse(numbers: str) -> list[int]:
    """Incident numbers: `12`, `#12 13`, `12, 13 and 14`."""
    said = [word for word in numbers.replace(",", " ").replace("#", " ").split() if word not in {"and", "incident"}]
    if not said or not all(word.isdecimal() and len(word) <= DIGITS for word in said):
        raise UserError(f"I read no incident numbers in '{cut(numbers, 60)}'. Say for example: ack 12 13")
    found = list(dict.fromkeys(map(int, said)))
    if len(found) > AT_ONCE:
        raise UserError(
            f"That is {len(found)} incidents at once. Name at most {AT_ONCE}, so that somebody looks at each."
        )
    return found


@topic.says(
    "(note|comment) {number} {text}",
    "note (on|to|for) {number} {text}",
    level=Level.RESPONDER,
    writes=True,
    per_incident=True,
)
async def note(ask: Ask, number: int, text: str) -> Answer:
    """Write something down on the timeline of an incident.

    >>> note 12 restarted nginx
    There is no incident #12. `incidents` lists the open ones.
    """
    await allow(ask, number)
    await deed(ask, number, lambda scene: respond.note(number, text, actor(ask), scene), Signal.NOTE, text)
    return Answer(f"#{number}: noted.{await pass_on(ask, number)}")
