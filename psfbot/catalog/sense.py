"""Does each record make sense in itself? What is said twice, what leads nowhere because it is empty, and odd times.

Read over plain data like the references, so that no broken record hides another's faults.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from psfbot.catalog.clashes import NAMED
from psfbot.catalog.finding import Fault, Path, shown
from psfbot.catalog.shape import Record, Table

KEYED: dict[str, tuple[str, ...]] = {
    "owners": ("ref",),
    "members": ("person",),
    "depends_on": ("service",),
    "hosts": ("name",),
    "contacts": ("type", "value"),
    "links": ("type", "url"),
    "repos": ("url", "path"),
    "exemptions": ("rule",),
}
"""List -> the fields by which two of its entries are the same; in other lists only equal entries are."""
TELLING = ("role", "provider", "region", "date", "fact")
"""Fields by which entries of the other lists mostly differ."""
TWICE = "{} stands twice in {}: leave one out"
NOWHERE = "room {} is on neither IRC nor Slack: give it `irc` or `slack`"
NOBODY = "on-call entry {} calls nobody: give it `pagerduty_schedule` or `rotation`"
NO_START = "{} is no start: write the day, and perhaps the time, as 2026-01-05 or 2026-01-05T09:00"
NO_LENGTH = "{} is no length: write a number with m, h, d or w, such as {}"
UNSAFE = "a contact cannot start with {}: write a page with https://, an address or a name"
NO_ADDRESS = "{} is no e-mail address: write it as name@example.org"
FUTURE = "{} is far in the future: is the year right?"

PROGRAM = re.compile(r"\s*((?:javascript|vbscript|data|file|blob):)", re.IGNORECASE)
"""What a click would run or open on the reader's own machine."""
MAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;.]+(\.[^\s@<>,;.]+)+")
LENGTH = re.compile(r"0*[1-9]\d{0,4} ?(m|h|d|w)")
START = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d)?")
SOON, PLANNED = timedelta(days=366), timedelta(days=366 * 5)
"""What was stated, seen or checked lies in the past, give or take a wrong clock; what happens may be planned."""


def senseless(table: Table, today: date | None = None) -> Iterator[Fault]:
    """Everything in the records that cannot be meant; dates are held against today where that is known."""
    for kind, records in table.records.items():
        for id_, record in records.items():
            yield from repeated(record, (kind, id_), NAMED.get(kind, ()))
            yield from odd_contacts(record, (kind, id_))
            if today:
                yield from distant(record, (kind, id_), today)
    yield from silent_rooms(table.records["rooms"])
    for id_, record in table.records["oncall"].items():
        yield from odd_duty(id_, record)


def repeated(record: Record, path: Path, named: tuple[str, ...] = ()) -> Iterator[Fault]:
    """Entries of a list that stand in it twice; `named` lists are looked after where names clash."""
    for field, listed in record.items():
        if type(listed) is not list or field in named:
            continue
        if len(listed) > 1 and (field in KEYED or not _differ(listed)):
            yield from _twice(field, listed, path)
        if field == "hosting":
            for number, entry in enumerate(listed):
                yield from repeated(entry, (*path, field, number)) if isinstance(entry, dict) else ()


def _differ(listed: list[object]) -> bool:
    """Is it clear at a glance that all entries differ? To look at every field of each takes far longer."""
    glance = {tuple([str(one.get(key)) for key in TELLING]) if type(one) is dict else str(one) for one in listed}
    return len(glance) == len(listed)


def _twice(field: str, listed: list[object], path: Path) -> Iterator[Fault]:
    """Each entry that repeats an earlier one."""
    seen: dict[tuple[str, ...], int] = {}
    for number, entry in enumerate(listed):
        words = _identity(field, entry)
        if words and (first := seen.setdefault(words, number)) != number:
            name = shown(words[0]) if len(words) == 1 else "this"
            earlier = (*path, field, first)
            yield Fault((*path, field, number), TWICE.format(name, field), "stated-twice", earlier=earlier)


def _identity(field: str, entry: object) -> tuple[str, ...]:
    """What tells this entry from the others of its list; nothing where it is badly written."""
    if isinstance(entry, dict):
        words = [entry.get(key) for key in KEYED.get(field, ())]
        if words:
            return tuple(map(str, words)) if words[0] is not None else ()
        return "", repr(sorted(entry.items()))
    return (str(entry),) if isinstance(entry, str | int) else ()


def odd_contacts(record: Record, path: Path) -> Iterator[Fault]:
    """Contacts that are no address: whatever shows them as links must be able to trust them, and mail must arrive."""
    yield from _mail(record.get("email"), (*path, "email"))
    contacts = record.get("contacts")
    for number, contact in enumerate(contacts if isinstance(contacts, list) else ()):
        if isinstance(contact, dict):
            value, here = contact.get("value"), (*path, "contacts", number, "value")
            if found := PROGRAM.match(str(value)):
                yield Fault(here, UNSAFE.format(shown(found[1])), "form")
            elif contact.get("type") == "email":
                yield from _mail(value, here)


def _mail(value: object, path: Path) -> Iterator[Fault]:
    """A text that no mail can be sent to."""
    if isinstance(value, str) and value and not MAIL.fullmatch(value):
        yield Fault(path, NO_ADDRESS.format(shown(value)), "form")


def silent_rooms(rooms: Mapping[str, Record]) -> Iterator[Fault]:
    """Rooms in which nothing can be said."""
    for id_, room in rooms.items():
        if room.get("irc") is None and room.get("slack") is None:
            yield Fault(("rooms", id_), NOWHERE.format(shown(id_)), "silent-room", at="key")


def odd_duty(id_: str, duty: Record) -> Iterator[Fault]:
    """A rota that calls nobody, or whose times are none."""
    path = ("oncall", id_)
    rotation = duty.get("rotation")
    if rotation is None and duty.get("pagerduty_schedule") is None:
        yield Fault(path, NOBODY.format(shown(id_)), "nobody-on-call", at="key")
    yield from _odd(duty, path, "escalate_after", LENGTH.fullmatch, NO_LENGTH.format("{}", "15m"))
    if isinstance(rotation, dict):
        within = (*path, "rotation")
        yield from _odd(rotation, within, "length", LENGTH.fullmatch, NO_LENGTH.format("{}", "7d"))
        yield from _odd(rotation, within, "start", _is_start, NO_START)


def _odd(record: Record, path: Path, field: str, fits: Callable[[str], object], message: str) -> Iterator[Fault]:
    """One field whose text does not fit."""
    value = record.get(field)
    if isinstance(value, str | int) and not isinstance(value, bool) and not fits(str(value)):
        yield Fault((*path, field), message.format(shown(value)), "time")


def _is_start(text: str) -> bool:
    """Is this a day of the calendar, perhaps with a time?"""
    try:
        return START.fullmatch(text) is not None and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def distant(record: Record, path: Path, today: date) -> Iterator[Fault]:
    """Dates that are later than anybody can know."""
    yield from _late(record.get("date"), (*path, "date"), today + SOON)
    history = record.get("history")
    for number, event in enumerate(history if isinstance(history, list) else ()):
        if isinstance(event, dict):
            yield from _late(event.get("date"), (*path, "history", number, "date"), today + PLANNED)
    given = record.get("provenance")
    for key, entry in given.items() if isinstance(given, dict) else ():
        for field in ("as_of", "verified") if isinstance(entry, dict) else ():
            yield from _late(entry.get(field), (*path, "provenance", key, field), today + SOON)


def _late(value: object, path: Path, latest: date) -> Iterator[Fault]:
    """A date that begins after the latest day."""
    text = str(value)
    if re.fullmatch(r"\d{4}(-\d\d){0,2}", text) and text > latest.isoformat()[: len(text)]:
        yield Fault(path, FUTURE.format(shown(value)), "future")
