"""Names: has a domain an address, and where do its aliases lead?"""

from collections.abc import Iterable

from psfbot.plugin import Drift, NotAsked, Survey

from .domains import Domain, domains_of

SECONDS = 5.0
"""Seconds that one answer may take."""
HOPS = 4
"""Aliases of aliases that are followed."""
ARCHIVED = frozenset({"archive", "deprecated"})
GONE = "{host} has no address, and the catalog calls {service} {lifecycle}"


async def addresses(host: str, survey: Survey) -> tuple[str, ...]:
    """The addresses of a host; none where it surely has none."""
    found = await survey.world.records(host, "A", seconds=SECONDS)
    found = found or await survey.world.records(host, "AAAA", seconds=SECONDS)
    return tuple(one.value for one in found)


async def aliases(host: str, survey: Survey) -> tuple[str, ...]:
    """What a host is an alias of, and that in turn, as far as psfbot may ask; the host itself comes first."""
    chain = [host]
    while len(chain) <= HOPS:
        try:
            found = await survey.world.records(chain[-1], "CNAME", seconds=SECONDS)
        except NotAsked:
            if len(chain) == 1:
                raise
            break
        if not found or found[0].value.lower() in chain:
            break
        chain.append(found[0].value.lower())
    return tuple(chain)


async def look(domain: Domain, survey: Survey) -> Iterable[Drift]:
    """Is the name still there?"""
    if await addresses(domain.host, survey):
        return []
    service = domain.service
    kind = "archive-gone" if service.lifecycle in ARCHIVED else "domain-gone"
    left = [one for one in service.domains if one.partition("/")[0] != domain.host]
    alone = not left and len(domains_of(service)) == 1
    edit = f"retire {service.id}" if alone else f"set {service.id} domains {','.join(left)}" if left else ""
    said = GONE.format(host=domain.host, service=service.id, lifecycle=service.lifecycle)
    return [Drift(kind, "services", service.id, domain.path, said, edit)]
