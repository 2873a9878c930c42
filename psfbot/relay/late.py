"""What could not be told in time is no news: it says how late it comes, when it was, and what it was about."""

from datetime import datetime

from psfbot.relay.notice import Notice, Parcel
from psfbot.relay.word import NEWS, span
from psfbot.text import cut, one_line

ABOUT = 80
"""Characters of what is wrong, for a room that was never told of it."""


def in_time(parcel: Parcel, now: datetime) -> Notice:
    """The notice as it is told now: one that waited for long says so, lest somebody takes it for news.

    Chat was gone, or the room's lane was busy. A room that saw nothing of the incident until now hears
    what was wrong as well, since its end alone would not say that.
    """
    notice = parcel.notice
    if notice.began is None or now - parcel.created_at < NEWS:
        return notice
    late = f"told {span(now - parcel.created_at)} late"
    about = "" if parcel.posted or not notice.about else f" ({cut(one_line(notice.about), ABOUT)})"
    return notice.model_copy(update={"text": f"{notice.text} · {late}: {times(notice, now)}{about}"})


def times(notice: Notice, now: datetime) -> str:
    """When it was: a beginning, or both ends."""
    if notice.began is None:
        return ""
    if notice.ended is None:
        return f"it began at {clock(notice.began, now)} UTC"
    return f"it lasted from {clock(notice.began, now)} to {clock(notice.ended, now)} UTC"


def clock(at: datetime, now: datetime) -> str:
    """A time of today by the clock, and any other with its day."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at:%d %b %H:%M}"
