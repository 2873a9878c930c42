"""Times as people type and read them: lengths, moments, and both UTC and the reader's own clock."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from psfbot.errors import UserError
from psfbot.text import cut

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

UNITS = {
    "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1, "m": 60, "min": 60, "mins": 60, "minute": 60,
    "minutes": 60, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400,
    "days": 86400, "w": 604800, "week": 604800, "weeks": 604800,
}  # fmt: skip
PART = re.compile(r"(\d{1,6})\s*([a-z]+)\s*(?:and\s+)?", re.IGNORECASE)
CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?:\s*utc)?", re.IGNORECASE)
SHOWN = 60
"""Characters of what somebody typed that an answer repeats."""
DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:[t ]\s*(?P<clock>\d\d?:\d\d(?::\d\d)?)\s*(?P<mark>z|utc|[+-]\d\d:\d\d)?)?", re.ASCII
)
EXAMPLES = "Say a length such as 30m, 2h or 1d, or a time such as until 18:00 or until 2026-12-01 10:00 UTC."
LONGEST = timedelta(days=36525)
"""Nothing that people plan lasts a hundred years."""


def length(text: str) -> timedelta:
    """A length of time: `2h`, `90 min`, `1d 4h`."""
    found = PART.findall(text)
    if not found or "".join(PART.sub("", text).split()) or any(unit.lower() not in UNITS for _, unit in found):
        raise UserError(f"'{cut(text, SHOWN)}' is no length of time. {EXAMPLES}")
    seconds = sum(int(number) * UNITS[unit.lower()] for number, unit in found)
    if seconds > LONGEST.total_seconds():
        raise UserError(f"'{cut(text, SHOWN)}' is longer than anybody lives. {EXAMPLES}")
    return timedelta(seconds=seconds)


def until(text: str, now: datetime, zone: str | None = None) -> datetime:
    """The moment ahead that a length, a clock time or a date means; a clock is the reader's own unless it says UTC."""
    words = text.strip().lower().removeprefix("for ").removeprefix("until ").removeprefix("till ").strip()
    if date := DATE.fullmatch(words):
        return on_date(date, now, zone)
    clock = CLOCK.fullmatch(words)
    if clock is None:
        return now + length(words)
    hour, minute = int(clock[1]), int(clock[2])
    if hour > 23 or minute > 59:  # noqa: PLR2004
        raise UserError(f"'{cut(text, SHOWN)}' is no time of day. {EXAMPLES}")
    here = now.astimezone(UTC if words.endswith("utc") else zone_of(zone))
    return min(at for day in (here, here + timedelta(days=1)) for at in on_clock(day, hour, minute) if at > now)


def on_date(found: re.Match[str], now: datetime, zone: str | None) -> datetime:
    """A day, or a time of it, as ISO 8601 and our own answers write them; a day alone means its first moment."""
    clock = f"0{found['clock']}" if found["clock"] and found["clock"][1] == ":" else found["clock"] or "00:00"
    mark = "+00:00" if found["mark"] in {"z", "utc"} else found["mark"] or ""
    try:
        at = datetime.fromisoformat(f"{found['day']}T{clock}{mark}")
        at = (at if at.tzinfo else at.replace(tzinfo=zone_of(zone))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise UserError(f"'{found[0]}' is no day and time of the calendar. {EXAMPLES}") from None
    if not now < at < now + LONGEST:
        raise UserError(f"'{found[0]}' is {'past' if at <= now else 'longer than anybody lives'}. {EXAMPLES}")
    return at


def on_clock(day: datetime, hour: int, minute: int) -> Iterator[datetime]:
    """When a clock shows this on a day, in UTC: twice where it is put back; what it leaves out counts from before."""
    shown = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
    first, second = (shown.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    yield first
    if second > first:
        yield second


def zone_of(name: str | None) -> "ZoneInfo":
    """A time zone by name; UTC where there is none, or none that is known."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - questions about the catalog need no clock

    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):  # `Europe` is the name of a folder
        return ZoneInfo("UTC")


def moment(at: datetime, now: datetime, zone: str | None = None) -> str:
    """A moment in UTC and on the reader's clock; the day is told when it is not today."""
    said = f"{stamp(at.astimezone(UTC), now.astimezone(UTC))} UTC"
    there = zone_of(zone)
    if at.astimezone(there).utcoffset():
        said += f" ({stamp(at.astimezone(there), now.astimezone(there))} for you)"
    return said


def stamp(at: datetime, now: datetime) -> str:
    """A clock time, with the date where it differs."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%Y-%m-%d %H:%M}"
