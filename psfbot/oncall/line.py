"""Who is on call, in few words: for a line below an alert, and for whoever reads a rota."""

from collections.abc import Mapping
from datetime import datetime

from psfbot.catalog.model import Catalog, Service
from psfbot.oncall.find import rota_of
from psfbot.oncall.shift import Shift, Watch


def in_a_line(catalog: Catalog, watches: Mapping[str, Watch], service: Service | None, now: datetime) -> str:
    """Who is on call for a service, for a line below an alert: `Anna Example until 18:00 UTC; back-up Ben Example`.

    Nothing where no rota is known, or nobody has a turn.
    """
    duty = rota_of(catalog, service)
    shifts = watches[duty.id].at(now) if duty and duty.id in watches else ()
    if not shifts:
        return ""
    first, *others = shifts
    until = f" until {first.until:%Y-%m-%d %H:%M} UTC" if first.until else ""
    behind = f"; back-up {', '.join(name_of(catalog, one) for one in others)}" if others else ""
    return f"{name_of(catalog, first)}{until}{behind}"


def name_of(catalog: Catalog, shift: Shift) -> str:
    """What people call whoever has a shift."""
    known = catalog.people.get(shift.person)
    return known.name if known else shift.name or shift.person or "somebody unknown"
