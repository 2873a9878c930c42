"""Who does what for us: providers by their part, for one service or for all."""

from typing import cast, get_args

from psfbot.catalog import words
from psfbot.catalog.model import Role, Service
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.commands.wording import based_on
from psfbot.errors import UserError
from psfbot.text import and_join, unique

topic = Topic("roles", "Who does what: registrar, DNS, CDN, monitoring, backups.")

ROLES: dict[str, Role] = {
    "domains": "registrar", "domain names": "registrar", "name servers": "dns", "nameservers": "dns",
    "content delivery network": "cdn", "caching": "cdn", "firewall": "waf", "web application firewall": "waf",
    "ssl": "certificates", "tls": "certificates", "certs": "certificates", "certificate authority": "certificates",
    "db": "database", "databases": "database", "postgres": "database", "hosting": "origin", "hosts": "origin",
    "host": "origin", "cloud": "origin", "mail": "email", "e-mail": "email", "uptime": "monitoring",
    "metrics": "monitoring", "alerting": "monitoring", "uptime checks": "monitoring", "logging": "logs",
    "error reporting": "errors", "error tracking": "errors", "paging": "oncall", "pager": "oncall",
    "on call": "oncall", "status page": "status", "statuspage": "status", "object storage": "storage",
    "files": "storage", "backups": "backup", "terraform": "iac", "load balancing": "loadbalancer",
    "load balancer": "loadbalancer", "continuous integration": "ci", "issue tracker": "tracker",
    "source code": "source", "repositories": "source", "sponsors": "funding", "money": "funding",
}  # fmt: skip
"""What people call a part, where it is not the catalog's own word."""


def role_of(said: str) -> Role | None:
    """The catalog's word for a part."""
    plain = said.lower().removeprefix("the ").removeprefix("our ").removesuffix(" provider").strip()
    known: tuple[str, ...] = get_args(Role)
    for word in (plain, plain.rstrip("s")):
        if word in known:
            return cast("Role", word)
        if word in ROLES:
            return ROLES[word]
    return None


@topic.says(
    "who (does|provides|handles|makes) (our|the) {role}",
    "who (runs|keeps) our {role}",
    "who does {role} [for us]",
    "(who|what|which) is our {role} [provider]",
    "(who|what) are our {role} [providers]",
    "(who|what|which) (provider|providers) (does|do|provides|provide) {role}",
    "(where|who) (are|is) [our|the] (backups|backup) [kept|stored]",
    "(role|providers of|providers for) {role}",
    "what (do we use|is used) for {role}",
)
def role(ask: Ask, role: str = "backup") -> Answer:
    """Name the providers that do one part for us, and for which services.

    >>> who is our registrar?
    registrar: Gandi.

    >>> who does dns
    dns: Amazon Route 53.
    """
    known = role_of(role)
    if known is None:
        raise UserError(f"I know no part called '{role}'. Try one of: {', '.join(get_args(Role))}.")
    named = [p for p in ask.catalog.providers.values() if known in p.provides and p.lifecycle != "retired"]
    before = [p.name for p in ask.catalog.providers.values() if known in p.provides and p.lifecycle == "retired"]
    services = [s for s in ask.catalog.services.values() if s.lifecycle != "retired"]
    lines = []
    for provider in named:
        served = [s.id for s in services if any(h.role == known and h.provider == provider.id for h in s.hosting)]
        if served:
            lines.append(f"{provider.name}: {', '.join(served[:12])}{' …' if len(served) > 12 else ''}.")  # noqa: PLR2004
    own = [s.id for s in services if s.id == known or known in s.tags]
    lines += [f"Our own: {', '.join(own)}."] if own else []
    lines += [f"Before: {', '.join(before)}."] if before else []
    if not named:
        ours = f"our own {', '.join(own)}" if own else "the catalog names nobody"
        return Answer(f"{known}: {ours}.", lines=[line for line in lines if not line.startswith("Our own")])
    cites, notes = based_on(ask, named[0], "provides") if len(named) == 1 else ((), ())
    data = {"role": known, "providers": [p.id for p in named]}
    return Answer(f"{known}: {and_join([p.name for p in named])}.", lines=lines, notes=notes, cites=cites, data=data)


@topic.says(
    "(what|which|who) (cdn|waf|firewall|dns|registrar|database|monitoring|provider) is (in front of|behind|used by) [the] {service}",
    "(cdn|dns|registrar|database|waf) (of|for) [the] {service}",
    "(what|who) (monitors|watches|checks) [the] {service}",
    "(is|are) [the] {service} (monitored|watched|behind a cdn|behind fastly|cached)",
)
def serving(ask: Ask, service: Service) -> Answer:
    """Say who does what for one service, its checks included.

    >>> what cdn is in front of docs.python.org?
    docs.python.org: origin DigitalOcean nyc1, cdn Fastly, dns Amazon Route 53, registrar Gandi.

    >>> what monitors docs.python.org
    docs.python.org: origin DigitalOcean nyc1, cdn Fastly, dns Amazon Route 53, registrar Gandi.
    """
    parts = unique(f"{entry.role} {words.provider(ask.catalog, entry)}" for entry in service.hosting)
    checks = [f"{plugin}: {', '.join(names)}" for plugin, names in service.alerts.items()]
    fact = f"{service.id}: {', '.join(parts) or 'the catalog names no provider'}."
    lines = [f"Checked by {'; '.join(checks)}."] if checks else ["The catalog names no check of it."]
    cites, notes = based_on(ask, service, "hosting", "alerts")
    return Answer(fact, lines=lines, notes=notes, cites=cites, data={"service": service.id, "parts": list(parts)})
