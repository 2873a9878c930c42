"""Who is who: people, teams, and what they answer for."""

from psfbot.catalog import words
from psfbot.catalog.model import Member, Person, Service, Team
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.commands.wording import based_on
from psfbot.text import and_join, count

topic = Topic("people", "People and teams, and what they answer for.")


@topic.says(
    "team {team}",
    "who (is|are) (in|on|part of|the members of|members of) [the] {team}",
    "(members|member) (of|in) [the] {team}",
    "who (is|are) [the] {team} team",
    "[the] {team} (members|team)",
)
def team(ask: Ask, team: Team) -> Answer:
    """Name the members of a team, how to reach it, and what it answers for.

    >>> who is in the infra team?
    PSF Infrastructure Team: Jacob Coffee (lead), Ee Durbin (backup) and Alex Gaynor (inactive, observer).
    """
    return team_card(ask, team)


def team_card(ask: Ask, team: Team) -> Answer:
    """Members, contacts and services of a team."""
    members = [member(ask, m) for m in team.members]
    fact = f"{team.name}: {and_join(members)}." if members else f"{team.name}: the catalog names no members."
    reach = words.reach_team(team, public=ask.message.public)
    lines = [f"Reach it: {' · '.join(reach)}."] if reach else []
    owned = owned_by(ask, f"team:{team.id}")
    lines += [f"Answers for: {owned_words(owned, f'team:{team.id}')}."] if owned else []
    if team.escalates_to:
        lines.append(f"Escalates to {words.person(ask.catalog, f'team:{team.escalates_to}')}.")
    lines += [team.note] if team.note else []
    cites, notes = based_on(ask, team, "default")
    data = {"team": team.model_dump(mode="json"), "owns": [s.id for s in owned]}
    return Answer(fact, lines=lines, notes=notes, cites=cites, data=data)


def member(ask: Ask, entry: Member) -> str:
    """A member by name, with the part they play and whether they still do."""
    known = ask.catalog.people.get(entry.person)
    said: list[str] = [known.status] if known and known.status != "active" else []
    said += [entry.role] if entry.role != "member" else []
    name = known.name if known else entry.person
    return f"{name} ({', '.join(said)})" if said else name


@topic.says("(teams|list teams|list all teams|all teams)", "(which|what) teams (are there|do we have|do you know)")
def teams(ask: Ask) -> Answer:
    """List every team.

    >>> list teams
    4 teams in the catalog.
    """
    found = ask.catalog.teams.values()
    items = [Item(team.id, team.name, "team") for team in found]
    return Answer(f"{count(len(found), 'team')} in the catalog.", items=items, data={"teams": [t.id for t in found]})


@topic.says("(people|persons|list people|list all people|all people)", "(which people|who) do you know")
def people(ask: Ask) -> Answer:
    """List everybody in the catalog, with their status where it is not the usual one.

    >>> list people
    5 people in the catalog.
    """
    found = ask.catalog.people.values()
    items = [Item(p.id, p.name if p.status == "active" else f"{p.name}, {p.status}", "person") for p in found]
    fact = f"{count(len(found), 'person', 'people')} in the catalog."
    return Answer(fact, items=items, data={"people": [p.id for p in found]})


@topic.says("(person|who is|who are|whois) {person}")
def person(ask: Ask, person: Person | Team) -> Answer:
    """Say who somebody is: teams, services, and where to find them.

    >>> who is Julien Palard
    Julien Palard (mdk): Builds the documentation.
    """
    return team_card(ask, person) if isinstance(person, Team) else person_card(ask, person)


def person_card(ask: Ask, person: Person) -> Answer:
    """A person's teams, services and public handles; private contact data stays out of public rooms."""
    status = "" if person.status == "active" else f", {person.status}"
    fact = f"{person.name} ({person.id}{status})" + (f": {person.note}" if person.note else ".")
    teams = [t for t in ask.catalog.teams.values() if any(m.person == person.id for m in t.members)]
    lines = [f"In: {', '.join(t.name for t in teams)}."] if teams else []
    owned = owned_by(ask, f"person:{person.id}")
    lines += [f"Owns: {owned_words(owned, f'person:{person.id}')}."] if owned else []
    if person.github:
        lines.append(f"GitHub: {person.github}")
    if not ask.message.public:
        lines += [f"{kind}: {value}" for kind, value in (("Mail", person.email), ("IRC", person.irc)) if value]
    cites, notes = based_on(ask, person, "default")
    data = {"person": person.id, "name": person.name, "teams": [t.id for t in teams], "owns": [s.id for s in owned]}
    return Answer(fact, lines=lines, notes=notes, cites=cites, data=data)


@topic.says(
    "what (does|do) {owner} (own|maintain|run|manage|look after|operate|keep|have|answer for)",
    "what (is|are) {owner} (responsible for|in charge of|the owner of)",
    "(which|what) services (does|do) {owner} (own|maintain|run|manage|look after)",
    "(services|list services|everything) (of|owned by|by|run by|maintained by) {owner}",
    "(owned by|owned-by) {owner}",
)
def owns(ask: Ask, owner: Person | Team) -> Answer:
    """List what a person or a team answers for, and in which role.

    >>> what does mdk own?
    Julien Palard owns docs.python.org.
    """
    kind = "person" if isinstance(owner, Person) else "team"
    direct = owned_by(ask, f"{kind}:{owner.id}")
    said = owned_words(direct, f"{kind}:{owner.id}") or "nothing by name"
    data: dict[str, object] = {"owner": f"{kind}:{owner.id}", "services": [s.id for s in direct]}
    if isinstance(owner, Team):
        return Answer(f"{owner.name} answers for {said}.", data=data)
    teams = [t for t in ask.catalog.teams.values() if any(m.person == owner.id for m in t.members)]
    through = {team.id: [s.id for s in owned_by(ask, f"team:{team.id}") if s not in direct] for team in teams}
    lines = [
        f"As a member of {team.name}: {count(len(through[team.id]), 'more service')} (`services owner:{team.id}`)."
        for team in teams if through[team.id]
    ]  # fmt: skip
    note = [f"{owner.name} is {owner.status}."] if owner.status != "active" else []
    data["through_teams"] = through
    return Answer(f"{owner.name} owns {said}.", lines=lines, notes=note, data=data)


def owned_by(ask: Ask, ref: str) -> tuple[Service, ...]:
    """The services, not retired, that name this owner."""
    services = ask.catalog.services.values()
    return tuple(s for s in services if s.lifecycle != "retired" and any(o.ref == ref for o in s.owners))


def owned_words(services: tuple[Service, ...], ref: str) -> str:
    """The services by id, with the role where it is not primary."""
    role = {s.id: next(o.role for o in s.owners if o.ref == ref) for s in services}
    return ", ".join(i if r == "primary" else f"{i} ({r})" for i, r in role.items())
