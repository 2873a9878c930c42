"""How a poll asks for a page: no more than it must, and no sooner than the other side wants to be asked again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from psfbot.plugin.looking import Round
from psfbot.plugin.world import Response, Unreachable

SAME, CROWDED, GONE = 304, 429, 503
LATER = timedelta(minutes=1)
"""How long to wait where the other side asks to be left alone and does not say until when."""
LONGEST = timedelta(hours=1)
"""How long it may ask to be left alone at most: a wrong number must not make psfbot blind for a day."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was answered last: its marks of freshness, what it held, when it may be asked for again."""

    etag: str = ""
    modified: str = ""
    value: Any = None
    not_before: datetime | None = None


async def fetch(look: Round, url: str, headers: dict[str, str] | None = None) -> Any:
    """What a page holds as JSON; the same as last time where it has not changed. `Unreachable` when it says no more.

    Between the rounds of a poll it is remembered what each page held, and which one wants to be left alone.
    """
    kept = look.memory.get(url)
    known = kept if isinstance(kept, Page) else Page()
    if known.not_before and look.now < known.not_before:
        raise Unreachable(f"{where(url)} wants to be left alone until {known.not_before:%H:%M:%S} UTC.")
    fresh = {"if-none-match": known.etag, "if-modified-since": known.modified}
    sent = {"accept": "application/json", **(headers or {}), **{name: value for name, value in fresh.items() if value}}
    answer = await look.world.http.request("GET", url, headers=sent, follow=True)
    if answer.status == SAME and (known.etag or known.modified):  # else it is the same as nothing
        return known.value
    if wait := asks_to_wait(answer, look.now):
        look.memory[url] = Page(known.etag, known.modified, known.value, look.now + wait)
        raise Unreachable(f"{where(url)} answered {answer.status}: too many questions, again in {wait.seconds} s.")
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - success
        raise Unreachable(f"{where(url)} answered {answer.status}.")
    value = answer.json()
    look.memory[url] = Page(answer.headers.get("etag", ""), answer.headers.get("last-modified", ""), value)
    return value


def where(url: str) -> str:
    """An address without its query, which may hold more than people should see."""
    return url.partition("?")[0]


def asks_to_wait(answer: Response, now: datetime) -> timedelta:
    """How long the other side wants to be left alone; no time where it does not."""
    limited = answer.status == CROWDED or "retry-after" in answer.headers
    spent = answer.headers.get("x-ratelimit-remaining") == "0"
    if not (limited or spent) or answer.status not in {403, CROWDED, GONE}:
        return timedelta()
    said = answer.headers.get("retry-after", "")
    reset = answer.headers.get("x-ratelimit-reset", "") if not said else ""
    if said.isdecimal():
        wait = timedelta(seconds=min(float(said), LONGEST.total_seconds()))
    elif reset.isdecimal():
        wait = timedelta(seconds=min(max(float(reset) - now.timestamp(), 1), LONGEST.total_seconds()))
    else:
        wait = until(said, now)
    return min(max(wait, timedelta(seconds=1)), LONGEST)


def until(said: str, now: datetime) -> timedelta:
    """The same where it is a date, or nothing that can be read."""
    try:
        return parsedate_to_datetime(said) - now
    except (ValueError, TypeError):
        return LATER
