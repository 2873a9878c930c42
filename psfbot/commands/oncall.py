"""Who is on call: the rota where there is one, else the honest way to reach somebody."""

from psfbot.catalog import words
from psfbot.catalog.model import Service, Team
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.text import unique

topic = Topic("on call", "Who is on call, and how to reach them.")

NO_PAGE = "this does not page"


@topic.says(
    "on call",
    "who is on call [now|right now|today|tonight|tomorrow|this week]",
    "(is anyone|is anybody|who are|anyone) on call",
    "(pager|rota|whos-oncall|who-is-oncall)",
    "on call (for|of) [the] {target}",
    "on call {target}",
    "who is on call (for|of|at|on) [the] {target} [now|right now|today|tonight|tomorrow|this week]",
    "who (has|holds|carries) [the] pager",
)
def oncall(ask: Ask, target: Service | Team | None = None) -> Answer:
    """Say who is on call; where the catalog knows no rota, name the team and how to reach it.

    >>> who is on call?
    No rota is known. Reach PSF Infrastructure Team: infrastructure-staff@python.org · #python-infra (on Libera.Chat) (as of 12:00 UTC; this does not page).
    """
    team = team_of(ask, target)
    at = f"as of {ask.now:%H:%M} UTC; {NO_PAGE}"
    whose = f" for {target.id}" if target else ""
    data = {"target": target.id if target else None, "rota": None, "team": team.id if team else None}
    if team is None:
        return Answer(f"No rota is known{whose}, and the catalog names no team to reach ({at}).", data=data)
    direct = [c for c in words.direct(team.contacts) if c.public or not ask.message.public]
    others = words.reach_team(team, public=ask.message.public)
    reach = " · ".join(map(words.contact, direct)) or " · ".join(others) or "no contact is written down"
    lines = []
    if isinstance(target, Service):
        lines.append(f"{target.id}: ask {words.ask_whom(ask.catalog, target)}.")
        more = [c for c in words.reach(ask.catalog, target, public=ask.message.public) if c not in reach]
        lines += [f"Also: {' · '.join(unique(more))}."] if more else []
    return Answer(f"No rota is known{whose}. Reach {team.name}: {reach} ({at}).", lines=lines, data=data)


def team_of(ask: Ask, target: Service | Team | None) -> Team | None:
    """The team to reach: the one asked for, the service's own, else the one that everything escalates to."""
    if isinstance(target, Team):
        return target
    if isinstance(target, Service):
        refs = [owner.ref.partition(":")[2] for owner in target.owners if owner.ref.startswith("team:")]
        owners = [ask.catalog.teams[ref] for ref in refs if ref in ask.catalog.teams]
        with_contact = [team for team in owners if team.contacts]
        if with_contact:
            return with_contact[0]
    return ask.catalog.teams.get("infra")
