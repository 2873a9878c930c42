"""Who should look at a change: those who own what it is about, before it and after it."""

from collections.abc import Iterator

from psfbot.catalog.model import Catalog
from psfbot.proposals.making import Made
from psfbot.text import unique

MOST = 15
"""GitHub asks no more people than these for one pull request."""
IDENTITY = ("irc", "slack", "github", "email", "pagerduty", "status")
"""Fields of a person that say who somebody is, and so what they may do."""
RIGHTS = ("members", "grants")
"""Fields of a team that say who may do what."""


def reviewers(made: Made, author: str) -> tuple[str, ...]:
    """The GitHub logins of the owners before and after, and of the admins where rights change; without the author's."""
    catalogs = (made.before, made.after)
    people = [person for catalog in catalogs for where in made.records for person in owners(catalog, *where)]
    if touches_rights(made):
        people += admins(made.before)
    logins = (login for person in people for catalog in catalogs if (login := login_of(catalog, person)))
    return tuple(one for one in unique(logins) if one.casefold() != author.casefold())[:MOST]


def owners(catalog: Catalog, section: str, id: str) -> Iterator[str]:  # noqa: A002 - the catalog's own word
    """The people who answer for a record."""
    record = getattr(catalog, section).get(id)
    if record is None:
        return
    if section == "services":
        for owner in record.owners:
            kind, _, name = owner.ref.partition(":")
            yield from (name,) if kind == "person" else leads(catalog, name)
    elif section == "teams":
        yield from leads(catalog, id)
    elif section == "people":
        yield id
    elif section == "platforms":
        yield from record.contacts
    elif section == "oncall":
        yield from leads(catalog, record.team)


def leads(catalog: Catalog, team: str) -> tuple[str, ...]:
    """Who leads a team; all of its members where nobody does."""
    members = catalog.teams[team].members if team in catalog.teams else ()
    found = tuple(one.person for one in members if one.role == "lead")
    return found or tuple(one.person for one in members if one.role == "member")


def admins(catalog: Catalog) -> Iterator[str]:
    """Those who lead the teams that may do everything."""
    for team in catalog.teams.values():
        if "admin" in team.grants:
            yield from leads(catalog, team.id)


def login_of(catalog: Catalog, person: str) -> str:
    """A person's login at GitHub, if the catalog has one and they are about."""
    found = catalog.people.get(person)
    return (found.github or "") if found and found.status != "inactive" else ""


def touches_rights(made: Made) -> bool:
    """Does the change touch who somebody is, who belongs to a team, or what a team may do?"""
    return any(_touches(made, *where) for where in made.records)


def _touches(made: Made, section: str, id: str) -> bool:  # noqa: A002 - the catalog's own word
    """Does it touch that in this record?"""
    fields = {"people": IDENTITY, "teams": RIGHTS}.get(section)
    if fields is None:
        return False
    before, after = (getattr(catalog, section).get(id) for catalog in (made.before, made.after))
    return any(getattr(before, field, None) != getattr(after, field, None) for field in fields)
