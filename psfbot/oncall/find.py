"""Which rota is meant, and what is known of it: a service's own, its owners', or the one that all escalates to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from psfbot.catalog.model import Catalog, OnCall, Service, Team
from psfbot.oncall.rota import AFTER, backups, watch
from psfbot.oncall.shift import ROTATION, Override, Shift, Watch

AHEAD = timedelta(days=60)
"""How far ahead shifts are known."""
LAST = "infra"
"""The team that everything escalates to in the end."""
HOPS = 10
NEVER_ASKED = "it was not asked yet"
UNREADABLE = "its rotation is no plan that anybody could follow ({why}): look at start and length"


def rota_of(catalog: Catalog, target: Service | Team | None = None) -> OnCall | None:
    """The rota that is called for a service or a team; for nothing in particular, the one of the last team."""
    if isinstance(target, Service) and target.oncall in catalog.oncall:
        return catalog.oncall[target.oncall or ""]
    for team in teams_for(catalog, target):
        found = next((duty for duty in catalog.oncall.values() if duty.team == team), None)
        if found:
            return found
    return next(iter(catalog.oncall.values())) if target is None and len(catalog.oncall) == 1 else None


def teams_for(catalog: Catalog, target: Service | Team | None) -> Iterator[str]:
    """The teams that answer for it: the owners in their order, then those that they escalate to, then the last one."""
    named = [target.id] if isinstance(target, Team) else []
    if isinstance(target, Service):
        order = ("primary", "backup", "escalation")
        owners = sorted(target.owners, key=lambda owner: order.index(owner.role))
        named = [owner.ref.removeprefix("team:") for owner in owners if owner.ref.startswith("team:")]
    yield from named
    for team in named:
        for _ in range(HOPS):
            known = catalog.teams.get(team)
            if known is None or known.escalates_to is None:
                break
            team = known.escalates_to  # noqa: PLW2901 - one step up
            yield team
    yield LAST


def called(catalog: Catalog, name: str) -> OnCall | None:
    """The rota of this name: its id in the catalog, or its schedule's at the pager."""
    folded = name.strip().casefold()
    names = ((duty, (duty.id, (duty.pagerduty_schedule or duty.id).casefold())) for duty in catalog.oncall.values())
    return next((duty for duty, known in names if folded in known), None)


def watches(
    catalog: Catalog,
    said: Mapping[str, Watch],
    overrides: Sequence[Override],
    now: datetime,
    at: datetime | None = None,
) -> dict[str, Watch]:
    """What is known of every rota: as its source last said, else as the catalog's own rotation has it.

    Our own rotas are worked out around `at`, where another moment than now matters.
    """
    found = {duty.id: known(catalog, duty, said.get(duty.id), overrides, at or now) for duty in catalog.oncall.values()}
    ours_ = {id_: one.model_copy(update={"known_at": now}) for id_, one in found.items() if one.source == ROTATION}
    return found | ours_


def is_beyond(duty: OnCall, watch: Watch, at: datetime) -> bool:
    """Does a moment lie outside of what the source of a rota was asked about? Then silence says nothing."""
    if watch.known_at is None or watch.source == ROTATION or not duty.pagerduty_schedule:
        return False
    return not watch.known_at - AFTER <= at < watch.known_at + AHEAD


def known(catalog: Catalog, duty: OnCall, said: Watch | None, overrides: Sequence[Override], now: datetime) -> Watch:
    """What is known of one rota. What a source said of it goes first; the catalog's back-ups stand behind it."""
    if duty.pagerduty_schedule and said and said.known_at:
        shifts = tuple(named(catalog, said.shifts))
        last = max((shift.level for shift in shifts), default=0)
        more = (one.model_copy(update={"level": last + number}) for number, one in enumerate(backups(duty), 1))
        return said.model_copy(update={"shifts": (*shifts, *more)})
    if duty.rotation:
        return ours(duty, overrides, now)
    trouble = said.trouble if said and said.trouble else NEVER_ASKED
    return Watch(rota=duty.id, source=said.source if said else "", shifts=backups(duty), trouble=trouble)


def ours(duty: OnCall, overrides: Sequence[Override], now: datetime) -> Watch:
    """A rotation of the catalog; one with times that no calendar has leaves the back-ups."""
    try:
        return watch(duty, overrides, now, AHEAD)
    except (ValueError, OverflowError) as error:
        trouble = UNREADABLE.format(why=error)
        return Watch(rota=duty.id, source="the catalog", shifts=backups(duty), trouble=trouble)


def named(catalog: Catalog, shifts: Iterable[Shift]) -> Iterator[Shift]:
    """The shifts with the catalog's people in place of the ids that they have at their source."""
    ids = {person.pagerduty: person.id for person in catalog.people.values() if person.pagerduty}
    for shift in shifts:
        name = shift.name or shift.person
        yield shift.model_copy(update={"person": ids.get(shift.person, ""), "name": name})
