"""Certificates: whose they are and who renews them; when they end is not written in the catalog."""

from psfbot.catalog import words
from psfbot.catalog.model import Service
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.commands.wording import based_on
from psfbot.text import and_join, unique

topic = Topic("certificates", "Whose certificates a service has, and who renews them.")

NO_DATES = "I do not look at certificates yet, and the catalog holds no dates"


@topic.says(
    "(certificates|certs|which certificates|which certs|what certificates) [that|are] "
    "(expire|expiring|expires|end|ending|run out|running out) [soon|next|this week|this month]",
    "(certificates|certs|which certificates|which certs|what certificates) [that|are] "
    "(expire|expiring|expires|end|ending|run out|running out) (in|within|before|until|by|on) {when}",
    "(which|what) (certificate|cert) expires (next|first|soon|when)",
)
def expiring(ask: Ask, when: str = "") -> Answer:
    """Say honestly that nothing is known of the dates of certificates.

    >>> certificates expiring in 14 days
    I do not look at certificates yet, and the catalog holds no dates. Ask PSF Infrastructure Team.
    """
    team = ask.catalog.teams.get("infra")
    return Answer(f"{NO_DATES}.{f' Ask {team.name}.' if team else ''}")


@topic.says(
    "when (does|do|will) the (certificate|cert|tls certificate|ssl certificate) (of|for) [the] {service} (expire|end|run out)",
    "(who|what) (renews|issues|made) the (certificate|cert|tls certificate|ssl certificate) (of|for) [the] {service}",
    "(certificate|cert|certificates) (of|for) [the] {service}",
    "is the (certificate|cert) (of|for) [the] {service} (valid|expired|ok|about to expire)",
    "when does [the] {service} certificate expire",
)
def certificate(ask: Ask, service: Service) -> Answer:
    """Say who issues and renews the certificates of a service; when they expire is not known yet.

    >>> when does the certificate of docs.python.org expire?
    docs.python.org: I do not look at certificates yet, and the catalog holds no dates. Ask PSF Infrastructure Team.
    """
    entries = service.hosted("certificates")
    issuers = unique(words.provider(ask.catalog, entry) for entry in entries)
    lines = [f"Issued by {and_join(issuers)}."] if issuers else []
    lines += [entry.note for entry in entries if entry.note]
    lines += [f"{need.service}: {need.note}" for need in service.depends_on if "certificate" in (need.note or "")]
    team = ask.catalog.teams.get("infra")
    whom = f" Ask {team.name}." if team else ""
    cites, notes = based_on(ask, service, "hosting.certificates")
    fact = f"{service.id}: {NO_DATES}.{whom}"
    return Answer(fact, lines=lines, notes=notes, cites=cites, data={"service": service.id, "issuers": list(issuers)})
