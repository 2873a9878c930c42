"""Certificates: when they end, who made them, and whom to tell; only the running bot looks at them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from psfbot.catalog import words
from psfbot.catalog.model import Service
from psfbot.chat.answer import Answer, Item, Outcome
from psfbot.chat.command import Ask, Topic
from psfbot.chat.times import length
from psfbot.commands.when import moment_of
from psfbot.commands.wording import based_on
from psfbot.errors import UserError
from psfbot.text import and_join, count, unique

if TYPE_CHECKING:
    from psfbot.flows.certificates import Certificates, Look
    from psfbot.relay.certificate import Shown

topic = Topic("certificates", "When certificates end, who made them, and whom to tell.")

CERT = "(certificate|cert|tls certificate|ssl certificate|tls cert|ssl cert)"
NO_DATES = "Only a running bot looks at certificates, and the catalog holds no dates"
NO_HOST = "{service}: the catalog names no host of it that I could look at, so I know nothing of its certificate."
NONE_SEEN = (
    "I have seen no certificate yet. I look at those that the catalog lists under `alerts`, `probe`, as tls:HOST."
)
SOON = timedelta(days=30)
"""What is soon, where nobody says a time."""
MOST = 6
"""Hosts of one service that are looked at for one answer."""
STALE = timedelta(days=30)
"""What nobody has seen for so long is told no more."""
LAST = datetime.max.replace(tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@topic.says(
    "(certificates|certs|which certificates|which certs|what certificates) [that|are] "
    "(expire|expiring|expires|end|ending|run out|running out) [soon|next|this week|this month]",
    "(certificates|certs|which certificates|which certs|what certificates) [that|are] "
    "(expire|expiring|expires|end|ending|run out|running out) (in|within|before|until|by|on) {when}",
    "(which|what) (certificate|cert) (expires|ends) (next|first|soon|when)",
    "(expiring|expired|invalid) (certificates|certs)",
)
async def expiring(ask: Ask, when: str = "") -> Answer:
    """List the certificates that end soon, as they were last seen; without a time, within 30 days.

    >>> certificates expiring in 14 days
    None of 2 certificates that I have seen ends by 2026-12-04. The first is docs.python.org: in 80 days, on 2027-02-08.

    >>> certs that expire before 2027-03-01
    1 of 2 certificates that I have seen ends by 2027-03-01, or is not valid.
    """
    looking = port(ask)
    if looking is None:
        return Answer(f"{NO_DATES}.{whom(ask)}")
    seen = [one for one in await looking.all() if ask.now - one.seen_at <= STALE]
    if not seen:
        return Answer(f"{NONE_SEEN}{whom(ask)}", outcome=Outcome.NOT_FOUND)
    horizon = end_of(when, ask)
    found = [one for one in seen if one.trouble or one.ends_at <= horizon]
    of_them = count(len(seen), "certificate")
    notes = aged(seen, ask.now)
    data = {"by": horizon.isoformat(), "certificates": [one.model_dump(mode="json") for one in found]}
    if not found:
        first = seen[0]
        fact = f"None of {of_them} that I have seen ends by {horizon:%Y-%m-%d}."
        return Answer(f"{fact} The first is {first.host}: {ends(first, ask.now)}.", notes=notes, data=data)
    how = "ends by {}, or is not valid" if len(found) == 1 else "end by {}, or are not valid"
    fact = f"{len(found)} of {of_them} that I have seen {how.format(f'{horizon:%Y-%m-%d}')}."
    return Answer(fact, items=[entry(ask, one) for one in found], notes=notes, data=data)


@topic.says(
    f"when (does|do|will) the {CERT} (of|for) [the] {{service}} (expire|end|run out)",
    f"when (does|do|will) [the] {{service}} {CERT} (expire|end|run out)",
    f"how long is the {CERT} (of|for) [the] {{service}} [still] (valid|good)",
    f"(who|what) (renews|issues|issued|made) the {CERT} (of|for) [the] {{service}}",
    f"is the {CERT} (of|for) [the] {{service}} (valid|expired|ok|about to expire)",
    f"is [the] {{service}} {CERT} (valid|expired|ok|about to expire)",
    f"[the] (certificates|certs|{CERT[1:-1]}) (of|for) [the] {{service}}",
    f"[the] {{service}} {CERT} [expiry|expiration]",
    "(certificate|cert|tls|ssl) (expiry|expiration) [date] [of|for] [the] {service}",
)
async def certificate(ask: Ask, service: Service) -> Answer:
    """Look at the certificate of a service now: when it ends, whether it is valid, who made it, and whom to tell.

    >>> when does the certificate of docs.python.org expire?
    docs.python.org: its certificate ends in 80 days, on 2027-02-08. Issued by A Test Authority.

    >>> is the certificate of salt-master valid
    salt-master: the catalog names no host of it that I could look at, so I know nothing of its certificate.
    """
    looking = port(ask)
    hosts = [domain for domain in service.domains if "/" not in domain and "*" not in domain][:MOST]
    cites, notes = based_on(ask, service, "hosting.certificates")
    owners, more = f"To tell: {words.ask_whom(ask.catalog, service)}.", renewal(ask, service)
    if looking is None:
        fact = f"{service.id}: {NO_DATES[:1].lower()}{NO_DATES[1:]}.{whom(ask)}"
        return Answer(fact, lines=[owners, *more], notes=notes, cites=cites, data={"service": service.id})
    if not hosts:
        return Answer(NO_HOST.format(service=service.id), lines=[owners, *more], notes=notes, cites=cites)
    looks = sorted(await looking.look(hosts), key=urgency)
    told = [told_of(one, ask.now) for one in looks]
    others = [f"{one.host}: {said}" for one, said in zip(looks[1:], told[1:], strict=True)]
    name = service.id if looks[0].host == service.id or len(looks) == 1 else f"{service.id} ({looks[0].host})"
    data = {"service": service.id, "certificates": [one.shown.model_dump(mode="json") for one in looks if one.shown]}
    outcome = Outcome.ANSWERED if any(one.shown for one in looks) else Outcome.NOT_FOUND
    return Answer(
        f"{name}: {told[0]}", lines=[owners, *others, *more], notes=notes, cites=cites, data=data, outcome=outcome
    )


def port(ask: Ask) -> "Certificates | None":
    """What looks at certificates; nothing without the running bot."""
    if ask.ports is None:
        return None
    from psfbot.flows.certificates import Certificates  # noqa: PLC0415 - a question to the catalog needs no event loop

    return ask.port(Certificates)


def told_of(look: "Look", now: datetime) -> str:
    """What is known of one host's certificate, and how fresh that is."""
    shown = look.shown
    if shown is None:
        return f"I could not look at its certificate, and never saw it. {look.trouble}"
    aside = f" (asked {shown.instead} in its place)" if shown.instead else ""
    how = f"is not valid: {shown.trouble}" if shown.trouble else f"ends {ends(shown, now)}"
    said = f"its certificate {how}{aside}. Issued by {shown.issuer}."
    old = f" So it was {ago(now - shown.seen_at)} ago; now I could not look. {look.trouble}"
    return said + old if look.trouble else said


def urgency(look: "Look") -> tuple[bool, bool, datetime]:
    """What must be told first: what is not valid, then what ends soonest, then what is not known."""
    shown = look.shown
    return (shown is None, not (shown and shown.trouble), shown.ends_at if shown else LAST)


def entry(ask: Ask, shown: "Shown") -> Item:
    """One line of a list: the host, when it ends, and whom to tell."""
    when = f"not valid: {shown.trouble}" if shown.trouble else ends(shown, ask.now)
    found = [one.record for one in ask.book.find(shown.host, ("service",)).hits if isinstance(one.record, Service)]
    owner = words.ask_whom(ask.catalog, found[0]) if len(found) == 1 else "no service of the catalog"
    return Item(shown.host, f"{when}; {owner}", "service" if len(found) == 1 else "")


def ends(shown: "Shown", now: datetime) -> str:
    """When it ends: `in 10 days, on 2026-11-30`."""
    left = ago(shown.ends_at - now)
    return f"{f'in {left}' if shown.ends_at >= now else f'{left} ago'}, on {shown.ends_at:%Y-%m-%d}"


def ago(time: timedelta) -> str:
    """A length of time in the one unit that matters here."""
    time = abs(time)
    if time >= 2 * DAY:
        return count(time // DAY, "day")
    return count(time // HOUR, "hour") if time >= HOUR else count(time // timedelta(minutes=1), "minute")


def end_of(when: str, ask: Ask) -> datetime:
    """Until when to look: a length of time, or a day."""
    if not when:
        return ask.now + SOON
    zone = ask.person.timezone if ask.person else None
    try:
        return ask.now + length(when)
    except UserError:
        return moment_of(when, ask.now, zone)


def aged(seen: "Sequence[Shown]", now: datetime) -> list[str]:
    """How old the oldest of these looks is, where that is worth a word."""
    oldest = max(now - one.seen_at for one in seen)
    return [f"The oldest of these looks was {ago(oldest)} ago."] if oldest > HOUR else []


def renewal(ask: Ask, service: Service) -> list[str]:
    """What the catalog says about who renews it."""
    entries = service.hosted("certificates")
    issuers = unique(words.provider(ask.catalog, entry) for entry in entries)
    lines = [f"By the catalog it is issued by {and_join(issuers)}."] if issuers else []
    lines += [entry.note for entry in entries if entry.note]
    return lines + [f"{need.service}: {need.note}" for need in service.depends_on if "certificate" in (need.note or "")]


def whom(ask: Ask) -> str:
    """Whom to ask what I do not know."""
    team = ask.catalog.teams.get("infra")
    return f" Ask {team.name}." if team else ""
