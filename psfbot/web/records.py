"""The shapes in which the catalog is shown as JSON: its own records, and only what anybody may see of them."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from psfbot.catalog.model import Catalog, DriftExemption, Provenance, Provider, Region, Service, Source, Team
from psfbot.web.declared import Shown

MOST = 1000
"""Records in one answer, however many were asked for."""


class ShownService(Service):
    """One service as the catalog has it; contacts and rooms that are not public are left out."""

    page: str


class ShownTeam(Team):
    """One team as the catalog has it; contacts and rooms that are not public are left out."""

    page: str


class ShownProvider(Provider):
    """One provider as the catalog has it; contacts that are not public are left out."""

    page: str


class ShownRegion(Region):
    """One region as the catalog has it."""

    page: str


class ShownPerson(Shown):
    """One person: who they are, and nothing of how they are reached; a GitHub login is public by nature."""

    id: str
    note: str | None
    provenance: Mapping[str, Provenance]
    name: str
    aliases: tuple[str, ...]
    github: str | None
    status: Literal["active", "emeritus", "inactive"]
    exemptions: tuple[DriftExemption, ...]
    page: str


class OneService(ShownService):
    """One service, what needs it directly, and the sources that its facts are from."""

    needed_by: tuple[str, ...]
    sources: Mapping[str, Source]


class OnePerson(ShownPerson):
    """One person, the teams they are in, the services they answer for, and the sources of all that."""

    teams: tuple[str, ...]
    services: tuple[str, ...]
    sources: Mapping[str, Source]


class OneTeam(ShownTeam):
    """One team, the services that it answers for, and the sources of its facts."""

    services: tuple[str, ...]
    sources: Mapping[str, Source]


class OneProvider(ShownProvider):
    """One provider, the services for which it does anything, and the sources of its facts."""

    services: tuple[str, ...]
    sources: Mapping[str, Source]


class OneRegion(ShownRegion):
    """One region, the services that run in it, and the sources of its facts."""

    services: tuple[str, ...]
    sources: Mapping[str, Source]


class Listing(Shown):
    """Records by id, some at a time.

    `total` counts all that were asked for, `next` is the `after` of the following answer, and `sources` has those
    that these records cite.
    """

    total: int
    next: str | None
    sources: Mapping[str, Source]


class ServiceListing(Listing):
    """Services by id."""

    services: tuple[ShownService, ...]


class PersonListing(Listing):
    """People by id."""

    people: tuple[ShownPerson, ...]


class TeamListing(Listing):
    """Teams by id."""

    teams: tuple[ShownTeam, ...]


class ProviderListing(Listing):
    """Providers by id."""

    providers: tuple[ShownProvider, ...]


class RegionListing(Listing):
    """Regions by id."""

    regions: tuple[ShownRegion, ...]


class Wanted(Shown):
    """Which records, and how many at a time."""

    limit: Annotated[int, Field(ge=1, description=f"How many at most; never more than {MOST}.")] = 100
    after: Annotated[str, Field(description="Only those whose id sorts behind this: the `next` before.")] = ""


class WantedServices(Wanted):
    """The same for services, of which a query chooses."""

    q: Annotated[str, Field(description="A query, as in `provider:fastly -has:owner`; all services without it.")] = ""


def of_service(catalog: Catalog, id: str) -> dict[str, object]:  # noqa: A002 - the catalog's own word
    """What else is told of one service."""
    users = (one.id for one in catalog.services.values() if any(need.service == id for need in one.depends_on))
    return {"needed_by": tuple(users)}


def of_person(catalog: Catalog, id: str) -> dict[str, object]:  # noqa: A002 - as above
    """What else is told of one person."""
    teams = (team.id for team in catalog.teams.values() if any(member.person == id for member in team.members))
    return {"teams": tuple(teams), "services": owned(catalog, f"person:{id}")}


def of_team(catalog: Catalog, id: str) -> dict[str, object]:  # noqa: A002 - as above
    """What else is told of one team."""
    return {"services": owned(catalog, f"team:{id}")}


def of_provider(catalog: Catalog, id: str) -> dict[str, object]:  # noqa: A002 - as above
    """What else is told of one provider."""
    services = catalog.services.values()
    return {"services": tuple(one.id for one in services if any(entry.provider == id for entry in one.hosting))}


def of_region(catalog: Catalog, id: str) -> dict[str, object]:  # noqa: A002 - as above
    """What else is told of one region."""
    services = catalog.services.values()
    return {"services": tuple(one.id for one in services if any(entry.region == id for entry in one.hosting))}


def owned(catalog: Catalog, ref: str) -> tuple[str, ...]:
    """The services of which this person or team is an owner, in any role."""
    return tuple(one.id for one in catalog.services.values() if any(owner.ref == ref for owner in one.owners))
