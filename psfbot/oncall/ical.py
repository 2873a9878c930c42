"""A rota as iCalendar (RFC 5545), for calendars that subscribe to it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256

from psfbot.oncall.shift import Shift

PRODUCT = "-//psfbot//on call//EN"
FOLD = 75
"""Octets of a line; longer ones go on in the next, which starts with a space."""


def calendar(rota: str, shifts: Sequence[Shift], now: datetime, name: Callable[[Shift], str]) -> str:
    """The shifts that have a start and an end, one event each; times are in UTC, which every calendar understands."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{text(f'On call: {rota}')}")
    for shift in shifts:
        if shift.since and shift.until:
            lines += event(rota, shift, shift.since, shift.until, now, name(shift))
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in folded(line))


def event(rota: str, shift: Shift, since: datetime, until: datetime, now: datetime, name: str) -> list[str]:
    """One shift. Its id depends on what it is, so that a calendar that asks again does not show it twice."""
    words = f"{rota}\n{shift.who}\n{stamp(since)}\n{shift.level}"
    lines = [
        "BEGIN:VEVENT",
        f"UID:{sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}@psfbot",
        f"DTSTAMP:{stamp(now)}",
        f"DTSTART:{stamp(since)}",
        f"DTEND:{stamp(until)}",
        f"SUMMARY:{text(f'{name} on call ({rota})')}",
        "TRANSP:TRANSPARENT",
    ]
    if shift.reason:
        lines.append(f"DESCRIPTION:{text(shift.reason)}")
    return [*lines, "END:VEVENT"]


def stamp(at: datetime) -> str:
    """A moment in UTC, as calendars write it."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def text(words: str) -> str:
    """Words as a value: what would end it or start another is escaped, and controls are left out."""
    words = words.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n")
    words = words.replace("\n", "\\n").replace("\t", " ")
    return "".join(one for one in words if one.isprintable())


def folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, none of which ends inside a character."""
    piece, size = "", 0
    for one in line:
        octets = len(one.encode())
        if size + octets > FOLD:
            yield piece
            piece, size = " ", 1
        piece += one
        size += octets
    yield piece
