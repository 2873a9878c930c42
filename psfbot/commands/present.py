"""Is it up? What the bot was told, and honesty about what it was not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psfbot.catalog.model import Service
from psfbot.chat.answer import Answer, Link
from psfbot.chat.command import Ask, Topic
from psfbot.commands.incidents import by_hand, hush_line, insisting, state
from psfbot.flows.relay import Relay
from psfbot.relay.bulletin import name
from psfbot.relay.incident import Incident, Problem, Silence, Standing
from psfbot.relay.mute import holding
from psfbot.relay.ports import Ledger

topic = Topic("present", "Whether it is up, as far as the bot was told.")

BLIND = "I cannot see from here whether {id} is up: only the running bot is told."
QUIET = "{id}: no open incident. I was told of no problem, which is no proof that there is none."


@topic.says(
    "is [the] {service} (up|down|ok|okay|working|broken|slow|reachable|online|offline|having problems|healthy|alive now) "
    "[or is it just me|or just me|now|right now|for everyone|for you|for anyone else|still]",
    "is [the] {service} still (up|down|broken|slow)",
    "[the] {service} (is|seems|looks|seems to be|appears) (down|broken|slow|offline|unreachable)",
    "(status|state|health) (of|for) [the] {service}",
    "how is [the] {service} [doing]",
    "(is there|are there|any) (an incident|incidents|a problem|problems|an outage|outages) (with|on|at|of|for) [the] {service}",
    "[the] {service} (gives|returns|answers|throws) (503|502|500|504|errors|an error)",
)
async def up(ask: Ask, service: Service) -> Answer:
    """Say whether a service has an open incident, and where else to look.

    >>> is docs.python.org down or is it just me?
    docs.python.org: no open incident. I was told of no problem, which is no proof that there is none.
    """
    links = [Link(link.title or "Status page", link.url) for link in service.links if link.type == "status"]
    checks = "; ".join(f"{plugin}: {', '.join(names)}" for plugin, names in service.alerts.items())
    lines = [f"Checks of it: {checks}."] if checks else ["The catalog names no check of it, so I may never be told."]
    if service.lifecycle == "retired":
        lines = [f"It is retired; ask what happened to {service.id}."]
    if ask.ports is None:
        return Answer(BLIND.format(id=service.id), lines=lines, links=links, data={"service": service.id})
    here = await ask.port(Relay).look(lambda ledger: seen(ledger, service, ask.now))
    found, cause = here.incident, here.cause
    data = {
        "service": service.id,
        "incident": found.model_dump(mode="json") if found else None,
        "silence": here.silence.model_dump(mode="json") if here.silence else None,
    }
    lines = [hush_line(ask, here.silence), *lines] if here.silence else lines
    if found and here.insisting:
        fact = f"{service.id}: #{found.number} {state(ask, found)}. {by_hand(found, here.insisting)}"
        return Answer(fact, lines=lines, links=links, data=data)
    if found is None or found.state is Standing.RESOLVED:
        last = [f"The last one, #{found.number}, was {state(ask, found)}: {found.title}."] if found else []
        return Answer(QUIET.format(id=service.id), lines=[*last, *lines], links=links, data=data)
    if cause:
        shared = name(cause.node, ask.catalog) if cause.node else cause.named
        lines.insert(0, f"It failed together with others: #{cause.number} {shared}, {cause.title}.")
    fact = f"{service.id}: #{found.number} {state(ask, found)}. {found.title}"
    return Answer(fact, lines=lines, links=links, data=data)


@dataclass(frozen=True)
class Seen:
    """The latest incident of a service, the shared cause above it while both go on, and what keeps it from being told.

    `insisting` is what its sources still report although a person closed it.
    """

    incident: Incident | None
    cause: Incident | None
    silence: Silence | None
    insisting: Sequence[Problem]


def seen(ledger: Ledger, service: Service, now: datetime) -> Seen:
    """What is known of a service, as of one moment."""
    found = ledger.latest(service.id)
    cause = ledger.incident(found.cause) if found and found.cause else None
    closed = found is not None and found.state is Standing.RESOLVED and found.resolved_by != ""
    return Seen(
        found,
        cause if cause and cause.state is not Standing.RESOLVED else None,
        holding(service.id, ledger.silences(now), now),
        insisting(ledger, found.number) if found and closed else (),
    )
