"""Rules of the scorecard about people: is there somebody, is there somebody else, and can they be reached?"""

from psfbot.catalog import words
from psfbot.catalog.model import Service, Team
from psfbot.catalog.score.sight import ANSWERING, Sight, Verdict, broken, kept, moot
from psfbot.text import and_join, unique

NOBODY = "the catalog names no owner"
ENOUGH = 2
FEW = 3
"""So many names are told; of more, how many there are."""


def two_owners(service: Service, sight: Sight) -> Verdict:
    """Two people answer for it, directly or in a team; a team whose members nobody lists counts as one."""
    owners = sight.owners(service, *ANSWERING)
    people = [one.name for owner in owners if (one := sight.person(owner.ref)) and one.status == "active"]
    teams = [team for owner in owners if (team := sight.team(owner.ref))]
    people += [one.name for team in teams for one in sight.answering(team)]
    found = [*unique(people), *(team.name for team in teams if not team.members)]
    if len(found) >= ENOUGH:
        return kept(f"{told(found)} answer for it")
    if found:
        return broken(f"only {found[0]} answers for it")
    return broken(NOBODY if not owners else "nobody active answers for it")


def told(names: list[str]) -> str:
    """The first names, and how many more there are."""
    shown = [*names[:FEW], f"{len(names) - FEW} more"] if len(names) > FEW + 1 else names
    return and_join(shown)


def primary_active(service: Service, sight: Sight) -> Verdict:
    """Among the primary owners is somebody active, or a team with somebody active in it."""
    primary = sight.owners(service, "primary")
    if not primary:
        return broken("it has no primary owner")
    for owner in primary:
        person, team = sight.person(owner.ref), sight.team(owner.ref)
        if person and person.status == "active":
            return kept(f"{person.name} is active")
        if team and (active := sight.answering(team)):
            return kept(f"{team.name} has {told([one.name for one in active])}")
    names = [words.person(sight.catalog, owner.ref) for owner in primary]
    return broken(f"nobody active is known behind {and_join(names)}")


def team_lead(service: Service, sight: Sight) -> Verdict:
    """Every team that answers for it has an active lead."""
    teams = [team for owner in sight.owners(service, *ANSWERING) if (team := sight.team(owner.ref))]
    if not teams:
        return moot("no team answers for it")
    headless = [team for team in teams if not sight.answering(team, "lead")]
    if headless:
        who = and_join([team.name for team in headless])
        return broken(f"no active lead is known in {who}", [("teams", team.id) for team in headless])
    leads = [f"{sight.answering(team, 'lead')[0].name} leads {team.name}" for team in teams]
    return kept(and_join(leads))


def escalation(service: Service, sight: Sight) -> Verdict:
    """Whoever is asked last is a person, or a team in which somebody active is known."""
    owners = sight.owners(service, *ANSWERING, "escalation")
    if not owners:
        return broken(NOBODY)
    last = owners[-1].ref
    if person := sight.person(last):
        if person.status == "active":
            return kept(f"it ends at {person.name}")
        return broken(f"it ends at {person.name}, who is {person.status}")
    path = climb(sight, last)
    if not path:
        return broken(f"it ends at {last}, which the catalog does not know")
    active = sight.answering(path[-1])
    way = " -> ".join(team.name for team in path)
    if active:
        return kept(f"it ends at {active[0].name} ({way})")
    return broken(f"it ends at {way}, where nobody active is known")


def climb(sight: Sight, ref: str) -> list[Team]:
    """A team and those that it escalates to, up to the last; each once, so that a circle ends too."""
    path: list[Team] = []
    team = sight.team(ref)
    while team and team not in path:
        path.append(team)
        team = sight.catalog.teams.get(team.escalates_to or "")
    return path


def contact(service: Service, sight: Sight) -> Verdict:
    """There is a way to reach its people: its own contacts, its teams' contacts, or an owner's own account."""
    if service.contacts:
        return kept("it has contacts of its own")
    for owner in service.owners:
        team, person = sight.team(owner.ref), sight.person(owner.ref)
        if team and team.contacts:
            return kept(f"{team.name} can be reached")
        if person and any((person.email, person.irc, person.slack, person.github)):
            return kept(f"{person.name} can be reached")
    return broken("no way to reach anybody behind it is known")
