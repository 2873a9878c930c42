"""Clocks on walls: the moment at which a place's clock shows a time, also on the days when it is put on or back."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LENGTH = re.compile(r"0*([1-9]\d{0,5}) ?([mhdw])", re.ASCII)
STEP = timedelta(seconds=1)


def zone_of(name: str | None) -> ZoneInfo:
    """A time zone by name; UTC where there is none, or none that is known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # `Europe` is the name of a folder
        return ZoneInfo("UTC")


def length_of(text: str) -> timedelta:
    """A length as the catalog writes it: `7d`, `12h`, `30 m`."""
    found = LENGTH.fullmatch(text.strip())
    if found is None:
        msg = f"{text!r} is no length: write a number with m, h, d or w, such as 7d"
        raise ValueError(msg)
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """The first moment, in UTC, at which the clock there shows this time or a later one.

    A time that the clock shows twice counts when it comes first. A time that it leaves
    out counts when the clock jumps over it, so that what follows never comes before.
    """
    first, second = (shown.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return first
    return jump(second, first, zone)


def jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clock there is put on, between these two moments."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > STEP:
        middle = before + (after - before) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def on_wall(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clock there shows at a moment, without a zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def awake(at: datetime, zone: ZoneInfo, *, evening: time, morning: time) -> datetime:
    """The first moment from then on that is no night there."""
    wall = on_wall(at, zone)
    if morning <= wall.time() < evening:
        return at
    day = wall.date() + timedelta(days=wall.time() >= evening)
    return max(at, instant(datetime.combine(day, morning), zone))
