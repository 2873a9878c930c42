"""Who may do what: a level for each speaker, and the reason for it."""

from dataclasses import dataclass
from enum import IntEnum

from psfbot.catalog.model import Catalog, Service
from psfbot.chat.message import Speaker


class Level(IntEnum):
    """What somebody may do; each level includes those below it."""

    ANYONE = 0
    MEMBER = 1
    RESPONDER = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """The level as people say it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Standing:
    """The level that somebody has, and why."""

    level: Level
    reason: str


def standing(speaker: Speaker, catalog: Catalog, service: Service | None = None) -> Standing:
    """What may this speaker do, in general or for one service?"""
    if speaker.operator:
        return Standing(Level.ADMIN, "you are at the bot's own terminal")
    person = catalog.people.get(speaker.person or "")
    if person is None:
        return Standing(Level.ANYONE, "the catalog knows no person with this account")
    if person.status == "inactive":
        return Standing(Level.ANYONE, f"{person.name} is marked inactive in the catalog")
    teams = [team for team in catalog.teams.values() if any(m.person == person.id for m in team.members)]
    for grant in (Level.ADMIN, Level.RESPONDER):
        for team in teams:
            if grant.word in team.grants:
                return Standing(grant, f"team {team.id} grants {grant.word}")
    mine = {f"person:{person.id}", *(f"team:{team.id}" for team in teams)}
    if service and any(owner.ref in mine for owner in service.owners):
        return Standing(Level.RESPONDER, f"{person.name} is an owner of {service.id}")
    return Standing(Level.MEMBER, f"{person.name} is in the catalog")
