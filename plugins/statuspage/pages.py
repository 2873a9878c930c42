"""The public status pages that the catalog names, asked for what they say now."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, ValidationError

from psfbot.plugin import (
    Book,
    Examination,
    Finding,
    Health,
    Hook,
    NotAsked,
    Payload,
    Round,
    Said,
    Time,
    Unreachable,
    fetch,
    loose,
)

from .body import PAGES, Body, Component, Incident, Page, Word, first, host_of

SUMMARY, HISTORY = "/api/v2/summary.json", "/api/v2/incidents.json"
AT_ONCE = 10
"""Pages that are asked at the same time."""
SECONDS = 15.0
"""Seconds that one page may take; the others do not wait for it."""
AGAIN = timedelta(hours=6)
"""After so long a page that was no Statuspage is asked once more."""
NOT_ONE = "left alone: it is no Statuspage"
NO_LONGER = "does not answer as a Statuspage any more"
UNANSWERED = "May this machine ask the internet? `PSFBOT_STATUSPAGE_POLL=false` switches the asking off."
WRONG_PAGE = "Is `status_page` in the catalog still right?"
UNREADABLE = "this is no list of incidents"
ANOTHER = "says that it is {}"
HAS_PATH = "left alone: its address has a path, so it is no Statuspage"


class Indicator(Payload):
    """How the page as a whole stands."""

    indicator: Word = ""
    description: Said = ""


class Part(Component):
    """A component, and since when it stands so."""

    updated_at: Time = None
    group: Annotated[bool, loose(otherwise=False)] = False


class Stamp(Page):
    """The page, and when anything about it changed last."""

    updated_at: Time = None


class Summary(Payload):
    """What a page says now; a body without the first two is none of a Statuspage."""

    page: Stamp
    status: Indicator
    components: Annotated[tuple[Annotated[Part, loose(Part())], ...], BeforeValidator(first)] = ()
    incidents: Annotated[tuple[Annotated[Incident, loose(Incident())], ...], BeforeValidator(first)] = ()


class History(Payload):
    """The last incidents of a page, those that are over too."""

    incidents: Annotated[tuple[Annotated[Incident, loose(Incident())], ...], BeforeValidator(first)] = ()


class Seen(Payload):
    """One page as it was found; `past` are incidents of which the summary no longer speaks."""

    host: str
    summary: Summary
    past: tuple[Incident, ...] = ()

    def body(self, **part: object) -> Body:
        """One thing that the page says, as its webhook would say it."""
        return Body.model_validate({"page": {"id": self.summary.page.id, "url": f"https://{self.host}"}, **part})


def addresses(book: Book) -> Iterator[str]:
    """The pages that the catalog names: those of the providers, and our own where it lists it."""
    ours = {domain for service in book.catalog.services.values() for domain in service.domains}
    yield from (f"https://{host}" for host in PAGES.values() if host in ours)
    yield from (one.status_page for one in book.catalog.providers.values() if one.status_page)


async def look(round_: Round) -> list[Seen]:
    """Every page that answered; `Unreachable` where not one of those that can be asked did."""
    gate, refused = asyncio.Semaphore(AT_ONCE), dict[str, NotAsked]()

    async def one(address: str) -> Seen | None:
        async with gate:
            try:
                return await seen(address, round_)
            except NotAsked as error:
                host = host_of(address)
                refused[host], round_.troubles[host] = error, str(error)
                return None

    found = await asyncio.gather(*(one(address) for address in dict.fromkeys(addresses(round_.book))))
    pages = [page for page in found if page]
    if not pages and refused and refused.keys() == round_.troubles.keys():
        raise next(iter(refused.values()))
    if not pages and round_.troubles:
        raise Unreachable(f"no status page answers; {next(iter(round_.troubles.values()))}")
    return pages


async def seen(address: str, round_: Round) -> Seen | None:
    """One page; nothing where it does not answer or is no Statuspage, and then `troubles` or `memory` says why."""
    parts, left = urlsplit(address), f"left {address}"
    host, base = host_of(address), f"{parts.scheme}://{parts.netloc}"
    until = round_.memory.get(left)
    if isinstance(until, LeftAlone) and round_.now < until.until:
        return None
    if parts.path.strip("/"):
        round_.memory[left] = LeftAlone(HAS_PATH, round_.now + AGAIN)
        return None
    try:
        async with asyncio.timeout(SECONDS):
            return await asked(host, base, round_)
    except NotAsked:
        raise
    except ValidationError:
        is_none(address, NOT_ONE, round_)
    except TimeoutError:
        round_.troubles[host] = f"did not answer within {SECONDS:.0f} s"
    except Unreachable as error:
        if "answered 404" in str(error) or "with JSON" in str(error):
            is_none(address, f"{NOT_ONE} ({error})", round_)
        else:
            round_.troubles[host] = str(error)
    return None


def is_none(address: str, why: str, round_: Round) -> None:
    """Leave a page alone that is no Statuspage; but one that was, and is in trouble itself, is asked again at once."""
    if f"read {host_of(address)}" in round_.memory:
        round_.troubles[host_of(address)] = NO_LONGER
    else:
        round_.memory[f"left {address}"] = LeftAlone(why, round_.now + AGAIN)


async def asked(host: str, base: str, round_: Round) -> Seen:
    """What a page says now, and how the incidents ended that it no longer speaks of."""
    summary = Summary.model_validate(await fetch(round_, base + SUMMARY))
    if (said := PAGES.get(summary.page.id, host)) != host:
        raise Unreachable(ANOTHER.format(said))
    round_.memory[f"read {host}"] = True
    open_now, before = frozenset(one.id for one in summary.incidents), round_.memory.get(f"open {base}")
    past: tuple[Incident, ...] = ()
    if isinstance(before, frozenset) and before <= open_now:
        round_.memory[f"open {base}"] = open_now
    else:
        try:
            history = History.model_validate(await fetch(round_, base + HISTORY))
        except (Unreachable, ValidationError) as error:
            round_.troubles[f"{host}'s history"] = str(error) if isinstance(error, Unreachable) else UNREADABLE
        else:
            past = tuple(one for one in history.incidents if one.id not in open_now)
            round_.memory[f"open {base}"] = open_now
    return Seen(host=host, summary=summary, past=past)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Why a page is not asked, and until when."""

    why: str
    until: datetime


def left_alone(round_: Round) -> dict[str, str]:
    """The pages that are not asked, and why."""
    found = ((what, value) for what, value in round_.memory.items() if isinstance(value, LeftAlone))
    return {what.removeprefix("left "): value.why for what, value in found}


def hook_of(round_: Round) -> Hook:
    """The round as if it were a webhook: what says no time of its own happened now."""
    return Hook({}, b"", round_.now)


async def examined(look_at: Examination) -> list[Finding]:
    """Which pages answer, which are no Statuspage, and which cannot be reached."""
    round_ = Round(look_at.settings, look_at.book, look_at.world, look_at.now)
    try:
        answer = [page.host for page in await look(round_)]
    except Unreachable:
        answer = []
    found = [Finding("status pages", Health.OK if answer else Health.WRONG, f"{len(answer)} answer", UNANSWERED)]
    found += [Finding(address, Health.OFF, why) for address, why in left_alone(round_).items()]
    found += [Finding(host, Health.WRONG, why, WRONG_PAGE) for host, why in round_.troubles.items()]
    return found
