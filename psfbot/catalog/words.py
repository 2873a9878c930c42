"""Facts of the catalog in words, the same on every platform and in every alert."""

from collections.abc import Iterable

from psfbot.catalog.model import Catalog, Contact, Hosting, Owner, Role, Service, Team
from psfbot.text import and_join, unique

WHERE: dict[str, str] = {
    "origin": "on",
    "cdn": "behind",
    "waf": "behind",
    "dns": "DNS by",
    "registrar": "registered at",
}
NOBODY = "nobody is named as owner"
NOWHERE = "where it runs is unknown"
UNKNOWN = "unknown"
DIRECT = ("email", "irc", "slack")
FEW = 5


def person(catalog: Catalog, ref: str) -> str:
    """A person's or team's name, with its status where that matters to whoever asks them."""
    kind, _, key = ref.rpartition(":")
    if kind == "team" or (not kind and key in catalog.teams):
        team = catalog.teams.get(key)
        return team.name if team else key
    known = catalog.people.get(key)
    if known is None:
        return key
    return known.name if known.status == "active" else f"{known.name} ({known.status})"


def owners(service: Service, role: str) -> tuple[Owner, ...]:
    """The owners with this role."""
    return tuple(owner for owner in service.owners if owner.role == role)


def ask_whom(catalog: Catalog, service: Service) -> str:
    """Whom to ask, in which order: `Julien Palard, then docs.python.org admins`."""
    steps = []
    for role in ("primary", "backup", "escalation"):
        names = [person(catalog, owner.ref) for owner in owners(service, role)]
        if names:
            steps.append(and_join(names, "or"))
    return ", then ".join(steps) if steps else NOBODY


def contact(entry: Contact) -> str:
    """One way to reach somebody; the note says when it is the right one."""
    return f"{entry.value} ({entry.note.rstrip('.')})" if entry.note else entry.value


def reach(catalog: Catalog, service: Service, *, public: bool = True) -> tuple[str, ...]:
    """How to reach those who answer for a service: its own contacts first, then its teams', never more than a few."""
    teams = [catalog.teams[key] for o in service.owners if (key := o.ref.removeprefix("team:")) in catalog.teams]
    entries = [*service.contacts, *(c for team in teams for c in direct(team.contacts))]
    shown = {c.value: contact(c) for c in reversed(entries) if c.public or not public}
    return tuple(reversed(shown.values()))[:FEW]


def reach_team(team: Team, *, public: bool = True) -> tuple[str, ...]:
    """How to reach a team: people first, trackers after."""
    shown = [*direct(team.contacts), *(c for c in team.contacts if c.type not in DIRECT)]
    return tuple(contact(c) for c in shown if c.public or not public)


def direct(contacts: Iterable[Contact]) -> list[Contact]:
    """The contacts behind which somebody reads and answers, not a tracker."""
    return [c for c in contacts if c.type in DIRECT]


def provider(catalog: Catalog, entry: Hosting) -> str:
    """A provider with its region: `DigitalOcean nyc1`."""
    known = catalog.providers.get(entry.provider)
    name = known.name if known else entry.provider
    return f"{name} {entry.region}" if entry.region else name


def runs(catalog: Catalog, service: Service, *, brief: bool = False) -> str:
    """Where it runs: `on DigitalOcean nyc1 (architecture unknown), behind Fastly`; `brief` leaves the unknown out."""
    parts = []
    roles: tuple[Role, ...] = ("origin", "cdn")
    for role in roles:
        entries = [entry for entry in service.hosted(role) if entry.provider != UNKNOWN]
        places = [place(catalog, entry, brief=brief) for entry in entries]
        if places:
            parts.append(f"{WHERE[role]} {and_join(unique(places))}")
    return ", ".join(parts) if parts else NOWHERE


def place(catalog: Catalog, entry: Hosting, *, brief: bool = False) -> str:
    """One hosting entry in words; an origin says its architecture, also that it is unknown unless it must be brief."""
    name = provider(catalog, entry)
    if entry.role != "origin":
        return name
    if entry.architecture in {None, UNKNOWN}:
        return name if brief else f"{name} (architecture unknown)"
    return f"{name} ({entry.architecture})"


def others(catalog: Catalog, service: Service) -> tuple[str, ...]:
    """What else providers do for it: `database: DigitalOcean nyc1`."""
    return unique(
        f"{entry.role}: {provider(catalog, entry)}" for entry in service.hosting if entry.role not in {"origin", "cdn"}
    )
