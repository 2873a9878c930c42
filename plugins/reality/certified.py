"""Certificates: for whom they are, and who issued them; how long they last is for alerts to tell."""

from collections.abc import Iterable

from psfbot.plugin import Certificate, Drift, Survey

from .domains import Domain
from .named import SECONDS, addresses
from .signs import ISSUERS, issuer_of

SHOWN = 3
NOT_FOR = "the certificate of {host} is for {names}, not for {host}"
ISSUED = "the certificate of {host} was issued by {issuer}; the catalog says {said}"


async def look(domain: Domain, survey: Survey) -> Iterable[Drift]:
    """Look at the certificate of one host, if it has an address at all."""
    if not await addresses(domain.host, survey):
        return []
    shown = await survey.world.certificate(domain.host, seconds=2 * SECONDS)
    found = []
    if shown.names and not any(covers(name.lower(), domain.host) for name in shown.names):
        names = ", ".join(shown.names[:SHOWN]) + (" and others" if len(shown.names) > SHOWN else "")
        told = NOT_FOR.format(host=domain.host, names=names) + shown.aside
        found.append(Drift("certificate-name", "services", domain.service.id, domain.path, told))
    return [*found, *issued(domain, shown, survey)]


def issued(domain: Domain, shown: Certificate, survey: Survey) -> Iterable[Drift]:
    """Is the authority the one that the catalog names? Behind a CDN it is the CDN's own, which nobody names."""
    service = domain.service
    if any(entry.role == "cdn" for entry in service.hosting):
        return
    for place, entry in enumerate(service.hosting):
        if entry.role == "certificates" and ISSUERS.get(entry.provider, "") not in shown.issuer.casefold():
            other = issuer_of(shown.issuer)
            known = other in survey.book.catalog.providers
            told = ISSUED.format(host=domain.host, issuer=shown.issuer, said=entry.provider) + shown.aside
            edit = f"set {service.id} hosting.certificates.provider {other}" if known else ""
            yield Drift("certificate-issuer", "services", service.id, f"hosting/{place}/provider", told, edit)


def covers(name: str, host: str) -> bool:
    """Is a name of a certificate for this host? A star stands for one label."""
    return name == host or (name.startswith("*.") and name[2:] == host.partition(".")[2])
