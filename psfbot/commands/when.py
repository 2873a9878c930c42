"""Moments as people say them: `tonight`, `tomorrow 9:00`, `next monday`, `2026-12-24 18:00`, `18:00 UTC`, `in 3h`."""

import re
from datetime import UTC, datetime, time, timedelta

from psfbot.chat.times import length, zone_of
from psfbot.errors import UserError
from psfbot.oncall.clock import instant, on_wall
from psfbot.text import cut

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVENING, MIDDAY = time(21), time(12)
"""What is meant by `tonight`, and by a day without a time."""
NOON = 12
PARTS = {"morning": time(9), "noon": MIDDAY, "afternoon": time(15), "evening": time(19), "night": EVENING}
DAY = "|".join(("today", "tonight", "tomorrow", "weekend", "week", *DAYS))
TIME = (
    rf"(?:(?:on )?(?P<day>(?:(?P<next>next|this|the) )?(?:{DAY})|\d{{4}}-\d\d-\d\d))?"
    rf"(?:(?:^| )(?:in the |the |this |at )?(?P<part>{'|'.join(PARTS)}))?"
    r"(?:[t ]?(?:at )?(?P<hour>\d{1,2})(?::(?P<minute>\d\d) ?(?P<of>[ap]m)?| ?(?P<half>[ap]m))?)?"
    r"(?P<utc> ?utc|z)?"
)
SAID = re.compile(TIME, re.IGNORECASE)
STARTS = rf"\d+:\d\d|(?:on )?(?:(?:next|this|the) )?(?:\d{{4}}-|{DAY})|this (?:{'|'.join(PARTS)})"
ASKED = re.compile(rf"(?={STARTS}){TIME}", re.IGNORECASE)
"""A time at the end of a question: one that says a day, or a clock time with its minutes."""
AHEAD = re.compile(r"in \d[\w ]*", re.IGNORECASE)
LONGEST = 6
"""Words that say a time."""
FAR = 100
"""Years from now, back and ahead, that anybody asks about."""
PRESENT = frozenset({"today", "this week"})
"""What people add to a question about now."""
UNCLEAR = "I do not know when '{said}' is. Say for example: 18:00, 18:00 UTC, tomorrow 9:00, monday, 2026-12-24 18:00."


def in_question(text: str) -> str:
    """The words at the end of a question that say when it is about, if there are any."""
    words = " ".join(text.strip(" ?!.").lower().split()).split(" ")
    ends = (" ".join(words[at:]) for at in range(max(0, len(words) - LONGEST), len(words)))
    found = next((end for end in ends if ASKED.fullmatch(end) or AHEAD.fullmatch(end)), "")
    return "" if found in PRESENT else found


def moment_of(said: str, now: datetime, zone: str | None) -> datetime:
    """The moment that somebody means, by their own clock unless they say UTC; a time of day is the next such time."""
    words = " ".join(said.lower().split())
    if words in {"", "now", "right now"}:
        return now
    if words.startswith("in "):
        return now + length(words.removeprefix("in "))
    found = SAID.fullmatch(words)
    if found is None or not (found["day"] or found["hour"] or found["part"]):
        raise UserError(UNCLEAR.format(said=cut(said, 60)))
    place = zone_of("UTC" if found["utc"] else zone)
    here = on_wall(now, place)
    try:
        clock = clock_time(found) if found["hour"] else PARTS.get(found["part"] or "", default(found["day"]))
        day = day_of(found["day"] or "", here) + timedelta(days=ends_day(found))
    except ValueError:
        raise UserError(UNCLEAR.format(said=cut(said, 60))) from None
    moment = instant(datetime.combine(day, clock), place)
    if not found["day"] and moment < now:
        moment = instant(datetime.combine(day + timedelta(days=1), clock), place)
    whole = found["day"] and not found["hour"] and not found["part"]
    return max(moment, now) if (whole or found["day"] == "tonight") and day.date() == here.date() else moment


def ends_day(found: re.Match[str]) -> bool:
    """Is 24:00 said, which is the first minute of the next day?"""
    return found["hour"] == "24" and found["minute"] in {None, "00"} and not (found["half"] or found["of"])


def clock_time(found: re.Match[str]) -> time:
    """A time of day, of 24 hours or of twice twelve; raises `ValueError` for one that no clock shows."""
    hour, half = int(found["hour"]), found["half"] or found["of"]
    if half and not 1 <= hour <= NOON:
        raise ValueError(found["hour"])
    hours = hour % NOON + (NOON if half == "pm" else 0) if half else hour
    return time(0 if ends_day(found) else hours, int(found["minute"] or 0))


def default(day: str) -> time:
    """The time of a day that somebody means who says none."""
    return EVENING if day == "tonight" else MIDDAY


def day_of(said: str, here: datetime) -> datetime:
    """A day, from today on; raises `ValueError` for a word that is none."""
    if said in {"", "today", "tonight"}:
        return here
    if said == "tomorrow":
        return here + timedelta(days=1)
    which, _, word = said.rpartition(" ")
    if word in {"week", "weekend"}:
        which, word = ("next", "monday") if word == "week" else (which, "saturday")
    if word in DAYS:
        ahead = (DAYS.index(word) - here.weekday()) % 7
        return here + timedelta(days=ahead or 7 * (which == "next"))
    day = datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC)
    if abs(day.year - here.year) > FAR:
        raise ValueError(word)
    return day
