"""What breaks with it, what it needs, and the way of a request to it."""

from typing import TYPE_CHECKING

from psfbot.catalog.model import Host, Provider, Region, Service
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.text import count, cut

if TYPE_CHECKING:
    from psfbot.catalog.impact import Kind, Needed, Path, Struck
    from psfbot.catalog.route import Hop

topic = Topic("impact", "What breaks with it, and what it needs.")

HARD, SOFT, LATER = "Down", "Degraded", "Later (cannot be managed or released)"
LISTED = 300
"""Characters of a list of names in one line."""


@topic.says(
    "what (breaks|goes down|fails|is affected|is hit|dies|stops) (if|when|with|without) [the] {cause} "
    "[goes down|goes away|is down|fails|breaks|dies|stops|disappears|is gone]",
    "what (else breaks|else goes down) (if|when|with) [the] {cause} [goes down|goes away|is down|fails|breaks]",
    "(impact|blast radius) (of|for) [the] {cause}",
    "(impact|breaks|dependents) {cause}",
    "(what|which services|who) (depends|depend|relies|rely) on [the] {cause}",
    "(what|which services|who) (needs|need) [the] {cause}",
)
def breaks(ask: Ask, cause: Service | Provider | Region | Host) -> Answer:
    """Say what goes down with a service, provider, region or host, and by which path.

    >>> what breaks if salt-master goes down?
    If salt-master goes down: 1 service down with it: docs.python.org.

    >>> what breaks if nyc1 goes away
    If nyc1 goes down: 5 services down with it: docs.python.org, downloads, loadbalancer, salt-master, hg.python.org.
    """
    kind, name = kind_of(cause)
    found = ask.book.web.breaks(kind, name)
    down = ", ".join(struck.service.id for struck in found.hard)
    fact = f"If {name} goes down: {count(len(found.hard), 'service')} down with it{f': {down}' if down else ''}."
    lines = []
    for word, group in ((SOFT, found.soft), (LATER, found.later)):
        if group:
            lines.append(f"{word}: {cut(', '.join(struck.service.id for struck in group), LISTED)}.")
    lines += [f"{struck.service.id}: {way(struck)}" for struck in found.struck if struck.depth > 1 or struck.uncertain]
    lines += [f"They need each other in a ring: {' -> '.join(ring)}." for ring in found.cycles]
    if isinstance(cause, Service) and not found.hard:
        lines += above(ask, cause)
    data = {
        "cause": {"kind": kind, "id": name},
        "struck": [{"service": s.service.id, "strength": s.strength, "path": steps(s.path)} for s in found.struck],
    }
    return Answer(fact, lines=lines, data=data)


@topic.says(
    "(what|which cause) do [the] {one} and [the] {other} (share|have in common|both need|both depend on|both hang on)",
    "(what|which cause) is (common to|shared by) [the] {one} and [the] {other}",
    "[the] {one} and [the] {other} are (both down|both 503|both broken|down together|both failing)",
    "(shared cause|common cause) (of|for) [the] {one} and [the] {other}",
)
def shared(ask: Ask, one: Service, other: Service) -> Answer:
    """Name what two services both cannot do without: the first places to look when they fail together.

    >>> what do docs.python.org and hg.python.org share?
    docs.python.org and hg.python.org both need: loadbalancer, nyc1, digitalocean.
    """
    found = ask.book.web.shared([one.id, other.id])
    names = ", ".join(cause.node.id for cause in found)
    both = f"{one.id} and {other.id} both need"
    fact = f"{both}: {names}." if names else f"{one.id} and {other.id} share nothing that the catalog knows."
    lines = [f"{cause.node.id}: {cause.uncertain}." for cause in found if cause.uncertain]
    return Answer(fact, lines=lines, data={"shared": [cause.node.id for cause in found]})


def kind_of(cause: Service | Provider | Region | Host) -> "tuple[Kind, str]":
    """What kind of thing it is, and its name."""
    if isinstance(cause, Host):
        return "host", cause.name
    if isinstance(cause, Provider):
        return "provider", cause.id
    return ("region", cause.id) if isinstance(cause, Region) else ("service", cause.id)


def above(ask: Ask, service: Service) -> list[str]:
    """What may have taken it down, and others with it."""
    needs = [need.what for need in ask.book.web.needs(service.id).hard if need.what.kind == "service"]
    struck = [(need.id, len(ask.book.web.breaks("service", need.id).hard)) for need in needs]
    told = [f"{name} ({count(number, 'service')} would be down with it)" for name, number in struck]
    return [f"If it is down itself, look at what it needs: {', '.join(told)}."] if told else []


def way(hit: "Struck | Needed") -> str:
    """A path in words, with the doubt about it."""
    first, *rest = hit.path
    told = first.id + "".join(f" -> {step.id} ({step.why})" for step in rest)
    return f"{told}; {hit.uncertain}." if hit.uncertain else f"{told}."


def steps(path: "Path") -> list[dict[str, str]]:
    """A path as data."""
    return [{"kind": step.kind, "id": step.id, "why": step.why} for step in path]


@topic.says(
    "what (does|do) [the] {service} (need|needs|depend on|rely on|require|use|stand on|run on)",
    "(dependencies|needs|depends) (of|for) [the] {service}",
    "(needs|dependencies|deps) {service}",
    "what is [the] {service} (built on|dependent on|made of)",
)
def needs(ask: Ask, service: Service) -> Answer:
    """Say what a service needs, directly and through others, hard and soft apart.

    >>> what does docs.python.org need?
    docs.python.org needs: digitalocean, docs.nyc1.psf.io, fastly, loadbalancer, nyc1, route53, salt-master, salt.nyc1.psf.io.
    """
    found = ask.book.web.needs(service.id)
    hard = sorted(needed.what.id for needed in found.hard)
    fact = f"{service.id} needs: {', '.join(hard)}." if hard else f"{service.id} needs nothing that the catalog names."
    lines = []
    for word, group in (("Degraded without", found.soft), ("To be managed or released it needs", found.later)):
        if group:
            lines.append(f"{word}: {cut(', '.join(needed.what.id for needed in group), LISTED)}.")
    lines += [f"By way of: {way(needed)}" for needed in found.hard if needed.depth > 1]
    lines += [f"They need each other in a ring: {' -> '.join(ring)}." for ring in found.cycles]
    hops = path_of(ask, service)
    lines += [f"The way of a request: {hops}"] if hops else []
    data = {
        "service": service.id,
        "needs": [{"id": n.what.id, "kind": n.what.kind, "strength": n.strength} for n in found.needed],
    }
    return Answer(fact, lines=lines, data=data)


@topic.says(
    "(path|route|request path) (of|to|for) [the] {service}",
    "(what|which) (load balancer and cdn|cdn and load balancer|load balancer) is [the] {service} behind",
    "how does a request (reach|get to) [the] {service}",
    "what is (in front of|between users and) [the] {service}",
)
def path(ask: Ask, service: Service) -> Answer:
    """Tell the way of a request: registrar, DNS, CDN, load balancer, origin.

    >>> path of docs.python.org
    docs.python.org: registrar gandi -> dns route53 -> cdn fastly -> loadbalancer loadbalancer nyc1 -> origin digitalocean nyc1
    """
    hops = path_of(ask, service)
    if not hops:
        return Answer(f"{service.id}: the catalog knows no part of the way to it.")
    return Answer(f"{service.id}: {hops}", data={"service": service.id, "path": hops})


def path_of(ask: Ask, service: Service) -> str:
    """The hops of a request in one line."""
    from psfbot.catalog.route import route  # noqa: PLC0415 - most questions need no graph

    return " -> ".join(hop_words(hop) for hop in route(ask.catalog, service))


def hop_words(hop: "Hop") -> str:
    """One hop: what it does, who does it, and where."""
    return f"{hop.role} {hop.id} {hop.region}" if hop.region else f"{hop.role} {hop.id}"
